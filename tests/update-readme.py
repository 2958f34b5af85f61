#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Keeps README.md true: its programs are those of examples/, its list of providers is that of the table.

Usage: update-readme.py            writes them anew
       update-readme.py --check    fails when that would change anything, or when a link leads nowhere
"""

import json
import pathlib
import re
import sys

from tap import Tap

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = re.compile(r'(<!-- (examples/[\w./-]+) -->\n```\w+\n)(.*?)(?<=\n)(```)', re.DOTALL)
PROVIDERS = re.compile(r'(<!-- providers -->\n)(.*?)(?<=\n)(<!-- /providers -->)', re.DOTALL)
LINK = re.compile(r'\]\((?!https?:|#)([^)#]+)')
WIDTH = 120


def program(name):
    """An example without what stands above it for the system and for lawyers."""
    lines = (ROOT / name).read_text().split('\n')
    while lines[0].startswith('#!') or 'SPDX-License-Identifier' in lines[0] or not lines[0].strip():
        lines.pop(0)
    return '\n'.join(lines).rstrip('\n') + '\n'


def provider_ids():
    rows = json.loads((ROOT / 'dheera-ai/providers/data/providers.json').read_text())['providers']
    ids = {row['id'] for row in rows} | {row['stands_for']['id'] for row in rows if 'stands_for' in row}
    for row in rows:
        if 'responses' in row:
            ids.add((row['responses'] if row['responses'] is not True else {}).get('id', row['id'] + '-responses'))
    return sorted(ids)


def provider_list():
    lines = ['']
    for name in provider_ids():
        word = f'`{name}`, '
        if len(lines[-1]) + len(word) > WIDTH:
            lines.append('')
        lines[-1] += word
    return '\n'.join(line.rstrip() for line in lines) + '\n'


def updated(text):
    text = PROGRAM.sub(lambda match: match.group(1) + program(match.group(2)) + match.group(4), text)
    return PROVIDERS.sub(lambda match: match.group(1) + provider_list() + match.group(3), text)


def check(text):
    programs = [f'{match.group(2)} is not what README.md shows; run tests/update-readme.py' for match in PROGRAM.finditer(text)
                if match.group(3) != program(match.group(2))]
    languages = {match.group(2).split('/')[1] for match in PROGRAM.finditer(text)}
    missing = [f'README.md has no program in {name}' for name in ('c', 'python', 'gjs', 'vala') if name not in languages]
    found = PROVIDERS.search(text)
    providers = [] if found and found.group(2) == provider_list() else ['the list of providers is another one; run tests/update-readme.py']
    links = [f'{name} has a link to {target}, which is not there' for name in ('README.md', 'CONTRIBUTING.md', 'NEWS.md')
             for target in LINK.findall((ROOT / name).read_text()) if not (ROOT / target).exists()]

    tap = Tap()
    tap.check('the programs are those of examples/', programs + missing)
    tap.check('the providers are those of the table', providers)
    tap.check('links lead somewhere', links)
    tap.done()


def main():
    path = ROOT / 'README.md'
    text = path.read_text()
    if '--check' in sys.argv[1:]:
        check(text)
    path.write_text(updated(text))


if __name__ == '__main__':
    main()
