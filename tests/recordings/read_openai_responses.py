# SPDX-License-Identifier: LGPL-2.1-or-later
"""OpenAI's Responses, as OpenAI and others have them (read_recording.py has the whole).

The whole response in the last event of a stream says everything again; it is used here for what no event before it said.
"""

from read_common import Failure, classify, error_words, events, integer, is_error, join, parse

PROVIDERS = {
    'azure': 'azure-responses', 'bedrock': 'bedrock-responses', 'chatgpt': 'chatgpt', 'copilot': 'github-copilot-responses',
    'deepseek': 'deepseek-responses', 'huggingface': 'huggingface-responses', 'llamacpp': 'llamacpp-responses', 'ollama': 'ollama-responses',
    'openrouter': 'openrouter-responses', 'xai': 'xai-responses',
}
LAST = ('response.completed', 'response.incomplete', 'response.failed')


def provider(recording):
    """Whoever has no row of its own is asked as OpenAI, at another address."""
    return PROVIDERS.get(recording['provider'], 'openai-responses')


def framing(recording):
    return 'sse' if recording['kind'] in ('sse', 'payload_lines') else 'whole'


def number(value, *path):
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return integer(value)


def usage_of(usage):
    if not isinstance(usage, dict):
        return None
    counts = {
        'prompt': number(usage, 'input_tokens'), 'completion': number(usage, 'output_tokens'), 'total': number(usage, 'total_tokens'),
        'cached': number(usage, 'input_tokens_details', 'cached_tokens'),
        'cache_write': number(usage, 'input_tokens_details', 'cache_write_tokens'),
        'reasoning': number(usage, 'output_tokens_details', 'reasoning_tokens'),
    }
    if counts['total'] < 0 <= min(counts['prompt'], counts['completion']):
        counts['total'] = counts['prompt'] + counts['completion']
    return counts


class Item:
    """One element of “output”: pieces by the number of their part, and the whole of it"""

    def __init__(self):
        self.value, self.complete, self.ids = {}, None, set()
        self.texts, self.refusals, self.summaries, self.thoughts, self.arguments = ({} for _ in range(5))
        self.annotations = 0

    def piece(self, table, part, text):
        table.setdefault(part, []).append(text)

    def is_a(self, *kinds):
        return (self.complete or self.value).get('type') in kinds

    def parts(self, kind, key):
        content = (self.complete or {}).get('content')
        return [part.get(key) for part in content or [] if isinstance(part, dict) and part.get('type') == kind]

    def text(self):
        if self.texts:
            return join(piece for part in self.texts.values() for piece in part)
        return join(self.parts('output_text', 'text')) if self.is_a('message') else ''

    def refusal(self):
        if self.refusals:
            return join(piece for part in self.refusals.values() for piece in part)
        return join(self.parts('refusal', 'refusal')) if self.is_a('message') else ''

    def reasoning(self):
        """The parts that there are"""
        for table in (self.summaries, self.thoughts):
            if table:
                return [join(part) for part in table.values()]
        if not self.is_a('reasoning'):
            return []
        summaries = [part.get('text') for part in (self.complete or {}).get('summary') or []]
        return summaries or self.parts('reasoning_text', 'text')

    def call(self):
        if not self.is_a('function_call', 'custom_tool_call') and not self.arguments:
            return None
        value = self.complete or self.value
        arguments = join(piece for part in self.arguments.values() for piece in part)
        whole = value.get('input') if self.is_a('custom_tool_call') else value.get('arguments')
        return {'id': value.get('call_id') or value.get('id'), 'name': value.get('name') or '', 'arguments': arguments or whole or '{}'}

    def cited(self):
        if self.annotations or not self.complete:
            return self.annotations
        return sum(len(part.get('annotations') or []) for part in self.complete.get('content') or []) if self.is_a('message') else 0

    def said_something(self):
        return bool(self.texts or self.refusals or self.summaries or self.thoughts or self.arguments or self.annotations or self.complete
                    or self.call())


