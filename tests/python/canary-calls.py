# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls with a secret in each place that can hold one, and prints all that a program can see of them; see test-canaries.py, which reads that.

    canary-calls.py JSON      canaries by place, the URLs of two servers and of a proxy, and the situations to meet
"""

import asyncio
import copy
import json
import pickle
import sys
import threading
import traceback

import dheera_ai
import gi
gi.require_version('Dheera', '1')
gi.require_version('Soup', '3.0')
from gi.repository import Dheera, Gio, GLib, GObject, Soup  # noqa: E402

GIVEN = json.loads(sys.argv[1])
CANARY = GIVEN['canaries']
MAX_DEPTH = 3
# Of classes, which say the same whatever object is looked at
NOT_OF_OBJECTS = ('get_last', 'get_default')


# --- Everything that can be seen of an object ---


def is_ours(value):
    return isinstance(value, GObject.Object) and value.__gtype__.name.startswith('Dheera')


def show(name, value, depth=0, seen=None):
    """Prints a value, and where it is an object of the library's, all that its properties and functions without arguments give."""
    seen = set() if seen is None else seen
    print(name, '=', repr(value), str(value))
    if depth > MAX_DEPTH:
        return
    if isinstance(value, (list, tuple)) or isinstance(value, Gio.ListModel):
        for position, item in enumerate(value):
            show(f'{name}[{position}]', item, depth + 1, seen)
    if not is_ours(value) or value in seen:
        return
    seen.add(value)
    for spec in value.list_properties():
        if spec.flags & GObject.ParamFlags.READABLE:
            show(f'{name}.{spec.name}', value.get_property(spec.name), depth + 1, seen)
    for method in dir(type(value)):
        if method.startswith(('get_', 'dup_', 'to_', 'is_', 'has_')) and method not in NOT_OF_OBJECTS and not hasattr(GObject.Object, method):
            try:
                show(f'{name}.{method}()', getattr(value, method)(), depth + 1, seen)
            except (TypeError, GLib.Error, AttributeError) as error:
                print(name, method, type(error).__name__)


def show_error(name, error):
    print(name, 'error', repr(error), str(error), error.args, vars(error))
    traceback.print_exception(error, file=sys.stdout)
    for copied in (pickle.dumps, copy.copy, copy.deepcopy):
        try:
            print(name, copied.__name__, copied(error))
        except Exception as reason:  # pylint: disable=broad-except
            print(name, copied.__name__, repr(reason))
    show(f'{name}.details', getattr(error, 'details', None))
    show(f'{name}.last', Dheera.ErrorDetails.get_last())
    if error.__cause__ is not None:
        show_error(f'{name}.cause', error.__cause__)


# --- A secret in each place ---


def give_now(request):
    request.return_key(CANARY['function-again' if request.get_refused() else 'function'])
    show('credentials', request)


def give_later(request):
    show('credentials', request)
    threading.Timer(0.01, request.return_key, [CANARY['function-later']]).start()


def configure(client, provider, **values):
    configured = client.get_provider(provider)
    for name, value in values.items():
        getattr(configured, f'set_{name}')(value)
    return configured


def google_key():
    return json.dumps({'type': 'authorized_user', 'client_id': 'app', 'client_secret': CANARY['google-secret'],
                       'refresh_token': CANARY['google-refresh'], 'token_uri': GIVEN['origin'] + '/token/google'})


