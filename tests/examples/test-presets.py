#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The example with sessions for trying out and for work: test-presets.py COMMAND…"""

from example import expect, expect_sentence, run, run_cases
from recipe import FAR, log_of, nginx, openai_at, squid

DEVELOPMENT = 'up to 50 connections, 50 to a host, kept for 15 s, 60 s for an answer\n'
PRODUCTION = 'up to 1000 connections, 200 to a host, kept for 60 s, 300 s for an answer\n'


def test_with_the_offline_model():
    assert not expect(run(), 0, f'Hello!\n{DEVELOPMENT}').stderr
    assert not expect(run('production', 'Hi', 'mock/echo'), 0, f'Hi\n{PRODUCTION}').stderr


def test_the_session_is_the_one_that_was_set_up():
    with nginx() as server:
        for preset in ('development', 'production'):
            assert run(preset, **openai_at(server)).returncode == 0
        assert [entry['agent'] for entry in log_of(server, 2)] == ['presets/development', 'presets/production']


def test_only_production_takes_the_proxy_of_the_environment():
    with nginx() as server, squid() as proxy:
        variables = {**openai_at(server, 'plain', FAR), 'http_proxy': f"http://127.0.0.1:{proxy['port']}"}
        expect(run('production', 'Hi', **variables), 0, f'Hi\n{PRODUCTION}')
        log_of(proxy, 1)
        log_of(server, 1)
        expect_sentence(run('development', 'Hi', **variables), FAR)
        log_of(proxy, 1)


def test_another_word():
    done = run('demo')
    assert done.returncode == 1 and 'development|production' in done.stderr, done


def test_an_error_is_a_sentence():
    expect_sentence(run('production', 'Hi', 'mock/nobody'), 'nobody')


run_cases([value for name, value in list(globals().items()) if name.startswith('test_')])
