/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a logger writes, where, and how it behaves when there is nobody to take it. */

#include "client-util.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <json-glib/json-glib.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PARENT "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
#define N_THREADS 6
#define CALLS_OF_THREAD 20

/* --- GLib's log -------------------------------------------------------------------------------------------------------------------------- */

/* Records that were written, each a table of its fields */
static GPtrArray *records;
static GMutex records_mutex;

static GLogWriterOutput
take_record (GLogLevelFlags   level,
             const GLogField *fields,
             gsize            n_fields,
             gpointer         data)
{
  GHashTable *record = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (gsize i = 0; i < n_fields; i++)
    g_assert_true (g_hash_table_insert (record, g_strdup (fields[i].key),
                                        fields[i].length < 0 ? g_strdup (fields[i].value) : g_strndup (fields[i].value, (gsize) fields[i].length)));
  if (!g_hash_table_contains (record, "DHEERA_EVENT"))
    {
      g_hash_table_unref (record);
      return g_log_writer_default (level, fields, n_fields, data);
    }
  g_hash_table_insert (record, g_strdup ("level"), g_strdup_printf ("%d", (int) level));
  g_mutex_lock (&records_mutex);
  g_ptr_array_add (records, record);
  g_mutex_unlock (&records_mutex);
  return G_LOG_WRITER_HANDLED;
}

static const char *
get_field (guint       index,
           const char *key)
{
  g_assert_cmpuint (index, <, records->len);
  return g_hash_table_lookup (g_ptr_array_index (records, index), key);
}

static void
complete (DheeraClient *client,
          const char   *options)
{
  g_autoptr(DheeraRequest) request = mock_request ("mock/echo", "Hello", options);
  g_autoptr(DheeraResponse) response = NULL;

  dheera_base_request_set_traceparent (DHEERA_BASE_REQUEST (request), PARENT);
  response = dheera_client_complete (client, request, NULL, NULL);
  g_assert_true (response != NULL || options != NULL);
}

static void
test_settings (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraLogger) logger = dheera_logger_new (client);
  g_autoptr(GOutputStream) stream = g_memory_output_stream_new_resizable ();
  g_autoptr(GOutputStream) back = NULL;
  DheeraLogLevel level;
  gboolean structured, timings, headers, bodies;

  g_assert_cmpint (dheera_logger_get_level (logger), ==, DHEERA_LOG_LEVEL_INFO);
  g_assert_true (dheera_logger_get_structured_log (logger));
  g_assert_true (dheera_logger_get_timings (logger));
  g_assert_false (dheera_logger_get_headers (logger));
  g_assert_false (dheera_logger_get_bodies (logger));
  g_assert_null (dheera_logger_dup_stream (logger));
  g_assert_cmpuint (dheera_logger_get_n_dropped (logger), ==, 0);
  g_assert_true (dheera_logger_flush (logger, NULL, NULL));

  g_object_set (logger, "level", DHEERA_LOG_LEVEL_DEBUG, "structured-log", FALSE, "timings", FALSE, "headers", TRUE, "bodies", TRUE, "stream", stream, NULL);
  g_object_get (logger, "level", &level, "structured-log", &structured, "timings", &timings, "headers", &headers, "bodies", &bodies, "stream", &back, NULL);
  g_assert_cmpint (level, ==, DHEERA_LOG_LEVEL_DEBUG);
  g_assert_true (!structured && !timings && headers && bodies);
  g_assert_true (back == stream);
}

