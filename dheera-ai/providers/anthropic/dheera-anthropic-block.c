/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-anthropic-state-private.h"

#include "dheera-ai/model/dheera-strings-private.h"
#include "dheera-ai/model/messages/dheera-message-private.h"
#include "dheera-ai/model/responses/dheera-response-private.h"

/* Blocks of content. Text, thinking and calls go where the caller finds them; what has to come back unharmed (thinking with its signature, the
 * server's own tools, text with citations, whatever is new) is also kept whole, as it came if it came whole. */

/* There is no block with half as many members. */
#define MAX_PIECES 16

static void
block_clear (DheeraAnthropicBlock *block)
{
  g_free (block->start);
  dheera_gstring_clear (&block->input);
  dheera_gstring_clear (&block->signature);
  dheera_gstring_clear (&block->citations);
  g_clear_pointer (&block->pieces, g_array_unref);
  *block = (DheeraAnthropicBlock) { 0 };
}

static void
state_free (gpointer data)
{
  DheeraAnthropicState *state = data;

  block_clear (&state->block);
  g_free (state);
}

DheeraAnthropicState *
dheera_anthropic_state_get (DheeraDecoder *decoder)
{
  DheeraAnthropicState *state = decoder->state;

  if (G_LIKELY (state != NULL))
    return state;

  state = g_new0 (DheeraAnthropicState, 1);
  state->input_tokens = state->cached_tokens = state->cache_write_tokens = -1;
  state->output_tokens = state->thinking_tokens = -1;
  decoder->state = state;
  decoder->state_free = state_free;

  return state;
}

DheeraMessage *
dheera_anthropic_get_message (DheeraDecoder *decoder)
{
  DheeraResponse *response = dheera_accumulator_get_response (decoder->accumulator);

  return dheera_choice_get_message (dheera_response_ensure_choice (response, 0));
}

static gboolean
fail_crowded (DheeraDecoder *decoder)
{
  dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "the answer has more tool calls than any answer can have");

  return FALSE;
}

/* --- The beginning ------------------------------------------------------------------------------- */

static DheeraAnthropicBlockKind
find_kind (DheeraDecoder                *decoder,
           const DheeraMembers *members)
{
  DheeraJsonValue type = dheera_members_get (members, DHEERA_ANTHROPIC_TYPE);

  if (DHEERA_ANTHROPIC_IS (type, "text"))
    return DHEERA_ANTHROPIC_BLOCK_TEXT;
  if (DHEERA_ANTHROPIC_IS (type, "thinking"))
    return DHEERA_ANTHROPIC_BLOCK_THINKING;
  if (!DHEERA_ANTHROPIC_IS (type, "tool_use"))
    return dheera_json_type (type) == DHEERA_JSON_STRING ? DHEERA_ANTHROPIC_BLOCK_NATIVE : DHEERA_ANTHROPIC_BLOCK_NONE;
  if ((decoder->flags & DHEERA_ANTHROPIC_FLAG_JSON_TOOL)
      && dheera_json_equal (dheera_members_get (members, DHEERA_ANTHROPIC_NAME), DHEERA_ANTHROPIC_JSON_TOOL))
    return DHEERA_ANTHROPIC_BLOCK_JSON;

  return DHEERA_ANTHROPIC_BLOCK_TOOL;
}

/* What a call has beside the four that every call has, such as who made it: it has to go back. */
static void
keep_call_extra (DheeraDecoder   *decoder,
                 gint64           index,
                 DheeraJsonValue  block)
{
  DheeraJsonWriter writer;
  DheeraJsonIter iter;
  DheeraJsonValue name, value;
  g_autofree char *extra = NULL;
  gboolean any = FALSE;

  dheera_json_writer_init (&writer, 64);
  dheera_json_writer_begin_object (&writer);
  dheera_json_iter_init (&iter, block);
  while (dheera_json_iter_next (&iter, &name, &value))
    {
      DheeraAnthropicKey key = dheera_anthropic_find_key (name);
      g_autofree char *plain = NULL;

      if (key == DHEERA_ANTHROPIC_TYPE || key == DHEERA_ANTHROPIC_ID || key == DHEERA_ANTHROPIC_NAME || key == DHEERA_ANTHROPIC_INPUT)
        continue;
      plain = dheera_json_dup_string (name);
      dheera_json_writer_key (&writer, plain);
      dheera_json_writer_value (&writer, value);
      any = TRUE;
    }
  dheera_json_writer_end_object (&writer);
  extra = dheera_json_writer_steal (&writer);
  if (any)
    dheera_accumulator_set_tool_call_extra (decoder->accumulator, 0, index, extra);
}

