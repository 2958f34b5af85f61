#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Session options against real servers: squid, nginx and microsocks, blocking and asynchronous.

Behind all of them is the offline model of this process.
"""

import contextlib
import json
import os
import pathlib
import re
import select
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading

from network import FAR, MODEL, TEXT, environment, fingerprint, fixture, log_of, nginx, openssl, running, squid, url_of
from support import Dheera, Gio, Soup, error_of, is_dheera, mock, run_async, run_cases


def request_to(base_url):
    request = mock(TEXT, 'vllm/echo')
    request.set_base_url(base_url)
    return request


def ask(options, base_url, times=1):
    """Blocking and asynchronously, each with a client of its own; gives the number of answers."""
    blocking, asynchronous = Dheera.Client(session_options=options), Dheera.Client(session_options=options)
    for _ in range(times):
        assert blocking.complete(request_to(base_url)).get_text() == TEXT
        assert run_async(asynchronous, 'complete', request_to(base_url), None).get_text() == TEXT
    return 2 * times


def check_refused(options, base_url, code, *words):
    """The error, which has the code and these words, and never a password"""
    for call in (lambda client: client.complete(request_to(base_url)),
                 lambda client: run_async(client, 'complete', request_to(base_url), None)):
        error = error_of(call, Dheera.Client(session_options=options))
        assert is_dheera(error, code), (error.domain, error.code, error.message)
        assert all(word in error.message for word in words), error.message
        assert 'secret' not in error.message, error.message


def trusting(server, **values):
    return Dheera.SessionOptions(ca_file=f"{server['certs']}/ca.pem", **values)


# --- Proxies ---


def test_http_proxy():
    with nginx('--certificate', 'wrong-host') as server, squid() as proxy:
        uri = f"http://127.0.0.1:{proxy['port']}"
        options = trusting(server, proxy_uri=uri)
        ask(options, url_of(server, 'tls', FAR))
        ask(options, url_of(server, 'plain', FAR))
        assert sorted(entry['method'] for entry in log_of(proxy, 4)) == ['CONNECT', 'CONNECT', 'POST', 'POST']
        # This machine, and what is excepted, are reached directly; the certificate is for another name.
        ask(options, url_of(server, 'plain', '127.0.0.1'))
        check_refused(trusting(server, proxy_uri=uri, no_proxy=['.example'], max_connections=1), url_of(server, 'tls', FAR),
                      Dheera.Error.CONNECTION, FAR)
        log_of(proxy, 4)


def test_password_of_http_proxy():
    with nginx('--certificate', 'wrong-host') as server, squid('--user', 'somebody:secret7') as proxy:
        address = f"127.0.0.1:{proxy['port']}"
        options = trusting(server, proxy_uri=f'http://somebody:secret7@{address}')
        assert options.get_proxy_uri() == options.props.proxy_uri == f'http://{address}'
        ask(options, url_of(server, 'tls', FAR), times=2)
        ask(options, url_of(server, 'plain', FAR), times=2)
        for name in ('tls', 'plain'):
            check_refused(trusting(server, proxy_uri=f'http://{address}'), url_of(server, name, FAR), Dheera.Error.PROXY, '407')
            check_refused(trusting(server, proxy_uri=f'http://somebody:secret8@{address}'), url_of(server, name, FAR),
                          Dheera.Error.PROXY, '407')


class TlsFront:
    """TLS before a server that has none"""

    def __init__(self, server, port):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(f"{server['certs']}/server.pem", f"{server['certs']}/server.key")
        self.behind = port
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self._carry, args=[self.listener.accept()[0]], daemon=True).start()

    def _carry(self, raw):
        with contextlib.suppress(OSError), self.context.wrap_socket(raw, server_side=True) as outer, \
                socket.create_connection(('127.0.0.1', self.behind)) as inner:
            while True:
                ready = [outer] if outer.pending() else select.select([outer, inner], [], [])[0]
                for one, other in ((outer, inner), (inner, outer)):
                    if one in ready:
                        data = one.recv(65536)
                        if not data:
                            return
                        other.sendall(data)


def test_https_proxy():
    with nginx('--certificate', 'wrong-host') as server, squid('--user', 'somebody:secret7') as proxy:
        front = TlsFront({'certs': server['certs']}, int(proxy['port']))
        options = trusting(server, proxy_uri=f'https://somebody:secret7@localhost:{front.port}')
        # Its certificate is the business of the system's authorities.
        check_refused(options, url_of(server, 'tls', FAR), Dheera.Error.PROXY, 'proxy')
        backend = Gio.TlsBackend.get_default()
        backend.set_default_database(Gio.TlsFileDatabase.new(f"{server['certs']}/ca.pem"))
        try:
            ask(options, url_of(server, 'tls', FAR))
            ask(options, url_of(server, 'plain', FAR))
            check_refused(trusting(server, proxy_uri=f'https://somebody:secret8@localhost:{front.port}'), url_of(server, 'tls', FAR),
                          Dheera.Error.PROXY)
        finally:
            backend.set_default_database(None)
            front.listener.close()


def test_proxy_that_refuses():
    with nginx() as server, squid('--deny', FAR) as proxy:
        check_refused(trusting(server, proxy_uri=f"http://127.0.0.1:{proxy['port']}"), url_of(server, 'tls', FAR),
                      Dheera.Error.PROXY, '403', FAR)
        # Without TLS the request goes to the proxy itself, whose answer is none of the provider's.
        options = trusting(server, proxy_uri=f"http://127.0.0.1:{proxy['port']}")
        check_refused(options, url_of(server, 'plain', FAR), Dheera.Error.PROXY, '403', FAR, f"the proxy 127.0.0.1:{proxy['port']}", 'ERR_ACCESS_DENIED')
    with squid() as proxy:
        client = Dheera.Client(session_options=Dheera.SessionOptions(proxy_uri=f"http://127.0.0.1:{proxy['port']}"))
        for _ in range(2):
            error = error_of(client.complete, request_to(f'http://{FAR}:1/v1'))
            assert is_dheera(error, Dheera.Error.PROXY) and 'ERR_CONNECT_FAIL' in error.message, error


def test_proxy_that_is_down():
    port, = fixture.free_ports(1)
    for scheme in ('http', 'https', 'socks5'):
        check_refused(Dheera.SessionOptions(proxy_uri=f'{scheme}://somebody:secret7@127.0.0.1:{port}'), f'https://{FAR}/',
                      Dheera.Error.PROXY, f'127.0.0.1:{port}')


def test_environment():
    with nginx('--certificate', 'wrong-host') as server, squid() as proxy:
        address = f"http://127.0.0.1:{proxy['port']}"
        with environment(https_proxy=address, http_proxy=address, no_proxy='10.0.0.0/8, near.example'):
            options = trusting(server, trust_env=True)
            client = Dheera.Client(session_options=options)
            assert client.complete(request_to(url_of(server, 'tls', FAR))).get_text() == TEXT
            assert client.complete(request_to(url_of(server, 'plain', FAR))).get_text() == TEXT
            # In the same process a server of this machine, directly
            for host in ('127.0.0.1', 'localhost'):
                assert client.complete(request_to(url_of(server, 'plain', host))).get_text() == TEXT
            check_refused(options, 'https://api.near.example:9/v1', Dheera.Error.CONNECTION, 'near.example')
            # A tunnel is written down when it is closed.
            del client
            assert sorted(entry['method'] for entry in log_of(proxy, 2)) == ['CONNECT', 'POST']
        with environment(https_proxy='http://127.0.0.1:9'):
            # One that the options name goes before the environment.
            ask(trusting(server, trust_env=True, proxy_uri=address), url_of(server, 'tls', FAR))


def test_socks_proxy():
    for user in (None, 'somebody:secret7'):
        with nginx('--certificate', 'wrong-host') as server, running('socks_server.py', *(['--user', user] if user else [])) as proxy:
            uri = f"socks5://{user + '@' if user else ''}127.0.0.1:{proxy['port']}"
            pins = [fingerprint(server, 'wrong-host')]
            # An address of this machine that is none of the loopback
            options = Dheera.SessionOptions(proxy_uri=uri, verify=False, pinned_certificates=pins)
            ask(options, url_of(server, 'plain', '0.0.0.0'))
            ask(options, url_of(server, 'tls', '0.0.0.0'))
            for scheme in ('socks5h', 'socks'):
                ask(Dheera.SessionOptions(proxy_uri=uri.replace('socks5', scheme)), url_of(server, 'plain', '0.0.0.0'))
            # As the desktop of GNOME writes it
            with environment(all_proxy=uri.replace('socks5', 'socks') + '/'):
                ask(Dheera.SessionOptions(trust_env=True), url_of(server, 'plain', '0.0.0.0'))
            assert pathlib.Path(proxy['log']).read_text().count('connected to 0.0.0.0') == 10
            if user:
                for wrong in (uri.replace('secret7', 'secret8'), uri.replace(user + '@', '')):
                    check_refused(Dheera.SessionOptions(proxy_uri=wrong), url_of(server, 'plain', '0.0.0.0'), Dheera.Error.PROXY)


# --- Certificates ---


def test_private_authority():
    """Refused also where TLS could go on with what a session that trusted the server had begun"""
    with nginx() as server:
        ask(trusting(server), url_of(server))
        ask(Dheera.SessionOptions(tls_database=Gio.TlsFileDatabase.new(f"{server['certs']}/ca.pem")), url_of(server))
        # A path that is not absolute
        ask(Dheera.SessionOptions(ca_file=os.path.relpath(f"{server['certs']}/ca.pem")), url_of(server))
        check_refused(Dheera.SessionOptions(), url_of(server), Dheera.Error.TLS, 'no trusted authority')
        check_refused(Dheera.SessionOptions(ca_file=f"{server['certs']}/self-signed.pem"), url_of(server), Dheera.Error.TLS,
                      'no trusted authority')
        check_refused(Dheera.SessionOptions(ca_file=f"{server['certs']}/away.pem"), url_of(server), Dheera.Error.INVALID_REQUEST,
                      'ca-file', 'away.pem')
        check_refused(Dheera.SessionOptions(ca_file=f"{server['certs']}/ca.key"), url_of(server), Dheera.Error.INVALID_REQUEST, 'ca-file')


def test_bad_certificates():
    for certificate, words in (('expired', 'it has expired'), ('wrong-host', 'issued for another host'),
                               ('self-signed', 'no trusted authority')):
        with nginx('--certificate', certificate) as server:
            check_refused(trusting(server), url_of(server), Dheera.Error.TLS, words)
            ask(Dheera.SessionOptions(verify=False), url_of(server))


def test_pinned_certificates():
    with nginx() as server:
        wrong, leaf, authority = (fingerprint(server, name) for name in ('self-signed', 'server', 'ca'))
        plain = leaf.replace(':', '').lower()
        for pins in ([leaf], [plain], [wrong, leaf], [authority]):
            ask(trusting(server, pinned_certificates=pins), url_of(server))
        ask(Dheera.SessionOptions(verify=False, pinned_certificates=[leaf]), url_of(server))
        check_refused(trusting(server, pinned_certificates=[wrong]), url_of(server), Dheera.Error.TLS, 'is pinned')
        check_refused(Dheera.SessionOptions(verify=False, pinned_certificates=[wrong]), url_of(server), Dheera.Error.TLS, 'is pinned')
        # A pin is no trust.
        check_refused(Dheera.SessionOptions(pinned_certificates=[leaf]), url_of(server), Dheera.Error.TLS, 'no trusted authority')
        check_refused(trusting(server, pinned_certificates=['abc']), url_of(server), Dheera.Error.INVALID_REQUEST, 'pinned-certificates')


def test_pinned_authority_that_has_not_signed():
    """Anybody can make a certificate with an authority's name and send it along."""
    with nginx() as server, tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        for name in ('server', 'ca'):
            for end in ('pem', 'key'):
                shutil.copy(f"{server['certs']}/{name}.{end}", folder)
        openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=dheera-ai tests only',
                '-days', '100', '-keyout', f'{folder}/false.key', '-out', f'{folder}/false.pem')
        with open(f'{folder}/server.pem', 'a', encoding='ascii') as chain:
            chain.write(pathlib.Path(f'{folder}/false.pem').read_text())
        with nginx('--certs', folder) as other:
            for verify in ({'ca_file': f'{folder}/ca.pem'}, {'verify': False}):
                check_refused(Dheera.SessionOptions(pinned_certificates=[fingerprint(other, 'false')], **verify), url_of(other),
                              Dheera.Error.TLS, 'is pinned')
            ask(Dheera.SessionOptions(verify=False, pinned_certificates=[fingerprint(other, 'server')]), url_of(other))


