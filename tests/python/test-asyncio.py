#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Awaiting the library: in the loop of asyncio, which knows nothing of GLib, and in PyGObject's own."""

import asyncio
import gc
import os
import resource
import socket
import threading
import time

from support import Dheera, Gio, GLib, Soup, at_rest, is_cancelled, is_dheera, mock, run_cases, run_glib, run_stock, seen, wait_for_gone, wait_for_requests

client = Dheera.Client()


async def error_of(awaitable):
    try:
        await awaitable
    except GLib.Error as error:
        return error
    raise AssertionError('it did not fail')


async def ticks(stop, seconds=0.005):
    """How often the loop got its turn, until told to stop."""
    count = 0
    while not stop.is_set():
        await asyncio.sleep(seconds)
        count += 1
    return count


# Cases for each loop.

async def awaiting():
    assert (await client.complete_async(mock())).get_text() == 'One two three'
    assert [model.get_id() for model in await client.list_models_async('mock')] == ['echo', 'story', 'lorem']
    stream = client.stream(mock())
    assert (await stream.next_async()).get_text() == 'One'
    assert (await stream.collect_async()).get_text() == 'One two three'
    assert await stream.next_async() is None
    assert (await Dheera.Client(default_model='mock/echo').complete_async('Hello!')).get_text() == 'Hello!'


async def what_is_awaited_is_a_future():
    future = client.complete_async(mock())
    assert asyncio.isfuture(future) and not future.done()
    future.add_done_callback(lambda each: assert_same.append(each))
    assert_same = []
    await future
    await asyncio.sleep(0)
    assert assert_same == [future]
    assert future.result().get_text() == 'One two three'


async def gathering():
    began = time.monotonic()
    requests = [mock(f'This is {i}', delay_ms=600) for i in range(10)]
    answers = await asyncio.gather(*map(client.complete_async, requests))
    assert [answer.get_text() for answer in answers] == [f'This is {i}' for i in range(10)]
    assert time.monotonic() - began < 5, 'they ran one after the other'


async def the_loop_goes_on_meanwhile():
    stop = asyncio.Event()
    ticking = asyncio.ensure_future(ticks(stop))
    await client.complete_async(mock(delay_ms=1000))
    stop.set()
    assert await ticking > 20


async def errors():
    refused = mock(status=401, error='Who are you?')
    for awaitable in (client.complete_async(refused), client.stream(refused).next_async(), client.stream(refused).collect_async()):
        error = await error_of(awaitable)
        assert is_dheera(error, Dheera.Error.AUTHENTICATION), error
        assert error.details.get_status() == 401 and error.details.get_message() == 'Who are you?', error.details
    results = await asyncio.gather(client.complete_async(refused), client.complete_async(mock()), return_exceptions=True)
    assert is_dheera(results[0], Dheera.Error.AUTHENTICATION) and results[1].get_text() == 'One two three'


async def pending_reads_are_refused():
    stream = client.stream(mock(delay_ms=50))
    first = stream.next_async()
    error = await error_of(stream.next_async())
    assert error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.PENDING), error
    assert error.details is None
    assert (await first).get_text() == 'One'


async def waiting_too_long_closes_the_connection():
    before = at_rest()
    call = client.complete_async(mock(stall_after=1))
    await asyncio.to_thread(wait_for_requests, before)
    try:
        await asyncio.wait_for(call, 0.1)
    except asyncio.TimeoutError:
        pass
    else:
        raise AssertionError('it was not late')
    await asyncio.to_thread(wait_for_gone, before)


async def cancelling_the_task_closes_the_connection():
    before = at_rest()

    async def work():
        async for _ in client.stream(mock(stall_after=1)):
            pass

    tasks = [asyncio.ensure_future(work()), asyncio.ensure_future(client.complete_async(mock(stall_after=1)))]
    await asyncio.to_thread(wait_for_requests, before, 2)
    for task in tasks:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(result) for result in results] == [asyncio.CancelledError] * 2, results
    await asyncio.to_thread(wait_for_gone, before, 2)


