# SPDX-License-Identifier: LGPL-2.1-or-later
"""Ctrl-C in calls that block.

Python runs the handler of a signal when its main thread is back from C, which may take a model minutes. So such a call is given a cancellable,
and as long as it waits, Python writes the numbers of signals into a pipe (signal.set_wakeup_fd). A thread that reads the pipe cancels the call
at SIGINT, and KeyboardInterrupt is what the caller sees.

That is so where SIGINT has Python's own handler. One of the program's may do no more than take note, which can't be known before it runs: then
the call goes on, and the handler has its turn afterwards, as with any function in C. Nothing is different either in other threads, to which
Python gives no signals, and where the pipe's place is taken, as in a main loop of PyGObject.
"""

import contextlib
import functools
import os
import select
import signal
import sys
import threading
# That of `signal` tries each time to make an enumeration of what is none, which takes longer than all the rest here.
from _signal import getsignal

from gi.repository import Gio, GLib, GObject

NO_DESCRIPTOR = -1

_set_wakeup_fd = functools.partial(signal.set_wakeup_fd, warn_on_full_buffer=False)


def follow(inner, outer):
    """Has the caller's own cancellable cancel the call's. Not the other way round, since more than this call may go by it."""
    handler = GObject.Object.connect(outer, 'cancelled', lambda _: inner.cancel())
    if outer.is_cancelled():
        inner.cancel()
    return handler


def _has_pythons_handler():
    return getsignal(signal.SIGINT) is signal.default_int_handler


class _Call:
    """What the main thread waits for, perhaps in a handler of another call, which then waits too."""

    def __init__(self, outer):
        self.outer = outer
        self.interrupted = False
        self.cancellable = None

    def interrupt(self):
        call = self
        while call is not None:
            call.interrupted = True
            call.cancellable.cancel()
            call = call.outer

    def run(self, function, args, theirs):
        if theirs is None:
            return function(*args, self.cancellable)
        handler = follow(self.cancellable, theirs)
        try:
            return function(*args, self.cancellable)
        finally:
            theirs.handler_disconnect(handler)


class _Hook:
    """sys.excepthook as long as KeyboardInterrupt may come where PyGObject makes an exception of a call's error, and would print it. Each keeps what
    was there before itself, since a program may put a hook of its own around it, and that be there at the next interrupt."""

    def __init__(self, before):
        self.before = before

    def __call__(self, kind, error, traceback):
        making = getattr(GLib.Error.__init__, '__code__', None)
        if kind is not KeyboardInterrupt or traceback is None or traceback.tb_frame.f_code is not making:
            self.before(kind, error, traceback)


class _Watcher:
    """The pipe, and the thread that waits for it: one of each in a process, from the first call on."""

    def __init__(self):
        self._reader, self._writer = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._unread = self._make_poll()
        self._lock = threading.Lock()
        self._call = None
        self._spare = None
        self._hook = _Hook(None)
        self.is_broken = False
        threading.Thread(target=self._watch, name='dheera-interrupts', daemon=True).start()

    def _make_poll(self):
        poll = select.poll()
        poll.register(self._reader, select.POLLIN)
        return poll

    def _read(self):
        return os.read(self._reader, select.PIPE_BUF) if self._unread.poll(0) else b''

    def _watch(self):
        poll = self._make_poll()
        # Anything else is said of a pipe that a program closed which closes all it has.
        while poll.poll() == [(self._reader, select.POLLIN)]:
            with self._lock:
                came = self._read()
                # The main thread may end it meanwhile.
                call = self._call
                if signal.SIGINT in came and call is not None and _has_pythons_handler():
                    self._expect_interrupt()
                    call.interrupt()
        self.is_broken = True

    def _expect_interrupt(self):
        """KeyboardInterrupt comes as soon as Python runs again."""
        if sys.excepthook is not self._hook:
            self._hook = _Hook(sys.excepthook)
            sys.excepthook = self._hook

    def _begin(self, call):
        with self._lock:
            # What came before is not meant for this call.
            self._read()
            call.cancellable, self._spare = self._spare, None
            if call.cancellable is None or call.cancellable.is_cancelled():
                call.cancellable = Gio.Cancellable()
            self._call = call

    def _take_place(self, call, before):
        """Whether the numbers come here from now on. What was there goes into the list, in one step of the interpreter, which may raise after each."""
        try:
            self._begin(call)
            with self._lock:
                before.extend(map(_set_wakeup_fd, (self._writer,)))
                if before[0] not in (NO_DESCRIPTOR, self._writer):
                    self._give_back(before[0])
        except OSError:
            self.is_broken = True
            return False
        if before[0] == self._writer and call.outer is None:
            before[0] = NO_DESCRIPTOR
        return before[0] in (NO_DESCRIPTOR, self._writer)

    def _give_back(self, descriptor):
        """That the place is taken shows only by taking it. What came meanwhile is its owner's, who may know of a signal by nothing else."""
        signal.set_wakeup_fd(descriptor)
        came = self._read()
        if came:
            with contextlib.suppress(OSError):
                os.write(descriptor, came)

    def run(self, function, args, cancellable):
        call, before, result = _Call(self._call), [], None
        try:
            is_ours = self._take_place(call, before)
            if is_ours:
                result = call.run(function, args, cancellable)
        except RuntimeError:  # of which GLib.Error is one
            if not call.interrupted:
                raise
        finally:
            # Assignments first: after a function there may be a KeyboardInterrupt.
            self._call = call.outer
            if cancellable is None:
                self._spare = call.cancellable
            if sys.excepthook is self._hook:
                sys.excepthook = self._hook.before
            if before:
                now = signal.set_wakeup_fd(before[0])
                if now != self._writer:
                    signal.set_wakeup_fd(now)
        if call.interrupted:
            raise KeyboardInterrupt
        return result if is_ours else function(*args, cancellable)

    def forget(self):
        """In the child of a fork, which has no such thread, and whose signals are not to be written into the parent's pipe"""
        if self._call is not None:
            signal.set_wakeup_fd(NO_DESCRIPTOR)
        os.close(self._reader)
        os.close(self._writer)


_watcher = None


def _forget_watcher():
    global _watcher
    watcher, _watcher = _watcher, None
    if watcher is not None and not watcher.is_broken:
        watcher.forget()


os.register_at_fork(after_in_child=_forget_watcher)


def _find_watcher():
    global _watcher
    if _watcher is None or _watcher.is_broken:
        try:
            _watcher = _Watcher()
        except (OSError, RuntimeError):  # no descriptor or no thread to be had, as when the interpreter ends
            return None
    return _watcher


def call(function, cancellable, *args):
    """function(*args, cancellable), which blocks, and which Ctrl-C ends"""
    if threading.current_thread() is threading.main_thread() and _has_pythons_handler():
        watcher = _find_watcher()
        if watcher is not None:
            return watcher.run(function, args, cancellable)
    return function(*args, cancellable)
