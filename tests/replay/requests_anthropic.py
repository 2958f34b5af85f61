# SPDX-License-Identifier: LGPL-2.1-or-later
"""Requests of Anthropic's Messages, made anew as OpenAI's chat JSON, of its counts of tokens and lists of models (recorded_requests.py has the whole).

The system's words become a message, each result of a tool a message of its own, and of the model's turns text and calls what they are; every other block goes into provider_blocks
with its place. What is said in members that OpenAI's JSON does not have (is_error, citations of a document, defer_loading of a tool, mcp_servers) stays where it is: the library
keeps it as extra.
"""

import base64
import json
import urllib.parse

from compare_request import Inexpressible, Rules

OWN_PATHS = {'messages': '/v1/messages', 'count_tokens': '/v1/messages/count_tokens', 'models': '/v1/models'}
CHOICES = {'auto': 'auto', 'any': 'required', 'none': 'none'}
# Members that go over under their own name or another
MEMBERS = {'stop_sequences': 'stop'}


def target(recording):
    request = recording['request']
    own = OWN_PATHS[recording['api']]
    path = urllib.parse.urlsplit(request['url']).path if request else ''
    return (path.removesuffix(own), path) if path.endswith(own) else ('', None)


def body_of(recording):
    try:
        body = json.loads(recording['request'].get('body') or '')
    except ValueError:
        raise Inexpressible('its recorded request is not JSON') from None
    if not isinstance(body, dict) or not all(isinstance(message, dict) for message in body.get('messages') or ['']):
        raise Inexpressible('its recorded request is no good one of Messages')
    return body


def express(recording):
    made = {}
    body = body_of(recording)
    for key, value in body.items():
        convert = MEMBER_FUNCTIONS.get(key)
        made.update(convert(value) if convert else {MEMBERS.get(key, key): value})
    if 'output_config' in made and 'effort' in made['output_config'] and 'thinking' in body:
        made['reasoning_effort'] = made['output_config'].pop('effort')
    if made.get('output_config') == {}:
        del made['output_config']
    made['messages'] = system_of(body) + [message for turn in body['messages'] for message in messages_of(turn)]
    return json.dumps(made)


def streams(recording):
    try:
        return body_of(recording).get('stream') is True
    except Inexpressible:
        return False


def compare(recording, asked, warnings):
    headers = asked['headers']
    problems = []
    if headers.get('anthropic-version') != '2023-06-01' or headers.get('x-api-key') != 'replay-key' or 'authorization' in headers:
        problems.append(f'headers: {json.dumps(headers)}')
    if recording['api'] == 'models':
        return problems, []
    more, notes = AnthropicRules(body_of(recording), json.loads(asked['body']), warnings).compare()
    return problems + more, notes


# --- Members of the body ------------------------------------------------------------------------------------------------------------

def tool_choice_of(value):
    made = {}
    kind = value.get('type')
    if kind == 'tool':
        made['tool_choice'] = {'type': 'function', 'function': {'name': value['name']}}
    else:
        made['tool_choice'] = CHOICES[kind]
    if 'disable_parallel_tool_use' in value:
        made['parallel_tool_calls'] = not value['disable_parallel_tool_use']
    return made


def tool_of(tool):
    function = {'name': tool['name']}
    for before, after in (('description', 'description'), ('input_schema', 'parameters'), ('strict', 'strict')):
        if before in tool:
            function[after] = tool[before]
    others = {key: value for key, value in tool.items() if key not in ('type', 'name', 'description', 'input_schema', 'strict')}
    return {'type': 'function', 'function': function, **others}


def tools_of(tools):
    if any(tool.get('type', 'custom') != 'custom' for tool in tools):
        return {'tools': [{'type': 'custom', **tool} for tool in tools]}
    return {'tools': [tool_of(tool) for tool in tools]}


def output_config_of(value):
    value = dict(value)
    form = value.pop('format', None)
    made = {'output_config': value}
    if form is not None:
        made['response_format'] = {'type': 'json_schema', 'json_schema': {'name': 'response', 'schema': form['schema']}}
    return made


def metadata_of(value):
    return {'user': value['user_id']} if set(value) == {'user_id'} else {'metadata': value}


MEMBER_FUNCTIONS = {
    'system': lambda value: {}, 'messages': lambda value: {}, 'tool_choice': tool_choice_of, 'tools': tools_of, 'output_config': output_config_of,
    'metadata': metadata_of,
}


# --- Messages -----------------------------------------------------------------------------------------------------------------------

def system_of(body):
    system = body.get('system')
    return [{'role': 'system', 'content': system}] if system else []


