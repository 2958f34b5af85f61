/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Plays recorded answers back through the public API. Jobs come in as lines of JSON, one recording each, and for every run that a job asks for a line goes out with what the
 * application sees and what the server was asked. What is right is judged elsewhere: see run.py, which writes the jobs and reads the lines. */

#include <gio/gunixinputstream.h>
#include <stdio.h>
#include <string.h>

#include "replay-report.h"
#include "replay-server.h"
#include "replay-tasks.h"

#define KEY "replay-key"
#define TIMEOUT_SECONDS 20

typedef struct
{
  ReplayServer *server;
  DheeraClient *clients[2]; /* over a session of the library's own, and over one of the application's */
  guint n_jobs;
} Replay;

static const char *
get_string (JsonObject *object,
            const char *name)
{
  return json_object_get_string_member_with_default (object, name, NULL);
}

static void
store_result_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  GAsyncResult **place = user_data;

  g_assert_null (*place);
  *place = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

/* --- Making the request -------------------------------------------------------------------------------------------------------- */

static void
configure (DheeraBaseRequest *request,
           Replay            *replay,
           JsonObject        *job)
{
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u%s", replay_server_get_port (replay->server), get_string (job, "prefix"));

  dheera_base_request_set_provider (request, get_string (job, "provider"));
  dheera_base_request_set_base_url (request, url);
  dheera_base_request_set_api_key (request, KEY);
  dheera_base_request_set_max_retries (request, 0);
}

/* The recorded request, or a plain one where there is none */
static DheeraRequest *
make_request (Replay      *replay,
              JsonObject  *job,
              const char  *json,
              GError     **error)
{
  DheeraRequest *request;

  if (json != NULL)
    request = dheera_request_new_from_json (json, error);
  else
    request = dheera_request_new_for_prompt ("some-model", "Hello");
  if (request == NULL)
    return NULL;

  configure (DHEERA_BASE_REQUEST (request), replay, job);
  return request;
}

static void
set_script (Replay     *replay,
            JsonObject *job,
            JsonObject *run)
{
  static const char *const ends[] = { "whole", "close", "clean", "reset", NULL };
  gsize length;
  guchar *body = g_base64_decode (get_string (job, "body"), &length);
  g_autoptr(GBytes) bytes = g_bytes_new_take (body, length);
  const char *end = json_object_get_string_member_with_default (run, "end", "whole");
  ReplayScript script = { 0 };

  script.status = json_object_get_int_member (job, "status");
  script.headers = (char *) get_string (job, "headers");
  script.body = bytes;
  script.chunked = json_object_get_boolean_member (job, "chunked");
  script.seed = json_object_get_int_member (job, "seed");
  script.piece = json_object_get_int_member_with_default (run, "piece", 0);
  script.cut = json_object_get_int_member_with_default (run, "cut", 0);
  while (ends[script.end] != NULL && !g_str_equal (ends[script.end], end))
    script.end++;
  g_assert_nonnull (ends[script.end]);
  replay_server_set_script (replay->server, &script);
}

/* --- The ways to call ------------------------------------------------------------------------------------------------------------ */

static DheeraResponse *
complete (DheeraClient   *client,
          DheeraRequest  *request,
          gboolean        async,
          GError        **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  if (!async)
    return dheera_client_complete (client, request, NULL, error);

  dheera_client_complete_async (client, request, NULL, store_result_cb, &result);
  return dheera_client_complete_finish (client, wait_for (&result), error);
}

static DheeraResponse *
collect (DheeraStream  *stream,
         gboolean       async,
         GError       **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  if (!async)
    return dheera_stream_collect (stream, NULL, error);

  dheera_stream_collect_async (stream, NULL, store_result_cb, &result);
  return dheera_stream_collect_finish (stream, wait_for (&result), error);
}

static DheeraDelta *
next (DheeraStream  *stream,
      gboolean       async,
      GError       **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  if (!async)
    return dheera_stream_next (stream, NULL, error);

  dheera_stream_next_async (stream, NULL, store_result_cb, &result);
  return dheera_stream_next_finish (stream, wait_for (&result), error);
}

