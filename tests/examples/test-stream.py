#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The example that streams an answer: test-stream.py COMMAND…"""

import os
import subprocess
import tempfile

from example import COMMAND, PATIENCE, expect, expect_sentence, run, run_cases


def test_the_prompt_and_the_model_are_arguments():
    done = expect(run('Hello, dear world — «¡ñ!»', 'mock/echo'), 0, 'Hello, dear world — «¡ñ!»\n')
    assert not done.stderr, done


def test_the_model_is_a_variable():
    expect(run('One two', DHEERA_MODEL='mock/echo'), 0, 'One two\n')
    expect(run('One two', 'mock/echo', DHEERA_MODEL='mock/story'), 0, 'One two\n')


def test_without_arguments_there_is_a_story():
    done = run()
    assert done.returncode == 0 and not done.stderr, done
    assert done.stdout.startswith('Above a cold harbour lived a lighthouse keeper called Mira'), done
    assert done.stdout.endswith('it waits.\n'), done


def test_the_answer_is_printed_while_it_comes_in():
    with subprocess.Popen([*COMMAND, 'Hi', 'mock/story'], stdout=subprocess.PIPE) as program:
        try:
            first = os.read(program.stdout.fileno(), 1000)
            # The whole story takes three seconds.
            assert first and len(first) < 300 and program.poll() is None, first
        finally:
            program.kill()


def test_the_output_can_go_into_a_file():
    with tempfile.TemporaryFile() as file:
        for _ in range(2):
            subprocess.run([*COMMAND, 'One two three', 'mock/echo'], stdout=file, timeout=PATIENCE, check=True)
        file.seek(0)
        assert file.read() == b'One two three\n' * 2


def test_an_error_is_a_sentence():
    expect_sentence(run('Hi', 'mock/nobody'), 'nobody')


run_cases([value for name, value in list(globals().items()) if name.startswith('test_')])
