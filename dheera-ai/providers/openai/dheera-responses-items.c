/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-responses-state-private.h"

#include <string.h>

#include "dheera-ai/providers/dheera-provider-private.h"

#include "dheera-ai/model/messages/dheera-message-private.h"
#include "dheera-ai/model/responses/dheera-response-private.h"
#include "dheera-ai/wire/dheera-json-writer-private.h"

/* The items of an answer, in pieces and whole, and what is remembered of them. */

#define MAX_ITEMS 10000

static const DheeraJsonValue none;

typedef struct
{
  GArray *items;             /* of DheeraResponsesItem, by their places, with gaps that are all zero */
  guint last;                /* the place that was last spoken of */
  gint64 reused;             /* an index that a second item has, -1 when there is none, ... */
  guint reused_for;          /* ... and the place of that item */
  guint reasoning_item;      /* where the last piece of reasoning belongs, ... */
  gint64 reasoning_part;     /* ... -1 when there was none */
} State;

static void
item_clear (gpointer data)
{
  DheeraResponsesItem *self = data;

  g_free (self->id);
  g_free (self->native);
}

static void
state_free (gpointer data)
{
  State *self = data;

  g_array_unref (self->items);
  g_free (self);
}

static State *
get_state (DheeraDecoder *decoder)
{
  State *self = decoder->state;

  if (G_UNLIKELY (self == NULL))
    {
      self = g_new0 (State, 1);
      self->items = g_array_new (FALSE, TRUE, sizeof (DheeraResponsesItem));
      self->reasoning_part = -1;
      self->reused = -1;
      g_array_set_clear_func (self->items, item_clear);
      decoder->state = self;
      decoder->state_free = state_free;
    }

  return self;
}

static DheeraMessage *
get_message (DheeraDecoder *decoder)
{
  return dheera_response_get_message (dheera_accumulator_get_response (decoder->accumulator));
}

/* The item stands behind what there is now. */
static void
note_place (DheeraDecoder       *decoder,
            DheeraResponsesItem *self)
{
  DheeraMessage *message = get_message (decoder);

  self->after_text = message->text != NULL ? message->text->len : 0;
  self->after_calls = dheera_message_get_n_tool_calls (message);
}

DheeraResponsesItem *
dheera_responses_ensure_item (DheeraDecoder *decoder,
                              gint64         index)
{
  State *state = get_state (decoder);
  guint n_before = state->items->len;

  if (index < 0 || index >= MAX_ITEMS)
    {
      dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "an item of the answer has the index %" G_GINT64_FORMAT, index);
      return NULL;
    }

  state->last = (guint) index;
  if (index >= n_before)
    {
      g_array_set_size (state->items, (guint) index + 1);
      for (guint i = n_before; i <= index; i++)
        {
          DheeraResponsesItem *item = &g_array_index (state->items, DheeraResponsesItem, i);

          item->index = i;
          note_place (decoder, item);
        }
    }

  return &g_array_index (state->items, DheeraResponsesItem, index);
}

static gint64
find_place (DheeraDecoder   *decoder,
            DheeraJsonValue  id)
{
  State *state = get_state (decoder);

  for (guint i = state->items->len; i > 0 && dheera_json_exists (id); i--)
    {
      const DheeraResponsesItem *item = &g_array_index (state->items, DheeraResponsesItem, i - 1);

      if (item->id != NULL && dheera_json_equal (id, item->id))
        return i - 1;
    }

  return -1;
}

/* Nearly every number has one digit, which needs no reading of numbers. -1 when there is none. */
static inline gint64
read_index (DheeraJsonValue index)
{
  const DheeraJsonToken *token = index.json != NULL ? &index.json->tokens[index.index] : NULL;

  if (token == NULL)
    return -1;
  if (token->length == 1 && g_ascii_isdigit (index.json->text[token->start]))
    return index.json->text[token->start] - '0';

  return dheera_json_get_int (index, -1);
}

DheeraResponsesItem *
dheera_responses_find_item (DheeraDecoder   *decoder,
                            DheeraJsonValue  index,
                            DheeraJsonValue  id)
{
  State *state = get_state (decoder);
  gint64 place = read_index (index);

  if (G_UNLIKELY (state->reused >= 0 && place == state->reused))
    place = state->reused_for;
  if (G_LIKELY (place >= 0 && place < state->items->len))
    {
      state->last = (guint) place;
      return &g_array_index (state->items, DheeraResponsesItem, place);
    }
  if (!dheera_json_exists (index))
    place = find_place (decoder, id);
  if (!dheera_json_exists (index) && place < 0)
    place = state->last;

  return dheera_responses_ensure_item (decoder, place);
}

