/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-http-private.h"

G_BEGIN_DECLS

/* Signature version 4 of AWS, over plain data: no clock, no environment, no I/O. */

/* Long-lived or temporary credentials, as one key text: ACCESS_KEY_ID:SECRET[:SESSION_TOKEN] */
typedef struct
{
  char *access_key_id;
  char *secret;
  char *session_token; /* nullable */
} DheeraAwsCredentials;

/* FALSE for a text of another form, which is a bearer key: those never have a colon. */
gboolean dheera_aws_credentials_parse       (DheeraAwsCredentials *self,
                                             const char           *key);
/* Wipes what it frees. */
void     dheera_aws_credentials_clear       (DheeraAwsCredentials *self);

/* What is signed, all of it borrowed */
typedef struct
{
  const char *method;
  const char *path;                /* as it is sent, encoded; it is encoded once more here */
  const char *query;               /* as it is sent; nullable */
  const DheeraHttpHeader *headers; /* those that are signed, in the order in which they are sent */
  guint n_headers;
  gconstpointer body;
  gsize body_length;
  const char *date;                /* "20260101T000000Z" */
  const char *region;
  const char *service;
  gboolean keep_path;              /* "//", "." and ".." stay, as S3 wants it */
} DheeraSigv4Request;

/* The steps one by one. What is returned is (transfer full). */
char    *dheera_sigv4_canonical_request     (const DheeraSigv4Request *self) G_GNUC_WARN_UNUSED_RESULT;
char    *dheera_sigv4_string_to_sign        (const DheeraSigv4Request *self,
                                             const char               *canonical_request) G_GNUC_WARN_UNUSED_RESULT;
char    *dheera_sigv4_signature             (const DheeraSigv4Request *self,
                                             const char               *secret,
                                             const char               *string_to_sign) G_GNUC_WARN_UNUSED_RESULT;
/* All of them: the value of the header Authorization */
char    *dheera_sigv4_authorization         (const DheeraSigv4Request   *self,
                                             const DheeraAwsCredentials *credentials) G_GNUC_WARN_UNUSED_RESULT;

/* The date of a Unix time in seconds, as x-amz-date and the signature have it */
char    *dheera_sigv4_date                  (gint64 seconds) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
