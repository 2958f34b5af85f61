# SPDX-License-Identifier: LGPL-2.1-or-later
"""The library's calls as asyncio futures, in any asyncio loop.

In a loop that runs on GLib (gi.events of PyGObject 3.50) there is nothing to do but to wait for the callback. A stock loop does not know
GLib, so a main context of its own is moved from inside of it, in the loop's thread: callbacks and signals come where the program is, and no
lock or second thread stands between them. The descriptors that the context waits for are put into one epoll descriptor, and that one into the
loop. Put there one by one, a socket that GLib closes would leave a dead entry, which breaks the next transport to get the same number.

The context is the thread's own and not the default one, which may belong to a GTK main loop in another thread, and it is made to
wake up whenever a source is added (GMainContextFlags, GLib 2.72), so that nothing has to be noticed from here.
"""

import asyncio
import ctypes
import errno
import select
import sys
import threading

from gi.overrides._dheera_interrupts import follow
from gi.repository import Gio, GLib

MAX_PRIORITY = 2**31 - 1
OWNERLESS_POLLING = 1


class _PollFD(ctypes.Structure):
    _fields_ = [('fd', ctypes.c_int), ('events', ctypes.c_ushort), ('revents', ctypes.c_ushort)]


def _function(library, name, result, *arguments):
    function = getattr(library, name)
    function.restype = result
    function.argtypes = arguments
    return function


# PyGObject can't call g_main_context_query(). What may run somebody's code releases the GIL (CDLL), and the short functions keep it.
_free, _kept = ctypes.CDLL('libglib-2.0.so.0'), ctypes.PyDLL('libglib-2.0.so.0')
_new = _function(_kept, 'g_main_context_new_with_flags', ctypes.c_void_p, ctypes.c_int)
_unref = _function(_kept, 'g_main_context_unref', None, ctypes.c_void_p)
_push = _function(_kept, 'g_main_context_push_thread_default', None, ctypes.c_void_p)
_pop = _function(_kept, 'g_main_context_pop_thread_default', None, ctypes.c_void_p)
_prepare = _function(_kept, 'g_main_context_prepare', ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
_query = _function(_kept, 'g_main_context_query', ctypes.c_int, ctypes.c_void_p, ctypes.c_int,
                   ctypes.POINTER(ctypes.c_int), ctypes.POINTER(_PollFD), ctypes.c_int)
_iteration = _function(_free, 'g_main_context_iteration', ctypes.c_int, ctypes.c_void_p, ctypes.c_int)


class _Context:
    """A main context that the asyncio loops of one thread move, one after the other. Entered, it is the thread's default."""

    def __init__(self):
        self._pointer = _new(OWNERLESS_POLLING)
        self._epoll = select.epoll()
        self._watched = set()
        self._polls = (_PollFD * 16)()
        self._timeout = ctypes.c_int()
        self._loop = None
        self._timer = None

    def __del__(self, unref=_unref):
        self._epoll.close()
        unref(self._pointer)

    def __enter__(self):
        _push(self._pointer)

    def __exit__(self, *_):
        _pop(self._pointer)

    def attach(self, loop):
        if self._loop is loop:
            return
        if self._loop is not None and not self._loop.is_closed():
            self._loop.remove_reader(self._epoll.fileno())
        self._cancel_timer()
        self._loop = loop
        loop.add_reader(self._epoll.fileno(), self._turn)
        with self:
            self._arm()

    def _cancel_timer(self):
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None

    def _turn(self):
        """One turn of the context, which never waits, and then the loop waits for what the context would wait for."""
        self._cancel_timer()
        with self:
            _iteration(self._pointer, False)
            self._arm()

    def _arm(self):
        _prepare(self._pointer, None)
        count = self._ask()
        if count > len(self._polls):
            self._polls = (_PollFD * (2 * count))()
            count = self._ask()
        self._watch(self._polls[:count])

        timeout = self._timeout.value
        if timeout == 0:
            self._timer = self._loop.call_soon(self._turn)
        elif timeout > 0:
            self._timer = self._loop.call_later(timeout / 1000, self._turn)

    def _ask(self):
        return _query(self._pointer, MAX_PRIORITY, self._timeout, self._polls, len(self._polls))

    def _watch(self, polls):
        """A number that is known may be another socket by now, and the kernel has forgotten those that were closed: ask it each time."""
        wanted = {}
        for poll in polls:
            wanted[poll.fd] = wanted.get(poll.fd, 0) | poll.events

        for fd in self._watched - wanted.keys():
            try:
                self._epoll.unregister(fd)
            except OSError:
                pass
        for fd, events in wanted.items():
            try:
                self._epoll.modify(fd, events)
            except OSError as error:
                if error.errno == errno.ENOENT:
                    self._epoll.register(fd, events)
        self._watched = wanted.keys()


_threads = threading.local()


def _is_glib_loop(loop):
    events = sys.modules.get('gi.events')
    return events is not None and isinstance(loop, events.GLibEventLoop)


class _Nothing:
    def __enter__(self):
        pass

    def __exit__(self, *_):
        pass


def context(loop):
    """What has to be entered around a call so that its callback comes from the running loop."""
    if _is_glib_loop(loop):
        return _Nothing()
    if not hasattr(_threads, 'context'):
        _threads.context = _Context()
    _threads.context.attach(loop)
    return _threads.context


class _Answer(asyncio.Future):
    """The future of one call. Cancelled, by its task or by wait_for(), it closes the connection."""

    def __init__(self, loop, finish, outer):
        super().__init__(loop=loop)
        self._finish = finish
        self._outer = outer
        self._handler = None
        self.cancellable = Gio.Cancellable()

    def cancel(self, msg=None):
        if not super().cancel(msg):
            return False
        self.cancellable.cancel()
        return True

    def obey(self):
        if self._outer is not None:
            self._handler = follow(self.cancellable, self._outer)

    def forget(self):
        if self._handler is not None:
            self._outer.handler_disconnect(self._handler)
        self._handler = None

    def ready(self, _source, result):
        self.forget()
        if self.done() or self.get_loop().is_closed():
            return
        try:
            self.set_result(self._finish(result))
        except GLib.Error as error:
            self.set_exception(error)


def call(loop, start, finish, cancellable):
    """Calls start(cancellable, callback). The future gets what finish(result) returns or raises."""
    answer = _Answer(loop, finish, cancellable)
    answer.obey()
    try:
        with context(loop):
            start(answer.cancellable, answer.ready)
    except BaseException:
        answer.forget()
        raise
    return answer
