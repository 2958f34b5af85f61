/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-accumulator-internal-private.h"

#include <string.h>

#include "dheera-ai/model/dheera-strings-private.h"
#include "dheera-usage-private.h"

/* Text, ids, usage and the end of an answer. Tool calls and what else a message can have are in
 * files of their own.
 *
 * A piece of text goes straight into the message. Deltas are made at the end of the event, out of
 * what the message has grown by: without somebody who wants them, a piece costs no more than the
 * copy. */

DheeraAccumulator *
dheera_accumulator_new (const char *provider_id)
{
  DheeraAccumulator *self = g_new0 (DheeraAccumulator, 1);

  self->response = dheera_response_new (provider_id);
  g_queue_init (&self->deltas);

  return self;
}

static void
choice_state_free (DheeraChoiceState *state)
{
  if (state == NULL)
    return;

  g_clear_pointer (&state->calls, g_array_unref);
  g_clear_pointer (&state->audio, dheera_audio_state_free);
  g_free (state->new_logprobs);
  g_free (state->new_audio);
  dheera_gstring_clear (&state->new_annotations);
  g_free (state);
}

void
dheera_accumulator_free (DheeraAccumulator *self)
{
  if (self == NULL)
    return;

  for (guint i = 0; i < self->n_states; i++)
    choice_state_free (self->states[i]);
  g_free (self->states);
  g_queue_clear_full (&self->deltas, g_object_unref);
  g_object_unref (self->response);
  g_free (self);
}

void
dheera_accumulator_set_recording (DheeraAccumulator *self,
                                  gboolean           recording)
{
  self->recording = recording;
}

gboolean
dheera_accumulator_has_delta (DheeraAccumulator *self)
{
  return !g_queue_is_empty (&self->deltas);
}

DheeraDelta *
dheera_accumulator_steal_delta (DheeraAccumulator *self)
{
  return g_queue_pop_head (&self->deltas);
}

DheeraResponse *
dheera_accumulator_get_response (DheeraAccumulator *self)
{
  return self->response;
}

gboolean
dheera_accumulator_has_content (DheeraAccumulator *self)
{
  return self->has_content;
}

gboolean
dheera_accumulator_has_finished (DheeraAccumulator *self)
{
  guint n_choices = dheera_response_get_n_choices (self->response);

  for (guint i = 0; i < n_choices; i++)
    {
      DheeraChoice *choice = dheera_response_get_choice (self->response, i);

      if (choice->finish_reason == DHEERA_FINISH_REASON_NONE)
        return FALSE;
    }

  return n_choices > 0;
}

DheeraChanged
dheera_accumulator_take_changes (DheeraAccumulator *self)
{
  DheeraChanged changes = self->changes;

  self->changes = 0;

  return changes;
}

static DheeraChoiceState *
add_state (DheeraAccumulator *self,
           guint              index)
{
  DheeraChoiceState *state;

  if (index >= self->n_states)
    {
      self->states = g_renew (DheeraChoiceState *, self->states, index + 1);
      memset (self->states + self->n_states, 0, (index + 1 - self->n_states) * sizeof (DheeraChoiceState *));
      self->n_states = index + 1;
    }

  state = g_new0 (DheeraChoiceState, 1);
  state->choice = dheera_response_ensure_choice (self->response, index);
  state->message = state->choice->message;
  state->text.text = &state->message->text;
  state->reasoning.text = &state->message->reasoning;
  state->refusal.text = &state->message->refusal;
  self->states[index] = state;

  return state;
}

DheeraChoiceState *
dheera_accumulator_get_state (DheeraAccumulator *self,
                              gint64             choice)
{
  if (G_LIKELY (choice >= 0 && choice < self->n_states && self->states[choice] != NULL))
    return self->states[choice];
  if (choice < 0 || choice >= DHEERA_MAX_CHOICES)
    return NULL;

  return add_state (self, (guint) choice);
}

DheeraMessage *
dheera_accumulator_get_message (DheeraAccumulator *self,
                                gint64             choice)
{
  DheeraChoiceState *state = dheera_accumulator_get_state (self, choice);

  return state != NULL ? state->message : NULL;
}

void
dheera_accumulator_begin_event (DheeraAccumulator *self)
{
  self->depth++;
}

static void
record_usage (DheeraAccumulator *self)
{
  DheeraDelta *delta = self->deltas.tail != NULL ? self->deltas.tail->data : NULL;

  /* The counters belong to the answer as a whole: they go with the last piece of this event, or on
   * their own. */
  if (delta == NULL || delta->usage != NULL || !self->recorded)
    {
      delta = g_object_new (DHEERA_TYPE_DELTA, NULL);
      delta->response = g_object_ref (self->response);
      g_queue_push_tail (&self->deltas, delta);
    }
  delta->usage = dheera_usage_copy (self->response->usage);
}

