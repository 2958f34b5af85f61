/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-upstream-private.h"

G_BEGIN_DECLS

/* OpenAI's JSON on the server's side: bodies that come in to requests of the library, and answers of the library to bodies and events that go
 * out. Pure functions: no I/O, no clock but the one for "created", and chance only for ids that are missing. */

/* So many texts may one request of /v1/completions have, since each of them is a call, and so many one of /v1/embeddings. */
#define DHEERA_CODEC_MAX_PROMPTS 128
#define DHEERA_CODEC_MAX_INPUTS 2048

typedef enum
{
  DHEERA_ROUTE_CHAT,        /* /v1/chat/completions */
  DHEERA_ROUTE_COMPLETIONS, /* /v1/completions */
  DHEERA_ROUTE_EMBEDDINGS,  /* /v1/embeddings */
  DHEERA_ROUTE_MODELS,      /* /v1/models */
  DHEERA_ROUTE_MODEL,       /* /v1/models/{id} */
} DheeraRoute;

/* What somebody asks of the server, read from a body */
typedef struct
{
  DheeraRoute route;
  DheeraUpstreamOperation operation;
  GPtrArray *requests;    /* of DheeraBaseRequest: one, or several for the prompts of /v1/completions */
  char *model;            /* as it was asked for; the requests have it, too */
  char *shown_model;      /* nullable: what answers call the model, else what the provider calls it */
  gboolean stream;
  gboolean include_usage; /* stream_options.include_usage */
  gboolean functions;     /* was asked in the words from before there were tools, and is answered in them */
  gboolean base64;        /* encoding_format of embeddings */
  gboolean echo;          /* of /v1/completions: the prompt in front of the text */
  guint n;                /* choices to a prompt, at least 1 */
} DheeraAsk;

void       dheera_ask_clear          (DheeraAsk          *self);
/* FALSE with INVALID_REQUEST or UNSUPPORTED_PARAMETER, of which dheera_codec_read_error() makes the answer; the ask has to be cleared in any case.
 * Members that the API does not have are refused, never handed on: what a body says can't change where a request goes, or what stands beside its
 * body. Messages, parts of them and tools are read as new_from_json() reads them, which keeps what it does not know in its place: there it is the
 * model's affair. Of the two routes of models nothing is read; their ask has one DheeraModelsRequest. */
gboolean   dheera_codec_read         (DheeraAsk          *ask, /* all zero before */
                                      DheeraRoute         route,
                                      GBytes             *body, /* nullable: nothing was sent */
                                      GError            **error);

/* answers: one for each of the ask's requests, in their order */
GBytes    *dheera_codec_write_answer (const DheeraAsk    *ask,
                                      GPtrArray          *answers) G_GNUC_WARN_UNUSED_RESULT;
/* models: DheeraModel; owned_by is the provider, or what the model says where it has none. */
GBytes    *dheera_codec_write_models (GListModel         *models) G_GNUC_WARN_UNUSED_RESULT;
GBytes    *dheera_codec_write_model  (DheeraModel        *model) G_GNUC_WARN_UNUSED_RESULT;
/* What the two call the model, and what can be asked for: "provider/id" */
char      *dheera_codec_dup_model_id (DheeraModel        *model) G_GNUC_WARN_UNUSED_RESULT;

/* --- Streams: each function appends whole events ("data: ...\n\n") to out ------------------------------------------------------- */

typedef struct
{
  GString *head;     /* what all events begin with: the id (the provider's, else a new one), the time and the model */
  GByteArray *begun; /* choices of which there was a chunk, a byte each */
} DheeraCodecStream;

void       dheera_codec_stream_clear (DheeraCodecStream  *self);
void       dheera_codec_write_delta  (DheeraCodecStream  *self, /* all zero at first */
                                      const DheeraAsk    *ask,
                                      guint               prompt, /* index of the request whose delta it is */
                                      DheeraDelta        *delta,
                                      DheeraResponse     *response, /* what has grown so far: id and model; nullable: the delta's own */
                                      GString            *out);
/* What remains to be said once all have ended: why, what it took, and [DONE]. responses: one for each request, NULL for one of which nothing is known */
void       dheera_codec_write_end    (DheeraCodecStream  *self,
                                      const DheeraAsk    *ask,
                                      GPtrArray          *responses,
                                      GString            *out);

/* --- Errors: {"error": {message, type, param, code}} ------------------------------------------------------------------------------ */

typedef struct
{
  guint status;
  char *body;            /* the JSON object; "data: <body>\n\n" in a stream */
  double retry_after;    /* seconds for Retry-After, -1: none; a fraction has to be rounded up */
  gboolean should_retry; /* x-should-retry, which OpenAI's SDKs follow */
} DheeraCodecError;

void       dheera_codec_error_clear  (DheeraCodecError   *self);
/* Of a call that failed. What is the server's own affair (its keys, its network) is said without names of hosts. */
void       dheera_codec_read_error   (DheeraCodecError   *self,
                                      const GError       *error,
                                      DheeraErrorDetails *details); /* nullable: the error's own */
/* Of the server itself: unknown routes, missing keys, limits */
void       dheera_codec_make_error   (DheeraCodecError   *self,
                                      guint               status,
                                      const char         *type,  /* "invalid_request_error" */
                                      const char         *code,  /* nullable */
                                      const char         *param, /* nullable */
                                      const char         *format,
                                      ...) G_GNUC_PRINTF (6, 7);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DheeraAsk, dheera_ask_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DheeraCodecStream, dheera_codec_stream_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DheeraCodecError, dheera_codec_error_clear)

G_END_DECLS
