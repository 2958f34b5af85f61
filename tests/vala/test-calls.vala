// SPDX-License-Identifier: LGPL-2.1-or-later

// The library from Vala: the scenarios that every language has, blocking and with yield.

// For what would hang otherwise.
const uint PATIENCE = 20;

delegate bool Condition ();

/* --- What the cases share ---------------------------------------------------------------------------------------------------------- */

// A request to the offline model, which is told what to do, and to be believed the first time.
Dheera.Request mock (string orders = "", string prompt = "One two three") {
    var request = new Dheera.Request.for_prompt ("mock/echo", prompt);

    request.max_retries = 0;
    if (orders != "")
        request.extra = "{\"mock\": {" + orders + "}}";
    return request;
}

Dheera.Request refuse () {
    return mock ("\"status\": 429, \"headers\": {\"retry-after\": \"7\"}, \"error\": {\"code\": \"too_fast\"}");
}

Cancellable cancelled () {
    var cancellable = new Cancellable ();

    cancellable.cancel ();
    return cancellable;
}

Cancellable cancel_later (Cancellable cancellable) {
    Timeout.add (100, () => {
        cancellable.cancel ();
        return Source.REMOVE;
    });
    return cancellable;
}

string mock_url;

// A number that the offline model counts: "requests" (this one is among them), or "gone", the clients that left early.
int64 seen (string name) {
    try {
        if (mock_url == null) {
            var stream = new Dheera.Client ().stream (mock ());

            stream.collect ();
            mock_url = stream.call.url.replace ("/chat/completions", "/mock");
        }
        var bytes = new Soup.Session ().send_and_read (new Soup.Message ("GET", mock_url));
        MatchInfo match;

        assert (new Regex ("\"" + name + "\":\\s*(\\d+)").match ((string) bytes.get_data (), 0, out match));
        return int64.parse (match.fetch (1));
    } catch (GLib.Error error) {
        GLib.error ("%s", error.message);
    }
}

void wait_until (Condition condition) {
    var late = false;
    var timer = Timeout.add_seconds (PATIENCE, () => {
        late = true;
        return Source.CONTINUE;
    });
    var ticker = Timeout.add (5, () => Source.CONTINUE);

    while (!condition ()) {
        assert (!late);
        MainContext.default ().iteration (true);
    }
    Source.remove (timer);
    Source.remove (ticker);
}

// The offline model notices clients that leave in a thread of its own, so a moment later. The main loop must not be iterated here: what has called back
// is still on the stack, and holds what it was called for.
async void wait_for_gone (int64 before, int more = 1) {
    for (var i = 0; i < 500 && seen ("gone") < before + more; i++) {
        Timeout.add (10, wait_for_gone.callback);
        yield;
    }
    assert (seen ("gone") == before + more);
}

void assert_details (GLib.Error error) {
    unowned var details = Dheera.Error.get_details (error);

    assert (error is Dheera.Error.RATE_LIMIT);
    assert (details.status == 429);
    assert (details.retry_after == 7);
    assert (details.retryable);
    assert (details.get_code () == (int) Dheera.Error.RATE_LIMIT);
    assert (details.provider == "mock" && details.model == "echo" && details.provider_code == "too_fast");
    assert (details == Dheera.ErrorDetails.get_last ());
}

string properties_of (Object object) {
    var text = new StringBuilder ();

    foreach (unowned var spec in object.get_class ().list_properties ()) {
        var value = Value (spec.value_type);

        if ((spec.flags & ParamFlags.READABLE) == 0)
            continue;
        object.get_property (spec.name, ref value);
        text.append_printf ("%s=%s\n", spec.name, value.strdup_contents ());
    }
    return text.str;
}

/* --- Cases ------------------------------------------------------------------------------------------------------------------------- */

void check_answer (Dheera.Response response) {
    assert (response.text == "One two three");
    assert (response.finish_reason == Dheera.FinishReason.STOP);
    assert (response.usage.completion_tokens == 3);
    assert (response.message.role == Dheera.Role.ASSISTANT);
    assert ("\"chat.completion\"" in response.to_json ());
}

async void complete () throws GLib.Error {
    var client = new Dheera.Client ();

    check_answer (client.complete (mock ()));
    check_answer (client.complete (mock (), null));
    check_answer (yield client.complete_async (mock ()));
    check_answer (yield client.complete_async (mock (), null));
}

