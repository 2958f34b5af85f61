#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""microsocks as a SOCKS 5 proxy.

    socks_server.py [--user NAME:PASSWORD]

Without --user anybody may pass. Announces port and log: a file with a line for each connection, which ends with
"connected to HOST:PORT".
"""

import argparse
import contextlib

import fixture


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--user', help='NAME:PASSWORD')
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    program = fixture.find_program('microsocks')
    fixture.exit_on_signals()
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(fixture.folder('socks'))
        port, = fixture.free_ports(1)
        argv = [program, '-i', '127.0.0.1', '-p', str(port)]
        if arguments.user:
            name, _, password = arguments.user.partition(':')
            argv += ['-u', name, '-P', password]
        socks = stack.enter_context(fixture.running(argv, [port], folder / 'log'))
        fixture.announce(port=port, log=folder / 'log')
        fixture.wait_until_over(lambda: socks.poll() is None)


if __name__ == '__main__':
    main()
