/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ai/providers/errors/dheera-error-words-private.h"
#include "dheera-protocol-private.h"
#include "dheera-provider-private.h"

#include "dheera-ai/model/responses/dheera-response-private.h"
#include "dheera-ai/wire/dheera-secret-private.h"

#define MAX_EVENT_MESSAGE 1024

DheeraDecoder *
dheera_decoder_new (DheeraProvider *provider)
{
  DheeraDecoder *self = g_new0 (DheeraDecoder, 1);

  self->protocol = dheera_provider_get_protocol (provider);
  self->provider = g_object_ref (provider);
  self->accumulator = dheera_accumulator_new (dheera_provider_get_id (provider));

  return self;
}

void
dheera_decoder_free (DheeraDecoder *self)
{
  if (self->state_free != NULL && self->state != NULL)
    self->state_free (self->state);
  if (self->scratch != NULL)
    g_string_free (self->scratch, TRUE);
  g_clear_object (&self->failure);
  dheera_json_clear (&self->json);
  dheera_accumulator_free (self->accumulator);
  g_object_unref (self->provider);
  g_free (self->content_type);
  g_free (self->request_id);
  dheera_decoder_set_key (self, NULL);
  g_free (self);
}

void
dheera_decoder_set_key (DheeraDecoder *self,
                        const char    *key)
{
  dheera_secret_free (self->key);
  self->key = g_strdup (key);
}

const char *
dheera_decoder_get_model (DheeraDecoder *self)
{
  const char *model = dheera_response_get_model (dheera_accumulator_get_response (self->accumulator));

  return *model != '\0' ? model : NULL;
}

DheeraDecoded
dheera_decoder_fail (DheeraDecoder *self,
                     DheeraError    code,
                     const char    *format,
                     ...)
{
  DheeraFailure failure = DHEERA_FAILURE_INIT;
  g_autofree char *message = NULL;
  g_autofree char *open = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  open = dheera_error_text_hide_key (message, self->key);

  failure.code = code;
  failure.message = open;
  failure.status = 200;
  failure.provider = dheera_provider_get_id (self->provider);
  failure.model = dheera_decoder_get_model (self);
  failure.retryable = dheera_error_code_is_retryable (code);
  g_clear_object (&self->failure);
  self->failure = dheera_error_details_new (&failure);

  return DHEERA_DECODED_FAILED;
}

DheeraDecoded
dheera_decoder_fail_json (DheeraDecoder *self,
                          const char    *what)
{
  return dheera_decoder_fail (self, DHEERA_ERROR_PROTOCOL, "%s is not valid JSON at byte %" G_GSIZE_FORMAT ": %s", what,
                              self->json.error_offset, self->json.error_message);
}

DheeraDecoded
dheera_decoder_fail_body (DheeraDecoder *self,
                          gsize          length)
{
  if (length == 0 || self->json.error_offset < length)
    return dheera_decoder_fail_json (self, "the answer");

  return dheera_decoder_fail (self, DHEERA_ERROR_STREAM_INTERRUPTED,
                              "the answer ends in the middle, after %" G_GSIZE_FORMAT " bytes", length);
}

DheeraDecoded
dheera_decoder_fail_event (DheeraDecoder     *self,
                           const DheeraFrame *frame)
{
  g_autofree char *text = NULL;

  if (dheera_json_parse (&self->json, frame->data, frame->length))
    return dheera_decoder_fail_with (self, dheera_json_root (&self->json));

  text = dheera_error_text_dup (frame->data, frame->length, MAX_EVENT_MESSAGE);

  return dheera_decoder_fail (self, DHEERA_ERROR_STREAM_ERROR, "%s", *text != '\0' ? text : "an error without a message");
}

gboolean
dheera_frame_is_blank (const DheeraFrame *frame)
{
  for (gsize i = 0; i < frame->length; i++)
    {
      if (!g_ascii_isspace (frame->data[i]))
        return FALSE;
    }

  return TRUE;
}
