// SPDX-License-Identifier: LGPL-2.1-or-later

// Streams the answer to a prompt:
//
//   valac --pkg dheera-ai-1 stream.vala && ./stream "Tell me a story" openai/gpt-4o-mini

async int answer (string prompt, string model) {
    // Whatever is set here holds for every provider: proxy, certificates, limits.
    var session = (Soup.Session) Object.new (typeof (Soup.Session), "timeout", 0, "max-conns-per-host", 16);
    var client = new Dheera.Client.with_session (session);
    var stream = client.stream (new Dheera.Request.for_prompt (model, prompt));

    try {
        Dheera.Delta? delta;
        while ((delta = yield stream.next_async ()) != null) {
            stdout.puts (delta.text);
            stdout.flush ();
        }
        stdout.putc ('\n');
        return 0;
    } catch (GLib.Error error) {
        stderr.printf ("%s\n", error.message);
        return 1;
    }
}

int main (string[] args) {
    var prompt = args.length > 1 ? args[1] : "Tell me a story";
    var model = args.length > 2 ? args[2] : Environment.get_variable ("DHEERA_MODEL") ?? "mock/story";
    var loop = new MainLoop ();
    var status = 0;

    answer.begin (prompt, model, (source, result) => {
        status = answer.end (result);
        loop.quit ();
    });
    loop.run ();
    return status;
}