static gboolean
open_call (DheeraDecoder                *decoder,
           const DheeraMembers *members,
           DheeraJsonValue               value)
{
  DheeraAnthropicBlock *block = &dheera_anthropic_state_get (decoder)->block;
  DheeraJsonValue input = dheera_members_get (members, DHEERA_ANTHROPIC_INPUT);

  if (dheera_json_type (input) == DHEERA_JSON_OBJECT && dheera_json_size (input) > 0)
    block->start = dheera_json_dup_raw (input);
  if (block->kind == DHEERA_ANTHROPIC_BLOCK_JSON)
    return TRUE;

  if (!dheera_accumulator_add_tool_call (decoder->accumulator, 0, block->index, dheera_members_get (members, DHEERA_ANTHROPIC_ID),
                                         dheera_members_get (members, DHEERA_ANTHROPIC_NAME), (DheeraJsonValue) { NULL, 0 }))
    return fail_crowded (decoder);
  if (block->start == NULL)
    dheera_anthropic_note_call (dheera_anthropic_state_get (decoder), block->index);
  if (dheera_json_size (value) > 4)
    keep_call_extra (decoder, block->index, value);

  return TRUE;
}

static void
append_citation (DheeraAnthropicBlock *block,
                 DheeraJsonValue       citation)
{
  const char *raw;
  gsize length;

  if (dheera_json_type (citation) != DHEERA_JSON_OBJECT)
    return;

  if (block->citations == NULL)
    block->citations = g_string_new (NULL);
  else
    g_string_append_c (block->citations, ',');
  raw = dheera_json_raw (citation, &length);
  g_string_append_len (block->citations, raw, (gssize) length);
}

static void
open_text (DheeraDecoder                *decoder,
           const DheeraMembers *members,
           DheeraJsonValue               value)
{
  DheeraAnthropicBlock *block = &dheera_anthropic_state_get (decoder)->block;
  DheeraJsonValue citations = dheera_members_get (members, DHEERA_ANTHROPIC_CITATIONS);
  DheeraJsonValue citation;
  DheeraJsonIter iter;

  dheera_accumulator_add_text (decoder->accumulator, 0, dheera_members_get (members, DHEERA_ANTHROPIC_TEXT));
  if (dheera_json_type (citations) != DHEERA_JSON_ARRAY || dheera_json_size (citations) == 0)
    return;

  block->start = dheera_json_dup_raw (value);
  dheera_json_iter_init (&iter, citations);
  while (dheera_json_iter_next (&iter, NULL, &citation))
    append_citation (block, citation);
}

gboolean
dheera_anthropic_open_block (DheeraDecoder   *decoder,
                             gint64           index,
                             DheeraJsonValue  value)
{
  DheeraAnthropicBlock *block = &dheera_anthropic_state_get (decoder)->block;
  DheeraMessage *message = dheera_anthropic_get_message (decoder);
  DheeraMembers members;

  if (!dheera_anthropic_close_block (decoder))
    return FALSE;

  dheera_anthropic_read_members (&members, value);
  block->kind = find_kind (decoder, &members);
  block->index = index;
  block->text_mark = message->text != NULL ? message->text->len : 0;
  block->reasoning_mark = message->reasoning != NULL ? message->reasoning->len : 0;

  switch (block->kind)
    {
    case DHEERA_ANTHROPIC_BLOCK_TEXT:
      open_text (decoder, &members, value);
      return TRUE;
    case DHEERA_ANTHROPIC_BLOCK_THINKING:
      dheera_accumulator_add_reasoning (decoder->accumulator, 0, dheera_members_get (&members, DHEERA_ANTHROPIC_THINKING));
      block->start = dheera_json_dup_raw (value);
      return TRUE;
    case DHEERA_ANTHROPIC_BLOCK_TOOL:
    case DHEERA_ANTHROPIC_BLOCK_JSON:
      return open_call (decoder, &members, value);
    case DHEERA_ANTHROPIC_BLOCK_NATIVE:
      block->start = dheera_json_dup_raw (value);
      return TRUE;
    case DHEERA_ANTHROPIC_BLOCK_NONE:
    default:
      return TRUE;
    }
}

/* --- Pieces -------------------------------------------------------------------------------------- */

static void
append_to (GString              **text,
           DheeraAnthropicBlock  *block,
           DheeraJsonValue        piece)
{
  if (dheera_json_type (piece) != DHEERA_JSON_STRING)
    return;

  if (*text == NULL)
    *text = g_string_new (NULL);
  dheera_json_append_string (piece, *text, &block->surrogate);
  block->grown = TRUE;
}

