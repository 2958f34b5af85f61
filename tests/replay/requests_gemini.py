# SPDX-License-Identifier: LGPL-2.1-or-later
"""Requests of Google's generateContent, made anew as OpenAI's chat JSON (recorded_requests.py has the whole).

The instructions become a message of the system's, results of functions messages of their own, and of the model's turns text and calls what they are, with their signatures; every other
part goes into provider_blocks with its place. What is said in members that OpenAI's JSON does not have stays where it is, under its own name: the library keeps it as extra. Calls
without an id get one.
"""

import json
import re
import urllib.parse

from compare_request import Inexpressible, Rules, equal

METHOD = re.compile(r'/(?:models|publishers/google/models|endpoints)/([^/:]+):(generateContent|streamGenerateContent|countTokens)$')
CONFIG = {
    'temperature': 'temperature', 'topP': 'top_p', 'topK': 'top_k', 'maxOutputTokens': 'max_tokens', 'candidateCount': 'n',
    'stopSequences': 'stop', 'seed': 'seed', 'presencePenalty': 'presence_penalty', 'frequencyPenalty': 'frequency_penalty',
    'responseLogprobs': 'logprobs', 'logprobs': 'top_logprobs',
}
MODES = {'AUTO': 'auto', 'NONE': 'none', 'ANY': 'required'}


def path_of(recording):
    return urllib.parse.urlsplit(recording['request']['url']).path if recording['request'] else ''


def target(recording):
    path = path_of(recording)
    found = METHOD.search(path)
    # The model is part of the path: where the request can't be made, another one asks.
    return (path[:found.start()] if found else '/v1beta'), None


def streams(recording):
    return ':streamGenerateContent' in path_of(recording)


def camel(value):
    """Some clients write names_like_this, which the server takes as well."""
    if isinstance(value, list):
        return [camel(child) for child in value]
    if not isinstance(value, dict):
        return value
    free = {'args', 'response', 'parametersJsonSchema', 'responseJsonSchema', 'properties'}
    made = {}
    for key, child in value.items():
        name = re.sub(r'_([a-z])', lambda match: match.group(1).upper(), key)
        made[name] = child if name in free else camel(child)
    return made


def body_of(recording):
    try:
        body = json.loads(recording['request'].get('body') or '')
    except ValueError:
        raise Inexpressible('its recorded request is not JSON') from None
    if isinstance(body, dict):
        # How it is counted
        body = body.get('generateContentRequest', body.get('generate_content_request', body))
    if not isinstance(body, dict) or not isinstance(body.get('contents'), list):
        raise Inexpressible('its recorded request is none of generateContent')
    return normal(camel(body))


def normal(body):
    """Without what says nothing: null, and a role where only one is possible"""
    body = {key: value for key, value in body.items() if value is not None}
    contents = body['contents'] + ([body['systemInstruction']] if 'systemInstruction' in body else [])
    for content in contents:
        content['parts'] = [{key: value for key, value in part.items() if value is not None and not (key == 'thought' and value is False)}
                            for part in content.get('parts') or []]
    tools = body.get('tools')
    if isinstance(tools, dict):
        body['tools'] = [tools]
    return body


# --- Members of the body ------------------------------------------------------------------------------------------------------------

def config_of(config):
    config = dict(config)
    made = {CONFIG[key]: config.pop(key) for key in list(config) if key in CONFIG and config[key] is not None}
    mime = config.get('responseMimeType')
    schema = config.get('responseJsonSchema', config.get('responseSchema'))
    if mime == 'application/json' and schema is not None:
        made['response_format'] = {'type': 'json_schema', 'json_schema': {'name': 'response', 'schema': schema}}
        for key in ('responseMimeType', 'responseJsonSchema', 'responseSchema'):
            config.pop(key, None)
    elif mime == 'application/json':
        made['response_format'] = {'type': 'json_object'}
        del config['responseMimeType']
    return made, {key: value for key, value in config.items() if value is not None}


