# SPDX-License-Identifier: LGPL-2.1-or-later
"""Answers of Google's generateContent, streamGenerateContent, countTokens, of its vectors, pictures and lists of models, of the Gemini API and of Vertex AI (read_recording.py has
the whole)."""

import base64
import json
import re

from read_common import Failure, classify, events, integer, join, parse

PROVIDERS = {'gemini': 'gemini', 'vertexai': 'vertexai'}


def provider(recording):
    return PROVIDERS.get(recording['provider'], 'gemini')


def framing(recording):
    return 'sse' if recording['kind'] in ('sse', 'payload_lines') else 'whole'


TASKS = {'models': 'list_models', 'count_tokens': 'count_tokens', 'embeddings': 'embed', 'images': 'generate_image'}


def task(recording):
    return TASKS.get(recording['api'], 'chat')


def wanted(recording):
    """How many vectors were asked for"""
    try:
        body = json.loads(recording['request']['body']) if recording['request'] else {}
    except ValueError:
        body = {}
    if recording['api'] != 'embeddings':
        return 0
    return len(body.get('requests') or body.get('instances') or ([1] if 'content' in body else []))


# --- Arguments of calls -------------------------------------------------------------------------------------------------------------

class Number(str):
    """A number as it was written"""


def parse_exactly(text):
    return json.loads(text, parse_float=Number, parse_int=Number)


def compact(value):
    """JSON without blanks, members in their order, numbers as they were"""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        return '{' + ','.join(f'{compact(key)}:{compact(child)}' for key, child in value.items()) + '}'
    if isinstance(value, list):
        return '[' + ','.join(map(compact, value)) + ']'
    return json.dumps(value, ensure_ascii=False)


STEP = re.compile(r"\.([^.\[]+)|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]|\[\"((?:[^\"\\]|\\.)*)\"\]")


def steps_of(path):
    return [int(index) if index else plain or re.sub(r'\\(.)', r'\1', single or double)
            for plain, index, single, double in STEP.findall(path[1:])]


def put(root, steps, value):
    """Writes value at the end of the steps, behind the text that is there already."""
    holder = root
    for step, following in zip(steps, steps[1:] + [None]):
        fresh = value if following is None else [] if isinstance(following, int) else {}
        if isinstance(holder, list):
            if step >= len(holder):
                holder.append(fresh)
            elif following is None:
                holder[step] += value
            holder = holder[min(step, len(holder) - 1)]
        else:
            if step not in holder:
                holder[step] = fresh
            elif following is None:
                holder[step] += value
            holder = holder[step]


def piece_value(piece):
    for key in ('stringValue', 'numberValue', 'boolValue'):
        if piece.get(key) is not None:
            return piece[key]
    return None


# --- Answers ------------------------------------------------------------------------------------------------------------------------

REASONS = {
    'STOP': 'stop', 'MAX_TOKENS': 'length', 'SAFETY': 'content_filter', 'RECITATION': 'content_filter', 'BLOCKLIST': 'content_filter',
    'PROHIBITED_CONTENT': 'content_filter', 'SPII': 'content_filter', 'IMAGE_SAFETY': 'content_filter',
    'IMAGE_PROHIBITED_CONTENT': 'content_filter', 'IMAGE_RECITATION': 'content_filter', 'MODEL_ARMOR': 'content_filter',
}
FAILING = {'MALFORMED_FUNCTION_CALL', 'UNEXPECTED_TOOL_CALL', 'TOO_MANY_TOOL_CALLS', 'MALFORMED_RESPONSE'}
NUMBERS = {'1': 'STOP', '2': 'MAX_TOKENS', '3': 'SAFETY', '4': 'RECITATION'}


