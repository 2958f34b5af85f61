// SPDX-License-Identifier: LGPL-2.1-or-later

// What can be asked beside chats, from JavaScript: blocking and with promises.

import Dheera from 'gi://Dheera?version=1';

import {assert, assertEqual, errorOf, runCases} from './support.js';

const client = new Dheera.Client({default_model: 'mock/echo'});

async function* answers(name, request) {
    yield client[name](request);
    yield await client[`${name}_async`](request);
}

await runCases({
    async 'embed'() {
        const request = new Dheera.EmbeddingRequest({model: 'mock/echo', inputs: ['a cat', 'a dog'], dimensions: 16});

        for await (const response of answers('embed', request)) {
            assertEqual(response.n_vectors, 2);
            assertEqual(response.dimensions, 16);
            assertEqual(response.get_vector(1).length, 16);
            assertEqual(JSON.parse(response.to_json()).data[0].embedding[3], response.get_vector(0)[3]);
            assertEqual(response.usage.prompt_tokens, 4);
            assertEqual(response.model, 'echo');
        }
        assertEqual((await client.embed_async(['one', 'two', 'three'])).n_vectors, 3);
        assertEqual(client.embed('one').n_vectors, 1);
    },

    async 'rerank'() {
        const request = Dheera.RerankRequest.new_for_query('mock/echo', 'what is a panda');

        request.documents = ['the sky is blue'];
        request.add_document('a panda is a bear');
        assertEqual(request.get_documents(), ['the sky is blue', 'a panda is a bear']);
        for await (const response of answers('rerank', request)) {
            const best = response.results.get_item(0);

            assertEqual(response.results.get_n_items(), 2);
            assertEqual(best.index, 1);
            assert(best.score > response.results.get_item(1).score);
        }
    },

    async 'moderate'() {
        for await (const response of answers('moderate', 'I will kill the process')) {
            const result = response.results.get_item(0);

            assert(result.flagged && result.get_category('violence') && !result.get_category('hate'));
            assert(result.get_score('violence') > 0.5 && result.categories.includes('hate'));
        }
    },

    async 'generate an image'() {
        for await (const response of answers('generate_image', 'a cat')) {
            const image = response.images.get_item(0);

            assertEqual(image.mime_type, 'image/png');
            assertEqual(image.bytes.get_data()[1], 'P'.charCodeAt(0));
            assertEqual(image.to_part().mime_type, 'image/png');
        }
    },

    async 'speak and transcribe'() {
        let audio;

        for await (const response of answers('speak', Dheera.SpeechRequest.new_for_input('mock/echo', 'Good morning', 'alloy'))) {
            assertEqual(response.mime_type, 'audio/wav');
            audio = response.audio;
        }
        const request = Dheera.TranscriptionRequest.new_for_audio('mock/echo', audio, 'audio/wav');

        request.timestamps = Dheera.Timestamps.SEGMENTS | Dheera.Timestamps.WORDS;
        for await (const response of answers('transcribe', request)) {
            assertEqual(response.text, 'Hello from the offline model.');
            assertEqual(response.segments.get_item(0).end, 1.25);
            assertEqual(response.words.get_item(0).text, 'Hello');
        }
    },

    async 'errors know their details'() {
        const request = new Dheera.EmbeddingRequest({model: 'mock/echo', inputs: ['x'], extra: '{"mock": {"status": 403}}'});

        for (const error of [await errorOf(() => client.embed(request)), await errorOf(() => client.embed_async(request))]) {
            assert(error.matches(Dheera.Error, Dheera.Error.PERMISSION), error);
            assertEqual(error.details.status, 403);
        }
        const error = await errorOf(() => client.count_tokens_async('Hi'));

        assert(error.matches(Dheera.Error, Dheera.Error.NOT_SUPPORTED), error);
    },
});
