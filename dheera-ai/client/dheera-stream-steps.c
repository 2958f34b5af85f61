/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A stream reads one answer, or, of a run, several: their deltas follow each other, and their texts are one. */

#include "dheera-stream-private.h"

#include "dheera-ai/wire/dheera-process-private.h"

gboolean
dheera_stream_is_over (DheeraStream *self)
{
  return self->loop != NULL ? self->loop->state == DHEERA_LOOP_DONE : self->operation->step == DHEERA_STEP_DONE;
}

gboolean
dheera_stream_is_inherited (DheeraStream *self)
{
  return self->begun && self->generation != dheera_process_get_generation () && !dheera_stream_is_over (self);
}

void
dheera_stream_drive (DheeraStream *self,
                     DheeraUntil   until,
                     GCancellable *cancellable)
{
  if (self->loop != NULL)
    dheera_tool_loop_drive (self->loop, until, cancellable);
  else
    dheera_operation_drive (self->operation, until, cancellable);
}

void
dheera_stream_drive_async (DheeraStream        *self,
                           DheeraUntil          until,
                           GCancellable        *cancellable,
                           DheeraOperationFunc  func,
                           gpointer             user_data)
{
  if (self->loop != NULL)
    dheera_tool_loop_drive_async (self->loop, until, cancellable, func, user_data);
  else
    dheera_operation_drive_async (self->operation, until, cancellable, func, user_data);
}

static void
keep (GString    **earlier,
      gsize       *length,
      const char  *text)
{
  if (*earlier == NULL)
    *earlier = g_string_new (NULL);
  g_string_truncate (*earlier, *length);
  g_string_append (*earlier, text);
  *length = (*earlier)->len;
}

static void
next_step_cb (DheeraToolLoop  *loop,
              DheeraOperation *old,
              gpointer         user_data)
{
  DheeraStream *self = user_data;
  DheeraResponse *response = dheera_stream_get_response (self);

  if (response != NULL)
    {
      keep (&self->text, &self->earlier_text, dheera_response_get_text (response));
      keep (&self->reasoning, &self->earlier_reasoning, dheera_response_get_reasoning (response));
    }
  self->operation = loop->operation;
  self->operation->progress = old->progress;
  self->operation->progress_data = old->progress_data;
  dheera_operation_set_recording (self->operation, old->recording);
}

void
dheera_stream_watch_steps (DheeraStream *self)
{
  self->loop->next_step = next_step_cb;
  self->loop->next_step_data = self;
}

void
dheera_stream_free_steps (DheeraStream *self)
{
  if (self->loop == NULL)
    g_clear_pointer (&self->operation, dheera_operation_free);
  g_clear_pointer (&self->loop, dheera_tool_loop_free);
  self->operation = NULL;
  if (self->text != NULL)
    g_string_free (self->text, TRUE);
  if (self->reasoning != NULL)
    g_string_free (self->reasoning, TRUE);
}

static const char *
join (GString    *earlier,
      gsize       length,
      const char *text)
{
  if (length == 0)
    return text;

  g_string_truncate (earlier, length);
  g_string_append (earlier, text);
  return earlier->str;
}

/**
 * dheera_stream_get_text: (get-property text)
 * @self: a stream
 *
 * Gets the text so far.
 *
 * Returns: (transfer none): the text, valid until the stream is read on; empty when there is none
 *
 * Since: 0.1
 */
const char *
dheera_stream_get_text (DheeraStream *self)
{
  DheeraResponse *response = dheera_stream_get_response (self);

  return join (self->text, self->earlier_text, response != NULL ? dheera_response_get_text (response) : "");
}

/**
 * dheera_stream_get_reasoning: (get-property reasoning)
 * @self: a stream
 *
 * Gets the reasoning so far.
 *
 * Returns: (transfer none): the reasoning, valid until the stream is read on; empty when there is none
 *
 * Since: 0.1
 */
const char *
dheera_stream_get_reasoning (DheeraStream *self)
{
  DheeraResponse *response = dheera_stream_get_response (self);

  return join (self->reasoning, self->earlier_reasoning, response != NULL ? dheera_response_get_reasoning (response) : "");
}
