#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What can be asked beside chats, from Python: blocking, with a callback in a main loop, and awaited."""

import asyncio
import json

from support import PATIENCE, Dheera, GLib, error_of, is_dheera, run_async, run_cases

client = Dheera.Client(default_model='mock/echo')


async def awaited(function, request):
    return await asyncio.wait_for(function(request), PATIENCE)


def answers(name, request):
    """The same call in each of the ways"""
    yield getattr(client, name)(request)
    yield run_async(client, name, request, None)
    yield asyncio.run(awaited(getattr(client, name + '_async'), request))


def test_embed():
    request = Dheera.EmbeddingRequest(model='mock/echo', inputs=['a cat sat', 'a cat sat down', 'entirely different'], dimensions=32)
    for response in answers('embed', request):
        assert len(response) == response.get_n_vectors() == 3
        assert [len(vector) for vector in response] == [32] * 3
        one, near, far = response
        assert one == response[0] == response.get_vector(0) and response[-1] == far and response[0:2] == [one, near]
        assert response.get_vector(3) == []
        alike, unlike = (sum(a * b for a, b in zip(one, other)) for other in (near, far))
        assert alike > unlike, (alike, unlike)
        assert response.get_model() == 'echo' and response.get_provider() == 'mock'
        assert response.get_usage().get_prompt_tokens() == 9
        assert response.get_call().get_operation() == 'embed' and list(response.get_warnings()) == []
        assert json.loads(response.to_json())['data'][1]['embedding'] == near
        assert json.loads(response.get_raw_json())['object'] == 'list'


def test_texts_are_taken_for_requests():
    assert len(client.embed('one text')) == 1
    assert len(client.embed(['one', 'two'])) == 2
    assert client.moderate('I hate this').get_results()[0].get_flagged()
    assert len(client.generate_image('a cat').get_images()) == 1


def test_rerank():
    request = Dheera.RerankRequest.new_for_query('mock/echo', 'what is a panda')
    for document in ('the sky is blue', 'a panda is a bear'):
        request.add_document(document)
    assert list(request.get_documents()) == ['the sky is blue', 'a panda is a bear']
    request.set_documents(['nothing'])
    request.set_documents(['the sky is blue', 'a panda is a bear'])
    request.set_top_n(1)
    request.set_return_documents(Dheera.Tristate.YES)
    for response in answers('rerank', request):
        best, = response.get_results()
        assert (best.get_index(), best.get_document()) == (1, 'a panda is a bear') and best.get_score() > 0


def test_moderate():
    request = Dheera.ModerationRequest(model='mock/echo', texts=['good morning', 'I will kill the process'])
    for response in answers('moderate', request):
        harmless, harmful = response.get_results()
        assert not harmless.get_flagged() and harmful.get_flagged()
        assert harmful.get_category('violence') and harmful.get_score('violence') > 0.5 and not harmful.get_category('hate')
        assert 'self-harm/intent' in harmful.get_categories() and harmful.get_score('nothing') == -1


def test_generate_image():
    request = Dheera.ImageRequest(model='mock/echo', prompt='a cat', n=2)
    for response in answers('generate_image', request):
        first, second = response.get_images()
        assert first.get_mime_type() == 'image/png' and first.get_bytes().get_data().startswith(b'\x89PNG')
        assert second.get_uri() is None and second.to_part().get_mime_type() == 'image/png'

    request.add_image(first.to_part())
    request.set_mask(first.to_part())
    assert len(client.generate_image(request).get_images()) == 2


def test_speak_and_transcribe():
    spoken = Dheera.SpeechRequest.new_for_input('mock/echo', 'Good morning', 'alloy')
    for response in answers('speak', spoken):
        assert response.get_mime_type() == 'audio/wav'
        audio = response.get_audio()
        assert audio.get_data()[:4] == b'RIFF' and response.get_raw_json() is None

    heard = Dheera.TranscriptionRequest.new_for_audio('mock/echo', audio, 'audio/wav')
    heard.set_timestamps(Dheera.Timestamps.SEGMENTS | Dheera.Timestamps.WORDS)
    for response in answers('transcribe', heard):
        assert response.get_text() == 'Hello from the offline model.' and response.get_language() == 'english'
        segment, = response.get_segments()
        assert (segment.get_start(), segment.get_end(), segment.get_text()) == (0, 1.25, response.get_text())
        assert [word.get_text() for word in response.get_words()] == ['Hello'] and response.get_duration() == 1.25
    heard.set_translate(True)
    heard.set_timestamps(Dheera.Timestamps.NONE)
    heard.set_format('text')
    assert client.transcribe(heard).get_text() == 'Hello from the offline model.'


def test_errors():
    request = Dheera.Request.new_for_prompt('mock/echo', 'Hi')
    for error in (error_of(client.count_tokens, 'Hi'), error_of(run_async, client, 'count_tokens', request, None),
                  error_of(asyncio.run, awaited(client.count_tokens_async, 'Hi'))):
        assert is_dheera(error, Dheera.Error.NOT_SUPPORTED) and 'mock' in error.message, error
    error = error_of(client.embed, Dheera.EmbeddingRequest(model='mock/echo'))
    assert is_dheera(error, Dheera.Error.INVALID_REQUEST) and 'inputs' in error.message, error
    request = Dheera.EmbeddingRequest(model='mock/echo', inputs=['x'], extra='{"mock": {"status": 403}}')
    for error in (error_of(client.embed, request), error_of(run_async, client, 'embed', request, None)):
        assert is_dheera(error, Dheera.Error.PERMISSION) and error.details.get_status() == 403, error
    assert isinstance(error, GLib.Error)


run_cases([value for name, value in list(globals().items()) if name.startswith('test_')])
