# SPDX-License-Identifier: LGPL-2.1-or-later
"""Secrets that are easy to find again, and servers that note where they come in, and quote them wherever a server can."""

import base64
import http.server
import json
import secrets
import select
import threading
import urllib.parse


class Canary:
    """A key that is like no other, and the forms in which it would be recognised: a piece of it, also in base64 or in hexadecimal digits."""

    def __init__(self, place):
        self.place = place
        self.core = secrets.token_hex(10)
        # As none of the makers that are known by it begins: the key itself has to be known.
        self.text = f'key.{place}.{self.core}.end'
        middle = self.core.encode()
        self.forms = [self.core, middle.hex()]
        for offset in range(3):
            # Without the digits in which other bytes have a part
            encoded = base64.b64encode(bytes(offset) + middle).decode()
            self.forms.append(encoded[4 if offset else 0:len(encoded) // 4 * 4 - 4])

    def is_in(self, text):
        return any(form in text for form in self.forms)


def find_leaks(output, canaries):
    """A sentence for each line of an output in which a secret stands"""
    found = [canary for canary in canaries if canary.is_in(output)]
    for line in output.splitlines() if found else ():
        for canary in found:
            if canary.is_in(line):
                yield f'{canary.place} in {line[:600]!r}'


CHAT = {'id': 'c1', 'object': 'chat.completion', 'created': 1, 'model': 'm',
        'choices': [{'index': 0, 'message': {'role': 'assistant', 'content': 'Hello'}, 'finish_reason': 'stop'}]}
MESSAGE = {'id': 'm1', 'type': 'message', 'role': 'assistant', 'model': 'm', 'content': [{'type': 'text', 'text': 'Hello'}],
           'stop_reason': 'end_turn', 'usage': {'input_tokens': 1, 'output_tokens': 1}}
CANDIDATE = {'candidates': [{'index': 0, 'content': {'role': 'model', 'parts': [{'text': 'Hello'}]}, 'finishReason': 'STOP'}]}
CONVERSE = {'output': {'message': {'role': 'assistant', 'content': [{'text': 'Hello'}]}}, 'stopReason': 'end_turn',
            'usage': {'inputTokens': 1, 'outputTokens': 1, 'totalTokens': 2}}
CHUNK = {'id': 'c1', 'object': 'chat.completion.chunk', 'created': 1, 'model': 'm',
         'choices': [{'index': 0, 'delta': {'content': 'Hello'}, 'finish_reason': 'stop'}]}
MESSAGE_EVENTS = [('message_start', {'message': {**MESSAGE, 'content': [], 'stop_reason': None}}),
                  ('content_block_start', {'index': 0, 'content_block': {'type': 'text', 'text': ''}}),
                  ('content_block_delta', {'index': 0, 'delta': {'type': 'text_delta', 'text': 'Hello'}}),
                  ('content_block_stop', {'index': 0}), ('message_delta', {'delta': {'stop_reason': 'end_turn'}, 'usage': {'output_tokens': 1}}),
                  ('message_stop', {})]


def events(*values):
    return ''.join(f'data: {json.dumps(value)}\n\n' for value in values)


def good_answer(path, streamed):
    """The content type, and what a model of the path's protocol says"""
    if streamed and path.endswith('/messages'):
        return 'text/event-stream', ''.join(f"event: {name}\ndata: {json.dumps({'type': name, **value})}\n\n" for name, value in MESSAGE_EVENTS)
    if streamed:
        return 'text/event-stream', events(CANDIDATE) if 'Generate' in path else events(CHUNK) + 'data: [DONE]\n\n'
    whole = {'/messages': MESSAGE, 'enerateContent': CANDIDATE, '/converse': CONVERSE}
    return 'application/json', json.dumps(next((answer for end, answer in whole.items() if path.endswith(end)), CHAT))


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *_):
        pass

    def handle_one_request(self):
        try:
            super().handle_one_request()
        except OSError:
            self.close_connection = True

    def do_POST(self):
        self.body = self.rfile.read(int(self.headers.get('Content-Length', 0))).decode('utf-8', 'replace')
        self.server.requests.append((self.path, list(self.headers.items()), self.body))
        self.url = urllib.parse.urlsplit(self.path)
        self.server.answer(self)

    do_GET = do_POST

    def send(self, status, body, kind='application/json', **headers):
        data = body.encode()
        self.send_response(status)
        for name, value in {'Content-Type': kind, 'Content-Length': str(len(data)), **headers}.items():
            self.send_header(name.replace('_', '-'), value)
        self.end_headers()
        self.wfile.write(data)

    def quote(self):
        """All that was sent and may be a secret, as a careless server quotes it. The password of a proxy does not come as far as there."""
        meant = ('authorization', 'api-key', 'x-api-key', 'x-goog-api-key', 'cookie')
        return ' '.join(value for name, value in self.headers.items() if name.lower() in meant or name.lower().endswith('token'))

    def send_good(self):
        kind, body = good_answer(self.url.path, '"stream":true' in self.body.replace(' ', '') or 'stream' in self.url.path)
        self.send(200, body, kind, X_Request_Id=self.quote(), X_Echo=self.quote(), Set_Cookie=f'key={self.quote()}')

    def send_error_status(self, status, kind='application/json'):
        words = f'This server does not like what it got: {self.quote()}.'
        error = {'message': words, 'type': self.quote(), 'param': self.quote(), 'code': self.quote()}
        body = f'<html><body><h1>{words}</h1></body></html>' if kind == 'text/html' else json.dumps({'error': error})
        self.send(status, body, kind, X_Request_Id=self.quote(), Retry_After_Ms='1')

    def wait_for_leave(self):
        select.select([self.connection], [], [], 20)
        self.close_connection = True


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    answer = None

    def __init__(self):
        super().__init__(('127.0.0.1', 0), Handler)
        self.requests = []
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self):
        return f'http://127.0.0.1:{self.server_address[1]}'

    def handle_error(self, *_):
        """Clients that leave are part of the tests."""


