#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""socks_server.py does what tests over it rely on."""

import contextlib
import pathlib
import socket
import struct
import sys

import fixture
from upstream import PATIENCE, Upstream

sys.path.insert(0, str(fixture.FOLDER.parent))
from tap import Skip, run_cases  # noqa: E402


@contextlib.contextmanager
def socks(*options):
    try:
        with fixture.Server('socks_server.py', *options) as server:
            yield server
    except fixture.Skipped as reason:
        raise Skip(reason) from None


def greet(server, *methods):
    connection = socket.create_connection(('127.0.0.1', int(server['port'])), timeout=PATIENCE)
    connection.sendall(bytes([5, len(methods), *methods]))
    return connection, connection.recv(2)


def connect(connection, port):
    connection.sendall(b'\x05\x01\x00\x01\x7f\x00\x00\x01' + struct.pack('>H', port))
    return connection.recv(10)[1]


def test_connection():
    with Upstream() as upstream, socks() as server:
        connection, answer = greet(server, 0)
        with connection:
            assert answer == b'\x05\x00'
            assert connect(connection, upstream.port) == 0
            connection.sendall(b'GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
            assert connection.recv(15) == b'HTTP/1.1 200 OK'
        assert f'connected to 127.0.0.1:{upstream.port}' in pathlib.Path(server['log']).read_text()


def test_password():
    with Upstream() as upstream, socks('--user', 'somebody:secret7') as server:
        connection, answer = greet(server, 0)
        with connection:
            assert answer == b'\x05\xff'
        for password in (b'other', b'secret7'):
            connection, answer = greet(server, 2)
            with connection:
                assert answer == b'\x05\x02'
                connection.sendall(b'\x01\x08somebody' + bytes([len(password)]) + password)
                accepted = connection.recv(2)[1] == 0
                assert accepted == (password == b'secret7')
                if accepted:
                    assert connect(connection, upstream.port) == 0


def test_nothing_is_left():
    with socks() as server:
        folder = pathlib.Path(server['log']).parent
        server.process.stdin.close()
        assert server.process.wait(PATIENCE) == 0
        assert not folder.exists()
        assert not fixture.is_listening(int(server['port']))


if __name__ == '__main__':
    run_cases([case for name, case in list(globals().items()) if name.startswith('test_')])
