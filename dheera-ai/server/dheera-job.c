/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-routes-private.h"

#include <math.h>
#include <string.h>

/* The life of one request, from its head on: how it is answered. What it asks of the upstream is in dheera-job-ask.c. */

DheeraJob *
dheera_job_new (DheeraRoutes   *routes,
                DheeraIncoming *incoming)
{
  DheeraJob *self = g_new0 (DheeraJob, 1);

  self->routes = routes;
  self->incoming = incoming;
  self->start = g_get_monotonic_time ();
  self->link.data = self;
  g_snprintf (self->id, sizeof self->id, "req_%08x%08x%08x%08x", g_random_int (), g_random_int (), g_random_int (), g_random_int ());
  g_queue_push_tail_link (&routes->jobs, &self->link);
  incoming->route_data = self;

  return self;
}

/* Never what a request carries: its headers have the key, its body what somebody said. */
static void
log_end (DheeraJob *self,
         gboolean   complete)
{
  const double ms = (double) (g_get_monotonic_time () - self->start) / 1000;
  g_autofree char *path = g_uri_escape_string (self->incoming->path, G_URI_RESERVED_CHARS_ALLOWED_IN_PATH, TRUE);
  g_autofree char *status = g_strdup_printf ("%u", self->status);
  g_autofree char *time = g_strdup_printf ("%.1f", ms);

  g_log_structured (G_LOG_DOMAIN, G_LOG_LEVEL_DEBUG,
                    "DHEERA_REQUEST_ID", self->id,
                    "DHEERA_METHOD", self->incoming->method,
                    "DHEERA_PATH", path,
                    "DHEERA_STATUS", status,
                    "DHEERA_MILLISECONDS", time,
                    "DHEERA_PEER", self->incoming->peer != NULL ? self->incoming->peer : "",
                    "MESSAGE", "%s %s of %s: %s in %s ms%s (%s)", self->incoming->method, path,
                    self->incoming->peer != NULL ? self->incoming->peer : "an unknown client",
                    status, time, complete ? "" : ", and the client had left or was let go before the end", self->id);
}

void
dheera_job_free (DheeraJob *self,
                 gboolean   complete)
{
  if (self->gone != NULL)
    *self->gone = TRUE;
  log_end (self, complete);
  dheera_job_drop_calls (self);
  g_queue_unlink (&self->routes->jobs, &self->link);
  g_clear_pointer (&self->body, g_byte_array_unref);
  g_clear_pointer (&self->answers, g_ptr_array_unref);
  dheera_ask_clear (&self->ask);
  dheera_codec_stream_clear (&self->stream);
  if (self->events != NULL)
    g_string_free (self->events, TRUE);
  g_free (self->model_id);
  g_free (self);
}

/* --- Answers ----------------------------------------------------------------------------------------------------------------------- */

#define MAX_FIELDS 12

typedef struct
{
  DheeraFrontField fields[MAX_FIELDS + 1];
  guint n;
  char time[24];
} Fields;

static void
add_field (Fields     *self,
           const char *name,
           const char *value)
{
  g_return_if_fail (self->n < MAX_FIELDS);

  self->fields[self->n++] = (DheeraFrontField) { name, value };
}

/* What every answer has */
static void
init_fields (Fields                 *self,
             DheeraJob              *job,
             const char             *content_type,
             const DheeraFrontField *more)
{
  *self = (Fields) { 0 };
  g_snprintf (self->time, sizeof self->time, "%" G_GINT64_FORMAT, (g_get_monotonic_time () - job->start) / 1000);
  add_field (self, "Content-Type", content_type);
  add_field (self, "x-request-id", job->id);
  add_field (self, "openai-processing-ms", self->time);
  for (; more != NULL && more->name != NULL; more++)
    add_field (self, more->name, more->value);
}

void
dheera_job_reply (DheeraJob              *self,
                  guint                   status,
                  const DheeraFrontField *fields,
                  GBytes                 *body)
{
  Fields all;

  self->status = status;
  self->answered = TRUE;
  init_fields (&all, self, "application/json", fields);
  self->incoming->klass->reply (self->incoming, status, all.fields, body);
}

void
dheera_job_begin (DheeraJob *self)
{
  Fields all;

  self->status = 200;
  init_fields (&all, self, "text/event-stream; charset=utf-8", NULL);
  add_field (&all, "Cache-Control", "no-cache");
  /* nginx would gather the events otherwise. */
  add_field (&all, "X-Accel-Buffering", "no");
  self->incoming->klass->begin (self->incoming, 200, all.fields);
}

gboolean
dheera_job_write (DheeraJob *self)
{
  GString *events = self->events;
  gboolean more = self->incoming->klass->write (self->incoming, events->str, events->len);

  g_string_truncate (events, 0);

  return more;
}

static void
fail_as_answer (DheeraJob              *self,
                DheeraCodecError       *error,
                const DheeraFrontField *fields)
{
  DheeraFrontField all[4] = { { "x-should-retry", error->should_retry ? "true" : "false" } };
  char seconds[24];
  guint n = 1;

  if (error->retry_after >= 0)
    {
      g_snprintf (seconds, sizeof seconds, "%.0f", ceil (MIN (error->retry_after, 1e9)));
      all[n++] = (DheeraFrontField) { "Retry-After", seconds };
    }
  if (fields != NULL && fields->name != NULL)
    all[n++] = fields[0];

  g_autoptr(GBytes) body = g_bytes_new (error->body, strlen (error->body));
  dheera_job_reply (self, error->status, all, body);
}

static void
fail_as_event (DheeraJob        *self,
               DheeraCodecError *error)
{
  self->answered = TRUE;
  g_string_append_printf (self->events, "data: %s\n\n", error->body);
  dheera_job_write (self);
  self->incoming->klass->end (self->incoming);
}

/* fields is one field at most. */
void
dheera_job_fail (DheeraJob              *self,
                 DheeraCodecError       *error,
                 const DheeraFrontField *fields)
{
  dheera_job_drop_calls (self);
  if (self->status == 0)
    fail_as_answer (self, error, fields);
  else
    fail_as_event (self, error);
}

void
dheera_job_fail_with (DheeraJob          *self,
                      const GError       *error,
                      DheeraErrorDetails *details)
{
  g_auto(DheeraCodecError) failure = { 0 };

  dheera_codec_read_error (&failure, error, details);
  /* The client is told no more than that it is the server's affair. What is wrong with a request may quote it, and is the client's. */
  if (failure.status >= 500)
    g_debug ("%s failed: %s", self->id, error->message);
  dheera_job_fail (self, &failure, NULL);
}
