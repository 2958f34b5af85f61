# SPDX-License-Identifier: LGPL-2.1-or-later
"""Programs of npm that tests drive, installed once into a folder of the build.

    path = node_package.install('@scope/name', '1.2.3')      the folder of the package
    node = node_package.find_node()                          a Node.js that is new enough, from npm where Debian's is not

The folder is $DHEERA_NODE_MODULES (of a test of its own where that is not set). Without npm, or where the package can't be had, fixture.skip() says so.
"""

import fcntl
import os
import pathlib
import platform
import re
import shutil
import subprocess
import tempfile

import fixture

PATIENCE = 200
# npm asks again and again otherwise, for minutes, where there is no way to it.
FETCHING = ['--fetch-retries=1', '--fetch-timeout=30000']
# Node.js brings the authorities that it trusts. What else this machine trusts is here.
AUTHORITIES = pathlib.Path('/etc/ssl/certs/ca-certificates.crt')
OLDEST_NODE = (20, 15)
NODE_OF_NPM = '20.20.2'
ARCHITECTURES = {'x86_64': 'x64', 'aarch64': 'arm64'}


def _say(process):
    return ' '.join((process.stderr or process.stdout).split())[-300:]


def _run_npm(folder, package):
    environment = dict(os.environ)
    if AUTHORITIES.exists():
        environment.setdefault('NODE_EXTRA_CA_CERTS', str(AUTHORITIES))
    try:
        return subprocess.run(['npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts', *FETCHING, '--prefix', folder, package],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, env=environment, check=False)
    except subprocess.TimeoutExpired:
        return fixture.skip(f'npm could not install {package} within {PATIENCE} s')


def install(name, version):
    folder = pathlib.Path(os.environ.get('DHEERA_NODE_MODULES') or tempfile.mkdtemp(prefix='dheera-node-'))
    folder /= f'{name.replace("/", "+")}@{version}'
    package = folder / 'node_modules' / name
    if not shutil.which('npm'):
        fixture.skip('npm is not installed')

    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / 'lock', 'w', encoding='utf-8') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (folder / 'ready').exists():
            return package
        process = _run_npm(folder, f'{name}@{version}')
        if process.returncode != 0:
            fixture.skip(f'npm could not install {name}: {_say(process)}')
        (folder / 'ready').touch()
    return package


def find_node(oldest=OLDEST_NODE, of_npm=NODE_OF_NPM):
    words = subprocess.run(['node', '--version'], capture_output=True, text=True, check=False).stdout if shutil.which('node') else ''
    version = re.match(r'v(\d+)\.(\d+)', words)
    if version and tuple(map(int, version.groups())) >= oldest:
        return 'node'
    machine = platform.machine()
    if machine not in ARCHITECTURES:
        fixture.skip(f'Node.js is older than {oldest[0]}.{oldest[1]}, and npm has none for {machine}')
    return install(f'node-linux-{ARCHITECTURES[machine]}', of_npm) / 'bin' / 'node'
