#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The package dheera_ai, blocking: the shapes, arguments, sessions and errors that programs of this field know."""

import base64
import collections
import concurrent.futures
import copy
import json
import pickle
import struct
import subprocess
import sys
import threading
import types

from support import MOCK, PATIENCE, Dheera, GLib, Soup, is_dheera, run_cases, seen, wait_for_gone

import dheera_ai
from dheera_ai import _sessions
from dheera_ai.llms.custom_httpx.aiohttp_handler import BaseLLMAIOHTTPHandler

ECHO = 'mock/echo'
HELLO = [{'role': 'user', 'content': 'One two three'}]
# What an error says of itself, wherever it is sent to
TOLD = ('message', 'domain', 'code', 'status_code', 'llm_provider', 'model', 'body', 'request_id', 'param', 'args')
CITY = {'type': 'function', 'function': {'name': 'weather', 'description': 'Tells the weather.', 'parameters': {
    'type': 'object', 'properties': {'city': {'type': 'string'}}, 'required': ['city']}}}


def orders(**members):
    return {'extra_body': {'mock': members}, 'num_retries': 0}


def raised(kind, function, *args, **kwargs):
    try:
        function(*args, **kwargs)
    except kind as error:
        return error
    raise AssertionError(f'{function} did not fail')


def ask(messages=HELLO, model=ECHO, **arguments):
    return dheera_ai.completion(model=model, messages=messages, **arguments)


class Settings:
    """Sets some of dheera_ai's for a block."""

    def __init__(self, **settings):
        self._settings = settings

    def __enter__(self):
        for name, value in self._settings.items():
            setattr(dheera_ai, name, value)

    def __exit__(self, *_):
        for name in self._settings:
            setattr(dheera_ai, name, None)


class Watched:
    """A session that counts what it carries, and keeps the messages and the bodies that were sent"""

    def __init__(self):
        self.session = Soup.Session(timeout=0, max_conns=20, max_conns_per_host=20)
        self.messages = []
        self.session.connect('request-queued', lambda _, message: self.messages.append(message))

    def took(self):
        count, self.messages[:] = len(self.messages), []
        return count

    def header(self, name):
        return self.messages[-1].get_request_headers().get_one(name)


def sent(**arguments):
    """The body as the package makes it, by the library's own account"""
    from dheera_ai._requests import make_chat_request
    return json.loads(make_chat_request(None, ECHO, HELLO, arguments).to_json())


# --- Shapes ----------------------------------------------------------------------------------------------------------------------------

def test_the_shape_of_an_answer():
    response = ask()
    assert isinstance(response, dheera_ai.ModelResponse) and response.object == 'chat.completion'
    message = response.choices[0].message
    assert message.content == response['choices'][0]['message']['content'] == 'One two three'
    assert message.role == 'assistant' and response.choices[0].finish_reason == 'stop' and response.choices[0].index == 0
    assert message.tool_calls is None and message['tool_calls'] is None and message.get('tool_calls') is None
    assert response.usage.total_tokens == 6 and response.usage.prompt_tokens == response.usage.completion_tokens == 3
    assert response.id.startswith('chatcmpl-') and response.model == 'echo' and response.created > 0
    assert raised(AttributeError, lambda: response.answer) and raised(KeyError, lambda: response['answer'])
    assert {'choices', 'usage', 'system_fingerprint', 'model_dump', 'dheera'} <= set(dir(response))
    assert isinstance(response.dheera, Dheera.Response) and response.dheera.get_call().get_status() == 200


def test_answers_can_be_dumped_changed_and_copied():
    response = ask()
    plain = response.model_dump()
    assert type(plain) is dict and type(plain['choices'][0]) is dict and plain == json.loads(response.model_dump_json()) == json.loads(json.dumps(response))
    assert "ModelResponse(id='chatcmpl-" in repr(response) and "content='One two three'" in repr(response), repr(response)
    for other in (copy.deepcopy(response), pickle.loads(pickle.dumps(response))):
        assert other == response and type(other.choices[0].message) is dheera_ai.Message and other.dheera is None
    for other in (copy.copy(response), response.copy()):
        assert other == response and type(other) is dheera_ai.ModelResponse and other.dheera is response.dheera
        other.id = 'another'
        assert response.id != 'another' and type(other.choices[0].copy()) is type(response.choices[0])
    response.choices[0].message.content = 'Four'
    assert response['choices'][0]['message']['content'] == 'Four'
    del response.choices[0].message.content
    assert response.choices[0].message.content is None and raised(AttributeError, delattr, response, 'content')
    assert dheera_ai.Message(role='user', content=None).model_dump(exclude_none=True) == {'role': 'user'}


