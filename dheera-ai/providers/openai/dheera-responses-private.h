/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/providers/dheera-protocol-private.h"

G_BEGIN_DECLS

/* OpenAI's Responses, as OpenAI and others speak it. dheera-responses.c puts the parts together.
 *
 * An answer is a list of items: reasoning, messages, calls of tools. What a DheeraMessage has no place for is kept as native blocks
 * where it stood among text and calls:
 *
 * - each item that goes back as it came, byte for byte: reasoning, and whatever the server runs by itself,
 * - where messages have phases, {"type": "message", "phase": ...} before the text of each,
 * - {"type": "function_call" or "custom_tool_call", "call_id": ...} before a call whose input is text and not JSON, or that has more members than a
 *   DheeraToolCall, which then are members of the block. */

/* The member “input”, behind its key. Of what goes back, only what is of family (nullable). stored: the server
 * keeps items, so that an id is enough. skip: so many messages at the front are not part of it. FALSE with
 * UNSUPPORTED_PARAMETER when there is something that the protocol has no place for. */
gboolean      dheera_responses_write_input   (DheeraJsonWriter     *writer,
                                              const DheeraEncoding *encoding,
                                              DheeraConversation   *conversation,
                                              guint                 skip,
                                              gboolean              stored,
                                              GError              **error);

DheeraDecoded dheera_responses_decode        (DheeraDecoder     *decoder,
                                              const char        *body,
                                              gsize              length);
DheeraDecoded dheera_responses_decode_frame  (DheeraDecoder     *decoder,
                                              const DheeraFrame *frame);
DheeraDecoded dheera_responses_decode_eof    (DheeraDecoder     *decoder);

G_END_DECLS