static void
pull (DheeraStream  *stream,
      gboolean       async,
      JsonBuilder   *report,
      GError       **error)
{
  g_autoptr(Deltas) deltas = deltas_new ();
  g_autoptr(GError) failure = NULL;
  g_autoptr(GError) again = NULL;
  DheeraDelta *delta;

  while ((delta = next (stream, async, &failure)) != NULL)
    {
      deltas_add (deltas, delta);
      g_object_unref (delta);
    }

  /* Over is over, whichever way it is asked: the end stays the end, and an error the same error. */
  delta = next (stream, !async, &again);
  g_assert_null (delta);
  g_assert_cmpint (failure != NULL, ==, again != NULL);
  if (failure != NULL)
    {
      g_assert_error (again, failure->domain, failure->code);
      g_assert_cmpstr (again->message, ==, failure->message);
    }

  report_deltas (report, deltas);
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
}

static void
add_delta_cb (DheeraStream *stream,
              DheeraDelta  *delta,
              gpointer      user_data)
{
  deltas_add (user_data, delta);
}

static void
run_stream (DheeraClient  *client,
            DheeraRequest *request,
            const char    *mode,
            JsonBuilder   *report,
            GError       **error)
{
  g_autoptr(DheeraStream) stream = dheera_client_stream (client, request);
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(Deltas) deltas = deltas_new ();
  gboolean async = g_str_has_suffix (mode, "-async");

  if (g_str_has_prefix (mode, "next"))
    {
      pull (stream, async, report, error);
    }
  else if (g_str_has_prefix (mode, "signal"))
    {
      g_signal_connect (stream, "delta", G_CALLBACK (add_delta_cb), deltas);
      response = collect (stream, async, error);
      report_deltas (report, deltas);
    }
  else
    {
      response = collect (stream, async, error);
    }

  g_assert_false (dheera_stream_get_running (stream));
  if (response != NULL)
    g_assert_true (response == dheera_stream_get_response (stream));

  /* What came before an error is kept; of an answer with an error status there is nothing. */
  if (dheera_stream_get_response (stream) == NULL)
    {
      g_assert_cmpstr (dheera_stream_get_text (stream), ==, "");
      return;
    }
  g_assert_cmpstr (dheera_stream_get_text (stream), ==, dheera_response_get_text (dheera_stream_get_response (stream)));
  g_assert_cmpstr (dheera_stream_get_reasoning (stream), ==, dheera_response_get_reasoning (dheera_stream_get_response (stream)));
  report_response (report, dheera_stream_get_response (stream));
}

static void
run_chat (Replay      *replay,
          JsonObject  *job,
          const char  *json,
          const char  *mode,
          JsonBuilder *report,
          GError     **error)
{
  DheeraClient *client = replay->clients[replay->n_jobs % 2];
  g_autoptr(DheeraRequest) request = make_request (replay, job, json, error);
  g_autoptr(DheeraResponse) response = NULL;

  if (request == NULL)
    return;

  if (g_str_has_prefix (mode, "complete"))
    {
      response = complete (client, request, g_str_has_suffix (mode, "-async"), error);
      if (response != NULL)
        report_response (report, response);
    }
  else
    {
      run_stream (client, request, mode, report, error);
    }
}

static void
run_count (Replay      *replay,
           JsonObject  *job,
           const char  *json,
           const char  *mode,
           JsonBuilder *report,
           GError     **error)
{
  DheeraClient *client = replay->clients[replay->n_jobs % 2];
  g_autoptr(DheeraRequest) request = make_request (replay, job, json, error);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(DheeraUsage) usage = NULL;

  if (request == NULL)
    return;

  if (g_str_has_suffix (mode, "-async"))
    {
      dheera_client_count_tokens_async (client, request, NULL, store_result_cb, &result);
      usage = dheera_client_count_tokens_finish (client, wait_for (&result), error);
    }
  else
    {
      usage = dheera_client_count_tokens (client, request, NULL, error);
    }
  if (usage != NULL)
    report_usage (report, usage);
}

