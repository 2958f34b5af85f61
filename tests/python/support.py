# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the Python tests of the binding share: the library, requests to the offline model, and what that has seen."""

import asyncio
import gc
import json
import pathlib
import sys
import threading
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from tap import Skip, run_cases  # noqa: F401, E402  pylint: disable=unused-import

try:
    import gi
    gi.require_version('Dheera', '1')
    gi.require_version('Soup', '3.0')
    from gi.repository import Dheera, Gio, GLib, GObject, Soup  # noqa: F401
except (ImportError, ValueError) as error:
    print(f'1..0 # SKIP {error}')
    sys.exit(0)

try:
    from gi.events import GLibEventLoop
except ImportError:
    GLibEventLoop = None

# For what would hang otherwise.
PATIENCE = 20
# And for what may go on meanwhile.
REST = 2


def mock(prompt='One two three', model='mock/echo', **orders):
    """A request to the offline model, which is told what to do, and to be believed the first time."""
    request = Dheera.Request.new_for_prompt(model, prompt)
    request.set_max_retries(0)
    if orders:
        request.set_extra(json.dumps({'mock': orders}))
    return request


def find_mock():
    """Where the offline model of this process is, which a call tells."""
    stream = Dheera.Client().stream(mock())
    stream.collect()
    return stream.get_call().get_url().removesuffix('/chat/completions')


def seen():
    """The numbers of connections, requests (this one is among them), and clients that left early."""
    with urllib.request.urlopen(MOCK + '/mock') as answer:
        return json.load(answer)


def at_rest():
    """What seen() says once every earlier request is accounted for: what a test before left behind is collected, and the offline model told of it."""
    gc.collect()
    end = time.monotonic() + REST
    while True:
        now = seen()
        if now['finished'] + now['broken'] + now['gone'] == now['requests'] - 1 or time.monotonic() > end:
            return now
        time.sleep(0.01)


def wait_for_requests(before, more=1):
    """What is to be stopped on its way has to be on its way."""
    end = time.monotonic() + PATIENCE
    looks = 1  # which are requests, too
    while seen()['requests'] < before['requests'] + more + looks:
        assert time.monotonic() < end, f'before {before}, now {seen()}'
        time.sleep(0.01)
        looks += 1


def once_asked(function, before, more=1):
    """Calls it in a thread of its own when so many more requests have come."""
    threading.Thread(target=lambda: (wait_for_requests(before, more), function())).start()


def wait_for_gone(before, more=1):
    """The offline model notices clients that leave in a thread of its own, so a moment later."""
    end = time.monotonic() + PATIENCE
    while seen()['gone'] < before['gone'] + more:
        assert time.monotonic() < end, f'before {before}, now {seen()}'
        time.sleep(0.01)
    assert seen()['gone'] == before['gone'] + more, f'before {before}, now {seen()}'


def error_of(function, *args):
    try:
        function(*args)
    except GLib.Error as error:
        return error
    raise AssertionError(f'{function} did not fail')


def is_cancelled(error):
    return error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED)


def is_dheera(error, code):
    return error.matches(Dheera.error_quark(), code)


def properties_of(obj):
    return {p.name: obj.get_property(p.name) for p in obj.list_properties() if p.flags & 1}


def run_stock(main):
    """In a loop of asyncio's own"""
    return asyncio.run(asyncio.wait_for(main, PATIENCE))


def run_glib(main):
    """In GLib's loop, as newer PyGObject has it"""
    if GLibEventLoop is None:
        main.close()
        raise Skip(f'PyGObject {".".join(map(str, __import__("gi").version_info))} has no gi.events')
    loop = GLibEventLoop(GLib.MainContext.default())
    try:
        return loop.run_until_complete(asyncio.wait_for(main, PATIENCE))
    finally:
        loop.close()


class Loop:
    """A GLib main loop that is given up, loudly, when nobody ends it."""

    def __init__(self):
        self._loop = GLib.MainLoop()

    def run(self):
        def give_up():
            self._loop.quit()
            self.late = True
            return GLib.SOURCE_REMOVE
        self.late = False
        timer = GLib.timeout_add_seconds(PATIENCE, give_up)
        self._loop.run()
        assert not self.late, 'nothing ended the loop'
        GLib.source_remove(timer)

    def quit(self):
        self._loop.quit()


def run_async(obj, name, *args):
    """The plain form of GObject Introspection: a callback, a main loop, and the finish function in the callback."""
    loop = Loop()
    outcome = []

    def ready(source, result, data):
        assert source is obj and data == 'data', (source, data)
        try:
            outcome.append(getattr(source, name + '_finish')(result))
        except GLib.Error as error:
            outcome.append(error)
        loop.quit()

    assert getattr(obj, name + '_async')(*args, ready, 'data') is None
    loop.run()
    if isinstance(outcome[0], GLib.Error):
        raise outcome[0]
    return outcome[0]


MOCK = find_mock()