async void pull () throws GLib.Error {
    var client = new Dheera.Client ();
    var blocking = client.stream (mock ());
    var stream = client.stream (mock ());
    var text = new StringBuilder ();
    Dheera.Delta? delta;

    while ((delta = blocking.next ()) != null)
        text.append (delta.text);
    assert (text.str == "One two three");
    assert (blocking.next () == null);

    text.truncate ();
    while ((delta = yield stream.next_async ()) != null) {
        assert ("\"chat.completion.chunk\"" in delta.to_json ());
        text.append (delta.text);
    }
    assert (text.str == "One two three" && stream.text == text.str);
    assert ((yield stream.next_async ()) == null);
}

class Watcher {
    public string text = "";
    public string deltas = "";
    public int grown;
    public int running;

    public Watcher (Dheera.Stream stream) {
        stream.notify["text"].connect (() => {
            assert (stream.text.has_prefix (text));
            text = stream.text;
            grown++;
        });
        stream.notify["running"].connect (() => running++);
        stream.delta.connect ((delta) => deltas += delta.text);
    }

    public void check (Dheera.Response response) {
        assert (response.text == "tick tick tick tick tick");
        assert (text == response.text && deltas == response.text);
        assert (grown > 1 && running == 2);
    }
}

async void push () throws GLib.Error {
    var client = new Dheera.Client ();
    var slow = mock ("\"pace_ms\": 5", "tick tick tick tick tick");
    var blocking = client.stream (slow);
    var stream = client.stream (slow);
    var watchers = new Watcher[] { new Watcher (blocking), new Watcher (stream) };

    watchers[0].check (blocking.collect ());
    watchers[1].check (yield stream.collect_async ());
}

void check_models (ListModel models) {
    assert (models.get_n_items () == 3);
    assert (((Dheera.Model) models.get_item (0)).id == "echo");
    assert (((Dheera.Model) models.get_item (1)).id == "story");
}

async void list_models () throws GLib.Error {
    var client = new Dheera.Client ();

    check_models (client.list_models (new Dheera.ModelsRequest ("mock")));
    check_models (yield client.list_models_async (new Dheera.ModelsRequest ("mock")));
}

async void errors () throws GLib.Error {
    var client = new Dheera.Client ();
    var stream = client.stream (refuse ());
    var caught = 0;

    try { client.complete (refuse ()); } catch (Dheera.Error.RATE_LIMIT error) { assert_details (error); caught++; }
    try { yield client.complete_async (refuse ()); } catch (GLib.Error error) { assert_details (error); caught++; }
    try { stream.next (); } catch (Dheera.Error error) { assert_details (error); caught++; }
    try { stream.collect (); } catch (Dheera.Error error) { assert_details (error); caught++; }
    try { yield client.stream (refuse ()).next_async (); } catch (Dheera.Error error) { assert_details (error); caught++; }
    assert (caught == 5);
    assert (stream.call.error_details.status == 429);
}

async void cancelled_before () throws GLib.Error {
    var client = new Dheera.Client ();
    var before = seen ("requests");
    var caught = 0;

    try { client.complete (mock (), cancelled ()); } catch (IOError.CANCELLED error) { caught++; }
    try { yield client.complete_async (mock (), cancelled ()); } catch (IOError.CANCELLED error) { caught++; }
    try { client.stream (mock ()).next (cancelled ()); } catch (IOError.CANCELLED error) { caught++; }
    try { yield client.stream (mock ()).collect_async (cancelled ()); } catch (IOError.CANCELLED error) { caught++; }
    assert (caught == 4);
    assert (seen ("requests") == before + 1);
}

async void cancelled_while_it_runs () throws GLib.Error {
    var client = new Dheera.Client ();
    var before = seen ("gone");
    var stream = client.stream (mock ("\"stall_after\": 1"));
    var caught = 0;

    try {
        yield client.complete_async (mock ("\"stall_after\": 1"), cancel_later (new Cancellable ()));
    } catch (IOError.CANCELLED error) {
        caught++;
    }
    yield wait_for_gone (before);

    assert ((yield stream.next_async ()).text == "One");
    stream.cancel ();
    try { yield stream.next_async (); } catch (IOError.CANCELLED error) { caught++; }
    assert (stream.response.text == "One" && !stream.running);
    yield wait_for_gone (before, 2);

    stream = client.stream (mock ("\"stall_after\": 1"));
    yield stream.next_async ();
    stream = null;
    yield wait_for_gone (before, 3);
    assert (caught == 2);
}

