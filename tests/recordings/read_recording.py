#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a recorded exchange means, read a second time.

The tests compare what the library makes of the bytes with what this file makes of them. It was written from descriptions of the protocols
and shares nothing with the library: another language, another JSON parser, another order of steps. Nothing here knows any
single recording.

A recording is one JSON object as in ../../../shared/recordings (see its README.txt). The functions meant for others:

    load(path) -> dict            one recording
    find_unread(root) -> list     what is wrong about the folders that nobody reads
    recordings(root, apis)        (name, recording) of each one whose API is among apis
    body(recording) -> bytes      what the server sent, with the framing that the recorder took off put back
    framing(recording) -> str     'whole', 'sse', 'ndjson' or 'aws'
    task(recording) -> str        'chat', or what else was asked: 'list_models', 'embed', 'count_tokens', 'rerank', 'moderate', 'generate_image', 'transcribe', 'speak'
    wanted(recording) -> int      how many results were asked for (vectors, documents), 0 when it is not known
    provider(recording) -> str    the provider's id in the library, 'compatible' for one that it does not know
    expected(recording) -> dict   what has to come out, see below

Each API has a reader, a module read_<protocol>.py with provider (recording), framing (recording) and read (recording, data), which gives what expected()
gives for an answer with a good status, or raises a Failure, perhaps with the choices that came; frame_lines (text) where the lines of a recording without its framing were
no server-sent events; and, where it leaves some out, passed_over (recording), which says why. A reader of more than chats has task (recording) and perhaps wanted (recording)
as well.

expected() of an answer of a chat:

    {'error': None,
     'id': str or None, 'model': str or None,            None: not sent
     'choices': [{'text': str, 'reasoning': str, 'refusal': str,
                  'tool_calls': [{'id': str or None, 'name': str, 'arguments': str}],
                  'finish_reason': 'stop', 'length', 'tool_calls', 'content_filter', 'other' or 'none'}],   in the order of their indices
     'usage': {'prompt', 'completion', 'total', 'cached', 'cache_write', 'reasoning'} or None,             -1: not known
     'annotations': int,                                 how many citations the message has
     'end': int}                                         so many bytes of body() the answer needs to be complete

of a list of models:

    {'error': None, 'models': [str], 'end': int}

of a count of tokens:

    {'error': None, 'usage': as above, 'end': int}

of anything else beside chat:

    {'error': None, 'answer': what to_json() of the answer has to give, 'end': int, 0 when a part of it can't be told from the whole}

and of whatever fails, with 'choices' as far as they came:

    {'error': the name of a DheeraError, such as 'rate-limit', 'choices': [...], 'end': int}
"""

import base64
import json
import pathlib

import read_anthropic
import read_bedrock
import read_cohere
import read_gemini
import read_ollama
import read_openai_chat
import read_openai_endpoints
import read_openai_responses
from read_common import Failure, refused

# API of the recordings: who reads it, and for which providers when another one reads the rest
READERS = {
    'chat': {'cohere': read_cohere, 'ollama': read_ollama, 'writer': read_openai_chat},
    'chat_completions': {None: read_openai_chat},
    'converse': {'bedrock': read_bedrock},
    'converse_stream': {'bedrock': read_bedrock},
    'count_tokens': {'anthropic': read_anthropic, 'bedrock': read_bedrock, 'gemini': read_gemini, 'vertexai': read_gemini},
    'embeddings': {'cohere': read_cohere, 'gemini': read_gemini, 'ollama': read_ollama, 'vertexai': read_gemini},
    'generate_content': {None: read_gemini},
    # A question about an image, filed under what it asks about
    'images': {'ollama': read_ollama, 'vertexai': read_gemini},
    'messages': {None: read_anthropic},
    'models': {None: read_openai_chat, 'anthropic': read_anthropic, 'gemini': read_gemini},
    'rerank': {'bedrock': read_bedrock, 'cohere': read_cohere},
    'responses': {None: read_openai_responses},
    'stream_generate_content': {None: read_gemini},
}
# Those that have APIs of their own for it
NATIVE = {
    'embeddings': ('bedrock', 'cohere', 'gemini', 'ollama', 'vertexai'),
    'rerank': ('bedrock', 'cohere'),
    'images': ('bedrock', 'gemini', 'vertexai'),
    'moderations': (),
    'speech': ('gemini', 'vertexai'),
    'transcription': ('gemini', 'vertexai'),
}
for api, natives in NATIVE.items():
    READERS[api] = {None: read_openai_endpoints, **dict.fromkeys(natives), **READERS.get(api, {})}


# Folders of recordings that nobody reads, and why
UNREAD = {
    ('ollama', 'generate'): 'completions of a bare prompt: the library speaks in chats, which Ollama takes at another address',
    ('venice', 'generate'): "pictures in a form of Venice's own: the library asks it for them in OpenAI's, which it has as well",
}


def load(path):
    with open(path, encoding='utf-8') as file:
        return json.load(file)


def reader(provider_name, api):
    """The module for an API of a provider, None when it is not read"""
    readers = READERS.get(api, {})
    return readers.get(provider_name, readers.get(None))


def find_unread(root):
    root = pathlib.Path(root)
    there = {(path.parent.name, path.name) for path in root.glob('*/*') if path.is_dir() and any(path.glob('*.json'))}
    for key in sorted(there | set(UNREAD)):
        if reader(*key) and key in UNREAD:
            yield f'{"/".join(key)} has a reader, and a reason for having none'
        elif not reader(*key) and key not in UNREAD:
            yield f'{"/".join(key)} has neither a reader nor a reason for having none'


def every_recording(root, apis=None):
    root = pathlib.Path(root)
    for path in sorted(root.glob('*/*/*.json')):
        if (apis is None or path.parent.name in apis) and reader(path.parent.parent.name, path.parent.name):
            yield path.relative_to(root).as_posix(), load(path)


def recordings(root, apis=None):
    for name, recording in every_recording(root, apis):
        if not passed_over(recording):
            yield name, recording


def reader_of(recording):
    return reader(recording['provider'], recording['api'])


def task(recording):
    module = reader_of(recording)
    if hasattr(module, 'task'):
        return module.task(recording)
    return 'list_models' if recording['api'] == 'models' else 'chat'


def wanted(recording):
    module = reader_of(recording)
    return module.wanted(recording) if hasattr(module, 'wanted') else 0


def passed_over(recording):
    """Why its reader does not read it, None when it does"""
    why = getattr(reader_of(recording), 'passed_over', None)
    return why(recording) if why else None


def provider(recording):
    return reader_of(recording).provider(recording)


def framing(recording):
    return reader_of(recording).framing(recording)


def body(recording):
    response = recording['response']
    if response.get('body_b64') is not None:
        return base64.b64decode(response['body_b64'])
    text = response.get('body') or ''
    if recording['kind'] == 'payload_lines' and hasattr(reader_of(recording), 'frame_lines'):
        return reader_of(recording).frame_lines(text)
    if recording['kind'] == 'payload_lines':
        text = ''.join(f'data: {line}\n\n' for line in text.splitlines() if line.strip())
    return text.encode('utf-8', 'surrogatepass')


def expected(recording):
    data = body(recording)
    try:
        failure = refused(recording, data)
        if failure:
            raise failure
        return reader_of(recording).read(recording, data)
    except Failure as failure:
        return {'error': failure.code, 'choices': failure.choices, 'end': len(data) + 1}


if __name__ == '__main__':
    import sys
    for name in sys.argv[1:]:
        print(name, json.dumps(expected(load(name)), indent=1, ensure_ascii=False))
