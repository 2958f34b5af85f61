# SPDX-License-Identifier: LGPL-2.1-or-later
"""What requests cost a server of the library's, whose client and whose model are processes of their own."""

import http.client
import json
import re
import socket
import subprocess

TIMEOUT = 120
PROMPT = {'model': 'm', 'messages': [{'role': 'user', 'content': 'Tell me something about water.'}]}
STREAM = {**PROMPT, 'stream': True}
HEAD = '"id":"chatcmpl-BsT1yQd7TrgkqFQ8bR3Ck5zYH0aVm","object":"chat.completion.chunk","created":1752398401,"model":"gpt-4o-mini-2024-07-18"'
END = b'0\r\n\r\n'


def ask(connection, body):
    connection.request('POST', '/v1/chat/completions', json.dumps(body), {'Content-Type': 'application/json'})
    answer = connection.getresponse()
    text = answer.read()
    if answer.status != 200 or ('stream' in body and not text.endswith(b'data: [DONE]\n\n')):
        raise RuntimeError(f'{answer.status}: {text[-300:]}')
    return text


def chunk(delta, reason='null'):
    event = f'data: {{{HEAD},"choices":[{{"index":0,"delta":{delta},"finish_reason":{reason}}}]}}\n\n'
    return f'{len(event):x}\r\n{event}\r\n'.encode()


def read_to(connection, end):
    text = b''
    while not text.endswith(end):
        piece = connection.recv(1 << 16)
        if not piece:
            raise RuntimeError(f'The connection ended behind {text[-300:]}')
        text += piece
    return text


class Stream:
    """A client of the server, and the model that answers it"""

    def __init__(self, port, listener):
        body = json.dumps(STREAM)
        self.client = socket.create_connection(('127.0.0.1', port), timeout=TIMEOUT)
        self.client.sendall(f'POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n'
                            f'Content-Length: {len(body)}\r\n\r\n{body}'.encode())
        self.model, _ = listener.accept()
        self.model.settimeout(TIMEOUT)
        self.model.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        read_to(self.model, b'}')
        self.model.sendall(b'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n')

    def say(self):
        self.model.sendall(chunk('{"content":" water"}'))
        read_to(self.client, b'\n\n\r\n')

    def end(self):
        self.model.sendall(chunk('{}', '"stop"') + b'e\r\ndata: [DONE]\n\n\r\n' + END)
        read_to(self.client, b'data: [DONE]\n\n\r\n' + END)
        self.client.close()
        self.model.close()


class Gateway:
    def __init__(self, program, server, environment):
        self.program, self.server, self.environment = program, server, environment

    def run(self, url, talk):
        """The instructions of a server in front of url, to whose port talk() talks"""
        command = ['valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null', self.program, url]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=self.environment) as process:
            try:
                talk(int(process.stdout.readline()))
            finally:
                process.stdin.close()
                said = process.stderr.read()
        found = re.search(r'Collected : (\d+)', said)
        if process.returncode != 0 or not found:
            raise RuntimeError(f'{" ".join(command)}: {said.strip()[-300:]}')
        return int(found.group(1))

    def calls(self, number):
        def talk(port):
            connection = http.client.HTTPConnection('127.0.0.1', port, timeout=TIMEOUT)
            for _ in range(number):
                ask(connection, PROMPT)
            connection.close()
        return self.run(f'{self.server.url}/answer', talk)

    def chunks(self, number):
        def talk(port):
            connection = http.client.HTTPConnection('127.0.0.1', port, timeout=TIMEOUT)
            events = ask(connection, STREAM).count(b'"content"')
            connection.close()
            if events < number:
                raise RuntimeError(f'{events} of {number} chunks arrived')
        return self.run(f'{self.server.url}/chunks/{number}', talk)

    def lone_chunks(self, number, streams=1):
        """Each comes when the one before it has arrived: no two of them are ever on the way. All but one of the streams say a word only."""
        with socket.create_server(('127.0.0.1', 0), backlog=streams) as listener:
            listener.settimeout(TIMEOUT)

            def talk(port):
                others = [Stream(port, listener) for _ in range(streams)]
                for stream in others:
                    stream.say()
                for _ in range(number):
                    others[-1].say()
                for stream in others:
                    stream.end()
            return self.run(f'http://127.0.0.1:{listener.getsockname()[1]}', talk)
