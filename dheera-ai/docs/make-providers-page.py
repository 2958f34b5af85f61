#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Puts the table of providers into the page about them: make-providers-page.py providers.json providers.in.md providers.md"""

import json
import pathlib
import sys


def code(words):
    return ', '.join(f'`{word}`' for word in words)


TASKS = {
    'embed': 'vectors', 'rerank': 'rankings', 'moderate': 'moderation', 'generate_image': 'pictures', 'transcribe': 'transcription', 'speak': 'speech',
    'count_tokens': 'counting of tokens',
}

# What protocols have without a path of its own in the row; tests/update-readme.py holds this against the library.
NATIVE = {
    'anthropic': ('count_tokens',),
    'bedrock-converse': ('embed', 'rerank', 'count_tokens'),
    'gemini': ('embed', 'generate_image', 'count_tokens'),
}
# ... and what they have not, whatever the row says for its Responses
FOREIGN = {'openai-chat': ('count_tokens',)}


def offers(row):
    """What a provider can be asked for, by the names of the calls"""
    protocol = row.get('protocol', 'openai-chat')
    if row.get('chat_path', '') is not None:
        yield 'chat'
    for task in TASKS:
        if task in NATIVE.get(protocol, ()) or (task in row.get('tasks', {}) and task not in FOREIGN.get(protocol, ())):
            yield task


def line(row):
    ids = [row['id'], *([row['stands_for']['id']] if 'stands_for' in row else []), *row.get('aliases', [])]
    amazon = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] if 'sign_service' in row else []
    places = [variable for key in ('project_env', 'region_env', 'base_url_env', 'host_env') for variable in row.get(key, [])]
    variables = [*row.get('key_env', []), *row.get('token_env', []), *amazon, *places, *row.get('header_env', {}).values()]
    where = 'this machine' if row.get('local') else f"`{row['base_url'].removeprefix('https://')}`"
    return f"| {code(ids)} | [{row['name']}]({row['docs']}) | {where} | {', '.join(TASKS.get(task, task) for task in offers(row))} | {code(variables)} |"


def name(row):
    return row['name'].casefold()


def responses(rows):
    """The ids under which providers are asked through OpenAI's Responses"""
    ids = [row['id'] for row in rows if row.get('protocol') == 'openai-responses']
    ids += [(row['responses'] if row['responses'] is not True else {}).get('id', row['id'] + '-responses') for row in rows if 'responses' in row]
    return code(sorted(ids))


def table(rows):
    shown = [row for row in rows if 'docs' in row]
    return '\n'.join(['| id | who | address | what | variables |', '|---|---|---|---|---|', *map(line, sorted(shown, key=name))])


def main(data, template, page):
    rows = json.loads(pathlib.Path(data).read_text())['providers']
    text = pathlib.Path(template).read_text()
    pathlib.Path(page).write_text(text.replace('@TABLE@', table(rows)).replace('@RESPONSES@', responses(rows)))


if __name__ == '__main__':
    main(*sys.argv[1:])
