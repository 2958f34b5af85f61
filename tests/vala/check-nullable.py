#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What may be null is so in Vala, too: check-nullable.py GIR VAPI

GIR says it of functions only, and of properties bindings/vala/Dheera-1.metadata does. A property may be null where the function that reads it gives null, or, where
there is none, where the one that writes it takes null.
"""

import pathlib
import re
import sys
import xml.etree.ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

from tap import Tap  # noqa: E402  pylint: disable=wrong-import-position

CORE = '{http://www.gtk.org/introspection/core/1.0}'
# Whatever has such a type is a number in Vala.
NUMBERS = {'gboolean', 'gint', 'guint', 'gint64', 'guint64', 'gdouble'}


def may_be_null(methods, prop):
    """None where no function says so"""
    getter, setter = methods.get(prop.get('getter')), methods.get(prop.get('setter'))
    if getter is not None:
        return getter.find(f'{CORE}return-value').get('nullable') == '1'
    if setter is not None:
        return setter.find(f'{CORE}parameters').find(f'{CORE}parameter').get('nullable') == '1'
    return None


def properties_of_gir(path):
    """{(class, property): may it be null?}"""
    properties = {}
    for cls in xml.etree.ElementTree.parse(path).getroot().iter(f'{CORE}class'):
        methods = {method.get('name'): method for method in cls.findall(f'{CORE}method')}
        for prop in cls.findall(f'{CORE}property'):
            kind, null = prop.find(f'{CORE}type'), may_be_null(methods, prop)
            if null is not None and (kind is None or kind.get('name') not in NUMBERS):
                properties[cls.get('name'), prop.get('name').replace('-', '_')] = null
    return properties


def properties_of_vapi(path):
    properties, cls = {}, None
    for line in pathlib.Path(path).read_text(encoding='utf-8').splitlines():
        begun = re.fullmatch(r'\tpublic (?:abstract |sealed )*class (\w+) .*\{', line)
        found = re.fullmatch(r'\t\tpublic (?:abstract |virtual )*([\w.<>\[\]]+)(\??) (\w+) \{.*\}', line)
        if begun:
            cls = begun.group(1)
        elif found:
            properties[cls, found.group(3)] = found.group(2) == '?'
    return properties


def main(gir, vapi):
    tap = Tap()
    expected, found = properties_of_gir(gir), properties_of_vapi(vapi)
    for (cls, prop), null in expected.items():
        if (cls, prop) not in found:
            problems = ['Vala does not have it']
        elif null != found[cls, prop]:
            problems = [f'it {"may" if null else "can not"} be null, and Vala thinks otherwise: see bindings/vala/Dheera-1.metadata']
        else:
            problems = []
        tap.check(f'{cls}.{prop} {"or null" if null else "is never null"}', problems)
    tap.check('there are properties of both kinds', [] if len(set(expected.values())) == 2 else ['there are not'])
    tap.done()


main(*sys.argv[1:])
