#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Is what is sent to Amazon Bedrock as Amazon's own model of the service says?

    run.py PROGRAM

PROGRAM (print-requests.c) makes requests of a matrix of features, models and tasks; each is checked against the shapes of specs/bedrock in the folder of $DHEERA_SHARED, and base
URLs against that model's tests of endpoints. Without the folder the test is skipped.
"""

import itertools
import json
import os
import pathlib
import re
import subprocess
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from shapes import Shapes  # noqa: E402  pylint: disable=wrong-import-position
from tap import Tap  # noqa: E402  pylint: disable=wrong-import-position

MODELS = [
    'anthropic.claude-3-5-sonnet-20240620-v1:0', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'global.anthropic.claude-opus-4-8-v1:0', 'amazon.nova-2-lite-v1:0',
    'openai.gpt-oss-120b-1:0', 'mistral.mistral-large-2407-v1:0', 'meta.llama3-70b-instruct-v1:0',
    'arn:aws:bedrock:us-east-1:012345678901:inference-profile/us.anthropic.claude-3-7-sonnet-20250219-v1:0',
]
SHAPES = {'converse': 'ConverseRequest', 'converse-stream': 'ConverseStreamRequest', 'count-tokens': 'CountTokensRequest'}
TEXT = {'role': 'user', 'content': 'hi'}
TOOLS = [
    {'type': 'function', 'function': {'name': 'get-weather_2', 'description': 'Weather', 'strict': True, 'parameters': {'type': 'object', 'properties': {}}},
     'cache_control': {'type': 'ephemeral', 'ttl': '1h'}},
    {'type': 'function', 'function': {'name': 'bare', 'description': ''}},
]
SCHEMA = {'type': 'json_schema', 'json_schema': {'name': 'answer', 'description': 'An answer', 'schema': {'type': 'object', 'properties': {'a': {'type': 'string'}}}}}


def data(kind):
    return f'data:{kind};base64,aGVsbG8='


def call(ident, name='bare', arguments='{}'):
    return {'id': ident, 'type': 'function', 'function': {'name': name, 'arguments': arguments}}


CONVERSATIONS = {
    'text': [TEXT],
    'system': [{'role': 'system', 'content': [{'type': 'text', 'text': 'Be kind.', 'cache_control': {'type': 'ephemeral'}}]}, TEXT, {'role': 'system', 'content': 'And brief.'}],
    'images': [{'role': 'user', 'content': [{'type': 'image_url', 'image_url': {'url': url}} for url in (
        data('image/png'), data('image/jpeg'), data('image/gif'), data('image/webp'), 's3://some-bucket/a.png')]}],
    'files': [{'role': 'user', 'content': [TEXT['content'] and {'type': 'text', 'text': 'What is in them?'}] + [{'type': 'file', 'file': file} for file in (
        {'file_data': data('application/pdf'), 'filename': 'a_b  c!.pdf'}, {'file_data': data('application/pdf'), 'filename': 'a_b  c!.pdf'},
        {'file_data': data('text/csv')}, {'file_data': data('text/plain'), 'filename': 'x' * 300}, {'file_data': data('text/markdown'), 'filename': '..md'},
        {'file_data': data('video/mp4')}, {'file_data': data('video/3gpp')}, {'file_id': 's3://some-bucket/film.mov'}, {'file_id': 's3://some-bucket/text.docx'})]}],
    'sound': [{'role': 'user', 'content': [{'type': 'input_audio', 'input_audio': {'data': 'aGVsbG8=', 'format': form}} for form in ('wav', 'mp3', 'flac', 'aac', 'm4a', 'pcm16')]}],
    'calls': [TEXT, {'role': 'assistant', 'content': 'So.', 'tool_calls': [call('an id: with/much (in) it' * 9), call('t2', arguments='nonsense')]},
              {'role': 'tool', 'tool_call_id': 'an id: with/much (in) it' * 9, 'content': '', 'is_error': True}, {'role': 'user', 'content': 'And?'},
              {'role': 'tool', 'tool_call_id': 't2', 'content': [{'type': 'text', 'text': 'r', 'cache_control': {'type': 'ephemeral'}},
                                                                 {'type': 'image_url', 'image_url': {'url': data('image/png')}}]}],
    'blocks': [TEXT, {'role': 'assistant', 'content': ' ', 'refusal': 'No.', 'tool_calls': [call('t1')], 'provider_blocks': [
        {'family': 'bedrock', 'block': {'reasoningContent': {'reasoningText': {'text': 'Hm.', 'signature': 'c2ln'}}}},
        {'family': 'bedrock', 'block': {'reasoningContent': {'redactedContent': 'aGk='}}}, {'family': 'anthropic', 'block': {'type': 'thinking'}}]},
        {'role': 'tool', 'tool_call_id': 't1', 'content': 'r'},
        {'role': 'user', 'content': 'q', 'provider_blocks': [{'family': 'bedrock', 'block': {'guardContent': {'text': {'text': 'g', 'qualifiers': ['query']}}}}]}],
    'roles': [TEXT, TEXT, {'role': 'assistant', 'content': ''}, {'role': 'assistant', 'content': 'a'}, {'role': 'assistant', 'content': 'b'}, {'role': 'developer', 'content': 'd'}],
}
PARAMETERS = {
    'none': {},
    'sampling': {'max_tokens': 10, 'temperature': 1, 'top_p': 0.5, 'top_k': 5, 'stop': ['x', 'y'], 'seed': 1, 'n': 1, 'presence_penalty': 1, 'user': 'u', 'logprobs': True},
    'hot': {'temperature': 2},
    'tools': {'tools': TOOLS, 'tool_choice': 'required', 'parallel_tool_calls': False},
    'one tool': {'tools': TOOLS, 'tool_choice': {'type': 'function', 'function': {'name': 'bare'}}},
    'no tool': {'tools': TOOLS, 'tool_choice': 'none'},
    'schema': {'response_format': SCHEMA},
    'schema and tools': {'response_format': SCHEMA, 'tools': TOOLS},
    'object': {'response_format': {'type': 'json_object'}},
    'reasoning': {'reasoning_effort': 'high', 'max_tokens': 100},
    'budget': {'reasoning': {'max_tokens': 2000}},
    'schema and reasoning': {'reasoning_effort': 'low', 'response_format': SCHEMA},
    'tier': {'service_tier': 'priority', 'metadata': {'user id': 'u-1'}},
    'auto tier': {'service_tier': 'auto'},
    'extra': {'guardrailConfig': {'guardrailIdentifier': 'g1', 'guardrailVersion': 'DRAFT', 'trace': 'enabled'}, 'performanceConfig': {'latency': 'optimized'},
              'additionalModelResponseFieldPaths': ['/delta/stop_sequence'], 'additionalModelRequestFields': {'anthropic_beta': ['x']}},
}


def cases():
    for task, model, (talk, messages), (name, parameters) in itertools.product(SHAPES, MODELS, CONVERSATIONS.items(), PARAMETERS.items()):
        # What goes past the parameters belongs to an answer that is made.
        if task != 'count-tokens' or name != 'extra':
            yield f'{task}, {model}, {talk}, {name}', {'task': task, 'model': model, 'request': {'messages': messages, **parameters}}


def names_of(messages):
    for message in messages:
        for element in message['content']:
            for one in [element, *element.get('toolResult', {}).get('content', [])]:
                if 'document' in one:
                    yield one['document']['name']


def more_faults(body):
    """What the model of the service says in words only"""
    names = list(names_of(body['messages']))
    if len(set(names)) != len(names):
        yield f'documents of one name: {names}'
    for name in names:
        if not re.fullmatch(r'[A-Za-z0-9()\[\]-]+( [A-Za-z0-9()\[\]-]+)*', name):
            yield f'the name of a document is {name!r}'
    roles = [message['role'] for message in body['messages']]
    if roles[:1] != ['user'] or any(one == two for one, two in itertools.pairwise(roles)):
        yield f'the roles are {roles}'
    contents = [message['content'] for message in body['messages']]
    if any(not content or {'text': ''} in content for content in contents):
        yield 'a content is empty'
    if any({'toolUse', 'toolResult'} & set(element) for content in contents for element in content) and 'toolConfig' not in body:
        yield 'there are calls and no toolConfig'


def check(shapes, job, answer):
    if 'error' in answer:
        yield answer['error']
        return
    body = answer['body']
    yield from shapes.faults(SHAPES[job['task']], body)
    yield from more_faults(body['input']['converse'] if 'input' in body else body)
    segments = urllib.parse.urlsplit(answer['url']).path.split('/')
    if segments[1:] != ['model', urllib.parse.quote(job['model'], safe=''), job['task']]:
        yield f'the path is {segments}'


# A body for each kind of fault that has to be seen
FAULTY = [
    {'messages': [], 'model': 'm'}, {'messages': [{'role': 'user'}]}, {'messages': [{'role': 'tool', 'content': []}]},
    {'messages': [{'role': 'user', 'content': [{'text': 'a', 'cachePoint': {'type': 'default'}}]}]}, {'messages': [{'role': 'user', 'content': [{}]}]},
    {'inferenceConfig': {'temperature': 1.5}}, {'inferenceConfig': {'maxTokens': 0}}, {'inferenceConfig': {'maxTokens': True}}, {'toolConfig': {'tools': []}},
    {'toolConfig': {'tools': [{'toolSpec': {'name': 'a b', 'inputSchema': {'json': {}}}}]}}, {'requestMetadata': {'a': 'ü'}},
    {'messages': [{'role': 'user', 'content': [{'image': {'format': 'png', 'source': {'bytes': 'a'}}}]}]},
]


def endpoint_cases(tests):
    """Those without FIPS and dual stack, which are a base-url of one's own"""
    for test in tests['testCases']:
        params = test.get('params', {})
        if not params.get('UseFIPS') and not params.get('UseDualStack') and 'Endpoint' not in params and 'Region' in params:
            yield params['Region'], test['expect']['endpoint']['url']


