#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The window that asks a model and loads a picture over one session: test-one-session.py COMMAND…"""

import base64
import os
import pathlib
import re
import shutil
import tempfile

import example
from example import run, run_cases
from recipe import Skip, connections, log_of, nginx, openai_at

# 2 x 1 points
PICTURE = base64.b64decode('iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAADUlEQVR4nGMQUDAAIgACZwDBk0QOYQAAAABJRU5ErkJggg==')


def start(*arguments, **variables):
    """In a display of its own, without a desktop"""
    if shutil.which('xvfb-run') is None:
        raise Skip('the program xvfb-run is not installed')
    import gi  # pylint: disable=import-outside-toplevel
    try:
        gi.require_version('Gtk', '4.0')
    except ValueError as error:
        raise Skip(str(error)) from None
    desktop = {'GDK_BACKEND': 'x11', 'GSK_RENDERER': 'cairo', 'GTK_A11Y': 'none', 'DBUS_SESSION_BUS_ADDRESS': 'disabled:', 'ONE_SESSION_AUTOMATIC': '1'}
    return run(*arguments, **desktop, **variables)


def test_answers_and_pictures_come_over_one_session():
    with tempfile.TemporaryDirectory() as folder, nginx('--files', folder) as server:
        os.chmod(folder, 0o755)
        pathlib.Path(folder, 'picture.png').write_bytes(PICTURE)
        done = start(f"http://127.0.0.1:{server['plain']}/files/picture.png", **openai_at(server, model='story'))
        assert done.returncode == 0, done
        assert re.fullmatch('stopped after Above\nloaded 2 x 1\nanswered up to waits\\.\n3 requests over one session\n', done.stdout), done
        stopped, *others = log_of(server, 3)
        assert [entry['method'] for entry in (stopped, *others)] == ['POST', 'GET', 'POST'], others
        assert {entry['agent'] for entry in (stopped, *others)} == {'one-session/1'}, others
        # Stop closed its connection, and the picture and the second answer shared the next one.
        assert connections(others) == 1 and connections([stopped, *others]) == 2, others


def test_without_a_picture():
    done = start()
    assert done.returncode == 0 and done.stdout.endswith('answered up to waits.\n2 requests over one session\n'), done


example.COMMAND = ['xvfb-run', '-a', *example.COMMAND]


run_cases([value for name, value in list(globals().items()) if name.startswith('test_')])
