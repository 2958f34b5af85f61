#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Serves OpenAI's description of its API and runs a test program against that, which learns from DHEERA_OPENAPI_URL where it is.

    run.py PROGRAM ARGUMENT...

The description is specs/openai-openapi.yaml in the folder that DHEERA_SHARED names; without it the test is skipped.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'servers'))

import fixture  # noqa: E402  pylint: disable=wrong-import-position

# The first start installs it.
PATIENCE = 330
# A message of the user is an InputItem in two ways, as EasyInputMessage and as InputMessage. With the discriminator, which tells the two apart no better,
# all that is said of either is that nothing matches; without, faults are named.
DISCRIMINATOR = re.compile(r'(\n    InputItem:\n(?:     .*\n)*?)      discriminator:\n        propertyName: type\n')


def copy(description, path):
    text, n = DISCRIMINATOR.subn(r'\1', description.read_text(encoding='utf-8'))
    if n != 1:
        sys.exit(f'{description} has {n} InputItem with a discriminator, not one')
    path.write_text(text, encoding='utf-8')
    return path


def main():
    description = pathlib.Path(os.environ.get('DHEERA_SHARED') or '/nowhere') / 'specs' / 'openai-openapi.yaml'
    if not description.is_file():
        print('1..0 # SKIP DHEERA_SHARED names no folder with the description of OpenAI\'s API')
        return 0
    try:
        with tempfile.TemporaryDirectory() as folder, \
                fixture.Server('steady_server.py', copy(description, pathlib.Path(folder) / 'openai.yaml'), patience=PATIENCE) as server:
            environment = dict(os.environ, DHEERA_OPENAPI_URL=f'http://127.0.0.1:{server["port"]}')
            return subprocess.run(sys.argv[1:], env=environment, check=False).returncode
    except fixture.Skipped as reason:
        print(f'1..0 # SKIP {reason}')
        return 0


if __name__ == '__main__':
    sys.exit(main())