static void
test_levels (void)
{
  static const struct
  {
    DheeraLogLevel level;
    guint n_records[3]; /* of a good call, one that failed, and one that was cancelled */
  } cases[] = {
    { DHEERA_LOG_LEVEL_NONE, { 0, 0, 0 } },
    { DHEERA_LOG_LEVEL_MESSAGE, { 0, 1, 0 } },
    { DHEERA_LOG_LEVEL_INFO, { 1, 1, 1 } },
    { DHEERA_LOG_LEVEL_DEBUG, { 2, 2, 2 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(DheeraClient) client = dheera_client_new ();
      g_autoptr(DheeraLogger) logger = dheera_logger_new (client);
      g_autoptr(DheeraRequest) request = mock_request ("mock/echo", "Hello", NULL);
      g_autoptr(GCancellable) cancellable = g_cancellable_new ();
      g_autoptr(GError) error = NULL;

      dheera_client_set_max_retries (client, 0);
      dheera_logger_set_level (logger, cases[i].level);
      g_ptr_array_set_size (records, 0);
      complete (client, NULL);
      g_assert_cmpuint (records->len, ==, cases[i].n_records[0]);
      g_ptr_array_set_size (records, 0);
      complete (client, "{\"status\": 429}");
      g_assert_cmpuint (records->len, ==, cases[i].n_records[1]);
      g_ptr_array_set_size (records, 0);
      g_cancellable_cancel (cancellable);
      g_assert_null (dheera_client_complete (client, request, cancellable, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpuint (records->len, ==, cases[i].n_records[2]);
    }
}

static void
test_fields (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraLogger) logger = dheera_logger_new (client);

  g_ptr_array_set_size (records, 0);
  dheera_client_set_max_retries (client, 0);
  dheera_logger_set_level (logger, DHEERA_LOG_LEVEL_DEBUG);
  complete (client, NULL);
  g_assert_cmpuint (records->len, ==, 2);

  g_assert_cmpstr (get_field (0, "DHEERA_EVENT"), ==, "attempt");
  g_assert_cmpstr (get_field (0, "PRIORITY"), ==, "7");
  g_assert_true (g_str_has_prefix (get_field (0, "MESSAGE"), "attempt 1 of complete of mock/echo: HTTP 200 after "));
  g_assert_null (get_field (0, "DHEERA_TOTAL_TIME"));

  g_assert_cmpstr (get_field (1, "DHEERA_EVENT"), ==, "call");
  g_assert_cmpstr (get_field (1, "PRIORITY"), ==, "6");
  g_assert_cmpstr (get_field (1, "GLIB_DOMAIN"), ==, "dheera-ai");
  g_assert_cmpstr (get_field (1, "DHEERA_OPERATION"), ==, "complete");
  g_assert_cmpstr (get_field (1, "DHEERA_PROVIDER"), ==, "mock");
  g_assert_cmpstr (get_field (1, "DHEERA_MODEL"), ==, "echo");
  g_assert_cmpstr (get_field (1, "DHEERA_STATUS"), ==, "200");
  g_assert_cmpstr (get_field (1, "DHEERA_ATTEMPT"), ==, "1");
  g_assert_cmpstr (get_field (1, "DHEERA_TRACEPARENT"), ==, PARENT);
  g_assert_true (g_str_has_prefix (get_field (1, "DHEERA_URL"), "http://127.0.0.1:"));
  g_assert_true (g_str_has_prefix (get_field (1, "DHEERA_REQUEST_ID"), "req_"));
  g_assert_nonnull (get_field (1, "DHEERA_INPUT_TOKENS"));
  g_assert_nonnull (get_field (1, "DHEERA_TOTAL_TIME"));
  g_assert_null (get_field (1, "DHEERA_ERROR"));
  g_assert_null (get_field (1, "DHEERA_REQUEST_HEADERS"));
  g_assert_null (strchr (get_field (1, "MESSAGE"), '\n'));
  g_assert_true (g_str_has_prefix (get_field (1, "MESSAGE"), "complete of mock/echo: HTTP 200, "));
  g_assert_cmpint (atoi (get_field (1, "level")), ==, G_LOG_LEVEL_INFO);
}

static void
test_failure (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraLogger) logger G_GNUC_UNUSED = dheera_logger_new (client);
  g_autoptr(DheeraRequest) unknown = dheera_request_new_for_prompt ("nobody/knows\nthis", "Hi");

  g_ptr_array_set_size (records, 0);
  dheera_client_set_max_retries (client, 0);
  complete (client, "{\"status\": 429}");
  g_assert_null (dheera_client_complete (client, unknown, NULL, NULL));
  g_assert_cmpuint (records->len, ==, 2);
  g_assert_cmpint (atoi (get_field (0, "level")), ==, G_LOG_LEVEL_MESSAGE);
  g_assert_cmpstr (get_field (0, "DHEERA_ERROR"), ==, "rate_limit");
  g_assert_cmpstr (get_field (0, "DHEERA_STATUS"), ==, "429");
  g_assert_true (g_str_has_prefix (get_field (0, "MESSAGE"), "complete of mock/echo failed after "));
  g_assert_nonnull (strstr (get_field (0, "MESSAGE"), "s: Mock, echo: The mock was told to fail with status 429 (HTTP 429"));
  g_assert_cmpstr (get_field (1, "DHEERA_ERROR"), ==, "unknown_model");
  g_assert_null (strchr (get_field (1, "MESSAGE"), '\n'));
}

/* What is captured goes in when it is wanted, and only then. */
static void
test_content (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraLogger) logger = dheera_logger_new (client);

  g_ptr_array_set_size (records, 0);
  dheera_client_set_capture (client, DHEERA_CAPTURE_HEADERS | DHEERA_CAPTURE_BODIES);
  complete (client, NULL);
  dheera_logger_set_headers (logger, TRUE);
  dheera_logger_set_bodies (logger, TRUE);
  dheera_logger_set_timings (logger, FALSE);
  complete (client, NULL);
  dheera_logger_set_headers (logger, FALSE);
  dheera_logger_set_bodies (logger, FALSE);
  complete (client, NULL);

  g_assert_null (get_field (0, "DHEERA_REQUEST_HEADERS"));
  g_assert_null (get_field (0, "DHEERA_REQUEST_BODY"));
  g_assert_nonnull (get_field (0, "DHEERA_TOTAL_TIME"));
  g_assert_nonnull (strstr (get_field (1, "DHEERA_REQUEST_HEADERS"), "Content-Type: application/json\n"));
  g_assert_nonnull (strstr (get_field (1, "DHEERA_RESPONSE_HEADERS"), "Content-Type: application/json\n"));
  g_assert_nonnull (strstr (get_field (1, "DHEERA_REQUEST_BODY"), "\"Hello\""));
  g_assert_nonnull (strstr (get_field (1, "DHEERA_RESPONSE_BODY"), "\"Hello\""));
  g_assert_null (get_field (1, "DHEERA_TOTAL_TIME"));
  g_assert_null (get_field (2, "DHEERA_REQUEST_HEADERS"));
  g_assert_null (get_field (2, "DHEERA_RESPONSE_BODY"));
}

static DheeraCall *
complete_dup_call (DheeraClient *client)
{
  g_autoptr(DheeraRequest) request = mock_request ("mock/echo", "Hello", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraResponse) response = dheera_client_complete (client, request, NULL, &error);

  g_assert_no_error (error);
  return g_object_ref (dheera_response_get_call (response));
}

/* Loggers have calls keep what they write, whatever the client says, and for as long as one of them writes it. */
static void
test_content_without_capture (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraLogger) logger = g_object_new (DHEERA_TYPE_LOGGER, "client", client, "headers", TRUE, NULL);
  g_autoptr(DheeraLogger) other = g_object_new (DHEERA_TYPE_LOGGER, "client", client, "headers", TRUE, "bodies", TRUE, NULL);
  g_autoptr(DheeraCall) both = NULL;
  g_autoptr(DheeraCall) one = NULL;
  g_autoptr(DheeraCall) none = NULL;

  g_ptr_array_set_size (records, 0);
  both = complete_dup_call (client);
  g_assert_cmpint (dheera_client_get_capture (client), ==, DHEERA_CAPTURE_NONE);
  g_assert_nonnull (strstr (get_field (0, "DHEERA_REQUEST_HEADERS"), "Content-Type: application/json\n"));
  g_assert_nonnull (strstr (get_field (0, "DHEERA_RESPONSE_HEADERS"), "Content-Type: application/json\n"));
  g_assert_null (get_field (0, "DHEERA_REQUEST_BODY"));
  g_assert_nonnull (strstr (get_field (1, "DHEERA_REQUEST_BODY"), "\"Hello\""));
  g_assert_nonnull (strstr (get_field (1, "DHEERA_RESPONSE_BODY"), "\"Hello\""));
  g_assert_nonnull (dheera_call_get_request_body (both));

  g_clear_object (&other);
  dheera_logger_set_headers (logger, TRUE);
  one = complete_dup_call (client);
  g_assert_nonnull (get_field (2, "DHEERA_RESPONSE_HEADERS"));
  g_assert_nonnull (dheera_call_get_request_headers (one));
  g_assert_null (dheera_call_get_request_body (one));

  g_clear_object (&logger);
  none = complete_dup_call (client);
  g_assert_cmpuint (records->len, ==, 3);
  g_assert_null (dheera_call_get_request_headers (none));
}

