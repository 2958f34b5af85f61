# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which session carries a call. The one that was given does, always; it is never closed, never changed and never replaced."""

import sys

from gi.repository import Dheera, Soup

from .exceptions import Translated

_SESSION = 'Soup.Session(timeout=0, max_conns=300, max_conns_per_host=75)'
_OPTIONS = 'Dheera.SessionOptions(max_connections=300, max_connections_per_host=75)'
_MADE = "Dheera.SessionOptions(ca_file='/etc/ssl/company.pem', proxy_uri='http://proxy.example.com:8080').create_session()"
_NETWORK = f'{_MADE}, a Soup.Session,'
_INSTEAD = {
    'aiohttp': _SESSION,
    'httpx': _SESSION,
    'requests': _SESSION,
    'urllib3': _SESSION,
    'httpcore': _SESSION,
    'ssl': _NETWORK,
    'openai': 'Dheera.Client(session=Soup.Session(timeout=0)), with api_key= and base_url= in the call,',
    'anthropic': 'Dheera.Client(session=Soup.Session(timeout=0)), with api_key= and base_url= in the call,',
    'litellm': _SESSION,
}


def _instead_of(cls, library):
    name = cls.__name__
    if 'Timeout' in name:
        return 'timeout=180, a number of seconds,'
    if 'Proxy' in name or 'BasicAuth' in name:
        return _NETWORK
    if 'Connector' in name or 'Transport' in name or name == 'Limits':
        return _OPTIONS
    if name == 'URL':
        return 'its str(), a text,'
    if name == 'Headers':
        return 'its dict()'
    return _INSTEAD[library]


def _also(cls, library, instead):
    """What an object of that kind often has beside its connections: a proxy, certificates, functions of the application's own"""
    if instead is not _SESSION:
        return ''
    own = cls.__module__.partition('.')[0].lstrip('_') != library
    return (f' A session with a proxy or certificates is {_MADE}.'
            + (f" What {cls.__qualname__} does with each request, a handler of the session's signal does: "
               "session.connect('request-queued', lambda session, message: …)." if own else ''))


def refuse_foreign(value, name):
    """Objects of other HTTP libraries are told by the module of their class, so that none of them has to be there.

    What an SDK calls a message or a tool is no such object: it can say what it is as JSON.
    """
    if callable(getattr(value, 'model_dump', None)):
        return
    for cls in type(value).__mro__:
        library = cls.__module__.partition('.')[0].lstrip('_')
        if library in _INSTEAD:
            instead = _instead_of(cls, library)
            raise TypeError(f'{name} is an object of {library} ({type(value).__qualname__}), but HTTP is spoken by libsoup here: '
                            f'write {instead} in its place.{_also(type(value), library, instead)}')


def check_session(value, name):
    if value is None or isinstance(value, (Soup.Session, Dheera.Client)):
        return
    refuse_foreign(value, name)
    if isinstance(value, Dheera.SessionOptions):
        raise TypeError(f'{name} is a Dheera.SessionOptions, which describes a session: give the one that its create_session() returns.')
    raise TypeError(f'{name} must be a Soup.Session, a Dheera.Client or None, and it is a {type(value).__qualname__}.')


def check_handler(value, name):
    if value is None or isinstance(value, BaseLLMAIOHTTPHandler):
        return
    refuse_foreign(value, name)
    raise TypeError(f'{name} must be a BaseLLMAIOHTTPHandler or None, and it is a {type(value).__qualname__}: '
                    'write BaseLLMAIOHTTPHandler(client_session=…) around a session.')


def _create_session(options, name):
    refuse_foreign(options, name)
    if not isinstance(options, Dheera.SessionOptions):
        raise TypeError(f'{name} must be a Dheera.SessionOptions, and it is a {type(options).__qualname__}.')
    with Translated():
        return options.create_session()


