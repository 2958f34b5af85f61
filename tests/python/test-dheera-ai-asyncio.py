#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The package dheera_ai, awaited: in the loop of asyncio, and in PyGObject's own."""

import asyncio
import socket
import threading

from support import PATIENCE, Dheera, Soup, at_rest, is_dheera, run_cases, run_glib, run_stock, wait_for_gone, wait_for_requests

import dheera_ai
from dheera_ai.llms.custom_httpx.aiohttp_handler import BaseLLMAIOHTTPHandler

ECHO = 'mock/echo'
HELLO = [{'role': 'user', 'content': 'One two three'}]
LONG = [{'role': 'user', 'content': 'word ' * 100}]


def ask(messages=HELLO, **arguments):
    return dheera_ai.acompletion(model=ECHO, messages=messages, **arguments)


def orders(**members):
    return {'extra_body': {'mock': members}, 'num_retries': 0}


async def raised(kind, awaitable):
    try:
        await awaitable
    except kind as error:
        return error
    raise AssertionError('it did not fail')


def watch():
    session, messages = Soup.Session(timeout=0, max_conns=20, max_conns_per_host=20), []
    session.connect('request-queued', lambda _, message: messages.append(message))
    return session, messages


async def each_call(**arguments):
    """All that is awaited: four requests"""
    await ask(**arguments)
    async for _ in await ask(stream=True, **arguments):
        pass
    await dheera_ai.aembedding(ECHO, 'one', **arguments)
    await dheera_ai.alist_models('mock', **arguments)


async def answers():
    response = await ask()
    assert response.choices[0].message.content == 'One two three' and response['usage'].total_tokens == 6
    response = await dheera_ai.aembedding(model=ECHO, input=['one', 'two'], encoding_format='float')
    assert len(response.data) == 2 and len(response.data[0].embedding) == 64
    models = await dheera_ai.alist_models('mock')
    assert 'mock/echo' in [model.id for model in models.data]
    answers_of_many = await asyncio.gather(*[ask([{'role': 'user', 'content': f'This is {i}'}], **orders(delay_ms=100)) for i in range(10)])
    assert [each.choices[0].message.content for each in answers_of_many] == [f'This is {i}' for i in range(10)]


async def streams():
    stream = await ask(stream=True)
    assert ''.join([chunk.choices[0].delta.content or '' async for chunk in stream]) == 'One two three'
    assert [chunk async for chunk in stream] == []
    chunks = [chunk async for chunk in await ask(stream=True, stream_options={'include_usage': True})]
    assert chunks[-1].usage.total_tokens == 6 and chunks[-2].choices[0].finish_reason == 'stop'
    stream = await ask(stream=True)
    assert (await stream.__anext__()).choices[0].delta.content == 'One'
    assert [chunk.choices[0].delta.content async for chunk in stream] == [' two', ' three', None]


async def leaving_early_closes_the_connection():
    before = at_rest()
    kept = await ask(LONG, stream=True, **orders(pace_ms=20))
    async for _ in kept:
        break
    await asyncio.to_thread(wait_for_gone, before)
    async with await ask(LONG, stream=True, **orders(pace_ms=20)) as stream:
        await stream.__anext__()
    await asyncio.to_thread(wait_for_gone, before, 2)
    stream = await ask(LONG, stream=True, **orders(pace_ms=20))
    await stream.aclose()
    await asyncio.to_thread(wait_for_gone, before, 3)
    assert [chunk async for chunk in stream] == []


async def cancelling_the_task_cancels_the_request():
    before = at_rest()

    async def read():
        async for _ in await ask(LONG, stream=True, **orders(stall_after=2)):
            pass

    works = [ask(**orders(stall_after=1)), ask(stream=True, **orders(delay_ms=60000)), read()]
    tasks = [asyncio.ensure_future(work) for work in works]
    await asyncio.to_thread(wait_for_requests, before, 3)
    for task in tasks:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(result) for result in results] == [asyncio.CancelledError] * 3, results
    await asyncio.to_thread(wait_for_gone, before, 3)


