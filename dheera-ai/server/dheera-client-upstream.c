/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The models' side of the server over a client: its session carries everything. */

#include "dheera-upstream-private.h"

#include <dheera-ai/client/dheera-client-endpoints.h>

typedef struct
{
  DheeraUpstream parent;
  DheeraClient *client;
} ClientUpstream;

/* Asynchronous functions of the client each hold a reference: their callbacks come also after the call was cancelled. */
typedef struct
{
  DheeraUpstreamCall parent;
  grefcount ref_count;
  const DheeraUpstreamHandler *handler; /* NULL once the call is over or was cancelled */
  gpointer data;
  GCancellable *cancellable;            /* of what is no stream; nullable */
  DheeraStream *stream;                 /* nullable */
  DheeraDelta *held;                    /* came in while the call was paused */
  gboolean held_end;                    /* the same, of the end */
  GSource *resuming;
  gboolean paused;
  gboolean reading;
} ClientCall;

#define MAX_IN_A_ROW 64 /* deltas of one stream before others have their turn */

static void read_on (ClientCall *call);

static ClientCall *
call_ref (ClientCall *call)
{
  g_ref_count_inc (&call->ref_count);
  return call;
}

static void
call_unref (ClientCall *call)
{
  if (!g_ref_count_dec (&call->ref_count))
    return;

  g_clear_object (&call->held);
  g_clear_object (&call->stream);
  g_clear_object (&call->cancellable);
  g_free (call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClientCall, call_unref)

static const DheeraUpstreamHandler *
steal_handler (ClientCall *call)
{
  return g_steal_pointer (&call->handler);
}

static void
give_answer (ClientCall *call,
             gpointer    answer)
{
  const DheeraUpstreamHandler *handler = steal_handler (call);

  if (handler != NULL)
    handler->on_answer (answer, call->data);
}

static void
give_error (ClientCall   *call,
            const GError *error)
{
  const DheeraUpstreamHandler *handler = steal_handler (call);

  if (handler != NULL)
    handler->on_error (error, dheera_error_get_details (error), call->data);
}

static void
give_result (ClientCall *call,
             gpointer    result, /* nullable: then there is an error */
             GError     *error)
{
  if (result != NULL)
    give_answer (call, result);
  else
    give_error (call, error);
}

/* --- Whole answers ------------------------------------------------------------------------------------------------------------- */

static void
completed_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      data)
{
  g_autoptr(ClientCall) call = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraResponse) answer = dheera_client_complete_finish (DHEERA_CLIENT (source), result, &error);

  give_result (call, answer, error);
}

static void
embedded_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      data)
{
  g_autoptr(ClientCall) call = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraEmbeddingResponse) answer = dheera_client_embed_finish (DHEERA_CLIENT (source), result, &error);

  give_result (call, answer, error);
}

static void
listed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      data)
{
  g_autoptr(ClientCall) call = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GListModel) answer = dheera_client_list_models_finish (DHEERA_CLIENT (source), result, &error);

  give_result (call, answer, error);
}

/* --- Streams: a delta is asked for when the one before it was taken, so that a slow client slows its model down -------------------- */

/* With those that came along with it */
static void
take_deltas (ClientCall  *call,
             DheeraDelta *first) /* (transfer full) */
{
  DheeraDelta *next = first;

  for (guint n = 1; next != NULL && !call->paused && call->handler != NULL; n++)
    {
      g_autoptr(DheeraDelta) delta = next;

      next = n < MAX_IN_A_ROW ? dheera_stream_try_next (call->stream) : NULL;
      /* That may have been the end of the stream, and a handler of the client's signals may have dropped the server. */
      if (call->handler != NULL)
        call->handler->on_delta (delta, next != NULL, call->data);
    }
  call->held = next;
  read_on (call);
}

static void
take_next (ClientCall  *call,
           DheeraDelta *delta) /* (transfer full) (nullable) */
{
  if (delta != NULL)
    take_deltas (call, delta);
  else
    give_answer (call, dheera_stream_get_response (call->stream));
}

static void
next_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      data)
{
  g_autoptr(ClientCall) call = data;
  g_autoptr(GError) error = NULL;
  DheeraDelta *delta = dheera_stream_next_finish (DHEERA_STREAM (source), result, &error);

  call->reading = FALSE;
  if (error != NULL)
    give_error (call, error);
  else if (!call->paused)
    take_next (call, delta);
  else if (delta != NULL)
    call->held = delta;
  else
    call->held_end = TRUE;
}