static void
piece_clear (gpointer data)
{
  DheeraAnthropicPiece *piece = data;

  g_free (piece->name);
  g_string_free (piece->text, TRUE);
}

static DheeraAnthropicPiece *
find_piece (DheeraAnthropicBlock *block,
            DheeraJsonValue       name)
{
  DheeraAnthropicPiece piece = { 0 };

  if (block->pieces == NULL)
    {
      block->pieces = g_array_new (FALSE, FALSE, sizeof (DheeraAnthropicPiece));
      g_array_set_clear_func (block->pieces, piece_clear);
    }
  for (guint i = 0; i < block->pieces->len; i++)
    if (dheera_json_equal (name, g_array_index (block->pieces, DheeraAnthropicPiece, i).name))
      return &g_array_index (block->pieces, DheeraAnthropicPiece, i);
  if (block->pieces->len == MAX_PIECES)
    return NULL;

  piece.name = dheera_json_dup_string (name);
  piece.text = g_string_new (NULL);
  g_array_append_val (block->pieces, piece);

  return &g_array_index (block->pieces, DheeraAnthropicPiece, block->pieces->len - 1);
}

/* A kind of piece that is not known here: each of its members that is a text grows. */
static void
add_unknown_piece (DheeraAnthropicBlock *block,
                   DheeraJsonValue       delta)
{
  DheeraJsonIter iter;
  DheeraJsonValue name, value;

  if (block->kind != DHEERA_ANTHROPIC_BLOCK_NATIVE)
    return;

  dheera_json_iter_init (&iter, delta);
  while (dheera_json_iter_next (&iter, &name, &value))
    {
      DheeraAnthropicPiece *piece;

      if (dheera_json_type (value) != DHEERA_JSON_STRING || dheera_anthropic_find_key (name) == DHEERA_ANTHROPIC_TYPE)
        continue;
      piece = find_piece (block, name);
      if (piece == NULL)
        continue;
      dheera_json_append_string (value, piece->text, &piece->surrogate);
      block->grown = TRUE;
    }
}

/* One block comes behind the other, but some that stand in for Anthropic begin several calls before the first has ended. */
static gboolean
add_late_input (DheeraDecoder   *decoder,
                gint64           index,
                DheeraJsonValue  piece)
{
  const DheeraJsonValue none = { NULL, 0 };

  if (!dheera_anthropic_is_call (dheera_anthropic_state_get (decoder), index))
    return TRUE;

  return dheera_accumulator_add_tool_call (decoder->accumulator, 0, index, none, none, piece) || fail_crowded (decoder);
}

static gboolean
add_input (DheeraDecoder   *decoder,
           gint64           index,
           DheeraJsonValue  piece)
{
  DheeraAnthropicBlock *block = &dheera_anthropic_state_get (decoder)->block;
  const DheeraJsonValue none = { NULL, 0 };

  if (dheera_json_type (piece) != DHEERA_JSON_STRING || dheera_json_equal (piece, ""))
    return TRUE;
  if (block->index != index || block->kind == DHEERA_ANTHROPIC_BLOCK_NONE)
    return add_late_input (decoder, index, piece);

  switch (block->kind)
    {
    case DHEERA_ANTHROPIC_BLOCK_TOOL:
      block->grown = TRUE;
      if (!dheera_accumulator_add_tool_call (decoder->accumulator, 0, index, none, none, piece))
        return fail_crowded (decoder);
      return TRUE;
    case DHEERA_ANTHROPIC_BLOCK_JSON:
      block->grown = TRUE;
      dheera_accumulator_add_text (decoder->accumulator, 0, piece);
      return TRUE;
    case DHEERA_ANTHROPIC_BLOCK_NATIVE:
      append_to (&block->input, block, piece);
      return TRUE;
    case DHEERA_ANTHROPIC_BLOCK_NONE:
    case DHEERA_ANTHROPIC_BLOCK_TEXT:
    case DHEERA_ANTHROPIC_BLOCK_THINKING:
    default:
      return TRUE;
    }
}

static gboolean
add_rare_delta (DheeraDecoder                *decoder,
                gint64                        index,
                const DheeraMembers *members,
                DheeraJsonValue               delta)
{
  DheeraAnthropicBlock *block = &dheera_anthropic_state_get (decoder)->block;
  DheeraJsonValue type = dheera_members_get (members, DHEERA_ANTHROPIC_TYPE);

  if (block->index != index)
    return TRUE;

  if (DHEERA_ANTHROPIC_IS (type, "signature_delta"))
    append_to (&block->signature, block, dheera_members_get (members, DHEERA_ANTHROPIC_SIGNATURE));
  else if (DHEERA_ANTHROPIC_IS (type, "citations_delta") && block->kind == DHEERA_ANTHROPIC_BLOCK_TEXT)
    append_citation (block, dheera_members_get (members, DHEERA_ANTHROPIC_CITATION));
  else
    add_unknown_piece (block, delta);

  return TRUE;
}

