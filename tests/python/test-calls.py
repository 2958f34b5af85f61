#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The library from Python, without asyncio: the scenarios that every language has, blocking and with callbacks in a main loop."""

import gc
import json
import sys
import threading
import time
import weakref

from support import (MOCK, Dheera, Gio, GLib, Soup, at_rest, error_of, is_cancelled, is_dheera, mock, once_asked, properties_of, run_async, run_cases, seen,
                     wait_for_gone)

client = Dheera.Client()


def test_complete():
    for response in (client.complete(mock()), run_async(client, 'complete', mock(), None)):
        assert response.get_text() == 'One two three'
        assert response.get_finish_reason() == Dheera.FinishReason.STOP
        assert response.get_usage().get_completion_tokens() == 3
        assert response.get_message().get_role() == Dheera.Role.ASSISTANT
        assert json.loads(response.to_json())['object'] == 'chat.completion'


def test_pulling_a_stream():
    stream = client.stream(mock())
    deltas = []
    while (delta := stream.next()) is not None:
        deltas.append(delta)
    assert ''.join(delta.get_text() for delta in deltas) == 'One two three'
    assert len([delta for delta in deltas if delta.get_text()]) == 3, deltas
    assert stream.next() is None
    assert json.loads(deltas[0].to_json())['object'] == 'chat.completion.chunk'

    stream = client.stream(mock())
    text = ''
    while (delta := run_async(stream, 'next', None)) is not None:
        text += delta.get_text()
    assert text == stream.get_text() == 'One two three'


def test_pushing_a_stream():
    for collect in (lambda stream: stream.collect(), lambda stream: run_async(stream, 'collect', None)):
        stream = client.stream(mock('tick ' * 5, pace_ms=5))
        texts, deltas, running = [], [], []
        stream.connect('notify::text', lambda stream, _: texts.append(stream.get_text()))
        stream.connect('notify::running', lambda stream, _: running.append(stream.get_running()))
        stream.connect('delta', lambda _, delta: deltas.append(delta.get_text()))
        response = collect(stream)
        assert response.get_text().split() == ['tick'] * 5
        assert texts[-1] == response.get_text() == ''.join(deltas), (texts, deltas)
        assert len(texts) > 1 and all(b.startswith(a) for a, b in zip(texts, texts[1:])), texts
        assert running == [True, False], running


def test_costs():
    mine = Dheera.Client()
    assert mine.complete(mock()).get_cost() < 0 and mine.complete(mock()).get_rate_limits() is None
    assert mine.load_model_data('{"models": {"mock": {"echo": {"input": 1000, "output": 2000, "capabilities": ["tools"]}}}}')
    response = mine.complete(mock())
    usage = response.get_usage()
    expected = (usage.get_prompt_tokens() * 1000 + usage.get_completion_tokens() * 2000) / 1e6
    assert abs(response.get_cost() - expected) < 1e-9 and response.get_call().get_cost() == response.get_cost(), response.get_cost()

    model = mine.find_model('mock/echo')
    assert model.get_capabilities() == Dheera.ModelCapabilities.TOOLS | Dheera.ModelCapabilities.KNOWN
    assert model.get_input_price() == 1000 and model.get_context_window() == -1
    assert mine.find_model('mock/nothing') is None
    assert mine.find_model('gpt-4o-mini').get_provider() == 'openai' and Dheera.Client.get_model_data_date() > '2025'
    assert is_dheera(error_of(lambda: mine.load_model_data('{}')), Dheera.Error.INVALID_REQUEST)


def test_listing_models():
    for models in (client.list_models('mock'), run_async(client, 'list_models', 'mock', None),
                   client.list_models(Dheera.ModelsRequest.new('mock'))):
        assert [model.get_id() for model in models] == ['echo', 'story', 'lorem'], list(models)
        assert len(models) == 3 and models[0].get_id() == 'echo' and models[-1].get_id() == 'lorem'


def refuse():
    return mock(status=429, headers={'retry-after': '7'}, error={'code': 'too_fast'})


def test_errors_know_their_details():
    stream = client.stream(refuse())
    for error in (error_of(client.complete, refuse()), error_of(run_async, client, 'complete', refuse(), None),
                  error_of(stream.next), error_of(stream.next), error_of(stream.collect),
                  error_of(run_async, client.stream(refuse()), 'collect', None)):
        assert is_dheera(error, Dheera.Error.RATE_LIMIT), error
        assert error.details.get_code() == Dheera.Error.RATE_LIMIT
        assert error.details.get_status() == 429
        assert error.details.get_retry_after() == 7
        assert error.details.get_retryable() is True
        assert error.details.get_provider_code() == 'too_fast'
        assert error.details.get_provider() == 'mock' and error.details.get_model() == 'echo'
        assert error.details.get_message() == 'The mock was told to fail with status 429.'
        assert error.details.get_message()[:-1] in error.message, error.message
    assert stream.get_call().get_error_details().get_status() == 429


