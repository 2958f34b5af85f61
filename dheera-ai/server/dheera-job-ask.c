/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-routes-private.h"

#include "dheera-ai/model/dheera-delta-private.h"

/* What a request asks of the upstream, and how what comes back becomes its answer. */

/* What is gathered at most, in bytes and microseconds */
#define MAX_GATHER (16 * 1024)
#define MAX_GATHER_TIME 2000

static void
job_call_free (gpointer data)
{
  DheeraJobCall *self = data;

  if (self->call != NULL)
    self->call->klass->cancel (self->call);
  g_free (self);
}

static void
unref_answer (gpointer answer) /* (nullable) */
{
  g_clear_object ((GObject **) &answer);
}

void
dheera_job_drop_calls (DheeraJob *self)
{
  if (self->lists)
    dheera_model_list_forget (self->routes->list, self);
  g_clear_pointer (&self->calls, g_ptr_array_unref);
}

/* --- What comes back ----------------------------------------------------------------------------------------------------------------- */

static void
pause_all (DheeraJob *self)
{
  self->paused = TRUE;
  for (guint i = 0; i < self->calls->len; i++)
    {
      DheeraJobCall *each = g_ptr_array_index (self->calls, i);

      /* One that is not there yet is told when it is. */
      if (each->call != NULL)
        each->call->klass->pause (each->call);
    }
}

void
dheera_job_writable (DheeraJob *self)
{
  if (!self->paused)
    return;

  self->paused = FALSE;
  for (guint i = 0; self->calls != NULL && i < self->calls->len; i++)
    {
      DheeraJobCall *each = g_ptr_array_index (self->calls, i);

      each->call->klass->resume (each->call);
    }
}

/* --- Streams: the deltas of one read of the provider's socket come one by one, and go out together ------------------------------------ */

static void
forget_unsent (DheeraJob *self)
{
  if (self->unsent_since != 0)
    g_queue_unlink (&self->routes->unsent, &self->unsent_link);
  self->unsent_since = 0;
}

void
dheera_job_send (DheeraJob *self)
{
  gboolean enough;

  if (self->unsent_since == 0)
    return;

  forget_unsent (self);
  enough = !self->incoming->klass->write (self->incoming, self->events->str, self->events->len);
  g_string_truncate (self->events, 0);
  if (enough && self->calls != NULL)
    pause_all (self);
}

/* Where there is always something to do, the sender does not get its turn: those that have waited are sent from here. */
static void
send_late (DheeraRoutes *routes,
           gint64        now)
{
  DheeraJob *oldest;

  while ((oldest = g_queue_peek_head (&routes->unsent)) != NULL && now - oldest->unsent_since > MAX_GATHER_TIME)
    dheera_job_send (oldest);
}

static void
gather (DheeraJob *self)
{
  gint64 now = g_get_monotonic_time ();

  if (self->unsent_since == 0)
    {
      self->unsent_since = now;
      self->unsent_link.data = self;
      g_queue_push_tail_link (&self->routes->unsent, &self->unsent_link);
      g_source_set_ready_time (self->routes->sender, 0);
    }
  if (self->events->len >= MAX_GATHER)
    dheera_job_send (self);
  send_late (self->routes, now);
}

static void
on_delta (DheeraDelta *delta,
          gpointer     data)
{
  DheeraJobCall *call = data;
  DheeraJob *self = call->job;

  if (self->events == NULL)
    self->events = g_string_sized_new (1024);
  dheera_codec_write_delta (&self->stream, &self->ask, call->index, delta, delta->response, self->events);
  /* A delta may have nothing that a client of OpenAI's could be told. */
  if (self->events->len == 0)
    return;

  /* The first one decides that the answer is one: what fails before it has a status of its own. */
  if (self->status == 0)
    dheera_job_begin (self);
  gather (self);
}

static void
end_stream (DheeraJob *self)
{
  if (self->events == NULL)
    self->events = g_string_sized_new (1024);
  if (self->status == 0)
    dheera_job_begin (self);
  forget_unsent (self);
  dheera_codec_write_end (&self->stream, &self->ask, self->answers, self->events);
  self->answered = TRUE;
  self->incoming->klass->write (self->incoming, self->events->str, self->events->len);
  self->incoming->klass->end (self->incoming);
}

static void
on_answer (gpointer answer,
           gpointer data)
{
  DheeraJobCall *call = data;
  DheeraJob *self = call->job;

  g_set_object ((GObject **) &g_ptr_array_index (self->answers, call->index), answer);
  if (++self->n_answers < self->answers->len)
    return;

  if (self->ask.stream)
    end_stream (self);
  else
    {
      g_autoptr(GBytes) body = dheera_codec_write_answer (&self->ask, self->answers);

      dheera_job_reply (self, 200, NULL, body);
    }
  dheera_job_drop_calls (self);
}

static void
on_error (const GError       *error,
          DheeraErrorDetails *details,
          gpointer            data)
{
  DheeraJobCall *call = data;

  /* The others of the same request are of no use without this one. */
  dheera_job_fail_with (call->job, error, details);
}

static const DheeraUpstreamHandler handler = { on_delta, on_answer, on_error };

/* --- What is asked ------------------------------------------------------------------------------------------------------------------- */

/* The server's own name of a model stands for its target. FALSE when the job was answered. */
static gboolean
choose_model (DheeraJob *self)
{
  const DheeraServedModel *model;

  if (self->routes->models->len == 0)
    return TRUE;

  model = self->ask.model != NULL ? dheera_routes_find_model (self->routes, self->ask.model) : NULL;
  if (model == NULL)
    {
      g_auto(DheeraCodecError) error = { 0 };

      dheera_codec_make_error (&error, 404, "invalid_request_error", "model_not_found", "model", "The model `%s` does not exist or you do not have access to it.",
                               self->ask.model != NULL ? self->ask.model : "");
      dheera_job_fail (self, &error, NULL);
      return FALSE;
    }

  for (guint i = 0; i < self->ask.requests->len; i++)
    dheera_base_request_set_model (g_ptr_array_index (self->ask.requests, i), model->target);
  g_free (self->ask.shown_model);
  self->ask.shown_model = g_strdup (model->name);

  return TRUE;
}

static void
send_all (DheeraJob *self)
{
  DheeraUpstream *upstream = self->routes->upstream;
  GPtrArray *requests = self->ask.requests;

  self->calls = g_ptr_array_new_full (requests->len, job_call_free);
  self->answers = g_ptr_array_new_full (requests->len, unref_answer);
  g_ptr_array_set_size (self->answers, (int) requests->len);
  for (guint i = 0; i < requests->len; i++)
    {
      DheeraJobCall *call = g_new0 (DheeraJobCall, 1);

      call->job = self;
      call->index = i;
      g_ptr_array_add (self->calls, call);
      call->call = upstream->klass->send (upstream, self->ask.operation, g_ptr_array_index (requests, i), &handler, call);
    }
}

void
dheera_job_ask (DheeraJob *self)
{
  g_autoptr(GBytes) body = NULL;
  g_autoptr(GError) error = NULL;

  if (self->route == DHEERA_ROUTE_MODELS || self->route == DHEERA_ROUTE_MODEL)
    {
      dheera_model_list_ask (self->routes->list, self);
      return;
    }

  body = self->body != NULL ? g_byte_array_free_to_bytes (g_steal_pointer (&self->body)) : g_bytes_new_static ("", 0);
  if (!dheera_codec_read (&self->ask, self->route, body, &error))
    dheera_job_fail_with (self, error, dheera_error_get_details (error));
  else if (choose_model (self))
    send_all (self);
}
