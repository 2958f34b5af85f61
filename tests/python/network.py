# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests over real proxies and TLS servers share: the servers of tests/servers, before the offline model of this process."""

import contextlib
import json
import pathlib
import subprocess
import sys
import time
import urllib.parse

from support import MOCK, PATIENCE, GLib, Skip

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'servers'))
import fixture  # noqa: E402

TEXT = 'One two three'
MODEL = urllib.parse.urlsplit(MOCK)
# The proxy knows this name and nobody else does; certificates/wrong-host.pem is for it.
FAR = 'other.example'
PROXY_VARIABLES = ('http_proxy', 'https_proxy', 'all_proxy', 'no_proxy')


@contextlib.contextmanager
def running(program, *arguments):
    try:
        with fixture.Server(program, *arguments) as server:
            yield server
    except fixture.Skipped as reason:
        raise Skip(reason) from None


def nginx(*arguments):
    return running('nginx_server.py', '--upstream', MODEL.port, *arguments)


def squid(*arguments):
    return running('squid_server.py', '--host', FAR, *arguments)


def log_of(server, count):
    """What a server has written down once there are so many lines; that is a moment after the answer."""
    end = time.monotonic() + PATIENCE
    while True:
        path = pathlib.Path(server['log'])
        entries = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        if len(entries) >= count or time.monotonic() > end:
            assert len(entries) == count, entries
            return entries
        time.sleep(0.01)


def url_of(server, name='tls', host='localhost'):
    return f"{'http' if name == 'plain' else 'https'}://{host}:{server[name]}{MODEL.path}"


@contextlib.contextmanager
def environment(**values):
    saved = {name: GLib.getenv(name) for name in PROXY_VARIABLES}
    try:
        for name in PROXY_VARIABLES:
            GLib.unsetenv(name)
        for name, value in values.items():
            GLib.setenv(name, value, True)
        yield
    finally:
        for name, value in saved.items():
            if value is None:
                GLib.unsetenv(name)
            else:
                GLib.setenv(name, value, True)


def openssl(*arguments):
    subprocess.run(['openssl', *arguments], check=True, capture_output=True)


def fingerprint(server, name):
    words = subprocess.check_output(['openssl', 'x509', '-in', f"{server['certs']}/{name}.pem", '-noout', '-fingerprint', '-sha256'],
                                    text=True)
    return words.strip().partition('=')[2]