def test_errors_do_not_know_the_details_of_others():
    cancelled = Gio.Cancellable()
    cancelled.cancel()
    begun = client.stream(mock(stall_after=1))
    run_async(begun, 'next', None)
    for fail in ((client.complete, mock(), cancelled), (begun.next,), (Dheera.Request.new_from_json, '{'),
                 (Dheera.Conversation.new_from_json, '7')):
        assert error_of(client.complete, refuse()).details.get_status() == 429
        error = error_of(*fail)
        assert error.details is None or error.details.get_status() == 0, error.details
        if fail[0] == begun.next:
            assert Dheera.ErrorDetails.get_last() is None, Dheera.ErrorDetails.get_last()


def test_cancelled_before():
    cancelled = Gio.Cancellable()
    cancelled.cancel()
    before = at_rest()
    for error in (error_of(client.complete, mock(), cancelled), error_of(run_async, client, 'complete', mock(), cancelled),
                  error_of(client.list_models, 'mock', cancelled), error_of(client.stream(mock()).next, cancelled),
                  error_of(run_async, client.stream(mock()), 'collect', cancelled)):
        assert is_cancelled(error), error
    assert seen()['requests'] == before['requests'] + 1, 'only that of seen() itself'


def test_cancelled_while_it_runs():
    before = at_rest()
    for call in (lambda cancellable: client.complete(mock(stall_after=1), cancellable),
                 lambda cancellable: run_async(client, 'complete', mock(stall_after=1), cancellable),
                 lambda cancellable: client.stream(mock(stall_after=1)).collect(cancellable)):
        cancellable = Gio.Cancellable()
        once_asked(cancellable.cancel, at_rest())
        assert is_cancelled(error_of(call, cancellable))
    wait_for_gone(before, 3)

    stream = client.stream(mock(stall_after=1))
    assert stream.next().get_text() == 'One'
    stream.cancel()
    assert is_cancelled(error_of(stream.next))
    assert stream.get_response().get_text() == 'One' and not stream.get_running()
    wait_for_gone(before, 4)


def test_the_session_of_the_user_carries_everything():
    session = Soup.Session(timeout=0, max_conns=7, max_conns_per_host=5, user_agent='mine')
    other = Soup.Session()
    before, messages = properties_of(session), {session: [], other: []}
    for each in messages:
        each.connect('request-queued', lambda session, message: messages[session].append(message.get_uri().get_path()))

    mine = Dheera.Client(session=session)
    assert mine.get_session() is session and Dheera.Client.new_with_session(session).get_session() is session
    mine.complete(mock())
    run_async(mine, 'complete', mock(), None)
    mine.stream(mock()).collect()
    run_async(mine.stream(mock()), 'collect', None)
    mine.list_models('mock')
    assert len(messages[session]) == 5 and not messages[other], messages
    assert messages[session][0].endswith('/chat/completions') and messages[session][4].endswith('/models')

    request = mock()
    request.set_session(other)
    mine.complete(request)
    client.complete(request)
    assert len(messages[session]) == 5 and len(messages[other]) == 2, messages

    mine.make_default()
    Dheera.Client().complete(mock())
    assert len(messages[session]) == 6 and Dheera.Client.get_default() is mine
    Dheera.clear_default_client()
    Dheera.Client().complete(mock())
    assert len(messages[session]) == 6 and Dheera.Client.get_default() is not mine
    assert properties_of(session) == before


def test_conversation():
    conversation = Dheera.Conversation()
    conversation.append_system('Be brief.')
    conversation.append_user('Good morning')
    request = Dheera.Request(model='mock/echo', conversation=conversation)
    conversation.append(client.complete(request).get_message())
    conversation.append_user('Good night')
    assert client.complete(request).get_text() == 'Good night'

    assert len(conversation) == 4
    assert [message.get_text() for message in conversation] == ['Be brief.', 'Good morning', 'Good morning', 'Good night']
    assert [message.get_role().value_nick for message in conversation] == ['system', 'user', 'assistant', 'user']
    assert conversation[1].get_text() == conversation[-3].get_text() == 'Good morning'
    again = Dheera.Conversation.new_from_json(conversation.to_json())
    assert json.loads(again.to_json()) == json.loads(conversation.to_json())


