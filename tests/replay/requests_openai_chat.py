# SPDX-License-Identifier: LGPL-2.1-or-later
"""Requests of chat completions, which are what an application gives to dheera_request_new_from_json() already, and of lists of models."""

import json
import re
import urllib.parse

from compare_request import Inexpressible, Rules


def target(recording):
    request = recording['request']
    own = {'models': '/models', 'chat': '/chat'}.get(recording['api'], '/chat/completions')
    path = urllib.parse.urlsplit(request['url']).path if request else ''
    if not path.endswith(own) or not path.startswith('/') or request['method'] not in ('GET', 'POST'):
        return '/v1', None
    return path.removesuffix(own), path


def express(recording):
    body = recording['request'].get('body') or ''
    try:
        value = json.loads(body)
    except ValueError:
        raise Inexpressible('its recorded request is not JSON') from None
    if not isinstance(value, dict) or 'messages' not in value:
        raise Inexpressible('its recorded request is not one of chat completions')
    return body


def streams(recording):
    try:
        return json.loads(express(recording)).get('stream') is True
    except Inexpressible:
        return False


def compare(recording, asked, warnings):
    if recording['api'] == 'models':
        return [], []
    return OpenAIRules(json.loads(express(recording)), json.loads(asked['body']), warnings).compare()


