/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-anthropic-members-private.h"
#include "dheera-anthropic-private.h"

#include "dheera-ai/model/dheera-message.h"

G_BEGIN_DECLS

typedef enum
{
  DHEERA_ANTHROPIC_BLOCK_NONE,
  DHEERA_ANTHROPIC_BLOCK_TEXT,
  DHEERA_ANTHROPIC_BLOCK_THINKING,
  DHEERA_ANTHROPIC_BLOCK_TOOL,   /* a call for the caller to answer */
  DHEERA_ANTHROPIC_BLOCK_JSON,   /* the call of the invisible tool: its input is text */
  DHEERA_ANTHROPIC_BLOCK_NATIVE, /* anything else: it goes back as it came */
} DheeraAnthropicBlockKind;

typedef struct
{
  char *name;
  GString *text;
  guint16 surrogate;
} DheeraAnthropicPiece;

/* A block whose end did not come yet. They come one after the other. */
typedef struct
{
  DheeraAnthropicBlockKind kind;
  gint64 index;
  char *start;          /* its JSON as it began; of a text only where that has citations, of a call only its input */
  gsize text_mark;      /* how long the message's text, and its reasoning, were before it */
  gsize reasoning_mark;
  gboolean grown;       /* something was added to what it began with */
  GString *input;       /* of a native block: pieces of JSON */
  GString *signature;
  GString *citations;   /* elements of an array, without its brackets */
  GArray *pieces;       /* of DheeraAnthropicPiece, nullable: members of a native block that grew, under names that are not known here */
  guint16 surrogate;
} DheeraAnthropicBlock;

typedef struct
{
  DheeraAnthropicBlock block;
  guint64 calls;        /* a bit for each of the first blocks that is a call whose input comes in pieces */
  gboolean ended;
  /* As the last event with usage said, -1 never */
  gint64 input_tokens;
  gint64 cached_tokens;
  gint64 cache_write_tokens;
  gint64 output_tokens;
  gint64 thinking_tokens;
  /* How many characters there are before a place in the text: places only ever go forward. */
  gsize counted_bytes;
  glong counted_characters;
} DheeraAnthropicState;

static inline void
dheera_anthropic_note_call (DheeraAnthropicState *state,
                            gint64                index)
{
  if (index >= 0 && index < 64)
    state->calls |= G_GUINT64_CONSTANT (1) << index;
}

static inline gboolean
dheera_anthropic_is_call (const DheeraAnthropicState *state,
                          gint64                      index)
{
  return index >= 0 && index < 64 && (state->calls & G_GUINT64_CONSTANT (1) << index) != 0;
}

DheeraAnthropicState *dheera_anthropic_state_get (DheeraDecoder *decoder);

DheeraMessage        *dheera_anthropic_get_message (DheeraDecoder *decoder);

/* The block that is under way as it began (start), each member that grew in its place */
char *dheera_anthropic_put_together    (DheeraDecoder *decoder,
                                        const char    *start);
/* The citations of the text that is under way */
void  dheera_anthropic_add_annotations (DheeraDecoder *decoder);

/* Begins a block with what its start already holds, and ends it. FALSE with the failure when there are too many. */
gboolean dheera_anthropic_open_block  (DheeraDecoder                *decoder,
                                       gint64                        index,
                                       DheeraJsonValue               block);
gboolean dheera_anthropic_close_block (DheeraDecoder                *decoder);
/* A piece of the block of that index */
gboolean dheera_anthropic_add_delta   (DheeraDecoder                *decoder,
                                       gint64                        index,
                                       DheeraJsonValue               delta);

G_END_DECLS
