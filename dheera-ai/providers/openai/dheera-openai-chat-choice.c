/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-openai-chat-state-private.h"

#include <string.h>

#include "dheera-ai/providers/dheera-provider-private.h"

/* One element of choices: what a chunk's delta, or a whole answer's message, adds to its choice. */

#define MAX_CHOICES 128

typedef struct
{
  DheeraDecoder *decoder;
  gint64 choice;
  gboolean streamed;
} Reader;

static gboolean
fail_type (Reader     *self,
           const char *member,
           const char *expected)
{
  dheera_decoder_fail (self->decoder, DHEERA_ERROR_PROTOCOL,
                       "the member “%s” of choice %" G_GINT64_FORMAT " is not %s", member, self->choice, expected);

  return FALSE;
}

/* NULL in an array is a gap. */
static gpointer *
ensure_slot (GPtrArray      **array,
             gint64           choice,
             GDestroyNotify   free_func)
{
  if (*array == NULL)
    *array = g_ptr_array_new_with_free_func (free_func);
  if ((*array)->len <= choice)
    g_ptr_array_set_size (*array, (int) choice + 1);

  return &g_ptr_array_index (*array, choice);
}

static void
free_think_tags (gpointer data)
{
  g_clear_pointer ((DheeraThinkTags **) &data, dheera_think_tags_free);
}

static void
free_details (gpointer data)
{
  g_clear_pointer ((DheeraReasoningDetails **) &data, dheera_reasoning_details_free);
}

static void
free_thought (gpointer data)
{
  g_clear_pointer ((DheeraMistralThought **) &data, dheera_mistral_thought_free);
}

/* A chunk of thoughts of Mistral's is kept for going back. */
static void
keep_thought (Reader          *self,
              DheeraJsonValue  chunk)
{
  const DheeraChatDialect *dialect = &dheera_provider_get_row (self->decoder->provider)->dialect;

  if (!dialect->mistral_turns)
    return;

  if (self->streamed)
    {
      gpointer *slot = ensure_slot (&dheera_chat_state_get (self->decoder)->thoughts, self->choice, free_thought);

      dheera_mistral_thought_open ((DheeraMistralThought **) slot, self->decoder->accumulator, self->choice, chunk);
      self->decoder->flags |= DHEERA_CHAT_THINKING;
    }
  else
    dheera_accumulator_add_native (self->decoder->accumulator, self->choice, dialect->native_family, chunk);
}

/* Something else than thoughts comes. */
static void
close_thought (Reader *self)
{
  const DheeraChatDialect *dialect = &dheera_provider_get_row (self->decoder->provider)->dialect;
  gpointer *slot = ensure_slot (&dheera_chat_state_get (self->decoder)->thoughts, self->choice, free_thought);

  dheera_mistral_thought_close (*slot, self->decoder->accumulator, self->choice, dialect->native_family);
}

static void
add_text (Reader          *self,
          DheeraJsonValue  text)
{
  DheeraAccumulator *accumulator = self->decoder->accumulator;
  gpointer *slot;

  if (G_UNLIKELY (self->decoder->flags & DHEERA_CHAT_THINKING) && !dheera_json_equal (text, ""))
    close_thought (self);
  if (G_LIKELY (!self->decoder->provider->row->think_tags))
    {
      dheera_accumulator_add_text (accumulator, self->choice, text);
      return;
    }

  slot = ensure_slot (&dheera_chat_state_get (self->decoder)->think_tags, self->choice, free_think_tags);
  if (*slot == NULL)
    *slot = dheera_think_tags_new (self->choice);
  if (self->streamed)
    dheera_think_tags_add (*slot, accumulator, text);
  else
    dheera_think_tags_add_whole (*slot, accumulator, text);
}

/* The text of [{"type": "text", "text": "..."}] or of a bare string, as reasoning */
static void
add_reasoning_parts (Reader          *self,
                     DheeraJsonValue  parts)
{
  DheeraJsonValue part;
  DheeraJsonIter iter;

  if (dheera_json_type (parts) == DHEERA_JSON_STRING)
    dheera_accumulator_add_reasoning (self->decoder->accumulator, self->choice, parts);
  if (dheera_json_type (parts) != DHEERA_JSON_ARRAY)
    return;

  dheera_json_iter_init (&iter, parts);
  while (dheera_json_iter_next (&iter, NULL, &part))
    {
      if (dheera_json_type (part) == DHEERA_JSON_OBJECT)
        part = dheera_json_member (part, "text");
      dheera_accumulator_add_reasoning (self->decoder->accumulator, self->choice, part);
    }
}

/* Mistral's {"type": "thinking", "thinking": [...]}, Databricks' {"type": "reasoning", "summary": [...]},
 * and text */
