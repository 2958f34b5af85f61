#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Is what the server writes as OpenAI's own description of its API says, and is it what the provider said?

    run-codec.py PROGRAM

PROGRAM (print-codec.c) decodes the recorded answers of all providers, and writes them as the server would: whole, in chunks, as chats, as completions, as vectors, as lists of
models and as errors. Each of them is checked against specs/openai-openapi.yaml in the folder of $DHEERA_SHARED. Chunks put together have to be the whole answer, and a whole answer of
OpenAI's own has to be, in what the description has, the one that was recorded. Without the folder, or Python's jsonschema and yaml, the test is skipped.
"""

import base64
import json
import os
import pathlib
import struct
import subprocess
import sys

TESTS = pathlib.Path(__file__).resolve().parent.parent
for folder in ('', 'recordings', 'schemas'):
    sys.path.insert(0, str(TESTS / folder))

import read_recording  # noqa: E402  pylint: disable=wrong-import-position
import run as schemas_run  # noqa: E402  pylint: disable=wrong-import-position
import run_recordings  # noqa: E402  pylint: disable=wrong-import-position
from tap import Tap  # noqa: E402  pylint: disable=wrong-import-position

SCHEMAS = {'chat': 'CreateChatCompletionResponse', 'chunk': 'CreateChatCompletionStreamResponse', 'text': 'CreateCompletionResponse',
           'vectors': 'CreateEmbeddingResponse', 'models': 'ListModelsResponse', 'error': 'ErrorResponse'}
# What is written beside the description: reasoning, what only its own provider reads, and in chunks what the description only has in whole answers
BESIDE = {
    'ChatCompletionResponseMessage': {'reasoning_content': {'type': 'string'}, 'provider_blocks': {'type': 'array'}, 'provider_annotations': {'type': 'array'}, 'images': {'type': 'array'}},
    'ChatCompletionStreamResponseDelta': {'reasoning_content': {'type': 'string'}, 'provider_blocks': {'type': 'array'}, 'provider_annotations': {'type': 'array'}, 'images': {'type': 'array'},
                                          'annotations': {'type': 'array'}, 'audio': {'type': 'object'}},
}
LEAST = 600


# --- The description ----------------------------------------------------------------------------------------------------------------

def allow_null(schema):
    """nullable is a word of OpenAPI's, not of JSON Schema's."""
    if isinstance(schema, list):
        for one in schema:
            allow_null(one)
        return
    if not isinstance(schema, dict):
        return
    for value in list(schema.values()):
        allow_null(value)
    if schema.pop('nullable', False) is True:
        copy = dict(schema)
        schema.clear()
        schema['anyOf'] = [copy, {'type': 'null'}]


def validators(path):
    import jsonschema  # pylint: disable=import-outside-toplevel
    import yaml  # pylint: disable=import-outside-toplevel
    document = yaml.load(path.read_text(), Loader=getattr(yaml, 'CSafeLoader', yaml.SafeLoader))
    schemas = document['components']['schemas']
    for name, members in BESIDE.items():
        schemas[name]['properties'].update(members)
    allow_null(schemas)
    schemas_run.make_strict(schemas)
    return {key: jsonschema.Draft202012Validator({'$ref': f'#/components/schemas/{name}', 'components': {'schemas': schemas}}) for key, name in SCHEMAS.items()}


FAULTY = [
    ('chat', {'id': 1}), ('chat', {'choices': [{}]}), ('chat', {'mood': 'x'}), ('chunk', {'object': 'chat.completion'}), ('chunk', {'usage': {}}),
    ('chunk', {'choices': [{'index': 0, 'delta': {'role': 'robot'}, 'finish_reason': None}]}), ('chunk', {'choices': [{'index': 0, 'delta': {}, 'finish_reason': 'x'}]}),
    ('text', {'object': 'chat.completion'}), ('vectors', {'data': [{'object': 'embedding', 'index': 0, 'embedding': ['a']}]}), ('models', {'object': 'x'}), ('error', {'error': {'message': 'a'}}),
]
GOOD = {
    'chat': {'id': 'i', 'object': 'chat.completion', 'created': 1, 'model': 'm', 'choices': []}, 'chunk': {'id': 'i', 'object': 'chat.completion.chunk', 'created': 1, 'model': 'm', 'choices': [], 'usage': None},
    'text': {'id': 'i', 'object': 'text_completion', 'created': 1, 'model': 'm', 'choices': []}, 'vectors': {'object': 'list', 'model': 'm', 'data': [], 'usage': {'prompt_tokens': 1, 'total_tokens': 1}},
    'models': {'object': 'list', 'data': []}, 'error': {'error': {'message': 'a', 'type': 'b', 'param': None, 'code': None}},
}


def find_blind(checks):
    for kind, members in FAULTY:
        if not list(schemas_run.faults(checks[kind], {**GOOD[kind], **members})):
            yield f'nothing is wrong with {kind} {members}'
    for kind, good in GOOD.items():
        yield from (f'{kind}: {fault}' for fault in schemas_run.faults(checks[kind], good))


# --- What was written ---------------------------------------------------------------------------------------------------------------

def read_events(text):
    events = text.split('\n\n')
    if events.pop() != '' or events.pop() != 'data: [DONE]' or not all(event.startswith('data: {') for event in events):
        raise ValueError('no whole events with [DONE] at the end')
    return [json.loads(event.removeprefix('data: ')) for event in events]


def skeleton(value, key=''):
    """Two of the same are right, or wrong, together."""
    if isinstance(value, dict):
        return tuple((name, skeleton(one, name)) for name, one in value.items())
    if isinstance(value, list):
        return tuple(sorted({skeleton(one) for one in value}, key=repr))
    return value if key in ('object', 'role', 'type', 'finish_reason') else type(value).__name__


def without_foreign(answer):
    """Without what is handed on as others than OpenAI wrote it, and what they have in their annotations beside OpenAI's members"""
    answer = json.loads(json.dumps(answer))
    for choice in answer['choices']:
        choice['logprobs'] = None
        for name in ('message', 'delta'):
            choice.get(name, {}).pop('audio', None)
            for annotation in choice.get(name, {}).get('annotations', []):
                for member in set(annotation) - {'type', 'url_citation'}:
                    del annotation[member]
                for member in set(annotation['url_citation']) - {'start_index', 'end_index', 'url', 'title'}:
                    del annotation['url_citation'][member]
            for call in choice.get(name, {}).get('tool_calls', []):
                for member in set(call) - {'index', 'id', 'type', 'function'}:
                    del call[member]
    return answer


