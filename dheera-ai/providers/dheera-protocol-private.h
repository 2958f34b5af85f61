/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-encoding-private.h"
#include "dheera-task-private.h"

#include "dheera-ai/model/dheera-models-request.h"
#include "dheera-ai/model/errors/dheera-error-private.h"
#include "dheera-ai/model/responses/dheera-accumulator-private.h"

G_BEGIN_DECLS

/* A wire protocol: pure, synchronous functions between the model layer's objects and bytes. No I/O and no
 * state but the decoder's, so every protocol is tested from recorded bytes alone. One file per protocol; a
 * provider that speaks OpenAI's needs none, only a row in data/providers.json. */

typedef struct _DheeraProtocol DheeraProtocol;


typedef enum
{
  DHEERA_DECODED_MORE,   /* go on */
  DHEERA_DECODED_END,    /* the protocol's own end of the answer */
  DHEERA_DECODED_FAILED, /* decoder->failure holds why */
} DheeraDecoded;

/* The state of one answer. */
typedef struct
{
  const DheeraProtocol *protocol;
  DheeraProvider *provider;        /* owned */
  DheeraAccumulator *accumulator;  /* owned */
  DheeraJson json;                 /* reused from event to event */
  DheeraErrorDetails *failure;     /* owned, nullable */
  guint n_choices;                 /* that were asked for (of embeddings: texts); 0 when it is not known */
  guint flags;                     /* the protocol's own; begins as DheeraHttpRequest.decode_flags */
  char *content_type;              /* owned, nullable: of the answer, without parameters */
  char *request_id;                /* owned, nullable: of the answer's headers, for bodies that have no id */
  GString *scratch;                /* the protocol's own, nullable, freed with the decoder */
  gpointer state;                  /* the protocol's own, nullable ... */
  GDestroyNotify state_free;       /* ... freed with the decoder */
  char *key;                       /* owned, nullable: taken out of whatever a failure quotes */
} DheeraDecoder;

/* One task's two functions */
typedef struct
{
  /* As encode_chat, for the task's own class of request */
  DheeraHttpRequest *(*encode) (const DheeraEncoding *encoding,
                                DheeraBaseRequest    *request,
                                GError              **error);
  /* (transfer full): the whole body of a success as an object of the task's own class, or NULL with
   * decoder->failure */
  GObject           *(*decode) (DheeraDecoder *decoder,
                                const char    *body,
                                gsize          length);
} DheeraCodec;

struct _DheeraProtocol
{
  const char *name;
  gboolean version_in_path; /* api-version is a part of the path, which the protocol makes itself, and no query */
  /* nullable: another protocol that the provider speaks for this model, or NULL for this one */
  const DheeraProtocol *(*find_for_model) (DheeraProvider *provider,
                                           const char     *model);

  /* Where a member that the library has no property for, and that OpenAI or a server of its kind knows, stands in a request of this protocol: "" as it is, else the name of the member that it is
   * inside of; NULL: nowhere. Without the function there is no place for any. */
  const char *(*place_member) (const char *name);

  /* A complete request without credentials, or NULL with INVALID_REQUEST, UNSUPPORTED_PARAMETER or
   * NOT_SUPPORTED. The chat request's values were validated before. */
  DheeraHttpRequest *(*encode_chat)   (const DheeraEncoding *encoding,
                                       DheeraRequest        *request,
                                       GError              **error);
  /* One whole body of a successful answer. Also what a server sends that was asked for a stream and answers
   * with JSON. END or FAILED. */
  DheeraDecoded      (*decode_chat)   (DheeraDecoder *decoder,
                                       const char    *body,
                                       gsize          length);
  /* One frame of a stream */
  DheeraDecoded      (*decode_frame)  (DheeraDecoder     *decoder,
                                       const DheeraFrame *frame);
  /* The stream's bytes ended without the protocol's end: END when that is legal here (a finish reason
   * came), else FAILED with STREAM_INTERRUPTED. */
  DheeraDecoded      (*decode_eof)    (DheeraDecoder *decoder);

  /* encode is NULL where the protocol has no such thing: NOT_SUPPORTED */
  DheeraCodec tasks[DHEERA_N_TASKS];
};

/* The protocol's codec of that task, or NULL with NOT_SUPPORTED. */
const DheeraCodec  *dheera_protocol_get_codec    (const DheeraProtocol *self,
                                                  DheeraTask            task,
                                                  DheeraProvider       *provider,
                                                  GError              **error);

