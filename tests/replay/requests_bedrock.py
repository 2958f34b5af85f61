# SPDX-License-Identifier: LGPL-2.1-or-later
"""Requests of Amazon Bedrock's Converse, made anew as OpenAI's chat JSON (recorded_requests.py has the whole).

A cachePoint becomes the cache_control of what stands before it, a result of a tool a message of its own, and every element that OpenAI's JSON has no form for a provider block with
its place. What goes past Converse to the model, guardrails and the like stay under their own name.
"""

import json
import re
import urllib.parse

from compare_request import Inexpressible, Rules

PATH = re.compile(r'(.*)(/model/([^/]+)/(converse|converse-stream|count-tokens))\Z')
SAMPLING = {'maxTokens': 'max_tokens', 'temperature': 'temperature', 'topP': 'top_p', 'stopSequences': 'stop'}
TYPES = {
    'png': 'image/png', 'jpeg': 'image/jpeg', 'gif': 'image/gif', 'webp': 'image/webp', 'pdf': 'application/pdf', 'csv': 'text/csv', 'html': 'text/html',
    'txt': 'text/plain', 'md': 'text/markdown', 'mp4': 'video/mp4', 'mov': 'video/quicktime', 'mkv': 'video/x-matroska', 'webm': 'video/webm',
    'docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    'xlsx': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
}


def target(recording):
    """Of a request that can't be made again, the model of the path is not that of the plain one that goes in its place."""
    if recording['request'] is None:
        return '', None
    try:
        body_of(recording)
    except Inexpressible:
        return '', None
    match = PATH.match(urllib.parse.urlsplit(recording['request']['url']).path)
    return (match[1], match[1] + match[2]) if match else ('', None)


def streams(recording):
    return recording['api'] == 'converse_stream'


def body_of(recording):
    try:
        body = json.loads(recording['request'].get('body') or '')
    except ValueError:
        raise Inexpressible('its recorded request is not JSON') from None
    if recording['api'] == 'count_tokens':
        if 'converse' not in body['input']:
            raise Inexpressible('it counts what is no request of Converse')
        body = body['input']['converse']
    if not isinstance(body, dict) or not isinstance(body.get('messages'), list):
        raise Inexpressible('its recorded request is no good one of Converse')
    return body


def express(recording):
    body = body_of(recording)
    made = {'model': urllib.parse.unquote(PATH.match(urllib.parse.urlsplit(recording['request']['url']).path)[3])}
    for key, value in body.items():
        made.update(MEMBERS[key](value) if key in MEMBERS else {key: value})
    made['messages'] = system_of(body) + [message for turn in body['messages'] for message in messages_of(turn)]
    return json.dumps(made)


def compare(recording, asked, warnings):
    headers = asked['headers']
    problems = []
    if headers.get('authorization') != 'Bearer replay-key' or headers.get('content-type') != 'application/json':
        problems.append(f'headers: {json.dumps(headers)}')
    arrived = json.loads(asked['body'])
    if recording['api'] == 'count_tokens':
        arrived = arrived['input']['converse']
    more, notes = BedrockRules(body_of(recording), arrived, warnings).compare()
    return problems + more, notes


# --- Members of the body ------------------------------------------------------------------------------------------------------------

def tools_of(config):
    tools = config['tools']
    if any(set(tool) - {'toolSpec', 'cachePoint'} for tool in tools):
        return {'toolConfig': config}
    made = []
    for tool in tools:
        if 'cachePoint' in tool:
            made[-1]['cache_control'] = cache_of(tool)
            continue
        spec = tool['toolSpec']
        function = {'name': spec['name'], 'parameters': spec['inputSchema']['json']}
        function.update({key: spec[key] for key in ('description', 'strict') if key in spec})
        made.append({'type': 'function', 'function': function})
    return {'tools': made, **choice_of(config.get('toolChoice') or {})}


def choice_of(choice):
    if 'tool' in choice:
        return {'tool_choice': {'type': 'function', 'function': {'name': choice['tool']['name']}}}
    return {'tool_choice': 'auto' if 'auto' in choice else 'required'} if choice else {}


def output_of(config):
    definition = dict(config['textFormat']['structure']['jsonSchema'])
    definition['schema'] = json.loads(definition['schema'])
    return {'response_format': {'type': 'json_schema', 'json_schema': definition}}


MEMBERS = {
    'messages': lambda value: {}, 'system': lambda value: {}, 'toolConfig': tools_of, 'outputConfig': output_of,
    'inferenceConfig': lambda value: {SAMPLING[key]: one for key, one in value.items()},
    'requestMetadata': lambda value: {'metadata': value}, 'serviceTier': lambda value: {'service_tier': value['type']},
}


# --- Messages -----------------------------------------------------------------------------------------------------------------------

def cache_of(element):
    return {'type': 'ephemeral', **{key: value for key, value in element['cachePoint'].items() if key == 'ttl'}}


def source_of(block):
    """(what is in it, where it lies)"""
    source = block['source']
    if 'bytes' in source:
        return f'data:{TYPES[block["format"]]};base64,{source["bytes"]}', None
    if 's3Location' in source:
        return None, source['s3Location']['uri']
    raise Inexpressible(f'a source {list(source)}')


