/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <dheera-ai/client/dheera-client.h>
#include <dheera-ai/model/dheera-embedding-request.h>
#include <dheera-ai/model/dheera-embedding-response.h>
#include <dheera-ai/model/dheera-image-request.h>
#include <dheera-ai/model/dheera-image-response.h>
#include <dheera-ai/model/dheera-moderation-request.h>
#include <dheera-ai/model/dheera-moderation-response.h>
#include <dheera-ai/model/dheera-request.h>
#include <dheera-ai/model/dheera-rerank-request.h>
#include <dheera-ai/model/dheera-rerank-response.h>
#include <dheera-ai/model/dheera-speech-request.h>
#include <dheera-ai/model/dheera-speech-response.h>
#include <dheera-ai/model/dheera-transcription-request.h>
#include <dheera-ai/model/dheera-transcription-response.h>
#include <dheera-ai/model/dheera-usage.h>

G_BEGIN_DECLS

DHEERA_AVAILABLE_IN_0_1
DheeraEmbeddingResponse     *dheera_client_embed                 (DheeraClient            *self,
                                                                  DheeraEmbeddingRequest  *request,
                                                                  GCancellable            *cancellable,
                                                                  GError                 **error) G_GNUC_WARN_UNUSED_RESULT;
DHEERA_AVAILABLE_IN_0_1
void                         dheera_client_embed_async           (DheeraClient           *self,
                                                                  DheeraEmbeddingRequest *request,
                                                                  GCancellable           *cancellable,
                                                                  GAsyncReadyCallback     callback,
                                                                  gpointer                user_data);
DHEERA_AVAILABLE_IN_0_1
DheeraEmbeddingResponse     *dheera_client_embed_finish          (DheeraClient  *self,
                                                                  GAsyncResult  *result,
                                                                  GError       **error) G_GNUC_WARN_UNUSED_RESULT;
DHEERA_AVAILABLE_IN_0_1
DheeraUsage                 *dheera_client_count_tokens          (DheeraClient   *self,
                                                                  DheeraRequest  *request,
                                                                  GCancellable   *cancellable,
                                                                  GError        **error) G_GNUC_WARN_UNUSED_RESULT;
DHEERA_AVAILABLE_IN_0_1
void                         dheera_client_count_tokens_async    (DheeraClient        *self,
                                                                  DheeraRequest       *request,
                                                                  GCancellable        *cancellable,
                                                                  GAsyncReadyCallback  callback,
                                                                  gpointer             user_data);
DHEERA_AVAILABLE_IN_0_1
DheeraUsage                 *dheera_client_count_tokens_finish   (DheeraClient  *self,
                                                                  GAsyncResult  *result,
                                                                  GError       **error) G_GNUC_WARN_UNUSED_RESULT;
DHEERA_AVAILABLE_IN_0_1
DheeraRerankResponse        *dheera_client_rerank                (DheeraClient         *self,
                                                                  DheeraRerankRequest  *request,
                                                                  GCancellable         *cancellable,
                                                                  GError              **error) G_GNUC_WARN_UNUSED_RESULT;
DHEERA_AVAILABLE_IN_0_1
void                         dheera_client_rerank_async          (DheeraClient        *self,
                                                                  DheeraRerankRequest *request,
                                                                  GCancellable        *cancellable,
                                                                  GAsyncReadyCallback  callback,
                                                                  gpointer             user_data);
DHEERA_AVAILABLE_IN_0_1
DheeraRerankResponse        *dheera_client_rerank_finish         (DheeraClient  *self,
                                                                  GAsyncResult  *result,
                                                                  GError       **error) G_GNUC_WARN_UNUSED_RESULT;
DHEERA_AVAILABLE_IN_0_1
DheeraModerationResponse    *dheera_client_moderate              (DheeraClient             *self,
                                                                  DheeraModerationRequest  *request,
                                                                  GCancellable             *cancellable,
                                                                  GError                  **error) G_GNUC_WARN_UNUSED_RESULT;
DHEERA_AVAILABLE_IN_0_1
void                         dheera_client_moderate_async        (DheeraClient            *self,
                                                                  DheeraModerationRequest *request,
                                                                  GCancellable            *cancellable,
                                                                  GAsyncReadyCallback      callback,
                                                                  gpointer                 user_data);
DHEERA_AVAILABLE_IN_0_1
DheeraModerationResponse    *dheera_client_moderate_finish       (DheeraClient  *self,
                                                                  GAsyncResult  *result,
                                                                  GError       **error) G_GNUC_WARN_UNUSED_RESULT;
DHEERA_AVAILABLE_IN_0_1
DheeraImageResponse         *dheera_client_generate_image        (DheeraClient        *self,
                                                                  DheeraImageRequest  *request,
                                                                  GCancellable        *cancellable,
                                                                  GError             **error) G_GNUC_WARN_UNUSED_RESULT;
DHEERA_AVAILABLE_IN_0_1
void                         dheera_client_generate_image_async  (DheeraClient        *self,
                                                                  DheeraImageRequest  *request,
                                                                  GCancellable        *cancellable,
                                                                  GAsyncReadyCallback  callback,
                                                                  gpointer             user_data);
DHEERA_AVAILABLE_IN_0_1
DheeraImageResponse         *dheera_client_generate_image_finish (DheeraClient  *self,
                                                                  GAsyncResult  *result,
                                                                  GError       **error) G_GNUC_WARN_UNUSED_RESULT;
DHEERA_AVAILABLE_IN_0_1
DheeraTranscriptionResponse *dheera_client_transcribe            (DheeraClient                *self,
                                                                  DheeraTranscriptionRequest  *request,
                                                                  GCancellable                *cancellable,
                                                                  GError                     **error) G_GNUC_WARN_UNUSED_RESULT;
DHEERA_AVAILABLE_IN_0_1
void                         dheera_client_transcribe_async      (DheeraClient               *self,
                                                                  DheeraTranscriptionRequest *request,
                                                                  GCancellable               *cancellable,
                                                                  GAsyncReadyCallback         callback,
                                                                  gpointer                    user_data);
DHEERA_AVAILABLE_IN_0_1
DheeraTranscriptionResponse *dheera_client_transcribe_finish     (DheeraClient  *self,
                                                                  GAsyncResult  *result,
                                                                  GError       **error) G_GNUC_WARN_UNUSED_RESULT;
DHEERA_AVAILABLE_IN_0_1
DheeraSpeechResponse        *dheera_client_speak                 (DheeraClient         *self,
                                                                  DheeraSpeechRequest  *request,
                                                                  GCancellable         *cancellable,
                                                                  GError              **error) G_GNUC_WARN_UNUSED_RESULT;
DHEERA_AVAILABLE_IN_0_1
void                         dheera_client_speak_async           (DheeraClient        *self,
                                                                  DheeraSpeechRequest *request,
                                                                  GCancellable        *cancellable,
                                                                  GAsyncReadyCallback  callback,
                                                                  gpointer             user_data);
DHEERA_AVAILABLE_IN_0_1
DheeraSpeechResponse        *dheera_client_speak_finish          (DheeraClient  *self,
                                                                  GAsyncResult  *result,
                                                                  GError       **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
