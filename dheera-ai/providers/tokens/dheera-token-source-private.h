/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/providers/dheera-protocol-private.h"

G_BEGIN_DECLS

/* Credentials that are no key themselves: an access token is got for them at a token endpoint (OAuth 2.0, RFC 6749), by an exchange of its own ahead of the call's.
 * Pure functions like those of a protocol; the exchange is the client's business. */

typedef struct _DheeraTokenScheme DheeraTokenScheme;
typedef struct _DheeraTokenSource DheeraTokenSource;

/* How a provider's credentials are found and become a request for a token; one per row of the table at most. */
struct _DheeraTokenScheme
{
  const char *name;
  const char *wanted;    /* what to provide where there are no credentials, behind "Set " */
  const char *advice;    /* what to do when they are refused */

  /* The credentials that hold when the provider's key is key (nullable: there is none); NULL without an error when there are none, or the key is to be sent
   * as it is. Cheap: asked at each call. */
  DheeraTokenSource *(*find)   (const char         *key,
                                GError            **error);
  DheeraHttpRequest *(*encode) (DheeraTokenSource  *self,
                                gint64              now,
                                GError            **error);
  /* Is what was given as a key a token itself? */
  gboolean           (*is_token) (const char       *key);
};

struct _DheeraTokenSource
{
  const DheeraTokenScheme *scheme;
  char *id;      /* what a token is cached under; tells no secret */
  char *path;    /* of a file with credentials, nullable */
  char *text;    /* the credentials themselves, nullable; wiped */
  GPtrArray *posted; /* (element-type utf8): the secrets that the request has in its body, so that no failure quotes them; wiped */
  char *url;     /* of the token endpoint, once encoded */
};

/* An access token that was got */
typedef struct
{
  char *text;      /* wiped with dheera_secret_free() */
  gint64 lifetime; /* seconds from now */
} DheeraToken;

DheeraTokenSource *dheera_token_source_new    (const DheeraTokenScheme *scheme) G_GNUC_WARN_UNUSED_RESULT;
void               dheera_token_source_free   (DheeraTokenSource *self);

DheeraTokenSource *dheera_token_source_find   (DheeraProvider  *provider,
                                               const char      *key,
                                               GError         **error);

/* now is Unix time in seconds. NULL with INVALID_REQUEST and a phrase that says what is wrong with the credentials. */
DheeraHttpRequest *dheera_token_source_encode (DheeraTokenSource  *self,
                                               gint64              now,
                                               GError            **error);

/* The whole answer of the token endpoint: TRUE with the token, or FALSE with the failure. */
gboolean           dheera_token_source_decode (DheeraTokenSource   *self,
                                               DheeraProvider      *provider,
                                               const char          *model,
                                               guint                status,
                                               const char          *body,
                                               gsize                length,
                                               DheeraToken         *token,
                                               DheeraErrorDetails **failure);

/* For schemes: takes a secret (nullable) that is going to be posted, and returns it. */
const char        *dheera_token_source_take_secret (DheeraTokenSource *self,
                                               char              *secret);
/* A request for a token with the names and values, NULL at their end, as a form; the endpoint must be https, or on this machine. */
DheeraHttpRequest *dheera_token_source_post   (DheeraTokenSource  *self,
                                               const char *const  *form,
                                               GError            **error);

extern const DheeraTokenScheme dheera_token_google;
extern const DheeraTokenScheme dheera_token_entra;

/* --- What a provider keeps of them (dheera-token-cache.c), from any thread -------------------------------------------------------- */

/* The token that was got for these credentials, NULL when there is none that will do for some minutes yet. Wiped by the caller. */
char              *dheera_provider_dup_token    (DheeraProvider          *self,
                                                 const DheeraTokenSource *source,
                                                 gint64                   now);
void               dheera_provider_keep_token   (DheeraProvider          *self,
                                                 const DheeraTokenSource *source,
                                                 const DheeraToken       *token,
                                                 gint64                   now);
/* It was refused. Another one that was got meanwhile stays. */
void               dheera_provider_forget_token (DheeraProvider          *self,
                                                 const char              *token);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DheeraTokenSource, dheera_token_source_free)

G_END_DECLS
