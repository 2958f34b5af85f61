#!/usr/bin/env -S gjs -m
// SPDX-License-Identifier: LGPL-2.1-or-later
// Streams the answer to a prompt: stream.js [PROMPT [MODEL]]

import Dheera from 'gi://Dheera?version=1';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Soup from 'gi://Soup?version=3.0';
import {exit, programArgs} from 'system';

// Where the streams of Unix are depends on the version of GLib.
const {OutputStream = Gio.UnixOutputStream} = await import('gi://GioUnix').then(module => module.default, () => ({}));
const stdout = new OutputStream({fd: 1});

const [prompt = 'Tell me a story', model = GLib.getenv('DHEERA_MODEL') ?? 'mock/story'] = programArgs;
// Whatever is set here holds for every provider: proxy, certificates, limits.
const session = new Soup.Session({timeout: 0, max_conns_per_host: 16});
const client = new Dheera.Client({session, default_model: model});

try {
    for await (const delta of client.stream(prompt))
        stdout.write_all(delta.text, null);
    stdout.write_all('\n', null);
} catch (error) {
    printerr(error.message);
    exit(1);
}
