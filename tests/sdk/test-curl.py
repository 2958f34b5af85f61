#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""curl against dheera-ai serve, as the documentation shows it.

    test-curl.py TOOL SERVE-MODELS
"""

import json
import shutil
import subprocess
import sys

import gateway
from tap import run_cases

SERVED = {}
TEXT = 'One two three four'
BODY = {'model': 'mock/echo', 'messages': [{'role': 'user', 'content': TEXT}]}


def curl(path, *arguments, body=None, key=None):
    """What curl writes, with the status in a line of its own at the end"""
    if body is not None:
        arguments = [*arguments, '-H', 'Content-Type: application/json', '-d', json.dumps(body)]
    argv = ['curl', '-sS', '--max-time', '30', '-w', '\n%{http_code}', SERVED['url'] + path, '-H', f"Authorization: Bearer {key or SERVED['key']}", *arguments]
    text, _, status = subprocess.run(argv, capture_output=True, text=True, check=True).stdout.rpartition('\n')
    return int(status), text


def post(words, arguments):
    argv = ['curl', '-sS', '--max-time', '60', '-w', '\n%{http_code}', SERVED['url'] + '/v1/chat/completions', '-H', f"Authorization: Bearer {SERVED['key']}",
            '-H', 'Content-Type: application/json', '--data-binary', '@-', *arguments]
    body = json.dumps({**BODY, 'messages': [{'role': 'user', 'content': words}]})
    text, _, status = subprocess.run(argv, input=body, capture_output=True, text=True, check=True).stdout.rpartition('\n')
    return int(status), text


def test_chat():
    status, text = curl('/v1/chat/completions', body=BODY)
    assert status == 200 and json.loads(text)['choices'][0]['message']['content'] == TEXT


def test_stream():
    """curl -N shows each event when it comes."""
    status, text = curl('/v1/chat/completions', '-N', body={**BODY, 'stream': True})
    events = text.strip().split('\n\n')
    assert status == 200 and all(event.startswith('data: ') for event in events) and events[-1] == 'data: [DONE]'
    deltas = [json.loads(event.removeprefix('data: '))['choices'][0]['delta'] for event in events[:-1]]
    assert ''.join(delta.get('content') or '' for delta in deltas) == TEXT


def test_events_come_one_by_one():
    """The first one is there while the model waits for ever."""
    body = {'model': 'vllm/echo', 'stream': True, 'messages': [{'role': 'user', 'content': json.dumps({'stall_after': 1})}]}
    argv = ['curl', '-sSN', SERVED['url'] + '/v1/chat/completions', '-H', f"Authorization: Bearer {SERVED['key']}", '-d', json.dumps(body)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        try:
            for line in process.stdout:
                if 'One ' in line:
                    break
            else:
                raise AssertionError('the stream ended')
        finally:
            process.kill()


def test_models_and_embeddings():
    status, text = curl('/v1/models')
    assert status == 200 and 'openai/m' in [model['id'] for model in json.loads(text)['data']]
    status, text = curl('/v1/models/openai/m')
    assert status == 200 and json.loads(text)['id'] == 'openai/m'
    status, text = curl('/v1/embeddings', body={'model': 'openai/m', 'input': 'a cat'})
    assert status == 200 and json.loads(text)['data'][0]['embedding'] == [0.25, -0.5]


def test_large_body():
    """curl asks with Expect: 100-continue whether a body of that size is wanted, and asked for HTTP/2 in clear it gets HTTP/1.1."""
    words = 'word ' * 300000
    for arguments in ([], ['--http2'], ['-H', 'Expect:']):
        status, text = post(words, arguments)
        assert status == 200 and json.loads(text)['choices'][0]['message']['content'] == words


def test_refusals():
    status, text = curl('/v1/models', key='wrong')
    assert status == 401 and json.loads(text)['error']['code'] == 'invalid_api_key'
    assert curl('/v1/chat/completions', '-X', 'DELETE')[0] == 405
    assert curl('/health/readiness')[0] == 200


if __name__ == '__main__':
    if not shutil.which('curl'):
        print('1..0 # SKIP curl is not installed')
        sys.exit(0)
    with gateway.serving(*sys.argv[1:]) as served:
        SERVED.update(served)
        run_cases([case for name, case in list(globals().items()) if name.startswith('test_')])
