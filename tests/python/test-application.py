#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Code as applications have it: an answer for a label, a stream with a Stop button, tools, a session for a company, a conversation in a list view. What is a widget there is
an object with the same properties here."""

import asyncio
import json

from support import Dheera, Gio, GLib, GObject, Soup, is_cancelled, mock, run_cases


class Label(GObject.Object):
    label = GObject.Property(type=str, default='')


class Button(GObject.Object):
    sensitive = GObject.Property(type=bool, default=False)
    clicked = GObject.Signal()


async def summarise(client, text):
    try:
        return (await client.complete_async(f'Summarise: {text}')).get_text()
    except GLib.Error as error:
        if is_cancelled(error):
            return None
        raise


class StreamBox:
    def __init__(self, client):
        self.client, self.label, self.stop = client, Label(), Button()

    def ask(self, request):
        self.stream = self.client.stream(request)
        self.stream.bind_property('text', self.label, 'label', GObject.BindingFlags.SYNC_CREATE)
        self.stream.bind_property('running', self.stop, 'sensitive', GObject.BindingFlags.SYNC_CREATE)
        self.stop.connect('clicked', lambda *_: self.stream.cancel())
        return self.stream.collect_async()


def weather_tool():
    tool = Dheera.Tool.new('weather', 'Weather now', '{"type": "object", "properties": {"city": {"type": "string"}}}')

    def on_call(_tool, call):
        async def work():
            await asyncio.sleep(0.01)  # any await is allowed
            call.return_text(f"31°C in {json.loads(call.get_arguments())['city']}")
        on_call.task = asyncio.ensure_future(work())

    tool.connect('call', on_call)
    return tool


def corporate_session(authorities, certificate):
    session = Soup.Session(timeout=0, max_conns=64, max_conns_per_host=16, tls_database=authorities, user_agent='MyApp/1.0')
    session.set_proxy_resolver(Gio.ProxyResolver.get_default())

    def with_certificate(_session, message):
        message.connect('request-certificate', lambda message, _: (message.set_tls_client_certificate(certificate), True)[1])

    session.connect('request-queued', with_certificate)
    return session


class Row:
    """What a Gtk.SignalListItemFactory binds"""

    def __init__(self, message):
        self.label = Label()
        self.binding = message.bind_property('text', self.label, 'label', GObject.BindingFlags.SYNC_CREATE)


def chat_view(conversation):
    rows = [Row(message) for message in conversation]

    def changed(model, position, removed, added):
        rows[position:position + removed] = [Row(model[i]) for i in range(position, position + added)]

    conversation.connect('items-changed', changed)
    return rows


def test_an_answer():
    assert asyncio.run(summarise(Dheera.Client(default_model='mock/echo'), 'all of it')) == 'Summarise: all of it'


def test_a_stream_and_a_stop_button():
    async def main():
        box = StreamBox(Dheera.Client())
        assert (await box.ask(mock('One two three'))).get_text() == box.label.label == 'One two three'
        assert not box.stop.sensitive

        reading = asyncio.ensure_future(box.ask(mock('One two three', stall_after=1)))
        while not box.label.label:
            await asyncio.sleep(0.01)
        assert box.stop.sensitive
        box.stop.emit('clicked')
        try:
            await reading
            raise AssertionError('it was not stopped')
        except GLib.Error as error:
            assert is_cancelled(error), error
        assert 'One two three'.startswith(box.label.label) and not box.stop.sensitive

    asyncio.run(main())


def test_a_tool_and_a_list_of_messages():
    async def main():
        request = mock('call weather {"city": "Pune"}')
        rows = chat_view(request.get_conversation())
        request.add_tool(weather_tool())
        await Dheera.Client().run_async(request)
        return [row.label.label for row in rows]

    assert asyncio.run(main()) == ['call weather {"city": "Pune"}', '', '31°C in Pune', 'weather answered: 31°C in Pune']


def test_a_session_for_a_company():
    session = corporate_session(Gio.TlsBackend.get_default().get_default_database(), None)
    carried = []
    session.connect('request-queued', lambda _, message: carried.append(message.get_uri().get_path()))
    client = Dheera.Client(session=session)
    assert client.complete(mock('Hi')).get_text() == client.stream(mock('Hi')).collect().get_text() == 'Hi'
    assert len(carried) == 2 and session.get_user_agent() == 'MyApp/1.0' and session.get_timeout() == 0


run_cases([value for name, value in list(globals().items()) if name.startswith('test_')])