static void
add_content_part (Reader          *self,
                  DheeraJsonValue  part)
{
  DheeraJsonValue type;

  if (dheera_json_type (part) == DHEERA_JSON_STRING)
    {
      add_text (self, part);
      return;
    }

  type = dheera_json_member (part, "type");
  if (dheera_json_equal (type, "thinking") || dheera_json_equal (type, "reasoning"))
    {
      keep_thought (self, part);
      add_reasoning_parts (self, dheera_json_member (part, "thinking"));
      add_reasoning_parts (self, dheera_json_member (part, "summary"));
      add_reasoning_parts (self, dheera_json_member (part, "text"));
    }
  else if (dheera_json_equal (type, "refusal"))
    dheera_accumulator_add_refusal (self->decoder->accumulator, self->choice,
                                    dheera_json_member (part, "refusal"));
  else if (dheera_json_type (dheera_json_member (part, "text")) == DHEERA_JSON_STRING)
    add_text (self, dheera_json_member (part, "text"));
}

static gboolean
add_content (Reader          *self,
             DheeraJsonValue  content)
{
  DheeraJsonValue part;
  DheeraJsonIter iter;

  switch (dheera_openai_type_of (content))
    {
    case DHEERA_JSON_STRING:
      add_text (self, content);
      return TRUE;
    case DHEERA_JSON_NULL:
      return TRUE;
    case DHEERA_JSON_ARRAY:
      dheera_json_iter_init (&iter, content);
      while (dheera_json_iter_next (&iter, NULL, &part))
        add_content_part (self, part);
      return TRUE;
    default:
      return fail_type (self, "content", "a text or a list of parts");
    }
}

static gboolean
has_text (DheeraJsonValue value)
{
  return dheera_json_type (value) == DHEERA_JSON_STRING && !dheera_json_equal (value, "");
}

/* The blocks are kept for going back; their text counts as reasoning only where no other member has it. */
static void
add_details (Reader          *self,
             DheeraJsonValue  details,
             gboolean         text_wanted)
{
  DheeraAccumulator *accumulator = self->decoder->accumulator;
  const DheeraProviderRow *row = dheera_provider_get_row (self->decoder->provider);
  DheeraJsonValue detail;
  DheeraJsonIter iter;

  if (dheera_json_type (details) != DHEERA_JSON_ARRAY)
    return;

  dheera_json_iter_init (&iter, details);
  while (dheera_json_iter_next (&iter, NULL, &detail))
    {
      if (text_wanted)
        {
          dheera_accumulator_add_reasoning (accumulator, self->choice, dheera_json_member (detail, "text"));
          dheera_accumulator_add_reasoning (accumulator, self->choice, dheera_json_member (detail, "summary"));
        }

      if (self->streamed)
        {
          GPtrArray **all = &dheera_chat_state_get (self->decoder)->details;
          gpointer *slot = ensure_slot (all, self->choice, free_details);

          if (*slot == NULL)
            *slot = dheera_reasoning_details_new ();
          dheera_reasoning_details_add (*slot, detail);
        }
      else if (dheera_json_type (detail) == DHEERA_JSON_OBJECT)
        dheera_accumulator_add_native (accumulator, self->choice, row->dialect.native_family, detail);
    }
}

static void
add_reasoning (Reader          *self,
               const DheeraMembers *members)
{
  static const DheeraKey keys[] = {
    DHEERA_KEY_REASONING_CONTENT, DHEERA_KEY_REASONING, DHEERA_KEY_REASONING_TEXT,
  };
  gboolean found = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (keys) && !found; i++)
    {
      if (dheera_members_has_text (members, keys[i]))
        {
          dheera_accumulator_add_reasoning (self->decoder->accumulator, self->choice,
                                            dheera_members_get (members, keys[i]));
          found = TRUE;
        }
    }

  if (dheera_members_has (members, DHEERA_KEY_REASONING_DETAILS))
    add_details (self, dheera_members_get (members, DHEERA_KEY_REASONING_DETAILS), !found);
}