async def cancelling_an_embedding():
    asked, gone = threading.Event(), threading.Event()

    def serve(listener):
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(PATIENCE)
            connection.recv(1)
            asked.set()
            while connection.recv(65536):
                pass
            gone.set()

    with socket.create_server(('127.0.0.1', 0)) as listener:
        server = threading.Thread(target=serve, args=(listener,))
        server.start()
        where = f'http://127.0.0.1:{listener.getsockname()[1]}'
        task = asyncio.ensure_future(dheera_ai.aembedding('openai/x', 'one', api_key='sk-mine', base_url=where))
        assert await asyncio.to_thread(asked.wait, PATIENCE)
        task.cancel()
        await raised(asyncio.CancelledError, task)
        assert await asyncio.to_thread(gone.wait, PATIENCE)
        await asyncio.to_thread(server.join)


async def waiting_too_long():
    before = at_rest()
    task = asyncio.ensure_future(ask(**orders(stall_after=1)))
    await asyncio.to_thread(wait_for_requests, before)
    await raised(asyncio.TimeoutError, asyncio.wait_for(task, 0.1))
    await asyncio.to_thread(wait_for_gone, before)
    assert is_dheera(await raised(dheera_ai.Timeout, ask(timeout=0.1, **orders(stall_after=1))), Dheera.Error.TIMEOUT)


async def errors():
    # Also for a stream it is the call that fails, not the loop.
    for awaitable in (ask(**orders(status=429)), ask(stream=True, **orders(status=429)), dheera_ai.aembedding(ECHO, 'one', **orders(status=429))):
        error = await raised(dheera_ai.RateLimitError, awaitable)
        assert is_dheera(error, Dheera.Error.RATE_LIMIT) and error.status_code == 429 and error.details.get_provider() == error.llm_provider == 'mock'
    texts = []
    try:
        async for chunk in await ask(stream=True, **orders(cut_after=2)):
            texts.append(chunk.choices[0].delta.content)
    except dheera_ai.APIConnectionError as error:
        assert is_dheera(error, Dheera.Error.STREAM_INTERRUPTED) and texts == ['One', ' two'], texts
    else:
        raise AssertionError('it was taken for whole')


async def sessions():
    mine, carried = watch()
    await each_call(client=mine)
    await each_call(client=Dheera.Client(session=mine))
    assert len(carried) == 8
    # Blocking and awaited calls share it.
    assert dheera_ai.completion(ECHO, HELLO, client=mine).model == 'echo' and len(carried) == 9

    order = [('aclient_session', *watch()), ('base_llm_aiohttp_handler', *watch()), ('client_session', *watch())]
    settings = {name: BaseLLMAIOHTTPHandler(client_session=session) if 'handler' in name else session for name, session, _ in order}
    try:
        for first, (name, _, _) in enumerate(order):
            for other in settings:
                setattr(dheera_ai, other, settings[other] if list(settings).index(other) >= first else None)
            await each_call()
            assert [len(messages) for _, _, messages in order] == [4 * (i <= first) for i in range(3)], name
            await each_call(client=mine)
            assert [len(messages) for _, _, messages in order] == [4 * (i <= first) for i in range(3)], name
    finally:
        for name in settings:
            setattr(dheera_ai, name, None)
    await each_call()
    assert sum(len(messages) for _, _, messages in order) == 12 and len(carried) == 21


async def wrong_objects():
    foreign = type('ClientSession', (), {'__module__': 'aiohttp.client'})()
    for awaitable in (ask(client=foreign), ask(stream=True, client=foreign), dheera_ai.aembedding(ECHO, 'one', client=foreign)):
        assert 'Soup.Session(' in str(await raised(TypeError, awaitable))


EACH = [answers, streams, leaving_early_closes_the_connection, cancelling_the_task_cancels_the_request, cancelling_an_embedding,
        waiting_too_long, errors, sessions, wrong_objects]


def make_case(main, run, where):
    def case():
        run(main())
    case.__name__ = f'{where}_{main.__name__}'
    return case


run_cases([make_case(main, run, where) for where, run in (('stock_loop', run_stock), ('glib_loop', run_glib)) for main in EACH])
