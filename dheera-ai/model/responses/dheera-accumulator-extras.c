/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-accumulator-internal-private.h"

#include <string.h>

#include "dheera-ai/model/dheera-strings-private.h"
#include "dheera-ai/model/messages/dheera-part-private.h"

#include "dheera-ai/wire/dheera-base64-private.h"

/* What few answers have: logprobs, annotations, sound, and blocks of the provider's own. */

static gboolean
append_elements (GString         **array,
                 DheeraJsonValue   elements)
{
  DheeraJsonIter iter;
  DheeraJsonValue element;
  gboolean any = FALSE;

  if (dheera_json_type (elements) != DHEERA_JSON_ARRAY)
    return FALSE;

  dheera_json_iter_init (&iter, elements);
  while (dheera_json_iter_next (&iter, NULL, &element))
    {
      gsize length;
      const char *raw = dheera_json_raw (element, &length);

      dheera_json_array_append (array, raw, length);
      any = TRUE;
    }

  return any;
}

/* OpenAI's clients count on both members. */
static char *
dup_logprobs (DheeraJsonValue logprobs)
{
  g_autofree char *content = dheera_json_dup_raw (dheera_json_member (logprobs, "content"));
  g_autofree char *refusal = dheera_json_dup_raw (dheera_json_member (logprobs, "refusal"));

  if (content != NULL && refusal != NULL)
    return dheera_json_dup_raw (logprobs);

  return g_strdup_printf ("{\"content\":%s,\"refusal\":%s}", content != NULL ? content : "null", refusal != NULL ? refusal : "null");
}

gboolean
dheera_accumulator_add_logprobs (DheeraAccumulator *self,
                                 gint64             choice,
                                 DheeraJsonValue    logprobs)
{
  DheeraChoiceState *state = dheera_accumulator_get_state (self, choice);
  gboolean any = FALSE;

  if (state == NULL)
    return FALSE;
  if (dheera_json_type (logprobs) != DHEERA_JSON_OBJECT)
    return TRUE;

  any |= append_elements (&state->choice->content_logprobs, dheera_json_member (logprobs, "content"));
  any |= append_elements (&state->choice->refusal_logprobs, dheera_json_member (logprobs, "refusal"));
  if (!any)
    return TRUE;

  g_clear_pointer (&state->choice->logprobs, g_free);
  dheera_choice_state_touch (self, state);
  if (self->recording)
    {
      g_free (state->new_logprobs);
      state->new_logprobs = dup_logprobs (logprobs);
    }

  return TRUE;
}

static void
add_annotation (DheeraAccumulator *self,
                DheeraChoiceState *state,
                DheeraJsonValue    annotation)
{
  const char *raw;
  gsize length;

  if (dheera_json_type (annotation) != DHEERA_JSON_OBJECT)
    return;

  raw = dheera_json_raw (annotation, &length);
  dheera_choice_state_touch (self, state);
  dheera_json_array_append (&state->choice->annotations, raw, length);
  if (self->recording)
    dheera_json_array_append (&state->new_annotations, raw, length);
}

gboolean
dheera_accumulator_add_annotations (DheeraAccumulator *self,
                                    gint64             choice,
                                    DheeraJsonValue    annotations)
{
  DheeraChoiceState *state = dheera_accumulator_get_state (self, choice);
  DheeraJsonIter iter;
  DheeraJsonValue element;

  if (state == NULL)
    return FALSE;

  if (dheera_json_type (annotations) != DHEERA_JSON_ARRAY)
    {
      add_annotation (self, state, annotations);
      return TRUE;
    }

  dheera_json_iter_init (&iter, annotations);
  while (dheera_json_iter_next (&iter, NULL, &element))
    add_annotation (self, state, element);

  return TRUE;
}

void
dheera_audio_state_free (DheeraAudioState *self)
{
  g_free (self->id);
  dheera_gstring_clear (&self->transcript);
  dheera_gstring_clear (&self->pending);
  g_clear_pointer (&self->data, g_byte_array_unref);
  g_free (self->mime_type);
  g_free (self);
}

static DheeraAudioState *
ensure_audio (DheeraChoiceState *state)
{
  if (state->audio == NULL)
    {
      state->audio = g_new0 (DheeraAudioState, 1);
      state->audio->transcript = g_string_new (NULL);
      state->audio->pending = g_string_new (NULL);
      state->audio->data = g_byte_array_new ();
      state->audio->expires = -1;
    }

  return state->audio;
}

/* Pieces are cut anywhere by some, and padded each for itself by others: whole groups of four are
 * right either way. */
static void
decode_groups (DheeraAudioState *audio)
{
  gsize end = audio->pending->len - audio->pending->len % 4;
  char group[5] = { 0 };

  for (gsize i = 0; i < end; i += 4)
    {
      gsize length;

      memcpy (group, audio->pending->str + i, 4);
      g_base64_decode_inplace (group, &length);
      g_byte_array_append (audio->data, (const guchar *) group, (guint) length);
    }
  g_string_erase (audio->pending, 0, (gssize) end);
}

