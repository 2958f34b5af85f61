/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/messages/dheera-message-private.h"
#include "dheera-ai/model/requests/dheera-request-private.h"
#include "dheera-ai/model/responses/dheera-response-private.h"
#include "dheera-ai/model/tools/dheera-tool-ids-private.h"

#include "dheera-ai/wire/dheera-json-writer-private.h"

G_BEGIN_DECLS

/* OpenAI's chat JSON, written and read in one place: to_json() and new_from_json() of the public
 * classes, the provider that speaks it, and the gateway. */

/* How a request says how much the model is to think */
typedef enum
{
  DHEERA_CHAT_REASONING_NONE,            /* there is no way: the caller has dropped it */
  DHEERA_CHAT_REASONING_EFFORT,          /* reasoning_effort: "high" */
  DHEERA_CHAT_REASONING_OBJECT,          /* reasoning: {effort, max_tokens, enabled} */
  DHEERA_CHAT_REASONING_THINKING,        /* thinking: {type, budget_tokens} */
  DHEERA_CHAT_REASONING_ENABLE_THINKING, /* enable_thinking, thinking_budget */
  DHEERA_CHAT_REASONING_TEMPLATE,        /* chat_template_kwargs: {enable_thinking} */
} DheeraChatReasoning;

/* What distinguishes the members of the compatible family from each other. All zero is the cautious
 * choice for a server that nothing is known about. */
typedef struct
{
  const char *max_tokens_member;        /* NULL is "max_tokens" */
  const char *seed_member;              /* NULL is "seed" */
  DheeraChatReasoning reasoning;
  const char *replay_reasoning;         /* member that reasoning goes back in, NULL to leave it out */
  const char *native_family;            /* blocks of that family go back in ... */
  const char *native_member;            /* ... this member of the message, as an array */
  gboolean keep_developer_role;         /* else it becomes system */
  gboolean flatten_content_parts;       /* content that is all text becomes one string */
  gboolean empty_content_for_tool_calls; /* "" instead of null */
  gboolean refusal;                     /* an assistant's refusal goes back as such, else as content */
  gboolean include_usage;               /* stream_options: {include_usage: true} on streams */
  gboolean cache_control;               /* on parts and tools */
  gboolean mistral_parts;               /* files as document_url, sound as bare base64, and a name only beside results of tools */
  gboolean mistral_turns;               /* short ids of calls, only the model speaks behind results, and its thoughts go back as chunks */
  gboolean thought_signatures;          /* extra_content of tool calls, where Google's models sign */
  gboolean complete;                    /* to_json(): also what no provider takes, so that nothing is lost */
  DheeraParams omit;                    /* set, but not to be written */
  DheeraToolIds *tool_ids;              /* nullable; of the messages that are being written, for mistral_turns */
} DheeraChatDialect;

/* OpenAI's own */
extern const DheeraChatDialect dheera_chat_dialect_openai;
/* to_json()'s */
extern const DheeraChatDialect dheera_chat_dialect_complete;

/* What can be set on a request, but has no place in that dialect: the caller refuses or drops it.
 * Only reasoning so far; see omit. */
DheeraParams dheera_chat_dialect_list_inexpressible (const DheeraChatDialect *dialect);

/* The members of the request's body, in an object that the caller began and will end; the request
 * was validated. model (nullable: none) is without prefix. extra is not part of it:
 * dheera_chat_write_body() merges it over the finished text. */
void      dheera_chat_write_request_members (DheeraJsonWriter        *writer,
                                             DheeraRequest           *request,
                                             const char              *model,
                                             gboolean                 stream,
                                             const DheeraChatDialect *dialect);
/* The array of messages, after a key */
void      dheera_chat_write_messages        (DheeraJsonWriter        *writer,
                                             DheeraConversation      *conversation,
                                             const DheeraChatDialect *dialect);
void      dheera_chat_write_message         (DheeraJsonWriter        *writer,
                                             DheeraMessage           *message,
                                             const DheeraChatDialect *dialect);
void      dheera_chat_write_message_members (DheeraJsonWriter        *writer,
                                             DheeraMessage           *message,
                                             const DheeraChatDialect *dialect);
/* The member image_url of a picture */
void      dheera_chat_write_image           (DheeraJsonWriter        *writer,
                                             DheeraPart              *part);
/* An element of provider_blocks, which keeps a block with the name of its family and its place */
void      dheera_chat_write_native          (DheeraJsonWriter        *writer,
                                             const DheeraNativeBlock *block);
/* A function in OpenAI's form, which others have from there; strict is written unless it is UNSET */
void      dheera_chat_write_tool            (DheeraJsonWriter        *writer,
                                             DheeraTool              *tool,
                                             DheeraTristate           strict,
                                             const DheeraChatDialect *dialect);
/* The member cache_control, if there is a good one and the dialect has it */
void      dheera_chat_write_cache_control   (DheeraJsonWriter        *writer,
                                             const char              *cache_control,
                                             const DheeraChatDialect *dialect);
/* The members of extra (nullable, checked) but those of the names in except (nullable), in an object
 * that was begun */
void      dheera_chat_write_extra_members   (DheeraJsonWriter        *writer,
                                             const char              *extra,
                                             const char *const       *except);
/* The whole body with extra merged over it */
GBytes   *dheera_chat_write_body            (DheeraRequest           *request,
                                             const char              *model,
                                             gboolean                 stream,
                                             const DheeraChatDialect *dialect) G_GNUC_WARN_UNUSED_RESULT;

/* Parses what a user gave as the JSON of a whole thing: what is "request" or "conversation", for
 * the error. The view has to be cleared in any case. */
gboolean  dheera_chat_parse                 (DheeraJson              *view,
                                             const char              *json,
                                             const char              *what,
                                             GError                 **error);
/* FALSE with DHEERA_ERROR_INVALID_REQUEST that names the path, "messages[2].content[0].type". The
 * request, or the conversation, is a fresh one. */
gboolean  dheera_chat_read_request          (DheeraRequest           *request,
                                             DheeraJsonValue          body,
                                             GError                 **error);
gboolean  dheera_chat_read_messages         (DheeraConversation      *conversation,
                                             DheeraJsonValue          messages,
                                             GError                 **error);

G_END_DECLS
