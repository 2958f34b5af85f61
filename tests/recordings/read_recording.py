#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a recorded exchange of the OpenAI chat family means, read a second time.

The tests compare what the library makes of the bytes with what this file makes of them. It was written from descriptions of the protocols
and shares nothing with the library: another language, another JSON parser, another order of steps. Nothing here knows any
single recording.

A recording is one JSON object as in ../../../shared/recordings (see its README.txt). The functions meant for others:

    load(path) -> dict            one recording
    recordings(root, apis)        (name, recording) of each one whose API is among apis
    body(recording) -> bytes      what the server sent, with the framing that the recorder took off put back
    framing(recording) -> str     'whole' or 'sse'
    provider(recording) -> str    the provider's id in the library, 'compatible' for one that it does not know
    expected(recording) -> dict   what has to come out, see below

expected() of an answer from chat completions:

    {'error': None,
     'id': str or None, 'model': str or None,            None: not sent
     'choices': [{'text': str, 'reasoning': str, 'refusal': str,
                  'tool_calls': [{'id': str or None, 'name': str, 'arguments': str}],
                  'finish_reason': 'stop', 'length', 'tool_calls', 'content_filter', 'other' or 'none'}],   in the order of their indices
     'usage': {'prompt', 'completion', 'total', 'cached', 'cache_write', 'reasoning'} or None,             -1: not known
     'annotations': int,                                 how many citations the message has
     'end': int}                                         so many bytes of body() the answer needs to be complete

of a list of models:

    {'error': None, 'models': [str], 'end': int}

and of whatever fails, with 'choices' as far as they came:

    {'error': the name of a DheeraError, such as 'rate-limit', 'choices': [...], 'end': int}
"""

import base64
import json
import pathlib
import re

PROVIDERS = {
    'alibaba': 'dashscope', 'azure': 'azure-openai', 'bedrock': 'bedrock-openai', 'cerebras': 'cerebras',
    'cloudflare': 'cloudflare-workers-ai', 'copilot': 'github-copilot', 'databricks': 'databricks', 'deepseek': 'deepseek',
    'gemini': 'gemini-openai', 'groq': 'groq', 'huggingface': 'huggingface', 'llamacpp': 'llamacpp', 'mistral': 'mistral',
    'moonshot': 'moonshot', 'ollama': 'ollama', 'openai': 'openai', 'openrouter': 'openrouter', 'perplexity': 'perplexity',
    'snowflake': 'snowflake-cortex', 'together': 'togetherai', 'venice': 'venice', 'vercel_gateway': 'vercel', 'xai': 'xai', 'zai': 'zai',
}


def load(path):
    with open(path, encoding='utf-8') as file:
        return json.load(file)


def recordings(root, apis=('chat_completions', 'models')):
    root = pathlib.Path(root)
    for path in sorted(root.glob('*/*/*.json')):
        if path.parent.name in apis:
            yield path.relative_to(root).as_posix(), load(path)


def provider(recording):
    return PROVIDERS.get(recording['provider'], 'compatible')


def body(recording):
    response = recording['response']
    if response.get('body_b64') is not None:
        return base64.b64decode(response['body_b64'])
    text = response.get('body') or ''
    if recording['kind'] == 'payload_lines':
        text = ''.join(f'data: {line}\n\n' for line in text.splitlines() if line.strip())
    return text.encode('utf-8', 'surrogatepass')


def framing(recording):
    return 'sse' if recording['kind'] in ('sse', 'payload_lines') else 'whole'


# --- Texts and numbers --------------------------------------------------------------------------------------------------------------

def join(pieces):
    """Pieces of one text. Half a surrogate pair finds its other half in the next piece, or becomes U+FFFD; so does NUL."""
    text = ''.join(piece for piece in pieces if isinstance(piece, str))
    text = text.encode('utf-16-le', 'surrogatepass').decode('utf-16-le', 'replace')
    return text.replace('\0', '\ufffd')


def integer(value):
    """A counter: also one that was sent as a float or as a text; -1 for anything else."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return -1
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
        return -1
    return int(value)


# --- Server-sent events -------------------------------------------------------------------------------------------------------------

LINE_END = re.compile(rb'\r\n|\n|\r')


def lines(data):
    """(line, offset behind the line without its end)"""
    position = 0
    while position < len(data):
        match = LINE_END.search(data, position)
        stop = match.start() if match else len(data)
        yield data[position:stop], stop
        position = match.end() if match else len(data)


