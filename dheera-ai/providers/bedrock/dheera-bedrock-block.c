/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-bedrock-private.h"

#include <string.h>

/* The elements of an answer's content. What has to go back as it came – signed and hidden reasoning, and what Amazon's own tools did –
 * becomes a native block: of a whole answer the element itself, of a stream one that is put together when the block ends. */

typedef enum
{
  BLOCK_NONE,        /* nothing that has to be put together */
  BLOCK_REASONING,
  BLOCK_SERVER_TOOL,
  BLOCK_SERVER_RESULT,
  BLOCK_JSON_TOOL,   /* its input is the answer's text */
  BLOCK_IMAGE,
} BlockKind;

typedef struct
{
  BlockKind kind;
  gint64 index;
  guint16 surrogate;
  GString *text;      /* reasoning; the server's tool's input; or the elements of its result */
  GString *signature;
  GByteArray *bytes;  /* redacted reasoning or a picture, decoded */
  char *start;        /* JSON of what opened a block of the server's, or a picture */
  GString *held;      /* text that the invisible tool's call would take the place of */
} Block;

static void
block_free (gpointer data)
{
  Block *self = data;

  g_string_free (self->text, TRUE);
  g_string_free (self->signature, TRUE);
  g_byte_array_unref (self->bytes);
  g_string_free (self->held, TRUE);
  g_free (self->start);
  g_free (self);
}

/* Made when a block first needs it: most answers are text. */
static Block *
get_block (DheeraDecoder *decoder)
{
  Block *self = decoder->state;

  if (self != NULL)
    return self;

  self = g_new0 (Block, 1);
  self->text = g_string_new (NULL);
  self->signature = g_string_new (NULL);
  self->bytes = g_byte_array_new ();
  self->held = g_string_new (NULL);
  decoder->state = self;
  decoder->state_free = block_free;

  return self;
}

static Block *
open_block (DheeraDecoder *decoder,
            gint64         index,
            BlockKind      kind)
{
  Block *self = get_block (decoder);

  if (self->kind == kind && self->index == index)
    return self;

  dheera_bedrock_stop_block (decoder);
  self->kind = kind;
  self->index = index;

  return self;
}

/* --- Native blocks of a stream -------------------------------------------------------------------- */

static void
add_native (DheeraDecoder    *decoder,
            DheeraJsonWriter *writer)
{
  g_autofree char *text = dheera_json_writer_steal (writer);
  DheeraJson json = DHEERA_JSON_INIT;

  if (dheera_json_parse (&json, text, strlen (text)))
    dheera_accumulator_add_native (decoder->accumulator, 0, DHEERA_BEDROCK_FAMILY, dheera_json_root (&json));
  dheera_json_clear (&json);
}

/* Without a signature it need not go back. */
static void
stop_reasoning (DheeraDecoder *decoder,
                Block         *self)
{
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;

  if (self->signature->len == 0 && self->bytes->len == 0)
    return;

  dheera_json_writer_init (&writer, self->text->len + self->signature->len + self->bytes->len * 2);
  dheera_json_writer_begin_object (&writer);
  dheera_json_writer_key (&writer, "reasoningContent");
  dheera_json_writer_begin_object (&writer);
  if (self->bytes->len > 0)
    {
      g_autofree char *coded = g_base64_encode (self->bytes->data, self->bytes->len);

      dheera_json_writer_member_string (&writer, "redactedContent", coded);
    }
  else
    {
      dheera_json_writer_key (&writer, "reasoningText");
      dheera_json_writer_begin_object (&writer);
      dheera_json_writer_key (&writer, "text");
      dheera_json_writer_string_len (&writer, self->text->str, self->text->len);
      dheera_json_writer_member_string (&writer, "signature", self->signature->str);
      dheera_json_writer_end_object (&writer);
    }
  dheera_json_writer_end_object (&writer);
  dheera_json_writer_end_object (&writer);
  add_native (decoder, &writer);
}

static gboolean
is_object (const char *text,
           gsize       length)
{
  DheeraJson json = DHEERA_JSON_INIT;
  gboolean good = dheera_json_parse (&json, text, length) && dheera_json_type (dheera_json_root (&json)) == DHEERA_JSON_OBJECT;

  dheera_json_clear (&json);

  return good;
}