class Interaction(Gio.TlsInteraction):
    """Knows the password of a file"""

    def __init__(self, word):
        super().__init__()
        self.word = word
        self.asked = []

    def do_ask_password(self, password, _cancellable):
        self.asked.append(password.get_description())
        if self.word is None:
            return Gio.TlsInteractionResult.UNHANDLED
        password.set_value(self.word.encode())
        return Gio.TlsInteractionResult.HANDLED


def test_client_certificate():
    with nginx('--client-certificate') as server, tempfile.TemporaryDirectory() as folder:
        certificate, key = f"{server['certs']}/client.pem", f"{server['certs']}/client.key"
        both, encrypted, bundle, locked = (f'{folder}/{name}' for name in ('both.pem', 'encrypted.key', 'open.p12', 'locked.p12'))
        pathlib.Path(both).write_text(pathlib.Path(certificate).read_text() + pathlib.Path(key).read_text())
        openssl('pkcs12', '-export', '-in', certificate, '-inkey', key, '-out', bundle, '-passout', 'pass:')
        openssl('pkcs12', '-export', '-in', certificate, '-inkey', key, '-out', locked, '-passout', 'pass:secret7')
        openssl('pkcs12', '-export', '-in', certificate, '-nokeys', '-out', f'{folder}/keyless.p12', '-passout', 'pass:')
        openssl('pkcs8', '-topk8', '-in', key, '-out', encrypted, '-passout', 'pass:secret7')
        interaction = Interaction('secret7')
        good = [{'client_certificate_file': certificate, 'client_key_file': key},
                {'client_certificate_file': both},
                {'client_certificate_file': bundle},
                {'client_certificate_file': locked, 'tls_interaction': interaction}]
        count = sum(ask(trusting(server, **values), url_of(server)) for values in good)
        assert {entry['client'] for entry in log_of(server, count)} == {'CN=dheera-test-client'}
        assert interaction.asked == ['locked.p12'] * 2, interaction.asked

        invalid, unsupported = Dheera.Error.INVALID_REQUEST, Dheera.Error.NOT_SUPPORTED
        bad = [({'client_certificate_file': certificate}, invalid, 'no private key'),
               ({'client_key_file': key}, invalid, 'client-certificate-file'),
               ({'client_certificate_file': f'{folder}/away.pem'}, invalid, 'away.pem'),
               ({'client_certificate_file': certificate, 'client_key_file': f'{folder}/away.key'}, invalid, 'away.key'),
               ({'client_certificate_file': certificate, 'client_key_file': encrypted}, unsupported, 'encrypted'),
               ({'client_certificate_file': certificate, 'client_key_file': f"{server['certs']}/server.key"}, invalid, 'does not belong'),
               ({'client_certificate_file': bundle, 'client_key_file': key}, invalid, 'PKCS#12'),
               ({'client_certificate_file': f'{folder}/keyless.p12'}, invalid, 'a certificate and its key'),
               ({'client_certificate_file': locked}, invalid, 'tls-interaction'),
               ({'client_certificate_file': locked, 'tls_interaction': Interaction(None)}, invalid, 'gave no password'),
               ({'client_certificate_file': locked, 'tls_interaction': Interaction('secret8')}, invalid, 'locked.p12'),
               ({'client_certificate_file': 'pkcs11:token=away', 'client_key_file': key}, unsupported, 'PKCS#11'),
               ({'client_certificate_file': 'pkcs11:token=away?pin-value=secret7'}, invalid, 'pin-value'),
               ({'client_certificate_file': 'pkcs11:token=away;object=away'}, invalid, 'PKCS#11')]
        for values, code, word in bad:
            check_refused(trusting(server, **values), url_of(server), code, word)
        # The server's own refusal is an answer over HTTP. What one session has shown does not speak for another, nor what one lacks against it.
        for _ in range(2):
            check_refused(trusting(server), url_of(server), Dheera.Error.TLS, 'SSL certificate', 'client-certificate-file')
            ask(trusting(server, **good[0]), url_of(server), 2)


