# SPDX-License-Identifier: LGPL-2.1-or-later
"""Requests of OpenAI's Responses, made anew as OpenAI's chat JSON (recorded_requests.py has the whole).

What the model said in one turn - messages, calls, reasoning and whatever else stands between two of the others - becomes one message, whose provider_blocks are the items that are
neither text nor call, with their places. What is said in members that the chat JSON does not have (prompt, background, text.verbosity) stays where it is: the library keeps it as extra.
"""

import json
import urllib.parse

import read_openai_responses
from compare_request import Inexpressible, Rules

OWN = '/responses'
RESULTS = ('function_call_output', 'custom_tool_call_output')
# Said in every request, as long as extra does not say otherwise
USUAL = {'store': False, 'include': ['reasoning.encrypted_content']}


def target(recording):
    request = recording['request']
    path = urllib.parse.urlsplit(request['url']).path if request else ''
    if not path.endswith(OWN) or request['method'] != 'POST':
        return '/v1', None
    return path.removesuffix(OWN), path


def body_of(recording):
    try:
        body = json.loads(recording['request'].get('body') or '')
    except ValueError:
        raise Inexpressible('its recorded request is not JSON') from None
    if not isinstance(body, dict) or 'input' not in body:
        raise Inexpressible('its recorded request has no input')
    return body


def streams(recording):
    try:
        return body_of(recording).get('stream') is True
    except Inexpressible:
        return False


def express(recording):
    body = body_of(recording)
    made = {}
    for key, value in body.items():
        if key not in ('input', 'instructions') and USUAL.get(key) != value:
            made.update(MEMBERS[key](value) if key in MEMBERS else {key: value})
    system = [{'role': 'system', 'content': body['instructions']}] if body.get('instructions') else []
    made['messages'] = system + messages_of(body['input'], read_openai_responses.provider(recording))
    return json.dumps(made)


# --- Members of the body ------------------------------------------------------------------------------------------------------------

def tool_of(tool):
    return {'type': 'function', 'function': {key: value for key, value in tool.items() if key != 'type'}}


def tools_of(tools):
    return {'tools': [tool_of(tool) if tool['type'] == 'function' else tool for tool in tools]}


def choice_of(choice):
    if isinstance(choice, dict) and choice.get('type') == 'function':
        return {'tool_choice': {'type': 'function', 'function': {'name': choice['name']}}}
    return {'tool_choice': choice}


def text_of(text):
    text = dict(text)
    form = text.pop('format', None)
    made = {'text': text} if text else {}
    if form and form['type'] == 'json_schema':
        made['response_format'] = {'type': 'json_schema', 'json_schema': {key: value for key, value in form.items() if key != 'type'}}
    elif form:
        made['response_format'] = form
    return made


def reasoning_of(reasoning):
    others = {key: value for key, value in reasoning.items() if key != 'effort'}
    if not others:
        return {'reasoning_effort': reasoning['effort']}
    if 'effort' not in reasoning:
        return {'reasoning': reasoning}
    return {'reasoning_effort': reasoning['effort'], 'reasoning': others}


MEMBERS = {
    'max_output_tokens': lambda value: {'max_completion_tokens': value}, 'tools': tools_of, 'tool_choice': choice_of, 'text': text_of,
    'reasoning': reasoning_of,
}


# --- Messages -----------------------------------------------------------------------------------------------------------------------

def part_of(part):
    if part['type'] == 'input_text':
        return {**part, 'type': 'text'}
    if part['type'] == 'input_image' and 'image_url' in part:
        return {'type': 'image_url', 'image_url': {'url': part['image_url'], **({'detail': part['detail']} if 'detail' in part else {})}}
    if part['type'] == 'input_file' and 'file_url' in part:
        return {'type': 'file_url', 'file_url': {'url': part['file_url']}}
    if part['type'] == 'input_file':
        return {'type': 'file', 'file': {key: value for key, value in part.items() if key != 'type'}}
    raise Inexpressible(f'a part {part["type"]} with {", ".join(sorted(part))}')


def content_of(content):
    return content if isinstance(content, str) else [part_of(part) for part in content]


class Turn:
    """What the model said, until somebody else did"""

    def __init__(self, family):
        self.family, self.text, self.calls, self.blocks = family, '', [], []
        self.last = None

    def block(self, value):
        self.blocks.append({'family': self.family, 'block': value, 'after_text': len(self.text.encode()), 'after_tool_calls': len(self.calls)})

    def goes_on_with(self, item):
        """Two texts, one behind the other, are two messages of an application."""
        return not (item.get('role') == 'assistant' and self.last == 'assistant' and 'phase' not in item)

    def add(self, item):
        self.last = item.get('role')
        if item.get('role') == 'assistant':
            if 'phase' in item:
                self.block({'type': 'message', 'phase': item['phase']})
            content = item['content']
            self.text += content if isinstance(content, str) else ''.join(part['text'] for part in content)
        elif item['type'] in ('function_call', 'custom_tool_call'):
            others = {key: value for key, value in item.items() if key not in ('type', 'id', 'call_id', 'name', 'arguments', 'input', 'status')}
            if item['type'] == 'custom_tool_call' or others:
                self.block({'type': item['type'], 'call_id': item['call_id'], **others})
            self.calls.append({'id': item['call_id'], 'type': 'function',
                               'function': {'name': item['name'], 'arguments': item.get('arguments', item.get('input'))}})
        else:
            self.block(item)

    def message(self):
        made = {'role': 'assistant', 'content': self.text or None}
        if self.calls:
            made['tool_calls'] = self.calls
        if self.blocks:
            made['provider_blocks'] = self.blocks
        return made


