#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Ctrl-C in calls that block: programs that get a real SIGINT while a server keeps them waiting."""

import contextlib
import http.server
import os
import queue
import signal
import subprocess
import sys
import threading
import time

from support import PATIENCE, Dheera, Gio, error_of, is_cancelled, mock, run_cases

from gi.overrides import _dheera_interrupts

# The time limit of the calls. One that has not ended in half of it was not interrupted.
LIMIT = 3 * PATIENCE
# How long an answer is held back from a call that has to go on in spite of a signal.
MEANWHILE = 0.3
ANSWER = b'{"choices":[{"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}]}'
CHUNK = b'data: {"choices":[{"index":0,"delta":{"content":"Hello"}}]}\n\n'

PROGRAM = '''
import asyncio, os, signal, sys, threading, time, warnings
import dheera_ai
from gi.repository import Dheera, Gio, Soup

# Newer versions of Python warn of forks beside threads.
warnings.filterwarnings('ignore', category=DeprecationWarning, message='.*fork.*')
url, limit = sys.argv[1], float(sys.argv[2])
session = Soup.Session(timeout=0)
client = Dheera.Client(session=session)
messages = [{'role': 'user', 'content': 'Hi'}]

def how(mode):
    return {'api_base': f'{url}/{mode}', 'timeout': limit, 'num_retries': 9}

def ask(mode, **more):
    return dheera_ai.completion('vllm/m', messages, **{'client': session, **how(mode), **more})

def request(mode):
    made = Dheera.Request.new_for_prompt('vllm/m', 'Hi')
    made.set_base_url(f'{url}/{mode}')
    made.set_timeout(limit)
    return made

def say(*words):
    print(*words, flush=True)

def main():
CALL

before = signal.getsignal(signal.SIGINT)
try:
    main()
    end = 'none'
except BaseException as error:
    end = type(error).__name__
say('END', end)
say('AFTER', ask('answer').choices[0].message.content, client.complete(request('answer')).get_text(), signal.getsignal(signal.SIGINT) is before,
    signal.set_wakeup_fd(-1), sys.excepthook is sys.__excepthook__)
'''


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers, or does not, as the path's first part says."""

    protocol_version = 'HTTP/1.1'
    wbufsize = -1

    def _head(self, status, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace('_', '-'), value)
        self.end_headers()
        self.wfile.flush()

    def _answer(self):
        self._head(200, Content_Type='application/json', Content_Length=str(len(ANSWER)))
        self.wfile.write(ANSWER)
        self.wfile.flush()

    def do_POST(self):
        mode = self.path.split('/')[1]
        self.rfile.read(int(self.headers['Content-Length'] or 0))
        if mode == 'half':
            self._head(200, Content_Type='application/json', Content_Length=str(len(ANSWER)))
            self.wfile.write(ANSWER[:20])
        elif mode == 'stream':
            self._head(200, Content_Type='text/event-stream', Connection='close')
            self.wfile.write(CHUNK)
        elif mode == 'busy':
            self._head(503, Retry_After='30', Content_Length='0')
        self.wfile.flush()
        if mode != 'answer':
            self.server.arrived.put(mode)
        if mode == 'late':
            self.server.released.wait(LIMIT)
        if mode in ('answer', 'late'):
            self._answer()
        elif mode != 'busy':
            self.connection.settimeout(LIMIT)
            self.rfile.read(1)  # until the client leaves
            self.close_connection = True

    def do_GET(self):
        self.headers['Content-Length'] = '0'
        self.do_POST()

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(('127.0.0.1', 0), Handler)
        self.arrived = queue.Queue()
        self.released = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_):
        """Clients that leave are what this is about."""


@contextlib.contextmanager
def serving():
    with Server() as server:
        yield server
        server.released.set()
        server.shutdown()


class Program:
    """A process, and what it says"""

    def __init__(self, server, call):
        lines = '\n'.join('    ' + line for line in call.strip('\n').splitlines())
        self.process = subprocess.Popen([sys.executable, '-c', PROGRAM.replace('CALL', lines), f'http://127.0.0.1:{server.server_port}', str(LIMIT)],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def line(self):
        return self.process.stdout.readline().split()

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)

    def end(self, complaints=''):
        """The last line but one, once the last has shown that the session and everything else is as it was before."""
        end = self.line()
        after = self.line()
        _, printed = self.process.communicate(timeout=PATIENCE)
        assert after == ['AFTER', 'Hello', 'Hello', 'True', '-1', 'True'], (end, after, printed)
        assert printed == '' if not complaints else complaints in printed, printed
        return end


