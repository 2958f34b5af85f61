#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""llama.cpp's llama-server with a model of one megabyte: a real engine that speaks OpenAI's and Anthropic's protocols.

    llama_server.py [--model NAME] [llama-server options]
    llama_server.py --model stories260K -c 8192 -np 4 -a stories260k

NAME is that of a model in the folder models of $DHEERA_SHARED, whose tools/llama-server.sh does the work: the first
start ever makes a small Debian system for it, which takes minutes and needs root and the network. Announces port, pid
and log. Options that matter to tests: --api-key KEY (401 without), --embeddings --pooling mean, and for
stories260K-tools --logit-bias 512+100.
"""

import argparse
import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import time

import fixture

INSTALL_PATIENCE = 900


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--model', default='stories260K')
    return parser.parse_known_args()


def find_shared(model):
    shared = os.environ.get('DHEERA_SHARED', '')
    if not shared:
        fixture.skip('DHEERA_SHARED does not say where tools/llama-server.sh and the models are')
    script = pathlib.Path(shared) / 'tools' / 'llama-server.sh'
    path = pathlib.Path(shared) / 'models' / f'{model}.gguf'
    for needed in (script, path):
        if not needed.exists():
            fixture.skip(f'{needed.relative_to(shared)} is not there')
    if os.geteuid() != 0:
        fixture.skip('llama-server runs in a system of its own, which only root can enter')
    return script, path


def is_installed():
    root = os.environ.get('LLAMA_ROOT') or pathlib.Path.home() / '.cache' / 'llama'
    return (pathlib.Path(root) / '.ready').exists()


def is_alive(pid):
    """A process that has ended, and that nobody has asked about yet, is not alive."""
    try:
        stat = pathlib.Path(f'/proc/{pid}/stat').read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(')')[2].split()[0] != 'Z'


def stop(pid):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + fixture.STOP_PATIENCE
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def run_script(argv, output):
    """The last line that the script says, and its exit status"""
    with open(output, 'w+') as words:
        status = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=words, stderr=words,
                                timeout=INSTALL_PATIENCE, check=False).returncode
        words.seek(0)
        return words.read().strip().rpartition('\n')[2], status


@contextlib.contextmanager
def engine(script, model, port, folder, options):
    """Yields the engine's process id."""
    installed = is_installed()
    pidfile, log = folder / 'pid', folder / 'log'
    try:
        words, status = run_script([script, model, str(port), pidfile, log, *options], folder / 'script.log')
        if status != 0 and not installed and not is_installed():
            fixture.skip(f'the system for llama-server could not be made: {words}')
        if status != 0:
            sys.stderr.write(log.read_text(errors='replace') if log.exists() else '')
            sys.exit(f'llama-server did not come up: {words}')
        yield int(pidfile.read_text())
    finally:
        if pidfile.exists() and pidfile.read_text().strip():
            stop(int(pidfile.read_text()))


def main():
    arguments, options = parse_arguments()
    script, model = find_shared(arguments.model)
    fixture.exit_on_signals()
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(fixture.folder('llama'))
        port, = fixture.free_ports(1)
        pid = stack.enter_context(engine(script, model, port, folder, options))
        stack.enter_context(fixture.guard(pid))
        fixture.announce(port=port, pid=pid, log=folder / 'log')
        fixture.wait_until_over(lambda: is_alive(pid))


if __name__ == '__main__':
    main()
