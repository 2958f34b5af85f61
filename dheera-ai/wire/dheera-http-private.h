/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

#include "dheera-framer-private.h"
#include "dheera-multipart-private.h"

G_BEGIN_DECLS

/* One HTTP request as a provider wants it sent: plain data between providers/ and transport/, which never see each other.
 * It never contains a credential: auth says where the key goes, and transport puts it there at the last moment. */

typedef enum
{
  DHEERA_AUTH_NONE,
  DHEERA_AUTH_BEARER, /* Authorization: Bearer KEY */
  DHEERA_AUTH_HEADER, /* <auth_header>: KEY */
  DHEERA_AUTH_SIGV4,  /* signed for sign_region and sign_service with a key ACCESS_KEY_ID:SECRET[:SESSION_TOKEN]; any other key as with BEARER */
} DheeraAuth;

typedef struct
{
  char *name;
  char *value;
} DheeraHttpHeader;

typedef struct
{
  const char *method; /* static: "GET", "POST" */
  char *url;
  const char *content_type; /* static, or that of the form; NULL without a body */
  char *form_type;          /* owned, nullable */
  GBytes *body;             /* nullable */
  GArray *headers;          /* of DheeraHttpHeader; nullable; checked: names and values are valid */
  DheeraAuth auth;
  const char *auth_header; /* interned; for DHEERA_AUTH_HEADER */
  char *sign_region;       /* nullable: not known; for DHEERA_AUTH_SIGV4 like the next one */
  const char *sign_service; /* static */
  DheeraFraming framing;   /* of a successful answer */
  guint decode_flags;      /* what the protocol's encoder wants its decoder to know */
} DheeraHttpRequest;

DheeraHttpRequest *dheera_http_request_new        (const char *method,
                                                   const char *url);
void               dheera_http_request_free       (DheeraHttpRequest *self);
/* Takes the body. */
void               dheera_http_request_take_json  (DheeraHttpRequest *self,
                                                   GBytes            *body);
/* Makes the form the body, and leaves it empty. */
void               dheera_http_request_take_form  (DheeraHttpRequest *self,
                                                   DheeraMultipart   *form);
/* Replaces a header of the same name (compared without case). FALSE when name or value is not valid; nothing is changed then. */
gboolean           dheera_http_request_set_header (DheeraHttpRequest *self,
                                                   const char        *name,
                                                   const char        *value);
const char        *dheera_http_request_get_header (DheeraHttpRequest *self,
                                                   const char        *name);

/* Milliseconds from retry-after-ms, else retry-after (decimal seconds or an HTTP date, relative to the response's Date or, without one, now). -1 when neither can be read,
 * dates in the past count as 0; never overflows. now is in seconds since the epoch. All three texts are nullable. */
gint64             dheera_http_parse_retry_after  (const char *retry_after_ms,
                                                   const char *retry_after,
                                                   const char *date,
                                                   gint64      now);
/* A duration as rate-limit headers give it: "6m0s", "12ms", "1h2m3s", plain seconds. Seconds, or -1 when it is none of these. */
double             dheera_http_parse_duration     (const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DheeraHttpRequest, dheera_http_request_free)

G_END_DECLS