/* The id of a call is what its result names; a few servers only have the id of the item. */
static DheeraJsonValue
get_call_id (DheeraJsonValue item)
{
  DheeraJsonValue id = dheera_json_member (item, "call_id");

  return dheera_json_type (id) == DHEERA_JSON_STRING && !dheera_json_equal (id, "") ? id : dheera_json_member (item, "id");
}

static gboolean
is_call (DheeraJsonValue type)
{
  return dheera_json_equal (type, "function_call") || dheera_json_equal (type, "custom_tool_call");
}

static gboolean
add_call (DheeraDecoder       *decoder,
          DheeraResponsesItem *self,
          DheeraJsonValue      item,
          DheeraJsonValue      arguments)
{
  gboolean opened = (self->has & DHEERA_ITEM_OPENED) != 0;

  if (!opened && dheera_json_exists (get_call_id (item)))
    self->has |= DHEERA_ITEM_OPENED;
  if (dheera_accumulator_add_tool_call (decoder->accumulator, 0, self->index, opened ? none : get_call_id (item),
                                        opened ? none : dheera_json_member (item, "name"), arguments))
    return TRUE;

  dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "the answer has more tool calls than can be meant");

  return FALSE;
}

/* The place of an item of the complete answer, which is where it stands. Unless the stream has had it elsewhere: some send what they did not stream in front of what
 * they did, and it would be taken twice. */
gint64
dheera_responses_find_whole (DheeraDecoder   *decoder,
                             gint64           position,
                             DheeraJsonValue  item)
{
  State *state = get_state (decoder);
  DheeraJsonValue id = dheera_json_member (item, "id");
  const DheeraResponsesItem *there;
  gint64 place;

  if (dheera_json_type (id) != DHEERA_JSON_STRING || dheera_json_equal (id, "") || state->items->len == 0)
    return position;

  there = position < state->items->len ? &g_array_index (state->items, DheeraResponsesItem, position) : NULL;
  if (there != NULL && there->id != NULL && dheera_json_equal (id, there->id))
    return position;

  place = find_place (decoder, id);

  return place >= 0 ? place : position;
}

/* LiteLLM's bridge gives one index to items that follow each other. */
static gint64
find_new_place (State           *state,
                DheeraJsonValue  index)
{
  gint64 place = dheera_json_exists (index) ? read_index (index) : state->items->len;

  if (place < 0 || place >= state->items->len || !(g_array_index (state->items, DheeraResponsesItem, place).has & DHEERA_ITEM_DONE))
    return place;

  state->reused = place;
  state->reused_for = state->items->len;

  return state->reused_for;
}

DheeraResponsesItem *
dheera_responses_begin_item (DheeraDecoder   *decoder,
                             DheeraJsonValue  index,
                             DheeraJsonValue  item)
{
  DheeraResponsesItem *self = dheera_responses_ensure_item (decoder, find_new_place (get_state (decoder), index));

  if (self == NULL)
    return NULL;

  note_place (decoder, self);
  if (self->id == NULL)
    self->id = dheera_json_dup_string (dheera_json_member (item, "id"));
  if (is_call (dheera_json_member (item, "type")) && !add_call (decoder, self, item, none))
    return NULL;

  return self;
}

/* The text has no member of the wrapping object {"content": [...]} that the accumulator wants. */
static void
add_logprobs (DheeraDecoder   *decoder,
              DheeraJsonValue  list)
{
  DheeraJson json = DHEERA_JSON_INIT;
  gsize length;
  const char *raw = dheera_json_raw (list, &length);
  g_autofree char *wrapped = g_strdup_printf ("{\"content\":%.*s}", (int) length, raw);

  if (dheera_json_parse (&json, wrapped, strlen (wrapped)))
    dheera_accumulator_add_logprobs (decoder->accumulator, 0, dheera_json_root (&json));
  dheera_json_clear (&json);
}

