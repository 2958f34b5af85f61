# SPDX-License-Identifier: LGPL-2.1-or-later
"""Is the request that arrived the one that was recorded?

Both are brought into one form, rule by rule, and what is left has to be equal. The rules are all the differences that are meant; each says in its name what it allows, and the
ones that were needed are counted and printed.
"""

import json


class Rules:
    def __init__(self, recorded, arrived, warnings):
        self.recorded, self.arrived = recorded, arrived
        self.warnings = ' '.join(warnings)
        self.used = []

    def note(self, text):
        if text not in self.used:
            self.used.append(text)

    def drop(self, key, text):
        self.recorded.pop(key, None)
        self.arrived.pop(key, None)
        self.note(text)

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
            if key not in self.arrived and (f'“{key}”' in self.warnings or f'"{key}"' in self.warnings):
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

    def messages(self):
        for side in (self.recorded, self.arrived):
            for message in side.get('messages') or []:
                self.message(message)
        self.annotations()

    def apply(self):
        for rule in (self.nothing_said, self.usage_of_streams, self.limit, self.seed, self.reasoning, self.old_functions,
                     self.dropped_with_a_warning, self.tools, self.choice_without_tools, self.choice_of_any, self.name_of_schema, self.model, self.messages):
            rule()


def equal(one, two):
    """As JSON: 0 and 0.0 are one number, 1 and true are not one value."""
    if isinstance(one, bool) or isinstance(two, bool):
        return one is two
    if isinstance(one, dict) and isinstance(two, dict):
        return one.keys() == two.keys() and all(equal(one[key], two[key]) for key in one)
    if isinstance(one, list) and isinstance(two, list):
        return len(one) == len(two) and all(map(equal, one, two))
    return one == two


def where(recorded, arrived, path):
    """The innermost places that differ"""
    if equal(recorded, arrived):
        return
    if isinstance(recorded, dict) and isinstance(arrived, dict):
        for key in sorted(recorded.keys() | arrived.keys()):
            if (key in recorded) != (key in arrived):
                side, value = ('recorded', recorded[key]) if key in recorded else ('arrived', arrived[key])
                yield f'{path}.{key}: only {side}: {json.dumps(value, ensure_ascii=False)[:200]}'
            else:
                yield from where(recorded[key], arrived[key], f'{path}.{key}')
    elif isinstance(recorded, list) and isinstance(arrived, list) and len(recorded) == len(arrived):
        for number, (one, two) in enumerate(zip(recorded, arrived)):
            yield from where(one, two, f'{path}[{number}]')
    else:
        yield f'{path}: arrived {json.dumps(arrived, ensure_ascii=False)[:200]}, recorded {json.dumps(recorded, ensure_ascii=False)[:200]}'


def compare_requests(recorded, arrived, warnings):
    """(problems, notes): what differs and should not, and the rules that were needed."""
    rules = Rules(recorded, arrived, warnings)
    rules.apply()
    return list(where(rules.recorded, rules.arrived, 'body')), [f'meant difference: {text}' for text in rules.used]
