#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The example that gives a model a clock: test-tools.py COMMAND…"""

import re

from example import expect, expect_sentence, run, run_cases


def test_without_arguments():
    done = run()
    assert done.returncode == 0 and not done.stderr, done
    assert re.fullmatch(r'clock answered: [0-2]\d:[0-5]\d in Asia/Kolkata\n', done.stdout), done


def test_two_calls():
    done = run('call clock {"zone": "UTC"} and call clock {"zone": "America/Lima"}', 'mock/echo')
    assert re.fullmatch(r'clock answered: \d\d:\d\d in UTC\nclock answered: \d\d:\d\d in America/Lima\n', done.stdout), done


def test_a_place_that_is_not_there():
    """The words of the error are the program's, or in Vala those of GLib."""
    done = run('call clock {"zone": "Nowhere/None"}', DHEERA_MODEL='mock/echo')
    assert done.returncode == 0 and re.fullmatch(r'clock answered: Error: .*(zone|identifier).*\n', done.stdout), done


def test_no_calls():
    expect(run('Hello', 'mock/echo'), 0, 'Hello\n')


def test_an_error_is_a_sentence():
    expect_sentence(run('Hi', 'mock/nobody'), 'nobody')


run_cases([value for name, value in list(globals().items()) if name.startswith('test_')])