@contextlib.contextmanager
def running(server, call):
    program = Program(server, call)
    try:
        yield program
    finally:
        program.process.kill()
        program.process.communicate()


def interrupted(call, mode, then=(), complaints=''):
    """Runs the call, interrupts it once the server keeps it waiting, and sees it end in KeyboardInterrupt, long before its time is up."""
    with serving() as server, running(server, call) as program:
        assert mode is None or server.arrived.get(timeout=PATIENCE) == mode
        for words in then:
            assert program.line() == words
        time.sleep(MEANWHILE)
        began = time.monotonic()
        program.interrupt()
        assert program.end(complaints) == ['END', 'KeyboardInterrupt'], call
        assert time.monotonic() - began < LIMIT / 2, call


def test_before_the_head():
    interrupted("ask('silent')", 'silent')
    interrupted("ask('silent', client=None)", 'silent')


def test_in_the_body():
    interrupted("ask('half')", 'half')


def test_before_the_first_chunk():
    interrupted("ask('silent', stream=True)", 'silent')


def test_in_the_middle_of_a_stream():
    interrupted("for chunk in ask('stream', stream=True): say(chunk.choices[0].delta.content)", 'stream', [['Hello']])
    interrupted("for delta in client.stream(request('stream')): say(delta.get_text())", 'stream', [['Hello']])


def test_what_came_of_a_stream_is_kept():
    interrupted('''
stream = client.stream(request('stream'))
stream.connect('delta', lambda _, delta: say(delta.get_text()))
try:
    stream.collect()
finally:
    assert stream.get_response().get_text() == 'Hello' and not stream.get_running()
''', 'stream', [['Hello']])


def test_other_calls():
    interrupted("dheera_ai.embedding('vllm/m', 'Hi', client=session, **how('silent'))", 'silent')
    interrupted("dheera_ai.list_models('vllm', client=session, **how('silent'))", 'silent')
    interrupted("client.complete(request('silent'))", 'silent')


def test_between_two_tries():
    interrupted("ask('busy')", 'busy')


def test_behind_another_call():
    """Where the session has one connection, and that is in use"""
    interrupted('''
narrow = Dheera.Client(session=Soup.Session(timeout=0, max_conns=1, max_conns_per_host=1))
begun = threading.Event()
narrow.add_middleware(lambda _: begun.set())
def occupy():
    try:
        narrow.complete(request('silent'))
    except Exception:
        pass
threading.Thread(target=occupy).start()
begun.wait()
try:
    ask('silent', client=narrow)
finally:
    narrow.cancel_all()
''', 'silent', complaints='A request to 127.0.0.1 waits')


def test_in_the_handler_of_a_tool():
    """PyGObject prints what leaves a handler."""
    interrupted('''
def answer(_, call):
    say('asked')
    time.sleep(limit)
tool = Dheera.Tool.new('weather', 'Tells the weather.', '{"type": "object"}')
tool.connect('call', answer)
asked = Dheera.Request.new_for_prompt('mock/echo', 'call weather {"city": "Bonn"}')
asked.add_tool(tool)
client.run(asked)
''', None, [['asked']], complaints='KeyboardInterrupt')


def test_the_cancellable_of_the_caller():
    interrupted('''
mine = Gio.Cancellable()
try:
    client.complete(request('silent'), mine)
finally:
    assert not mine.is_cancelled()
''', 'silent')
    client, cancellable = Dheera.Client(), Gio.Cancellable()
    threading.Timer(0.1, cancellable.cancel).start()
    assert is_cancelled(error_of(client.complete, mock(stall_after=1), cancellable))
    assert is_cancelled(error_of(client.complete, mock(), cancellable))
    assert is_cancelled(error_of(client.stream(mock()).next, cancellable))
    assert client.complete(mock(), Gio.Cancellable()).get_text() == 'One two three'


