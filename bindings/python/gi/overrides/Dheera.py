# SPDX-License-Identifier: LGPL-2.1-or-later
"""What Python adds to the library: calls that can be awaited, streams and lists that can be iterated, texts where a request is wanted,
and errors that know their details. The bare functions do all of it too."""

import sys

from gi.module import get_introspection_module
from gi.overrides import _dheera_interrupts, override
from gi.repository import GLib

Dheera = get_introspection_module('Dheera')

__all__ = []


def _details_of(error):
    """The error's own details. The thread's last ones may be those of an error before it, if nothing is known of this one."""
    last = Dheera.ErrorDetails.get_last()
    if last is None or not error.matches(Dheera.error_quark(), last.get_code()):
        return None
    return last if last.get_message()[:100].rstrip('. \n') in error.message else None


def _telling(function):
    """The function, with .details on the errors that it raises."""
    def telling(*args, **kwargs):
        try:
            return function(*args, **kwargs)
        except GLib.Error as error:
            error.details = _details_of(error)
            raise
    telling.__name__ = function.__name__
    telling.__doc__ = function.__doc__
    return telling


def _running_loop():
    # A program that never imported asyncio runs no loop of it, and is not made to load it.
    asyncio = sys.modules.get('asyncio')
    return asyncio._get_running_loop() if asyncio is not None else None


def _call_async(start, finish, cancellable, callback, user_data):
    loop = _running_loop()
    if loop is None and callback is None:
        raise RuntimeError('No asyncio loop is running that could wait for the answer: await this in a coroutine, or give a callback.')
    if loop is None:
        return start(cancellable, callback, *user_data)

    from gi.overrides import _dheera_asyncio
    if callback is None:
        return _dheera_asyncio.call(loop, start, finish, cancellable)
    with _dheera_asyncio.context(loop):
        return start(cancellable, callback, *user_data)


def _request(value):
    return Dheera.Request.new_for_prompt(None, value) if isinstance(value, str) else value


def _models_request(value):
    return Dheera.ModelsRequest.new(value) if isinstance(value, str) else value


def _embedding_request(value):
    if isinstance(value, str):
        return Dheera.EmbeddingRequest.new_for_input(None, value)
    return Dheera.EmbeddingRequest(inputs=list(value)) if isinstance(value, (list, tuple)) else value


def _moderation_request(value):
    return Dheera.ModerationRequest.new_for_text(None, value) if isinstance(value, str) else value


def _image_request(value):
    return Dheera.ImageRequest.new_for_prompt(None, value) if isinstance(value, str) else value


def _as_it_is(value):
    return value


def _add_client_trio(cls, name, make_request):
    sync, start, finish = (getattr(cls, name + suffix) for suffix in ('', '_async', '_finish'))
    finish = _telling(finish)

    def blocking(self, request, cancellable=None):
        return _dheera_interrupts.call(sync, cancellable, self, make_request(request))

    def awaitable(self, request, cancellable=None, callback=None, *user_data):
        request = make_request(request)
        return _call_async(lambda *args: start(self, request, *args), lambda result: finish(self, result),
                           cancellable, callback, user_data)

    _add(cls, name, sync, _telling(blocking))
    _add(cls, name + '_async', start, awaitable)
    _add(cls, name + '_finish', finish, finish)


def _add_stream_trio(cls, name):
    sync, start, finish = (getattr(cls, name + suffix) for suffix in ('', '_async', '_finish'))
    finish = _telling(finish)

    def blocking(self, cancellable=None):
        return _dheera_interrupts.call(sync, cancellable, self)

    def awaitable(self, cancellable=None, callback=None, *user_data):
        return _call_async(lambda *args: start(self, *args), lambda result: finish(self, result),
                           cancellable, callback, user_data)

    _add(cls, name, sync, _telling(blocking))
    _add(cls, name + '_async', start, awaitable)
    _add(cls, name + '_finish', finish, finish)