async void session () throws GLib.Error {
    var session = (Soup.Session) Object.new (typeof (Soup.Session), "timeout", 0, "max-conns", 7, "max-conns-per-host", 5);
    var other = new Soup.Session ();
    var before = properties_of (session);
    var client = new Dheera.Client.with_session (session);
    var request = mock ();
    int carried = 0, carried_by_other = 0;

    session.request_queued.connect ((message) => carried++);
    other.request_queued.connect ((message) => carried_by_other++);

    client.complete (mock ());
    yield client.complete_async (mock ());
    client.stream (mock ()).collect ();
    yield client.stream (mock ()).collect_async ();
    yield client.list_models_async (new Dheera.ModelsRequest ("mock"));
    assert (client.session == session && carried == 5 && carried_by_other == 0);

    request.session = other;
    client.complete (request);
    yield new Dheera.Client ().complete_async (request);
    assert (carried == 5 && carried_by_other == 2);

    client.make_default ();
    yield new Dheera.Client ().complete_async (mock ());
    assert (carried == 6 && Dheera.Client.get_default () == client);
    Dheera.clear_default_client ();
    yield new Dheera.Client ().complete_async (mock ());
    assert (carried == 6);
    assert (properties_of (session) == before);
}

async void conversation () throws GLib.Error {
    var client = new Dheera.Client ();
    var conversation = new Dheera.Conversation ();
    var request = new Dheera.Request ("mock/echo");

    conversation.append_system ("Be brief.");
    conversation.append_user ("Good morning");
    request.conversation = conversation;
    conversation.append (client.complete (request).message);
    conversation.append_user ("Good night");
    assert ((yield client.complete_async (request)).text == "Good night");

    assert (conversation.get_n_items () == 4);
    assert (conversation.get_message (2).role == Dheera.Role.ASSISTANT && conversation.get_message (2).text == "Good morning");
    assert (((Dheera.Message) conversation.get_item (0)).role == Dheera.Role.SYSTEM);
    assert (new Dheera.Conversation.from_json (conversation.to_json ()).to_json () == conversation.to_json ());
}

async void json_and_properties () throws GLib.Error {
    var json = """{"model":"mock/echo","messages":[{"role":"user","content":"Hi"}],"temperature":0.5,"stop":["x"],
                   "tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}]}""";
    var request = new Dheera.Request.from_json (json);
    var changed = "";
    var caught = 0;

    assert (request.model == "mock/echo" && request.temperature == 0.5 && request.stop[0] == "x");
    assert (((Dheera.Tool) request.tools.get_item (0)).name == "f");
    assert (new Dheera.Request.from_json (request.to_json ()).to_json () == request.to_json ());
    try { new Dheera.Request.from_json ("{\"messages\": 7}"); } catch (Dheera.Error.INVALID_REQUEST error) { caught++; }
    assert (caught == 1);

    request.notify.connect ((spec) => changed += spec.name + " ");
    request.temperature = 1;
    request.max_tokens = 9;
    request.api_key = "very secret";
    request.stop = { "a", "b" };
    assert (changed.has_prefix ("temperature max-tokens "));
    assert (request.max_tokens == 9 && request.stop.length == 2 && request.stop[1] == "b");
    assert (!("very secret" in properties_of (request)));
    assert (new Dheera.Request (null).max_tokens == -1 && new Dheera.Request (null).temperature == -1);

    var message = new Dheera.Message (Dheera.Role.USER, null);

    message.add_part (new Dheera.Part.from_text ("Look:"));
    message.add_part (new Dheera.Part.from_image (new Bytes ({ 1, 2, 3 }), "image/png"));
    assert (message.parts.get_n_items () == 2 && ((Dheera.Part) message.parts.get_item (0)).text == "Look:");
}

