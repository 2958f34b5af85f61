/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "runner.h"

#include <string.h>

void
outcome_free (Outcome *self)
{
  g_string_free (self->body, TRUE);
  g_clear_error (&self->error);
  g_free (self->content_type);
  g_free (self->description);
  g_free (self);
}

typedef struct
{
  const Run *run;
  Outcome *outcome;
  DheeraExchange *exchange;
  gboolean expecting;
  gboolean done;
} Running;

DheeraExchange *
runner_make_exchange (const Run *run)
{
  g_autoptr(DheeraHttpRequest) request = dheera_http_request_new (run->method != NULL ? run->method : "POST", run->url);
  DheeraTimeouts timeouts = run->timeouts;
  gsize size = run->body_size > 0 ? run->body_size : 2;
  g_autofree char *body = g_strnfill (size, ' ');

  body[0] = '{';
  body[size - 1] = '}';
  dheera_http_request_take_json (request, g_bytes_new (body, size));
  request->auth = run->auth;
  request->auth_header = run->auth_header;
  request->sign_region = g_strdup (run->sign_region);
  request->sign_service = "bedrock";
  request->framing = run->framing;
  if (timeouts.total == 0)
    timeouts.total = 20;
  if (timeouts.deadline == 0)
    timeouts.deadline = g_get_monotonic_time () + (gint64) (timeouts.total * G_USEC_PER_SEC);

  return dheera_exchange_new (run->transport, request, run->key != NULL ? run->key : "sk-test", &timeouts);
}

static void
runner_take_head (Running *running)
{
  running->outcome->status = dheera_exchange_get_status (running->exchange);
  running->outcome->content_type = g_strdup (dheera_exchange_get_content_type (running->exchange));
  if (running->run->with_head != NULL)
    running->run->with_head (running->exchange, running->run->user_data);
}

static void
runner_take_bytes (Running    *running,
                   const char *bytes,
                   gssize      n)
{
  /* Bombs are only counted. */
  if (running->outcome->body->len < 1000000)
    g_string_append_len (running->outcome->body, bytes, n);
  if (running->run->mark_first_token)
    dheera_exchange_mark_first_token (running->exchange);
}

static void
runner_readable_cb (DheeraExchange *exchange,
                    gpointer        user_data)
{
  Running *running = user_data;
  char buffer[16384];
  GError *error = NULL;
  guint n_reads = 0;
  gssize n;

  g_assert_true (running->expecting);
  running->expecting = FALSE;
  while ((n = dheera_exchange_read_nonblocking (exchange, buffer, sizeof buffer, &error)) > 0)
    {
      runner_take_bytes (running, buffer, n);
      n_reads++;
    }
  if (n < 0 && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    {
      g_clear_error (&error);
      if (n_reads == 0)
        running->outcome->n_empty_waits++;
      running->expecting = TRUE;
      dheera_exchange_wait_async (exchange, running->run->cancellable, runner_readable_cb, running);
      return;
    }
  running->outcome->error = error;
  running->done = TRUE;
}

static void
runner_sent_cb (DheeraExchange *exchange,
                gpointer        user_data)
{
  Running *running = user_data;

  g_assert_true (running->expecting);
  running->outcome->n_callbacks++;
  if (!dheera_exchange_send_finish (exchange, &running->outcome->error))
    {
      running->done = TRUE;
      return;
    }
  runner_take_head (running);
  if (running->run->head_only)
    running->done = TRUE;
  else
    runner_readable_cb (exchange, running);
}

static void
runner_block (Running *running)
{
  char buffer[16384];
  gssize n;

  if (!dheera_exchange_send (running->exchange, running->run->cancellable, &running->outcome->error))
    return;
  runner_take_head (running);
  if (running->run->head_only)
    return;
  while ((n = dheera_exchange_read (running->exchange, buffer, sizeof buffer, running->run->cancellable, &running->outcome->error)) > 0)
    runner_take_bytes (running, buffer, n);
}

void
runner_settle (guint ms)
{
  gint64 end = g_get_monotonic_time () + ms * 1000;

  while (g_get_monotonic_time () < end)
    {
      if (!g_main_context_iteration (NULL, FALSE))
        g_usleep (500);
    }
}

Outcome *
run_exchange (RunMode    mode,
              const Run *run)
{
  Outcome *outcome = g_new0 (Outcome, 1);
  Running running = { .run = run, .outcome = outcome, .exchange = runner_make_exchange (run), .expecting = TRUE };
  gint64 start = g_get_monotonic_time ();

  outcome->body = g_string_new (NULL);
  if (run->with_exchange != NULL)
    run->with_exchange (running.exchange, run->user_data);
  if (mode == RUN_BLOCKING)
    {
      runner_block (&running);
    }
  else
    {
      dheera_exchange_send_async (running.exchange, run->cancellable, runner_sent_cb, &running);
      g_assert_false (running.done);
      while (!running.done)
        g_main_context_iteration (NULL, TRUE);
      g_assert_cmpuint (outcome->n_callbacks, ==, 1);
    }
  outcome->seconds = (g_get_monotonic_time () - start) / (double) G_USEC_PER_SEC;
  outcome->description = dheera_exchange_describe (running.exchange);
  dheera_exchange_close (running.exchange);
  outcome->stats = *dheera_exchange_get_stats (running.exchange);
  dheera_exchange_free (running.exchange);
  /* libsoup takes the connection back into its pool from the main context. */
  while (mode == RUN_ASYNC && g_main_context_iteration (NULL, FALSE))
    ;
  if (mode == RUN_ASYNC && !run->no_settling)
    runner_settle (20);

  return outcome;
}

void
assert_failed (Outcome              *outcome,
               DheeraTransportError  code,
               const char           *pattern)
{
  g_assert_error (outcome->error, DHEERA_TRANSPORT_ERROR, (int) code);
  if (pattern != NULL && !g_pattern_match_simple (pattern, outcome->error->message))
    g_error ("\"%s\" is not like \"%s\"", outcome->error->message, pattern);
  g_assert_null (strstr (outcome->error->message, "sk-test"));
  g_assert_false (g_str_has_suffix (outcome->error->message, "."));
}

void
runner_count_log (SoupLogger        *logger,
                  SoupLoggerLogLevel level,
                  char               direction,
                  const char        *data,
                  gpointer           user_data)
{
  ++*(guint *) user_data;
}

SoupSession *
runner_make_session (void)
{
  g_autoptr(GTlsDatabase) database = fault_server_new_database ();

  return soup_session_new_with_options ("tls-database", database, NULL);
}

void
assert_freed (SoupSession *session)
{
  SoupSession *watched = session;

  g_object_add_weak_pointer (G_OBJECT (watched), (gpointer *) &watched);
  g_object_unref (session);
  for (gint64 end = g_get_monotonic_time () + 2 * G_USEC_PER_SEC; watched != NULL && g_get_monotonic_time () < end;)
    {
      if (!g_main_context_iteration (NULL, FALSE))
        g_usleep (500);
    }
  g_assert_null (watched);
}
