#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Is what is sent to a provider as its own description of its API says?

    run.py PROGRAM {ollama,cohere,mistral}

PROGRAM (print-requests.c) makes requests of a matrix of conversations and parameters; each is checked against specs/<provider>-openapi.yaml in the folder of $DHEERA_SHARED, and a
member that the description does not list is a fault. What came since a description was written is in NEWER, and nothing else is let through. Without the folder, or Python's
jsonschema and yaml, the test is skipped.
"""

import itertools
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from tap import Tap  # noqa: E402  pylint: disable=wrong-import-position

STRING, INTEGER = {'type': 'string'}, {'type': 'integer'}
# By provider: where the body is described, the path that it goes to, and what is newer than the description
APIS = {
    'ollama': (('schemas', 'ChatRequest'), '/api/chat', {
        'ChatMessage': {'thinking': STRING, 'tool_name': STRING, 'tool_call_id': STRING}, 'ToolCall': {'id': STRING}}),
    'cohere': (('paths', '/v2/chat'), '/v2/chat', {}),
    'mistral': (('schemas', 'ChatCompletionRequest'), '/chat/completions', {}),
}

TEXT = {'role': 'user', 'content': 'hi'}
PARAMETERS_OF_TOOL = {'type': 'object', 'properties': {'a': {'type': 'string', 'enum': ['x', 'y']}}, 'required': ['a'], 'additionalProperties': False}
TOOLS = [{'type': 'function', 'function': {'name': 'weather', 'description': 'Weather', 'parameters': PARAMETERS_OF_TOOL}},
         {'type': 'function', 'function': {'name': 'bare'}}]
SCHEMA = {'type': 'json_schema', 'json_schema': {'name': 'answer', 'strict': True, 'schema': PARAMETERS_OF_TOOL}}


def data(kind):
    return f'data:{kind};base64,aGVsbG8='


def call(ident, name='bare', arguments='{"a": {"b": [1.50]}}'):
    return {'id': ident, 'type': 'function', 'function': {'name': name, 'arguments': arguments}}


def of_user(*parts):
    return [{'role': 'user', 'name': 'ann', 'content': [{'type': 'text', 'text': 'What is it?'}, *parts]}]


CONVERSATIONS = {
    'text': [TEXT],
    'system': [{'role': 'system', 'content': 'Be kind.'}, {'role': 'developer', 'content': [{'type': 'text', 'text': 'Be'}, {'type': 'text', 'text': 'brief.'}]}, TEXT],
    'image': of_user({'type': 'image_url', 'image_url': {'url': data('image/png')}}),
    'text file': of_user({'type': 'file', 'file': {'file_data': data('text/plain'), 'filename': 'a.txt'}}),
    'calls': [TEXT, {'role': 'assistant', 'content': 'So.', 'tool_calls': [call('a1b2c3d4e', 'weather'), call('b1b2c3d4e', arguments=''), call('c1b2c3d4e', arguments='{')]},
              {'role': 'tool', 'tool_call_id': 'a1b2c3d4e', 'name': 'weather', 'content': '{"t": 1}'},
              {'role': 'tool', 'tool_call_id': 'b1b2c3d4e', 'content': [{'type': 'text', 'text': 'r'}]}, {'role': 'tool', 'tool_call_id': 'c1b2c3d4e', 'content': ''}],
    'calls without text': [TEXT, {'role': 'assistant', 'content': None, 'tool_calls': [call('a1b2c3d4e')]}, {'role': 'tool', 'tool_call_id': 'a1b2c3d4e', 'content': 'r'}],
    'thought': [TEXT, {'role': 'assistant', 'content': 'a', 'reasoning_content': 'Hm.', 'provider_blocks': [
        {'family': 'cohere', 'block': {'type': 'thinking', 'thinking': 'Hm.'}}, {'family': 'anthropic', 'block': {'type': 'thinking'}}]}, TEXT],
    'plan': [TEXT, {'role': 'assistant', 'content': None, 'reasoning_content': 'Hm.', 'tool_calls': [call('a1b2c3d4e')],
                    'provider_blocks': [{'family': 'cohere', 'block': {'tool_plan': 'Hm.'}}]}, {'role': 'tool', 'tool_call_id': 'a1b2c3d4e', 'content': 'r'}],
    'refusal': [TEXT, {'role': 'assistant', 'content': None, 'refusal': 'No.'}, TEXT],
    'spoken': [TEXT, {'role': 'assistant', 'content': None, 'audio': {'id': 'a', 'data': 'aGVsbG8=', 'transcript': 'said'}}, TEXT],
}
# What only some are sent
MORE_CONVERSATIONS = {
    'cohere': {'address': of_user({'type': 'image_url', 'image_url': {'url': 'https://a.example/b.png', 'detail': 'low'}})},
    'mistral': {
        'address': of_user({'type': 'image_url', 'image_url': {'url': 'https://a.example/b.png', 'detail': 'low'}}),
        'document': of_user({'type': 'file', 'file': {'file_data': data('application/pdf'), 'filename': 'a.pdf'}}),
        'document by id': of_user({'type': 'file', 'file': {'file_id': '8d4a6a1e-5b0b-4c8e-9d5c-1f2a3b4c5d6e'}}),
        'sound': of_user({'type': 'input_audio', 'input_audio': {'data': 'aGVsbG8=', 'format': 'mp3'}}),
        'prefix': [TEXT, {'role': 'assistant', 'content': 'Once', 'prefix': True}]},
}
PARAMETERS = {
    'none': {},
    'sampling': {'max_tokens': 10, 'temperature': 1, 'top_p': 1, 'top_k': 5, 'stop': ['x', 'y'], 'seed': 1, 'n': 2, 'presence_penalty': 1, 'frequency_penalty': -1, 'logprobs': True,
                 'top_logprobs': 3, 'user': 'u', 'metadata': {'a': 'b'}, 'parallel_tool_calls': False},
    'penalties': {'presence_penalty': 0.5, 'frequency_penalty': 0},
    'tools': {'tools': TOOLS, 'tool_choice': 'required'},
    'no tools': {'tools': TOOLS, 'tool_choice': 'none'},
    'one tool': {'tools': TOOLS, 'tool_choice': {'type': 'function', 'function': {'name': 'bare'}}},
    'strict': {'tools': [{'type': 'function', 'function': {'name': 'bare', 'strict': True}}]},
    'schema': {'response_format': SCHEMA},
    'object': {'response_format': {'type': 'json_object'}},
    'much reasoning': {'reasoning_effort': 'high'},
    'no reasoning': {'reasoning_effort': 'none'},
    'counted reasoning': {'thinking': {'type': 'enabled', 'budget_tokens': 100}},
}
# Members that only that provider has
EXTRA = {
    'ollama': {'keep_alive': '5m', 'options': {'num_ctx': 4096}},
    'cohere': {'documents': ['d', {'id': 'i', 'data': {'text': 't'}}], 'citation_options': {'mode': 'FAST'}, 'safety_mode': 'STRICT', 'priority': 1},
    'mistral': {'safe_prompt': True, 'prompt_mode': 'reasoning', 'prediction': {'type': 'content', 'content': 'p'}},
}


def cases(provider):
    conversations = {**CONVERSATIONS, **MORE_CONVERSATIONS.get(provider, {})}
    parameters = {**PARAMETERS, 'extra': EXTRA[provider]}
    for (talk, messages), (name, members), stream in itertools.product(conversations.items(), parameters.items(), (False, True)):
        yield f'{talk}, {name}, {"streamed" if stream else "whole"}', {'provider': provider, 'stream': stream, 'request': {'messages': messages, **members}}


# --- The description ----------------------------------------------------------------------------------------------------------------

def make_strict(schema, whole=True):
    """No member that is not listed. The parts of an allOf are not the whole of it, and one of several may well be two of them: their types tell which is meant."""
    if isinstance(schema, list):
        for one in schema:
            make_strict(one)
        return
    if not isinstance(schema, dict):
        return
    if isinstance(schema.get('oneOf'), list):
        schema['anyOf'] = schema.pop('oneOf')
    if whole and isinstance(schema.get('properties'), dict) and 'additionalProperties' not in schema:
        schema['additionalProperties'] = False
    for key, value in schema.items():
        if key == 'allOf':
            for one in value:
                make_strict(one, False)
        elif key == 'properties' and isinstance(value, dict):
            for one in value.values():
                make_strict(one)
        elif key not in ('example', 'examples', 'default', 'enum'):
            make_strict(value)


def describe(document, provider):
    place, _, newer = APIS[provider]
    schemas = document['components']['schemas']
    for name, members in newer.items():
        schemas[name]['properties'].update(members)
    if provider == 'ollama':
        schemas['ToolCall']['properties']['function']['properties']['index'] = INTEGER
    if place[0] == 'schemas':
        body = {'$ref': f'#/components/schemas/{place[1]}'}
    else:
        body = document['paths'][place[1]]['post']['requestBody']['content']['application/json']['schema']
    make_strict(schemas)
    make_strict(body)
    return {**body, 'components': {'schemas': schemas}}


def innermost(error):
    """Of the faults of all alternatives the one that went furthest"""
    deepest = error
    for one in error.context or []:
        inner = innermost(one)
        if len(inner.absolute_path) > len(deepest.absolute_path):
            deepest = inner
    return deepest


def faults(validator, body):
    for error in validator.iter_errors(body):
        inner = innermost(error)
        yield f'{"/".join(map(str, inner.absolute_path))}: {inner.message[:200]}'


FAULTY = [
    {'messages': {}}, {'message': []}, {'messages': [{'role': 'robot', 'content': 'a'}]}, {'messages': [{'role': 'user', 'content': 'a', 'mood': 'x'}]}, {'stream': 'yes'},
    {'temperature': '1', 'options': {'temperature': '1'}}, {'stream_options': {}}, {'tools': [{'type': 'function', 'function': {'parameters': {}}}]},
]


def main():
    tap = Tap()
    provider = sys.argv[2]
    path = pathlib.Path(os.environ.get('DHEERA_SHARED') or '/nowhere') / f'specs/{provider}-openapi.yaml'
    if not path.is_file():
        print(f'1..0 # SKIP DHEERA_SHARED names no folder with the description of {provider}\'s API')
        return
    try:
        import jsonschema  # pylint: disable=import-outside-toplevel
        import yaml  # pylint: disable=import-outside-toplevel
    except ImportError as missing:
        print(f'1..0 # SKIP Python has no {missing.name}')
        return
    document = yaml.load(path.read_text(), Loader=getattr(yaml, 'CSafeLoader', yaml.SafeLoader))
    validator = jsonschema.Draft202012Validator(describe(document, provider))
    jobs = list(cases(provider))
    done = subprocess.run([sys.argv[1]], input=''.join(json.dumps(job) + '\n' for _, job in jobs), stdout=subprocess.PIPE, text=True, check=False)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    tap.check('the program answers every line', [] if len(answers) == len(jobs) else [f'{len(answers)} of {len(jobs)}, status {done.returncode}'])

    good = {'model': 'm', 'messages': [TEXT]}
    tap.check('faults are seen', [f'nothing is wrong with {json.dumps(body)}' for body in FAULTY if not list(faults(validator, {**good, **body}))]
              + [f'{fault} in {good}' for fault in faults(validator, good)])
    problems = [f'{name}: {fault}' for (name, _), answer in zip(jobs, answers)
                for fault in ([answer['error']] if 'error' in answer else faults(validator, answer['body']))]
    problems += [f'{name}: {answer["url"]}' for (name, _), answer in zip(jobs, answers) if answer.get('url', f'https://s.example{APIS[provider][1]}') != f'https://s.example{APIS[provider][1]}']
    tap.check(f'{len(jobs)} requests are as the description says', problems[:20])
    tap.done()


if __name__ == '__main__':
    main()