void
dheera_accumulator_end_event (DheeraAccumulator *self)
{
  g_return_if_fail (self->depth > 0);

  if (--self->depth > 0 || !self->recording)
    return;

  self->recorded = FALSE;
  for (guint i = 0; i < self->n_states; i++)
    {
      DheeraDelta *delta;

      if (self->states[i] == NULL || !self->states[i]->touched)
        continue;

      delta = dheera_choice_state_take_delta (self, self->states[i]);
      if (delta == NULL)
        continue;

      g_queue_push_tail (&self->deltas, delta);
      self->recorded = TRUE;
    }

  if (self->usage_touched)
    record_usage (self);
  self->usage_touched = FALSE;
}

static void
set_string (char            **field,
            DheeraJsonValue   value)
{
  char *string;

  if (*field != NULL && dheera_json_equal (value, *field))
    return;

  string = dheera_json_dup_string (value);
  if (string == NULL || *string == '\0')
    {
      g_free (string);
      return;
    }

  g_free (*field);
  *field = string;
}

void
dheera_accumulator_set_id (DheeraAccumulator *self,
                           DheeraJsonValue    id)
{
  set_string (&self->response->id, id);
}

void
dheera_accumulator_set_model (DheeraAccumulator *self,
                              DheeraJsonValue    model)
{
  set_string (&self->response->model, model);
}

void
dheera_accumulator_set_created (DheeraAccumulator *self,
                                gint64             created)
{
  if (created > 0)
    self->response->created = created;
}

static GString *
growth_open (DheeraGrowth *self)
{
  if (G_UNLIKELY (*self->text == NULL))
    *self->text = g_string_sized_new (64);

  return *self->text;
}

gboolean
dheera_growth_append (DheeraGrowth    *self,
                      DheeraJsonValue  text)
{
  GString *string;
  gsize before;

  if (dheera_json_type (text) != DHEERA_JSON_STRING)
    return FALSE;

  string = growth_open (self);
  before = string->len;
  dheera_json_append_string (text, string, &self->surrogate);

  return string->len > before;
}

gboolean
dheera_growth_append_plain (DheeraGrowth *self,
                            const char   *text,
                            gsize         length)
{
  if (length == 0)
    return FALSE;

  dheera_growth_close (self);
  g_string_append_len (growth_open (self), text, (gssize) length);

  return TRUE;
}

gboolean
dheera_growth_close (DheeraGrowth *self)
{
  if (self->surrogate == 0)
    return FALSE;

  self->surrogate = 0;
  g_string_append (growth_open (self), "\357\277\275");

  return TRUE;
}

static inline gboolean
note_growth (DheeraAccumulator *self,
             gboolean           grown,
             DheeraChanged      change)
{
  if (grown)
    {
      self->has_content = TRUE;
      self->changes |= change;
    }

  return TRUE;
}

gboolean
dheera_accumulator_add_text (DheeraAccumulator *self,
                             gint64             choice,
                             DheeraJsonValue    text)
{
  DheeraChoiceState *state = dheera_accumulator_get_state (self, choice);

  if (state == NULL)
    return FALSE;

  dheera_choice_state_touch (self, state);

  return note_growth (self, dheera_growth_append (&state->text, text), DHEERA_CHANGED_TEXT);
}

gboolean
dheera_accumulator_add_reasoning (DheeraAccumulator *self,
                                  gint64             choice,
                                  DheeraJsonValue    text)
{
  DheeraChoiceState *state = dheera_accumulator_get_state (self, choice);

  if (state == NULL)
    return FALSE;

  dheera_choice_state_touch (self, state);

  return note_growth (self, dheera_growth_append (&state->reasoning, text), DHEERA_CHANGED_REASONING);
}

gboolean
dheera_accumulator_add_refusal (DheeraAccumulator *self,
                                gint64             choice,
                                DheeraJsonValue    text)
{
  DheeraChoiceState *state = dheera_accumulator_get_state (self, choice);

  if (state == NULL)
    return FALSE;

  dheera_choice_state_touch (self, state);

  return note_growth (self, dheera_growth_append (&state->refusal, text), 0);
}

