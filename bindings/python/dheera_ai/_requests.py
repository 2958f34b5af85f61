# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes a request of the library out of the arguments of a call."""

import json
import sys
from collections.abc import Mapping

from gi.repository import Dheera

from ._sessions import refuse_foreign

_OF_THE_SESSION = 'belongs to the session: make one with Dheera.SessionOptions or Soup.Session, and give that as client='
_NOT_HERE = 'is not offered by dheera_ai, and it would mean nothing to the provider'
_OF_THE_PROVIDER = 'is a property of Dheera.Provider: add one to a Dheera.Client with add_provider(), and give that as client='
_ACCOUNT = ("says whose account it is, and would be shown to the provider: give a credential as api_key= ('KEY_ID:SECRET' for Amazon, the text of the key "
            "file for Google, a key or a token for Azure), or set the provider's environment variables; what else there is, Dheera.Provider has")

# Words that are known elsewhere and are not the provider's. Each of them in the body would do nothing, or give something away.
_ELSEWHERE = {
    **dict.fromkeys(('session', 'shared_session', 'http_client', 'client_session', 'aclient_session'), 'is given as client= here'),
    **dict.fromkeys(('ssl_verify', 'verify', 'ssl_certificate', 'cert', 'proxy', 'proxies', 'trust_env', 'transport', 'connector', 'force_ipv4', 'limits'),
                    _OF_THE_SESSION),
    **dict.fromkeys(('api_version', 'organization', 'project', 'region', 'aws_region_name', 'vertex_location', 'vertex_project'), _OF_THE_PROVIDER),
    **dict.fromkeys(('fallbacks', 'context_window_fallback_dict', 'caching', 'cache', 'callbacks', 'allowed_openai_params', 'additional_drop_params',
                     'model_list', 'api_type', 'verbose', 'logger_fn', 'extra_query', 'default_query', 'retry_policy', 'retry_strategy', 'cooldown_time'),
                    _NOT_HERE),
    **dict.fromkeys(('client_id', 'client_secret', 'tenant_id'), _ACCOUNT),
    'deployment_id': "is the model here: 'azure/NAME'",
    'default_headers': 'is called extra_headers',
    'stream_timeout': 'is first_token_timeout or idle_timeout of a Dheera.Client: give that as client=',
    'request_timeout': 'is called timeout',
    'mock_response': "is not needed: the model 'mock/echo' answers without a network",
}
_ELSEWHERE_BEGIN = {'aws_': _ACCOUNT, 'azure_': _ACCOUNT, 'vertex_': _ACCOUNT, 'litellm_': _NOT_HERE}


def _plain(value):
    """What JSON does not know: objects of other packages that can say what they are"""
    refuse_foreign(value, 'A value in the request')
    if not isinstance(value, (type, bytes, bytearray, memoryview)):
        for name in ('model_dump', 'to_dict', 'dict'):
            if callable(getattr(value, name, None)):
                return getattr(value, name)()
        if isinstance(value, Mapping):
            return dict(value)
        if hasattr(value, '__iter__'):
            return list(value)
    raise TypeError(f'The request holds a {type(value).__qualname__}, which can\'t be written as JSON.')


def _dump(value):
    return json.dumps(value, default=_plain, ensure_ascii=False, allow_nan=False)


def check_words(params):
    for name, value in params.items():
        refuse_foreign(value, name)
        elsewhere = _ELSEWHERE.get(name) or next((why for begin, why in _ELSEWHERE_BEGIN.items() if name.startswith(begin)), None)
        if elsewhere is not None and value is not None:
            raise TypeError(f'{name}= {elsewhere}.')


def _first(*values):
    return next((value for value in values if value is not None), None)


def check_kind(value, name, kinds, what):
    """A truth value is an int to Python, but no number of anything."""
    if value is not None and (not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds)):
        refuse_foreign(value, name)
        raise TypeError(f'{name} must be {what} or None, and it is a {type(value).__qualname__}.')


def check_timeout(value, name):
    check_kind(value, name, (int, float), 'a number of seconds')


def check_retries(value, name):
    check_kind(value, name, (int,), 'a number of retries')


def check_choice(value, name):
    check_kind(value, name, (bool,), 'True, False')


