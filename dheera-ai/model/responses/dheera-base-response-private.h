/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/dheera-base-response.h"
#include "dheera-usage-private.h"

#include "dheera-ai/wire/dheera-json-writer-private.h"

G_BEGIN_DECLS

struct _DheeraBaseResponse
{
  GObject parent_instance;

  char *id; /* NULL reads as "", here and below */
  char *model;
  char *provider;
  DheeraUsage *usage; /* nullable */
  char *request_id;
  GPtrArray *warnings; /* NULL-terminated strings, nullable */
  char *raw_json;      /* nullable */
  DheeraCall *call;    /* nullable */
};

struct _DheeraBaseResponseClass
{
  GObjectClass parent_class;

  /* The members of the answer in OpenAI's form, or, where that has none, in the one that most providers know */
  void (*write) (DheeraBaseResponse *self,
                 DheeraJsonWriter   *writer);
};

/* An answer of that class, for decoders to fill */
gpointer     dheera_base_response_new               (GType               type,
                                                     const char         *provider) G_GNUC_WARN_UNUSED_RESULT;
/* Takes the text; NULL changes nothing. */
void         dheera_base_response_take_id           (DheeraBaseResponse *self,
                                                     char               *id);
void         dheera_base_response_take_model        (DheeraBaseResponse *self,
                                                     char               *model);
/* Made when first asked for */
DheeraUsage *dheera_base_response_ensure_usage      (DheeraBaseResponse *self);
/* Takes the text. */
void         dheera_base_response_take_raw_json     (DheeraBaseResponse *self,
                                                     char               *raw_json);
/* What only the call knows. warnings: (element-type utf8). The model that was asked for stands in for one that the answer does not name. */
void         dheera_base_response_set_call          (DheeraBaseResponse *self,
                                                     DheeraCall         *call,
                                                     GPtrArray          *warnings);

/* Members that several classes write */
void         dheera_base_response_write_id          (DheeraBaseResponse *self,
                                                     DheeraJsonWriter   *writer);
void         dheera_base_response_write_model       (DheeraBaseResponse *self,
                                                     DheeraJsonWriter   *writer);
/* Of what only takes tokens in and gives none out */
void         dheera_base_response_write_usage       (DheeraBaseResponse *self,
                                                     DheeraJsonWriter   *writer);
/* With the names that OpenAI has for it outside of chats: input_tokens, output_tokens; with a type where one is given. */
void         dheera_base_response_write_token_usage (DheeraBaseResponse *self,
                                                     const char         *type,
                                                     DheeraJsonWriter   *writer);

G_END_DECLS
