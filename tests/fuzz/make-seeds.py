#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes a folder of seeds for a fuzz target, and then runs the target.

Usage: make-seeds.py {anthropic,aws-events,bedrock,cohere,gemini,json,ndjson,objects,ollama,openai-chat,openai-endpoints,openai-responses,server-body,sse,url} FOLDER [COMMAND [ARGUMENT...]]

The seeds are a few lines that are written down here and, when DHEERA_SHARED names a folder with recordings, bodies from real providers.
"""

import base64
import hashlib
import json
import os
import pathlib
import re
import shutil
import struct
import sys
import zlib

MAX_SEED = 16384
MAX_PER_KIND = 150

JSON = [
    '{"id":"x","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":" hi"},"finish_reason":null}],"usage":null}',
    '{"a":1,"a":2,"\\u0061":3}', '[1e2,5.0,-0,0.1,18446744073709551616,1e400]', '"\\ud83d\\ude00 \\ud83d \\u0000 \\" \\\\"',
    '[[[[{"a":[{}]}]]]]', ' {"b" : [ true , false , null ] } ', '"grün € 😀"',
]
SSE = [
    'data: {"a":1}\n\ndata: [DONE]\n\n', 'event: message_start\ndata: {"type":"message_start"}\n\n', ': ping\r\n\r\ndata: 1\r\ndata: 2\r\n\r\n',
    'id: 7\nevent: e\rdata: x\r\r', '\ufeffdata: x\n\n', 'error: {"code":500}\n\n', '\n {"error":{"code":400}}', 'data\n\ndata:\n\nevent\n\n',
    'data: {"a":1}', '<html>\n<body>502</body>\n</html>\n', 'data: 1\nerror: 2\ndata: 3\n\n', 'retry: 10\nfoo: bar\ndata: z\n\n',
]
NDJSON = [
    '{"message":{"content":"hi"},"done":false}\n{"done":true}\n', '{"a":1}\r\n\r\n{"b":2}', '{"error":"x"}\n', '\ufeff{}\n', ' \n\t\n{"a":',
]
OPENAI_CHAT = [
    'data: {"choices":[{"delta":{"content":"<thi"}}]}\n\ndata: {"choices":[{"delta":{"content":"nk>a</think>b"},"finish_reason":"stop"}]}\n\n',
    'data: {"choices":[{"delta":{"reasoning_details":[{"type":"reasoning.text","text":"a","index":0}]}}]}\n\ndata: [DONE]\n\n',
    'data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{"}}]}}]}\n\nevent: error\ndata: {"error":1}\n\n',
    'data: {"base_resp":{"status_code":1008,"status_msg":"x"}}\n\n', 'data: {"choices":[{"index":127,"delta":{"content":[{"type":"thinking"}]}}]}\n\n',
    '{"choices":[{"message":{"content":[{"type":"thinking","thinking":[{"text":"a"}]},"b"],"tool_calls":[{"function":{"arguments":{}}}]}}]}',
    '{"choices":[{"message":{"content":"a"}}],"citations":["https://a"],"usage":{"prompt_tokens":1.5,"reasoning_tokens":"9"}}',
    '{"error":{"message":"wrong key reasoning","metadata":{"raw":"x"},"details":[{"retryDelay":"3s"}]}}', '{"detail":[{"loc":["a"],"msg":"b"}]}',
]
OPENAI_RESPONSES = [
    'data: {"type":"response.output_item.added","output_index":0,"item":{"type":"reasoning","id":"rs"}}\n\n'
    'data: {"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":1,"delta":"a"}\n\n'
    'data: {"type":"response.output_item.done","output_index":0,"item":{"type":"reasoning","encrypted_content":"x"}}\n\n'
    'data: {"type":"response.output_text.delta","output_index":1,"delta":"\\ud83d"}\n\ndata: {"type":"response.completed","response":{}}\n\n',
    'data: {"type":"response.output_item.added","item":{"type":"function_call","call_id":"a","name":"f"}}\n\n'
    'data: {"type":"response.function_call_arguments.delta","delta":"{}"}\n\ndata: {"type":"response.incomplete","response":{"output":[7,{}]}}\n\n',
    'data: {"type":"error","message":"wrong key reasoning"}\n\n', 'event: error\ndata: reasoning\n\n',
    'data: {"type":"response.output_text.delta","output_index":9999,"delta":"a","logprobs":[{"token":"a"}]}\n\ndata: [DONE]\n\n',
    '{"output":[{"type":"message","phase":"commentary","content":[{"type":"output_text","text":"a","annotations":[{"type":"url_citation"}]}]},'
    '{"type":"custom_tool_call","call_id":"c","input":"x","namespace":"n"},{"type":"later","a":1},{"type":"message","content":"b"}]}',
    '{"status":"failed","error":{"message":"reasoning"}}', '{"status":"queued","output":[]}', '{"reasoning":"a","output":[{"type":"function_call"}]}',
]
SERVER_BODY = [
    (0, '{"model":"m","messages":[{"role":"user","content":"hi"}],"n":2,"stop":["a"],"stream":true,"stream_options":{"include_usage":true}}'),
    (0, '{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}],'
        '"tools":[{"type":"function","function":{"name":"f","parameters":{}}},{"type":"custom","custom":{"name":"c"}}],"tool_choice":"f","logit_bias":{"1":2}}'),
    (0, '{"model":"m","messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]},'
        '{"role":"tool","tool_call_id":"a","content":"r"}],"thinking":{"type":"enabled","budget_tokens":1},"response_format":{"type":"json_object"}}'),
    (0, '{"model":"m","messages":[{"role":"assistant","function_call":{"name":"f"}},{"role":"function","name":"f","content":""}],"api_base":"https://a"}'),
    (0, '{"messages":[]}'), (0, '[]'), (0, '{"model":"m"'), (0, '{"model":"m","model":"n"}'),
    (1, '{"model":"m","prompt":["a","b"],"echo":true,"n":3,"suffix":"","best_of":1,"logprobs":null,"max_tokens":5}'), (1, '{"model":"m","prompt":[1,2]}'),
    (1, '{"model":"m","prompt":"a","suffix":"b"}'), (2, '{"model":"m","input":["a","b"],"dimensions":5,"encoding_format":"base64","user":"u","input_type":"q"}'),
    (2, '{"model":"m","input":[[1]]}'),
]
ANTHROPIC = [
    'data: {"type":"message_start","message":{"id":"m","content":[{"type":"text","text":"a"}],"usage":{"input_tokens":1}}}\n\n'
    'data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}}\n\n'
    'data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"\\ud83d"}}\n\n'
    'data: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"s"}}\n\ndata: {"type":"message_stop"}\n\n',
    'data: {"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"t","name":"f","input":{},"caller":{}}}\n\n'
    'data: {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{"}}\n\nevent: error\ndata: {"type":"error"}\n\n',
    '{"type":"message","content":[{"type":"server_tool_use","input":{}},{"type":"text","text":"\u00e4","citations":[{"url":"u"}]}],"stop_reason":"refusal"}',
    '[{"type":"message_start","message":{}},{"type":"message_stop"}]', '{"type":"error","error":{"type":"overloaded_error","message":"reasoning"}}',
    '{"content":[{"type":"tool_use","name":"answer_in_json","input":{"a":1}},{"type":"tool_use","id":"x y","input":[1]},{"type":"new"}]}',
]
OBJECTS = [
    '{"some_text":"ab","b":true,"i":-5,"u":18446744073709551615,"uc":255,"l":-9223372036854775808,"d":1e300,"f":0.5,"e":"session","fl":["replace"]}',
    '{"some-text":"","st":["a","\\ud83d"],"t":"2025-12-31T23:59:00Z","by":"AAEC","j":"[1]","o":{"some_text":"x"},"li":[{"some_text":"y"}]}',
    '{"some_text":"a","i":6,"some-text":"b"}', '{"some_text":null}', '{"some_text":"a","li":[{"some_text":"b","o":{"li":[]}}]}', '{"some_text":"a","j":{"a":[]}}',
    '{"some_text":"a","by":"A==="}', '{"some_text":"a","t":"2025-02-30"}', '{"some_text":"a","i":1.0e0,"u":-0}', '{"some_text":"a","d":1e999}', '{"new":1}',
]
COHERE = [
    'data: {"id":"a","type":"message-start"}\n\ndata: {"type":"content-delta","index":0,"delta":{"message":{"content":{"thinking":"a"}}}}\n\n'
    'data: {"type":"tool-plan-delta","delta":{"message":{"tool_plan":"b"}}}\n\ndata: {"type":"message-end","delta":{"finish_reason":"TOOL_CALL"}}\n\n',
    'data: {"type":"tool-call-start","index":0,"delta":{"message":{"tool_calls":{"id":"c","function":{"name":"f","arguments":""}}}}}\n\n'
    'data: {"type":"citation-start","delta":{"message":{"citations":{"sources":[{"document":{"url":"https://a"}}]}}}}\n\ndata: {"message":"reasoning"}\n\n',
    '{"finish_reason":"COMPLETE","message":{"content":[{"type":"thinking","thinking":"a"},{"type":"text","text":"b"}],"citations":[{"sources":[]}],'
    '"tool_calls":[{"function":{"name":"f","arguments":"null"}}],"tool_plan":"p"},'
    '"logprobs":[{"text":"a","logprobs":[-1,1e400]}],"usage":{"tokens":{"input_tokens":1.5}}}',
    '{"message":"wrong key reasoning"}',
]
OLLAMA = [
    '{"message":{"content":"a","thinking":"b"},"done":false}\n'
    '{"message":{"tool_calls":[{"function":{"name":"f","arguments":{"a":1}}}]},"done":true,"eval_count":3}\n',
    '{"message":{"content":"\\ud83d"},"done":false}\n{"message":{"content":"\\ude00"},"logprobs":[{"token":"a"}],"done":true}\n', '{"error":"wrong key reasoning"}\n',
]
HTTP = [
    'GET / HTTP/1.1\r\nHost: a\r\n\r\n', 'GET /v1/models/a%2Fb?c=%20d HTTP/1.0\r\nConnection: keep-alive, x\r\n\r\nDELETE /x HTTP/1.1\r\nHost: [::1]:80\r\n\r\n',
    'POST /v1/chat/completions HTTP/1.1\r\nHost: a.b:8080\r\nContent-Length: 5\r\nExpect: 100-continue\r\nX-A:\r\nX-A: \tb c \r\n\r\nhelloGET / HTTP/1.1\r\nHost: a\r\n\r\n',
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b;c\r\nhello\r\n00a\r\n0123456789\r\n0\r\n\r\nPUT /\u00fc HTTP/1.1\r\n',
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 300\r\n\r\n' + 300 * 'b' + '\r\nPOST / HTTP/1.1\r\nHost: a\r\nContent-Length: 301\r\n\r\n',
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n', 'GET /a/%2e%2e/b HTTP/1.1\nHost: a\n\n', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: a\r\nA: ' + 980 * 'a' + '\r\n\r\n', 'GET / HTTP/1.1\r\nHost: a\r\n' + 16 * 'A: b\r\n' + '\r\n',
]
URL = [
    'https://api.openai.com/v1\ngpt-4o', 'http://localhost:11434/\n../../admin', 'https://x.com/openai?api-version=1\na b', 'http://[::1]:80\n..',
    'https://user:pw@x.com/#f\nx', 'ftp://x\n.', 'https://x.com\\@evil.com\n/', 'https://models\nmodels', 'anthropic-version\n2023-06-01',
    'https://x.com/%2e%2e/a\n%2e%2e', 'http://127.0.0.1:1/v1/@cf/meta/\n@cf/meta/llama',
]


def recordings():
    shared = os.environ.get('DHEERA_SHARED')
    folder = pathlib.Path(shared or '.') / 'recordings'
    if not shared or not folder.is_dir():
        print('make-seeds: no recordings here, only the seeds that are written down in this file')
        return
    for path in sorted(folder.glob('*/*/*.json')):
        record = json.loads(path.read_text())
        response = record.get('response') or {}
        body = response.get('body')
        if isinstance(body, str):
            yield record, body.encode()
        elif isinstance(body, (dict, list)):
            yield record, json.dumps(body).encode()
        elif isinstance(response.get('body_b64'), str):
            yield record, base64.b64decode(response['body_b64'])


def json_seeds():
    yield from (text.encode() for text in JSON)
    for record, body in recordings():
        if record['kind'] in ('json', 'error'):
            yield body
        elif record['kind'] in ('sse', 'ndjson'):
            lines = [line.removeprefix(b'data:').strip() for line in body.splitlines()]
            yield from [line for line in lines if line.startswith(b'{')][:2]


def stream_seeds(kind, texts):
    # The four bytes in front choose cuts and limits.
    for number, text in enumerate(texts):
        yield bytes([number, number * 37 % 256, 255, 255]) + text.encode()
    for number, (record, body) in enumerate(recordings()):
        if record['kind'] == kind:
            yield bytes([number % 256, number // 256, 200, 100]) + body


def aws_message(payload, **headers):
    coded = b''.join(bytes([len(name) + 1]) + b':' + name.replace('_', '-').encode() + b'\x07' + struct.pack('>H', len(value)) + value.encode()
                     for name, value in headers.items())
    prelude = struct.pack('>II', 16 + len(coded) + len(payload), len(coded))
    message = prelude + struct.pack('>I', zlib.crc32(prelude)) + coded + payload
    return message + struct.pack('>I', zlib.crc32(message))


AWS_EVENTS = [
    aws_message(b''), aws_message(b'{}', event_type='messageStart', content_type='application/json', message_type='event') * 2,
    aws_message(b'{"message":"slow down"}', exception_type='throttlingException', message_type='exception'),
    aws_message(b'', message_type='error', error_code='500', error_message='no luck'), b'{"message":"x"}', aws_message(b'{}', x='y')[:-5],
]


def aws_events_seeds():
    # The four bytes in front choose cuts and limits; of the first one the lowest bit has checksums put right.
    for number, body in enumerate(AWS_EVENTS):
        yield bytes([number, number * 37 % 256, 255, 255]) + body
    for number, (record, body) in enumerate(recordings()):
        if record['api'] == 'converse_stream' and not body.startswith(b'{'):
            yield bytes([number % 256, number // 256, 200, 100]) + body


BEDROCK = [
    'contentBlockStart {"contentBlockIndex":0,"start":{"toolUse":{"toolUseId":"t","name":"json"}}}\n'
    'contentBlockDelta {"contentBlockIndex":0,"delta":{"toolUse":{"input":"{}"}}}\nmessageStop {"stopReason":"tool_use"}',
    'contentBlockDelta {"delta":{"text":"\\ud83d"}}\ncontentBlockDelta {"delta":{"text":"\\ude00"}}\nmetadata {"usage":{"inputTokens":1}}\nmessageStop {"stopReason":"x"}',
    'contentBlockDelta {"delta":{"reasoningContent":{"text":"a"}}}\ncontentBlockDelta {"delta":{"reasoningContent":{"signature":"s"}}}\n!throttlingException {"message":"x"}',
    'contentBlockStart {"start":{"toolResult":{"toolUseId":"t"}}}\ncontentBlockDelta {"delta":{"toolResult":[{"json":{}}]}}\nmessageStop {}',
    'contentBlockDelta {"delta":{"citation":{"location":{"web":{"url":"u"}}}}}\nmessage {"output":{"message":{"content":[{"text":"a"}]}}}',
]


def aws_lines(body):
    while len(body) >= 16:
        total, length = struct.unpack('>II', body[:8])
        kind = re.search(rb':event-type\x07..([A-Za-z]+)', body[12:12 + length], re.S)
        yield (kind[1] if kind else b'message') + b' ' + body[12 + length:total - 4]
        body = body[total:]


def bedrock_seeds():
    # Two bytes in front: the kind (stream, whole, error, models, count, bytes), and how the bytes are cut.
    for number, text in enumerate(BEDROCK):
        yield bytes([0, number]) + text.encode()
    yield b'\x03\x00{"modelSummaries":[{"modelId":"m","modelName":"M"}]}'
    for number, (record, body) in enumerate(recordings()):
        if record['provider'] != 'bedrock':
            continue
        if record['kind'] == 'aws_eventstream':
            yield bytes([0, number % 256]) + b'\n'.join(aws_lines(body))[:6000]
        elif record['api'] in ('converse', 'count_tokens'):
            yield bytes([2 if record['kind'] == 'error' else 4 if record['api'] == 'count_tokens' else 1, number % 256]) + body[:6000]


GEMINI = [
    'data: {"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","willContinue":true},"thoughtSignature":"s"}]}}]}\n\n'
    'data: {"candidates":[{"content":{"parts":[{"functionCall":{"partialArgs":[{"jsonPath":"$.a[0].b","stringValue":"x","willContinue":true}]}}]}}]}\n\n',
    'data: {"candidates":[{"content":{"parts":[{"text":"a"},{"text":"","thoughtSignature":"s"}]},"finishReason":"STOP"}]}\n\n',
    'data: {"promptFeedback":{"blockReason":"SAFETY","blockReasonMessage":"x"}}\n\n', 'data: [{"error":{"code":429,"details":[{"retryDelay":"3s"}]}}]\n\n',
    '[{"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"image/png","data":"aGk="},"thoughtSignature":"s"}]},"finishReason":"STOP"}]}]',
    '{"candidates":[{"content":{"parts":[{"text":"gr\u00fcn"}]},"groundingMetadata":{"groundingChunks":[{"web":{"uri":"u"}}],'
    '"groundingSupports":[{"segment":{"endIndex":3},"groundingChunkIndices":[0]}]},"finishReason":"STOP"}]}',
    '{"candidates":[{"finishReason":"MALFORMED_FUNCTION_CALL","finishMessage":"wrong reasoning"}]}',
]


def gemini_seeds():
    # Two bytes in front: provider and kind (stream, whole, another task, error), and how the bytes are cut, or which task.
    for number, text in enumerate(GEMINI):
        yield bytes([number % 2 + (0 if text.startswith('data') else 2), 7]) + text.encode()
    tasks = {'models': 0, 'count_tokens': 1, 'embeddings': 2, 'images': 3}
    for number, (record, body) in enumerate(recordings()):
        if record['provider'] not in ('gemini', 'vertexai') or record['api'] == 'chat_completions':
            continue
        if record['kind'] == 'error':
            yield bytes([number % 2 + 6, number % 256]) + body[:6000]
        elif record['api'] in tasks:
            yield bytes([number % 2 + 4, tasks[record['api']]]) + body[:6000]
        else:
            yield bytes([number % 2 + (0 if record['kind'] == 'sse' else 2), number % 256]) + body[:6000]


OPENAI_ENDPOINTS = [
    ('embeddings', '{"data":[{"index":1,"embedding":[1,2]},{"index":0,"embedding":"AACAPwAAIMA="}],"model":"m","usage":{"total_tokens":3}}'),
    ('rerank', '{"results":[{"index":2,"relevance_score":0.5,"document":{"text":"t"}},{"index":0,"score":-4.5,"document":"u"}]}'),
    ('moderations', '{"results":[{"categories":{"hate":true,"a/b":null},"category_scores":{"hate":0.5}}]}'),
    ('images', '{"created":5,"data":[{"b64_json":"iVBORw0KGgo="},{"url":"https://a","revised_prompt":"p"}],"output_format":"webp"}'),
    ('transcription', '{"text":"a","duration":1.5,"segments":[{"start":0,"end":1,"text":"a","speaker":"A"}],"words":[{"word":"a"},7]}'),
    ('transcription', 'WEBVTT\n'), ('speech', '{"audio_data":"SUQz"}'), ('embeddings', '{"error":{"message":"wrong key reasoning"}}'),
]


def openai_endpoints_seeds():
    # Two bytes in front: which endpoint, and how many results were asked for with two flags: text was, and the answer calls itself JSON.
    apis = ['embeddings', 'rerank', 'moderations', 'images', 'transcription', 'speech']
    for number, (api, text) in enumerate(OPENAI_ENDPOINTS):
        yield bytes([apis.index(api), number % 4 + (16 if text.startswith('{') else 8)]) + text.encode()
    for record, body in recordings():
        if record['api'] in apis and record['provider'] not in ('bedrock', 'cohere', 'gemini', 'ollama', 'vertexai'):
            yield bytes([apis.index(record['api']), 0 if record['kind'] == 'binary' else 16]) + body[:6000]


def url_seeds():
    yield from (text.encode() for text in URL)
    for record, _body in recordings():
        request = record.get('request') or {}
        model = request.get('body', {}).get('model', '') if isinstance(request.get('body'), dict) else ''
        if isinstance(request.get('url'), str):
            yield f"{request['url']}\n{model}".encode()


def openai_chat_seeds():
    # Two bytes in front: provider and kind (stream, whole, models, error), and how the bytes are cut.
    for number, text in enumerate(OPENAI_CHAT):
        yield bytes([number % 4 + (0 if text.startswith('data') else 4), 7]) + text.encode()
    for number, (record, body) in enumerate(recordings()):
        if record['api'] == 'chat_completions' and record['kind'] in ('json', 'sse', 'error'):
            kind = {'sse': 0, 'json': 4, 'error': 12}[record['kind']]
            yield bytes([number % 4 + kind, number % 256]) + body[:6000]
        elif record['api'] == 'models' and record['kind'] == 'json':
            yield bytes([number % 4 + 8, 0]) + body[:6000]


def openai_responses_seeds():
    # Two bytes in front: provider and kind (stream, whole, error), and how the bytes are cut.
    for number, text in enumerate(OPENAI_RESPONSES):
        yield bytes([number % 2 + (2 if text.startswith('{') else 0), 7]) + text.encode()
    for number, (record, body) in enumerate(recordings()):
        if record['api'] == 'responses' and record['kind'] in ('json', 'sse', 'error'):
            kind = {'sse': 0, 'json': 2, 'error': 4}[record['kind']]
            yield bytes([number % 2 + kind, number % 256]) + body[:6000]


def server_body_seeds():
    # A byte in front: the route.
    apis = ['chat_completions', 'completions', 'embeddings']
    for route, text in SERVER_BODY:
        yield bytes([route]) + text.encode()
    for record, _body in recordings():
        request = (record.get('request') or {}).get('body')
        if record['api'] in apis and isinstance(request, str):
            yield bytes([apis.index(record['api'])]) + request.encode()[:6000]


def anthropic_seeds():
    # Two bytes in front: the kind (stream, whole, count, error), and how the bytes are cut.
    for number, text in enumerate(ANTHROPIC):
        yield bytes([0 if text.startswith('data') else 1, number]) + text.encode()
    for number, (record, body) in enumerate(recordings()):
        if record['provider'] == 'anthropic' and record['api'] == 'messages' and record['kind'] in ('json', 'sse', 'error'):
            yield bytes([{'sse': 0, 'json': 1, 'error': 3}[record['kind']], number % 256]) + body[:6000]
        elif record['provider'] == 'anthropic' and record['api'] == 'count_tokens':
            yield bytes([2, 0]) + body[:6000]


def native_seeds(provider, framed, texts):
    # Two bytes in front: the kind (stream, whole, a list or vectors, error), and how the bytes are cut, or which task it is.
    tasks = {'models': 0, 'embeddings': 1, 'rerank': 2}
    for number, text in enumerate(texts):
        yield bytes([0, number]) + text.encode()
        yield bytes([1, number]) + text.encode()
    for number, (record, body) in enumerate(recordings()):
        if record['provider'] != provider:
            continue
        if record['api'] in tasks:
            yield bytes([2, tasks[record['api']]]) + body[:6000]
        elif record['api'] == 'chat':
            yield bytes([{framed: 0, 'error': 3}.get(record['kind'], 1), number % 256]) + body[:6000]


SEEDS = {
    'anthropic': anthropic_seeds,
    'aws-events': aws_events_seeds,
    'bedrock': bedrock_seeds,
    'cohere': lambda: native_seeds('cohere', 'sse', COHERE),
    'http-head': lambda: (bytes([number, 7, 0, number]) + text.encode() for number, text in enumerate(HTTP)),
    'json': json_seeds,
    'ollama': lambda: native_seeds('ollama', 'ndjson', OLLAMA),
    'sse': lambda: stream_seeds('sse', SSE),
    'gemini': gemini_seeds,
    'objects': lambda: (text.encode() for text in OBJECTS),
    'openai-chat': openai_chat_seeds,
    'openai-endpoints': openai_endpoints_seeds,
    'openai-responses': openai_responses_seeds,
    'server-body': server_body_seeds,
    'ndjson': lambda: stream_seeds('ndjson', NDJSON),
    'url': url_seeds,
}


def main():
    kind, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)

    # Spread over all that there are, since the first ones are all of one provider.
    seeds = list(dict.fromkeys(seed[:MAX_SEED] for seed in SEEDS[kind]()))
    step = max(1, len(seeds) // MAX_PER_KIND)
    for seed in seeds[:20] + seeds[20::step]:
        (folder / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)

    if len(sys.argv) > 3:
        sys.stdout.flush()
        os.execv(sys.argv[3], sys.argv[3:])


if __name__ == '__main__':
    main()