def events(data):
    """(type, data, offset behind the last line of the data). A last event whose blank line is missing is taken, as proxies cut it off."""
    if data.startswith(b'\xef\xbb\xbf'):
        data = b'   ' + data[3:]
    kind, parts, end = 'message', [], 0
    for line, stop in lines(data):
        if not line.strip(b' ') and line == b'':
            if parts:
                yield kind, '\n'.join(parts), end
            kind, parts = 'message', []
            continue
        if line.startswith(b':'):
            continue
        name, _, value = line.decode('utf-8', 'replace').partition(':')
        value = value[1:] if value.startswith(' ') else value
        if name == 'data':
            parts.append(value)
            end = stop
        elif name == 'event':
            kind = value
        elif name == 'error':
            yield 'error', value, stop
    if parts:
        yield kind, '\n'.join(parts), end


# --- Failures -----------------------------------------------------------------------------------------------------------------------

class Failure(Exception):
    def __init__(self, code):
        super().__init__(code)
        self.code = code


CODES = {
    'context-length-exceeded': 'context_length_exceeded exceed_context_size_error',
    'content-policy': 'content_filter content_policy_violation invalid_prompt responsibleaipolicyviolation',
    'authentication': 'invalid_api_key api_key_invalid authentication_error invalid_authentication_error unauthenticated',
    'quota': 'insufficient_quota billing_hard_limit_reached credit_balance_exhausted billing_error',
    'rate-limit': 'rate_limit_exceeded rate_limit_error rate_limited slow_down too_many_requests resource_exhausted',
    'not-found': 'model_not_found deploymentnotfound not_found_error not_found',
    'unsupported-parameter': 'unsupported_parameter unsupported_value unknown_parameter extra_forbidden not_supported_error',
    'permission': 'permission_error permission_denied',
    'request-too-large': 'request_too_large',
    'overloaded': 'overloaded_error service_unavailable_error server_is_overloaded unavailable_error unavailable',
    'timeout': 'timeout_error deadline_exceeded',
    'invalid-request': 'tool_use_failed',
}
WIDE_CODES = {
    'invalid-request': 'invalid_request_error invalid_value invalid_argument failed_precondition out_of_range',
    'server': 'server_error api_error internal_server_error network_error internal unknown',
}
CONTEXT = re.compile('|'.join((
    r'maximum context length is', r'exceeds the context window', r'context_length_exceeded', r'prompt is too long',
    r'input is too long for requested model', r'input token count.*exceeds the maximum', r'maximum prompt length is',
    r'reduce the length of the messages', r'too large for model with .*maximum context length', r'exceeded model token limit',
    r'context window exceeds limit', r'exceeds the available context size', r'greater than the context length',
    r'prompt too long; exceeded', r'context length is only', r'input length.*exceeds.*context length', r'too many tokens',
    r'token count exceeds', r"model's maximum context limit", r'exceed context limit', r"is longer than the model's context length",
    r'string too long\. expected a string with maximum length')), re.I | re.S)
POLICY = re.compile('content_policy_violation|invalid prompt.*violating our usage policy|rejected as a result of the safety system|'
                    'responsibleaipolicyviolation', re.I | re.S)
QUOTA = re.compile('insufficient_quota|quota exceeded|credit balance', re.I)
RATE = re.compile('rate limit|service tier capacity exceeded|too many requests', re.I)
KEY = re.compile('api key not valid|incorrect api key|invalid api key', re.I)
MINIMAX = {
    'server': (1000, 1024, 1033), 'timeout': (1001,), 'rate-limit': (1002, 1041, 2045, 2056), 'authentication': (1004, 2049),
    'quota': (1008,), 'content-policy': (1026, 1027), 'context-length-exceeded': (1039,), 'invalid-request': (1042, 2013),
}
STATUSES = {
    401: 'authentication', 402: 'quota', 403: 'permission', 404: 'not-found', 408: 'timeout', 409: 'conflict', 410: 'not-found',
    413: 'request-too-large', 424: 'server', 429: 'rate-limit', 501: 'not-supported', 503: 'overloaded', 504: 'timeout', 524: 'timeout',
    529: 'overloaded',
}


def of_table(table, words):
    for word in words:
        for code, known in table.items():
            if isinstance(word, str) and word.lower() in known.split():
                return code
    return None