/* {"toolUse": {…, "input": {…}}} or {"toolResult": {…, "content": […]}} */
static void
stop_server_block (DheeraDecoder *decoder,
                   Block         *self)
{
  gboolean is_tool = self->kind == BLOCK_SERVER_TOOL;
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;
  g_autofree char *patch = NULL;
  g_autofree char *whole = NULL;

  if (is_tool)
    patch = g_strdup_printf ("{\"input\":%s}", is_object (self->text->str, self->text->len) ? self->text->str : "{}");
  else
    patch = g_strdup_printf ("{\"content\":[%s]}", self->text->str);
  whole = dheera_json_merge (self->start, patch);

  dheera_json_writer_init (&writer, strlen (whole) + 32);
  dheera_json_writer_begin_object (&writer);
  dheera_json_writer_member_raw (&writer, is_tool ? "toolUse" : "toolResult", whole);
  dheera_json_writer_end_object (&writer);
  add_native (decoder, &writer);
}

void
dheera_bedrock_stop_block (DheeraDecoder *decoder)
{
  Block *self = decoder->state;

  if (self == NULL || self->kind == BLOCK_NONE)
    return;

  if (self->kind == BLOCK_REASONING)
    stop_reasoning (decoder, self);
  else if (self->kind == BLOCK_SERVER_TOOL || self->kind == BLOCK_SERVER_RESULT)
    stop_server_block (decoder, self);
  else if (self->kind == BLOCK_IMAGE)
    dheera_bedrock_add_image (decoder, self->start, self->bytes);

  self->kind = BLOCK_NONE;
  self->surrogate = 0;
  g_string_truncate (self->text, 0);
  g_string_truncate (self->signature, 0);
  g_byte_array_set_size (self->bytes, 0);
  g_clear_pointer (&self->start, g_free);
}

/* --- Text ----------------------------------------------------------------------------------------- */

static void
add_text (DheeraDecoder   *decoder,
          DheeraJsonValue  text)
{
  if (G_LIKELY (!(decoder->flags & DHEERA_BEDROCK_FLAG_JSON_TOOL)))
    dheera_accumulator_add_text (decoder->accumulator, 0, text);
  else if (!(decoder->flags & DHEERA_BEDROCK_FLAG_JSON_SEEN))
    dheera_json_append_string (text, get_block (decoder)->held, NULL);
}

void
dheera_bedrock_release_text (DheeraDecoder *decoder)
{
  Block *self = decoder->state;

  if (self == NULL || self->held->len == 0)
    return;

  if (!(decoder->flags & DHEERA_BEDROCK_FLAG_JSON_SEEN))
    dheera_accumulator_add_plain_text (decoder->accumulator, 0, self->held->str, self->held->len);
  g_string_truncate (self->held, 0);
}

/* --- Citations ------------------------------------------------------------------------------------ */

/* As OpenAI's url_citation where there is an address, else as it came */
static void
add_citation (DheeraDecoder   *decoder,
              DheeraJsonValue  citation)
{
  g_autofree char *url = dheera_json_dup_string (dheera_json_path (citation, "location.web.url"));
  g_autofree char *title = dheera_json_dup_string (dheera_json_member (citation, "title"));
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;
  DheeraJson json = DHEERA_JSON_INIT;
  g_autofree char *text = NULL;

  if (dheera_json_type (citation) != DHEERA_JSON_OBJECT)
    return;

  dheera_json_writer_init (&writer, 128);
  dheera_json_writer_begin_object (&writer);
  dheera_json_writer_member_string (&writer, "type", url != NULL ? "url_citation" : "citation");
  dheera_json_writer_key (&writer, url != NULL ? "url_citation" : "citation");
  if (url != NULL)
    {
      dheera_json_writer_begin_object (&writer);
      dheera_json_writer_member_string (&writer, "url", url);
      if (title != NULL)
        dheera_json_writer_member_string (&writer, "title", title);
      dheera_json_writer_end_object (&writer);
    }
  else
    dheera_json_writer_value (&writer, citation);
  dheera_json_writer_end_object (&writer);

  text = dheera_json_writer_steal (&writer);
  if (dheera_json_parse (&json, text, strlen (text)))
    dheera_accumulator_add_annotations (decoder->accumulator, 0, dheera_json_root (&json));
  dheera_json_clear (&json);
}

static void
read_cited (DheeraDecoder   *decoder,
            DheeraJsonValue  cited)
{
  DheeraJsonValue element;
  DheeraJsonIter iter;

  dheera_json_iter_init (&iter, dheera_json_member (cited, "content"));
  while (dheera_json_iter_next (&iter, NULL, &element))
    add_text (decoder, dheera_json_member (element, "text"));
  dheera_json_iter_init (&iter, dheera_json_member (cited, "citations"));
  while (dheera_json_iter_next (&iter, NULL, &element))
    add_citation (decoder, element);
}

/* --- Tools ---------------------------------------------------------------------------------------- */

