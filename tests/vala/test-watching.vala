// SPDX-License-Identifier: LGPL-2.1-or-later

// What Vala sees of calls: captured messages, attributes, the logger, the metrics, the trace context.

const string PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

Dheera.Request mock (string orders = "") {
    var request = new Dheera.Request.for_prompt ("mock/echo", "One two three");

    request.max_retries = 0;
    if (orders != "")
        request.extra = "{\"mock\": {" + orders + "}}";
    return request;
}

void fail (Dheera.Client client) {
    try {
        client.complete (mock ("\"status\": 429"));
        assert_not_reached ();
    } catch (GLib.Error error) {
        assert (error is Dheera.Error.RATE_LIMIT);
    }
}

void capture () {
    var client = new Dheera.Client () { capture = Dheera.Capture.HEADERS | Dheera.Capture.BODIES, capture_limit = 1000 };
    Dheera.Call? last = null;

    client.call_finished.connect ((call) => last = call);
    try {
        client.complete (mock ());
    } catch (GLib.Error error) {
        GLib.error ("%s", error.message);
    }
    assert ("Content-Type: application/json\n" in last.request_headers);
    assert ("One two three" in last.request_body && "three" in last.response_body && "Content-Type: " in last.response_headers);
    assert (last.error == null);
    fail (client);
    assert (last.error is Dheera.Error.RATE_LIMIT);

    client.capture = Dheera.Capture.NONE;
    fail (client);
    assert (last.request_headers == null && last.response_body == null);
}

void trace_and_attributes () {
    var client = new Dheera.Client ();
    var request = mock ();

    request.traceparent = PARENT;
    request.tracestate = "congo=1";
    try {
        var call = client.complete (request).call;
        var attributes = call.dup_attributes ();

        assert (call.traceparent == PARENT && call.tracestate == "congo=1");
        assert (attributes.lookup_value ("gen_ai.operation.name", VariantType.STRING).get_string () == "chat");
        assert (attributes.lookup_value ("gen_ai.usage.output_tokens", VariantType.INT64).get_int64 () == 3);
        assert (attributes.lookup_value ("error.type", null) == null);
    } catch (GLib.Error error) {
        GLib.error ("%s", error.message);
    }
}

void logger () {
    var client = new Dheera.Client ();
    var stream = new MemoryOutputStream.resizable ();
    var logger = new Dheera.Logger (client) { structured_log = false, stream = stream, level = Dheera.LogLevel.DEBUG, headers = true, bodies = true };

    fail (client);
    try {
        assert (logger.flush ());
        logger.stream = null;
        stream.close ();
        var lines = ((string) stream.steal_as_bytes ().get_data ()).split ("\n");

        assert (lines.length >= 2 && "\"event\":\"attempt\"" in lines[0] && "\"type\":\"rate_limit\"" in lines[1]);
        assert ("\"request_headers\":\"" in lines[1] && "One two three" in lines[1]);
        assert (logger.n_dropped == 0 && logger.timings);

        var folder = DirUtils.make_tmp ("dheera-vala-XXXXXX");
        var path = Path.build_filename (folder, "calls.jsonl");
        string text;

        assert (logger.open_file (path));
        fail (client);
        assert (FileUtils.get_contents (path, out text) && text.has_suffix ("}\n"));
        FileUtils.unlink (path);
        DirUtils.remove (folder);
    } catch (GLib.Error error) {
        GLib.error ("%s", error.message);
    }
}

void metrics () {
    var client = new Dheera.Client ();
    var metrics = new Dheera.Metrics (client);

    fail (client);
    assert (metrics.get_value ("calls") == 1 && metrics.get_value ("calls", "mock", "echo") == 1);
    assert (metrics.get_errors (Dheera.Error.RATE_LIMIT) == 1);
    assert ("\"rate_limit\":1" in metrics.to_json ());
    assert ("dheera_calls_total{provider=\"mock\",model=\"echo\"} 1\n" in metrics.to_prometheus ());
}

int main (string[] args) {
    Test.init (ref args);
    Test.add_func ("/vala/watching/capture", capture);
    Test.add_func ("/vala/watching/trace-and-attributes", trace_and_attributes);
    Test.add_func ("/vala/watching/logger", logger);
    Test.add_func ("/vala/watching/metrics", metrics);
    return Test.run ();
}
