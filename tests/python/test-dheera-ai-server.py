#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""dheera_ai.run_server(): whose session carries what is asked of it, and how it ends."""

import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

from support import MOCK, PATIENCE, Dheera, Soup, is_dheera, run_cases

import dheera_ai
from dheera_ai._sessions import resolve_server

KEY = 'sk-canary-0123456789'
# What a program says that serves: how many requests its session carried, and how it ended
PROGRAM = '''
import os
import sys
import dheera_ai
from gi.repository import Dheera, Soup

session = Soup.Session(timeout=0)
carried = []
session.connect('request-queued', lambda _, message: carried.append(message.get_uri().to_string()))
{setting}
end = 'returned'
try:
    dheera_ai.run_server({arguments})
except KeyboardInterrupt:
    end = 'interrupted'
print('END', end, len(carried), flush=True)
'''


@contextlib.contextmanager
def served(setting='dheera_ai.client_session = session', arguments='port=0'):
    """A process that serves: its address, and itself"""
    env = {**os.environ, 'G_MESSAGES_DEBUG': 'dheera-ai'}
    with subprocess.Popen([sys.executable, '-u', '-c', PROGRAM.format(setting=setting, arguments=arguments)], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, env=env, text=True) as process:
        try:
            for line in process.stdout:
                if found := re.search(r'The server listens at (\S+)\.$', line):
                    break
            else:
                raise AssertionError(f'it did not listen, and ended with {process.wait()}')
            yield found.group(1), process
        finally:
            process.kill()


def ask(url, body=None, key=None):
    headers = {'Content-Type': 'application/json', **({'Authorization': f'Bearer {key}'} if key else {})}
    request = urllib.request.Request(url, data=body and json.dumps(body).encode(), headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def chat(url, model='mock/echo', key=None):
    return ask(url + '/v1/chat/completions', {'model': model, 'messages': [{'role': 'user', 'content': 'One two three'}]}, key)


def end_of(process, number):
    process.send_signal(number)
    output, _ = process.communicate(timeout=PATIENCE)
    return re.search(r'^END (\w+) (\d+)$', output, re.MULTILINE).groups(), process.returncode


def test_each_setting_carries_every_request():
    for setting in ('dheera_ai.client_session = session', 'dheera_ai.aclient_session = session',
                    'dheera_ai.base_llm_aiohttp_handler = dheera_ai.BaseLLMAIOHTTPHandler(client_session=session)',
                    'dheera_ai.client_session = Dheera.Client(session=session)'):
        with served(setting) as (url, process):
            status, answer = chat(url)
            assert status == 200 and answer['choices'][0]['message']['content'] == 'One two three', answer
            assert answer['object'] == 'chat.completion'
            assert chat(url)[0] == 200
            assert end_of(process, signal.SIGTERM) == (('returned', '2'), 0)


def test_arguments():
    arguments = f"host='127.0.0.1', port=0, client=session, keys=['{KEY}'], models={{'fast': 'mock/echo'}}"
    with served('', arguments) as (url, process):
        assert chat(url, 'fast')[0] == 401
        status, answer = chat(url, 'fast', KEY)
        assert status == 200 and answer['model'] == 'fast'
        assert chat(url, 'mock/echo', KEY)[0] == 404
        assert [model['id'] for model in ask(url + '/v1/models', key=KEY)[1]['data']] == ['fast']
        assert end_of(process, signal.SIGTERM) == (('returned', '1'), 0)


def test_a_configuration_file():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / 'server.conf'
        path.write_text('[server]\nport=0\n[model small]\ntarget=mock/echo\n', encoding='utf-8')
        with served('', f'config={str(path)!r}') as (url, process):
            assert chat(url, 'small')[1]['model'] == 'small'
            assert end_of(process, signal.SIGTERM)[0] == ('returned', '0')


def test_parameters_that_a_provider_does_not_take():
    where = f"os.environ.update(OPENAI_BASE_URL={MOCK!r}, OPENAI_API_KEY='k')"
    body = {'model': 'openai/echo', 'messages': [{'role': 'user', 'content': 'One two three'}], 'top_k': 3}
    settings = {'dheera_ai.client_session = session': 400, 'dheera_ai.drop_params = True': 200,
                'dheera_ai.drop_params = True; dheera_ai.client_session = session': 200}
    for setting, expected in settings.items():
        with served(f'{where}; {setting}') as (url, process):
            status, answer = ask(url + '/v1/chat/completions', body)
            assert status == expected and (status == 200 or answer['error']['param'] == 'top_k'), (setting, answer)
            assert end_of(process, signal.SIGTERM)[0][0] == 'returned'


def test_settings_that_would_not_be_read():
    dheera_ai.drop_params = True
    try:
        assert 'param-policy=drop' in str(failed(ValueError, config='/nowhere/server.conf'))
        assert 'set_param_policy(Dheera.ParamPolicy.DROP)' in str(failed(ValueError, client=Dheera.Client()))
    finally:
        dheera_ai.drop_params = None


def test_limits_of_the_client():
    dheera_ai.request_timeout, dheera_ai.num_retries = 7, 0
    session = Soup.Session()
    try:
        made = resolve_server(None, None)
        assert (made.get_timeout(), made.get_max_retries(), made.get_session()) == (7, 0, None)
        made = resolve_server(session, '/nowhere/server.conf')
        assert (made.get_timeout(), made.get_max_retries(), made.get_session()) == (7, 0, session)
        client = Dheera.Client(timeout=7, max_retries=0)
        assert resolve_server(client, None) is client
        assert 'set_timeout(7)' in str(failed(ValueError, client=Dheera.Client()))
        assert 'set_max_retries(0)' in str(failed(ValueError, client=Dheera.Client(timeout=7)))
        assert 'Dheera.Client(timeout=7)' in str(failed(ValueError, config='/nowhere/server.conf'))
    finally:
        dheera_ai.request_timeout = dheera_ai.num_retries = None


def test_ctrl_c():
    with served() as (url, process):
        assert chat(url)[0] == 200
        assert end_of(process, signal.SIGINT) == (('interrupted', '1'), 0)


def failed(kind, **arguments):
    try:
        dheera_ai.run_server(**arguments)
    except kind as error:
        return error
    raise AssertionError('the server ran')


def test_what_is_refused():
    error = failed(dheera_ai.BadRequestError, host='0.0.0.0', port=0)
    assert is_dheera(error, Dheera.Error.INVALID_REQUEST) and 'keys' in str(error) and error.param == 'keys'
    assert KEY not in str(failed(dheera_ai.BadRequestError, host='256.1.1.1', port=0, keys=KEY))
    failed(dheera_ai.BadRequestError, config='/nowhere/server.conf')
    failed(TypeError, client=object())
    with socket.create_server(('127.0.0.1', 0)) as taken:
        error = failed(dheera_ai.ConflictError, port=taken.getsockname()[1])
        assert str(taken.getsockname()[1]) in str(error)
    # The session of a configuration file and one that was given are two.
    dheera_ai.client_session = Soup.Session()
    try:
        with tempfile.NamedTemporaryFile('w', suffix='.conf') as file:
            file.write('[session]\nmax-connections=3\n')
            file.flush()
            assert '[session]' in str(failed(dheera_ai.BadRequestError, config=file.name, port=0))
    finally:
        dheera_ai.client_session = None


run_cases([value for name, value in list(globals().items()) if name.startswith('test_')])
