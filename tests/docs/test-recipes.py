#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Holds the page of recipes to what it says: every row names its tests and they are there, every program is on the page, and what stands
in code is Python: test-recipes.py ROOT PAGE"""

import ast
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from tap import Skip, Tap  # noqa: E402

ROOT = pathlib.Path(sys.argv[1])
PAGE = pathlib.Path(sys.argv[2]).read_text()
CODE = re.compile(r'`([^`]+)`')
PROGRAMS = ('.c', '.py', '.js', '.vala')


def tables(text):
    """The rows of each table, by the words of its head"""
    table = None
    for line in text.split('\n'):
        cells = [cell.strip() for cell in line.strip('|').split('|')] if line.startswith('|') else None
        if cells is None:
            if table:
                yield table
            table = None
        elif table is None:
            table = (cells, [])
        elif not all(set(cell) <= set('-:') for cell in cells):
            table[1].append(cells)
    if table:
        yield table


def rows_of(text, last):
    return [row for head, rows in tables(text) if head[-1] == last for row in rows]


def is_there(name, root):
    """Whether a test is defined, and used by more than its definition: FILE::FUNCTION"""
    file, separator, function = name.partition('::')
    path = root / 'tests' / file
    if not separator or not path.is_file():
        return False
    text = path.read_text()
    # Python's programs look for what is called test_….
    uses = len(re.findall(rf'\b{re.escape(function)}\b', text))
    if path.suffix == '.c':
        return re.search(rf'^{re.escape(function)} \(', text, re.MULTILINE) is not None and uses > 1
    return re.search(rf'^(async )?def {re.escape(function)}\(', text, re.MULTILINE) is not None and (function.startswith('test_') or uses > 1)


def missing_tests(text, root):
    for row in rows_of(text, 'test'):
        names = CODE.findall(row[-1])
        if len(row) != 3 or not names:
            yield f'the row “{row[0]}” names no test'
        for name in names:
            if not is_there(name, root):
                yield f'the row “{row[0]}” names {name}, which is not there'


def missing_programs(text, root):
    """Both ways: what is named is there, and what is there is named and has a test."""
    named = {name for row in rows_of(text, 'what it shows') for name in CODE.findall(row[0])}
    examples = root / 'examples'
    there = {str(path.relative_to(examples)) for folder in examples.iterdir() if folder.is_dir() and folder.name != 'subproject'
             for path in folder.iterdir() if path.suffix in PROGRAMS}
    others = {name for name in there if pathlib.Path(name).stem in ('stream', 'tools', 'objects')}
    yield from (f'examples/{name} is named, and is not there' for name in named - there)
    yield from (f'examples/{name} is not on the page' for name in there - named - others)
    yield from (f'examples/{name} has no test' for name in there if not (root / f'tests/examples/test-{pathlib.Path(name).stem}.py').is_file())


def wrong_code(text):
    for row in rows_of(text, 'test'):
        for code in CODE.findall(row[1]):
            if '(' in code or '=' in code:
                try:
                    ast.parse(code)
                except SyntaxError as error:
                    yield f'{code} is no Python: {error}'


def wrong_options(text):
    """What is written with Dheera and Soup can be made, with these properties. The rest would ask a model."""
    try:
        import gi
        gi.require_version('Dheera', '1')
        gi.require_version('Soup', '3.0')
        from gi.repository import Dheera, Soup
    except (ImportError, ValueError) as error:
        raise Skip(str(error)) from error
    for row in rows_of(text, 'test'):
        for code in CODE.findall(row[1]):
            if re.match(r'(Dheera|Soup)\..*\)$', code):
                try:
                    eval(code, {'Dheera': Dheera, 'Soup': Soup})  # pylint: disable=eval-used
                except Exception as error:  # pylint: disable=broad-except
                    yield f'{code} fails: {error!r}'


def check_options():
    found = list(wrong_options(PAGE))
    assert not found, found
    assert len(list(wrong_options(FALSE_PAGE))) == 1


FALSE_PAGE = '''
| program | what it shows |
|---|---|
| `c/nothing.c` | |

| theirs | ours | test |
|---|---|---|
| a | `x(=)` | nothing |
| b | `Dheera.SessionOptions(nothing=1)` | `docs/test-recipes.py::nothing` |
| c | | `docs/nothing.py::is_there`, `client/test-stream.c::test_nothing` |
'''


def unseen_faults():
    """A check that finds nothing has to be able to find something."""
    for name, found, count in (('missing_tests', missing_tests(FALSE_PAGE, ROOT), 4), ('wrong_code', wrong_code(FALSE_PAGE), 1)):
        found = list(found)
        if len(found) != count:
            yield f'{name}() finds {found}'
    if 'examples/c/nothing.c is named, and is not there' not in list(missing_programs(FALSE_PAGE, ROOT)):
        yield 'missing_programs() does not find a program that is not there'
    if not is_there('docs/test-recipes.py::is_there', ROOT) or not is_there('client/test-stream.c::test_pull', ROOT):
        yield 'is_there() does not find what is there'


tap = Tap()
count = len(rows_of(PAGE, 'test'))
tap.check(f'the {count} rows name tests that are there', list(missing_tests(PAGE, ROOT)) or ([] if count > 40 else [f'there are {count} rows']))
tap.check('the programs are those of examples/, and have tests', list(missing_programs(PAGE, ROOT)))
tap.check('what stands in code is Python', list(wrong_code(PAGE)))
tap.run('options and sessions can be made as they are written', check_options)
tap.check('the checks find what is wrong', list(unseen_faults()))
tap.done()
