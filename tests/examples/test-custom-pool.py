#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The example with connection pools of its own: test-custom-pool.py COMMAND…"""

from example import COMMAND, expect, expect_sentence, run, run_cases
from recipe import connections, log_of, nginx, openai_at

# What each of them prints, and the pools that its requests have to come from
IN_PYTHON = ['handler', 'stream', 'options', 'awaited', 'blocking', 'one call']
POOLS_IN_PYTHON = ['pool-of-the-handler', 'pool-of-the-handler', 'pool-from-options', 'pool-of-awaited-calls', 'pool-of-blocking-calls', 'pool-of-one-call']
IN_C = ['everybody', 'client', 'options', 'one call']
POOLS_IN_C = ['pool-of-everybody', 'pool-of-the-client', 'pool-from-options', 'pool-of-one-call']
LINES, POOLS = (IN_PYTHON, POOLS_IN_PYTHON) if COMMAND[-1].endswith('.py') else (IN_C, POOLS_IN_C)


def text_of(prompt):
    return ''.join(f'{line}: {prompt}\n' for line in LINES)


def test_with_the_offline_model():
    assert not expect(run(), 0, text_of('Hello, pool!')).stderr


def test_each_request_comes_from_the_pool_that_was_chosen():
    with nginx() as server:
        assert not expect(run('Who carries this?', **openai_at(server)), 0, text_of('Who carries this?')).stderr
        entries = log_of(server, len(POOLS))
        assert [entry['agent'] for entry in entries] == POOLS, entries
        # The second request of a pool takes the connection of the first.
        assert connections(entries) == len(set(POOLS)), entries


def test_an_error_is_a_sentence():
    expect_sentence(run('Hi', 'mock/nobody'), 'nobody')


run_cases([value for name, value in list(globals().items()) if name.startswith('test_')])
