/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <dheera-ai/dheera-version.h>

#include <dheera-ai/client/dheera-client-endpoints.h>
#include <dheera-ai/client/dheera-client.h>
#include <dheera-ai/client/dheera-http-exchange.h>
#include <dheera-ai/client/dheera-logger.h>
#include <dheera-ai/client/dheera-metrics.h>
#include <dheera-ai/client/dheera-session-options.h>
#include <dheera-ai/client/dheera-stream.h>
#include <dheera-ai/model/dheera-base-request.h>
#include <dheera-ai/model/dheera-base-response.h>
#include <dheera-ai/model/dheera-call.h>
#include <dheera-ai/model/dheera-choice.h>
#include <dheera-ai/model/dheera-conversation.h>
#include <dheera-ai/model/dheera-delta.h>
#include <dheera-ai/model/dheera-embedding-request.h>
#include <dheera-ai/model/dheera-embedding-response.h>
#include <dheera-ai/model/dheera-enum-types.h>
#include <dheera-ai/model/dheera-enums.h>
#include <dheera-ai/model/dheera-error.h>
#include <dheera-ai/model/dheera-image-request.h>
#include <dheera-ai/model/dheera-image-response.h>
#include <dheera-ai/model/dheera-image.h>
#include <dheera-ai/model/dheera-message.h>
#include <dheera-ai/model/dheera-model.h>
#include <dheera-ai/model/dheera-models-request.h>
#include <dheera-ai/model/dheera-moderation-request.h>
#include <dheera-ai/model/dheera-moderation-response.h>
#include <dheera-ai/model/dheera-moderation-result.h>
#include <dheera-ai/model/dheera-part.h>
#include <dheera-ai/model/dheera-rate-limits.h>
#include <dheera-ai/model/dheera-request.h>
#include <dheera-ai/model/dheera-rerank-request.h>
#include <dheera-ai/model/dheera-rerank-response.h>
#include <dheera-ai/model/dheera-rerank-result.h>
#include <dheera-ai/model/dheera-response.h>
#include <dheera-ai/model/dheera-speech-request.h>
#include <dheera-ai/model/dheera-speech-response.h>
#include <dheera-ai/model/dheera-tool-call-delta.h>
#include <dheera-ai/model/dheera-tool-call.h>
#include <dheera-ai/model/dheera-tool.h>
#include <dheera-ai/model/dheera-type.h>
#include <dheera-ai/model/dheera-transcript-segment.h>
#include <dheera-ai/model/dheera-transcription-request.h>
#include <dheera-ai/model/dheera-transcription-response.h>
#include <dheera-ai/model/dheera-types.h>
#include <dheera-ai/model/dheera-usage.h>
#include <dheera-ai/model/dheera-watch-enums.h>
#include <dheera-ai/providers/dheera-credentials-request.h>
#include <dheera-ai/providers/dheera-provider.h>
#if DHEERA_HAS_SERVER
#include <dheera-ai/server/dheera-server.h>
#endif
