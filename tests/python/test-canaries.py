#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A secret in each place that can hold one is found again in the header that it is for, and nowhere else.

canary-calls.py puts them there, meets every kind of answer, failure, retry, redirect and end, and prints all that a program can see, with all debug output on; its
counterpart in JavaScript and the command are run as well. What they print is searched, and what came in at the servers.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import urllib.parse

from canaries import Canary, Origin, Proxy, Server, find_leaks
from support import Dheera, Skip, run_cases

FOLDER = pathlib.Path(__file__).resolve().parent
PATIENCE = 300
# libproxy, which GIO asks, writes what it finds in the environment into its own debug output.
FOREIGN = 'pxbackend-DEBUG'

CODES = Dheera.Error
# What the server does, and how the call ends; None for an answer
SITUATIONS = {
    'ok': None, '400': CODES.INVALID_REQUEST, '401': CODES.AUTHENTICATION, '401-html': CODES.AUTHENTICATION, '403': CODES.PERMISSION,
    '403-html': CODES.PERMISSION, '404': CODES.NOT_FOUND, '413': CODES.REQUEST_TOO_LARGE, '429': CODES.RATE_LIMIT, '500': CODES.SERVER,
    '503-html': CODES.OVERLOADED, '500-then-200': None, 'redirect-301': CODES.PROTOCOL, 'redirect-302': CODES.PROTOCOL, 'redirect-307': CODES.PROTOCOL,
    'redirect-308': CODES.PROTOCOL, 'stall': CODES.TIMEOUT, 'cancel': CODES.TIMEOUT, 'close': CODES.CONNECTION, 'no-http': CODES.PROTOCOL,
    'no-json': CODES.PROTOCOL, 'error-inside': CODES.PROTOCOL, 'cut': CODES.PROTOCOL,
}

# Where each secret may come in: a header, or the body of a request for a token. Nothing stands for a secret that is never sent.
BEARER = {'authorization'}
BELONGS = {
    'property': BEARER, 'environment': BEARER, 'request': BEARER, 'function': BEARER, 'function-again': BEARER, 'function-later': BEARER,
    'anthropic': {'x-api-key'}, 'gemini': {'x-goog-api-key'}, 'azure': {'api-key'},
    'aws-secret': set(), 'aws-token': {'x-amz-security-token'},
    'google-secret': {'body'}, 'google-refresh': {'body'}, 'google-token': BEARER, 'entra-secret': {'body'}, 'entra-token': BEARER,
    'provider-header': {'x-provider-token'}, 'request-header': {'x-request-token'}, 'cookie': {'cookie'}, 'middleware': {'x-middleware-token'},
    'facade': BEARER, 'facade-header': {'x-facade-token'},
    'proxy-uri': {'proxy-authorization'}, 'proxy-env': {'proxy-authorization'}, 'key-password': set(), 'pin': set(), 'server-key': set(), 'server-wrong': set(),
}


class Place:
    """The servers, and the canaries of one run"""

    def __init__(self):
        self.canaries = {place: Canary(place) for place in BELONGS}
        text = {place: canary.text for place, canary in self.canaries.items()}
        self.elsewhere = Server()
        self.elsewhere.answer = lambda request: request.send_good()
        self.origin = Origin(self.elsewhere.url, {'google': text['google-token'], 'entra': text['entra-token']})
        self.proxy, self.refusing_proxy = Proxy(), Proxy(refuses=True)
        self.servers = [self.elsewhere, self.origin, self.proxy, self.refusing_proxy]
        self.text = text

    def environment(self):
        proxy = self.proxy.url.replace('://', f"://somebody:{self.text['proxy-env']}@")
        values = {'G_MESSAGES_DEBUG': 'all', 'SOUP_DEBUG': '3', 'G_DEBUG': 'fatal-criticals',
                  'MISTRAL_API_KEY': self.text['environment'],
                  'AWS_ACCESS_KEY_ID': 'AKIAEXAMPLE', 'AWS_SECRET_ACCESS_KEY': self.text['aws-secret'], 'AWS_SESSION_TOKEN': self.text['aws-token'],
                  'AZURE_TENANT_ID': 'tenant', 'AZURE_CLIENT_ID': 'app', 'AZURE_CLIENT_SECRET': self.text['entra-secret'],
                  'AZURE_AUTHORITY_HOST': self.origin.url,
                  'http_proxy': proxy, 'https_proxy': proxy, 'no_proxy': '127.0.0.1'}
        return {**os.environ, **values}

    def run(self, *argv, status=0, extra=None):
        """What a program prints"""
        process = subprocess.run(argv, env={**self.environment(), **(extra or {})}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                 timeout=PATIENCE, check=False)
        output = process.stdout.decode('utf-8', 'replace')
        assert status is None or process.returncode == status, output[-3000:]
        return '\n'.join(line for line in output.splitlines() if FOREIGN not in line)

    def check_output(self, output):
        leaks = list(find_leaks(output, self.canaries.values()))
        assert not leaks, f'{len(leaks)} lines: ' + '\n'.join(leaks[:8])

    def check_requests(self, *wanted):
        """Each secret only where it belongs, and those that are wanted really there"""
        seen = set()
        assert not any(canary.is_in(repr(request)) for request in self.elsewhere.requests for canary in self.canaries.values())
        assert not self.elsewhere.requests, 'a redirect was followed'
        for server in self.servers:
            for target, headers, body in server.requests:
                parts = [('target', target), ('body', body), *((name.lower(), value) for name, value in headers)]
                for name, value in parts:
                    for place, canary in self.canaries.items():
                        if canary.is_in(value):
                            assert name in BELONGS[place], f'{place} came in {name} of {target}'
                            assert name != 'body' or '/token' in target, target
                            seen.add(place)
        missing = set(wanted) - seen
        assert not missing, f'never sent: {missing}'

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for server in self.servers:
            server.shutdown()
            server.server_close()


