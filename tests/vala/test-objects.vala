// SPDX-License-Identifier: LGPL-2.1-or-later

// Answers as objects of classes that are written in Vala.

class Day : Object {
    [Description (nick = "Day", blurb = "The day of the week")]
    public string name { get; set; }
    public int wind_speed { get; set; default = 3; }
    public double high { get; construct; }
}

class Forecast : Object {
    public bool rainy { get; set; }
    public string[] words { get; set; }
    public BusType bus { get; set; }
    public DateTime when { get; set; }
    public Day today { get; set; }
    public ListStore days { get; set; }
    public string note { get; set; default = "none"; }
    public uint n_days { get { return days.get_n_items (); } }

    static construct {
        Dheera.type_set_item_type (typeof (Forecast), "days", typeof (Day));
        Dheera.type_set_optional (typeof (Forecast), "note", true);
    }
}

const string MONDAY = "{\"name\": \"Monday\", \"wind_speed\": 5, \"high\": 7.5}";

Dheera.Response answered (string today = MONDAY) throws GLib.Error {
    var request = new Dheera.Request.for_prompt ("mock/echo",
        """{"rainy": true, "words": ["a", "b"], "bus": "session", "when": "2025-12-31T23:59:00Z", "note": null, "today": """ + today + """, "days": [""" + MONDAY + "]}");

    return new Dheera.Client ().complete (request);
}

void test_schema () throws GLib.Error {
    var request = new Dheera.Request (null);

    request.set_response_type (typeof (Day));
    assert (request.response_schema ==
            """{"type":"object","properties":{"name":{"title":"Day","description":"The day of the week","type":"string"},""" +
            """"wind_speed":{"type":"integer"},"high":{"type":"number"}},"required":["name","wind_speed","high"],"additionalProperties":false}""");
    assert (request.response_schema_name == "Day");
    request.set_response_type (typeof (Forecast));
    assert ("\"note\":{\"type\":[\"string\",\"null\"]}" in request.response_schema && !("n_days" in request.response_schema));
}

void test_object () throws GLib.Error {
    var forecast = (Forecast) answered ().parse (typeof (Forecast));

    assert (forecast.rainy && forecast.words.length == 2 && forecast.words[1] == "b");
    assert (forecast.bus == BusType.SESSION && forecast.when.get_year () == 2025 && forecast.note == "none");
    assert (forecast.today.name == "Monday" && forecast.today.wind_speed == 5 && forecast.today.high == 7.5);
    assert (forecast.n_days == 1 && ((Day) forecast.days.get_item (0)).name == "Monday");
}

void test_tool () throws GLib.Error {
    var request = new Dheera.Request.for_prompt ("mock/echo", "call weather " + MONDAY + " and call weather {\"name\": 7}");
    var tool = new Dheera.Tool ("weather", null, null);

    tool.set_parameters_type (typeof (Day));
    tool.call.connect ((call) => {
        try {
            call.return_text (((Day) call.parse (typeof (Day))).name);
        } catch (GLib.Error error) {
            call.return_error (error.message);
        }
    });
    request.add_tool (tool);
    assert (new Dheera.Client ().run (request).text ==
            "weather answered: Monday\nweather answered: Error: The arguments of “weather” do not fit: name is the number 7, but a text is expected.");
}

void test_misfit () throws GLib.Error {
    var caught = 0;

    try {
        answered ("{\"name\": 7}").parse (typeof (Forecast));
    } catch (Dheera.Error.INVALID_OUTPUT error) {
        assert ("today.name is the number 7, but a text is expected" in error.message);
        assert (Dheera.ErrorDetails.get_last ().param == "today.name");
        caught++;
    }
    try {
        new Dheera.Request (null).set_response_type (typeof (Cancellable));
    } catch (Dheera.Error.INVALID_REQUEST error) {
        assert ("GCancellable" in error.message);
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
    Test.add_func ("/vala/objects/schema", () => run (test_schema));
    Test.add_func ("/vala/objects/object", () => run (test_object));
    Test.add_func ("/vala/objects/tool", () => run (test_tool));
    Test.add_func ("/vala/objects/misfit", () => run (test_misfit));
    return Test.run ();
}
