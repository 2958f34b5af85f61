#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Lets a model look at the clock: tools.py [PROMPT [MODEL]]"""

import asyncio
import json
import os
import sys

import gi
gi.require_version('Dheera', '1')
from gi.repository import Dheera, GLib

SCHEMA = {
    'type': 'object',
    'properties': {'zone': {'type': 'string', 'description': 'A time zone such as Asia/Kolkata'}},
    'required': ['zone'],
}


def on_call(_tool, call):
    zone = json.loads(call.get_arguments()).get('zone', '')
    try:
        time = GLib.DateTime.new_now(GLib.TimeZone.new_identifier(zone))
        call.return_text(f'{time.format("%H:%M")} in {zone}')
    except TypeError:
        call.return_error(f'There is no time zone “{zone}”.')


async def main(prompt='Please call clock {"zone": "Asia/Kolkata"} and tell me the time there.',
               model=os.environ.get('DHEERA_MODEL', 'mock/echo')):
    clock = Dheera.Tool.new('clock', 'Tells what time it is in a time zone.', json.dumps(SCHEMA))
    clock.connect('call', on_call)
    request = Dheera.Request.new_for_prompt(model, prompt)
    request.add_tool(clock)

    async for delta in Dheera.Client().run_stream(request):
        print(delta.get_text(), end='', flush=True)
    print()


try:
    asyncio.run(main(*sys.argv[1:]))
except GLib.Error as error:
    sys.exit(error.message)
