#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""dheera-ai models."""

import json

from toolkit import Terminal, cases, environment, expect, expect_sentence, run, run_cases, server


def test_one_provider():
    lines = expect(run('models', '--provider=mock'), 0).stdout.splitlines()
    assert lines and all(line.startswith('mock/') for line in lines), lines
    assert 'mock/echo' in lines and 'mock/story' in lines, lines


def test_all_that_can_be_reached():
    with server(models=('m-1', 'm-2')) as fake, server(models=('local',)) as local:
        env = environment(OPENAI_BASE_URL=fake.url, OPENAI_API_KEY='k', LM_STUDIO_API_BASE=local.url)
        lines = expect(run('models', env=env), 0).stdout.splitlines()
    for name in ('openai/m-1', 'openai/m-2', 'lmstudio/local', 'mock/echo'):
        assert name in lines, lines


def test_json():
    models = json.loads(expect(run('models', '-p', 'mock', '--json'), 0).stdout)
    by_name = {model['model']: model for model in models}
    assert by_name['mock/echo']['provider'] == 'mock' and by_name['mock/echo']['id'] == 'echo', models


def test_what_is_known():
    with server(models=('gpt-4o-mini', 'm')) as fake:
        env = environment(OPENAI_BASE_URL=fake.url, OPENAI_API_KEY='k')
        known, other = json.loads(expect(run('models', '-p', 'openai', '--json', env=env), 0).stdout)
    assert known['context_window'] == 128000 and known['input_price'] == 0.15 and known['output_price'] == 0.6, known
    assert 'tools' in known['capabilities'] and 'known' not in known['capabilities'], known
    assert not {'context_window', 'input_price', 'capabilities'} & set(other), other


def test_a_table_on_a_terminal():
    with server(models=('gpt-4o-mini', 'm')) as fake:
        env = environment(OPENAI_BASE_URL=fake.url, OPENAI_API_KEY='k')
        wide = Terminal('models', '-p', 'openai', env=env, columns=100)
        assert wide.wait() == 0
        narrow = Terminal('models', '-p', 'openai', env=env, columns=40)
        assert narrow.wait() == 0
    lines = wide.output.splitlines()
    assert lines[0].split() == ['openai/gpt-4o-mini', '128K', '$0.15', '$0.60'] and lines[1] == 'openai/m', lines
    assert narrow.output.splitlines() == ['openai/gpt-4o-mini', 'openai/m'], narrow.output


def test_several_providers():
    with server(models=('m',)) as fake:
        env = environment(OPENAI_BASE_URL=fake.url, OPENAI_API_KEY='k')
        lines = expect(run('models', '-p', 'openai', '-p', 'mock', env=env), 0).stdout.splitlines()
    assert lines[0] == 'openai/m' and 'mock/echo' in lines, lines


def test_a_provider_that_fails_is_a_failure():
    with server(status=401) as fake:
        env = environment(OPENAI_BASE_URL=fake.url, OPENAI_API_KEY='k')
        result = expect(run('models', env=env), 1)
        assert 'mock/echo' in result.stdout, result.stdout
        assert 'OpenAI' in result.stderr or 'openai' in result.stderr, result.stderr
        expect_sentence(result.stderr)


def test_unknown_providers_are_failures():
    result = expect(run('models', '--provider=nobody'), 1)
    assert 'nobody' in result.stderr and 'openai' in result.stderr, result.stderr


def test_names_can_not_steer_the_terminal():
    with server(models=('a\x1b]0;b\x07c',)) as fake:
        env = environment(OPENAI_BASE_URL=fake.url, OPENAI_API_KEY='k')
        assert expect(run('models', '-p', 'openai', env=env), 0).stdout == 'openai/a]0;bc\n'


if __name__ == '__main__':
    run_cases(cases(globals()))
