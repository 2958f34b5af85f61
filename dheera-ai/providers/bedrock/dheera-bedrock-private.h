/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/providers/dheera-protocol-private.h"

#include "dheera-ai/model/tools/dheera-tool-ids-private.h"

G_BEGIN_DECLS

/* The parts of Amazon Bedrock's Converse that dheera-bedrock.c puts together */

/* Native blocks of a message are elements of Converse's content, whole. */
#define DHEERA_BEDROCK_FAMILY "bedrock"

/* The invisible tool through which a model answers in JSON that has no other way to */
#define DHEERA_BEDROCK_JSON_TOOL "json"

/* Of DheeraDecoder.flags; only the first is the encoder's. */
typedef enum
{
  DHEERA_BEDROCK_FLAG_JSON_TOOL = 1 << 0, /* what goes into the invisible tool is the answer's text */
  DHEERA_BEDROCK_FLAG_JSON_SEEN = 1 << 1, /* it was called */
  DHEERA_BEDROCK_FLAG_STOPPED = 1 << 2,   /* messageStop came */
  DHEERA_BEDROCK_FLAG_METADATA = 1 << 3,  /* metadata came, before or behind it */
  DHEERA_BEDROCK_FLAG_ENDED = 1 << 4,
} DheeraBedrockFlags;

/* --- What is known of models, by their names --- */

typedef enum
{
  DHEERA_BEDROCK_OTHER,
  DHEERA_BEDROCK_CLAUDE,
  DHEERA_BEDROCK_NOVA,
  DHEERA_BEDROCK_OPENAI,
  DHEERA_BEDROCK_MISTRAL,
} DheeraBedrockMaker;

typedef struct
{
  DheeraBedrockMaker maker;
  guint thinks : 1;     /* Claude: can be asked to, like the next three */
  guint adaptive : 1;   /* chooses by itself how much, and takes an effort */
  guint takes_xhigh : 1;
  guint rejects_sampling : 1; /* temperature, topP and top_k */
  guint one_sampling : 1;     /* temperature or topP, not both */
  guint json_tool : 1;  /* answers in JSON through a tool only */
  guint no_strict : 1;  /* refuses strict tools */
} DheeraBedrockModel;

/* Of "anthropic.claude-…", also behind "us." and its kin, and at the end of an ARN */
DheeraBedrockModel dheera_bedrock_model_find     (const char *name);

/* --- Requests --- */

/* What is decided about a request before its body is written */
typedef struct
{
  const DheeraEncoding *encoding;
  DheeraRequest *request;
  DheeraBedrockModel model;
  DheeraParams params;       /* set, and to be written */
  gboolean json_tool;
  gboolean thinks;           /* of Claude: thinking is asked for */
  DheeraToolIds *ids;        /* of calls */
  GHashTable *names;         /* of documents, so that none is there twice */
  guint n_documents;
} DheeraBedrockPlan;

/* FALSE with UNSUPPORTED_PARAMETER */
gboolean           dheera_bedrock_plan_init      (DheeraBedrockPlan    *self,
                                                  const DheeraEncoding *encoding,
                                                  DheeraRequest        *request,
                                                  GError              **error);
void               dheera_bedrock_plan_clear     (DheeraBedrockPlan *self);

/* The budget of thinking, 0 for none or one that the model chooses */
int                dheera_bedrock_plan_get_budget (DheeraBedrockPlan *self);
/* -1 for the model's own limit */
int                dheera_bedrock_plan_get_max_tokens (DheeraBedrockPlan *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DheeraBedrockPlan, dheera_bedrock_plan_clear)

/* The members messages and system, in an object that was begun. FALSE with NOT_SUPPORTED or INVALID_REQUEST. */
gboolean           dheera_bedrock_write_turns    (DheeraBedrockPlan *self,
                                                  DheeraJsonWriter  *writer,
                                                  GError           **error);
/* One part as an element of content */
gboolean           dheera_bedrock_write_part     (DheeraBedrockPlan *self,
                                                  DheeraPart        *part,
                                                  DheeraJsonWriter  *writer,
                                                  GError           **error);
