/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-base-response.h"

G_BEGIN_DECLS

#define DHEERA_TYPE_TRANSCRIPTION_RESPONSE (dheera_transcription_response_get_type ())

DHEERA_AVAILABLE_IN_0_1
_DHEERA_DECLARE_CLASS (DheeraTranscriptionResponse, dheera_transcription_response, TRANSCRIPTION_RESPONSE)

DHEERA_AVAILABLE_IN_0_1
const char *dheera_transcription_response_get_text     (DheeraTranscriptionResponse *self);
DHEERA_AVAILABLE_IN_0_1
const char *dheera_transcription_response_get_language (DheeraTranscriptionResponse *self);
DHEERA_AVAILABLE_IN_0_1
double      dheera_transcription_response_get_duration (DheeraTranscriptionResponse *self);
DHEERA_AVAILABLE_IN_0_1
GListModel *dheera_transcription_response_get_segments (DheeraTranscriptionResponse *self);
DHEERA_AVAILABLE_IN_0_1
GListModel *dheera_transcription_response_get_words    (DheeraTranscriptionResponse *self);

G_END_DECLS
