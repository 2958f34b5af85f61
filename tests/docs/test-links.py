#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Follows every link between the pages of the reference: test-links.py FOLDER"""

import html.parser
import pathlib
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from tap import Tap  # noqa: E402

FOLDER = pathlib.Path(sys.argv[1])


class Page(html.parser.HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.links = []
        self.anchors = {''}
        self.feed(path.read_text())

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.anchors |= {attributes.get('id'), attributes.get('name')} - {None}
        if tag == 'a' and attributes.get('href'):
            self.links.append(attributes['href'])


def problems_of(name, pages):
    for link in pages[name].links:
        url = urllib.parse.urlsplit(link)
        target = url.path or name
        if url.scheme:
            continue
        if target not in pages:
            if not (FOLDER / target).exists():
                yield f'{name} has a link to {link}, which is not there'
        elif url.fragment not in pages[target].anchors:
            yield f'{name} has a link to {link}, which has no such place'


pages = {path.name: Page(path) for path in FOLDER.glob('*.html')}
tap = Tap()
tap.check('there are pages', [] if len(pages) > 100 and 'overview.html' in pages else [f'{len(pages)} pages'])
for each in sorted(pages):
    if not each.startswith(('method.', 'property.', 'ctor.')):
        tap.check(each, list(problems_of(each, pages)))
tap.check('methods, properties and constructors',
          [problem for each in sorted(pages) if each.startswith(('method.', 'property.', 'ctor.')) for problem in problems_of(each, pages)])
tap.done()
