# SPDX-License-Identifier: LGPL-2.1-or-later
"""The calls themselves."""

import array
import base64
import json
import sys
from collections.abc import Mapping

from gi.repository import Dheera

from ._requests import check_kind, make_chat_request, make_embedding_request, make_models_request
from ._sessions import resolve, resolve_server
from ._shapes import EmbeddingResponse, ModelList, ModelResponse
from ._streams import CompletionStream
from .exceptions import Translated


def _wants_usage(params):
    options = params.get('stream_options')
    check_kind(options, 'stream_options=', (Mapping,), 'a dictionary')
    return bool(options and options.get('include_usage'))


def _answer(response):
    return ModelResponse(json.loads(response.to_json()), response)


def completion(model=None, messages=None, *, client=None, stream=False, drop_params=None, **params):
    """Asks a model, and waits for its answer: a ModelResponse, or with stream=True an iterator of chunks.

    model: 'provider/model'; it may be missing where client= is a Dheera.Client with a default model.
    messages: a list of OpenAI's message objects. Messages of answers may be put in as they are.
    client: the Soup.Session that carries the call, or a Dheera.Client; without one, see dheera_ai.client_session.
    drop_params: whether a parameter that the provider does not take is left out, and response.dheera.get_warnings() says so, or is an error.

    Of the call: timeout (seconds), num_retries or max_retries, api_key, base_url or api_base, extra_headers or headers, custom_llm_provider.
    Of the model: temperature, top_p, n, stop, max_tokens, max_completion_tokens, presence_penalty, frequency_penalty, seed, tools, tool_choice,
    parallel_tool_calls, response_format, logprobs, top_logprobs, reasoning_effort, user, metadata, service_tier, stream_options.
    Any other goes into the body under its own name, and extra_body is put over all of it. None is as good as not there.
    """
    caller, session = resolve(client, False, drop_params)
    with Translated():
        request = make_chat_request(session, model, messages, params)
        if stream:
            return CompletionStream(caller.stream(request), _wants_usage(params)).begin()
        return _answer(caller.complete(request))


async def acompletion(model=None, messages=None, *, client=None, stream=False, drop_params=None, **params):
    """completion() for asyncio, in any loop. Cancelling the task closes the connection. With stream=True, what comes is for `async for`.

    Without client=, the session is that of dheera_ai.aclient_session.
    """
    caller, session = resolve(client, True, drop_params)
    with Translated():
        request = make_chat_request(session, model, messages, params)
        if stream:
            return await CompletionStream(caller.stream(request), _wants_usage(params)).abegin()
        return _answer(await caller.complete_async(request))


def _check_format(encoding_format):
    if encoding_format not in (None, 'float', 'base64'):
        raise ValueError(f"encoding_format is {encoding_format!r}, and there are 'float' and 'base64'.")


def _base64(vector):
    floats = array.array('f', vector)
    if sys.byteorder == 'big':
        floats.byteswap()
    return base64.b64encode(floats.tobytes()).decode('ascii')


def _vectors(response, encoding_format):
    shape = _base64 if encoding_format == 'base64' else list
    usage = response.get_usage()
    members = {
        'object': 'list',
        'data': [{'object': 'embedding', 'index': i, 'embedding': shape(vector)} for i, vector in enumerate(response)],
        'model': response.get_model(),
    }
    if usage is not None:
        counts = {'prompt_tokens': usage.get_prompt_tokens(), 'total_tokens': usage.get_total_tokens()}
        members['usage'] = {name: count for name, count in counts.items() if count >= 0}
    return EmbeddingResponse(members, response)


def embedding(model=None, input=None, *, client=None, encoding_format=None, drop_params=None, **params):  # pylint: disable=redefined-builtin
    """Turns texts into vectors: an EmbeddingResponse. input is a text or a list of texts.

    Beside the arguments of completion() that say how to ask: dimensions, user, input_type, and encoding_format, 'float' or 'base64'.
    """
    _check_format(encoding_format)
    caller, session = resolve(client, False, drop_params)
    with Translated():
        return _vectors(caller.embed(make_embedding_request(session, model, input, params)), encoding_format)


async def aembedding(model=None, input=None, *, client=None, encoding_format=None, drop_params=None, **params):  # pylint: disable=redefined-builtin
    """embedding() for asyncio"""
    _check_format(encoding_format)
    caller, session = resolve(client, True, drop_params)
    with Translated():
        return _vectors(await caller.embed_async(make_embedding_request(session, model, input, params)), encoding_format)


def _models(models):
    members = [{'id': f'{model.get_provider()}/{model.get_id()}', 'object': 'model', 'created': model.get_created(), 'owned_by': model.get_owned_by()}
               for model in models]
    known = [{name: value for name, value in each.items() if value not in (None, -1)} for each in members]
    return ModelList({'object': 'list', 'data': known}, models)


def list_models(provider=None, *, client=None, drop_params=None, **params):
    """Which models a provider has: a ModelList in OpenAI's form, of which each id is what completion() takes.

    provider: its name, such as 'openai'; it may be missing where client= is a Dheera.Client with a default model, whose provider is asked then.
    client: the Soup.Session that carries the call, or a Dheera.Client; without one, see dheera_ai.client_session.

    Beside that the arguments of completion() that say how to ask: timeout, num_retries or max_retries, api_key, base_url or api_base,
    extra_headers or headers, and custom_llm_provider, which is another word for provider.
    """
    caller, session = resolve(client, False, drop_params)
    with Translated():
        return _models(caller.list_models(make_models_request(session, provider, params)))


async def alist_models(provider=None, *, client=None, drop_params=None, **params):
    """list_models() for asyncio"""
    caller, session = resolve(client, True, drop_params)
    with Translated():
        return _models(await caller.list_models_async(make_models_request(session, provider, params)))


def run_server(host=None, port=None, *, keys=None, config=None, client=None, models=None):
    """Serves every model with OpenAI's protocol, until Ctrl-C or SIGTERM, and answers to the end what it is asked by then.

    host, port: where to listen, '127.0.0.1' and 4000 unless the configuration file says otherwise. Port 0 is any that is free.
    keys: texts of which a request has to have one, or their hashes from Dheera.Server.hash_key(); a host that other machines reach needs some.
    config: the path of a configuration file, see Dheera.Server.
    client: the Soup.Session that carries every request to a provider, or a Dheera.Client; without one, that of dheera_ai.aclient_session,
    dheera_ai.base_llm_aiohttp_handler or dheera_ai.client_session.
    models: a dictionary of names and what they mean, {'fast': 'openai/gpt-4o-mini'}; with one, no other models are served.

    Ctrl-C ends in a KeyboardInterrupt, as everywhere in Python, once everything is answered.
    """
    if not hasattr(Dheera, 'Server'):
        raise NotImplementedError('The library was built without its server: configure the build with -Dserver=enabled.')
    with Translated():
        server = Dheera.Server(client=resolve_server(client, config), config_file=config)
        if host is not None:
            server.set_host(host)
        if port is not None:
            server.set_port(port)
        if keys is not None:
            server.set_keys([keys] if isinstance(keys, str) else list(keys))
        for name, target in (models or {}).items():
            server.add_model(name, target)
        server.run(None)
