#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every way in which a proxy or TLS lets a request through, or refuses it, seen from the application.

Each situation of the table is set up once with real servers, and then met by blocking, asynchronous and streamed calls, over a session made from options and
over one that the application made for itself in libsoup's own way. What fails has the right code, and a sentence that names the cause.
"""

import contextlib
import dataclasses
import socket
import ssl
import threading
import typing

from network import FAR, MODEL, TEXT, environment, fingerprint, fixture, log_of, nginx, running, squid, url_of
from support import Dheera, Gio, GLib, Soup, error_of, is_dheera, mock, run_async, run_cases

SECRET = 'secret7'
CODES = Dheera.Error


@dataclasses.dataclass
class Wishes:
    """What a session is to be like, however it is made. Whatever is None is left alone."""
    proxy: str = None         # address, as scheme://host:port
    user: str = None          # of the proxy, NAME:PASSWORD
    direct: tuple = ()        # hosts without proxy
    ca: str = None
    certificate: str = None   # with its key beside it
    http2: bool = False
    pin: str = None           # instead of an authority


@dataclasses.dataclass
class Situation:
    url: str
    wishes: Wishes
    code: int = None          # None where the call is to succeed
    words: tuple = ()
    check: typing.Callable = None    # is called after n calls with n
    kinds: tuple = ('options', 'user')


# --- Sessions ---


def key_of(certificate):
    return certificate.replace('.pem', '.key')


def client_of_options(wishes):
    proxy = wishes.proxy and (wishes.proxy.replace('://', f'://{wishes.user}@') if wishes.user else wishes.proxy)
    options = Dheera.SessionOptions(proxy_uri=proxy, no_proxy=wishes.direct or None, ca_file=wishes.ca, http2=wishes.http2,
                                    client_certificate_file=wishes.certificate,
                                    client_key_file=wishes.certificate and key_of(wishes.certificate))
    if wishes.pin:
        options.set_verify(False)
        options.set_pinned_certificates([wishes.pin])
    return Dheera.Client(session_options=options, max_retries=0)


def watch_messages(session, wishes):
    """What an application attaches to the messages of a session of its own"""
    def authenticate(_message, auth, retrying):
        if retrying or not auth.is_for_proxy():
            return False
        auth.authenticate(*wishes.user.split(':'))
        return True

    def accept(_message, certificate, _errors):
        digest = GLib.compute_checksum_for_bytes(GLib.ChecksumType.SHA256, GLib.Bytes.new(certificate.props.certificate))
        return digest == wishes.pin.replace(':', '').lower()

    def give(message, _connection):
        message.set_tls_client_certificate(Gio.TlsCertificate.new_from_files(wishes.certificate, key_of(wishes.certificate)))
        return True

    def queued(_session, message):
        for signal, handler, wanted in (('authenticate', authenticate, wishes.user), ('accept-certificate', accept, wishes.pin),
                                        ('request-certificate', give, wishes.certificate)):
            if wanted:
                message.connect(signal, handler)

    session.connect('request-queued', queued)


def client_of_user(wishes):
    session = Soup.Session(timeout=0, max_conns_per_host=16)
    if wishes.proxy:
        proxy = wishes.proxy
        if wishes.user and not proxy.startswith('http'):
            proxy = proxy.replace('://', f'://{wishes.user}@')
        session.set_proxy_resolver(Gio.SimpleProxyResolver.new(proxy, list(wishes.direct)))
    if wishes.ca:
        session.set_tls_database(Gio.TlsFileDatabase.new(wishes.ca))
    watch_messages(session, wishes)
    return Dheera.Client(session=session, max_retries=0)


# --- Calls ---


def request_to(url):
    request = mock(TEXT, 'vllm/echo')
    request.set_base_url(url)
    return request


def stream_blocking(client, request):
    stream = client.stream(request)
    text = ''
    while (delta := stream.next(None)) is not None:
        text += delta.get_text()
    return text


WAYS = {
    'blocking': lambda client, request: client.complete(request).get_text(),
    'async': lambda client, request: run_async(client, 'complete', request, None).get_text(),
    'streamed': stream_blocking,
    'streamed-async': lambda client, request: run_async(client.stream(request), 'collect', None).get_text(),
}
KINDS = {'options': client_of_options, 'user': client_of_user}


def check_call(situation, kind, way):
    client = KINDS[kind](situation.wishes)
    finished = []
    client.connect('call-finished', lambda _, call: finished.append(call.get_error_details()))
    call = WAYS[way]
    if situation.code is None:
        assert call(client, request_to(situation.url)) == TEXT
        assert finished == [None], finished
        return
    error = error_of(call, client, request_to(situation.url))
    assert is_dheera(error, situation.code), (error.domain, error.code, error.message)
    assert all(word in error.message for word in situation.words), error.message
    assert error.message.startswith('vLLM server, echo: ') and error.message.endswith('.'), error.message
    assert SECRET not in error.message, error.message
    assert len(finished) == 1 and finished[0].get_code() == situation.code, finished


# --- The table ---


SITUATIONS = {}


def situation(function):
    """A generator that sets servers up, yields what is met there, and takes them down"""
    SITUATIONS[function.__name__.replace('_', '-')] = contextlib.contextmanager(function)
    return function


def address_of(server):
    return f"127.0.0.1:{server['port']}"


def methods(proxy, method):
    def check(count):
        assert [entry['method'] for entry in log_of(proxy, count)] == [method] * count
    return check


def ca_of(server):
    return f"{server['certs']}/ca.pem"


@situation
def squid_tunnel():
    with nginx('--certificate', 'wrong-host') as server, squid() as proxy:
        yield Situation(url_of(server, 'tls', FAR), Wishes(proxy=f'http://{address_of(proxy)}', ca=ca_of(server)), check=methods(proxy, 'CONNECT'))


@situation
def squid_in_clear():
    with nginx() as server, squid() as proxy:
        yield Situation(url_of(server, 'plain', FAR), Wishes(proxy=f'http://{address_of(proxy)}'), check=methods(proxy, 'POST'))


@situation
def squid_tunnel_to_http2():
    with nginx('--certificate', 'wrong-host') as server, squid() as proxy:
        yield Situation(url_of(server, 'http2', FAR), Wishes(proxy=f'http://{address_of(proxy)}', ca=ca_of(server), http2=True),
                        check=methods(proxy, 'CONNECT'))


@situation
def squid_password():
    with nginx('--certificate', 'wrong-host') as server, squid('--user', f'somebody:{SECRET}') as proxy:
        yield Situation(url_of(server, 'tls', FAR), Wishes(proxy=f'http://{address_of(proxy)}', user=f'somebody:{SECRET}', ca=ca_of(server)))


@situation
def squid_password_in_clear():
    with nginx() as server, squid('--user', f'somebody:{SECRET}') as proxy:
        yield Situation(url_of(server, 'plain', FAR), Wishes(proxy=f'http://{address_of(proxy)}', user=f'somebody:{SECRET}'))


def refused_by_squid(name, user):
    with nginx('--certificate', 'wrong-host') as server, squid('--user', f'somebody:{SECRET}8') as proxy:
        yield Situation(url_of(server, name, FAR), Wishes(proxy=f'http://{address_of(proxy)}', user=user, ca=ca_of(server)),
                        CODES.PROXY, (f'proxy {address_of(proxy)}', '407'))


@situation
def squid_without_password():
    yield from refused_by_squid('tls', None)


@situation
def squid_without_password_in_clear():
    yield from refused_by_squid('plain', None)


@situation
def squid_wrong_password():
    yield from refused_by_squid('tls', f'somebody:{SECRET}')


@situation
def squid_wrong_password_in_clear():
    yield from refused_by_squid('plain', f'somebody:{SECRET}')


@situation
def squid_denies_the_host():
    with nginx('--certificate', 'wrong-host') as server, squid('--deny', FAR) as proxy:
        yield Situation(url_of(server, 'tls', FAR), Wishes(proxy=f'http://{address_of(proxy)}', ca=ca_of(server)),
                        CODES.PROXY, (f'proxy {address_of(proxy)}', FAR, '403'))


@situation
def squid_finds_nobody():
    """The proxy is there, and what is behind it is not."""
    with squid() as proxy:
        port, = fixture.free_ports(1)
        yield Situation(f'https://{FAR}:{port}/v1', Wishes(proxy=f'http://{address_of(proxy)}'), CODES.PROXY, (f'proxy {address_of(proxy)}', FAR, '503'))


def down(scheme):
    port, = fixture.free_ports(1)
    yield Situation(f'https://{FAR}/v1', Wishes(proxy=f'{scheme}://127.0.0.1:{port}', user=f'somebody:{SECRET}'),
                    CODES.PROXY, (f'no connection to the proxy 127.0.0.1:{port}',))


@situation
def http_proxy_is_down():
    yield from down('http')


@situation
def https_proxy_is_down():
    yield from down('https')


@situation
def socks_proxy_is_down():
    yield from down('socks5')


@situation
def proxy_has_no_address():
    yield Situation(f'https://{FAR}/v1', Wishes(proxy='http://proxy.invalid:3128'), CODES.PROXY, ('address of the proxy', 'proxy.invalid'))


@situation
def proxy_is_none():
    """A web server stands where the proxy should."""
    with nginx() as server:
        yield Situation(f'https://{FAR}/v1', Wishes(proxy=f"http://127.0.0.1:{server['plain']}"), CODES.PROXY, (f"proxy 127.0.0.1:{server['plain']}", '400'))


def through_socks(name, user=None):
    arguments = ['--user', user] if user else []
    with nginx() as server, running('socks_server.py', *arguments) as proxy:
        # An address of this machine that is none of the loopback
        yield Situation(url_of(server, name, '0.0.0.0'),
                        Wishes(proxy=f'socks5://{address_of(proxy)}', user=user, pin=fingerprint(server, 'server') if name == 'tls' else None))


@situation
def socks():
    yield from through_socks('tls')


@situation
def socks_in_clear():
    yield from through_socks('plain')


@situation
def socks_password():
    yield from through_socks('tls', f'somebody:{SECRET}')


def refused_by_socks(user):
    with nginx() as server, running('socks_server.py', '--user', f'somebody:{SECRET}8') as proxy:
        yield Situation(url_of(server, 'plain', '0.0.0.0'), Wishes(proxy=f'socks5://{address_of(proxy)}', user=user),
                        CODES.PROXY, (f'proxy {address_of(proxy)}', 'authentication'))


@situation
def socks_without_password():
    yield from refused_by_socks(None)


@situation
def socks_wrong_password():
    yield from refused_by_socks(f'somebody:{SECRET}')


@situation
def socks_finds_nobody():
    with running('socks_server.py') as proxy:
        port, = fixture.free_ports(1)
        yield Situation(f'http://0.0.0.0:{port}/v1', Wishes(proxy=f'socks5://{address_of(proxy)}'), CODES.PROXY, (f'proxy {address_of(proxy)}', '0.0.0.0'))


@situation
def private_authority():
    with nginx() as server:
        yield Situation(url_of(server), Wishes(ca=ca_of(server)))


@situation
def wrong_authority():
    with nginx() as server:
        yield Situation(url_of(server), Wishes(ca=f"{server['certs']}/self-signed.pem"), CODES.TLS, ('localhost', 'no trusted authority has signed it'))


@situation
def authorities_of_the_system_only():
    with nginx() as server:
        yield Situation(url_of(server), Wishes(), CODES.TLS, ('localhost', 'no trusted authority has signed it'))


@situation
def wrong_host():
    with nginx('--certificate', 'wrong-host') as server:
        yield Situation(url_of(server), Wishes(ca=ca_of(server)), CODES.TLS, ('localhost', 'issued for another host'))


@situation
def wrong_host_behind_a_proxy():
    with nginx() as server, squid() as proxy:
        yield Situation(url_of(server, 'tls', FAR), Wishes(proxy=f'http://{address_of(proxy)}', ca=ca_of(server)), CODES.TLS, (FAR, 'issued for another host'))


@situation
def expired():
    with nginx('--certificate', 'expired') as server:
        yield Situation(url_of(server), Wishes(ca=ca_of(server)), CODES.TLS, ('localhost', 'it has expired'))


@situation
def self_signed():
    with nginx('--certificate', 'self-signed') as server:
        yield Situation(url_of(server), Wishes(ca=ca_of(server)), CODES.TLS, ('localhost', 'no trusted authority has signed it'))


@situation
def no_tls_at_all():
    with nginx() as server:
        yield Situation(url_of(server).replace(server['tls'], server['plain']), Wishes(ca=ca_of(server)), CODES.TLS,
                        ('TLS handshake', f"localhost:{server['plain']}", 'http:'))


@situation
def client_certificate():
    with nginx('--client-certificate') as server:
        def check(count):
            assert {entry['client'] for entry in log_of(server, count)} == {'CN=dheera-test-client'}
        yield Situation(url_of(server), Wishes(ca=ca_of(server), certificate=f"{server['certs']}/client.pem"), check=check)


@situation
def client_certificate_over_http2():
    with nginx('--client-certificate') as server:
        def check(count):
            entries = log_of(server, count)
            assert {entry['client'] for entry in entries} == {'CN=dheera-test-client'}
            assert 'HTTP/2.0' in {entry['protocol'] for entry in entries}
        yield Situation(url_of(server, 'http2'), Wishes(ca=ca_of(server), certificate=f"{server['certs']}/client.pem", http2=True), check=check)


@situation
def no_client_certificate():
    """nginx makes the handshake and says no over HTTP."""
    with nginx('--client-certificate') as server:
        yield Situation(url_of(server), Wishes(ca=ca_of(server)), CODES.TLS, ('HTTP 400', 'No required SSL certificate was sent', 'client certificate'))


@situation
def wrong_client_certificate():
    with nginx('--client-certificate') as server:
        yield Situation(url_of(server), Wishes(ca=ca_of(server), certificate=f"{server['certs']}/other-client.pem"),
                        CODES.TLS, ('HTTP 400', 'The SSL certificate error', 'client certificate'))


@contextlib.contextmanager
def strict_server(certs, version):
    """One that ends the handshake where no client certificate is shown"""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = context.maximum_version = version
    context.load_cert_chain(f'{certs}/server.pem', f'{certs}/server.key')
    context.load_verify_locations(f'{certs}/ca.pem')
    context.verify_mode = ssl.CERT_REQUIRED

    def shake(raw):
        with contextlib.suppress(OSError), context.wrap_socket(raw, server_side=True) as outer:
            outer.recv(1)

    def accept():
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=shake, args=[listener.accept()[0]], daemon=True).start()

    with socket.create_server(('127.0.0.1', 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)


def refused_in_handshake(version):
    with nginx() as server, strict_server(server['certs'], version) as port:
        yield Situation(f'https://localhost:{port}/v1', Wishes(ca=ca_of(server)), CODES.TLS, (f'localhost:{port}', 'client certificate'))


@situation
def no_client_certificate_in_tls_1_2():
    yield from refused_in_handshake(ssl.TLSVersion.TLSv1_2)


@situation
def no_client_certificate_in_tls_1_3():
    yield from refused_in_handshake(ssl.TLSVersion.TLSv1_3)


def run_situation(name):
    with SITUATIONS[name]() as met:
        count = 0
        for kind in met.kinds:
            for way in WAYS:
                try:
                    check_call(met, kind, way)
                except Exception as error:
                    raise AssertionError(f'{name}, session of {kind}, {way}: {error!r}') from error
                count += 1
        if met.check:
            met.check(count)
        return count


# --- More than one way out of one process ---


def test_cloud_and_local():
    """One client: what is far goes through the proxy, and the server of this machine is reached directly."""
    with nginx('--certificate', 'wrong-host') as far, squid('--user', f'somebody:{SECRET}') as proxy, nginx() as local:
        for kind, make in KINDS.items():
            client = make(Wishes(proxy=f'http://{address_of(proxy)}', user=f'somebody:{SECRET}', ca=ca_of(far),
                                 direct=('127.0.0.1', 'localhost')))
            for call in WAYS.values():
                assert call(client, request_to(url_of(far, 'tls', FAR))) == TEXT
                assert call(client, request_to(url_of(local, 'plain', '127.0.0.1'))) == TEXT
                assert call(client, request_to(url_of(local, 'plain'))) == TEXT, kind
        del client
        count = len(KINDS) * len(WAYS)
        assert len(log_of(far, count)) == count and len(log_of(local, 2 * count)) == 2 * count
        with open(proxy['log'], encoding='utf-8') as log:
            lines = log.read()
        assert str(far['tls']) in lines and str(local['plain']) not in lines, lines


def test_cloud_and_local_by_environment():
    with nginx('--certificate', 'wrong-host') as far, squid() as proxy:
        proxy_uri = f'http://{address_of(proxy)}'
        with environment(https_proxy=proxy_uri, http_proxy=proxy_uri):
            client = Dheera.Client(session_options=Dheera.SessionOptions(trust_env=True, ca_file=ca_of(far)))
            for call in WAYS.values():
                assert call(client, request_to(url_of(far, 'tls', FAR))) == TEXT
                assert call(client, request_to(url_of(far, 'plain', '127.0.0.1'))) == TEXT
        log_of(far, 2 * len(WAYS))
        del client
        # The far name means something to the proxy only. How many tunnels to it there were, and whether they are written down yet, does not matter.
        with open(proxy['log'], encoding='utf-8') as log:
            lines = log.read()
        assert f"127.0.0.1:{far['plain']}" not in lines, lines


def test_a_proxy_for_each_provider():
    """Two providers with a proxy each, one without, and what the environment says for the rest, over one session"""
    with nginx('--certificate', 'wrong-host') as far, squid('--user', f'somebody:{SECRET}') as first, \
            running('socks_server.py', '--user', f'somebody:{SECRET}') as second:
        options = Dheera.SessionOptions(trust_env=True, ca_file=ca_of(far))
        options.set_proxy_for_host(FAR, f'http://somebody:{SECRET}@{address_of(first)}')
        options.set_proxy_for_host('0.0.0.0', f'socks5://somebody:{SECRET}@{address_of(second)}')
        options.set_proxy_for_host('127.0.0.2', 'direct://')
        assert options.get_proxy_for_host(FAR) == f'http://{address_of(first)}'
        port, = fixture.free_ports(1)
        with environment(http_proxy=f'http://127.0.0.1:{port}', https_proxy=f'http://127.0.0.1:{port}'):
            client = Dheera.Client(session_options=options, max_retries=0)
            for provider, name, host in (('groq', 'tls', FAR), ('vllm', 'plain', '0.0.0.0')):
                configured = Dheera.Provider.new_compatible(provider, url_of(far, name, host))
                configured.set_api_key('key')
                client.add_provider(configured)
                for call in WAYS.values():
                    assert call(client, mock(TEXT, f'{provider}/echo')) == TEXT
            error = error_of(client.complete, request_to('https://elsewhere.example/v1'))
            assert is_dheera(error, CODES.PROXY) and f'127.0.0.1:{port}' in error.message, error.message
        assert len(log_of(far, 2 * len(WAYS))) == 2 * len(WAYS)
        with open(second['log'], encoding='utf-8') as log:
            assert 'connected to 0.0.0.0' in log.read()
        del client
        # A tunnel is written down when it is closed; the first question has no password.
        with open(first['log'], encoding='utf-8') as log:
            assert str(MODEL.port) not in log.read()


def case(name):
    def run():
        run_situation(name)
    run.__name__ = f"test_{name.replace('-', '_')}"
    return run


if __name__ == '__main__':
    print(f'# {len(SITUATIONS)} situations, {len(KINDS)} kinds of sessions, {len(WAYS)} ways to call: {len(SITUATIONS) * len(KINDS) * len(WAYS)} calls')
    run_cases([case(name) for name in SITUATIONS] +
              [test_cloud_and_local, test_cloud_and_local_by_environment, test_a_proxy_for_each_provider])
