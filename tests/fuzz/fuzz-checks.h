/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

/* What has to be true of an answer, whatever the bytes were: for fuzz-answers.h */

#include <string.h>

#include "dheera-ai/model/messages/dheera-message-private.h"
#include "dheera-ai/model/responses/dheera-response-private.h"
#include "dheera-ai/providers/dheera-protocol-private.h"
#include "dheera-ai/providers/dheera-provider-private.h"
#include "dheera-ai/wire/dheera-framer-private.h"

#include "fuzz.h"

#define KEY "reasoning" /* a word that is in many answers */
#define N_CHOICES 128

typedef struct
{
  DheeraDecoder *decoder;
  DheeraDecoded decoded;
  GString *deltas[N_CHOICES]; /* text by choice; NULL where there is none */
} Run;

static inline void
check_text (const char *text,
            gboolean    hidden)
{
  MUST (text == NULL || g_utf8_validate (text, -1, NULL));
  MUST (text == NULL || !hidden || strstr (text, KEY) == NULL);
}

static inline void
check_details (DheeraErrorDetails *details)
{
  MUST (details != NULL);
  MUST (*dheera_error_details_get_message (details) != '\0');
  check_text (dheera_error_details_get_message (details), TRUE);
  check_text (dheera_error_details_get_body (details), TRUE);
  check_text (dheera_error_details_get_provider_code (details), TRUE);
  check_text (dheera_error_details_get_provider_type (details), TRUE);
  check_text (dheera_error_details_get_param (details), TRUE);
  check_text (dheera_error_details_get_request_id (details), TRUE);
  MUST (strlen (dheera_error_details_get_message (details)) <= 1024 + strlen ("the answer broke off with the finish reason “”"));
  MUST (dheera_error_details_get_body (details) == NULL || strlen (dheera_error_details_get_body (details)) <= 2048);
}

static inline void
check_response (const Run *run)
{
  DheeraResponse *response = dheera_accumulator_get_response (run->decoder->accumulator);

  MUST (run->decoded != DHEERA_DECODED_MORE);
  MUST ((run->decoded == DHEERA_DECODED_FAILED) == (run->decoder->failure != NULL));
  if (run->decoder->failure != NULL)
    check_details (run->decoder->failure);
  else
    MUST (*dheera_response_get_id (response) != '\0');

  for (guint i = 0; i < dheera_response_get_n_choices (response); i++)
    {
      DheeraMessage *message = dheera_choice_get_message (dheera_response_get_choice (response, i));

      check_text (dheera_message_get_text (message), FALSE);
      check_text (dheera_message_get_reasoning (message), FALSE);
      check_text (dheera_message_get_refusal (message), FALSE);
    }
}

/* The pieces are the text. */
static inline void
check_deltas (const Run *run)
{
  DheeraResponse *response = dheera_accumulator_get_response (run->decoder->accumulator);

  for (guint i = 0; i < dheera_response_get_n_choices (response); i++)
    {
      DheeraChoice *choice = dheera_response_get_choice (response, i);
      const GString *deltas = run->deltas[dheera_choice_get_index (choice)];

      MUST (g_strcmp0 (deltas != NULL ? deltas->str : "", dheera_message_get_text (dheera_choice_get_message (choice))) == 0);
    }
}

static inline void
check_json (const Run *run)
{
  g_autofree char *text = dheera_response_to_json (dheera_accumulator_get_response (run->decoder->accumulator));
  DheeraJson json = DHEERA_JSON_INIT;

  MUST (dheera_json_parse (&json, text, strlen (text)));
  dheera_json_clear (&json);
}