/* --- JSON lines --------------------------------------------------------------------------------------------------------------------------- */

/* Every line is whole: an object, and nothing else. */
static GPtrArray *
parse_lines (const char *text,
             gsize       length)
{
  g_autofree char *copy = g_strndup (text, length);
  g_auto(GStrv) lines = g_strsplit (copy, "\n", -1);
  guint n = g_strv_length (lines);
  GPtrArray *nodes = g_ptr_array_new_with_free_func ((GDestroyNotify) json_node_unref);

  g_assert_cmpuint (n, >, 0);
  g_assert_cmpstr (lines[n - 1], ==, "");
  for (guint i = 0; i < n - 1; i++)
    {
      g_autoptr(GError) error = NULL;
      JsonNode *node = json_from_string (lines[i], &error);

      g_assert_no_error (error);
      g_assert_true (JSON_NODE_HOLDS_OBJECT (node));
      g_ptr_array_add (nodes, node);
    }
  return nodes;
}

static DheeraLogger *
new_lines_logger (DheeraClient  *client,
                  GOutputStream *stream)
{
  DheeraLogger *logger = dheera_logger_new (client);

  dheera_logger_set_structured_log (logger, FALSE);
  dheera_logger_set_stream (logger, stream);
  return logger;
}

static void
test_lines (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(GOutputStream) stream = g_memory_output_stream_new_resizable ();
  g_autoptr(DheeraLogger) logger = new_lines_logger (client, stream);
  g_autoptr(GPtrArray) lines = NULL;
  g_autoptr(GDateTime) time = NULL;
  JsonObject *line;

  g_ptr_array_set_size (records, 0);
  dheera_client_set_capture (client, DHEERA_CAPTURE_HEADERS | DHEERA_CAPTURE_BODIES);
  dheera_client_set_max_retries (client, 0);
  dheera_logger_set_headers (logger, TRUE);
  dheera_logger_set_bodies (logger, TRUE);
  dheera_logger_set_level (logger, DHEERA_LOG_LEVEL_DEBUG);
  complete (client, NULL);
  complete (client, "{\"status\": 429}");
  g_assert_cmpuint (records->len, ==, 0);

  lines = parse_lines (g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (stream)), g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (stream)));
  g_assert_cmpuint (lines->len, ==, 4);
  line = json_node_get_object (lines->pdata[1]);
  g_assert_cmpstr (json_object_get_string_member (line, "event"), ==, "call");
  g_assert_cmpstr (json_object_get_string_member (line, "operation"), ==, "complete");
  g_assert_cmpstr (json_object_get_string_member (line, "provider"), ==, "mock");
  g_assert_cmpint (json_object_get_int_member (line, "status"), ==, 200);
  g_assert_cmpstr (json_object_get_string_member (line, "traceparent"), ==, PARENT);
  g_assert_false (json_object_has_member (line, "error"));
  g_assert_cmpfloat (json_object_get_double_member (json_object_get_object_member (line, "timings"), "total"), >, 0);
  g_assert_nonnull (strstr (json_object_get_string_member (line, "request_body"), "\"Hello\""));
  g_assert_nonnull (strstr (json_object_get_string_member (line, "response_headers"), "\n"));
  time = g_date_time_new_from_iso8601 (json_object_get_string_member (line, "time"), NULL);
  g_assert_nonnull (time);

  line = json_node_get_object (lines->pdata[2]);
  g_assert_cmpstr (json_object_get_string_member (line, "event"), ==, "attempt");
  g_assert_cmpstr (json_object_get_string_member (json_object_get_object_member (line, "error"), "type"), ==, "rate_limit");
  line = json_node_get_object (lines->pdata[3]);
  g_assert_nonnull (strstr (json_object_get_string_member (json_object_get_object_member (line, "error"), "message"), "HTTP 429"));
}

