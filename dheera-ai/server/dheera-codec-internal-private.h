/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-codec-private.h"

#include "dheera-ai/model/dheera-embedding-response.h"
#include "dheera-ai/model/errors/dheera-error-private.h"
#include "dheera-ai/model/responses/dheera-choice-private.h"
#include "dheera-ai/model/responses/dheera-response-private.h"
#include "dheera-ai/wire/dheera-json-writer-private.h"

G_BEGIN_DECLS

/* What the files of the codec share */

/* --- Reading ----------------------------------------------------------------------------------------------------------------------- */

/* What becomes of a member of a body */
typedef enum
{
  DHEERA_CODEC_READ,    /* the library's reader of chats knows it */
  DHEERA_CODEC_PASS,    /* a parameter of the model that is handed on as it is */
  DHEERA_CODEC_OURS,    /* the codec reads it itself */
  DHEERA_CODEC_REFUSED, /* the API has it, the server does not */
} DheeraCodecUse;

/* Types that a value may have, beside null */
#define DHEERA_CODEC_TYPE(type) (1u << DHEERA_JSON_##type)
#define DHEERA_CODEC_BOOLEAN (DHEERA_CODEC_TYPE (TRUE) | DHEERA_CODEC_TYPE (FALSE))

typedef struct
{
  const char *name;
  DheeraCodecUse use;
  guint types;         /* 0: the reader looks after it */
  double min;          /* of a number, where max is more than min */
  double max;
  gboolean whole;      /* the number has to be */
  const char *neutral; /* of a refused one: the JSON of the value that says nothing; nullable */
  const char *why;     /* of a refused one: the rest of the sentence */
} DheeraCodecMember;

/* Sets an error that becomes the member "error" of an answer just so. FALSE, always. */
gboolean   dheera_codec_refuse         (GError                  **error,
                                        DheeraError               kind,
                                        const char               *code,  /* nullable */
                                        const char               *param, /* nullable */
                                        const char               *format,
                                        ...) G_GNUC_PRINTF (5, 6);
/* Of what only other vendors than OpenAI have, and its position among those, below 64; NULL when it is none */
const DheeraCodecMember *dheera_codec_find_vendor_member (DheeraJsonValue  name,
                                                          guint           *position);
/* Every member of the object against a table; inside is "" or the path in front of the names, "stream_options." */
gboolean   dheera_codec_check_members  (DheeraJsonValue           object,
                                        const DheeraCodecMember  *table,
                                        gsize                     n_members,
                                        gboolean                  vendors, /* take what only they have, too */
                                        const char               *inside,
                                        GError                  **error);
/* Those that a checked object has of DHEERA_CODEC_PASS; NULL for none */
GStrv      dheera_codec_list_passed    (DheeraJsonValue           object,
                                        const DheeraCodecMember  *table,
                                        gsize                     n_members) G_GNUC_WARN_UNUSED_RESULT;
gboolean   dheera_codec_expect         (DheeraJsonValue           value,
                                        guint                     types,
                                        const char               *param,
                                        GError                  **error);
/* A text that has to be there and not to be empty */
gboolean   dheera_codec_read_model     (DheeraAsk                *ask,
                                        DheeraJsonValue           body,
                                        GError                  **error);
gboolean   dheera_codec_read_stream    (DheeraAsk                *ask,
                                        DheeraJsonValue           body,
                                        GError                  **error);
/* A string, or an array of 1 to max strings; arrays of tokens are refused. NULL with an error. */
GPtrArray *dheera_codec_read_texts     (DheeraJsonValue           body,
                                        const char               *name,
                                        guint                     max,
                                        GError                  **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean   dheera_codec_read_chat       (DheeraAsk               *ask,
                                         DheeraJsonValue          body,
                                         GError                 **error);
gboolean   dheera_codec_read_completion (DheeraAsk               *ask,
                                         DheeraJsonValue          body,
                                         GError                 **error);
gboolean   dheera_codec_read_embedding  (DheeraAsk               *ask,
                                         DheeraJsonValue          body,
                                         GError                 **error);

/* --- Writing ----------------------------------------------------------------------------------------------------------------------- */

/* id, object, created and model, in an object that was begun. response is nullable. */
void        dheera_codec_write_head         (DheeraJsonWriter   *writer,
                                             const DheeraAsk    *ask,
                                             DheeraResponse     *response,
                                             const char         *object);
/* One of the words that the route's API has; "stop" for what has no word there */
const char *dheera_codec_get_finish_reason  (const DheeraAsk    *ask,
                                             DheeraFinishReason  reason);
/* What comes last in a message, and in a stream with the finish reason: the SDKs can't put together lists of it that come piece by piece. Annotations, and what OpenAI has no
 * member for, but would be lost: pictures, and blocks that only their own provider reads. */
void        dheera_codec_write_more         (DheeraJsonWriter   *writer,
                                             DheeraChoice       *choice);
/* The text in front of the answer's, for echo; NULL without */
const char *dheera_codec_peek_echo          (const DheeraAsk    *ask,
                                             guint               prompt);
GBytes     *dheera_codec_write_vectors      (const DheeraAsk    *ask,
                                             DheeraEmbeddingResponse *response) G_GNUC_WARN_UNUSED_RESULT;
/* Of all the answers together; NULL when nothing is known. */
DheeraUsage *dheera_codec_sum_usage         (GPtrArray          *responses) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
