/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-provider.h"

#include "dheera-ai/model/dheera-chat-json-private.h"
#include "dheera-ai/wire/dheera-http-private.h"

G_BEGIN_DECLS

typedef struct _DheeraProtocol DheeraProtocol;

/* A row of the table: what the build makes of providers.json. All static. */
typedef struct
{
  const char *id;
  const char *name;
  const char *const *aliases;        /* nullable: "together" for "togetherai" */
  const DheeraProtocol *protocol;
  const char *base_url;              /* may hold {placeholders}: then the user must set base-url, and the error says so */
  const char *const *base_url_env;
  const char *const *key_env;
  DheeraAuth auth;
  const char *auth_header;
  gboolean key_optional;
  gboolean local;                    /* a server of the user's own machine */
  const char *chat_path;
  const char *models_path;
  const char *request_id_header;
  const char *docs;
  DheeraChatDialect dialect;
  const char *const *drop_params;
  /* pairs raw, mapped: "eos", "stop"; "error" as mapped is a failure */
  const char *const *finish_reasons;
  double temperature_max;            /* -1 no bound of its own */
} DheeraProviderRow;

const DheeraProviderRow *dheera_provider_rows       (guint *n_rows);
/* By id or alias, NULL when unknown */
const DheeraProviderRow *dheera_provider_find_row   (const char *id);
/* All ids, comma-separated, for error texts */
char                    *dheera_provider_list_ids   (void);

/* "provider/model" or a bare well-known name. FALSE with UNKNOWN_MODEL and what would work. custom_ids (nullable): ids of providers added to the client, known beside the table's. */
gboolean                 dheera_model_name_resolve  (const char         *name,
                                                     const char *const  *custom_ids,
                                                     char              **provider_id,
                                                     char              **model,
                                                     GError            **error);

/* Of a provider with an unknown id: FALSE with INVALID_REQUEST and the list of ids. */
gboolean                 dheera_provider_check      (DheeraProvider *self,
                                                     GError        **error);
const DheeraProviderRow *dheera_provider_get_row    (DheeraProvider *self);
const DheeraProtocol    *dheera_provider_get_protocol (DheeraProvider *self);
/* override (the request's, nullable) > base-url > environment > row, checked; NULL with INVALID_REQUEST. */
char                    *dheera_provider_dup_base_url (DheeraProvider *self,
                                                     const char      *override_url,
                                                     GError         **error);
/* api-key > environment; NULL when there is none. Read anew at each call, never stored. */
char                    *dheera_provider_dup_key    (DheeraProvider *self);
/* Puts the provider's own headers (organization, project, set_header) on a request and says where its key goes. */
void                     dheera_provider_apply      (DheeraProvider    *self,
                                                     DheeraHttpRequest *request);

/* NULL when no credentials function is set. Otherwise calls it; done is called exactly once, perhaps from inside this call, perhaps later, in any thread, with either key or error. */
typedef void (*DheeraCredentialsDone) (const char *key,
                                       GError     *error,
                                       gpointer    user_data);
gboolean                 dheera_provider_has_credentials_func (DheeraProvider *self);
void                     dheera_provider_request_key (DheeraProvider        *self,
                                                     gboolean               refused,
                                                     DheeraCredentialsDone  done,
                                                     gpointer               user_data,
                                                     GDestroyNotify         destroy);

G_END_DECLS