def join(chunks):
    """What an SDK makes of the chunks: choices by their index"""
    choices = {}
    for chunk in chunks:
        for piece in chunk['choices']:
            choice = choices.setdefault(piece['index'], {'text': '', 'reasoning': '', 'refusal': '', 'calls': {}, 'finish_reason': None, 'role': None})
            if choice['finish_reason']:
                raise ValueError(f'choice {piece["index"]} goes on behind its end')
            delta = piece.get('delta', {'content': piece.get('text')})
            choice['text'] += delta.get('content') or ''
            choice['reasoning'] += delta.get('reasoning_content') or ''
            choice['refusal'] += delta.get('refusal') or ''
            if (choice['role'] is None) != ('role' in delta) and 'delta' in piece:
                raise ValueError(f'choice {piece["index"]} does not say its role once, first')
            choice['role'] = 'assistant'
            for call in delta.get('tool_calls', []):
                whole = choice['calls'].setdefault(call['index'], {'id': None, 'name': '', 'arguments': ''})
                whole['id'] = call.get('id') or whole['id']
                whole['name'] += call['function'].get('name', '')
                whole['arguments'] += call['function'].get('arguments', '')
            choice['finish_reason'] = piece['finish_reason']
    return choices


def whole_choices(answer):
    for choice in answer['choices']:
        message = choice.get('message', {'content': choice.get('text')})
        yield choice['index'], {
            'text': message.get('content') or '', 'reasoning': message.get('reasoning_content') or '', 'refusal': message.get('refusal') or '', 'role': 'assistant',
            'calls': {i: {'id': call['id'], 'name': call['function']['name'], 'arguments': call['function']['arguments']} for i, call in enumerate(message.get('tool_calls', []))},
            'finish_reason': choice['finish_reason']}


