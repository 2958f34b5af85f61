/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/dheera-json-text-private.h"
#include "dheera-ai/model/dheera-message.h"

G_BEGIN_DECLS

/* A block of some provider's that has to go back to its own family byte for byte, and to its own place. */
typedef struct
{
  char *family;
  char *json;
  gsize after_text;       /* so many bytes of text, the own one and that of the parts, come before it ... */
  guint after_tool_calls; /* ... and so many of its tool calls */
} DheeraNativeBlock;

struct _DheeraMessage
{
  GObject parent_instance;

  DheeraRole role;
  GString *text;      /* each of the three is NULL as long as it is empty */
  GString *reasoning;
  GString *refusal;
  GListStore *parts;      /* of DheeraPart; made when first needed, like the next one */
  GListStore *tool_calls; /* of DheeraToolCall */
  char *joined;       /* text and text parts as one, as it was last given out */
  char *tool_call_id;
  char *name;
  DheeraTristate is_error; /* a result of a call that failed; NO when it was read that it did not */
  GArray *natives;    /* of DheeraNativeBlock, nullable */
  DheeraJsonText extra; /* members of a message that was read from JSON and that have no property */
};

/* What encoders go through: first the own text, then each part. The own text is never NULL. */
const char     *dheera_message_peek_own_text  (DheeraMessage *self);
guint           dheera_message_get_n_parts    (DheeraMessage *self);
DheeraPart     *dheera_message_peek_part      (DheeraMessage *self,
                                               guint          position);
guint           dheera_message_get_n_tool_calls (DheeraMessage *self);
DheeraToolCall *dheera_message_peek_tool_call (DheeraMessage *self,
                                               guint          position);
/* The call of that id, NULL when there is none */
DheeraToolCall *dheera_message_find_tool_call (DheeraMessage *self,
                                               const char    *id);

/* Native blocks in their order. add puts one behind the text and the calls that are there so far. peek gives NULL for a block of
 * another family. */
void            dheera_message_add_native     (DheeraMessage *self,
                                               const char    *family,
                                               const char    *json,
                                               gssize         length);
void            dheera_message_add_native_at  (DheeraMessage *self,
                                               const char    *family,
                                               const char    *json,
                                               gssize         length,
                                               gsize          after_text,
                                               guint          after_tool_calls);
guint           dheera_message_get_n_natives  (DheeraMessage *self);
const char     *dheera_message_peek_native    (DheeraMessage *self,
                                               guint          position,
                                               const char    *family);
const DheeraNativeBlock *dheera_message_peek_native_block (DheeraMessage *self,
                                               guint          position);

/* Growing text does not notify by itself, since a stream brings hundreds of pieces a second:
 * whoever drives the stream calls this once per socket read. */
void            dheera_message_notify_changes (DheeraMessage *self,
                                               gboolean       text,
                                               gboolean       reasoning);

/* Deep, but for bytes */
DheeraMessage  *dheera_message_copy           (DheeraMessage *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
