# SPDX-License-Identifier: LGPL-2.1-or-later
"""A small application for the servers of this folder to stand before: it says what arrived, and streams on command."""

import http.server
import json
import ssl
import threading

PATIENCE = 20


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get('Content-Length', 0)))
        self._answer({'method': self.command, 'path': self.path, 'length': len(body)})

    def do_GET(self):
        if self.path == '/stream':
            self._stream()
        else:
            self._answer({'method': self.command, 'path': self.path})

    def _answer(self, values):
        body = json.dumps(values).encode()
        self.send_response(200)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self):
        """One event, and the second only when the test says so."""
        self.send_response(200)
        self.send_header('Content-Type', 'text/event-stream')
        self.send_header('Transfer-Encoding', 'chunked')
        self.end_headers()
        try:
            self._chunk(b'data: 1\n\n')
            while not self.server.go_on.wait(0.02):
                self._chunk(b': wait\n\n')
            self._chunk(b'data: 2\n\n')
            self._chunk(b'')
        except OSError:
            self.close_connection = True
            self.server.client_gone.set()

    def _chunk(self, data):
        self.wfile.write(b'%x\r\n%s\r\n' % (len(data), data))


class Upstream(http.server.ThreadingHTTPServer):
    """With a folder of make-certs.sh it speaks TLS."""
    daemon_threads = True

    def __init__(self, certs=None):
        super().__init__(('127.0.0.1', 0), Handler)
        self.go_on = threading.Event()
        self.client_gone = threading.Event()
        if certs:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(f'{certs}/server.pem', f'{certs}/server.key')
            self.socket = context.wrap_socket(self.socket, server_side=True)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def port(self):
        return self.server_address[1]

    def handle_error(self, *_):
        """Clients that leave are part of the tests."""

    def __exit__(self, *_):
        self.go_on.set()
        self.shutdown()
        self.server_close()
