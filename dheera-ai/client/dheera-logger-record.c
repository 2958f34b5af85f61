/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A call, or an attempt of it, as a record of a log. */

#include "dheera-logger-private.h"

#include "dheera-ai/model/calls/dheera-call-private.h"
#include "dheera-ai/model/dheera-usage.h"
#include "dheera-ai/wire/dheera-json-writer-private.h"

/* --- For people ------------------------------------------------------------------------------------------------------------------------ */

static void
append_line (GString    *text,
             const char *line)
{
  gsize start = text->len;

  g_string_append (text, line);
  for (gsize i = start; i < text->len; i++)
    if ((guchar) text->str[i] < 0x20 || text->str[i] == 0x7f)
      text->str[i] = ' ';
}

static void
append_what (GString    *text,
             DheeraCall *call)
{
  g_string_append (text, call->operation);
  if (call->provider != NULL)
    g_string_append_printf (text, " of %s", call->provider);
  if (call->model != NULL)
    {
      g_string_append_c (text, '/');
      append_line (text, call->model);
    }
}

static void
append_attempt (GString    *text,
                DheeraCall *call)
{
  if (call->status != 0)
    g_string_append_printf (text, ": HTTP %u", call->status);
  if (call->status != 0 && call->first_byte_time >= 0)
    g_string_append_printf (text, " after %.3f s", call->first_byte_time);
  if (call->error_details != NULL)
    {
      g_string_append (text, ": ");
      append_line (text, dheera_error_details_get_message (call->error_details));
    }
  else if (call->status == 0)
    {
      g_string_append (text, ": no answer");
    }
}

static void
append_success (GString    *text,
                DheeraCall *call)
{
  g_string_append_printf (text, ": HTTP %u, %.3f s", call->status, call->total_time);
  if (call->attempt > 1)
    g_string_append_printf (text, ", %u attempts", call->attempt);
  if (call->usage != NULL && dheera_usage_get_prompt_tokens (call->usage) >= 0)
    g_string_append_printf (text, ", %" G_GINT64_FORMAT " tokens in", dheera_usage_get_prompt_tokens (call->usage));
  if (call->usage != NULL && dheera_usage_get_completion_tokens (call->usage) >= 0)
    g_string_append_printf (text, ", %" G_GINT64_FORMAT " out", dheera_usage_get_completion_tokens (call->usage));
  if (call->cost >= 0)
    g_string_append_printf (text, ", %.6f USD", call->cost);
}

