/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-mock-reply-private.h"

#include <stdarg.h>
#include <string.h>

#include "dheera-ai/wire/dheera-json-writer-private.h"
#include "dheera-ai/wire/dheera-url-private.h"

/* The member "mock" of a request: what a test tells the mock to say, or to do wrong. A typing error in it
 * must not let a test pass, so everything that is not known, or not of its type, is refused. */

#define MAX_DELAY_MS 3600000
#define MAX_PACE_MS 60000
#define MAX_WORDS G_MAXINT32

void
dheera_mock_refusal_clear (DheeraMockRefusal *self)
{
  g_clear_pointer (&self->param, g_free);
  g_clear_pointer (&self->message, g_free);
}

gboolean
dheera_mock_refuse (DheeraMockRefusal *self,
                    guint              status,
                    const char        *code,
                    const char        *param,
                    const char        *format,
                    ...)
{
  va_list args;

  dheera_mock_refusal_clear (self);
  self->status = status;
  self->code = code;
  self->param = g_strdup (param);
  va_start (args, format);
  self->message = g_strdup_vprintf (format, args);
  va_end (args);

  return FALSE;
}

DheeraMockCall *
dheera_mock_call_new (const char *name,
                      char       *arguments)
{
  DheeraMockCall *self = g_new0 (DheeraMockCall, 1);

  self->name = g_strdup (name);
  self->arguments = arguments;

  return self;
}

void
dheera_mock_call_free (DheeraMockCall *self)
{
  g_free (self->id);
  g_free (self->name);
  g_free (self->arguments);
  g_free (self);
}

static gboolean
refuse_member (DheeraMockRefusal *refusal,
               const char        *name,
               const char        *wanted)
{
  g_autofree char *param = g_strdup_printf ("mock.%s", name);

  return dheera_mock_refuse (refusal, 400, "invalid_value", param,
                             "The member \"%s\" of \"mock\" must be %s.", name, wanted);
}

static gboolean
read_text (DheeraJsonValue     value,
           const char         *name,
           char              **text,
           DheeraMockRefusal  *refusal)
{
  g_free (*text);
  *text = dheera_json_dup_string (value);

  return *text != NULL || refuse_member (refusal, name, "a string");
}

