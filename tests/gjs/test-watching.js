// SPDX-License-Identifier: LGPL-2.1-or-later

// What JavaScript sees of calls: captured messages, attributes, the logger, the metrics, the trace context.

import Dheera from 'gi://Dheera?version=1';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {assert, assertEqual, errorOf, isCancelled, mock, runCases} from './support.js';

const PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

function callsOf(client) {
    const calls = [];

    client.connect('call-finished', (_, call) => calls.push(call));
    return calls;
}

await runCases({
    async 'nothing is captured unless asked for'() {
        const client = new Dheera.Client();
        const calls = callsOf(client);

        await client.complete_async(mock());
        assertEqual([client.capture, client.capture_limit], [Dheera.Capture.NONE, 65536]);
        assertEqual([calls[0].request_headers, calls[0].request_body, calls[0].response_headers, calls[0].response_body], [null, null, null, null]);
    },

    // gjs prints them, and the call goes on.
    async 'exceptions of those who watch'() {
        const client = new Dheera.Client();
        let count = 0;
        const fail = () => {
            count++;
            throw new Error('This is printed, as it should be.');
        };

        for (const signal of ['call-started', 'attempt-finished', 'call-finished'])
            client.connect(signal, fail);
        client.add_middleware(fail);
        for (const ask of [() => client.complete(mock()), () => client.complete_async(mock()), () => client.stream(mock()).collect_async()]) {
            assertEqual((await ask()).text, 'One two three');
            assertEqual(count, 5);
            count = 0;
        }
    },

    async 'messages are captured'() {
        const client = new Dheera.Client({capture: Dheera.Capture.HEADERS | Dheera.Capture.BODIES});
        const calls = callsOf(client);

        await client.complete_async(mock());
        client.complete(mock());
        for (const call of calls) {
            assert(call.request_headers.includes('Content-Type: application/json\n'), call.request_headers);
            assertEqual(JSON.parse(call.request_body).messages[0].content, 'One two three');
            assert(call.response_body.includes('three') && call.response_headers.includes('Content-Type: '));
        }
        assertEqual(calls.length, 2);
    },

    async 'how a call ended'() {
        const client = new Dheera.Client();
        const calls = callsOf(client);
        const cancellable = new Gio.Cancellable();

        await client.complete_async(mock());
        assertEqual(calls[0].error, null);
        await errorOf(() => client.complete_async(mock({status: 429})));
        assert(calls[1].error.matches(Dheera.Error, Dheera.Error.RATE_LIMIT), calls[1].error);
        cancellable.cancel();
        await errorOf(() => client.complete_async(mock(), cancellable));
        assert(isCancelled(calls[2].error), calls[2].error);
    },

    async 'attributes'() {
        const response = await new Dheera.Client().complete_async(mock());
        const attributes = response.call.dup_attributes().recursiveUnpack();

        assertEqual(attributes['gen_ai.operation.name'], 'chat');
        assertEqual(attributes['gen_ai.response.finish_reasons'], ['stop']);
        assertEqual(attributes['gen_ai.usage.output_tokens'], 3);
        assertEqual(attributes['error.type'], undefined);
    },

    async 'trace context'() {
        const client = new Dheera.Client({capture: Dheera.Capture.HEADERS});
        const request = mock();

        request.traceparent = PARENT;
        request.tracestate = 'congo=1';
        const {call} = await client.complete_async(request);

        assertEqual([call.traceparent, call.tracestate], [PARENT, 'congo=1']);
        assert(call.request_headers.includes(`traceparent: ${PARENT}\n`));
        request.traceparent = 'mine';
        const error = await errorOf(() => client.complete_async(request));

        assert(error.matches(Dheera.Error, Dheera.Error.INVALID_REQUEST), error);
    },

    async 'logger'() {
        const client = new Dheera.Client();
        const stream = Gio.MemoryOutputStream.new_resizable();
        const logger = new Dheera.Logger({client, structured_log: false, stream, level: Dheera.LogLevel.DEBUG, timings: false});

        await client.complete_async(mock());
        assert(logger.flush() && logger.n_dropped === 0);
        logger.stream = null;
        stream.close(null);
        const text = new TextDecoder().decode(stream.steal_as_bytes().toArray());
        const lines = text.trimEnd().split('\n').map(line => JSON.parse(line));

        assertEqual(lines.map(line => [line.event, line.status, line.timings ?? null]), [['attempt', 200, null], ['call', 200, null]]);

        const path = GLib.build_filenamev([GLib.Dir.make_tmp('dheera-gjs-XXXXXX'), 'calls.jsonl']);

        logger.level = Dheera.LogLevel.INFO;
        assert(logger.open_file(path));
        await client.complete_async(mock());
        const [, bytes] = GLib.file_get_contents(path);

        assertEqual(JSON.parse(new TextDecoder().decode(bytes)).event, 'call');
        GLib.unlink(path);
        GLib.rmdir(GLib.path_get_dirname(path));
    },

    async 'metrics'() {
        const client = new Dheera.Client();
        const metrics = Dheera.Metrics.new(client);

        await Promise.all([1, 2, 3].map(() => client.complete_async(mock())));
        await errorOf(() => client.complete_async(mock({status: 429})));
        assertEqual(metrics.get_value('calls'), 4);
        assertEqual(metrics.get_errors(Dheera.Error.TLS), 0);
        assertEqual(metrics.get_value('input-tokens', 'openai', null), 0);
        assertEqual(metrics.get_errors(Dheera.Error.RATE_LIMIT, 'mock', 'echo'), 1);
        assertEqual(JSON.parse(metrics.to_json()).calls, 4);
        assert(metrics.to_prometheus().includes('dheera_calls_total{provider="mock",model="echo"} 4\n'));
    },
});
