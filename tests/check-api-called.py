#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every public function is called by a test in C, and from the other languages where their bindings do something of their own: functions
that finish later, and those that take or give arrays, callbacks or other memory than objects and texts.

Usage: check-api-called.py ROOT Dheera-1.gir
"""

import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree

from tap import Tap

CORE = '{http://www.gtk.org/introspection/core/1.0}'
IDENTIFIER = '{http://www.gtk.org/introspection/c/1.0}identifier'
KINDS = tuple(CORE + kind for kind in ('constructor', 'function', 'method'))
# A language: where its tests lie, and how they name a function
LANGUAGES = {'python': '*.py', 'gjs': '*.js', 'vala': '*.vala'}
# Of C alone: bindings have the details of an error from ErrorDetails.get_last()
C_ONLY = {'dheera_error_get_details'}
# DHEERA_ERROR calls it.
BY_MACRO = {'dheera_error_quark'}


def functions(gir):
    for element in ElementTree.parse(gir).iter():
        if element.tag in KINDS and element.get('introspectable') != '0':
            yield element


def differs(element):
    """Whether a binding does more than to hand over objects, texts and numbers"""
    if element.get('name').endswith('_async'):
        return True
    values = [element.find(CORE + 'return-value'), *element.iterfind(f'{CORE}parameters/{CORE}parameter')]
    return any(value.find(CORE + 'array') is not None or value.get('direction') == 'out' or value.get('scope') for value in values) \
        and not element.get('name').endswith('_finish')


def sources(root, folder, pattern):
    return [path.read_text() for path in sorted((root / 'tests' / folder).rglob(pattern))]


def words_of_c(text):
    """What a file names, also by a macro that pastes dheera_client_##name##_async together out of what it is called with"""
    yield from re.findall(r'\bdheera_\w+', text)
    for before, after in re.findall(r'\b(dheera_\w+)##name(?:##(\w+))?', text):
        for word in re.findall(r'\((\w+)', text):
            yield before + word + after


def is_named(text, element):
    name = element.get('name')
    forms = [rf'\b{name}\b']
    if name.startswith(('get_', 'set_')):
        forms.append(rf'\b{name[4:]}\b')  # a property
    if name.endswith('_async'):
        forms.append(rf"'{name.removesuffix('_async')}'")  # what a helper makes the three forms of
    return any(re.search(form, text) for form in forms)


def main(root, gir):
    root = pathlib.Path(root)
    everything = list(functions(gir))
    called = {word for pattern in ('*.c', '*.h') for text in sources(root, '.', pattern) for word in words_of_c(text)} | BY_MACRO

    tap = Tap()
    tap.check('C', [f'no test calls {element.get(IDENTIFIER)}()' for element in everything if element.get(IDENTIFIER) not in called])
    for language, pattern in LANGUAGES.items():
        text = '\n'.join(sources(root, language, pattern))
        tap.check(language, [f'no test in {language} calls {element.get(IDENTIFIER)}()' for element in everything
                             if differs(element) and element.get(IDENTIFIER) not in C_ONLY and not is_named(text, element)])
    tap.done()


if __name__ == '__main__':
    main(*sys.argv[1:])
