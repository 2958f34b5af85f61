#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""dheera-ai serve: started as a program, asked with curl and with Python, and ended by signals."""

import base64
import contextlib
import hashlib
import http.client
import http.server
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import threading

from toolkit import PATIENCE, TOOL, Skip, cases, environment, expect, expect_sentence, run, run_cases, server

KEY = 'sk-canary-0123456789'
JSON = {'Content-Type': 'application/json'}


class Serving:
    """A server that runs: its address is known once it says so."""

    def __init__(self, *arguments, env=None, prepare=None):
        self.process = subprocess.Popen([TOOL, 'serve', *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env=env or environment(), text=True, preexec_fn=prepare)
        line = self.process.stderr.readline()
        found = re.match(r'dheera-ai serve: Serving at (https?)://([^:]+):(\d+)/v1\.$', line)
        assert found, f'{line!r} is no address'
        self.url = f'{found[1]}://{found[2]}:{found[3]}/v1'
        self.host, self.port = found[2], int(found[3])

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE)
        connection.request(method, path, body and json.dumps(body), headers or JSON)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer, json.loads(text) if answer.getheader('Content-Type') == 'application/json' and text else text

    def end(self, number=signal.SIGTERM):
        """The exit code, and what it printed"""
        self.process.send_signal(number)
        output, errors = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, output + errors


@contextlib.contextmanager
def serving(*arguments, env=None, prepare=None):
    instance = Serving('--port=0', *arguments, env=env, prepare=prepare)
    try:
        yield instance
    finally:
        if instance.process.poll() is None:
            instance.process.kill()
            instance.process.communicate()


def chat(model='mock/echo', **more):
    return {'model': model, 'messages': [{'role': 'user', 'content': 'One two three'}], **more}


@contextlib.contextmanager
def files(**contents):
    """Files for their owner alone"""
    with tempfile.TemporaryDirectory(prefix='dheera-serve-') as folder:
        paths = {}
        for name, content in contents.items():
            paths[name] = pathlib.Path(folder) / name
            paths[name].write_text(content, encoding='utf-8')
            paths[name].chmod(0o600)
        yield paths


# --- Answers ----------------------------------------------------------------------------------------------------------------------------

def test_answers():
    with serving() as served:
        answer, body = served.ask('POST', '/v1/chat/completions', chat())
        assert answer.status == 200 and body['choices'][0]['message']['content'] == 'One two three', body
        assert answer.getheader('x-request-id').startswith('req_')
        answer, body = served.ask('POST', '/v1/embeddings', {'model': 'mock/embed', 'input': ['a', 'b']})
        assert answer.status == 200 and len(body['data']) == 2, body
        answer, body = served.ask('POST', '/v1/completions', {'model': 'mock/echo', 'prompt': 'One'})
        assert answer.status == 200 and body['choices'][0]['text'] == 'One', body
        answer, body = served.ask('GET', '/v1/models')
        assert 'mock/echo' in [model['id'] for model in body['data']], body
        answer, body = served.ask('GET', '/v1/models/mock/echo')
        assert body['id'] == 'mock/echo', body
        answer, body = served.ask('GET', '/nowhere')
        assert answer.status == 404 and body['error']['code'] == 'unknown_url', body
        assert served.end() == (0, '')


def test_streams():
    with serving() as served:
        connection = http.client.HTTPConnection(served.host, served.port, timeout=PATIENCE)
        connection.request('POST', '/v1/chat/completions', json.dumps(chat(stream=True)), JSON)
        answer = connection.getresponse()
        assert answer.status == 200 and answer.getheader('Content-Type').startswith('text/event-stream')
        events = [line[6:] for line in answer.read().decode().split('\n\n') if line]
        assert events.pop() == '[DONE]'
        text = ''.join(json.loads(event)['choices'][0]['delta'].get('content', '') for event in events)
        assert text == 'One two three', events
        connection.close()


def test_curl():
    if not shutil.which('curl'):
        raise Skip('curl is not installed')
    with serving() as served:
        command = ['curl', '-sS', '--noproxy', '*', served.url + '/chat/completions', '-H', 'Content-Type: application/json', '-d']
        whole = subprocess.run([*command, json.dumps(chat())], capture_output=True, text=True, timeout=PATIENCE, check=True).stdout
        assert json.loads(whole)['object'] == 'chat.completion', whole
        streamed = subprocess.run([*command, json.dumps(chat(stream=True))], capture_output=True, text=True, timeout=PATIENCE, check=True).stdout
        assert streamed.startswith('data: {') and streamed.endswith('data: [DONE]\n\n'), streamed
        # What a form of a web page would send
        refused = subprocess.run([*command[:-3], '-d', json.dumps(chat())], capture_output=True, text=True, timeout=PATIENCE, check=True).stdout
        assert json.loads(refused)['error']['code'] == 'unsupported_media_type', refused


