#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""nginx_server.py does what tests over it rely on."""

import contextlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time

import fixture
from upstream import PATIENCE, Upstream

sys.path.insert(0, str(fixture.FOLDER.parent))
from tap import Skip, run_cases  # noqa: E402


@contextlib.contextmanager
def nginx(*options):
    """Both servers"""
    try:
        with Upstream() as upstream, fixture.Server('nginx_server.py', '--upstream', upstream.port, *options) as server:
            yield upstream, server
    except fixture.Skipped as reason:
        raise Skip(reason) from None


def tls_context(server, client=None):
    context = ssl.create_default_context(cafile=f"{server['certs']}/ca.pem")
    if client:
        context.load_cert_chain(f"{server['certs']}/{client}.pem", f"{server['certs']}/{client}.key")
    return context


def connect(server, name, client=None):
    if name == 'plain':
        return http.client.HTTPConnection('localhost', int(server[name]), timeout=PATIENCE)
    return http.client.HTTPSConnection('localhost', int(server[name]), timeout=PATIENCE,
                                       context=tls_context(server, client))


def get(connection, path='/'):
    connection.request('GET', path)
    response = connection.getresponse()
    return response.status, response.read()


def wait_for_log(server, count):
    """The log's entries once there are so many; a request is written down a moment after its answer."""
    deadline = time.monotonic() + PATIENCE
    while True:
        entries = [json.loads(line) for line in pathlib.Path(server['log']).read_text().splitlines()]
        if len(entries) >= count or time.monotonic() > deadline:
            assert len(entries) == count, entries
            return entries
        time.sleep(0.01)


def wait_until_gone(path):
    deadline = time.monotonic() + PATIENCE
    while path.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    return not path.exists()


def test_requests_reach_the_application():
    with nginx() as (_, server):
        for name in ('plain', 'tls'):
            with contextlib.closing(connect(server, name)) as connection:
                connection.request('POST', '/a?b=c', body=b'x' * 3000000)
                response = connection.getresponse()
                assert response.status == 200
                assert json.loads(response.read()) == {'method': 'POST', 'path': '/a?b=c', 'length': 3000000}


def test_streams_are_not_held_back():
    for name in ('plain', 'tls'):
        with nginx() as (upstream, server), contextlib.closing(connect(server, name)) as connection:
            connection.request('GET', '/stream')
            response = connection.getresponse()
            # The second event is made only when the first one is here.
            assert response.readline() == b'data: 1\n'
            upstream.go_on.set()
            assert response.read().endswith(b'data: 2\n\n')


def test_client_that_leaves_is_passed_on():
    with nginx() as (upstream, server):
        with contextlib.closing(connect(server, 'plain')) as connection:
            connection.request('GET', '/stream')
            connection.getresponse().readline()
            connection.sock.close()
        connection.sock = None
        assert upstream.client_gone.wait(PATIENCE)


def test_log_tells_connections_apart():
    with nginx() as (_, server):
        for _ in range(2):
            with contextlib.closing(connect(server, 'plain')) as connection:
                for _ in range(3):
                    assert get(connection)[0] == 200
        entries = wait_for_log(server, 6)
        assert [entry['request'] for entry in entries] == [1, 2, 3, 1, 2, 3]
        assert len({entry['connection'] for entry in entries}) == 2
        assert {entry['protocol'] for entry in entries} == {'HTTP/1.1'}
        assert {entry['port'] for entry in entries} == {int(server['plain'])}


def test_socket_and_files():
    with tempfile.TemporaryDirectory() as folder, nginx('--files', folder) as (_, server):
        # nginx, started by root, gives up its rights.
        os.chmod(folder, 0o755)
        pathlib.Path(folder, 'words').write_text('some words')
        with contextlib.closing(connect(server, 'plain')) as connection:
            assert get(connection, '/files/words') == (200, b'some words')
            assert get(connection, '/files/others')[0] == 404
        with contextlib.closing(connect(server, 'plain')) as connection:
            connection.sock = socket.socket(socket.AF_UNIX)
            connection.sock.connect(server['socket'])
            connection.request('GET', '/near', headers={'User-Agent': 'somebody/1'})
            assert connection.getresponse().status == 200
        entry = wait_for_log(server, 3)[2]
        assert (entry['port'], entry['uri'], entry['agent']) == (None, '/near', 'somebody/1'), entry