def tools_of(tools):
    """(functions, all others)"""
    functions, others = [], []
    for tool in tools or []:
        for declaration in tool.get('functionDeclarations') or []:
            function = {'name': declaration['name']}
            if declaration.get('description'):
                function['description'] = declaration['description']
            parameters = declaration.get('parametersJsonSchema', declaration.get('parameters'))
            if parameters is not None:
                function['parameters'] = parameters
            functions.append({'type': 'function', 'function': function})
        rest = {key: value for key, value in tool.items() if key != 'functionDeclarations' and value is not None}
        others += [rest] if rest else []
    return functions, others


def choice_of(config):
    calling = dict(config.get('functionCallingConfig') or {})
    names = calling.get('allowedFunctionNames') or []
    if calling.get('mode') == 'ANY' and len(names) == 1:
        return {'type': 'function', 'function': {'name': names[0]}}
    if names or calling.get('mode') not in MODES:
        raise Inexpressible(f'a choice of functions {json.dumps(calling)}')
    return MODES[calling['mode']]


def express(recording):
    body = body_of(recording)
    body.pop('model', None)
    made, config = config_of(body.pop('generationConfig', {}))
    made['model'] = METHOD.search(path_of(recording)).group(1)
    if config:
        made['generationConfig'] = config
    functions, others = tools_of(body.pop('tools', None))
    if functions or others:
        made['tools'] = functions + others
    tool_config = body.pop('toolConfig', {})
    if tool_config.get('functionCallingConfig'):
        made['tool_choice'] = choice_of(tool_config)
    elif tool_config:
        made['toolConfig'] = tool_config
    made['messages'] = messages_of(body.pop('contents'), body.pop('systemInstruction', None))
    made.update(body)
    return json.dumps(made)


# --- Messages -----------------------------------------------------------------------------------------------------------------------

class Ids:
    """Ids of calls: those that were recorded, or made up, and for each result the next call of its function that waits"""

    def __init__(self):
        self.n, self.waiting = 0, []

    def of_call(self, call):
        self.n += 1
        ident = call.get('id') or f'made-up-{self.n}'
        self.waiting.append((call['name'], ident))
        return ident

    def of_result(self, result):
        for name, ident in self.waiting:
            if ident == result.get('id') or not result.get('id') and name == result['name']:
                self.waiting.remove((name, ident))
                return ident
        raise Inexpressible('a result without a call')


def part_of(part):
    others = set(part) - {'text', 'inlineData', 'fileData'}
    if others:
        raise Inexpressible(f'a part of the user with {", ".join(sorted(others))}')
    if 'text' in part:
        return {'type': 'text', 'text': part['text']}
    if 'inlineData' in part:
        data = part['inlineData']
        if data['mimeType'].startswith('image/'):
            return {'type': 'image_url', 'image_url': {'url': f'data:{data["mimeType"]};base64,{data["data"]}'}}
        return {'type': 'file', 'file': {'file_data': f'data:{data["mimeType"]};base64,{data["data"]}'}}
    uri = part['fileData']['fileUri']
    if part['fileData'].get('mimeType', '').startswith('image/'):
        return {'type': 'image_url', 'image_url': {'url': uri}}
    return {'type': 'file', 'file': {'file_id': uri}}


def result_of(part, ids):
    result = part['functionResponse']
    response = result.get('response') or {}
    text = response['output'] if set(response) == {'output'} and isinstance(response['output'], str) else json.dumps(response)
    media = [part_of(one) for one in result.get('parts') or []]
    content = [{'type': 'text', 'text': text}, *media] if media else text
    return {'role': 'tool', 'tool_call_id': ids.of_result(result), 'name': result['name'], 'content': content}


def call_of(part, ids):
    call = part['functionCall']
    made = {'id': ids.of_call(call), 'type': 'function', 'function': {'name': call['name'], 'arguments': json.dumps(call.get('args') or {})}}
    if 'thoughtSignature' in part:
        made['extra_content'] = {'google': {'thought_signature': part['thoughtSignature']}}
    return made


