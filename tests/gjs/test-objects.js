// SPDX-License-Identifier: LGPL-2.1-or-later

// Answers as objects of classes that are written in JavaScript.

import Dheera from 'gi://Dheera?version=1';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';

import {assert, assertEqual, errorOf, mock, runCases} from './support.js';

const {ParamSpec, ParamFlags: {READWRITE}} = GObject;
const client = new Dheera.Client();

const Day = GObject.registerClass({
    Properties: {
        'name': ParamSpec.string('name', 'Day', 'The day of the week', READWRITE, ''),
        'wind-speed': ParamSpec.int('wind-speed', null, null, READWRITE, 0, 400, 0),
    },
}, class Day extends GObject.Object {
    shout() {
        return `${this.name}!`;
    }
});

const Forecast = GObject.registerClass({
    Properties: {
        'rainy': ParamSpec.boolean('rainy', null, null, READWRITE, false),
        'words': ParamSpec.boxed('words', null, null, READWRITE, GObject.type_from_name('GStrv')),
        'bus': ParamSpec.enum('bus', null, null, READWRITE, Gio.BusType, Gio.BusType.NONE),
        'when': ParamSpec.boxed('when', null, null, READWRITE, GLib.DateTime),
        'today': ParamSpec.object('today', null, null, READWRITE, Day),
        'days': ParamSpec.object('days', null, null, READWRITE, Gio.ListStore),
        'note': ParamSpec.string('note', null, null, READWRITE, 'none'),
    },
}, class Forecast extends GObject.Object {});

Dheera.type_set_item_type(Forecast, 'days', Day);
Dheera.type_set_optional(Forecast, 'note', true);

const answer = {
    rainy: true, words: ['a', 'b'], bus: 'session', when: '2025-12-31T23:59:00Z', today: {name: 'Monday', wind_speed: 5},
    days: [{name: 'Tuesday', wind_speed: 7}, {'name': 'Wednesday', 'wind-speed': 0}], note: null,
};

async function answered(changes = {}) {
    const request = mock({text: JSON.stringify({...answer, ...changes})});

    request.set_response_type(Forecast);
    return client.complete_async(request);
}

await runCases({
    async 'the schema'() {
        const request = new Dheera.Request();

        request.set_response_type(Forecast);
        const schema = JSON.parse(request.response_schema);
        const day = {
            type: 'object',
            properties: {
                name: {title: 'Day', description: 'The day of the week', type: 'string'},
                wind_speed: {type: 'integer', minimum: 0, maximum: 400},
            },
            required: ['name', 'wind_speed'], additionalProperties: false,
        };

        assertEqual(schema.required, Object.keys(answer));
        assertEqual(schema.properties.today, day);
        assertEqual(schema.properties.days, {type: 'array', items: day});
        assertEqual(schema.properties.note, {type: ['string', 'null']});
        assertEqual(request.response_schema_name, 'Forecast');
    },

    async 'an object of the answer'() {
        const forecast = (await answered()).parse(Forecast);

        assert(forecast instanceof Forecast);
        assertEqual([forecast.rainy, forecast.words, forecast.bus, forecast.note], [true, ['a', 'b'], Gio.BusType.SESSION, 'none']);
        assertEqual(forecast.when.format_iso8601(), '2025-12-31T23:59:00Z');
        assert(forecast.today instanceof Day);
        assertEqual(forecast.today.shout(), 'Monday!');
        assertEqual([...forecast.days].map(day => [day.name, day.wind_speed]), [['Tuesday', 7], ['Wednesday', 0]]);
    },

    async 'a model that is held to the schema'() {
        const request = mock({}, 'A sunny day');

        request.set_response_type(Day);
        assertEqual(client.complete(request).parse(Day).name, 'A sunny day');
    },

    async 'an answer that does not fit'() {
        const response = await answered({today: {name: 'Monday', wind_speed: 500}});
        const error = await errorOf(() => response.parse(Forecast));

        assert(error.matches(Dheera.Error, Dheera.Error.INVALID_OUTPUT), error);
        assert(error.message.includes('today.wind_speed is the number 500, but a whole number from 0 to 400 is expected'), error.message);
        assertEqual(error.details.param, 'today.wind_speed');
    },

    async 'arguments of a tool'() {
        const tool = Dheera.Tool.new('weather', null, null);
        const request = mock({}, 'call weather {"name": "Monday", "wind_speed": 1} and call weather {"name": "Monday"}');

        tool.set_parameters_type(Day);
        tool.connect('call', (_tool, call) => {
            try {
                call.return_text(call.parse(Day).shout());
            } catch (error) {
                assertEqual(error.details.param, 'wind_speed');
                call.return_error(error.message);
            }
        });
        request.add_tool(tool);
        const [good, bad] = (await client.run_async(request)).text.split('\n');

        assertEqual(good, 'weather answered: Monday!');
        assert(bad.endsWith('wind_speed is missing, but a whole number from 0 to 400 is expected.'), bad);
    },

    async 'a class that there is no JSON for'() {
        const Strange = GObject.registerClass({
            Properties: {'anything': ParamSpec.jsobject('anything', null, null, READWRITE)},
        }, class Strange extends GObject.Object {});
        const error = await errorOf(() => new Dheera.Request().set_response_type(Strange));

        assert(error.matches(Dheera.Error, Dheera.Error.INVALID_REQUEST), error);
        assert(error.message.includes('property “anything” of the class Strange'), error.message);
    },
});
