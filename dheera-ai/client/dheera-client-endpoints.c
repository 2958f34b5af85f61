/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a client can be asked beside chats: one answer for one request, over the same state machine. */

#include "dheera-client-endpoints.h"

#include "dheera-client-call-private.h"

static const DheeraEndpoint embed_endpoint = { .name = "embed", .task = DHEERA_TASK_EMBED };
static const DheeraEndpoint count_tokens_endpoint = { .name = "count_tokens", .task = DHEERA_TASK_COUNT_TOKENS };
static const DheeraEndpoint rerank_endpoint = { .name = "rerank", .task = DHEERA_TASK_RERANK };
static const DheeraEndpoint moderate_endpoint = { .name = "moderate", .task = DHEERA_TASK_MODERATE, .model_optional = TRUE };
static const DheeraEndpoint generate_image_endpoint = { .name = "generate_image", .task = DHEERA_TASK_GENERATE_IMAGE };
static const DheeraEndpoint transcribe_endpoint = { .name = "transcribe", .task = DHEERA_TASK_TRANSCRIBE };
static const DheeraEndpoint speak_endpoint = { .name = "speak", .task = DHEERA_TASK_SPEAK };

/**
 * dheera_client_embed:
 * @self: a client
 * @request: what to ask; it is copied, so changes made later do not matter
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Asks for vectors that stand for texts.
 *
 * Blocks, in any thread, without iterating a main context.
 *
 * Errors: `DHEERA_ERROR` with the code that says what can be done about it ([error@Error]), of them %DHEERA_ERROR_NOT_SUPPORTED when the provider has no such thing,
 * and `G_IO_ERROR_CANCELLED` when @cancellable, the call or all calls were cancelled. The details are at [func@ErrorDetails.get_last].
 *
 * Returns: (transfer full): the vectors
 *
 * Since: 0.1
 */
