#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What Python sees of calls: captured messages, attributes, the logger, the metrics, the trace context."""

import gc
import json
import os
import sys
import tempfile
import threading
import weakref

from support import Dheera, Gio, GLib, error_of, is_cancelled, is_dheera, mock, run_async, run_cases

PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'


def last_call(client):
    calls = []
    client.connect('call-finished', lambda _, call: calls.append(call))
    return calls


def test_nothing_is_captured_unless_asked_for():
    client = Dheera.Client()
    calls = last_call(client)
    client.complete(mock())
    call = calls[-1]
    assert client.get_capture() == Dheera.Capture.NONE and client.get_capture_limit() == 65536
    assert call.get_request_headers() is call.get_request_body() is call.get_response_headers() is call.get_response_body() is None


def test_messages_are_captured():
    client = Dheera.Client(capture=Dheera.Capture.HEADERS | Dheera.Capture.BODIES)
    calls = last_call(client)
    request = mock()
    request.set_api_key('canary-0123456789')
    for complete in (client.complete, lambda request: run_async(client, 'complete', request, None), lambda request: client.stream(request).collect()):
        complete(request)
        call = calls[-1]
        assert 'Content-Type: application/json' in call.get_request_headers().splitlines(), call.get_request_headers()
        assert 'canary' not in call.get_request_headers() and 'Host: ' in call.get_request_headers()
        assert json.loads(call.get_request_body())['messages'][0]['content'] == 'One two three'
        assert 'Content-Type: ' in call.get_response_headers() and 'three' in call.get_response_body()
        assert call.props.request_body == call.get_request_body()
    client.set_capture_limit(7)
    client.complete(mock())
    assert calls[-1].get_request_body().startswith('{"model\n[cut: '), calls[-1].get_request_body()


def test_how_a_call_ended():
    client = Dheera.Client()
    calls = last_call(client)
    client.complete(mock())
    assert calls[-1].get_error() is None
    error_of(client.complete, mock(status=429))
    assert is_dheera(calls[-1].get_error(), Dheera.Error.RATE_LIMIT), calls[-1].get_error()
    cancellable = Gio.Cancellable()
    cancellable.cancel()
    error_of(client.complete, mock(), cancellable)
    assert is_cancelled(calls[-1].get_error())


def test_exceptions_of_those_who_watch():
    """They are printed where exceptions go that nobody can catch, and the call goes on."""
    mine, printed = Dheera.Client(), []

    def fail(*_):
        raise ValueError('who watches failed')

    for signal in ('call-started', 'attempt-finished', 'call-finished'):
        mine.connect(signal, fail)
    mine.add_middleware(fail)
    original, sys.excepthook = sys.excepthook, lambda _, error, __: printed.append(str(error))
    try:
        stream = mine.stream(mock())
        stream.connect('delta', fail)
        stream.connect('notify::text', fail)
        for ask, least in ((lambda: mine.complete(mock()), 5), (lambda: run_async(mine, 'complete', mock(), None), 5), (stream.collect, 7)):
            assert ask().get_text() == 'One two three'
            assert set(printed) == {'who watches failed'} and len(printed) >= least, printed
            printed.clear()
    finally:
        sys.excepthook = original


def test_attributes():
    attributes = Dheera.Client().complete(mock()).get_call().dup_attributes().unpack()
    assert attributes['gen_ai.operation.name'] == 'chat' and attributes['gen_ai.provider.name'] == 'mock'
    assert attributes['gen_ai.response.finish_reasons'] == ['stop'] and attributes['gen_ai.usage.output_tokens'] == 3
    assert attributes['server.address'] == '127.0.0.1' and attributes['http.response.status_code'] == 200
    assert 'error.type' not in attributes


def test_trace_context():
    request = mock()
    request.set_traceparent(PARENT)
    request.props.tracestate = 'congo=1'
    client = Dheera.Client(capture=Dheera.Capture.HEADERS)
    call = client.complete(request).get_call()
    assert (call.get_traceparent(), call.get_tracestate()) == (PARENT, 'congo=1')
    assert f'traceparent: {PARENT}\ntracestate: congo=1\n' in call.get_request_headers()
    assert (request.get_traceparent(), request.get_tracestate()) == (PARENT, 'congo=1')
    request.set_tracestate('no list')
    assert is_dheera(error_of(client.complete, request), Dheera.Error.INVALID_REQUEST)


def test_logger_writes_lines():
    client = Dheera.Client()
    stream = Gio.MemoryOutputStream.new_resizable()
    logger = Dheera.Logger(client=client, structured_log=False, stream=stream, level=Dheera.LogLevel.DEBUG)
    client.complete(mock())
    error_of(client.complete, mock(status=429))
    assert logger.flush() and logger.get_n_dropped() == 0 and logger.dup_stream() is stream
    logger.set_stream(None)
    stream.close(None)
    lines = [json.loads(line) for line in stream.steal_as_bytes().get_data().decode().splitlines()]
    assert [(line['event'], line['status']) for line in lines] == [('attempt', 200), ('call', 200), ('attempt', 429), ('call', 429)], lines
    assert lines[3]['error']['type'] == 'rate_limit' and lines[1]['timings']['total'] > 0


def test_logger_writes_a_file():
    client = Dheera.Client()
    logger = Dheera.Logger.new(client)
    logger.set_structured_log(False)
    logger.set_bodies(True)
    logger.set_timings(False)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'calls.jsonl')
        assert logger.open_file(path)
        client.complete(mock())
        with open(path, encoding='utf-8') as file:
            line = json.loads(file.read())
        assert 'three' in line['response_body'] and 'timings' not in line and 'request_headers' not in line
        error = error_of(logger.open_file, folder)
        assert isinstance(error, GLib.Error) and folder in error.message, error


def test_logger_and_metrics_keep_nobody_alive():
    client = Dheera.Client()
    logger, metrics = Dheera.Logger.new(client), Dheera.Metrics.new(client)
    logger.set_level(Dheera.LogLevel.NONE)
    client.complete(mock())
    gone = weakref.ref(client)
    del client
    gc.collect()
    assert gone() is None and metrics.get_value('calls') == 1
    assert logger.get_level() == Dheera.LogLevel.NONE


def test_metrics():
    client = Dheera.Client()
    metrics = Dheera.Metrics.new(client)
    threads = [threading.Thread(target=client.complete, args=(mock(),)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    error_of(client.complete, mock(status=429))
    assert metrics.get_value('calls') == metrics.get_value('calls', 'mock', 'echo') == 7
    assert metrics.get_value('output-tokens', 'mock', None) == 18 and metrics.get_value('calls', 'openai', None) == 0
    assert metrics.get_errors(Dheera.Error.RATE_LIMIT) == 1
    whole = json.loads(metrics.to_json())
    assert whole['calls'] == 7 and whole['errors'] == {'rate_limit': 1} and whole['models'][0]['model'] == 'echo', whole
    assert 'dheera_calls_total{provider="mock",model="echo"} 7\n' in metrics.to_prometheus()


run_cases([value for name, value in list(globals().items()) if name.startswith('test_')])