void
dheera_responses_add_text (DheeraDecoder       *decoder,
                           DheeraResponsesItem *self,
                           DheeraJsonValue      text,
                           DheeraJsonValue      logprobs)
{
  self->has |= DHEERA_ITEM_TEXT;
  dheera_accumulator_add_text (decoder->accumulator, 0, text);
  if (G_UNLIKELY (dheera_json_size (logprobs) > 0))
    {
      self->has |= DHEERA_ITEM_LOGPROBS;
      add_logprobs (decoder, logprobs);
    }
}

void
dheera_responses_add_reasoning (DheeraDecoder       *decoder,
                                DheeraResponsesItem *self,
                                DheeraItemParts      kind,
                                gint64               part,
                                DheeraJsonValue      text)
{
  State *state = get_state (decoder);
  DheeraItemParts other = kind == DHEERA_ITEM_SUMMARY ? DHEERA_ITEM_REASONING : DHEERA_ITEM_SUMMARY;

  /* Who sends both, the thoughts and their summary, says the same twice. */
  if ((self->has & other) || dheera_json_type (text) != DHEERA_JSON_STRING || dheera_json_equal (text, ""))
    return;

  self->has |= kind;
  if (state->reasoning_part >= 0 && (state->reasoning_item != self->index || state->reasoning_part != part))
    dheera_accumulator_add_plain_reasoning (decoder->accumulator, 0, "\n\n", 2);
  state->reasoning_item = self->index;
  state->reasoning_part = part;
  dheera_accumulator_add_reasoning (decoder->accumulator, 0, text);
}

gboolean
dheera_responses_add_arguments (DheeraDecoder       *decoder,
                                DheeraResponsesItem *self,
                                DheeraJsonValue      arguments)
{
  self->has |= DHEERA_ITEM_ARGUMENTS;

  return add_call (decoder, self, none, arguments);
}

/* The characters of the answer's text that stand before the item, or before the part of it that is read. */
static gint64
count_before (DheeraDecoder       *decoder,
              DheeraResponsesItem *self)
{
  DheeraMessage *message = get_message (decoder);

  if (!self->counted && self->after_text > 0 && message->text != NULL)
    self->n_before = g_utf8_strlen (message->text->str, (gssize) MIN (self->after_text, message->text->len));
  self->counted = TRUE;

  return self->n_before + self->n_parts_before;
}

/* The members of an annotation: places in the part that it belongs to become places in the answer's text, which may begin with other messages. */
static void
write_annotation_members (DheeraJsonWriter *writer,
                          DheeraJsonValue   annotation,
                          gint64            n_before,
                          gboolean          with_type)
{
  static const char *const places[] = { "start_index", "end_index", NULL };
  DheeraJsonValue name;
  DheeraJsonValue value;
  DheeraJsonIter iter;

  dheera_json_iter_init (&iter, annotation);
  while (dheera_json_iter_next (&iter, &name, &value))
    {
      g_autofree char *key = dheera_json_dup_string (name);
      gint64 place = g_strv_contains (places, key) ? dheera_json_get_int (value, -1) : -1;

      if (!with_type && strcmp (key, "type") == 0)
        continue;
      dheera_json_writer_key (writer, key);
      if (place >= 0 && place < G_MAXINT32)
        dheera_json_writer_int (writer, place + n_before);
      else
        dheera_json_writer_value (writer, value);
    }
}

/* Those with an address as chat completions have them, in an object of their own; the others as they came. */
void
dheera_responses_add_annotation (DheeraDecoder       *decoder,
                                 DheeraResponsesItem *self,
                                 DheeraJsonValue      annotation)
{
  gint64 n_before = count_before (decoder, self);
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;
  DheeraJson json = DHEERA_JSON_INIT;
  g_autofree char *text = NULL;
  gboolean address;

  self->has |= DHEERA_ITEM_ANNOTATIONS;
  address = dheera_json_equal (dheera_json_member (annotation, "type"), "url_citation")
            && !dheera_json_exists (dheera_json_member (annotation, "url_citation"));
  if (dheera_json_type (annotation) != DHEERA_JSON_OBJECT || (!address && n_before == 0))
    {
      dheera_accumulator_add_annotations (decoder->accumulator, 0, annotation);
      return;
    }

  dheera_json_writer_init (&writer, 256);
  dheera_json_writer_begin_object (&writer);
  if (address)
    {
      dheera_json_writer_member_string (&writer, "type", "url_citation");
      dheera_json_writer_key (&writer, "url_citation");
      dheera_json_writer_begin_object (&writer);
    }
  write_annotation_members (&writer, annotation, n_before, !address);
  if (address)
    dheera_json_writer_end_object (&writer);
  dheera_json_writer_end_object (&writer);

  text = dheera_json_writer_steal (&writer);
  if (dheera_json_parse (&json, text, strlen (text)))
    dheera_accumulator_add_annotations (decoder->accumulator, 0, dheera_json_root (&json));
  dheera_json_clear (&json);
}

