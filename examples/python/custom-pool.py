#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Asks over connection pools of the program's own: custom-pool.py [PROMPT [MODEL]]

    custom-pool.py                                                     # the offline model
    OPENAI_API_KEY=… custom-pool.py Hello! openai/gpt-4o-mini
    OPENAI_BASE_URL=http://127.0.0.1:8080/v1 custom-pool.py Hello! openai/my-model

Each session has a name of its own, which the server sees as the User-Agent.
"""

import asyncio
import os
import sys

import gi
gi.require_version('Dheera', '1')
gi.require_version('Soup', '3.0')
from gi.repository import Dheera, GLib, Soup

import dheera_ai
from dheera_ai.llms.custom_httpx.aiohttp_handler import BaseLLMAIOHTTPHandler


def pool(name):
    # The two limits can be chosen only here. Time limits belong to the calls: a timeout of the session would end an answer that makes a pause.
    return Soup.Session(timeout=0, max_conns=300, max_conns_per_host=75, user_agent=name)


async def main(prompt='Hello, pool!', model=os.environ.get('DHEERA_MODEL', 'mock/echo')):
    call = {'model': model, 'messages': [{'role': 'user', 'content': prompt}], 'timeout': 180}

    async def ask(what, **more):
        response = await dheera_ai.acompletion(**call, **more)
        print(f'{what}: {response.choices[0].message.content}')

    # For all calls of the process, blocking, awaited and streamed
    dheera_ai.base_llm_aiohttp_handler = BaseLLMAIOHTTPHandler(client_session=pool('pool-of-the-handler'))
    await ask('handler')
    print('stream: ', end='')
    async for chunk in await dheera_ai.acompletion(**call, stream=True):
        print(chunk.choices[0].delta.content or '', end='')
    print()

    # Options say more than a session's properties can, and the handler makes the session.
    options = Dheera.SessionOptions(max_connections=300, max_connections_per_host=75, keepalive_timeout=60, user_agent='pool-from-options')
    dheera_ai.base_llm_aiohttp_handler = BaseLLMAIOHTTPHandler(connector=options)
    await ask('options')

    # For the calls of one kind; these go before the handler.
    dheera_ai.client_session = pool('pool-of-blocking-calls')
    dheera_ai.aclient_session = pool('pool-of-awaited-calls')
    await ask('awaited')
    print('blocking:', dheera_ai.completion(**call).choices[0].message.content)

    # For one call, and nothing goes before that.
    await ask('one call', client=pool('pool-of-one-call'))


try:
    asyncio.run(main(*sys.argv[1:]))
except GLib.Error as error:
    sys.exit(error.message)