static void
read_on (ClientCall *call)
{
  if (call->handler == NULL || call->paused || call->reading)
    return;

  call->reading = TRUE;
  /* It is cancelled by dheera_stream_cancel(): a cancellable would be connected to and disconnected from for each delta. */
  dheera_stream_next_async (call->stream, NULL, next_cb, call_ref (call));
}

static gboolean
resume_cb (gpointer data)
{
  g_autoptr(ClientCall) call = call_ref (data);

  g_clear_pointer (&call->resuming, g_source_unref);
  if (call->paused)
    return G_SOURCE_REMOVE;

  if (call->held != NULL || call->held_end)
    {
      call->held_end = FALSE;
      take_next (call, g_steal_pointer (&call->held));
    }
  else
    read_on (call);

  return G_SOURCE_REMOVE;
}

static void
client_call_pause (DheeraUpstreamCall *base)
{
  ClientCall *call = (ClientCall *) base;

  call->paused = TRUE;
}

static void
client_call_resume (DheeraUpstreamCall *base)
{
  ClientCall *call = (ClientCall *) base;
  g_autoptr(GMainContext) context = NULL;

  if (!call->paused)
    return;

  call->paused = FALSE;
  if (call->stream == NULL || call->resuming != NULL)
    return;

  context = g_main_context_ref_thread_default ();
  call->resuming = g_idle_source_new ();
  g_source_set_priority (call->resuming, G_PRIORITY_DEFAULT);
  g_source_set_callback (call->resuming, resume_cb, call, NULL);
  g_source_attach (call->resuming, context);
}

static void
client_call_cancel (DheeraUpstreamCall *base)
{
  ClientCall *call = (ClientCall *) base;
  gboolean running = call->handler != NULL;

  call->handler = NULL;
  if (call->resuming != NULL)
    g_source_destroy (call->resuming);
  g_clear_pointer (&call->resuming, g_source_unref);
  if (running && call->stream != NULL)
    dheera_stream_cancel (call->stream);
  else if (running)
    g_cancellable_cancel (call->cancellable);
  call_unref (call);
}

/* --- The upstream -------------------------------------------------------------------------------------------------------------- */

static DheeraUpstreamCall *
client_upstream_send (DheeraUpstream              *upstream,
                      DheeraUpstreamOperation      operation,
                      gpointer                     request,
                      const DheeraUpstreamHandler *handler,
                      gpointer                     data)
{
  /* A handler of its signals may drop the server, and the upstream with it. */
  g_autoptr(DheeraClient) client = g_object_ref (((ClientUpstream *) upstream)->client);
  ClientCall *call = g_new0 (ClientCall, 1);

  call->parent.klass = upstream->klass;
  g_ref_count_init (&call->ref_count);
  call->handler = handler;
  call->data = data;
  if (operation != DHEERA_UPSTREAM_STREAM)
    call->cancellable = g_cancellable_new ();
  switch (operation)
    {
    case DHEERA_UPSTREAM_COMPLETE:
      dheera_client_complete_async (client, request, call->cancellable, completed_cb, call_ref (call));
      break;
    case DHEERA_UPSTREAM_EMBED:
      dheera_client_embed_async (client, request, call->cancellable, embedded_cb, call_ref (call));
      break;
    case DHEERA_UPSTREAM_MODELS:
      dheera_client_list_models_async (client, request, call->cancellable, listed_cb, call_ref (call));
      break;
    case DHEERA_UPSTREAM_STREAM:
    default:
      call->stream = dheera_client_stream (client, request);
      read_on (call);
      break;
    }

  return &call->parent;
}

static void
client_upstream_free (DheeraUpstream *upstream)
{
  ClientUpstream *self = (ClientUpstream *) upstream;

  g_object_unref (self->client);
  g_free (self);
}

DheeraUpstream *
dheera_client_upstream_new (DheeraClient *client)
{
  static const DheeraUpstreamClass klass = {
    client_upstream_send,
    client_call_pause,
    client_call_resume,
    client_call_cancel,
    client_upstream_free,
  };
  ClientUpstream *self = g_new0 (ClientUpstream, 1);

  self->parent.klass = &klass;
  self->client = g_object_ref (client);

  return &self->parent;
}
