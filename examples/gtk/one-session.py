#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A window that asks a model and loads a picture, both over one session: one-session.py [PICTURE [PROMPT [MODEL]]]

    one-session.py                                                     # the offline model, and no picture
    OPENAI_API_KEY=… one-session.py https://www.example.com/picture.png Hello! openai/gpt-4o-mini

With ONE_SESSION_AUTOMATIC=1 it presses its buttons itself, prints what happens, and ends.
"""

import os
import sys

import gi
gi.require_version('Dheera', '1')
gi.require_version('Gdk', '4.0')
gi.require_version('Gtk', '4.0')
gi.require_version('Soup', '3.0')
from gi.repository import Dheera, Gdk, Gio, GLib, GObject, Gtk, Soup


class Window(Gtk.ApplicationWindow):
    def __init__(self, session, prompt, model, **properties):
        super().__init__(title='One session', default_width=480, default_height=480, **properties)
        self.session = session
        self.client = Dheera.Client(session=session, default_model=model)
        self.stream = None

        self.prompt = Gtk.Entry(text=prompt, hexpand=True)
        self.prompt.connect('activate', lambda _: self.ask())
        self.stop = Gtk.Button(label='Stop', sensitive=False)
        self.stop.connect('clicked', lambda _: self.stream.cancel())
        self.answer = Gtk.Label(wrap=True, xalign=0, yalign=0, vexpand=True)
        self.picture = Gtk.Picture(vexpand=True)

        row = Gtk.Box(spacing=6)
        row.append(self.prompt)
        row.append(self.stop)
        box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6)
        for widget in (row, self.answer, self.picture):
            box.append(widget)
        self.set_child(box)

    def ask(self):
        if self.stream is not None:
            self.stream.cancel()
        self.stream = self.client.stream(self.prompt.get_text())
        self.stream.bind_property('text', self.answer, 'label', GObject.BindingFlags.DEFAULT)
        self.stream.bind_property('running', self.stop, 'sensitive', GObject.BindingFlags.SYNC_CREATE)
        self.stream.collect_async(None, self.on_answer)

    def on_answer(self, stream, result):
        try:
            stream.collect_finish(result)
        except GLib.Error as error:
            # Whoever presses Stop knows it, and keeps the text that is there.
            if not error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED):
                self.answer.set_label(error.message)

    def load(self, uri):
        message = Soup.Message.new('GET', uri)
        self.session.send_and_read_async(message, GLib.PRIORITY_DEFAULT, None, self.on_picture)

    def on_picture(self, session, result):
        try:
            self.picture.set_paintable(Gdk.Texture.new_from_bytes(session.send_and_read_finish(result)))
        except GLib.Error as error:
            self.picture.set_alternative_text(error.message)


def drive(window, picture):
    """Stops an answer in the middle, loads the picture, and asks again."""
    count = {'requests': 0, 'answers': 0}

    def on_queued(*_):
        count['requests'] += 1

    def on_text(label, _):
        if count['answers'] == 0 and label.get_label():
            window.stop.emit('clicked')

    def on_sensitive(button, _):
        if button.get_sensitive():
            return
        count['answers'] += 1
        if count['answers'] == 1:
            print('stopped after', window.answer.get_label().split()[0])
            if picture:
                window.load(picture)
            else:
                window.ask()
        else:
            print('answered up to', window.answer.get_label().split()[-1])
            print(count['requests'], 'requests over one session')
            window.close()

    def on_paintable(image, _):
        print('loaded', image.get_paintable().get_intrinsic_width(), 'x', image.get_paintable().get_intrinsic_height())
        window.ask()

    window.session.connect('request-queued', on_queued)
    window.answer.connect('notify::label', on_text)
    window.stop.connect('notify::sensitive', on_sensitive)
    window.picture.connect('notify::paintable', on_paintable)
    window.ask()


def main(picture=None, prompt='Tell me a story', model=os.environ.get('DHEERA_MODEL', 'mock/story')):
    application = Gtk.Application(flags=Gio.ApplicationFlags.NON_UNIQUE)
    # The application's one session: whatever is set here holds for its downloads and for the models.
    session = Soup.Session(timeout=0, max_conns=64, max_conns_per_host=16, user_agent='one-session/1')

    def on_activate(_):
        window = Window(session, prompt, model, application=application)
        window.present()
        if 'ONE_SESSION_AUTOMATIC' in os.environ:
            drive(window, picture)
        elif picture:
            window.load(picture)

    application.connect('activate', on_activate)
    return application.run()


sys.exit(main(*sys.argv[1:]))
