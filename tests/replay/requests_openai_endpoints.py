# SPDX-License-Identifier: LGPL-2.1-or-later
"""Requests to OpenAI's endpoints beside chat: what an application sets on the request objects, and whether the recorded body, JSON or a form, comes out of it."""

import base64
import email.parser
import email.policy
import json
import re
import urllib.parse

import read_openai_endpoints
from compare_request import Inexpressible, Rules

PATHS = {
    'embeddings': ('/embeddings',), 'rerank': ('/rerank',), 'moderations': ('/moderations',), 'images': ('/images/generations', '/images/edits'),
    'transcription': ('/audio/transcriptions', '/audio/translations'), 'speech': ('/audio/speech',),
}
# Member of the body: the property, for each API
PROPERTIES = {
    'embeddings': {'dimensions': 'dimensions', 'output_dimension': 'dimensions', 'input_type': 'input-type', 'user': 'user'},
    'rerank': {'query': 'query', 'documents': 'documents', 'top_n': 'top-n', 'top_k': 'top-n'},
    'moderations': {},
    'images': {name: name.replace('_', '-') for name in ('prompt', 'n', 'size', 'quality', 'background', 'output_format', 'user')},
    'transcription': {'language': 'language', 'prompt': 'prompt', 'temperature': 'temperature', 'response_format': 'format'},
    'speech': {'input': 'input', 'voice': 'voice', 'response_format': 'format', 'speed': 'speed', 'instructions': 'instructions'},
}
# Where nothing is known about the request
PLAIN = {
    'embeddings': {'inputs': ['Hello']}, 'rerank': {'query': 'Hello', 'documents': ['one'] * 9}, 'moderations': {'texts': ['Hello']},
    'images': {'prompt': 'Hello'}, 'transcription': {}, 'speech': {'input': 'Hello', 'voice': 'alloy'},
}
SILENCE = base64.b64encode(b'RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\0\0\0\0').decode()


def task(recording):
    return read_openai_endpoints.task(recording)


def address(recording):
    """(what is in front of the operation, the operation), None for what was not recorded or is something else"""
    if recording['request'] is None or recording['request']['method'] != 'POST':
        return None
    path = re.sub('^/+', '/', urllib.parse.urlsplit(recording['request']['url']).path)
    own = next((own for own in PATHS[recording['api']] if path.endswith(own)), None)
    return (path.removesuffix(own), own) if own else None


def target(recording):
    found = address(recording)
    if found is None:
        return '/v1', None
    if '/deployments/' in found[0]:
        query = urllib.parse.urlsplit(recording['request']['url']).query
        return found[0].partition('/openai/deployments/')[0] or '', f'{"".join(found)}?{query}'
    try:
        express(recording)
    except Inexpressible:
        return found[0], None  # what goes in its place may be for another operation of the API
    return found[0], ''.join(found)


def settings(recording):
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit((recording['request'] or {'url': ''})['url']).query))
    return {'api_version': query['api-version']} if 'api-version' in query else {}


def streams(recording):
    return False


def raw_body(request):
    if request.get('body_b64') is not None:
        return base64.b64decode(request['body_b64'])
    body = request.get('body') or ''
    return base64.b64decode(body[7:]) if body.startswith('base64:') else body.encode()


def form_of(content_type, data):
    """The fields of a form, and its files by their fields"""
    head = f'Content-Type: {content_type}\r\n\r\n'.encode()
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + data)
    fields, files = {}, {}
    for part in message.iter_parts():
        name = part.get_param('name', header='content-disposition')
        payload = part.get_payload(decode=True)
        if part.get_filename() is not None:
            files.setdefault(name, []).append(payload)
        else:
            fields.setdefault(name, []).append(payload.decode().rstrip('\r\n'))
    return fields, files


def parts(recording):
    """(members, files) of the recorded request"""
    request = recording['request']
    kind = request['headers'].get('content-type', '')
    data = raw_body(request)
    if kind.startswith('multipart/'):
        fields, files = form_of(kind, data)
        if not files:
            raise Inexpressible('the form of its request was not recorded')
        return {name: values[0] for name, values in fields.items()}, files
    try:
        value = json.loads(data)
    except ValueError:
        raise Inexpressible('its recorded request is not JSON') from None
    return value, {}


