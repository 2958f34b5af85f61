/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-accumulator-internal-private.h"

#include <string.h>

#include "dheera-ai/model/dheera-strings-private.h"

/* Tool calls out of fragments. Servers disagree about everything here but that the arguments come
 * in order:
 *
 * - the index is the key, where there is one; but some give all calls of an answer the same index
 *   and tell them apart by id,
 * - some repeat the id with each fragment, some give an id late, some give none at all,
 * - some send the arguments whole and as an object: then nothing of that call can follow, and a
 *   further name begins a new one. */

static inline DheeraCallState *
call_at (DheeraChoiceState *state,
         guint              position)
{
  return &g_array_index (state->calls, DheeraCallState, position);
}

static gboolean
has_id (const DheeraCallState *call)
{
  return call->call->id != NULL;
}

/* The calls are searched backwards: fragments belong to the newest call that they can belong to. */
static DheeraCallState *
find_by_id (DheeraChoiceState *state,
            gint64             index,
            DheeraJsonValue    id)
{
  for (guint i = state->calls->len; i > 0; i--)
    {
      DheeraCallState *call = call_at (state, i - 1);

      if ((index < 0 || call->index < 0 || call->index == index) && has_id (call)
          && dheera_json_equal (id, call->call->id))
        return call;
    }

  return NULL;
}

static DheeraCallState *
find_by_index (DheeraChoiceState *state,
               gint64             index)
{
  if (index < 0)
    return state->calls->len > 0 ? call_at (state, state->calls->len - 1) : NULL;

  for (guint i = state->calls->len; i > 0; i--)
    if (call_at (state, i - 1)->index == index)
      return call_at (state, i - 1);

  return NULL;
}

static DheeraCallState *
find_call (DheeraChoiceState *state,
           gint64             index,
           DheeraJsonValue    id,
           gboolean           names)
{
  gboolean identifies = dheera_json_type (id) == DHEERA_JSON_STRING && !dheera_json_equal (id, "");
  DheeraCallState *call = identifies ? find_by_id (state, index, id) : NULL;

  if (call != NULL)
    return call;

  call = find_by_index (state, index);
  if (call == NULL)
    return NULL;
  if (identifies && (has_id (call) || index < 0))
    return NULL;

  return names && call->whole ? NULL : call;
}

static DheeraCallState *
add_call (DheeraChoiceState *state,
          gint64             index)
{
  DheeraCallState fresh = { .index = index };
  DheeraCallState *call;

  if (state->calls->len >= DHEERA_MAX_CALLS)
    return NULL;

  fresh.call = g_object_new (DHEERA_TYPE_TOOL_CALL, NULL);
  fresh.arguments.text = &fresh.call->arguments;
  dheera_message_add_tool_call (state->message, fresh.call);
  g_object_unref (fresh.call);
  g_array_append_val (state->calls, fresh);
  call = call_at (state, state->calls->len - 1);

  return call;
}

/* "" is as good as none. FALSE when the field was set before, or is not now. */
static gboolean
set_once (char            **field,
          DheeraJsonValue   value)
{
  char *string;

  if (*field != NULL)
    return FALSE;

  string = dheera_json_dup_string (value);
  if (string == NULL || *string == '\0')
    {
      g_free (string);
      return FALSE;
    }
  *field = string;

  return TRUE;
}

static void
add_arguments (DheeraCallState *call,
               DheeraJsonValue  arguments)
{
  const char *raw;
  gsize length;

  switch (dheera_json_type (arguments))
    {
    case DHEERA_JSON_STRING:
      dheera_growth_append (&call->arguments, arguments);
      break;
    case DHEERA_JSON_OBJECT:
    case DHEERA_JSON_ARRAY:
      raw = dheera_json_raw (arguments, &length);
      dheera_growth_append_plain (&call->arguments, raw, length);
      call->whole = TRUE;
      break;
    default:
      break;
    }
}

