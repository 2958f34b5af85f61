#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""make-model-data.py takes the data as it is, and refuses what it does not understand.

    test-make-model-data.py make-model-data.py models.json providers.json
"""

import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from tap import Tap  # noqa: E402  pylint: disable=wrong-import-position

MODEL = {'context_window': 128000, 'input': 2.5, 'output': 10, 'cache_read': 1.25, 'capabilities': ['tools', 'images'],
         'above': {'tokens': 100000, 'input': 5}}
# What is changed in the model (None: taken away), and a word of the complaint
BAD_MODELS = [
    ({'inptu': 1}, 'inptu'),
    ({'input': -1}, 'input'),
    ({'input': '1'}, 'input'),
    ({'input': True}, 'input'),
    ({'input': 5000}, 'input'),
    ({'output': None}, 'output'),
    ({'context_window': 0}, 'context_window'),
    ({'context_window': 1.5}, 'context_window'),
    ({'capabilities': ['flying']}, 'flying'),
    ({'capabilities': ['tools', 'tools']}, 'capabilities'),
    ({'above': {'input': 5}}, 'above'),
    ({'above': {'tokens': 5, 'price': 5}}, 'price'),
    ({'above': {'tokens': -5}}, 'above.tokens'),
]
# What is changed in the file
BAD_FILES = [
    ({'date': 'yesterday'}, 'isoformat'),
    ({'date': None}, 'date'),
    ({'same': {'nobody': ['openai']}}, 'nobody'),
    ({'same': {'azure': ['nobody']}}, 'nobody'),
    ({'same': {'azure': []}}, 'azure'),
    ({'models': {'openai': {}, 'nobody': {'m': {'input': 1, 'output': 1}}}}, 'nobody'),
    ({'models': {'openai': {'a b': {'input': 1, 'output': 1}}}}, 'name'),
    ({'models': {'openai': {'m': {}}}}, 'nothing'),
    ({'models': {'openai': {'m': []}}}, 'object'),
    ({'prices': {}}, 'keys'),
]


def changed(value, change):
    return {key: part for key, part in {**value, **change}.items() if part is not None}


def run(script, text, providers, folder):
    data, output = pathlib.Path(folder) / 'models.json', pathlib.Path(folder) / 'facts.c'
    data.write_text(text, encoding='utf-8')
    output.unlink(missing_ok=True)
    done = subprocess.run([sys.executable, script, data, providers, output], capture_output=True, text=True, check=False)
    return done, output.read_text(encoding='utf-8') if output.exists() else ''


def refuses(done, code, word):
    if done.returncode == 0 or code:
        return ['it was taken']
    return [] if word in done.stderr and 'Traceback' not in done.stderr else [done.stderr]


def main():
    script, data, providers = sys.argv[1:4]
    tap = Tap()
    good = {'date': '2026-01-31', 'same': {'azure': ['openai']}, 'models': {'openai': {'m': MODEL}}}
    with tempfile.TemporaryDirectory() as folder:
        done, code = run(script, json.dumps(good), providers, folder)
        facts = '{ 128000, -1, { 2500000, 10000000, 1250000, DHEERA_PRICE_UNKNOWN }, 100000, { 5000000, 10000000, 1250000, DHEERA_PRICE_UNKNOWN }, '
        tap.check('a good file', [] if done.returncode == 0 and facts in code and '"openai/m\\0"' in code else [done.stderr, code])
        for change, word in BAD_MODELS:
            text = json.dumps({**good, 'models': {'openai': {'m': changed(MODEL, change)}}})
            tap.check(f'model with {json.dumps(change)}', refuses(*run(script, text, providers, folder), word))
        for change, word in BAD_FILES:
            tap.check(f'file with {json.dumps(change)}', refuses(*run(script, json.dumps(changed(good, change)), providers, folder), word))
        tap.check('a member that is there twice', refuses(*run(script, '{"date": 1, "date": 2}', providers, folder), 'twice'))
        done, code = run(script, pathlib.Path(data).read_text(encoding='utf-8'), providers, folder)
        tap.check('the data of the tree', [done.stderr] if done.returncode else [])
    return tap.done()


if __name__ == '__main__':
    sys.exit(main())
