# SPDX-License-Identifier: LGPL-2.1-or-later
"""Streamed answers, as iterators of OpenAI's chunks."""

import json

from ._shapes import ModelResponseStream
from .exceptions import Translated


class _Way:
    """One way through a stream, forwards. Whoever leaves the loop early drops it, and with it the connection."""

    def __init__(self, stream):
        self._stream = stream

    def __del__(self):
        self._stream.close()

    def __iter__(self):
        return self

    def __aiter__(self):
        return self

    def __next__(self):
        return next(self._stream)

    async def __anext__(self):
        return await self._stream.__anext__()


class CompletionStream:
    """The chunks of one answer, for `for` and `async for`. `dheera` is the Dheera.Stream.

    Leaving the loop closes the connection, and so do close(), aclose(), the end of a `with` block, and dropping the stream.
    """

    def __init__(self, stream, wants_usage):
        self.dheera = stream
        self._wants_usage = wants_usage
        self._first = None
        self._closed = False

    def begin(self):
        """Waits for the first chunk, so that an error of the request is raised by the call that made it."""
        self._first = self._pull()
        return self

    async def abegin(self):
        self._first = await self._apull()
        return self

    def _chunk(self, delta):
        """A chunk, or None for one that would surprise: without choices, when nobody asked for usage."""
        chunk = ModelResponseStream(json.loads(delta.to_json()), delta)
        return chunk if chunk.choices or (self._wants_usage and chunk.usage is not None) else None

    def _pull(self):
        with Translated():
            while (delta := self.dheera.next()) is not None:
                if (chunk := self._chunk(delta)) is not None:
                    return chunk
        return None

    async def _apull(self):
        with Translated():
            while (delta := await self.dheera.next_async()) is not None:
                if (chunk := self._chunk(delta)) is not None:
                    return chunk
        return None

    def _take_first(self):
        chunk, self._first = self._first, None
        return chunk

    def __next__(self):
        chunk = None if self._closed else self._take_first() or self._pull()
        if chunk is None:
            raise StopIteration
        return chunk

    async def __anext__(self):
        chunk = None if self._closed else self._take_first() or await self._apull()
        if chunk is None:
            raise StopAsyncIteration
        return chunk

    def __iter__(self):
        return _Way(self)

    def __aiter__(self):
        return _Way(self)

    def close(self):
        self._closed = True
        self._first = None
        self.dheera.cancel()

    async def aclose(self):
        self.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        self.close()

    def __repr__(self):
        return f'CompletionStream({self.dheera!r})'
