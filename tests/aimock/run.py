#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Starts aimock and runs a test program against it, which learns from DHEERA_AIMOCK_URL where it is.

    run.py PROGRAM ARGUMENT...
"""

import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'servers'))

import fixture  # noqa: E402  pylint: disable=wrong-import-position

# The first start installs it.
PATIENCE = 330


def main():
    try:
        with fixture.Server('aimock_server.py', pathlib.Path(__file__).parent / 'fixtures.json', patience=PATIENCE) as server:
            environment = dict(os.environ, DHEERA_AIMOCK_URL=f'http://127.0.0.1:{server["port"]}')
            return subprocess.run(sys.argv[1:], env=environment, check=False).returncode
    except fixture.Skipped as reason:
        print(f'1..0 # SKIP {reason}')
        return 0


if __name__ == '__main__':
    sys.exit(main())