class OpenAIRules(Rules):
    # --- Members of the body

    def nothing_said(self):
        for key, value in list(self.recorded.items()):
            if value is None and key not in self.arrived:
                self.drop(key, 'a member that is null is left out')
        for key, value in {'stream': False, 'tools': [], 'response_format': {'type': 'text'}}.items():
            if self.recorded.get(key) == value and key not in self.arrived:
                self.drop(key, f'{key}: {json.dumps(value)} is left out')

    def usage_of_streams(self):
        if self.recorded.get('stream_options') != self.arrived.get('stream_options'):
            self.drop('stream_options', 'the library asks for usage on streams where the provider takes it')

    def limit(self):
        names = ('max_tokens', 'max_completion_tokens')
        before, after = ([side[name] for name in names if name in side] for side in (self.recorded, self.arrived))
        if before == after and before:
            for name in names:
                if (name in self.recorded) != (name in self.arrived):
                    self.drop(name, 'the limit of tokens has the member\'s name that the provider prefers')

    def stop(self):
        if isinstance(self.recorded.get('stop'), str) and isinstance(self.arrived.get('stop'), list):
            self.recorded['stop'] = [self.recorded['stop']]
            self.note('one stop sequence becomes a list of it')

    def seed(self):
        if 'random_seed' in self.arrived and self.arrived['random_seed'] == self.recorded.get('seed'):
            self.drop('seed', 'the seed is random_seed')
            self.drop('random_seed', 'the seed is random_seed')

    def reasoning(self):
        names = ('reasoning_effort', 'reasoning', 'thinking', 'enable_thinking', 'thinking_budget', 'chat_template_kwargs')
        before, after = ({name: side[name] for name in names if name in side} for side in (self.recorded, self.arrived))
        if before and before != after and (after or 'reasoning' in self.warnings):
            said = f'{json.dumps(before)} becomes {json.dumps(after)}'
            for name in names:
                self.drop(name, f'how much to think is said in the provider\'s way ({said})')

    def old_functions(self):
        functions = self.recorded.pop('functions', None)
        choice = self.recorded.pop('function_call', None)
        if functions is not None:
            self.recorded['tools'] = [{'type': 'function', 'function': function} for function in functions]
            self.note('functions, which are deprecated, are sent as tools')
        if choice is not None:
            self.recorded['tool_choice'] = {'type': 'function', 'function': choice} if isinstance(choice, dict) else choice

    def dropped_with_a_warning(self):
        for key in list(self.recorded):
            if key not in self.arrived and self.is_warned_of(key):
                self.drop(key, f'{key} is left out, with a warning')

    def choice_without_tools(self):
        if 'tools' not in self.arrived and 'tool_choice' in self.recorded and 'tool_choice' not in self.arrived:
            self.drop('tool_choice', 'a choice of tools without tools is left out')

    def choice_of_any(self):
        if self.recorded.get('tool_choice') == 'any' and self.arrived.get('tool_choice') == 'required':
            self.drop('tool_choice', 'the choice any is sent as required, its other name')

    def name_of_schema(self):
        before, after = (side.get('response_format') for side in (self.recorded, self.arrived))
        if isinstance(before, dict) and 'name' not in (before.get('json_schema') or {'name': ''}) and isinstance(after, dict):
            before['json_schema']['name'] = after['json_schema'].get('name')
            self.note('a schema without a name gets one')

    def tools(self):
        for tool in self.recorded.get('tools') or []:
            if 'function' in tool and 'type' not in tool:
                tool['type'] = 'function'
                self.note('a tool without a type gets it')

    def model(self):
        before, after = self.recorded.get('model'), self.arrived.get('model')
        if isinstance(before, str) and before != after and before.endswith(f'/{after}'):
            self.drop('model', f'the provider\'s own prefix is taken from the model ({before} becomes {after})')

    # --- Messages

    def part(self, part):
        if isinstance(part, dict) and isinstance(part.get('image_url'), str):
            part['image_url'] = {'url': part['image_url']}
            self.note('the address of an image becomes an object')

    def message(self, message):
        calls = message.get('tool_calls') or []
        for call in calls:
            if 'index' in call:
                del call['index']
                self.note('the index of a tool call does not go back')
            call.setdefault('type', 'function')
        for key in ('name', 'refusal', 'annotations', 'audio', 'function_call', 'reasoning', 'tool_calls', 'reasoning_content'):
            if key in message and message[key] in (None, [], ''):
                del message[key]
                self.note('an empty member of a message is left out')
        if message.get('role') == 'developer':
            message['role'] = 'system'
            self.note('a developer\'s words may go out as the system\'s')
        if calls and message.get('content') in (None, '', []):
            message.pop('content', None)
            self.note('the empty content beside tool calls may be null, "" or left out')
        for part in message['content'] if isinstance(message.get('content'), list) else []:
            self.part(part)

    def annotations(self):
        """What a server said about its own answer (citations, logs of what it ran) is not sent back to it."""
        arrived = self.arrived.get('messages') or []
        for number, message in enumerate(self.recorded.get('messages') or []):
            for key in ('annotations', 'executed_tools', 'reasoning', 'reasoning_content'):
                if message.get('role') == 'assistant' and key in message and number < len(arrived) and key not in arrived[number]:
                    del message[key]
                    self.note(f'the {key} of an answer does not go back')

    def sound(self):
        """Mistral takes both forms, and is sent its own."""
        for before, after in zip(self.recorded.get('messages') or [], self.arrived.get('messages') or []):
            parts = [side.get('content') if isinstance(side.get('content'), list) else [] for side in (before, after)]
            for one, other in zip(*parts):
                if isinstance(one.get('input_audio'), dict) and isinstance(other.get('input_audio'), str):
                    one['input_audio'] = one['input_audio'].get('data')
                    self.note('sound goes to Mistral as its bare base64')

    def ids(self):
        """Mistral takes ids of nine letters and digits, of which the recorder has left something else."""
        made = {}
        for before, after in zip(self.recorded.get('messages') or [], self.arrived.get('messages') or []):
            places = [(before, after, 'tool_call_id'), *((one, other, 'id') for one, other in zip(before.get('tool_calls') or [], after.get('tool_calls') or []))]
            for one, other, key in places:
                if key in one and re.fullmatch('[a-zA-Z0-9]{9}', other.get(key) or '') and made.setdefault(one[key], other[key]) == other[key] != one[key]:
                    one[key] = other[key]
                    self.note('an id of a call that is not such as Mistral\'s are is replaced by one that is')

    def acknowledgement(self):
        """Mistral wants the model to speak behind results of tools."""
        arrived = self.arrived.get('messages') or []
        if len(arrived) != len(self.recorded.get('messages') or []):
            kept = [message for number, message in enumerate(arrived)
                    if number == 0 or arrived[number - 1]['role'] != 'tool' or message != {'role': 'assistant', 'content': 'OK'}]
            if len(kept) < len(arrived):
                self.arrived['messages'] = kept
                self.note('the model acknowledges results of tools before somebody else speaks')

    def messages(self):
        for side in (self.recorded, self.arrived):
            for message in side.get('messages') or []:
                self.message(message)
        self.annotations()

    def rules(self):
        return (self.nothing_said, self.usage_of_streams, self.limit, self.stop, self.seed, self.reasoning, self.old_functions, self.dropped_with_a_warning,
                self.tools, self.choice_without_tools, self.choice_of_any, self.name_of_schema, self.model, self.sound, self.acknowledgement, self.ids, self.messages)