gboolean
dheera_anthropic_add_delta (DheeraDecoder   *decoder,
                            gint64           index,
                            DheeraJsonValue  delta)
{
  DheeraMembers members;
  DheeraJsonValue type;

  dheera_anthropic_read_members (&members, delta);
  type = dheera_members_get (&members, DHEERA_ANTHROPIC_TYPE);
  if (DHEERA_ANTHROPIC_IS (type, "text_delta"))
    {
      dheera_accumulator_add_text (decoder->accumulator, 0, dheera_members_get (&members, DHEERA_ANTHROPIC_TEXT));
      return TRUE;
    }
  if (DHEERA_ANTHROPIC_IS (type, "input_json_delta"))
    return add_input (decoder, index, dheera_members_get (&members, DHEERA_ANTHROPIC_PARTIAL_JSON));
  if (DHEERA_ANTHROPIC_IS (type, "thinking_delta"))
    {
      dheera_anthropic_state_get (decoder)->block.grown = TRUE;
      dheera_accumulator_add_reasoning (decoder->accumulator, 0, dheera_members_get (&members, DHEERA_ANTHROPIC_THINKING));
      return TRUE;
    }

  return add_rare_delta (decoder, index, &members, delta);
}

/* --- The end ------------------------------------------------------------------------------------- */

static void
add_native (DheeraDecoder *decoder,
            const char    *text)
{
  DheeraJson json = DHEERA_JSON_INIT;

  if (dheera_json_parse (&json, text, strlen (text)))
    dheera_accumulator_add_native (decoder->accumulator, 0, DHEERA_ANTHROPIC_FAMILY, dheera_json_root (&json));
  dheera_json_clear (&json);
}

static void
close_text (DheeraDecoder *decoder)
{
  DheeraAnthropicBlock *block = &dheera_anthropic_state_get (decoder)->block;
  g_autofree char *whole = NULL;

  if (block->citations == NULL)
    return;

  dheera_anthropic_add_annotations (decoder);
  whole = block->start == NULL ? dheera_anthropic_put_together (decoder, "{\"type\":\"text\"}") : NULL;
  add_native (decoder, whole != NULL ? whole : block->start);
}

/* The input of a call is empty at its start, and comes in pieces; unless it is there, and none come. */
static gboolean
close_call (DheeraDecoder *decoder)
{
  DheeraAnthropicBlock *block = &dheera_anthropic_state_get (decoder)->block;
  const DheeraJsonValue none = { NULL, 0 };
  DheeraJson json = DHEERA_JSON_INIT;
  const char *input = block->start != NULL ? block->start : "{}";
  gboolean good = TRUE;

  if (block->grown)
    return TRUE;

  if (block->kind == DHEERA_ANTHROPIC_BLOCK_JSON)
    dheera_accumulator_add_plain_text (decoder->accumulator, 0, input, strlen (input));
  else if (block->start != NULL && dheera_json_parse (&json, input, strlen (input)))
    good = dheera_accumulator_add_tool_call (decoder->accumulator, 0, block->index, none, none, dheera_json_root (&json));
  dheera_json_clear (&json);

  return good || fail_crowded (decoder);
}

gboolean
dheera_anthropic_close_block (DheeraDecoder *decoder)
{
  DheeraAnthropicBlock *block = &dheera_anthropic_state_get (decoder)->block;
  g_autofree char *whole = NULL;
  gboolean good = TRUE;

  switch (block->kind)
    {
    case DHEERA_ANTHROPIC_BLOCK_TEXT:
      close_text (decoder);
      break;
    case DHEERA_ANTHROPIC_BLOCK_TOOL:
    case DHEERA_ANTHROPIC_BLOCK_JSON:
      good = close_call (decoder);
      break;
    case DHEERA_ANTHROPIC_BLOCK_THINKING:
    case DHEERA_ANTHROPIC_BLOCK_NATIVE:
      whole = block->grown ? dheera_anthropic_put_together (decoder, block->start) : NULL;
      add_native (decoder, whole != NULL ? whole : block->start);
      break;
    case DHEERA_ANTHROPIC_BLOCK_NONE:
    default:
      return TRUE;
    }
  block_clear (block);

  return good;
}
