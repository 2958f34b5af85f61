#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Installs what was built into an empty folder, and uses it from outside as a stranger would: with pkg-config, headers, a typelib, a vapi and the
overrides, and nothing of the source tree or the build folder in reach."""

import argparse
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from tap import Skip, run_cases  # noqa: E402

PATIENCE = 120
HELLO = 'Hello, installed world!'

parser = argparse.ArgumentParser()
for name in ('meson', 'source', 'build', 'prefix', 'version', 'python', 'gjs', 'valac'):
    parser.add_argument('--' + name)
options = parser.parse_args()

folder = tempfile.TemporaryDirectory(prefix='dheera-install-')
work = pathlib.Path(folder.name) / 'work'
root = pathlib.Path(folder.name) / 'root'
prefix = root / options.prefix.lstrip('/')
examples = pathlib.Path(options.source) / 'examples'
work.mkdir()


def find(pattern):
    found = sorted(prefix.rglob(pattern))
    assert found, f'there is no {pattern} in {[str(path.relative_to(prefix)) for path in prefix.rglob("*") if path.is_file()]}'
    return found[0]


def environment(**more):
    """Nothing that leads to the build folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(('GI_', 'GJS_', 'PYTHONPATH', 'LD_', 'PKG_CONFIG', 'DHEERA_'))}
    return {**kept, 'LD_LIBRARY_PATH': str(find('libdheera-ai-1.so').parent), **{name: str(value) for name, value in more.items()}}