/* One part of a message. had: what came before the message was complete */
static void
take_content (DheeraDecoder       *decoder,
              DheeraResponsesItem *self,
              DheeraItemParts      had,
              DheeraJsonValue      part)
{
  DheeraJsonValue annotations = dheera_json_member (part, "annotations");
  DheeraJsonValue logprobs = dheera_json_member (part, "logprobs");
  DheeraJsonValue annotation;
  DheeraJsonIter iter;

  if (dheera_json_equal (dheera_json_member (part, "type"), "refusal"))
    {
      if (!(had & DHEERA_ITEM_REFUSAL))
        dheera_accumulator_add_refusal (decoder->accumulator, 0, dheera_json_member (part, "refusal"));
      return;
    }

  if (!(had & DHEERA_ITEM_TEXT))
    dheera_accumulator_add_text (decoder->accumulator, 0, dheera_json_member (part, "text"));
  if (!(had & DHEERA_ITEM_LOGPROBS) && dheera_json_size (logprobs) > 0)
    add_logprobs (decoder, logprobs);
  if ((had & DHEERA_ITEM_ANNOTATIONS) || dheera_json_type (annotations) != DHEERA_JSON_ARRAY)
    return;

  dheera_json_iter_init (&iter, annotations);
  while (dheera_json_iter_next (&iter, NULL, &annotation))
    dheera_responses_add_annotation (decoder, self, annotation);
}

static gint64
count_characters (DheeraJsonValue text)
{
  g_autofree char *plain = dheera_json_dup_string (text);

  return plain != NULL ? g_utf8_strlen (plain, -1) : 0;
}

static void
take_message (DheeraDecoder       *decoder,
              DheeraResponsesItem *self,
              DheeraJsonValue      item)
{
  DheeraItemParts had = self->has;
  DheeraJsonValue content = dheera_json_member (item, "content");
  DheeraJsonValue phase = dheera_json_member (item, "phase");
  DheeraJsonWriter writer;
  DheeraJsonValue part;
  DheeraJsonIter iter;

  if (dheera_json_type (content) == DHEERA_JSON_STRING && !(had & DHEERA_ITEM_TEXT))
    dheera_accumulator_add_text (decoder->accumulator, 0, content);
  if (dheera_json_type (content) == DHEERA_JSON_ARRAY)
    {
      dheera_json_iter_init (&iter, content);
      while (dheera_json_iter_next (&iter, NULL, &part))
        {
          take_content (decoder, self, had, part);
          if (dheera_json_size (content) > 1)
            self->n_parts_before += count_characters (dheera_json_member (part, "text"));
        }
    }

  self->message = TRUE;
  self->phased = dheera_json_type (phase) == DHEERA_JSON_STRING;
  dheera_json_writer_init (&writer, 64);
  dheera_json_writer_begin_object (&writer);
  dheera_json_writer_member_string (&writer, "type", "message");
  if (self->phased)
    {
      dheera_json_writer_key (&writer, "phase");
      dheera_json_writer_value (&writer, phase);
    }
  dheera_json_writer_end_object (&writer);
  self->native = dheera_json_writer_steal (&writer);
}

/* TRUE when the list had text */
static gboolean
take_reasoning_parts (DheeraDecoder       *decoder,
                      DheeraResponsesItem *self,
                      DheeraItemParts      kind,
                      DheeraJsonValue      list)
{
  DheeraJsonValue part;
  DheeraJsonIter iter;
  gint64 position = 0;

  if (dheera_json_type (list) != DHEERA_JSON_ARRAY)
    return FALSE;

  dheera_json_iter_init (&iter, list);
  while (dheera_json_iter_next (&iter, NULL, &part))
    dheera_responses_add_reasoning (decoder, self, kind, position++, dheera_json_member (part, "text"));

  return (self->has & kind) != 0;
}

