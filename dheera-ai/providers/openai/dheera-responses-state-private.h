/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-responses-private.h"

G_BEGIN_DECLS

/* decoder->flags */
enum
{
  DHEERA_RESPONSES_ENDED = 1 << 0,
};

/* What of an item has come already: what a stream brought piece by piece is not taken again from the whole
 * item at its end, and what it did not bring is. */
typedef enum
{
  DHEERA_ITEM_TEXT = 1 << 0,
  DHEERA_ITEM_REFUSAL = 1 << 1,
  DHEERA_ITEM_ANNOTATIONS = 1 << 2,
  DHEERA_ITEM_LOGPROBS = 1 << 3,
  DHEERA_ITEM_SUMMARY = 1 << 4,
  DHEERA_ITEM_REASONING = 1 << 5,
  DHEERA_ITEM_ARGUMENTS = 1 << 6,
  DHEERA_ITEM_OPENED = 1 << 7,  /* the id of a call */
  DHEERA_ITEM_DONE = 1 << 8,
} DheeraItemParts;

/* One item of the answer. Its place in “output” is what it is known by: GitHub Copilot changes the ids from event
 * to event. */
typedef struct
{
  guint index;
  DheeraItemParts has;
  char *id;          /* for those who leave the place out; nullable */
  char *native;      /* what goes back, see dheera-responses-private.h; nullable */
  gboolean message;  /* native is only needed where some message has a phase ... */
  gboolean phased;   /* ... as this one has */
  gsize after_text;  /* where it stands in the answer's text ... */
  guint after_calls; /* ... and among its calls */
  gint64 n_before;       /* characters of text before it, once they are counted; ... */
  gint64 n_parts_before; /* ... and of its own parts, before the one that is read */
  gboolean counted;
} DheeraResponsesItem;

/* The item of that place, which is made when it is not there yet. NULL with a PROTOCOL failure when the number can't be meant. */
DheeraResponsesItem *dheera_responses_ensure_item  (DheeraDecoder   *decoder,
                                                    gint64           index);
/* The item that an event names by “output_index”, else by “item_id”, else the last one */
DheeraResponsesItem *dheera_responses_find_item    (DheeraDecoder   *decoder,
                                                    DheeraJsonValue  index,
                                                    DheeraJsonValue  id);
/* Where an item of the complete answer belongs */
gint64               dheera_responses_find_whole   (DheeraDecoder   *decoder,
                                                    gint64           position,
                                                    DheeraJsonValue  item);
/* Of an event that begins an item: like the last one, but without an index it is a new item. */
DheeraResponsesItem *dheera_responses_begin_item   (DheeraDecoder   *decoder,
                                                    DheeraJsonValue  index,
                                                    DheeraJsonValue  item);
/* The complete item: takes from it what has not come yet. */
gboolean             dheera_responses_take_item    (DheeraDecoder       *decoder,
                                                    DheeraResponsesItem *self,
                                                    DheeraJsonValue      item);
/* All items are there: the message gets its native blocks. */
void                 dheera_responses_take_natives (DheeraDecoder *decoder);

/* Pieces of an item. part tells the parts of reasoning apart. */
void                 dheera_responses_add_text     (DheeraDecoder       *decoder,
                                                    DheeraResponsesItem *self,
                                                    DheeraJsonValue      text,
                                                    DheeraJsonValue      logprobs);
void                 dheera_responses_add_reasoning (DheeraDecoder       *decoder,
                                                    DheeraResponsesItem *self,
                                                    DheeraItemParts      kind,
                                                    gint64               part,
                                                    DheeraJsonValue      text);
gboolean             dheera_responses_add_arguments (DheeraDecoder       *decoder,
                                                    DheeraResponsesItem *self,
                                                    DheeraJsonValue      arguments);
void                 dheera_responses_add_annotation (DheeraDecoder       *decoder,
                                                    DheeraResponsesItem *self,
                                                    DheeraJsonValue      annotation);

G_END_DECLS
