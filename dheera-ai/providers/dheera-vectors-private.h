/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-protocol-private.h"

#include "dheera-ai/model/endpoints/dheera-embedding-response-private.h"

G_BEGIN_DECLS

/* Collects the vectors of an answer, out of the JSON straight into one array, and sees to it that there is one for each text and that all are of one length.
 *
 *   DheeraVectors vectors;
 *
 *   dheera_vectors_init (&vectors, decoder, dheera_json_size (list));
 *   for each element: if (!dheera_vectors_add (&vectors, index, vector)) break;
 *   response = dheera_vectors_finish (&vectors);    NULL: decoder->failure says why
 *
 * How many are expected is decoder->n_choices, the number of texts that were sent; what is in the answer, when that is 0. */
typedef struct
{
  DheeraDecoder *decoder;
  double *values;
  gsize n_allocated;
  guint n_expected;
  guint n_vectors;
  guint dimensions;
  guint32 *places; /* by index; G_MAXUINT32: not there yet */
  guchar *bytes;   /* of base64; reused from vector to vector */
  gsize n_bytes;
  gboolean failed;
} DheeraVectors;

void                     dheera_vectors_init   (DheeraVectors   *self,
                                                DheeraDecoder   *decoder,
                                                guint            n_there);
/* An array of numbers, or base64 of little-endian float32, whichever was asked for. index is -1 where the answer has none: the next one. */
gboolean                 dheera_vectors_add    (DheeraVectors   *self,
                                                gint64           index,
                                                DheeraJsonValue  vector);
/* Frees what was collected, too. */
DheeraEmbeddingResponse *dheera_vectors_finish (DheeraVectors   *self) G_GNUC_WARN_UNUSED_RESULT;

/* A whole answer whose vectors stand in the order of the texts, in list; tokens, -1 unknown, is what the texts came to. NULL with decoder->failure. */
GObject                 *dheera_vectors_decode (DheeraDecoder   *decoder,
                                                DheeraJsonValue  root,
                                                DheeraJsonValue  list,
                                                gint64           tokens);

G_END_DECLS