static void
test_file (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraLogger) logger = new_lines_logger (client, NULL);
  g_autoptr(GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("dheera-logger-XXXXXX", &error);
  g_autofree char *path = g_build_filename (folder, "calls.jsonl", NULL);
  g_autofree char *text = NULL;
  g_autoptr(GPtrArray) lines = NULL;
  gsize length;
  GStatBuf info;

  g_assert_no_error (error);
  g_assert_true (dheera_logger_open_file (logger, path, &error));
  g_assert_no_error (error);
  complete (client, NULL);
  /* Somebody else appends to it as well. */
  g_assert_true (dheera_logger_open_file (logger, path, &error));
  complete (client, NULL);
  g_assert_true (g_file_get_contents (path, &text, &length, &error));
  lines = parse_lines (text, length);
  g_assert_cmpuint (lines->len, ==, 2);
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0077, ==, 0);
  g_remove (path);

  g_assert_false (dheera_logger_open_file (logger, folder, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY);
  g_assert_nonnull (strstr (error->message, folder));
  g_rmdir (folder);
}

static gpointer
read_all (gpointer fd)
{
  GString *text = g_string_new (NULL);
  char buffer[4096];
  gssize n;

  while ((n = read (GPOINTER_TO_INT (fd), buffer, sizeof buffer)) > 0)
    g_string_append_len (text, buffer, n);
  return text;
}

