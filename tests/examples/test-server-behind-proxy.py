#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The example that serves models from behind a proxy: test-server-behind-proxy.py COMMAND…"""

import contextlib
import http.client
import json
import pathlib
import re
import shlex
import shutil
import signal
import subprocess

from example import COMMAND, PATIENCE, Skip, environment, expect_sentence, run, run_cases
from recipe import FAR, KEY, Hanging, certificate, connections, log_of, nginx, openai_at, running, squid

USER = 'somebody:secret7'


@contextlib.contextmanager
def served(server, proxy, number=signal.SIGTERM, ends=0):
    """Gives the port; afterwards the program ends as the signal says."""
    variables = {'https_proxy': f"http://{USER}@127.0.0.1:{proxy['port']}", 'G_MESSAGES_DEBUG': 'dheera-ai', **openai_at(server, 'tls', FAR)}
    with subprocess.Popen([*COMMAND, '0', certificate(server, 'ca')], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env=environment(**variables)) as program:
        try:
            said = []
            for line in program.stdout:
                said.append(line)
                if found := re.search(r'The server listens at http://127\.0\.0\.1:(\d+)', line):
                    break
            assert found, said
            port = int(found.group(1))
            # Whoever answers has come to the place where signals are waited for.
            assert get(port, '/health/liveliness') == 200
            yield port
            program.send_signal(number)
            said.append(program.communicate(timeout=PATIENCE)[0])
            assert program.returncode == ends and KEY not in ''.join(said) and 'secret7' not in ''.join(said), (program.returncode, said)
        finally:
            program.kill()


def get(port, path):
    with contextlib.closing(http.client.HTTPConnection('127.0.0.1', port, timeout=PATIENCE)) as connection:
        connection.request('GET', path)
        return connection.getresponse().status


def post(port, model, **more):
    connection = http.client.HTTPConnection('127.0.0.1', port, timeout=PATIENCE)
    connection.request('POST', '/v1/chat/completions', json.dumps({'model': model, 'messages': [{'role': 'user', 'content': 'One two'}], **more}),
                       {'Content-Type': 'application/json'})
    return connection, connection.getresponse()


def ask(port, model, **more):
    connection, response = post(port, model, **more)
    with contextlib.closing(connection):
        return response.status, response.read().decode()


def text_of(answer):
    status, body = answer
    assert status == 200, answer
    return json.loads(body)['choices'][0]['message']['content']


def gateway():
    return nginx('--certificate', 'wrong-host')


def test_every_request_goes_through_the_proxy():
    with gateway() as server, squid('--user', USER) as proxy:
        with served(server, proxy) as port:
            for _ in range(3):
                assert text_of(ask(port, 'openai/echo')) == 'One two'
            status, events = ask(port, 'openai/echo', stream=True)
            assert status == 200 and events.endswith('data: [DONE]\n\n') and events.count('"chat.completion.chunk"') >= 3, events
            entries = log_of(server, 4)
            assert {entry['status'] for entry in entries} == {200} and connections(entries) == 1, entries
        # One session, so that one tunnel was enough for all.
        tunnel, = [entry for entry in log_of(proxy, 2) if entry['status'] == 200]
        assert (tunnel['method'], tunnel['uri'], tunnel['user']) == ('CONNECT', f"{FAR}:{server['tls']}", 'somebody'), tunnel


def test_a_model_of_this_machine_is_reached_directly():
    with gateway() as server, squid('--user', USER) as proxy:
        with served(server, proxy) as port:
            assert text_of(ask(port, 'mock/echo')) == 'One two'
        log_of(proxy, 0)


def test_what_its_first_lines_say():
    if not shutil.which('curl'):
        raise Skip('curl is not installed')
    examples = pathlib.Path(__file__).resolve().parent.parent.parent / 'examples'
    with gateway() as server, squid('--user', USER) as proxy:
        with served(server, proxy) as port:
            for path in ('c/server-behind-proxy.c', 'python/server-behind-proxy.py'):
                said = re.search(r'curl .*$', (examples / path).read_text(encoding='utf-8'), re.MULTILINE)[0]
                command = shlex.split(said.replace(':4000/', f':{port}/').replace('openai/gpt-4o-mini', 'mock/echo'))
                answer = subprocess.run([*command, '-sS', '--noproxy', '*'], capture_output=True, text=True, timeout=PATIENCE, check=True).stdout
                assert text_of((200, answer)) == 'Hello!', answer


def test_what_the_proxy_forbids():
    with gateway() as server, squid('--deny', FAR) as proxy, served(server, proxy) as port:
        status, body = ask(port, 'openai/echo')
        assert status >= 500 and 'proxy' in json.loads(body)['error']['message'] and 'secret7' not in body, body
        log_of(server, 0)


def test_a_client_who_leaves():
    with Hanging() as model, running('nginx_server.py', '--upstream', model.port, '--certificate', 'wrong-host') as server, \
            squid('--user', USER) as proxy, served(server, proxy) as port:
        connection, response = post(port, 'openai/echo', stream=True)
        assert response.readline().startswith(b'data: {')
        assert not model.gone.is_set()
        response.close()
        connection.close()
        assert model.gone.wait(PATIENCE)


def test_it_ends_with_control_c():
    with gateway() as server, squid() as proxy, served(server, proxy, signal.SIGINT):
        pass


def test_errors_are_sentences():
    expect_sentence(run('0', '/nowhere/ca.pem'), '/nowhere/ca.pem')


run_cases([value for name, value in list(globals().items()) if name.startswith('test_')])
