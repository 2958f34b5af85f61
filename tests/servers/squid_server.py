#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""squid as the proxy of an office: requests to http URLs, and CONNECT for https.

    squid_server.py [--user NAME:PASSWORD] [--deny HOST]... [--host HOST]...

Without --user anybody may pass; with it the others get 407 (Basic). Hosts that are denied get 403. Nothing is cached.
The names of --host are this machine for the proxy, whatever they are for others.
Announces port and log: a file with one JSON object for each request or tunnel that is over.
"""

import argparse
import contextlib
import glob
import os
import re
import shutil
import signal

import fixture

# squid asks on a line of standard input, "NAME PASSWORD". In sh, since squid's user may not be allowed to read the
# Python that runs this.
HELPER = """#!/bin/sh
while read -r answer; do
  if [ "$answer" = '{name} {password}' ]; then echo OK; else echo ERR; fi
done
"""
PLAIN = re.compile(r'[A-Za-z0-9]+:[A-Za-z0-9]+')


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--user', help='NAME:PASSWORD, letters and digits')
    parser.add_argument('--deny', action='append', default=[], metavar='HOST')
    parser.add_argument('--host', action='append', default=[], metavar='HOST')
    arguments = parser.parse_args()
    if arguments.user and not PLAIN.fullmatch(arguments.user):
        parser.error('--user takes NAME:PASSWORD, both of letters and digits')
    return arguments


def authentication(folder, user):
    if user is None:
        return ''
    name, _, password = user.partition(':')
    helper = folder / 'helper'
    helper.write_text(HELPER.format(name=name, password=password))
    helper.chmod(0o755)
    return (f'auth_param basic program {helper}\n'
            'auth_param basic children 1 startup=1\n'
            'auth_param basic realm proxy of the tests\n'
            'acl known proxy_auth REQUIRED')


def remove_segments(name):
    """What a squid that dies leaves in shared memory"""
    for path in glob.glob(f'/dev/shm/{name}-*'):
        os.unlink(path)


def main():
    arguments = parse_arguments()
    program = fixture.find_program('squid')
    fixture.exit_on_signals()
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(fixture.folder('squid'))
        port, = fixture.free_ports(1)
        # Where the system's file has localhost twice, squid goes by the last line, which is IPv6.
        (folder / 'hosts').write_text(' '.join(['127.0.0.1 localhost', *arguments.host]) + '\n')
        # By names only: -n has it not look up what name an address has.
        denied = [f'acl denied{i} dstdomain -n {host}\nhttp_access deny denied{i}'
                  for i, host in enumerate(arguments.deny)]
        fixture.fill('squid.conf.in', folder / 'squid.conf',
                     port=port,
                     folder=folder,
                     authentication=authentication(folder, arguments.user),
                     denied='\n'.join(denied),
                     allowed='known' if arguments.user else 'all')
        # Started by root it works as the user "proxy", who writes the logs.
        if os.geteuid() == 0:
            shutil.chown(folder, 'proxy')
        name = f'dheera{os.getpid()}'
        stack.callback(remove_segments, name)
        argv = [program, '-N', '-n', name, '-f', str(folder / 'squid.conf')]
        # It takes two seconds to end in peace, and has nothing to save.
        squid = stack.enter_context(fixture.running(argv, [port], folder / 'error.log', [folder / 'cache.log'],
                                                    signal.SIGKILL))
        fixture.announce(port=port, log=folder / 'access.log', errors=folder / 'cache.log')
        fixture.wait_until_over(lambda: squid.poll() is None)


if __name__ == '__main__':
    main()
