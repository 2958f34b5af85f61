# SPDX-License-Identifier: LGPL-2.1-or-later
"""A model behind the server that does what the user's message tells it, as JSON, and counts what became of the requests.

status, headers, fail_times (with key, by which it is counted): an error, the first so many times
delay: nothing is ever sent. pace_ms: the time between two words of a stream
stall_after, cut_after, error_after: what happens to a stream after so many words
text: what is said

GET /seen gives the numbers of requests, those that were answered to their end, and clients that left before it, and of words that were sent.
"""

import http.server
import json
import select
import threading

TEXT = 'One two three four'
PATIENCE = 60


class _Gone(Exception):
    """The client has left."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *_):
        pass

    def do_GET(self):
        self._send(200, self.server.seen if self.path == '/seen' else {'object': 'list', 'data': [{'id': 'echo', 'object': 'model'}]})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
        words = body['messages'][-1]['content']
        orders = json.loads(words) if words.startswith('{') else {'text': words}
        self.server.count('requests')
        try:
            self._answer(orders, body.get('stream', False))
        except (OSError, _Gone):
            self.server.count('gone')
            self.close_connection = True
        else:
            self.server.count('finished')

    def _wait(self, seconds):
        """A client that leaves closes the connection; nothing else is to come."""
        if select.select([self.connection], [], [], seconds)[0]:
            raise _Gone

    def _send(self, status, value, headers=()):
        data = json.dumps(value).encode()
        self.send_response(status)
        for name, text in {'Content-Type': 'application/json', 'Content-Length': str(len(data)), **dict(headers)}.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(data)

    def _answer(self, orders, streamed):
        if orders.get('delay'):
            self._wait(PATIENCE)
        if 'status' in orders and self.server.is_to_fail(orders):
            self._send(orders['status'], {'error': {'message': 'As it was told', 'type': 'lab_error', 'code': None}}, orders.get('headers', {}))
        elif streamed:
            self._stream(orders)
        else:
            message = {'role': 'assistant', 'content': orders.get('text', TEXT)}
            self._send(200, {'id': 'c1', 'object': 'chat.completion', 'created': 1, 'model': 'echo',
                             'choices': [{'index': 0, 'message': message, 'finish_reason': 'stop'}]})

    def _event(self, value):
        text = value if isinstance(value, str) else json.dumps(value)
        self.wfile.write(f'data: {text}\n\n'.encode())

    def _chunk(self, delta, reason=None):
        self._event({'id': 'c1', 'object': 'chat.completion.chunk', 'created': 1, 'model': 'echo',
                     'choices': [{'index': 0, 'delta': delta, 'finish_reason': reason}]})

    def _stream(self, orders):
        self.send_response(200)
        self.send_header('Content-Type', 'text/event-stream')
        self.send_header('Connection', 'close')
        self.end_headers()
        self.close_connection = True
        words = orders.get('text', TEXT).split(' ')
        for i, word in enumerate(words):
            if i == orders.get('cut_after'):
                return
            if i == orders.get('stall_after'):
                self._wait(PATIENCE)
            if i == orders.get('error_after'):
                self._event({'error': {'message': 'The model fell over', 'type': 'server_error'}})
                return
            self._chunk({'content': word if i == len(words) - 1 else word + ' '})
            self.server.count('words')
            self._wait(orders.get('pace_ms', 0) / 1000)
        self._chunk({}, 'stop')
        self._event('[DONE]')


class Lab(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self):
        super().__init__(('127.0.0.1', 0), _Handler)
        self.seen = {'requests': 0, 'finished': 0, 'gone': 0, 'words': 0}
        self._failed = {}
        self._lock = threading.Lock()
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self):
        return f'http://127.0.0.1:{self.server_address[1]}'

    def count(self, name):
        with self._lock:
            self.seen[name] += 1

    def is_to_fail(self, orders):
        if 'fail_times' not in orders:
            return True
        with self._lock:
            self._failed[orders['key']] = self._failed.get(orders['key'], 0) + 1
            return self._failed[orders['key']] <= orders['fail_times']

    def handle_error(self, *_):
        """Clients that leave are part of the tests."""

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()
