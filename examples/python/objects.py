#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes an object of a sentence: objects.py [SENTENCE [MODEL]]"""

import os
import sys

import gi
gi.require_version('Dheera', '1')
from gi.repository import Dheera, Gio, GLib, GObject


class Guest(GObject.Object):
    name = GObject.Property(type=str)
    age = GObject.Property(type=int, minimum=0, maximum=150, blurb='In years')


class Event(GObject.Object):
    title = GObject.Property(type=str, blurb='A few words for a calendar')
    hour = GObject.Property(type=int, minimum=0, maximum=23, blurb='When it begins')
    guests = GObject.Property(type=Gio.ListStore)


Dheera.type_set_item_type(Event, 'guests', Guest)


def main(sentence='Dinner at eight with Ada, 36, and Alan, 41.', model=os.environ.get('DHEERA_MODEL', 'mock/echo')):
    request = Dheera.Request.new_for_prompt(model, sentence)
    request.set_response_type(Event)

    event = Dheera.Client().complete(request).parse(Event)
    print(f'{event.title}, at {event.hour}:00')
    for guest in event.guests:
        print(f'- {guest.name}, {guest.age}')


try:
    main(*sys.argv[1:])
except GLib.Error as error:
    sys.exit(error.message)