def said_by(item):
    kind = item.get('type', 'message')
    if kind in RESULTS:
        return 'tool'
    return item['role'] if kind == 'message' else 'assistant'


def messages_of(items, family):
    if isinstance(items, str):
        return [{'role': 'user', 'content': items}]
    made, turn = [], None
    for item in items:
        who = said_by(item)
        if who == 'assistant' and (turn is None or turn.goes_on_with(item)):
            turn = turn or Turn(family)
            turn.add(item)
            continue
        if turn:
            made.append(turn.message())
            turn = None
        if who == 'assistant':
            turn = Turn(family)
            turn.add(item)
        elif who == 'tool':
            made.append({'role': 'tool', 'tool_call_id': item['call_id'], 'content': content_of(item['output'])})
        else:
            made.append({'role': who, 'content': content_of(item['content'])})
    return made + ([turn.message()] if turn else [])


# --- Comparing ----------------------------------------------------------------------------------------------------------------------

def compare(recording, asked, warnings):
    headers = asked['headers']
    problems = [] if 'replay-key' in headers.get('authorization', '') + headers.get('api-key', '') else [f'headers: {json.dumps(headers)}']
    more, notes = ResponsesRules(body_of(recording), json.loads(asked['body']), warnings).compare()
    return problems + more, notes


class ResponsesRules(Rules):
    def nothing_said(self):
        for key, value in list(self.recorded.items()):
            if value in (None, False, [], '') and key not in self.arrived:
                self.drop(key, f'{key}: {json.dumps(value)} is left out')
        text = self.recorded.get('text') or {}
        if text.get('format') == {'type': 'text'}:
            del text['format']
            self.note('the format text, which is the default, is left out')
        if text == {} and 'text' not in self.arrived:
            self.recorded.pop('text', None)

    def memory(self):
        for key, value in USUAL.items():
            if key not in self.recorded and self.arrived.get(key) == value:
                self.drop(key, f'{key}: {json.dumps(value)} is said')

    def always_streams(self):
        if 'stream' not in self.recorded and self.arrived.get('stream') is True:
            self.drop('stream', 'who only streams is asked for a stream')

    def summary(self):
        before, after = self.recorded.get('reasoning') or {}, self.arrived.get('reasoning') or {}
        if 'summary' not in before and after.get('summary') == 'auto':
            del after['summary']
            self.note('who asks for an effort is shown a summary')

    def tools(self):
        for before, after in zip(self.recorded.get('tools') or [], self.arrived.get('tools') or []):
            if after.get('strict') is False and 'strict' not in before:
                del after['strict']
                self.note('strict: false is said')
            if before.get('description', '') is None:
                del before['description']

    def choice_without_tools(self):
        if 'tools' not in self.arrived and 'tool_choice' in self.recorded and 'tool_choice' not in self.arrived:
            self.drop('tool_choice', 'a choice of tools without tools is left out')

    def instructions(self):
        """The system's words at the front, wherever they stand"""
        words = []
        for side in (self.recorded, self.arrived):
            items = side.get('input')
            items = [{'role': 'user', 'content': items}] if isinstance(items, str) else list(items)
            words.append([side.pop('instructions')] if side.get('instructions') else [])
            while len(items) > 1 and items[0].get('role') == 'system':
                words[-1].append(self.text(items.pop(0)['content']))
            side['input'] = items
        if '\n\n'.join(words[0]) == '\n\n'.join(words[1]):
            if words[0] != words[1]:
                self.note('texts of the system become one')
            return
        self.recorded['instructions'], self.arrived['instructions'] = words

    def text(self, content):
        if isinstance(content, str):
            return content
        return ''.join(part['text'] for part in content) if all('text' in part for part in content) else content

    def item(self, item):
        """An item as it is written in the shortest way: ids and states of what is not stored, and what a server said about its own answer, do not go back."""
        kind = item.get('type', 'message')
        if kind == 'message':
            for key in ('type', 'id', 'status'):
                item.pop(key, None)
            if item.get('phase', '') is None:
                del item['phase']
            item['content'] = self.text(item['content'])
        if kind in ('function_call', 'custom_tool_call', *RESULTS):
            for key in ('id', 'status'):
                item.pop(key, None)
        if kind in RESULTS:
            item['output'] = self.text(item['output'])
        for part in [*self.list_of(item.get('content')), *self.list_of(item.get('output'))]:
            if part.get('type') == 'input_image':
                part.setdefault('detail', 'auto')

    def list_of(self, value):
        return value if isinstance(value, list) else []

    def items(self):
        for side in (self.recorded, self.arrived):
            for item in side['input']:
                self.item(item)
        without = [item for item in self.recorded['input'] if not self.is_bare(item)]
        if len(without) < len(self.recorded['input']):
            self.recorded['input'] = without
            self.note('reasoning without its content does not go back to a server that keeps nothing, nor does an empty answer')

    def is_bare(self, item):
        if item.get('type') == 'reasoning' and self.arrived.get('store') is not True:
            return not item.get('encrypted_content') and not item.get('content')
        return item.get('role') == 'assistant' and item['content'] == ''

    def rules(self):
        return (self.nothing_said, self.memory, self.always_streams, self.summary, self.tools, self.choice_without_tools, self.instructions, self.items)
