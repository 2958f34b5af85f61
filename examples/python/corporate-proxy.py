#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Asks from inside a company: corporate-proxy.py AUTHORITY CERTIFICATE KEY [PROMPT [MODEL]]

The proxy is the one of the environment, and the gateway behind it knows this program by its certificate:

    export https_proxy=http://user:password@proxy.example.com:3128 no_proxy=.internal.example
    export OPENAI_BASE_URL=https://gateway.example.com/v1 OPENAI_API_KEY=…
    corporate-proxy.py company-ca.pem me.pem me.key Hello! openai/gpt-4o-mini

A server on this machine, such as the offline model, is reached directly all the same.
"""

import os
import sys

import gi
gi.require_version('Dheera', '1')
from gi.repository import Dheera, GLib

import dheera_ai


def main(authority, certificate, key, prompt='Hello from inside!', model=os.environ.get('DHEERA_MODEL', 'mock/echo')):
    options = Dheera.SessionOptions(
        # http_proxy, https_proxy, all_proxy and no_proxy; proxy_uri= would name one here.
        trust_env=True,
        ca_file=authority,
        client_certificate_file=certificate,
        client_key_file=key,
    )
    dheera_ai.base_llm_aiohttp_handler = dheera_ai.BaseLLMAIOHTTPHandler(connector=options)

    response = dheera_ai.completion(model, [{'role': 'user', 'content': prompt}])
    print(response.choices[0].message.content)


if len(sys.argv) < 4:
    sys.exit(__doc__)
try:
    main(*sys.argv[1:])
except GLib.Error as error:
    sys.exit(error.message)
