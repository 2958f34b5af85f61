#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A server that forks its workers first, as a program of its own: the client is made before, and its calls come after. prefork.py URL

And what other tests of forks share with it. Nothing here makes a call before it is told to."""

import asyncio
import concurrent.futures
import os
import pathlib
import signal
import sys

import gi
gi.require_version('Dheera', '1')
from gi.repository import Dheera  # noqa: E402

CERTIFICATES = pathlib.Path(__file__).resolve().parent.parent / 'servers' / 'certificates'
N_WORKERS = 3
# A child that hangs is ended by a signal.
PATIENCE = 60


def new_client():
    return Dheera.Client(session_options=Dheera.SessionOptions(ca_file=str(CERTIFICATES / 'ca.pem')))


def request_to(url):
    request = Dheera.Request.new_for_prompt('vllm/m', 'Hi')
    request.set_base_url(url)
    request.set_max_retries(0)
    return request


def ask(client, url):
    assert client.complete(request_to(url)).get_text() == 'Hello'


def ask_async(client, url):
    async def both():
        return [(await client.complete_async(request_to(url))).get_text() for _ in range(2)]
    assert asyncio.run(both()) == ['Hello', 'Hello']


def work(client, url):
    ask(client, url)
    ask_async(client, url)
    ask(client, url)


def prefork(url):
    client = new_client()
    workers = []
    for _ in range(N_WORKERS):
        pid = os.fork()
        if pid == 0:
            signal.alarm(PATIENCE)
            work(client, url)
            with concurrent.futures.ThreadPoolExecutor(4) as pool:
                list(pool.map(lambda _: ask(client, url), range(8)))
            os._exit(0)
        workers.append(pid)
    for pid in workers:
        status = os.waitpid(pid, 0)[1]
        assert status == 0, status
    work(client, url)


if __name__ == '__main__':
    prefork(sys.argv[1])
