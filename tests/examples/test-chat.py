#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The chat service with FastAPI, in the loop of asyncio and in that of GLib: test-chat.py COMMAND…"""

import concurrent.futures
import contextlib
import http.client
import json
import re
import socket
import subprocess
import threading

from example import COMMAND, PATIENCE, environment, run_cases
from recipe import Hanging, Skip, connections, log_of, nginx, openai, openai_at

HELLO = [{'role': 'user', 'content': 'Hello!'}]
LIMIT = 10


def check_packages(loop):
    try:
        import fastapi  # noqa: F401  pylint: disable=unused-import,import-outside-toplevel
        import uvicorn  # noqa: F401  pylint: disable=unused-import,import-outside-toplevel
    except ImportError as error:
        raise Skip(str(error)) from None
    if loop == 'glib':
        try:
            import gi.events  # noqa: F401  pylint: disable=unused-import,import-outside-toplevel
        except ImportError:
            raise Skip(f'PyGObject {".".join(map(str, __import__("gi").version_info))} has no gi.events') from None


@contextlib.contextmanager
def service(loop, **variables):
    """Gives the port of the service, which ends in peace afterwards."""
    with subprocess.Popen([*COMMAND, '0', loop], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment(**variables)) as program:
        said, port = [], None
        try:
            for line in program.stderr:
                said.append(line)
                found = re.search(r'running on http://127\.0\.0\.1:(\d+)', line)
                if found:
                    port = int(found.group(1))
                    break
            assert port is not None, said
            yield port
            program.terminate()
            said.append(program.stderr.read())
            assert program.wait(PATIENCE) in (0, -15) and 'shutdown complete' in said[-1] and 'Traceback' not in said[-1], said
        finally:
            program.kill()


def post(port, path, messages=HELLO):
    """The connection, and the answer, of which the head is there"""
    connection = http.client.HTTPConnection('127.0.0.1', port, timeout=PATIENCE)
    connection.request('POST', path, json.dumps(messages), {'Content-Type': 'application/json'})
    return connection, connection.getresponse()


def ask(port, path='/chat', messages=HELLO):
    connection, response = post(port, path, messages)
    with contextlib.closing(connection):
        return response.status, response.read().decode()


def answers(loop):
    with nginx() as server, service(loop, **openai_at(server)) as port:
        status, body = ask(port)
        assert status == 200 and json.loads(body)['choices'][0]['message']['content'] == 'Hello!', body
        status, body = ask(port, '/chat/stream')
        events = body.removesuffix('\n\n').split('\n\n')
        assert status == 200 and events[-1] == 'data: [DONE]', body
        chunks = [json.loads(event.removeprefix('data: ')) for event in events[:-1]]
        assert ''.join(chunk['choices'][0]['delta'].get('content') or '' for chunk in chunks) == 'Hello!', body
        entries = log_of(server, 2)
        # The session of the lifespan, and one connection of it
        assert {entry['agent'] for entry in entries} == {'chat-service/1'} and connections(entries) == 1, entries


def twenty_at_once(loop):
    with nginx() as server, service(loop, **openai_at(server)) as port, concurrent.futures.ThreadPoolExecutor(20) as pool:
        prompts = [[{'role': 'user', 'content': f'This is reader {number}'}] for number in range(20)]
        outcomes = list(pool.map(lambda messages: ask(port, '/chat', messages), prompts))
        said = [json.loads(body)['choices'][0]['message']['content'] for status, body in outcomes]
        assert said == [messages[0]['content'] for messages in prompts], said
        entries = log_of(server, 20)
        assert {entry['agent'] for entry in entries} == {'chat-service/1'} and connections(entries) <= LIMIT, entries


def errors_have_a_status(loop):
    with service(loop, **openai()) as port:
        for path in ('/chat', '/chat/stream'):
            status, body = ask(port, path, [{'role': 'tool', 'content': 'Hello!'}])
            assert status == 400 and json.loads(body)['error']['type'] == 'BadRequestError', body
    with service(loop, **openai(model='nobody')) as port:
        for path in ('/chat', '/chat/stream'):
            status, body = ask(port, path)
            assert status == 404 and 'nobody' in json.loads(body)['error']['message'], body


def a_stream_that_breaks(loop):
    answer = (b'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n'
              b'data: {"id": "x", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": "Hel"}}]}\n\n')

    def serve(listener):
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(answer)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass

    with socket.create_server(('127.0.0.1', 0)) as listener:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        with service(loop, **openai(f'http://127.0.0.1:{listener.getsockname()[1]}/v1')) as port:
            status, body = ask(port, '/chat/stream')
            first, last = body.removesuffix('\n\n').split('\n\n')
            assert status == 200 and '"Hel"' in first and '"type": "APIConnectionError"' in last, body


def a_reader_who_leaves_in_the_middle(loop):
    with Hanging() as model, service(loop, **openai(f'http://127.0.0.1:{model.port}/v1')) as port:
        connection, response = post(port, '/chat/stream')
        assert response.readline().startswith(b'data: {')
        assert not model.gone.is_set()
        response.close()
        connection.close()
        assert model.gone.wait(PATIENCE)


def a_reader_who_leaves_before_the_first_word(loop):
    asked, gone = threading.Event(), threading.Event()

    def serve(listener):
        for _ in range(2):
            connection, _ = listener.accept()
            with connection, contextlib.suppress(OSError):
                connection.recv(1)
                asked.set()
                while connection.recv(65536):
                    pass
            gone.set()

    with socket.create_server(('127.0.0.1', 0)) as listener:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        with service(loop, **openai(f'http://127.0.0.1:{listener.getsockname()[1]}/v1')) as port:
            for path in ('/chat', '/chat/stream'):
                asked.clear()
                gone.clear()
                connection = http.client.HTTPConnection('127.0.0.1', port, timeout=PATIENCE)
                connection.request('POST', path, json.dumps(HELLO), {'Content-Type': 'application/json'})
                assert asked.wait(PATIENCE)
                connection.close()
                assert gone.wait(PATIENCE), path


EACH = [answers, twenty_at_once, errors_have_a_status, a_stream_that_breaks, a_reader_who_leaves_in_the_middle, a_reader_who_leaves_before_the_first_word]


def make_case(function, loop):
    def case():
        check_packages(loop)
        function(loop)
    case.__name__ = f'{loop}_{function.__name__}'
    return case


run_cases([make_case(function, loop) for loop in ('asyncio', 'glib') for function in EACH])
