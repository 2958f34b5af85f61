# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where programs are used to find the handler."""

from ..._sessions import BaseLLMAIOHTTPHandler

__all__ = ['BaseLLMAIOHTTPHandler']
