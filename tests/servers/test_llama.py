#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""llama_server.py does what tests over it rely on."""

import contextlib
import http.client
import json
import pathlib
import sys
import time

import fixture

sys.path.insert(0, str(fixture.FOLDER.parent))
from tap import Skip, run_cases  # noqa: E402

# The first start ever makes a Debian system.
PATIENCE = 960
ANSWER_PATIENCE = 60
OPTIONS = ['-c', '2048', '-np', '1', '-a', 'stories260k']


@contextlib.contextmanager
def llama(*options):
    try:
        with fixture.exclusive('llama'), fixture.Server('llama_server.py', *OPTIONS, *options, patience=PATIENCE) as server:
            yield server
    except fixture.Skipped as reason:
        raise Skip(reason) from None


def ask(server, method, path, body=None, headers=None):
    connection = http.client.HTTPConnection('127.0.0.1', int(server['port']), timeout=ANSWER_PATIENCE)
    with contextlib.closing(connection):
        connection.request(method, path, json.dumps(body) if body else None,
                           {'Content-Type': 'application/json', **(headers or {})})
        response = connection.getresponse()
        return response.status, response.read().decode()


def chat(**more):
    messages = [{'role': 'user', 'content': 'Once upon a time'}]
    return {'model': 'stories260k', 'messages': messages, 'max_tokens': 8, 'seed': 1, **more}


def test_engine_answers():
    with llama() as server:
        status, body = ask(server, 'GET', '/v1/models')
        assert status == 200 and json.loads(body)['data'][0]['id'] == 'stories260k', body

        status, body = ask(server, 'POST', '/v1/chat/completions', chat())
        assert status == 200, body
        answer = json.loads(body)
        assert answer['choices'][0]['message']['content'] and answer['usage']['completion_tokens'] == 8, body

        status, body = ask(server, 'POST', '/v1/chat/completions', chat(stream=True))
        assert status == 200 and body.rstrip().endswith('data: [DONE]'), body


def test_key():
    with llama('--api-key', 'key-of-the-tests') as server:
        assert ask(server, 'POST', '/v1/chat/completions', chat())[0] == 401
        key = {'Authorization': 'Bearer key-of-the-tests'}
        assert ask(server, 'POST', '/v1/chat/completions', chat(), key)[0] == 200


def test_nothing_is_left():
    with llama() as server:
        folder = pathlib.Path(server['log']).parent
        port = int(server['port'])
        server.process.stdin.close()
        assert server.process.wait(ANSWER_PATIENCE) == 0
        assert not folder.exists()
        assert not fixture.is_listening(port)


def test_sudden_death_takes_the_engine_along():
    with llama() as server:
        port = int(server['port'])
        server.process.kill()
        server.process.wait()
        deadline = time.monotonic() + ANSWER_PATIENCE
        while fixture.is_listening(port) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not fixture.is_listening(port)
        folder = pathlib.Path(server['log']).parent
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()


if __name__ == '__main__':
    run_cases([case for name, case in list(globals().items()) if name.startswith('test_')])