def test_providers_of_the_environment():
    with server(models=('m-1',)) as fake:
        env = environment(OPENAI_BASE_URL=fake.url, OPENAI_API_KEY='k')
        with serving(env=env) as served:
            _, body = served.ask('GET', '/v1/models')
            assert [model['id'] for model in body['data']] == ['openai/m-1'], body
            _, body = served.ask('POST', '/v1/chat/completions', chat('openai/m-1'))
            assert body['choices'][0]['message']['content'] == 'I am the fake server.', body


# --- Options ----------------------------------------------------------------------------------------------------------------------------

def test_models_and_keys():
    with files(keys=f'# of the lab\n{KEY}\n') as paths, serving('--model', 'fast=mock/echo', '-m', 'told=mock/story', '--key-file', str(paths['keys'])) as served:
        answer, body = served.ask('POST', '/v1/chat/completions', chat('fast'))
        assert answer.status == 401 and body['error']['code'] == 'invalid_api_key', body
        headers = {**JSON, 'Authorization': f'Bearer {KEY}'}
        _, body = served.ask('POST', '/v1/chat/completions', chat('fast'), headers)
        assert body['model'] == 'fast' and body['choices'][0]['message']['content'] == 'One two three', body
        _, body = served.ask('GET', '/v1/models', headers=headers)
        assert [model['id'] for model in body['data']] == ['fast', 'told'], body
        answer, _ = served.ask('POST', '/v1/chat/completions', chat('mock/echo'), headers)
        assert answer.status == 404


def test_a_configuration_file():
    hashed = 'sha256:' + hashlib.sha256(KEY.encode()).hexdigest()
    with files(config=f'[server]\nport=1\nkey-hashes={hashed}\n[session]\nmax-connections=5\n[model small]\ntarget=mock/echo\n') as paths, \
            serving('--config', str(paths['config'])) as served:
        assert served.port != 1, 'an option goes before the file'
        answer, body = served.ask('POST', '/v1/chat/completions', chat('small'), {**JSON, 'api-key': KEY})
        assert answer.status == 200 and body['model'] == 'small', body
        assert served.ask('GET', '/v1/models')[0].status == 401


def test_parameters_that_a_provider_does_not_take():
    body = chat('openai/fake-chat', top_k=3, min_p=0.1, keep_alive='5m')
    with server() as fake, files(key='k', told='', dropped='') as paths:
        provider = f'[provider openai]\nbase-url={fake.url}\napi-key-file={paths["key"]}\n'
        paths['told'].write_text(provider)
        paths['dropped'].write_text('[server]\nparam-policy=drop\n' + provider)
        with serving('--config', str(paths['told'])) as served:
            answer, error = served.ask('POST', '/v1/chat/completions', body)
            assert answer.status == 400 and (error['error']['code'], error['error']['param']) == ('unsupported_parameter', 'top_k'), error
            assert not [request for _, _, request in fake.requests if request], 'nothing was sent'
        with serving('--config', str(paths['dropped'])) as served:
            answer, said = served.ask('POST', '/v1/chat/completions', body)
            assert answer.status == 200, said
        sent = fake.requests[-1][2]
        assert 'top_k' not in sent and (sent['min_p'], sent['keep_alive']) == (0.1, '5m'), sent


def test_new_key():
    first, second = (expect(run('serve', '--new-key'), 0) for _ in range(2))
    found = re.fullmatch(r'key:  (sk-([\w-]{43}))\nhash: (sha256:[0-9a-f]{64})\n', first.stdout)
    assert found, first.stdout
    assert len(base64.urlsafe_b64decode(found[2] + '=')) == 32
    assert found[3] == 'sha256:' + hashlib.sha256(found[1].encode()).hexdigest()
    assert first.stdout != second.stdout
    assert found[1] not in first.stderr


def test_what_is_wrong():
    with files(keys=KEY, config='[sevrer]\n') as paths:
        paths['keys'].chmod(0o644)
        for code, *arguments in (
            (2, '--port=65536'), (2, '--port=x'), (2, '--model=fast'), (2, '--model==mock/echo'), (2, '--model=fast='), (2, 'mock/echo'), (2, '--nothing'),
            (1, '--host=0.0.0.0', '--port=0'), (1, '--host=nobody.invalid', '--port=0'), (1, '--key-file=/nowhere'),
            (1, f"--key-file={paths['keys']}"), (1, '--config=/nowhere'), (1, '--host=192.0.2.1', '--port=0'), (1, f"--config={paths['config']}"),
        ):
            result = expect(run('serve', *arguments), code)
            assert KEY not in result.stderr
            if code == 1:
                assert '?.' not in result.stderr, result.stderr
                expect_sentence(result.stderr)


