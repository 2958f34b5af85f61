#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Takes the programs out of the pages that teach, and out of the class descriptions, and tries them.

C and Vala are compiled; Python and JavaScript run, with the offline model in the place of the ones that are named. What is no whole program gets a client, a
request and a session to work with.
"""

import argparse
import asyncio
import contextlib
import inspect
import io
import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import textwrap

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from tap import Skip, Tap  # noqa: E402

PATIENCE = 60
BLOCK = re.compile(r'^```(\w+)\n(.*?)^```$', re.MULTILINE | re.DOTALL)
OTHER_MODEL = re.compile(r"(['\"])(?:openai|anthropic|ollama)/[\w.-]+\1")
OTHER_PROVIDER = re.compile(r"(list_models\w*\()'\w+'")

parser = argparse.ArgumentParser()
parser.add_argument('--include', action='append', default=[])
parser.add_argument('--vapidir')
parser.add_argument('--gjs')
parser.add_argument('--valac')
parser.add_argument('--page', action='append', default=[])
parser.add_argument('pages', nargs='*')
options = parser.parse_args()
folder = tempfile.TemporaryDirectory(prefix='dheera-docs-')
work = pathlib.Path(folder.name)


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=PATIENCE, cwd=work, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 0, f'{shlex.join(done.args)}:\n{done.stdout}{done.stderr}'
    assert 'CRITICAL' not in done.stderr and 'WARNING' not in done.stderr, done.stderr


def offline(code):
    return OTHER_PROVIDER.sub(r"\1'mock'", OTHER_MODEL.sub(r'\1mock/echo\1', code)).replace('port=4000', 'port=0')


# --- C ---------------------------------------------------------------------------------------------------------------------------------

# What an application has
C_PRELUDE = '''
#include <dheera-ai/dheera-ai.h>
char *my_keyring_lookup (const char *id);
void my_weather_cb (DheeraTool *tool, DheeraToolCall *call, gpointer user_data);
'''
C_PARAMETERS = 'DheeraClient *client, DheeraRequest *request, SoupSession *session, GBytes *bytes, const char *key, GError *error'
C_FUNCTION = '''
void block ({parameters});
void block ({parameters})
{{
  {{
{code}
  }}
}}
'''


def try_c(code):
    flags = subprocess.run(['pkg-config', '--cflags', 'libsoup-3.0', 'json-glib-1.0'], capture_output=True, text=True, check=True).stdout
    whole = re.search(r'^main \(|^static ', code, re.MULTILINE)
    source = work / 'block.c'
    source.write_text(C_PRELUDE + (code if whole else C_FUNCTION.format(code=code, parameters=C_PARAMETERS)))
    run('cc', '-std=gnu11', '-fsyntax-only', '-Werror', '-Wall', '-Wno-unused-variable', '-Wno-unused-function', '-Wno-unused-but-set-variable',
        *shlex.split(flags), *[f'-I{path}' for path in options.include], source)


# --- Vala ------------------------------------------------------------------------------------------------------------------------------

def try_vala(code):
    if not options.valac:
        raise Skip('there is no Vala compiler')
    whole = 'int main ()' in code
    source = work / 'block.vala'
    source.write_text(code if whole else
                      f'async void block (Dheera.Client client, Dheera.Request request) throws GLib.Error {{\n{code}\n}}\nint main () {{ return 0; }}\n')
    run(options.valac, '-C', '--vapidir', options.vapidir, '--pkg', 'gio-2.0', '--pkg', 'libsoup-3.0', '--pkg', 'dheera-ai-1', source)


# --- JavaScript ------------------------------------------------------------------------------------------------------------------------

JS_PRELUDE = '''
import Dheera from 'gi://Dheera?version=1';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
const client = new Dheera.Client({default_model: 'mock/echo'});
const request = Dheera.Request.new_for_prompt('mock/echo', 'Hello!');
'''


def try_js(code):
    if not options.gjs:
        raise Skip('there is no gjs')
    source = work / 'block.js'
    source.write_text(offline(code) if 'import ' in code else JS_PRELUDE + offline(code))
    run(options.gjs, '-m', source)


# --- Python ----------------------------------------------------------------------------------------------------------------------------

def python_names():
    try:
        import gi
        gi.require_version('Dheera', '1')
        gi.require_version('Soup', '3.0')
        from gi.repository import Dheera, Gio, GLib, Soup
    except (ImportError, ValueError) as error:
        raise Skip(str(error)) from error
    return {
        'Dheera': Dheera, 'Gio': Gio, 'GLib': GLib, 'Soup': Soup,
        'client': Dheera.Client(default_model='mock/echo'),
        'request': Dheera.Request.new_for_prompt('mock/echo', 'Hello!'),
        'session': Soup.Session(),
    }


def try_python(code):
    names = python_names()
    code = offline(code)
    if re.search(r'^(async |\S.*\bawait )', code, re.MULTILINE):
        code = f'async def block():\n    global client, request\n{textwrap.indent(code, "    ")}\n    return locals()\n'
    if 'run_server(' in code:
        # Once it serves, it is told that it is enough.
        names['GLib'].idle_add(lambda: os.kill(os.getpid(), signal.SIGTERM))
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(code, 'block', 'exec'), names)  # pylint: disable=exec-used
        if 'block' in names:
            names.update(asyncio.run(asyncio.wait_for(names['block'](), PATIENCE)))
        if inspect.iscoroutinefunction(names.get('main')):
            asyncio.run(asyncio.wait_for(names['main'](), PATIENCE))


TRY = {'c': try_c, 'python': try_python, 'js': try_js, 'vala': try_vala}


def descriptions():
    """The programs that stand in the class descriptions of the sources."""
    for path in sorted((pathlib.Path(options.include[0]) / 'dheera-ai').rglob('*.c')):
        lines = [re.sub(r'^ \* ?', '', line) for line in path.read_text().splitlines()]
        yield path.name, '\n'.join(lines) + '\n'


def main():
    os.environ.pop('DHEERA_MODEL', None)
    tap = Tap()
    texts = [(pathlib.Path(page).name, pathlib.Path(page).read_text()) for page in options.page + options.pages]
    for name, text in [*texts, *descriptions()]:
        for match in BLOCK.finditer(text):
            language, code = match.groups()
            if language in TRY:
                line = text.count('\n', 0, match.start()) + 1
                tap.run(f'{name} line {line} ({language})', TRY[language], code)
    tap.done()


try:
    main()
finally:
    folder.cleanup()
