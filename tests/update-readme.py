#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Keeps README.md true: its programs are those of examples/, its list of providers is that of the table, and what they can be asked for is what the library can ask for.

Usage: update-readme.py PRINT_FEATURES            writes them anew
       update-readme.py PRINT_FEATURES --check    fails when that would change anything, or when a link leads nowhere

PRINT_FEATURES is a program of the build; "ninja update-readme" knows where it is.
"""

import importlib.util
import json
import pathlib
import re
import subprocess
import sys

from tap import Tap

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = re.compile(r'(<!-- (examples/[\w./-]+) -->\n```\w+\n)(.*?)(?<=\n)(```)', re.DOTALL)
PROVIDERS = re.compile(r'(<!-- providers -->\n)(.*?)(?<=\n)(<!-- /providers -->)', re.DOTALL)
FEATURES = re.compile(r'(<!-- features -->\n)(.*?)(?<=\n)(<!-- /features -->)', re.DOTALL)
LINK = re.compile(r'\]\((?!https?:|#)([^)#]+)')
WIDTH = 120
COLUMNS = ('openai', 'openai-responses', 'azure', 'anthropic', 'gemini', 'vertexai', 'bedrock', 'mistral', 'cohere', 'ollama')
ROWS = {
    'chat': 'answers, whole and streamed', 'tools': 'tools', 'schema': 'JSON by a schema', 'reasoning': 'reasoning', 'pictures': 'images in', 'sound': 'sound in',
    'files': 'PDF in', 'embed': 'vectors', 'rerank': 'rankings', 'moderate': 'moderation', 'generate_image': 'images out', 'transcribe': 'transcription',
    'speak': 'speech', 'count_tokens': 'tokens counted ahead', 'list_models': 'list of models',
}


def program(name):
    """An example without what stands above it for the system and for lawyers."""
    lines = (ROOT / name).read_text().split('\n')
    while lines[0].startswith('#!') or 'SPDX-License-Identifier' in lines[0] or not lines[0].strip():
        lines.pop(0)
    return '\n'.join(lines).rstrip('\n') + '\n'


def provider_ids():
    rows = json.loads((ROOT / 'dheera-ai/providers/data/providers.json').read_text())['providers']
    ids = {row['id'] for row in rows} | {row['stands_for']['id'] for row in rows if 'stands_for' in row}
    for row in rows:
        if 'responses' in row:
            ids.add((row['responses'] if row['responses'] is not True else {}).get('id', row['id'] + '-responses'))
    return sorted(ids)


def provider_list():
    lines = ['']
    for name in provider_ids():
        word = f'`{name}`, '
        if len(lines[-1]) + len(word) > WIDTH:
            lines.append('')
        lines[-1] += word
    return '\n'.join(line.rstrip() for line in lines) + '\n'


def read_features(program_path):
    """What the library says of each provider: {id: {'chat', 'tools', ...}}"""
    lines = subprocess.run([program_path], capture_output=True, text=True, check=True).stdout.splitlines()
    return {line.split('\t')[0]: set(line.split('\t')[1].split()) for line in lines}


def feature_table(features):
    lines = ['| | ' + ' | '.join(f'`{name}`' for name in COLUMNS) + ' |', '|---' + '|:-:' * len(COLUMNS) + '|']
    lines += [f'| {word} | ' + ' | '.join('✓' if feature in features[name] else '' for name in COLUMNS) + ' |' for feature, word in ROWS.items()]
    return '\n'.join(lines) + '\n'


def page_problems(features):
    """What the page about providers says of each, where it is something else"""
    spec = importlib.util.spec_from_file_location('page', ROOT / 'dheera-ai/docs/make-providers-page.py')
    page = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(page)
    shown = {'chat', *page.TASKS}
    for row in json.loads((ROOT / 'dheera-ai/providers/data/providers.json').read_text())['providers']:
        if set(page.offers(row)) != features[row['id']] & shown:
            yield f"the page about providers says {', '.join(page.offers(row))} of {row['id']}, the library {', '.join(sorted(features[row['id']] & shown))}"


def updated(text, features):
    text = FEATURES.sub(lambda match: match.group(1) + feature_table(features) + match.group(3), text)
    text = PROGRAM.sub(lambda match: match.group(1) + program(match.group(2)) + match.group(4), text)
    return PROVIDERS.sub(lambda match: match.group(1) + provider_list() + match.group(3), text)


def check(text, features):
    programs = [f'{match.group(2)} is not what README.md shows; run ninja update-readme' for match in PROGRAM.finditer(text)
                if match.group(3) != program(match.group(2))]
    languages = {match.group(2).split('/')[1] for match in PROGRAM.finditer(text)}
    missing = [f'README.md has no program in {name}' for name in ('c', 'python', 'gjs', 'vala') if name not in languages]
    found = PROVIDERS.search(text)
    providers = [] if found and found.group(2) == provider_list() else ['the list of providers is another one; run ninja update-readme']
    found = FEATURES.search(text)
    table = [] if found and found.group(2) == feature_table(features) else ['the table of what they can be asked for is another one; run ninja update-readme']
    links = [f'{name} has a link to {target}, which is not there' for name in ('README.md', 'CONTRIBUTING.md', 'NEWS.md')
             for target in LINK.findall((ROOT / name).read_text()) if not (ROOT / target).exists()]

    tap = Tap()
    tap.check('the programs are those of examples/', programs + missing)
    tap.check('the providers are those of the table', providers)
    tap.check('what providers can be asked for is what the library can ask for', [*table, *page_problems(features)])
    tap.check('links lead somewhere', links)
    tap.done()


def main():
    path = ROOT / 'README.md'
    text = path.read_text()
    features = read_features(sys.argv[1])
    if '--check' in sys.argv[2:]:
        check(text, features)
    path.write_text(updated(text, features))


if __name__ == '__main__':
    main()