static gboolean
add_tool_call (Reader          *self,
               DheeraJsonValue  call,
               gint64           position,
               guint            n_calls)
{
  static const DheeraJsonValue none;
  DheeraJsonValue function = dheera_json_member (call, "function");
  DheeraJsonValue arguments = dheera_json_member (function, "arguments");
  DheeraJsonValue id = dheera_json_member (call, "id");
  gint64 index = dheera_json_get_int (dheera_json_member (call, "index"), -1);

  if (dheera_json_type (call) != DHEERA_JSON_OBJECT)
    return fail_type (self, "tool_calls", "a list of objects");

  if (!dheera_json_exists (function))
    {
      function = dheera_json_member (call, "custom");
      arguments = dheera_json_member (function, "input");
    }
  if (dheera_json_exists (function) && dheera_json_type (function) != DHEERA_JSON_OBJECT)
    return fail_type (self, "tool_calls.function", "an object");

  /* Those that stand in one list are different calls, whatever their ids and numbers are, or are not. */
  if (index < 0 && (!self->streamed || n_calls > 1))
    index = position;
  /* A library of Mistral's writes its missing ids so. */
  if (dheera_json_equal (id, "null"))
    id = none;

  if (!dheera_accumulator_add_tool_call (self->decoder->accumulator, self->choice, index, id,
                                         dheera_json_member (function, "name"), arguments))
    {
      dheera_decoder_fail (self->decoder, DHEERA_ERROR_PROTOCOL,
                           "the answer has more tool calls than can be meant");
      return FALSE;
    }

  return TRUE;
}

static gboolean
add_tool_calls (Reader          *self,
                DheeraJsonValue  calls)
{
  DheeraJsonValue call;
  DheeraJsonIter iter;
  gint64 position = 0;

  if (!dheera_json_exists (calls))
    return TRUE;
  if (dheera_json_type (calls) != DHEERA_JSON_ARRAY)
    return fail_type (self, "tool_calls", "a list");

  if (G_UNLIKELY (self->decoder->flags & DHEERA_CHAT_THINKING))
    close_thought (self);
  dheera_json_iter_init (&iter, calls);
  while (dheera_json_iter_next (&iter, NULL, &call))
    {
      if (!add_tool_call (self, call, position++, dheera_json_size (calls)))
        return FALSE;
    }

  return TRUE;
}

/* What OpenAI had before there were several calls */
static void
add_function_call (Reader          *self,
                   DheeraJsonValue  call)
{
  static const DheeraJsonValue none;

  if (dheera_json_type (call) == DHEERA_JSON_OBJECT)
    dheera_accumulator_add_tool_call (self->decoder->accumulator, self->choice, 0, none,
                                      dheera_json_member (call, "name"), dheera_json_member (call, "arguments"));
}

/* What few messages have */
static void
add_extras (Reader              *self,
            const DheeraMembers *members)
{
  DheeraAccumulator *accumulator = self->decoder->accumulator;
  DheeraJsonValue audio = dheera_members_get (members, DHEERA_KEY_AUDIO);

  if (dheera_members_has (members, DHEERA_KEY_REFUSAL))
    dheera_accumulator_add_refusal (accumulator, self->choice,
                                    dheera_members_get (members, DHEERA_KEY_REFUSAL));
  if (dheera_members_has (members, DHEERA_KEY_FUNCTION_CALL))
    add_function_call (self, dheera_members_get (members, DHEERA_KEY_FUNCTION_CALL));
  if (dheera_json_size (dheera_members_get (members, DHEERA_KEY_ANNOTATIONS)) > 0)
    dheera_accumulator_add_annotations (accumulator, self->choice,
                                        dheera_members_get (members, DHEERA_KEY_ANNOTATIONS));
  /* Snowflake sends the object with nothing in it. */
  if (has_text (dheera_json_member (audio, "data")) || has_text (dheera_json_member (audio, "transcript")))
    dheera_accumulator_add_audio (accumulator, self->choice, audio, "audio/wav");
}

static gboolean
add_message (Reader          *self,
             DheeraJsonValue  message)
{
  DheeraMembers members;
  gboolean has_calls;

  dheera_openai_read_members (&members, message);
  has_calls = dheera_members_has (&members, DHEERA_KEY_TOOL_CALLS);
  if (G_UNLIKELY (self->decoder->flags & DHEERA_CHAT_FINISHED)
      && (dheera_members_has_text (&members, DHEERA_KEY_CONTENT) || has_calls))
    self->decoder->flags |= DHEERA_CHAT_REOPENED;

  add_reasoning (self, &members);
  if (dheera_members_has (&members, DHEERA_KEY_CONTENT)
      && !add_content (self, dheera_members_get (&members, DHEERA_KEY_CONTENT)))
    return FALSE;
  if (has_calls && !add_tool_calls (self, dheera_members_get (&members, DHEERA_KEY_TOOL_CALLS)))
    return FALSE;
  if (dheera_members_has (&members, DHEERA_KEY_REFUSAL) || dheera_members_has (&members, DHEERA_KEY_FUNCTION_CALL)
      || dheera_members_has (&members, DHEERA_KEY_ANNOTATIONS) || dheera_members_has (&members, DHEERA_KEY_AUDIO))
    add_extras (self, &members);

  return TRUE;
}

