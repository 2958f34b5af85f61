# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of the examples share: running one as its reader would, test-NAME.py COMMAND…"""

import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from tap import Skip, run_cases  # noqa: F401, E402  pylint: disable=unused-import

COMMAND = sys.argv[1:]
PATIENCE = 60


def environment(**variables):
    """Without what the person who runs the tests has set, also on the desktop, whose proxies may come from the same variables"""
    others = {name: value for name, value in os.environ.items() if name != 'DHEERA_MODEL' and not name.lower().endswith('_proxy')}
    return {**others, 'GIO_USE_PROXY_RESOLVER': 'dummy', **variables}


def run(*arguments, **variables):
    return subprocess.run([*COMMAND, *map(str, arguments)], env=environment(**variables), capture_output=True, text=True, timeout=PATIENCE,
                          stdin=subprocess.DEVNULL, check=False)


def expect(done, code, output):
    assert (done.returncode, done.stdout) == (code, output), done
    return done


def expect_sentence(done, *words):
    """An error is one line that names what is wrong, and nothing else is printed."""
    assert done.returncode == 1 and not done.stdout.strip(), done
    assert all(word in done.stderr for word in words) and len(done.stderr.splitlines()) == 1, done
