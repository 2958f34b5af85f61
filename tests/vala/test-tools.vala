// SPDX-License-Identifier: LGPL-2.1-or-later

// Tools that are written in Vala: blocking, with yield, and streamed.

const string PROMPT = "call weather {\"city\": \"Bonn\"} and call weather {\"city\": \"Ulm\"}";
const string TEXT = "weather answered: 7 degrees for {\"city\": \"Bonn\"}\nweather answered: 7 degrees for {\"city\": \"Ulm\"}";

void answer (Dheera.ToolCall call) {
    call.return_text ("7 degrees for " + call.arguments);
}

async void answer_later (Dheera.ToolCall call) {
    Timeout.add (5, answer_later.callback);
    yield;
    answer (call);
}

Dheera.Request ask (string prompt, bool later = false) {
    var request = new Dheera.Request.for_prompt ("mock/echo", prompt);
    var tool = new Dheera.Tool ("weather", "Tells the weather.", "{\"type\": \"object\"}");

    tool.call.connect ((call) => {
        if (later)
            answer_later.begin (call);
        else
            answer (call);
    });
    request.add_tool (tool);
    return request;
}

string history (Dheera.Request request) {
    var text = new StringBuilder ();

    for (var i = 0; i < request.conversation.get_n_items (); i++)
        text.append_printf ("%d ", (int) request.conversation.get_message (i).role);
    return text.str;
}

void check (Dheera.Request request, Dheera.Response response) {
    assert (response.text == TEXT);
    assert (history (request) == "2 3 4 4 3 ");
    assert (response.n_steps == 2 && response.total_usage.total_tokens > response.usage.total_tokens);
}

async void run () throws GLib.Error {
    var client = new Dheera.Client ();
    var requests = new Dheera.Request[] { ask (PROMPT), ask (PROMPT), ask (PROMPT, true) };

    check (requests[0], client.run (requests[0]));
    check (requests[1], yield client.run_async (requests[1]));
    check (requests[2], yield client.run_async (requests[2], null));
}

async void run_stream () throws GLib.Error {
    var request = ask (PROMPT, true);
    var stream = new Dheera.Client ().run_stream (request);
    var text = new StringBuilder ();
    Dheera.Delta? delta;

    while ((delta = yield stream.next_async ()) != null)
        text.append (delta.text);
    assert (text.str == TEXT && stream.text == TEXT);
    check (request, stream.response);
}

async void limit () throws GLib.Error {
    var request = ask ("Hi");
    var caught = 0;

    request.extra = "{\"mock\": {\"tool_call\": {\"name\": \"weather\", \"arguments\": {}}}}";
    request.max_steps = 2;
    try { yield new Dheera.Client ().run_async (request); } catch (Dheera.Error.STEP_LIMIT error) { caught++; }
    assert (caught == 1 && history (request) == "2 3 4 ");
}

async void refused () throws GLib.Error {
    var request = new Dheera.Request.for_prompt ("mock/echo", "call weather");
    var tool = new Dheera.Tool ("weather", null, null);

    tool.call.connect ((call) => call.return_error ("Not today."));
    request.add_tool (tool);
    assert ((yield new Dheera.Client ().run_async (request)).text == "weather answered: Error: Not today.");
    assert (request.conversation.get_message (2).is_error);
    request.conversation.get_message (2).is_error = false;
    assert (!request.conversation.get_message (2).get_is_error ());
}

delegate void Starter (AsyncReadyCallback done);
delegate void Ender (AsyncResult result) throws GLib.Error;

void run_case (Starter start, Ender end) {
    AsyncResult? outcome = null;
    var timer = Timeout.add_seconds (20, () => { assert_not_reached (); });

    start ((source, result) => outcome = result);
    while (outcome == null)
        MainContext.default ().iteration (true);
    Source.remove (timer);
    try {
        end (outcome);
    } catch (GLib.Error error) {
        Test.message ("%s", error.message);
        Test.fail ();
    }
}

int main (string[] args) {
    Test.init (ref args);
    Test.add_func ("/vala/tools/run", () => run_case ((done) => run.begin (done), (result) => run.end (result)));
    Test.add_func ("/vala/tools/run-stream", () => run_case ((done) => run_stream.begin (done), (result) => run_stream.end (result)));
    Test.add_func ("/vala/tools/limit", () => run_case ((done) => limit.begin (done), (result) => limit.end (result)));
    Test.add_func ("/vala/tools/refused", () => run_case ((done) => refused.begin (done), (result) => refused.end (result)));
    return Test.run ();
}
