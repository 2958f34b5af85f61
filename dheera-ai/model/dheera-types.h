/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include <dheera-ai/dheera-version.h>

G_BEGIN_DECLS

typedef struct _DheeraCall DheeraCall;
typedef struct _DheeraChoice DheeraChoice;
typedef struct _DheeraConversation DheeraConversation;
typedef struct _DheeraDelta DheeraDelta;
typedef struct _DheeraErrorDetails DheeraErrorDetails;
typedef struct _DheeraImage DheeraImage;
typedef struct _DheeraMessage DheeraMessage;
typedef struct _DheeraModel DheeraModel;
typedef struct _DheeraModerationResult DheeraModerationResult;
typedef struct _DheeraPart DheeraPart;
typedef struct _DheeraRateLimits DheeraRateLimits;
typedef struct _DheeraRerankResult DheeraRerankResult;
typedef struct _DheeraResponse DheeraResponse;
typedef struct _DheeraTool DheeraTool;
typedef struct _DheeraToolCall DheeraToolCall;
typedef struct _DheeraToolCallDelta DheeraToolCallDelta;
typedef struct _DheeraTranscriptSegment DheeraTranscriptSegment;
typedef struct _DheeraUsage DheeraUsage;

typedef struct _DheeraBaseRequest DheeraBaseRequest;
typedef struct _DheeraBaseRequestClass DheeraBaseRequestClass;
typedef struct _DheeraRequest DheeraRequest;
typedef struct _DheeraRequestClass DheeraRequestClass;
typedef struct _DheeraModelsRequest DheeraModelsRequest;
typedef struct _DheeraModelsRequestClass DheeraModelsRequestClass;
typedef struct _DheeraEmbeddingRequest DheeraEmbeddingRequest;
typedef struct _DheeraEmbeddingRequestClass DheeraEmbeddingRequestClass;
typedef struct _DheeraRerankRequest DheeraRerankRequest;
typedef struct _DheeraRerankRequestClass DheeraRerankRequestClass;
typedef struct _DheeraModerationRequest DheeraModerationRequest;
typedef struct _DheeraModerationRequestClass DheeraModerationRequestClass;
typedef struct _DheeraImageRequest DheeraImageRequest;
typedef struct _DheeraImageRequestClass DheeraImageRequestClass;
typedef struct _DheeraTranscriptionRequest DheeraTranscriptionRequest;
typedef struct _DheeraTranscriptionRequestClass DheeraTranscriptionRequestClass;
typedef struct _DheeraSpeechRequest DheeraSpeechRequest;
typedef struct _DheeraSpeechRequestClass DheeraSpeechRequestClass;
typedef struct _DheeraBaseResponse DheeraBaseResponse;
typedef struct _DheeraBaseResponseClass DheeraBaseResponseClass;
typedef struct _DheeraEmbeddingResponse DheeraEmbeddingResponse;
typedef struct _DheeraEmbeddingResponseClass DheeraEmbeddingResponseClass;
typedef struct _DheeraRerankResponse DheeraRerankResponse;
typedef struct _DheeraRerankResponseClass DheeraRerankResponseClass;
typedef struct _DheeraModerationResponse DheeraModerationResponse;
typedef struct _DheeraModerationResponseClass DheeraModerationResponseClass;
typedef struct _DheeraImageResponse DheeraImageResponse;
typedef struct _DheeraImageResponseClass DheeraImageResponseClass;
typedef struct _DheeraTranscriptionResponse DheeraTranscriptionResponse;
typedef struct _DheeraTranscriptionResponseClass DheeraTranscriptionResponseClass;
typedef struct _DheeraSpeechResponse DheeraSpeechResponse;
typedef struct _DheeraSpeechResponseClass DheeraSpeechResponseClass;

/* What G_DECLARE_FINAL_TYPE() does, without the class structure of the parent, which is private: nobody
 * outside of the library can derive a kind of request or answer that any provider would understand. */
#define _DHEERA_DECLARE_CLASS(Type, type_name, TYPE) \
  GType type_name##_get_type (void); \
  G_DEFINE_AUTOPTR_CLEANUP_FUNC (Type, g_object_unref) \
  G_GNUC_UNUSED static inline Type * \
  DHEERA_##TYPE (gpointer ptr) \
  { \
    return G_TYPE_CHECK_INSTANCE_CAST (ptr, type_name##_get_type (), Type); \
  } \
  G_GNUC_UNUSED static inline gboolean \
  DHEERA_IS_##TYPE (gpointer ptr) \
  { \
    return G_TYPE_CHECK_INSTANCE_TYPE (ptr, type_name##_get_type ()); \
  }

G_END_DECLS