def answer_of(parts, ids):
    text, calls, natives = '', [], []
    for part in parts:
        if 'functionCall' in part:
            calls.append(call_of(part, ids))
        elif set(part) == {'text'}:
            if calls and part['text']:
                raise Inexpressible('text of the model behind a call')
            text += part['text']
        else:
            natives.append({'family': 'gemini', 'block': part, 'after_text': len(text.encode()), 'after_tool_calls': len(calls)})
            text += part.get('text', '') if not part.get('thought') else ''
    made = {'role': 'assistant', 'content': text or None}
    if calls:
        made['tool_calls'] = calls
    if natives:
        made['provider_blocks'] = natives
    return made


def messages_of(contents, system):
    ids = Ids()
    messages = [{'role': 'system', 'content': part['text']} for part in (system or {}).get('parts') or []]
    for content in contents:
        parts = content['parts']
        if content.get('role') == 'model':
            messages.append(answer_of(parts, ids))
            continue
        messages += [result_of(part, ids) for part in parts if 'functionResponse' in part]
        others = [part_of(part) for part in parts if 'functionResponse' not in part]
        if others:
            messages.append({'role': 'user', 'content': others})
    return messages


# --- Comparing ----------------------------------------------------------------------------------------------------------------------

def compare(recording, asked, warnings):
    headers = asked['headers']
    problems = []
    if asked['target'].partition('?')[0] != path_of(recording):
        problems.append(f'path: got {asked["target"]}, expected {path_of(recording)}')
    # It is no token: see how keys of Google's begin.
    key = headers.get('x-goog-api-key') or headers.get('authorization', '').removeprefix('Bearer ')
    if key != 'replay-key' or 'key=' in asked['target']:
        problems.append(f'headers: {json.dumps(headers)}')
    if ('alt=sse' in asked['target']) != streams(recording):
        problems.append(f'the address is {asked["target"]}')
    arrived = json.loads(asked['body'])
    more, notes = GeminiRules(body_of(recording), arrived.get('generateContentRequest', arrived), warnings).compare()
    return problems + more, notes