static void
touch_call (DheeraAccumulator *self,
            DheeraChoiceState *state,
            DheeraCallState   *call)
{
  dheera_choice_state_touch (self, state);
  self->has_content = TRUE;
  if (!self->recording || call->touched)
    return;

  call->touched = TRUE;
  call->new_id = FALSE;
  call->new_name = FALSE;
  call->arguments.mark = call->call->arguments != NULL ? call->call->arguments->len : 0;
}

gboolean
dheera_accumulator_add_tool_call (DheeraAccumulator *self,
                                  gint64             choice,
                                  gint64             index,
                                  DheeraJsonValue    id,
                                  DheeraJsonValue    name,
                                  DheeraJsonValue    arguments)
{
  DheeraChoiceState *state = dheera_accumulator_get_state (self, choice);
  gboolean names = dheera_json_type (name) == DHEERA_JSON_STRING && !dheera_json_equal (name, "");
  DheeraCallState *call;

  if (state == NULL)
    return FALSE;

  if (state->calls == NULL)
    state->calls = g_array_new (FALSE, FALSE, sizeof (DheeraCallState));

  call = find_call (state, index, id, names);
  if (call == NULL)
    call = add_call (state, index);
  if (call == NULL)
    return FALSE;

  touch_call (self, state, call);
  call->new_id |= set_once (&call->call->id, id);
  call->new_name |= set_once (&call->call->name, name);
  add_arguments (call, arguments);

  return TRUE;
}

/* NULL when there is none of that index. */
static DheeraCallState *
touch_call_at (DheeraAccumulator *self,
               gint64             choice,
               gint64             index)
{
  DheeraChoiceState *state = dheera_accumulator_get_state (self, choice);
  DheeraCallState *call;

  if (state == NULL || state->calls == NULL)
    return NULL;

  call = find_by_index (state, index);
  if (call != NULL)
    touch_call (self, state, call);

  return call;
}

gboolean
dheera_accumulator_add_plain_arguments (DheeraAccumulator *self,
                                        gint64             choice,
                                        gint64             index,
                                        const char        *text,
                                        gsize              length)
{
  DheeraCallState *call = touch_call_at (self, choice, index);

  if (call == NULL)
    return FALSE;

  dheera_growth_append_plain (&call->arguments, text, length);

  return TRUE;
}

void
dheera_accumulator_end_tool_call (DheeraAccumulator *self,
                                  gint64             choice,
                                  gint64             index)
{
  DheeraChoiceState *state = dheera_accumulator_get_state (self, choice);
  DheeraCallState *call = state != NULL && state->calls != NULL ? find_by_index (state, index) : NULL;

  if (call == NULL || (call->call->arguments != NULL && call->call->arguments->len > 0))
    return;

  touch_call (self, state, call);
  dheera_growth_append_plain (&call->arguments, "{}", 2);
}

gboolean
dheera_accumulator_set_tool_call_extra (DheeraAccumulator *self,
                                        gint64             choice,
                                        gint64             index,
                                        const char        *extra)
{
  DheeraChoiceState *state = dheera_accumulator_get_state (self, choice);
  DheeraCallState *call = state != NULL && state->calls != NULL ? find_by_index (state, index) : NULL;

  if (call == NULL)
    return FALSE;

  dheera_string_set (&call->call->extra, extra);

  return TRUE;
}

void
dheera_choice_state_finish_calls (DheeraAccumulator *self,
                                  DheeraChoiceState *state)
{
  for (guint i = 0; state->calls != NULL && i < state->calls->len; i++)
    {
      DheeraCallState *call = call_at (state, i);
      GString *arguments;

      touch_call (self, state, call);
      if (!has_id (call))
        {
          call->call->id = dheera_generate_id ("call_");
          call->new_id = TRUE;
        }
      dheera_growth_close (&call->arguments);
      arguments = *call->arguments.text;
      if (arguments == NULL || arguments->len == 0)
        dheera_growth_append_plain (&call->arguments, "{}", 2);
    }
}