# The provider of each place, and what puts the secret there; the rest are variables of the environment, which this program was started with.
PLACES = {
    'property': ('groq/m', lambda client, request: configure(client, 'groq', api_key=CANARY['property'])),
    'environment': ('mistral/m', None),
    'request': ('deepseek/m', lambda client, request: request.set_api_key(CANARY['request'])),
    'function': ('xai/m', lambda client, request: configure(client, 'xai', credentials_func=give_now)),
    'function-later': ('cerebras/m', lambda client, request: configure(client, 'cerebras', credentials_func=give_later)),
    'anthropic': ('anthropic/m', lambda client, request: configure(client, 'anthropic', api_key=CANARY['anthropic'])),
    'gemini': ('gemini/m', lambda client, request: configure(client, 'gemini', api_key=CANARY['gemini'])),
    'azure': ('azure/m', lambda client, request: configure(client, 'azure', api_key=CANARY['azure'])),
    'aws': ('bedrock/m', lambda client, request: configure(client, 'bedrock', region='us-east-1')),
    'google': ('vertex-openai/m', lambda client, request: configure(client, 'vertex-openai', api_key=google_key())),
    'entra': ('azure-openai/m', None),
    'headers': ('vllm/m', lambda client, request: [configure(client, 'vllm').set_header('X-Provider-Token', CANARY['provider-header']),
                                                   request.set_header('X-Request-Token', CANARY['request-header']),
                                                   request.set_header('Cookie', CANARY['cookie'])]),
    'middleware': ('lmstudio/m', lambda client, request: client.add_middleware(
        lambda exchange: exchange.set_header('X-Middleware-Token', CANARY['middleware']) if exchange.get_phase() == Dheera.HttpPhase.REQUEST else None)),
}


def listen(client, name):
    for signal in ('call-started', 'attempt-finished', 'call-finished'):
        client.connect(signal, lambda _, call, said: show(f'{name} {said}', call), signal)
    client.add_middleware(lambda exchange: show(f'{name} exchange', exchange))


def make_client(name, session=None):
    client = Dheera.Client(session=session, max_retries=0, timeout=20)
    listen(client, name)
    return client


def make_request(model, situation):
    request = Dheera.Request.new_for_prompt(model, 'Hi')
    request.set_base_url(f"{GIVEN['origin']}/{situation}/v1")
    if situation == 'stall':
        request.set_timeout(0.2)
    if situation == '500-then-200':
        request.set_max_retries(1)
    return request


def run_async(start, finish):
    loop, outcome = GLib.MainLoop(), []
    start(lambda source, result, *_: (outcome.append(result), loop.quit()))
    loop.run()
    return finish(outcome[0])


def call_blocking(client, request):
    return client.complete(request)


def call_async(client, request):
    return run_async(lambda ready: client.complete_async(request, None, ready), client.complete_finish)


def call_streamed(client, request):
    stream = client.stream(request)
    try:
        for delta in stream:
            show('delta', delta)
        return stream.get_response()
    finally:
        show('stream', stream)


WAYS = {'blocking': call_blocking, 'async': call_async, 'streamed': call_streamed}


def meet(place, situation, way):
    name = f'{place} {situation} {way}'
    model, prepare = PLACES[place]
    session = Soup.Session(timeout=0)
    # An application that logs everything
    session.add_feature(Soup.Logger.new(Soup.LoggerLogLevel.BODY))
    client = make_client(name, session)
    request = make_request(model, situation)
    if prepare:
        prepare(client, request)
    show(f'{name} request', request)
    cancelled = [GLib.timeout_add(50, client.cancel_all)] if situation == 'cancel' and way == 'async' else []
    if situation == 'cancel' and not cancelled:
        request.set_timeout(0.1)
    try:
        show(f'{name} answer', WAYS[way](client, request))
        print('met', situation, 'answer')
    except GLib.Error as error:
        show_error(name, error)
        print('met', situation, GLib.quark_to_string(GLib.quark_from_string(error.domain)), error.code)
    show(f'{name} client', client)


# --- Other doors ---


def facade(situation):
    arguments = {'model': 'openai/m', 'messages': [{'role': 'user', 'content': 'Hi'}], 'api_key': CANARY['facade'], 'num_retries': 0,
                 'extra_headers': {'X-Facade-Token': CANARY['facade-header']}, 'base_url': f"{GIVEN['origin']}/{situation}/v1", 'timeout': 1}

    async def streamed():
        async for chunk in await dheera_ai.acompletion(stream=True, **arguments):
            print(repr(chunk), str(chunk))

    for door in (lambda: dheera_ai.completion(**arguments), lambda: asyncio.run(dheera_ai.acompletion(**arguments)), lambda: asyncio.run(streamed())):
        try:
            answer = door()
            print('facade', repr(answer), str(answer))
            if answer is not None:
                show('facade.dheera', answer.dheera)
        except Exception as error:  # pylint: disable=broad-except
            show_error('facade', error)


