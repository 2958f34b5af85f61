/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-base-request.h"
#include "dheera-enums.h"

G_BEGIN_DECLS

#define DHEERA_TYPE_TRANSCRIPTION_REQUEST (dheera_transcription_request_get_type ())

DHEERA_AVAILABLE_IN_0_1
_DHEERA_DECLARE_CLASS (DheeraTranscriptionRequest, dheera_transcription_request, TRANSCRIPTION_REQUEST)

DHEERA_AVAILABLE_IN_0_1
DheeraTranscriptionRequest *dheera_transcription_request_new             (const char *model);
DHEERA_AVAILABLE_IN_0_1
DheeraTranscriptionRequest *dheera_transcription_request_new_for_audio   (const char *model,
                                                                          GBytes     *audio,
                                                                          const char *mime_type);
DHEERA_AVAILABLE_IN_0_1
GBytes                     *dheera_transcription_request_get_audio       (DheeraTranscriptionRequest *self);
DHEERA_AVAILABLE_IN_0_1
void                        dheera_transcription_request_set_audio       (DheeraTranscriptionRequest *self,
                                                                          GBytes                     *audio);
DHEERA_AVAILABLE_IN_0_1
const char                 *dheera_transcription_request_get_mime_type   (DheeraTranscriptionRequest *self);
DHEERA_AVAILABLE_IN_0_1
void                        dheera_transcription_request_set_mime_type   (DheeraTranscriptionRequest *self,
                                                                          const char                 *mime_type);
DHEERA_AVAILABLE_IN_0_1
const char                 *dheera_transcription_request_get_filename    (DheeraTranscriptionRequest *self);
DHEERA_AVAILABLE_IN_0_1
void                        dheera_transcription_request_set_filename    (DheeraTranscriptionRequest *self,
                                                                          const char                 *filename);
DHEERA_AVAILABLE_IN_0_1
const char                 *dheera_transcription_request_get_language    (DheeraTranscriptionRequest *self);
DHEERA_AVAILABLE_IN_0_1
void                        dheera_transcription_request_set_language    (DheeraTranscriptionRequest *self,
                                                                          const char                 *language);
DHEERA_AVAILABLE_IN_0_1
const char                 *dheera_transcription_request_get_prompt      (DheeraTranscriptionRequest *self);
DHEERA_AVAILABLE_IN_0_1
void                        dheera_transcription_request_set_prompt      (DheeraTranscriptionRequest *self,
                                                                          const char                 *prompt);
DHEERA_AVAILABLE_IN_0_1
double                      dheera_transcription_request_get_temperature (DheeraTranscriptionRequest *self);
DHEERA_AVAILABLE_IN_0_1
void                        dheera_transcription_request_set_temperature (DheeraTranscriptionRequest *self,
                                                                          double                      temperature);
DHEERA_AVAILABLE_IN_0_1
DheeraTimestamps            dheera_transcription_request_get_timestamps  (DheeraTranscriptionRequest *self);
DHEERA_AVAILABLE_IN_0_1
void                        dheera_transcription_request_set_timestamps  (DheeraTranscriptionRequest *self,
                                                                          DheeraTimestamps            timestamps);
DHEERA_AVAILABLE_IN_0_1
const char                 *dheera_transcription_request_get_format      (DheeraTranscriptionRequest *self);
DHEERA_AVAILABLE_IN_0_1
void                        dheera_transcription_request_set_format      (DheeraTranscriptionRequest *self,
                                                                          const char                 *format);
DHEERA_AVAILABLE_IN_0_1
gboolean                    dheera_transcription_request_get_translate   (DheeraTranscriptionRequest *self);
DHEERA_AVAILABLE_IN_0_1
void                        dheera_transcription_request_set_translate   (DheeraTranscriptionRequest *self,
                                                                          gboolean                    translate);

G_END_DECLS
