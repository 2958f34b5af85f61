// SPDX-License-Identifier: LGPL-2.1-or-later

// A client with session options, and a session made from them, in JavaScript.

import Dheera from 'gi://Dheera?version=1';
import Gio from 'gi://Gio';
import Soup from 'gi://Soup?version=3.0';

import {assert, assertEqual, errorOf, mock, runCases} from './support.js';

await runCases({
    async 'a client with options'() {
        const options = new Dheera.SessionOptions({max_connections: 3, no_proxy: ['a', 'b'], address_family: Gio.SocketFamily.IPV4});
        const client = new Dheera.Client({session_options: options});

        assertEqual((await client.complete_async(mock())).text, 'One two three');
        assertEqual(client.complete(mock(), null).text, 'One two three');
        assert(client.session_options === options && client.session === null);
        assertEqual(options.no_proxy, ['a', 'b']);
        options.set_pinned_certificates(['0'.repeat(64)]);
        assertEqual(options.get_pinned_certificates(), ['0'.repeat(64)]);
    },

    async 'what is given out has no password'() {
        const options = Dheera.SessionOptions.new_production();

        options.proxy_uri = 'socks5://user:secret7@proxy.example:1080';
        assertEqual(options.proxy_uri, 'socks5://proxy.example:1080');
        assertEqual(options.get_proxy_uri(), 'socks5://proxy.example:1080');
        assertEqual([options.max_connections, options.max_connections_per_host, options.keepalive_timeout], [1000, 200, 60]);
        assertEqual(Dheera.SessionOptions.new_development().max_connections, 50);
    },

    async 'a session of the application'() {
        const session = new Dheera.SessionOptions({user_agent: 'mine', keepalive_timeout: 9}).create_session();

        assert(session instanceof Soup.Session);
        assertEqual([session.user_agent, session.idle_timeout, session.timeout], ['mine', 9, 0]);
        assertEqual((await new Dheera.Client({session}).complete_async(mock())).text, 'One two three');
    },

    async 'options that can not be kept'() {
        const options = new Dheera.SessionOptions({dns_cache_ttl: 600});
        const client = new Dheera.Client({session_options: options});

        for (const call of [() => options.create_session(), () => client.complete(mock(), null), () => client.complete_async(mock())]) {
            const error = await errorOf(call);

            assert(error.matches(Dheera.Error, Dheera.Error.NOT_SUPPORTED), error);
            assert(error.message.includes('dns-cache-ttl'), error.message);
        }
    },
});