def first(*values):
    return next((value for value in values if value not in (None, '', {}, [])), None)


def error_words(value):
    """message, the words that may name what happened, the number in base_resp"""
    if isinstance(value, list):
        value = value[0] if value else {}
    if not isinstance(value, dict):
        return value if isinstance(value, str) else '', [], 0
    error = value.get('error')
    inner = error if isinstance(error, dict) else {}
    base = value.get('base_resp') if isinstance(value.get('base_resp'), dict) else {}
    detail = value.get('detail')
    if isinstance(detail, list):
        detail = '; '.join(str(part.get('msg')) if isinstance(part, dict) else str(part) for part in detail)
    several = value.get('errors') if isinstance(value.get('errors'), list) else []
    other = several[0] if several and isinstance(several[0], dict) else {}
    message = first(inner.get('message'), error if isinstance(error, str) else None, value.get('message'), detail, base.get('status_msg'),
                    other.get('message'))
    raw = (inner.get('metadata') or {}).get('raw') if isinstance(inner.get('metadata'), dict) else None
    nested = first(inner.get('innererror'), inner.get('inner_error'))
    words = [nested.get('code') if isinstance(nested, dict) else None, inner.get('status'), inner.get('code'), value.get('code'),
             inner.get('type'), value.get('type')]
    message = message if isinstance(message, str) else json.dumps(message) if message else ''
    return message + (f': {raw}' if isinstance(raw, str) else ''), words, integer(base.get('status_code'))


def classify(status, value):
    message, words, number = error_words(value)
    for code, numbers in MINIMAX.items():
        if number in numbers:
            return code
    if status == 200:
        status = next((int(word) for word in words if re.fullmatch('[45][0-9][0-9]', str(word))), 0)
    exact = of_table(CODES, words)
    if exact:
        return exact
    refused = status in (0, 400, 413, 422)
    if refused and CONTEXT.search(message):
        return 'context-length-exceeded'
    if status in (0, 400, 413, 422, 429, 500):
        if POLICY.search(message):
            return 'content-policy'
        if QUOTA.search(message) and (status == 429 or refused and not re.search('quota exceeded', message, re.I)):
            return 'quota'
        if RATE.search(message):
            return 'rate-limit'
        if KEY.search(message):
            return 'authentication'
    if status:
        return STATUSES.get(status, 'server' if status >= 500 else 'invalid-request' if status >= 400 else 'failed')
    return of_table(WIDE_CODES, words) or 'stream-error'


def is_error(value):
    """Does an answer with status 200 say that it is a failure?"""
    if isinstance(value, list):
        return bool(value) and is_error(value[0])
    if not isinstance(value, dict):
        return False
    base = value.get('base_resp')
    if value.get('error') or isinstance(base, dict) and integer(base.get('status_code')) > 0:
        return True
    if isinstance(value.get('choices'), list):
        return False
    if value.get('object') == 'error' or value.get('type') == 'error':
        return True
    known = any(value.get(key) is not None for key in ('object', 'usage', 'x_groq'))
    return not known and error_words(value)[0] != ''


# --- Answers ------------------------------------------------------------------------------------------------------------------------

REASONS = {
    'stop': 'stop', 'end_turn': 'stop', 'stop_sequence': 'stop', 'eos': 'stop', 'eos_token': 'stop', 'length': 'length',
    'max_tokens': 'length', 'model_length': 'length', 'tool_calls': 'tool_calls', 'function_call': 'tool_calls',
    'tool_use': 'tool_calls', 'content_filter': 'content_filter', 'sensitive': 'content_filter', 'safety': 'content_filter',
    'refusal': 'content_filter',
}
FAILING_REASONS = {'error': 'server', 'network_error': 'server', 'insufficient_system_resource': 'overloaded'}


