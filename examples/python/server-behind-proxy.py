#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Serves every model with OpenAI's protocol from inside a company: server-behind-proxy.py [PORT [AUTHORITY]]

    export https_proxy=http://user:password@proxy.example.com:3128 OPENAI_API_KEY=…
    server-behind-proxy.py 4000 company-ca.pem
    curl http://127.0.0.1:4000/v1/chat/completions -H 'Content-Type: application/json' -d '{"model": "openai/gpt-4o-mini", "messages": [{"role": "user", "content": "Hello!"}]}'

The offline model answers without any of that: "model": "mock/echo".
"""

import sys

import gi
gi.require_version('Dheera', '1')
from gi.repository import Dheera, GLib

import dheera_ai


def main(port='4000', authority=None):
    # With the proxies of the environment, and connections for many who ask
    options = Dheera.SessionOptions.new_production()
    options.set_ca_file(authority)
    # What is served goes over it, as blocking calls do.
    dheera_ai.client_session = options.create_session()
    # Only for this machine; host='0.0.0.0' is for others, and needs keys=.
    dheera_ai.run_server(host='127.0.0.1', port=int(port))


try:
    main(*sys.argv[1:])
except GLib.Error as error:
    sys.exit(error.message)
except KeyboardInterrupt:
    pass
