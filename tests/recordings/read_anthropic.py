# SPDX-License-Identifier: LGPL-2.1-or-later
"""Answers of Anthropic's Messages, its lists of models and counts of tokens (read_recording.py has the whole).

A stream is replayed into the message that it stands for, which is then read like one that came whole.
"""

import json
import re

from read_common import Failure, classify, events, integer, is_error, join, parse

REASONS = {
    'end_turn': 'stop', 'stop_sequence': 'stop', 'pause_turn': 'stop', 'tool_use': 'tool_calls', 'max_tokens': 'length',
    'model_context_window_exceeded': 'length', 'refusal': 'content_filter',
}


def provider(_recording):
    return 'anthropic'


def framing(recording):
    return 'sse' if recording['kind'] in ('sse', 'payload_lines') else 'whole'


def task(recording):
    return {'models': 'list_models', 'count_tokens': 'count_tokens'}.get(recording['api'], 'chat')


def members(value):
    return value if isinstance(value, dict) else {}


# --- A message ----------------------------------------------------------------------------------------------------------------------

def usage_of(usage):
    counts = {key: integer(usage.get(name)) for key, name in (
        ('prompt', 'input_tokens'), ('completion', 'output_tokens'), ('cached', 'cache_read_input_tokens'),
        ('cache_write', 'cache_creation_input_tokens'))}
    counts['reasoning'] = integer(members(usage.get('output_tokens_details')).get('thinking_tokens'))
    if counts['prompt'] >= 0:
        counts['prompt'] += max(counts['cached'], 0) + max(counts['cache_write'], 0)
    counts['total'] = counts['prompt'] + counts['completion'] if min(counts['prompt'], counts['completion']) >= 0 else -1
    return counts if max(counts.values()) >= 0 else None


def keep_texts(value, text):
    """The input of a call is the text that was sent, with the white space that it had: finds it for each block of an answer or event."""
    inputs = []
    for match in re.finditer(r'"input"\s*:\s*(?={)', text):
        found, end = json.JSONDecoder().raw_decode(text, match.end())
        inputs.append((found, text[match.end():end]))
    blocks = [value.get('content_block'), *(members(value.get('message')).get('content') or []), *(value.get('content') or [])]
    for block in map(members, blocks):
        block['input_text'] = next((raw for found, raw in inputs if found == block.get('input')), None)


def call_of(block):
    source = block.get('input')
    if isinstance(source, list):  # pieces of a stream
        arguments = join(source) or '{}'
    else:
        arguments = block.get('input_text') if source else '{}'
    return {'id': block.get('id') or None, 'name': join([block.get('name')]), 'arguments': arguments}


def choice_of(message):
    blocks = [block for block in message.get('content') or [] if isinstance(block, dict)]

    def pieces(kind, member):
        return [piece for block in blocks if block.get('type') == kind for piece in block.get('pieces', [block.get(member)])]

    calls = [call_of(block) for block in blocks if block.get('type') == 'tool_use']
    raw = message.get('stop_reason')
    reason = REASONS.get(raw, 'other') if raw else 'none'
    refusal = members(message.get('stop_details')).get('explanation') if raw == 'refusal' else None
    return {'text': join(pieces('text', 'text')), 'reasoning': join(pieces('thinking', 'thinking')), 'refusal': join([refusal]), 'tool_calls': calls,
            'finish_reason': 'tool_calls' if calls and reason in ('none', 'stop') else reason}


def answer_of(message):
    cited = sum(len(block.get('citations') or []) for block in message['content'] if isinstance(block, dict) and block.get('type') == 'text')
    return {'error': None, 'id': message.get('id') or None, 'model': message.get('model') or None, 'choices': [choice_of(message)],
            'usage': usage_of(members(message.get('usage'))), 'annotations': cited}


# --- A stream -----------------------------------------------------------------------------------------------------------------------

class Stream:
    def __init__(self):
        self.message = None
        self.open = {}
        self.done = False

    def message_start(self, event):
        self.message = {**event['message'], 'content': list(event['message'].get('content') or [])}

    def content_block_start(self, event):
        block = dict(event['content_block'])
        for kind, member in (('text', 'text'), ('thinking', 'thinking')):
            if block.get('type') == kind:
                block['pieces'] = [block.get(member)]
        if block.get('citations') is not None:
            block['citations'] = list(block['citations'])
        self.message['content'].append(block)
        self.open[event.get('index')] = block

    def content_block_delta(self, event):
        block, delta = self.open.get(event.get('index')), event['delta']
        kind = delta.get('type')
        if kind in ('text_delta', 'thinking_delta'):
            block['pieces'].append(delta[kind.removesuffix('_delta')])
        elif kind == 'input_json_delta' and delta['partial_json']:
            if not isinstance(block['input'], list):
                block['input'] = []  # what the start had was a placeholder
            block['input'].append(delta['partial_json'])
        elif kind == 'citations_delta':
            block.setdefault('citations', []).append(delta['citation'])

    def message_delta(self, event):
        self.message.update({key: value for key, value in event['delta'].items() if value is not None})
        counts = {**members(self.message.get('usage'))}
        counts.update({key: value for key, value in members(event.get('usage')).items() if value is not None})
        self.message['usage'] = counts

    def message_stop(self, _event):
        self.done = True

    def add(self, event):
        if not isinstance(event, dict):
            raise Failure('protocol')
        if event.get('type') == 'error' or event.get('error'):
            raise Failure(classify(200, event))
        method = getattr(self, str(event.get('type')), None)
        if method is not None and event['type'] not in ('add', 'choices'):
            method(event)

    def choices(self):
        return [choice_of(self.message)] if self.message else []


def read_stream(pieces):
    """The answer, and where the event that completes it ends"""
    stream = Stream()
    try:
        for kind, text, stop in pieces:
            if text.strip():
                value = parse(text)
                if kind == 'error':
                    raise Failure(classify(200, value))
                if isinstance(value, dict):
                    keep_texts(value, text)
                stream.add(value)
            if stream.done:
                return {**answer_of(stream.message), 'end': stop}
        raise Failure('stream-interrupted')
    except Failure as failure:
        failure.choices = stream.choices()
        raise


def read_whole(data):
    value, end = parse(data), len(data.rstrip())
    if isinstance(value, list) and value:  # the events of a stream
        return {**read_stream(('message', json.dumps(event), 0) for event in value), 'end': end}
    if is_error(value):
        raise Failure(classify(200, value))
    if not isinstance(value, dict) or not isinstance(value.get('content'), list):
        raise Failure('protocol')
    keep_texts(value, data.decode('utf-8', 'replace'))
    return {**answer_of(value), 'end': end}


def read_count(data):
    count = integer(members(parse(data)).get('input_tokens'))
    if count < 0:
        raise Failure('protocol')
    return {'error': None, 'usage': usage_of({'input_tokens': count}), 'end': len(data.rstrip())}


def read(recording, data):
    """What an answer with a good status has to become"""
    if recording['api'] == 'count_tokens':
        return read_count(data)
    if recording['api'] == 'models':
        return {'error': None, 'models': [model['id'] for model in parse(data)['data']], 'end': len(data.rstrip())}
    return read_stream(events(data)) if framing(recording) == 'sse' else read_whole(data)