def test_a_call_in_the_handler_of_another_one():
    """Both end. PyGObject prints what leaves a handler."""
    interrupted('''
outer = Dheera.Client(session=session)
outer.connect('call-started', lambda *_: client.complete(request('silent')))
outer.complete(request('answer'))
''', 'silent', complaints='KeyboardInterrupt')


def test_a_handler_of_the_programs_own():
    """It may do no more than take note, so the call goes on; what it raises comes when the call is back."""
    for handler, end in (('lambda *_: say("noted")', 'none'), ('fail', 'ZeroDivisionError')):
        with serving() as server, running(server, f'''
global before
fail = lambda *_: 1 / 0
before = {handler}
signal.signal(signal.SIGINT, before)
say(ask('late').choices[0].message.content)
''') as program:
            assert server.arrived.get(timeout=PATIENCE) == 'late'
            program.interrupt()
            time.sleep(MEANWHILE)
            server.released.set()
            if end == 'none':
                assert [program.line(), program.line()] == [['noted'], ['Hello']]
            assert program.end() == ['END', end]


def test_a_worker_thread():
    """Its call goes on, and Ctrl-C is the main thread's."""
    with serving() as server, running(server, '''
answers, done = [], threading.Event()
def work():
    answers.append(ask('late').choices[0].message.content)
    done.set()
threading.Thread(target=work).start()
try:
    done.wait()
finally:
    say('alive', not done.is_set())
    done.wait()
    say(*answers)
''') as program:
        assert server.arrived.get(timeout=PATIENCE) == 'late'
        program.interrupt()
        assert program.line() == ['alive', 'True']
        server.released.set()
        assert program.line() == ['Hello'] and program.end() == ['END', 'KeyboardInterrupt']


def test_in_a_coroutine():
    """asyncio has a handler of its own there, so that this is as it was."""
    with serving() as server, running(server, '''
async def work():
    say(ask('late').choices[0].message.content)
    await asyncio.sleep(limit)
asyncio.run(work())
''') as program:
        assert server.arrived.get(timeout=PATIENCE) == 'late'
        program.interrupt()
        time.sleep(MEANWHILE)
        server.released.set()
        assert program.line() == ['Hello'] and program.end() == ['END', 'KeyboardInterrupt']


def test_a_wakeup_descriptor_of_somebody_elses():
    reader, writer = os.pipe2(os.O_NONBLOCK)
    signal.set_wakeup_fd(writer)
    try:
        client = Dheera.Client()
        assert client.complete(mock()).get_text() == 'One two three'
        cancellable = Gio.Cancellable()
        cancellable.cancel()
        assert is_cancelled(error_of(client.complete, mock(), cancellable))
    finally:
        assert signal.set_wakeup_fd(-1) == writer
        os.close(reader)
        os.close(writer)


def test_a_signal_of_somebody_elses():
    """One that comes while it turns out that the place is taken, as asyncio takes it for the handlers of a loop, gets there all the same."""
    reader, writer = os.pipe2(os.O_NONBLOCK)
    take = _dheera_interrupts._set_wakeup_fd  # pylint: disable=protected-access

    def take_and_raise(descriptor):
        taken = take(descriptor)
        signal.raise_signal(signal.SIGUSR1)
        return taken

    handler = signal.signal(signal.SIGUSR1, lambda *_: None)
    signal.set_wakeup_fd(writer)
    _dheera_interrupts._set_wakeup_fd = take_and_raise  # pylint: disable=protected-access
    try:
        assert Dheera.Client().complete(mock()).get_text() == 'One two three'
        assert os.read(reader, 9) == bytes([signal.SIGUSR1])
    finally:
        _dheera_interrupts._set_wakeup_fd = take  # pylint: disable=protected-access
        assert signal.set_wakeup_fd(-1) == writer
        signal.signal(signal.SIGUSR1, handler)
        os.close(reader)
        os.close(writer)


