/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-error-words-private.h"

#include <string.h>

/* The shapes in which providers report a failure: an object under "error", a text there, everything at the
 * top level, FastAPI's "detail", MiniMax's "base_resp", a list of errors, and each of them as the only
 * element of an array. */

#define MAX_MESSAGE 1024
#define MAX_WORD 128

void
dheera_error_words_clear (DheeraErrorWords *self)
{
  g_clear_pointer (&self->message, g_free);
  g_clear_pointer (&self->code, g_free);
  g_clear_pointer (&self->type, g_free);
  g_clear_pointer (&self->param, g_free);
  g_clear_pointer (&self->reason, g_free);
  g_clear_pointer (&self->request_id, g_free);
}

static void
take_text (DheeraErrorWords  *self,
           char             **field,
           DheeraJsonValue    value,
           gsize              max)
{
  g_autofree char *text = NULL;
  g_autofree char *open = NULL;
  g_autofree char *clean = NULL;

  if (*field != NULL)
    return;

  if (dheera_json_type (value) == DHEERA_JSON_NUMBER)
    text = dheera_json_dup_raw (value);
  else
    text = dheera_json_dup_string (value);
  if (text == NULL)
    return;

  open = dheera_error_text_hide_key (text, self->key);
  clean = dheera_error_text_dup (open, -1, max);
  if (*clean != '\0')
    *field = g_steal_pointer (&clean);
}

static void
take_first (DheeraErrorWords  *self,
            char             **field,
            DheeraJsonValue    object,
            const char *const *names,
            gsize              max)
{
  for (; *names != NULL && *field == NULL; names++)
    take_text (self, field, dheera_json_member (object, *names), max);
}

/* [{"loc": ["body", "seed"], "msg": "Extra inputs are not permitted", "type": "extra_forbidden"}] */
static void
read_detail_list (DheeraErrorWords *self,
                  DheeraJsonValue   list)
{
  g_autoptr (GString) all = g_string_new (NULL);
  DheeraJsonValue element;
  DheeraJsonIter iter;

  dheera_json_iter_init (&iter, list);
  while (all->len < MAX_MESSAGE && dheera_json_iter_next (&iter, NULL, &element))
    {
      g_autofree char *message = NULL;
      DheeraJsonValue location = dheera_json_member (element, "loc");
      guint depth = dheera_json_size (location);

      take_text (self, &message, element, MAX_MESSAGE);
      take_text (self, &message, dheera_json_member (element, "msg"), MAX_MESSAGE);
      if (depth > 0)
        take_text (self, &self->param, dheera_json_element (location, depth - 1), MAX_WORD);
      take_text (self, &self->type, dheera_json_member (element, "type"), MAX_WORD);
      if (message != NULL && depth > 0 && self->param != NULL)
        g_string_append_printf (all, "%s%s: %s", all->len > 0 ? "; " : "", self->param, message);
      else if (message != NULL)
        g_string_append_printf (all, "%s%s", all->len > 0 ? "; " : "", message);
    }

  if (self->message == NULL && all->len > 0)
    self->message = dheera_error_text_dup (all->str, -1, MAX_MESSAGE);
}

static void
read_detail (DheeraErrorWords *self,
             DheeraJsonValue   detail)
{
  switch (dheera_json_type (detail))
    {
    case DHEERA_JSON_STRING:
      take_text (self, &self->message, detail, MAX_MESSAGE);
      break;
    case DHEERA_JSON_ARRAY:
      read_detail_list (self, detail);
      break;
    case DHEERA_JSON_OBJECT:
      take_text (self, &self->message, dheera_json_member (detail, "message"), MAX_MESSAGE);
      take_text (self, &self->message, dheera_json_member (detail, "msg"), MAX_MESSAGE);
      take_text (self, &self->code, dheera_json_member (detail, "code"), MAX_WORD);
      if (self->message == NULL && dheera_json_type (dheera_json_member (detail, "error")) == DHEERA_JSON_OBJECT)
        read_detail (self, dheera_json_member (detail, "error"));
      take_text (self, &self->message, dheera_json_member (detail, "error"), MAX_MESSAGE);
      if (self->message == NULL)
        read_detail_list (self, dheera_json_member (detail, "detail"));
      break;
    default:
      break;
    }
}

/* Google's error.details: RetryInfo {"retryDelay": "3.5s"}, ErrorInfo {"reason": "API_KEY_INVALID"} */
static void
read_google_details (DheeraErrorWords *self,
                     DheeraJsonValue   details)
{
  DheeraJsonValue detail;
  DheeraJsonIter iter;

  if (dheera_json_type (details) != DHEERA_JSON_ARRAY)
    return;

  dheera_json_iter_init (&iter, details);
  while (dheera_json_iter_next (&iter, NULL, &detail))
    {
      g_autofree char *delay = dheera_json_dup_string (dheera_json_member (detail, "retryDelay"));

      take_text (self, &self->reason, dheera_json_member (detail, "reason"), MAX_WORD);
      if (delay != NULL && self->retry_after < 0)
        {
          char *end;
          double seconds = g_ascii_strtod (delay, &end);

          if (end != delay && g_strcmp0 (end, "s") == 0 && seconds >= 0 && seconds < 1e9)
            self->retry_after = seconds;
        }
    }
}