static void
test_named_pipe (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraLogger) logger = new_lines_logger (client, NULL);
  g_autoptr(GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("dheera-logger-XXXXXX", &error);
  g_autofree char *path = g_build_filename (folder, "calls", NULL);
  char buffer[4096];
  gssize n;
  int fd;

  g_assert_no_error (error);
  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  g_assert_false (dheera_logger_open_file (logger, path, &error));
  g_assert_nonnull (strstr (error->message, path));
  g_clear_error (&error);

  fd = open (path, O_RDONLY | O_NONBLOCK);
  g_assert_cmpint (fd, >=, 0);
  g_assert_true (dheera_logger_open_file (logger, path, &error));
  g_assert_no_error (error);
  complete (client, NULL);
  n = read (fd, buffer, sizeof buffer);
  g_assert_cmpint (n, >, 0);
  g_assert_cmpint (buffer[n - 1], ==, '\n');
  close (fd);
  g_remove (path);
  g_rmdir (folder);
}

/* A logger of bodies into a pipe, of which *end is the other end */
static DheeraLogger *
new_pipe_logger (DheeraClient   *client,
                 GOutputStream **stream,
                 int            *end)
{
  DheeraLogger *logger;
  int fds[2];

  g_assert_cmpint (pipe (fds), ==, 0);
  *stream = g_unix_output_stream_new (fds[1], TRUE);
  *end = fds[0];
  logger = new_lines_logger (client, *stream);
  dheera_client_set_capture (client, DHEERA_CAPTURE_BODIES);
  dheera_logger_set_bodies (logger, TRUE);
  return logger;
}

