# SPDX-License-Identifier: LGPL-2.1-or-later
"""Ollama's own chat, /api/chat, its lists of models, /api/tags, and its embeddings, /api/embed (read_recording.py has the whole)."""

import json

import read_openai_endpoints
from read_common import Failure, classify, integer, join, parse


def is_openai(recording):
    """Of the layer that is compatible to OpenAI"""
    return '/v1/' in (recording['request'] or {}).get('url', '')


def provider(recording):
    return 'ollama-openai' if is_openai(recording) else 'ollama'


def task(recording):
    return {'embeddings': 'embed', 'models': 'list_models'}.get(recording['api'], 'chat')


def wanted(recording):
    return read_openai_endpoints.wanted(recording)


def framing(recording):
    return 'ndjson' if recording['kind'] == 'ndjson' else 'whole'


REASONS = {'stop': 'stop', 'length': 'length'}


class Answer:
    """What the lines of one answer add up to"""

    def __init__(self):
        self.text, self.reasoning, self.calls = [], [], []
        self.model, self.reason, self.usage = None, 'none', None

    def add(self, line):
        """True when the line says that it was the last one"""
        if not isinstance(line, dict):
            raise Failure('protocol')
        if line.get('error'):
            raise Failure(classify(200, line))
        self.model = self.model or line.get('model') or None

        message = line.get('message') or {}
        if not isinstance(message, dict):
            raise Failure('protocol')
        self.text.append(message.get('content'))
        self.reasoning.append(message.get('thinking'))
        for call in message.get('tool_calls') or []:
            self.add_call(call)

        if line.get('done') is not True:
            return False
        self.reason = REASONS.get(line.get('done_reason') or 'stop', 'other')
        prompt, completion = integer(line.get('prompt_eval_count')), integer(line.get('eval_count'))
        if max(prompt, completion) >= 0:
            total = prompt + completion if min(prompt, completion) >= 0 else -1
            self.usage = {'prompt': prompt, 'completion': completion, 'total': total, 'cached': -1, 'cache_write': -1, 'reasoning': -1}
        return True

    def add_call(self, call):
        function = call.get('function') if isinstance(call, dict) else None
        if not isinstance(function, dict):
            raise Failure('protocol')
        arguments = function.get('arguments')
        if isinstance(arguments, (dict, list)):
            arguments = json.dumps(arguments, separators=(',', ':'), ensure_ascii=False)
        self.calls.append({'id': call.get('id') or None, 'name': join([function.get('name')]), 'arguments': join([arguments]) or '{}'})

    def choices(self):
        reason = 'tool_calls' if self.calls and self.reason in ('stop', 'none') else self.reason
        if not self.calls and self.reason == 'none' and not join(self.text + self.reasoning):
            return []
        return [{'text': join(self.text), 'reasoning': join(self.reasoning), 'refusal': '', 'tool_calls': self.calls,
                 'finish_reason': reason}]


def fill(answer, recording, data):
    """How many bytes the answer needs"""
    if framing(recording) == 'whole':
        if not answer.add(parse(data)):
            raise Failure('stream-interrupted')
        return len(data.rstrip())
    position = 0
    for line in data.split(b'\n'):
        stop = position + len(line.rstrip())
        position += len(line) + 1
        if line.strip() and answer.add(parse(line)):
            return stop
    raise Failure('stream-interrupted')


def read_models(data):
    value = parse(data)
    models = value.get('models', 0) if isinstance(value, dict) else 0
    if models is not None and not isinstance(models, list):
        raise Failure(classify(200, value) if isinstance(value, dict) and value.get('error') else 'protocol')
    return [one.get('model') or one['name'] for one in models or [] if isinstance(one, dict) and (one.get('model') or one.get('name'))]


def read_embeddings(data):
    value = parse(data)
    vectors = value.get('embeddings') if isinstance(value, dict) else None
    if not isinstance(vectors, list):
        raise Failure(classify(200, value) if isinstance(value, dict) and value.get('error') else 'protocol')
    made = {'object': 'list', 'data': [{'object': 'embedding', 'index': index, 'embedding': one} for index, one in enumerate(vectors)],
            'model': value.get('model') or ''}
    count = integer(value.get('prompt_eval_count'))
    return {**made, 'usage': {'prompt_tokens': count, 'total_tokens': count}} if count >= 0 else made


def read(recording, data):
    if recording['api'] == 'embeddings' and is_openai(recording):
        return read_openai_endpoints.read(recording, data)
    if recording['api'] == 'embeddings':
        return {'error': None, 'answer': read_embeddings(data), 'end': len(data.rstrip())}
    if recording['api'] == 'models':
        return {'error': None, 'models': read_models(data), 'end': len(data.rstrip())}
    answer = Answer()
    try:
        end = fill(answer, recording, data)
    except Failure as failure:
        failure.choices = answer.choices()
        raise
    return {'error': None, 'id': None, 'model': answer.model, 'choices': answer.choices(), 'usage': answer.usage, 'annotations': 0, 'end': end}