static gboolean
is_json_tool (DheeraDecoder   *decoder,
              DheeraJsonValue  use)
{
  return (decoder->flags & DHEERA_BEDROCK_FLAG_JSON_TOOL) && dheera_json_equal (dheera_json_member (use, "name"), DHEERA_BEDROCK_JSON_TOOL);
}

/* One of Amazon's own tools, which Amazon has run by itself */
static gboolean
is_server_tool (DheeraJsonValue use)
{
  return dheera_json_equal (dheera_json_member (use, "type"), "server_tool_use");
}

static void
add_call (DheeraDecoder   *decoder,
          gint64           index,
          DheeraJsonValue  use)
{
  dheera_accumulator_add_tool_call (decoder->accumulator, 0, index, dheera_json_member (use, "toolUseId"), dheera_json_member (use, "name"),
                                    dheera_json_member (use, "input"));
}

static void
read_use (DheeraDecoder   *decoder,
          gint64           index,
          DheeraJsonValue  use,
          DheeraJsonValue  block)
{
  if (is_json_tool (decoder, use))
    {
      gsize length;
      const char *input = dheera_json_raw (dheera_json_member (use, "input"), &length);

      if (input != NULL)
        dheera_accumulator_add_plain_text (decoder->accumulator, 0, input, length);
    }
  else if (is_server_tool (use))
    dheera_accumulator_add_native (decoder->accumulator, 0, DHEERA_BEDROCK_FAMILY, block);
  else
    add_call (decoder, index, use);
}

/* --- Whole blocks --------------------------------------------------------------------------------- */

static gboolean
is_said (DheeraJsonValue value)
{
  return dheera_json_type (value) == DHEERA_JSON_STRING && !dheera_json_equal (value, "");
}

static void
read_reasoning (DheeraDecoder   *decoder,
                DheeraJsonValue  reasoning,
                DheeraJsonValue  block)
{
  DheeraJsonValue text = dheera_json_member (reasoning, "reasoningText");

  dheera_accumulator_add_reasoning (decoder->accumulator, 0, dheera_json_member (text, "text"));
  if (is_said (dheera_json_member (text, "signature")) || is_said (dheera_json_member (reasoning, "redactedContent")))
    dheera_accumulator_add_native (decoder->accumulator, 0, DHEERA_BEDROCK_FAMILY, block);
}

void
dheera_bedrock_read_block (DheeraDecoder   *decoder,
                           gint64           index,
                           DheeraJsonValue  block)
{
  DheeraJsonValue name, value;
  DheeraJsonIter iter;

  if (dheera_json_type (block) != DHEERA_JSON_OBJECT)
    return;

  dheera_json_iter_init (&iter, block);
  while (dheera_json_iter_next (&iter, &name, &value))
    {
      if (dheera_json_equal (name, "text"))
        add_text (decoder, value);
      else if (dheera_json_equal (name, "toolUse"))
        read_use (decoder, index, value, block);
      else if (dheera_json_equal (name, "reasoningContent"))
        read_reasoning (decoder, value, block);
      else if (dheera_json_equal (name, "citationsContent"))
        read_cited (decoder, value);
      else if (dheera_json_equal (name, "toolResult"))
        dheera_accumulator_add_native (decoder->accumulator, 0, DHEERA_BEDROCK_FAMILY, block);
      else
        dheera_bedrock_read_media (decoder, name, value, block);
    }
}

/* --- Blocks of a stream --------------------------------------------------------------------------- */

void
dheera_bedrock_start_block (DheeraDecoder   *decoder,
                            gint64           index,
                            DheeraJsonValue  start)
{
  DheeraJsonValue use = dheera_json_member (start, "toolUse");
  DheeraJsonValue result = dheera_json_member (start, "toolResult");
  DheeraJsonValue image = dheera_json_member (start, "image");

  dheera_bedrock_stop_block (decoder);
  if (dheera_json_type (use) == DHEERA_JSON_OBJECT)
    {
      if (is_json_tool (decoder, use))
        {
          decoder->flags |= DHEERA_BEDROCK_FLAG_JSON_SEEN;
          open_block (decoder, index, BLOCK_JSON_TOOL);
        }
      else if (is_server_tool (use))
        open_block (decoder, index, BLOCK_SERVER_TOOL)->start = dheera_json_dup_raw (use);
      else
        add_call (decoder, index, use);
    }
  else if (dheera_json_type (result) == DHEERA_JSON_OBJECT)
    open_block (decoder, index, BLOCK_SERVER_RESULT)->start = dheera_json_dup_raw (result);
  else if (dheera_json_type (image) == DHEERA_JSON_OBJECT)
    open_block (decoder, index, BLOCK_IMAGE)->start = dheera_json_dup_raw (image);
}

