# SPDX-License-Identifier: LGPL-2.1-or-later
"""Cohere's chat, version 2, its embeddings, and its rankings, which others have too (read_recording.py has the whole)."""

import read_openai_endpoints
from read_common import Failure, classify, error_words, events, integer, join, parse


def provider(recording):  # pylint: disable=unused-argument
    return 'cohere'


def framing(recording):
    return 'sse' if recording['kind'] in ('sse', 'payload_lines') else 'whole'


def task(recording):
    return {'embeddings': 'embed', 'rerank': 'rerank'}.get(recording['api'], 'chat')


def wanted(recording):
    body = read_openai_endpoints.request_body(recording)
    return len(body.get('documents' if recording['api'] == 'rerank' else 'texts') or [])


def passed_over(recording):
    """Why nobody reads it, or None"""
    if recording['api'] != 'chat':
        return None
    request, status = recording['request'], recording['response']['status']
    body = recording['response'].get('body') or ''
    old = '/v1/chat' in request['url'] if request else '"generation_id"' in body
    return 'Cohere\'s version 1 of chat, which has another shape and which the library never asks for' if old and status < 300 else None


REASONS = {'COMPLETE': 'stop', 'STOP_SEQUENCE': 'stop', 'MAX_TOKENS': 'length', 'TOOL_CALL': 'tool_calls'}
FAILING = {'ERROR': 'server', 'TIMEOUT': 'timeout'}


class Answer:
    def __init__(self):
        self.id, self.text, self.reasoning, self.calls, self.citations = None, [], [], [], 0
        self.reason, self.usage = 'none', None

    # --- The pieces of a message

    def block(self, block):
        self.text.append(block.get('text'))
        self.reasoning.append(block.get('thinking'))

    def call(self, call, place):
        while len(self.calls) <= place:
            self.calls.append({'id': None, 'name': '', 'arguments': []})
        known, function = self.calls[place], call.get('function') or {}
        known['id'] = known['id'] or call.get('id') or None
        known['name'] = known['name'] or function.get('name') or ''
        known['arguments'].append(function.get('arguments'))

    def citation(self, citation):
        """One with addresses stands for each of them."""
        addresses = [source for source in citation.get('sources') or [] if isinstance((source.get('document') or {}).get('url'), str)]
        self.citations += len(addresses) or 1

    def message(self, message):
        """Of a whole answer"""
        for block in message.get('content') or []:
            self.block(block)
        self.reasoning.append(message.get('tool_plan'))
        for place, call in enumerate(message.get('tool_calls') or []):
            self.call(call, place)
        for citation in message.get('citations') or []:
            self.citation(citation)

    def end(self, end):
        reason = end.get('finish_reason')
        if reason in FAILING:
            raise Failure(FAILING[reason])
        self.reason = REASONS.get(reason, 'other')
        usage = end.get('usage') or {}
        tokens = usage.get('tokens') or usage.get('billed_units') or {}
        prompt, completion = integer(tokens.get('input_tokens')), integer(tokens.get('output_tokens'))
        if prompt >= 0:
            # The billed ones show it: the tokens of pictures are not among those of the input.
            prompt += max(integer(tokens.get('image_tokens')), 0)
        if max(prompt, completion) >= 0:
            self.usage = {'prompt': prompt, 'completion': completion, 'total': prompt + completion if min(prompt, completion) >= 0 else -1,
                          'cached': integer(usage.get('cached_tokens')), 'cache_write': -1, 'reasoning': integer(tokens.get('reasoning_tokens'))}

    # --- Events

    def event(self, event):
        """True when it is the last one"""
        kind = event.get('type')
        if kind is None:
            if error_words(event)[0]:
                raise Failure(classify(200, event))
            return False
        delta = event.get('delta') or {}
        message = delta.get('message') or {}
        place = event.get('index') or 0
        if kind == 'message-start':
            self.id = event.get('id')
        elif kind in ('content-start', 'content-delta'):
            self.block(message['content'])
        elif kind == 'tool-plan-delta':
            self.reasoning.append(message['tool_plan'])
        elif kind in ('tool-call-start', 'tool-call-delta'):
            self.call(message['tool_calls'], place)
        elif kind == 'citation-start':
            self.citation(message['citations'])
        elif kind == 'message-end':
            self.end(delta)
            return True
        return False

    # --- What became of it

    def choices(self):
        calls = []
        for call in self.calls:
            arguments = join(call['arguments'])
            calls.append({'id': call['id'], 'name': call['name'], 'arguments': '{}' if arguments in ('', 'null') else arguments})
        reason = 'tool_calls' if calls and self.reason in ('none', 'stop') else self.reason
        if reason == 'none' and not calls and not join(self.text + self.reasoning):
            return []
        return [{'text': join(self.text), 'reasoning': join(self.reasoning), 'refusal': '', 'tool_calls': calls, 'finish_reason': reason}]


def fill(answer, recording, data):
    if framing(recording) == 'whole':
        value = parse(data)
        if not isinstance(value, dict) or not isinstance(value.get('message'), dict):
            raise Failure(classify(200, value) if error_words(value)[0] else 'protocol')
        answer.id = value.get('id')
        answer.message(value['message'])
        answer.end(value)
        return len(data.rstrip())
    for _, text, stop in events(data):
        if text.startswith('[DONE]') or not text.strip():
            continue
        if answer.event(parse(text)):
            return stop
    raise Failure('stream-interrupted')


def read_embeddings(data):
    value = parse(data)
    if not isinstance(value, dict) or 'embeddings' not in value:
        raise Failure(classify(200, value) if error_words(value)[0] else 'protocol')
    vectors = value['embeddings']
    if isinstance(vectors, dict):
        vectors = vectors.get('float') or vectors.get('base64')
    made = {'object': 'list', 'model': '', 'data': [{'object': 'embedding', 'index': index, 'embedding': read_openai_endpoints.vector(one)}
                                                    for index, one in enumerate(vectors)]}
    count = integer((value.get('meta') or {}).get('billed_units', {}).get('input_tokens'))
    return {**made, 'usage': {'prompt_tokens': count, 'total_tokens': count}} if count >= 0 else made


def read(recording, data):
    if recording['api'] == 'rerank':
        return read_openai_endpoints.read(recording, data)
    if recording['api'] == 'embeddings':
        return {'error': None, 'answer': read_embeddings(data), 'end': len(data.rstrip())}
    answer = Answer()
    try:
        end = fill(answer, recording, data)
    except Failure as failure:
        failure.choices = answer.choices()
        raise
    return {'error': None, 'id': answer.id, 'model': None, 'choices': answer.choices(), 'usage': answer.usage, 'annotations': answer.citations,
            'end': end}
