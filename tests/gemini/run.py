#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Is what is sent to the Gemini API as Google's own description of it says?

    run.py PROGRAM

PROGRAM (print-requests.c) makes requests of a matrix of features, models and tasks; each is checked against specs/gemini-openapi.json in the folder of $DHEERA_SHARED, member by
member: what the description does not know is a fault. It is older than thinking and JSON Schema; what came since is in NEWER, and nothing else is let through. Without the folder the
test is skipped.
"""

import itertools
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from tap import Tap  # noqa: E402  pylint: disable=wrong-import-position

MODELS = ['gemini-1.5-pro-002', 'gemini-2.0-flash', 'gemini-2.5-flash', 'models/gemini-2.5-pro', 'gemini-3-flash-preview', 'gemini-3.1-pro-preview', 'gemini-flash-latest',
          'gemma-3-27b-it', 'tunedModels/mine']
ROOTS = {'chat': 'GenerateContentRequest', 'stream': 'GenerateContentRequest', 'count': 'CountTokensRequest'}

STRING, INTEGER, NUMBER, ANY = {'type': 'string'}, {'type': 'integer'}, {'type': 'number'}, {}
NEWER = {
    'GenerateContentRequest': {'serviceTier': {'type': 'string', 'enum': ['flex', 'standard', 'priority']}},
    'GenerationConfig': {
        'seed': INTEGER, 'responseJsonSchema': {'type': 'object'}, 'responseModalities': {'type': 'array', 'items': {'type': 'string', 'enum': ['TEXT', 'IMAGE', 'AUDIO']}},
        'thinkingConfig': {'type': 'object', 'properties': {
            'includeThoughts': {'type': 'boolean'}, 'thinkingBudget': INTEGER, 'thinkingLevel': {'type': 'string', 'enum': ['minimal', 'low', 'medium', 'high']}}}},
    'Part': {'thought': {'type': 'boolean'}, 'thoughtSignature': STRING},
    'FunctionCall': {'id': STRING},
    'FunctionResponse': {'id': STRING, 'parts': {'type': 'array', 'items': {'$ref': '#/components/schemas/Part'}}},
    'FunctionDeclaration': {'parametersJsonSchema': {'type': 'object', 'additionalProperties': ANY}},
    'FunctionCallingConfig': {'mode': {'type': 'string', 'enum': ['AUTO', 'ANY', 'NONE', 'VALIDATED']}},
    'Schema': {'title': STRING, 'minimum': NUMBER, 'maximum': NUMBER, 'minItems': INTEGER, 'maxItems': INTEGER,
               'anyOf': {'type': 'array', 'items': {'$ref': '#/components/schemas/Schema'}}},
    'Tool': {'googleSearch': {'type': 'object'}},
}
FREE = {'responseJsonSchema'}

TEXT = {'role': 'user', 'content': 'hi'}
PARAMETERS_OF_TOOL = {
    'type': 'object', 'title': 'T', 'required': ['a'], 'additionalProperties': False, '$defs': {'E': {'type': 'string', 'enum': ['x', 'y']}},
    'properties': {'a': {'type': ['string', 'null'], 'description': 'd', 'format': 'email'}, 'b': {'type': 'array', 'minItems': 1, 'items': {'$ref': '#/$defs/E'}},
                   'c': {'anyOf': [{'type': 'integer', 'minimum': 0}, {'type': 'boolean'}]}, 'd': {'const': 'x', 'default': 'x'}}}
TOOLS = [{'type': 'function', 'function': {'name': 'weather', 'description': 'Weather', 'parameters': PARAMETERS_OF_TOOL}},
         {'type': 'function', 'function': {'name': 'bare', 'description': '', 'parameters': {'type': 'object', 'properties': {}}}}]
SCHEMA = {'type': 'json_schema', 'json_schema': {'name': 'answer', 'schema': PARAMETERS_OF_TOOL}}


def data(kind):
    return f'data:{kind};base64,aGVsbG8='


def call(ident, name='bare', arguments='{"a": {"b": [1.50]}}'):
    return {'id': ident, 'type': 'function', 'function': {'name': name, 'arguments': arguments}}


CONVERSATIONS = {
    'text': [TEXT],
    'system': [{'role': 'system', 'content': 'Be kind.'}, {'role': 'developer', 'content': [{'type': 'text', 'text': 'Be brief.'}]}, TEXT, {'role': 'system', 'content': 'Now.'}],
    'media': [{'role': 'user', 'content': [
        {'type': 'text', 'text': 'What is it?'}, {'type': 'image_url', 'image_url': {'url': data('image/png')}}, {'type': 'image_url', 'image_url': {'url': 'https://a.example/b.png'}},
        {'type': 'input_audio', 'input_audio': {'data': 'aGVsbG8=', 'format': 'mp3'}}, {'type': 'file', 'file': {'file_data': data('application/pdf'), 'filename': 'a.pdf'}},
        {'type': 'file', 'file': {'file_id': 'files/abc'}}]}],
    'calls': [TEXT, {'role': 'assistant', 'content': 'So.', 'tool_calls': [call('1', 'weather'), {**call('2'), 'extra_content': {'google': {'thought_signature': 'c2ln'}}}]},
              {'role': 'tool', 'tool_call_id': '2', 'content': [{'type': 'text', 'text': 'r'}, {'type': 'image_url', 'image_url': {'url': data('image/png')}}]},
              {'role': 'user', 'content': 'And?'}, {'role': 'tool', 'tool_call_id': '1', 'content': '{"t": 1}'}],
    'blocks': [TEXT, {'role': 'assistant', 'content': 'a', 'refusal': 'No.', 'provider_blocks': [
        {'family': 'gemini', 'block': {'text': 'Hm.', 'thought': True, 'thoughtSignature': 'c2ln'}}, {'family': 'anthropic', 'block': {'type': 'thinking'}},
        {'family': 'gemini', 'block': {'executableCode': {'language': 'PYTHON', 'code': '1'}}, 'after_text': 1},
        {'family': 'gemini', 'block': {'codeExecutionResult': {'outcome': 'OUTCOME_OK', 'output': '1'}}, 'after_text': 1}]}, TEXT],
    'roles': [TEXT, TEXT, {'role': 'assistant', 'content': ''}, {'role': 'assistant', 'content': 'a'}, {'role': 'assistant', 'content': 'b'}, TEXT],
}
PARAMETERS = {
    'none': {},
    'sampling': {'max_tokens': 10, 'temperature': 1.5, 'top_p': 0.5, 'top_k': 5, 'stop': ['x', 'y'], 'seed': 1, 'n': 2, 'presence_penalty': 1, 'frequency_penalty': -1, 'logprobs': True,
                 'top_logprobs': 3, 'user': 'u', 'metadata': {'a': 'b'}, 'parallel_tool_calls': False},
    'tools': {'tools': TOOLS, 'tool_choice': 'required'},
    'one tool': {'tools': TOOLS, 'tool_choice': {'type': 'function', 'function': {'name': 'bare'}}},
    'strict': {'tools': [{'type': 'function', 'function': {'name': 'bare', 'strict': True}}, {'googleSearch': {}}]},
    'schema': {'response_format': SCHEMA},
    'object': {'response_format': {'type': 'json_object'}},
    'much reasoning': {'reasoning_effort': 'max'},
    'some reasoning': {'reasoning_effort': 'minimal', 'max_tokens': 100},
    'no reasoning': {'reasoning_effort': 'none'},
    'tier': {'service_tier': 'default'},
    'extra': {'safetySettings': [{'category': 'HARM_CATEGORY_HARASSMENT', 'threshold': 'BLOCK_NONE'}], 'cachedContent': 'cachedContents/x',
              'generationConfig': {'responseModalities': ['TEXT', 'IMAGE']}},
}


def cases():
    for task, model, (talk, messages), (name, parameters) in itertools.product(ROOTS, MODELS, CONVERSATIONS.items(), PARAMETERS.items()):
        yield f'{task}, {model}, {talk}, {name}', {'task': task, 'model': model, 'request': {'messages': messages, **parameters}}


# --- Checking -----------------------------------------------------------------------------------------------------------------------

TYPES = {'object': dict, 'array': list, 'string': str, 'boolean': bool, 'integer': int, 'number': (int, float)}


class Description:
    def __init__(self, schemas):
        self.schemas = schemas
        for name, members in NEWER.items():
            schemas[name]['properties'].update(members)

    def faults(self, schema, value, path):
        """Every place where value is not as the schema says"""
        if '$ref' in schema:
            yield from self.faults(self.schemas[schema['$ref'].rsplit('/', 1)[1]], value, path)
            return
        kind = schema.get('type')
        if kind is None:
            return
        if not isinstance(value, TYPES[kind]) or isinstance(value, bool) != (kind == 'boolean'):
            yield f'{path} is {value!r}, no {kind}'
        elif kind == 'array':
            for number, element in enumerate(value):
                yield from self.faults(schema['items'], element, f'{path}[{number}]')
        elif kind == 'object':
            yield from self.member_faults(schema, value, path)
        elif 'enum' in schema and value not in schema['enum']:
            yield f'{path} is {value!r}, none of {schema["enum"]}'

    def member_faults(self, schema, value, path):
        known, others = schema.get('properties', {}), schema.get('additionalProperties')
        for key, member in value.items():
            if key in known:
                if known[key].get('readOnly'):
                    yield f'{path}.{key} is not for requests'
                if key not in FREE:
                    yield from self.faults(known[key], member, f'{path}.{key}')
            elif others is not None:
                yield from self.faults(others, member, f'{path}.{key}')
            else:
                yield f'{path}.{key} is not known'


def more_faults(body):
    """What the description says in words only"""
    roles = [content.get('role') for content in body['contents']]
    if roles[:1] != ['user'] or any(one == two for one, two in itertools.pairwise(roles)):
        yield f'the roles are {roles}'
    for content in body['contents'] + [body.get('systemInstruction', {'parts': [1]})]:
        if not content['parts'] or {'text': ''} in content['parts']:
            yield f'an empty content: {content}'
        for part in content['parts'] if content['parts'] != [1] else []:
            if len(set(part) - {'thought', 'thoughtSignature'}) != 1:
                yield f'a part with {sorted(part)}'


def check(description, job, answer):
    if 'error' in answer:
        yield answer['error']
        return
    body = answer['body']
    yield from description.faults({'$ref': f'#/components/schemas/{ROOTS[job["task"]]}'}, body, 'body')
    yield from more_faults(body.get('generateContentRequest', body))
    method = {'chat': 'generateContent', 'stream': 'streamGenerateContent?alt=sse', 'count': 'countTokens'}[job['task']]
    model = job['model'] if '/' in job['model'] else f'models/{job["model"]}'
    if answer['url'] != f'https://g.example/v1beta/{model}:{method}':
        yield f'the address is {answer["url"]}'


# A body for each kind of fault that has to be seen
FAULTY = [
    {'contents': {}}, {'content': []}, {'contents': [{'role': 'user', 'parts': [{'txt': 'a'}]}]}, {'generationConfig': {'temperature': '1'}}, {'generationConfig': {'topK': True}},
    {'generationConfig': {'maxTokens': 1}}, {'toolConfig': {'functionCallingConfig': {'mode': 'required'}}}, {'tools': [{'functionDeclarations': [{'parameters': {'type': 'object'}}]}]},
    {'tools': [{'functionDeclarations': [{'parameters': {'type': 'OBJECT', 'additionalProperties': False}}]}]}, {'safetySettings': [{'category': 'RUDE'}]},
]


def main():
    tap = Tap()
    path = pathlib.Path(os.environ.get('DHEERA_SHARED') or '/nowhere') / 'specs/gemini-openapi.json'
    if not path.is_file():
        print('1..0 # SKIP DHEERA_SHARED names no folder with the description of the Gemini API')
        return
    description = Description(json.loads(path.read_text())['components']['schemas'])
    jobs = list(cases())
    done = subprocess.run([sys.argv[1]], input=''.join(json.dumps(job) + '\n' for _, job in jobs), stdout=subprocess.PIPE, text=True, check=False)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    tap.check('the program answers every line', [] if len(answers) == len(jobs) else [f'{len(answers)} of {len(jobs)}, status {done.returncode}'])

    root = {'$ref': '#/components/schemas/GenerateContentRequest'}
    tap.check('faults are seen', [f'nothing is wrong with {json.dumps(body)}' for body in FAULTY if not list(description.faults(root, body, 'body'))])
    for task in ROOTS:
        problems = [f'{name}: {fault}' for (name, job), answer in zip(jobs, answers) if job['task'] == task for fault in check(description, job, answer)]
        tap.check(f'{sum(job["task"] == task for _, job in jobs)} requests ({task}) are as the description says', problems[:20])
    tap.done()


if __name__ == '__main__':
    main()