def _add(cls, name, plain, function):
    function.__name__ = name
    function.__doc__ = plain.__doc__
    setattr(cls, name, function)


def _export(cls):
    cls = override(cls)
    __all__.append(cls.__name__)
    globals()[cls.__name__] = cls


def _describe(self, **members):
    shown = ', '.join(f'{name}={value!r}' for name, value in members.items() if value not in (None, ''))
    return f'Dheera.{type(self).__name__}({shown})'


def _shorten(text, length=60):
    return text if len(text) <= length else text[:length - 1] + '…'


class Client(Dheera.Client):
    def stream(self, request):
        return Dheera.Client.stream(self, _request(request))

    def run_stream(self, request):
        return Dheera.Client.run_stream(self, _request(request))

    def __repr__(self):
        return _describe(self, session=self.get_session(), default_model=self.get_default_model())


_add_client_trio(Client, 'complete', _request)
_add_client_trio(Client, 'run', _request)
_add_client_trio(Client, 'list_models', _models_request)
_add_client_trio(Client, 'embed', _embedding_request)
_add_client_trio(Client, 'count_tokens', _request)
_add_client_trio(Client, 'rerank', _as_it_is)
_add_client_trio(Client, 'moderate', _moderation_request)
_add_client_trio(Client, 'generate_image', _image_request)
_add_client_trio(Client, 'transcribe', _as_it_is)
_add_client_trio(Client, 'speak', _as_it_is)
_export(Client)


class _Deltas:
    """One way through a stream, forwards. Whoever leaves the loop early drops it, and with it the rest of the answer."""

    def __init__(self, stream):
        self._stream = stream
        self._begun = False

    def __del__(self):
        self._stream.cancel()

    def __iter__(self):
        return self

    def __aiter__(self):
        return self

    def __next__(self):
        # What came together needs no waiting, and nobody to watch for Ctrl-C meanwhile.
        delta = self._stream.try_next() if self._begun else None
        if delta is None:
            delta = self._stream.next()
            self._begun = True
        if delta is None:
            raise StopIteration
        return delta

    async def __anext__(self):
        delta = await self._stream.next_async()
        if delta is None:
            raise StopAsyncIteration
        return delta


class Stream(Dheera.Stream):
    def __iter__(self):
        return _Deltas(self)

    def __aiter__(self):
        return _Deltas(self)

    def __repr__(self):
        return _describe(self, request=self.get_request(), running=self.get_running(), text=_shorten(self.get_text()))


_add_stream_trio(Stream, 'next')
_add_stream_trio(Stream, 'collect')
_export(Stream)


# A library may be built without it.
if hasattr(Dheera, 'Server'):
    class Server(Dheera.Server):
        @_telling
        def start(self):
            """Begins to listen and to answer: in the running loop of asyncio, whichever it is, or else in the main loop of GLib."""
            loop = _running_loop()
            if loop is None:
                return Dheera.Server.start(self)
            from gi.overrides import _dheera_asyncio
            with _dheera_asyncio.context(loop):
                return Dheera.Server.start(self)

        add_key_file = _telling(Dheera.Server.add_key_file)

        def run(self, cancellable=None):
            return _telling(Dheera.Server.run)(self, cancellable)

        def stop_async(self, cancellable=None, callback=None, *user_data):
            return _call_async(lambda *args: Dheera.Server.stop_async(self, *args), lambda result: Dheera.Server.stop_finish(self, result),
                               cancellable, callback, user_data)

        def __repr__(self):
            return _describe(self, host=self.get_host(), port=self.get_port())

    _export(Server)


class Request(Dheera.Request):
    new_from_json = staticmethod(_telling(Dheera.Request.new_from_json))
    set_response_schema = _telling(Dheera.Request.set_response_schema)
    set_response_type = _telling(Dheera.Request.set_response_type)

    def __repr__(self):
        return _describe(self, model=self.get_model(), messages=len(self.get_conversation()))


