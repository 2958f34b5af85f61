#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Streams the answer to a prompt: stream.py [PROMPT [MODEL]]"""

import asyncio
import os
import sys

import gi
gi.require_version('Dheera', '1')
gi.require_version('Soup', '3.0')
from gi.repository import Dheera, GLib, Soup


async def main(prompt='Tell me a story', model=os.environ.get('DHEERA_MODEL', 'mock/story')):
    # Whatever is set here holds for every provider: proxy, certificates, limits.
    session = Soup.Session(timeout=0, max_conns_per_host=16)
    client = Dheera.Client(session=session, default_model=model)

    async for delta in client.stream(prompt):
        print(delta.get_text(), end='', flush=True)
    print()


try:
    asyncio.run(main(*sys.argv[1:]))
except GLib.Error as error:
    sys.exit(error.message)
