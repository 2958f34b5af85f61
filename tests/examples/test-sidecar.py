#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The example with a Unix socket: test-sidecar.py COMMAND…"""

from example import expect, expect_sentence, run, run_cases
from recipe import MODEL, log_of, nginx, openai


def test_through_the_socket():
    with nginx() as server:
        # A name that nobody knows, and a port that nobody listens at
        done = run(server['socket'], **openai(f'http://models.invalid:9{MODEL.path}'))
        assert not expect(done, 0, 'Hello, neighbour!\n').stderr
        entry, = log_of(server, 1)
        assert entry['port'] is None, entry


def test_nobody_listens():
    with nginx() as server:
        expect_sentence(run(server['socket'] + '.away', **openai()), 'socket.away')
        log_of(server, 0)


def test_without_arguments():
    done = run()
    assert done.returncode == 1 and 'sidecar.py SOCKET' in done.stderr, done


run_cases([value for name, value in list(globals().items()) if name.startswith('test_')])
