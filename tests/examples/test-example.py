#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs an example as its reader would: test-example.py COMMAND…"""

import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from tap import run_cases  # noqa: E402

COMMAND = sys.argv[1:]
PATIENCE = 60


def run(*arguments, **variables):
    environment = {name: value for name, value in os.environ.items() if name != 'DHEERA_MODEL'}
    return subprocess.run([*COMMAND, *arguments], env={**environment, **variables}, capture_output=True, text=True, timeout=PATIENCE,
                          stdin=subprocess.DEVNULL, check=False)


def expect(done, code, output):
    assert (done.returncode, done.stdout) == (code, output), done
    return done


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
    done = run('Hi', 'mock/nobody')
    assert done.returncode == 1 and not done.stdout.strip(), done
    assert 'nobody' in done.stderr and len(done.stderr.splitlines()) == 1, done


run_cases([value for name, value in list(globals().items()) if name.startswith('test_')])