def part_of(element):
    """None for what has no form"""
    kind, block = next(iter(element.items()))
    if kind == 'text':
        return {'type': 'text', 'text': block}
    if kind == 'image':
        data, address = source_of(block)
        return {'type': 'image_url', 'image_url': {'url': data or address}}
    if kind in ('document', 'video'):
        data, address = source_of(block)
        file = {'file_data': data} if data else {'file_id': address}
        return {'type': 'file', 'file': {**file, **({'filename': block['name']} if 'name' in block else {})}}
    return None


class Content:
    """Elements taken apart: parts, calls and what only Converse knows"""

    def __init__(self, elements):
        self.parts, self.calls, self.blocks = [], [], []
        for element in elements:
            self.add(element)

    def add(self, element):
        if 'cachePoint' in element and self.parts:
            self.parts[-1]['cache_control'] = cache_of(element)
        elif 'toolUse' in element and 'type' not in element['toolUse']:
            use = element['toolUse']
            self.calls.append({'id': use['toolUseId'], 'type': 'function', 'function': {'name': use['name'], 'arguments': json.dumps(use['input'])}})
        elif (part := part_of(element)) is not None:
            self.parts.append(part)
        else:
            length = sum(len(part['text'].encode()) for part in self.parts if 'text' in part)
            self.blocks.append({'family': 'bedrock', 'block': element, 'after_text': length, 'after_tool_calls': len(self.calls)})

    def message(self, role):
        made = {'role': role, 'content': self.parts or None}
        if self.calls:
            made['tool_calls'] = self.calls
        if self.blocks:
            made['provider_blocks'] = self.blocks
        return made


def system_of(body):
    return [Content(body['system']).message('system')] if body.get('system') else []


def result_of(element):
    result = element['toolResult']
    parts = [{'type': 'text', 'text': json.dumps(one['json'])} if 'json' in one else part_of(one) for one in result['content']]
    error = {'is_error': True} if result.get('status') == 'error' else {}
    return {'role': 'tool', 'tool_call_id': result['toolUseId'], 'content': parts, **error}


def messages_of(turn):
    role, content = turn['role'], turn['content']
    results = [result_of(element) for element in content if 'toolResult' in element] if role == 'user' else []
    others = [element for element in content if not results or 'toolResult' not in element]
    return results + ([Content(others).message(role)] if others else [])


# --- Comparing ----------------------------------------------------------------------------------------------------------------------

class BedrockRules(Rules):
    def nothing_said(self):
        for key in list(self.recorded):
            if self.recorded[key] in (None, {}, [], '') and key not in self.arrived:
                self.drop(key, f'{key} with nothing in it is left out')

    def sampling(self):
        config = self.recorded.get('inferenceConfig', {})
        if config.get('stopSequences') == []:
            del config['stopSequences']
            self.note('an empty list of stop sequences is left out')

    def names(self):
        for message in self.recorded['messages']:
            for element in message['content']:
                self.name(element)
                for one in element.get('toolResult', {}).get('content', []):
                    self.name(one)

    def name(self, element):
        document = element.get('document', {})
        if '_' in document.get('name', ''):
            document['name'] = document['name'].replace('_', '-')
            self.note('what the name of a document may not have becomes a hyphen')

    def schema(self):
        """A text that is JSON"""
        for side in (self.recorded, self.arrived):
            definition = side.get('outputConfig', {}).get('textFormat', {}).get('structure', {}).get('jsonSchema', {})
            if 'schema' in definition:
                definition['schema'] = json.loads(definition['schema'])

    def turns(self):
        merged = []
        for message in self.recorded['messages']:
            message['content'] = [element for element in message['content'] if element != {'text': ''}]
            if merged and merged[-1]['role'] == message['role']:
                merged[-1]['content'] += message['content']
                self.note('neighbours of one role become one message')
            elif message['content']:
                merged.append(message)
        self.recorded['messages'] = merged

    def order(self):
        for message in self.recorded['messages']:
            ordered = sorted(message['content'], key=lambda element: 'toolResult' not in element)
            if message['role'] == 'user' and ordered != message['content']:
                message['content'] = ordered
                self.note('results of tools go before what else the user says')

    def results(self):
        for message in self.recorded['messages']:
            for element in message['content'] if message['role'] == 'user' else []:
                self.result(element.get('toolResult', {}))

    def result(self, result):
        if result.get('status') == 'success':
            del result['status']
            self.note('the status success of a result is left out')
        for one in result.get('content', []):
            if 'json' in one:
                one['text'] = json.dumps(one.pop('json'))
                self.note('a result that is JSON goes as the text that it was given as')

    def strict(self):
        for tool in self.recorded.get('toolConfig', {}).get('tools', []):
            if tool.get('toolSpec', {}).get('strict') is False:
                del tool['toolSpec']['strict']
                self.note('strict: false is left out')

    def rules(self):
        return self.sampling, self.nothing_said, self.names, self.schema, self.turns, self.order, self.results, self.strict
