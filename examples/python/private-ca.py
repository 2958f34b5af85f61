#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Asks a server whose certificate a private authority signed: private-ca.py AUTHORITY [PROMPT [MODEL]]

    OPENAI_BASE_URL=https://llm.internal.example/v1 OPENAI_API_KEY=… private-ca.py company-ca.pem Hello! openai/my-model
"""

import os
import sys

import gi
gi.require_version('Dheera', '1')
from gi.repository import Dheera, GLib


def main(authority, prompt='Hello, private network!', model=os.environ.get('DHEERA_MODEL', 'mock/echo')):
    # This authority is trusted in the place of the system's. verify=False would let anybody in between read the key.
    options = Dheera.SessionOptions(ca_file=authority)
    client = Dheera.Client(session_options=options, default_model=model)
    print(client.complete(prompt).get_text())


if len(sys.argv) < 2:
    sys.exit(__doc__)
try:
    main(*sys.argv[1:])
except GLib.Error as error:
    sys.exit(error.message)