char *
dheera_log_dup_message (DheeraCall *call,
                        gboolean    attempt)
{
  GString *text = g_string_new (NULL);
  g_autofree char *valid = NULL;

  if (attempt)
    g_string_append_printf (text, "attempt %u of ", call->attempt);
  append_what (text, call);
  if (attempt)
    {
      append_attempt (text, call);
    }
  else if (g_error_matches (call->error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_string_append_printf (text, " was cancelled after %.3f s", call->total_time);
    }
  else if (call->error != NULL)
    {
      g_string_append_printf (text, " failed after %.3f s: ", call->total_time);
      append_line (text, call->error->message);
    }
  else
    {
      append_success (text, call);
    }

  valid = g_string_free (text, FALSE);
  return g_utf8_make_valid (valid, -1);
}

/* --- GLib's structured log --------------------------------------------------------------------------------------------------------------- */

typedef struct
{
  GArray *fields;
  GPtrArray *texts;
} Fields;

/* key is a literal. */
static void
take_field (Fields     *self,
            const char *key,
            char       *value)
{
  GLogField field = { key, value, -1 };

  g_ptr_array_add (self->texts, value);
  g_array_append_val (self->fields, field);
}

static void
add_field (Fields     *self,
           const char *key,
           const char *value)
{
  if (value != NULL && *value != '\0')
    take_field (self, key, g_strdup (value));
}

static void
add_count (Fields     *self,
           const char *key,
           gint64      value)
{
  if (value >= 0)
    take_field (self, key, g_strdup_printf ("%" G_GINT64_FORMAT, value));
}

static void
add_double (Fields     *self,
            const char *key,
            double      value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  if (value >= 0)
    take_field (self, key, g_strdup (g_ascii_formatd (buffer, sizeof buffer, "%.6f", value)));
}

static void
add_timings (Fields     *self,
             DheeraCall *call)
{
  add_double (self, "DHEERA_QUEUE_TIME", call->queue_time);
  add_double (self, "DHEERA_DNS_TIME", call->dns_time);
  add_double (self, "DHEERA_CONNECT_TIME", call->connect_time);
  add_double (self, "DHEERA_TLS_TIME", call->tls_time);
  add_double (self, "DHEERA_FIRST_BYTE_TIME", call->first_byte_time);
  add_double (self, "DHEERA_FIRST_TOKEN_TIME", call->first_token_time);
  add_double (self, "DHEERA_TOTAL_TIME", call->total_time);
}

static void
add_result (Fields     *self,
            DheeraCall *call,
            gboolean    attempt)
{
  g_autofree char *error = attempt && call->error_details == NULL ? NULL : dheera_call_dup_error_type (call);

  if (attempt || call->error != NULL)
    add_field (self, "DHEERA_ERROR", error);
  add_count (self, "DHEERA_BYTES_SENT", (gint64) call->bytes_sent);
  add_count (self, "DHEERA_BYTES_RECEIVED", (gint64) call->bytes_received);
  add_field (self, "DHEERA_CONNECTION_REUSED", call->connection_reused ? "1" : "0");
  if (call->usage != NULL)
    {
      add_count (self, "DHEERA_INPUT_TOKENS", dheera_usage_get_prompt_tokens (call->usage));
      add_count (self, "DHEERA_OUTPUT_TOKENS", dheera_usage_get_completion_tokens (call->usage));
      add_count (self, "DHEERA_CACHED_TOKENS", dheera_usage_get_cached_tokens (call->usage));
    }
  add_double (self, "DHEERA_COST", call->cost);
  add_field (self, "DHEERA_TRACEPARENT", call->traceparent);
}

void
dheera_log_write_structured (DheeraCall             *call,
                             gboolean                attempt,
                             DheeraLogLevel          level,
                             const DheeraLogContent *content)
{
  static const GLogLevelFlags levels[] = { 0, G_LOG_LEVEL_MESSAGE, G_LOG_LEVEL_INFO, G_LOG_LEVEL_DEBUG };
  static const char *const priorities[] = { "7", "5", "6", "7" }; /* syslog's */
  g_autoptr(GArray) array = g_array_new (FALSE, FALSE, sizeof (GLogField));
  g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  Fields fields = { array, texts };

  take_field (&fields, "MESSAGE", dheera_log_dup_message (call, attempt));
  add_field (&fields, "PRIORITY", priorities[level]);
  add_field (&fields, "GLIB_DOMAIN", G_LOG_DOMAIN);
  add_field (&fields, "DHEERA_EVENT", attempt ? "attempt" : "call");
  add_field (&fields, "DHEERA_OPERATION", call->operation);
  add_field (&fields, "DHEERA_PROVIDER", call->provider);
  add_field (&fields, "DHEERA_MODEL", call->model);
  add_field (&fields, "DHEERA_URL", call->url);
  add_count (&fields, "DHEERA_ATTEMPT", call->attempt);
  add_count (&fields, "DHEERA_STATUS", call->status);
  add_field (&fields, "DHEERA_REQUEST_ID", call->request_id);
  add_result (&fields, call, attempt);
  if (content->timings)
    add_timings (&fields, call);
  if (content->headers)
    {
      add_field (&fields, "DHEERA_REQUEST_HEADERS", dheera_call_get_request_headers (call));
      add_field (&fields, "DHEERA_RESPONSE_HEADERS", dheera_call_get_response_headers (call));
    }
  if (content->bodies)
    {
      add_field (&fields, "DHEERA_REQUEST_BODY", dheera_call_get_request_body (call));
      add_field (&fields, "DHEERA_RESPONSE_BODY", dheera_call_get_response_body (call));
    }

  g_log_structured_array (levels[level], (const GLogField *) (gpointer) array->data, array->len);
}

/* --- JSON lines --------------------------------------------------------------------------------------------------------------------------- */

static void
write_text (DheeraJsonWriter *writer,
            const char       *key,
            const char       *value)
{
  if (value != NULL && *value != '\0')
    dheera_json_writer_member_string (writer, key, value);
}

static void
write_count (DheeraJsonWriter *writer,
             const char       *key,
             gint64            value)
{
  if (value >= 0)
    dheera_json_writer_member_int (writer, key, value);
}

static void
write_seconds (DheeraJsonWriter *writer,
               const char       *key,
               double            value)
{
  if (value >= 0)
    dheera_json_writer_member_double (writer, key, value);
}

static void
write_error (DheeraJsonWriter *writer,
             DheeraCall       *call,
             gboolean          attempt)
{
  const char *message = NULL;
  g_autofree char *type = NULL;

  if (attempt && call->error_details != NULL)
    message = dheera_error_details_get_message (call->error_details);
  else if (!attempt && call->error != NULL)
    message = call->error->message;
  if (message == NULL)
    return;

  type = dheera_call_dup_error_type (call);
  dheera_json_writer_key (writer, "error");
  dheera_json_writer_begin_object (writer);
  write_text (writer, "type", type);
  dheera_json_writer_member_string (writer, "message", message);
  dheera_json_writer_end_object (writer);
}

static void
write_usage (DheeraJsonWriter *writer,
             DheeraUsage      *usage)
{
  if (usage == NULL)
    return;
  dheera_json_writer_key (writer, "usage");
  dheera_json_writer_begin_object (writer);
  write_count (writer, "input_tokens", dheera_usage_get_prompt_tokens (usage));
  write_count (writer, "output_tokens", dheera_usage_get_completion_tokens (usage));
  write_count (writer, "cached_tokens", dheera_usage_get_cached_tokens (usage));
  write_count (writer, "reasoning_tokens", dheera_usage_get_reasoning_tokens (usage));
  dheera_json_writer_end_object (writer);
}

static void
write_timings (DheeraJsonWriter *writer,
               DheeraCall       *call)
{
  dheera_json_writer_key (writer, "timings");
  dheera_json_writer_begin_object (writer);
  write_seconds (writer, "queue", call->queue_time);
  write_seconds (writer, "dns", call->dns_time);
  write_seconds (writer, "connect", call->connect_time);
  write_seconds (writer, "tls", call->tls_time);
  write_seconds (writer, "first_byte", call->first_byte_time);
  write_seconds (writer, "first_token", call->first_token_time);
  write_seconds (writer, "total", call->total_time);
  dheera_json_writer_end_object (writer);
}

static void
write_captured (DheeraJsonWriter       *writer,
                DheeraCall             *call,
                const DheeraLogContent *content)
{
  if (content->headers)
    {
      write_text (writer, "request_headers", dheera_call_get_request_headers (call));
      write_text (writer, "response_headers", dheera_call_get_response_headers (call));
    }
  if (content->bodies)
    {
      write_text (writer, "request_body", dheera_call_get_request_body (call));
      write_text (writer, "response_body", dheera_call_get_response_body (call));
    }
}

char *
dheera_log_dup_json (DheeraCall             *call,
                     gboolean                attempt,
                     const DheeraLogContent *content)
{
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;
  g_autoptr(GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *time = g_date_time_format (now, "%Y-%m-%dT%H:%M:%S.%fZ");
  g_autofree char *json = NULL;

  dheera_json_writer_init (&writer, 512);
  dheera_json_writer_begin_object (&writer);
  dheera_json_writer_member_string (&writer, "time", time);
  dheera_json_writer_member_string (&writer, "event", attempt ? "attempt" : "call");
  dheera_json_writer_member_string (&writer, "operation", call->operation);
  write_text (&writer, "provider", call->provider);
  write_text (&writer, "model", call->model);
  write_text (&writer, "url", call->url);
  dheera_json_writer_member_int (&writer, "attempt", call->attempt);
  dheera_json_writer_member_int (&writer, "status", call->status);
  write_text (&writer, "request_id", call->request_id);
  write_error (&writer, call, attempt);
  write_usage (&writer, call->usage);
  write_seconds (&writer, "cost", call->cost);
  write_count (&writer, "bytes_sent", (gint64) call->bytes_sent);
  write_count (&writer, "bytes_received", (gint64) call->bytes_received);
  dheera_json_writer_member_boolean (&writer, "connection_reused", call->connection_reused);
  write_text (&writer, "traceparent", call->traceparent);
  if (content->timings)
    write_timings (&writer, call);
  write_captured (&writer, call, content);
  dheera_json_writer_end_object (&writer);

  json = dheera_json_writer_steal (&writer);
  return g_strconcat (json, "\n", NULL);
}