def data_url(source):
    kind = source['type']
    if kind == 'url':
        return source['url']
    data = source['data'] if kind == 'base64' else base64.b64encode(source['data'].encode()).decode()
    return f'data:{source["media_type"]};base64,{data}'


def part_of(block):
    kind, source = block['type'], block.get('source')
    rest = {key: value for key, value in block.items() if key not in ('type', 'text', 'source', 'title')}
    if kind == 'text':
        return {'type': 'text', 'text': block['text'], **rest}
    if kind == 'image' and source['type'] in ('base64', 'url'):
        return {'type': 'image_url', 'image_url': {'url': data_url(source)}, **rest}
    if kind == 'document' and source['type'] != 'content':
        file = {'file_id': source['file_id']} if source['type'] == 'file' else {'file_data': data_url(source)}
        if 'title' in block:
            file['filename'] = block['title']
        return {'type': 'file', 'file': file, **rest}
    raise Inexpressible(f'a block {kind} of the user with a source {source and source["type"]}')


def content_of(content):
    return content if isinstance(content, str) else [part_of(block) for block in content]


def result_of(block):
    rest = {key: value for key, value in block.items() if key not in ('type', 'tool_use_id', 'content')}
    return {'role': 'tool', 'tool_call_id': block['tool_use_id'], 'content': content_of(block.get('content', '')), **rest}


def call_of(block):
    rest = {key: value for key, value in block.items() if key not in ('type', 'id', 'name', 'input')}
    return {'id': block['id'], 'type': 'function', 'function': {'name': block['name'], 'arguments': json.dumps(block['input'])}, **rest}


def answer_of(blocks):
    """A turn of the model's; calls stand behind text"""
    texts, calls, natives = [], [], []
    for block in blocks:
        if block['type'] == 'text':
            texts.append(part_of(block))
        elif block['type'] == 'tool_use':
            calls.append(call_of(block))
        else:
            length = sum(len(text['text'].encode()) for text in texts)
            natives.append({'family': 'anthropic', 'block': block, 'after_text': length, 'after_tool_calls': len(calls)})
    made = {'role': 'assistant', 'content': texts or None}
    if calls:
        made['tool_calls'] = calls
    if natives:
        made['provider_blocks'] = natives
    return made


def messages_of(turn):
    role, content = turn['role'], turn['content']
    if isinstance(content, str):
        return [{'role': role, 'content': content}]
    if role == 'assistant':
        return [answer_of(content)]
    results = [result_of(block) for block in content if block['type'] == 'tool_result']
    others = [block for block in content if block['type'] != 'tool_result']
    return results + ([{'role': role, 'content': content_of(others)}] if others else [])


# --- Comparing ----------------------------------------------------------------------------------------------------------------------

class AnthropicRules(Rules):
    def nothing_said(self):
        for key, value in list(self.recorded.items()):
            if value in (None, False, [], '') and key not in self.arrived:
                self.drop(key, f'{key}: {json.dumps(value)} is left out')

    def dropped_with_a_warning(self):
        for key in list(self.recorded):
            if key not in self.arrived and self.is_warned_of({'stop_sequences': 'stop'}.get(key, key)):
                self.drop(key, f'{key} is left out, with a warning')

    def blocks(self, holder, key):
        if isinstance(holder.get(key), str):
            holder[key] = [{'type': 'text', 'text': holder[key]}] if holder[key] else []

    def content_as_blocks(self):
        """A text is one block of text; nothing is said of it, since both are the same."""
        for side in (self.recorded, self.arrived):
            self.blocks(side, 'system')
            for message in side.get('messages') or []:
                self.blocks(message, 'content')
                for block in message['content']:
                    if block['type'] == 'tool_result':
                        block.setdefault('content', [])
                        self.blocks(block, 'content')

    def turns(self):
        merged = []
        for message in self.recorded.get('messages') or []:
            if merged and merged[-1]['role'] == message['role']:
                merged[-1]['content'] += message['content']
                self.note('neighbours of one role become one message')
            else:
                merged.append(message)
        self.recorded['messages'] = merged

    def tools(self):
        for side in (self.recorded, self.arrived):
            for tool in side.get('tools') or []:
                if tool.get('type') == 'custom':
                    del tool['type']

    def parallel(self):
        choice = self.recorded.get('tool_choice') or {}
        if choice.get('disable_parallel_tool_use') is False:
            del choice['disable_parallel_tool_use']
            self.note('disable_parallel_tool_use: false is left out')

    def rules(self):
        return self.nothing_said, self.dropped_with_a_warning, self.content_as_blocks, self.turns, self.tools, self.parallel
