#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs a program for Node.js, which drives packages of npm, against dheera-ai serve.

    run.py PROGRAM.mjs PACKAGE@VERSION[,PACKAGE@VERSION]… TOOL SERVE-MODELS

The program finds the packages' folders in DHEERA_PACKAGES, an object of JSON, and the server in DHEERA_URL, DHEERA_KEY and DHEERA_LAB.
"""

import json
import os
import pathlib
import subprocess
import sys

import gateway

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'servers'))

import fixture  # noqa: E402
import node_package  # noqa: E402

# The packages want it.
NODE = ((22, 0), '22.23.3')


def main(program, packages, *programs):
    try:
        folders = {name: str(node_package.install(name, version)) for name, _, version in (package.rpartition('@') for package in packages.split(','))}
        node = node_package.find_node(*NODE)
    except SystemExit as end:
        if end.code != fixture.SKIPPED:
            raise
        print(f'1..0 # SKIP {packages} or Node.js can not be had from npm')
        return 0
    with gateway.serving(*programs) as served:
        env = {**os.environ, 'DHEERA_PACKAGES': json.dumps(folders), 'DHEERA_URL': served['url'], 'DHEERA_KEY': served['key'], 'DHEERA_LAB': served['lab']}
        return subprocess.run([node, program], env=env, check=False).returncode


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
