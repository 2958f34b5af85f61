# SPDX-License-Identifier: LGPL-2.1-or-later
"""Chat completions and lists of models, as OpenAI and its many compatible servers have them (read_recording.py has the whole)."""

import json

from read_common import Failure, classify, error_words, events, first, integer, is_error, join, parse

PROVIDERS = {
    'alibaba': 'dashscope', 'azure': 'azure', 'bedrock': 'bedrock-openai', 'cerebras': 'cerebras',
    'cloudflare': 'cloudflare-workers-ai', 'copilot': 'github-copilot', 'databricks': 'databricks', 'deepseek': 'deepseek',
    'gemini': 'gemini-openai', 'groq': 'groq', 'huggingface': 'huggingface', 'llamacpp': 'llamacpp', 'mistral': 'mistral',
    'moonshot': 'moonshot', 'ollama': 'ollama-openai', 'openai': 'openai', 'openrouter': 'openrouter', 'perplexity': 'perplexity',
    'snowflake': 'snowflake-cortex', 'together': 'togetherai', 'venice': 'venice', 'vercel_gateway': 'vercel', 'writer': 'writer', 'xai': 'xai', 'zai': 'zai',
}


def provider(recording):
    return PROVIDERS.get(recording['provider'], 'compatible')


def framing(recording):
    return 'sse' if recording['kind'] in ('sse', 'payload_lines') else 'whole'


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


def read(recording, data):
    """What an answer with a good status has to become"""
    complete = len(data.rstrip())
    if recording['api'] == 'models':
        return {'error': None, 'models': read_models(data), 'end': complete}
    answer = Answer()
    try:
        if framing(recording) == 'sse':
            end = read_stream(data, answer)
        else:
            answer.add(parse(data), False)
            end = complete
    except Failure as failure:
        failure.choices = answer.results_of_choices()
        raise
    return {**answer.result(), 'end': end}
