#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The example behind a company's proxy: test-corporate-proxy.py COMMAND…"""

from example import COMMAND, expect, expect_sentence, run, run_cases
from recipe import FAR, KEY, certificate, key, log_of, nginx, openai_at, squid

USER = 'somebody:secret7'


def way_out(proxy, user=USER):
    """One program takes the environment's proxy, and the other one that it is told."""
    address = f"http://{user + '@' if user else ''}127.0.0.1:{proxy['port']}"
    return {'https_proxy': address} if COMMAND[-1].endswith('.py') else {'COMPANY_PROXY': address}


def files(server, name='client'):
    return certificate(server, 'ca'), certificate(server, name), key(server, name)


def gateway():
    return nginx('--certificate', 'wrong-host', '--client-certificate')


def test_through_the_proxy_with_a_certificate():
    with gateway() as server, squid('--user', USER) as proxy:
        done = run(*files(server), **way_out(proxy), **openai_at(server, 'tls', FAR))
        assert not expect(done, 0, 'Hello from inside!\n').stderr
        # The one tunnel that there was, and the one request that came out of it
        tunnel, = [entry for entry in log_of(proxy, 2) if entry['status'] == 200]
        assert (tunnel['method'], tunnel['uri'], tunnel['user']) == ('CONNECT', f"{FAR}:{server['tls']}", 'somebody'), tunnel
        request, = log_of(server, 1)
        assert (request['status'], request['client']) == (200, 'CN=dheera-test-client'), request


def test_this_machine_is_reached_directly():
    with gateway() as server, squid() as proxy:
        authority, *mine = files(server)
        for host in ('127.0.0.1', 'localhost'):
            expect(run(authority, *mine, 'Hi', **way_out(proxy), **openai_at(server, 'plain', host)), 0, 'Hi\n')
        assert len(log_of(server, 2)) == 2
        log_of(proxy, 0)
        expect(run(authority, *mine, 'Hi', 'mock/echo', **way_out(proxy)), 0, 'Hi\n')
        log_of(proxy, 0)


def test_without_the_password():
    with gateway() as server, squid('--user', USER) as proxy:
        for user in (None, 'somebody:secret8'):
            done = run(*files(server), **way_out(proxy, user), **openai_at(server, 'tls', FAR))
            expect_sentence(done, 'proxy', '407')
            assert 'secret' not in done.stderr and KEY not in done.stderr, done
        log_of(server, 0)


def test_what_the_proxy_forbids():
    with gateway() as server, squid('--deny', FAR) as proxy:
        expect_sentence(run(*files(server), **way_out(proxy), **openai_at(server, 'tls', FAR)), 'proxy', '403', FAR)
        log_of(server, 0)


def test_without_a_good_certificate():
    with gateway() as server, squid() as proxy:
        # One that another authority signed
        expect_sentence(run(*files(server, 'other-client'), **way_out(proxy), **openai_at(server, 'tls', FAR)), '400')
        authority, mine, _ = files(server)
        expect_sentence(run(authority, mine, mine + '.away', **way_out(proxy), **openai_at(server, 'tls', FAR)), 'client.pem.away')


def test_without_arguments():
    done = run()
    assert done.returncode != 0 and 'AUTHORITY CERTIFICATE KEY' in done.stderr, done


run_cases([value for name, value in list(globals().items()) if name.startswith('test_')])
