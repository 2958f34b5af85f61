#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""nginx in front of a server of the tests: HTTP/1.1, HTTP/1.1 over TLS, and HTTP/2 over TLS, each on a port of its own.

    nginx_server.py --upstream PORT [--certs FOLDER] [--certificate server|expired|wrong-host|self-signed]
                    [--client-certificate] [--keepalive-timeout SECONDS] [--keepalive-requests N] [--files FOLDER]

Nothing is buffered, so streams arrive as they are sent. Announces plain, tls and http2 (ports), socket (the path of a Unix
socket, which is as good as plain), certs (a folder made by make-certs.sh, one of its own without --certs) and log: a file
with one JSON object for each request that is over, in which "connection" tells connections apart. On plain, /files/ has
what is in the folder of --files.
With --client-certificate both TLS ports demand one that ca.pem has signed; without it they answer 400.
"""

import argparse
import contextlib
import os
import subprocess
import sys

import fixture

CERTIFICATES = ['server', 'expired', 'wrong-host', 'self-signed']


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--upstream', type=int, required=True, help='port on 127.0.0.1 that the requests go to')
    parser.add_argument('--certs', help='folder made by make-certs.sh')
    parser.add_argument('--certificate', choices=CERTIFICATES, default='server')
    parser.add_argument('--client-certificate', action='store_true')
    parser.add_argument('--files', default='/nonexistent', help='folder that /files/ shows')
    parser.add_argument('--keepalive-timeout', type=int, default=75)
    parser.add_argument('--keepalive-requests', type=int, default=1000000)
    return parser.parse_args()


def make_certificates(path):
    made = subprocess.run([fixture.FOLDER / 'make-certs.sh', path], stderr=subprocess.PIPE, text=True, check=False)
    if made.returncode == fixture.SKIPPED:
        fixture.skip(made.stderr.strip())
    if made.returncode != 0:
        sys.exit(made.stderr)
    return path


def main():
    arguments = parse_arguments()
    program = fixture.find_program('nginx')
    fixture.exit_on_signals()
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(fixture.folder('nginx'))
        certs = arguments.certs or make_certificates(folder / 'certs')
        ports = dict(zip(('plain', 'tls', 'http2'), fixture.free_ports(3)))
        verification = f'ssl_verify_client on; ssl_client_certificate {certs}/ca.pem;'
        fixture.fill('nginx.conf.in', folder / 'nginx.conf',
                     **ports,
                     user='user root;' if os.geteuid() == 0 else '',
                     folder=folder,
                     upstream=arguments.upstream,
                     files=arguments.files,
                     certificate=f'{certs}/{arguments.certificate}.pem',
                     key=f'{certs}/{arguments.certificate}.key',
                     client_verification=verification if arguments.client_certificate else '',
                     keepalive_timeout=arguments.keepalive_timeout,
                     keepalive_requests=arguments.keepalive_requests)
        argv = [program, '-p', str(folder), '-c', str(folder / 'nginx.conf'), '-e', 'stderr']
        nginx = stack.enter_context(fixture.running(argv, ports.values(), folder / 'error.log'))
        fixture.announce(**ports, socket=folder / 'socket', certs=certs, log=folder / 'access.log', errors=folder / 'error.log')
        fixture.wait_until_over(lambda: nginx.poll() is None)


if __name__ == '__main__':
    main()
