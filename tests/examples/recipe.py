# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of the recipes share: real servers, behind them the offline model of this process, and what both have seen."""

import contextlib
import pathlib
import socket
import sys
import threading

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / 'python'))

from network import FAR, MODEL, fixture, log_of, nginx, running, squid, url_of  # noqa: F401, E402  pylint: disable=unused-import
from support import MOCK, Skip  # noqa: F401, E402  pylint: disable=unused-import

KEY = 'sk-of-the-recipes'


def openai(base_url=MOCK, model='echo'):
    """The variables that lead a program there"""
    return {'DHEERA_MODEL': f'openai/{model}', 'OPENAI_BASE_URL': base_url, 'OPENAI_API_KEY': KEY}


def openai_at(server, name='plain', host='127.0.0.1', model='echo'):
    """The same for the offline model behind a server"""
    return openai(url_of(server, name, host), model)


def certificate(server, name):
    return f"{server['certs']}/{name}.pem"


def key(server, name):
    return f"{server['certs']}/{name}.key"


def connections(entries):
    return len({entry['connection'] for entry in entries})


class Hanging:
    """A model that says one word to everybody who asks, and then nothing more: for those who leave, which it notices."""

    ANSWER = (b'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n'
              b'data: {"id": "x", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": "Hello"}}]}\n\n')

    def __init__(self):
        self.gone = threading.Event()
        self._listener = socket.create_server(('127.0.0.1', 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self._serve, args=(self._listener.accept()[0],), daemon=True).start()

    def _serve(self, connection):
        with connection, contextlib.suppress(OSError):
            connection.recv(1)
            connection.sendall(self.ANSWER)
            while connection.recv(65536):
                pass
        self.gone.set()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.close()