static void
run_models (Replay      *replay,
            JsonObject  *job,
            const char  *mode,
            JsonBuilder *report,
            GError     **error)
{
  DheeraClient *client = replay->clients[replay->n_jobs % 2];
  g_autoptr(DheeraModelsRequest) request = dheera_models_request_new (get_string (job, "provider"));
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GListModel) models = NULL;

  configure (DHEERA_BASE_REQUEST (request), replay, job);
  if (g_str_has_suffix (mode, "-async"))
    {
      dheera_client_list_models_async (client, request, NULL, store_result_cb, &result);
      models = dheera_client_list_models_finish (client, wait_for (&result), error);
    }
  else
    {
      models = dheera_client_list_models (client, request, NULL, error);
    }
  if (models != NULL)
    report_models (report, models);
}

static void
report_answer (JsonBuilder        *report,
               DheeraBaseResponse *response)
{
  const char *const *warnings = dheera_base_response_get_warnings (response);
  g_autofree char *json = dheera_base_response_to_json (response);

  report_string (report, "json", json);
  json_builder_set_member_name (report, "warnings");
  json_builder_begin_array (report);
  for (; *warnings != NULL; warnings++)
    json_builder_add_string_value (report, *warnings);
  json_builder_end_array (report);
}

static void
run_task (Replay      *replay,
          JsonObject  *job,
          const char  *json,
          const char  *mode,
          JsonBuilder *report,
          GError     **error)
{
  const char *task = get_string (job, "task");
  g_autoptr(JsonNode) root = json_from_string (json, NULL);
  g_autoptr(DheeraBaseRequest) request = task_new_request (task, json_node_get_object (root));
  g_autoptr(DheeraBaseResponse) response = NULL;

  configure (request, replay, job);
  response = task_call (task, replay->clients[replay->n_jobs % 2], request, g_str_has_suffix (mode, "-async"), error);
  if (response != NULL)
    report_answer (report, response);
}

/* --- Jobs and runs --------------------------------------------------------------------------------------------------------------- */

static void
report_headers (JsonBuilder *report,
                GPtrArray   *headers)
{
  json_builder_set_member_name (report, "headers");
  json_builder_begin_object (report);
  for (guint i = 0; i + 1 < headers->len; i += 2)
    report_string (report, g_ptr_array_index (headers, i), g_ptr_array_index (headers, i + 1));
  json_builder_end_object (report);
}

static void
report_request (JsonBuilder   *report,
                ReplayRequest *request,
                guint          n_requests)
{
  g_autofree char *body = NULL;
  gsize length;
  gconstpointer data;

  report_int (report, "n_requests", n_requests);
  if (request == NULL)
    return;

  data = g_bytes_get_data (request->body, &length);
  body = g_strndup (data, length);
  json_builder_set_member_name (report, "asked");
  json_builder_begin_object (report);
  report_string (report, "method", request->method);
  report_string (report, "target", request->target);
  report_headers (report, request->headers);
  if (g_utf8_validate (data, (gssize) length, NULL))
    {
      report_string (report, "body", body);
    }
  else
    {
      g_autofree char *base64 = g_base64_encode (data, length);

      report_string (report, "body_base64", base64);
    }
  json_builder_end_object (report);
}

static JsonBuilder *
make_report (Replay     *replay,
             JsonObject *job,
             JsonObject *run,
             const char *json,
             GError    **error)
{
  JsonBuilder *report = json_builder_new ();
  const char *mode = get_string (run, "mode");

  json_builder_begin_object (report);
  report_string (report, "id", get_string (job, "id"));
  report_int (report, "run", json_object_get_int_member (run, "run"));
  if (g_str_equal (get_string (job, "task"), "models"))
    run_models (replay, job, mode, report, error);
  else if (task_is_known (get_string (job, "task")) && json != NULL)
    run_task (replay, job, json, mode, report, error);
  else if (g_str_equal (get_string (job, "task"), "count"))
    run_count (replay, job, json, mode, report, error);
  else
    run_chat (replay, job, json, mode, report, error);
  return report;
}

