# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of the dheera-ai command share: running it, driving it in a terminal, and a server that answers it."""

import contextlib
import fcntl
import http.server
import json
import os
import pathlib
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

# pylint: disable=wrong-import-position,unused-import
from tap import Skip, run_cases  # noqa: E402,F401

TOOL = sys.argv[1]
# Only a program that hangs is ever waited for so long.
PATIENCE = 60
KEPT = ('PATH', 'HOME', 'LD_LIBRARY_PATH', 'LD_PRELOAD', 'LOCPATH', 'LANG', 'LC_ALL', 'G_SLICE', 'ASAN_OPTIONS', 'UBSAN_OPTIONS', 'LSAN_OPTIONS', 'GIO_MODULE_DIR')


def environment(**more):
    """An environment without anybody's keys and proxies."""
    env = {name: os.environ[name] for name in KEPT if name in os.environ}
    env.update({'GIO_USE_VFS': 'local', 'GSETTINGS_BACKEND': 'memory', 'TERM': 'xterm', 'G_DEBUG': 'fatal-criticals'})
    env.update(more)
    return env


def run(*arguments, stdin='', env=None):
    """Runs the command to its end. stdin is text or bytes; None for no standard input at all."""
    data = stdin.encode() if isinstance(stdin, str) else stdin
    result = subprocess.run([TOOL, *arguments], input=data, stdin=subprocess.DEVNULL if data is None else None, capture_output=True,
                            env=env or environment(), timeout=PATIENCE, check=False)
    result.stdout = result.stdout.decode('utf-8', 'replace')
    result.stderr = result.stderr.decode('utf-8', 'replace')
    return result


def expect(result, code):
    assert result.returncode == code, f'exit code {result.returncode} instead of {code}; {result.stdout!r} {result.stderr!r}'
    return result


def expect_sentence(stderr):
    """A full sentence for people: it begins with who speaks, has some words, and ends with a full stop."""
    line = stderr.strip().splitlines()[-1]
    assert re.match(r'dheera-ai( \w+)?: \S+ .*[.!?)]$', line), f'not a sentence: {line!r}'


def mock(**options):
    """--extra for the offline model: what it shall say, or do wrong."""
    return '--extra=' + json.dumps({'mock': options})


class Terminal:
    """The command in a terminal of its own."""

    def __init__(self, *arguments, env=None, columns=80):
        try:
            self.pid, self.fd = pty.fork()
        except OSError as error:
            raise Skip(f'no terminal can be made here: {error}') from error
        if self.pid == 0:
            try:
                fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack('4H', 24, columns, 0, 0))
                os.execve(TOOL, [TOOL, *arguments], env or environment())
            finally:
                os._exit(127)
        attributes = termios.tcgetattr(self.fd)
        attributes[3] &= ~termios.ECHO
        termios.tcsetattr(self.fd, termios.TCSANOW, attributes)
        self.output = ''
        self.seen = 0
        self.status = None

    def _read(self, timeout):
        if not select.select([self.fd], [], [], timeout)[0]:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return False
        self.output += data.decode('utf-8', 'replace')
        return bool(data)

    def wait_for(self, text):
        """Waits until text is printed behind what was waited for before, and returns what came up to its end."""
        deadline = time.monotonic() + PATIENCE
        while (found := self.output.find(text, self.seen)) < 0:
            if time.monotonic() > deadline or not self._read(1):
                raise AssertionError(f'{text!r} did not come; {self.output[self.seen:]!r} did')
        start, self.seen = self.seen, found + len(text)
        return self.output[start:self.seen]

    def type(self, text):
        os.write(self.fd, text.encode())

    def interrupt(self):
        self.type('\x03')

    def end_of_input(self):
        self.type('\x04')

    def wait(self):
        """The exit code."""
        deadline = time.monotonic() + PATIENCE
        while self._read(0.1):
            if time.monotonic() > deadline:
                os.kill(self.pid, signal.SIGKILL)
                raise AssertionError(f'it does not end; {self.output!r} was printed')
        _, status = os.waitpid(self.pid, 0)
        os.close(self.fd)
        return os.waitstatus_to_exitcode(status)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *_):  # pylint: disable=arguments-differ
        pass

    def reply(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def stream_and_stall(self):
        """The beginning of a streamed answer, and then nothing until the test is over."""
        chunk = {'id': 'x', 'object': 'chat.completion.chunk', 'model': 'fake',
                 'choices': [{'index': 0, 'delta': {'role': 'assistant', 'content': 'Half an ans'}, 'finish_reason': None}]}
        self.send_response(200)
        self.send_header('Content-Type', 'text/event-stream')
        self.send_header('Connection', 'close')
        self.end_headers()
        self.wfile.write(f'data: {json.dumps(chunk)}\n\n'.encode())
        self.server.over.wait(PATIENCE)
        self.close_connection = True

    def handle(self):
        # Whoever stops an answer does not wait for it.
        with contextlib.suppress(ConnectionError):
            super().handle()

    def answer(self, request):
        self.server.requests.append((self.path, dict(self.headers), request))
        last = request['messages'][-1]['content'] if request else ''
        if last == 'stall':
            self.server.over.wait(PATIENCE)
        if last == 'stall in the middle':
            self.stream_and_stall()
            return
        status = self.server.status
        if status != 200:
            self.reply(status, {'error': {'message': self.server.message(self.headers), 'code': 'invalid_api_key'}})
        elif self.path.endswith('/models'):
            self.reply(200, {'object': 'list', 'data': [{'id': name, 'object': 'model'} for name in self.server.models]})
        else:
            message = {'role': 'assistant', 'content': 'I am the fake server.'}
            self.reply(200, {'id': 'x', 'object': 'chat.completion', 'model': 'fake',
                             'choices': [{'index': 0, 'message': message, 'finish_reason': 'stop'}]})

    def do_GET(self):  # pylint: disable=invalid-name
        self.answer(None)

    def do_POST(self):  # pylint: disable=invalid-name
        self.answer(json.loads(self.rfile.read(int(self.headers['Content-Length']))))


@contextlib.contextmanager
def server(status=200, models=('fake-embed', 'fake-chat'), message=lambda headers: 'No.'):
    """An OpenAI-compatible server; .url is its base URL, .requests what was asked. The prompts "stall" and "stall in the middle" are special."""
    instance = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
    instance.daemon_threads = True
    instance.requests, instance.status, instance.models, instance.message = [], status, models, message
    instance.over = threading.Event()
    instance.url = f'http://127.0.0.1:{instance.server_port}/v1'
    thread = threading.Thread(target=instance.serve_forever, kwargs={'poll_interval': 0.05})
    thread.start()
    try:
        yield instance
    finally:
        instance.over.set()
        instance.shutdown()
        thread.join()
        instance.server_close()


def wait_until(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, 'it does not happen'
        time.sleep(0.01)


def cases(module):
    return [case for name, case in module.items() if name.startswith('test_')]