def test_parts_of_an_answer_can_be_dumped():
    response = ask()
    assert set(response.model_dump(include={'id', 'model'})) == set(json.loads(response.model_dump_json(include=['model', 'id']))) == {'id', 'model'}
    assert response.model_dump(exclude={'choices'}, mode='json') == {name: value for name, value in response.model_dump().items() if name != 'choices'}
    assert 'choices' not in json.loads(response.model_dump_json(exclude=('choices',))) and 'sets of names' in str(
        raised(TypeError, response.model_dump, exclude={'choices': {0: True}}))


def test_details_of_usage_and_log_probabilities():
    """What OpenAI's objects may have reads as None where it is not there."""
    usage = ask(reasoning_effort='low').usage
    assert usage.completion_tokens_details.audio_tokens is usage.prompt_tokens_details.audio_tokens is None
    assert usage.completion_tokens_details.reasoning_tokens == 5 and usage.prompt_tokens_details.cached_tokens == 0
    logprobs = dheera_ai.ModelResponse(choices=[{'logprobs': {'content': [{'token': 'Hi', 'logprob': -0.5}]}}]).choices[0].logprobs
    assert logprobs.refusal is None and logprobs.content[0].bytes is None and logprobs.content[0].token == 'Hi'


def test_streams():
    stream = ask(stream=True)
    chunks = list(stream)
    assert all(isinstance(chunk, dheera_ai.ModelResponseStream) and chunk.object == 'chat.completion.chunk' for chunk in chunks)
    assert ''.join(chunk.choices[0].delta.content or '' for chunk in chunks) == 'One two three'
    assert chunks[0].choices[0].delta.role == 'assistant' and chunks[0].choices[0].finish_reason is None
    assert chunks[-1].choices[0].finish_reason == 'stop' and chunks[-1].choices[0].delta.content is None and chunks[-1]['usage'] is None
    assert chunks[-1].choices[0].delta == {} and chunks[-1].choices[0].delta, 'an object, whatever is in it'
    assert list(stream) == [] and 'CompletionStream(' in repr(stream)

    chunks = list(ask(stream=True, stream_options={'include_usage': True}))
    assert chunks[-1].choices == [] and chunks[-1].usage.total_tokens == 6, chunks[-1]


def test_one_chunk_and_then_the_others():
    stream = ask(stream=True)
    assert next(stream).choices[0].delta.content == 'One'
    assert [chunk.choices[0].delta.content for chunk in stream] == [' two', ' three', None]


def test_leaving_a_stream_closes_the_connection():
    before, many = seen(), [{'role': 'user', 'content': 'word ' * 100}]
    kept = ask(many, stream=True, **orders(pace_ms=20))
    for _ in kept:
        break
    wait_for_gone(before)
    assert list(kept) == []
    with ask(many, stream=True, **orders(pace_ms=20)) as stream:
        next(stream)
    wait_for_gone(before, 2)
    ask(many, stream=True, **orders(pace_ms=20))
    wait_for_gone(before, 3)
    stream = ask(many, stream=True, **orders(pace_ms=20))
    stream.close()
    wait_for_gone(before, 4)


def test_tools_from_question_to_answer():
    messages = [{'role': 'user', 'content': 'call weather {"city": "Bonn"}'}]
    message = ask(messages, tools=[CITY], tool_choice='auto').choices[0].message
    call = message.tool_calls[0]
    assert message.content is None and call.type == 'function' and call.function.name == 'weather'
    assert json.loads(call.function.arguments) == {'city': 'Bonn'}
    # The message goes back as it came.
    messages += [message, {'role': 'tool', 'tool_call_id': call.id, 'content': '7 degrees'}]
    assert ask(messages, tools=[CITY]).choices[0].message.content == 'weather answered: 7 degrees'

    calls = [chunk.choices[0].delta.tool_calls for chunk in ask(messages[:1], tools=[CITY], stream=True)]
    calls = [each[0] for each in calls if each]
    assert calls[0].function.name == 'weather' and calls[0].index == 0 and calls[0].id
    assert json.loads(''.join(each.function.arguments for each in calls)) == {'city': 'Bonn'}
    named = {'type': 'function', 'function': {'name': 'weather'}}
    assert ask(tools=[CITY], tool_choice=named).choices[0].finish_reason == 'tool_calls'


