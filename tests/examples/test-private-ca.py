#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The example with a private authority: test-private-ca.py COMMAND…"""

from example import expect, expect_sentence, run, run_cases
from recipe import certificate, log_of, nginx, openai_at


def test_a_server_that_the_authority_signed():
    with nginx() as server:
        authority = certificate(server, 'ca')
        assert not expect(run(authority, **openai_at(server, 'tls')), 0, 'Hello, private network!\n').stderr
        expect(run(authority, 'Hi', **openai_at(server, 'tls', 'localhost')), 0, 'Hi\n')
        assert {entry['tls'] for entry in log_of(server, 2)} == {'TLSv1.3'}


def test_other_servers_are_refused():
    for name, words in (('self-signed', 'no trusted authority'), ('expired', 'expired'), ('wrong-host', 'another host')):
        with nginx('--certificate', name) as server:
            expect_sentence(run(certificate(server, 'ca'), **openai_at(server, 'tls')), words)
            # Not even the request, with its key, was sent.
            log_of(server, 0)


def test_another_authority():
    with nginx() as server:
        expect_sentence(run(certificate(server, 'self-signed'), **openai_at(server, 'tls')), 'no trusted authority')
        expect_sentence(run(certificate(server, 'away'), **openai_at(server, 'tls')), 'away.pem')
        log_of(server, 0)


def test_with_the_offline_model():
    with nginx() as server:
        expect(run(certificate(server, 'ca')), 0, 'Hello, private network!\n')


def test_without_arguments():
    done = run()
    assert done.returncode != 0 and 'private-ca' in done.stderr and 'AUTHORITY' in done.stderr, done


run_cases([value for name, value in list(globals().items()) if name.startswith('test_')])
