#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whether the generator of the table of providers refuses what it does not understand.

Usage: test-make-table.py make-provider-table.py providers.json
"""

import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from tap import Tap  # noqa: E402  pylint: disable=wrong-import-position

GOOD = {'id': 'lab', 'name': 'Lab', 'base_url': 'https://llm.example/v1', 'key_env': ['LAB_KEY'], 'docs': 'https://llm.example'}

# What is changed about the good row (None takes a key away), and what the complaint has to name
FAULTS = [
    ({'id': 'Lab'}, 'id'),
    ({'id': 7}, 'id'),
    ({'id': None}, 'id is missing'),
    ({'name': ''}, 'name'),
    ({'base_url': 'llm.example/v1'}, 'base_url'),
    ({'base_url': 'https://llm.example/v1/'}, 'slash'),
    ({'base_url': 'https://llm.example/v1?x=1'}, 'base_url'),
    ({'base_url': 'https://user:secret@llm.example/v1'}, 'base_url'),
    ({'docs': 'http://llm.example'}, 'docs'),
    ({'docs': None}, 'docs is missing'),
    ({'key_env': []}, 'key_env'),
    ({'key_env': ['lab key']}, 'key_env'),
    ({'key_env': ['A', 'A']}, 'repeats'),
    ({'key_env': 'LAB_KEY'}, 'key_env'),
    ({'key_env': None}, 'no key_env'),
    ({'key_optional': 'yes'}, 'key_optional'),
    ({'local': 1}, 'local'),
    ({'auth_header': 'x key'}, 'auth_header'),
    ({'chat_path': 'chat'}, 'chat_path'),
    ({'models_path': 7}, 'models_path'),
    ({'dialect': {'max_token_member': 'x'}}, 'max_token_member'),
    ({'dialect': {'reasoning': 'deep'}}, 'reasoning'),
    ({'dialect': {'include_usage': 'no'}}, 'include_usage'),
    ({'dialect': []}, 'dialect'),
    ({'drop_params': ['tempreature']}, 'tempreature'),
    ({'finish_reasons': {'eos': 'halt'}}, 'halt'),
    ({'temperature_max': 0}, 'temperature_max'),
    ({'temperature_max': True}, 'temperature_max'),
    ({'aliases': ['lab']}, 'lab is the name of two rows'),
    ({'stands_for': {'id': 'lab', 'name': 'Lab'}}, 'lab is the name of two rows'),
    ({'stands_for': {'id': 'x'}}, 'stands_for'),
    ({'primary': 'Lab'}, 'primary'),
    ({'primary': 'nobody'}, 'primary'),
    ({'primary': 'lab'}, 'primary'),
    ({'responses': False}, 'responses'),
    ({'responses': {'id': 'Lab'}}, 'responses.id'),
    ({'responses': {'id': 'lab'}}, 'lab is the name of two rows'),
    ({'responses': {'base_url': 'llm.example'}}, 'responses.base_url'),
    ({'responses': {'colour': 'x'}}, 'responses.colour'),
    ({'stream_only': 1}, 'stream_only'),
    ({'header_env': {'X Y': 'Z'}}, 'header_env'),
    ({'region_env': ['a region']}, 'region_env'),
    ({'sign_service': ''}, 'sign_service'),
    ({'protocol': 'smoke-signals'}, 'smoke-signals'),
    ({'hosting': 'attic'}, 'attic'),
    ({'tokens': 'subway'}, 'subway'),
    ({'url_env': {'a b': 'X'}}, 'url_env'),
    ({'url_env': {'resource': 'x y'}}, 'url_env'),
    ({'api_version_env': 'X'}, 'api_version_env'),
    ({'colour': 'red'}, 'colour'),
    ({'comment': 7}, 'comment'),
]


def run(script, text, folder):
    data, output = pathlib.Path(folder) / 'data.json', pathlib.Path(folder) / 'rows.c'
    data.write_text(text, encoding='utf-8')
    done = subprocess.run([sys.executable, script, data, output], capture_output=True, text=True, check=False)
    return done, output.read_text(encoding='utf-8') if output.exists() else ''


def table(*rows):
    return json.dumps({'providers': rows})


def main():
    script, data = sys.argv[1:3]
    tap = Tap()
    with tempfile.TemporaryDirectory() as folder:
        done, code = run(script, table(GOOD), folder)
        tap.check('a good row', [] if done.returncode == 0 and '.id = "lab"' in code else [done.stderr])
        done, code = run(script, table({**GOOD, 'aliases': ['l'], 'responses': {'base_url': 'https://other.example'}}), folder)
        wanted = ('.id = "lab-responses"', '"l-responses", NULL', '.protocol = &dheera_openai_responses', '.primary = "lab"', '.base_url = "https://other.example"')
        tap.check('a row of two protocols', [f'no {text} in it' for text in wanted if text not in code])
        done, code = run(script, table({**GOOD, 'name': 'A \\ "B"'}), folder)
        tap.check('no quotes in a name', [] if done.returncode != 0 else ['it was taken'])
        done, code = run(script, pathlib.Path(data).read_text(encoding='utf-8'), folder)
        again, code_again = run(script, pathlib.Path(data).read_text(encoding='utf-8'), folder)
        tap.check('the table itself', [done.stderr] if done.returncode or again.returncode or code != code_again else [])
    for change, named in FAULTS:
        with tempfile.TemporaryDirectory() as folder:
            row = {key: value for key, value in {**GOOD, **change}.items() if value is not None}
            done, code = run(script, table(row), folder)
            good = done.returncode != 0 and named in done.stderr and 'Traceback' not in done.stderr and not code
            tap.check(f'{change}', [] if good else [done.stderr or 'it was taken'])
    for name, text in {
            'two rows of one id': table(GOOD, GOOD), 'a key twice': '{"providers": [{"id": "a", "id": "b"}]}', 'no object': '[]',
            'no rows': table(), 'another key': '{"providers": [], "x": 1}', 'no JSON': '{', 'a row that is none': table(7)}.items():
        with tempfile.TemporaryDirectory() as folder:
            done, code = run(script, text, folder)
            good = done.returncode != 0 and 'data.json' in done.stderr and 'Traceback' not in done.stderr and not code
            tap.check(name, [] if good else [done.stderr or 'it was taken'])
    return tap.done()


if __name__ == '__main__':
    sys.exit(main())
