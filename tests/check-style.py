#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Holds the rules that keep the tree livable: sizes, licence lines, white space, no paths of anybody's machine.

Usage: check-style.py SOURCE_ROOT
"""

import pathlib
import re
import statistics
import sys

from tap import Tap

MAX_SOURCE, MAX_HEADER = 800, 200
MAX_FUNCTION, MAX_FUNCTION_P90 = 100, 40
CODE = {'.c', '.h', '.py', '.js', '.vala', '.sh', '.in'}
TEXT = CODE | {'.md', '.build', '.toml', '.txt', '.json', '.metadata', '.1', '.ts'}
TOP_LEVEL = {'README.md', 'meson.build', 'meson_options.txt', 'COPYING', 'NEWS.md', 'CONTRIBUTING.md', '.ci', '.git', '.github',
             '.gitignore', '.clang-format', '.editorconfig', 'dheera-ai', 'bindings', 'examples', 'tests', 'subprojects'}
SPDX = 'SPDX-License-Identifier: LGPL-2.1-or-later'
# Written so that this file does not find itself.
MACHINE_PATH = re.compile('|'.join('/' + name + '/' for name in ('work', 'root', 'home')))
COMMENT = re.compile(r'/\*.*?\*/', re.DOTALL)
SKIPPED_DIRS = {'.git', '__pycache__', 'node_modules', 'subprojects', '.cache'}


def files(root):
    for path in sorted(root.rglob('*')):
        parts = path.relative_to(root).parts
        if any(part in SKIPPED_DIRS for part in parts) or parts[0].startswith('build'):
            continue
        if path.is_file() and not path.is_symlink():
            yield path, path.relative_to(root)


def is_ours(path):
    return path.suffix in TEXT or path.name in ('run', '.gitignore')


def functions(text):
    """The names of a C file's functions with their lengths in lines, blank lines and comments not counted."""
    code = COMMENT.sub(lambda match: '\n' * match.group().count('\n'), text).split('\n')
    start = None
    for number, line in enumerate(code):
        if line == '{':
            start = number
        elif line == '}' and start is not None:
            head = start - 1
            while head > 0 and not re.match(r'\w+ \(', code[head]):
                head -= 1
            name = re.match(r'(\w+) \(', code[head])
            if name and ')' in code[start - 1]:
                yield name.group(1), sum(1 for part in code[head:number + 1] if part.strip())
            start = None


def check_size(path, name, text):
    lines = text.count('\n')
    limit = MAX_HEADER if path.suffix == '.h' else MAX_SOURCE
    if path.suffix in ('.c', '.h') and lines > limit:
        yield f'{name} has {lines} lines, and {limit} is the limit'


def check_white_space(path, name, text):
    for number, line in enumerate(text.split('\n'), 1):
        if '\t' in line:
            yield f'{name}:{number} has a tab'
        if line != line.rstrip() and path.suffix != '.md':
            yield f'{name}:{number} ends with white space'
    if text and not text.endswith('\n'):
        yield f'{name} does not end with a newline'
    if '\r' in text:
        yield f'{name} has a carriage return'


def check_functions(root):
    long, lengths = [], []
    for path, name in files(root):
        if path.suffix == '.c' and name.parts[0] == 'dheera-ai':
            for function, length in functions(path.read_text()):
                lengths.append(length)
                if length > MAX_FUNCTION:
                    long.append(f'{name}: {function}() has {length} lines, and {MAX_FUNCTION} is the limit')
    if len(lengths) < 20:
        return [f'only {len(lengths)} functions were found']
    p90 = sorted(lengths)[len(lengths) * 9 // 10]
    print(f'# {len(lengths)} functions; lines: median {statistics.median(lengths):g}, nine in ten up to {p90}, longest {max(lengths)}')
    if p90 > MAX_FUNCTION_P90:
        long.append(f'nine functions in ten have up to {p90} lines, and {MAX_FUNCTION_P90} is the limit')
    return long


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    sizes, spdx, white, paths, undecodable = [], [], [], [], []
    for path, name in files(root):
        if not is_ours(path):
            continue
        try:
            text = path.read_text(encoding='utf-8')
        except UnicodeDecodeError:
            undecodable.append(f'{name} is not UTF-8')
            continue
        data = name.parts[0] == 'tests' and path.suffix in ('.json', '.txt')
        sizes += check_size(path, name, text)
        if path.suffix in CODE and SPDX not in '\n'.join(text.split('\n')[:4]):
            spdx.append(f'{name} has no line with "{SPDX}"')
        if not data:
            white += check_white_space(path, name, text)
            paths += [f'{name}:{number} names a path of one machine: {line.strip()[:100]}'
                      for number, line in enumerate(text.split('\n'), 1) if MACHINE_PATH.search(line)]
    extra = [f'{entry.name} does not belong into the top folder' for entry in sorted(root.iterdir())
             if entry.name not in TOP_LEVEL and not entry.name.startswith('build')]

    tap = Tap()
    tap.check('the top folder holds only what it should', extra)
    tap.check('text files are UTF-8', undecodable)
    tap.check(f'no source above {MAX_SOURCE} lines, no header above {MAX_HEADER}', sizes)
    tap.check(f'no function above {MAX_FUNCTION} lines, nine in ten up to {MAX_FUNCTION_P90}', check_functions(root))
    tap.check('every source names its licence', spdx)
    tap.check('no tabs, no trailing white space', white)
    tap.check('no path of anybody\'s machine', paths)
    tap.done()


if __name__ == '__main__':
    main()