/* The element cachePoint behind what is marked so; nothing without cache_control (nullable) */
void               dheera_bedrock_write_cache_point (DheeraJsonWriter *writer,
                                                  const char        *cache_control);
/* The member toolConfig, if there has to be one. FALSE with UNSUPPORTED_PARAMETER. */
gboolean           dheera_bedrock_write_tools    (DheeraBedrockPlan *self,
                                                  DheeraJsonWriter  *writer,
                                                  GError           **error);
/* The member additionalModelRequestFields, if there is something that only the model's maker knows */
void               dheera_bedrock_write_additional (DheeraBedrockPlan *self,
                                                  DheeraJsonWriter  *writer);
/* "/model/…/" and action, with the model as one segment */
char              *dheera_bedrock_make_path      (const char *model,
                                                  const char *action) G_GNUC_WARN_UNUSED_RESULT;
/* What stands for the ids of the conversation's calls, which elsewhere may have any form */
DheeraToolIds     *dheera_bedrock_make_tool_ids  (const DheeraBedrockModel *model,
                                                  DheeraConversation       *conversation) G_GNUC_WARN_UNUSED_RESULT;

/* --- Answers --- */

DheeraDecoded      dheera_bedrock_decode         (DheeraDecoder     *decoder,
                                                  const char        *body,
                                                  gsize              length);
DheeraDecoded      dheera_bedrock_decode_frame   (DheeraDecoder     *decoder,
                                                  const DheeraFrame *frame);
DheeraDecoded      dheera_bedrock_decode_eof     (DheeraDecoder     *decoder);

/* The blocks of an answer: a whole one, or one as it comes */
void               dheera_bedrock_read_block     (DheeraDecoder   *decoder,
                                                  gint64           index,
                                                  DheeraJsonValue  block);
void               dheera_bedrock_start_block    (DheeraDecoder   *decoder,
                                                  gint64           index,
                                                  DheeraJsonValue  start);
void               dheera_bedrock_add_to_block   (DheeraDecoder   *decoder,
                                                  gint64           index,
                                                  DheeraJsonValue  delta);
/* Also what ends a block whose end was not told */
void               dheera_bedrock_stop_block     (DheeraDecoder   *decoder);
/* Text that was held back since the invisible tool might have been called: it was not. */
void               dheera_bedrock_release_text   (DheeraDecoder   *decoder);

/* A whole block that is neither words nor a call: name and media are its member. */
void               dheera_bedrock_read_media     (DheeraDecoder   *decoder,
                                                  DheeraJsonValue  name,
                                                  DheeraJsonValue  media,
                                                  DheeraJsonValue  block);
/* A picture that came in pieces; start is the JSON of what said its format. */
void               dheera_bedrock_add_image      (DheeraDecoder    *decoder,
                                                  const char       *start,
                                                  const GByteArray *bytes);

/* --- The other endpoints --- */

DheeraHttpRequest *dheera_bedrock_encode_models  (const DheeraEncoding *encoding,
                                                  DheeraBaseRequest    *request,
                                                  GError              **error);
GObject           *dheera_bedrock_decode_models  (DheeraDecoder *decoder,
                                                  const char    *body,
                                                  gsize          length);
/* What is the business of another host than the answers. Of an address of the user's own nothing is known. */
char              *dheera_bedrock_make_url       (const char *base_url,
                                                  const char *service) G_GNUC_WARN_UNUSED_RESULT;
DheeraHttpRequest *dheera_bedrock_encode_embeddings (const DheeraEncoding *encoding,
                                                  DheeraBaseRequest    *request,
                                                  GError              **error);
GObject           *dheera_bedrock_decode_embeddings (DheeraDecoder *decoder,
                                                  const char    *body,
                                                  gsize          length);
DheeraHttpRequest *dheera_bedrock_encode_rerank  (const DheeraEncoding *encoding,
                                                  DheeraBaseRequest    *request,
                                                  GError              **error);
DheeraHttpRequest *dheera_bedrock_encode_count   (const DheeraEncoding *encoding,
                                                  DheeraBaseRequest    *request,
                                                  GError              **error);
GObject           *dheera_bedrock_decode_count   (DheeraDecoder *decoder,
                                                  const char    *body,
                                                  gsize          length);

G_END_DECLS