static void
add_input (DheeraDecoder   *decoder,
           gint64           index,
           DheeraJsonValue  use)
{
  Block *self = decoder->state;
  DheeraJsonValue none = { NULL, 0 };

  if (self == NULL || self->index != index || self->kind <= BLOCK_REASONING)
    dheera_accumulator_add_tool_call (decoder->accumulator, 0, index, none, none, dheera_json_member (use, "input"));
  else if (self->kind == BLOCK_JSON_TOOL)
    dheera_accumulator_add_text (decoder->accumulator, 0, dheera_json_member (use, "input"));
  else if (self->kind == BLOCK_SERVER_TOOL)
    dheera_json_append_string (dheera_json_member (use, "input"), self->text, &self->surrogate);
}

/* Each piece is base64 of its own. */
static void
add_bytes (Block           *self,
           DheeraJsonValue  piece)
{
  g_autofree char *coded = dheera_json_dup_string (piece);
  g_autofree guchar *bytes = NULL;
  gsize length;

  if (coded == NULL || *coded == '\0')
    return;

  bytes = g_base64_decode (coded, &length);
  g_byte_array_append (self->bytes, bytes, (guint) length);
}

static void
add_reasoning (DheeraDecoder   *decoder,
               gint64           index,
               DheeraJsonValue  reasoning)
{
  Block *self = open_block (decoder, index, BLOCK_REASONING);
  DheeraJsonValue text = dheera_json_member (reasoning, "text");

  dheera_accumulator_add_reasoning (decoder->accumulator, 0, text);
  dheera_json_append_string (text, self->text, &self->surrogate);
  dheera_json_append_string (dheera_json_member (reasoning, "signature"), self->signature, NULL);
  add_bytes (self, dheera_json_member (reasoning, "redactedContent"));
}

static void
add_result (DheeraDecoder   *decoder,
            gint64           index,
            DheeraJsonValue  pieces)
{
  Block *self = decoder->state;
  DheeraJsonValue piece;
  DheeraJsonIter iter;

  if (self == NULL || self->kind != BLOCK_SERVER_RESULT || self->index != index || dheera_json_type (pieces) != DHEERA_JSON_ARRAY)
    return;

  dheera_json_iter_init (&iter, pieces);
  while (dheera_json_iter_next (&iter, NULL, &piece))
    {
      gsize length;
      const char *raw = dheera_json_raw (piece, &length);

      if (self->text->len > 0)
        g_string_append_c (self->text, ',');
      g_string_append_len (self->text, raw, (gssize) length);
    }
}

static void
add_image (DheeraDecoder   *decoder,
           gint64           index,
           DheeraJsonValue  image)
{
  Block *self = open_block (decoder, index, BLOCK_IMAGE);

  if (self->start == NULL)
    self->start = g_strdup ("{}");
  add_bytes (self, dheera_json_path (image, "source.bytes"));
}

/* The one member that a delta has, and its name without escapes */
static inline gboolean
is_text_delta (DheeraJsonValue delta)
{
  const DheeraJsonToken *tokens = delta.json->tokens + delta.index;

  return tokens[0].type == DHEERA_JSON_OBJECT && tokens[0].size == 1 && tokens[1].length == 4 && !tokens[1].escaped &&
         memcmp (delta.json->text + tokens[1].start, "text", 4) == 0;
}

void
dheera_bedrock_add_to_block (DheeraDecoder   *decoder,
                             gint64           index,
                             DheeraJsonValue  delta)
{
  Block *self = decoder->state;
  DheeraJsonValue name, value;
  DheeraJsonIter iter;

  if (delta.json == NULL)
    return;
  if (G_UNLIKELY (self != NULL && self->kind != BLOCK_NONE && self->index != index))
    dheera_bedrock_stop_block (decoder);
  if (G_LIKELY (is_text_delta (delta)))
    {
      add_text (decoder, (DheeraJsonValue) { delta.json, delta.index + 2 });
      return;
    }
  if (dheera_json_type (delta) != DHEERA_JSON_OBJECT)
    return;

  dheera_json_iter_init (&iter, delta);
  while (dheera_json_iter_next (&iter, &name, &value))
    {
      if (dheera_json_equal (name, "text"))
        add_text (decoder, value);
      else if (dheera_json_equal (name, "toolUse"))
        add_input (decoder, index, value);
      else if (dheera_json_equal (name, "reasoningContent"))
        add_reasoning (decoder, index, value);
      else if (dheera_json_equal (name, "citation"))
        add_citation (decoder, value);
      else if (dheera_json_equal (name, "toolResult"))
        add_result (decoder, index, value);
      else if (dheera_json_equal (name, "image"))
        add_image (decoder, index, value);
    }
}
