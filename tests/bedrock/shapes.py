# SPDX-License-Identifier: LGPL-2.1-or-later
"""Checks JSON against the shapes of an AWS service model (service-2.json), strictly: unknown members, required ones, enums, lengths, ranges, patterns, and unions of one member.

    for fault in Shapes(model).faults('ConverseRequest', {...}): ...

Members that are sent outside of the body (with a location) are left out of it.
"""

import base64
import binascii
import re

TYPES = {
    'string': str, 'integer': int, 'long': int, 'float': (int, float), 'double': (int, float), 'boolean': bool, 'list': list, 'map': dict,
    'structure': dict, 'blob': str,
}


class Shapes:
    def __init__(self, model):
        self.shapes = model['shapes']

    def faults(self, name, value, path='body'):
        shape = self.shapes[name]
        kind = shape['type']
        if kind == 'structure' and shape.get('document'):
            return
        if not isinstance(value, TYPES[kind]) or isinstance(value, bool) and kind != 'boolean':
            yield f'{path} is no {kind}: {value!r}'
            return
        yield from getattr(self, f'check_{kind}', lambda *_: ())(shape, value, path)
        yield from self.check_size(shape, value, path)

    def check_structure(self, shape, value, path):
        members = {key: member for key, member in shape['members'].items() if 'location' not in member}
        for key in sorted(set(value) - set(members)):
            yield f'{path} has no member {key}'
        for key in shape.get('required', []):
            if key in members and key not in value:
                yield f'{path} lacks {key}'
        if shape.get('union') and len(value) != 1:
            yield f'{path} is a union with {len(value)} members: {sorted(value)}'
        for key in set(value) & set(members):
            yield from self.faults(members[key]['shape'], value[key], f'{path}.{key}')

    def check_list(self, shape, value, path):
        for number, one in enumerate(value):
            yield from self.faults(shape['member']['shape'], one, f'{path}[{number}]')

    def check_map(self, shape, value, path):
        for key, one in value.items():
            yield from self.faults(shape['key']['shape'], key, f'{path} key')
            yield from self.faults(shape['value']['shape'], one, f'{path}.{key}')

    def check_string(self, shape, value, path):
        if 'enum' in shape and value not in shape['enum']:
            yield f'{path} is {value!r}, none of {shape["enum"]}'
        if 'pattern' in shape and not re.fullmatch(shape['pattern'], value):
            yield f'{path} does not match {shape["pattern"]}: {value!r}'

    def check_blob(self, shape, value, path):  # pylint: disable=unused-argument
        try:
            base64.b64decode(value, validate=True)
        except binascii.Error:
            yield f'{path} is not base64'

    def check_size(self, shape, value, path):
        size = value if isinstance(value, (int, float)) else len(value)
        if size < shape.get('min', size) or size > shape.get('max', size):
            yield f'{path} is outside of {shape.get("min")} to {shape.get("max")}: {size}'