_export(Request)


class Conversation(Dheera.Conversation):
    new_from_json = staticmethod(_telling(Dheera.Conversation.new_from_json))

    def __repr__(self):
        return _describe(self, messages=len(self))


_export(Conversation)


class Message(Dheera.Message):
    def __repr__(self):
        return _describe(self, role=self.get_role().value_nick, text=_shorten(self.get_text()))


_export(Message)


def _answering(function, position, message):
    """The function, which answers with an error when it raises. Python keeps the arguments with what it prints, so that the library
    would wait for an answer until the call's time is up."""
    def answering(*args):
        try:
            return function(*args)
        except BaseException:
            args[position].return_error(message)
            raise
    return answering


class Tool(Dheera.Tool):
    set_parameters_type = _telling(Dheera.Tool.set_parameters_type)

    def _connect(self, connect, signal, handler, args):
        if signal != 'call':
            return connect(signal, handler, *args)
        answering = _answering(handler, 1, 'The tool failed.')
        self.__dict__.setdefault('_answering', {})[handler] = answering
        return connect(signal, answering, *args)

    def connect(self, signal, handler, *args):
        return self._connect(super().connect, signal, handler, args)

    def connect_after(self, signal, handler, *args):
        return self._connect(super().connect_after, signal, handler, args)

    def disconnect_by_func(self, handler):
        return super().disconnect_by_func(self.__dict__.get('_answering', {}).pop(handler, handler))

    def __repr__(self):
        return _describe(self, name=self.get_name())


_export(Tool)


class ToolCall(Dheera.ToolCall):
    parse = _telling(Dheera.ToolCall.parse)

    def __repr__(self):
        return _describe(self, name=self.get_name(), arguments=_shorten(self.get_arguments()))


_export(ToolCall)


class Response(Dheera.Response):
    parse = _telling(Dheera.Response.parse)

    def __repr__(self):
        return _describe(self, model=self.get_model(), text=_shorten(self.get_text()),
                         finish_reason=self.get_finish_reason().value_nick)


_export(Response)


class EmbeddingResponse(Dheera.EmbeddingResponse):
    """A sequence of its vectors, each a list of numbers"""

    def __len__(self):
        return self.get_n_vectors()

    def __getitem__(self, position):
        if isinstance(position, slice):
            return [self.get_vector(i) for i in range(*position.indices(len(self)))]
        if not -len(self) <= position < len(self):
            raise IndexError(position)
        return self.get_vector(position % len(self))

    def __repr__(self):
        return _describe(self, model=self.get_model(), vectors=len(self), dimensions=self.get_dimensions())


_export(EmbeddingResponse)


class Delta(Dheera.Delta):
    def __repr__(self):
        return _describe(self, text=_shorten(self.get_text()), reasoning=_shorten(self.get_reasoning()))


_export(Delta)


class Usage(Dheera.Usage):
    def __repr__(self):
        return _describe(self, prompt_tokens=self.get_prompt_tokens(), completion_tokens=self.get_completion_tokens(),
                         total_tokens=self.get_total_tokens())


_export(Usage)


class Provider(Dheera.Provider):
    def set_credentials_func(self, func, *args):
        answering = None if func is None else _answering(func, 0, 'the credentials function raised an exception')
        super().set_credentials_func(answering, *args)

    # Not its address, which may hold a name and a password.
    def __repr__(self):
        return _describe(self, id=self.get_id())


_export(Provider)


class Model(Dheera.Model):
    def __repr__(self):
        return _describe(self, provider=self.get_provider(), id=self.get_id())


_export(Model)


class ErrorDetails(Dheera.ErrorDetails):
    def __repr__(self):
        return _describe(self, code=self.get_code().value_nick, status=self.get_status(), provider=self.get_provider(),
                         message=self.get_message())


_export(ErrorDetails)
