#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A chat service with FastAPI: chat.py [PORT [asyncio|glib]], or uvicorn chat:app

    chat.py 8000                                                       # the offline model
    OPENAI_API_KEY=… DHEERA_MODEL=openai/gpt-4o-mini chat.py 8000
    curl -N localhost:8000/chat/stream -H 'Content-Type: application/json' -d '[{"role": "user", "content": "Hello!"}]'

Any loop of asyncio will do. "glib" takes the one that runs on GLib (PyGObject 3.50 or newer), for a process in which other parts need GLib's main loop.
"""

import asyncio
import json
import os
import sys
from contextlib import asynccontextmanager, contextmanager

import gi
gi.require_version('Dheera', '1')
from gi.repository import Dheera, GLib

import dheera_ai
import uvicorn
from dheera_ai.llms.custom_httpx.aiohttp_handler import BaseLLMAIOHTTPHandler
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse, StreamingResponse

MODEL = os.environ.get('DHEERA_MODEL', 'mock/echo')


@asynccontextmanager
async def lifespan(_app):
    options = Dheera.SessionOptions(max_connections=300, max_connections_per_host=10, user_agent='chat-service/1')
    session = options.create_session()
    dheera_ai.base_llm_aiohttp_handler = BaseLLMAIOHTTPHandler(client_session=session)
    yield
    # The session ends with its last reference. What still runs over it ends here.
    dheera_ai.base_llm_aiohttp_handler = None
    session.abort()


app = FastAPI()
# FastAPI(lifespan=lifespan) where FastAPI is 0.93 or newer
app.router.lifespan_context = lifespan


@contextmanager
def when_gone(request, function):
    """Calls the function when the reader leaves within the block. Not every version of what is in between would notice."""
    # After the body, there is nothing to receive but that.
    gone = asyncio.ensure_future(request.receive())
    gone.add_done_callback(lambda future: future.cancelled() or function())
    try:
        yield
    finally:
        gone.cancel()


async def unless_gone(request, call):
    """The outcome of the call. When the reader leaves meanwhile it is cancelled, and with it the request to the model."""
    task = asyncio.ensure_future(call)
    try:
        with when_gone(request, task.cancel):
            await asyncio.wait([task])
        if task.cancelled():
            raise HTTPException(499, 'The client has left.')
        return task.result()
    finally:
        task.cancel()


async def events(request, stream):
    try:
        with when_gone(request, stream.close):
            async for chunk in stream:
                yield f'data: {chunk.model_dump_json()}\n\n'
        yield 'data: [DONE]\n\n'
    except dheera_ai.APIError as error:
        # It broke in the middle, where it is too late for a status.
        yield f'data: {json.dumps(described(error))}\n\n'
    except GLib.Error:
        # The reader has left.
        pass
    finally:
        stream.close()


def described(error):
    return {'error': {'message': error.message, 'type': type(error).__name__}}


@app.post('/chat')
async def chat(request: Request, messages: list[dict]):
    response = await unless_gone(request, dheera_ai.acompletion(MODEL, messages))
    return response.model_dump()


@app.post('/chat/stream')
async def chat_stream(request: Request, messages: list[dict]):
    # This waits for the first chunk, so that an error still has a status of its own.
    stream = await unless_gone(request, dheera_ai.acompletion(MODEL, messages, stream=True))
    return StreamingResponse(events(request, stream), media_type='text/event-stream')


@app.exception_handler(dheera_ai.APIError)
async def on_error(_request, error):
    return JSONResponse(described(error), error.status_code)


def main(port='8000', loop='asyncio'):
    server = uvicorn.Server(uvicorn.Config(app, port=int(port), loop='asyncio' if loop == 'asyncio' else 'none'))
    if loop == 'asyncio':
        server.run()
    else:
        from gi.events import GLibEventLoopPolicy
        asyncio.set_event_loop_policy(GLibEventLoopPolicy())
        asyncio.get_event_loop_policy().get_event_loop().run_until_complete(server.serve())


if __name__ == '__main__':
    main(*sys.argv[1:])