def main():
    tap = Tap()
    folder = pathlib.Path(os.environ.get('DHEERA_SHARED') or '/nowhere') / 'specs/bedrock/bedrock-runtime'
    if not folder.is_dir():
        print('1..0 # SKIP DHEERA_SHARED names no folder with the model of the service')
        return
    shapes = Shapes(json.loads((folder / '2023-09-30/service-2.json').read_text()))
    endpoints = list(endpoint_cases(json.loads((folder / 'endpoint-tests-1.json').read_text())))
    jobs = list(cases())

    lines = [json.dumps(job) for _, job in jobs] + [json.dumps({'region': region}) for region, _ in endpoints]
    environment = {key: value for key, value in os.environ.items() if not key.startswith('AWS_')}
    done = subprocess.run([sys.argv[1]], input='\n'.join(lines) + '\n', stdout=subprocess.PIPE, text=True, check=False, env=environment)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    tap.check('the program answers every line', [] if len(answers) == len(lines) else [f'{len(answers)} of {len(lines)}, status {done.returncode}'])

    unseen = [body for body in FAULTY if not list(shapes.faults('ConverseRequest', body))]
    tap.check('faults are seen', [f'nothing is wrong with {json.dumps(body)}' for body in unseen])
    for task in SHAPES:
        problems = [f'{name}: {fault}' for (name, job), answer in zip(jobs, answers) if job['task'] == task for fault in check(shapes, job, answer)]
        tap.check(f'{sum(job["task"] == task for _, job in jobs)} requests of {task} are as the model says', problems[:20])
    problems = [f'{region}: {answer.get("url")}, not {url}' for (region, url), answer in zip(endpoints, answers[len(jobs):]) if answer.get('url') != url]
    tap.check(f'{len(endpoints)} endpoints', problems)
    tap.done()


if __name__ == '__main__':
    main()