gboolean
dheera_accumulator_add_plain_text (DheeraAccumulator *self,
                                   gint64             choice,
                                   const char        *text,
                                   gsize              length)
{
  DheeraChoiceState *state = dheera_accumulator_get_state (self, choice);

  if (state == NULL)
    return FALSE;

  dheera_choice_state_touch (self, state);

  return note_growth (self, dheera_growth_append_plain (&state->text, text, length), DHEERA_CHANGED_TEXT);
}

gboolean
dheera_accumulator_add_plain_reasoning (DheeraAccumulator *self,
                                        gint64             choice,
                                        const char        *text,
                                        gsize              length)
{
  DheeraChoiceState *state = dheera_accumulator_get_state (self, choice);

  if (state == NULL)
    return FALSE;

  dheera_choice_state_touch (self, state);

  return note_growth (self, dheera_growth_append_plain (&state->reasoning, text, length),
                      DHEERA_CHANGED_REASONING);
}

static void
change_finish_reason (DheeraAccumulator  *self,
                      DheeraChoiceState  *state,
                      DheeraFinishReason  reason)
{
  /* Many servers say "stop" where the model waits for tools. */
  if ((reason == DHEERA_FINISH_REASON_STOP || reason == DHEERA_FINISH_REASON_NONE)
      && state->calls != NULL && state->calls->len > 0)
    reason = DHEERA_FINISH_REASON_TOOL_CALLS;
  if (reason == state->choice->finish_reason)
    return;

  dheera_choice_state_touch (self, state);
  state->choice->finish_reason = reason;
  state->finished_now = self->recording;
  self->has_content = TRUE;
}

gboolean
dheera_accumulator_set_finish_reason (DheeraAccumulator  *self,
                                      gint64              choice,
                                      DheeraFinishReason  reason,
                                      DheeraJsonValue     raw)
{
  DheeraChoiceState *state = dheera_accumulator_get_state (self, choice);
  gboolean has_raw = dheera_json_type (raw) == DHEERA_JSON_STRING;

  if (state == NULL)
    return FALSE;
  if (has_raw && dheera_json_equal (raw, ""))
    return TRUE;
  if (!has_raw && reason == DHEERA_FINISH_REASON_NONE)
    return TRUE;

  if (has_raw)
    set_string (&state->choice->finish_reason_raw, raw);
  if (reason == DHEERA_FINISH_REASON_NONE)
    reason = DHEERA_FINISH_REASON_OTHER;
  change_finish_reason (self, state, reason);

  return TRUE;
}

void
dheera_accumulator_set_cost (DheeraAccumulator *self,
                             double             cost)
{
  if (cost >= 0)
    self->response->cost = cost;
}

void
dheera_accumulator_set_running_usage (DheeraAccumulator *self,
                                      gint64             prompt,
                                      gint64             completion,
                                      gint64             total,
                                      gint64             cached,
                                      gint64             cache_write,
                                      gint64             reasoning)
{
  if (prompt < 0 && completion < 0 && total < 0 && cached < 0 && cache_write < 0 && reasoning < 0)
    return;

  if (self->response->usage == NULL)
    self->response->usage = dheera_usage_new ();
  if (dheera_usage_update (self->response->usage, prompt, completion, total, cached, cache_write, reasoning))
    self->usage_waits = TRUE;
}

static void
show_usage (DheeraAccumulator *self)
{
  if (self->usage_waits)
    self->usage_touched = TRUE;
  self->usage_waits = FALSE;
}

void
dheera_accumulator_set_usage (DheeraAccumulator *self,
                              gint64             prompt,
                              gint64             completion,
                              gint64             total,
                              gint64             cached,
                              gint64             cache_write,
                              gint64             reasoning)
{
  dheera_accumulator_set_running_usage (self, prompt, completion, total, cached, cache_write, reasoning);
  show_usage (self);
}

static void
finish_choice (DheeraAccumulator *self,
               DheeraChoiceState *state)
{
  dheera_choice_state_touch (self, state);
  note_growth (self, dheera_growth_close (&state->text), DHEERA_CHANGED_TEXT);
  note_growth (self, dheera_growth_close (&state->reasoning), DHEERA_CHANGED_REASONING);
  note_growth (self, dheera_growth_close (&state->refusal), 0);
  dheera_choice_state_finish_calls (self, state);
  dheera_choice_state_finish_audio (state);
  change_finish_reason (self, state, state->choice->finish_reason);
}

void
dheera_accumulator_finish (DheeraAccumulator *self)
{
  dheera_accumulator_begin_event (self);
  for (guint i = 0; i < self->n_states; i++)
    if (self->states[i] != NULL)
      finish_choice (self, self->states[i]);
  dheera_response_ensure_identity (self->response);
  show_usage (self);
  dheera_accumulator_end_event (self);
}