def test_a_port_that_is_taken():
    with serving() as served:
        result = expect(run('serve', f'--port={served.port}'), 1)
        expect_sentence(result.stderr)
        assert str(served.port) in result.stderr and 'in use' in result.stderr


def test_more_clients_than_descriptors_at_first():
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with serving(prepare=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, most))) as served, contextlib.ExitStack() as connections:
        for _ in range(100):
            connection = http.client.HTTPConnection(served.host, served.port, timeout=PATIENCE)
            connections.callback(connection.close)
            connection.request('GET', '/health/liveliness')
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200


# --- The end ------------------------------------------------------------------------------------------------------------------------------

def event(**delta):
    chunk = {'id': 'x', 'object': 'chat.completion.chunk', 'model': 'slow', 'choices': [{'index': 0, 'delta': delta, 'finish_reason': None if delta else 'stop'}]}
    return f'data: {json.dumps(chunk)}\n\n'.encode()


class SlowHandler(http.server.BaseHTTPRequestHandler):
    """Half an answer, and the rest once it is wanted"""

    def log_message(self, *_):  # pylint: disable=arguments-differ
        pass

    def do_POST(self):  # pylint: disable=invalid-name
        self.rfile.read(int(self.headers['Content-Length']))
        self.send_response(200)
        self.send_header('Content-Type', 'text/event-stream')
        self.end_headers()
        self.wfile.write(event(content='half'))
        self.server.rest.wait(PATIENCE)
        with contextlib.suppress(ConnectionError):
            self.wfile.write(event(content=' and half') + event() + b'data: [DONE]\n\n')


@contextlib.contextmanager
def stream_that_runs():
    """A server that is in the middle of a stream: itself, the answer up to now, and the event that brings the rest"""
    slow = http.server.ThreadingHTTPServer(('127.0.0.1', 0), SlowHandler)
    slow.daemon_threads = True
    slow.rest = threading.Event()
    thread = threading.Thread(target=slow.serve_forever, kwargs={'poll_interval': 0.05})
    thread.start()
    try:
        with serving(env=environment(OPENAI_BASE_URL=f'http://127.0.0.1:{slow.server_port}/v1', OPENAI_API_KEY='k')) as served:
            connection = http.client.HTTPConnection(served.host, served.port, timeout=PATIENCE)
            connection.request('POST', '/v1/chat/completions', json.dumps(chat('openai/slow', stream=True)), JSON)
            answer = connection.getresponse()
            assert b'half' in answer.readline()
            yield served, answer, slow.rest
            connection.close()
    finally:
        slow.rest.set()
        slow.shutdown()
        thread.join()
        slow.server_close()


def is_refused(served):
    try:
        served.ask('GET', '/health/readiness')
    except OSError:
        return True
    return False


def test_sigterm_drains():
    for number in (signal.SIGTERM, signal.SIGINT):
        with stream_that_runs() as (served, answer, rest):
            served.process.send_signal(number)
            # The drain has begun when nobody is let in any more.
            while not is_refused(served):
                pass
            assert served.process.poll() is None
            rest.set()
            text = answer.read().decode()
            assert ' and half' in text and text.endswith('data: [DONE]\n\n'), text
            output, errors = served.process.communicate(timeout=PATIENCE)
            assert served.process.returncode == 0 and output == '' and errors == '', (output, errors)


def test_a_second_signal_does_not_wait():
    with stream_that_runs() as (served, answer, _):
        served.process.send_signal(signal.SIGTERM)
        while not is_refused(served):
            pass
        served.process.send_signal(signal.SIGTERM)
        text = answer.read().decode()
        assert 'server_shutting_down' in text and '[DONE]' not in text, text
        assert served.process.wait(PATIENCE) == 0


def test_sigint_that_is_ignored():
    """As a shell starts what runs behind it: Ctrl-C is not meant for it."""
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with serving() as served:
            os.kill(served.process.pid, signal.SIGINT)
            assert served.ask('GET', '/health/liveliness')[0].status == 200
            assert served.end()[0] == 0
    finally:
        signal.signal(signal.SIGINT, previous)


run_cases(cases(globals()))
