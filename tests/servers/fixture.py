# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the real servers of the tests have in common: how they start, say where they are, and end.

A server is a program of this folder (nginx_server.py, squid_server.py, llama_server.py). It

* prints on its standard output one line "NAME VALUE" for each thing there is to know (ports, files), and then "ready";
* runs until SIGTERM, SIGINT, the death of the real server, or, where its standard input is a pipe, the end of
  that, so that it never outlives the test that started it;
* leaves no process and no file behind;
* exits with 77 and the reason on its standard error where it can't run here.

Tests in Python start one with Server, which does the reading:

    with Server('nginx_server.py', '--upstream', str(port)) as nginx:
        url = f"http://127.0.0.1:{nginx['plain']}/"
"""

import contextlib
import fcntl
import itertools
import os
import pathlib
import random
import select
import shutil
import signal
import socket
import stat
import string
import subprocess
import sys
import tempfile
import time

FOLDER = pathlib.Path(__file__).resolve().parent
SKIPPED = 77
START_PATIENCE = 30
STOP_PATIENCE = 10
_claims = []


class Skipped(Exception):
    """The server can't run here; the text is the reason."""


# --- For the programs that wrap a server ---


def skip(reason):
    print(reason, file=sys.stderr, flush=True)
    sys.exit(SKIPPED)


def find_program(name, *elsewhere):
    """Programs of the administrator are often not in the path of a user."""
    found = shutil.which(name, path=os.pathsep.join([os.environ.get('PATH', ''), '/usr/sbin', '/sbin', *elsewhere]))
    if found is None:
        skip(f'the program {name} is not installed')
    return found


class _Template(string.Template):
    delimiter = '@'


def fill(template, path, **values):
    """Writes a template of this folder to path, with values in place of @name or @{name}."""
    path.write_text(_Template((FOLDER / template).read_text()).substitute(values))


def _ports_of_nobody():
    """None of those that the system gives to whoever asks it for any port, as most tests do, or makes a connection."""
    low, high = map(int, pathlib.Path('/proc/sys/net/ipv4/ip_local_port_range').read_text().split())
    return max(range(15000, low), range(high + 1, 65536), key=len) or range(15000, 65536)


def _claim(port):
    """Has it for as long as this program runs, if nobody has it. The tests know of each other's by a name that goes with whoever has it."""
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(f'\0dheera-port-{port}')
        with socket.socket() as probe:
            probe.bind(('127.0.0.1', port))
    except OSError:
        claim.close()
        return False
    _claims.append(claim)
    return True


def free_ports(count):
    """Ports for servers that have to be told one, or that nothing listens on. They stay free for this program until it ends."""
    candidates = _ports_of_nobody()
    ports = itertools.islice(filter(_claim, random.sample(candidates, len(candidates))), count)
    return list(ports)


def is_listening(port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(('127.0.0.1', port)) == 0


def announce(**values):
    for name, value in values.items():
        print(name, value)
    print('ready', flush=True)


@contextlib.contextmanager
def guard(pid):
    """Ends the process of that id where this program dies too suddenly to do it."""
    watcher = subprocess.Popen(['sh', '-c', 'read -r _; kill "$1" 2>/dev/null', 'guard', str(pid)],
                               stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               start_new_session=True)
    try:
        yield
    finally:
        watcher.kill()
        watcher.wait()
        watcher.stdin.close()


@contextlib.contextmanager
def folder(prefix):
    """A temporary folder that other users can pass through, since servers give up their rights."""
    path = pathlib.Path(tempfile.mkdtemp(prefix=f'dheera-{prefix}-'))
    path.chmod(0o711)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def exclusive(name):
    """One test at a time, of all that run on this machine, has what is called so."""
    with open(pathlib.Path(tempfile.gettempdir()) / f'dheera-{name}-{os.getuid()}.lock', 'w', encoding='utf-8') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _show(paths):
    for path in filter(os.path.exists, paths):
        sys.stderr.write(pathlib.Path(path).read_text(errors='replace'))


@contextlib.contextmanager
def running(argv, ports, log, also_show=(), stop_with=signal.SIGTERM):
    """The server itself: yields when it listens on its ports, ends it afterwards. log, which takes what it prints,
    and the files of also_show are shown where it does not come up."""
    with open(log, 'ab') as output:
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        deadline = time.monotonic() + START_PATIENCE
        while not all(is_listening(port) for port in ports):
            if process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f'{argv[0]} did not come up')
            time.sleep(0.02)
        with guard(process.pid):
            yield process
    except SystemExit as end:
        if end.code:
            _show([log, *also_show])
        raise
    finally:
        process.send_signal(stop_with)
        try:
            process.wait(STOP_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def exit_on_signals():
    """Turns the signals that end a program into an exit that runs what with and finally have to do."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(0))


def wait_until_over(is_alive):
    """Until standard input ends (where it is a pipe) or the server does; a signal leaves through SystemExit."""
    mode = os.fstat(0).st_mode
    watched = [0] if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) else []
    while is_alive():
        if watched and select.select(watched, [], [], 0.2)[0] and not os.read(0, 4096):
            return
        if not watched:
            time.sleep(0.2)
    sys.exit('the server ended by itself')


# --- For tests ---


class Server:
    """Runs one of the programs of this folder; its announced values are items, as text."""

    def __init__(self, program, *arguments, patience=START_PATIENCE + 10):
        self.program = program
        self.argv = [sys.executable, str(FOLDER / program), *map(str, arguments)]
        self.patience = patience
        self.process = None
        self.values = {}

    def __getitem__(self, name):
        return self.values[name]

    def __enter__(self):
        self.process = subprocess.Popen(self.argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        try:
            self._read()
        except BaseException:
            self.stop()
            raise
        return self

    def _read(self):
        deadline = time.monotonic() + self.patience
        pending = b''
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                raise RuntimeError(f'{self.program} is not ready after {self.patience} s')
            read = os.read(self.process.stdout.fileno(), 4096)
            if not read:
                self._explain()
            *lines, pending = (pending + read).split(b'\n')
            for line in lines:
                name, _, value = line.decode().partition(' ')
                if name == 'ready':
                    return
                self.values[name] = value

    def _explain(self):
        words = self.process.stderr.read().strip()
        status = self.process.wait(STOP_PATIENCE)
        if status == SKIPPED:
            raise Skipped(words)
        raise RuntimeError(f'{self.program} ended with {status}: {words}')

    def stop(self):
        """Gives the exit status."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            status = self.process.wait(2 * STOP_PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
                stream.close()
        return status

    def __exit__(self, *_):
        if not self.process.stdout.closed:
            self.stop()
