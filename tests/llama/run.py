#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Starts llama-server twice, with the model that tells stories and the one that calls tools, and runs a test program against them.

    run.py PROGRAM ARGUMENT...
"""

import contextlib
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'servers'))

import fixture  # noqa: E402  pylint: disable=wrong-import-position

KEY = 'key-of-the-tests'
# The first start ever makes a Debian system.
PATIENCE = 960
# One thread each: where the machine has other work, threads that spin for each other come to nothing.
COMMON = ['-t', '1', '-tb', '1', '--poll', '0']
STORIES = ['-c', '4096', '-np', '4', '-a', 'stories260k', '--api-key', KEY, '--context-shift', '--slots', *COMMON]
TOOLS = ['--model', 'stories260K-tools', '-c', '2048', '-np', '1', '-a', 'stories260k', '--logit-bias', '512+100', *COMMON]
# An engine makes either text or vectors.
VECTORS = ['-c', '512', '-np', '1', '-a', 'stories260k', '--api-key', KEY, '--embeddings', '--pooling', 'mean', *COMMON]


def main():
    first = VECTORS if pathlib.Path(sys.argv[1]).name == 'test-llama-embed' else STORIES
    with contextlib.ExitStack() as stack:
        # Each start copies its model to the same place, under those who read it.
        stack.enter_context(fixture.exclusive('llama'))
        try:
            stories = stack.enter_context(fixture.Server('llama_server.py', *first, patience=PATIENCE))
            tools = stack.enter_context(fixture.Server('llama_server.py', *TOOLS, patience=PATIENCE))
        except fixture.Skipped as reason:
            print(f'1..0 # SKIP {reason}')
            return 0
        environment = dict(os.environ, DHEERA_LLAMA_KEY=KEY, DHEERA_LLAMA_URL=f'http://127.0.0.1:{stories["port"]}/v1',
                           DHEERA_LLAMA_TOOLS_URL=f'http://127.0.0.1:{tools["port"]}/v1')
        return subprocess.run(sys.argv[1:], env=environment, check=False).returncode


if __name__ == '__main__':
    sys.exit(main())