/* With a record of more than a hundred thousand bytes */
static void
complete_at_length (DheeraClient *client)
{
  g_autofree char *prompt = g_strnfill (60000, 'x');
  g_autoptr(DheeraRequest) request = mock_request ("mock/echo", prompt, NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(DheeraResponse) response = dheera_client_complete (client, request, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (response);
}

/* Nobody reads, and no call waits for that: lines are kept, then left out, and those that come through are whole. */
static void
test_slow (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(GOutputStream) stream = NULL;
  g_autoptr(DheeraLogger) logger = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) lines = NULL;
  GThread *reader;
  GString *text;
  int end;
  guint n_calls = 0;

  logger = new_pipe_logger (client, &stream, &end);
  while (dheera_logger_get_n_dropped (logger) < 3)
    {
      complete_at_length (client);
      g_assert_cmpuint (++n_calls, <, 100);
    }

  reader = g_thread_new ("reader", read_all, GINT_TO_POINTER (end));
  g_assert_true (dheera_logger_flush (logger, NULL, &error));
  g_assert_no_error (error);
  dheera_logger_set_stream (logger, NULL);
  g_assert_true (g_output_stream_close (stream, NULL, &error));
  text = g_thread_join (reader);
  lines = parse_lines (text->str, text->len);
  g_assert_cmpuint (lines->len, ==, n_calls - dheera_logger_get_n_dropped (logger));
  g_string_free (text, TRUE);
  close (end);
}

/* Each line that another stream was put before is counted, not only the one that was under way. */
static void
test_replaced (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(GOutputStream) stream = NULL;
  g_autoptr(DheeraLogger) logger = NULL;
  g_autoptr(GError) error = NULL;
  GString *text;
  int end;
  guint n_lines = 0;

  logger = new_pipe_logger (client, &stream, &end);
  for (guint i = 0; i < 6; i++)
    complete_at_length (client);
  g_assert_cmpuint (dheera_logger_get_n_dropped (logger), ==, 0);
  dheera_logger_set_stream (logger, NULL);

  g_assert_true (g_output_stream_close (stream, NULL, &error));
  text = read_all (GINT_TO_POINTER (end));
  for (gsize i = 0; i < text->len; i++)
    n_lines += text->str[i] == '\n';
  g_assert_cmpuint (dheera_logger_get_n_dropped (logger), >, 1);
  g_assert_cmpuint (n_lines + dheera_logger_get_n_dropped (logger), ==, 6);
  g_string_free (text, TRUE);
  close (end);
}

/* Where warnings go may ask the logger, too. */
static void
ask_logger_cb (const char     *domain,
               GLogLevelFlags  level,
               const char     *message,
               gpointer        logger)
{
  g_assert_cmpuint (dheera_logger_get_n_dropped (logger), ==, 1);
  dheera_logger_set_stream (logger, NULL);
}

static void
test_warned (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(GOutputStream) stream = NULL;
  g_autoptr(DheeraLogger) logger = NULL;
  GLogLevelFlags fatal = g_log_set_always_fatal (G_LOG_LEVEL_ERROR);
  guint handler;
  int end;

  logger = new_pipe_logger (client, &stream, &end);
  close (end);
  handler = g_log_set_handler ("dheera-ai", G_LOG_LEVEL_WARNING, ask_logger_cb, logger);
  complete (client, NULL);
  g_log_remove_handler ("dheera-ai", handler);
  g_log_set_always_fatal (fatal);
  g_assert_null (dheera_logger_dup_stream (logger));
}

static void
test_broken (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(GOutputStream) stream = NULL;
  g_autoptr(DheeraLogger) logger = NULL;
  g_autoptr(GOutputStream) good = g_memory_output_stream_new_resizable ();
  int end;

  logger = new_pipe_logger (client, &stream, &end);
  close (end);
  g_test_expect_message ("dheera-ai", G_LOG_LEVEL_WARNING, "The log of calls can't be written to its stream: *roken pipe*. Nothing more is written there.");
  complete (client, NULL);
  g_test_assert_expected_messages ();
  complete (client, NULL);
  g_assert_cmpuint (dheera_logger_get_n_dropped (logger), ==, 2);

  /* Another stream is another chance. */
  dheera_logger_set_stream (logger, good);
  complete (client, NULL);
  g_assert_cmpuint (g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (good)), >, 0);
  g_assert_cmpuint (dheera_logger_get_n_dropped (logger), ==, 2);
}

/* Nor does a program end by that which has no sockets yet, with which GIO ignores the signal, or which wants the signal back. */
static void
test_signal (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) unknown = dheera_request_new_for_prompt ("nobody/knows", "Hi");
  g_autoptr(GOutputStream) stream = NULL;
  g_autoptr(DheeraLogger) logger = NULL;
  g_autoptr(GError) error = NULL;
  void (*handler) (int) = signal (SIGPIPE, SIG_DFL);
  sigset_t pending;
  int end;

  logger = new_pipe_logger (client, &stream, &end);
  close (end);
  g_test_expect_message ("dheera-ai", G_LOG_LEVEL_WARNING, "The log of calls can't be written to its stream: *roken pipe*");
  g_assert_null (dheera_client_complete (client, unknown, NULL, &error));
  g_test_assert_expected_messages ();
  g_assert_cmpuint (dheera_logger_get_n_dropped (logger), ==, 1);
  sigpending (&pending);
  g_assert_false (sigismember (&pending, SIGPIPE));
  signal (SIGPIPE, handler);
}

