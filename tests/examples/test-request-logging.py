#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The example that writes down what goes out and comes back: test-request-logging.py COMMAND…"""

import re

from example import expect, run, run_cases
from recipe import KEY, log_of, nginx, openai_at


def test_what_is_written_down():
    with nginx() as server:
        done = expect(run(**openai_at(server)), 0, 'Write this down.\n')
        entry, = log_of(server, 1)
        request, answer, call = done.stderr.splitlines()
        assert request == f"POST http://127.0.0.1:{server['plain']}{entry['uri']}", done.stderr
        assert re.fullmatch(r'openai answered 200, text/event-stream.*', answer), done.stderr
        assert re.fullmatch(r'echo: stream, 1 attempts, \d+ bytes out, \d+ in, \d+\.\d+ s', call), done.stderr
        assert KEY not in done.stderr, done


def test_each_attempt_is_written_down():
    # Nobody answers behind it, so that what is written is what nginx says, each time.
    with nginx() as server:
        done = run(**{**openai_at(server), 'OPENAI_BASE_URL': f"http://127.0.0.1:{server['plain']}/away"})
        assert done.returncode == 1 and not done.stdout, done
        entries = log_of(server, 1)
        assert f"openai answered {entries[0]['status']}" in done.stderr and KEY not in done.stderr, done


def test_with_the_offline_model():
    expect(run('One two', 'mock/echo'), 0, 'One two\n')


run_cases([value for name, value in list(globals().items()) if name.startswith('test_')])
