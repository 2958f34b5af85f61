/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/providers/dheera-protocol-private.h"

G_BEGIN_DECLS

/* The parts of the protocol that dheera-anthropic.c puts together: Anthropic's Messages, at Anthropic's, at others who speak it, and at
 * hosts that have wrapped it. */

#define DHEERA_ANTHROPIC_FAMILY "anthropic"

/* What has to be asked for by name, as long as it is new: a file by its id */
#define DHEERA_ANTHROPIC_FILES_BETA "files-api-2025-04-14"

/* The invisible tool through which a model answers in JSON that has no other way to */
#define DHEERA_ANTHROPIC_JSON_TOOL "answer_in_json"

typedef enum
{
  /* The request asked for JSON through the invisible tool: what goes into it is the answer's text. */
  DHEERA_ANTHROPIC_FLAG_JSON_TOOL = 1 << 0,
} DheeraAnthropicFlags;

/* Who takes Messages, and how: Anthropic itself, or a cloud that wraps them */
typedef struct
{
  const char *version;      /* anthropic_version in the body, NULL for a header of new_http_request's */
  gboolean model_elsewhere; /* the model is part of the path, not of the body */
  /* Without a body */
  DheeraHttpRequest *(*new_http_request) (const DheeraEncoding *encoding,
                                          DheeraBaseRequest    *request,
                                          gboolean              counting,
                                          GError              **error);
} DheeraAnthropicHost;

/* --- What is known of models, by their names --- */

typedef struct
{
  int max_tokens;            /* the most that it writes; of an unknown one, a number that all can */
  guint thinks : 1;          /* takes thinking with a budget */
  guint adaptive : 1;        /* chooses by itself how much to think, and takes an effort */
  guint takes_xhigh : 1;     /* the effort xhigh is known to it */
  guint structured : 1;      /* output_config.format, and strict tools */
  guint rejects_sampling : 1; /* temperature, top_p and top_k */
  guint one_sampling : 1;    /* temperature or top_p, not both */
} DheeraAnthropicModel;

/* Of "claude-sonnet-4-5-20250929", also with a vendor's prefix or a version behind an @; of any other name what is safe */
DheeraAnthropicModel dheera_anthropic_model_find (const char *name);

/* --- Requests --- */

/* What is decided about a request before its body is written */
typedef struct
{
  const DheeraEncoding *encoding;
  DheeraRequest *request;
  DheeraAnthropicModel model;
  DheeraParams omit;
  int max_tokens;
  int budget;                /* of thinking; 0 none */
  gboolean adaptive;
  gboolean disabled;         /* thinking is switched off */
  const char *effort;        /* nullable */
  gboolean has_tools;        /* the caller's, also where they are in extra */
  gboolean json_tool;
  gboolean counting;         /* count_tokens takes fewer members */
  gboolean uses_files;       /* found while the body is written: a file by its id, which is a beta */
} DheeraAnthropicPlan;

/* FALSE with UNSUPPORTED_PARAMETER or INVALID_REQUEST */
gboolean           dheera_anthropic_plan          (DheeraAnthropicPlan  *plan,
                                                   const DheeraEncoding *encoding,
                                                   DheeraRequest        *request,
                                                   GError              **error);
/* The whole body but for extra. FALSE with NOT_SUPPORTED for content that Messages have no form for. */
gboolean           dheera_anthropic_write_body    (DheeraAnthropicPlan       *plan,
                                                   const DheeraAnthropicHost *host,
                                                   DheeraJsonWriter          *writer,
                                                   GError                   **error);
gboolean           dheera_anthropic_is_sent       (const DheeraAnthropicPlan *plan,
                                                   DheeraParams               param);
/* Its members tools and tool_choice */
void               dheera_anthropic_write_tools   (DheeraAnthropicPlan  *plan,
                                                   DheeraJsonWriter     *writer);
/* The request's extra, with tools among it in Messages' form; NULL when there is none */
char              *dheera_anthropic_dup_extra     (DheeraAnthropicPlan  *plan);
/* DheeraProtocol.place_member of Anthropic's */
const char        *dheera_anthropic_place_member  (const char           *name);
/* Its members system and messages */
gboolean           dheera_anthropic_write_turns   (DheeraAnthropicPlan  *plan,
                                                   DheeraJsonWriter     *writer,
                                                   GError              **error);
/* One part of content as a block. FALSE with NOT_SUPPORTED. */
gboolean           dheera_anthropic_write_part    (DheeraAnthropicPlan  *plan,
                                                   DheeraPart           *part,
                                                   const char           *cache_control,
                                                   DheeraJsonWriter     *writer,
                                                   GError              **error);
/* The schema as output_config.format takes it: closed objects, and what may be no keyword said in a description */
void               dheera_anthropic_write_schema  (DheeraJsonWriter    *writer,
                                                   const char          *schema);

/* A chat, or with counting a question how many tokens one has. NULL as of encode_chat. */
DheeraHttpRequest *dheera_anthropic_encode        (const DheeraEncoding      *encoding,
                                                   DheeraRequest             *request,
                                                   const DheeraAnthropicHost *host,
                                                   gboolean                   counting,
                                                   GError                   **error);

/* --- Answers --- */

DheeraDecoded      dheera_anthropic_decode        (DheeraDecoder     *decoder,
                                                   const char        *body,
                                                   gsize              length);
DheeraDecoded      dheera_anthropic_decode_frame  (DheeraDecoder     *decoder,
                                                   const DheeraFrame *frame);
DheeraDecoded      dheera_anthropic_decode_eof    (DheeraDecoder     *decoder);

/* A DheeraUsage with the number of tokens of the prompt */
GObject           *dheera_anthropic_decode_count  (DheeraDecoder     *decoder,
                                                   const char        *body,
                                                   gsize              length);

/* --- Claude at Google's --- */

/* The protocol for a model of Anthropic's on Vertex AI, NULL for all others */
const DheeraProtocol *dheera_anthropic_find_on_vertex (DheeraProvider *provider,
                                                   const char     *model);

G_END_DECLS
