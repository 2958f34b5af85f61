/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-gemini-arguments-private.h"
#include "dheera-gemini-members-private.h"
#include "dheera-ai/providers/dheera-protocol-private.h"

G_BEGIN_DECLS

/* Google's generateContent, as the Gemini API and Vertex AI speak it. This is what dheera-gemini.c puts together. */

/* Whose blocks a message keeps for going back: both services take those of the other. */
#define DHEERA_GEMINI_FAMILY "gemini"

/* decoder->flags */
enum
{
  DHEERA_GEMINI_ENDED = 1 << 0,    /* the end was given out */
  DHEERA_GEMINI_FINISHED = 1 << 1, /* a finish reason came */
  DHEERA_GEMINI_REOPENED = 1 << 2, /* and content behind it */
  DHEERA_GEMINI_BLOCKED = 1 << 3,  /* the prompt was refused: there are no candidates */
  DHEERA_GEMINI_RUNNING = 1 << 4,  /* code came that runs at Google's: what it gives is still to come */
};

/* What is known of one candidate beside its choice */
typedef struct
{
  gint64 n_calls;                 /* so many calls have begun */
  DheeraGeminiArguments *pending; /* of the last one, nullable: they come in pieces */
  char *grounding;                /* nullable: the newest groundingMetadata, for the end */
  GArray *starts;                 /* nullable; of gsize: where in the text each part of a whole answer begins */
  GArray *characters;             /* nullable; of guint32: see dheera-gemini-sources.c */
} DheeraGeminiCandidate;

/* decoder->state */
typedef struct
{
  GPtrArray *candidates; /* of DheeraGeminiCandidate, by index, NULL in gaps */
  GString *scratch;
} DheeraGeminiState;

DheeraGeminiState     *dheera_gemini_state_get       (DheeraDecoder *decoder);
DheeraGeminiCandidate *dheera_gemini_state_candidate (DheeraDecoder *decoder,
                                                      gint64         choice);

DheeraDecoded dheera_gemini_decode          (DheeraDecoder     *decoder,
                                             const char        *body,
                                             gsize              length);
DheeraDecoded dheera_gemini_decode_frame    (DheeraDecoder     *decoder,
                                             const DheeraFrame *frame);
DheeraDecoded dheera_gemini_decode_eof      (DheeraDecoder     *decoder);

/* One part of a candidate's content. FALSE with the failure. */
gboolean      dheera_gemini_read_part       (DheeraDecoder     *decoder,
                                             gint64             choice,
                                             DheeraJsonValue    part);
/* How many of the first n parts of a message are more than text: the own text becomes a part when a message is read from JSON, and a
 * place among these stays the same. */
guint         dheera_gemini_count_media     (DheeraMessage     *message,
                                             guint              n);
/* Closes arguments that were still to continue. */
void          dheera_gemini_close_call      (DheeraDecoder     *decoder,
                                             gint64             choice);

/* FALSE when raw, a word or the number that stands for it, says that the answer failed: then code is why. */
gboolean      dheera_gemini_map_finish_reason (DheeraJsonValue     raw,
                                             DheeraFinishReason *reason,
                                             DheeraError        *code);

/* The object of token counts */
void          dheera_gemini_read_usage      (DheeraAccumulator *accumulator,
                                             DheeraJsonValue    usage);
/* logprobsResult, as OpenAI's logprobs */
void          dheera_gemini_read_logprobs   (DheeraDecoder     *decoder,
                                             gint64             choice,
                                             DheeraJsonValue    logprobs);
/* citationMetadata, as annotations */
void          dheera_gemini_read_citations  (DheeraDecoder     *decoder,
                                             gint64             choice,
                                             DheeraJsonValue    citations);
/* The newest groundingMetadata that was kept, as annotations */
void          dheera_gemini_read_grounding  (DheeraDecoder     *decoder,
                                             gint64             choice);

G_END_DECLS
