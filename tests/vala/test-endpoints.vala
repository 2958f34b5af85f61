// SPDX-License-Identifier: LGPL-2.1-or-later

// What can be asked beside chats, from Vala: blocking and with yield.

void check_vectors (Dheera.EmbeddingResponse response) {
    assert (response.n_vectors == 2 && response.dimensions == 16);
    assert (response.get_vector (1).length == 16);
    assert (response.usage.prompt_tokens == 4 && response.model == "echo" && response.provider == "mock");
    assert ("\"embedding\"" in response.to_json () && response.get_raw_json () != null);
}

async void embed () throws GLib.Error {
    var client = new Dheera.Client ();
    var request = new Dheera.EmbeddingRequest ("mock/echo");

    request.inputs = { "a cat" };
    request.add_input ("a dog");
    request.dimensions = 16;
    check_vectors (client.embed (request));
    check_vectors (yield client.embed_async (request));
}

void check_ranking (Dheera.RerankResponse response) {
    var best = (Dheera.RerankResult) response.results.get_item (0);

    assert (response.results.get_n_items () == 2 && best.index == 1 && best.score > 0 && best.document == null);
}

async void rerank () throws GLib.Error {
    var client = new Dheera.Client ();
    var request = new Dheera.RerankRequest.for_query ("mock/echo", "what is a panda");

    request.documents = { "the sky is blue" };
    request.add_document ("a panda is a bear");
    assert (request.documents.length == 2 && request.documents[1] == "a panda is a bear");
    check_ranking (client.rerank (request));
    check_ranking (yield client.rerank_async (request));
}

void check_moderation (Dheera.ModerationResponse response) {
    var result = (Dheera.ModerationResult) response.results.get_item (0);

    assert (result.flagged && result.get_category ("violence") && result.get_score ("violence") > 0.5);
    assert ("hate" in result.categories);
}

async void moderate () throws GLib.Error {
    var client = new Dheera.Client ();
    var request = new Dheera.ModerationRequest.for_text ("mock/echo", "I will kill the process");

    request.texts = { request.texts[0] };
    check_moderation (client.moderate (request));
    check_moderation (yield client.moderate_async (request));
}

void check_image (Dheera.ImageResponse response) {
    var image = (Dheera.Image) response.images.get_item (0);

    assert (image.mime_type == "image/png" && image.bytes.get (1) == 'P' && image.uri == null);
    assert (image.to_part ().mime_type == "image/png");
}

async void generate_image () throws GLib.Error {
    var client = new Dheera.Client ();
    var request = new Dheera.ImageRequest.for_prompt ("mock/echo", "a cat");

    check_image (client.generate_image (request));
    check_image (yield client.generate_image_async (request));
}

async void speak_and_transcribe () throws GLib.Error {
    var client = new Dheera.Client ();
    var spoken = new Dheera.SpeechRequest.for_input ("mock/echo", "Good morning", "alloy");
    var speech = client.speak (spoken);

    assert (speech.mime_type == "audio/wav");
    speech = yield client.speak_async (spoken);
    var request = new Dheera.TranscriptionRequest.for_audio ("mock/echo", speech.audio, "audio/wav");

    request.timestamps = Dheera.Timestamps.SEGMENTS | Dheera.Timestamps.WORDS;
    foreach (var response in new Dheera.TranscriptionResponse[] { client.transcribe (request), yield client.transcribe_async (request) }) {
        assert (response.text == "Hello from the offline model." && response.duration == 1.25);
        assert (((Dheera.TranscriptSegment) response.segments.get_item (0)).end == 1.25);
    }
}

async void not_supported () throws GLib.Error {
    var client = new Dheera.Client ();
    var request = new Dheera.Request.for_prompt ("mock/echo", "Hi");

    try {
        client.count_tokens (request);
        assert_not_reached ();
    } catch (Dheera.Error.NOT_SUPPORTED error) {
        assert ("mock" in error.message);
    }
    try {
        yield client.count_tokens_async (request);
        assert_not_reached ();
    } catch (Dheera.Error.NOT_SUPPORTED error) {
        assert ("mock" in error.message);
    }
}

delegate void Starter (AsyncReadyCallback done);
delegate void Ender (AsyncResult result) throws GLib.Error;

void run (Starter start, Ender end) {
    var loop = new MainLoop ();
    AsyncResult? outcome = null;

    start ((source, result) => {
        outcome = result;
        loop.quit ();
    });
    if (outcome == null)
        loop.run ();
    try {
        end (outcome);
    } catch (GLib.Error error) {
        Test.message ("%s", error.message);
        Test.fail ();
    }
}

int main (string[] args) {
    Test.init (ref args);
    Test.add_func ("/vala/embed", () => run ((done) => embed.begin (done), (result) => embed.end (result)));
    Test.add_func ("/vala/rerank", () => run ((done) => rerank.begin (done), (result) => rerank.end (result)));
    Test.add_func ("/vala/moderate", () => run ((done) => moderate.begin (done), (result) => moderate.end (result)));
    Test.add_func ("/vala/generate-image", () => run ((done) => generate_image.begin (done), (result) => generate_image.end (result)));
    Test.add_func ("/vala/speak-and-transcribe", () => run ((done) => speak_and_transcribe.begin (done), (result) => speak_and_transcribe.end (result)));
    Test.add_func ("/vala/not-supported", () => run ((done) => not_supported.begin (done), (result) => not_supported.end (result)));
    return Test.run ();
}
