# SPDX-License-Identifier: LGPL-2.1-or-later
"""dheera-ai serve in front of models, for clients of other people's making.

    with gateway.serving(tool, serve_models) as served:
        served['url'], served['key'], served['lab']      the server, its key, and lab.py, which is behind the provider vllm

Behind the providers openai, anthropic and gemini is serve-models, which has one answer; behind mock the offline model of the server itself.
"""

import contextlib
import os
import pathlib
import re
import select
import subprocess
import tempfile
import sys
import time

import lab

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

KEY = 'sk-of-the-gateway-0123456789'
PATIENCE = 30
CONFIG = '''
[server]
key-files={key_file}
drain-timeout=2

[provider openai]
base-url={models}

[provider anthropic]
base-url={models}

[provider gemini]
base-url={models}

[provider vllm]
base-url={lab}/v1
'''


@contextlib.contextmanager
def _printing_url(program):
    """A program that prints its URL, and ends with its input"""
    with subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()
            process.wait(PATIENCE)


def _read_address(process):
    """What the command says that it serves at"""
    said, deadline = b'', time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if select.select([process.stderr], [], [], 1)[0]:
            read = os.read(process.stderr.fileno(), 4096)
            said += read
            found = re.search(r'Serving at (\S+)/v1\.\n', said.decode())
            if found:
                return found.group(1)
            if not read:
                break
    raise RuntimeError(f'{process.args[0]} serve does not serve: {said.decode()}')


def wait_until(is_so):
    """What another process will have seen a moment later"""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, f'{is_so} is not so'
        time.sleep(0.01)


def write_private(path, text):
    """A file that only its owner may read"""
    path.write_text(text)
    path.chmod(0o600)


@contextlib.contextmanager
def _command(tool, folder, config):
    write_private(folder / 'keys', KEY + '\n')
    (folder / 'config').write_text(config)
    env = {**os.environ, 'OPENAI_API_KEY': 'of-openai', 'ANTHROPIC_API_KEY': 'of-anthropic', 'GEMINI_API_KEY': 'of-gemini'}
    with subprocess.Popen([tool, 'serve', '--port=0', f"--config={folder / 'config'}"], env=env, stdin=subprocess.DEVNULL,
                          stderr=subprocess.PIPE) as process:
        try:
            yield _read_address(process)
        finally:
            process.terminate()
            # What it has to say meanwhile must not fill a pipe.
            words = process.stderr.read().decode()
            status = process.wait(PATIENCE)
    assert status == 0, f'the server ended with {status}: {words}'


@contextlib.contextmanager
def serving(tool, serve_models, more=''):
    """more is appended to the configuration."""
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        models = stack.enter_context(_printing_url(serve_models))
        behind = stack.enter_context(lab.Lab())
        config = CONFIG.format(models=models, lab=behind.url, key_file=folder / 'keys') + more
        url = stack.enter_context(_command(tool, folder, config))
        yield {'url': url, 'key': KEY, 'lab': behind.url}
