// SPDX-License-Identifier: LGPL-2.1-or-later

// The official SDK of OpenAI for Node.js, unmodified, against dheera-ai serve; see run.py.

import assert from 'node:assert/strict';
import {createRequire} from 'node:module';
import path from 'node:path';

import {runCases, until} from './tap.mjs';

const {DHEERA_PACKAGES: packages, DHEERA_URL: url, DHEERA_KEY: key, DHEERA_LAB: lab} = process.env;
const folder = JSON.parse(packages).openai;
const require = createRequire(path.join(folder, 'index.js'));
const OpenAI = require(folder);
const {makeParseableResponseFormat} = require(path.join(folder, 'lib', 'parser.js'));

const client = new OpenAI({baseURL: `${url}/v1`, apiKey: key, maxRetries: 0});
const TEXT = 'One two three four';
const say = (text = TEXT) => [{role: 'user', content: text}];
// Each protocol that may stand behind the server, and what its model says
const MODELS = {'mock/echo': TEXT, 'openai/m': 'Hello, dear world', 'anthropic/m': 'Hello, dear world', 'gemini/m': 'Hello, dear world'};
// The model behind the server that does what it is told, see lab.py
const ordered = (orders, more = {}) => ({model: 'vllm/echo', messages: say(JSON.stringify(orders)), ...more});

/** What that one has seen */
async function seen() {
    return (await fetch(`${lab}/seen`)).json();
}

/** Runs what is to leave the server, and waits until that has left its upstream as well. */
async function leaves(run) {
    const before = await seen();

    await run(() => until(seen, now => now.requests > before.requests));
    await until(seen, now => now.gone === before.gone + 1);
}

async function textOf(stream) {
    let text = '';
    for await (const chunk of stream)
        text += chunk.choices[0]?.delta?.content ?? '';
    return text;
}

function weather(answers = []) {
    return {
        type: 'function',
        function: {
            name: 'get_weather', description: 'The weather', parse: JSON.parse,
            parameters: {type: 'object', properties: {city: {type: 'string'}}, required: ['city'], additionalProperties: false},
            function: ({city}) => {
                answers.push(city);
                return `${city} has rain`;
            },
        },
    };
}

function plain(tool) {
    const {name, description, parameters} = tool.function;
    return {type: 'function', function: {name, description, parameters}};
}

const PERSON = {
    type: 'json_schema',
    json_schema: {
        name: 'person', strict: true,
        schema: {type: 'object', properties: {name: {type: 'string'}, age: {type: 'integer', minimum: 30}}, required: ['name', 'age'], additionalProperties: false},
    },
};

function bodies() {
    const sent = [];
    const spying = new OpenAI({baseURL: `${url}/v1`, apiKey: key, maxRetries: 0, fetch: (where, options) => {
        if (options.body)
            sent.push(JSON.parse(options.body));
        return fetch(where, options);
    }});
    return {spying, sent};
}

const cases = {};

for (const [model, text] of Object.entries(MODELS)) {
    cases[`${model}: chat`] = async () => {
        const answer = await client.chat.completions.create({model, messages: say()});
        assert.equal(answer.object, 'chat.completion');
        assert.equal(answer.choices[0].message.role, 'assistant');
        assert.equal(answer.choices[0].message.content, text);
        assert.equal(answer.choices[0].finish_reason, 'stop');
        assert.ok(answer.id.length > 0 && answer.created > 0 && answer.model.length > 0);
        assert.ok(answer.usage.prompt_tokens > 0 && answer.usage.total_tokens > answer.usage.prompt_tokens, JSON.stringify(answer.usage));
    };

    cases[`${model}: stream`] = async () => {
        const chunks = [];
        for await (const chunk of await client.chat.completions.create({model, messages: say(), stream: true, stream_options: {include_usage: true}}))
            chunks.push(chunk);
        assert.equal(chunks.map(chunk => chunk.choices[0]?.delta.content ?? '').join(''), text);
        assert.ok(chunks.every(chunk => chunk.object === 'chat.completion.chunk' && chunk.id === chunks[0].id));
        assert.equal(chunks[0].choices[0].delta.role, 'assistant');
        assert.equal(chunks.filter(chunk => chunk.choices[0]?.finish_reason).length, 1);
        // The one behind openai does not tell in its streams.
        if (model !== 'openai/m') {
            assert.deepEqual(chunks.at(-1).choices, []);
            assert.ok(chunks.at(-1).usage.total_tokens > 0);
        }
    };

    cases[`${model}: the stream helper`] = async () => {
        const runner = client.chat.completions.stream({model, messages: say()});
        const snapshots = [];
        runner.on('content', (_delta, snapshot) => snapshots.push(snapshot));
        assert.equal(await runner.finalContent(), text);
        assert.equal(snapshots.at(-1), text);
        assert.equal((await runner.finalChatCompletion()).choices[0].finish_reason, 'stop');
    };
}

