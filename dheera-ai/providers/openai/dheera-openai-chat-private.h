/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/providers/dheera-protocol-private.h"

G_BEGIN_DECLS

/* The parts of the protocol that dheera-openai-chat.c puts together: OpenAI's chat completions as OpenAI
 * and its many compatible servers speak them. */

DheeraDecoded      dheera_openai_chat_decode        (DheeraDecoder     *decoder,
                                                     const char        *body,
                                                     gsize              length);
DheeraDecoded      dheera_openai_chat_decode_frame  (DheeraDecoder     *decoder,
                                                     const DheeraFrame *frame);
DheeraDecoded      dheera_openai_chat_decode_eof    (DheeraDecoder     *decoder);

/* The object of token counts, under whatever names and with whatever gaps the provider has */
void               dheera_openai_read_usage         (DheeraAccumulator *accumulator,
                                                     DheeraJsonValue    usage);

/* The same for answers that are no chats; NULL when nothing was counted */
DheeraUsage       *dheera_openai_dup_usage          (DheeraJsonValue    usage) G_GNUC_WARN_UNUSED_RESULT;

DheeraHttpRequest *dheera_openai_encode_models      (const DheeraEncoding *encoding,
                                                     DheeraBaseRequest    *request,
                                                     GError              **error);
/* A GListStore of DheeraModel */
GObject           *dheera_openai_decode_models      (DheeraDecoder *decoder,
                                                     const char    *body,
                                                     gsize          length);

/* <think>...</think> in the text of one choice, cut out of it piece by piece */
typedef struct _DheeraThinkTags DheeraThinkTags;

DheeraThinkTags   *dheera_think_tags_new            (gint64 choice) G_GNUC_WARN_UNUSED_RESULT;
void               dheera_think_tags_free           (DheeraThinkTags *self);
/* Adds a JSON string to the choice's text and reasoning; what may be a piece of a tag at its end is kept
 * for the next call. */
void               dheera_think_tags_add            (DheeraThinkTags   *self,
                                                     DheeraAccumulator *accumulator,
                                                     DheeraJsonValue    text);
/* The same with the text of a whole answer, which may lack the opening tag. */
void               dheera_think_tags_add_whole      (DheeraThinkTags   *self,
                                                     DheeraAccumulator *accumulator,
                                                     DheeraJsonValue    text);
/* The choice has ended: what was kept was no tag. */
void               dheera_think_tags_flush          (DheeraThinkTags   *self,
                                                     DheeraAccumulator *accumulator);

G_END_DECLS