def test_more_than_one_choice_and_reasoning():
    response = ask(n=2, reasoning_effort='low')
    assert [choice.message.content for choice in response.choices] == ['One two three'] * 2
    assert response.choices[1].message.reasoning_content and response.usage.completion_tokens_details.reasoning_tokens > 0
    assert any(chunk.choices[0].delta.reasoning_content for chunk in ask(reasoning_effort='low', stream=True))


def test_embeddings():
    response = dheera_ai.embedding(model=ECHO, input=['one two', 'one two', 'something else'], dimensions=32)
    assert isinstance(response, dheera_ai.EmbeddingResponse) and response.object == 'list' and response.model == 'echo'
    vectors = [each.embedding for each in response.data]
    assert [each.index for each in response.data] == [0, 1, 2] and vectors[0] == vectors[1] != vectors[2] and len(vectors[0]) == 32
    assert response.usage.total_tokens == response['usage']['prompt_tokens'] == 6 and response.data[0].object == 'embedding'
    single = dheera_ai.embedding(ECHO, 'one two', dimensions=32, encoding_format='base64').data[0].embedding
    assert list(struct.unpack('<32f', base64.b64decode(single))) == vectors[0]
    assert isinstance(response.dheera, Dheera.EmbeddingResponse)
    assert 'text' in str(raised(TypeError, dheera_ai.embedding, ECHO, [1, 2])) and raised(TypeError, dheera_ai.embedding, ECHO)
    assert raised(ValueError, dheera_ai.embedding, ECHO, 'one', encoding_format='hex')
    assert is_dheera(raised(dheera_ai.RateLimitError, dheera_ai.embedding, ECHO, 'one', **orders(status=429)), Dheera.Error.RATE_LIMIT)


def test_lists_of_models():
    models = dheera_ai.list_models('mock')
    assert isinstance(models, dheera_ai.ModelList) and models.object == 'list'
    assert [model.id for model in models.data] == ['mock/echo', 'mock/story', 'mock/lorem'], models
    assert models.data[0].object == 'model' and models.data[0]['owned_by'] == models.data[0].owned_by == models.dheera[0].get_owned_by()
    assert ask(model=models.data[0].id).choices[0].message.content == 'One two three'
    assert models.dheera[0].get_context_window() > 0 and json.loads(json.dumps(models)) == models.model_dump()
    assert dheera_ai.list_models(custom_llm_provider='mock') == models
    assert dheera_ai.list_models(client=Dheera.Client(default_model=ECHO)) == models
    assert raised(dheera_ai.BadRequestError, dheera_ai.list_models) and raised(dheera_ai.BadRequestError, dheera_ai.list_models, 'nobody')
    assert 'provider= must be a text' in str(raised(TypeError, dheera_ai.list_models, 7))
    for name, value in {'temperature': 1, 'extra_body': {'a': 1}, 'ssl_verify': False}.items():
        assert name in str(raised(TypeError, dheera_ai.list_models, 'mock', **{name: value}))
    assert raised(dheera_ai.APIConnectionError, dheera_ai.list_models, 'openai', base_url='http://127.0.0.1:1/v1', api_key='k', num_retries=0)


# --- Arguments -------------------------------------------------------------------------------------------------------------------------

def test_arguments_of_the_model():
    given = {'temperature': 0.5, 'top_p': 0.5, 'n': 2, 'stop': ['x'], 'presence_penalty': 0.5, 'frequency_penalty': 0.25, 'seed': 7,
             'tools': [CITY], 'tool_choice': 'auto', 'parallel_tool_calls': False, 'logprobs': True, 'top_logprobs': 2, 'reasoning_effort': 'low', 'user': 'me',
             'metadata': {'a': 'b'}, 'service_tier': 'flex', 'max_tokens': 5}
    body = sent(**given, response_format={'type': 'json_object'}, max_completion_tokens=None, audio=None)
    assert {name: body[name] for name in given if name not in ('tools', 'max_tokens', 'tool_choice')} == {
        name: value for name, value in given.items() if name not in ('tools', 'max_tokens', 'tool_choice')}, body
    assert body['tools'][0]['function']['name'] == 'weather' and body['response_format'] == {'type': 'json_object'} and 'audio' not in body
    assert 5 in (body.get('max_tokens'), body.get('max_completion_tokens')) and 'stream_options' not in sent(stream_options={'include_usage': True})
    assert ask(stop='two').choices[0].message.content.strip() == 'One' and ask(max_tokens=1).choices[0].finish_reason == 'length'
    assert ask(max_completion_tokens=1).choices[0].finish_reason == 'length'


