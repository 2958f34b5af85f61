#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The example with many calls at once: test-high-throughput.py COMMAND…"""

import http.server
import json
import re
import threading

from example import PATIENCE, expect_sentence, run, run_cases
from recipe import connections, log_of, nginx, openai, openai_at

LIMIT = 100
# How long it is looked whether there are more than should be
MOMENT = 0.5
ANSWER = json.dumps({'id': 'x', 'object': 'chat.completion', 'created': 1, 'model': 'echo', 'choices': [
    {'index': 0, 'message': {'role': 'assistant', 'content': 'Hello!'}, 'finish_reason': 'stop'}]}).encode()


def tally(done):
    """Answers, errors, and answers over a connection that was there already"""
    assert done.returncode == 0 and not done.stderr, done
    found = re.fullmatch(r'(\d+) answers, (\d+) errors, (\d+) over a connection that was there already\n\d+ calls a second\n', done.stdout)
    assert found, done
    return tuple(map(int, found.groups()))


def test_with_the_offline_model():
    answers, errors, _ = tally(run())
    assert (answers, errors) == (200, 0)


class Patient(http.server.BaseHTTPRequestHandler):
    """Answers nobody before as many ask as may ask at once."""
    protocol_version = 'HTTP/1.1'

    def log_message(self, *_):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers['Content-Length']))
        self.server.turnstile.wait()
        self.send_response(200)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(ANSWER)))
        self.end_headers()
        self.wfile.write(ANSWER)


class Turnstile:
    """Opens for those who wait when they are LIMIT and nobody comes for a moment, and remembers the largest crowd."""

    def __init__(self):
        self.changed = threading.Condition()
        self.waiting = 0
        self.turns = 0
        self.most = 0

    def wait(self):
        with self.changed:
            self.waiting += 1
            self.most = max(self.most, self.waiting)
            turn = self.turns
            if self.waiting == LIMIT:
                threading.Timer(MOMENT, self.open).start()
            self.changed.wait_for(lambda: self.turns > turn, PATIENCE)

    def open(self):
        with self.changed:
            self.waiting = 0
            self.turns += 1
            self.changed.notify_all()


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 2 * LIMIT

    def handle_error(self, *_):
        """A program that fails leaves them all waiting."""


def test_a_hundred_at_once_and_never_more():
    with Server(('127.0.0.1', 0), Patient) as server:
        server.turnstile = Turnstile()
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        # Two turns of so many; were there fewer at once, the turnstile would not open.
        answers, errors, reused = tally(run(2 * LIMIT, **openai(f'http://127.0.0.1:{server.server_address[1]}/v1')))
        server.shutdown()
        assert (answers, errors, reused) == (2 * LIMIT, 0, LIMIT), (answers, errors, reused)
        assert (server.turnstile.most, server.turnstile.turns) == (LIMIT, 2), vars(server.turnstile)


def test_connections_are_used_again():
    with nginx() as server:
        answers, errors, reused = tally(run(**openai_at(server)))
        entries = log_of(server, 200)
        assert (answers, errors) == (200, 0) and {entry['status'] for entry in entries} == {200}
        assert connections(entries) <= LIMIT and reused == 200 - connections(entries), (connections(entries), reused)


def test_few_calls():
    with nginx() as server:
        assert tally(run(3, **openai_at(server)))[:2] == (3, 0)
        assert connections(log_of(server, 3)) <= 3


def test_an_error_is_a_sentence():
    done = run(2, 'mock/nobody')
    assert done.stdout.startswith('0 answers, 2 errors'), done
    done.stdout = ''
    expect_sentence(done, 'nobody')


run_cases([value for name, value in list(globals().items()) if name.startswith('test_')])
