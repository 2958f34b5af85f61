#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The example that writes down what goes out and comes back: test-request-logging.py COMMAND…"""

import contextlib
import json
import pathlib
import tempfile

from example import expect, run, run_cases
from recipe import KEY, fixture, log_of, nginx, openai, openai_at


@contextlib.contextmanager
def log_file():
    with tempfile.TemporaryDirectory() as folder:
        yield pathlib.Path(folder, 'calls.jsonl')


def records_of(path):
    text = path.read_text()
    assert KEY not in text, text
    return [json.loads(line) for line in text.splitlines()]


def test_what_is_written_down():
    with nginx() as server, log_file() as path:
        done = expect(run(path, **openai_at(server)), 0, 'Write this down.\n')
        entry, = log_of(server, 1)
        request, answer = done.stderr.splitlines()
        assert request == f"POST http://127.0.0.1:{server['plain']}{entry['uri']}", done.stderr
        assert answer.startswith('openai answered 200 text/event-stream') and KEY not in done.stderr, done.stderr
        attempt, call = records_of(path)
        assert (attempt['event'], call['event'], call['operation'], call['model'], call['status']) == ('attempt', 'call', 'stream', 'echo', 200)
        # What the server counts, the head included, is what was written, and more.
        assert 0 < call['bytes_sent'] < entry['received'] and call['timings']['total'] >= call['timings']['first_token'] > 0, call
        assert 'Authorization: [redacted]' in call['request_headers'] and 'text/event-stream' in call['response_headers'], call


def test_each_attempt_is_written_down():
    port, = fixture.free_ports(1)
    with log_file() as path:
        done = run(path, **openai(f'http://127.0.0.1:{port}/v1'))
        assert done.returncode == 1 and not done.stdout and f'127.0.0.1:{port}' in done.stderr, done
        *attempts, call = records_of(path)
        assert [attempt['event'] for attempt in attempts] == ['attempt'] * 3 and [attempt['attempt'] for attempt in attempts] == [1, 2, 3], attempts
        assert call['event'] == 'call' and call['error']['type'] == 'connection' and f'127.0.0.1:{port}' in call['error']['message'], call


def test_without_a_file():
    done = run(G_MESSAGES_DEBUG='dheera-ai')
    assert done.returncode == 0 and done.stdout.endswith('Write this down.\n') and 'stream of mock/echo: HTTP 200' in done.stdout, done


def test_a_file_that_can_not_be_written():
    done = run('/nowhere/calls.jsonl')
    assert done.returncode == 1 and not done.stdout and '/nowhere/calls.jsonl' in done.stderr, done


run_cases([value for name, value in list(globals().items()) if name.startswith('test_')])
