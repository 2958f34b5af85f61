#!/usr/bin/env -S gjs -m
// SPDX-License-Identifier: LGPL-2.1-or-later
// Makes an object of a sentence: objects.js [SENTENCE [MODEL]]

import Dheera from 'gi://Dheera?version=1';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import {exit, programArgs} from 'system';

const {ParamSpec, ParamFlags: {READWRITE}} = GObject;

const Guest = GObject.registerClass({
    Properties: {
        'name': ParamSpec.string('name', null, null, READWRITE, ''),
        'age': ParamSpec.int('age', null, 'In years', READWRITE, 0, 150, 0),
    },
}, class Guest extends GObject.Object {});

const Event = GObject.registerClass({
    Properties: {
        'title': ParamSpec.string('title', null, 'A few words for a calendar', READWRITE, ''),
        'hour': ParamSpec.int('hour', null, 'When it begins', READWRITE, 0, 23, 0),
        'guests': ParamSpec.object('guests', null, null, READWRITE, Gio.ListStore),
    },
}, class Event extends GObject.Object {});

Dheera.type_set_item_type(Event, 'guests', Guest);

const [sentence = 'Dinner at eight with Ada, 36, and Alan, 41.', model = GLib.getenv('DHEERA_MODEL') ?? 'mock/echo'] = programArgs;

try {
    const request = Dheera.Request.new_for_prompt(model, sentence);

    request.set_response_type(Event);
    const response = await new Dheera.Client().complete_async(request);
    const event = response.parse(Event);

    print(`${event.title}, at ${event.hour}:00`);
    for (const guest of event.guests)
        print(`- ${guest.name}, ${guest.age}`);
} catch (error) {
    printerr(error.message);
    exit(1);
}