class BaseLLMAIOHTTPHandler:
    """Holds the session for all calls, as dheera_ai.base_llm_aiohttp_handler. The name is the one that programs know; the session is libsoup's.

    Give one of: client_session, a Soup.Session (or Dheera.Client) of yours, which stays yours; connector or transport, a Dheera.SessionOptions, of which
    a session is made that ends with the handler. Without any, calls go where they would go without a handler.
    """

    def __init__(self, client_session=None, transport=None, connector=None):
        given = {'client_session': client_session, 'transport': transport, 'connector': connector}
        given = {name: value for name, value in given.items() if value is not None}
        if len(given) > 1:
            for name, value in given.items():
                refuse_foreign(value, name)
            raise TypeError(f'{" and ".join(given)} were given, and each of them says which session to use: give one.')
        check_session(client_session, 'client_session')
        self._session = client_session
        for name in ('transport', 'connector'):
            if name in given:
                self._session = _create_session(given[name], name)

    @property
    def client_session(self):
        return self._session

    def __repr__(self):
        return f'BaseLLMAIOHTTPHandler(client_session={self._session!r})'


def _choose(client, is_async):
    """What was given for the call, or for all calls of its kind, or for all calls, or for those of the other kind; or None"""
    settings = sys.modules[__package__]
    handler = settings.base_llm_aiohttp_handler
    ways = [settings.client_session, handler and handler.client_session, settings.aclient_session]
    if is_async:
        ways.reverse()
    return next((each for each in [client, *ways] if each is not None), None)


# Sessionless clients: a call goes over the session that is set on its request, or else over that of the client that was made the default.
_clients = {}


def _client_for(policy):
    return _clients.get(policy) or _clients.setdefault(policy, Dheera.Client(param_policy=policy))


def _check_policy(client, drop):
    """Another thread may be calling with it, so that it can't be changed for one call."""
    policy = Dheera.ParamPolicy.DROP if drop else Dheera.ParamPolicy.REJECT
    if drop is not None and client.get_param_policy() != policy:
        raise ValueError(f'drop_params is {bool(drop)}, and the Dheera.Client that makes the call has a rule of its own: '
                         f'call its set_param_policy(Dheera.ParamPolicy.{policy.value_nick.upper()}).')


# What holds for calls that don't say, and the property of a client that is the same
_LIMITS = {'request_timeout': 'timeout', 'num_retries': 'max_retries'}


def _limits():
    settings = sys.modules[__package__]
    return {property: getattr(settings, name) for name, property in _LIMITS.items() if getattr(settings, name) is not None}


def _check_limits(limits, client, config):
    for name, property in _LIMITS.items():
        if property not in limits:
            continue
        if client is not None and client.get_property(property.replace('_', '-')) != limits[property]:
            raise ValueError(f'{name} is {limits[property]}, and the Dheera.Client that makes the calls has a limit of its own: '
                             f'call its set_{property}({limits[property]}).')
        if client is None and config is not None:
            raise ValueError(f'{name} is {limits[property]}, and the client is made from the configuration file, which has no such word: '
                             f'give run_server() a client=Dheera.Client({property}={limits[property]}).')


def resolve_server(client, config):
    """The client of a server, or None for the configuration file's, or the default one. A server calls as those do that are awaited."""
    check_session(client, 'client')
    settings = sys.modules[__package__]
    chosen = _choose(client, True)
    limits = _limits()
    if isinstance(chosen, Dheera.Client):
        _check_policy(chosen, settings.drop_params)
        _check_limits(limits, chosen, config)
        return chosen
    if chosen is None and config is not None and settings.drop_params:
        raise ValueError('drop_params is True, and the configuration file says what becomes of parameters that a provider does not take: '
                         'write param-policy=drop below [server] there, and set dheera_ai.drop_params = None.')
    if chosen is None:
        _check_limits(limits, None, config)
    if chosen is None and not settings.drop_params and not limits:
        return None
    policy = Dheera.ParamPolicy.DROP if settings.drop_params else Dheera.ParamPolicy.REJECT
    return Dheera.Client(session=chosen, param_policy=policy, **limits)


def resolve(client, is_async, drop_params):
    """The client that makes the call, and the session to set on the request, or None for the client's own"""
    check_session(client, 'client')
    chosen = _choose(client, is_async)
    drop = sys.modules[__package__].drop_params if drop_params is None else drop_params
    policy = Dheera.ParamPolicy.DROP if drop else Dheera.ParamPolicy.REJECT
    if not isinstance(chosen, Dheera.Client):
        return _client_for(policy), chosen

    _check_policy(chosen, drop)
    return chosen, None
