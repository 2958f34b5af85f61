// SPDX-License-Identifier: LGPL-2.1-or-later

// A server in the main loop of a JavaScript program.

import Dheera from 'gi://Dheera?version=1';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Soup from 'gi://Soup?version=3.0';

import {assert, assertEqual, errorOf, isCancelled, runCases} from './support.js';

const KEY = 'sk-canary-0123456789';

function ask(url, body = null, key = null) {
    const session = new Soup.Session();
    const message = Soup.Message.new(body ? 'POST' : 'GET', url);

    if (body)
        message.set_request_body_from_bytes('application/json', new GLib.Bytes(new TextEncoder().encode(JSON.stringify(body))));
    if (key)
        message.get_request_headers().append('Authorization', `Bearer ${key}`);
    return new Promise((resolve, reject) => {
        session.send_and_read_async(message, GLib.PRIORITY_DEFAULT, null, (_, result) => {
            try {
                const bytes = session.send_and_read_finish(result);

                resolve([message.get_status(), JSON.parse(new TextDecoder().decode(bytes.toArray()))]);
            } catch (error) {
                reject(error);
            }
        });
    });
}

await runCases({
    'a server answers from the loop, over the session of its client': async () => {
        const session = new Soup.Session({timeout: 0});
        let carried = 0;

        session.connect('request-queued', () => carried++);
        const server = new Dheera.Server({client: new Dheera.Client({session}), port: 0});
        server.start();
        assert(server.port > 0);
        const [status, answer] = await ask(`${server.get_uri()}/v1/chat/completions`, {
            model: 'mock/echo',
            messages: [{role: 'user', content: 'One two three'}],
        });
        assertEqual(status, 200);
        assertEqual(answer.choices[0].message.content, 'One two three');
        assertEqual(carried, 1);
        assertEqual(await server.stop_async(), true);
        assertEqual(server.get_uri(), null);
    },

    'keys are wanted, and never given out': async () => {
        const server = new Dheera.Server({port: 0});

        server.add_model('fast', 'mock/echo');
        server.set_keys([Dheera.Server.hash_key(KEY), 'another']);
        server.start();
        const url = `${server.get_uri()}/v1/models`;
        assertEqual((await ask(url))[0], 401);
        assertEqual((await ask(url, null, 'another'))[0], 200);
        assertEqual((await ask(url, null, KEY))[1].data.map(model => model.id), ['fast']);
        await server.stop_async();
    },

    'errors have their details': async () => {
        const server = new Dheera.Server({port: 0, host: '0.0.0.0'});
        const error = await errorOf(() => server.start());

        assert(error.matches(Dheera.Error, Dheera.Error.INVALID_REQUEST), error);
        assertEqual(error.details.get_param(), 'keys');
        assert((await errorOf(() => server.run())).matches(Dheera.Error, Dheera.Error.INVALID_REQUEST));
    },

    'who waits for the end may give up, in a promise and with a callback': async () => {
        const cancellable = new Gio.Cancellable();
        const server = new Dheera.Server({port: 0});

        server.start();
        cancellable.cancel();
        assert(isCancelled(await errorOf(() => server.stop_async(cancellable))));
        assert(await new Promise(resolve => server.stop_async(null, (source, result) => resolve(source.stop_finish(result)))));
    },
});
