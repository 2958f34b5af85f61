# SPDX-License-Identifier: LGPL-2.1-or-later
"""Embeddings, rankings, moderations, images, transcriptions and speech, as OpenAI and those who follow it have them (read_recording.py has the whole).

Answers are given in OpenAI's form again, cleaned: vectors as numbers and in order, the best document first, only what the library tells about."""

import base64
import binascii
import json
import struct

from read_common import Failure, classify, integer, is_error, parse
from read_openai_chat import PROVIDERS

TASKS = {
    'embeddings': 'embed', 'rerank': 'rerank', 'moderations': 'moderate', 'images': 'generate_image', 'transcription': 'transcribe', 'speech': 'speak',
}
OWN_PROVIDERS = {'doubleword': 'doubleword', 'voyage': 'voyage', 'jina': 'jina', 'fireworks': 'fireworks'}


def provider(recording):
    return OWN_PROVIDERS.get(recording['provider']) or PROVIDERS.get(recording['provider'], 'compatible')


def framing(recording):
    return 'whole'


def task(recording):
    return TASKS[recording['api']]


def request_body(recording):
    body = (recording['request'] or {}).get('body')
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except ValueError:
            body = None
    return body if isinstance(body, dict) else {}


def wanted(recording):
    """How many results were asked for, 0 when that is not known"""
    body = request_body(recording)
    if recording['api'] == 'rerank':
        return len(body.get('documents') or [])
    value = body.get('input')
    if isinstance(value, str):
        return 1
    if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
        return len(value)
    return 1 if value else 0


def read(recording, data):
    kind = recording['response']['headers'].get('content-type', '').split(';')[0].strip()
    if recording['api'] == 'speech' and kind != 'application/json':
        if not data:
            raise Failure('protocol')
        # Nothing in the sound tells where it ends.
        return {'error': None, 'answer': {'model': '', 'mime_type': kind, 'audio': base64.b64encode(data).decode()}, 'end': 0}
    value = parse(data)
    if is_error(value) and (not isinstance(value, dict) or value.get('error') or recording['api'] != 'transcription'):
        raise Failure(classify(200, value))
    if not isinstance(value, dict):
        raise Failure('protocol')
    answer = READ[recording['api']](value, recording)
    return {'error': None, 'answer': answer, 'end': len(data.rstrip())}


def head(value, *names):
    answer = {}
    if 'id' in names and value.get('id'):
        answer['id'] = value['id']
    answer['model'] = value.get('model') or ''
    return answer


def counts(value):
    usage = value.get('usage') if isinstance(value.get('usage'), dict) else {}
    known = {name: max(integer(usage.get(old)), integer(usage.get(new)))
             for name, old, new in (('in', 'prompt_tokens', 'input_tokens'), ('out', 'completion_tokens', 'output_tokens'), ('all', 'total_tokens', 'total_tokens'))}
    if known['in'] < 0 and known['out'] < 0:
        known['in'] = known['all']
    if known['all'] < 0:
        known['all'] = known['in'] + max(known['out'], 0)
    return {name: count for name, count in known.items() if count >= 0}


def text_usage(value):
    known = counts(value)
    names = {'in': 'prompt_tokens', 'all': 'total_tokens'}
    return {'usage': {names[name]: known[name] for name in names if name in known}} if known else {}


def token_usage(value, **more):
    known = counts(value)
    names = {'in': 'input_tokens', 'out': 'output_tokens', 'all': 'total_tokens'}
    return {'usage': {**more, **{names[name]: known[name] for name in names if name in known}}} if known else {}


def elements(value, *names):
    for name in names:
        if isinstance(value.get(name), list):
            return value[name]
    raise Failure('protocol')


def decode64(text):
    try:
        return base64.b64decode(text + '=' * (-len(text) % 4), validate=True)
    except (binascii.Error, TypeError):
        raise Failure('protocol') from None


def vector(value):
    if isinstance(value, str):
        data = decode64(value)
        if not data or len(data) % 4:
            raise Failure('protocol')
        return list(struct.unpack(f'<{len(data) // 4}f', data))
    if not isinstance(value, list) or not value or not all(isinstance(one, (int, float)) for one in value):
        raise Failure('protocol')
    return value


def embeddings(value, recording):
    found = elements(value, 'data')
    vectors = {one.get('index', position): vector(one.get('embedding')) for position, one in enumerate(found)}
    count = wanted(recording) or len(found)
    if sorted(vectors) != list(range(count)) or len(found) != count or len({len(one) for one in vectors.values()}) != 1:
        raise Failure('protocol')
    data = [{'object': 'embedding', 'index': index, 'embedding': vectors[index]} for index in range(count)]
    return {'object': 'list', 'data': data, **head(value), **text_usage(value)}


def rerank(value, recording):
    results = []
    for one in elements(value, 'results', 'data'):
        score = one.get('relevance_score', one.get('score'))
        document = one.get('document')
        document = document.get('text') if isinstance(document, dict) else document
        result = {'index': one['index'], 'relevance_score': score}
        results.append({**result, 'document': {'text': document}} if isinstance(document, str) else result)
    if len({one['index'] for one in results}) != len(results) or any(one['index'] >= wanted(recording) > 0 for one in results):
        raise Failure('protocol')
    results.sort(key=lambda one: (-one['relevance_score'], one['index']))
    return {**head(value, 'id'), 'results': results, **text_usage(value)}


def moderations(value, recording):
    results = []
    for one in elements(value, 'results'):
        categories = {name: bool(flag) for name, flag in (one.get('categories') or {}).items()}
        flagged = one['flagged'] if one.get('flagged') is not None else any(categories.values())
        scores = {name: score for name, score in (one.get('category_scores') or {}).items() if score is not None}
        results.append({'flagged': flagged, 'categories': categories, 'category_scores': scores})
    if not results or len(results) != (wanted(recording) or len(results)):
        raise Failure('protocol')
    return {**head(value, 'id'), 'results': results}


def images(value, recording):
    data = []
    for one in elements(value, 'data'):
        if one.get('b64_json'):
            image = {'b64_json': base64.b64encode(decode64(one['b64_json'])).decode()}
        elif one.get('url'):
            image = {'url': one['url']}
        else:
            raise Failure('protocol')
        data.append({**image, 'revised_prompt': one['revised_prompt']} if one.get('revised_prompt') else image)
    if not data:
        raise Failure('protocol')
    created = {'created': value['created']} if isinstance(value.get('created'), int) else {}
    return {**created, 'data': data, **token_usage(value)}


def spoken(one, name, **more):
    times = {key: one[key] for key in ('start', 'end') if isinstance(one.get(key), (int, float))}
    speaker = one.get('speaker') or one.get('speaker_id')
    return {**more, **times, name: one.get(name, one.get('text')), **({'speaker': speaker} if speaker else {})}


def transcription(value, recording):
    if not isinstance(value.get('text'), str):
        raise Failure('protocol')
    answer = {'text': value['text']}
    answer.update({key: value[key] for key in ('language', 'duration') if value.get(key) is not None})
    if value.get('segments'):
        answer['segments'] = [spoken(one, 'text', id=position) for position, one in enumerate(value['segments'])]
    if value.get('words'):
        answer['words'] = [spoken(one, 'word') for one in value['words']]
    return {**answer, **token_usage(value, type='tokens')}


def speech(value, recording):
    data = decode64(value.get('audio_data'))
    return {'model': '', 'mime_type': '', 'audio': base64.b64encode(data).decode()}


READ = {
    'embeddings': embeddings, 'rerank': rerank, 'moderations': moderations, 'images': images, 'transcription': transcription, 'speech': speech,
}