def test_many_signals_and_many_calls():
    """Whenever it comes, each signal is one KeyboardInterrupt, and ends no other call."""
    with serving() as server, running(server, '''
count, noticed, done = 0, threading.Event(), threading.Event()
def disturb():
    for i in range(200):
        noticed.wait(limit)
        noticed.clear()
        time.sleep(i % 20 / 5000)
        os.kill(os.getpid(), signal.SIGINT)
    noticed.wait(limit)
    done.set()
ask('answer')
threading.Thread(target=disturb).start()
came = True
while True:
    try:
        if came:
            came = False
            noticed.set()
        while not done.is_set():
            answer = client.complete(request('answer')).get_text()
            assert answer == 'Hello', answer
        break
    except KeyboardInterrupt:
        count += 1
        came = True
say(count, len([thread for thread in threading.enumerate() if thread.name == 'dheera-interrupts']))
''') as program:
        assert program.line() == ['200', '1']
        assert program.end() == ['END', 'none']


def test_a_signal_as_a_call_ends():
    """The thread that reads signals goes on when the main thread is done before it."""
    # pylint: disable=protected-access
    watcher, noticed, hook, check = _dheera_interrupts._find_watcher(), threading.Event(), sys.excepthook, _dheera_interrupts._has_pythons_handler

    class Call:
        def interrupt(self):
            noticed.set()

    def end():
        watcher._call = None
        return True

    _dheera_interrupts._has_pythons_handler = end
    try:
        for _ in range(2):
            noticed.clear()
            watcher._call = Call()
            os.write(watcher._writer, bytes([signal.SIGINT]))
            assert noticed.wait(PATIENCE)
    finally:
        with watcher._lock:
            _dheera_interrupts._has_pythons_handler, watcher._call, sys.excepthook = check, None, hook
    assert _dheera_interrupts._find_watcher() is watcher


def test_a_hook_of_the_programs_own_around_this_ones():
    """It may be put there as a call ends, and is still there at the next interrupt."""
    watcher, before, printed, error = _dheera_interrupts._find_watcher(), sys.excepthook, [], KeyError('x')  # pylint: disable=protected-access

    def expect_and_surround():
        watcher._expect_interrupt()  # pylint: disable=protected-access
        inner = sys.excepthook

        def surround(*args):
            inner(*args)

        sys.excepthook = surround

    sys.excepthook = lambda *args: printed.append(args)
    try:
        expect_and_surround()
        expect_and_surround()
        sys.excepthook(KeyError, error, None)
    finally:
        sys.excepthook = before
    assert printed == [(KeyError, error, None)]


def test_the_child_of_a_fork():
    """It has a pipe and a thread of its own, and its signals don't touch the parent's calls."""
    with serving() as server, running(server, '''
ask('answer')
child = os.fork()
if child == 0:
    try:
        dheera_ai.completion('vllm/m', messages, **how('silent'))
    except KeyboardInterrupt:
        say('child')
        os._exit(0)
    os._exit(1)
say(child)
answer = ask('late').choices[0].message.content
say(answer, os.waitpid(child, 0)[1])
''') as program:
        child = int(program.line()[0])
        assert sorted(server.arrived.get(timeout=PATIENCE) for _ in range(2)) == ['late', 'silent']
        began = time.monotonic()
        os.kill(child, signal.SIGINT)
        assert program.line() == ['child'] and time.monotonic() - began < LIMIT / 2
        server.released.set()
        assert program.line() == ['Hello', '0'] and program.end() == ['END', 'none']


def test_a_fork_in_the_middle_of_a_call():
    ends, client = [], Dheera.Client()

    def fork(*_):
        child = os.fork()
        if child == 0:
            os._exit(0 if signal.set_wakeup_fd(-1) == -1 and _dheera_interrupts._watcher is None else 1)  # pylint: disable=protected-access
        ends.append(os.waitpid(child, 0)[1])

    client.connect('call-started', fork)
    assert client.complete(mock()).get_text() == 'One two three' and ends == [0]
    assert signal.set_wakeup_fd(-1) == -1


def test_programs_that_close_whatever_they_find_open():
    interrupted('''
from gi.overrides import _dheera_interrupts
ask('answer')
for which in ('_reader', '_writer'):
    os.close(getattr(_dheera_interrupts._watcher, which))
ask('answer')
ask('silent')
''', 'silent')


if __name__ == '__main__':
    run_cases([value for name, value in list(globals().items()) if name.startswith('test_')])
