#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A key in the environment is sent to its provider, and shown nowhere: not in the output, not in an error that quotes it, not in debug output."""

import base64
import urllib.parse

from toolkit import Terminal, cases, environment, run, run_cases, server

KEY = 'sk-canary-0f7bd1c2a9e84d53/+secret'
PASSWORD = 'canary-pa55word'
FORMS = (KEY, KEY[:16], KEY[-12:], base64.b64encode(KEY.encode()).decode()[:20], urllib.parse.quote(KEY, safe=''), PASSWORD)
# libproxy, which GIO asks, writes what it finds in the environment into its own debug output.
FOREIGN = 'pxbackend-DEBUG'
ALL_NAMES = ('OPENAI_API_KEY', 'ANTHROPIC_API_KEY', 'GROQ_API_KEY', 'MISTRAL_API_KEY', 'GEMINI_API_KEY', 'LMSTUDIO_API_KEY')


def secret_environment(fake, *names):
    proxy = f'http://user:{PASSWORD}@127.0.0.1:9'
    return environment(OPENAI_BASE_URL=fake.url, LM_STUDIO_API_BASE=fake.url, G_MESSAGES_DEBUG='all', SOUP_DEBUG='3',
                       https_proxy=proxy, HTTPS_PROXY=proxy, no_proxy='127.0.0.1,localhost', **{name: KEY for name in names})


def check(output):
    output = '\n'.join(line for line in output.split('\n') if FOREIGN not in line)
    for form in FORMS:
        assert form not in output, f'{form!r} is in {output!r}'


def check_run(env, *arguments, stdin=''):
    result = run(*arguments, stdin=stdin, env=env)
    check(result.stdout + result.stderr)
    return result


COMMANDS = (
    ('complete', '--model=openai/fake', 'Hi'),
    ('complete', '--model=openai/fake', '--stream', '-v', 'Hi'),
    ('complete', '--model=openai/fake', '--json', 'Hi'),
    ('models', '--provider=openai'),
    ('models', '--provider=openai', '--json'),
    ('doctor', '--live'),
)


def was_sent(fake):
    return any(request[1].get('Authorization') == f'Bearer {KEY}' for request in fake.requests)


def test_success():
    with server() as fake:
        env = secret_environment(fake, 'OPENAI_API_KEY')
        for command in COMMANDS:
            check_run(env, *command)
        assert check_run(env, 'chat', '--model=openai/fake', stdin='Hi\n').returncode == 0
        # The check is worth something only if the key was there to be shown.
        assert was_sent(fake)


def test_errors_that_quote_the_key():
    def quote(headers):
        return f"Incorrect API key provided: {headers['Authorization']} ({KEY})."
    for status in (400, 401, 403, 500):
        with server(status=status, message=quote) as fake:
            env = secret_environment(fake, 'OPENAI_API_KEY')
            for command in COMMANDS:
                check_run(env, *command)
            assert check_run(env, 'chat', '--model=openai/fake', stdin='Hi\n').returncode == 1
            assert was_sent(fake)


def test_chat_in_a_terminal():
    with server() as fake:
        terminal = Terminal('chat', '--model=openai/fake', env=secret_environment(fake, 'OPENAI_API_KEY'))
        terminal.wait_for('> ')
        terminal.type('Hi\n')
        terminal.wait_for('I am the fake server.')
        terminal.wait_for('> ')
        terminal.end_of_input()
        assert terminal.wait() == 0
        check(terminal.output)
        assert was_sent(fake)


def test_doctor_with_all_the_keys():
    with server() as fake:
        result = check_run(secret_environment(fake, *ALL_NAMES), 'doctor')
    for name in ALL_NAMES[:3]:
        assert name in result.stdout, result.stdout


def test_keys_of_one_provider_are_not_sent_to_another():
    with server() as fake:
        check_run(secret_environment(fake, 'MISTRAL_API_KEY'), 'complete', '--model=lmstudio/fake', 'Hi')
        assert fake.requests and not any('Authorization' in request[1] for request in fake.requests), fake.requests


def test_help():
    with server() as fake:
        for command in ('chat', 'complete', 'models', 'doctor'):
            check_run(secret_environment(fake, *ALL_NAMES), command, '--help')


if __name__ == '__main__':
    run_cases(cases(globals()))
