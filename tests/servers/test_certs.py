#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""make-certs.sh makes what it says: each certificate is accepted, or refused for its own reason."""

import contextlib
import pathlib
import socket
import ssl
import stat
import subprocess
import sys
import tempfile
import threading

import fixture

sys.path.insert(0, str(fixture.FOLDER.parent))
from tap import Skip, run_cases  # noqa: E402

NAMES = ['ca', 'server', 'expired', 'wrong-host', 'self-signed', 'client', 'other-client']


@contextlib.contextmanager
def certificates():
    with tempfile.TemporaryDirectory() as path:
        made = subprocess.run([fixture.FOLDER / 'make-certs.sh', path], stderr=subprocess.PIPE, text=True, check=False)
        if made.returncode == fixture.SKIPPED:
            raise Skip(made.stderr.strip())
        assert made.returncode == 0, made.stderr
        yield pathlib.Path(path)


def shake_hands(certs, server, client=None, host='localhost'):
    """What each side says about the other, None when it is content."""
    contexts = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cafile=certs / 'ca.pem')
    contexts[0].load_cert_chain(certs / f'{server}.pem', certs / f'{server}.key')
    if client:
        contexts[0].load_verify_locations(certs / 'ca.pem')
        contexts[0].verify_mode = ssl.CERT_REQUIRED
        contexts[1].load_cert_chain(certs / f'{client}.pem', certs / f'{client}.key')
    ends = socket.socketpair()
    said = [None, None]

    def run(index, **options):
        try:
            with contexts[index].wrap_socket(ends[index], **options) as connection:
                connection.sendall(b'.')
                connection.recv(1)
        except (ssl.SSLError, OSError) as error:
            said[index] = getattr(error, 'verify_message', '') or str(error)
            ends[index].close()

    thread = threading.Thread(target=run, args=(0,), kwargs={'server_side': True})
    thread.start()
    run(1, server_hostname=host)
    thread.join()
    return said


def test_folder_has_all_with_private_keys():
    with certificates() as certs:
        expected = sorted(f'{name}.{ending}' for name in NAMES for ending in ('pem', 'key'))
        assert sorted(path.name for path in certs.iterdir()) == expected
        for name in NAMES:
            assert stat.S_IMODE((certs / f'{name}.key').stat().st_mode) == 0o600


def test_server_certificate_is_accepted():
    with certificates() as certs:
        for host in ('localhost', '127.0.0.1', '::1'):
            assert shake_hands(certs, 'server', host=host) == [None, None]


def test_wrong_server_certificates_are_refused():
    with certificates() as certs:
        assert 'expired' in shake_hands(certs, 'expired')[1]
        assert 'mismatch' in shake_hands(certs, 'wrong-host')[1]
        assert 'self-signed' in shake_hands(certs, 'self-signed')[1].replace('self signed', 'self-signed')
        assert shake_hands(certs, 'wrong-host', host='other.example') == [None, None]


def test_client_certificates():
    with certificates() as certs:
        assert shake_hands(certs, 'server', client='client') == [None, None]
        assert shake_hands(certs, 'server', client='other-client')[0] is not None


def test_each_run_has_an_authority_of_its_own():
    with certificates() as one, certificates() as other:
        assert (one / 'ca.pem').read_text() != (other / 'ca.pem').read_text()


if __name__ == '__main__':
    run_cases([case for name, case in list(globals().items()) if name.startswith('test_')])