def compare_chunks(answer, chunks):
    """Why chunks are not the answer, None when they are"""
    heads = {(chunk['id'], chunk['created'], chunk['model'], chunk['object']) for chunk in chunks}
    if len(heads) > 1:
        return f'the chunks begin in {len(heads)} ways: {heads}'
    joined, whole = join(chunks), dict(whole_choices(answer))
    if joined != whole:
        return f'joined: {str(joined)[:600]}, whole: {str(whole)[:600]}'
    counts = [chunk['usage'] for chunk in chunks if chunk['usage']]
    if counts != ([answer['usage']] if 'usage' in answer else []):
        return f'usage {counts}, not {answer.get("usage")}'
    return None


def compare_recorded(answer, recorded):
    """Where the answer is not what OpenAI said, as far as the library knows it"""
    for name in ('id', 'object', 'created', 'model'):
        # The recorder made the times of some of them 0, which is no time.
        if answer[name] != recorded[name] and not (name == 'created' and recorded[name] == 0):
            yield f'{name} is {answer[name]}, not {recorded[name]}'
    for name in ('prompt_tokens', 'completion_tokens', 'total_tokens'):
        if answer['usage'][name] != recorded['usage'][name]:
            yield f'{name} is {answer["usage"][name]}, not {recorded["usage"][name]}'
    for group, name in (('prompt_tokens_details', 'cached_tokens'), ('completion_tokens_details', 'reasoning_tokens')):
        if (answer['usage'].get(group) or {}).get(name, 0) != (recorded['usage'].get(group) or {}).get(name, 0):
            yield f'{name} is {answer["usage"].get(group)}, not {recorded["usage"].get(group)}'
    for ours, theirs in zip(answer['choices'], recorded['choices'], strict=True):
        for name in ('index', 'finish_reason', 'logprobs'):
            if ours[name] != theirs.get(name):
                yield f'{name} is {ours[name]}, not {theirs.get(name)}'
        for name, nothing in (('role', None), ('content', None), ('refusal', None), ('tool_calls', None), ('annotations', [])):
            if (ours['message'].get(name) or nothing) != (theirs['message'].get(name) or nothing) and ours['message'].get(name) != theirs['message'].get(name):
                yield f'{name} is {ours["message"].get(name)}, not {theirs["message"].get(name)}'


# --- Running ------------------------------------------------------------------------------------------------------------------------

class Results:
    def __init__(self, checks):
        self.checks = checks
        self.seen = set()
        self.n_recorded = 0
        self.n_chunks = 0
        self.described, self.joined, self.recorded = [], [], []

    def validate(self, name, kind, answer):
        shape = (kind, skeleton(answer))
        if shape not in self.seen:
            self.seen.add(shape)
            self.described += [f'{name}, {kind}: {fault}' for fault in schemas_run.faults(self.checks[kind], answer)]

    def take_chat(self, name, recording, answer):
        ours = recording['provider'] in ('openai', 'azure') and recording['api'] == 'chat_completions'
        for kind, chunk_kind in (('chat', 'chunk'), ('text', 'text')):
            try:
                chunks = read_events(answer[f'{kind}_events'])
                fault = compare_chunks(answer[kind], chunks)
            except ValueError as problem:
                self.joined.append(f'{name}, {kind}: {problem}')
                continue
            self.joined += [f'{name}, {kind}: {fault}'] if fault else []
            self.n_chunks += len(chunks)
            self.validate(name, kind, answer[kind] if ours else without_foreign(answer[kind]))
            for chunk in chunks:
                described = chunk if ours else without_foreign(chunk)
                if chunk_kind == 'text':
                    # The description has one form for both, and forgets that a chunk may be unfinished and has usage null.
                    described = {**described, 'usage': described['usage'] or {'prompt_tokens': 0, 'completion_tokens': 0, 'total_tokens': 0},
                                 'choices': [{**choice, 'finish_reason': choice['finish_reason'] or 'stop'} for choice in described['choices']]}
                self.validate(name, chunk_kind, described)
        if recording['provider'] == 'openai' and recording['api'] == 'chat_completions' and recording['kind'] == 'json':
            body = json.loads(read_recording.body(recording))
            # Functions came before tools, and are answered as tools.
            if any('function_call' in choice['message'] for choice in body['choices']):
                return
            self.n_recorded += 1
            self.recorded += [f'{name}: {fault}' for fault in compare_recorded(answer['chat'], body)]

    def take_vectors(self, name, answer):
        self.validate(name, 'vectors', answer['vectors'])
        for floats, packed in zip(answer['vectors']['data'], answer['base64']['data'], strict=True):
            data = base64.b64decode(packed['embedding'], validate=True)
            if list(struct.unpack(f'<{len(data) // 4}f', data)) != [struct.unpack('<f', struct.pack('<f', one))[0] for one in floats['embedding']]:
                self.described.append(f'{name}: base64 has other numbers')

    def take(self, name, recording, answer):
        if 'chat' in answer:
            self.take_chat(name, recording, answer)
        elif 'vectors' in answer:
            self.take_vectors(name, answer)
        elif 'models' in answer:
            self.validate(name, 'models', answer['models'])
        else:
            self.validate(name, 'error', {'error': answer['error']['error']})
            if not 400 <= answer['status'] < 600:
                self.described.append(f'{name}: the status of an error is {answer["status"]}')


