/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "model-util.h"

#include "dheera-ai/model/messages/dheera-message-private.h"
#include "dheera-ai/model/responses/dheera-accumulator-private.h"
#include "dheera-ai/model/responses/dheera-delta-private.h"

G_BEGIN_DECLS

/* An accumulator together with every delta that it made, the decoder of a plain protocol (OpenAI's
 * chunks without any of its special cases), and a check that the deltas put together are the
 * response. */
typedef struct
{
  DheeraAccumulator *accumulator;
  GPtrArray *deltas;
} Stream;

static inline Stream *
stream_new (gboolean recording)
{
  Stream *self = g_new0 (Stream, 1);

  self->accumulator = dheera_accumulator_new ("test");
  self->deltas = g_ptr_array_new_with_free_func (g_object_unref);
  dheera_accumulator_set_recording (self->accumulator, recording);

  return self;
}

static inline void
stream_free (Stream *self)
{
  dheera_accumulator_free (self->accumulator);
  g_ptr_array_unref (self->deltas);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Stream, stream_free)

static inline DheeraFinishReason
finish_reason_from_name (DheeraJsonValue name)
{
  static const char *const names[] = { "stop", "length", "tool_calls", "content_filter" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (dheera_json_equal (name, names[i]))
      return (DheeraFinishReason) (DHEERA_FINISH_REASON_STOP + i);

  return dheera_json_type (name) == DHEERA_JSON_STRING ? DHEERA_FINISH_REASON_OTHER : DHEERA_FINISH_REASON_NONE;
}

static inline gint64
get_int (DheeraJsonValue  object,
         const char      *name)
{
  return dheera_json_get_int (dheera_json_member (object, name), -1);
}

static inline gboolean
stream_feed_choice (Stream          *self,
                    DheeraJsonValue  choice)
{
  DheeraAccumulator *into = self->accumulator;
  gint64 index = dheera_json_get_int (dheera_json_member (choice, "index"), 0);
  DheeraJsonValue delta = dheera_json_member (choice, "delta");
  DheeraJsonIter iter;
  DheeraJsonValue call, value;
  gboolean ok = TRUE;

  ok &= dheera_accumulator_add_text (into, index, dheera_json_member (delta, "content"));
  ok &= dheera_accumulator_add_reasoning (into, index, dheera_json_member (delta, "reasoning"));
  ok &= dheera_accumulator_add_refusal (into, index, dheera_json_member (delta, "refusal"));
  dheera_json_iter_init (&iter, dheera_json_member (delta, "tool_calls"));
  while (dheera_json_iter_next (&iter, NULL, &call))
    ok &= dheera_accumulator_add_tool_call (into, index, get_int (call, "index"),
                                            dheera_json_member (call, "id"),
                                            dheera_json_path (call, "function.name"),
                                            dheera_json_path (call, "function.arguments"));
  ok &= dheera_accumulator_add_audio (into, index, dheera_json_member (delta, "audio"), NULL);
  ok &= dheera_accumulator_add_annotations (into, index, dheera_json_member (delta, "annotations"));
  ok &= dheera_accumulator_add_logprobs (into, index, dheera_json_member (choice, "logprobs"));
  ok &= dheera_accumulator_add_native (into, index, "test", dheera_json_member (delta, "native"));
  value = dheera_json_member (choice, "finish_reason");
  ok &= dheera_accumulator_set_finish_reason (into, index, finish_reason_from_name (value), value);

  return ok;
}

static inline void
stream_collect (Stream *self)
{
  DheeraDelta *delta;

  while ((delta = dheera_accumulator_steal_delta (self->accumulator)) != NULL)
    g_ptr_array_add (self->deltas, delta);
  g_assert_false (dheera_accumulator_has_delta (self->accumulator));
}

/* FALSE when something was refused. */
static inline gboolean
stream_feed (Stream     *self,
             const char *chunk)
{
  g_autoptr (Parsed) parsed = parse (chunk);
  DheeraJsonValue usage = at (parsed, "usage");
  DheeraJsonIter iter;
  DheeraJsonValue choice;
  gboolean ok = TRUE;

  dheera_accumulator_begin_event (self->accumulator);
  dheera_accumulator_set_id (self->accumulator, at (parsed, "id"));
  dheera_accumulator_set_model (self->accumulator, at (parsed, "model"));
  dheera_accumulator_set_created (self->accumulator, dheera_json_get_int (at (parsed, "created"), -1));
  dheera_json_iter_init (&iter, at (parsed, "choices"));
  while (dheera_json_iter_next (&iter, NULL, &choice))
    ok &= stream_feed_choice (self, choice);
  if (dheera_json_exists (usage))
    dheera_accumulator_set_usage (self->accumulator, get_int (usage, "prompt_tokens"),
                                  get_int (usage, "completion_tokens"),
                                  get_int (usage, "total_tokens"), -1, -1, -1);
  dheera_accumulator_end_event (self->accumulator);
  stream_collect (self);

  return ok;
}

static inline DheeraResponse *
stream_response (Stream *self)
{
  return dheera_accumulator_get_response (self->accumulator);
}

/* One fragment of a tool call of choice 0 */
#define CALL(fragment) "{\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[" fragment "]}}]}"
/* A delta of choice 0 */
#define DELTA(members) "{\"choices\":[{\"index\":0,\"delta\":{" members "}}]}"

G_END_DECLS
