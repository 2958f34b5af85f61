#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compares three lists that must be one: what the shared library exports, what the public headers declare, what is documented.

Usage: check-symbols.py [--without=LAYER] SOURCE_ROOT SHARED_LIBRARY GENERATED_HEADER…

--without=server leaves out the headers of a layer that the library was built without.
"""

import pathlib
import re
import subprocess
import sys

from tap import Tap

COMMENT = re.compile(r'/\*.*?\*/', re.DOTALL)
DOC = re.compile(r'/\*\*\n \* ([\w:-]+):?((?: \([^)]*\):?)*)\n(.*?)\*/', re.DOTALL)
DECLARE_TYPE = re.compile(r'^_?(?:G|DHEERA)_DECLARE_\w+ ?\(\s*(\w+)\s*,\s*(\w+)', re.MULTILINE)
PROTOTYPE = re.compile(r'\b(dheera_\w+)\s*\(')


def public_headers(root, generated, without):
    for path in sorted((root / 'dheera-ai').rglob('*.h')):
        if '-private' not in path.name and path.parent.name not in ('wire', 'tool', *without):
            yield path
    yield from map(pathlib.Path, generated)


def declarations(headers):
    """Names of the functions that the headers offer, and of their classes; and what they declare without a word of availability."""
    functions, classes, bare = set(), set(), set()
    for path in headers:
        text = COMMENT.sub('', path.read_text())
        text = re.sub(r'^[ \t]*#[ \t]*define.*?(?<!\\)\n', '', text, flags=re.MULTILINE | re.DOTALL)
        text = re.sub(r'^typedef .*?;', '', text, flags=re.MULTILINE | re.DOTALL)
        for match in DECLARE_TYPE.finditer(text):
            classes.add(match.group(1))
            functions.add(match.group(2) + '_get_type')
        text = re.sub(r'^(DHEERA_AVAILABLE_IN_\w+\s+)?' + DECLARE_TYPE.pattern[1:] + r'[^)]*\)', '', text, flags=re.MULTILINE)
        statements = text.split(';')
        for statement in statements:
            match = PROTOTYPE.search(statement)
            if match is None:
                continue
            functions.add(match.group(1))
            if 'DHEERA_AVAILABLE_IN_' not in statement[:match.start()]:
                bare.add(f'{path.name}: {match.group(1)}() has no DHEERA_AVAILABLE_IN_…')
    return functions, classes, bare


def exported(library):
    lines = subprocess.run(['nm', '-D', '--defined-only', library], check=True, capture_output=True, text=True).stdout.splitlines()
    return {line.split()[-1].split('@')[0] for line in lines}


def documentation(root):
    docs = {}
    for path in sorted((root / 'dheera-ai').rglob('*')):
        if path.suffix in ('.c', '.h', '.in') and path.parent.name != 'tool':
            for match in DOC.finditer(path.read_text()):
                docs[match.group(1).rstrip(':')] = match.group(3)
    return docs


def check_documentation(functions, classes, docs):
    problems = []
    for name in sorted(functions | classes):
        if name.endswith(('_get_type', '_quark')):
            continue
        if name not in docs:
            problems.append(f'{name} is public, but not documented')
    for name, text in sorted(docs.items()):
        if 'Since:' not in text:
            problems.append(f'the documentation of {name} does not say since when there is such a thing (Since: 0.1)')
    return problems


def main():
    without = [argument.removeprefix('--without=') for argument in sys.argv[1:] if argument.startswith('--without=')]
    arguments = [argument for argument in sys.argv[1:] if not argument.startswith('--')]
    root, library = pathlib.Path(arguments[0]).resolve(), arguments[1]
    functions, classes, bare = declarations(list(public_headers(root, arguments[2:], without)))
    symbols = exported(library)
    docs = documentation(root)

    print(f'# {len(symbols)} symbols, {len(functions)} declarations, {len(classes)} classes, {len(docs)} pieces of documentation')
    tap = Tap()
    tap.check('every exported symbol begins with dheera_', [f'{name} is exported' for name in sorted(symbols) if not name.startswith('dheera_')])
    tap.check('what is exported is declared', [f'{name} is exported, but in no public header' for name in sorted(symbols - functions)
                                               if name.startswith('dheera_')])
    tap.check('what is declared is exported', [f'{name} is declared, but not exported' for name in sorted(functions - symbols)])
    tap.check('what is declared says since which version it is available', sorted(bare))
    tap.check('what is public is documented, with its version', check_documentation(functions, classes, docs))
    tap.done()


if __name__ == '__main__':
    main()
