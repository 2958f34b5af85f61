#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Many calls at once over one session, and how fast they were: high-throughput.py [CALLS [MODEL]]

    high-throughput.py 1000                                            # the offline model
    OPENAI_API_KEY=… high-throughput.py 200 openai/gpt-4o-mini
"""

import asyncio
import os
import sys
import time

import gi
gi.require_version('Dheera', '1')
from gi.repository import Dheera, GLib

import dheera_ai


async def main(calls='200', model=os.environ.get('DHEERA_MODEL', 'mock/echo')):
    # Connections are kept for the next call, and calls beyond the limit wait for one of them. GLib has no cache of names that could be tuned; one
    # lookup a connection is what it costs.
    options = Dheera.SessionOptions(max_connections=1000, max_connections_per_host=100, keepalive_timeout=60, tcp_keepalive=True)
    dheera_ai.base_llm_aiohttp_handler = dheera_ai.BaseLLMAIOHTTPHandler(connector=options)

    async def ask(number):
        response = await dheera_ai.acompletion(model, [{'role': 'user', 'content': f'This is call {number}'}], timeout=300)
        return response.dheera.get_call().get_connection_reused()

    start = time.monotonic()
    outcomes = await asyncio.gather(*[ask(number) for number in range(int(calls))], return_exceptions=True)
    seconds = time.monotonic() - start

    errors = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    print(f'{len(outcomes) - len(errors)} answers, {len(errors)} errors, {outcomes.count(True)} over a connection that was there already')
    print(f'{len(outcomes) / seconds:.0f} calls a second')
    if errors:
        raise errors[0]


try:
    asyncio.run(main(*sys.argv[1:]))
except GLib.Error as error:
    sys.exit(error.message)
