#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Answers as objects of classes that are written in Python."""

import json

from support import Dheera, Gio, GLib, error_of, is_dheera, mock, run_cases
from gi.repository import GObject

client = Dheera.Client()


class Day(GObject.Object):
    name = GObject.Property(type=str, nick='Day', blurb='The day of the week')
    low = GObject.Property(type=int, minimum=-90, maximum=60)
    high = GObject.Property(type=float)


class Forecast(GObject.Object):
    place_name = GObject.Property(type=str)
    rainy = GObject.Property(type=bool, default=False)
    words = GObject.Property(type=GObject.TYPE_STRV)
    bus = GObject.Property(type=Gio.BusType, default=Gio.BusType.NONE)
    flags = GObject.Property(type=Gio.ApplicationFlags, default=Gio.ApplicationFlags.IS_SERVICE)
    when = GObject.Property(type=GLib.DateTime)
    data = GObject.Property(type=GLib.Bytes)
    today = GObject.Property(type=Day)
    days = GObject.Property(type=Gio.ListStore)
    note = GObject.Property(type=str, default='none')

    def __init__(self, **properties):
        super().__init__(**properties)
        self.made_in_python = True

    # PyGObject takes a property for one that can be written unless it is told.
    @GObject.Property(type=int, flags=GObject.ParamFlags.READABLE)
    def number_of_days(self):
        return len(self.days)

    @GObject.Property(type=str)
    def title(self):
        return self._title

    @title.setter
    def title(self, title):
        self._title = title.upper()


Dheera.type_set_item_type(Forecast, 'days', Day)
Dheera.type_set_optional(Forecast, 'note', True)

ANSWER = {
    'place_name': 'Bonn', 'rainy': True, 'words': ['a', 'b'], 'bus': 'session', 'flags': ['is-service', 'replace'], 'when': '2025-12-31T23:59:00Z', 'data': 'AAEC',
    'today': {'name': 'Monday', 'low': -5, 'high': 7.5}, 'days': [{'name': 'Tuesday', 'low': 1, 'high': 2}, {'name': 'Wednesday', 'low': 3, 'high': 4e0}],
    'note': None, 'title': 'rain',
}


def answered(**changes):
    request = mock(text=json.dumps({**ANSWER, **changes}))
    request.set_response_type(Forecast)
    return client.complete(request)


def test_the_schema():
    request = Dheera.Request()
    assert request.set_response_type(Forecast) is True
    schema = json.loads(request.get_response_schema())
    properties = schema['properties']
    assert schema['required'] == list(properties) and set(properties) == set(ANSWER), schema
    assert schema['additionalProperties'] is False
    day = {'type': 'object', 'additionalProperties': False, 'required': ['high', 'low', 'name'], 'properties': {
        'name': {'title': 'Day', 'description': 'The day of the week', 'type': 'string'},
        'low': {'type': 'integer', 'minimum': -90, 'maximum': 60}, 'high': {'type': 'number'}}}
    assert properties['today'] == day and properties['days'] == {'type': 'array', 'items': day}, properties
    assert properties['rainy'] == {'type': 'boolean'} and properties['words'] == {'type': 'array', 'items': {'type': 'string'}}
    assert properties['note'] == {'type': ['string', 'null']} and 'session' in properties['bus']['enum'], properties
    assert request.get_response_schema_name() == 'Forecast'


def test_an_object_of_the_answer():
    forecast = answered().parse(Forecast)
    assert type(forecast) is Forecast and forecast.made_in_python
    assert (forecast.place_name, forecast.rainy, forecast.words) == ('Bonn', True, ['a', 'b'])
    assert forecast.bus == Gio.BusType.SESSION
    assert forecast.flags == Gio.ApplicationFlags.IS_SERVICE | Gio.ApplicationFlags.REPLACE
    assert forecast.when.format_iso8601() == '2025-12-31T23:59:00Z' and forecast.data.get_data() == bytes([0, 1, 2])
    assert type(forecast.today) is Day and forecast.today.low == -5 and forecast.today.high == 7.5
    assert [(type(day), day.name, day.high) for day in forecast.days] == [(Day, 'Tuesday', 2), (Day, 'Wednesday', 4)]
    assert forecast.note == 'none' and forecast.title == 'RAIN' and forecast.number_of_days == 2


def test_a_model_that_is_held_to_the_schema():
    request = mock('A sunny day')
    request.set_response_type(Day)
    day = client.complete(request).parse(Day)
    assert day.name == 'A sunny day' and day.low == 0


def test_an_answer_that_does_not_fit():
    days = [ANSWER['today'], {'name': 'Tuesday', 'low': 'cold', 'high': 2}]
    error = error_of(answered(days=days).parse, Forecast)
    assert is_dheera(error, Dheera.Error.INVALID_OUTPUT), error
    assert 'days[1].low is the text “cold”, but a whole number from -90 to 60 is expected' in error.message, error.message
    assert error.details.get_param() == 'days[1].low' and error.details.get_body().startswith('{'), error.details


def test_arguments_of_a_tool():
    def on_call(_tool, call):
        try:
            call.return_text(call.parse(Day).name.upper())
        except GLib.Error as error:
            assert error.details.get_param() == 'low'
            call.return_error(error.message)

    tool = Dheera.Tool.new('weather', None, None)
    tool.set_parameters_type(Day)
    assert json.loads(tool.get_parameters())['required'] == ['high', 'low', 'name']
    tool.connect('call', on_call)
    request = mock('call weather {"name": "Monday", "low": 1, "high": 2} and call weather {"name": "Monday", "low": 100, "high": 2}')
    request.add_tool(tool)
    good, bad = client.run(request).get_text().split('\n')
    assert good == 'weather answered: MONDAY'
    assert bad.endswith('low is the number 100, but a whole number from -90 to 60 is expected.'), bad


def test_a_class_that_there_is_no_json_for():
    class Strange(GObject.Object):
        anything = GObject.Property(type=object)

    error = error_of(Dheera.Request().set_response_type, Strange)
    assert is_dheera(error, Dheera.Error.INVALID_REQUEST), error
    assert 'property “anything” of the class Strange' in error.message, error.message
    assert error.details.get_param() == 'Strange:anything'


run_cases([value for name, value in list(globals().items()) if name.startswith('test_')])