static void
do_run (Replay     *replay,
        JsonObject *job,
        JsonObject *run)
{
  const char *json = get_string (job, "request");
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) request_error = NULL;
  g_autoptr(JsonBuilder) report = NULL;
  g_autoptr(JsonNode) root = NULL;
  g_autoptr(ReplayRequest) request = NULL;
  g_autofree char *line = NULL;
  guint n_requests;

  set_script (replay, job, run);
  report = make_report (replay, job, run, json, &error);
  request = replay_server_take_request (replay->server, &n_requests);

  /* A request that the library can't express is named, and a plain one goes in its place. */
  if (n_requests == 0 && json != NULL)
    {
      request_error = g_steal_pointer (&error);
      g_object_unref (report);
      report = make_report (replay, job, run, NULL, &error);
      request = replay_server_take_request (replay->server, &n_requests);
    }

  if (request_error != NULL)
    report_string (report, "request_error", request_error->message);
  if (error != NULL)
    report_error (report, error);
  report_request (report, request, n_requests);
  json_builder_end_object (report);

  root = json_builder_get_root (report);
  line = json_to_string (root, FALSE);
  puts (line);
}

static gboolean
do_job (Replay      *replay,
        const char  *line,
        GError     **error)
{
  g_autoptr(JsonNode) root = json_from_string (line, error);
  JsonObject *job;
  JsonArray *runs;

  if (root == NULL)
    return FALSE;

  job = json_node_get_object (root);
  runs = json_object_get_array_member (job, "runs");
  if (json_object_get_boolean_member_with_default (job, "compatible", FALSE))
    {
      g_autoptr(DheeraProvider) provider = dheera_provider_new_compatible (get_string (job, "provider"), "http://127.0.0.1:9/v1");

      dheera_client_add_provider (replay->clients[0], provider);
      dheera_client_add_provider (replay->clients[1], provider);
    }
  for (guint i = 0; i < G_N_ELEMENTS (replay->clients); i++)
    {
      DheeraProvider *provider = dheera_client_get_provider (replay->clients[i], get_string (job, "provider"));

      dheera_provider_set_api_version (provider, json_object_get_string_member_with_default (job, "api_version", NULL));
    }
  for (guint i = 0; i < json_array_get_length (runs); i++)
    do_run (replay, job, json_array_get_object_element (runs, i));
  replay->n_jobs++;
  return TRUE;
}

int
main (void)
{
  Replay replay = { 0 };
  g_autoptr(GError) error = NULL;
  g_autoptr(SoupSession) session = soup_session_new_with_options ("max-conns", 64, "max-conns-per-host", 64, "timeout", 0, NULL);
  g_autoptr(GInputStream) input = g_unix_input_stream_new (0, FALSE);
  g_autoptr(GDataInputStream) lines = g_data_input_stream_new (input);
  char *line;

  replay.server = replay_server_new (&error);
  g_assert_no_error (error);
  replay.clients[0] = dheera_client_new ();
  replay.clients[1] = dheera_client_new_with_session (session);
  for (guint i = 0; i < G_N_ELEMENTS (replay.clients); i++)
    {
      dheera_client_set_timeout (replay.clients[i], TIMEOUT_SECONDS);
      dheera_client_set_param_policy (replay.clients[i], DHEERA_PARAM_POLICY_DROP);
    }

  while ((line = g_data_input_stream_read_line (lines, NULL, NULL, &error)) != NULL)
    {
      g_assert_true (do_job (&replay, line, &error));
      g_free (line);
    }
  g_assert_no_error (error);

  printf ("{\"connections\": %u}\n", replay_server_count_connections (replay.server));
  for (guint i = 0; i < G_N_ELEMENTS (replay.clients); i++)
    {
      g_object_add_weak_pointer (G_OBJECT (replay.clients[i]), (gpointer *) &replay.clients[i]);
      g_object_unref (replay.clients[i]);
      g_assert_null (replay.clients[i]);
    }
  replay_server_free (replay.server);
  return 0;
}