class Candidate:
    def __init__(self):
        self.text, self.reasoning, self.refusal, self.calls, self.reason = [], [], [], [], None
        self.open, self.cited, self.grounding, self.reopened, self.running = False, 0, None, False, False

    def add_call(self, call):
        name = call.get('name') or ''
        if not (self.open and not name):
            if not call:
                return
            self.calls.append({'id': call.get('id') or None, 'name': name, 'args': call.get('args') or {}})
            self.open = False
        for piece in call.get('partialArgs') or []:
            put(self.calls[-1]['args'], steps_of(piece['jsonPath']), piece_value(piece))
            self.open = True
        self.open = call.get('willContinue') is True

    def add_part(self, part):
        if part.get('text') != '' or set(part) - {'text', 'thought', 'thoughtSignature'}:
            self.reopened = self.reason is not None
        self.running = 'executableCode' in part or self.running and 'codeExecutionResult' not in part
        if isinstance(part.get('functionCall'), dict):
            self.add_call(part['functionCall'])
        elif isinstance(part.get('text'), str):
            (self.reasoning if part.get('thought') is True else self.text).append(part['text'])

    def add(self, value):
        for part in (value.get('content') or {}).get('parts') or []:
            self.add_part(part)
        citations = value.get('citationMetadata') or {}
        self.cited += len([one for one in citations.get('citationSources') or citations.get('citations') or [] if one.get('uri')])
        grounding = value.get('groundingMetadata') or {}
        self.grounding = grounding if grounding.get('groundingChunks') else self.grounding
        reason = value.get('finishReason')
        reason = NUMBERS.get(reason, reason)
        if reason in FAILING:
            raise Failure('server')
        if reason and reason not in ('FINISH_REASON_UNSPECIFIED', '0'):
            self.reason, self.reopened = reason, reason == 'STOP' and self.running

    def finished(self):
        return self.reason is not None and not self.reopened

    def count_citations(self):
        if self.grounding is None:
            return self.cited
        usable = [any((chunk.get(kind) or {}).get('sourceUri' if kind == 'image' else 'uri') for kind in ('web', 'retrievedContext', 'maps', 'image'))
                  for chunk in self.grounding['groundingChunks']]
        supports = self.grounding.get('groundingSupports') or []
        if not supports:
            return self.cited + sum(usable)
        numbers = [int(number) for support in supports for number in support.get('groundingChunkIndices') or []]
        return self.cited + len([number for number in numbers if number < len(usable) and usable[number]])

    def result(self):
        calls = [{'id': call['id'], 'name': call['name'], 'arguments': compact(call['args'])} for call in self.calls]
        reason = 'none' if self.reason is None else REASONS.get(self.reason, 'other')
        if calls and reason in ('none', 'stop'):
            reason = 'tool_calls'
        return {'text': join(self.text), 'reasoning': join(self.reasoning), 'refusal': join(self.refusal), 'tool_calls': calls,
                'finish_reason': reason}


class Answer:
    def __init__(self):
        self.candidates, self.id, self.model, self.blocked = {}, None, None, False
        self.counts = dict.fromkeys(('prompt', 'completion', 'total', 'cached', 'cache_write', 'reasoning'), -1)

    def add_usage(self, usage):
        def count(name):
            return integer(usage.get(name)) if not isinstance(usage.get(name), Number) else integer(str(usage[name]))

        prompt, tools, answer, thoughts = (count(name) for name in ('promptTokenCount', 'toolUsePromptTokenCount', 'candidatesTokenCount',
                                                                    'thoughtsTokenCount'))
        now = {'total': count('totalTokenCount'), 'cached': count('cachedContentTokenCount'), 'reasoning': thoughts}
        if max(prompt, tools) >= 0:
            now['prompt'] = max(prompt, 0) + max(tools, 0)
        # A count of zero is left out.
        if max(prompt, tools, answer, thoughts) >= 0:
            now['completion'] = max(answer, 0) + max(thoughts, 0)
        self.counts.update({key: value for key, value in now.items() if value >= 0})

    def add(self, value):
        if isinstance(value, dict) and value.get('error'):
            raise Failure(classify(200, plain(value)))
        if not isinstance(value, dict) or not isinstance(value.get('candidates') or [], list):
            raise Failure('protocol')
        self.id = self.id or value.get('responseId') or None
        self.model = self.model or value.get('modelVersion') or None
        self.add_usage(value.get('usageMetadata') or {})
        for position, candidate in enumerate(value.get('candidates') or []):
            self.candidates.setdefault(int(candidate.get('index') or position), Candidate()).add(candidate)
        feedback = value.get('promptFeedback') or {}
        if feedback.get('blockReason'):
            self.block(feedback)

    def block(self, feedback):
        if not self.candidates:
            self.candidates[0] = Candidate()
            self.candidates[0].refusal.append(feedback.get('blockReasonMessage'))
        for candidate in self.candidates.values():
            candidate.reason = candidate.reason or 'SAFETY'
        self.blocked = True

    def finished(self):
        return bool(self.candidates) and all(candidate.finished() for candidate in self.candidates.values())

    def results(self):
        return [candidate.result() for _, candidate in sorted(self.candidates.items())]

    def result(self):
        first = self.candidates.get(0)
        return {'error': None, 'id': self.id, 'model': self.model, 'choices': self.results(),
                'usage': self.counts if max(self.counts.values()) >= 0 else None,
                'annotations': first.count_citations() if first else 0}