Object.assign(cases, {
    async 'limits and reasons'() {
        const answer = await client.chat.completions.create({model: 'mock/lorem', messages: say(), max_tokens: 3});
        assert.equal(answer.choices[0].finish_reason, 'length');
        assert.equal(answer.usage.completion_tokens, 3);
        assert.equal(await textOf(await client.chat.completions.create({model: 'mock/echo', messages: say(), stop: ['three'], stream: true})), 'One two ');
    },

    async 'several choices'() {
        const answer = await client.chat.completions.create({model: 'mock/echo', messages: say(), n: 3});
        assert.deepEqual(answer.choices.map(choice => [choice.index, choice.message.content]), [[0, TEXT], [1, TEXT], [2, TEXT]]);
    },

    async 'tools: calls, whole'() {
        const answer = await client.chat.completions.create({model: 'mock/echo', messages: say('call get_weather {"city": "Bonn"}'), tools: [plain(weather())]});
        const [call] = answer.choices[0].message.tool_calls;
        assert.equal(answer.choices[0].finish_reason, 'tool_calls');
        assert.equal(call.type, 'function');
        assert.equal(call.function.name, 'get_weather');
        assert.deepEqual(JSON.parse(call.function.arguments), {city: 'Bonn'});
        const second = await client.chat.completions.create({model: 'mock/echo', tools: [plain(weather())], messages: [
            ...say('call get_weather {"city": "Bonn"}'), answer.choices[0].message, {role: 'tool', tool_call_id: call.id, content: '7 degrees'}]});
        assert.equal(second.choices[0].message.content, 'get_weather answered: 7 degrees');
    },

    async 'tools: calls, streamed'() {
        const runner = client.chat.completions.stream({model: 'mock/echo', messages: say('call get_weather {"city": "Bonn"} call get_weather {"city": "Ulm"}'),
            tools: [plain(weather())]});
        const message = await runner.finalMessage();
        assert.deepEqual(message.tool_calls.map(call => JSON.parse(call.function.arguments).city), ['Bonn', 'Ulm']);
        assert.notEqual(message.tool_calls[0].id, message.tool_calls[1].id);
    },

    async 'tools: runTools'() {
        const answers = [];
        const runner = client.chat.completions.runTools({model: 'mock/echo', messages: say('call get_weather {"city": "Bonn"}'), tools: [weather(answers)]});
        assert.equal(await runner.finalContent(), 'get_weather answered: Bonn has rain');
        assert.deepEqual(answers, ['Bonn']);
        assert.equal((await runner.totalUsage()).total_tokens > 0, true);
    },

    async 'tools: runTools, streamed'() {
        const answers = [];
        const runner = client.chat.completions.runTools({stream: true, model: 'mock/echo', messages: say('call get_weather {"city": "Bonn"}'),
            tools: [weather(answers)]});
        assert.equal(await runner.finalContent(), 'get_weather answered: Bonn has rain');
        assert.deepEqual(answers, ['Bonn']);
    },

    async 'tools: a required one'() {
        const answer = await client.chat.completions.create({model: 'mock/echo', messages: say(), tools: [plain(weather())], tool_choice: 'required'});
        assert.equal(answer.choices[0].message.tool_calls.length, 1);
        const named = await client.chat.completions.create({model: 'mock/echo', messages: say(), tools: [plain(weather())],
            tool_choice: {type: 'function', function: {name: 'get_weather'}}});
        assert.equal(named.choices[0].message.tool_calls[0].function.name, 'get_weather');
    },

    async 'structured output: parse'() {
        const format = makeParseableResponseFormat(PERSON, JSON.parse);
        const answer = await client.chat.completions.parse({model: 'mock/echo', messages: say('Ada'), response_format: format});
        assert.deepEqual(answer.choices[0].message.parsed, {name: 'Ada', age: 30});
        const object = await client.chat.completions.create({model: 'mock/echo', messages: say('Ada'), response_format: {type: 'json_object'}});
        assert.deepEqual(JSON.parse(object.choices[0].message.content), {text: 'Ada'});
    },

    async 'structured output: streamed'() {
        const format = makeParseableResponseFormat(PERSON, JSON.parse);
        const runner = client.chat.completions.stream({model: 'mock/echo', messages: say('Ada'), response_format: format});
        assert.deepEqual((await runner.finalChatCompletion()).choices[0].message.parsed, {name: 'Ada', age: 30});
    },

    async 'embeddings: base64, which the SDK asks for by itself'() {
        const {spying, sent} = bodies();
        const packed = await spying.embeddings.create({model: 'mock/m', input: ['a cat', 'a dog']});
        const numbers = await spying.embeddings.create({model: 'mock/m', input: ['a cat', 'a dog'], encoding_format: 'float'});
        assert.deepEqual(sent.map(body => body.encoding_format), ['base64', 'float']);
        assert.deepEqual(packed.data.map(item => item.index), [0, 1]);
        for (const i of [0, 1]) {
            assert.equal(packed.data[i].embedding.length, 64);
            for (const [j, value] of numbers.data[i].embedding.entries())
                assert.equal(Math.fround(value), packed.data[i].embedding[j]);
        }
        assert.notDeepEqual(packed.data[0].embedding, packed.data[1].embedding);
        assert.ok(packed.usage.total_tokens > 0);
    },

    async 'embeddings: of other protocols'() {
        for (const model of ['openai/m', 'gemini/m'])
            assert.deepEqual(Array.from((await client.embeddings.create({model, input: 'a cat'})).data[0].embedding), [0.25, -0.5]);
        assert.equal((await client.embeddings.create({model: 'mock/m', input: 'a cat', dimensions: 8})).data[0].embedding.length, 8);
    },

    async 'models'() {
        const ids = [];
        for await (const model of client.models.list()) {
            assert.equal(model.object, 'model');
            ids.push(model.id);
        }
        for (const id of ['anthropic/m', 'openai/m', 'vllm/echo'])
            assert.ok(ids.includes(id), ids.join());
        const model = await client.models.retrieve('vllm/echo');
        assert.equal(model.id, 'vllm/echo');
        await assert.rejects(client.models.retrieve('vllm/nothing'), OpenAI.NotFoundError);
    },

    async 'completions of old'() {
        const answer = await client.completions.create({model: 'mock/echo', prompt: TEXT});
        assert.equal(answer.object, 'text_completion');
        assert.equal(answer.choices[0].text, TEXT);
        assert.equal(answer.choices[0].finish_reason, 'stop');
        let text = '';
        for await (const chunk of await client.completions.create({model: 'mock/echo', prompt: TEXT, stream: true}))
            text += chunk.choices[0]?.text ?? '';
        assert.equal(text, TEXT);
    },

    async 'the answer behind the object'() {
        const {data, response, request_id: requestId} = await client.chat.completions.create({model: 'mock/echo', messages: say()}).withResponse();
        assert.equal(data.choices[0].message.content, TEXT);
        assert.match(response.headers.get('content-type'), /^application\/json/);
        assert.ok(requestId && requestId === data._request_id, requestId);
    },

    async 'errors: a wrong key'() {
        const other = new OpenAI({baseURL: `${url}/v1`, apiKey: 'sk-wrong', maxRetries: 0});
        for (const ask of [() => other.models.list(), () => other.chat.completions.create({model: 'mock/echo', messages: say(), stream: true})]) {
            await assert.rejects(ask, error => {
                assert.ok(error instanceof OpenAI.AuthenticationError, error);
                assert.equal(error.status, 401);
                assert.equal(error.code, 'invalid_api_key');
                assert.ok(!error.message.includes('sk-wrong'));
                return true;
            });
        }
    },

    async 'errors: no such model'() {
        for (const model of ['nobody/m', 'mock/nothing', 'no-model-at-all']) {
            await assert.rejects(client.chat.completions.create({model, messages: say()}), error => {
                assert.ok(error instanceof OpenAI.NotFoundError, `${model}: ${error}`);
                assert.equal(error.status, 404);
                assert.equal(error.code, 'model_not_found');
                assert.ok(error.message.length > 20);
                return true;
            });
        }
    },

    async 'errors: a bad request'() {
        for (const body of [{model: 'mock/echo'}, {model: 'mock/echo', messages: []}, {model: 'mock/echo', messages: say(), temperature: 'hot'},
            {model: 'mock/echo', messages: [{role: 'nobody', content: 'Hi'}]}, {messages: say()}, {model: 'mock/echo', messages: say(), n: 0}]) {
            await assert.rejects(client.chat.completions.create(body), error => {
                assert.ok(error instanceof OpenAI.BadRequestError, `${JSON.stringify(body)}: ${error}`);
                assert.equal(error.type, 'invalid_request_error');
                return true;
            });
        }
    },

    async 'errors: of the provider'() {
        // The key of the provider is the server's business, and none of who asks it.
        for (const [order, expected, status] of [
            [{status: 429, headers: {'retry-after': '7'}}, OpenAI.RateLimitError, 429],
            [{status: 400}, OpenAI.BadRequestError, 400],
            [{status: 404}, OpenAI.NotFoundError, 404],
            [{status: 503, headers: {'retry-after-ms': '1'}}, OpenAI.InternalServerError, undefined],
            [{status: 500, headers: {'retry-after-ms': '1'}}, OpenAI.InternalServerError, undefined],
            [{status: 401}, OpenAI.InternalServerError, undefined]]) {
            for (const stream of [false, true]) {
                const headers = order.status === 429 ? {'retry-after': '7', 'x-should-retry': 'false'} : order.headers;
                await assert.rejects(client.chat.completions.create(ordered({...order, headers}, {stream})), error => {
                    assert.ok(error instanceof expected, `${order.status}: ${error.constructor.name} ${error}`);
                    if (status)
                        assert.equal(error.status, status);
                    if (status === 429)
                        assert.equal(error.headers.get('retry-after'), '7');
                    return true;
                });
            }
        }
    },

    async 'errors: in the middle of a stream'() {
        const chunks = [];
        await assert.rejects(async () => {
            for await (const chunk of await client.chat.completions.create(ordered({error_after: 2}, {stream: true})))
                chunks.push(chunk.choices[0]?.delta.content ?? '');
        }, error => {
            assert.ok(error instanceof OpenAI.APIError, error);
            assert.match(error.message, /provider failed/);
            return true;
        });
        assert.equal(chunks.join(''), 'One two ');
        await assert.rejects(client.chat.completions.stream(ordered({cut_after: 2})).finalContent(), OpenAI.OpenAIError);
    },

    async 'retries of the SDK'() {
        const patient = new OpenAI({baseURL: `${url}/v1`, apiKey: key, maxRetries: 2});
        const before = await seen();
        // The server tries three times in all, then the SDK begins again.
        const answer = await patient.chat.completions.create(ordered({status: 503, headers: {'retry-after-ms': '1'}, fail_times: 4, key: `retries${Date.now()}`}));
        assert.equal(answer.choices[0].message.content, TEXT);
        assert.equal((await seen()).requests - before.requests, 5);
    },

    async 'abort before the first token'() {
        for (const stream of [false, true]) {
            await leaves(async isAsked => {
                const controller = new AbortController();
                const asked = client.chat.completions.create(ordered({delay: true}, {stream}), {signal: controller.signal});
                const refused = assert.rejects(asked, OpenAI.APIUserAbortError);
                await isAsked();
                controller.abort();
                await refused;
            });
        }
    },

    async 'abort in the middle'() {
        await leaves(async () => {
            let n = 0;
            for await (const _chunk of await client.chat.completions.create(ordered({pace_ms: 20, text: 'word '.repeat(2000)}, {stream: true}))) {
                if (++n === 3)
                    break;
            }
        });
        await leaves(async () => {
            const runner = client.chat.completions.stream(ordered({stall_after: 2}));
            runner.on('content', (_, snapshot) => {
                if (snapshot === 'One two ')
                    runner.abort();
            });
            await assert.rejects(runner.finalContent(), OpenAI.APIUserAbortError);
        });
    },

    async 'the timeout of the SDK'() {
        await leaves(() => assert.rejects(client.chat.completions.create(ordered({delay: true}), {timeout: 300}), OpenAI.APIConnectionTimeoutError));
    },

    async '50 streams at a time'() {
        const before = await seen();
        const texts = Array.from({length: 50}, (_, i) => `Stream ${i} says ${'word '.repeat(i)}end`);
        const answers = await Promise.all(texts.map(async text =>
            textOf(await client.chat.completions.create(ordered({pace_ms: 5, text}, {stream: true})))));
        assert.deepEqual(answers, texts);
        const after = await seen();
        assert.equal(after.finished - before.finished, 50);
        assert.equal(after.gone, before.gone);
    },
});

await runCases(cases);
