#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""aimock, a mock of many providers that knows nothing of this library: it reads their requests and writes their answers and streams.

    aimock_server.py FIXTURES

FIXTURES is the file that says what is answered to what. Announces port and log. What it is to do wrong is asked for by headers of a request: x-aimock-chaos-drop,
-malformed, -disconnect, -ratelimit, each a probability.
"""

import argparse
import contextlib

import fixture
import node_package

PACKAGE = ('@copilotkit/aimock', '1.43.0')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('fixtures')
    arguments = parser.parse_args()
    program = node_package.install(*PACKAGE) / 'dist' / 'cli.js'
    fixture.exit_on_signals()
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(fixture.folder('aimock'))
        port, = fixture.free_ports(1)
        argv = [str(node_package.find_node()), str(program), '--port', str(port), '--fixtures', arguments.fixtures, '--chunk-size', '7', '--log-level', 'warn']
        process = stack.enter_context(fixture.running(argv, [port], folder / 'log'))
        fixture.announce(port=port, log=folder / 'log')
        fixture.wait_until_over(lambda: process.poll() is None)


if __name__ == '__main__':
    main()
