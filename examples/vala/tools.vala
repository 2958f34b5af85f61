// SPDX-License-Identifier: LGPL-2.1-or-later

// Lets a model look at the clock: tools [PROMPT [MODEL]]
//
//   valac --pkg dheera-ai-1 tools.vala && ./tools

// What the tool is called with.
class Place : Object {
    [Description (blurb = "A time zone such as Asia/Kolkata")]
    public string zone { get; set; }
}

void tell_time (Dheera.ToolCall call) {
    try {
        var zone = ((Place) call.parse (typeof (Place))).zone;
        var time_zone = new TimeZone.identifier (zone);

        if (time_zone != null)
            call.return_text (new DateTime.now (time_zone).format ("%H:%M") + " in " + zone);
        else
            call.return_error (@"There is no time zone “$zone”.");
    } catch (GLib.Error error) {
        call.return_error (error.message);
    }
}

async int answer (string prompt, string model) {
    var request = new Dheera.Request.for_prompt (model, prompt);
    var clock = new Dheera.Tool ("clock", "Tells what time it is in a time zone.", null);

    try {
        clock.set_parameters_type (typeof (Place));
        clock.call.connect (tell_time);
        request.add_tool (clock);

        var stream = new Dheera.Client ().run_stream (request);
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
    var prompt = args.length > 1 ? args[1] : "Please call clock {\"zone\": \"Asia/Kolkata\"} and tell me the time there.";
    var model = args.length > 2 ? args[2] : Environment.get_variable ("DHEERA_MODEL") ?? "mock/echo";
    var loop = new MainLoop ();
    var status = 0;

    answer.begin (prompt, model, (source, result) => {
        status = answer.end (result);
        loop.quit ();
    });
    loop.run ();
    return status;
}
