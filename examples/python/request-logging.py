#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes down what goes out and what comes back: request-logging.py [PROMPT [MODEL]]

    request-logging.py                                                 # the offline model
    OPENAI_API_KEY=… request-logging.py Hello! openai/gpt-4o-mini
"""

import os
import sys

import gi
gi.require_version('Dheera', '1')
gi.require_version('Soup', '3.0')
from gi.repository import Dheera, GLib, Soup

import dheera_ai


def log(*words):
    print(*words, file=sys.stderr)


def on_request(_session, message):
    """Every message of the session, the application's own too. Its headers hold the key: don't print them all."""
    log(message.get_method(), message.get_uri().to_string())


def on_exchange(exchange):
    """Every attempt of the client, once before the request and once at the head of the answer, and never with a key in it"""
    if exchange.get_phase() == Dheera.HttpPhase.RESPONSE:
        log(f'{exchange.get_provider()} answered {exchange.get_status()}, {exchange.get_header("content-type")}')


def on_call(_client, call):
    """Every call, once it is over"""
    log(f'{call.get_model()}: {call.get_operation()}, {call.get_attempt()} attempts, {call.get_bytes_sent()} bytes out, '
        f'{call.get_bytes_received()} in, {call.get_total_time():.3f} s')


def main(prompt='Write this down.', model=os.environ.get('DHEERA_MODEL', 'mock/echo')):
    session = Soup.Session(timeout=0, max_conns_per_host=16)
    session.connect('request-queued', on_request)
    client = Dheera.Client(session=session)
    client.add_middleware(on_exchange)
    client.connect('call-finished', on_call)

    # A client is taken wherever a session is.
    dheera_ai.client_session = client
    for chunk in dheera_ai.completion(model, [{'role': 'user', 'content': prompt}], stream=True):
        print(chunk.choices[0].delta.content or '', end='', flush=True)
    print()


try:
    main(*sys.argv[1:])
except GLib.Error as error:
    sys.exit(error.message)