def test_a_request_goes_through_json_and_back():
    body = {'model': 'mock/echo', 'messages': [{'role': 'user', 'content': 'Hi'}], 'temperature': 0.5, 'max_tokens': 5, 'stop': ['x'],
            'tools': [{'type': 'function', 'function': {'name': 'f', 'description': 'd', 'parameters': {'type': 'object'}}}]}
    request = Dheera.Request.new_from_json(json.dumps(body))
    assert request.get_model() == 'mock/echo' and request.get_temperature() == 0.5
    assert request.get_stop() == ['x'] and request.get_tools()[0].get_name() == 'f'
    first = json.loads(request.to_json())
    assert json.loads(Dheera.Request.new_from_json(request.to_json()).to_json()) == first
    assert first['messages'] == body['messages'] and first['stop'] == ['x']
    assert is_dheera(error_of(Dheera.Request.new_from_json, '{"messages": 7}'), Dheera.Error.INVALID_REQUEST)


def test_properties():
    request = Dheera.Request(model='m', temperature=0.25, max_tokens=9, stop=['a', 'b'], seed=3, api_key='very secret')
    assert request.props.temperature == request.get_temperature() == 0.25
    assert (request.get_max_tokens(), request.get_stop(), request.get_seed()) == (9, ['a', 'b'], 3)
    changed = []
    request.connect('notify', lambda _, spec: changed.append(spec.name))
    request.set_temperature(1)
    request.props.model = 'n'
    assert changed == ['temperature', 'model'], changed
    assert Dheera.Request().get_max_tokens() == -1 and Dheera.Request().get_seed() == -1
    try:
        request.props.api_key
    except TypeError:
        pass
    else:
        raise AssertionError('the key can be read')


def test_texts_are_taken_for_requests():
    mine = Dheera.Client(default_model='mock/echo')
    assert mine.complete('Hello!').get_text() == 'Hello!'
    assert run_async(mine, 'complete', 'Hello!', None).get_text() == 'Hello!'
    assert mine.stream('Hello!').collect().get_text() == 'Hello!'
    for wrong in (None, 7, Dheera.ModelsRequest.new('mock')):
        try:
            mine.complete(wrong)
        except TypeError:
            continue
        raise AssertionError(f'{wrong} was taken for a request')


def test_iterating_over_a_stream():
    assert ''.join(delta.get_text() for delta in client.stream(mock())) == 'One two three'
    before = at_rest()
    for delta in client.stream(mock(stall_after=1)):
        assert delta.get_text() == 'One'
        break
    wait_for_gone(before)
    assert is_dheera(error_of(list, client.stream(mock(cut_after=1))), Dheera.Error.STREAM_INTERRUPTED)


def test_nothing_secret_is_shown():
    secret = 'sk-very-secret'
    session = Soup.Session()
    provider = Dheera.Provider.new_compatible('lab', f'http://user:{secret}@localhost/v1')
    provider.set_api_key(secret)
    request = mock()
    request.set_api_key(secret)
    mine = Dheera.Client(session=session, default_model='mock/echo')
    stream = mine.stream(request)
    response = stream.collect()
    error = error_of(client.complete, refuse())
    shown = [repr(each) for each in (provider, request, mine, stream, response, response.get_usage(), response.get_message(), error.details,
                                     request.get_conversation(), client.stream(mock()).next(), client.list_models('mock')[0])]
    assert not any(secret in text for text in shown), shown
    assert shown[1] == "Dheera.Request(model='mock/echo', messages=1)", shown[1]
    assert shown[4] == "Dheera.Response(model='echo', text='One two three', finish_reason='stop')", shown[4]


def test_a_coroutine_is_needed_to_wait_without_a_callback():
    for call in (lambda: client.complete_async(mock()), lambda: client.stream(mock()).next_async()):
        try:
            call()
        except RuntimeError as error:
            assert 'asyncio' in str(error)
        else:
            raise AssertionError('nobody could get the answer')


