/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "stream-feed.h"

G_BEGIN_DECLS

/* The deltas put together again, to be compared with the response. */

/* "id|name|arguments;" of each call of the first choice */
static inline char *
stream_describe_calls (Stream *self)
{
  DheeraMessage *message = dheera_response_get_message (stream_response (self));
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < dheera_message_get_n_tool_calls (message); i++)
    {
      DheeraToolCall *call = dheera_message_peek_tool_call (message, i);

      g_string_append_printf (out, "%s|%s|%s;", dheera_tool_call_get_id (call),
                              dheera_tool_call_get_name (call),
                              dheera_tool_call_get_arguments (call));
    }

  return g_string_free (out, FALSE);
}

#define assert_calls(stream, expected) \
  G_STMT_START \
  { \
    g_autofree char *s_ = stream_describe_calls (stream); \
    g_assert_cmpstr (s_, ==, expected); \
  } \
  G_STMT_END

/* The same out of the deltas of one choice */
static inline char *
stream_join_call_deltas (Stream *self,
                         guint   choice)
{
  GPtrArray *calls = g_ptr_array_new ();
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < self->deltas->len; i++)
    {
      DheeraDelta *delta = g_ptr_array_index (self->deltas, i);
      GListModel *pieces = dheera_delta_get_tool_calls (delta);

      if (dheera_delta_get_choice_index (delta) != choice)
        continue;

      for (guint j = 0; j < g_list_model_get_n_items (pieces); j++)
        {
          g_autoptr (DheeraToolCallDelta) piece = g_list_model_get_item (pieces, j);
          GString **call;

          while (calls->len <= dheera_tool_call_delta_get_index (piece) * 3)
            for (guint k = 0; k < 3; k++)
              g_ptr_array_add (calls, g_string_new (NULL));
          call = (GString **) &calls->pdata[dheera_tool_call_delta_get_index (piece) * 3];
          g_string_append (call[0], dheera_tool_call_delta_get_id (piece));
          g_string_append (call[1], dheera_tool_call_delta_get_name (piece));
          g_string_append (call[2], dheera_tool_call_delta_get_arguments (piece));
        }
    }

  for (guint i = 0; i < calls->len; i++)
    {
      GString *string = g_ptr_array_index (calls, i);

      g_string_append_printf (out, "%s%c", string->str, i % 3 == 2 ? ';' : '|');
      g_string_free (string, TRUE);
    }
  g_ptr_array_unref (calls);

  return g_string_free (out, FALSE);
}

static inline char *
stream_join_deltas (Stream     *self,
                    guint       choice,
                    const char *property)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < self->deltas->len; i++)
    {
      DheeraDelta *delta = g_ptr_array_index (self->deltas, i);
      g_autofree char *piece = NULL;

      if (dheera_delta_get_choice_index (delta) != choice)
        continue;
      g_object_get (delta, property, &piece, NULL);
      g_string_append (out, piece);
    }

  return g_string_free (out, FALSE);
}

/* Finishes the answer. What was told piece by piece is then what is there as a whole. */
static inline void
stream_finish (Stream *self)
{
  DheeraResponse *response = stream_response (self);

  dheera_accumulator_finish (self->accumulator);
  stream_collect (self);

  for (guint i = 0; i < dheera_response_get_n_choices (response); i++)
    {
      DheeraChoice *choice = dheera_response_get_choice (response, i);
      DheeraMessage *message = dheera_choice_get_message (choice);
      guint index = dheera_choice_get_index (choice);
      g_autofree char *text = stream_join_deltas (self, index, "text");
      g_autofree char *reasoning = stream_join_deltas (self, index, "reasoning");
      g_autofree char *refusal = stream_join_deltas (self, index, "refusal");
      g_autofree char *calls = stream_join_call_deltas (self, index);
      DheeraFinishReason reason = DHEERA_FINISH_REASON_NONE;
      guint n_first = 0;

      for (guint j = 0; j < self->deltas->len; j++)
        {
          DheeraDelta *delta = g_ptr_array_index (self->deltas, j);

          if (delta->choice_index != index)
            continue;
          n_first += delta->first;
          if (dheera_delta_get_finish_reason (delta) != DHEERA_FINISH_REASON_NONE)
            reason = dheera_delta_get_finish_reason (delta);
        }

      g_assert_cmpstr (text, ==, dheera_message_peek_own_text (message));
      g_assert_cmpstr (reasoning, ==, dheera_message_get_reasoning (message));
      g_assert_cmpstr (refusal, ==, dheera_message_get_refusal (message));
      g_assert_cmpint (reason, ==, dheera_choice_get_finish_reason (choice));
      g_assert_cmpuint (n_first, <=, 1);
      if (i == 0)
        assert_calls (self, calls);
    }
}

G_END_DECLS
