# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of the recipes share: real servers, behind them the offline model of this process, and what both have seen."""

import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / 'python'))

from network import FAR, MODEL, fixture, log_of, nginx, squid, url_of  # noqa: F401, E402  pylint: disable=unused-import
from support import MOCK, Skip  # noqa: F401, E402  pylint: disable=unused-import

KEY = 'sk-of-the-recipes'


def openai(base_url=MOCK, model='echo'):
    """The variables that lead a program there"""
    return {'DHEERA_MODEL': f'openai/{model}', 'OPENAI_BASE_URL': base_url, 'OPENAI_API_KEY': KEY}


def openai_at(server, name='plain', host='127.0.0.1', model='echo'):
    """The same for the offline model behind a server"""
    return openai(url_of(server, name, host), model)


def certificate(server, name):
    return f"{server['certs']}/{name}.pem"


def key(server, name):
    return f"{server['certs']}/{name}.key"


def connections(entries):
    return len({entry['connection'] for entry in entries})
