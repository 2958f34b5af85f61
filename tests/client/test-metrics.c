/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is counted, and the two texts that it becomes. */

#include "client-util.h"

#include "dheera-ai/client/dheera-metrics-private.h"
#include "tests/servers/fault-server.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define HEAD(status) "HTTP/1.1 " status "\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
#define OK_ANSWER HEAD ("200 OK") "{\"choices\":[{\"index\":0,\"message\":{\"content\":\"Hello\"},\"finish_reason\":\"stop\"}]," \
                  "\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":4,\"total_tokens\":14,\"prompt_tokens_details\":{\"cached_tokens\":6}}}"
#define BUSY HEAD ("503 Service Unavailable") "{\"error\":{\"message\":\"busy\"}}"
#define N_THREADS 8
#define CALLS_OF_THREAD 25

static double
get (DheeraMetrics *metrics,
     const char    *name)
{
  return dheera_metrics_get_value (metrics, name, NULL, NULL);
}

static void
complete (DheeraClient *client,
          const char   *model,
          const char   *options)
{
  g_autoptr(DheeraRequest) request = mock_request (model, "Hello", options);
  g_autoptr(DheeraResponse) response = dheera_client_complete (client, request, NULL, NULL);

  g_assert_true (response != NULL || options != NULL);
}

/* --- Counting ---------------------------------------------------------------------------------------------------------------------------- */

static void
test_fresh (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraMetrics) metrics = dheera_metrics_new (client);
  g_autofree char *text = dheera_metrics_to_prometheus (metrics);

  for (guint i = 0; i < DHEERA_N_METRICS; i++)
    g_assert_cmpfloat (get (metrics, dheera_metric_infos[i].name), ==, 0);
  g_assert_cmpfloat (get (metrics, "cost"), ==, 0);
  g_assert_cmpfloat (get (metrics, "errors"), ==, 0);
  g_assert_cmpfloat (get (metrics, "first-token-count"), ==, 0);
  g_assert_cmpfloat (get (metrics, "no-such-thing"), ==, -1);
  g_assert_cmpfloat (get (metrics, "first-byte"), ==, -1);
  g_assert_nonnull (strstr (text, "# TYPE dheera_calls_total counter\n"));
  g_assert_null (strchr (text, '{'));
}

static void
test_counts (void)
{
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraMetrics) metrics = dheera_metrics_new (client);
  g_autoptr(DheeraRequest) request = dheera_request_new_for_prompt ("openai/m", "Hi");
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *url = fault_server_dup_url (server, "/v1");
  gsize sent;

  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (BUSY), FAULT_CLOSE (), FAULT_END);
  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (OK_ANSWER), FAULT_CLOSE (), FAULT_END);
  dheera_base_request_set_base_url (DHEERA_BASE_REQUEST (request), url);
  dheera_base_request_set_api_key (DHEERA_BASE_REQUEST (request), "key-of-the-tests");
  response = dheera_client_complete (client, request, NULL, &error);
  g_assert_no_error (error);

  sent = g_bytes_get_size (fault_server_get_request (server, 0)->body) + g_bytes_get_size (fault_server_get_request (server, 1)->body);
  g_assert_cmpfloat (get (metrics, "calls"), ==, 1);
  g_assert_cmpfloat (get (metrics, "in-progress"), ==, 0);
  g_assert_cmpfloat (get (metrics, "attempts"), ==, 2);
  g_assert_cmpfloat (get (metrics, "retries"), ==, 1);
  g_assert_cmpfloat (get (metrics, "errors"), ==, 0);
  g_assert_cmpfloat (get (metrics, "input-tokens"), ==, 10);
  g_assert_cmpfloat (get (metrics, "output-tokens"), ==, 4);
  g_assert_cmpfloat (get (metrics, "cached-tokens"), ==, 6);
  g_assert_cmpfloat (get (metrics, "bytes-sent"), ==, (double) sent);
  g_assert_cmpfloat (get (metrics, "bytes-received"), ==, strlen (OK_ANSWER) + strlen (BUSY) - strlen (HEAD ("200 OK")) - strlen (HEAD ("503 Service Unavailable")));
  g_assert_cmpfloat (get (metrics, "connections-new"), ==, 2);
  g_assert_cmpfloat (get (metrics, "connections-reused"), ==, 0);
  g_assert_cmpfloat (get (metrics, "unpriced-calls"), ==, 1);
  g_assert_cmpfloat (get (metrics, "cost"), ==, 0);
  g_assert_cmpfloat (get (metrics, "first-byte-count"), ==, 2);
  g_assert_cmpfloat (get (metrics, "total-count"), ==, 1);
  g_assert_cmpfloat (get (metrics, "total-seconds"), >, 0);
}

