#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Ports that a test has for itself, while others run beside it."""

import pathlib
import socket
import subprocess
import sys

import fixture

sys.path.insert(0, str(fixture.FOLDER.parent))
from tap import run_cases  # noqa: E402

TRIES = 50
CHOOSE = 'import fixture; fixture._ports_of_nobody = lambda: {}; print(fixture.free_ports({}))'


def chosen_elsewhere(candidates, count):
    """What another program gets that may choose among these only"""
    program = CHOOSE.format(list(candidates), count)
    return subprocess.run([sys.executable, '-c', program], cwd=fixture.FOLDER, capture_output=True, text=True, check=True).stdout.strip()


def test_nobody_gets_them_by_chance():
    low, high = map(int, pathlib.Path('/proc/sys/net/ipv4/ip_local_port_range').read_text().split())
    ports = fixture.free_ports(TRIES)
    assert len(set(ports)) == TRIES
    assert high - low > 50000 or not any(low <= port <= high for port in ports), ports


def test_two_programs_never_have_the_same():
    mine = fixture.free_ports(TRIES)
    assert chosen_elsewhere(mine, 1) == '[]'
    assert chosen_elsewhere(fixture._ports_of_nobody(), 1) != '[]'
    assert not set(mine) & set(fixture.free_ports(TRIES))


def test_not_where_somebody_listens():
    with socket.socket() as listener:
        listener.bind(('127.0.0.1', 0))
        listener.listen()
        assert chosen_elsewhere([listener.getsockname()[1]], 1) == '[]'


if __name__ == '__main__':
    run_cases([case for name, case in list(globals().items()) if name.startswith('test_')])
