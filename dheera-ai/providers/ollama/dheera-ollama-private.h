/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/providers/dheera-protocol-private.h"

G_BEGIN_DECLS

/* The parts of the protocol that dheera-ollama.c puts together: Ollama's own API, /api/chat and its kin. */

/* The base URL without /api at its end, which Ollama's own documentation gives it, and the paths have, too */
char              *dheera_ollama_dup_root          (const char           *base_url) G_GNUC_WARN_UNUSED_RESULT;
/* The request around a body, or around nothing with body NULL, for one of the API's paths: "/api/chat" */
DheeraHttpRequest *dheera_ollama_new_http_request (const DheeraEncoding *encoding,
                                                   DheeraBaseRequest    *request,
                                                   const char           *path,
                                                   DheeraJsonWriter     *body,
                                                   GError              **error);

DheeraHttpRequest *dheera_ollama_chat_encode   (const DheeraEncoding *encoding,
                                                DheeraRequest        *request,
                                                GError              **error);
/* The array of messages, after a key. FALSE with NOT_SUPPORTED when one has a part that there is no way to
 * send. */
gboolean           dheera_ollama_write_messages (DheeraJsonWriter     *writer,
                                                const DheeraEncoding *encoding,
                                                DheeraConversation   *conversation,
                                                GError              **error);

DheeraDecoded      dheera_ollama_chat_decode       (DheeraDecoder     *decoder,
                                                    const char        *body,
                                                    gsize              length);
DheeraDecoded      dheera_ollama_chat_decode_frame (DheeraDecoder     *decoder,
                                                    const DheeraFrame *frame);
DheeraDecoded      dheera_ollama_chat_decode_eof   (DheeraDecoder     *decoder);

DheeraHttpRequest *dheera_ollama_encode_models (const DheeraEncoding *encoding,
                                                DheeraBaseRequest    *request,
                                                GError              **error);
DheeraHttpRequest *dheera_ollama_encode_embed  (const DheeraEncoding *encoding,
                                                DheeraBaseRequest    *request,
                                                GError              **error);
GObject           *dheera_ollama_decode_embed  (DheeraDecoder *decoder,
                                                const char    *body,
                                                gsize          length);
/* A GListStore of DheeraModel */
GObject           *dheera_ollama_decode_models (DheeraDecoder *decoder,
                                                const char    *body,
                                                gsize          length);

G_END_DECLS
