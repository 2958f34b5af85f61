# SPDX-License-Identifier: LGPL-2.1-or-later
"""Requests of chat completions to Azure, whose address says what the body says elsewhere: the deployment, and the version of the API."""

import json
import re
import urllib.parse

import requests_openai_chat
from compare_request import Inexpressible
from requests_openai_chat import OpenAIRules

OWN = '/chat/completions'
DEPLOYMENT = re.compile(r'/openai/deployments/([^/]+)$')


def address(recording):
    """(what is in front of the operation, the query), None for what was not recorded"""
    if recording['request'] is None:
        return None
    parts = urllib.parse.urlsplit(recording['request']['url'])
    path = re.sub('^/+', '/', parts.path)
    return (path.removesuffix(OWN), dict(urllib.parse.parse_qsl(parts.query))) if path.endswith(OWN) else None


def target(recording):
    """The resource's own address where a deployment follows it: the library has to make the rest of the name of the model and of the version."""
    found = address(recording)
    if found is None:
        return '/openai/v1', None
    base, query = found
    whole = base + OWN + ('?' + urllib.parse.urlencode(query) if query else '')
    try:
        express(recording)
    except Inexpressible:
        return base, whole  # the request that goes in its place has another model
    return DEPLOYMENT.sub('', base), whole


def settings(recording):
    found = address(recording)
    return {'api_version': found[1]['api-version']} if found and 'api-version' in found[1] else {}


def deployment(recording):
    found = address(recording)
    match = DEPLOYMENT.search(found[0]) if found else None
    return urllib.parse.unquote(match[1]) if match else None


def express(recording):
    body = requests_openai_chat.express(recording)
    name = deployment(recording)
    return json.dumps({**json.loads(body), 'model': name}) if name else body


def streams(recording):
    return requests_openai_chat.streams(recording)


def compare(recording, asked, warnings):
    recorded = json.loads(requests_openai_chat.express(recording))
    return AzureRules(recorded, json.loads(asked['body']), warnings, deployment(recording)).compare()


class AzureRules(OpenAIRules):
    def __init__(self, recorded, arrived, warnings, name):
        super().__init__(recorded, arrived, warnings)
        self.deployment = name

    def model(self):
        if self.deployment and self.arrived.get('model') == self.deployment != self.recorded.get('model'):
            self.drop('model', 'the model is the deployment in the path, whatever the body says')

    def newer_members(self):
        """The library knows which versions take them."""
        if 'stream_options' in self.recorded and 'stream_options' not in self.arrived:
            self.drop('stream_options', 'usage is not asked for where the version does not know it')

    def rules(self):
        return (self.newer_members, *super().rules())
