#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""dheera-ai doctor."""

from toolkit import cases, environment, expect, run, run_cases, server


def line_with(result, *words):
    for line in result.stdout.splitlines():
        if all(word in line for word in words):
            return line
    raise AssertionError(f'no line has {words}: {result.stdout}')


def test_nothing_but_the_offline_model_is_a_success():
    result = expect(run('doctor'), 0)
    line_with(result, 'GLib', 'libsoup', 'json-glib')
    line_with(result, 'none; OPENAI_API_KEY')
    line_with(result, 'mock', 'answers: 3 models')
    line_with(result, 'proxy for https://api.openai.com/v1: none')
    line_with(result, 'TLS')
    line_with(result, 'answers, because')


def far_away(fake, **more):
    """A provider that is not on this machine, and a proxy that would see what is sent to it."""
    return environment(OPENAI_BASE_URL='http://far-away.invalid/v1', OPENAI_API_KEY='k', http_proxy=fake.url.removesuffix('/v1'), **more)


def test_keys_are_named_and_not_sent():
    with server() as fake:
        result = expect(run('doctor', env=far_away(fake, GROQ_API_KEY='g')), 0)
        assert fake.requests == [], fake.requests
    line_with(result, 'openai', 'OPENAI_API_KEY', 'http://far-away.invalid/v1')
    line_with(result, 'groq', 'GROQ_API_KEY', 'https://api.groq.com')
    line_with(result, 'openai/gpt-4o-mini answers, because OPENAI_API_KEY is set')
    line_with(result, 'proxy for http://far-away.invalid/v1: http://127.0.0.1:')


def test_providers_with_two_names_are_listed_once():
    result = expect(run('doctor', env=environment(ANTHROPIC_API_KEY='k')), 0)
    assert line_with(result, 'ANTHROPIC_API_KEY').split()[0] == 'anthropic', result.stdout
    assert 'anthropic-openai' not in result.stdout, result.stdout
    result = expect(run('doctor', env=environment(OPENAI_API_KEY='k')), 0)
    assert '-responses' not in result.stdout, result.stdout


def test_live_asks_the_providers():
    with server() as fake:
        result = expect(run('doctor', '--live', env=far_away(fake)), 0)
        assert [request[1]['Authorization'] for request in fake.requests] == ['Bearer k'], fake.requests
        line_with(result, 'answers: 2 models')
    with server(status=401) as fake:
        result = expect(run('doctor', '--live', env=far_away(fake)), 0)
        line_with(result, 'OpenAI')


def test_passwords_of_proxies_are_left_out():
    with server() as fake:
        proxy = fake.url.removesuffix('/v1').replace('//', '//somebody:pa55word@')
        result = expect(run('doctor', env=far_away(fake) | {'http_proxy': proxy}), 0)
    line_with(result, 'proxy for http://far-away.invalid/v1: http://127.0.0.1:')
    assert 'pa55word' not in result.stdout + result.stderr, result.stdout


def test_keys_with_a_newline_are_found():
    result = expect(run('doctor', env=environment(OPENAI_API_KEY='k\n')), 0)
    line_with(result, "OPENAI_API_KEY can't be right: white space is in it")


def test_local_servers():
    with server() as fake:
        result = expect(run('doctor', env=environment(LM_STUDIO_API_BASE=fake.url)), 0)
    line_with(result, 'lmstudio', fake.url, 'answers: 2 models', 'such as fake-chat')
    line_with(result, 'lmstudio/fake-chat answers, because a server answers at')


def test_servers_that_are_none():
    with server(status=404) as fake:
        result = expect(run('doctor', env=environment(LM_STUDIO_API_BASE=fake.url)), 0)
    assert 'answers:' not in line_with(result, 'lmstudio', fake.url), result.stdout


if __name__ == '__main__':
    run_cases(cases(globals()))