class Choice:
    def __init__(self):
        self.text, self.reasoning, self.refusal, self.calls, self.reason = [], [], [], [], None
        self.annotations = 0

    def add_parts(self, parts, thinking):
        for part in parts:
            if isinstance(part, str):
                (self.reasoning if thinking else self.text).append(part)
            elif isinstance(part, dict) and part.get('type') in ('thinking', 'reasoning'):
                for key in ('thinking', 'summary', 'text'):
                    inner = part.get(key)
                    self.add_parts([inner] if isinstance(inner, str) else inner or [], True)
            elif isinstance(part, dict) and isinstance(part.get('text'), str):
                (self.reasoning if thinking else self.text).append(part['text'])

    def add_call(self, call, position, alone, streamed):
        function = call.get('function') or call.get('custom') or {}
        arguments = function.get('arguments', function.get('input'))
        name, ident, index = function.get('name') or '', call.get('id'), call.get('index')
        ident = None if ident in ('', 'null') else ident
        if index is None and not (streamed and alone):
            index = position
        found = None
        if index is None:
            if self.calls and (ident is None or ident == self.calls[-1]['id']):
                found = self.calls[-1]
        else:
            found = next((known for known in reversed(self.calls) if known['index'] == index), None)
        if found is not None and ident is not None and found['id'] not in (None, ident):
            found = next((known for known in self.calls if known['id'] == ident), None)
        if found is None:
            found = {'index': index if index is not None else len(self.calls), 'id': ident, 'name': '', 'arguments': []}
            self.calls.append(found)
        found['id'] = found['id'] or ident
        found['name'] = found['name'] or name
        if isinstance(arguments, str):
            found['arguments'].append(arguments)
        elif arguments is not None:
            found['arguments'].append(json.dumps(arguments, separators=(',', ':'), ensure_ascii=False))

    def add(self, message, streamed):
        if not isinstance(message, dict):
            raise Failure('protocol')
        content = message.get('content')
        if isinstance(content, str):
            self.text.append(content)
        elif isinstance(content, list):
            self.add_parts(content, False)
        elif content is not None:
            raise Failure('protocol')

        details = message.get('reasoning_details')
        details = details if isinstance(details, list) else []
        seen = next((message[key] for key in ('reasoning_content', 'reasoning', 'reasoning_text')
                     if isinstance(message.get(key), str) and message[key]), None)
        if seen is not None:
            self.reasoning.append(seen)
        else:
            self.reasoning += [detail.get(key) for detail in details for key in ('text', 'summary') if isinstance(detail, dict)]

        self.refusal.append(message.get('refusal'))
        calls = message.get('tool_calls') or []
        if not isinstance(calls, list):
            raise Failure('protocol')
        for position, call in enumerate(calls):
            self.add_call(call, position, len(calls) == 1, streamed)
        if isinstance(message.get('function_call'), dict):
            self.add_call({'index': 0, 'function': message['function_call']}, 0, True, streamed)
        self.annotations += len(message.get('annotations') or [])

    def result(self):
        calls = [{'id': call['id'], 'name': join([call['name']]), 'arguments': join(call['arguments']) or '{}'} for call in self.calls]
        reason = 'none' if not self.reason else REASONS.get(self.reason.lower(), 'other')
        if calls and reason in ('none', 'stop'):
            reason = 'tool_calls'
        return {'text': join(self.text), 'reasoning': join(self.reasoning), 'refusal': join(self.refusal), 'tool_calls': calls,
                'finish_reason': reason}


class Usage:
    def __init__(self):
        self.counts = dict.fromkeys(('prompt', 'completion', 'total', 'cached', 'cache_write', 'reasoning'), -1)

    def add(self, usage):
        if not isinstance(usage, dict):
            return

        def most(*paths):
            best = -1
            for path in paths:
                value = usage
                for key in path.split('.'):
                    value = value.get(key) if isinstance(value, dict) else None
                best = max(best, integer(value))
            return best

        now = {
            'prompt': most('prompt_tokens', 'input_tokens'),
            'completion': most('completion_tokens', 'output_tokens'),
            'total': most('total_tokens'),
            'cached': most('prompt_tokens_details.cached_tokens', 'prompt_token_details.cached_tokens',
                           'input_tokens_details.cached_tokens', 'cached_tokens', 'num_cached_tokens', 'prompt_cache_hit_tokens',
                           'cache_read_input_tokens'),
            'cache_write': most('prompt_tokens_details.cache_write_tokens', 'cache_creation_input_tokens'),
            'reasoning': most('completion_tokens_details.reasoning_tokens', 'output_tokens_details.reasoning_tokens', 'reasoning_tokens'),
        }
        beside = (now['prompt'] >= 0 and now['total'] == now['prompt'] + now['completion'] + now['reasoning']
                  or now['reasoning'] > now['completion'])
        if now['reasoning'] > 0 and now['completion'] >= 0 and beside:
            now['completion'] += now['reasoning']
        if now['total'] < 0 <= min(now['prompt'], now['completion']):
            now['total'] = now['prompt'] + now['completion']
        self.counts.update({key: value for key, value in now.items() if value >= 0})

    def result(self):
        return self.counts if max(self.counts.values()) >= 0 else None


