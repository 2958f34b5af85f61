#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A server in the main loop of a Python program."""

import asyncio
import json
import threading

from support import Dheera, Gio, GLib, Loop, Soup, error_of, is_cancelled, is_dheera, run_async, run_cases, run_glib, run_stock

KEY = 'sk-canary-0123456789'


def ask(url, body=None, key=None):
    """Asked with libsoup in the loop that serves"""
    session = Soup.Session()
    message = Soup.Message.new('POST' if body else 'GET', url)
    if body:
        message.set_request_body_from_bytes('application/json', GLib.Bytes.new(json.dumps(body).encode()))
    if key:
        message.get_request_headers().append('Authorization', f'Bearer {key}')
    loop, answers = Loop(), []

    def ready(_, result):
        answers.append(session.send_and_read_finish(result))
        loop.quit()

    session.send_and_read_async(message, GLib.PRIORITY_DEFAULT, None, ready)
    loop.run()
    return message.get_status(), json.loads(answers[0].get_data())


def chat(model):
    return {'model': model, 'messages': [{'role': 'user', 'content': 'One two three'}]}


def test_serves():
    carried = []
    session = Soup.Session(timeout=0)
    session.connect('request-queued', lambda _, message: carried.append(message.get_uri().get_path()))
    server = Dheera.Server(client=Dheera.Client(session=session), port=0)
    server.start()
    assert server.get_port() > 0 and server.props.port == server.get_port()
    assert server.get_uri() == f'http://127.0.0.1:{server.get_port()}' and str(server.get_port()) in repr(server)
    status, answer = ask(server.get_uri() + '/v1/chat/completions', chat('mock/echo'))
    assert status == 200 and answer['choices'][0]['message']['content'] == 'One two three'
    assert len(carried) == 1 and carried[0].endswith('/chat/completions'), carried
    assert run_async(server, 'stop', None) is True
    assert server.get_uri() is None


def test_keys():
    server = Dheera.Server(port=0)
    server.add_model('fast', 'mock/echo')
    server.set_keys([Dheera.Server.hash_key(KEY), 'another'])
    server.start()
    url = server.get_uri() + '/v1/models'
    assert ask(url)[0] == 401 and ask(url, key='wrong')[0] == 401
    assert ask(url, key='another')[0] == 200
    status, models = ask(url, key=KEY)
    assert status == 200 and [model['id'] for model in models['data']] == ['fast']
    server.set_property('keys', ['only this'])
    try:
        server.get_property('keys')
        raise AssertionError('keys can be read')
    except TypeError:
        pass
    run_async(server, 'stop', None)


def test_errors():
    server = Dheera.Server(port=0, host='0.0.0.0')
    error = error_of(server.start)
    assert is_dheera(error, Dheera.Error.INVALID_REQUEST) and error.details.get_param() == 'keys'
    assert error_of(server.run).details.get_param() == 'keys'
    assert is_dheera(error_of(server.add_key_file, '/nowhere'), Dheera.Error.INVALID_REQUEST)


def test_cancelled_stop():
    server = Dheera.Server(port=0)
    server.start()
    cancellable = Gio.Cancellable()
    cancellable.cancel()
    assert is_cancelled(error_of(run_async, server, 'stop', cancellable))
    run_async(server, 'stop', None)


async def serve_in_asyncio():
    """Asked by a client of asyncio's, in the same loop, whole and streamed"""
    server = Dheera.Server(port=0)
    server.start()
    for stream in (False, True):
        reader, writer = await asyncio.open_connection('127.0.0.1', server.get_port())
        body = json.dumps({**chat('mock/echo'), 'stream': stream})
        writer.write(f'POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n'
                     f'Content-Length: {len(body)}\r\n\r\n{body}'.encode())
        answer = (await reader.read()).decode()
        writer.close()
        assert answer.startswith('HTTP/1.1 200 OK\r\n') and ('data: [DONE]' in answer) == stream, answer
        assert 'three' in answer
    assert await server.stop_async() is True
    assert server.get_uri() is None


def test_serves_in_asyncio():
    run_stock(serve_in_asyncio())


def test_serves_in_a_glib_loop_of_asyncio():
    run_glib(serve_in_asyncio())


def test_runs():
    """Until it is told that it is enough, in a thread of its own"""
    server = Dheera.Server(port=0)
    ended = []
    started = threading.Event()
    server.connect('notify::port', lambda *_: started.set())
    thread = threading.Thread(target=lambda: ended.append(server.run()))
    thread.start()
    # Its thread's default main context is the one of this thread, which is not iterated now: the server takes it, or one of its own.
    assert started.wait(20)
    server.stop()
    thread.join(20)
    assert ended == [True]


run_cases([value for name, value in list(globals().items()) if name.startswith('test_')])