static gboolean
set_finish_reason (Reader          *self,
                   DheeraJsonValue  raw)
{
  DheeraFinishReason reason;
  DheeraError code;
  g_autofree char *word = NULL;

  if (dheera_json_type (raw) != DHEERA_JSON_STRING)
    return fail_type (self, "finish_reason", "a text");
  if (dheera_json_equal (raw, ""))
    return TRUE;

  if (dheera_openai_map_finish_reason (self->decoder->provider, raw, &reason, &code))
    {
      dheera_accumulator_set_finish_reason (self->decoder->accumulator, self->choice, reason, raw);
      self->decoder->flags |= DHEERA_CHAT_FINISHED;
      self->decoder->flags &= ~DHEERA_CHAT_REOPENED;
      return TRUE;
    }

  word = dheera_json_dup_string (raw);
  dheera_decoder_fail (self->decoder, code, "the answer broke off with the finish reason “%s”", word);

  return FALSE;
}

/* {"content": ...} and nothing else, as it is in nearly every chunk */
static inline gboolean
is_lone_content (const DheeraJson *json,
                 guint32           index)
{
  static const char name[] = "content";
  const DheeraJsonToken *object = &json->tokens[index];

  return object->size == 1 && object[1].length == strlen (name)
         && memcmp (json->text + object[1].start, name, strlen (name)) == 0;
}

/* The delta of a chunk, the message of an answer; a message in a chunk only when no delta ever came
 * (Perplexity repeats all of it beside the delta). */
static gboolean
read_content (Reader              *self,
              const DheeraMembers *members)
{
  gboolean is_message = dheera_members_has (members, DHEERA_KEY_MESSAGE)
                        && (!self->streamed || !dheera_members_has (members, DHEERA_KEY_DELTA));
  DheeraKey key = is_message ? DHEERA_KEY_MESSAGE : DHEERA_KEY_DELTA;

  if (!dheera_members_has (members, key)
      || (is_message && self->streamed && dheera_accumulator_has_content (self->decoder->accumulator)))
    return TRUE;
  if (dheera_members_type (members, key) != DHEERA_JSON_OBJECT)
    return fail_type (self, is_message ? "message" : "delta", "an object");
  if (is_lone_content (members->json, members->index[key]) && !(self->decoder->flags & DHEERA_CHAT_FINISHED))
    return add_content (self, (DheeraJsonValue) { members->json, members->index[key] + 2 });

  return add_message (self, dheera_members_get (members, key));
}

/* Most choices are the number 0, which needs no reading of numbers. */
static gint64
read_index (const DheeraMembers *members,
            guint                position)
{
  const DheeraJsonToken *token;

  if (!dheera_members_is_there (members, DHEERA_KEY_INDEX))
    return position;

  token = &members->json->tokens[members->index[DHEERA_KEY_INDEX]];
  if (token->length == 1 && g_ascii_isdigit (members->json->text[token->start]))
    return members->json->text[token->start] - '0';

  return dheera_json_get_int (dheera_members_get (members, DHEERA_KEY_INDEX), position);
}

gboolean
dheera_openai_read_choice (DheeraDecoder   *decoder,
                           DheeraJsonValue  value,
                           guint            position,
                           gboolean         streamed)
{
  Reader reader = { decoder, position, streamed };
  DheeraMembers members;

  if (dheera_openai_type_of (value) != DHEERA_JSON_OBJECT)
    {
      dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "a choice is not an object");
      return FALSE;
    }

  dheera_openai_read_members (&members, value);
  reader.choice = read_index (&members, position);
  if (reader.choice < 0 || reader.choice >= MAX_CHOICES)
    {
      dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "a choice has the index %" G_GINT64_FORMAT,
                           reader.choice);
      return FALSE;
    }

  if (!read_content (&reader, &members))
    return FALSE;
  if (dheera_members_type (&members, DHEERA_KEY_LOGPROBS) == DHEERA_JSON_OBJECT)
    dheera_accumulator_add_logprobs (decoder->accumulator, reader.choice,
                                     dheera_members_get (&members, DHEERA_KEY_LOGPROBS));
  if (dheera_members_has (&members, DHEERA_KEY_USAGE))
    dheera_openai_read_usage (decoder->accumulator, dheera_members_get (&members, DHEERA_KEY_USAGE));
  if (G_UNLIKELY (dheera_members_has (&members, DHEERA_KEY_ERROR)))
    {
      dheera_decoder_fail_with (decoder, value);
      return FALSE;
    }

  if (dheera_members_has (&members, DHEERA_KEY_FINISH_REASON))
    return set_finish_reason (&reader, dheera_members_get (&members, DHEERA_KEY_FINISH_REASON));

  return TRUE;
}