def test_arguments_that_nobody_knows_go_into_the_body():
    body = sent(verbosity='low', extra_body={'temperature': 0.125, 'deep': {'a': [1]}}, temperature=1)
    assert (body['verbosity'], body['temperature'], body['deep']) == ('low', 0.125, {'a': [1]}), body
    assert ask(mock={'text': 'Four'}).choices[0].message.content == 'Four'
    assert raised(TypeError, ask, extra_body='{}')


def test_values_that_can_say_what_they_are():
    class Schema:
        @staticmethod
        def model_json_schema():
            return {'type': 'object', 'properties': {'city': {'type': 'string'}}, 'required': ['city']}

    class Before:
        """As in version 1 of pydantic: a class that can't be iterated, of objects that can"""
        __iter__ = None
        schema = Schema.model_json_schema

    class Said:
        def model_dump(self):
            return {'role': 'user', 'content': 'Said'}

    for schema in (Schema, Before):
        assert json.loads(ask(response_format=schema).choices[0].message.content) == {'city': 'One two three'}
    for message in (types.MappingProxyType(HELLO[0]), collections.UserDict(HELLO[0])):
        assert ask([message]).choices[0].message.content == 'One two three'
    for value in (b'Hi', bytearray(b'Hi'), memoryview(b'Hi'), Schema):
        assert f'holds a {type(value).__name__}' in str(raised(TypeError, ask, [{'role': 'user', 'content': value}]))
    assert ask([Said()]).choices[0].message.content == ask((Said(),)).choices[0].message.content == 'Said'
    # A message of another SDK, with the nulls that it has
    other = type('ChatCompletionMessage', (), {'__module__': 'openai.types.chat', 'model_dump': lambda self: {
        'content': 'Before', 'refusal': None, 'role': 'assistant', 'annotations': None, 'audio': None, 'function_call': None, 'tool_calls': None}})()
    assert ask([*HELLO, other, {'role': 'user', 'content': 'After'}]).choices[0].message.content == 'After'
    assert 'object' in str(raised(TypeError, ask, [object()])) and raised(ValueError, ask, temperature=float('nan'))
    assert 'messages=' in str(raised(TypeError, dheera_ai.completion, ECHO))


def test_how_to_ask():
    watched = Watched()
    ask(client=watched.session, api_key='sk-mine', extra_headers={'X-Team': 'a'}, headers={'X-More': 1})
    assert watched.header('X-Team') == 'a' and watched.header('X-More') == '1' and watched.header('Authorization') == 'Bearer sk-mine'
    for name in ('base_url', 'api_base'):
        assert ask(model='openai/echo', api_key='sk-mine', **{name: MOCK}).choices[0].message.content == 'One two three'
    assert ask(client=watched.session, extra_headers={'X-None': None, 'X-Bytes': b'as it is'})
    assert watched.header('X-None') is None and watched.header('X-Bytes') == 'as it is'
    assert ask(model='echo', custom_llm_provider='mock').model == 'echo'
    assert raised(dheera_ai.Timeout, ask, timeout=0.1, **orders(stall_after=1)).status_code == 408
    for name in ('num_retries', 'max_retries'):
        fails = {'status': 503, 'fail_times': 1, 'key': name, 'headers': {'retry-after': '0'}}
        assert raised(dheera_ai.ServiceUnavailableError, ask, mock=fails, **{name: 0})
        assert ask(mock={**fails, 'key': name + '2'}, **{name: 1}).choices[0].message.content == 'One two three'
    with Settings(num_retries=0, request_timeout=0.1):
        assert raised(dheera_ai.ServiceUnavailableError, ask, mock={'status': 503, 'fail_times': 1, 'key': 'setting'})
        assert raised(dheera_ai.Timeout, ask, mock={'stall_after': 1})


def test_parameters_that_a_provider_does_not_take():
    where = {'model': 'deepseek/echo', 'api_key': 'sk-mine', 'base_url': MOCK, 'seed': 7}
    before = seen()['requests']
    error = raised(dheera_ai.UnsupportedParamsError, ask, **where)
    assert isinstance(error, dheera_ai.BadRequestError) and 'seed' in error.message and error.status_code == 400 and seen()['requests'] == before + 1
    response = ask(**where, drop_params=True)
    assert response.choices[0].message.content == 'One two three' and 'seed' in response.dheera.get_warnings()[0]
    with Settings(drop_params=True):
        assert ask(**where).dheera.get_warnings() and raised(dheera_ai.UnsupportedParamsError, ask, **where, drop_params=False)
    # A client has its own rule.
    client = Dheera.Client(param_policy=Dheera.ParamPolicy.DROP)
    assert ask(**where, client=client).dheera.get_warnings() and ask(**where, client=client, drop_params=True).dheera.get_warnings()
    assert 'set_param_policy(Dheera.ParamPolicy.REJECT)' in str(raised(ValueError, ask, **where, client=client, drop_params=False))