class Answer:
    def __init__(self):
        self.choices, self.usage, self.id, self.model = {}, Usage(), None, None
        self.citations, self.results = [], []

    def add(self, value, streamed):
        if is_error(value):
            raise Failure(classify(200, value))
        if not isinstance(value, dict):
            raise Failure('protocol')
        choices = value.get('choices')
        if choices is not None and not isinstance(choices, list) or not streamed and not choices:
            raise Failure('protocol')

        # The first ones: a gateway may begin with its own and go on with those of whom it asks.
        self.id = self.id or value.get('id') or None
        self.model = self.model or value.get('model') or None
        self.citations = value.get('citations') or self.citations
        self.results = value.get('search_results') or self.results
        self.usage.add(value.get('usage'))
        groq = value.get('x_groq') or {}
        self.usage.add(groq.get('usage'))
        if groq.get('error'):
            raise Failure(classify(200, groq))
        for position, choice in enumerate(choices or []):
            self.add_choice(choice, position, streamed)

    def add_choice(self, value, position, streamed):
        if not isinstance(value, dict):
            raise Failure('protocol')
        choice = self.choices.setdefault(value.get('index') or (0 if 'index' in value else position), Choice())
        source = value.get('delta') if streamed else first(value.get('message'), value.get('delta'))
        if source is not None:
            choice.add(source, streamed)
        self.usage.add(value.get('usage'))
        if value.get('error'):
            raise Failure(classify(200, value))
        reason = value.get('finish_reason')
        if reason in FAILING_REASONS:
            raise Failure(FAILING_REASONS[reason])
        choice.reason = reason or choice.reason

    def finished(self):
        return bool(self.choices) and all(choice.reason for choice in self.choices.values())

    def result(self):
        cited = sum(choice.annotations for choice in self.choices.values()) + len(self.results or self.citations)
        return {'error': None, 'id': self.id, 'model': self.model, 'choices': self.results_of_choices(), 'usage': self.usage.result(),
                'annotations': cited}

    def results_of_choices(self):
        return [choice.result() for _, choice in sorted(self.choices.items())]


def parse(text):
    def refuse(constant):
        raise ValueError(constant)

    try:
        return json.loads(text, parse_constant=refuse)
    except ValueError:
        raise Failure('protocol') from None


def read_stream(data, answer):
    """Returns how many bytes it takes until the answer is complete."""
    end = 0
    for kind, text, stop in events(data):
        if text.startswith('[DONE]'):
            return end if answer.finished() else stop
        if not text.strip():
            continue
        if kind == 'error':
            raise Failure(classify(200, parse(text)))
        before = answer.finished()
        answer.add(parse(text), True)
        if answer.finished() and not before:
            end = stop
    if not answer.finished():
        raise Failure('stream-interrupted')
    return end


def read_models(data):
    value = parse(data)
    if isinstance(value, dict):
        found = next((value[key] for key in ('data', 'models') if isinstance(value.get(key), list)), None)
    else:
        found = value
    if not isinstance(found, list):
        raise Failure(classify(200, value) if is_error(value) and value.get('error') else 'protocol')
    names = [next((one[key] for key in ('id', 'name', 'model', 'slug') if isinstance(one, dict) and one.get(key)), None) for one in found]
    return [name.removeprefix('models/') for name in names if name]


def expected(recording):
    data = body(recording)
    status = recording['response']['status']
    complete = len(data.rstrip())
    answer = Answer()
    try:
        if not 200 <= status < 300:
            try:
                value = json.loads(data)
            except ValueError:
                value = data.decode('utf-8', 'replace')
            raise Failure(classify(status, value))
        if recording['api'] == 'models':
            return {'error': None, 'models': read_models(data), 'end': complete}
        if framing(recording) == 'sse':
            end = read_stream(data, answer)
        else:
            answer.add(parse(data), False)
            end = complete
    except Failure as failure:
        return {'error': failure.code, 'choices': answer.results_of_choices(), 'end': len(data) + 1}
    return {**answer.result(), 'end': end}


if __name__ == '__main__':
    import sys
    for name in sys.argv[1:]:
        print(name, json.dumps(expected(load(name)), indent=1, ensure_ascii=False))
