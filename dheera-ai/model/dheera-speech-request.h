/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-base-request.h"

G_BEGIN_DECLS

#define DHEERA_TYPE_SPEECH_REQUEST (dheera_speech_request_get_type ())

DHEERA_AVAILABLE_IN_0_1
_DHEERA_DECLARE_CLASS (DheeraSpeechRequest, dheera_speech_request, SPEECH_REQUEST)

DHEERA_AVAILABLE_IN_0_1
DheeraSpeechRequest *dheera_speech_request_new              (const char *model);
DHEERA_AVAILABLE_IN_0_1
DheeraSpeechRequest *dheera_speech_request_new_for_input    (const char *model,
                                                             const char *input,
                                                             const char *voice);
DHEERA_AVAILABLE_IN_0_1
const char          *dheera_speech_request_get_input        (DheeraSpeechRequest *self);
DHEERA_AVAILABLE_IN_0_1
void                 dheera_speech_request_set_input        (DheeraSpeechRequest *self,
                                                             const char          *input);
DHEERA_AVAILABLE_IN_0_1
const char          *dheera_speech_request_get_voice        (DheeraSpeechRequest *self);
DHEERA_AVAILABLE_IN_0_1
void                 dheera_speech_request_set_voice        (DheeraSpeechRequest *self,
                                                             const char          *voice);
DHEERA_AVAILABLE_IN_0_1
const char          *dheera_speech_request_get_format       (DheeraSpeechRequest *self);
DHEERA_AVAILABLE_IN_0_1
void                 dheera_speech_request_set_format       (DheeraSpeechRequest *self,
                                                             const char          *format);
DHEERA_AVAILABLE_IN_0_1
double               dheera_speech_request_get_speed        (DheeraSpeechRequest *self);
DHEERA_AVAILABLE_IN_0_1
void                 dheera_speech_request_set_speed        (DheeraSpeechRequest *self,
                                                             double               speed);
DHEERA_AVAILABLE_IN_0_1
const char          *dheera_speech_request_get_instructions (DheeraSpeechRequest *self);
DHEERA_AVAILABLE_IN_0_1
void                 dheera_speech_request_set_instructions (DheeraSpeechRequest *self,
                                                             const char          *instructions);

G_END_DECLS
