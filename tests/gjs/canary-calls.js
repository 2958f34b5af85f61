// SPDX-License-Identifier: LGPL-2.1-or-later

// Calls with a secret in each place, and all that a program can see of them printed; see tests/python/test-canaries.py, which starts this and reads that.
//
//     gjs -m canary-calls.js JSON

import Dheera from 'gi://Dheera?version=1';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import System from 'system';

const given = JSON.parse(System.programArgs[0]);
const canary = given.canaries;
const seen = new Set();

/** Prints a value, and where it is an object, all that its properties and functions without arguments give. */
function show(name, value, depth = 0) {
    print(name, '=', String(value));
    if (!(value instanceof GObject.Object) || depth > 4 || seen.has(value))
        return;
    seen.add(value);
    if (value instanceof Gio.ListModel) {
        for (let i = 0; i < value.get_n_items(); i++)
            show(`${name}[${i}]`, value.get_item(i), depth + 1);
    }
    for (const spec of GObject.Object.list_properties.call(value.constructor.$gtype)) {
        if (spec.flags & GObject.ParamFlags.READABLE)
            show(`${name}.${spec.name}`, value[spec.name.replaceAll('-', '_')], depth + 1);
    }
    for (const method of ['to_json', 'get_raw_json', 'get_warnings', 'to_string']) {
        if (typeof value[method] === 'function')
            print(name, method, String(value[method]()));
    }
}

function showError(name, error) {
    print(name, 'error', String(error), error.message, error.stack, JSON.stringify(error));
    logError(error, name);
    show(`${name}.details`, error.details);
    show(`${name}.last`, Dheera.ErrorDetails.get_last());
}

const places = {
    property: ['groq/m', client => client.get_provider('groq').set_api_key(canary.property)],
    environment: ['mistral/m', () => {}],
    request: ['deepseek/m', (client, request) => request.set_api_key(canary.request)],
    function: ['xai/m', client => client.get_provider('xai').set_credentials_func(asked =>
        asked.return_key(asked.get_refused() ? canary['function-again'] : canary.function))],
    headers: ['vllm/m', (client, request) => request.set_header('X-Request-Token', canary['request-header'])],
};

const ways = {
    blocking: (client, request) => client.complete(request, null),
    async: (client, request) => client.complete_async(request),
    streamed: async (client, request) => {
        const stream = client.stream(request);

        for await (const delta of stream)
            show('delta', delta);
        show('stream', stream);
        return stream.response;
    },
};

for (const [place, [model, prepare]] of Object.entries(places)) {
    for (const situation of given.situations) {
        for (const [way, call] of Object.entries(ways)) {
            const name = `${place} ${situation} ${way}`;
            const client = new Dheera.Client({max_retries: 0, timeout: ['stall', 'cancel'].includes(situation) ? 0.2 : 20});
            const request = Dheera.Request.new_for_prompt(model, 'Hi');

            for (const signal of ['call-started', 'attempt-finished', 'call-finished'])
                client.connect(signal, (_, record) => show(`${name} ${signal}`, record));
            client.add_middleware(exchange => show(`${name} exchange`, exchange));
            request.base_url = `${given.origin}/${situation}/v1`;
            prepare(client, request);
            try {
                show(name, await call(client, request));
                print('met', situation, 'answer');
            } catch (error) {
                showError(name, error);
                print('met', situation, 'error');
            }
            show(`${name} client`, client);
            show(`${name} request`, request);
        }
    }
}
GLib.log_default_handler('canaries', GLib.LogLevelFlags.LEVEL_DEBUG, 'over', null);
print('the end');
