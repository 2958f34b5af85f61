/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/dheera-base-request.h"
#include "dheera-ai/model/dheera-json-text-private.h"

G_BEGIN_DECLS

typedef struct
{
  char *name;
  char *value;
} DheeraRequestHeader;

struct _DheeraBaseRequest
{
  GObject parent_instance;

  char *model;
  char *provider;
  SoupSession *session;
  double timeout;
  double first_token_timeout;
  double idle_timeout;
  int max_retries;
  char *api_key;
  char *base_url;
  DheeraJsonText extra;
  char **handed_on; /* nullable: members of extra that came from elsewhere, and of which a provider gets only what its protocol has; see dheera-extra.c */
  char *traceparent;
  char *tracestate;
  GArray *headers; /* of DheeraRequestHeader, nullable */
};

struct _DheeraBaseRequestClass
{
  GObjectClass parent_class;

  /* Copies what the subclass adds into a fresh object of the same class. */
  void     (*copy)     (DheeraBaseRequest  *self,
                        DheeraBaseRequest  *into);
  /* Checks what the subclass adds. */
  gboolean (*validate) (DheeraBaseRequest  *self,
                        GError            **error);
  /* How many answers, vectors or results it asks for; 0, as NULL, when that is not known. */
  guint    (*count)    (DheeraBaseRequest  *self);
};

#define DHEERA_BASE_REQUEST_GET_CLASS(self) \
  G_TYPE_INSTANCE_GET_CLASS ((self), DHEERA_TYPE_BASE_REQUEST, DheeraBaseRequestClass)

/* The request as it is now, conversation and tools included: what a call works with. */
DheeraBaseRequest *dheera_base_request_copy          (DheeraBaseRequest  *self) G_GNUC_WARN_UNUSED_RESULT;

/* Every value against its allowed range. FALSE with DHEERA_ERROR_INVALID_REQUEST that names the
 * property, the value and what is allowed. A model is not asked for: the client may have a default
 * one. */
gboolean           dheera_base_request_validate      (DheeraBaseRequest  *self,
                                                      GError            **error);

/* dheera-base-request-trace.c */
gboolean           dheera_base_request_check_trace   (DheeraBaseRequest  *self,
                                                      GError            **error);

/* How many answers it asks for: choices, vectors, results; 0 when that is not known. */
guint              dheera_base_request_count         (DheeraBaseRequest  *self);

/* The key is for transport/ alone. NULL when there is none. */
const char        *dheera_base_request_get_api_key   (DheeraBaseRequest  *self);

guint              dheera_base_request_get_n_headers (DheeraBaseRequest  *self);
/* In the order in which they were set; validated ones once the request was. */
void               dheera_base_request_get_header    (DheeraBaseRequest  *self,
                                                      guint               position,
                                                      const char        **name,
                                                      const char        **value);
/* extra when it is good, else NULL */
const char        *dheera_base_request_peek_extra    (DheeraBaseRequest  *self);

G_END_DECLS