def test_words_that_are_not_the_providers_never_reach_it():
    before = seen()['requests']
    for name, hint in (('ssl_verify', 'Soup.Session'), ('proxy', 'Soup.Session'), ('shared_session', 'client='), ('api_version', 'Dheera.Provider'),
                       ('fallbacks', 'not offered'), ('mock_response', 'mock/echo'), ('stream_timeout', 'first_token_timeout'), ('request_timeout', 'timeout')):
        assert name not in sent(**{name: None})
        for value in (False, 'x'):
            error = raised(TypeError, ask, **{name: value})
            assert name in str(error) and hint in str(error), error
        assert raised(TypeError, dheera_ai.embedding, ECHO, 'one', **{name: 'x'})
    assert seen()['requests'] == before + 1


def test_credentials_under_other_names_never_reach_the_provider():
    before = seen()['requests']
    for name in ('aws_access_key_id', 'aws_secret_access_key', 'aws_session_token', 'aws_profile_name', 'vertex_credentials', 'azure_ad_token', 'client_secret'):
        error = str(raised(TypeError, ask, **{name: 'sk-canary'}))
        assert name in error and 'api_key=' in error and 'sk-canary' not in error, error
        assert name not in sent(**{name: None})
    for name, value in (('model_list', [{'litellm_params': {'api_key': 'sk-canary'}}]), ('litellm_params', {'api_key': 'sk-canary'}), ('extra_query', {'key': 'sk-canary'})):
        error = str(raised(TypeError, ask, **{name: value}))
        assert 'not offered' in error and 'sk-canary' not in error, error
    assert seen()['requests'] == before + 1


# --- Sessions --------------------------------------------------------------------------------------------------------------------------

def each_call(**arguments):
    """All that blocks: four requests"""
    ask(**arguments)
    list(ask(stream=True, **arguments))
    dheera_ai.embedding(ECHO, 'one', **arguments)
    dheera_ai.list_models('mock', **arguments)


def test_the_handler_without_an_import_of_its_own():
    program = 'import dheera_ai; assert dheera_ai.llms.custom_httpx.aiohttp_handler.BaseLLMAIOHTTPHandler is dheera_ai.BaseLLMAIOHTTPHandler'
    subprocess.run([sys.executable, '-c', program], check=True, timeout=PATIENCE)


def test_the_session_of_the_call():
    watched, others = Watched(), Watched()
    client = Dheera.Client(session=watched.session, default_model=ECHO)
    with Settings(client_session=others.session, base_llm_aiohttp_handler=BaseLLMAIOHTTPHandler(client_session=others.session)):
        each_call(client=watched.session)
        assert watched.took() == 4
        each_call(client=client)
        assert watched.took() == 4 and others.took() == 0
        assert ask(model=None, client=client).model == 'echo' and watched.took() == 1


def test_sessions_for_all_calls():
    handlers, blocking, awaited = Watched(), Watched(), Watched()
    order = [('client_session', blocking.session, blocking),
             ('base_llm_aiohttp_handler', BaseLLMAIOHTTPHandler(client_session=handlers.session), handlers),
             ('aclient_session', awaited.session, awaited)]
    # The first of those that are set carries the call, whichever comes behind it.
    for first, (_, _, expected) in enumerate(order):
        with Settings(**{name: value for name, value, _ in order[first:]}):
            each_call()
            assert [watched.took() for _, _, watched in order] == [4 * (watched is expected) for _, _, watched in order], first
    each_call()
    assert [watched.took() for _, _, watched in order] == [0, 0, 0]
    with Settings(client_session=Dheera.Client(session=blocking.session), base_llm_aiohttp_handler=BaseLLMAIOHTTPHandler()):
        each_call()
        assert blocking.took() == 4


def test_the_session_of_the_default_client():
    watched = Watched()
    Dheera.Client(session=watched.session).make_default()
    try:
        each_call()
        each_call(drop_params=True)
        assert watched.took() == 8
    finally:
        Dheera.clear_default_client()
    each_call()
    assert watched.took() == 0