def accept_tls(listener, certs):
    """Wants certificates of its authority, in TLS 1.3, which refuses behind the handshake of the client"""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f'{certs}/server.pem', f'{certs}/server.key')
    context.load_verify_locations(f'{certs}/ca.pem')
    context.verify_mode, context.minimum_version = ssl.CERT_REQUIRED, ssl.TLSVersion.TLSv1_3
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False) as connection:
            with contextlib.suppress(ssl.SSLError):
                connection.do_handshake()
            # Closed before all is read, the connection would be reset, which can overtake the alert.
            with contextlib.suppress(OSError):
                while os.read(connection.fileno(), 4096):
                    pass


def test_client_certificate_that_is_refused_in_tls():
    with nginx() as server, socket.create_server(('127.0.0.1', 0)) as listener:
        threading.Thread(target=accept_tls, args=(listener, server['certs']), daemon=True).start()
        options = trusting(server, client_certificate_file=f"{server['certs']}/other-client.pem", client_key_file=f"{server['certs']}/other-client.key")
        check_refused(options, f'https://localhost:{listener.getsockname()[1]}/v1', Dheera.Error.TLS, 'client certificate')
        listener.shutdown(socket.SHUT_RDWR)


# --- Connections ---


def test_http2():
    with nginx() as server:
        ask(trusting(server), url_of(server, 'http2'))
        assert {entry['protocol'] for entry in log_of(server, 2)} == {'HTTP/1.1'}
        options = trusting(server, http2=True)
        client = Dheera.Client(session_options=options)
        assert run_async(client, 'complete', request_to(url_of(server, 'http2')), None).get_text() == TEXT
        assert log_of(server, 3)[2]['protocol'] == 'HTTP/2.0'
        # A blocking call while there is such a connection, and the other way round
        for _ in range(2):
            assert client.complete(request_to(url_of(server, 'http2'))).get_text() == TEXT
            assert run_async(client, 'complete', request_to(url_of(server, 'http2')), None).get_text() == TEXT
        assert [entry['protocol'] for entry in log_of(server, 7)][4::2][:1] == ['HTTP/2.0']


