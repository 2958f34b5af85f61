// SPDX-License-Identifier: LGPL-2.1-or-later

// The library from JavaScript: the scenarios that every language has, blocking, with promises, and with callbacks.

import Dheera from 'gi://Dheera?version=1';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Soup from 'gi://Soup?version=3.0';

import {assert, assertEqual, errorOf, isCancelled, mock, propertiesOf, runCases, seen, sleep, waitForGone} from './support.js';

const client = new Dheera.Client();
const refuse = () => mock({status: 429, headers: {'retry-after': '7'}, error: {code: 'too_fast'}});

function cancelled() {
    const cancellable = new Gio.Cancellable();

    cancellable.cancel();
    return cancellable;
}

function cancelLater(cancellable, ms = 100) {
    GLib.timeout_add(GLib.PRIORITY_DEFAULT, ms, () => {
        cancellable.cancel();
        return GLib.SOURCE_REMOVE;
    });
    return cancellable;
}

await runCases({
    async 'complete'() {
        for (const response of [client.complete(mock()), client.complete(mock(), null), await client.complete_async(mock()),
            await client.complete_async(mock(), null)]) {
            assertEqual(response.text, 'One two three');
            assertEqual(response.finish_reason, Dheera.FinishReason.STOP);
            assertEqual(response.usage.completion_tokens, 3);
            assertEqual(response.message.role, Dheera.Role.ASSISTANT);
            assertEqual(JSON.parse(response.to_json()).object, 'chat.completion');
        }
    },

    async 'complete with a callback'() {
        const text = await new Promise(resolve => {
            const nothing = client.complete_async(mock(), null, (source, result) => resolve(source.complete_finish(result).text));

            assert(nothing === undefined, 'a promise was made as well');
        });

        assertEqual(text, 'One two three');
    },

    async 'pulling a stream'() {
        const blocking = client.stream(mock());
        const texts = [];

        for (let delta = blocking.next(); delta; delta = blocking.next())
            texts.push(delta.text);
        assertEqual(texts.filter(text => text).length, 3);
        assertEqual(texts.join(''), 'One two three');
        assertEqual(blocking.next(), null);

        const stream = client.stream(mock());
        const delta = await stream.next_async();

        assertEqual(delta.text, 'One');
        assertEqual(JSON.parse(delta.to_json()).object, 'chat.completion.chunk');
        assertEqual((await stream.next_async(null)).text, ' two');
        assertEqual((await stream.collect_async()).text, 'One two three');
        assertEqual(await stream.next_async(), null);
    },

    async 'pushing a stream'() {
        for (const collect of [stream => stream.collect(), stream => stream.collect_async()]) {
            const stream = client.stream(mock({pace_ms: 5}, 'tick tick tick tick tick'));
            const [texts, deltas, running] = [[], [], []];

            stream.connect('notify::text', () => texts.push(stream.text));
            stream.connect('notify::running', () => running.push(stream.running));
            stream.connect('delta', (_, delta) => deltas.push(delta.text));
            const {text} = await collect(stream);

            assertEqual(text, 'tick tick tick tick tick');
            assertEqual([texts.at(-1), deltas.join('')], [text, text]);
            assert(texts.length > 1 && texts.every(each => text.startsWith(each)), texts);
            assertEqual(running, [true, false]);
        }
    },

    async 'listing models'() {
        for (const models of [client.list_models('mock'), await client.list_models_async('mock'),
            client.list_models(Dheera.ModelsRequest.new('mock'))]) {
            assertEqual([...models].map(model => model.id), ['echo', 'story', 'lorem']);
            assertEqual(models.get_n_items(), 3);
        }
    },

    async 'errors know their details'() {
        const stream = client.stream(refuse());

        for (const error of [await errorOf(() => client.complete(refuse())), await errorOf(() => client.complete_async(refuse())),
            await errorOf(() => stream.next()), await errorOf(() => stream.collect()),
            await errorOf(() => client.stream(refuse()).next_async()), await errorOf(() => client.stream(refuse()).collect_async())]) {
            assert(error.matches(Dheera.Error, Dheera.Error.RATE_LIMIT), error);
            assertEqual([error.details.status, error.details.retry_after, error.details.retryable], [429, 7, true]);
            assertEqual([error.details.provider, error.details.model, error.details.provider_code], ['mock', 'echo', 'too_fast']);
            assertEqual(error.details.code, Dheera.Error.RATE_LIMIT);
        }
        assertEqual(stream.call.error_details.status, 429);
    },

    async 'errors do not know the details of others'() {
        const begun = client.stream(mock({stall_after: 1}));

        await begun.next_async();
        for (const fail of [() => client.complete(mock(), cancelled()), () => begun.next(), () => Dheera.Request.new_from_json('{'),
            () => Dheera.Conversation.new_from_json('7')]) {
            assertEqual((await errorOf(() => client.complete(refuse()))).details.status, 429);
            assertEqual((await errorOf(fail)).details?.status ?? 0, 0);
        }
        begun.cancel();
    },

    async 'cancelled before'() {
        const before = seen();

        for (const attempt of [() => client.complete(mock(), cancelled()), () => client.complete_async(mock(), cancelled()),
            () => client.list_models('mock', cancelled()), () => client.stream(mock()).next(cancelled()),
            () => client.stream(mock()).collect_async(cancelled())])
            assert(isCancelled(await errorOf(attempt)));
        assertEqual(seen().requests, before.requests + 1);
    },

    async 'cancelled while it runs'() {
        const before = seen();

        assert(isCancelled(await errorOf(() => client.complete_async(mock({stall_after: 1}), cancelLater(new Gio.Cancellable())))));
        assert(isCancelled(await errorOf(() => client.stream(mock({stall_after: 1})).collect_async(cancelLater(new Gio.Cancellable())))));
        await waitForGone(before, 2);

        const stream = client.stream(mock({stall_after: 1}));

        assertEqual((await stream.next_async()).text, 'One');
        stream.cancel();
        assert(isCancelled(await errorOf(() => stream.next_async())));
        assertEqual([stream.response.text, stream.running], ['One', false]);
        await waitForGone(before, 3);
    },

    async 'everything can be cancelled at once'() {
        const mine = new Dheera.Client();
        const before = seen();
        const attempts = [errorOf(() => mine.complete_async(mock({stall_after: 1}))),
            errorOf(() => mine.stream(mock({stall_after: 1})).collect_async())];

        await sleep(100);
        mine.cancel_all();
        assert((await Promise.all(attempts)).every(isCancelled));
        await waitForGone(before, 2);
    },

    async 'the session of the user carries everything'() {
        const session = new Soup.Session({timeout: 0, max_conns: 7, max_conns_per_host: 5, user_agent: 'mine'});
        const other = new Soup.Session();
        const before = propertiesOf(session);
        const [mineSent, otherSent] = [[], []];

        session.connect('request-queued', (_, message) => mineSent.push(message.get_uri().get_path()));
        other.connect('request-queued', (_, message) => otherSent.push(message.get_uri().get_path()));
        const mine = new Dheera.Client({session});

        assert(mine.session === session && Dheera.Client.new_with_session(session).session === session);
        mine.complete(mock());
        await mine.complete_async(mock());
        mine.stream(mock()).collect();
        await mine.stream(mock()).collect_async();
        await mine.list_models_async('mock');
        assertEqual([mineSent.length, otherSent.length], [5, 0]);

        const request = mock();

        request.session = other;
        mine.complete(request);
        await client.complete_async(request);
        assertEqual([mineSent.length, otherSent.length], [5, 2]);

        mine.make_default();
        await new Dheera.Client().complete_async(mock());
        assert(Dheera.Client.get_default() === mine);
        Dheera.clear_default_client();
        await new Dheera.Client().complete_async(mock());
        assertEqual(mineSent.length, 6);
        assertEqual(propertiesOf(session), before);
    },

    async 'conversation'() {
        const conversation = new Dheera.Conversation();

        conversation.append_system('Be brief.');
        conversation.append_user('Good morning');
        const request = new Dheera.Request({model: 'mock/echo', conversation});

        conversation.append(client.complete(request).message);
        conversation.append_user('Good night');
        assertEqual((await client.complete_async(request)).text, 'Good night');
        assertEqual([...conversation].map(message => message.text), ['Be brief.', 'Good morning', 'Good morning', 'Good night']);
        assertEqual([...conversation].map(message => message.role),
            [Dheera.Role.SYSTEM, Dheera.Role.USER, Dheera.Role.ASSISTANT, Dheera.Role.USER]);
        assertEqual(conversation.get_n_items(), 4);
        assertEqual(Dheera.Conversation.new_from_json(conversation.to_json()).to_json(), conversation.to_json());
    },

    async 'a request goes through JSON and back'() {
        const body = {model: 'mock/echo', messages: [{role: 'user', content: 'Hi'}], temperature: 0.5, stop: ['x'],
            tools: [{type: 'function', function: {name: 'f', description: 'd', parameters: {type: 'object'}}}]};
        const request = Dheera.Request.new_from_json(JSON.stringify(body));

        assertEqual([request.model, request.temperature, request.stop], ['mock/echo', 0.5, ['x']]);
        assertEqual(request.tools.get_item(0).name, 'f');
        assertEqual(Dheera.Request.new_from_json(request.to_json()).to_json(), request.to_json());
        assertEqual(JSON.parse(request.to_json()).messages, body.messages);
        assert((await errorOf(() => Dheera.Request.new_from_json('{"messages": 7}'))).matches(Dheera.Error, Dheera.Error.INVALID_REQUEST));
    },

    async 'properties'() {
        const request = new Dheera.Request({model: 'm', temperature: 0.25, max_tokens: 9, stop: ['a', 'b'], api_key: 'very secret'});
        const changed = [];

        assertEqual([request.model, request.temperature, request.max_tokens, request.stop], ['m', 0.25, 9, ['a', 'b']]);
        request.connect('notify', (_, spec) => changed.push(spec.name));
        request.temperature = 1;
        request.set_model('n');
        assertEqual(changed, ['temperature', 'model']);
        assertEqual([new Dheera.Request().max_tokens, new Dheera.Request().temperature], [-1, -1]);
        assert(request.api_key === undefined && !JSON.stringify(propertiesOf(request)).includes('very secret'));
    },

    async 'texts are taken for requests'() {
        const mine = new Dheera.Client({default_model: 'mock/echo'});

        assertEqual(mine.complete('Hello!').text, 'Hello!');
        assertEqual((await mine.complete_async('Hello!')).text, 'Hello!');
        assertEqual(mine.stream('Hello!').collect().text, 'Hello!');
    },

    async 'for await over a stream'() {
        let text = '';

        for await (const delta of client.stream(mock({pace_ms: 5})))
            text += delta.text;
        assertEqual(text, 'One two three');

        const error = await errorOf(async () => {
            for await (const delta of client.stream(mock({cut_after: 1})))
                assertEqual(delta.text, 'One');
        });

        assert(error.matches(Dheera.Error, Dheera.Error.STREAM_INTERRUPTED) && error.details, error);
    },

    async 'leaving a loop early closes the connection'() {
        const before = seen();

        for await (const delta of client.stream(mock({stall_after: 1}))) {
            assertEqual(delta.text, 'One');
            break;
        }
        await waitForGone(before);

        await errorOf(async () => {
            for await (const delta of client.stream(mock({stall_after: 1})))
                throw new Error(delta.text);
        });
        await waitForGone(before, 2);

        for (const delta of client.stream(mock({stall_after: 1}))) {
            assertEqual(delta.text, 'One');
            break;
        }
        await waitForGone(before, 3);
    },

    async 'many at once, over connections that are kept'() {
        const mine = new Dheera.Client();
        const texts = Array.from({length: 10}, (_, i) => `This is ${i}`);
        const responses = await Promise.all(texts.map(text => mine.complete_async(mock({delay_ms: 100}, text))));

        assertEqual(responses.map(response => response.text), texts);
        const before = seen();

        for (let i = 0; i < 20; i++)
            await mine.complete_async(mock());
        assertEqual(seen().requests - before.requests, 21);
        assert(seen().connections - before.connections <= 2, JSON.stringify([before, seen()]));
    },

    async 'signals of the client'() {
        const mine = new Dheera.Client();
        const heard = [];
        const request = mock({status: 503, fail_times: 1});

        for (const signal of ['call-started', 'attempt-finished', 'call-finished'])
            mine.connect(signal, (_, call) => heard.push([signal, call.operation, call.status]));
        request.max_retries = 1;
        await mine.complete_async(request);
        assertEqual(heard, [['call-started', 'complete', 0], ['attempt-finished', 'complete', 503], ['attempt-finished', 'complete', 200],
            ['call-finished', 'complete', 200]]);
    },

    async 'a key can be asked for'() {
        const stream = client.stream(mock());
        const asked = [];

        stream.collect();
        const provider = Dheera.Provider.new_compatible('lab', stream.call.url.replace(/\/chat\/completions$/, ''));

        provider.set_credentials_func(request => {
            asked.push(request.provider.id);
            request.return_key('from a function');
        });
        const mine = new Dheera.Client();

        mine.add_provider(provider);
        assertEqual((await mine.complete_async(Dheera.Request.new_for_prompt('lab/echo', 'Hi'))).text, 'Hi');
        assert(asked.length > 0 && asked[0] === 'lab', asked);
        assertEqual([...mine.providers].map(each => each.id), ['lab']);
    },

    // gjs prints what they throw.
    async 'credentials functions that throw'() {
        const mine = new Dheera.Client();
        const fail = () => {
            throw new Error('This is printed, as it should be.');
        };

        for (const [id, func] of [['lab', fail], ['lab-2', async () => fail()]]) {
            const provider = Dheera.Provider.new_compatible(id, 'http://127.0.0.1:9/v1');

            provider.set_credentials_func(func);
            mine.add_provider(provider);
            const error = await errorOf(() => mine.complete_async(Dheera.Request.new_for_prompt(`${id}/echo`, 'Hi')));

            assert(error.matches(Dheera.Error, Dheera.Error.AUTHENTICATION) && error.message.includes('threw an exception'), error);
        }
    },

    async 'middleware'() {
        const mine = new Dheera.Client();
        const seenBy = [];
        const request = mock({status: 503, headers: {'x-served-by': 'rack-7', 'retry-after-ms': '1'}, fail_times: 1});

        request.max_retries = 1;
        mine.add_middleware(exchange => {
            if (exchange.phase === Dheera.HttpPhase.REQUEST)
                exchange.set_header('traceparent', '00-1-2-01');
            seenBy.push([exchange.phase, exchange.attempt, exchange.status, exchange.get_header('x-served-by'), exchange.for_token]);
        });
        assertEqual((await mine.complete_async(request)).text, 'One two three');
        assertEqual(seenBy, [[0, 1, 0, null, false], [1, 1, 503, 'rack-7', false], [0, 2, 0, null, false], [1, 2, 200, null, false]]);

        mine.add_middleware(exchange => exchange.refuse(`no ${exchange.provider}`));
        const before = seen();

        for (const attempt of [() => mine.complete(mock(), null), () => mine.complete_async(mock()), () => mine.stream(mock()).collect()]) {
            const error = await errorOf(attempt);

            assert(error.matches(Dheera.Error, Dheera.Error.PERMISSION) && error.message.includes('refused the request: no mock'), error);
        }
        assertEqual(seen().requests, before.requests + 1);
    },

    async 'providers are known'() {
        const known = Dheera.Provider.get_known_ids();

        assert(['openai', 'anthropic', 'mock'].every(id => known.includes(id)), known);
        assertEqual(Dheera.Provider.new('anthropic').get_key_variables(), ['ANTHROPIC_API_KEY']);
    },

    async 'what is left out is told'() {
        const request = Dheera.Request.new_for_prompt('openai/echo', 'Hi');
        const stream = client.stream(mock());

        stream.collect();
        request.base_url = stream.call.url.replace(/\/chat\/completions$/, '');
        request.set_api_key('a key');
        request.top_k = 5;
        const error = await errorOf(() => client.complete_async(request));

        assert(error.matches(Dheera.Error, Dheera.Error.UNSUPPORTED_PARAMETER), error);
        const {warnings} = await new Dheera.Client({param_policy: Dheera.ParamPolicy.DROP}).complete_async(request);

        assert(warnings.length === 1 && warnings[0].includes('top_k'), warnings);
    },
});