def test_sessions_stay_as_they_are():
    watched = Watched()
    before = {p.name: watched.session.get_property(p.name) for p in watched.session.list_properties() if p.flags & 1}
    handler = BaseLLMAIOHTTPHandler(client_session=watched.session)
    assert handler.client_session is watched.session and 'Soup.Session' in repr(handler)
    with Settings(base_llm_aiohttp_handler=handler):
        each_call()
    del handler
    assert before == {p.name: watched.session.get_property(p.name) for p in watched.session.list_properties() if p.flags & 1}
    each_call(client=watched.session)
    assert watched.took() == 8


def test_worker_threads_share_a_session():
    watched, texts = Watched(), []
    with Settings(client_session=watched.session):
        threads = [threading.Thread(target=lambda: texts.append(ask().choices[0].message.content)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert texts == ['One two three'] * 8 and watched.took() == 8


def test_threads_that_take_turns_with_a_stream():
    """As servers do that hand a generator to their pool of threads"""
    chunks, texts = iter(ask(stream=True)), []
    while True:
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            chunk = pool.submit(next, chunks, None).result(PATIENCE)
        if chunk is None:
            break
        texts.append(chunk.choices[0].delta.content or '')
    assert texts == ['One', ' two', ' three', ''], texts


def foreign(module, name):
    """An object of a library that need not be there"""
    return type(name, (), {'__module__': module})()


def test_objects_of_other_libraries():
    before = seen()['requests']
    for module, name, hint in (('aiohttp.client', 'ClientSession', 'Soup.Session('), ('httpx', 'Client', 'Soup.Session('), ('httpx', 'AsyncClient', 'Soup.Session('),
                               ('requests.sessions', 'Session', 'Soup.Session('), ('ssl', 'SSLContext', 'ca_file='), ('aiohttp.connector', 'TCPConnector', 'Dheera.SessionOptions(max'), ('openai', 'OpenAI', 'Dheera.Client(')):
        value = foreign(module, name)
        mine = type('MyClient', (type(value),), {'__module__': 'my_app'})()
        for fail in (lambda: ask(client=value), lambda: ask(client=mine), lambda: dheera_ai.embedding(ECHO, 'one', client=value),  # pylint: disable=cell-var-from-loop
                     lambda: Settings(client_session=value).__enter__(), lambda: Settings(aclient_session=mine).__enter__(),  # pylint: disable=cell-var-from-loop
                     lambda: Settings(base_llm_aiohttp_handler=value).__enter__(), lambda: BaseLLMAIOHTTPHandler(client_session=value),  # pylint: disable=cell-var-from-loop
                     lambda: BaseLLMAIOHTTPHandler(transport=value), lambda: BaseLLMAIOHTTPHandler(connector=mine)):  # pylint: disable=cell-var-from-loop
            error = str(raised(TypeError, fail))
            assert module.split('.')[0] in error and hint in error, error
            assert ('proxy_uri=' in error) == (hint in ('Soup.Session(', 'ca_file=')), error
        assert ("connect('request-queued'" in str(raised(TypeError, ask, client=mine))) == (hint == 'Soup.Session(')
        assert 'request-queued' not in str(raised(TypeError, ask, client=value))
    for value in (foreign('httpx', 'Timeout'), foreign('aiohttp.client', 'ClientTimeout')):
        assert 'timeout=180' in str(raised(TypeError, ask, timeout=value))
    for name, argument, hint in (('URL', 'base_url', 'str()'), ('Headers', 'extra_headers', 'dict()'), ('Limits', 'limits', 'max_connections=')):
        assert hint in str(raised(TypeError, ask, **{argument: foreign('httpx', name)}))
    assert 'aiohttp' in str(raised(TypeError, ask, user=foreign('aiohttp', 'BasicAuth')))
    assert seen()['requests'] == before + 1 and dheera_ai.client_session is None and dheera_ai.base_llm_aiohttp_handler is None


def test_what_the_hints_say_works():
    # pylint: disable=eval-used,protected-access
    assert eval(_sessions._SESSION).get_max_conns() == eval(_sessions._OPTIONS).create_session().get_max_conns() == 300
    options = eval(_sessions._NETWORK.partition('.create_session()')[0])
    assert _sessions._MADE in _sessions._NETWORK
    assert (options.get_ca_file(), options.get_proxy_uri()) == ('/etc/ssl/company.pem', 'http://proxy.example.com:8080')


def test_wrong_objects():
    assert 'it is a int' in str(raised(TypeError, ask, client=7)) and raised(TypeError, Settings(client_session='x').__enter__)
    assert 'BaseLLMAIOHTTPHandler(client_session=' in str(raised(TypeError, Settings(base_llm_aiohttp_handler=Soup.Session()).__enter__))
    error = str(raised(TypeError, lambda: BaseLLMAIOHTTPHandler(Soup.Session(), connector=7)))
    assert 'client_session and connector' in error, error


def test_settings_that_nothing_reads():
    error = raised(AttributeError, setattr, dheera_ai, 'ssl_verify', False)
    assert 'ssl_verify' in str(error) and 'client_session' in str(error)
    original = dheera_ai.completion
    dheera_ai.completion = len
    dheera_ai.completion = original


def test_settings_and_arguments_of_the_wrong_kind():
    before = seen()['requests']
    for name, value, what in (('request_timeout', '30', 'a number of seconds'), ('num_retries', 1.5, 'a number of retries'), ('drop_params', 'yes', 'True, False')):
        error = str(raised(TypeError, setattr, dheera_ai, name, value))
        assert f'dheera_ai.{name} must be {what} or None, and it is a {type(value).__name__}.' == error, error
        assert getattr(dheera_ai, name) is None
    assert 'timeout=180' in str(raised(TypeError, setattr, dheera_ai, 'request_timeout', foreign('httpx', 'Timeout')))
    for name, value, what in (('timeout', '30', 'a number of seconds'), ('timeout', True, 'a number of seconds'), ('max_retries', '2', 'a number of retries'), ('api_key', 3, 'a text'),
                              ('base_url', b'x', 'a text'), ('extra_headers', [('X-A', 'b')], 'a dictionary')):
        error = str(raised(TypeError, ask, **{name: value}))
        assert f'{name}= must be {what} or None, and it is a {type(value).__name__}.' == error, error
        assert name in str(raised(TypeError, dheera_ai.embedding, ECHO, 'one', **{name: value}))
    for name, value, what in (('dimensions', '7', 'a number'), ('dimensions', True, 'a number'), ('user', 7, 'a text'), ('input_type', 7, 'a text')):
        error = str(raised(TypeError, dheera_ai.embedding, ECHO, 'one', **{name: value}))
        assert f'{name}= must be {what} or None, and it is a {type(value).__name__}.' == error, error
    assert 'stream_options= must be a dictionary' in str(raised(TypeError, ask, stream=True, stream_options='include_usage'))
    assert seen()['requests'] == before + 1


def test_settings_that_are_deleted():
    watched = Watched()
    dheera_ai.client_session = watched.session
    del dheera_ai.client_session
    assert ask() and watched.took() == 0 and dheera_ai.client_session is None
    raised(AttributeError, delattr, dheera_ai, 'ssl_verify')


def test_options_of_a_session():
    options = Dheera.SessionOptions(max_connections=30, max_connections_per_host=20)
    for name in ('transport', 'connector'):
        handler, carried = BaseLLMAIOHTTPHandler(**{name: options}), []
        assert handler.client_session.get_max_conns() == 30 and handler.client_session.get_max_conns_per_host() == 20
        handler.client_session.connect('request-queued', lambda _, message: carried.append(message))  # pylint: disable=cell-var-from-loop
        with Settings(base_llm_aiohttp_handler=handler):
            each_call()
        assert len(carried) == 4
    assert 'SessionOptions' in str(raised(TypeError, lambda: BaseLLMAIOHTTPHandler(connector=7)))
    error = raised(dheera_ai.APIError, lambda: BaseLLMAIOHTTPHandler(connector=Dheera.SessionOptions(ca_file='/nowhere/ca.pem')))
    assert '/nowhere/ca.pem' in error.message and error.domain == 'DheeraError', error
    assert 'create_session()' in str(raised(TypeError, ask, client=options))


# --- Errors ----------------------------------------------------------------------------------------------------------------------------

def test_errors_by_their_names():
    known = (
        (400, {}, dheera_ai.BadRequestError, Dheera.Error.INVALID_REQUEST), (401, {}, dheera_ai.AuthenticationError, Dheera.Error.AUTHENTICATION),
        (403, {}, dheera_ai.PermissionDeniedError, Dheera.Error.PERMISSION), (404, {}, dheera_ai.NotFoundError, Dheera.Error.NOT_FOUND),
        (409, {}, dheera_ai.ConflictError, Dheera.Error.CONFLICT), (422, {}, dheera_ai.UnprocessableEntityError, Dheera.Error.INVALID_REQUEST),
        (429, {}, dheera_ai.RateLimitError, Dheera.Error.RATE_LIMIT), (500, {}, dheera_ai.InternalServerError, Dheera.Error.SERVER),
        (429, {'type': 'insufficient_quota', 'code': 'insufficient_quota'}, dheera_ai.RateLimitError, Dheera.Error.QUOTA),
        (502, {}, dheera_ai.BadGatewayError, Dheera.Error.SERVER), (503, {}, dheera_ai.ServiceUnavailableError, Dheera.Error.OVERLOADED),
        (400, {'code': 'context_length_exceeded'}, dheera_ai.ContextWindowExceededError, Dheera.Error.CONTEXT_LENGTH_EXCEEDED),
        (400, {'code': 'content_policy_violation'}, dheera_ai.ContentPolicyViolationError, Dheera.Error.CONTENT_POLICY))
    for status, body, kind, code in known:
        for stream in (False, True):
            error = raised(GLib.Error, ask, stream=stream, **orders(status=status, **({'error': body} if body else {})))
            assert type(error) is kind and isinstance(error, dheera_ai.APIError), (status, body, error)
            assert is_dheera(error, code) and error.status_code == status and error.llm_provider == 'mock' and error.model == 'echo'
            assert error.details.get_status() == status and error.details.get_code() == code
            assert error.message == str(error) and repr(error).startswith(kind.__name__ + '('), error
            assert error.body and error.request_id == error.details.get_request_id() and error.param == error.details.get_param()
    assert issubclass(dheera_ai.ContextWindowExceededError, dheera_ai.BadRequestError) and issubclass(dheera_ai.Timeout, dheera_ai.APIConnectionError)


def test_errors_without_an_answer():
    error = raised(dheera_ai.APIConnectionError, ask, model='openai/x', api_key='k', base_url='http://127.0.0.1:1', num_retries=0)
    assert is_dheera(error, Dheera.Error.CONNECTION) and error.status_code == 500
    error = raised(dheera_ai.BadRequestError, ask, model='nobody-knows-this')
    assert is_dheera(error, Dheera.Error.UNKNOWN_MODEL), error
    error = raised(dheera_ai.BadRequestError, ask, [{'role': 'nobody'}])
    assert 'messages[0].role' in error.message and error.status_code == 400 and error.llm_provider == ''


def test_errors_in_the_middle_of_a_stream():
    for mock, kind in (({'cut_after': 2}, dheera_ai.APIConnectionError), ({'error_after': 2}, dheera_ai.APIError)):
        stream = ask(stream=True, **orders(**mock))
        texts = []
        error = raised(kind, lambda: texts.extend(chunk.choices[0].delta.content for chunk in stream))  # pylint: disable=cell-var-from-loop
        assert texts == ['One', ' two'] and error.details is not None and error.status_code >= 400, (texts, error)


def test_errors_that_are_made_and_sent_on():
    error = dheera_ai.RateLimitError('Slow down.', llm_provider='openai', model='x')
    assert is_dheera(error, Dheera.Error.RATE_LIMIT) and (error.status_code, error.body, error.request_id, error.param) == (429, None, None, None)
    error = raised(dheera_ai.RateLimitError, ask, **orders(status=429, error={'type': 'insufficient_quota', 'code': 'insufficient_quota'}))
    other = pickle.loads(pickle.dumps(error))
    assert type(other) is type(error) and (other.message, other.code, other.llm_provider, other.model) == (error.message, error.code, 'mock', 'echo')
    error = raised(dheera_ai.BadRequestError, ask, **orders(status=413))
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert [getattr(other, name) for name in TOLD] == [getattr(error, name) for name in TOLD] and other.status_code == 413 and 'told to fail' in other.body
        assert is_dheera(other, error.code) and str(other) == str(error) and type(other) is type(error)
    assert copy.copy(error).details is copy.deepcopy(error).details is error.details and pickle.loads(pickle.dumps(error)).details is None
    assert is_dheera(dheera_ai.BudgetExceededError('Spent.'), Dheera.Error.BUDGET_EXCEEDED)


def test_each_code_of_the_library_has_a_name():
    for code in [Dheera.Error(value) for value in range(int(Dheera.Error.FAILED) + 1)]:
        error = dheera_ai.exceptions.from_glib(GLib.Error('It failed.', 'DheeraError', int(code)))
        assert isinstance(error, dheera_ai.APIError) and is_dheera(error, code) and error.details is None and error.status_code >= 400
    other = GLib.Error('Cancelled.', 'g-io-error-quark', 19)
    assert dheera_ai.exceptions.from_glib(other) is other


run_cases([value for name, value in list(globals().items()) if name.startswith('test_')])
