// SPDX-License-Identifier: LGPL-2.1-or-later

// A server in the main loop of a Vala program.

const string KEY = "sk-canary-0123456789";

async Bytes ask (string url, string? body, string? key, out uint status) throws GLib.Error {
    var session = new Soup.Session ();
    var message = new Soup.Message (body != null ? "POST" : "GET", url);

    if (body != null)
        message.set_request_body_from_bytes ("application/json", new Bytes (body.data));
    if (key != null)
        message.request_headers.append ("Authorization", "Bearer " + key);
    var bytes = yield session.send_and_read_async (message, Priority.DEFAULT, null);
    status = message.status_code;
    return bytes;
}

string text_of (Bytes bytes) {
    return ((string) bytes.get_data ()).substring (0, (long) bytes.get_size ());
}

async void serve () throws GLib.Error {
    var server = new Dheera.Server (new Dheera.Client ());
    uint status;

    server.port = 0;
    assert (server.start ());
    assert (server.port > 0);
    var body = """{"model": "mock/echo", "messages": [{"role": "user", "content": "One two three"}]}""";
    var answer = yield ask (server.get_uri () + "/v1/chat/completions", body, null, out status);
    assert (status == 200);
    assert ("\"One two three\"" in text_of (answer));
    assert (yield server.stop_async ());
    assert (server.get_uri () == null);
}

async void want_keys () throws GLib.Error {
    var server = new Dheera.Server (null);
    uint status;

    server.port = 0;
    server.add_model ("fast", "mock/echo");
    server.set_keys ({ Dheera.Server.hash_key (KEY), "another" });
    server.start ();
    yield ask (server.get_uri () + "/v1/models", null, null, out status);
    assert (status == 401);
    var models = yield ask (server.get_uri () + "/v1/models", null, KEY, out status);
    assert (status == 200 && "\"fast\"" in text_of (models));
    yield server.stop_async ();
}

async void refuse () throws GLib.Error {
    var server = new Dheera.Server (null);
    var caught = false;

    server.host = "0.0.0.0";
    server.port = 0;
    try {
        server.start ();
    } catch (Dheera.Error.INVALID_REQUEST error) {
        caught = "keys" in error.message;
    }
    assert (caught);
}

delegate void Begin (AsyncReadyCallback ready);
delegate void End (AsyncResult result) throws GLib.Error;

void run (Begin begin, End end) {
    var loop = new MainLoop ();
    AsyncResult? ended = null;

    begin ((_, result) => {
        ended = result;
        loop.quit ();
    });
    if (ended == null)
        loop.run ();
    try {
        end (ended);
    } catch (GLib.Error error) {
        Test.message ("%s", error.message);
        Test.fail ();
    }
}

int main (string[] args) {
    Test.init (ref args);
    Test.add_func ("/vala/server/serve", () => run ((ready) => serve.begin (ready), (result) => serve.end (result)));
    Test.add_func ("/vala/server/keys", () => run ((ready) => want_keys.begin (ready), (result) => want_keys.end (result)));
    Test.add_func ("/vala/server/refuse", () => run ((ready) => refuse.begin (ready), (result) => refuse.end (result)));
    return Test.run ();
}
