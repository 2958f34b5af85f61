# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the recordings asked for: how each API's requests are taken, made through the public API, and compared with those that arrive.

Each API has a module requests_<protocol>.py with

    target(recording) -> (str, str or None)     the path of the base URL that an application would set, and the whole path that the request has to have
                                                then, with its query where that matters: the recorded one, or None where the recorded one is another API's
    settings(recording) -> dict                 optional: what else the provider is told, {'api_version': str}
    express(recording) -> str                   the recorded request as an application would make it: OpenAI's chat JSON for
                                                dheera_request_new_from_json(). What the API says in no other way stays under its own name, and becomes the
                                                request's extra. Raises Inexpressible, whose reason is printed and counted; a plain request goes in its place
    streams(recording) -> bool                  did it ask for a stream?
    compare(recording, asked, warnings) -> (problems, notes)
                                                the recorded request beside asked, which arrived: {method, target, headers (with names in small letters),
                                                body (text)}. Differences that are meant are rules with a name (compare_request.py); each one that was needed is
                                                a note, and counted

    task(recording) -> str                      optional: what replay.c has to call when it is no chat
    plain(recording, full) -> str               optional: a request for an answer whose own is not there

which never is asked for a request that was not recorded.
"""

import read_recording
import requests_anthropic
import requests_azure
import requests_bedrock
import requests_cohere
import requests_gemini
import requests_ollama
import requests_openai_chat
import requests_openai_endpoints
import requests_openai_responses
from compare_request import Inexpressible

# API of the recordings: whose requests these are, and for which providers when they are not the same everywhere (as READERS of the recordings)
REQUESTS = {
    'chat_completions': {'azure': requests_azure, None: requests_openai_chat},
    'converse': {'bedrock': requests_bedrock},
    'converse_stream': {'bedrock': requests_bedrock},
    'count_tokens': {'anthropic': requests_anthropic, 'bedrock': requests_bedrock, 'gemini': requests_gemini, 'vertexai': requests_gemini},
    'chat': {'cohere': requests_cohere, 'ollama': requests_ollama, 'writer': requests_openai_chat},
    'generate_content': {None: requests_gemini},
    'images': {'ollama': requests_ollama},
    'messages': {None: requests_anthropic},
    'models': {None: requests_openai_chat, 'anthropic': requests_anthropic},
    'responses': {None: requests_openai_responses},
    'stream_generate_content': {None: requests_gemini},
}
# What replay.c has to call; a chat when it is not here
TASKS = {'count_tokens': 'count', 'models': 'models'}


for _api, _natives in read_recording.NATIVE.items():
    REQUESTS[_api] = {None: requests_openai_endpoints, **dict.fromkeys(_natives), **REQUESTS.get(_api, {})}


def module(recording):
    """None when requests of that API are not played back"""
    modules = REQUESTS.get(recording['api'], {})
    return modules.get(recording['provider'], modules.get(None))


def task(recording):
    own = getattr(module(recording), 'task', None)
    return own(recording) if own else TASKS.get(recording['api'], 'chat')


def target(recording):
    return module(recording).target(recording)


def settings(recording):
    return getattr(module(recording), 'settings', lambda _: {})(recording)


def express(recording):
    """(the request as JSON, None), (None, why it can't be made), or for what is no chat (None, None)"""
    if task(recording) == 'models':
        return None, None
    if recording['request'] is None:
        return None, 'its request was not recorded'
    try:
        return module(recording).express(recording), None
    except Inexpressible as reason:
        return None, str(reason)


def plain(recording, full):
    """What goes in the place of a request that is not there, as JSON; None for that of replay.c"""
    own = getattr(module(recording), 'plain', None)
    return own(recording, full) if own else None


def streams(recording):
    return recording['request'] is not None and module(recording).streams(recording)


def compare(recording, asked, warnings):
    """(problems, notes); the path was compared before"""
    return module(recording).compare(recording, asked, warnings)
