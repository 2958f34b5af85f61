#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Processes that fork: multiprocessing after calls were made, and workers that are forked before, over TLS. The server says which connection each request came over."""

import asyncio
import collections
import concurrent.futures
import contextlib
import http.server
import multiprocessing
import pathlib
import signal
import ssl
import subprocess
import sys
import threading
import warnings

from support import Dheera, GLib, Gio, Soup, error_of, is_dheera, run_cases
from prefork import CERTIFICATES, N_WORKERS, PATIENCE, ask, new_client, request_to, work

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / 'bindings' / 'python'))
import dheera_ai  # noqa: E402  pylint: disable=wrong-import-position

ANSWER = b'{"choices":[{"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}]}'
PREFORK = pathlib.Path(__file__).resolve().parent / 'prefork.py'

fork = multiprocessing.get_context('fork')
# Newer versions of Python warn of exactly what is tested here.
warnings.filterwarnings('ignore', category=DeprecationWarning, message='.*fork.*')


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    wbufsize = -1

    def do_POST(self):
        self.rfile.read(int(self.headers['Content-Length']))
        self.server.seen[self.client_address] += 1
        self.send_response(200)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(ANSWER)))
        self.end_headers()
        self.wfile.write(ANSWER)
        self.wfile.flush()

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    """Counts the requests of each connection. Each has its handshake in a thread of its own. Were that done where connections are accepted, one after the other,
    then a client could be next that still waits for one of GLib's threads, all of which wait for the server; and a child gets no more than there are."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self):
        super().__init__(('127.0.0.1', 0), Handler)
        self.seen = collections.Counter()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATES / 'localhost.pem')
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f'https://localhost:{self.server_address[1]}/v1'
        threading.Thread(target=self.serve_forever, daemon=True).start()


@contextlib.contextmanager
def running():
    server = Server()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def run_in_child(function, *args):
    """In a process that multiprocessing forks."""
    def main():
        signal.alarm(PATIENCE)
        function(*args)
    process = fork.Process(target=main)
    process.start()
    process.join()
    assert process.exitcode == 0, process.exitcode


def test_multiprocessing_after_calls():
    with running() as server:
        client = new_client()
        work(client, server.url)
        assert sorted(server.seen.values()) == [4], server.seen
        mine, = server.seen
        for _ in range(N_WORKERS):
            run_in_child(work, client, server.url)
        work(client, server.url)
        # The children have a connection each, and the parent still has its own.
        assert sorted(server.seen.values()) == [4] * N_WORKERS + [8], server.seen
        assert server.seen[mine] == 8, server.seen


def test_names():
    """GLib looks up names in threads, of which one still waits for more to do when the process forks. No name server is asked for a name that can't be sent."""
    def look_up():
        client = new_client()
        for call in (client.complete, lambda request: asyncio.run(later(client, request))):
            error = error_of(call, request_to(f'http://{"x" * 64}.example/v1'))
            assert is_dheera(error, Dheera.Error.CONNECTION) and 'was not found' in error.message, error

    async def later(client, request):
        return await client.complete_async(request)

    for _ in range(N_WORKERS):
        look_up()
        run_in_child(look_up)


def test_crowds_in_a_child():
    """More threads at a time than GLib has idle ones for"""
    def crowd(client, url):
        with concurrent.futures.ThreadPoolExecutor(40) as pool:
            list(pool.map(lambda _: ask(client, url), range(80)))

    with running() as server:
        client = new_client()
        ask(client, server.url)
        run_in_child(crowd, client, server.url)
        crowd(client, server.url)
        assert sum(server.seen.values()) == 161, server.seen


def test_a_stream_that_runs_meanwhile():
    """The child lets go of the parent's stream, and the parent reads on."""
    client = Dheera.Client()
    request = Dheera.Request.new_for_prompt('mock/echo', 'One two three')
    request.set_extra('{"mock": {"pace_ms": 20}}')
    stream = client.stream(request)
    assert stream.next().get_text() == 'One'

    def child():
        nonlocal stream
        stream.cancel()
        del stream

    run_in_child(child)
    assert stream.collect().get_text() == 'One two three'


def process_job(url):
    signal.alarm(PATIENCE)
    client = new_client()
    return [client.complete(request_to(url)).get_text() for _ in range(5)]


def test_process_pool_after_calls():
    with running() as server:
        client = new_client()
        ask(client, server.url)
        with concurrent.futures.ProcessPoolExecutor(2, mp_context=fork) as pool:
            results = list(pool.map(process_job, [server.url] * 4))
        assert results == [['Hello'] * 5] * 4, results
        ask(client, server.url)
        assert sum(server.seen.values()) == 22 and max(server.seen.values()) <= 5, server.seen


def test_the_call_shape_of_this_field_in_a_child():
    with running() as server:
        session = Dheera.SessionOptions(ca_file=str(CERTIFICATES / 'ca.pem')).create_session()
        dheera_ai.client_session = session
        try:
            arguments = {'model': 'vllm/m', 'messages': [{'role': 'user', 'content': 'Hi'}], 'api_base': server.url, 'max_retries': 0}
            assert dheera_ai.completion(**arguments).choices[0].message.content == 'Hello'

            def child():
                try:
                    dheera_ai.completion(**arguments)
                except GLib.Error as error:
                    assert 'make a new session in the child' in error.message, error
                else:
                    raise AssertionError('the session of the parent was used')
                dheera_ai.client_session = Dheera.SessionOptions(ca_file=str(CERTIFICATES / 'ca.pem')).create_session()
                assert dheera_ai.completion(**arguments).choices[0].message.content == 'Hello'

            run_in_child(child)
            assert dheera_ai.completion(**arguments).choices[0].message.content == 'Hello'
        finally:
            dheera_ai.client_session = None
        assert sorted(server.seen.values()) == [1, 2], server.seen


def test_a_session_of_the_parents():
    with running() as server:
        session = Soup.Session(tls_database=Gio.TlsFileDatabase.new(str(CERTIFICATES / 'ca.pem')))
        client = Dheera.Client(session=session)
        ask(client, server.url)

        def child():
            error = error_of(client.complete, request_to(server.url))
            assert is_dheera(error, Dheera.Error.INVALID_REQUEST) and 'make a new session in the child' in error.message, error

        run_in_child(child)
        ask(client, server.url)
        assert list(server.seen.values()) == [2], server.seen


def test_prefork():
    with running() as server:
        subprocess.run([sys.executable, PREFORK, server.url], check=True, timeout=3 * PATIENCE)
        assert sum(server.seen.values()) == N_WORKERS * (4 + 8) + 4, server.seen
        assert N_WORKERS + 1 <= len(server.seen) <= N_WORKERS * 4 + 1, server.seen


if __name__ == '__main__':
    run_cases([value for name, value in list(globals().items()) if name.startswith('test_')])
