#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes the C table of providers out of data/providers.json.

    make-provider-table.py providers.json dheera-provider-rows.c

Everything that is not understood is an error: a typing mistake in the data must not become a provider that quietly
behaves otherwise. The keys of a row are those of FIELDS and DIALECT below; "comment" is for readers of the data.
"""

import json
import re
import sys
from urllib.parse import urlsplit

ID = re.compile(r'[a-z0-9][a-z0-9._-]*\Z')
ENV = re.compile(r'[A-Z][A-Z0-9_]*\Z|[0-9]+[A-Z0-9_]+\Z')
HEADER = re.compile(r'[a-z0-9-]+\Z')
MEMBER = re.compile(r'[a-z_]+\Z')
TOKEN = re.compile(r'[A-Za-z0-9_-]+\Z')
PATH = re.compile(r'/[a-z0-9/_-]+\Z')
PLACEHOLDER = re.compile(r'\{[a-z_]+\}')
LABEL = re.compile(r'[^\x00-\x1f"\\]+\Z')

PARAMS = {
    'temperature', 'top_p', 'top_k', 'max_tokens', 'stop', 'seed', 'n', 'presence_penalty', 'frequency_penalty', 'logprobs',
    'top_logprobs', 'tools', 'tool_choice', 'parallel_tool_calls', 'json_object', 'json_schema', 'reasoning_effort',
    'reasoning_budget', 'user', 'metadata', 'service_tier',
}
# Protocol of a row: the C table that holds its functions
PROTOCOLS = {
    'anthropic': 'dheera_anthropic',
    'bedrock-converse': 'dheera_bedrock_converse',
    'cohere': 'dheera_cohere',
    'ollama': 'dheera_ollama',
    'openai-chat': 'dheera_openai_chat',
    'gemini': 'dheera_gemini',
    'openai-responses': 'dheera_openai_responses',
}
# Endpoints beside chat that a row says the paths of: the field of DheeraEndpointDialect
TASKS = {
    'embed': 'paths[DHEERA_TASK_EMBED]',
    'count_tokens': 'paths[DHEERA_TASK_COUNT_TOKENS]',
    'rerank': 'paths[DHEERA_TASK_RERANK]',
    'moderate': 'paths[DHEERA_TASK_MODERATE]',
    'generate_image': 'paths[DHEERA_TASK_GENERATE_IMAGE]',
    'edit_image': 'edit_image_path',
    'transcribe': 'paths[DHEERA_TASK_TRANSCRIBE]',
    'translate': 'translate_path',
    'speak': 'paths[DHEERA_TASK_SPEAK]',
}
# Their parameters, as OpenAI calls them, or else whoever has them
TASK_PARAMS = {
    'dimensions', 'input_type', 'user', 'top_n', 'return_documents', 'images', 'n', 'size', 'quality', 'background', 'output_format', 'language',
    'prompt', 'temperature', 'response_format', 'timestamp_granularities', 'voice', 'speed', 'instructions',
}
INPUT_TYPES = {'query', 'document'}
# Where access tokens come from: the C table that holds its functions
TOKENS = {
    'google': 'dheera_token_google',
    'entra': 'dheera_token_entra',
}
# Places with addresses of their own: the C table that holds their functions
HOSTINGS = {
    'azure': 'dheera_hosting_azure',
}
FINISH_REASONS = {'stop', 'length', 'tool_calls', 'content_filter', 'other', 'error'}


class Fault(Exception):
    pass


def need(condition, what):
    if not condition:
        raise Fault(what)


def text(value, pattern, what):
    need(isinstance(value, str) and pattern.match(value), f'{what} is {value!r}')
    return value


def texts(value, pattern, what):
    need(isinstance(value, list) and value, f'{what} is not a list with something in it')
    for one in value:
        text(one, pattern, what)
    need(len(set(value)) == len(value), f'{what} repeats an entry')
    return value


def flag(value, what):
    need(isinstance(value, bool), f'{what} is neither true nor false')
    return value


def url(value, what, schemes):
    need(isinstance(value, str), f'{what} is not a text')
    parts = urlsplit(PLACEHOLDER.sub('x', value))
    need(parts.scheme in schemes and parts.hostname, f'{what} is no {" or ".join(schemes)} URL: {value!r}')
    need(not parts.query and not parts.fragment and '@' not in parts.netloc, f'{what} has more than host and path')
    need(not value.endswith('/') or what == 'docs', f'{what} ends with a slash')
    return value


def pairs(value, what):
    need(isinstance(value, dict) and value, f'{what} is not an object with something in it')
    for raw, mapped in value.items():
        need(LABEL.match(raw) and mapped in FINISH_REASONS, f'{what} maps {raw!r} to {mapped!r}')
    return value


def header_pairs(value, what):
    need(isinstance(value, dict) and value, f'{what} is not an object with something in it')
    for name, variable in value.items():
        text(name.lower(), HEADER, what)
        text(variable, ENV, what)
    return value


def flatten(value):
    return [part for pair in value.items() for part in pair]


def number(value, what):
    need(isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value <= 2, f'{what} is {value!r}')
    return value


def params(value, what):
    texts(value, LABEL, what)
    unknown = set(value) - PARAMS
    need(not unknown, f'{what} names {", ".join(sorted(unknown))}, which no request has')
    return value


def tasks(value, what):
    need(isinstance(value, dict) and set(value) <= set(TASKS), f'{what} is not an object of {", ".join(TASKS)}')
    for path in value.values():
        text(path, PATH, what)
    return value


def task_params(value, what):
    need(isinstance(value, dict) and value and set(value) <= TASK_PARAMS, f'{what} is not an object of {", ".join(sorted(TASK_PARAMS))}')
    for name in value.values():
        need(name is None or MEMBER.match(name), f'{what} has {name!r}')
    return value


def input_types(value, what):
    need(isinstance(value, dict) and set(value) == INPUT_TYPES, f'{what} is not an object of {", ".join(sorted(INPUT_TYPES))}')
    for word in value.values():
        text(word, LABEL, what)
    return value


def protocol(value, what):
    need(isinstance(value, str) and value in PROTOCOLS, f'{what} is {value!r}, not one of {", ".join(PROTOCOLS)}')
    return value


def tokens(value, what):
    need(isinstance(value, str) and value in TOKENS, f'{what} is {value!r}, not one of {", ".join(TOKENS)}')
    return value


def hosting(value, what):
    need(isinstance(value, str) and value in HOSTINGS, f'{what} is {value!r}, not one of {", ".join(HOSTINGS)}')
    return value


def url_pairs(value, what):
    need(isinstance(value, dict) and value, f'{what} is not an object with something in it')
    for name, variable in value.items():
        text(name, MEMBER, what)
        text(variable, ENV, what)
    return value


def stand_in(value, what):
    need(isinstance(value, dict) and set(value) == {'id', 'name'}, f'{what} is not an id and a name')
    text(value['id'], ID, f'{what}.id')
    text(value['name'], LABEL, f'{what}.name')
    return value


def responses(value, what):
    if value is True:
        return value
    patterns = {'id': ID, 'name': LABEL, 'base_url': LABEL, 'sign_service': ID}
    need(isinstance(value, dict) and value, f'{what} is neither true nor an object with something in it')
    for key, one in value.items():
        need(key in patterns, f'{what}.{key} is no key of it')
        text(one, patterns[key], f'{what}.{key}')
    if 'base_url' in value:
        url(value['base_url'], f'{what}.base_url', ('https', 'http'))
    return value


# Key of the data: how it is checked
FIELDS = {
    'id': lambda v: text(v, ID, 'id'),
    'name': lambda v: text(v, LABEL, 'name'),
    'aliases': lambda v: texts(v, ID, 'aliases'),
    'protocol': lambda v: protocol(v, 'protocol'),
    # Another id under which the row stands as well, until that provider has a protocol of its own
    'stands_for': lambda v: stand_in(v, 'stands_for'),
    # One account that is reached in another way: the row of the provider by whose name it is known first
    'primary': lambda v: text(v, ID, 'primary'),
    # The provider speaks OpenAI's Responses as well: true makes a second row of the same data, whose ids end in -responses; an object
    # has what is different in that row.
    'responses': lambda v: responses(v, 'responses'),
    'base_url': lambda v: url(v, 'base_url', ('https', 'http')),
    'base_url_env': lambda v: texts(v, ENV, 'base_url_env'),
    'no_project_url': lambda v: url(v, 'no_project_url', ('https',)),
    'host_env': lambda v: texts(v, ENV, 'host_env'),
    # Placeholder of base_url: the variable that fills it
    'url_env': lambda v: url_pairs(v, 'url_env'),
    'api_version_env': lambda v: texts(v, ENV, 'api_version_env'),
    'hosting': lambda v: hosting(v, 'hosting'),
    'key_env': lambda v: texts(v, ENV, 'key_env'),
    # Where the {region} of the base URL may come from
    'region_env': lambda v: texts(v, ENV, 'region_env'),
    'region_default': lambda v: text(v, ID, 'region_default'),
    'project_env': lambda v: texts(v, ENV, 'project_env'),
    'header_env': lambda v: header_pairs(v, 'header_env'),
    # Beside a key in a header: what goes as Authorization: Bearer instead, by where it comes from or by how it begins
    'token_env': lambda v: texts(v, ENV, 'token_env'),
    'token_prefix': lambda v: text(v, TOKEN, 'token_prefix'),
    'auth_header': lambda v: text(v, HEADER, 'auth_header'),
    # Access tokens that are got for credentials which are no key themselves
    'tokens': lambda v: tokens(v, 'tokens'),
    # Requests are signed for this service of AWS when the key is one of AWS's
    'sign_service': lambda v: text(v, ID, 'sign_service'),
    'key_optional': lambda v: flag(v, 'key_optional'),
    'local': lambda v: flag(v, 'local'),
    # Refuses to answer whole: it is asked for a stream always (only where the protocol heeds it, openai-responses)
    'stream_only': lambda v: flag(v, 'stream_only'),
    'chat_path': lambda v: v if v is None else text(v, PATH, 'chat_path'),
    'models_path': lambda v: v if v is None else text(v, PATH, 'models_path'),
    # Endpoints beside chat, with their paths; without an entry there is no such thing
    'tasks': lambda v: tasks(v, 'tasks'),
    # Parameters that have another name there, null where they are not taken
    'task_params': lambda v: task_params(v, 'task_params'),
    # The words for "query" and "document"
    'input_types': lambda v: input_types(v, 'input_types'),
    'base64_embeddings': lambda v: flag(v, 'base64_embeddings'),
    'request_id_header': lambda v: text(v, HEADER, 'request_id_header'),
    'docs': lambda v: url(v, 'docs', ('https',)),
    'dialect': lambda v: v,
    'think_tags': lambda v: flag(v, 'think_tags'),
    'drop_params': lambda v: params(v, 'drop_params'),
    'finish_reasons': lambda v: pairs(v, 'finish_reasons'),
    'temperature_max': lambda v: number(v, 'temperature_max'),
    'comment': lambda v: text(v, LABEL, 'comment'),
}
REQUIRED = {'id', 'name', 'base_url', 'docs'}

YES_NO = {True: 'TRUE', False: 'FALSE'}
REASONING = {
    style: 'DHEERA_CHAT_REASONING_' + style.upper()
    for style in ('none', 'effort', 'object', 'thinking', 'enable_thinking', 'template')
}
# Key of "dialect", which is also the field of DheeraChatDialect: the C expression of each value it may have, or None for any
# text, and the value where the row has none
DIALECT = {
    'max_tokens_member': (None, None),
    'seed_member': (None, None),
    'reasoning': (REASONING, 'effort'),
    'replay_reasoning': (None, None),
    'native_member': (None, None),
    'keep_developer_role': (YES_NO, False),
    'flatten_content_parts': (YES_NO, False),
    'refusal': (YES_NO, False),
    'include_usage': (YES_NO, True),
    'cache_control': (YES_NO, False),
    'mistral_parts': (YES_NO, False),
    'mistral_turns': (YES_NO, False),
    'thought_signatures': (YES_NO, False),
}


def unique(items):
    keys = [key for key, _ in items]
    for key in keys:
        need(keys.count(key) == 1, f'{key} is there twice')
    return dict(items)


def check_row(row):
    need(isinstance(row, dict), 'it is not an object')
    for key, value in row.items():
        need(key in FIELDS, f'{key} is no key of a row')
        FIELDS[key](value)
    missing = REQUIRED - set(row)
    need(not missing, f'{", ".join(sorted(missing))} is missing')
    need('key_env' in row or 'key_optional' in row or 'comment' in row,
         'it has no key_env, and no comment that says why')
    dialect = row.get('dialect', {})
    need(isinstance(dialect, dict), 'dialect is not an object')
    for key, value in dialect.items():
        need(key in DIALECT, f'dialect.{key} is no key of a dialect')
        known = DIALECT[key][0]
        if known is None:
            text(value, MEMBER, f'dialect.{key}')
        else:
            need(isinstance(value, (str, bool)) and value in known, f'dialect.{key} is {value!r}')


def responses_row(row):
    made = {key: value for key, value in row.items() if key not in ('aliases', 'stands_for')}
    made |= {'id': row['id'] + '-responses', 'name': row['name'] + ' (Responses)', 'protocol': 'openai-responses', 'primary': row.get('primary', row['id'])}
    if 'aliases' in row:
        made['aliases'] = [alias + '-responses' for alias in row['aliases']]
    return made | (row['responses'] if row['responses'] is not True else {})


def load(path):
    with open(path, encoding='utf-8') as file:
        data = json.load(file, object_pairs_hook=unique)
    need(isinstance(data, dict) and set(data) == {'providers'}, 'the one key of the file is "providers"')
    need(isinstance(data['providers'], list) and data['providers'], 'providers is not a list with something in it')

    rows = []
    for position, row in enumerate(data['providers']):
        try:
            check_row(row)
        except Fault as fault:
            name = row.get('id', '') if isinstance(row, dict) else ''
            raise Fault(f'row {position + 1} ({name}): {fault}') from None
        rows.append(row)
        if 'stands_for' in row:
            rows.append({**{k: v for k, v in row.items() if k != 'aliases'}, **row['stands_for']})
        if 'responses' in row:
            rows.append(responses_row(row))

    names = {}
    for index, row in enumerate(rows):
        for name in [row['id'], *row.get('aliases', [])]:
            need(name not in names, f'{name} is the name of two rows')
            names[name] = index
    firsts = {row['id'] for row in rows if 'primary' not in row}
    for row in rows:
        need(row.get('primary') is None or row['primary'] in firsts, f'{row["id"]}: primary is {row.get("primary")!r}, which is no row without a primary')
    return rows, names


def c_string(value):
    return 'NULL' if value is None else '"%s"' % value.replace('\\', '\\\\').replace('"', '\\"')


def c_list(values):
    if not values:
        return 'NULL'
    return '(const char *const[]) { %s, NULL }' % ', '.join(c_string(value) for value in values)


def auth(row):
    if 'sign_service' in row:
        return 'DHEERA_AUTH_SIGV4'
    return 'DHEERA_AUTH_HEADER' if 'auth_header' in row else 'DHEERA_AUTH_BEARER'


def endpoints(row):
    """The fields of .endpoints that are not empty"""
    for name, path in row.get('tasks', {}).items():
        yield 'endpoints.' + TASKS[name], c_string(path)
    for key, field in (('task_params', 'params'), ('input_types', 'input_types')):
        if key in row:
            yield 'endpoints.' + field, c_list([part or '' for part in flatten(row[key])])
    if row.get('base64_embeddings'):
        yield 'endpoints.base64_embeddings', 'TRUE'


def c_row(row):
    local = row.get('local', False)
    fields = [
        ('id', c_string(row['id'])),
        ('name', c_string(row['name'])),
        ('aliases', c_list(row.get('aliases'))),
        ('primary', c_string(row.get('primary'))),
        ('protocol', '&' + PROTOCOLS[row.get('protocol', 'openai-chat')]),
        ('base_url', c_string(row['base_url'])),
        ('base_url_env', c_list(row.get('base_url_env'))),
        ('no_project_url', c_string(row.get('no_project_url'))),
        ('host_env', c_list(row.get('host_env'))),
        ('url_env', c_list(flatten({'{%s}' % name: variable for name, variable in row.get('url_env', {}).items()}))),
        ('api_version_env', c_list(row.get('api_version_env'))),
        ('hosting', '&' + HOSTINGS[row['hosting']] if 'hosting' in row else 'NULL'),
        ('key_env', c_list(row.get('key_env'))),
        ('project_env', c_list(row.get('project_env'))),
        ('region_env', c_list(row.get('region_env'))),
        ('region_default', c_string(row.get('region_default'))),
        ('header_env', c_list(flatten(row.get('header_env', {})))),
        ('token_env', c_list(row.get('token_env'))),
        ('token_prefix', c_string(row.get('token_prefix'))),
        ('auth', auth(row)),
        ('auth_header', c_string(row.get('auth_header'))),
        ('tokens', '&' + TOKENS[row['tokens']] if 'tokens' in row else 'NULL'),
        ('sign_service', c_string(row.get('sign_service'))),
        ('key_optional', YES_NO[row.get('key_optional', False)]),
        ('local', YES_NO[local]),
        ('stream_only', YES_NO[row.get('stream_only', False)]),
        ('chat_path', c_string(row.get('chat_path', '/chat/completions'))),
        ('models_path', c_string(row.get('models_path', '/models'))),
        *endpoints(row),
        ('request_id_header', c_string(row.get('request_id_header'))),
        ('docs', c_string(row['docs'])),
        ('think_tags', YES_NO[row.get('think_tags', False)]),
        ('drop_params', ' | '.join('DHEERA_PARAM_' + param.upper() for param in row.get('drop_params', [])) or '0'),
        ('finish_reasons', c_list(flatten(row.get('finish_reasons', {})))),
        ('temperature_max', repr(float(row.get('temperature_max', -1)))),
    ]
    lines = ['    .%s = %s,' % field for field in fields]
    for key, (values, default) in DIALECT.items():
        value = row.get('dialect', {}).get(key, default)
        lines.append('    .dialect.%s = %s,' % (key, values[value] if values else c_string(value)))
    lines.append('    .dialect.native_family = %s,' % c_string(row['id']))
    return '  {\n%s\n  },' % '\n'.join(lines)


def generate(rows, names):
    out = ['/* Made by make-provider-table.py from data/providers.json; edit that. */', '',
           '#include "dheera-ai/providers/dheera-provider-table-private.h"', '',
           '#include "dheera-ai/providers/dheera-hosting-private.h"',
           '#include "dheera-ai/providers/dheera-protocol-private.h"',
           '#include "dheera-ai/providers/tokens/dheera-token-source-private.h"', '',
           'const DheeraProviderRow dheera_provider_table[] = {']
    out += [c_row(row) for row in rows]
    out += ['};', 'const guint dheera_provider_table_size = G_N_ELEMENTS (dheera_provider_table);', '',
            '/* Ids and aliases in the order of their bytes */',
            'const DheeraProviderName dheera_provider_names[] = {']
    out += ['  { "%s", %d },' % (name, names[name]) for name in sorted(names)]
    out += ['};', 'const guint dheera_provider_names_size = G_N_ELEMENTS (dheera_provider_names);', '']
    return '\n'.join(out)


def main(arguments):
    if len(arguments) != 3:
        sys.exit('usage: make-provider-table.py providers.json output.c')
    try:
        code = generate(*load(arguments[1]))
    except (Fault, ValueError, OSError) as fault:
        sys.exit(f'{arguments[1]}: {fault}')
    with open(arguments[2], 'w', encoding='utf-8') as file:
        file.write(code)


if __name__ == '__main__':
    main(sys.argv)