async def the_cancellable_of_the_caller():
    cancellable, before = Gio.Cancellable(), at_rest()
    call = client.complete_async(mock(stall_after=1), cancellable)
    await asyncio.to_thread(wait_for_requests, before)
    cancellable.cancel()
    assert is_cancelled(await error_of(call))
    assert is_cancelled(await error_of(client.complete_async(mock(), cancellable)))
    await asyncio.to_thread(wait_for_gone, before)

    # Others may go by it: cancelling one call leaves it alone.
    cancellable.reset()
    before_others = at_rest()
    task = asyncio.ensure_future(client.complete_async(mock(stall_after=1), cancellable))
    await asyncio.to_thread(wait_for_requests, before_others)
    task.cancel()
    await asyncio.to_thread(wait_for_gone, before, 2)
    assert not cancellable.is_cancelled()


async def iterating():
    texts = [delta.get_text() async for delta in client.stream(mock('a b c', pace_ms=5))]
    assert ''.join(texts) == 'a b c', texts
    texts = [delta.get_text() async for delta in Dheera.Client(default_model='mock/echo').stream('Hello!')]
    assert ''.join(texts) == 'Hello!', texts
    try:
        async for _ in client.stream(mock(cut_after=1)):
            pass
    except GLib.Error as error:
        assert is_dheera(error, Dheera.Error.STREAM_INTERRUPTED) and error.details is not None, error
    else:
        raise AssertionError('it was taken for whole')


async def reading_on_in_another_thread():
    """Nothing would ever come there."""
    stream = client.stream(mock(stall_after=1))

    async def work():
        return await error_of(stream.next_async())

    assert (await stream.next_async()).get_text() == 'One'
    error = await asyncio.wait_for(asyncio.to_thread(lambda: asyncio.run(work())), 10)
    assert is_dheera(error, Dheera.Error.INVALID_REQUEST) and 'read on there' in error.message, error
    assert stream.get_running() and error.details is None
    stream.cancel()


async def leaving_early_closes_the_connection():
    before = at_rest()
    stream = client.stream(mock('word ' * 100, pace_ms=20))
    async for _ in stream:
        break
    assert not stream.get_running() and stream.get_text() == 'word', stream
    await asyncio.to_thread(wait_for_gone, before)
    try:
        async for _ in client.stream(mock('word ' * 100, pace_ms=20)):
            raise KeyError('left')
    except KeyError:
        pass
    await asyncio.to_thread(wait_for_gone, before, 2)


async def pushing():
    stream = client.stream(mock('tick ' * 5, pace_ms=5))
    thread, texts, deltas = threading.current_thread(), [], []

    def grown(stream, _):
        assert threading.current_thread() is thread
        texts.append(stream.get_text())

    stream.connect('notify::text', grown)
    stream.connect('delta', lambda _, delta: deltas.append(delta.get_text()))
    response = await stream.collect_async()
    assert texts[-1] == ''.join(deltas) == response.get_text() and len(texts) > 1, texts


async def one_connection():
    mine = Dheera.Client()
    await mine.complete_async(mock())
    before = at_rest()
    for _ in range(50):
        await mine.complete_async(mock())
    after = seen()
    assert after['requests'] - before['requests'] == 51 and after['connections'] - before['connections'] <= 1, (before, after)


async def the_session_of_the_user():
    session = Soup.Session(max_conns=50, max_conns_per_host=50)
    queued = []
    session.connect('request-queued', lambda _, message: queued.append(message))
    mine = Dheera.Client(session=session)
    await asyncio.gather(*[mine.complete_async(mock()) for _ in range(4)])
    async for _ in mine.stream(mock()):
        pass
    assert len(queued) == 5, queued
    # Blocking calls between them, over the same session
    assert mine.complete(mock()).get_text() == 'One two three'
    assert (await mine.complete_async(mock())).get_text() == 'One two three'


async def with_a_callback():
    done = asyncio.get_running_loop().create_future()

    def ready(source, result, data):
        done.set_result((source.complete_finish(result).get_text(), data))

    assert client.complete_async(mock(), None, ready, 7) is None
    assert await done == ('One two three', 7)


async def a_hundred_streams():
    stop = asyncio.Event()
    ticking = asyncio.ensure_future(ticks(stop))

    async def read():
        return ''.join([delta.get_text() async for delta in client.stream(mock('word ' * 20, pace_ms=5))])
    texts = await asyncio.gather(*[read() for _ in range(100)])
    stop.set()
    assert all(text.split() == ['word'] * 20 for text in texts)
    assert await ticking > 5


