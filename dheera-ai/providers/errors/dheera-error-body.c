/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-error-words-private.h"
#include "dheera-ai/providers/dheera-protocol-private.h"
#include "dheera-ai/providers/dheera-provider-private.h"

#include <string.h>

#include "dheera-ai/wire/dheera-url-private.h"

/* The answer with an error status as a whole: body, whatever it is, and headers. */

#define MAX_JSON (1024 * 1024)
#define MAX_QUOTED (64 * 1024)
#define MAX_PLAIN_MESSAGE 1024
#define MAX_HTML_MESSAGE 200
#define MAX_HEADER 256

/* In which headers the id of a request is found; a row may name another one, which goes first. */
static const char *const request_id_headers[] = {
  "x-request-id", "request-id", "apim-request-id", "x-amzn-requestid", "mistral-correlation-id",
  "x-debug-trace-id", "x-generation-id", "trace-id", "x-kong-request-id",
};

static const char *
get_text_header (DheeraGetHeader  get_header,
                 gpointer         data,
                 const char      *name)
{
  const char *value = get_header != NULL ? get_header (data, name) : NULL;

  if (value == NULL || *value == '\0' || strlen (value) > MAX_HEADER || !dheera_header_value_is_valid (value))
    return NULL;

  return value;
}

/* One that is shown: some servers send back what they were sent. */
static const char *
get_open_header (DheeraGetHeader  get_header,
                 gpointer         data,
                 const char      *name,
                 const char      *key)
{
  const char *value = get_text_header (get_header, data, name);
  g_autofree char *open = dheera_error_text_hide_key (value, key);

  return g_strcmp0 (open, value) == 0 ? value : NULL;
}

const char *
dheera_provider_find_request_id (DheeraProvider  *provider,
                                 const char      *key,
                                 DheeraGetHeader  get_header,
                                 gpointer         data)
{
  const DheeraProviderRow *row = dheera_provider_get_row (provider);
  const char *value = NULL;

  if (row != NULL && row->request_id_header != NULL)
    value = get_open_header (get_header, data, row->request_id_header, key);
  for (guint i = 0; value == NULL && i < G_N_ELEMENTS (request_id_headers); i++)
    value = get_open_header (get_header, data, request_id_headers[i], key);

  return value;
}

/* Seconds, -1 when the headers say nothing that can be read. */
static double
read_retry_after (DheeraGetHeader get_header,
                  gpointer        data)
{
  gint64 delay = dheera_http_parse_retry_after (get_text_header (get_header, data, "retry-after-ms"),
                                                get_text_header (get_header, data, "retry-after"),
                                                get_text_header (get_header, data, "date"),
                                                g_get_real_time () / G_USEC_PER_SEC);

  return delay >= 0 ? delay / 1000.0 : -1;
}

/* What the details keep of the body: without the key, even where a cut went through it. */
static char *
quote_body (const char *body,
            gsize       length,
            const char *key)
{
  gsize size = MIN (length, MAX_QUOTED);
  g_autofree char *valid = NULL;

  if (size == 0)
    return NULL;

  valid = g_utf8_make_valid (body, size);
  return size < length ? dheera_error_text_hide_cut_key (valid, key) : dheera_error_text_hide_key (valid, key);
}

/* The data of the first event, when an error came as one of a stream; else the body without blanks before
 * it. */
static const char *
find_json (const char *body,
           gsize      *length)
{
  const char *end = body + *length;
  const char *p = body;

  if (g_str_has_prefix (body, "data:") || g_str_has_prefix (body, "event:") || g_str_has_prefix (body, "error:"))
    {
      const char *start = g_strstr_len (p, end - p, "{");
      const char *stop = start != NULL ? memchr (start, '\n', end - start) : NULL;

      if (start != NULL)
        {
          *length = (stop != NULL ? stop : end) - start;
          return start;
        }
    }

  while (p < end && g_ascii_isspace (*p))
    p++;
  *length = end - p;

  return p;
}

/* The words of a page, or of a text that is neither that nor JSON; NULL when there are none. */
static char *
dup_plain (const char *text,
           gsize       size,
           const char *key)
{
  gboolean page = *text == '<';
  g_autofree char *plain = page ? dheera_error_text_from_html (text, size, MAX_HTML_MESSAGE) : dheera_error_text_dup (text, size, MAX_PLAIN_MESSAGE);
  gboolean cut = page ? g_utf8_strlen (plain, -1) >= MAX_HTML_MESSAGE : size > MAX_PLAIN_MESSAGE;
  g_autofree char *open = cut ? dheera_error_text_hide_cut_key (plain, key) : dheera_error_text_hide_key (plain, key);

  return *open != '\0' ? dheera_error_text_dup (open, -1, MAX_PLAIN_MESSAGE) : NULL;
}

