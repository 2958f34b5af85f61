/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-provider.h"

#include "dheera-ai/model/requests/dheera-request-private.h"
#include "dheera-ai/wire/dheera-http-private.h"
#include "dheera-ai/wire/dheera-json-writer-private.h"

G_BEGIN_DECLS

/* What the encoders of all protocols share. */

/* What an encoder is told beside the request */
typedef struct
{
  DheeraProvider *provider;
  const char *base_url;      /* in force: request > provider > environment > row; checked */
  const char *model;         /* without the provider's prefix */
  gboolean stream;
  DheeraParamPolicy policy;
  GPtrArray *warnings;       /* (element-type utf8): a sentence per parameter that was dropped */
} DheeraEncoding;

/* path (nullable: none) joined to the base URL, with the provider's api-version, and the headers: the
 * request's before the provider's. Says where the key goes. NULL with INVALID_REQUEST that names the header. */
DheeraHttpRequest  *dheera_encoding_new_http_request (const DheeraEncoding *self,
                                                  DheeraBaseRequest    *request,
                                                  const char           *method,
                                                  const char           *path,
                                                  GError              **error);
/* The same below base_url in place of the encoding's own: the POST of a body, with the request's extra merged over it, or a GET where body is NULL */
DheeraHttpRequest  *dheera_encoding_new_http_request_below (const DheeraEncoding *self,
                                                  const char           *base_url,
                                                  DheeraBaseRequest    *request,
                                                  const char           *path,
                                                  DheeraJsonWriter     *body,
                                                  GError              **error);
/* Refuses, or with the policy DROP leaves out with a warning, what is set on the request and among
 * unsupported: FALSE with UNSUPPORTED_PARAMETER. What asks for nothing but the usual is left out without
 * a word. omit becomes what must not be written. */
gboolean            dheera_encoding_check_params (const DheeraEncoding *self,
                                                  DheeraRequest        *request,
                                                  DheeraParams          unsupported,
                                                  DheeraParams         *omit,
                                                  GError              **error);
/* The same for one parameter and a reason of its own: why follows "provider “x” ". TRUE when it is dropped. */
gboolean            dheera_encoding_refuse       (const DheeraEncoding *self,
                                                  DheeraParams          param,
                                                  const char           *why,
                                                  GError              **error);
/* The same, by the name of the parameter */
gboolean            dheera_encoding_refuse_named (const DheeraEncoding *self,
                                                  const char           *name,
                                                  const char           *why,
                                                  GError              **error);
/* The body of a request, with the request's extra merged over it, as application/json */
void                dheera_encoding_take_body    (DheeraHttpRequest *http,
                                                  DheeraBaseRequest *request,
                                                  DheeraJsonWriter  *body);

G_END_DECLS
