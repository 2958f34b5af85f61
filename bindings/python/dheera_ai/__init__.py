# SPDX-License-Identifier: LGPL-2.1-or-later
"""Language models as this field writes them in Python, over a libsoup session of yours.

    import dheera_ai
    response = dheera_ai.completion(model='openai/gpt-4o-mini', messages=[{'role': 'user', 'content': 'Hello!'}])
    print(response.choices[0].message.content)

Settings, which hold for calls that begin from then on:

client_session            the Soup.Session (or Dheera.Client) of blocking calls
aclient_session           the Soup.Session (or Dheera.Client) of calls that are awaited
base_llm_aiohttp_handler  a BaseLLMAIOHTTPHandler, whose session is for both
drop_params, num_retries, request_timeout
                          what calls do that don't say it themselves
"""

import sys
import types

import gi

gi.require_version('Dheera', '1')
gi.require_version('Soup', '3.0')

# pylint: disable=wrong-import-position
from . import _requests, _sessions, exceptions, llms  # noqa: E402,F401
from ._calls import acompletion, aembedding, alist_models, completion, embedding, list_models, run_server  # noqa: E402
from ._sessions import BaseLLMAIOHTTPHandler  # noqa: E402
from ._shapes import EmbeddingResponse, Message, ModelList, ModelResponse, ModelResponseStream, Usage  # noqa: E402
from ._streams import CompletionStream  # noqa: E402
from .exceptions import *  # noqa: E402,F401,F403  pylint: disable=wildcard-import

client_session = None
aclient_session = None
base_llm_aiohttp_handler = None
drop_params = None
num_retries = None
request_timeout = None

__all__ = ['BaseLLMAIOHTTPHandler', 'CompletionStream', 'EmbeddingResponse', 'Message', 'ModelList', 'ModelResponse', 'ModelResponseStream', 'Usage',
           'acompletion', 'aembedding', 'alist_models', 'completion', 'embedding', 'list_models', 'run_server', *exceptions.__all__]

_CHECKS = {
    'client_session': _sessions.check_session,
    'aclient_session': _sessions.check_session,
    'base_llm_aiohttp_handler': _sessions.check_handler,
    'drop_params': _requests.check_choice,
    'num_retries': _requests.check_retries,
    'request_timeout': _requests.check_timeout,
}


class _Package(types.ModuleType):
    """A setting of the wrong kind, or one that nothing reads, is an error where it is made."""

    def __setattr__(self, name, value):
        if name in _CHECKS:
            _CHECKS[name](value, f'dheera_ai.{name}')
        elif name not in self.__dict__ and not name.startswith('_') and not isinstance(value, types.ModuleType):
            raise AttributeError(f'dheera_ai has no setting {name}, so nothing would read it. It has client_session, aclient_session, '
                                 'base_llm_aiohttp_handler, drop_params, num_retries and request_timeout.')
        super().__setattr__(name, value)

    def __delattr__(self, name):
        """A setting that is deleted is as if it had never been made."""
        if name in _CHECKS:
            super().__setattr__(name, None)
        else:
            super().__delattr__(name)


sys.modules[__name__].__class__ = _Package