/* The type, the id and what a DheeraToolCall does not have: the namespace of a tool, who called it. NULL when there is nothing to be kept. */
static char *
dup_call_block (DheeraJsonValue item,
                gboolean        custom)
{
  static const char *const known[] = { "type", "id", "call_id", "name", "arguments", "input", "status", NULL };
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;
  gboolean wanted = custom;
  DheeraJsonValue name;
  DheeraJsonValue value;
  DheeraJsonIter iter;

  dheera_json_writer_init (&writer, 128);
  dheera_json_writer_begin_object (&writer);
  dheera_json_writer_member_string (&writer, "type", custom ? "custom_tool_call" : "function_call");
  dheera_json_writer_key (&writer, "call_id");
  dheera_json_writer_value (&writer, get_call_id (item));
  dheera_json_iter_init (&iter, item);
  while (dheera_json_iter_next (&iter, &name, &value))
    {
      g_autofree char *key = dheera_json_dup_string (name);

      if (g_strv_contains (known, key) || !dheera_json_exists (value))
        continue;
      dheera_json_writer_key (&writer, key);
      dheera_json_writer_value (&writer, value);
      wanted = TRUE;
    }
  dheera_json_writer_end_object (&writer);
  if (wanted)
    return dheera_json_writer_steal (&writer);

  dheera_json_writer_clear (&writer);

  return NULL;
}

static gboolean
take_call (DheeraDecoder       *decoder,
           DheeraResponsesItem *self,
           DheeraJsonValue      item)
{
  gboolean custom = dheera_json_equal (dheera_json_member (item, "type"), "custom_tool_call");
  DheeraJsonValue arguments = dheera_json_member (item, custom ? "input" : "arguments");

  if (!add_call (decoder, self, item, self->has & DHEERA_ITEM_ARGUMENTS ? none : arguments))
    return FALSE;
  if (dheera_json_type (get_call_id (item)) == DHEERA_JSON_STRING)
    self->native = dup_call_block (item, custom);

  return TRUE;
}

/* What is no picture is still in the block that goes back. */
static void
take_picture (DheeraDecoder   *decoder,
              DheeraJsonValue  item)
{
  DheeraJsonValue format = dheera_json_member (item, "output_format");
  const char *mime_type = "image/png";

  if (dheera_json_equal (format, "jpeg"))
    mime_type = "image/jpeg";
  else if (dheera_json_equal (format, "webp"))
    mime_type = "image/webp";
  if (dheera_json_exists (dheera_json_member (item, "result")))
    dheera_accumulator_add_image (decoder->accumulator, 0, dheera_json_member (item, "result"), mime_type);
}

gboolean
dheera_responses_take_item (DheeraDecoder       *decoder,
                            DheeraResponsesItem *self,
                            DheeraJsonValue      item)
{
  DheeraJsonValue type = dheera_json_member (item, "type");

  if ((self->has & DHEERA_ITEM_DONE) || dheera_json_type (item) != DHEERA_JSON_OBJECT)
    return TRUE;

  self->has |= DHEERA_ITEM_DONE;
  if (is_call (type))
    return take_call (decoder, self, item);
  if (dheera_json_equal (type, "message"))
    {
      take_message (decoder, self, item);
      return TRUE;
    }

  if (dheera_json_equal (type, "reasoning") && !(self->has & (DHEERA_ITEM_SUMMARY | DHEERA_ITEM_REASONING))
      && !take_reasoning_parts (decoder, self, DHEERA_ITEM_SUMMARY, dheera_json_member (item, "summary")))
    take_reasoning_parts (decoder, self, DHEERA_ITEM_REASONING, dheera_json_member (item, "content"));
  if (dheera_json_equal (type, "image_generation_call"))
    take_picture (decoder, item);
  self->native = dheera_json_dup_raw (item);

  return TRUE;
}

void
dheera_responses_take_natives (DheeraDecoder *decoder)
{
  GArray *items = get_state (decoder)->items;
  const DheeraProviderRow *row = dheera_provider_get_row (decoder->provider);
  gboolean phased = FALSE;

  for (guint i = 0; i < items->len; i++)
    phased |= g_array_index (items, DheeraResponsesItem, i).phased;

  for (guint i = 0; i < items->len; i++)
    {
      const DheeraResponsesItem *item = &g_array_index (items, DheeraResponsesItem, i);

      if (item->native != NULL && (phased || !item->message))
        dheera_message_add_native_at (get_message (decoder), row->dialect.native_family, item->native, -1, item->after_text,
                                      item->after_calls);
    }
}
