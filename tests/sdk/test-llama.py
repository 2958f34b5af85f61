#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""llama.cpp behind dheera-ai serve: a real engine's streams arrive in pieces, and as a whole are what it says at once.

    test-llama.py TOOL SERVE-MODELS
"""

import contextlib
import http.client
import json
import pathlib
import sys
import tempfile
import urllib.parse

import gateway
from tap import run_cases

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'servers'))

import fixture  # noqa: E402

KEY = 'key-of-the-tests'
# The first start ever makes a Debian system.
PATIENCE = 960
ENGINE = ['-c', '2048', '-np', '2', '-a', 'stories260k', '--api-key', KEY, '-t', '1', '-tb', '1', '--poll', '0']
CONFIG = '''
[provider llamacpp]
base-url=http://127.0.0.1:{port}/v1
api-key-file={key_file}

[model stories]
target=llamacpp/stories260k
'''
SERVED = {}


def ask(**values):
    """The events of a stream, or the one object of an answer"""
    url = urllib.parse.urlsplit(SERVED['url'])
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=120)
    body = {'model': 'stories', 'messages': [{'role': 'user', 'content': 'Once upon a time'}], 'temperature': 0, 'seed': 1, 'max_tokens': 40, **values}
    with contextlib.closing(connection):
        connection.request('POST', '/v1/chat/completions', json.dumps(body), {'Content-Type': 'application/json', 'Authorization': f"Bearer {SERVED['key']}"})
        answer = connection.getresponse()
        text = answer.read().decode()
        assert answer.status == 200, text
    if not values.get('stream'):
        return json.loads(text)
    data = [event.removeprefix('data: ') for event in text.strip().split('\n\n')]
    assert data[-1] == '[DONE]', data[-1]
    return [json.loads(event) for event in data[:-1]]


def test_stream():
    whole = ask()['choices'][0]
    chunks = ask(stream=True, stream_options={'include_usage': True})
    pieces = [choice['delta'].get('content') for chunk in chunks for choice in chunk['choices'] if choice['delta'].get('content')]
    reasons = [choice['finish_reason'] for chunk in chunks for choice in chunk['choices'] if choice['finish_reason']]
    assert len(pieces) > 5 and ''.join(pieces) == whole['message']['content'], (pieces, whole)
    assert reasons == [whole['finish_reason']] == ['length'], (reasons, whole)
    assert chunks[-1]['choices'] == [] and chunks[-1]['usage']['completion_tokens'] == 40, chunks[-1]


def test_models():
    url = urllib.parse.urlsplit(SERVED['url'])
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
    with contextlib.closing(connection):
        connection.request('GET', '/v1/models', headers={'Authorization': f"Bearer {SERVED['key']}"})
        assert [model['id'] for model in json.load(connection.getresponse())['data']] == ['stories']


def main():
    with contextlib.ExitStack() as stack:
        stack.enter_context(fixture.exclusive('llama'))
        try:
            engine = stack.enter_context(fixture.Server('llama_server.py', *ENGINE, patience=PATIENCE))
        except fixture.Skipped as reason:
            print(f'1..0 # SKIP {reason}')
            return
        key_file = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory())) / 'key'
        gateway.write_private(key_file, KEY)
        SERVED.update(stack.enter_context(gateway.serving(*sys.argv[1:], more=CONFIG.format(port=engine['port'], key_file=key_file))))
        run_cases([test_stream, test_models])


if __name__ == '__main__':
    main()
