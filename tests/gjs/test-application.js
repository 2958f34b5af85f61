// SPDX-License-Identifier: LGPL-2.1-or-later

// Code as applications and extensions of GNOME Shell have it. What is a widget there is an object with the same properties here.

import Gio from 'gi://Gio';
import GObject from 'gi://GObject';
import Soup from 'gi://Soup?version=3.0';

import {assert, assertEqual, isCancelled, mock, runCases, sleep} from './support.js';

// Where the library may be absent there is no static import.
let Dheera = null;

try {
    imports.gi.versions.Dheera = '1';
    Dheera = imports.gi.Dheera;
} catch {
    printerr('The feature is hidden.');
}

const Label = GObject.registerClass({
    Properties: {'label': GObject.ParamSpec.string('label', null, null, GObject.ParamFlags.READWRITE, '')},
}, class Label extends GObject.Object {});

const Button = GObject.registerClass({Signals: {'clicked': {}}}, class Button extends GObject.Object {});

class Indicator {
    enable() {
        this._cancellable = new Gio.Cancellable();
        this._client = new Dheera.Client({default_model: 'mock/echo'}); // nothing at module scope
    }

    async define(request) {
        try {
            return (await this._client.complete_async(request, this._cancellable)).text;
        } catch (error) {
            if (error.matches?.(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED))
                return null;
            throw error;
        }
    }

    async show(request, label, stopButton) {
        const stream = this._client.stream(request);
        const id = stopButton.connect('clicked', () => stream.cancel());
        let text = '';

        try {
            for await (const delta of stream)
                label.label = text += delta.text;
        } finally {
            stopButton.disconnect(id);
        }
    }

    // The screen is locked: every request ends now.
    disable() {
        this._cancellable.cancel();
        this._client.cancel_all();
        this._client = this._cancellable = null;
    }
}

function windowsTool(listWindows) {
    const tool = Dheera.Tool.new('list_windows', 'Open windows', '{"type": "object"}');

    tool.connect('call', (_tool, call) => listWindows()
        .then(windows => call.return_text(JSON.stringify(windows)))
        .catch(error => call.return_error(error.message)));
    return tool;
}

function corporateSession(authorities, certificate) {
    const session = new Soup.Session({timeout: 0, max_conns: 64, max_conns_per_host: 16, tls_database: authorities});

    session.set_proxy_resolver(Gio.ProxyResolver.get_default());
    session.connect('request-queued', (_session, message) => message.connect('request-certificate', () => {
        message.set_tls_client_certificate(certificate);
        return true;
    }));
    return session;
}

// What a Gtk.SignalListItemFactory does
function chatView(conversation) {
    const labels = [];
    const bind = message => {
        const label = new Label();

        message.bind_property('text', label, 'label', GObject.BindingFlags.SYNC_CREATE);
        return label;
    };

    labels.push(...[...conversation].map(bind));
    conversation.connect('items-changed', (list, position, removed, added) => labels.splice(position, removed,
        ...Array.from({length: added}, (_, i) => bind(list.get_item(position + i)))));
    return labels;
}

await runCases({
    async 'an answer, and the screen is locked'() {
        const indicator = new Indicator();

        indicator.enable();
        assertEqual(await indicator.define('Define this'), 'Define this');
        const waiting = indicator.define(mock({stall_after: 0}));

        await sleep(50);
        indicator.disable();
        assertEqual(await waiting, null);
    },

    async 'a stream and a stop button'() {
        const indicator = new Indicator();
        const label = new Label();
        const stop = new Button();

        indicator.enable();
        await indicator.show(mock(), label, stop);
        assertEqual(label.label, 'One two three');

        label.label = '';
        const reading = indicator.show(mock({stall_after: 1}), label, stop).then(() => null, error => error);

        while (!label.label)
            await sleep(10);
        stop.emit('clicked');
        const error = await reading;

        assert(error && isCancelled(error), error);
        assert('One two three'.startsWith(label.label), label.label);
    },

    async 'a tool and a list of messages'() {
        for (const [list, text] of [[async () => ['Files', 'Maps'], '["Files","Maps"]'], [async () => { throw new Error('no display'); }, 'Error: no display']]) {
            const request = mock({}, 'call list_windows {}');
            const labels = chatView(request.conversation);

            request.add_tool(windowsTool(list));
            await new Dheera.Client().run_async(request);
            assertEqual(labels.map(({label}) => label), ['call list_windows {}', '', text, `list_windows answered: ${text}`]);
        }
    },

    async 'a session for a company'() {
        const session = corporateSession(Gio.TlsBackend.get_default().get_default_database(), null);
        let carried = 0;

        session.connect('request-queued', () => carried++);
        assertEqual((await new Dheera.Client({session}).complete_async(mock({}, 'Hi'))).text, 'Hi');
        assertEqual([carried, session.timeout, session.max_conns_per_host], [1, 0, 16]);
    },
});
