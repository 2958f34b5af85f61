#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tools that are written in Python: blocking, with callbacks, in asyncio, and streamed."""

import asyncio
import json
import sys
import threading

from support import Dheera, Gio, GLib, error_of, is_cancelled, is_dheera, mock, run_async, run_cases

client = Dheera.Client()
PROMPT = 'call weather {"city": "Bonn"} and call weather {"city": "Ulm"}'
TEXT = 'weather answered: 7 degrees in Bonn\nweather answered: 7 degrees in Ulm'


def now(_tool, call):
    call.return_text(f'7 degrees in {json.loads(call.get_arguments())["city"]}')


def later(tool, call):
    GLib.timeout_add(5, lambda: now(tool, call))


def in_thread(tool, call):
    threading.Timer(0.005, now, (tool, call)).start()


def ask(handler, prompt=PROMPT, **orders):
    request = mock(prompt, **orders)
    tool = Dheera.Tool.new('weather', 'Tells the weather.', '{"type": "object", "properties": {"city": {"type": "string"}}}')
    tool.connect('call', handler)
    request.add_tool(tool)
    return request


def history(request):
    return [message.get_role().value_nick for message in request.get_conversation()]


def check(request, response):
    assert response.get_text() == TEXT, response
    assert history(request) == ['user', 'assistant', 'tool', 'tool', 'assistant']
    assert response.get_n_steps() == 2
    assert response.get_total_usage().get_total_tokens() > response.get_usage().get_total_tokens()


def test_run():
    for handler in (now, in_thread):
        request = ask(handler)
        check(request, client.run(request))


def test_run_with_a_callback():
    for handler in (now, later, in_thread):
        request = ask(handler)
        check(request, run_async(client, 'run', request, None))


def test_run_in_asyncio():
    async def main():
        tasks = set()

        def handler(tool, call):
            async def work():
                await asyncio.sleep(0.005)
                now(tool, call)
            tasks.add(asyncio.ensure_future(work()))

        request = ask(handler)
        check(request, await client.run_async(request))
        requests = [ask(handler) for _ in range(5)]
        for request, response in zip(requests, await asyncio.gather(*[client.run_async(request) for request in requests])):
            check(request, response)
        assert len(tasks) == 12
    asyncio.run(main())


def test_run_stream():
    request = ask(now)
    stream = client.run_stream(request)
    assert ''.join(delta.get_text() for delta in stream) == TEXT == stream.get_text()
    check(request, stream.get_response())

    async def main():
        text = ''
        async for delta in client.run_stream(ask(now)):
            text += delta.get_text()
        assert text == TEXT
    asyncio.run(main())


def test_texts_are_taken_for_requests():
    mine = Dheera.Client(default_model='mock/echo')
    assert mine.run('Hello!').get_text() == mine.run_stream('Hello!').collect().get_text() == 'Hello!'


def test_errors_for_the_model():
    def refuse(_tool, call):
        call.return_error('Not today.')

    for handler, result in ((refuse, 'Error: Not today.'), (lambda *_: None, 'Error: The tool gave the call up without an answer.')):
        request = ask(handler, 'call weather')
        assert client.run(request).get_text() == f'weather answered: {result}'
        assert [message.props.is_error for message in request.get_conversation()] == [False, False, True, False]
        request.get_conversation()[2].set_is_error(False)
        assert not request.get_conversation()[2].get_is_error()


def test_a_handler_that_raises():
    printed = []

    def fail(*_):
        raise ValueError('secret7')

    original, sys.excepthook = sys.excepthook, lambda _, error, __: printed.append(str(error))
    try:
        for run in (client.run, lambda request: run_async(client, 'run', request, None)):
            request = ask(fail, 'call weather')
            assert run(request).get_text() == 'weather answered: Error: The tool failed.'
        assert printed == ['secret7'] * 2, printed
    finally:
        sys.excepthook = original

    tool = Dheera.Tool.new('weather', 'Tells the weather.', None)
    tool.connect('call', fail)
    tool.connect_after('call', now, 'more')
    tool.connect('notify::description', fail)
    for handler in (fail, now, fail):
        tool.disconnect_by_func(handler)


def test_the_limit():
    request = ask(now, tool_call={'name': 'weather', 'arguments': {'city': 'x'}})
    request.set_max_steps(3)
    error = error_of(client.run, request)
    assert is_dheera(error, Dheera.Error.STEP_LIMIT) and error.details.get_code() == Dheera.Error.STEP_LIMIT, error
    assert history(request) == ['user', 'assistant', 'tool', 'assistant', 'tool']


def test_stopping_while_a_tool_is_at_work():
    calls = []
    for run in (lambda request, cancellable: client.run(request, cancellable),
                lambda request, cancellable: run_async(client, 'run', request, cancellable),
                lambda request, cancellable: client.run_stream(request).collect(cancellable)):
        cancellable = Gio.Cancellable()
        request = ask(lambda _, call: (calls.append(call), threading.Timer(0.1, cancellable.cancel).start()), 'call weather')
        assert is_cancelled(error_of(run, request, cancellable))
        assert history(request) == ['user', 'assistant', 'tool']
        assert request.get_conversation()[-1].get_text() == 'Error: The call was cancelled.'

    async def main():
        called = asyncio.Event()
        request = ask(lambda _, call: (calls.append(call), called.set()), 'call weather')
        running = client.run_async(request)
        await called.wait()
        try:
            await asyncio.wait_for(running, 0.1)
        except asyncio.TimeoutError:
            await asyncio.sleep(0.05)
            assert history(request) == ['user', 'assistant', 'tool']
        else:
            raise AssertionError('it came to an end')
    asyncio.run(main())
    assert len(calls) == 4


run_cases([value for name, value in list(globals().items()) if name.startswith('test_')])