def ask_program(jobs):
    done = subprocess.run([sys.argv[1]], input=''.join(json.dumps(job) + '\n' for job in jobs), stdout=subprocess.PIPE, text=True, check=False)
    return [json.loads(line) for line in done.stdout.split('\n')[:-1]], done


def asked_of_openai(found):
    """What applications asked OpenAI, and were answered"""
    for name, recording in found:
        body = (recording.get('request') or {}).get('body')
        if recording['provider'] == 'openai' and recording['api'] in ('chat_completions', 'embeddings') and recording['response']['status'] == 200 and isinstance(body, str) and body:
            yield name, {'asked': body, 'task': read_recording.task(recording)}


def main():
    root = pathlib.Path(os.environ.get('DHEERA_SHARED') or '/nowhere')
    path = root / 'specs/openai-openapi.yaml'
    if not path.is_file() or not (root / 'recordings').is_dir():
        print('1..0 # SKIP DHEERA_SHARED names no folder with recordings and the description of OpenAI\'s API')
        return
    try:
        checks = validators(path)
    except ImportError as missing:
        print(f'1..0 # SKIP Python has no {missing.name}')
        return
    tap = Tap()
    tap.check('faults are seen', list(find_blind(checks)))

    found = [(name, recording) for name, recording in read_recording.recordings(root / 'recordings') if read_recording.task(recording) in ('chat', 'embed', 'list_models')]
    jobs = list(run_recordings.cases((name, recording, None) for name, recording in found))
    answers, done = ask_program(jobs)
    tap.check('the program answers every line', [] if len(answers) == len(jobs) >= LEAST else [f'{len(answers)} of {len(jobs)}, status {done.returncode}'])

    asked = list(asked_of_openai(found))
    taken, _ = ask_program([job for _, job in asked])
    refused = [f'{name}: {answer["error"]}' for (name, _), answer in zip(asked, taken, strict=True) if 'error' in answer]
    tap.check(f'{len(asked)} requests that OpenAI answered are taken', refused[:20] if len(asked) >= 100 else [f'there are only {len(asked)}'])

    results = Results(checks)
    for (name, recording), answer in zip(found, answers):
        results.take(name, recording, answer)
    tap.check(f'{len(answers)} answers, {results.n_chunks} chunks, {len(results.seen)} forms of them, are as the description says', results.described[:20])
    tap.check('chunks put together are the whole answer', results.joined[:20])
    tap.check(f'{results.n_recorded} answers of OpenAI are what was recorded', results.recorded[:20] if results.n_recorded >= 40 else ['too few'])
    tap.done()


if __name__ == '__main__':
    main()
