/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <dheera-ai/dheera-version.h>

G_BEGIN_DECLS

/**
 * DheeraRole:
 * @DHEERA_ROLE_SYSTEM: instructions to the model that stand above the conversation
 * @DHEERA_ROLE_DEVELOPER: what newer OpenAI models call the system role; other providers get it as
 *   system
 * @DHEERA_ROLE_USER: what the person, or the program in its place, says
 * @DHEERA_ROLE_ASSISTANT: what the model said
 * @DHEERA_ROLE_TOOL: the result of a tool call that the model asked for
 *
 * Who speaks in a [class@Message].
 *
 * Since: 0.1
 */
typedef enum
{
  DHEERA_ROLE_SYSTEM,
  DHEERA_ROLE_DEVELOPER,
  DHEERA_ROLE_USER,
  DHEERA_ROLE_ASSISTANT,
  DHEERA_ROLE_TOOL,
} DheeraRole;

/**
 * DheeraFinishReason:
 * @DHEERA_FINISH_REASON_NONE: not known, or not finished yet
 * @DHEERA_FINISH_REASON_STOP: the model came to its end, or to one of the stop texts
 * @DHEERA_FINISH_REASON_LENGTH: the limit of tokens, or the context window, was reached
 * @DHEERA_FINISH_REASON_TOOL_CALLS: the model waits for the results of the tools that it calls
 * @DHEERA_FINISH_REASON_CONTENT_FILTER: the provider held something back
 * @DHEERA_FINISH_REASON_OTHER: another reason; [property@Choice:finish-reason-raw] has the
 *   provider's own word for it
 *
 * Why a model stopped.
 *
 * Since: 0.1
 */
typedef enum
{
  DHEERA_FINISH_REASON_NONE,
  DHEERA_FINISH_REASON_STOP,
  DHEERA_FINISH_REASON_LENGTH,
  DHEERA_FINISH_REASON_TOOL_CALLS,
  DHEERA_FINISH_REASON_CONTENT_FILTER,
  DHEERA_FINISH_REASON_OTHER,
} DheeraFinishReason;

/**
 * DheeraModelCapabilities:
 * @DHEERA_MODEL_CAPABILITIES_TOOLS: calls tools
 * @DHEERA_MODEL_CAPABILITIES_JSON_SCHEMA: answers with JSON that follows a schema
 * @DHEERA_MODEL_CAPABILITIES_REASONING: thinks before it answers, always or when it is asked to
 * @DHEERA_MODEL_CAPABILITIES_IMAGES: takes images
 * @DHEERA_MODEL_CAPABILITIES_AUDIO: takes audio
 * @DHEERA_MODEL_CAPABILITIES_PDF: takes PDF documents
 * @DHEERA_MODEL_CAPABILITIES_EMBEDDINGS: makes vectors of texts instead of answers
 * @DHEERA_MODEL_CAPABILITIES_KNOWN: what is not among these is known not to be there
 *
 * What a [class@Model] does.
 *
 * Since: 0.1
 */
typedef enum /*< flags >*/
{
  DHEERA_MODEL_CAPABILITIES_TOOLS = 1 << 0,
  DHEERA_MODEL_CAPABILITIES_JSON_SCHEMA = 1 << 1,
  DHEERA_MODEL_CAPABILITIES_REASONING = 1 << 2,
  DHEERA_MODEL_CAPABILITIES_IMAGES = 1 << 3,
  DHEERA_MODEL_CAPABILITIES_AUDIO = 1 << 4,
  DHEERA_MODEL_CAPABILITIES_PDF = 1 << 5,
  DHEERA_MODEL_CAPABILITIES_EMBEDDINGS = 1 << 6,
  DHEERA_MODEL_CAPABILITIES_KNOWN = 1 << 7,
} DheeraModelCapabilities;

/**
 * DheeraResponseFormat:
 * @DHEERA_RESPONSE_FORMAT_TEXT: free text
 * @DHEERA_RESPONSE_FORMAT_JSON_OBJECT: some JSON object; most providers want the word “JSON” in the
 *   conversation as well
 * @DHEERA_RESPONSE_FORMAT_JSON_SCHEMA: JSON that follows the schema of
 *   [method@Request.set_response_schema]
 *
 * What form the answer has to take.
 *
 * Since: 0.1
 */
typedef enum
{
  DHEERA_RESPONSE_FORMAT_TEXT,
  DHEERA_RESPONSE_FORMAT_JSON_OBJECT,
  DHEERA_RESPONSE_FORMAT_JSON_SCHEMA,
} DheeraResponseFormat;

/**
 * DheeraPartType:
 * @DHEERA_PART_TYPE_TEXT: text
 * @DHEERA_PART_TYPE_IMAGE: a picture, as bytes or by its address
 * @DHEERA_PART_TYPE_AUDIO: sound, as bytes
 * @DHEERA_PART_TYPE_FILE: a document, as bytes or by the id of an uploaded file
 *
 * What a [class@Part] of a message is.
 *
 * Since: 0.1
 */
typedef enum
{
  DHEERA_PART_TYPE_TEXT,
  DHEERA_PART_TYPE_IMAGE,
  DHEERA_PART_TYPE_AUDIO,
  DHEERA_PART_TYPE_FILE,
} DheeraPartType;

/**
 * DheeraTristate:
 * @DHEERA_TRISTATE_UNSET: nothing is said about it: the provider's default holds
 * @DHEERA_TRISTATE_NO: no
 * @DHEERA_TRISTATE_YES: yes
 *
 * A boolean that can be left unset.
 *
 * Since: 0.1
 */
typedef enum
{
  DHEERA_TRISTATE_UNSET,
  DHEERA_TRISTATE_NO,
  DHEERA_TRISTATE_YES,
} DheeraTristate;

/**
 * DheeraTimestamps:
 * @DHEERA_TIMESTAMPS_NONE: of nothing
 * @DHEERA_TIMESTAMPS_SEGMENTS: of sentences, or what comes near to them
 * @DHEERA_TIMESTAMPS_WORDS: of words
 *
 * Of what a transcription is to tell when it is said.
 *
 * Since: 0.1
 */
typedef enum
{
  DHEERA_TIMESTAMPS_NONE = 0,
  DHEERA_TIMESTAMPS_SEGMENTS = 1 << 0,
  DHEERA_TIMESTAMPS_WORDS = 1 << 1,
} DheeraTimestamps;

/**
 * DheeraHttpPhase:
 * @DHEERA_HTTP_PHASE_REQUEST: the request is about to be sent
 * @DHEERA_HTTP_PHASE_RESPONSE: the head of the answer is there
 *
 * How far an exchange is when a middleware sees it.
 *
 * Since: 0.1
 */
typedef enum
{
  DHEERA_HTTP_PHASE_REQUEST,
  DHEERA_HTTP_PHASE_RESPONSE,
} DheeraHttpPhase;

/**
 * DheeraParamPolicy:
 * @DHEERA_PARAM_POLICY_REJECT: the call fails with %DHEERA_ERROR_UNSUPPORTED_PARAMETER
 * @DHEERA_PARAM_POLICY_DROP: the parameter is left out, and [property@Response:warnings] says so
 *
 * What happens to a parameter of a request that its provider does not know.
 *
 * Since: 0.1
 */
typedef enum
{
  DHEERA_PARAM_POLICY_REJECT,
  DHEERA_PARAM_POLICY_DROP,
} DheeraParamPolicy;

G_END_DECLS