def make_certificates(folder, place):
    """A PKCS#12 file that opens with the canary, and one that does not; none where there is no openssl."""
    if not shutil.which('openssl'):
        return []
    paths = [f'{folder}/good.p12', f'{folder}/bad.p12']
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=client',
                    '-keyout', f'{folder}/key', '-out', f'{folder}/certificate'], check=True, capture_output=True)
    for path, password in zip(paths, (place.text['key-password'], 'other')):
        subprocess.run(['openssl', 'pkcs12', '-export', '-in', f'{folder}/certificate', '-inkey', f'{folder}/key', '-out', path,
                        '-passout', f'pass:{password}'], check=True, capture_output=True)
    return paths


def given(place, **more):
    return json.dumps({'canaries': place.text, 'origin': place.origin.url, 'proxy': place.proxy.url, 'refusing-proxy': place.refusing_proxy.url,
                       'situations': list(SITUATIONS), 'certificates': [], **more})


def test_python():
    with Place() as place, tempfile.TemporaryDirectory() as folder:
        paths = make_certificates(folder, place)
        output = place.run(sys.executable, FOLDER / 'canary-calls.py', given(place, certificates=paths))
        place.check_output(output)
        assert output.rstrip().endswith('the end')
        # All situations were met, and debug output was there to be searched.
        for situation, code in SITUATIONS.items():
            assert f"met {situation} {'answer' if code is None else f'DheeraError {int(code)}'}\n" in output, situation
        assert 'met proxy options answer' in output and 'met proxy host answer' in output and 'met proxy environment answer' in output
        assert 'met proxy refused error' in output and 'met cancel g-io-error-quark' in output
        assert not paths or ('met certificate answer' in output and 'met certificate error' in output)
        assert 'DEBUG' in output
        place.check_requests(*(name for name, where in BELONGS.items() if where))
        print(f'# {sum(len(server.requests) for server in place.servers)} requests, {len(output)} characters of output')


def test_javascript():
    if not shutil.which('gjs'):
        raise Skip('gjs is not installed')
    with Place() as place:
        output = place.run('gjs', '-m', FOLDER.parent / 'gjs' / 'canary-calls.js', given(place))
        place.check_output(output)
        assert output.rstrip().endswith('the end'), output[-2000:]
        for situation in SITUATIONS:
            assert f"met {situation} {'answer' if situation == 'ok' else 'error'}" in output, situation
        place.check_requests('property', 'environment', 'request', 'function', 'request-header')


def test_command():
    if len(sys.argv) < 2:
        raise Skip('the command is not built')
    tool = sys.argv[1]
    with Place() as place:
        for situation in SITUATIONS:
            extra = {'MISTRAL_API_BASE': f'{place.origin.url}/{situation}/v1', 'OPENAI_API_KEY': place.text['property'],
                     'OPENAI_BASE_URL': f'{place.origin.url}/{situation}/v1'}
            for command in (['complete', '--model=openai/m', '-v', 'Hi'], ['complete', '--model=openai/m', '--stream', '--json', 'Hi'],
                            ['models', '--provider=openai'], ['doctor']):
                if situation in ('stall', 'cancel') and command[0] == 'models':
                    continue
                timed = ['--timeout=0.3'] if command[0] == 'complete' else []
                place.check_output(place.run(tool, *command[:1], *timed, *command[1:], status=None, extra=extra))
        place.check_requests('property')


if __name__ == '__main__':
    run_cases([test_python, test_javascript, test_command])