static void
test_full (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraLogger) logger = new_lines_logger (client, NULL);
  g_autoptr(GError) error = NULL;

  g_assert_true (dheera_logger_open_file (logger, "/dev/full", &error));
  g_test_expect_message ("dheera-ai", G_LOG_LEVEL_WARNING, "The log of calls can't be written to its stream: *No space left*");
  complete (client, NULL);
  g_test_assert_expected_messages ();
  complete (client, NULL);
  g_assert_cmpuint (dheera_logger_get_n_dropped (logger), ==, 2);
}

/* --- Threads, and who lives how long ------------------------------------------------------------------------------------------------------ */

static gpointer
call_often (gpointer client)
{
  for (guint i = 0; i < CALLS_OF_THREAD; i++)
    complete (client, NULL);
  return NULL;
}

static void
test_threads (void)
{
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(GOutputStream) stream = g_memory_output_stream_new_resizable ();
  g_autoptr(DheeraLogger) logger = new_lines_logger (client, stream);
  g_autoptr(GPtrArray) lines = NULL;
  GThread *threads[N_THREADS];

  g_ptr_array_set_size (records, 0);
  dheera_logger_set_structured_log (logger, TRUE);
  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("caller", call_often, client);
  /* Loggers that come and go meanwhile do no harm. */
  for (guint i = 0; i < 50; i++)
    {
      g_autoptr(DheeraLogger) other G_GNUC_UNUSED = new_lines_logger (client, NULL);

      dheera_logger_set_timings (logger, i % 2 == 0);
    }
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  lines = parse_lines (g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (stream)), g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (stream)));
  g_assert_cmpuint (lines->len, ==, N_THREADS * CALLS_OF_THREAD);
  g_assert_cmpuint (records->len, ==, N_THREADS * CALLS_OF_THREAD);
}

static void
test_lifetimes (void)
{
  DheeraClient *client = dheera_client_new ();
  DheeraLogger *logger = dheera_logger_new (client);
  DheeraLogger *left = dheera_logger_new (client);
  GOutputStream *stream = g_memory_output_stream_new_resizable ();

  dheera_logger_set_stream (logger, stream);
  g_object_add_weak_pointer (G_OBJECT (stream), (gpointer *) &stream);
  g_object_unref (stream);
  g_ptr_array_set_size (records, 0);
  complete (client, NULL);
  g_assert_cmpuint (records->len, ==, 2);
  g_object_add_weak_pointer (G_OBJECT (logger), (gpointer *) &logger);
  g_object_add_weak_pointer (G_OBJECT (client), (gpointer *) &client);
  g_object_unref (logger);
  g_assert_null (logger);
  g_assert_null (stream);
  complete (client, NULL);
  g_assert_cmpuint (records->len, ==, 3);
  g_object_unref (client);
  g_assert_null (client);
  g_assert_true (dheera_logger_flush (left, NULL, NULL));
  g_object_unref (left);
}

int
main (int   argc,
      char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  records = g_ptr_array_new_with_free_func ((GDestroyNotify) g_hash_table_unref);
  g_log_set_writer_func (take_record, NULL, NULL);

  g_test_add_func ("/logger/settings", test_settings);
  g_test_add_func ("/logger/levels", test_levels);
  g_test_add_func ("/logger/fields", test_fields);
  g_test_add_func ("/logger/failure", test_failure);
  g_test_add_func ("/logger/content", test_content);
  g_test_add_func ("/logger/content-without-capture", test_content_without_capture);
  g_test_add_func ("/logger/lines", test_lines);
  g_test_add_func ("/logger/file", test_file);
  g_test_add_func ("/logger/named-pipe", test_named_pipe);
  g_test_add_func ("/logger/slow", test_slow);
  g_test_add_func ("/logger/replaced", test_replaced);
  g_test_add_func ("/logger/warned", test_warned);
  g_test_add_func ("/logger/broken", test_broken);
  g_test_add_func ("/logger/signal", test_signal);
  g_test_add_func ("/logger/full", test_full);
  g_test_add_func ("/logger/threads", test_threads);
  g_test_add_func ("/logger/lifetimes", test_lifetimes);

  status = g_test_run ();
  g_ptr_array_unref (records);
  return status;
}