static void
test_outcomes (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraMetrics) metrics = dheera_metrics_new (client);
  g_autoptr(DheeraRequest) request = mock_request ("mock/story", "Hello", NULL);
  g_autoptr(DheeraRequest) unknown = dheera_request_new_for_prompt ("nobody/knows", "Hello");
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;

  dheera_client_set_max_retries (client, 0);
  complete (client, "mock/echo", NULL);
  complete (client, "mock/echo", "{\"status\": 429}");
  complete (client, "mock/echo", "{\"status\": 503}");
  g_cancellable_cancel (cancellable);
  g_assert_null (dheera_client_complete (client, request, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (dheera_client_complete (client, unknown, NULL, NULL));

  g_assert_cmpfloat (get (metrics, "calls"), ==, 5);
  g_assert_cmpfloat (get (metrics, "errors"), ==, 3);
  g_assert_cmpfloat (get (metrics, "cancelled"), ==, 1);
  g_assert_cmpfloat (get (metrics, "in-progress"), ==, 0);
  g_assert_cmpfloat (dheera_metrics_get_value (metrics, "calls", "mock", NULL), ==, 4);
  g_assert_cmpfloat (dheera_metrics_get_value (metrics, "calls", "mock", "echo"), ==, 3);
  g_assert_cmpfloat (dheera_metrics_get_value (metrics, "calls", NULL, "story"), ==, 1);
  g_assert_cmpfloat (dheera_metrics_get_value (metrics, "calls", "openai", NULL), ==, 0);
  g_assert_cmpuint (dheera_metrics_get_errors (metrics, DHEERA_ERROR_RATE_LIMIT, NULL, NULL), ==, 1);
  g_assert_cmpuint (dheera_metrics_get_errors (metrics, DHEERA_ERROR_RATE_LIMIT, "mock", "echo"), ==, 1);
  g_assert_cmpuint (dheera_metrics_get_errors (metrics, DHEERA_ERROR_RATE_LIMIT, "mock", "story"), ==, 0);
  g_assert_cmpuint (dheera_metrics_get_errors (metrics, DHEERA_ERROR_UNKNOWN_MODEL, NULL, NULL), ==, 1);
  g_assert_cmpuint (dheera_metrics_get_errors (metrics, DHEERA_ERROR_TLS, NULL, NULL), ==, 0);
}

static void
test_in_progress (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraMetrics) metrics = dheera_metrics_new (client);
  g_autoptr(DheeraMetrics) late = NULL;
  g_autoptr(DheeraRequest) request = mock_request ("mock/story", "Hello", NULL);
  g_autoptr(DheeraStream) stream = dheera_client_stream (client, request);
  g_autoptr(DheeraDelta) delta = NULL;
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_cmpfloat (get (metrics, "in-progress"), ==, 0);
  delta = dheera_stream_next (stream, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (get (metrics, "in-progress"), ==, 1);
  g_assert_cmpfloat (get (metrics, "calls"), ==, 0);
  late = dheera_metrics_new (client);
  g_assert_cmpfloat (get (late, "in-progress"), ==, 0);
  response = dheera_stream_collect (stream, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (get (metrics, "in-progress"), ==, 0);
  g_assert_cmpfloat (get (metrics, "first-token-count"), ==, 1);
  /* It saw the end but not the beginning. */
  g_assert_cmpfloat (get (late, "in-progress"), ==, 0);
  g_assert_cmpfloat (get (late, "calls"), ==, 1);
}

static void
test_cost (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraMetrics) metrics = dheera_metrics_new (client);
  g_autoptr(DheeraRequest) request = mock_request ("mock/echo", "Hello", NULL);
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_true (dheera_client_load_model_data (client, "{\"models\": {\"mock\": {\"echo\": {\"input\": 1000, \"output\": 2000}}}}", &error));
  g_assert_no_error (error);
  response = dheera_client_complete (client, request, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (dheera_response_get_cost (response), >, 0);
  g_assert_cmpfloat (get (metrics, "cost"), ==, dheera_response_get_cost (response));
  g_assert_cmpfloat (get (metrics, "unpriced-calls"), ==, 0);
}

static gpointer
call_often (gpointer client)
{
  for (guint i = 0; i < CALLS_OF_THREAD; i++)
    complete (client, "mock/echo", NULL);
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraMetrics) metrics = dheera_metrics_new (client);
  GThread *threads[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("caller", call_often, client);
  /* Metrics that come and go while calls run do no harm. */
  for (guint i = 0; i < 100; i++)
    {
      g_autoptr(DheeraMetrics) other G_GNUC_UNUSED = dheera_metrics_new (client);
      g_autofree char *json = dheera_metrics_to_json (metrics);

      g_assert_cmpint (json[0], ==, '{');
    }
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  g_assert_cmpfloat (get (metrics, "calls"), ==, N_THREADS * CALLS_OF_THREAD);
  g_assert_cmpfloat (get (metrics, "attempts"), ==, get (metrics, "calls") + get (metrics, "retries"));
  g_assert_cmpfloat (get (metrics, "connections-new") + get (metrics, "connections-reused"), ==, get (metrics, "attempts"));
  g_assert_cmpfloat (get (metrics, "in-progress"), ==, 0);
  g_assert_cmpfloat (get (metrics, "total-count"), ==, N_THREADS * CALLS_OF_THREAD);
}

/* Neither keeps the other. */
static void
test_lifetimes (void)
{
  DheeraClient *client = dheera_client_new ();
  DheeraMetrics *metrics = dheera_metrics_new (client);
  DheeraMetrics *left = dheera_metrics_new (client);

  complete (client, "mock/echo", NULL);
  g_object_add_weak_pointer (G_OBJECT (metrics), (gpointer *) &metrics);
  g_object_add_weak_pointer (G_OBJECT (client), (gpointer *) &client);
  g_object_unref (metrics);
  g_assert_null (metrics);
  complete (client, "mock/echo", NULL);
  g_object_unref (client);
  g_assert_null (client);
  g_assert_cmpfloat (get (left, "calls"), ==, 2);
  g_object_unref (left);
}

/* The names of models come from outside, and the memory for them has a bound. */
static void
test_many_models (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraMetrics) metrics = dheera_metrics_new (client);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();

  g_cancellable_cancel (cancellable); /* Nothing is sent. */
  for (guint i = 0; i < 520; i++)
    {
      g_autofree char *model = g_strdup_printf ("mock/echo\nno-%u", i);
      g_autoptr(DheeraRequest) request = dheera_request_new_for_prompt (model, "Hi");
      g_autoptr(DheeraResponse) response = dheera_client_complete (client, request, cancellable, NULL);

      g_assert_null (response);
    }
  g_assert_cmpfloat (get (metrics, "calls"), ==, 520);
  g_assert_cmpfloat (dheera_metrics_get_value (metrics, "calls", "mock", NULL), ==, 512);
  g_assert_cmpfloat (dheera_metrics_get_value (metrics, "calls", "other", "other"), ==, 8);
}

/* --- Texts ------------------------------------------------------------------------------------------------------------------------------- */

static void
fill (DheeraSeries *series,
      const char   *provider,
      const char   *model)
{
  memset (series, 0, sizeof *series);
  series->provider = (char *) provider;
  series->model = (char *) model;
  for (guint i = 0; i < DHEERA_N_METRICS; i++)
    series->counters.counts[i] = i + 1;
  series->counters.errors[DHEERA_ERROR_RATE_LIMIT] = 2;
  series->counters.cost = 0.1;
  for (guint i = 0; i < DHEERA_N_DURATIONS; i++)
    {
      series->counters.durations[i].sum = 200.5;
      series->counters.durations[i].count = 4;
      series->counters.durations[i].buckets[0] = 1;
      series->counters.durations[i].buckets[3] = 2;
    }
}

static gboolean
is_name (const char *text,
         gsize       length)
{
  if (length == 0 || g_ascii_isdigit (text[0]))
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (text[i]) && text[i] != '_' && text[i] != ':')
      return FALSE;
  return TRUE;
}

