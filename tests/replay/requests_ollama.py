# SPDX-License-Identifier: LGPL-2.1-or-later
"""Requests of Ollama's chat, made anew as OpenAI's chat JSON (recorded_requests.py has the whole).

Options become the parameters that they are, and those that OpenAI does not have stay in options. Calls and results without an id, as older servers had them, get one: without, no
result could be told from another.
"""

import json
import urllib.parse

from compare_request import Inexpressible, Rules

OWN = '/api/chat'
# Options that are parameters of a request
OPTIONS = {
    'num_predict': 'max_tokens', 'temperature': 'temperature', 'top_p': 'top_p', 'top_k': 'top_k', 'stop': 'stop', 'seed': 'seed',
    'presence_penalty': 'presence_penalty', 'frequency_penalty': 'frequency_penalty',
}
# What some clients write beside the options, where the server does not look
IGNORED = ('temperature', 'top_p', 'max_tokens')


def target(recording):
    request = recording['request']
    path = urllib.parse.urlsplit(request['url']).path if request else ''
    return (path.removesuffix(OWN), path) if path.endswith(OWN) else ('', None)


def body_of(recording):
    try:
        body = json.loads(recording['request'].get('body') or '')
    except ValueError:
        raise Inexpressible('its recorded request is not JSON') from None
    if not isinstance(body, dict) or 'messages' not in body:
        raise Inexpressible('its recorded request is not one of /api/chat')
    return body


def streams(recording):
    try:
        return body_of(recording).get('stream', True)
    except Inexpressible:
        return False


def express(recording):
    body = body_of(recording)
    made = {key: value for key, value in body.items() if key not in ('messages', 'options', 'format', 'think', 'stream', 'tools', *IGNORED)}
    options = body.get('options') or {}
    made.update({OPTIONS[key]: value for key, value in options.items() if key in OPTIONS})
    others = {key: value for key, value in options.items() if key not in OPTIONS}
    if others:
        made['options'] = others
    made['messages'] = messages_of(body['messages'])
    if body.get('tools'):
        made['tools'] = body['tools']
    made.update(format_of(body.get('format')))
    made.update(think_of(body.get('think')))
    return json.dumps(made)


def format_of(value):
    if not value:
        return {}
    if value == 'json':
        return {'response_format': {'type': 'json_object'}}
    return {'response_format': {'type': 'json_schema', 'json_schema': {'name': 'response', 'schema': value}}}


def think_of(value):
    if value is True:
        return {'think': True}
    return {} if value is None else {'reasoning_effort': value or 'none'}


# --- Messages -----------------------------------------------------------------------------------------------------------------------

def content_of(message):
    images = message.get('images')
    if not images:
        return message.get('content') or ''
    parts = [{'type': 'text', 'text': message['content']}] if message.get('content') else []
    return parts + [{'type': 'image_url', 'image_url': {'url': f'data:image/png;base64,{image}'}} for image in images]


def call_of(call, ident):
    function = call['function']
    return {'id': call.get('id') or ident, 'type': 'function',
            'function': {'name': function['name'], 'arguments': json.dumps(function.get('arguments') or {})}}


def messages_of(messages):
    made, open_calls = [], []
    for number, message in enumerate(messages):
        one = {'role': message['role'], 'content': content_of(message)}
        if message.get('thinking'):
            one['reasoning_content'] = message['thinking']
        if message.get('tool_calls'):
            one['tool_calls'] = [call_of(call, f'call_{number}_{place}') for place, call in enumerate(message['tool_calls'])]
            open_calls = [call['id'] for call in one['tool_calls']]
        if message['role'] == 'tool':
            one['tool_call_id'] = message.get('tool_call_id') or (open_calls.pop(0) if open_calls else f'call_{number}')
            if message.get('tool_name') or message.get('name'):
                one['name'] = message.get('tool_name') or message['name']
        made.append(one)
    return made


# --- Comparing ----------------------------------------------------------------------------------------------------------------------

def compare(recording, asked, warnings):
    headers = asked['headers']
    problems = [] if headers.get('authorization') == 'Bearer replay-key' else [f'headers: {json.dumps(headers)}']
    if 'stream' not in json.loads(asked['body']):
        problems.append('it does not say whether it is to be a stream')
    more, notes = OllamaRules(body_of(recording), json.loads(asked['body']), warnings).compare()
    return problems + more, notes


class OllamaRules(Rules):
    def nothing_said(self):
        for key, value in list(self.recorded.items()):
            if value in (None, '', [], {}) and key not in self.arrived:
                self.drop(key, f'{key}: {json.dumps(value)} is left out')

    def stream(self):
        if self.arrived.get('stream') is True and 'stream' not in self.recorded:
            self.drop('stream', 'stream: true, which is the default, is said')

    def beside_options(self):
        for key in IGNORED:
            if key in self.recorded and key not in self.arrived:
                self.drop(key, f'{key} beside the options, where the server does not look, is not sent')

    def stop(self):
        options = self.recorded.get('options') or {}
        if isinstance(options.get('stop'), str):
            options['stop'] = [options['stop']]
            self.note('one stop sequence becomes a list of it')

    def tools(self):
        for tool in (self.recorded.get('tools') or []) + (self.arrived.get('tools') or []):
            parameters = tool.get('function', {}).get('parameters')
            if parameters == {'type': 'object', 'properties': {}}:
                del tool['function']['parameters']

    def calls(self, recorded, arrived):
        for before, after in zip(recorded.get('tool_calls') or [], arrived.get('tool_calls') or []):
            if 'id' not in before:
                after.pop('id', None)
                self.note('a tool call without an id gets one')
            before.pop('type', None)
            for call in (before, after):
                call['function'].pop('index', None)

    def result(self, recorded, arrived):
        if 'name' in recorded and 'tool_name' not in recorded:
            recorded['tool_name'] = recorded.pop('name')
        for key in ('tool_name', 'tool_call_id'):
            if key not in recorded and key in arrived:
                del arrived[key]
                self.note(f'the result of a tool gets its {key}')

    def messages(self):
        for before, after in zip(self.recorded.get('messages') or [], self.arrived.get('messages') or []):
            for key in list(before):
                if before[key] in (None, [], '') and key not in after:
                    del before[key]
                    self.note('an empty member of a message is left out')
            before.setdefault('content', '')
            self.calls(before, after)
            self.result(before, after)

    def rules(self):
        return self.nothing_said, self.stream, self.beside_options, self.stop, self.tools, self.messages
