/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-routes-private.h"

#include "dheera-ai/model/responses/dheera-delta-private.h"

/* What a request asks of the upstream, and how what comes back becomes its answer. */

#define MAX_GATHERED (16 * 1024) /* bytes of events that came together and go out together */

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

static void
on_delta (DheeraDelta *delta,
          gboolean     more,
          gpointer     data)
{
  DheeraJobCall *call = data;
  DheeraJob *self = call->job;

  dheera_codec_write_delta (&self->stream, &self->ask, call->index, delta, delta->response, self->events);
  /* A delta may have nothing that a client of OpenAI's could be told. */
  if (self->events->len == 0 || (more && self->events->len < MAX_GATHERED))
    return;

  /* The first one decides that the answer is one: what fails before it has a status of its own. */
  if (self->status == 0)
    dheera_job_begin (self);
  if (!dheera_job_write (self))
    pause_all (self);
}

static void
end_stream (DheeraJob *self)
{
  if (self->status == 0)
    dheera_job_begin (self);
  dheera_codec_write_end (&self->stream, &self->ask, self->answers, self->events);
  self->answered = TRUE;
  dheera_job_write (self);
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

/* A name of the server's own whose target the client knows nothing of: the server's affair, and the words would tell the target. */
static gboolean
is_wrong_target (DheeraJob          *self,
                 const GError       *error,
                 DheeraErrorDetails *details)
{
  return self->routes->models->len > 0 && g_error_matches (error, DHEERA_ERROR, DHEERA_ERROR_UNKNOWN_MODEL)
         && (details == NULL || dheera_error_details_get_status (details) == 0);
}

static void
on_error (const GError       *error,
          DheeraErrorDetails *details,
          gpointer            data)
{
  DheeraJobCall *call = data;
  DheeraJob *self = call->job;

  /* The others of the same request are of no use without this one. */
  if (is_wrong_target (self, error, details))
    {
      g_autoptr(GError) wrong = g_error_new (DHEERA_ERROR, DHEERA_ERROR_FAILED, "The target of the model “%s” means nothing: %s", self->ask.model, error->message);

      dheera_job_fail_with (self, wrong, NULL);
    }
  else
    dheera_job_fail_with (self, error, details);
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

/* Handlers of the client's signals run within send(), and one of them may drop the server, and this job with it. */
static void
send_all (DheeraJob *self)
{
  DheeraUpstream *upstream = self->routes->upstream;
  g_autoptr(GPtrArray) requests = g_ptr_array_ref (self->ask.requests);
  g_autoptr(GPtrArray) calls = g_ptr_array_new_full (requests->len, job_call_free);
  gboolean gone = FALSE;

  if (self->ask.stream)
    self->events = g_string_sized_new (512);
  self->calls = g_ptr_array_ref (calls);
  self->answers = g_ptr_array_new_full (requests->len, unref_answer);
  g_ptr_array_set_size (self->answers, (int) requests->len);
  self->gone = &gone;
  for (guint i = 0; i < requests->len && !gone && self->calls == calls; i++)
    {
      DheeraJobCall *call = g_new0 (DheeraJobCall, 1);

      call->job = self;
      call->index = i;
      g_ptr_array_add (calls, call);
      call->call = upstream->klass->send (upstream, self->ask.operation, g_ptr_array_index (requests, i), &handler, call);
    }
  if (!gone)
    self->gone = NULL;
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
