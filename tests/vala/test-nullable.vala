// SPDX-License-Identifier: LGPL-2.1-or-later

// Compiled with --enable-experimental-non-null: what may be null says so, and what is never null needs no asking.

void request () {
    var request = new Dheera.Request.for_prompt ("mock/echo", "One two three");
    string? model = request.model;

    assert (model == "mock/echo");
    request.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    request.traceparent = null;
    request.stop = { "three" };
    request.stop = null;
    request.extra = null;
    assert (request.traceparent == null && request.stop == null && request.session == null);
    assert (request.conversation.get_n_items () == 1);
}

void call () {
    var client = new Dheera.Client () { default_model = "mock/echo" };

    assert (client.session == null && client.session_options == null);
    try {
        var response = client.complete (new Dheera.Request.for_prompt (null, "One two three"));
        string text = response.text;
        string finish_reason = response.finish_reason_raw;
        Dheera.Call? call = response.call;

        assert (text == "One two three" && finish_reason == "stop");
        assert (call != null);
        var known = (!) call;
        string url = known.url;
        string? request_id = known.request_id;
        assert (url.has_prefix ("http://127.0.0.1:") && request_id != null);
        assert (known.error == null && known.error_details == null && known.traceparent == null && known.request_body == null);
        Dheera.Usage? usage = known.usage;
        assert (usage != null && ((!) usage).completion_tokens == 3);
    } catch (GLib.Error error) {
        GLib.error ("%s", error.message);
    }
}

void options () {
    var options = new Dheera.SessionOptions () { proxy_uri = "http://proxy.example.com:3128" };
    string? proxy = options.proxy_uri;

    assert (proxy == "http://proxy.example.com:3128");
    options.proxy_uri = null;
    options.no_proxy = null;
    assert (options.proxy_uri == null && options.tls_database == null && options.ca_file == null);
}

int main (string[] args) {
    unowned string[] arguments = args;

    Test.init (ref arguments);
    Test.add_func ("/vala/nullable/request", request);
    Test.add_func ("/vala/nullable/call", call);
    Test.add_func ("/vala/nullable/options", options);
    return Test.run ();
}
