# SPDX-License-Identifier: LGPL-2.1-or-later
"""Amazon Bedrock's Converse and ConverseStream, its counts of tokens and rankings (read_recording.py has the whole)."""

import json
import re
import struct
import zlib

from read_common import Failure, error_words, integer, join, parse

REASONS = {
    'end_turn': 'stop', 'stop_sequence': 'stop', 'max_tokens': 'length', 'model_context_window_exceeded': 'length', 'tool_use': 'tool_calls',
    'guardrail_intervened': 'content_filter', 'content_filtered': 'content_filter',
}
FAILING_REASONS = {'malformed_model_output', 'malformed_tool_use'}
EXCEPTIONS = {
    'internalserver': 'server', 'modelstreamerror': 'server', 'validation': 'invalid-request', 'throttling': 'rate-limit',
    'serviceunavailable': 'overloaded', 'modeltimeout': 'timeout',
}


def provider(recording):  # pylint: disable=unused-argument
    return 'bedrock'


def framing(recording):
    return 'aws' if recording['kind'] in ('aws_eventstream', 'payload_lines') else 'whole'


def task(recording):
    return {'count_tokens': 'count_tokens', 'rerank': 'rerank'}.get(recording['api'], 'chat')


# --- Messages of the event stream ---------------------------------------------------------------------------------------------------

def message(payload, headers):
    coded = b''.join(bytes([len(name)]) + name.encode() + b'\x07' + struct.pack('>H', len(value)) + value.encode() for name, value in headers.items())
    prelude = struct.pack('>II', 16 + len(coded) + len(payload), len(coded))
    whole = prelude + struct.pack('>I', zlib.crc32(prelude)) + coded + payload
    return whole + struct.pack('>I', zlib.crc32(whole))


def frame_lines(text):
    """Lines that hold an event under its name, as messages again"""
    made = b''
    for line in text.splitlines():
        for name, event in (json.loads(line) if line.strip() else {}).items():
            payload = json.dumps(event, separators=(',', ':')).encode()
            made += message(payload, {':event-type': name, ':content-type': 'application/json', ':message-type': 'event'})
    return made


def headers_of(data):
    """Those that are texts; the recordings have no others."""
    found, at = {}, 0
    while at < len(data):
        end = at + 1 + data[at]
        name = data[at + 1:end].decode()
        if data[end] != 7:
            raise Failure('protocol')
        length = struct.unpack('>H', data[end + 1:end + 3])[0]
        found[name] = data[end + 3:end + 3 + length].decode()
        at = end + 3 + length
    return found


def messages(data):
    """(headers, payload, offset behind it) of each that is whole"""
    position = 0
    while len(data) - position >= 12:
        total, length, checksum = struct.unpack('>III', data[position:position + 12])
        if zlib.crc32(data[position:position + 8]) != checksum:
            raise Failure('protocol')
        whole = data[position:position + total]
        if len(whole) < total:
            return
        if zlib.crc32(whole[:-4]) != struct.unpack('>I', whole[-4:])[0]:
            raise Failure('protocol')
        position += total
        yield headers_of(whole[12:12 + length]), whole[12 + length:-4], position


# --- Answers ------------------------------------------------------------------------------------------------------------------------

def inputs(text):
    """The texts of all members "input", outermost, as they are written"""
    at = 0
    while match := re.compile(r'"input"\s*:\s*').search(text, at):
        at = json.JSONDecoder().raw_decode(text, match.end())[1]
        yield text[match.end():at]