def proxies():
    """The password of options and of the environment; the proxy asks for it, and the third time refuses it."""
    for name, values in (('options', {'proxy_uri': GIVEN['proxy'].replace('://', f"://somebody:{CANARY['proxy-uri']}@")}),
                         ('host', {}), ('environment', {'trust_env': True}),
                         ('refused', {'proxy_uri': GIVEN['refusing-proxy'].replace('://', f"://somebody:{CANARY['proxy-uri']}@")}),
                         ('nobody', {'proxy_uri': f"socks5://somebody:{CANARY['proxy-uri']}@127.0.0.1:1"})):
        options = Dheera.SessionOptions(**values)
        if name == 'host':
            options.set_proxy_for_host('far.example', GIVEN['proxy'].replace('://', f"://somebody:{CANARY['proxy-uri']}@"))
            print(options.get_proxy_for_host('far.example'))
        client = Dheera.Client(session_options=options, max_retries=0)
        listen(client, f'proxy {name}')
        show('options', options)
        for way, call in WAYS.items():
            request = Dheera.Request.new_for_prompt('vllm/m', 'Hi')
            request.set_base_url('http://far.example/ok/v1')
            try:
                show(f'proxy {name} {way}', call(client, request))
                print('met proxy', name, 'answer')
            except GLib.Error as error:
                show_error(f'proxy {name} {way}', error)
                print('met proxy', name, 'error')
        show('client', client)


def serve():
    """The server's key, and one that somebody has mistyped; the first one's requests fail at the provider in all ways."""
    session = Soup.Session()
    for situation in GIVEN['situations']:
        client = make_client(f'server {situation}')
        client.set_timeout(0.3 if situation in ('stall', 'cancel') else 20)
        configure(client, 'groq', api_key=CANARY['property'], base_url=f"{GIVEN['origin']}/{situation}/v1")
        server = Dheera.Server(client=client, port=0)
        server.set_keys([CANARY['server-key']])
        server.start()
        show('server', server)
        for key in ('server-key', 'server-wrong'):
            for stream in (False, True):
                message = Soup.Message.new('POST', f'{server.get_uri()}/v1/chat/completions')
                message.get_request_headers().append('Authorization', f'Bearer {CANARY[key]}')
                body = json.dumps({'model': 'groq/m', 'stream': stream, 'messages': [{'role': 'user', 'content': 'Hi'}]})
                message.set_request_body_from_bytes('application/json', GLib.Bytes.new(body.encode()))
                try:
                    answer = run_async(lambda ready, m=message: session.send_and_read_async(m, 0, None, ready), session.send_and_read_finish)
                    print('server', situation, key, message.get_status(), answer.get_data())
                    message.get_response_headers().foreach(print)
                except GLib.Error as error:
                    show_error('server', error)
        server.stop()


class Interaction(Gio.TlsInteraction):
    def do_ask_password(self, password, _cancellable):
        password.set_value(CANARY['key-password'].encode())
        return Gio.TlsInteractionResult.HANDLED


def certificates():
    """A file with the password, and one with another password"""
    for path in GIVEN['certificates']:
        options = Dheera.SessionOptions(client_certificate_file=path, tls_interaction=Interaction())
        show('options', options)
        try:
            options.create_session()
            print('met certificate answer')
        except GLib.Error as error:
            show_error('certificate', error)
            print('met certificate error')
    for uri in (f"pkcs11:token=away?pin-value={CANARY['pin']}", f"pkcs11:token=away;object=x?pin-value={CANARY['pin']}"):
        try:
            Dheera.SessionOptions(client_certificate_file='pkcs11:token=away', client_key_file=uri).create_session()
        except GLib.Error as error:
            show_error('certificate', error)


if __name__ == '__main__':
    for some_place in PLACES:
        for some_situation in GIVEN['situations']:
            for some_way in WAYS:
                meet(some_place, some_situation, some_way)
    for some_situation in GIVEN['situations']:
        facade(some_situation)
    proxies()
    if hasattr(Dheera, 'Server'):
        serve()
    certificates()
    print('the end')