/* Reads {name="value",...}, and gives what is behind it. Strict: as the format's description has it, and nothing beside. */
static const char *
read_labels (const char *p,
             GHashTable *labels)
{
  g_assert_cmpint (*p, ==, '{');
  do
    {
      const char *equals = strchr (++p, '=');
      g_autofree char *name = NULL;
      GString *value = g_string_new (NULL);

      g_assert_nonnull (equals);
      g_assert_true (is_name (p, equals - p));
      name = g_strndup (p, equals - p);
      p = equals + 1;
      g_assert_cmpint (*p, ==, '"');
      for (p++; *p != '"'; p++)
        {
          g_assert_cmpint (*p, !=, '\0');
          if (*p != '\\')
            {
              g_string_append_c (value, *p);
              continue;
            }
          p++;
          g_assert_nonnull (strchr ("n\\\"", *p));
          g_string_append_c (value, *p == 'n' ? '\n' : *p);
        }
      p++;
      g_assert_false (g_hash_table_contains (labels, name));
      g_hash_table_insert (labels, g_steal_pointer (&name), g_string_free (value, FALSE));
    }
  while (*p == ',');
  g_assert_cmpint (*p, ==, '}');
  return p + 1;
}

typedef struct
{
  GHashTable *types;   /* of metrics that were announced */
  GHashTable *samples; /* "name{provider,model,code,le}" to its value as text */
  char *current;
  double last;         /* of the buckets that are read */
} Exposition;

