#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes down what goes out and what comes back: request-logging.py [FILE [PROMPT [MODEL]]]

    request-logging.py calls.jsonl                                     # the offline model
    OPENAI_API_KEY=… request-logging.py calls.jsonl Hello! openai/gpt-4o-mini

FILE gets a line of JSON for each call, and for each of its attempts: status, times, tokens, cost, the error, and the headers without their secrets.
"""

import os
import sys

import gi
gi.require_version('Dheera', '1')
gi.require_version('Soup', '3.0')
from gi.repository import Dheera, GLib, Soup

import dheera_ai


def on_request(_session, message):
    """Every message of the session, the application's own too. Its headers hold the key: don't print them all."""
    print(message.get_method(), message.get_uri().to_string(), file=sys.stderr)


def on_exchange(exchange):
    """Every attempt of the client, before the request and at the head of the answer. A key can't be read here."""
    if exchange.get_phase() == Dheera.HttpPhase.RESPONSE:
        print(exchange.get_provider(), 'answered', exchange.get_status(), exchange.get_header('content-type'), file=sys.stderr)


def main(file=None, prompt='Write this down.', model=os.environ.get('DHEERA_MODEL', 'mock/echo')):
    session = Soup.Session(timeout=0, max_conns_per_host=16)
    session.connect('request-queued', on_request)
    client = Dheera.Client(session=session)
    client.add_middleware(on_exchange)

    # It writes for as long as it is kept: to the file, or else to GLib's log, which shows it with G_MESSAGES_DEBUG=dheera-ai.
    logger = Dheera.Logger(client=client, level=Dheera.LogLevel.DEBUG, structured_log=file is None, headers=True)
    if file is not None:
        logger.open_file(file)

    # A client is taken wherever a session is.
    dheera_ai.client_session = client
    for chunk in dheera_ai.completion(model, [{'role': 'user', 'content': prompt}], stream=True):
        print(chunk.choices[0].delta.content or '', end='', flush=True)
    print()


try:
    main(*sys.argv[1:])
except GLib.Error as error:
    sys.exit(error.message)