/* -1 with a refusal when value is not a whole number from lowest to highest. */
static gint64
read_number (DheeraJsonValue    value,
             const char        *name,
             gint64             lowest,
             gint64             highest,
             DheeraMockRefusal *refusal)
{
  g_autofree char *wanted = NULL;
  gint64 number = -1;

  if (dheera_json_type (value) == DHEERA_JSON_NUMBER)
    number = dheera_json_get_int (value, -1);
  if (number >= lowest && number <= highest)
    return number;

  wanted = g_strdup_printf ("a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, lowest, highest);
  refuse_member (refusal, name, wanted);

  return -1;
}

static gboolean
read_fault (DheeraMockOptions *self,
            DheeraMockFault    fault,
            DheeraJsonValue    value,
            const char        *name,
            DheeraMockRefusal *refusal)
{
  gint64 after = read_number (value, name, 0, MAX_WORDS, refusal);

  if (after < 0)
    return FALSE;
  if (self->fault != DHEERA_MOCK_FAULT_NONE)
    return dheera_mock_refuse (refusal, 400, "invalid_value", "mock",
                               "Only one of cut_after, stall_after and error_after can be in \"mock\", and none beside status.");
  self->fault = fault;
  self->after = (guint) after;

  return TRUE;
}

static gboolean
read_status (DheeraMockOptions *self,
             DheeraJsonValue    value,
             DheeraMockRefusal *refusal)
{
  gint64 status = read_number (value, "status", 200, 599, refusal);

  if (status < 0)
    return FALSE;
  self->status = (guint) status;

  return read_fault (self, DHEERA_MOCK_FAULT_STATUS, value, "status", refusal);
}

/* A text is the message of an error that is otherwise the status' usual one; an object replaces its
 * members. */
static gboolean
read_error (DheeraMockOptions *self,
            DheeraJsonValue    value,
            DheeraMockRefusal *refusal)
{
  if (dheera_json_type (value) != DHEERA_JSON_STRING && dheera_json_type (value) != DHEERA_JSON_OBJECT)
    return refuse_member (refusal, "error", "a string or an object");

  g_free (self->error);
  self->error = dheera_json_dup_raw (value);

  return TRUE;
}

static gboolean
read_headers (DheeraMockOptions *self,
              DheeraJsonValue    value,
              DheeraMockRefusal *refusal)
{
  DheeraJsonIter iter;
  DheeraJsonValue name, text;

  if (dheera_json_type (value) != DHEERA_JSON_OBJECT)
    return refuse_member (refusal, "headers", "an object of strings");

  dheera_json_iter_init (&iter, value);
  while (dheera_json_iter_next (&iter, &name, &text))
    {
      g_autofree char *key = dheera_json_dup_string (name);
      g_autofree char *content = dheera_json_dup_string (text);

      if (content == NULL || !dheera_header_name_is_valid (key) || !dheera_header_value_is_valid (content))
        return refuse_member (refusal, "headers", "an object of names and values that HTTP allows");
      if (g_ascii_strcasecmp (key, "content-length") == 0
          || g_ascii_strcasecmp (key, "transfer-encoding") == 0)
        return refuse_member (refusal, "headers", "without those that frame the body");
      g_ptr_array_add (self->headers, g_steal_pointer (&key));
      g_ptr_array_add (self->headers, g_steal_pointer (&content));
    }

  return TRUE;
}

static gboolean
read_call (DheeraMockOptions *self,
           DheeraJsonValue    value,
           DheeraMockRefusal *refusal)
{
  DheeraJsonValue arguments = dheera_json_member (value, "arguments");
  g_autofree char *name = dheera_json_dup_string (dheera_json_member (value, "name"));
  char *json;

  if (name == NULL || name[0] == '\0')
    return refuse_member (refusal, "tool_call", "an object with a name, or an array of such");

  switch (dheera_json_type (arguments))
    {
    case DHEERA_JSON_NONE:
      json = g_strdup ("{}");
      break;
    case DHEERA_JSON_STRING:
      json = dheera_json_dup_string (arguments);
      break;
    default:
      json = dheera_json_dup_raw (arguments);
      break;
    }
  g_ptr_array_add (self->calls, dheera_mock_call_new (name, json));

  return TRUE;
}

static gboolean
read_calls (DheeraMockOptions *self,
            DheeraJsonValue    value,
            DheeraMockRefusal *refusal)
{
  DheeraJsonIter iter;
  DheeraJsonValue item;

  if (dheera_json_type (value) != DHEERA_JSON_ARRAY)
    return read_call (self, value, refusal);

  dheera_json_iter_init (&iter, value);
  while (dheera_json_iter_next (&iter, NULL, &item))
    {
      if (!read_call (self, item, refusal))
        return FALSE;
    }

  return TRUE;
}

static gboolean
read_usage (DheeraMockOptions *self,
            DheeraJsonValue    value,
            DheeraMockRefusal *refusal)
{
  if (dheera_json_type (value) != DHEERA_JSON_OBJECT && dheera_json_type (value) != DHEERA_JSON_NULL)
    return refuse_member (refusal, "usage", "an object or null");

  g_free (self->usage);
  self->usage = dheera_json_dup_raw (value);

  return TRUE;
}

static gboolean
read_delay (DheeraMockOptions *self,
            DheeraJsonValue    value,
            DheeraMockRefusal *refusal)
{
  gint64 delay = read_number (value, "delay_ms", 0, MAX_DELAY_MS, refusal);

  self->delay_ms = (guint) MAX (delay, 0);

  return delay >= 0;
}

static gboolean
read_pace (DheeraMockOptions *self,
           DheeraJsonValue    value,
           DheeraMockRefusal *refusal)
{
  self->pace_ms = (int) read_number (value, "pace_ms", 0, MAX_PACE_MS, refusal);

  return self->pace_ms >= 0;
}

static gboolean
read_fail_times (DheeraMockOptions *self,
                 DheeraJsonValue    value,
                 DheeraMockRefusal *refusal)
{
  gint64 times = read_number (value, "fail_times", 1, G_MAXINT32, refusal);

  self->fail_times = (guint) MAX (times, 0);

  return times > 0;
}

static gboolean
read_member (DheeraMockOptions *self,
             const char        *name,
             DheeraJsonValue    value,
             DheeraMockRefusal *refusal)
{
  if (strcmp (name, "text") == 0)
    return read_text (value, name, &self->text, refusal);
  if (strcmp (name, "reasoning") == 0)
    return read_text (value, name, &self->reasoning, refusal);
  if (strcmp (name, "finish_reason") == 0)
    return read_text (value, name, &self->finish_reason, refusal);
  if (strcmp (name, "body") == 0)
    return read_text (value, name, &self->body, refusal);
  if (strcmp (name, "key") == 0)
    return read_text (value, name, &self->key, refusal);
  if (strcmp (name, "usage") == 0)
    return read_usage (self, value, refusal);
  if (strcmp (name, "tool_call") == 0)
    return read_calls (self, value, refusal);
  if (strcmp (name, "delay_ms") == 0)
    return read_delay (self, value, refusal);
  if (strcmp (name, "pace_ms") == 0)
    return read_pace (self, value, refusal);
  if (strcmp (name, "status") == 0)
    return read_status (self, value, refusal);
  if (strcmp (name, "error") == 0)
    return read_error (self, value, refusal);
  if (strcmp (name, "headers") == 0)
    return read_headers (self, value, refusal);
  if (strcmp (name, "fail_times") == 0)
    return read_fail_times (self, value, refusal);
  if (strcmp (name, "cut_after") == 0)
    return read_fault (self, DHEERA_MOCK_FAULT_CUT, value, name, refusal);
  if (strcmp (name, "stall_after") == 0)
    return read_fault (self, DHEERA_MOCK_FAULT_STALL, value, name, refusal);
  if (strcmp (name, "error_after") == 0)
    return read_fault (self, DHEERA_MOCK_FAULT_ERROR, value, name, refusal);

  return dheera_mock_refuse (refusal, 400, "unknown_parameter", "mock",
                             "\"mock\" has a member \"%s\" that is not known.", name);
}

/* Makes self->error the whole body of the error: the usual one of the status, with what the test gave. */
static void
complete_error (DheeraMockOptions *self)
{
  guint status = self->fault == DHEERA_MOCK_FAULT_STATUS ? self->status : 500;
  g_autofree char *given = g_steal_pointer (&self->error);
  g_autofree char *patch = NULL;
  g_autofree char *usual = dheera_mock_format_error (status, NULL);

  if (given == NULL)
    {
      self->error = g_steal_pointer (&usual);
      return;
    }

  /* The merge removes members that are null in the patch; a test that gives null wants to see null, but an
   * error without the member reads the same. */
  if (given[0] == '{')
    patch = g_strdup_printf ("{\"error\":%s}", given);
  else
    patch = g_strdup_printf ("{\"error\":{\"message\":%s}}", given);
  self->error = dheera_json_merge (usual, patch);
}

gboolean
dheera_mock_options_parse (DheeraMockOptions *self,
                           DheeraJsonValue    request,
                           DheeraMockRefusal *refusal)
{
  DheeraJsonValue mock = dheera_json_member (request, "mock");
  DheeraJsonIter iter;
  DheeraJsonValue name, value;

  memset (self, 0, sizeof *self);
  self->pace_ms = -1;
  self->calls = g_ptr_array_new_with_free_func ((GDestroyNotify) dheera_mock_call_free);
  self->headers = g_ptr_array_new_with_free_func (g_free);

  if (dheera_json_exists (mock) && dheera_json_type (mock) != DHEERA_JSON_OBJECT)
    return dheera_mock_refuse (refusal, 400, "invalid_type", "mock", "\"mock\" must be an object.");

  dheera_json_iter_init (&iter, mock);
  while (dheera_json_iter_next (&iter, &name, &value))
    {
      g_autofree char *key = dheera_json_dup_string (name);

      if (!read_member (self, key, value, refusal))
        return FALSE;
    }

  /* Something is to fail, and nothing says how. */
  if (self->fault == DHEERA_MOCK_FAULT_NONE
      && (self->error != NULL || self->body != NULL || self->fail_times > 0))
    {
      self->fault = DHEERA_MOCK_FAULT_STATUS;
      self->status = 500;
    }
  if (self->fault == DHEERA_MOCK_FAULT_STATUS || self->fault == DHEERA_MOCK_FAULT_ERROR)
    complete_error (self);

  return TRUE;
}

void
dheera_mock_options_clear (DheeraMockOptions *self)
{
  g_clear_pointer (&self->text, g_free);
  g_clear_pointer (&self->reasoning, g_free);
  g_clear_pointer (&self->finish_reason, g_free);
  g_clear_pointer (&self->usage, g_free);
  g_clear_pointer (&self->calls, g_ptr_array_unref);
  g_clear_pointer (&self->error, g_free);
  g_clear_pointer (&self->body, g_free);
  g_clear_pointer (&self->headers, g_ptr_array_unref);
  g_clear_pointer (&self->key, g_free);
}