DheeraEmbeddingResponse *
dheera_client_embed (DheeraClient            *self,
                     DheeraEmbeddingRequest  *request,
                     GCancellable            *cancellable,
                     GError                 **error)
{
  g_return_val_if_fail (DHEERA_IS_CLIENT (self), NULL);
  g_return_val_if_fail (DHEERA_IS_EMBEDDING_REQUEST (request), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return dheera_client_call_blocking (self, &embed_endpoint, request, cancellable, error);
}

/**
 * dheera_client_embed_async:
 * @self: a client
 * @request: what to ask; it is copied, so changes made later do not matter
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async) (closure user_data): called once, when the call has ended
 * @user_data: data for @callback
 *
 * Does what [method@Client.embed] does, without blocking.
 *
 * Since: 0.1
 */
void
dheera_client_embed_async (DheeraClient           *self,
                           DheeraEmbeddingRequest *request,
                           GCancellable           *cancellable,
                           GAsyncReadyCallback     callback,
                           gpointer                user_data)
{
  g_return_if_fail (DHEERA_IS_CLIENT (self));
  g_return_if_fail (DHEERA_IS_EMBEDDING_REQUEST (request));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  dheera_client_call_async (self, &embed_endpoint, request, cancellable, callback, user_data, dheera_client_embed_async);
}

/**
 * dheera_client_embed_finish:
 * @self: a client
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Client.embed_async].
 *
 * Returns: (transfer full): the vectors
 *
 * Since: 0.1
 */
DheeraEmbeddingResponse *
dheera_client_embed_finish (DheeraClient  *self,
                            GAsyncResult  *result,
                            GError       **error)
{
  g_return_val_if_fail (DHEERA_IS_CLIENT (self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, dheera_client_embed_async), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return dheera_client_call_finish (result, error);
}

/**
 * dheera_client_count_tokens:
 * @self: a client
 * @request: what to ask; it is copied, so changes made later do not matter
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Asks a provider how many tokens a request would take, without sending it to the model.
 *
 * Few providers can tell; the others fail with %DHEERA_ERROR_NOT_SUPPORTED.
 *
 * Blocks, in any thread, without iterating a main context.
 *
 * Errors: `DHEERA_ERROR` with the code that says what can be done about it ([error@Error]), of them %DHEERA_ERROR_NOT_SUPPORTED when the provider has no such thing,
 * and `G_IO_ERROR_CANCELLED` when @cancellable, the call or all calls were cancelled. The details are at [func@ErrorDetails.get_last].
 *
 * Returns: (transfer full): the counters, of which [property@Usage:prompt-tokens] is set
 *
 * Since: 0.1
 */
DheeraUsage *
dheera_client_count_tokens (DheeraClient   *self,
                            DheeraRequest  *request,
                            GCancellable   *cancellable,
                            GError        **error)
{
  g_return_val_if_fail (DHEERA_IS_CLIENT (self), NULL);
  g_return_val_if_fail (DHEERA_IS_REQUEST (request), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return dheera_client_call_blocking (self, &count_tokens_endpoint, request, cancellable, error);
}

/**
 * dheera_client_count_tokens_async:
 * @self: a client
 * @request: what to ask; it is copied, so changes made later do not matter
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async) (closure user_data): called once, when the call has ended
 * @user_data: data for @callback
 *
 * Does what [method@Client.count_tokens] does, without blocking.
 *
 * Since: 0.1
 */
void
dheera_client_count_tokens_async (DheeraClient        *self,
                                  DheeraRequest       *request,
                                  GCancellable        *cancellable,
                                  GAsyncReadyCallback  callback,
                                  gpointer             user_data)
{
  g_return_if_fail (DHEERA_IS_CLIENT (self));
  g_return_if_fail (DHEERA_IS_REQUEST (request));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  dheera_client_call_async (self, &count_tokens_endpoint, request, cancellable, callback, user_data, dheera_client_count_tokens_async);
}

/**
 * dheera_client_count_tokens_finish:
 * @self: a client
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Client.count_tokens_async].
 *
 * Returns: (transfer full): the counters, of which [property@Usage:prompt-tokens] is set
 *
 * Since: 0.1
 */
DheeraUsage *
dheera_client_count_tokens_finish (DheeraClient  *self,
                                   GAsyncResult  *result,
                                   GError       **error)
{
  g_return_val_if_fail (DHEERA_IS_CLIENT (self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, dheera_client_count_tokens_async), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return dheera_client_call_finish (result, error);
}

/**
 * dheera_client_rerank:
 * @self: a client
 * @request: what to ask; it is copied, so changes made later do not matter
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Asks which of some documents answer a question best.
 *
 * Blocks, in any thread, without iterating a main context.
 *
 * Errors: `DHEERA_ERROR` with the code that says what can be done about it ([error@Error]), of them %DHEERA_ERROR_NOT_SUPPORTED when the provider has no such thing,
 * and `G_IO_ERROR_CANCELLED` when @cancellable, the call or all calls were cancelled. The details are at [func@ErrorDetails.get_last].
 *
 * Returns: (transfer full): the documents in their order
 *
 * Since: 0.1
 */
DheeraRerankResponse *
dheera_client_rerank (DheeraClient         *self,
                      DheeraRerankRequest  *request,
                      GCancellable         *cancellable,
                      GError              **error)
{
  g_return_val_if_fail (DHEERA_IS_CLIENT (self), NULL);
  g_return_val_if_fail (DHEERA_IS_RERANK_REQUEST (request), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return dheera_client_call_blocking (self, &rerank_endpoint, request, cancellable, error);
}

/**
 * dheera_client_rerank_async:
 * @self: a client
 * @request: what to ask; it is copied, so changes made later do not matter
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async) (closure user_data): called once, when the call has ended
 * @user_data: data for @callback
 *
 * Does what [method@Client.rerank] does, without blocking.
 *
 * Since: 0.1
 */
void
dheera_client_rerank_async (DheeraClient        *self,
                            DheeraRerankRequest *request,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  g_return_if_fail (DHEERA_IS_CLIENT (self));
  g_return_if_fail (DHEERA_IS_RERANK_REQUEST (request));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  dheera_client_call_async (self, &rerank_endpoint, request, cancellable, callback, user_data, dheera_client_rerank_async);
}

/**
 * dheera_client_rerank_finish:
 * @self: a client
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Client.rerank_async].
 *
 * Returns: (transfer full): the documents in their order
 *
 * Since: 0.1
 */
DheeraRerankResponse *
dheera_client_rerank_finish (DheeraClient  *self,
                             GAsyncResult  *result,
                             GError       **error)
{
  g_return_val_if_fail (DHEERA_IS_CLIENT (self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, dheera_client_rerank_async), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return dheera_client_call_finish (result, error);
}

/**
 * dheera_client_moderate:
 * @self: a client
 * @request: what to ask; it is copied, so changes made later do not matter
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Asks whether texts or pictures hold what should not be there.
 *
 * Blocks, in any thread, without iterating a main context.
 *
 * Errors: `DHEERA_ERROR` with the code that says what can be done about it ([error@Error]), of them %DHEERA_ERROR_NOT_SUPPORTED when the provider has no such thing,
 * and `G_IO_ERROR_CANCELLED` when @cancellable, the call or all calls were cancelled. The details are at [func@ErrorDetails.get_last].
 *
 * Returns: (transfer full): what the provider thinks of them
 *
 * Since: 0.1
 */
DheeraModerationResponse *
dheera_client_moderate (DheeraClient             *self,
                        DheeraModerationRequest  *request,
                        GCancellable             *cancellable,
                        GError                  **error)
{
  g_return_val_if_fail (DHEERA_IS_CLIENT (self), NULL);
  g_return_val_if_fail (DHEERA_IS_MODERATION_REQUEST (request), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return dheera_client_call_blocking (self, &moderate_endpoint, request, cancellable, error);
}

/**
 * dheera_client_moderate_async:
 * @self: a client
 * @request: what to ask; it is copied, so changes made later do not matter
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async) (closure user_data): called once, when the call has ended
 * @user_data: data for @callback
 *
 * Does what [method@Client.moderate] does, without blocking.
 *
 * Since: 0.1
 */
void
dheera_client_moderate_async (DheeraClient            *self,
                              DheeraModerationRequest *request,
                              GCancellable            *cancellable,
                              GAsyncReadyCallback      callback,
                              gpointer                 user_data)
{
  g_return_if_fail (DHEERA_IS_CLIENT (self));
  g_return_if_fail (DHEERA_IS_MODERATION_REQUEST (request));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  dheera_client_call_async (self, &moderate_endpoint, request, cancellable, callback, user_data, dheera_client_moderate_async);
}

/**
 * dheera_client_moderate_finish:
 * @self: a client
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Client.moderate_async].
 *
 * Returns: (transfer full): what the provider thinks of them
 *
 * Since: 0.1
 */
DheeraModerationResponse *
dheera_client_moderate_finish (DheeraClient  *self,
                               GAsyncResult  *result,
                               GError       **error)
{
  g_return_val_if_fail (DHEERA_IS_CLIENT (self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, dheera_client_moderate_async), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return dheera_client_call_finish (result, error);
}

/**
 * dheera_client_generate_image:
 * @self: a client
 * @request: what to ask; it is copied, so changes made later do not matter
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Asks for pictures.
 *
 * Blocks, in any thread, without iterating a main context.
 *
 * Errors: `DHEERA_ERROR` with the code that says what can be done about it ([error@Error]), of them %DHEERA_ERROR_NOT_SUPPORTED when the provider has no such thing,
 * and `G_IO_ERROR_CANCELLED` when @cancellable, the call or all calls were cancelled. The details are at [func@ErrorDetails.get_last].
 *
 * Returns: (transfer full): the pictures
 *
 * Since: 0.1
 */
DheeraImageResponse *
dheera_client_generate_image (DheeraClient        *self,
                              DheeraImageRequest  *request,
                              GCancellable        *cancellable,
                              GError             **error)
{
  g_return_val_if_fail (DHEERA_IS_CLIENT (self), NULL);
  g_return_val_if_fail (DHEERA_IS_IMAGE_REQUEST (request), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return dheera_client_call_blocking (self, &generate_image_endpoint, request, cancellable, error);
}

/**
 * dheera_client_generate_image_async:
 * @self: a client
 * @request: what to ask; it is copied, so changes made later do not matter
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async) (closure user_data): called once, when the call has ended
 * @user_data: data for @callback
 *
 * Does what [method@Client.generate_image] does, without blocking.
 *
 * Since: 0.1
 */
void
dheera_client_generate_image_async (DheeraClient        *self,
                                    DheeraImageRequest  *request,
                                    GCancellable        *cancellable,
                                    GAsyncReadyCallback  callback,
                                    gpointer             user_data)
{
  g_return_if_fail (DHEERA_IS_CLIENT (self));
  g_return_if_fail (DHEERA_IS_IMAGE_REQUEST (request));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  dheera_client_call_async (self, &generate_image_endpoint, request, cancellable, callback, user_data, dheera_client_generate_image_async);
}

/**
 * dheera_client_generate_image_finish:
 * @self: a client
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Client.generate_image_async].
 *
 * Returns: (transfer full): the pictures
 *
 * Since: 0.1
 */
DheeraImageResponse *
dheera_client_generate_image_finish (DheeraClient  *self,
                                     GAsyncResult  *result,
                                     GError       **error)
{
  g_return_val_if_fail (DHEERA_IS_CLIENT (self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, dheera_client_generate_image_async), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return dheera_client_call_finish (result, error);
}

/**
 * dheera_client_transcribe:
 * @self: a client
 * @request: what to ask; it is copied, so changes made later do not matter
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Asks for what is said in a recording.
 *
 * Blocks, in any thread, without iterating a main context.
 *
 * Errors: `DHEERA_ERROR` with the code that says what can be done about it ([error@Error]), of them %DHEERA_ERROR_NOT_SUPPORTED when the provider has no such thing,
 * and `G_IO_ERROR_CANCELLED` when @cancellable, the call or all calls were cancelled. The details are at [func@ErrorDetails.get_last].
 *
 * Returns: (transfer full): what is said
 *
 * Since: 0.1
 */
DheeraTranscriptionResponse *
dheera_client_transcribe (DheeraClient                *self,
                          DheeraTranscriptionRequest  *request,
                          GCancellable                *cancellable,
                          GError                     **error)
{
  g_return_val_if_fail (DHEERA_IS_CLIENT (self), NULL);
  g_return_val_if_fail (DHEERA_IS_TRANSCRIPTION_REQUEST (request), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return dheera_client_call_blocking (self, &transcribe_endpoint, request, cancellable, error);
}

/**
 * dheera_client_transcribe_async:
 * @self: a client
 * @request: what to ask; it is copied, so changes made later do not matter
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async) (closure user_data): called once, when the call has ended
 * @user_data: data for @callback
 *
 * Does what [method@Client.transcribe] does, without blocking.
 *
 * Since: 0.1
 */
void
dheera_client_transcribe_async (DheeraClient               *self,
                                DheeraTranscriptionRequest *request,
                                GCancellable               *cancellable,
                                GAsyncReadyCallback         callback,
                                gpointer                    user_data)
{
  g_return_if_fail (DHEERA_IS_CLIENT (self));
  g_return_if_fail (DHEERA_IS_TRANSCRIPTION_REQUEST (request));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  dheera_client_call_async (self, &transcribe_endpoint, request, cancellable, callback, user_data, dheera_client_transcribe_async);
}

/**
 * dheera_client_transcribe_finish:
 * @self: a client
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Client.transcribe_async].
 *
 * Returns: (transfer full): what is said
 *
 * Since: 0.1
 */
DheeraTranscriptionResponse *
dheera_client_transcribe_finish (DheeraClient  *self,
                                 GAsyncResult  *result,
                                 GError       **error)
{
  g_return_val_if_fail (DHEERA_IS_CLIENT (self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, dheera_client_transcribe_async), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return dheera_client_call_finish (result, error);
}

/**
 * dheera_client_speak:
 * @self: a client
 * @request: what to ask; it is copied, so changes made later do not matter
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Asks for a text to be spoken.
 *
 * Blocks, in any thread, without iterating a main context.
 *
 * Errors: `DHEERA_ERROR` with the code that says what can be done about it ([error@Error]), of them %DHEERA_ERROR_NOT_SUPPORTED when the provider has no such thing,
 * and `G_IO_ERROR_CANCELLED` when @cancellable, the call or all calls were cancelled. The details are at [func@ErrorDetails.get_last].
 *
 * Returns: (transfer full): the sound
 *
 * Since: 0.1
 */
DheeraSpeechResponse *
dheera_client_speak (DheeraClient         *self,
                     DheeraSpeechRequest  *request,
                     GCancellable         *cancellable,
                     GError              **error)
{
  g_return_val_if_fail (DHEERA_IS_CLIENT (self), NULL);
  g_return_val_if_fail (DHEERA_IS_SPEECH_REQUEST (request), NULL);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return dheera_client_call_blocking (self, &speak_endpoint, request, cancellable, error);
}

/**
 * dheera_client_speak_async:
 * @self: a client
 * @request: what to ask; it is copied, so changes made later do not matter
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async) (closure user_data): called once, when the call has ended
 * @user_data: data for @callback
 *
 * Does what [method@Client.speak] does, without blocking.
 *
 * Since: 0.1
 */
void
dheera_client_speak_async (DheeraClient        *self,
                           DheeraSpeechRequest *request,
                           GCancellable        *cancellable,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  g_return_if_fail (DHEERA_IS_CLIENT (self));
  g_return_if_fail (DHEERA_IS_SPEECH_REQUEST (request));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  dheera_client_call_async (self, &speak_endpoint, request, cancellable, callback, user_data, dheera_client_speak_async);
}

/**
 * dheera_client_speak_finish:
 * @self: a client
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Client.speak_async].
 *
 * Returns: (transfer full): the sound
 *
 * Since: 0.1
 */
DheeraSpeechResponse *
dheera_client_speak_finish (DheeraClient  *self,
                            GAsyncResult  *result,
                            GError       **error)
{
  g_return_val_if_fail (DHEERA_IS_CLIENT (self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, dheera_client_speak_async), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return dheera_client_call_finish (result, error);
}