static void
read_body (DheeraErrorWords *words,
           const char       *body,
           gsize             length)
{
  DheeraJson json = DHEERA_JSON_INIT;
  gsize size = length;
  const char *start = find_json (body, &size);

  if (size > 0 && size <= MAX_JSON && dheera_json_parse (&json, start, size))
    {
      dheera_error_words_read (words, dheera_json_root (&json));
    }
  else if (size > 0)
    {
      words->message = dup_plain (start, size, words->key);
    }
  dheera_json_clear (&json);
}

static DheeraErrorDetails *
make_details (DheeraProvider         *provider,
              const char             *model,
              guint                   status,
              const DheeraErrorWords *words,
              const char             *request_id,
              double                  retry_after,
              const char             *body)
{
  DheeraFailure failure = DHEERA_FAILURE_INIT;
  g_autofree char *without_message = g_strdup_printf ("HTTP status %u without a message", status);

  failure.code = dheera_error_classify (status, words, &failure.retryable);
  failure.message = words->message != NULL ? words->message : without_message;
  failure.status = status;
  failure.provider = dheera_provider_get_id (provider);
  failure.model = model;
  failure.provider_code = words->code != NULL ? words->code : words->reason;
  failure.provider_type = words->type;
  failure.param = words->param;
  failure.request_id = request_id != NULL ? request_id : words->request_id;
  failure.retry_after = retry_after >= 0 ? retry_after : words->retry_after;
  failure.body = body;

  return dheera_error_details_new (&failure);
}

DheeraErrorDetails *
dheera_error_body_decode_hiding (DheeraProvider  *provider,
                                 const char      *key,
                                 const char      *model,
                                 guint            status,
                                 const char      *body,
                                 gsize            length,
                                 DheeraGetHeader  get_header,
                                 gpointer         data)
{
  g_auto (DheeraErrorWords) words = DHEERA_ERROR_WORDS_INIT;
  g_autofree char *text = g_strndup (body, MIN (length, MAX_JSON));
  g_autofree char *quoted = quote_body (body, length, key);
  const char *amazon;

  words.key = key;
  read_body (&words, text, MIN (length, MAX_JSON));
  amazon = get_open_header (get_header, data, "x-amzn-errortype", key);
  if (words.type == NULL && amazon != NULL)
    words.type = g_strdup (amazon);

  return make_details (provider, model, status, &words,
                       dheera_provider_find_request_id (provider, key, get_header, data),
                       read_retry_after (get_header, data), quoted);
}

DheeraErrorDetails *
dheera_error_body_decode (DheeraProvider  *provider,
                          const char      *model,
                          guint            status,
                          const char      *body,
                          gsize            length,
                          DheeraGetHeader  get_header,
                          gpointer         data)
{
  g_autofree char *key = dheera_provider_dup_key (provider);

  return dheera_error_body_decode_hiding (provider, key, model, status, body, length, get_header, data);
}

DheeraDecoded
dheera_decoder_fail_with (DheeraDecoder  *self,
                          DheeraJsonValue value)
{
  return dheera_decoder_fail_with_type (self, value, NULL);
}

DheeraDecoded
dheera_decoder_fail_with_type (DheeraDecoder  *self,
                               DheeraJsonValue value,
                               const char     *type)
{
  g_auto (DheeraErrorWords) words = DHEERA_ERROR_WORDS_INIT;
  g_autofree char *quoted = NULL;
  const char *raw;
  gsize length;

  words.key = self->key;
  dheera_error_words_read (&words, value);
  if (words.type == NULL && type != NULL && *type != '\0')
    words.type = dheera_error_text_hide_key (type, self->key);
  if (words.message == NULL)
    words.message = g_strdup ("an error without a message");
  raw = dheera_json_raw (value, &length);
  quoted = quote_body (raw, length, self->key);
  g_clear_object (&self->failure);
  self->failure = make_details (self->provider, dheera_decoder_get_model (self), 200, &words, NULL, -1, quoted);

  return DHEERA_DECODED_FAILED;
}