class Answer:
    def __init__(self):
        self.text, self.reasoning, self.calls, self.reason, self.usage = [], [], {}, None, None
        self.annotations, self.servers = 0, set()

    def call(self, index, use):
        """What Amazon ran by itself is no call for the application."""
        if use.get('type') == 'server_tool_use':
            self.servers.add(index)
            return
        self.calls[index] = {'id': use.get('toolUseId') or None, 'name': join([use.get('name')]), 'arguments': []}

    def block(self, index, block, written):
        if 'text' in block:
            self.text.append(block['text'])
        if 'reasoningContent' in block:
            self.reasoning.append((block['reasoningContent'].get('reasoningText') or {}).get('text'))
        if 'toolUse' in block:
            self.call(index, block['toolUse'])
            text = next(written) if 'input' in block['toolUse'] else ''
            if index in self.calls:
                self.calls[index]['arguments'].append(text)
        if 'citationsContent' in block:
            self.text += [part.get('text') for part in block['citationsContent'].get('content') or []]
            self.annotations += len(block['citationsContent'].get('citations') or [])

    def delta(self, index, delta):
        self.text.append(delta.get('text'))
        if 'reasoningContent' in delta:
            self.reasoning.append(delta['reasoningContent'].get('text'))
        if 'toolUse' in delta and index not in self.servers:
            self.calls[index]['arguments'].append(delta['toolUse'].get('input'))
        self.annotations += 'citation' in delta

    def stop(self, reason):
        if reason in FAILING_REASONS:
            raise Failure('server')
        self.reason = reason

    def count(self, usage):
        if not isinstance(usage, dict):
            return
        cached, written = integer(usage.get('cacheReadInputTokens')), integer(usage.get('cacheWriteInputTokens'))
        prompt, completion = integer(usage.get('inputTokens')), integer(usage.get('outputTokens'))
        if prompt >= 0:
            prompt += max(cached, 0) + max(written, 0)
        total = prompt + completion if min(prompt, completion) >= 0 else integer(usage.get('totalTokens'))
        self.usage = {'prompt': prompt, 'completion': completion, 'total': total, 'cached': cached, 'cache_write': written, 'reasoning': -1}

    def choices(self):
        calls = [{**self.calls[index], 'arguments': join(self.calls[index]['arguments']) or '{}'} for index in self.calls]
        reason = 'none' if self.reason is None else REASONS.get(self.reason, 'other')
        if calls and reason in ('none', 'stop'):
            reason = 'tool_calls'
        made = {'text': join(self.text), 'reasoning': join(self.reasoning), 'refusal': '', 'tool_calls': calls, 'finish_reason': reason}
        return [made] if calls or made['text'] or made['reasoning'] or self.reason is not None else []

    def result(self, recording, end):
        ident = recording['response'].get('headers', {}).get('x-amzn-requestid')
        return {'error': None, 'id': ident, 'model': None, 'choices': self.choices(), 'usage': self.usage, 'annotations': self.annotations, 'end': end}


def read_event(answer, kind, value):
    index = value.get('contentBlockIndex', 0)
    if kind == 'contentBlockStart' and 'toolUse' in value['start']:
        answer.call(index, value['start']['toolUse'])
    elif kind == 'contentBlockDelta':
        answer.delta(index, value['delta'])
    elif kind == 'messageStop':
        answer.stop(value['stopReason'])
    elif kind == 'metadata':
        answer.count(value.get('usage'))


def read_stream(answer, data):
    end = None
    for headers, payload, position in messages(data):
        if headers.get(':message-type') in ('exception', 'error'):
            name = headers.get(':exception-type', headers.get(':error-code', '')).lower().removesuffix('exception')
            raise Failure(EXCEPTIONS.get(name, 'stream-error'))
        read_event(answer, headers.get(':event-type'), parse(payload) if payload else {})
        if headers.get(':event-type') == 'messageStop':
            end = position
    if end is None:
        raise Failure('stream-interrupted')
    return end


def read_whole(answer, data):
    value = parse(data)
    output = value.get('output') if isinstance(value, dict) else None
    if not isinstance(output, dict) or not isinstance(output.get('message'), dict):
        raise Failure('stream-error' if error_words(value)[0] else 'protocol')
    written = inputs(data.decode())
    for index, block in enumerate(output['message'].get('content') or []):
        answer.block(index, block, written)
    answer.count(value.get('usage'))
    if value.get('stopReason'):
        answer.stop(value['stopReason'])
    return len(data.rstrip())


def read_count(value):
    count = integer(value.get('inputTokens'))
    if count < 0:
        raise Failure('protocol')
    return {'usage': {'prompt': count, 'completion': -1, 'total': -1, 'cached': -1, 'cache_write': -1, 'reasoning': -1}}


def read_ranking(value):
    results = [{'index': one['index'], 'relevance_score': one['relevanceScore']} for one in value['results']]
    return {'answer': {'model': '', 'results': sorted(results, key=lambda one: (-one['relevance_score'], one['index']))}}


def read(recording, data):
    if task(recording) != 'chat':
        value = parse(data)
        return {'error': None, **(read_count if task(recording) == 'count_tokens' else read_ranking)(value), 'end': len(data.rstrip())}
    answer = Answer()
    try:
        end = (read_stream if framing(recording) == 'aws' else read_whole)(answer, data)
    except Failure as failure:
        failure.choices = answer.choices()
        raise
    return answer.result(recording, end)
