#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian's httpx against dheera-ai serve, as a program would write it: whole answers, streams, errors, connections kept and left.

    test-httpx.py TOOL SERVE-MODELS
"""

import asyncio
import json
import sys

import gateway
from tap import run_cases

try:
    import httpx
except ImportError as reason:
    print(f'1..0 # SKIP {reason}')
    sys.exit(0)

TEXT = 'One two three four'
SERVED = {}


def client(kind=httpx.Client, **values):
    return kind(base_url=f"{SERVED['url']}/v1", headers={'Authorization': f"Bearer {SERVED['key']}"}, timeout=30, **values)


def chat(text=TEXT, model='mock/echo', **values):
    return {'model': model, 'messages': [{'role': 'user', 'content': text}], **values}


def ordered(**orders):
    return chat(json.dumps(orders), 'vllm/echo', stream=True)


def text_of(lines):
    """What the events of a stream say, and how they end"""
    data = [line.strip().removeprefix('data: ') for line in lines if line.strip()]
    assert data[-1] == '[DONE]', data[-3:]
    return ''.join(choice['delta'].get('content') or '' for event in data[:-1] for choice in json.loads(event)['choices'])


def seen():
    return httpx.get(SERVED['lab'] + '/seen').json()


def wait_for_gone(before):
    gateway.wait_until(lambda: seen()['gone'] == before['gone'] + 1)


def test_whole():
    with client() as http:
        answer = http.post('/chat/completions', json=chat())
        assert answer.status_code == 200 and answer.headers['content-type'].startswith('application/json')
        assert answer.json()['choices'][0]['message']['content'] == TEXT
        for model in ('openai/m', 'anthropic/m', 'gemini/m'):
            assert http.post('/chat/completions', json=chat(model=model)).json()['choices'][0]['message']['content'] == 'Hello, dear world'
        vectors = http.post('/embeddings', json={'model': 'mock/m', 'input': ['a cat', 'a dog']}).json()['data']
        assert [len(vector['embedding']) for vector in vectors] == [64, 64]


def test_stream():
    with client() as http:
        for model, text in (('mock/echo', TEXT), ('openai/m', 'Hello, dear world'), ('anthropic/m', 'Hello, dear world'), ('gemini/m', 'Hello, dear world')):
            with http.stream('POST', '/chat/completions', json=chat(model=model, stream=True)) as answer:
                assert answer.status_code == 200 and answer.headers['content-type'].startswith('text/event-stream')
                assert text_of(answer.iter_lines()) == text


def test_asynchronous_streams():
    async def one(http, i):
        text = f'Stream {i} says {"word " * i}end'
        async with http.stream('POST', '/chat/completions', json=ordered(text=text, pace_ms=2)) as answer:
            assert text_of([line async for line in answer.aiter_lines()]) == text

    async def all_of_them():
        async with client(httpx.AsyncClient, limits=httpx.Limits(max_connections=60)) as http:
            await asyncio.gather(*(one(http, i) for i in range(50)))

    asyncio.run(all_of_them())


def test_connections_are_kept():
    """One for all, whole or streamed, and also after a request that was refused"""
    with client(limits=httpx.Limits(max_connections=1)) as http:
        ports = set()
        for i in range(12):
            with http.stream('POST', '/chat/completions', json=chat(stream=i % 3 == 1, **({'n': 0} if i % 3 == 2 else {}))) as answer:
                answer.read()
                assert answer.status_code == (400 if i % 3 == 2 else 200) and answer.http_version == 'HTTP/1.1'
                ports.add(answer.extensions['network_stream'].get_extra_info('client_addr'))
        assert len(ports) == 1 and None not in ports, ports


def test_errors():
    with client() as http:
        for body, status, code in ((chat(model='nobody/m'), 404, 'model_not_found'), (chat(temperature='hot'), 400, None), ({}, 400, None)):
            answer = http.post('/chat/completions', json=body)
            error = answer.json()['error']
            assert answer.status_code == status, (answer.status_code, error)
            assert set(error) == {'message', 'type', 'param', 'code'} and (code is None or error['code'] == code), error
        assert http.post('/chat/completions', content=b'{"model": ').status_code == 400
        assert http.get('/nothing').status_code == 404
        assert http.get('/chat/completions').status_code == 405
        http.headers['Authorization'] = 'Bearer wrong'
        assert http.get('/models').json()['error']['code'] == 'invalid_api_key'


def test_leaving():
    """The provider sees it when the client closes, before the first piece and in the middle."""
    with client() as http:
        before = seen()
        with http.stream('POST', '/chat/completions', json=ordered(pace_ms=20, text='word ' * 2000)) as answer:
            next(answer.iter_lines())
        wait_for_gone(before)
        before = seen()
        try:
            http.post('/chat/completions', json=ordered(delay=True), timeout=0.3)
        except httpx.ReadTimeout:
            wait_for_gone(before)
        else:
            raise AssertionError('there was no timeout')


def test_health():
    for name in ('liveliness', 'readiness'):
        assert httpx.get(f"{SERVED['url']}/health/{name}").status_code == 200


if __name__ == '__main__':
    with gateway.serving(*sys.argv[1:]) as served:
        SERVED.update(served)
        run_cases([case for name, case in list(globals().items()) if name.startswith('test_')])
