/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/dheera-transcription-response.h"
#include "dheera-ai/model/responses/dheera-base-response-private.h"
#include "dheera-transcript-segment-private.h"

G_BEGIN_DECLS

struct _DheeraTranscriptionResponse
{
  DheeraBaseResponse parent_instance;

  char *text;
  char *language;
  double duration;
  GListStore *segments; /* of DheeraTranscriptSegment */
  GListStore *words; /* of DheeraTranscriptSegment */
};

DheeraTranscriptionResponse *dheera_transcription_response_new (const char *provider) G_GNUC_WARN_UNUSED_RESULT;
/* The sentence or word to be filled in, which the list (segments or words of an answer) holds */
DheeraTranscriptSegment     *dheera_transcription_response_add (GListStore *list);

G_END_DECLS