/* OpenRouter wraps what the provider behind it said. */
static void
read_openrouter_metadata (DheeraErrorWords *self,
                          DheeraJsonValue   metadata)
{
  g_autofree char *raw = NULL;

  if (dheera_json_type (metadata) != DHEERA_JSON_OBJECT)
    return;

  if (dheera_json_exists (dheera_json_member (metadata, "flagged_input"))
      || dheera_json_size (dheera_json_member (metadata, "reasons")) > 0)
    {
      g_free (self->reason);
      self->reason = g_strdup ("content_policy_violation");
    }

  take_text (self, &raw, dheera_json_member (metadata, "raw"), MAX_MESSAGE / 2);
  if (raw != NULL && self->message != NULL)
    {
      g_autofree char *both = g_strdup_printf ("%s: %s", self->message, raw);

      g_free (self->message);
      self->message = dheera_error_text_dup (both, -1, MAX_MESSAGE);
    }
}

/* The members that say the same at the top level and under "error" */
static void
read_object (DheeraErrorWords *self,
             DheeraJsonValue   object)
{
  static const char *const message_names[] = { "message", "Message", "msg", "error_description", "error_message", "error_msg", NULL };
  static const char *const code_names[] = { "code", "error_code", "statusCode", "status_code", NULL };
  static const char *const type_names[] = { "type", "__type", "error_type", NULL };
  DheeraJsonValue message = dheera_json_member (object, "message");

  if (dheera_json_type (message) == DHEERA_JSON_OBJECT || dheera_json_type (message) == DHEERA_JSON_ARRAY)
    read_detail (self, message);
  take_first (self, &self->message, object, message_names, MAX_MESSAGE);
  take_first (self, &self->code, object, code_names, MAX_WORD);
  take_first (self, &self->type, object, type_names, MAX_WORD);
  take_text (self, &self->param, dheera_json_member (object, "param"), MAX_WORD);
  take_text (self, &self->reason, dheera_json_path (object, "innererror.code"), MAX_WORD);
  take_text (self, &self->reason, dheera_json_path (object, "inner_error.code"), MAX_WORD);
  read_google_details (self, dheera_json_member (object, "details"));
  if (dheera_json_type (dheera_json_member (object, "status")) == DHEERA_JSON_STRING)
    take_text (self, &self->reason, dheera_json_member (object, "status"), MAX_WORD);
}

/* What stands under "error", in whatever form */
static void
read_error (DheeraErrorWords *self,
            DheeraJsonValue   error)
{
  switch (dheera_json_type (error))
    {
    case DHEERA_JSON_OBJECT:
      read_object (self, error);
      /* Metadata beside the error are the caller's own. */
      read_openrouter_metadata (self, dheera_json_member (error, "metadata"));
      /* Gateways that wrap what they were told */
      if (self->message == NULL)
        read_object (self, dheera_json_member (error, "error"));
      take_text (self, &self->message, dheera_json_member (error, "error"), MAX_MESSAGE);
      break;
    case DHEERA_JSON_ARRAY:
      if (!dheera_json_exists (dheera_json_member (dheera_json_element (error, 0), "msg")))
        read_object (self, dheera_json_element (error, 0));
      read_detail_list (self, error);
      break;
    default:
      take_text (self, &self->message, error, MAX_MESSAGE);
    }
}

static void
read_base_resp (DheeraErrorWords *self,
                DheeraJsonValue   base_resp)
{
  self->minimax = dheera_json_get_int (dheera_json_member (base_resp, "status_code"), 0);
  if (self->minimax == 0)
    return;

  take_text (self, &self->message, dheera_json_member (base_resp, "status_msg"), MAX_MESSAGE);
  take_text (self, &self->code, dheera_json_member (base_resp, "status_code"), MAX_WORD);
}

gboolean
dheera_error_words_read (DheeraErrorWords *self,
                         DheeraJsonValue   value)
{
  if (dheera_json_type (value) == DHEERA_JSON_ARRAY)
    value = dheera_json_element (value, 0);
  if (dheera_json_type (value) == DHEERA_JSON_STRING)
    take_text (self, &self->message, value, MAX_MESSAGE);

  read_error (self, dheera_json_member (value, "error"));
  read_object (self, value);
  read_detail (self, dheera_json_member (value, "detail"));
  read_base_resp (self, dheera_json_member (value, "base_resp"));
  read_error (self, dheera_json_member (value, "errors"));
  take_text (self, &self->message, dheera_json_member (value, "title"), MAX_MESSAGE);
  take_text (self, &self->request_id, dheera_json_member (value, "request_id"), MAX_WORD);

  return self->message != NULL || self->code != NULL || self->type != NULL || self->reason != NULL;
}

gboolean
dheera_error_words_marked (DheeraJsonValue value)
{
  DheeraJsonValue error = dheera_json_member (value, "error");

  switch (dheera_json_type (error))
    {
    case DHEERA_JSON_OBJECT:
    case DHEERA_JSON_ARRAY:
      if (dheera_json_size (error) > 0)
        return TRUE;
      break;
    case DHEERA_JSON_STRING:
      if (!dheera_json_equal (error, ""))
        return TRUE;
      break;
    case DHEERA_JSON_TRUE:
      return TRUE;
    case DHEERA_JSON_NUMBER:
      if (dheera_json_get_double (error, 0) != 0)
        return TRUE;
      break;
    default:
      break;
    }

  return dheera_json_get_int (dheera_json_path (value, "base_resp.status_code"), 0) != 0
         || dheera_json_equal (dheera_json_member (value, "object"), "error")
         || dheera_json_equal (dheera_json_member (value, "type"), "error");
}
