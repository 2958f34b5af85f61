#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes the C tables of what is known about models out of data/models.json.

    make-model-data.py models.json providers.json dheera-model-facts.c

The form of the data is the one that dheera_client_load_model_data() takes, with two members more: "date", the day on which the facts were looked up, and
"same", for a provider those whose models it has at their prices. Everything that is not understood is an error.
"""

import datetime
import json
import re
import sys

PRICES = ('input', 'output', 'cache_read', 'cache_write')
CAPABILITIES = ('tools', 'json_schema', 'reasoning', 'images', 'audio', 'pdf', 'embeddings')
COUNTS = ('context_window', 'max_output_tokens')
NAME = re.compile(r'[A-Za-z0-9][A-Za-z0-9._:/@-]*\Z')
MAX_PRICE = 4000
UNKNOWN = 'DHEERA_PRICE_UNKNOWN'


class Fault(Exception):
    pass


def need(condition, what):
    if not condition:
        raise Fault(what)


def price(value, what):
    need(isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= MAX_PRICE, f'{what} is {value!r}, no price in dollars')
    return round(value * 1e6)


def count(value, what):
    need(isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2 ** 31, f'{what} is {value!r}, no number of tokens')
    return value


def check_above(value):
    need(isinstance(value, dict) and 'tokens' in value, 'above is not an object with tokens')
    unknown = set(value) - {'tokens', *PRICES}
    need(not unknown, f'above has {", ".join(sorted(unknown))}')


def check_model(model):
    need(isinstance(model, dict), 'it is not an object')
    unknown = set(model) - {*PRICES, *COUNTS, 'capabilities', 'above'}
    need(not unknown, f'{", ".join(sorted(unknown))} is not known')
    need(model, 'it says nothing')
    abilities = model.get('capabilities', [])
    need(isinstance(abilities, list) and set(abilities) <= set(CAPABILITIES) and len(set(abilities)) == len(abilities), f'capabilities are {abilities!r}')
    if 'above' in model:
        check_above(model['above'])
    need(('input' in model) == ('output' in model) or 'embeddings' in abilities, 'a price of input needs one of output')


def c_prices(model, fallback):
    return '{ %s }' % ', '.join(str(price(model[name], name)) if name in model else fallback[i] for i, name in enumerate(PRICES))


def c_facts(model):
    prices = c_prices(model, [UNKNOWN] * len(PRICES))
    above = model.get('above', {})
    flags = ['DHEERA_MODEL_CAPABILITIES_' + word.upper() for word in model.get('capabilities', [])]
    if 'capabilities' in model:
        flags.append('DHEERA_MODEL_CAPABILITIES_KNOWN')
    return '  { %s, %s, %s, %s, %s },' % (
        ', '.join(str(count(model[name], name)) if name in model else '-1' for name in COUNTS),
        prices, count(above['tokens'], 'above.tokens') if above else 0, c_prices(above, prices[2:-2].split(', ')), ' | '.join(flags) or '0')


def unique(items):
    keys = [key for key, _ in items]
    for key in keys:
        need(keys.count(key) == 1, f'{key} is there twice')
    return dict(items)


def responses_ids(rows):
    """The ids under which providers are asked through OpenAI's Responses, with their own ones"""
    made = {}
    for row in rows:
        if 'responses' in row:
            own = row['responses'] if isinstance(row['responses'], dict) else {}
            made[own.get('id', row['id'] + '-responses')] = row['id']
    return made


def load(path, providers_path):
    with open(path, encoding='utf-8') as file:
        data = json.load(file, object_pairs_hook=unique)
    with open(providers_path, encoding='utf-8') as file:
        rows = json.load(file)['providers']
    ids = {row['id'] for row in rows} | {row['stands_for']['id'] for row in rows if 'stands_for' in row}
    derived = responses_ids(rows)

    need(isinstance(data, dict) and set(data) == {'date', 'same', 'models'}, 'the keys of the file are date, same and models')
    need(datetime.date.fromisoformat(data['date']) is not None, 'date is no day')
    for provider, others in data['same'].items():
        need(provider in ids and others and set(others) <= set(data['models']), f'same of {provider} names {others!r}')
    for provider, models in data['models'].items():
        need(provider in ids, f'{provider} is no provider')
        for name, model in models.items():
            try:
                need(NAME.match(name), 'its name is none')
                check_model(model)
            except Fault as fault:
                raise Fault(f'{provider}/{name}: {fault}') from None
    for made, provider in derived.items():
        data['same'].setdefault(made, [provider, *data['same'].get(provider, [])])
    return data


def generate(data):
    facts, names = [], {}
    for provider, models in data['models'].items():
        for name, model in models.items():
            names[f'{provider}/{name}'] = len(facts)
            facts.append(c_facts(model))

    blob, entries, offset = [], [], 0
    for name in sorted(names):
        blob.append('  "%s\\0"' % name)
        entries.append('  { %d, %d },' % (offset, names[name]))
        offset += len(name) + 1
    need(offset < 2 ** 16, 'the names do not fit into the table any more')
    same = ['  "%s", "%s",' % (provider, other) for provider, others in data['same'].items() for other in others]

    return '\n'.join([
        '/* Made by make-model-data.py from data/models.json; edit that. */', '',
        '#include "dheera-ai/providers/dheera-model-data-private.h"', '',
        'const char dheera_model_date[] = "%s";' % data['date'], '',
        'const char dheera_model_names[] =', *blob, ';', '',
        'const DheeraModelFacts dheera_model_facts[] = {', *facts, '};', '',
        'const DheeraModelEntry dheera_model_entries[] = {', *entries, '};',
        'const guint dheera_model_n_entries = G_N_ELEMENTS (dheera_model_entries);', '',
        'const char *const dheera_model_same[] = {', *same, '  NULL,', '};', ''])


def main(arguments):
    if len(arguments) != 4:
        sys.exit('usage: make-model-data.py models.json providers.json output.c')
    try:
        code = generate(load(arguments[1], arguments[2]))
    except (Fault, ValueError, OSError, KeyError, TypeError, AttributeError) as fault:
        sys.exit(f'{arguments[1]}: {fault}')
    with open(arguments[3], 'w', encoding='utf-8') as file:
        file.write(code)


if __name__ == '__main__':
    main(sys.argv)