/* place_member of those who speak OpenAI's: as it is */
const char         *dheera_protocol_keep_member  (const char           *name);
/* (transfer full): a chat whose extra has only what the protocol has a place for, there; the request itself where that is so already. NULL with UNSUPPORTED_PARAMETER when one has
 * none, which with the policy DROP is left out. Only handed_on of the request counts: what else an extra has is the caller's own word. */
DheeraBaseRequest  *dheera_encoding_place_extra  (const DheeraEncoding *self,
                                                  const DheeraProtocol *protocol,
                                                  DheeraBaseRequest    *request,
                                                  GError              **error) G_GNUC_WARN_UNUSED_RESULT;

/* "embeddings", for sentences about what a provider has */
const char         *dheera_task_get_name         (DheeraTask            task);

/* --- For decoders -------------------------------------------------------------------------------- */

DheeraDecoder      *dheera_decoder_new           (DheeraProvider *provider);
void                dheera_decoder_free          (DheeraDecoder *self);
/* The key of the call, so that no failure quotes it, whatever the server echoes. Wiped with the decoder. */
void                dheera_decoder_set_key       (DheeraDecoder *self,
                                                  const char    *key);
/* What the answer itself calls its model, NULL as long as it said nothing */
const char         *dheera_decoder_get_model     (DheeraDecoder *self);
/* For decoders: notes the failure (taking status 200 and retryable from code) and returns FAILED. */
DheeraDecoded       dheera_decoder_fail          (DheeraDecoder *self,
                                                  DheeraError    code,
                                                  const char    *format,
                                                  ...) G_GNUC_PRINTF (3, 4);

/* The same for what decoder->json could not parse; what is "an event" or the like. */
DheeraDecoded       dheera_decoder_fail_json     (DheeraDecoder *self,
                                                  const char    *what);
/* The same for a whole body. JSON that ends too early is STREAM_INTERRUPTED: libsoup takes a cut chunked body for a whole one. */
DheeraDecoded       dheera_decoder_fail_body     (DheeraDecoder *self,
                                                  gsize          length);
/* The same for an event of type "error", or the field of that name that older servers of llama.cpp write */
DheeraDecoded       dheera_decoder_fail_event    (DheeraDecoder     *self,
                                                  const DheeraFrame *frame);
/* Nothing but white space */
gboolean            dheera_frame_is_blank        (const DheeraFrame *frame);

/* The same for an error that the answer itself holds; value is the object that has it. */
DheeraDecoded       dheera_decoder_fail_with     (DheeraDecoder  *self,
                                                  DheeraJsonValue value);
/* The same where the kind of error is named beside it (nullable or "": not) */
DheeraDecoded       dheera_decoder_fail_with_type (DheeraDecoder  *self,
                                                  DheeraJsonValue value,
                                                  const char     *type);

/* Everything there is to know about an answer with an error status, or an error inside a 200 (then with
 * status 200): code by 13-errors.md, provider's words, ids. headers by name are asked through get_header,
 * so that transport stays unseen. Shared by all protocols, table-driven: providers/errors/dheera-error-body.c */
typedef const char *(*DheeraGetHeader)           (gpointer    data,
                                                  const char *name);
DheeraErrorDetails *dheera_error_body_decode     (DheeraProvider  *provider,
                                                  const char      *model,
                                                  guint            status,
                                                  const char      *body,
                                                  gsize            length,
                                                  DheeraGetHeader  get_header,
                                                  gpointer         data);
/* The same, with the key that was sent (nullable), which may have come from elsewhere than the provider:
 * servers echo it. */
DheeraErrorDetails *dheera_error_body_decode_hiding (DheeraProvider *provider,
                                                  const char      *key,
                                                  const char      *model,
                                                  guint            status,
                                                  const char      *body,
                                                  gsize            length,
                                                  DheeraGetHeader  get_header,
                                                  gpointer         data);
/* x-request-id and its kin; NULL where there is none, or the server put the key into it */
const char         *dheera_provider_find_request_id (DheeraProvider  *provider,
                                                  const char      *key,
                                                  DheeraGetHeader  get_header,
                                                  gpointer         data);

extern const DheeraProtocol dheera_anthropic;
extern const DheeraProtocol dheera_bedrock_converse;
extern const DheeraProtocol dheera_cohere;
extern const DheeraProtocol dheera_ollama;
extern const DheeraProtocol dheera_openai_chat;
extern const DheeraProtocol dheera_gemini;
extern const DheeraProtocol dheera_openai_responses;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DheeraDecoder, dheera_decoder_free)

G_END_DECLS
