#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sessions for trying things out and for real work: presets.py [development|production [PROMPT [MODEL]]]

    presets.py                                                         # the offline model
    OPENAI_API_KEY=… presets.py production Hello! openai/gpt-4o-mini
"""

import os
import sys

import gi
gi.require_version('Dheera', '1')
from gi.repository import Dheera, GLib

# 50 connections that are soon gone, or 1,000, 200 to a host, and the proxies of the environment. Both verify certificates.
PRESETS = {
    'development': (Dheera.SessionOptions.new_development, 60),
    'production': (Dheera.SessionOptions.new_production, 300),
}


def main(preset='development', prompt='Hello!', model=os.environ.get('DHEERA_MODEL', 'mock/echo')):
    new_options, timeout = PRESETS[preset]
    options = new_options()
    # What the preset says is where to begin.
    options.set_user_agent(f'presets/{preset}')
    client = Dheera.Client(session_options=options, timeout=timeout, default_model=model)

    print(client.complete(prompt).get_text())
    print(f'up to {options.get_max_connections()} connections, {options.get_max_connections_per_host()} to a host, '
          f'kept for {options.get_keepalive_timeout()} s, {client.get_timeout():.0f} s for an answer')


if len(sys.argv) > 1 and sys.argv[1] not in PRESETS:
    sys.exit(__doc__)
try:
    main(*sys.argv[1:])
except GLib.Error as error:
    sys.exit(error.message)