_KINDS = {
    'timeout': check_timeout,
    'num_retries': check_retries,
    'max_retries': check_retries,
    **dict.fromkeys(('api_key', 'base_url', 'api_base', 'custom_llm_provider'), lambda value, name: check_kind(value, name, (str,), 'a text')),
    **dict.fromkeys(('headers', 'extra_headers'), lambda value, name: check_kind(value, name, (Mapping,), 'a dictionary')),
}


def _set_headers(request, headers):
    for name, value in (headers or {}).items():
        if value is not None:
            request.set_header(name, value.decode('latin-1') if isinstance(value, bytes) else str(value))


def _take_options(request, session, params):
    """What says how to ask, and is no part of the body"""
    settings = sys.modules[__package__]
    request.set_session(session)
    timeout = _first(params.pop('timeout', None), settings.request_timeout)
    if timeout is not None:
        request.set_timeout(timeout)
    retries = _first(params.pop('num_retries', None), params.pop('max_retries', None), settings.num_retries)
    if retries is not None:
        request.set_max_retries(retries)
    api_key = params.pop('api_key', None)
    if api_key is not None:
        request.set_api_key(api_key)
    base_url = _first(params.pop('base_url', None), params.pop('api_base', None))
    if base_url is not None:
        request.set_base_url(base_url)
    provider = params.pop('custom_llm_provider', None)
    if provider is not None:
        request.set_provider(provider)
    for headers in (params.pop('headers', None), params.pop('extra_headers', None)):
        _set_headers(request, headers)


def _split(params):
    """The options, the body, and what is put over the body as it is"""
    check_words(params)
    given = {name: value for name, value in params.items() if value is not None}
    options = {name: given.pop(name) for name in _KINDS if name in given}
    for name, value in options.items():
        _KINDS[name](value, f'{name}=')
    extra = given.pop('extra_body', {})
    if not isinstance(extra, dict):
        raise TypeError(f'extra_body= must be a dictionary, and it is a {type(extra).__qualname__}.')
    return options, given, extra


def _add_extra(request, members):
    if members:
        request.set_extra(_dump({**json.loads(request.get_extra() or '{}'), **members}))


def _response_format(value):
    """A class of pydantic stands for its schema, which was called otherwise in its version 1."""
    make_schema = getattr(value, 'model_json_schema', None) or getattr(value, 'schema', None)
    if isinstance(value, type) and callable(make_schema):
        return {'type': 'json_schema', 'json_schema': {'name': value.__name__, 'schema': make_schema()}}
    return value


def make_chat_request(session, model, messages, params):
    options, body, extra = _split(params)
    if messages is None:
        raise TypeError("messages= is missing: give a list such as [{'role': 'user', 'content': 'Hello!'}].")
    if 'response_format' in body:
        body['response_format'] = _response_format(body['response_format'])
    if model is not None:
        body['model'] = model
    request = Dheera.Request.new_from_json(_dump({**body, 'messages': messages}))
    _take_options(request, session, options)
    _add_extra(request, extra)
    return request


def make_models_request(session, provider, params):
    options, body, extra = _split(params)
    unknown = [*body, *(['extra_body'] if extra else [])]
    if unknown:
        raise TypeError(f'A list of models is asked for without a body, so {", ".join(unknown)} would reach nobody: leave it out.')
    check_kind(provider, 'provider=', (str,), 'a text')
    request = Dheera.ModelsRequest(provider=provider)
    _take_options(request, session, options)
    return request


def make_embedding_request(session, model, texts, params):
    options, body, extra = _split(params)
    texts = [texts] if isinstance(texts, str) else list(texts) if isinstance(texts, (list, tuple)) else texts
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise TypeError('input= must be a text or a list of texts; token numbers are not taken.')
    request = Dheera.EmbeddingRequest(inputs=texts)
    if model is not None:
        request.set_model(model)
    for name, kinds, what in (('dimensions', (int,), 'a number'), ('user', (str,), 'a text'), ('input_type', (str,), 'a text')):
        if name in body:
            check_kind(body[name], f'{name}=', kinds, what)
            getattr(request, 'set_' + name)(body.pop(name))
    _take_options(request, session, options)
    _add_extra(request, {**body, **extra})
    return request
