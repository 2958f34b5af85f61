# SPDX-License-Identifier: LGPL-2.1-or-later

from . import custom_httpx

__all__ = ['custom_httpx']
