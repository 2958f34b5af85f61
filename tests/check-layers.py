#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Holds the layer rule: what a folder under dheera-ai/ may include and call.

Usage: check-layers.py SOURCE_ROOT
"""

import pathlib
import re
import sys

from tap import Tap

# Each layer with those that it may include. "Public" headers are those without -private in their names.
ALLOWED = {
    'wire': set(),
    'model': {'wire'},
    'providers': {'model', 'wire'},
    'transport': {'wire'},
    'mock': {'wire'},
    'router': {'providers', 'model', 'wire'},
    'client': {'router', 'mock', 'transport', 'providers', 'model', 'wire'},
    'server': {'client', 'model', 'wire'},
    'tool': set(),
}
ONLY_PUBLIC = {('server', 'client')}
GENERATED = {'dheera-version.h', 'dheera-ai.h', 'config.h'}
UMBRELLA = 'dheera-ai/dheera-ai.h'

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^">]+)[">]', re.MULTILINE)
COMMENT = re.compile(r'/\*.*?\*/', re.DOTALL)

# Only transport/, mock/ and server/ touch the network.
NETWORK_CALL = re.compile(r'\b(soup_session_(?:send|preconnect|abort|websocket)\w*|soup_message_new\w*|soup_server_\w+|'
                          r'g_socket_\w+|g_network_address_\w+|g_resolver_\w+|g_tcp_connection_\w+)\s*\(')
NO_NETWORK = {'wire', 'model', 'providers', 'router', 'client'}
# What comes from the network is read by wire/dheera-json, never by json-glib.
PARSER_CALL = re.compile(r'\b(json_parser_\w+|json_from_string|json_reader_\w+|json_gobject_from_data)\s*\(')
NO_PARSER = {'wire', 'providers', 'transport', 'mock', 'client', 'router', 'server'}


def sources(root):
    for layer in ALLOWED:
        for path in sorted((root / 'dheera-ai' / layer).glob('**/*.[ch]')):
            yield layer, path, path.relative_to(root)


def layer_of(path, target, root):
    """The layer and name of an included file of the project, or None for a header of the system."""
    if (path.parent / target).exists():
        return path.relative_to(root / 'dheera-ai').parts[0], target
    target = target.removeprefix('dheera-ai/')
    if '/' in target and target.split('/')[0] in ALLOWED:
        return target.split('/')[0], target.split('/')[-1]
    if (root / 'dheera-ai' / target).exists() or target in GENERATED:
        return 'top', target
    return None


def check_includes(layer, path, name, text, root):
    for bracket, target in INCLUDE.findall(text):
        found = layer_of(path, target, root)
        if found is None:
            if bracket == '"' and not target.endswith('-enum-types.h'):
                yield f'{name} includes "{target}", which is not there'
            continue
        other, header = found
        if layer == 'tool':
            if other != 'tool' and target != UMBRELLA:
                yield f'{name} includes {target}: a program sees {UMBRELLA} only'
        elif other == 'top':
            if header == 'dheera-ai.h':
                yield f'{name} includes the umbrella header: the library includes what it uses'
        elif other != layer and other not in ALLOWED[layer]:
            yield f'{name} includes {target}: {layer}/ may not see {other}/'
        elif (layer, other) in ONLY_PUBLIC and '-private' in header:
            yield f'{name} includes {target}: {layer}/ may see only the public headers of {other}/'


def check_calls(layer, name, text):
    text = COMMENT.sub('', text)
    if layer in NO_NETWORK:
        for call in NETWORK_CALL.findall(text):
            yield f'{name} calls {call}(): only transport/, mock/ and server/ touch the network'
    if layer in NO_PARSER:
        for call in PARSER_CALL.findall(text):
            yield f'{name} calls {call}(): bytes from the network are read with wire/dheera-json'


def check_public_header(path, name, text, root):
    for _, target in INCLUDE.findall(text):
        if '-private' in target:
            yield f'{name} is public, but includes {target}'
        found = layer_of(path, target, root)
        if found is not None and found[0] == 'wire':
            yield f'{name} is public, but includes {target}: all of wire/ is private'


def check_umbrella(root):
    """Whoever includes the one header has every public header of a layer."""
    headers = {path.relative_to(root).as_posix(): path for _, path, _ in sources(root)
               if path.suffix == '.h' and '-private' not in path.name and path.parent.name not in ('tool', 'wire')}
    seen = set()
    todo = [root / UMBRELLA]
    while todo:
        path = todo.pop()
        for _, target in INCLUDE.findall(path.read_text()):
            for candidate in (root / target, path.parent / target):
                if candidate.exists() and candidate not in seen:
                    seen.add(candidate)
                    todo.append(candidate)
    return [f'{name} is public, but {UMBRELLA} does not bring it' for name, path in headers.items() if path not in seen]


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    includes, calls, public = [], [], []
    count = 0
    for layer, path, name in sources(root):
        text = path.read_text()
        count += 1
        includes += check_includes(layer, path, name, text, root)
        calls += check_calls(layer, name, text)
        if path.suffix == '.h' and '-private' not in path.name and layer != 'tool':
            public += check_public_header(path, name, text, root)

    tap = Tap()
    tap.check('there are sources to look at', [] if count > 20 else [f'only {count} files were found under {root}'])
    tap.check('each layer includes only what stands below it', includes)
    tap.check('each layer calls only what is its business', calls)
    tap.check('public headers include public headers only', public)
    tap.check('the umbrella header has every public header', check_umbrella(root))
    tap.done()


if __name__ == '__main__':
    main()
