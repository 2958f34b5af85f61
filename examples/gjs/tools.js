#!/usr/bin/env -S gjs -m
// SPDX-License-Identifier: LGPL-2.1-or-later
// Lets a model look at the clock: tools.js [PROMPT [MODEL]]

import Dheera from 'gi://Dheera?version=1';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import {exit, programArgs} from 'system';

// Where the streams of Unix are depends on the version of GLib.
const {OutputStream = Gio.UnixOutputStream} = await import('gi://GioUnix').then(module => module.default, () => ({}));
const stdout = new OutputStream({fd: 1});

const [prompt = 'Please call clock {"zone": "Asia/Kolkata"} and tell me the time there.', model = GLib.getenv('DHEERA_MODEL') ?? 'mock/echo'] = programArgs;
const clock = Dheera.Tool.new('clock', 'Tells what time it is in a time zone.', JSON.stringify({
    type: 'object',
    properties: {zone: {type: 'string', description: 'A time zone such as Asia/Kolkata'}},
    required: ['zone'],
}));

clock.connect('call', (_tool, call) => {
    const {zone = ''} = JSON.parse(call.arguments);
    const timeZone = GLib.TimeZone.new_identifier(zone);

    if (timeZone)
        call.return_text(`${GLib.DateTime.new_now(timeZone).format('%H:%M')} in ${zone}`);
    else
        call.return_error(`There is no time zone “${zone}”.`);
});

const request = Dheera.Request.new_for_prompt(model, prompt);

request.add_tool(clock);
try {
    for await (const delta of new Dheera.Client().run_stream(request))
        stdout.write_all(delta.text, null);
    stdout.write_all('\n', null);
} catch (error) {
    printerr(error.message);
    exit(1);
}