static void
read_comment (Exposition *self,
              const char *line)
{
  g_auto(GStrv) words = g_strsplit (line, " ", 4);

  g_assert_cmpuint (g_strv_length (words), ==, 4);
  g_assert_true (is_name (words[2], strlen (words[2])));
  if (g_str_equal (words[1], "HELP"))
    {
      g_assert_false (g_hash_table_contains (self->types, words[2]));
      g_free (self->current);
      self->current = g_strdup (words[2]);
      return;
    }
  g_assert_cmpstr (words[1], ==, "TYPE");
  g_assert_cmpstr (words[2], ==, self->current);
  g_assert_true (g_str_equal (words[3], "counter") || g_str_equal (words[3], "gauge") || g_str_equal (words[3], "histogram"));
  g_assert_true (g_hash_table_insert (self->types, g_strdup (words[2]), g_strdup (words[3])));
}

static void
check_kind (Exposition *self,
            const char *name,
            const char *le)
{
  const char *type = g_hash_table_lookup (self->types, self->current);

  g_assert_true (g_str_has_prefix (name, self->current));
  name += strlen (self->current);
  if (g_str_equal (type, "histogram"))
    {
      g_assert_true (g_str_equal (name, "_bucket") || g_str_equal (name, "_sum") || g_str_equal (name, "_count"));
      g_assert_true (g_str_equal (name, "_bucket") == (le != NULL));
    }
  else
    {
      g_assert_cmpstr (name, ==, "");
      g_assert_null (le);
      g_assert_true (g_str_equal (type, "counter") == g_str_has_suffix (self->current, "_total"));
    }
}

