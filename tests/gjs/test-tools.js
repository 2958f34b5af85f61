// SPDX-License-Identifier: LGPL-2.1-or-later

// Tools that are written in JavaScript: blocking, with promises, and streamed.

import Dheera from 'gi://Dheera?version=1';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {assert, assertEqual, errorOf, isCancelled, mock, runCases, sleep} from './support.js';

const client = new Dheera.Client();
const PROMPT = 'call weather {"city": "Bonn"} and call weather {"city": "Ulm"}';
const TEXT = 'weather answered: 7 degrees in Bonn\nweather answered: 7 degrees in Ulm';

function now(tool, call) {
    call.return_text(`7 degrees in ${JSON.parse(call.arguments).city}`);
}

function later(tool, call) {
    sleep(5).then(() => now(tool, call)).catch(error => call.return_error(error.message));
}

function ask(handler, prompt = PROMPT, orders = {}, connect = 'connect') {
    const request = mock(orders, prompt);
    const tool = Dheera.Tool.new('weather', 'Tells the weather.', JSON.stringify({type: 'object', properties: {city: {type: 'string'}}}));

    tool[connect]('call', handler);
    request.add_tool(tool);
    return request;
}

const roles = request => [...request.conversation].map(message => message.role);
const {USER, ASSISTANT, TOOL} = Dheera.Role;

function check(request, response) {
    assertEqual(response.text, TEXT);
    assertEqual(roles(request), [USER, ASSISTANT, TOOL, TOOL, ASSISTANT]);
    assertEqual(response.n_steps, 2);
    assert(response.total_usage.total_tokens > response.usage.total_tokens);
}

await runCases({
    async 'run'() {
        const blocking = ask(now);

        check(blocking, client.run(blocking));
        for (const handler of [now, later]) {
            const request = ask(handler);

            check(request, await client.run_async(request));
        }
    },

    // gjs prints what they throw.
    async 'handlers that throw'() {
        const fail = () => {
            throw new Error('This is printed, as it should be.');
        };

        assertEqual(client.run(ask(fail, 'call weather')).text, 'weather answered: Error: The tool failed.');
        for (const handler of [fail, async () => fail()]) {
            for (const connect of ['connect', 'connect_after'])
                assertEqual((await client.run_async(ask(handler, 'call weather', {}, connect))).text, 'weather answered: Error: The tool failed.');
        }
    },

    async 'run_stream'() {
        const request = ask(later);
        const stream = client.run_stream(request);
        let text = '';

        for await (const delta of stream)
            text += delta.text;
        assertEqual([text, stream.text], [TEXT, TEXT]);
        check(request, stream.response);
    },

    async 'a text is taken for a request'() {
        const mine = new Dheera.Client({default_model: 'mock/echo'});

        assertEqual((await mine.run_async('Hello!')).text, 'Hello!');
        assertEqual((await mine.run_stream('Hello!').collect_async()).text, 'Hello!');
    },

    async 'errors for the model'() {
        const request = ask((tool, call) => later(tool, {arguments: 'no JSON', return_error: text => call.return_error(text)}), 'call weather');

        assert((await client.run_async(request)).text.startsWith('weather answered: Error: '));
        assertEqual([...request.conversation].map(message => message.is_error), [false, false, true, false]);
        request.conversation.get_message(2).is_error = false;
        assertEqual(request.conversation.get_message(2).get_is_error(), false);
    },

    async 'the limit'() {
        const request = ask(now, 'Hi', {tool_call: {name: 'weather', arguments: {city: 'x'}}});

        request.max_steps = 2;
        const error = await errorOf(() => client.run_async(request));

        assert(error.matches(Dheera.Error, Dheera.Error.STEP_LIMIT), error);
        assertEqual(error.details.code, Dheera.Error.STEP_LIMIT);
        assertEqual(roles(request), [USER, ASSISTANT, TOOL]);
    },

    async 'stopping while a tool is at work'() {
        const cancellable = new Gio.Cancellable();
        const calls = [];
        const request = ask((tool, call) => {
            calls.push(call);
            GLib.timeout_add(GLib.PRIORITY_DEFAULT, 20, () => {
                cancellable.cancel();
                return GLib.SOURCE_REMOVE;
            });
        }, 'call weather');

        assert(isCancelled(await errorOf(() => client.run_async(request, cancellable))));
        assertEqual(roles(request), [USER, ASSISTANT, TOOL]);
        assertEqual(request.conversation.get_message(2).text, 'Error: The call was cancelled.');
        calls[0].return_text('too late, and nobody minds');
    },
});