EACH = [awaiting, what_is_awaited_is_a_future, gathering, the_loop_goes_on_meanwhile, errors, pending_reads_are_refused,
        waiting_too_long_closes_the_connection, cancelling_the_task_closes_the_connection, the_cancellable_of_the_caller, iterating, reading_on_in_another_thread,
        leaving_early_closes_the_connection, pushing, one_connection, the_session_of_the_user, with_a_callback, a_hundred_streams]


def make_case(main, run, where):
    def case():
        run(main())
    case.__name__ = f'{where}_{main.__name__}'
    return case


# Cases of the stock loop alone

def test_loops_that_follow_each_other():
    for _ in range(5):
        run_stock(awaiting())


def test_each_thread_has_its_loop():
    failures = []

    def work():
        try:
            run_stock(awaiting())
            run_stock(iterating())
        except BaseException as error:  # pylint: disable=broad-except
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures


def test_a_main_loop_runs_in_another_thread():
    """The default main context is that thread's then, as in a GTK application with asyncio beside it."""
    loop = GLib.MainLoop()
    thread = threading.Thread(target=loop.run)
    thread.start()
    try:
        run_stock(awaiting())
        run_stock(pushing())
    finally:
        loop.quit()
        thread.join()


def test_the_loop_ends_while_calls_run():
    before = at_rest()

    async def work():
        await client.complete_async(mock(stall_after=1))

    async def leave():
        asyncio.ensure_future(work())
        await asyncio.to_thread(wait_for_requests, before)

    asyncio.run(leave())
    wait_for_gone(before)


def test_streams_are_dropped_without_a_word():
    """With the last reference the connection goes, from whatever thread and in whatever context it is dropped."""
    before = at_rest()

    async def begin():
        stream = client.stream(mock(stall_after=1))
        await stream.next_async()
        return stream

    async def forget():
        await begin()
        await asyncio.to_thread(wait_for_gone, before)

    async def drop_elsewhere():
        kept = [await begin()]
        await asyncio.to_thread(kept.clear)
        await asyncio.to_thread(wait_for_gone, before, 2)

    run_stock(forget())
    run_stock(drop_elsewhere())


def test_a_loop_that_rests_costs_nothing():
    async def rest():
        await client.complete_async(mock())
        began = resource.getrusage(resource.RUSAGE_THREAD)
        await asyncio.sleep(0.5)
        ended = resource.getrusage(resource.RUSAGE_THREAD)
        assert ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime < 0.1
        assert ended.ru_nvcsw - began.ru_nvcsw < 50, 'it woke up all the time'
    run_stock(rest())


def test_sockets_of_others_are_safe():
    """A socket that the library closes leaves its number to the next one, which asyncio must be able to watch."""
    async def take_turns():
        server = await asyncio.start_server(lambda reader, writer: writer.close(), '127.0.0.1', 0)
        port = server.sockets[0].getsockname()[1]
        for _ in range(30):
            async for _ in Dheera.Client().stream(mock(stall_after=1)):
                break
            reader, writer = await asyncio.open_connection('127.0.0.1', port)
            assert await reader.read() == b''
            writer.close()
        server.close()
    run_stock(take_turns())


def test_nothing_is_kept():
    def descriptors():
        return len(os.listdir('/proc/self/fd'))

    def objects():
        gc.collect()
        return sum(isinstance(each, (Dheera.Stream, Dheera.Client, asyncio.Future)) for each in gc.get_objects())

    async def work():
        mine = Dheera.Client()
        for _ in range(20):
            await mine.complete_async(mock())
            async for _ in mine.stream(mock()):
                break

    run_stock(work())
    before = descriptors(), objects()
    for _ in range(5):
        run_stock(work())
    after = descriptors(), objects()
    assert after[0] <= before[0] + 5 and after[1] <= before[1] + 2, (before, after)


def test_threads_of_others_can_work():
    """A busy Python thread slows the loop down, and does not stop it."""
    stop = threading.Event()

    def spin():
        while not stop.is_set():
            socket.inet_aton('127.0.0.1')

    thread = threading.Thread(target=spin)
    thread.start()
    try:
        run_stock(awaiting())
    finally:
        stop.set()
        thread.join()


cases = [make_case(main, run, where) for where, run in (('stock_loop', run_stock), ('glib_loop', run_glib)) for main in EACH]
run_cases(cases + [value for name, value in list(globals().items()) if name.startswith('test_')])