static void
read_sample (Exposition *self,
             const char *line)
{
  g_autoptr(GHashTable) labels = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  const char *brace = strchr (line, '{');
  g_autofree char *name = g_strndup (line, brace - line);
  const char *value = read_labels (brace, labels);
  const char *le = g_hash_table_lookup (labels, "le");
  const char *code = g_hash_table_lookup (labels, "code");
  char *end;
  double number;
  char *key;

  g_assert_true (is_name (name, strlen (name)));
  g_assert_cmpint (*value, ==, ' ');
  number = g_ascii_strtod (value + 1, &end);
  g_assert_cmpint (*end, ==, '\0');
  g_assert_true (end > value + 1);
  g_assert_nonnull (g_hash_table_lookup (labels, "provider"));
  g_assert_nonnull (g_hash_table_lookup (labels, "model"));
  check_kind (self, name, le);
  if (le != NULL)
    {
      /* Buckets are added up, from the least bound to the greatest. */
      if (g_str_equal (le, "0.01"))
        self->last = 0;
      g_assert_cmpfloat (number, >=, self->last);
      self->last = number;
    }
  key = g_strdup_printf ("%s{%s,%s,%s,%s}", name, (char *) g_hash_table_lookup (labels, "provider"), (char *) g_hash_table_lookup (labels, "model"),
                         code != NULL ? code : "", le != NULL ? le : "");
  g_assert_true (g_hash_table_insert (self->samples, key, g_strdup (value + 1)));
}

static void
read_exposition (Exposition *self,
                 const char *text)
{
  g_auto(GStrv) lines = g_strsplit (text, "\n", -1);
  guint n = g_strv_length (lines);

  self->types = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->samples = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_cmpstr (lines[n - 1], ==, ""); /* The last line ends like every other one. */
  for (guint i = 0; i < n - 1; i++)
    {
      if (lines[i][0] == '#')
        read_comment (self, lines[i]);
      else
        read_sample (self, lines[i]);
    }
}

static void
exposition_clear (Exposition *self)
{
  g_hash_table_unref (self->types);
  g_hash_table_unref (self->samples);
  g_free (self->current);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Exposition, exposition_clear)

#define assert_sample(exposition, key, expected) \
  g_assert_cmpstr (g_hash_table_lookup ((exposition)->samples, key), ==, expected)

static void
test_prometheus (void)
{
  g_autoptr(GPtrArray) series = g_ptr_array_new ();
  DheeraSeries plain;
  DheeraSeries odd;
  g_autofree char *text = NULL;
  g_auto(Exposition) exposition = { 0 };

  fill (&plain, "openai", "gpt-4o");
  fill (&odd, "", "a\\b\"c\nd}e\377");
  g_ptr_array_add (series, &plain);
  g_ptr_array_add (series, &odd);
  text = dheera_series_to_prometheus (series);
  read_exposition (&exposition, text);

  assert_sample (&exposition, "dheera_calls_total{openai,gpt-4o,,}", "1");
  assert_sample (&exposition, "dheera_calls_total{,a\\b\"c\nd}e\357\277\275,,}", "1");
  assert_sample (&exposition, "dheera_errors_total{openai,gpt-4o,rate_limit,}", "2");
  g_assert_cmpfloat (g_ascii_strtod (g_hash_table_lookup (exposition.samples, "dheera_cost_usd_total{openai,gpt-4o,,}"), NULL), ==, 0.1);
  assert_sample (&exposition, "dheera_call_seconds_bucket{openai,gpt-4o,,0.01}", "1");
  assert_sample (&exposition, "dheera_call_seconds_bucket{openai,gpt-4o,,0.04}", "1");
  assert_sample (&exposition, "dheera_call_seconds_bucket{openai,gpt-4o,,0.08}", "3");
  assert_sample (&exposition, "dheera_call_seconds_bucket{openai,gpt-4o,,81.92}", "3");
  assert_sample (&exposition, "dheera_call_seconds_bucket{openai,gpt-4o,,+Inf}", "4");
  assert_sample (&exposition, "dheera_call_seconds_count{openai,gpt-4o,,}", "4");
  assert_sample (&exposition, "dheera_call_seconds_sum{openai,gpt-4o,,}", "200.5");
  /* Each metric but the errors has a sample for each series; a histogram has 17 of them. */
  g_assert_cmpuint (g_hash_table_size (exposition.types), ==, DHEERA_N_METRICS + DHEERA_N_DURATIONS + 2);
  g_assert_cmpuint (g_hash_table_size (exposition.samples), ==, 2 * (DHEERA_N_METRICS + 2 + DHEERA_N_DURATIONS * (DHEERA_N_BUCKETS + 3)));
}

