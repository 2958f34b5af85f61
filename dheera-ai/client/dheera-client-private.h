/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-client.h"

#include "dheera-ai/model/calls/dheera-call-private.h"
#include "dheera-ai/providers/dheera-model-data-private.h"
#include "dheera-ai/transport/dheera-transport-private.h"
#include "dheera-ai/wire/dheera-framer-private.h"
#include "dheera-ai/wire/dheera-json-private.h"

G_BEGIN_DECLS

/* The memory that a call reads and decodes in. It is passed on from call to call: making it anew would cost a tenth of a short call. */
typedef struct
{
  DheeraFramer *framer;
  DheeraJson json;
} DheeraBuffers;

DheeraBuffers   *dheera_buffers_new            (void) G_GNUC_WARN_UNUSED_RESULT;
void             dheera_buffers_free           (DheeraBuffers *self);

struct _DheeraClient
{
  GObject parent_instance;

  SoupSession *session; /* the user's, nullable */
  DheeraSessionOptions *session_options; /* nullable */
  DheeraSessionConfig *session_config;   /* what they said when the client was made */
  double timeout;
  double connect_timeout;
  double first_token_timeout;
  double idle_timeout;
  guint max_retries;
  DheeraParamPolicy param_policy;
  gint capture;       /* DheeraCapture; atomic, like the next three */
  gint capture_limit; /* bytes of each body */
  gint header_users;  /* loggers that write headers */
  gint body_users;    /* and bodies */
  char *default_model;

  GRecMutex providers_lock; /* recursive: whoever watches the list may ask for a provider from inside its signal */
  GListStore *providers;
  GMutex mutex; /* of what follows: calls come from any thread. Locked with dheera_client_lock() */
  guint generation; /* of the process that the mutex and the calls are of */
  DheeraTransport *transport; /* made at the first call */
  GPtrArray *calls;           /* that run */
  GPtrArray *middleware;      /* replaced, never changed; NULL without any, which is looked up without the mutex */

  GMutex models_lock;
  GHashTable *model_data;     /* that was loaded; NULL before it is first needed */
  char *facts_provider;       /* of what was looked up last: nearly every answer comes from the model that the one before it came from */
  char *facts_model;
  const DheeraModelFacts *facts; /* nullable */

  DheeraBuffers *spare;       /* what a call left for the next one; atomic, nullable */
};

/* Nobody's in a child, whatever the parent's threads were at; and there none of the parent's calls runs. */
void             dheera_client_lock            (DheeraClient *self);
/* Readies for the fork what all clients share. */
void             dheera_client_prepare_default (void);

/* Whether the client was made in a way that there is a session to use. */
gboolean         dheera_client_check_session   (DheeraClient  *self,
                                                GError       **error);
/* The session that a call goes over: the request's, the client's, the default client's, or the client's own. Never fails: that is for the first use. */
DheeraTransport *dheera_client_dup_transport   (DheeraClient      *self,
                                                DheeraBaseRequest *request) G_GNUC_WARN_UNUSED_RESULT;

/* (transfer full): the provider and model that the request means, or NULL with UNKNOWN_MODEL or INVALID_REQUEST. model is set to NULL where the request names none. */
DheeraProvider  *dheera_client_resolve         (DheeraClient      *self,
                                                DheeraBaseRequest *request,
                                                gboolean           needs_model,
                                                char             **model,
                                                GError           **error) G_GNUC_WARN_UNUSED_RESULT;

/* The provider's id and the model that a name means; FALSE with UNKNOWN_MODEL when it means none */
gboolean         dheera_client_split_model     (DheeraClient  *self,
                                                const char    *name,
                                                char         **id,
                                                char         **model,
                                                GError       **error);
/* From any thread: what is known about a model. */
gboolean         dheera_client_find_facts      (DheeraClient     *self,
                                                const char       *provider,
                                                const char       *model,
                                                DheeraModelFacts *facts);

/* From any thread. */
DheeraBuffers   *dheera_client_take_buffers    (DheeraClient  *self) G_GNUC_WARN_UNUSED_RESULT;
void             dheera_client_give_buffers    (DheeraClient  *self,
                                                DheeraBuffers *buffers);

/* From any thread: somebody who watches needs what calls capture, whatever the application has set, or does not need it any more. what is one flag. */
void             dheera_client_need_capture    (DheeraClient  *self,
                                                DheeraCapture  what,
                                                gboolean       needed);
DheeraCapture    dheera_client_get_needed_capture (DheeraClient *self);

/* Calls that run, so that cancel_all() finds them, and the signals */
void             dheera_client_add_call        (DheeraClient *self,
                                                DheeraCall   *call);
void             dheera_client_remove_call     (DheeraClient *self,
                                                DheeraCall   *call);
void             dheera_client_call_started    (DheeraClient *self,
                                                DheeraCall   *call);
void             dheera_client_attempt_finished (DheeraClient *self,
                                                DheeraCall   *call);
void             dheera_client_call_finished   (DheeraClient *self,
                                                DheeraCall   *call);

G_END_DECLS
