#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Asks through a Unix socket: sidecar.py SOCKET [PROMPT [MODEL]]

A server or a sidecar proxy of this machine listens there, and needs no port. The address of the provider is still what the request says, with its host:

    OPENAI_BASE_URL=http://models/v1 OPENAI_API_KEY=… sidecar.py /run/models.sock Hello! openai/my-model
"""

import os
import sys

import gi
gi.require_version('Dheera', '1')
from gi.repository import Dheera, Gio, GLib


def main(path, prompt='Hello, neighbour!', model=os.environ.get('DHEERA_MODEL', 'openai/echo')):
    # Every connection goes there, whatever the address of the provider says.
    options = Dheera.SessionOptions(remote_connectable=Gio.UnixSocketAddress.new(path))
    client = Dheera.Client(session_options=options, default_model=model)
    print(client.complete(prompt).get_text())


if len(sys.argv) < 2:
    sys.exit(__doc__)
try:
    main(*sys.argv[1:])
except GLib.Error as error:
    sys.exit(error.message)