/* The whole way, with what calls counted */
static void
test_scrape (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraMetrics) metrics = dheera_metrics_new (client);
  g_autofree char *text = NULL;
  g_auto(Exposition) exposition = { 0 };

  complete (client, "mock/echo", NULL);
  complete (client, "mock/echo", "{\"status\": 401}");
  text = dheera_metrics_to_prometheus (metrics);
  read_exposition (&exposition, text);
  assert_sample (&exposition, "dheera_calls_total{mock,echo,,}", "2");
  assert_sample (&exposition, "dheera_errors_total{mock,echo,authentication,}", "1");
  assert_sample (&exposition, "dheera_call_seconds_bucket{mock,echo,,+Inf}", "2");
}

static void
test_json (void)
{
  g_autoptr(GPtrArray) series = g_ptr_array_new ();
  DheeraSeries one;
  DheeraSeries two;
  g_autofree char *text = NULL;
  g_autoptr(JsonNode) root = NULL;
  g_autoptr(GError) error = NULL;
  JsonObject *object;
  JsonObject *total;

  fill (&one, "openai", "gpt-4o");
  fill (&two, "mock", "e\"\n");
  g_ptr_array_add (series, &one);
  g_ptr_array_add (series, &two);
  text = dheera_series_to_json (series);
  root = json_from_string (text, &error);
  g_assert_no_error (error);
  object = json_node_get_object (root);
  g_assert_cmpint (json_object_get_int_member (object, "calls"), ==, 2);
  g_assert_cmpint (json_object_get_int_member (object, "in_progress"), ==, 2 * (DHEERA_METRIC_IN_PROGRESS + 1));
  g_assert_cmpfloat (json_object_get_double_member (object, "cost"), ==, 0.2);
  g_assert_cmpint (json_object_get_int_member (json_object_get_object_member (object, "errors"), "rate_limit"), ==, 4);
  total = json_object_get_object_member (json_object_get_object_member (object, "seconds"), "total");
  g_assert_cmpint (json_object_get_int_member (total, "count"), ==, 8);
  g_assert_cmpint (json_array_get_int_element (json_object_get_array_member (total, "buckets"), 3), ==, 4);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (object, "bounds")), ==, DHEERA_N_BUCKETS);
  object = json_array_get_object_element (json_object_get_array_member (object, "models"), 1);
  g_assert_cmpstr (json_object_get_string_member (object, "provider"), ==, "mock");
  g_assert_cmpstr (json_object_get_string_member (object, "model"), ==, "e\"\n");
  g_assert_cmpint (json_object_get_int_member (object, "calls"), ==, 1);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/metrics/fresh", test_fresh);
  g_test_add_func ("/metrics/counts", test_counts);
  g_test_add_func ("/metrics/outcomes", test_outcomes);
  g_test_add_func ("/metrics/in-progress", test_in_progress);
  g_test_add_func ("/metrics/cost", test_cost);
  g_test_add_func ("/metrics/threads", test_threads);
  g_test_add_func ("/metrics/lifetimes", test_lifetimes);
  g_test_add_func ("/metrics/many-models", test_many_models);
  g_test_add_func ("/metrics/prometheus", test_prometheus);
  g_test_add_func ("/metrics/scrape", test_scrape);
  g_test_add_func ("/metrics/json", test_json);

  return g_test_run ();
}