def test_blocking_calls_leave_python_running():
    """Four calls that wait, in four threads, take as long as one; and the main thread goes on meanwhile."""
    turns = 0
    threads = [threading.Thread(target=client.complete, args=(mock(delay_ms=1000),)) for _ in range(4)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        turns += 1
        time.sleep(0.001)
    took = time.monotonic() - began
    assert took < 3.5 and turns > 20, (took, turns)


def test_calls_that_follow_share_a_connection():
    mine = Dheera.Client()
    mine.complete(mock())
    before = at_rest()
    for _ in range(20):
        mine.complete(mock())
        run_async(mine, 'complete', mock(), None)
    after = seen()
    assert after['requests'] - before['requests'] == 41, (before, after)  # and that of seen()
    assert after['connections'] - before['connections'] <= 2, (before, after)


def test_signals_of_the_client():
    mine, heard = Dheera.Client(), []
    for signal in ('call-started', 'attempt-finished', 'call-finished'):
        mine.connect(signal, lambda _, call, signal: heard.append((signal, call.get_operation(), call.get_status())), signal)
    request = mock(status=503, fail_times=1)
    request.set_max_retries(1)
    mine.complete(request)
    assert heard == [('call-started', 'complete', 0), ('attempt-finished', 'complete', 503), ('attempt-finished', 'complete', 200),
                     ('call-finished', 'complete', 200)], heard


def test_everything_can_be_cancelled_at_once():
    mine, before = Dheera.Client(), at_rest()
    once_asked(mine.cancel_all, before)
    assert is_cancelled(error_of(mine.complete, mock(stall_after=1)))
    wait_for_gone(before)


def test_a_key_can_be_asked_for():
    asked = []

    def credentials(request):
        asked.append((request.get_provider().get_id(), request.get_refused()))
        request.return_key('from a function')

    provider = Dheera.Provider.new_compatible('lab', MOCK)
    provider.set_credentials_func(credentials)
    mine = Dheera.Client()
    mine.add_provider(provider)
    assert mine.get_provider('lab') is provider and list(mine.get_providers()) == [provider]
    request = Dheera.Request.new_for_prompt('lab/echo', 'Hi')
    assert mine.complete(request).get_text() == 'Hi'
    assert run_async(mine, 'complete', request, None).get_text() == 'Hi'
    assert asked[0] == ('lab', False), asked


def test_a_credentials_function_that_raises():
    def fail(_):
        raise ValueError('secret7')

    provider, printed = Dheera.Provider.new_compatible('lab', MOCK), []
    provider.set_credentials_func(fail)
    mine = Dheera.Client()
    mine.add_provider(provider)
    original, sys.excepthook = sys.excepthook, lambda _, error, __: printed.append(str(error))
    try:
        for call in (mine.complete, lambda request: run_async(mine, 'complete', request, None)):
            error = error_of(call, Dheera.Request.new_for_prompt('lab/echo', 'Hi'))
            assert is_dheera(error, Dheera.Error.AUTHENTICATION) and 'raised an exception' in error.message and 'secret7' not in error.message, error
        assert printed == ['secret7'] * 2, printed
    finally:
        sys.excepthook = original


def test_middleware():
    seen_by, mine = [], Dheera.Client()
    request = mock(status=503, headers={'x-served-by': 'rack-7', 'retry-after-ms': '1'}, fail_times=1)
    request.set_max_retries(1)

    def trace(exchange, name):
        if exchange.get_phase() == Dheera.HttpPhase.REQUEST:
            assert exchange.get_header('traceparent') is None
            exchange.set_header('traceparent', f'00-{name}')
        seen_by.append((exchange.props.phase.value_nick, exchange.get_attempt(), exchange.get_status(), exchange.get_header('x-served-by')))

    mine.add_middleware(trace, 'name')
    assert mine.complete(request).get_text() == 'One two three'
    assert seen_by == [('request', 1, 0, None), ('response', 1, 503, 'rack-7'), ('request', 2, 0, None), ('response', 2, 200, None)], seen_by
    mine.add_middleware(lambda exchange: exchange.refuse(f'no {exchange.get_provider()} for {exchange.get_call().get_operation()}'))
    before = at_rest()
    for call in (mine.complete, lambda asked: run_async(mine, 'complete', asked, None), lambda asked: mine.stream(asked).collect()):
        error = error_of(call, mock())
        assert is_dheera(error, Dheera.Error.PERMISSION) and 'refused the request: no mock for ' in error.message, error
    assert seen()['requests'] == before['requests'] + 1


def test_middleware_is_freed():
    class Watcher:
        def __call__(self, exchange):
            self.seen = exchange.get_url()

    mine, watcher = Dheera.Client(), Watcher()
    gone = weakref.ref(watcher)
    mine.add_middleware(watcher)
    mine.complete(mock())
    assert watcher.seen == MOCK + '/chat/completions'
    del watcher
    gc.collect()
    assert gone() is not None
    del mine
    gc.collect()
    assert gone() is None


def test_providers_are_known():
    assert {'openai', 'anthropic', 'mock'} <= set(Dheera.Provider.get_known_ids())
    assert list(Dheera.Provider.new('anthropic').get_key_variables()) == ['ANTHROPIC_API_KEY']


def test_what_is_left_out_is_told():
    request = Dheera.Request.new_for_prompt('openai/echo', 'Hi')
    request.set_base_url(MOCK)
    request.set_api_key('a key')
    request.set_top_k(5)
    assert is_dheera(error_of(Dheera.Client().complete, request), Dheera.Error.UNSUPPORTED_PARAMETER)
    warning, = Dheera.Client(param_policy=Dheera.ParamPolicy.DROP).complete(request).get_warnings()
    assert 'top_k' in warning, warning


run_cases([value for name, value in list(globals().items()) if name.startswith('test_')])
