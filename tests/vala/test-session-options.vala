// SPDX-License-Identifier: LGPL-2.1-or-later

// A client with session options, and a session made from them, in Vala.

Dheera.Request one_two_three () {
    return new Dheera.Request.for_prompt ("mock/echo", "One two three");
}

Dheera.Client client_with (Dheera.SessionOptions options) {
    return (Dheera.Client) Object.new (typeof (Dheera.Client), "session-options", options);
}

void test_client () throws GLib.Error {
    var options = new Dheera.SessionOptions ();

    options.max_connections = 3;
    options.no_proxy = { "a", "b" };
    options.address_family = SocketFamily.IPV4;
    var client = client_with (options);
    assert (client.complete (one_two_three ()).text == "One two three");
    assert (client.session_options == options && client.session == null);
    assert (options.no_proxy.length == 2 && options.no_proxy[1] == "b");
    options.set_pinned_certificates ({ "12" });
    assert (options.get_pinned_certificates ().length == 1 && options.get_pinned_certificates ()[0] == "12");
}

void test_values () throws GLib.Error {
    var options = new Dheera.SessionOptions.production ();

    options.proxy_uri = "socks5://user:secret7@proxy.example:1080";
    assert (options.proxy_uri == "socks5://proxy.example:1080");
    assert (options.max_connections == 1000 && options.keepalive_timeout == 60 && options.trust_env);
    assert (new Dheera.SessionOptions.development ().max_connections == 50);
}

void test_session () throws GLib.Error {
    var options = new Dheera.SessionOptions ();

    options.user_agent = "mine";
    options.keepalive_timeout = 9;
    Soup.Session session = options.create_session ();
    assert (session.user_agent == "mine" && session.idle_timeout == 9 && session.timeout == 0);
    assert (new Dheera.Client.with_session (session).complete (one_two_three ()).text == "One two three");
}

void test_refusal () throws GLib.Error {
    var options = new Dheera.SessionOptions ();
    var caught = 0;

    options.dns_cache_ttl = 600;
    try {
        options.create_session ();
    } catch (Dheera.Error.NOT_SUPPORTED error) {
        assert ("dns-cache-ttl" in error.message);
        caught++;
    }
    try {
        client_with (options).complete (one_two_three ());
    } catch (Dheera.Error.NOT_SUPPORTED error) {
        caught++;
    }
    assert (caught == 2);
}

delegate void Case () throws GLib.Error;

void run (Case body) {
    try {
        body ();
    } catch (GLib.Error error) {
        Test.message ("%s", error.message);
        Test.fail ();
    }
}

int main (string[] args) {
    Test.init (ref args);
    Test.add_func ("/vala/session-options/client", () => run (test_client));
    Test.add_func ("/vala/session-options/values", () => run (test_values));
    Test.add_func ("/vala/session-options/session", () => run (test_session));
    Test.add_func ("/vala/session-options/refusal", () => run (test_refusal));
    return Test.run ();
}