class Origin(Server):
    """Does what the first part of the path says"""

    def __init__(self, elsewhere, tokens):
        super().__init__()
        self.elsewhere = elsewhere
        self.tokens = tokens
        self.failed = set()

    def answer(self, request):
        situation = request.url.path.split('/')[1]
        name = situation.partition('-')[0]
        if 'token' in request.url.path.rsplit('/', 2):
            request.send(200, json.dumps({'access_token': self.tokens['google' if 'google' in request.url.path else 'entra'],
                                          'expires_in': 3600, 'token_type': 'Bearer'}))
        elif situation == '500-then-200':
            key = request.quote()
            if key in self.failed:
                self.failed.discard(key)
                request.send_good()
            else:
                self.failed.add(key)
                request.send_error_status(500)
        elif name.isdigit():
            request.send_error_status(int(name), 'text/html' if situation.endswith('html') else 'application/json')
        elif name == 'redirect':
            request.send(int(situation.partition('-')[2]), '', Location=f'{self.elsewhere}{request.path}#{urllib.parse.quote(request.quote())}')
        else:
            getattr(self, f"answer_{situation.replace('-', '_')}")(request)

    def answer_ok(self, request):
        request.send_good()

    def answer_stall(self, request):
        request.wait_for_leave()

    def answer_cancel(self, request):
        request.wait_for_leave()

    def answer_close(self, request):
        request.close_connection = True

    def answer_no_http(self, request):
        request.wfile.write(request.quote().encode() + b'\r\n\r\n')
        request.close_connection = True

    def answer_no_json(self, request):
        request.send(200, '{"error": ' + request.quote())

    def answer_error_inside(self, request):
        request.send(200, events({'error': {'message': request.quote(), 'type': 'server_error', 'code': request.quote()}}), 'text/event-stream')

    def answer_cut(self, request):
        request.send(200, f"data: {request.quote()}\n\ndata: {{\"error\": \"{request.quote()}", 'text/event-stream', Content_Length='100000')
        request.close_connection = True


class Proxy(Server):
    """Wants a password, and quotes it where it refuses all of them"""

    def __init__(self, refuses=False):
        super().__init__()
        self.refuses = refuses

    def answer(self, request):
        if self.refuses or 'Proxy-Authorization' not in request.headers:
            quoted = request.headers.get('Proxy-Authorization', '')
            request.send(407, quoted, 'text/plain', Proxy_Authenticate='Basic realm="proxy"', X_Request_Id=quoted)
        else:
            request.send_good()