def number(text):
    try:
        return float(text)
    except (TypeError, ValueError):
        return text


def express(recording):
    if address(recording) is None:
        raise Inexpressible('its recorded request is one of another endpoint')
    members, files = parts(recording)
    known, properties, extra, made = PROPERTIES[recording['api']], {}, {}, {}
    for name, value in members.items():
        if value is None or name in ('model', 'encoding_format'):
            continue
        if name == 'input' and recording['api'] in ('embeddings', 'moderations'):
            values = [value] if isinstance(value, str) else value
            if not all(isinstance(one, str) for one in values):
                raise Inexpressible('its input is not text')
            properties['inputs' if recording['api'] == 'embeddings' else 'texts'] = values
        elif name in known:
            properties[known[name]] = number(value) if known[name] in ('temperature', 'n') else value
        else:
            extra[name] = value
    properties['model'] = deployment(recording) or members.get('model')
    if properties['model'] is None and recording['api'] != 'moderations':
        raise Inexpressible('its recorded request names no model')
    made['properties'] = {key: value for key, value in properties.items() if value is not None}
    if address(recording)[1] == '/audio/translations':
        made['properties']['translate'] = True
    for name, values in files.items():
        encoded = [base64.b64encode(value).decode() for value in values]
        made.update({'audio': encoded[0]} if name == 'file' else {'mask': encoded[0]} if name == 'mask' else {'images': encoded})
    return json.dumps({**made, **({'extra': extra} if extra else {})})


def deployment(recording):
    found = address(recording)
    match = re.search('/deployments/([^/]+)$', found[0]) if found else None
    return match[1] if match else None


def plain(recording, full):
    """A request that the recorded answer could belong to"""
    properties = {'model': 'some-model', **PLAIN[recording['api']]}
    if recording['api'] == 'embeddings' and not full['error']:
        properties['inputs'] = ['Hello'] * len(full['answer']['data'])
    if recording['api'] == 'moderations' and not full['error']:
        properties['texts'] = ['Hello'] * len(full['answer']['results'])
    return json.dumps({'properties': properties, **({'audio': SILENCE} if recording['api'] == 'transcription' else {})})


def compare(recording, asked, warnings):
    members, files = parts(recording)
    if not files:
        return EndpointRules(members, json.loads(asked['body']), warnings).compare()
    fields, sent = form_of(asked['headers']['content-type'], base64.b64decode(asked['body_base64']))
    problems, notes = EndpointRules(members, {name: values[0] for name, values in fields.items()}, warnings).compare()
    if {name.removesuffix('[]'): values for name, values in files.items()} != {name.removesuffix('[]'): values for name, values in sent.items()}:
        problems.append('the files of the form are others')
    return problems, notes


class EndpointRules(Rules):
    def nothing_said(self):
        for key, value in list(self.recorded.items()):
            if value is None and key not in self.arrived:
                self.drop(key, 'a member that is null is left out')

    def one_text(self):
        if isinstance(self.recorded.get('input'), str) and self.arrived.get('input') == [self.recorded['input']]:
            self.drop('input', 'one text goes as a list of one')

    def base64_vectors(self):
        if self.recorded.get('encoding_format') != self.arrived.get('encoding_format'):
            self.drop('encoding_format', 'vectors come in base64 where the provider has it')

    def deployed_model(self):
        if self.recorded.get('model') != self.arrived.get('model') and self.arrived.get('model'):
            self.drop('model', 'the model of a deployment is named by the deployment')

    def numbers_of_forms(self):
        for key, value in self.arrived.items():
            if isinstance(value, str) and number(value) == number(self.recorded.get(key)):
                self.recorded[key] = value

    def left_out(self):
        for key in set(self.recorded) - set(self.arrived):
            if self.is_warned_of(key):
                self.drop(key, 'the application is told what the provider does not take')

    def rules(self):
        return [self.nothing_said, self.one_text, self.base64_vectors, self.deployed_model, self.numbers_of_forms, self.left_out]
