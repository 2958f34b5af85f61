#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The example with many calls at once: test-high-throughput.py COMMAND…"""

import re

from example import expect_sentence, run, run_cases
from recipe import connections, log_of, nginx, openai_at

LIMIT = 100


def tally(done):
    """Answers, errors, and answers over a connection that was there already"""
    assert done.returncode == 0 and not done.stderr, done
    found = re.fullmatch(r'(\d+) answers, (\d+) errors, (\d+) over a connection that was there already\n\d+ calls a second\n', done.stdout)
    assert found, done
    return tuple(map(int, found.groups()))


def test_with_the_offline_model():
    answers, errors, _ = tally(run())
    assert (answers, errors) == (200, 0)


def test_two_hundred_calls_within_the_limit():
    with nginx() as server:
        answers, errors, reused = tally(run(**openai_at(server)))
        entries = log_of(server, 200)
        assert (answers, errors) == (200, 0) and {entry['status'] for entry in entries} == {200}
        # Half of the calls at least had to wait for a connection of the others, and each connection was new only once.
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
