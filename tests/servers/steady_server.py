#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""steady, which serves an OpenAPI description: it checks each request against it, says in headers x-steady-error-* what is wrong, and answers with an example.

    steady_server.py DESCRIPTION

Announces port and log.
"""

import argparse
import contextlib

import fixture
import node_package

PACKAGE = ('@stdy/cli', '0.22.2')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('description')
    arguments = parser.parse_args()
    program = node_package.install(*PACKAGE) / 'steady.js'
    fixture.exit_on_signals()
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(fixture.folder('steady'))
        port, = fixture.free_ports(1)
        argv = [str(node_package.find_node()), str(program), '--host', '127.0.0.1', '--port', str(port), '--no-color', '--log=false', arguments.description]
        process = stack.enter_context(fixture.running(argv, [port], folder / 'log'))
        fixture.announce(port=port, log=folder / 'log')
        fixture.wait_until_over(lambda: process.poll() is None)


if __name__ == '__main__':
    main()
