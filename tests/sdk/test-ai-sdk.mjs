// SPDX-License-Identifier: LGPL-2.1-or-later

// The AI SDK with its provider for servers that are compatible with OpenAI's, unmodified, against dheera-ai serve; see run.py.

import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';

import {runCases, until} from './tap.mjs';

const {DHEERA_PACKAGES: packages, DHEERA_URL: url, DHEERA_KEY: key, DHEERA_LAB: lab} = process.env;

function load(name) {
    const folder = JSON.parse(packages)[name];
    const {exports} = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    const entry = exports['.'].import?.default ?? exports['.'].import ?? exports['.'].default;
    return import(pathToFileURL(path.join(folder, entry)));
}

const {createOpenAICompatible} = await load('@ai-sdk/openai-compatible');
const {APICallError, embedMany, generateText, generateObject, jsonSchema, stepCountIs, streamText, tool} = await load('ai');
const provider = createOpenAICompatible({name: 'dheera', baseURL: `${url}/v1`, apiKey: key, includeUsage: true, supportsStructuredOutputs: true});
const TEXT = 'One two three four';
const MODELS = {'mock/echo': TEXT, 'openai/m': 'Hello, dear world', 'anthropic/m': 'Hello, dear world', 'gemini/m': 'Hello, dear world'};

async function seen() {
    return (await fetch(`${lab}/seen`)).json();
}

const weather = cities => tool({
    description: 'The weather',
    inputSchema: jsonSchema({type: 'object', properties: {city: {type: 'string'}}, required: ['city'], additionalProperties: false}),
    execute: async ({city}) => {
        cities.push(city);
        return `${city} has rain`;
    },
});

const cases = {};

for (const [model, text] of Object.entries(MODELS)) {
    cases[`${model}: generateText`] = async () => {
        const answer = await generateText({model: provider(model), prompt: TEXT});
        assert.equal(answer.text, text);
        assert.equal(answer.finishReason, 'stop');
        assert.ok(answer.usage.totalTokens > 0);
    };

    cases[`${model}: streamText`] = async () => {
        const answer = streamText({model: provider(model), prompt: TEXT});
        let all = '';
        for await (const part of answer.textStream)
            all += part;
        assert.equal(all, text);
        assert.equal(await answer.finishReason, 'stop');
    };
}

Object.assign(cases, {
    async 'tools'() {
        const cities = [];
        const asked = {model: provider('mock/echo'), prompt: 'call get_weather {"city": "Bonn"}', tools: {get_weather: weather(cities)}, stopWhen: stepCountIs(3)};
        const answer = await generateText(asked);
        // What a tool returns is told as JSON.
        assert.match(answer.text, /^get_weather answered: .*Bonn has rain/);
        const streamed = streamText(asked);
        assert.match(await streamed.text, /^get_weather answered: .*Bonn has rain/);
        assert.deepEqual(cities, ['Bonn', 'Bonn']);
    },

    async 'objects'() {
        const schema = jsonSchema({type: 'object', properties: {name: {type: 'string'}, age: {type: 'integer', minimum: 30}}, required: ['name', 'age'],
            additionalProperties: false});
        assert.deepEqual((await generateObject({model: provider('mock/echo'), schema, prompt: 'Ada'})).object, {name: 'Ada', age: 30});
    },

    async 'embeddings'() {
        const {embeddings} = await embedMany({model: provider.embeddingModel('mock/m'), values: ['a cat', 'a dog']});
        assert.deepEqual(embeddings.map(vector => vector.length), [64, 64]);
    },

    async 'errors'() {
        for (const [model, prompt, status] of [['nobody/m', TEXT, 404], ['vllm/echo', JSON.stringify({status: 429, headers: {'x-should-retry': 'false'}}), 429]]) {
            await assert.rejects(generateText({model: provider(model), prompt, maxRetries: 0}), error => {
                assert.ok(APICallError.isInstance(error), error);
                assert.equal(error.statusCode, status);
                assert.ok(error.message.length > 10);
                return true;
            });
        }
    },

    async 'abort in the middle'() {
        const before = await seen();
        const controller = new AbortController();
        const answer = streamText({model: provider('vllm/echo'), prompt: JSON.stringify({stall_after: 2}), abortSignal: controller.signal, onError() {}});
        let text = '';
        try {
            for await (const part of answer.textStream) {
                text += part;
                if (text === 'One two ')
                    controller.abort();
            }
        } catch (error) {
            assert.equal(error.name, 'AbortError');
        }
        assert.equal(text, 'One two ');
        await until(seen, now => now.gone === before.gone + 1);
    },
});

await runCases(cases);
