/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/providers/dheera-protocol-private.h"

G_BEGIN_DECLS

/* What dheera-gemini.c puts together for requests. */

/* What its name says about a model: the services take other things from other generations. */
typedef struct
{
  gboolean vertex;   /* the service is Vertex AI */
  guint generation;  /* 25 for Gemini 2.5; 0 when the name does not say */
  gboolean gemma;    /* it knows no instructions of the system's */
  gboolean pro;
  gboolean lite;
} DheeraGeminiModel;

void               dheera_gemini_model_read      (DheeraGeminiModel    *self,
                                                  const DheeraEncoding *encoding);
/* Does it take JSON Schema as it is, beside the older subset of OpenAPI's? */
gboolean           dheera_gemini_model_takes_json_schema (const DheeraGeminiModel *self);

/* method is "generateContent" and its kin; with the query that it needs. */
DheeraHttpRequest *dheera_gemini_new_http_request (const DheeraEncoding *encoding,
                                                  DheeraBaseRequest    *request,
                                                  const char           *method,
                                                  const char           *query,
                                                  GError              **error);
/* Another resource than a model: path begins with '/' and may have a query. */
DheeraHttpRequest *dheera_gemini_new_http_request_for_path (const DheeraEncoding *encoding,
                                                  DheeraBaseRequest    *request,
                                                  const char           *http_method,
                                                  const char           *path,
                                                  GError              **error);
/* The name as bodies have it, "models/x" */
char              *dheera_gemini_dup_resource_name (const DheeraEncoding *encoding);

/* The members contents and systemInstruction. FALSE with INVALID_REQUEST. */
gboolean           dheera_gemini_write_contents  (DheeraJsonWriter        *writer,
                                                  const DheeraEncoding    *encoding,
                                                  const DheeraGeminiModel *model,
                                                  DheeraRequest           *request,
                                                  GError                 **error);
/* One part, in an array, with the signature that belongs to it (nullable). FALSE with INVALID_REQUEST that says what is wrong with its address. */
gboolean           dheera_gemini_write_part      (DheeraJsonWriter        *writer,
                                                  const DheeraEncoding    *encoding,
                                                  const DheeraGeminiModel *model,
                                                  DheeraPart              *part,
                                                  const char              *signature,
                                                  GError                 **error);
/* The members tools and toolConfig, unless they are among omit */
gboolean           dheera_gemini_write_tools     (DheeraJsonWriter        *writer,
                                                  const DheeraGeminiModel *model,
                                                  DheeraRequest           *request,
                                                  DheeraParams             omit,
                                                  GError                 **error);
/* The member generationConfig, without what is among omit */
gboolean           dheera_gemini_write_config    (DheeraJsonWriter        *writer,
                                                  const DheeraEncoding    *encoding,
                                                  const DheeraGeminiModel *model,
                                                  DheeraRequest           *request,
                                                  DheeraParams             omit,
                                                  GError                 **error);
/* A JSON Schema as that subset, after a key. FALSE, with the error that names what (“the parameters of tool x”), for what it can't say:
 * schemas that contain themselves. */
gboolean           dheera_gemini_write_schema    (DheeraJsonWriter *writer,
                                                  const char       *schema,
                                                  const char       *what,
                                                  GError          **error);
/* Is it an object's, and has it no properties? */
gboolean           dheera_gemini_schema_is_empty (const char       *schema);

/* What the request's extra has beside tools, which write_tools() puts beside the others; nullable */
char              *dheera_gemini_dup_extra       (DheeraBaseRequest *request);

/* A request's body as JSON, with the request's extra merged over it; name (nullable) becomes its member model. NULL with the error. */
char              *dheera_gemini_dup_request     (const DheeraEncoding    *encoding,
                                                  const DheeraGeminiModel *model,
                                                  const char              *name,
                                                  DheeraRequest           *request,
                                                  GError                 **error);
DheeraHttpRequest *dheera_gemini_encode_chat     (const DheeraEncoding *encoding,
                                                  DheeraRequest        *request,
                                                  GError              **error);

DheeraHttpRequest *dheera_gemini_encode_models   (const DheeraEncoding *encoding,
                                                  DheeraBaseRequest    *request,
                                                  GError              **error);
GObject           *dheera_gemini_decode_models   (DheeraDecoder *decoder,
                                                  const char    *body,
                                                  gsize          length);
DheeraHttpRequest *dheera_gemini_encode_count    (const DheeraEncoding *encoding,
                                                  DheeraBaseRequest    *request,
                                                  GError              **error);
GObject           *dheera_gemini_decode_count    (DheeraDecoder *decoder,
                                                  const char    *body,
                                                  gsize          length);
DheeraHttpRequest *dheera_gemini_encode_embeddings (const DheeraEncoding *encoding,
                                                  DheeraBaseRequest    *request,
                                                  GError              **error);
GObject           *dheera_gemini_decode_embeddings (DheeraDecoder *decoder,
                                                  const char    *body,
                                                  gsize          length);
DheeraHttpRequest *dheera_gemini_encode_image    (const DheeraEncoding *encoding,
                                                  DheeraBaseRequest    *request,
                                                  GError              **error);
GObject           *dheera_gemini_decode_image    (DheeraDecoder *decoder,
                                                  const char    *body,
                                                  gsize          length);

G_END_DECLS
