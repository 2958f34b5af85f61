#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The example that makes an object of a sentence: test-objects.py COMMAND…"""

from example import expect, expect_sentence, run, run_cases

SENTENCE = 'Dinner at eight with Ada, 36, and Alan, 41.'


def test_without_arguments():
    done = expect(run(), 0, f'{SENTENCE}, at 0:00\n- {SENTENCE}, 0\n')
    assert not done.stderr, done


def test_a_sentence_and_a_model():
    expect(run('Lunch', 'mock/echo'), 0, 'Lunch, at 0:00\n- Lunch, 0\n')
    expect(run('Lunch — «¡ñ!»', DHEERA_MODEL='mock/echo'), 0, 'Lunch — «¡ñ!», at 0:00\n- Lunch — «¡ñ!», 0\n')


def test_an_error_is_a_sentence():
    expect_sentence(run('Hi', 'mock/nobody'), 'nobody')


run_cases([value for name, value in list(globals().items()) if name.startswith('test_')])
