#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Builds examples/subproject, a program that brings the library with it."""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from tap import run_cases  # noqa: E402

PATIENCE = 500

parser = argparse.ArgumentParser()
parser.add_argument('--meson')
parser.add_argument('--source')
options = parser.parse_args()

folder = tempfile.TemporaryDirectory(prefix='dheera-subproject-')
program = pathlib.Path(folder.name) / 'program'
build = pathlib.Path(folder.name) / 'build'


def run(*command):
    env = {**os.environ, 'PKG_CONFIG_PATH': '', 'CC': os.environ.get('CC', 'cc')}
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=PATIENCE, env=env, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 0, f'{done.args}:\n{done.stdout[-4000:]}{done.stderr[-4000:]}'
    return done.stdout


def test_configure():
    shutil.copytree(pathlib.Path(options.source) / 'examples' / 'subproject', program)
    # As if Meson had fetched it by the wrap file
    (program / 'subprojects' / 'dheera-ai').symlink_to(options.source)
    output = run(options.meson, 'setup', build, program, '--wrap-mode=forcefallback', '-Doptimization=0', '-Ddefault_library=static')
    assert 'dheera-ai' in output and 'Subprojects' in output, output


def test_build_and_run():
    run(options.meson, 'compile', '-C', build, 'hello')
    assert run(build / 'hello') == 'Hello from a subproject!\n'


def test_tests_and_examples_of_the_library_are_not_built():
    targets = run(options.meson, 'introspect', '--targets', build)
    assert 'test-client-stream' not in targets and '"stream"' not in targets, targets


try:
    run_cases([value for name, value in list(globals().items()) if name.startswith('test_')])
finally:
    folder.cleanup()
