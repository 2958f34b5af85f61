# SPDX-License-Identifier: LGPL-2.1-or-later
"""What answers look like: OpenAI's objects, by attribute and by item, and plain JSON where JSON is wanted."""

import json


class Shape(dict):
    """An object of OpenAI's API. A member that may be missing reads as None by attribute; any other name is an error."""

    _optional = ()
    _parts = {}

    def __init__(self, members=(), **more):
        super().__init__()
        for name, value in dict(members, **more).items():
            self[name] = self._shaped(name, value)

    def _shaped(self, name, value):
        cls = self._parts.get(name, Shape)
        if isinstance(value, list):
            return [cls(each) if isinstance(each, dict) and not isinstance(each, Shape) else each for each in value]
        return cls(value) if isinstance(value, dict) and not isinstance(value, Shape) else value

    def __getattr__(self, name):
        if name in self:
            return self[name]
        if name in self._optional:
            return None
        raise AttributeError(f'{type(self).__name__} has no {name}: it has {", ".join(self)}')

    def __missing__(self, name):
        if name in self._optional:
            return None
        raise KeyError(name)

    def __setattr__(self, name, value):
        self[name] = self._shaped(name, value)

    def __delattr__(self, name):
        if name not in self:
            raise AttributeError(name)
        del self[name]

    def __bool__(self):
        """Also with nothing in it, as the delta of a last chunk"""
        return True

    def __dir__(self):
        return [*super().__dir__(), *self, *self._optional]

    def __reduce__(self):
        return type(self), (dict(self),)

    def __copy__(self):
        return type(self)(self)

    def copy(self):
        return self.__copy__()

    def __repr__(self):
        return f'{type(self).__name__}({", ".join(f"{name}={value!r}" for name, value in self.items())})'

    def model_dump(self, exclude_none=False, include=None, exclude=None, **_):
        """Plain dictionaries and lists. include and exclude are sets of names; what else pydantic knows here makes no difference."""
        for names in (include, exclude):
            if names is not None and not isinstance(names, (set, frozenset, list, tuple)):
                raise TypeError(f'include and exclude must be sets of names, and one is a {type(names).__name__}.')
        return {name: _plain(value, exclude_none) for name, value in self.items()
                if (value is not None or not exclude_none) and (include is None or name in include) and name not in (exclude or ())}

    def model_dump_json(self, indent=None, exclude_none=False, include=None, exclude=None, **_):
        return json.dumps(self.model_dump(exclude_none, include, exclude), ensure_ascii=False, indent=indent)

    to_dict = model_dump
    to_json = model_dump_json


def _plain(value, exclude_none):
    if isinstance(value, Shape):
        return value.model_dump(exclude_none)
    return [_plain(each, exclude_none) for each in value] if isinstance(value, list) else value


class Answer(Shape):
    """The whole of an answer. `dheera` is the library's own object, which knows cost, warnings, and how the call went."""

    __slots__ = ('dheera',)

    def __init__(self, members=(), dheera=None, **more):
        object.__setattr__(self, 'dheera', dheera)
        super().__init__(members, **more)

    def __copy__(self):
        return type(self)(self, self.dheera)


class Function(Shape):
    _optional = ('name', 'arguments')


class ToolCall(Shape):
    _optional = ('id', 'type', 'index')
    _parts = {'function': Function}


class TokensDetails(Shape):
    _optional = ('cached_tokens', 'audio_tokens', 'reasoning_tokens', 'accepted_prediction_tokens', 'rejected_prediction_tokens')


class Usage(Shape):
    _optional = ('prompt_tokens', 'completion_tokens', 'total_tokens', 'prompt_tokens_details', 'completion_tokens_details')
    _parts = {'prompt_tokens_details': TokensDetails, 'completion_tokens_details': TokensDetails}


_SAID = ('content', 'role', 'refusal', 'tool_calls', 'function_call', 'reasoning_content', 'thinking_blocks', 'annotations', 'audio',
         'provider_specific_fields')


class Message(Shape):
    _optional = _SAID
    _parts = {'tool_calls': ToolCall}


class Delta(Message):
    pass


class TokenLogprob(Shape):
    _optional = ('bytes', 'top_logprobs')


class Logprobs(Shape):
    _optional = ('content', 'refusal')
    _parts = {'content': TokenLogprob, 'refusal': TokenLogprob}


class Choice(Shape):
    _optional = ('finish_reason', 'logprobs')
    _parts = {'message': Message, 'delta': Delta, 'logprobs': Logprobs}


class ModelResponse(Answer):
    _optional = ('usage', 'service_tier', 'system_fingerprint')
    _parts = {'choices': Choice, 'usage': Usage}


class ModelResponseStream(Answer):
    _optional = ('usage', 'service_tier', 'system_fingerprint')
    _parts = {'choices': Choice, 'usage': Usage}


class Embedding(Shape):
    pass


class Model(Shape):
    """`id` is what completion() takes as model=."""
    _optional = ('created', 'owned_by')


class ModelList(Answer):
    """`dheera` is the list of the library's own Dheera.Model objects, which know context windows and prices."""
    _parts = {'data': Model}


class EmbeddingResponse(Answer):
    _optional = ('usage',)
    _parts = {'data': Embedding, 'usage': Usage}