def test_protocols_that_are_offered():
    with nginx() as (_, server):
        for name, expected in (('tls', 'http/1.1'), ('http2', 'h2')):
            context = tls_context(server)
            context.set_alpn_protocols(['h2', 'http/1.1'])
            connection = http.client.HTTPSConnection('localhost', int(server[name]), context=context, timeout=PATIENCE)
            with contextlib.closing(connection):
                connection.connect()
                assert connection.sock.selected_alpn_protocol() == expected


def test_http2_on_one_connection():
    curl = shutil.which('curl')
    if curl is None or b'HTTP2' not in subprocess.check_output([curl, '--version']):
        raise Skip('there is no curl that speaks HTTP/2')
    with nginx() as (_, server):
        url = f"https://localhost:{server['http2']}/"
        seen = subprocess.check_output([curl, '-sS', '--noproxy', '*', '--http2', '--cacert', f"{server['certs']}/ca.pem",
                                        '-o', os.devnull, '-o', os.devnull, '-w', '%{http_version} %{response_code}\n',
                                        url + '1', url + '2'], text=True)
        assert seen == '2 200\n2 200\n', seen
        entries = wait_for_log(server, 2)
        assert [entry['protocol'] for entry in entries] == ['HTTP/2.0', 'HTTP/2.0']
        assert len({entry['connection'] for entry in entries}) == 1


def test_client_certificate():
    with nginx('--client-certificate') as (_, server):
        for client, status in ((None, 400), ('client', 200), ('other-client', 400)):
            with contextlib.closing(connect(server, 'tls', client)) as connection:
                assert get(connection)[0] == status, client
        assert 'dheera-test-client' in wait_for_log(server, 3)[1]['client']


def test_bad_certificates():
    for certificate, words in (('expired', 'expired'), ('wrong-host', 'mismatch'), ('self-signed', 'self')):
        with nginx('--certificate', certificate) as (_, server):
            try:
                with contextlib.closing(connect(server, 'tls')) as connection:
                    get(connection)
                raise AssertionError(f'the certificate {certificate} was accepted')
            except ssl.SSLCertVerificationError as error:
                assert words in error.verify_message, error.verify_message


def test_connections_end_as_told():
    with nginx('--keepalive-requests', '2') as (_, server), contextlib.closing(connect(server, 'plain')) as connection:
        for _ in range(4):
            assert get(connection)[0] == 200
        assert [entry['request'] for entry in wait_for_log(server, 4)] == [1, 2, 1, 2]


def test_application_that_is_away():
    with nginx() as (upstream, server):
        upstream.shutdown()
        upstream.server_close()
        with contextlib.closing(connect(server, 'plain')) as connection:
            assert get(connection)[0] == 502


def test_nothing_is_left():
    endings = {
        'SIGTERM': lambda process: process.terminate(),
        'SIGINT': lambda process: process.send_signal(signal.SIGINT),
        'end of input': lambda process: process.stdin.close(),
    }
    for name, end in endings.items():
        with nginx() as (_, server):
            folder = pathlib.Path(server['log']).parent
            pid = (folder / 'pid').read_text().strip()
            end(server.process)
            assert server.process.wait(PATIENCE) == 0, name
            assert not folder.exists(), name
            assert not pathlib.Path(f'/proc/{pid}').exists(), name


def test_sudden_death_takes_nginx_along():
    with nginx() as (_, server):
        folder = pathlib.Path(server['log']).parent
        port = int(server['plain'])
        server.process.kill()
        server.process.wait()
        deadline = time.monotonic() + PATIENCE
        while fixture.is_listening(port) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not fixture.is_listening(port)
        shutil.rmtree(folder)


if __name__ == '__main__':
    run_cases([case for name, case in list(globals().items()) if name.startswith('test_')])
