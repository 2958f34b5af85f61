// SPDX-License-Identifier: LGPL-2.1-or-later

// Code as applications have it. What is a widget there is an object with the same properties here.

class Label : Object {
    public string label { get; set; default = ""; }
}

class Button : Object {
    public bool sensitive { get; set; }
    public signal void clicked ();
}

Dheera.Request mock (string prompt, string orders = "") {
    return new Dheera.Request.for_prompt ("mock/echo", prompt) { max_retries = 0, extra = orders != "" ? "{\"mock\": {" + orders + "}}" : null };
}

// A method of one's own with a cancellable among its parameters would end as cancelled whatever it catches: so Vala has it.
async string? summarise (Dheera.Client client, string text, string orders = "") throws GLib.Error {
    try {
        return (yield client.complete_async (mock (@"Summarise: $text", orders))).text;
    } catch (IOError.CANCELLED error) {
        return null;
    }
}

class StreamBox : Object {
    public Label label = new Label ();
    public Button stop = new Button ();
    public Dheera.Stream? stream;

    construct {
        stop.clicked.connect (() => stream.cancel ());
    }

    public async void ask (Dheera.Client client, Dheera.Request request) throws GLib.Error {
        stream = client.stream (request);
        stream.bind_property ("text", label, "label", BindingFlags.SYNC_CREATE);
        stream.bind_property ("running", stop, "sensitive", BindingFlags.SYNC_CREATE);
        yield stream.collect_async ();
    }
}

async string read_all (Dheera.Client client, Dheera.Request request) throws GLib.Error {
    var text = new StringBuilder ();
    var stream = client.stream (request);
    Dheera.Delta? delta;

    while ((delta = yield stream.next_async ()) != null)
        text.append (delta.text);
    return text.str;
}

Dheera.Tool weather_tool () {
    var tool = new Dheera.Tool ("weather", "Weather now", """{"type": "object", "properties": {"city": {"type": "string"}}}""");

    tool.call.connect ((call) => answer.begin (call));
    return tool;
}

class Place : Object {
    public string city { get; set; }
}

async void answer (Dheera.ToolCall call) {
    Timeout.add (10, answer.callback);
    yield; // any yield is allowed
    try {
        var place = (Place) call.parse (typeof (Place));

        call.return_text ("31°C in " + place.city);
    } catch (GLib.Error error) {
        call.return_error (error.message);
    }
}

Soup.Session corporate_session (TlsDatabase authorities, TlsCertificate? certificate) {
    var session = (Soup.Session) Object.new (typeof (Soup.Session), "timeout", 0, "max-conns", 64, "max-conns-per-host", 16, "tls-database", authorities);

    session.set_proxy_resolver (ProxyResolver.get_default ());
    session.request_queued.connect ((message) =>
        message.request_certificate.connect ((connection) => {
            message.set_tls_client_certificate (certificate);
            return true;
        }));
    return session;
}

// What a Gtk.SignalListItemFactory does for each message that is there or comes
GenericArray<Label> chat_view (Dheera.Conversation conversation) {
    var labels = new GenericArray<Label> ();
    var n_items = conversation.get_n_items ();

    conversation.items_changed.connect ((position, removed, added) => {
        for (var i = 0; i < removed; i++)
            labels.remove_index ((int) position);
        for (var i = 0; i < added; i++) {
            labels.insert ((int) position + i, new Label ());
            conversation.get_item (position + i).bind_property ("text", labels[(int) position + i], "label", BindingFlags.SYNC_CREATE);
        }
    });
    conversation.items_changed (0, 0, n_items);
    return labels;
}

/* --- The cases -------------------------------------------------------------------------------------------------------------------- */

async void test_answer () throws GLib.Error {
    var client = new Dheera.Client ();

    assert ((yield summarise (client, "all of it")) == "Summarise: all of it");
    Timeout.add (50, () => {
        client.cancel_all ();
        return Source.REMOVE;
    });
    assert ((yield summarise (client, "all of it", "\"stall_after\": 0")) == null);
    assert ((yield read_all (new Dheera.Client (), mock ("One two three"))) == "One two three");
}

async void test_stop () throws GLib.Error {
    var box = new StreamBox ();
    var caught = false;

    yield box.ask (new Dheera.Client (), mock ("One two three"));
    assert (box.label.label == "One two three" && !box.stop.sensitive);

    box.label.label = "";
    var id = box.label.notify["label"].connect (() => {
        if (box.label.label != "") {
            Idle.add (() => {
                box.stop.clicked ();
                return Source.REMOVE;
            });
        }
    });
    try {
        yield box.ask (new Dheera.Client (), mock ("One two three", "\"stall_after\": 1"));
    } catch (IOError.CANCELLED error) {
        caught = true;
    }
    box.label.disconnect (id);
    assert (caught && !box.stop.sensitive && "One two three".has_prefix (box.label.label) && box.label.label != "");
}

async void test_tool () throws GLib.Error {
    var request = mock ("call weather {\"city\": \"Pune\"}");
    var labels = chat_view (request.conversation);

    request.add_tool (weather_tool ());
    yield new Dheera.Client ().run_async (request);
    assert (labels.length == 4 && labels[2].label == "31°C in Pune" && labels[3].label == "weather answered: 31°C in Pune");
}

async void test_session () throws GLib.Error {
    var session = corporate_session (TlsBackend.get_default ().get_default_database (), null);
    var carried = 0;

    session.request_queued.connect (() => carried++);
    assert ((yield new Dheera.Client.with_session (session).complete_async (mock ("Hi"))).text == "Hi");
    assert (carried == 1 && session.timeout == 0);
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
    Test.add_func ("/vala/application/answer", () => run ((done) => test_answer.begin (done), (result) => test_answer.end (result)));
    Test.add_func ("/vala/application/stop", () => run ((done) => test_stop.begin (done), (result) => test_stop.end (result)));
    Test.add_func ("/vala/application/tool", () => run ((done) => test_tool.begin (done), (result) => test_tool.end (result)));
    Test.add_func ("/vala/application/session", () => run ((done) => test_session.begin (done), (result) => test_session.end (result)));
    return Test.run ();
}
