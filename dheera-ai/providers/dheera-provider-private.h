/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-provider.h"
#include "dheera-task-private.h"

#include "dheera-ai/model/chat-json/dheera-chat-json-private.h"
#include "dheera-ai/wire/dheera-http-private.h"

G_BEGIN_DECLS

typedef struct _DheeraProtocol DheeraProtocol;
typedef struct _DheeraTokenScheme DheeraTokenScheme;
typedef struct _DheeraHosting DheeraHosting;

/* A row of the table: what the build makes of providers.json. All static. */
typedef struct
{
  const char *id;
  const char *name;
  const char *const *aliases;        /* nullable: "together" for "togetherai" */
  const char *primary;               /* nullable: of a second row of one account, the id of the first: "gemini" for "gemini-openai" */
  const DheeraProtocol *protocol;
  const char *base_url;              /* may hold {placeholders}: then the user must set base-url, and the error says so */
  const char *const *base_url_env;
  const char *no_project_url;        /* nullable: what stands for base_url when there is no project */
  const char *const *host_env;       /* nullable; as base_url_env, but in the manner of OLLAMA_HOST, which has no path of the API's */
  const char *const *url_env;        /* nullable; pairs: a placeholder, the variable that fills it when no property does */
  const char *const *api_version_env;
  const DheeraHosting *hosting;      /* nullable */
  const char *const *key_env;
  const char *const *project_env;    /* nullable; where the project comes from when no property says otherwise ... */
  const char *const *region_env;     /* ... and the region */
  const char *region_default;        /* nullable */
  const char *const *header_env;     /* nullable; pairs: name of a header, variable that it comes from when no property says otherwise */
  const char *const *token_env;      /* nullable, like the next one: with DHEERA_AUTH_HEADER, keys that come from there ... */
  const char *token_prefix;          /* ... or begin so go as Authorization: Bearer */
  DheeraAuth auth;
  const char *auth_header;
  const DheeraTokenScheme *tokens;   /* nullable: access tokens are got for credentials that are no key themselves */
  const char *sign_service;          /* of AWS; with DHEERA_AUTH_SIGV4 */
  gboolean key_optional;
  gboolean local;                    /* a server of the user's own machine */
  gboolean stream_only;              /* a whole answer is asked for as a stream too */
  const char *chat_path;             /* NULL: no chats */
  const char *models_path;
  const char *request_id_header;
  const char *docs;
  DheeraEndpointDialect endpoints;
  DheeraChatDialect dialect;
  gboolean think_tags;               /* <think>...</think> in the text is reasoning */
  DheeraParams drop_params;          /* what the provider refuses, or ignores without a word */
  /* pairs raw, mapped: "eos", "stop"; "error" as mapped is a failure */
  const char *const *finish_reasons;
  double temperature_max;            /* -1 no bound of its own */
} DheeraProviderRow;

/* The credentials function and its data, kept alive while a call is inside of it */
typedef struct
{
  DheeraCredentialsFunc func;
  gpointer user_data;
  GDestroyNotify destroy;
} DheeraProviderCredentials;

struct _DheeraProvider
{
  GObject parent_instance;

  const DheeraProviderRow *row; /* NULL as long as the id says nothing and there is no base URL */
  char *id;
  char *base_url;
  char *organization;
  char *project;
  char *api_version;
  char *region;

  /* A synchronous call in another thread may read what follows while it is changed. */
  GMutex lock;
  char *api_key;
  DheeraHttpRequest *headers; /* nullable; only its headers are used */
  char *bad_header;           /* the name of one that can't be sent */
  DheeraProviderCredentials *credentials;
  char *token;                /* nullable, wiped: see dheera-token-cache.c */
  char *token_id;
  gint64 token_renewal;
  GSList *token_flights;      /* fetches under way, which their calls hold: see dheera-token-flight.c */
};

/* For dheera-provider.c: the parts of it that are kept in dheera-provider-config.c */
void                     dheera_provider_update_row (DheeraProvider *self);
void                     dheera_provider_credentials_unref (DheeraProviderCredentials *self);

const DheeraProviderRow *dheera_provider_rows       (guint *n_rows);
/* By id or alias, NULL when unknown */
const DheeraProviderRow *dheera_provider_find_row   (const char *id);
/* The id or alias that somebody may have meant who wrote this one, NULL when none is near. custom_ids is nullable. */
const char              *dheera_provider_find_similar (const char *id,
                                                     const char *const *custom_ids);
/* All ids, sorted and comma-separated, for error texts */
char                    *dheera_provider_list_ids   (void);

/* "provider/model" or a bare well-known name. FALSE with UNKNOWN_MODEL and what would work. custom_ids
 * (nullable): ids of providers added to the client, known beside the table's. */
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
/* The same where it depends on the model (nullable: it does not matter) */
const DheeraProtocol    *dheera_provider_get_protocol_for (DheeraProvider *self,
                                                     const char     *model);
/* override (the request's, nullable, checked with it) > base-url > environment > row, checked; NULL with INVALID_REQUEST. */
char                    *dheera_provider_dup_base_url (DheeraProvider *self,
                                                     const char      *override_url,
                                                     GError         **error);
/* project > environment; NULL when there is none */
char                    *dheera_provider_dup_project (DheeraProvider *self);
/* region > environment > the row's own; NULL when there is none */
char                    *dheera_provider_dup_region (DheeraProvider *self);
/* api-version > environment; NULL when there is none. */
char                    *dheera_provider_dup_api_version (DheeraProvider *self);
/* api-key > environment; NULL when there is none. Read anew at each call, never stored. */
char                    *dheera_provider_dup_key    (DheeraProvider *self);
/* Adds the provider's own headers (environment, organization, project, set_header) that the request does not
 * have yet, and says where its key goes: nowhere, when the header that the key would go in is there. FALSE with
 * INVALID_REQUEST when one of the headers can't be sent. */
gboolean                 dheera_provider_apply      (DheeraProvider    *self,
                                                     DheeraHttpRequest *request,
                                                     GError           **error);

/* Says where this key goes: of a provider that takes keys in a header of its own, a token goes into Authorization. */
void                     dheera_provider_place_key  (DheeraProvider    *self,
                                                     DheeraHttpRequest *request,
                                                     const char        *key,
                                                     gboolean           was_got);

/* Amazon's: puts the domain of the region's partition in the place of amazonaws.com. */
void                     dheera_aws_set_domain      (GString    *url,
                                                     const char *region);
/* ACCESS_KEY_ID:SECRET[:SESSION_TOKEN] of the usual variables, NULL when they are not set */
char                    *dheera_aws_dup_key_of_environment (void);

/* Calls the credentials function; done is called exactly once, perhaps from inside this call, perhaps
 * later, in any thread, with either key or error, both borrowed. */
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