def plain(value):
    """Numbers that were kept as they were written, as what they are"""
    return json.loads(compact(value))


def exact(text):
    parse(text)
    return parse_exactly(text)


def read_stream(data, answer):
    """Returns how many bytes it takes until the answer is complete."""
    end = 0
    for kind, text, stop in events(data):
        if kind == 'error':
            raise Failure(classify(200, parse(text)))
        if not text.strip():
            continue
        before = answer.results(), answer.finished()
        value = exact(text)
        for one in value if isinstance(value, list) else [value]:
            answer.add(one)
        if answer.finished() and (answer.results(), True) != before:
            end = stop
    if not answer.finished():
        raise Failure('stream-interrupted')
    return end


def read_whole(data, answer):
    value = exact(data.decode('utf-8', 'replace'))
    for one in value if isinstance(value, list) else [value]:
        answer.add(one)
    if not answer.candidates:
        raise Failure('protocol')
    if isinstance(value, list) and not answer.finished():
        raise Failure('stream-interrupted')


def read_models(value):
    found = value.get('models', value.get('publisherModels', [] if value == {} else None))
    if not isinstance(found, list):
        raise Failure('protocol')
    return [name if name.startswith('tunedModels/') else name.split('models/')[-1] for name in (one.get('name') for one in found) if name]


def read_count(value):
    total = integer(value.get('totalTokens'))
    if total < 0:
        raise Failure('protocol')
    return {'usage': {'prompt': total, 'completion': -1, 'total': total, 'cached': integer(value.get('cachedContentTokenCount')), 'cache_write': -1, 'reasoning': -1}}


def read_vectors(value):
    predictions = [one['embeddings'] for one in value.get('predictions') or []]
    found = value.get('embeddings') or predictions or ([value['embedding']] if 'embedding' in value else [])
    if not found:
        raise Failure('protocol')
    counts = [one['statistics']['token_count'] for one in predictions if 'statistics' in one]
    total = (value.get('usageMetadata') or {}).get('promptTokenCount', sum(counts) if counts else None)
    data = [{'object': 'embedding', 'index': index, 'embedding': one['values']} for index, one in enumerate(found)]
    usage = {'usage': {'prompt_tokens': total, 'total_tokens': total}} if total is not None else {}
    return {'answer': {'object': 'list', 'model': '', 'data': data, **usage}}


def read_pictures(value):
    data = []
    for one in value.get('predictions') or []:
        if 'bytesBase64Encoded' in one:
            data.append({'b64_json': base64.b64encode(base64.b64decode(one['bytesBase64Encoded'])).decode()})
        elif 'gcsUri' in one:
            data.append({'url': one['gcsUri']})
    if not data:
        raise Failure('content-policy')
    return {'answer': {'data': data}}


READ = {'models': lambda value: {'models': read_models(value)}, 'count_tokens': read_count, 'embeddings': read_vectors, 'images': read_pictures}


def read(recording, data):
    """What an answer with a good status has to become"""
    complete = len(data.rstrip())
    if recording['api'] in READ:
        value = parse(data)
        if value.get('error'):
            raise Failure(classify(200, value))
        return {'error': None, **READ[recording['api']](value), 'end': complete}
    answer = Answer()
    try:
        if framing(recording) == 'sse':
            end = read_stream(data, answer)
        else:
            read_whole(data, answer)
            end = complete
    except Failure as failure:
        failure.choices = answer.results()
        raise
    return {**answer.result(), 'end': end}
