// SPDX-License-Identifier: LGPL-2.1-or-later

// Makes an object of a sentence: objects [SENTENCE [MODEL]]
//
//   valac --pkg dheera-ai-1 objects.vala && ./objects

class Guest : Object {
    public string name { get; set; }
    [Description (blurb = "In years")]
    public uint8 age { get; set; }
}

class Event : Object {
    [Description (blurb = "A few words for a calendar")]
    public string title { get; set; }
    [Description (blurb = "When it begins, from 0 to 23")]
    public uint8 hour { get; set; }
    public ListStore guests { get; set; }

    static construct {
        Dheera.type_set_item_type (typeof (Event), "guests", typeof (Guest));
    }
}

int main (string[] args) {
    var sentence = args.length > 1 ? args[1] : "Dinner at eight with Ada, 36, and Alan, 41.";
    var model = args.length > 2 ? args[2] : Environment.get_variable ("DHEERA_MODEL") ?? "mock/echo";
    var request = new Dheera.Request.for_prompt (model, sentence);

    try {
        request.set_response_type (typeof (Event));
        var event = (Event) new Dheera.Client ().complete (request).parse (typeof (Event));

        stdout.printf ("%s, at %d:00\n", event.title, event.hour);
        for (var i = 0; i < event.guests.get_n_items (); i++) {
            var guest = (Guest) event.guests.get_item (i);
            stdout.printf ("- %s, %d\n", guest.name, guest.age);
        }
        return 0;
    } catch (GLib.Error error) {
        stderr.printf ("%s\n", error.message);
        return 1;
    }
}
