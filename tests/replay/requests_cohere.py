# SPDX-License-Identifier: LGPL-2.1-or-later
"""Requests of Cohere's chat, version 2, made anew as OpenAI's chat JSON (recorded_requests.py has the whole).

Documents, safety_mode, citation_options and strict_tools stay under their own names.
"""

import json
import urllib.parse

from compare_request import Inexpressible, Rules

OWN = '/v2/chat'
MEMBERS = {'p': 'top_p', 'k': 'top_k', 'stop_sequences': 'stop'}


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
        raise Inexpressible('its recorded request is not one of version 2')
    return body


def streams(recording):
    try:
        return body_of(recording).get('stream') is True
    except Inexpressible:
        return False


def express(recording):
    made = {}
    for key, value in body_of(recording).items():
        convert = MEMBER_FUNCTIONS.get(key)
        made.update(convert(value) if convert else {MEMBERS.get(key, key): value})
    return json.dumps(made)


def thinking_of(value):
    """Whether, which any word but none says, or how much"""
    if value['type'] == 'disabled':
        return {'reasoning_effort': 'none'}
    if 'token_budget' in value:
        return {'thinking': {'type': 'enabled', 'budget_tokens': value['token_budget']}}
    return {'reasoning_effort': 'high'}


def format_of(value):
    schema = value.get('json_schema')
    if schema is None:
        return {'response_format': value}
    return {'response_format': {'type': 'json_schema', 'json_schema': {'name': 'response', 'schema': schema}}}


def message_of(message):
    made = {key: value for key, value in message.items() if key not in ('tool_plan', 'content', 'citations')}
    content = message.get('content')
    blocks = content if isinstance(content, list) else []
    natives = [{'family': 'cohere', 'block': block, 'after_text': 0, 'after_tool_calls': 0} for block in blocks if block['type'] == 'thinking']
    if message.get('tool_plan'):
        natives.append({'family': 'cohere', 'block': {'tool_plan': message['tool_plan']}, 'after_text': 0, 'after_tool_calls': 0})
    if natives:
        made['provider_blocks'] = natives
    made['content'] = [block for block in blocks if block['type'] != 'thinking'] if blocks else content or None
    if message.get('citations'):
        made['citations'] = message['citations']
    return made


MEMBER_FUNCTIONS = {
    'messages': lambda value: {'messages': [message_of(message) for message in value]},
    'thinking': thinking_of, 'response_format': format_of, 'tool_choice': lambda value: {'tool_choice': value.lower()},
    'stream': lambda value: {},
}


# --- Comparing ----------------------------------------------------------------------------------------------------------------------

def compare(recording, asked, warnings):
    headers = asked['headers']
    problems = [] if headers.get('authorization') == 'Bearer replay-key' else [f'headers: {json.dumps(headers)}']
    more, notes = CohereRules(body_of(recording), json.loads(asked['body']), warnings).compare()
    return problems + more, notes


class CohereRules(Rules):
    def nothing_said(self):
        for key, value in list(self.recorded.items()):
            if value is None and key not in self.arrived:
                self.drop(key, 'a member that is null is left out')
        if self.arrived.get('stream') is False and 'stream' not in self.recorded:
            self.drop('stream', 'stream: false is said')

    def content(self, message):
        """Text alone is one text."""
        content = message.get('content')
        if isinstance(content, list) and content and all(block['type'] == 'text' for block in content):
            message['content'] = '\n'.join(block['text'] for block in content)

    def messages(self):
        for side in (self.recorded, self.arrived):
            for message in side.get('messages') or []:
                self.content(message)
        for before, after in zip(self.recorded.get('messages') or [], self.arrived.get('messages') or []):
            for key in ('content', 'citations', 'tool_calls', 'tool_plan'):
                if before.get(key) in (None, '', []) and key in before and key not in after:
                    del before[key]
                    self.note('an empty member of a message is left out')

    def rules(self):
        return self.nothing_said, self.messages
