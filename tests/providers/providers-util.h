/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <string.h>

#include "dheera-ai/model/responses/dheera-response-private.h"
#include "dheera-ai/providers/dheera-protocol-private.h"
#include "dheera-ai/providers/dheera-provider-private.h"
#include "dheera-ai/wire/dheera-framer-private.h"

/* What the tests of the providers layer share: an answer in, a decoder out. */

typedef struct
{
  DheeraProvider *provider;
  DheeraDecoder *decoder;
  DheeraDecoded decoded;
} Answer;

static inline void
answer_begin (Answer     *answer,
              const char *provider)
{
  answer->provider = dheera_provider_find_row (provider) != NULL
                       ? dheera_provider_new (provider)
                       : dheera_provider_new_compatible (provider, "http://localhost/v1");
  answer->decoder = dheera_decoder_new (answer->provider);
  answer->decoded = DHEERA_DECODED_MORE;
}

static inline void
answer_clear (Answer *answer)
{
  dheera_decoder_free (answer->decoder);
  g_object_unref (answer->provider);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Answer, answer_clear)

static inline void
answer_add_event (Answer     *answer,
                  const char *type,
                  const char *data)
{
  DheeraFrame frame = { type, data, strlen (data), "", FALSE };

  answer->decoded = answer->decoder->protocol->decode_frame (answer->decoder, &frame);
}

static inline void
answer_end (Answer *answer)
{
  answer->decoded = answer->decoder->protocol->decode_eof (answer->decoder);
}

static inline void
answer_whole (Answer     *answer,
              const char *provider,
              const char *body)
{
  answer_begin (answer, provider);
  answer->decoded = answer->decoder->protocol->decode_chat (answer->decoder, body, strlen (body));
}

/* Each line is the data of one event; then the bytes end, unless an event was the end before. */
static inline void
answer_stream (Answer     *answer,
               const char *provider,
               const char *lines)
{
  g_auto (GStrv) events = g_strsplit (lines, "\n", -1);

  answer_begin (answer, provider);
  for (char **event = events; *event != NULL && answer->decoded == DHEERA_DECODED_MORE; event++)
    answer_add_event (answer, "message", *event);
  if (answer->decoded == DHEERA_DECODED_MORE)
    answer_end (answer);
}

static inline DheeraResponse *
answer_response (Answer *answer)
{
  return dheera_accumulator_get_response (answer->decoder->accumulator);
}

static inline DheeraToolCall *
answer_call (Answer *answer,
             guint   position)
{
  DheeraToolCall *call = g_list_model_get_item (dheera_response_get_tool_calls (answer_response (answer)), position);

  g_assert_nonnull (call);
  g_object_unref (call);

  return call; /* the message keeps it */
}

static inline guint
answer_n_calls (Answer *answer)
{
  return g_list_model_get_n_items (dheera_response_get_tool_calls (answer_response (answer)));
}

#define assert_end(answer) \
  G_STMT_START \
    { \
      if ((answer)->decoded == DHEERA_DECODED_FAILED) \
        g_error ("It failed: %s", dheera_error_details_get_message ((answer)->decoder->failure)); \
      g_assert_cmpint ((answer)->decoded, ==, DHEERA_DECODED_END); \
      g_assert_null ((answer)->decoder->failure); \
    } \
  G_STMT_END

#define assert_failed(answer, error_code) \
  G_STMT_START \
    { \
      g_assert_cmpint ((answer)->decoded, ==, DHEERA_DECODED_FAILED); \
      g_assert_nonnull ((answer)->decoder->failure); \
      g_assert_cmpint (dheera_error_details_get_code ((answer)->decoder->failure), ==, (error_code)); \
      g_assert_cmpuint (dheera_error_details_get_status ((answer)->decoder->failure), ==, 200); \
    } \
  G_STMT_END

#define assert_text(answer, expected) g_assert_cmpstr (dheera_response_get_text (answer_response (answer)), ==, (expected))
#define assert_reasoning(answer, expected) \
  g_assert_cmpstr (dheera_response_get_reasoning (answer_response (answer)), ==, (expected))
#define assert_reason(answer, expected) \
  g_assert_cmpint (dheera_response_get_finish_reason (answer_response (answer)), ==, (expected))
