/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-base-response.h"

G_BEGIN_DECLS

#define DHEERA_TYPE_SPEECH_RESPONSE (dheera_speech_response_get_type ())

DHEERA_AVAILABLE_IN_0_1
_DHEERA_DECLARE_CLASS (DheeraSpeechResponse, dheera_speech_response, SPEECH_RESPONSE)

DHEERA_AVAILABLE_IN_0_1
GBytes     *dheera_speech_response_get_audio     (DheeraSpeechResponse *self);
DHEERA_AVAILABLE_IN_0_1
const char *dheera_speech_response_get_mime_type (DheeraSpeechResponse *self);

G_END_DECLS
