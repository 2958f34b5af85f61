/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ai/providers/openai/dheera-openai-chat-state-private.h"

#include "dheera-ai/model/messages/dheera-message-private.h"
#include "dheera-ai/wire/dheera-json-writer-private.h"

/* A model of Mistral's does worse when its earlier thoughts are missing. In a stream they come as many chunks with a piece of the text each,
 * which go back as one. */

struct _DheeraMistralThought
{
  gboolean open;
  gsize start;      /* in the reasoning of the message */
  char *signature;  /* JSON, nullable */
};

void
dheera_mistral_thought_free (DheeraMistralThought *self)
{
  g_free (self->signature);
  g_free (self);
}

static gsize
get_length (DheeraAccumulator *accumulator,
            gint64             choice)
{
  DheeraMessage *message = dheera_accumulator_get_message (accumulator, choice);

  return message != NULL && message->reasoning != NULL ? message->reasoning->len : 0;
}

void
dheera_mistral_thought_open (DheeraMistralThought **self,
                             DheeraAccumulator     *accumulator,
                             gint64                 choice,
                             DheeraJsonValue        piece)
{
  DheeraJsonValue signature = dheera_json_member (piece, "signature");

  if (*self == NULL)
    *self = g_new0 (DheeraMistralThought, 1);
  if (!(*self)->open)
    {
      (*self)->open = TRUE;
      (*self)->start = get_length (accumulator, choice);
    }

  if (dheera_json_type (signature) == DHEERA_JSON_STRING)
    {
      gsize length;
      const char *raw = dheera_json_raw (signature, &length);

      g_free ((*self)->signature);
      (*self)->signature = g_strndup (raw, length);
    }
}

static char *
make_chunk (DheeraMistralThought *self,
            const char           *text,
            gsize                 length)
{
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;

  dheera_json_writer_init (&writer, length + 96);
  dheera_json_writer_begin_object (&writer);
  dheera_json_writer_member_string (&writer, "type", "thinking");
  dheera_json_writer_key (&writer, "thinking");
  dheera_json_writer_begin_array (&writer);
  dheera_json_writer_begin_object (&writer);
  dheera_json_writer_member_string (&writer, "type", "text");
  dheera_json_writer_key (&writer, "text");
  dheera_json_writer_string_len (&writer, text, length);
  dheera_json_writer_end_object (&writer);
  dheera_json_writer_end_array (&writer);
  if (self->signature != NULL)
    dheera_json_writer_member_raw (&writer, "signature", self->signature);
  dheera_json_writer_end_object (&writer);

  return dheera_json_writer_steal (&writer);
}

void
dheera_mistral_thought_close (DheeraMistralThought *self,
                              DheeraAccumulator    *accumulator,
                              gint64                choice,
                              const char           *family)
{
  DheeraMessage *message;

  if (self == NULL || !self->open)
    return;

  self->open = FALSE;
  message = dheera_accumulator_get_message (accumulator, choice);
  if (get_length (accumulator, choice) > self->start || self->signature != NULL)
    {
      gsize length = get_length (accumulator, choice) - self->start;
      g_autofree char *chunk = make_chunk (self, length > 0 ? message->reasoning->str + self->start : "", length);

      dheera_message_add_native (message, family, chunk, -1);
    }
  g_clear_pointer (&self->signature, g_free);
}
