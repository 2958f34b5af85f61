# SPDX-License-Identifier: LGPL-2.1-or-later

from . import aiohttp_handler

__all__ = ['aiohttp_handler']