async void providers () throws GLib.Error {
    var stream = new Dheera.Client ().stream (mock ());

    stream.collect ();
    var url = stream.call.url.replace ("/chat/completions", "");
    var provider = new Dheera.Provider.compatible ("lab", url);
    var asked = "";

    provider.set_credentials_func ((request) => {
        asked = request.provider.id;
        request.return_key ("from a function");
    });
    var client = new Dheera.Client ();

    client.add_provider (provider);
    assert ((yield client.complete_async (new Dheera.Request.for_prompt ("lab/echo", "Hi"))).text == "Hi" && asked == "lab");
    assert ("anthropic" in Dheera.Provider.get_known_ids ());
    assert (new Dheera.Provider ("anthropic").get_key_variables ()[0] == "ANTHROPIC_API_KEY");

    var request = new Dheera.Request.for_prompt ("openai/echo", "Hi") { base_url = url, api_key = "a key", top_k = 5 };

    client.param_policy = Dheera.ParamPolicy.DROP;
    var response = yield client.complete_async (request);

    assert (response.warnings.length == 1 && "top_k" in response.warnings[0]);
}

async void middleware () throws GLib.Error {
    var client = new Dheera.Client ();
    var heard = "";
    var request = mock ("\"status\": 503, \"fail_times\": 1, \"headers\": {\"x-served-by\": \"rack-7\", \"retry-after-ms\": \"1\"}");

    request.max_retries = 1;
    client.add_middleware ((exchange) => {
        if (exchange.phase == Dheera.HttpPhase.REQUEST)
            exchange.set_header ("traceparent", "00-1-2-01");
        else
            heard += "%u:%u:%s ".printf (exchange.attempt, exchange.status, exchange.get_header ("x-served-by") ?? "-");
    });
    assert ((yield client.complete_async (request)).text == "One two three");
    assert (heard == "1:503:rack-7 2:200:- ");

    client.add_middleware ((exchange) => exchange.refuse ("no " + exchange.provider));
    var before = seen ("requests");

    try {
        yield client.complete_async (mock ());
        assert_not_reached ();
    } catch (Dheera.Error.PERMISSION error) {
        assert ("refused the request: no mock" in error.message);
    }
    assert (seen ("requests") == before + 1);
}

/* --- Running them ------------------------------------------------------------------------------------------------------------------- */

delegate void Starter (AsyncReadyCallback done);
delegate void Ender (AsyncResult result) throws GLib.Error;

void run (Starter start, Ender end) {
    AsyncResult? outcome = null;

    start ((source, result) => outcome = result);
    wait_until (() => outcome != null);
    try {
        end (outcome);
    } catch (GLib.Error error) {
        Test.message ("%s", error.message);
        Test.fail ();
    }
}

int main (string[] args) {
    Test.init (ref args);
    Test.add_func ("/vala/complete", () => run ((done) => complete.begin (done), (result) => complete.end (result)));
    Test.add_func ("/vala/pull", () => run ((done) => pull.begin (done), (result) => pull.end (result)));
    Test.add_func ("/vala/push", () => run ((done) => push.begin (done), (result) => push.end (result)));
    Test.add_func ("/vala/list-models", () => run ((done) => list_models.begin (done), (result) => list_models.end (result)));
    Test.add_func ("/vala/errors", () => run ((done) => errors.begin (done), (result) => errors.end (result)));
    Test.add_func ("/vala/cancelled-before", () => run ((done) => cancelled_before.begin (done), (result) => cancelled_before.end (result)));
    Test.add_func ("/vala/cancelled-while-it-runs",
                   () => run ((done) => cancelled_while_it_runs.begin (done), (result) => cancelled_while_it_runs.end (result)));
    Test.add_func ("/vala/session", () => run ((done) => session.begin (done), (result) => session.end (result)));
    Test.add_func ("/vala/conversation", () => run ((done) => conversation.begin (done), (result) => conversation.end (result)));
    Test.add_func ("/vala/json-and-properties",
                   () => run ((done) => json_and_properties.begin (done), (result) => json_and_properties.end (result)));
    Test.add_func ("/vala/providers", () => run ((done) => providers.begin (done), (result) => providers.end (result)));
    Test.add_func ("/vala/middleware", () => run ((done) => middleware.begin (done), (result) => middleware.end (result)));
    return Test.run ();
}
