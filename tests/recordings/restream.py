# SPDX-License-Identifier: LGPL-2.1-or-later
"""What was recorded as a whole answer, as the stream that the provider would have sent instead.

    recordings_again(root) -> (name, recording as a stream, what it has to become)

The stream is made by the rules of the protocol: each text in pieces, each call's arguments in pieces, usage and the reason at the end. What it has to become is what the whole
answer becomes, so that the two ways through a decoder are held against each other. A recording that is no answer of a chat, or whose answer fails, is left out.
"""

import json

import read_recording

PIECE = 7


def pieces(text):
    return [text[at:at + PIECE] for at in range(0, len(text), PIECE)]


def compact(value):
    return json.dumps(value, separators=(',', ':'), ensure_ascii=False)


def sse(events, named):
    return ''.join((f'event: {event["type"]}\n' if named else '') + f'data: {compact(event)}\n\n' for event in events)


# --- Anthropic -----------------------------------------------------------------------------------------------------------------------

def block_of_anthropic(block, arguments):
    """How it begins, and its pieces"""
    kind, start = block['type'], dict(block)
    if kind == 'text':
        citations = start.pop('citations', None) or []
        return {**start, 'text': '', **({'citations': []} if citations else {})}, [
            *({'type': 'citations_delta', 'citation': citation} for citation in citations),
            *({'type': 'text_delta', 'text': piece} for piece in pieces(block['text']))]
    if kind == 'thinking':
        return {**start, 'thinking': '', 'signature': ''}, [
            *({'type': 'thinking_delta', 'thinking': piece} for piece in pieces(block['thinking'])),
            {'type': 'signature_delta', 'signature': block.get('signature') or ''}]
    if kind in ('tool_use', 'server_tool_use', 'mcp_tool_use'):
        text = next(arguments) if kind == 'tool_use' else compact(block['input'])
        return {**start, 'input': {}}, [{'type': 'input_json_delta', 'partial_json': piece} for piece in ['', *pieces(text)]]
    return start, []


def stream_of_anthropic(answer, arguments):
    ends = ('stop_reason', 'stop_sequence', 'stop_details')
    yield {'type': 'message_start', 'message': {**answer, 'content': [], **{name: None for name in ends if name in answer}}}
    for index, block in enumerate(answer['content']):
        start, deltas = block_of_anthropic(block, arguments)
        yield {'type': 'content_block_start', 'index': index, 'content_block': start}
        yield {'type': 'ping'}
        for delta in deltas:
            yield {'type': 'content_block_delta', 'index': index, 'delta': delta}
        yield {'type': 'content_block_stop', 'index': index}
    yield {'type': 'message_delta', 'delta': {name: answer[name] for name in ends if name in answer}, 'usage': answer.get('usage')}
    yield {'type': 'message_stop'}


# --- Bedrock -------------------------------------------------------------------------------------------------------------------------

def deltas_of_bedrock(block, arguments):
    """How it begins, None when nobody says so, and its pieces"""
    if 'text' in block:
        return None, [{'text': piece} for piece in pieces(block['text'])]
    if 'reasoningContent' in block:
        words = block['reasoningContent'].get('reasoningText')
        if words is None:
            return None, [{'reasoningContent': block['reasoningContent']}]
        parts = [{'text': piece} for piece in pieces(words['text'])] + ([{'signature': words['signature']}] if words.get('signature') else [])
        return None, [{'reasoningContent': part} for part in parts]
    if 'citationsContent' in block:
        cited = block['citationsContent']
        return None, [{'text': part['text']} for part in cited['content']] + [{'citation': citation} for citation in cited['citations']]
    if 'toolResult' in block:
        start = {name: value for name, value in block['toolResult'].items() if name != 'content'}
        return {'toolResult': start}, [{'toolResult': block['toolResult']['content']}]
    start = {name: value for name, value in block['toolUse'].items() if name != 'input'}
    text = compact(block['toolUse']['input']) if start.get('type') == 'server_tool_use' else next(arguments)
    return {'toolUse': start}, [{'toolUse': {'input': piece}} for piece in pieces(text)]


def stream_of_bedrock(answer, arguments):
    yield {'messageStart': {'role': 'assistant'}}
    for index, block in enumerate(answer['output']['message']['content']):
        start, deltas = deltas_of_bedrock(block, arguments)
        if start:
            yield {'contentBlockStart': {'contentBlockIndex': index, 'start': start}}
        for delta in deltas:
            yield {'contentBlockDelta': {'contentBlockIndex': index, 'delta': delta}}
        yield {'contentBlockStop': {'contentBlockIndex': index}}
    yield {'messageStop': {'stopReason': answer.get('stopReason')}}
    yield {'metadata': {'usage': answer.get('usage'), 'metrics': answer.get('metrics')}}


# --- Google --------------------------------------------------------------------------------------------------------------------------

def stream_of_gemini(answer, _arguments):
    for position, candidate in enumerate(answer['candidates']):
        for part in (candidate.get('content') or {}).get('parts') or []:
            cut = [{**part, 'text': piece} for piece in pieces(part['text'])] if part.get('text') and set(part) <= {'text', 'thought'} else [part]
            for piece in cut:
                yield {'candidates': [{'content': {'role': 'model', 'parts': [piece]}, 'index': candidate.get('index', position)}]}
    last = [{**candidate, 'index': candidate.get('index', position), 'content': {'role': 'model', 'parts': [{'text': ''}]}}
            for position, candidate in enumerate(answer['candidates'])]
    yield {**answer, 'candidates': last}


# --- All ------------------------------------------------------------------------------------------------------------------------------

# API: what the stream is made by, how its events become a body, and the member without which there is no answer
APIS = {
    'messages': (stream_of_anthropic, lambda events: ('sse', sse(events, True)), 'content'),
    'converse': (stream_of_bedrock, lambda events: ('payload_lines', '\n'.join(map(compact, events))), 'output'),
    'generate_content': (stream_of_gemini, lambda events: ('sse', sse(events, False)), 'candidates'),
}


def recordings_again(root):
    for name, recording in read_recording.recordings(root, APIS):
        make, frame, member = APIS[recording['api']]
        wanted = read_recording.expected(recording)
        if read_recording.framing(recording) != 'whole' or read_recording.task(recording) != 'chat' or wanted['error']:
            continue
        answer = json.loads(read_recording.body(recording))
        if not isinstance(answer, dict) or member not in answer:
            continue
        arguments = (call['arguments'] for choice in wanted['choices'] for call in choice['tool_calls'])
        kind, body = frame(make(answer, arguments))
        headers = {**recording['response']['headers'], 'content-type': 'application/vnd.amazon.eventstream' if kind == 'payload_lines' else 'text/event-stream'}
        again = {**recording, 'kind': kind, 'response': {'status': 200, 'headers': headers, 'body': body}}
        yield name + ' as a stream', again, {**wanted, 'end': read_recording.expected(again)['end']}