def test_session_for_downloads():
    """What a session is made with holds for messages of the application, too."""
    with nginx('--certificate', 'wrong-host', '--client-certificate') as server, squid('--user', 'somebody:secret7') as proxy:
        options = trusting(server, proxy_uri=f"http://somebody:secret7@127.0.0.1:{proxy['port']}", user_agent='downloads/1',
                           client_certificate_file=f"{server['certs']}/client.pem", client_key_file=f"{server['certs']}/client.key")
        session = options.create_session()
        assert (session.get_user_agent(), session.get_max_conns(), session.get_timeout()) == ('downloads/1', 1000, 0)
        for send in (lambda message: session.send_and_read(message, None),
                     lambda message: run_async(session, 'send_and_read', message, 0, None)):
            message = Soup.Message.new('GET', f"https://{FAR}:{server['http2']}{MODEL.path}/models")
            assert json.loads(send(message).get_data())['object'] == 'list'
            assert message.get_http_version() == Soup.HTTPVersion.HTTP_1_1
        entries = log_of(server, 2)
        assert {entry['client'] for entry in entries} == {'CN=dheera-test-client'}, entries
        # A client over that session is as good.
        client = Dheera.Client(session=session)
        assert client.complete(request_to(url_of(server, 'http2', FAR))).get_text() == TEXT
        assert run_async(client, 'complete', request_to(url_of(server, 'http2', FAR)), None).get_text() == TEXT


