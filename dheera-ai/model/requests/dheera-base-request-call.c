/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-base-request-private.h"

#include <math.h>

#include "dheera-ai/model/dheera-strings-private.h"
#include "dheera-ai/model/errors/dheera-error-private.h"

#include "dheera-ai/wire/dheera-url-private.h"

/* What happens to a request when a call starts: it is copied and checked. */

static void
copy_headers (DheeraBaseRequest *self,
              DheeraBaseRequest *into)
{
  for (guint i = 0; i < dheera_base_request_get_n_headers (self); i++)
    {
      const char *name, *value;

      dheera_base_request_get_header (self, i, &name, &value);
      dheera_base_request_set_header (into, name, value);
    }
}

DheeraBaseRequest *
dheera_base_request_copy (DheeraBaseRequest *self)
{
  DheeraBaseRequest *copy = g_object_new (G_OBJECT_TYPE (self), NULL);

  copy->model = g_strdup (self->model);
  copy->provider = g_strdup (self->provider);
  g_set_object (&copy->session, self->session);
  copy->timeout = self->timeout;
  copy->first_token_timeout = self->first_token_timeout;
  copy->idle_timeout = self->idle_timeout;
  copy->max_retries = self->max_retries;
  copy->api_key = g_strdup (self->api_key);
  copy->base_url = g_strdup (self->base_url);
  dheera_json_text_copy (&self->extra, &copy->extra);
  copy->handed_on = g_strdupv (self->handed_on);
  copy->traceparent = g_strdup (self->traceparent);
  copy->tracestate = g_strdup (self->tracestate);
  copy_headers (self, copy);
  DHEERA_BASE_REQUEST_GET_CLASS (self)->copy (self, copy);

  return copy;
}

guint
dheera_base_request_count (DheeraBaseRequest *self)
{
  DheeraBaseRequestClass *klass = DHEERA_BASE_REQUEST_GET_CLASS (self);

  return klass->count != NULL ? klass->count (self) : 0;
}

static gboolean
check_timeout (const char  *name,
               double       seconds,
               GError     **error)
{
  char shown[G_ASCII_DTOSTR_BUF_SIZE];

  if (seconds == -1 || (isfinite (seconds) && seconds >= 0))
    return TRUE;

  dheera_set_invalid_request (error, name,
                              "%s is %s; it has to be a number of seconds, 0 for no limit, "
                              "or -1 for the client's.",
                              name, g_ascii_formatd (shown, sizeof shown, "%.15g", seconds));

  return FALSE;
}

/* Neither a header's value nor the key is ever part of a message. */
static gboolean
check_headers (DheeraBaseRequest  *self,
               GError            **error)
{
  for (guint i = 0; i < dheera_base_request_get_n_headers (self); i++)
    {
      g_autofree char *shown = NULL;
      const char *name, *value;

      dheera_base_request_get_header (self, i, &name, &value);
      if (dheera_header_name_is_valid (name) && dheera_header_value_is_valid (value))
        continue;

      shown = g_strescape (name, NULL);
      dheera_set_invalid_request (error, "header",
                                  dheera_header_name_is_valid (name)
                                    ? "The value of the header “%s” can't be sent: "
                                      "it has a control character, or a space at one of its ends."
                                    : "“%s” can't be the name of a header.",
                                  shown);
      return FALSE;
    }

  if (self->api_key != NULL && (*self->api_key == '\0' || !dheera_header_value_is_valid (self->api_key)))
    {
      dheera_set_invalid_request (error, "api-key",
                                  "api-key can't be sent: it is empty, or has a line break, "
                                  "another control character, or a space at one of its ends.");
      return FALSE;
    }

  return TRUE;
}

static gboolean
check_extra (DheeraBaseRequest  *self,
             GError            **error)
{
  DheeraJson view = DHEERA_JSON_INIT;
  const char *extra = dheera_base_request_peek_extra (self);
  DheeraJsonValue stream = { NULL, 0 };
  gboolean has_stream;

  if (self->extra.fault != NULL)
    {
      dheera_set_invalid_request (error, "extra", "extra %s.", self->extra.fault);
      return FALSE;
    }
  if (extra == NULL)
    return TRUE;

  if (dheera_json_parse (&view, extra, strlen (extra)))
    stream = dheera_json_member (dheera_json_root (&view), "stream");
  has_stream = dheera_json_type (stream) != DHEERA_JSON_NONE;
  dheera_json_clear (&view);
  if (has_stream)
    dheera_set_invalid_request (error, "extra",
                                "extra has a member “stream”; whether an answer is streamed is "
                                "decided by the function that is called.");

  return !has_stream;
}

gboolean
dheera_base_request_validate (DheeraBaseRequest  *self,
                              GError            **error)
{
  g_autofree char *fault = NULL;

  if (self->model != NULL && *self->model == '\0')
    {
      dheera_set_invalid_request (error, "model",
                                  "model is an empty text; leave it out to ask the client's default model.");
      return FALSE;
    }

  if (!check_timeout ("timeout", self->timeout, error)
      || !check_timeout ("first-token-timeout", self->first_token_timeout, error)
      || !check_timeout ("idle-timeout", self->idle_timeout, error))
    return FALSE;

  if (self->max_retries < -1)
    {
      dheera_set_invalid_request (error, "max-retries",
                                  "max-retries is %d; it has to be 0 or more, or -1 for the client's.",
                                  self->max_retries);
      return FALSE;
    }

  fault = self->base_url != NULL ? dheera_url_find_fault (self->base_url) : NULL;
  if (fault != NULL)
    {
      dheera_set_invalid_request (error, "base-url", "base-url can't be used: %s.", fault);
      return FALSE;
    }

  return check_headers (self, error) && check_extra (self, error) && dheera_base_request_check_trace (self, error)
         && DHEERA_BASE_REQUEST_GET_CLASS (self)->validate (self, error);
}

const char *
dheera_base_request_get_api_key (DheeraBaseRequest *self)
{
  return self->api_key;
}

guint
dheera_base_request_get_n_headers (DheeraBaseRequest *self)
{
  return self->headers != NULL ? self->headers->len : 0;
}

void
dheera_base_request_get_header (DheeraBaseRequest  *self,
                                guint               position,
                                const char        **name,
                                const char        **value)
{
  const DheeraRequestHeader *header = &g_array_index (self->headers, DheeraRequestHeader, position);

  *name = header->name;
  *value = header->value;
}

const char *
dheera_base_request_peek_extra (DheeraBaseRequest *self)
{
  return dheera_json_text_get (&self->extra);
}
