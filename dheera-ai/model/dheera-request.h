/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-base-request.h"
#include "dheera-conversation.h"
#include "dheera-enums.h"
#include "dheera-tool.h"

G_BEGIN_DECLS

#define DHEERA_TYPE_REQUEST (dheera_request_get_type ())

DHEERA_AVAILABLE_IN_0_1
_DHEERA_DECLARE_CLASS (DheeraRequest, dheera_request, REQUEST)

DHEERA_AVAILABLE_IN_0_1
DheeraRequest        *dheera_request_new                        (const char            *model);
DHEERA_AVAILABLE_IN_0_1
DheeraRequest        *dheera_request_new_for_prompt             (const char            *model,
                                                                 const char            *prompt);
DHEERA_AVAILABLE_IN_0_1
DheeraRequest        *dheera_request_new_from_json              (const char            *json,
                                                                 GError               **error);
DHEERA_AVAILABLE_IN_0_1
char                 *dheera_request_to_json                    (DheeraRequest         *self);

DHEERA_AVAILABLE_IN_0_1
DheeraConversation   *dheera_request_get_conversation           (DheeraRequest         *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_request_set_conversation           (DheeraRequest         *self,
                                                                 DheeraConversation    *conversation);
DHEERA_AVAILABLE_IN_0_1
double                dheera_request_get_temperature            (DheeraRequest         *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_request_set_temperature            (DheeraRequest         *self,
                                                                 double                 temperature);
DHEERA_AVAILABLE_IN_0_1
double                dheera_request_get_top_p                  (DheeraRequest         *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_request_set_top_p                  (DheeraRequest         *self,
                                                                 double                 top_p);
DHEERA_AVAILABLE_IN_0_1
int                   dheera_request_get_top_k                  (DheeraRequest         *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_request_set_top_k                  (DheeraRequest         *self,
                                                                 int                    top_k);
DHEERA_AVAILABLE_IN_0_1
int                   dheera_request_get_max_tokens             (DheeraRequest         *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_request_set_max_tokens             (DheeraRequest         *self,
                                                                 int                    max_tokens);
DHEERA_AVAILABLE_IN_0_1
const char * const   *dheera_request_get_stop                   (DheeraRequest         *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_request_set_stop                   (DheeraRequest         *self,
                                                                 const char * const    *stop);
DHEERA_AVAILABLE_IN_0_1
gint64                dheera_request_get_seed                   (DheeraRequest         *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_request_set_seed                   (DheeraRequest         *self,
                                                                 gint64                 seed);
DHEERA_AVAILABLE_IN_0_1
int                   dheera_request_get_n                      (DheeraRequest         *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_request_set_n                      (DheeraRequest         *self,
                                                                 int                    n);
DHEERA_AVAILABLE_IN_0_1
double                dheera_request_get_presence_penalty       (DheeraRequest         *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_request_set_presence_penalty       (DheeraRequest         *self,
                                                                 double                 presence_penalty);
DHEERA_AVAILABLE_IN_0_1
double                dheera_request_get_frequency_penalty      (DheeraRequest         *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_request_set_frequency_penalty      (DheeraRequest         *self,
                                                                 double                 frequency_penalty);
DHEERA_AVAILABLE_IN_0_1
DheeraTristate        dheera_request_get_logprobs               (DheeraRequest         *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_request_set_logprobs               (DheeraRequest         *self,
                                                                 DheeraTristate         logprobs);
DHEERA_AVAILABLE_IN_0_1
int                   dheera_request_get_top_logprobs           (DheeraRequest         *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_request_set_top_logprobs           (DheeraRequest         *self,
                                                                 int                    top_logprobs);

DHEERA_AVAILABLE_IN_0_1
void                  dheera_request_add_tool                   (DheeraRequest         *self,
                                                                 DheeraTool            *tool);
DHEERA_AVAILABLE_IN_0_1
GListModel           *dheera_request_get_tools                  (DheeraRequest         *self);
DHEERA_AVAILABLE_IN_0_1
const char           *dheera_request_get_tool_choice            (DheeraRequest         *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_request_set_tool_choice            (DheeraRequest         *self,
                                                                 const char            *tool_choice);
DHEERA_AVAILABLE_IN_0_1
DheeraTristate        dheera_request_get_parallel_tool_calls    (DheeraRequest         *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_request_set_parallel_tool_calls    (DheeraRequest         *self,
                                                                 DheeraTristate         parallel_tool_calls);
DHEERA_AVAILABLE_IN_0_1
int                   dheera_request_get_max_steps              (DheeraRequest         *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_request_set_max_steps              (DheeraRequest         *self,
                                                                 int                    max_steps);

DHEERA_AVAILABLE_IN_0_1
DheeraResponseFormat  dheera_request_get_response_format        (DheeraRequest         *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_request_set_response_format        (DheeraRequest         *self,
                                                                 DheeraResponseFormat   response_format);
DHEERA_AVAILABLE_IN_0_1
const char           *dheera_request_get_response_schema        (DheeraRequest         *self);
DHEERA_AVAILABLE_IN_0_1
gboolean              dheera_request_set_response_schema        (DheeraRequest         *self,
                                                                 const char            *schema,
                                                                 GError               **error);
DHEERA_AVAILABLE_IN_0_1
gboolean              dheera_request_set_response_type          (DheeraRequest         *self,
                                                                 GType                  type,
                                                                 GError               **error);
DHEERA_AVAILABLE_IN_0_1
const char           *dheera_request_get_response_schema_name   (DheeraRequest         *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_request_set_response_schema_name   (DheeraRequest         *self,
                                                                 const char            *name);
DHEERA_AVAILABLE_IN_0_1
DheeraTristate        dheera_request_get_response_schema_strict (DheeraRequest         *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_request_set_response_schema_strict (DheeraRequest         *self,
                                                                 DheeraTristate         strict);

DHEERA_AVAILABLE_IN_0_1
const char           *dheera_request_get_reasoning_effort       (DheeraRequest         *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_request_set_reasoning_effort       (DheeraRequest         *self,
                                                                 const char            *reasoning_effort);
DHEERA_AVAILABLE_IN_0_1
int                   dheera_request_get_reasoning_budget       (DheeraRequest         *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_request_set_reasoning_budget       (DheeraRequest         *self,
                                                                 int                    reasoning_budget);

DHEERA_AVAILABLE_IN_0_1
const char           *dheera_request_get_user                   (DheeraRequest         *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_request_set_user                   (DheeraRequest         *self,
                                                                 const char            *user);
DHEERA_AVAILABLE_IN_0_1
const char           *dheera_request_get_metadata               (DheeraRequest         *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_request_set_metadata               (DheeraRequest         *self,
                                                                 const char            *metadata);
DHEERA_AVAILABLE_IN_0_1
const char           *dheera_request_get_service_tier           (DheeraRequest         *self);
DHEERA_AVAILABLE_IN_0_1
void                  dheera_request_set_service_tier           (DheeraRequest         *self,
                                                                 const char            *service_tier);

G_END_DECLS