def test_warning_about_verification():
    """One for the process, however many sessions there are"""
    script = ('import gi; gi.require_version("Dheera", "1"); from gi.repository import Dheera\n'
              'for _ in range(3): Dheera.SessionOptions(verify=False).create_session()')
    words = subprocess.run([sys.executable, '-c', script], stderr=subprocess.PIPE, text=True, check=True,
                           env={**os.environ, 'G_DEBUG': ''}).stderr
    assert len(re.findall('not verified', words)) == 1, words


def test_values():
    options = Dheera.SessionOptions(no_proxy=['a', 'b'], address_family=Gio.SocketFamily.IPV4, dns_cache_ttl=600)
    seen = []
    options.connect('notify', lambda _, spec: seen.append(spec.name))
    options.set_no_proxy(['a', 'b'])
    options.set_no_proxy(['c'])
    options.set_verify(True)
    options.props.http2 = True
    assert seen == ['no-proxy', 'http2'], seen
    assert options.get_no_proxy() == options.props.no_proxy == ['c']
    error = error_of(options.create_session)
    assert is_dheera(error, Dheera.Error.NOT_SUPPORTED) and 'dns-cache-ttl' in error.message
    client = Dheera.Client(session_options=options)
    assert client.get_session_options() is options and client.get_session() is None
    both = Dheera.Client(session_options=Dheera.SessionOptions(), session=Soup.Session())
    error = error_of(both.complete, mock())
    assert is_dheera(error, Dheera.Error.INVALID_REQUEST) and 'session options' in error.message
    assert Dheera.SessionOptions.new_development().get_max_connections() == 50
    production = Dheera.SessionOptions.new_production()
    assert (production.get_max_connections_per_host(), production.get_keepalive_timeout(), production.get_trust_env()) == (200, 60, True)


if __name__ == '__main__':
    run_cases([case for name, case in list(globals().items()) if name.startswith('test_')])
