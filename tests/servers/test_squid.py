#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""squid_server.py does what tests over it rely on."""

import base64
import contextlib
import http.client
import json
import pathlib
import shutil
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
def squid(*options):
    try:
        with fixture.Server('squid_server.py', *options) as server:
            yield server
    except fixture.Skipped as reason:
        raise Skip(reason) from None


@contextlib.contextmanager
def secure_upstream():
    with tempfile.TemporaryDirectory() as certs:
        if subprocess.run([fixture.FOLDER / 'make-certs.sh', certs], check=False).returncode:
            raise Skip('the certificates could not be made')
        with Upstream(certs) as upstream:
            yield upstream, ssl.create_default_context(cafile=f'{certs}/ca.pem')


def credentials(text):
    return {'Proxy-Authorization': 'Basic ' + base64.b64encode(text.encode()).decode()} if text else {}


def get_plain(server, url, user=None):
    connection = http.client.HTTPConnection('127.0.0.1', int(server['port']), timeout=PATIENCE)
    with contextlib.closing(connection):
        connection.request('GET', url, headers=credentials(user))
        response = connection.getresponse()
        return response.status, response.headers, response.read()


def get_through_tunnel(server, host, port, context, user=None):
    """The status of what was asked for, or the OSError of http.client that holds the proxy's status."""
    connection = http.client.HTTPSConnection('127.0.0.1', int(server['port']), timeout=PATIENCE, context=context)
    with contextlib.closing(connection):
        connection.set_tunnel(host, port, credentials(user))
        connection.request('GET', '/through')
        response = connection.getresponse()
        assert json.loads(response.read())['path'] == '/through'
        return response.status


def tunnel_status(*arguments):
    try:
        return get_through_tunnel(*arguments)
    except OSError as error:
        return str(error)


def wait_for_log(server, count):
    deadline = time.monotonic() + PATIENCE
    while True:
        path = pathlib.Path(server['log'])
        entries = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        if len(entries) >= count or time.monotonic() > deadline:
            assert len(entries) == count, entries
            return entries
        time.sleep(0.01)


def test_plain_request():
    with Upstream() as upstream, squid() as server:
        url = f'http://127.0.0.1:{upstream.port}/plain'
        status, _, body = get_plain(server, url)
        assert (status, json.loads(body)['path']) == (200, '/plain')
        entry, = wait_for_log(server, 1)
        assert (entry['method'], entry['uri'], entry['status']) == ('GET', url, 200)


def test_tunnel():
    with secure_upstream() as (upstream, context), squid() as server:
        assert get_through_tunnel(server, 'localhost', upstream.port, context) == 200
        entry, = wait_for_log(server, 1)
        assert (entry['method'], entry['uri'], entry['status']) == ('CONNECT', f'localhost:{upstream.port}', 200)


def test_denied_host():
    with secure_upstream() as (upstream, context), squid('--deny', 'denied.example', '--deny', 'localhost') as server:
        assert '403' in tunnel_status(server, 'denied.example', 443, context)
        assert '403' in tunnel_status(server, 'localhost', upstream.port, context)
        assert get_plain(server, 'http://denied.example/')[0] == 403
        assert get_through_tunnel(server, '127.0.0.1', upstream.port, context) == 200
        assert [entry['status'] for entry in wait_for_log(server, 4)] == [403, 403, 403, 200]


def test_password():
    with secure_upstream() as (upstream, context), squid('--user', 'somebody:secret7') as server:
        status, headers, _ = get_plain(server, f'http://127.0.0.1:{upstream.port}/')
        assert (status, headers['Proxy-Authenticate'][:6]) == (407, 'Basic ')
        assert '407' in tunnel_status(server, 'localhost', upstream.port, context)
        assert '407' in tunnel_status(server, 'localhost', upstream.port, context, 'somebody:other')
        assert get_through_tunnel(server, 'localhost', upstream.port, context, 'somebody:secret7') == 200
        assert wait_for_log(server, 4)[3]['user'] == 'somebody'


def test_stream_through_tunnel():
    with secure_upstream() as (upstream, context), squid() as server:
        connection = http.client.HTTPSConnection('127.0.0.1', int(server['port']), timeout=PATIENCE, context=context)
        with contextlib.closing(connection):
            connection.set_tunnel('localhost', upstream.port)
            connection.request('GET', '/stream')
            response = connection.getresponse()
            assert response.readline() == b'data: 1\n'
            upstream.go_on.set()
            assert response.read().endswith(b'data: 2\n\n')


def test_server_that_is_away():
    with squid() as server:
        port, = fixture.free_ports(1)
        assert '503' in tunnel_status(server, 'localhost', port, None)


def test_nothing_is_left():
    with squid() as server:
        folder = pathlib.Path(server['log']).parent
        pid = (folder / 'pid').read_text().strip()
        server.process.stdin.close()
        assert server.process.wait(PATIENCE) == 0
        assert not folder.exists()
        assert not pathlib.Path(f'/proc/{pid}').exists()


def test_sudden_death_takes_squid_along():
    with squid() as server:
        folder = pathlib.Path(server['log']).parent
        port = int(server['port'])
        server.process.kill()
        server.process.wait()
        deadline = time.monotonic() + PATIENCE
        while fixture.is_listening(port) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not fixture.is_listening(port)
        shutil.rmtree(folder)


if __name__ == '__main__':
    run_cases([case for name, case in list(globals().items()) if name.startswith('test_')])