def run(*command, env=None):
    done = subprocess.run([str(word) for word in command], env=env or environment(), cwd=work, capture_output=True, text=True, timeout=PATIENCE,
                          stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 0, f'{shlex.join(done.args)}:\n{done.stdout}{done.stderr}'
    return done.stdout


def pkg_config(*arguments):
    return run('pkg-config', *arguments, env=environment(PKG_CONFIG_PATH=find('dheera-ai-1.pc').parent)).strip()


def expect_hello(*command, env=None):
    assert run(*command, HELLO, 'mock/echo', env=env) == HELLO + '\n'


def test_install():
    run(options.meson, 'install', '-C', options.build, '--no-rebuild', '--destdir', root, env=dict(os.environ))
    for pattern in ('dheera-ai-1/dheera-ai/dheera-ai.h', 'dheera-ai-1/dheera-ai/dheera-version.h', 'dheera-ai-1/dheera-ai/client/dheera-client.h',
                    'libdheera-ai-1.so.0', 'libdheera-ai-1.so', 'dheera-ai-1.pc'):
        find(pattern)
    # It names the final prefix, and what is tested lies below another root.
    description = find('dheera-ai-1.pc')
    text = description.read_text()
    assert f'prefix={options.prefix}\n' in text, text
    description.write_text(text.replace(f'prefix={options.prefix}\n', f'prefix={prefix}\n'))
    for path in prefix.rglob('*'):
        assert 'private' not in path.name and not path.name.endswith('.a'), path


def test_nothing_names_the_folders_of_the_builder():
    for path in prefix.rglob('*'):
        if path.is_file() and path.suffix in ('.pc', '.gir', '.vapi', '.deps', '.h', '.py', '.js'):
            text = path.read_text()
            assert options.build not in text and options.source not in text, path
    if shutil.which('readelf'):
        assert 'RUNPATH' not in run('readelf', '-d', find('libdheera-ai-1.so')), 'the library has a run path'


def test_pkg_config():
    assert pkg_config('--modversion', 'dheera-ai-1') == options.version
    flags = pkg_config('--cflags', '--libs', 'dheera-ai-1').split()
    assert f'-I{prefix}/include/dheera-ai-1' in flags and '-ldheera-ai-1' in flags and '-lsoup-3.0' in flags, flags


def compile_header(header, compiler, *arguments):
    source = work / f'header{compiler[1]}'
    source.write_text(f'#include <{header}>\n')
    run(*compiler[0], *arguments, '-fsyntax-only', '-Werror', '-Wall', '-Wextra', '-Wno-unused-parameter',
        *shlex.split(pkg_config('--cflags', 'dheera-ai-1')), source)


def test_each_header_can_stand_alone():
    include = prefix / 'include' / 'dheera-ai-1'
    headers = sorted(include.rglob('*.h'))
    assert len(headers) > 20, headers
    for header in headers:
        compile_header(header.relative_to(include), (['cc'], '.c'), '-std=gnu11')


def test_cxx():
    if not shutil.which('c++'):
        raise Skip('there is no C++ compiler')
    compile_header('dheera-ai/dheera-ai.h', (['c++'], '.cc'), '-std=c++17')


def test_c():
    run('cc', examples / 'c' / 'stream.c', '-o', work / 'stream-c', *shlex.split(pkg_config('--cflags', '--libs', 'dheera-ai-1')))
    expect_hello(work / 'stream-c')


def test_the_build_folder():
    """With what "meson devenv" sets it is as good as an installation."""
    def run_in_build(command):
        environment_of_mine = {name: value for name, value in os.environ.items() if not name.startswith(('GI_', 'GJS_', 'PYTHONPATH', 'LD_', 'PKG_CONFIG', 'CPATH'))}
        return run(options.meson, 'devenv', '-C', options.build, '-w', work, 'sh', '-c', command, env=environment_of_mine)

    hello = shlex.join([HELLO, 'mock/echo'])
    flags = '$(pkg-config --cflags --libs dheera-ai-1)'
    assert run_in_build(f'cc {examples}/c/stream.c -o stream-built {flags} && ./stream-built {hello}') == HELLO + '\n'
    if options.python:
        assert run_in_build(f'{options.python} {examples}/python/stream.py {hello}') == HELLO + '\n'
    if options.gjs:
        assert run_in_build(f'{options.gjs} -m {examples}/gjs/stream.js {hello}') == HELLO + '\n'
    if options.valac:
        vapi = pathlib.Path(options.build) / 'dheera-ai'
        assert run_in_build(f'{options.valac} --pkg libsoup-3.0 --pkg dheera-ai-1 --vapidir {vapi} -X -w -o vala-built {examples}/vala/stream.vala && ./vala-built {hello}') == HELLO + '\n'


def test_the_command():
    command = prefix / 'bin' / 'dheera-ai'
    if not command.exists():
        raise Skip('it was not built')
    assert run(command, 'complete', '--model=mock/echo', HELLO) == HELLO + '\n'
    assert options.version in run(command, '--version')


def test_python():
    if not options.python:
        raise Skip('PyGObject or the introspection data are not there')
    overrides = find('Dheera.py').parent
    assert overrides.parts[-2:] == ('gi', 'overrides'), overrides
    env = environment(GI_TYPELIB_PATH=find('Dheera-1.typelib').parent, PYTHONPATH=overrides.parent.parent)
    expect_hello(options.python, examples / 'python' / 'stream.py', env=env)

    # The package is found in the same folder as the override.
    program = ('import sys, dheera_ai; from dheera_ai.llms.custom_httpx.aiohttp_handler import BaseLLMAIOHTTPHandler; '
               'assert dheera_ai.BaseLLMAIOHTTPHandler is BaseLLMAIOHTTPHandler; '
               'print(dheera_ai.completion(sys.argv[2], [{"role": "user", "content": sys.argv[1]}]).choices[0].message.content)')
    expect_hello(options.python, '-c', program, env=env)


def test_gjs():
    if not options.gjs:
        raise Skip('gjs or the introspection data are not there')
    overrides = find('Dheera.js').parent
    assert overrides.parts[-3:] == ('share', 'gjs-1.0', 'overrides'), overrides
    # Where it looks for overrides, as when the prefix is one of the system's
    env = environment(GI_TYPELIB_PATH=find('Dheera-1.typelib').parent,
                      XDG_DATA_DIRS=f'{prefix}/share:' + os.environ.get('XDG_DATA_DIRS', '/usr/local/share:/usr/share'))
    expect_hello(options.gjs, '-m', examples / 'gjs' / 'stream.js', env=env)


def test_vala():
    if not options.valac:
        raise Skip('the Vala compiler or the introspection data are not there')
    run(options.valac, '--pkg', 'dheera-ai-1', '--vapidir', find('dheera-ai-1.vapi').parent, '-X', '-w',
        '-o', work / 'stream-vala', examples / 'vala' / 'stream.vala', env=environment(PKG_CONFIG_PATH=find('dheera-ai-1.pc').parent))
    expect_hello(work / 'stream-vala')


try:
    run_cases([value for name, value in list(globals().items()) if name.startswith('test_')])
finally:
    folder.cleanup()
