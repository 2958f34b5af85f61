#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs what README.md says that one can type, and compares what comes with what it says that comes."""

import pathlib
import re
import shlex
import subprocess

from toolkit import PATIENCE, TOOL, environment
from tap import Tap

README = pathlib.Path(__file__).resolve().parents[2] / 'README.md'
CONSOLE = re.compile(r'^```console\n(.*?)^```', re.DOTALL | re.MULTILINE)


def dialogues():
    """Commands with the output that is promised for them."""
    for block in CONSOLE.findall(README.read_text()):
        for part in re.split(r'^\$ ', block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition('\n')
            yield command, output


def check(command, promised):
    words = shlex.split(command)
    if words[0] != 'dheera-ai':
        return [f'{command} is not to be checked here']
    result = subprocess.run([TOOL, *words[1:]], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            env=environment(), timeout=PATIENCE, check=False)
    output = result.stdout.decode()
    return [] if output == promised else [f'README.md promises {promised!r}', f'and there came {output!r}']


def main():
    tap = Tap()
    found = list(dialogues())
    tap.check('there is something to check', [] if len(found) >= 3 else [f'only {len(found)} commands were found'])
    for command, promised in found:
        tap.check(command.replace('#', ''), check(command, promised))
    tap.done()


if __name__ == '__main__':
    main()