class GeminiRules(Rules):
    def members(self):
        for key, value in list(self.recorded.items()):
            if value in ({}, []) and key not in self.arrived:
                self.drop(key, f'{key}: {json.dumps(value)} is left out')
        self.recorded.pop('model', None)
        self.arrived.pop('model', None)

    def config(self):
        config = self.recorded.get('generationConfig')
        for key, value in list((config or {}).items()):
            if value is None:
                del config[key]
        if config == {} and 'generationConfig' not in self.arrived:
            del self.recorded['generationConfig']

    def roles(self):
        for content in self.recorded['contents']:
            content.setdefault('role', 'user')
        self.recorded.get('systemInstruction', {}).pop('role', None)

    def parts(self):
        """Neighbours of plain text are one piece; empty ones nothing."""
        for side in (self.recorded, self.arrived):
            for content in side['contents']:
                content['parts'] = merged(content['parts'], content['role'] == 'model')

    def turns(self):
        turns = []
        for content in self.recorded['contents']:
            if not content['parts']:
                self.note('a turn without parts is left out')
            elif turns and turns[-1]['role'] == content['role']:
                turns[-1]['parts'] += content['parts']
                self.note('neighbours of one role become one turn')
            else:
                turns.append(content)
        self.recorded['contents'] = turns

    def ids(self):
        """Made-up ids, and on Vertex AI none"""
        before, after = ([part.get('functionCall') or part.get('functionResponse') for content in side['contents'] for part in content['parts']]
                         for side in (self.recorded, self.arrived))
        for one, other in zip(before, after):
            if one and other and one.get('id') != other.get('id'):
                self.note('a call without an id gets one' if 'id' not in one else 'ids do not go to Vertex AI')
                one.pop('id', None)
                other.pop('id', None)
            if one and other and 'args' not in one and other.get('args') == {}:
                one['args'] = {}
            if one and other and one.get('response') != other.get('response') and equal(one['response'], {'output': other['response']}):
                one['response'] = other['response']

    def signatures(self):
        for one, other in zip(*([part for content in side['contents'] for part in content['parts']] for side in (self.recorded, self.arrived))):
            if other.get('thoughtSignature') == 'skip_thought_signature_validator' and 'thoughtSignature' not in one:
                del other['thoughtSignature']
                self.note('a call that nobody signed says so')

    def files(self):
        """A file that lies elsewhere has no type in OpenAI's JSON: it is what its address says, or left to Google."""
        for one, other in zip(*(list(files_of(side['contents'])) for side in (self.recorded, self.arrived))):
            if 'mimeType' in one and one.get('fileUri') == other.get('fileUri') and 'mimeType' not in other:
                del one['mimeType']
                self.note('the type of a file that lies elsewhere is left out')

    def tools(self):
        for tool in self.recorded.get('tools') or []:
            for key in [key for key, value in tool.items() if value is None]:
                del tool[key]
        declared = [declaration for tool in self.recorded.get('tools') or [] for declaration in tool.get('functionDeclarations') or []]
        arrived = [declaration for tool in self.arrived.get('tools') or [] for declaration in tool.get('functionDeclarations') or []]
        if declared:
            own = [{key: value for key, value in tool.items() if key != 'functionDeclarations'} for tool in self.recorded['tools']]
            self.recorded['tools'] = [{'functionDeclarations': declared}] + [tool for tool in own if tool]
        for one, other in zip(declared, arrived):
            if not one.get('description'):
                one.pop('description', None)
            self.schema(one, other, 'parameters', 'parametersJsonSchema')
            if one.get('parameters', {}).get('properties', {'': 0}) == {} and 'parameters' not in other:
                del one['parameters']
                self.note('an object without properties is left out')

    def formats(self):
        one, other = (side.get('generationConfig') or {} for side in (self.recorded, self.arrived))
        self.schema(one, other, 'responseSchema', 'responseJsonSchema')

    def schema(self, one, other, old, new):
        if old in one and new in other and equal(one[old], other[new]):
            one[new] = one.pop(old)
            self.note('a schema goes as JSON Schema to models that take it')
        elif new in one and old in other:
            del one[new], other[old]
            self.note('a schema is converted for models that take no JSON Schema')
        elif old in one and old in other and upper(one[old]) == upper(other[old]):
            other[old] = one[old]

    def dropped_with_a_warning(self):
        config = self.recorded.get('generationConfig') or {}
        for key, name in CONFIG.items():
            if key in config and key not in (self.arrived.get('generationConfig') or {}) and self.is_warned_of(name):
                del config[key]
                self.note(f'{key} is left out, with a warning')

    def rules(self):
        return (self.members, self.config, self.roles, self.turns, self.parts, self.ids, self.signatures, self.files, self.tools, self.formats,
                self.dropped_with_a_warning)


def files_of(value):
    if isinstance(value, dict) and 'fileUri' in value:
        yield value
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from files_of(child)


def upper(schema):
    """Types in capitals, and nothing that the older form does not know"""
    if isinstance(schema, list):
        return [upper(child) for child in schema]
    if not isinstance(schema, dict):
        return schema
    dropped = {'additionalProperties', '$schema', 'default'}
    return {key: value.upper() if key == 'type' and isinstance(value, str) else upper(value) for key, value in schema.items() if key not in dropped}


def merged(parts, model):
    made = []
    for part in parts:
        if part == {'text': ''}:
            continue
        if model and made and set(part) == {'text'} and set(made[-1]) == {'text'}:
            made[-1] = {'text': made[-1]['text'] + part['text']}
        else:
            made.append(part)
    return made
