/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/providers/dheera-protocol-private.h"

G_BEGIN_DECLS

/* The parts of the protocol that dheera-cohere.c puts together: version 2 of Cohere's own API. */

/* Blocks that go back to where they came from; see dheera-message-private.h. */
#define DHEERA_COHERE_FAMILY "cohere"

/* The base URL without a version at its end, as people write it: the paths have theirs, and not all the same. */
char              *dheera_cohere_dup_root          (const char           *base_url) G_GNUC_WARN_UNUSED_RESULT;
/* The request around a body, or around nothing with body NULL */
DheeraHttpRequest *dheera_cohere_new_http_request (const DheeraEncoding *encoding,
                                                   DheeraBaseRequest    *request,
                                                   const char           *path,
                                                   DheeraJsonWriter     *body,
                                                   GError              **error);

DheeraHttpRequest *dheera_cohere_chat_encode    (const DheeraEncoding *encoding,
                                                 DheeraRequest        *request,
                                                 GError              **error);
/* The array of messages, after a key. FALSE with NOT_SUPPORTED when one has a part that there is no way to
 * send. */
gboolean           dheera_cohere_write_messages (DheeraJsonWriter     *writer,
                                                 const DheeraEncoding *encoding,
                                                 DheeraConversation   *conversation,
                                                 GError              **error);
/* The member documents, when a message has a file of text: it stands beside the messages here. */
void               dheera_cohere_write_documents (DheeraJsonWriter     *writer,
                                                 DheeraConversation   *conversation);

DheeraDecoded      dheera_cohere_chat_decode       (DheeraDecoder     *decoder,
                                                    const char        *body,
                                                    gsize              length);
DheeraDecoded      dheera_cohere_chat_decode_frame (DheeraDecoder     *decoder,
                                                    const DheeraFrame *frame);
DheeraDecoded      dheera_cohere_chat_decode_eof   (DheeraDecoder     *decoder);

/* One citation, or an array of them, as annotations: with an address, in OpenAI's form, else as it is. */
void               dheera_cohere_read_citations (DheeraAccumulator *accumulator,
                                                 DheeraJsonValue    citations);
/* One element, or an array of them, of logprobs: the text of some tokens, and one number for each token */
void               dheera_cohere_read_logprobs  (DheeraAccumulator *accumulator,
                                                 DheeraJsonValue    logprobs);

DheeraHttpRequest *dheera_cohere_encode_models  (const DheeraEncoding *encoding,
                                                 DheeraBaseRequest    *request,
                                                 GError              **error);
DheeraHttpRequest *dheera_cohere_encode_embed   (const DheeraEncoding *encoding,
                                                 DheeraBaseRequest    *request,
                                                 GError              **error);
GObject           *dheera_cohere_decode_embed   (DheeraDecoder        *decoder,
                                                 const char           *body,
                                                 gsize                 length);
DheeraHttpRequest *dheera_cohere_encode_rerank  (const DheeraEncoding *encoding,
                                                 DheeraBaseRequest    *request,
                                                 GError              **error);

G_END_DECLS