class Answer:
    def __init__(self):
        self.items, self.response, self.last = {}, {}, 0
        self.thoughts = ''

    def item(self, event):
        index = event.get('output_index')
        if index is None:
            ident = (event.get('item') or {}).get('id') or event.get('item_id')
            known = [place for place, item in self.items.items() if ident in item.ids]
            index = known[-1] if known else len(self.items) if event['type'] == 'response.output_item.added' else self.last
        self.last = index
        return self.items.setdefault(index, Item())

    def add_event(self, kind, event):
        name = event.get('type') or kind
        if name.startswith('response.') and isinstance(event.get('response'), dict):
            self.response.update({key: value for key, value in event['response'].items() if value is not None})
            if event['response'].get('status') == 'failed':
                raise Failure(classify(200, event['response']))
            if name in LAST:
                self.take(event['response'])
            return
        if name == 'error' or is_error(event) and event.get('type') is None:
            raise Failure(classify(200, event))
        words = name.split('.')
        if words[:2] == ['response', 'output_item']:
            self.add_item(words[2], event)
        elif words[-1] in ('delta', 'added') and len(words) > 2:
            self.add_piece('.'.join(words[1:]), event)

    def add_item(self, what, event):
        item = self.item(event)
        item.ids.add(event['item'].get('id'))
        if what == 'done':
            item.complete = event['item']
        else:
            item.value = event['item']

    def add_piece(self, what, event):
        tables = {
            'output_text.delta': ('texts', 'content_index'), 'refusal.delta': ('refusals', 'content_index'),
            'reasoning_summary_text.delta': ('summaries', 'summary_index'), 'reasoning_text.delta': ('thoughts', 'content_index'),
            'function_call_arguments.delta': ('arguments', ''), 'custom_tool_call_input.delta': ('arguments', ''),
        }
        if what in tables:
            table, part = tables[what]
            item = self.item(event)
            item.piece(getattr(item, table), event.get(part, 0), event.get('delta'))
        elif what == 'output_text.annotation.added':
            self.item(event).annotations += 1

    def take(self, response):
        """A whole response: items that did not come before are in it."""
        self.response.update(response)
        for index, value in enumerate(response.get('output') or []):
            item = self.items.setdefault(index, Item())
            item.complete = item.complete or value
        if isinstance(response.get('reasoning'), str):
            self.thoughts = response['reasoning']

    def reason(self, calls):
        status = self.response.get('status')
        if status == 'incomplete':
            return {'max_output_tokens': 'length', 'content_filter': 'content_filter'}.get(
                (self.response.get('incomplete_details') or {}).get('reason'), 'other')
        if status not in (None, 'completed'):
            return 'other'
        return 'tool_calls' if calls else 'stop'

    def choices(self, complete):
        items = [item for _, item in sorted(self.items.items())]
        if not complete and not any(item.said_something() for item in items):
            return []
        calls = [call for call in (item.call() for item in items) if call]
        reasoning = [part for item in items for part in item.reasoning() if part]
        return [{'text': ''.join(item.text() for item in items), 'reasoning': '\n\n'.join(reasoning) or self.thoughts,
                 'refusal': ''.join(item.refusal() for item in items), 'tool_calls': calls,
                 'finish_reason': self.reason(calls) if complete else 'none'}]

    def result(self, end):
        return {'error': None, 'id': self.response.get('id') or None, 'model': self.response.get('model') or None,
                'choices': self.choices(True), 'usage': usage_of(self.response.get('usage')),
                'annotations': sum(item.cited() for item in self.items.values()), 'end': end}


def read_stream(data, answer):
    for kind, text, stop in events(data):
        if not text.strip() or text.startswith('[DONE]'):
            continue
        event = parse(text)
        if not isinstance(event, dict):
            raise Failure('protocol')
        answer.add_event(kind, event)
        if (event.get('type') or kind) in LAST:
            return stop
    raise Failure('stream-interrupted')


def read_whole(data, answer):
    value = parse(data)
    if not isinstance(value, dict):
        raise Failure('protocol')
    if value.get('status') == 'failed' or value.get('error'):
        raise Failure(classify(200, value))
    if not isinstance(value.get('output'), list):
        raise Failure(classify(200, value) if 'object' not in value and error_words(value)[0] else 'protocol')
    if value.get('status') in ('queued', 'in_progress'):
        raise Failure('not-supported')
    answer.take(value)


def read(recording, data):
    """What an answer with a good status has to become"""
    answer = Answer()
    end = len(data.rstrip())
    try:
        if framing(recording) == 'sse':
            end = read_stream(data, answer)
        else:
            read_whole(data, answer)
    except Failure as failure:
        failure.choices = answer.choices(False)
        raise
    return answer.result(end)