gboolean
dheera_accumulator_add_audio (DheeraAccumulator *self,
                              gint64             choice,
                              DheeraJsonValue    audio,
                              const char        *mime_type)
{
  DheeraChoiceState *state = dheera_accumulator_get_state (self, choice);
  DheeraJsonValue expires = dheera_json_member (audio, "expires_at");
  DheeraAudioState *sound;

  if (state == NULL)
    return FALSE;
  if (dheera_json_type (audio) != DHEERA_JSON_OBJECT)
    return TRUE;

  sound = ensure_audio (state);
  dheera_choice_state_touch (self, state);
  self->has_content = TRUE;

  if (sound->id == NULL)
    sound->id = dheera_json_dup_string (dheera_json_member (audio, "id"));
  if (mime_type != NULL)
    dheera_string_set (&sound->mime_type, mime_type);
  sound->expires = dheera_json_get_int (expires, sound->expires);
  dheera_json_append_string (dheera_json_member (audio, "transcript"), sound->transcript, NULL);
  if (dheera_json_append_string (dheera_json_member (audio, "data"), sound->pending, NULL))
    decode_groups (sound);

  if (self->recording)
    {
      g_free (state->new_audio);
      state->new_audio = dheera_json_dup_raw (audio);
    }

  return TRUE;
}

void
dheera_choice_state_finish_audio (DheeraChoiceState *state)
{
  g_autoptr (DheeraPart) part = NULL;
  DheeraAudioState *audio = state->audio;

  if (audio == NULL)
    return;

  /* The padding at the end is often left out. */
  while (audio->pending->len % 4 > 1)
    g_string_append_c (audio->pending, '=');
  decode_groups (audio);

  part = g_object_new (DHEERA_TYPE_PART, NULL);
  part->type = DHEERA_PART_TYPE_AUDIO;
  part->file_id = g_steal_pointer (&audio->id);
  part->text = g_strndup (audio->transcript->str, audio->transcript->len);
  part->bytes = g_byte_array_free_to_bytes (g_steal_pointer (&audio->data));
  part->mime_type = g_strdup (audio->mime_type != NULL ? audio->mime_type : "audio/wav");
  part->expires = audio->expires;
  dheera_message_add_part (state->message, part);
  g_clear_pointer (&state->audio, dheera_audio_state_free);
}

gboolean
dheera_accumulator_add_image (DheeraAccumulator *self,
                              gint64             choice,
                              DheeraJsonValue    data,
                              const char        *mime_type)
{
  DheeraChoiceState *state = dheera_accumulator_get_state (self, choice);
  g_autoptr (DheeraPart) part = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (state == NULL)
    return FALSE;

  bytes = dheera_json_dup_base64 (data);
  if (bytes == NULL)
    return FALSE;

  part = dheera_part_new_image (bytes, mime_type != NULL ? mime_type : "image/png");
  dheera_message_add_part (state->message, part);
  self->has_content = TRUE;

  return TRUE;
}

gboolean
dheera_accumulator_add_native (DheeraAccumulator *self,
                               gint64             choice,
                               const char        *family,
                               DheeraJsonValue    block)
{
  DheeraChoiceState *state = dheera_accumulator_get_state (self, choice);
  const char *raw;
  gsize length;

  if (state == NULL)
    return FALSE;
  if (!dheera_json_exists (block))
    return TRUE;

  raw = dheera_json_raw (block, &length);
  dheera_message_add_native (state->message, family, raw, (gssize) length);

  return TRUE;
}

/* The tail of a growing text that the event has added; NULL when there is none */
static char *
dup_tail (const DheeraGrowth *growth)
{
  GString *text = *growth->text;

  if (text == NULL || text->len <= growth->mark)
    return NULL;

  return g_strndup (text->str + growth->mark, text->len - growth->mark);
}

static void
take_call_delta (DheeraDelta     *delta,
                 DheeraCallState *call,
                 guint            position)
{
  char *arguments = dup_tail (&call->arguments);

  call->touched = FALSE;
  if (call->new_id || call->new_name || arguments != NULL)
    dheera_delta_take_piece (delta, position,
                             call->new_id ? g_strdup (call->call->id) : NULL,
                             call->new_name ? g_strdup (call->call->name) : NULL,
                             arguments);
}

DheeraDelta *
dheera_choice_state_take_delta (DheeraAccumulator *self,
                                DheeraChoiceState *state)
{
  DheeraDelta *delta = g_object_new (DHEERA_TYPE_DELTA, NULL);

  delta->choice_index = state->choice->index;
  delta->text = dup_tail (&state->text);
  delta->reasoning = dup_tail (&state->reasoning);
  delta->refusal = dup_tail (&state->refusal);
  for (guint i = 0; state->calls != NULL && i < state->calls->len; i++)
    {
      DheeraCallState *call = &g_array_index (state->calls, DheeraCallState, i);

      if (call->touched)
        take_call_delta (delta, call, i);
    }
  if (state->finished_now)
    {
      delta->finish_reason = state->choice->finish_reason;
      delta->finish_reason_raw = g_strdup (state->choice->finish_reason_raw);
    }
  delta->logprobs = g_steal_pointer (&state->new_logprobs);
  delta->audio = g_steal_pointer (&state->new_audio);
  if (state->new_annotations != NULL)
    delta->annotations = g_string_free (g_steal_pointer (&state->new_annotations), FALSE);

  state->touched = FALSE;
  state->finished_now = FALSE;
  if (!dheera_delta_has_content (delta))
    {
      g_object_unref (delta);
      return NULL;
    }

  delta->response = g_object_ref (self->response);
  delta->first = !state->begun;
  state->begun = TRUE;

  return delta;
}
