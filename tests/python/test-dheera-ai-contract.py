#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The promise of dheera_ai for every provider there is: the very session that was given carries the call, and no other one does.

    test-dheera-ai-contract.py SERVE_MODELS PRINT_FEATURES

Cases are made of what the library itself says it has: its providers, and what each of them can be asked for. Each of the places that a session can be given in is tried
with others in all the places that come after it, so that what carries the call is the session, and not luck.
"""

import asyncio
import os
import subprocess
import sys

from support import PATIENCE, Dheera, GLib, Soup, is_dheera
from tap import Tap

import dheera_ai
from dheera_ai import BaseLLMAIOHTTPHandler

# Names of models that Bedrock is asked for have it in them.
os.environ['AWS_REGION'] = 'us-east-1'

ANSWERS = {'chat': 'Hello, dear world', 'embed': [0.25, -0.5], 'list_models': ['m']}
# The one provider that goes by the name of the model
MODELS = {('bedrock', 'embed'): 'amazon.titan-embed-text-v2:0'}
HELLO = [{'role': 'user', 'content': 'Hi'}]


class Server:
    """A server of every protocol, which counts requests"""

    def __init__(self, program):
        self._process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = self._process.stdout.readline().strip()

    def took(self):
        self._process.stdin.write('\n')
        self._process.stdin.flush()
        return int(self._process.stdout.readline().split()[1])

    def stop(self):
        self._process.stdin.close()
        self._process.wait(PATIENCE)


class Watched:
    """A session that counts what it carries"""

    def __init__(self):
        self.session = Soup.Session(timeout=0, max_conns=20, max_conns_per_host=20)
        self.queued, self.unqueued = 0, 0
        self.session.connect('request-queued', self._queued)
        self.session.connect('request-unqueued', self._unqueued)

    def _queued(self, *_):
        self.queued += 1

    def _unqueued(self, *_):
        self.unqueued += 1


# --- The places that a session can be given in ----------------------------------------------------------------------------------------

def set_default(session):
    if session is None:
        Dheera.clear_default_client()
    else:
        Dheera.Client(session=session).make_default()


def set_handler(session):
    dheera_ai.base_llm_aiohttp_handler = session and BaseLLMAIOHTTPHandler(client_session=session)


def set_blocking(session):
    dheera_ai.client_session = session


def set_awaited(session):
    dheera_ai.aclient_session = session


def settings(awaited):
    """What is looked at, in this order, where the call itself has none; the last one is there for calls of other clients, too"""
    own, other = ('aclient_session', set_awaited), ('client_session', set_blocking)
    if not awaited:
        own, other = other, own
    return [own, ('base_llm_aiohttp_handler', set_handler), other, ('default', set_default)]


class Place:
    """Where a session is given: 'client=', a setting, or 'none', with which the library uses its own. The sessions stay; what each has carried is counted anew."""

    def __init__(self, name, awaited, client=None):
        self.name, self._awaited, self._given = name, awaited, client
        self._names = ['client=', *(name for name, _ in settings(awaited))]
        self._sessions = {name: Watched() for name in self._names}

    def __enter__(self):
        begin = len(self._names) if self.name == 'none' else self._names.index(self.name)
        for i, (name, setter) in enumerate(settings(self._awaited), 1):
            setter(self._sessions[name].session if i >= begin else None)
        if begin > 0:
            return None
        session = self._sessions['client='].session
        return self._given(session) if self._given else session

    def __exit__(self, *_):
        for _, setter in settings(self._awaited):
            setter(None)

    def counts(self):
        return {name: each.queued for name, each in self._sessions.items()}

    def find_wrong(self, before, expected):
        """before is what counts() was, expected how many requests the session of this place has to carry."""
        for name, count in self.counts().items():
            wanted = expected if name == self.name else 0
            if count - before[name] != wanted:
                yield f'the session of {name} carried {count - before[name]} requests instead of {wanted}'

    def find_left(self):
        for name, each in self._sessions.items():
            if each.queued != each.unqueued:
                yield f'of {each.queued} requests of the session of {name}, {each.unqueued} are over'


def make_places(awaited):
    """By the name under which each is reported"""
    names = ['client=', *(name for name, _ in settings(awaited)), 'none']
    places = {name: Place(name, awaited) for name in names}
    places['client= a client'] = Place('client=', awaited, lambda session: Dheera.Client(session=session))
    return places


# --- The calls -------------------------------------------------------------------------------------------------------------------------

def read_message(response):
    """Some answer with pictures, too."""
    content = response.choices[0].message.content
    return content if isinstance(content, str) else ''.join(part.get('text', '') for part in content)


def read_chunk(chunk):
    return ''.join(choice.delta.content or '' for choice in chunk.choices)


async def do_completion(model, options):
    return read_message(dheera_ai.completion(model, HELLO, **options))


async def do_acompletion(model, options):
    return read_message(await dheera_ai.acompletion(model, HELLO, **options))


async def do_stream(model, options):
    return ''.join(map(read_chunk, dheera_ai.completion(model, HELLO, stream=True, **options)))


async def do_astream(model, options):
    stream = await dheera_ai.acompletion(model, HELLO, stream=True, **options)
    return ''.join([read_chunk(chunk) async for chunk in stream])


async def do_embedding(model, options):
    return dheera_ai.embedding(model, 'Hi', **options).data[0].embedding


async def do_aembedding(model, options):
    response = await dheera_ai.aembedding(model, 'Hi', **options)
    return response.data[0].embedding


def read_models(models, provider):
    return [model.id.removeprefix(f'{provider}/') for model in models.data]


async def do_list_models(model, options):
    provider, _ = model.split('/')
    return read_models(dheera_ai.list_models(provider, **options), provider)


async def do_alist_models(model, options):
    provider, _ = model.split('/')
    return read_models(await dheera_ai.alist_models(provider, **options), provider)


# What is called, whether it is awaited, and the feature that it needs
CALLS = {
    'completion': (do_completion, False, 'chat'),
    'acompletion': (do_acompletion, True, 'chat'),
    'stream': (do_stream, False, 'chat'),
    'async stream': (do_astream, True, 'chat'),
    'embedding': (do_embedding, False, 'embed'),
    'aembedding': (do_aembedding, True, 'embed'),
    'list_models': (do_list_models, False, 'list_models'),
    'alist_models': (do_alist_models, True, 'list_models'),
}


# --- The contract ------------------------------------------------------------------------------------------------------------------------

async def find_problems(server, place, call, model, wanted):
    """wanted is the answer, or None where the provider does not have what is asked for, which is said without a word on the network."""
    before, expected = place.counts(), 0 if wanted is None else 1
    with place as client:
        options = {'client': client, 'base_url': server.url, 'api_key': 'key-of-the-tests', 'num_retries': 0}
        try:
            answer = await asyncio.wait_for(call(model, options), PATIENCE)
        except GLib.Error as error:
            answer = None if is_dheera(error, Dheera.Error.NOT_SUPPORTED) else error

    problems = list(place.find_wrong(before, expected))
    requests = server.took()
    if requests != expected:
        problems.append(f'{requests} requests came to the server instead of {expected}')
    if answer != wanted:
        problems.append(f'the answer is {answer!r} instead of {wanted!r}')
    return problems


async def try_all(tap, server, features):
    places = {awaited: make_places(awaited) for awaited in (False, True)}
    before = tap.count
    for provider, has in features.items():
        for name, (call, awaited, feature) in CALLS.items():
            for where, place in places[awaited].items():
                model = f"{provider}/{MODELS.get((provider, feature), 'm')}"
                problems = await find_problems(server, place, call, model, ANSWERS[feature] if feature in has else None)
                tap.check(f'{provider}, {name}, {where}', problems)
    print(f'# {tap.count - before} cases of {len(features)} providers')

    while GLib.MainContext.default().iteration(False):
        pass
    tap.check('nothing is left in any session', [problem for each in places.values() for place in each.values() for problem in place.find_left()])


def main():
    lines = subprocess.run([sys.argv[2]], stdout=subprocess.PIPE, check=True, text=True).stdout.splitlines()
    features = {provider: has.split() for provider, has in (line.split('\t') for line in lines)}
    tap = Tap()
    tap.check('what is printed has every provider', set(Dheera.Provider.get_known_ids()) ^ set(features))
    server = Server(sys.argv[1])
    try:
        asyncio.run(try_all(tap, server, features))
    finally:
        server.stop()
    tap.done()


if __name__ == '__main__':
    main()
