/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-protocol-private.h"
#include "dheera-provider-private.h"

#include "dheera-ai/model/dheera-model.h"
#include "dheera-ai/model/responses/dheera-base-response-private.h"
#include "dheera-ai/wire/dheera-multipart-private.h"

G_BEGIN_DECLS

/* What the codecs of OpenAI's endpoints beside chat share: a body that is written member by member, under the names that the row of the provider has for them, and
 * goes out as JSON or, with files, as a form. */
typedef struct
{
  const DheeraEncoding *encoding;
  DheeraBaseRequest *request;
  const DheeraEndpointDialect *dialect;
  DheeraHttpRequest *http;
  DheeraJsonWriter body; /* an object, open */
  GError **error;
  gboolean failed;
} DheeraEndpointEncoder;

/* Names the provider and what it has not: NOT_SUPPORTED. */
DheeraHttpRequest *dheera_endpoint_refuse        (const DheeraEncoding   *encoding,
                                                  const char             *what,
                                                  GError                **error);
/* FALSE with the error. Path is that of the row's task, or another one of it; NULL is NOT_SUPPORTED. The model is written, unless it is NULL. */
gboolean           dheera_endpoint_begin         (DheeraEndpointEncoder  *self,
                                                  const DheeraEncoding   *encoding,
                                                  DheeraBaseRequest      *request,
                                                  DheeraTask              task,
                                                  const char             *path,
                                                  GError                **error);
/* What is unset (NULL, negative, FALSE) is not written. What the provider does not take is refused, or left out with a warning, by policy. */
void               dheera_endpoint_write_string  (DheeraEndpointEncoder  *self,
                                                  const char             *name,
                                                  const char             *value);
void               dheera_endpoint_write_int     (DheeraEndpointEncoder  *self,
                                                  const char             *name,
                                                  int                     value);
void               dheera_endpoint_write_double  (DheeraEndpointEncoder  *self,
                                                  const char             *name,
                                                  double                  value);
/* The provider's name for it, when it is to be written; NULL after a refusal, whatever came of it */
const char        *dheera_endpoint_take          (DheeraEndpointEncoder  *self,
                                                  const char             *name);
/* Whether the provider knows it */
gboolean           dheera_endpoint_takes         (DheeraEndpointEncoder  *self,
                                                  const char             *name);
void               dheera_endpoint_write_strv    (DheeraEndpointEncoder  *self,
                                                  const char             *name,
                                                  const char *const      *values);
/* "query" and "document" in the words of the provider; any other word is the provider's own already. Nullable, as word is. */
const char        *dheera_endpoint_find_input_type (const DheeraEndpointDialect *dialect,
                                                  const char             *word);
/* The request, or NULL with the error. Frees the rest. */
DheeraHttpRequest *dheera_endpoint_finish        (DheeraEndpointEncoder  *self) G_GNUC_WARN_UNUSED_RESULT;
/* The same as a form: members of the body become fields, arrays name[], objects name[member]. Files were added before. */
DheeraHttpRequest *dheera_endpoint_finish_form   (DheeraEndpointEncoder  *self,
                                                  DheeraMultipart        *form) G_GNUC_WARN_UNUSED_RESULT;

/* --- For decoders --- */

/* The body as JSON; a value of type NONE with decoder->failure when it is none, or when it is an error inside of a success. what: "the answer to ..." */
DheeraJsonValue    dheera_endpoint_parse         (DheeraDecoder          *decoder,
                                                  const char             *body,
                                                  gsize                   length);
/* The answer is not what was asked for, what: why not. Where it has a message, that is what went wrong. */
void               dheera_endpoint_fail          (DheeraDecoder          *decoder,
                                                  DheeraJsonValue         root,
                                                  const char             *what);
/* Id, model and usage, where they are */
void               dheera_endpoint_read_head     (DheeraBaseResponse     *response,
                                                  DheeraJsonValue         root);

/* A list of DheeraModel, of what read_model makes of the elements; NULL leaves one out. */
typedef DheeraModel *(*DheeraModelReader)        (DheeraDecoder          *decoder,
                                                  DheeraJsonValue         object);
GObject           *dheera_endpoint_read_models   (DheeraDecoder          *decoder,
                                                  DheeraJsonValue         list,
                                                  DheeraModelReader       read_model) G_GNUC_WARN_UNUSED_RESULT;

/* --- The codecs --- */

DheeraHttpRequest *dheera_openai_encode_embeddings    (const DheeraEncoding *encoding,
                                                       DheeraBaseRequest    *request,
                                                       GError              **error);
GObject           *dheera_openai_decode_embeddings    (DheeraDecoder        *decoder,
                                                       const char           *body,
                                                       gsize                 length);
DheeraHttpRequest *dheera_openai_encode_rerank        (const DheeraEncoding *encoding,
                                                       DheeraBaseRequest    *request,
                                                       GError              **error);
GObject           *dheera_openai_decode_rerank        (DheeraDecoder        *decoder,
                                                       const char           *body,
                                                       gsize                 length);
DheeraHttpRequest *dheera_openai_encode_moderation    (const DheeraEncoding *encoding,
                                                       DheeraBaseRequest    *request,
                                                       GError              **error);
GObject           *dheera_openai_decode_moderation    (DheeraDecoder        *decoder,
                                                       const char           *body,
                                                       gsize                 length);
DheeraHttpRequest *dheera_openai_encode_image         (const DheeraEncoding *encoding,
                                                       DheeraBaseRequest    *request,
                                                       GError              **error);
GObject           *dheera_openai_decode_image         (DheeraDecoder        *decoder,
                                                       const char           *body,
                                                       gsize                 length);
DheeraHttpRequest *dheera_openai_encode_transcription (const DheeraEncoding *encoding,
                                                       DheeraBaseRequest    *request,
                                                       GError              **error);
GObject           *dheera_openai_decode_transcription (DheeraDecoder        *decoder,
                                                       const char           *body,
                                                       gsize                 length);
DheeraHttpRequest *dheera_openai_encode_speech        (const DheeraEncoding *encoding,
                                                       DheeraBaseRequest    *request,
                                                       GError              **error);
GObject           *dheera_openai_decode_speech        (DheeraDecoder        *decoder,
                                                       const char           *body,
                                                       gsize                 length);

/* All of them, for the tasks[] of a protocol */
#define DHEERA_OPENAI_ENDPOINTS \
  [DHEERA_TASK_EMBED] = { dheera_openai_encode_embeddings, dheera_openai_decode_embeddings }, \
  [DHEERA_TASK_RERANK] = { dheera_openai_encode_rerank, dheera_openai_decode_rerank }, \
  [DHEERA_TASK_MODERATE] = { dheera_openai_encode_moderation, dheera_openai_decode_moderation }, \
  [DHEERA_TASK_GENERATE_IMAGE] = { dheera_openai_encode_image, dheera_openai_decode_image }, \
  [DHEERA_TASK_TRANSCRIBE] = { dheera_openai_encode_transcription, dheera_openai_decode_transcription }, \
  [DHEERA_TASK_SPEAK] = { dheera_openai_encode_speech, dheera_openai_decode_speech }

G_END_DECLS
