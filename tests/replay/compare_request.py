# SPDX-License-Identifier: LGPL-2.1-or-later
"""Is the request that arrived the one that was recorded?

Both are brought into one form, rule by rule, and what is left has to be equal. The rules are all the differences that are meant; each says in its name what it allows, and the
ones that were needed are counted and printed. Each protocol has its own (requests_<protocol>.py).
"""

import json


class Inexpressible(Exception):
    """A recorded request that the public API can't express, with the reason"""


class Rules:
    """Two bodies on their way to one form. A subclass lists its rules, methods without arguments that change recorded and arrived and note what they did."""

    def __init__(self, recorded, arrived, warnings):
        self.recorded, self.arrived = recorded, arrived
        self.warnings = ' '.join(warnings)
        self.used = []

    def note(self, text):
        if text not in self.used:
            self.used.append(text)

    def drop(self, key, text):
        self.recorded.pop(key, None)
        self.arrived.pop(key, None)
        self.note(text)

    def is_warned_of(self, name):
        """Was the application told that this parameter is left out?"""
        return f'“{name}”' in self.warnings or f'"{name}"' in self.warnings

    def rules(self):
        raise NotImplementedError

    def compare(self):
        """(problems, notes): what differs and should not, and the rules that were needed."""
        for rule in self.rules():
            rule()
        return list(where(self.recorded, self.arrived, 'body')), [f'meant difference: {text}' for text in self.used]


def equal(one, two):
    """As JSON: 0 and 0.0 are one number, 1 and true are not one value."""
    if isinstance(one, bool) or isinstance(two, bool):
        return one is two
    if isinstance(one, dict) and isinstance(two, dict):
        return one.keys() == two.keys() and all(equal(one[key], two[key]) for key in one)
    if isinstance(one, list) and isinstance(two, list):
        return len(one) == len(two) and all(map(equal, one, two))
    return one == two


def where(recorded, arrived, path):
    """The innermost places that differ"""
    if equal(recorded, arrived):
        return
    if isinstance(recorded, dict) and isinstance(arrived, dict):
        for key in sorted(recorded.keys() | arrived.keys()):
            if (key in recorded) != (key in arrived):
                side, value = ('recorded', recorded[key]) if key in recorded else ('arrived', arrived[key])
                yield f'{path}.{key}: only {side}: {json.dumps(value, ensure_ascii=False)[:200]}'
            else:
                yield from where(recorded[key], arrived[key], f'{path}.{key}')
    elif isinstance(recorded, list) and isinstance(arrived, list) and len(recorded) == len(arrived):
        for number, (one, two) in enumerate(zip(recorded, arrived)):
            yield from where(one, two, f'{path}[{number}]')
    else:
        yield f'{path}: arrived {json.dumps(arrived, ensure_ascii=False)[:200]}, recorded {json.dumps(recorded, ensure_ascii=False)[:200]}'

