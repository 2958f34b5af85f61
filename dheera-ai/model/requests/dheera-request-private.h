/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/dheera-json-text-private.h"
#include "dheera-ai/model/dheera-request.h"
#include "dheera-base-request-private.h"

G_BEGIN_DECLS

/* What a request can have set and a provider may not know. */
typedef enum
{
  DHEERA_PARAM_TEMPERATURE = 1 << 0,
  DHEERA_PARAM_TOP_P = 1 << 1,
  DHEERA_PARAM_TOP_K = 1 << 2,
  DHEERA_PARAM_MAX_TOKENS = 1 << 3,
  DHEERA_PARAM_STOP = 1 << 4,
  DHEERA_PARAM_SEED = 1 << 5,
  DHEERA_PARAM_N = 1 << 6,
  DHEERA_PARAM_PRESENCE_PENALTY = 1 << 7,
  DHEERA_PARAM_FREQUENCY_PENALTY = 1 << 8,
  DHEERA_PARAM_LOGPROBS = 1 << 9,
  DHEERA_PARAM_TOP_LOGPROBS = 1 << 10,
  DHEERA_PARAM_TOOLS = 1 << 11,
  DHEERA_PARAM_TOOL_CHOICE = 1 << 12,
  DHEERA_PARAM_PARALLEL_TOOL_CALLS = 1 << 13,
  DHEERA_PARAM_JSON_OBJECT = 1 << 14,  /* response-format JSON_OBJECT: "json_object" */
  DHEERA_PARAM_JSON_SCHEMA = 1 << 15,  /* response-format JSON_SCHEMA: "json_schema" */
  DHEERA_PARAM_REASONING_EFFORT = 1 << 16,
  DHEERA_PARAM_REASONING_BUDGET = 1 << 17,
  DHEERA_PARAM_USER = 1 << 18,
  DHEERA_PARAM_METADATA = 1 << 19,
  DHEERA_PARAM_SERVICE_TIER = 1 << 20,
} DheeraParams;

struct _DheeraRequest
{
  DheeraBaseRequest parent_instance;

  DheeraConversation *conversation; /* made when first asked for */
  double temperature;
  double top_p;
  int top_k;
  int max_tokens;
  char **stop;
  gint64 seed;
  int n;
  double presence_penalty;
  double frequency_penalty;
  DheeraTristate logprobs;
  int top_logprobs;
  GListStore *tools; /* of DheeraTool; made when first needed */
  char *tool_choice;
  DheeraTristate parallel_tool_calls;
  int max_steps; /* of run() */
  DheeraResponseFormat response_format;
  DheeraJsonText response_schema;
  char *response_schema_name;        /* NULL is "response" */
  char *response_schema_description; /* only from and to JSON */
  DheeraTristate response_schema_strict;
  char *reasoning_effort;
  int reasoning_budget;
  char *user;
  DheeraJsonText metadata;
  char *service_tier;
};

#define DHEERA_REQUEST_NO_PENALTY (-1000.0)
#define DHEERA_REQUEST_MAX_STEPS 16

/* What the class adds to dheera_base_request_validate(), to be called through it. */
gboolean       dheera_request_check           (DheeraBaseRequest  *base,
                                               GError            **error);

/* See dheera_base_request_copy() and dheera_base_request_validate(). */
DheeraRequest *dheera_request_copy            (DheeraRequest  *self) G_GNUC_WARN_UNUSED_RESULT;
gboolean       dheera_request_validate        (DheeraRequest  *self,
                                               GError        **error);

/* Which of them are set */
DheeraParams   dheera_request_list_set_params (DheeraRequest  *self);
/* The name that the one flag has in OpenAI's body, "max_tokens", "tools" */
const char    *dheera_param_get_name          (DheeraParams    param);
/* 0 when there is none of that name; "max_completion_tokens" is MAX_TOKENS and "response_format"
 * both of its flags. */
DheeraParams   dheera_param_from_name         (const char     *name);

guint          dheera_request_get_n_tools     (DheeraRequest  *self);
DheeraTool    *dheera_request_peek_tool       (DheeraRequest  *self,
                                               guint           position);
/* Never NULL; the conversation is not made by asking for the number. */
guint          dheera_request_get_n_messages  (DheeraRequest  *self);

G_END_DECLS
