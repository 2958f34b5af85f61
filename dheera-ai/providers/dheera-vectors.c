/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-vectors-private.h"

#include "dheera-endpoint-private.h"

#include <math.h>
#include <string.h>

#include "dheera-provider-private.h"

#include "dheera-ai/wire/dheera-base64-private.h"

#define NOT_THERE G_MAXUINT32

G_GNUC_PRINTF (2, 3)
static gboolean
fail (DheeraVectors *self,
      const char    *format,
      ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  dheera_decoder_fail (self->decoder, DHEERA_ERROR_PROTOCOL, "%s", message);
  self->failed = TRUE;

  return FALSE;
}

void
dheera_vectors_init (DheeraVectors *self,
                     DheeraDecoder *decoder,
                     guint          n_there)
{
  memset (self, 0, sizeof *self);
  self->decoder = decoder;
  self->n_expected = decoder->n_choices > 0 ? decoder->n_choices : n_there;
  if (n_there != self->n_expected)
    {
      fail (self, "there are %u vectors for %u texts", n_there, self->n_expected);
      return;
    }

  self->places = g_new (guint32, self->n_expected);
  if (self->n_expected > 0)
    memset (self->places, 0xff, sizeof (guint32) * self->n_expected);
}

/* Room for one more vector, which is of the length of those before it. The room grows with what was read: what an answer says about itself allocates nothing. */
static double *
reserve (DheeraVectors *self,
         guint          length)
{
  gsize used = (gsize) self->n_vectors * self->dimensions;

  if (length == 0)
    fail (self, "the vector of text %u is empty", self->n_vectors);
  else if (self->n_vectors > 0 && length != self->dimensions)
    fail (self, "the vectors have %u and %u numbers, and ought to be of one length", self->dimensions, length);
  if (self->failed)
    return NULL;

  if (used + length > self->n_allocated)
    {
      self->n_allocated = MAX (used + length, self->n_vectors == 0 ? 0 : self->n_allocated * 2);
      self->values = g_renew (double, self->values, self->n_allocated);
    }
  self->dimensions = length;

  return self->values + used;
}

static gboolean
add_numbers (DheeraVectors   *self,
             DheeraJsonValue  vector)
{
  double *values = reserve (self, dheera_json_size (vector));
  DheeraJsonValue element;
  DheeraJsonIter iter;

  if (values == NULL)
    return FALSE;

  dheera_json_iter_init (&iter, vector);
  while (dheera_json_iter_next (&iter, NULL, &element))
    {
      *values = dheera_json_get_double (element, NAN);
      if (isnan (*values))
        return fail (self, "a vector has an element that is no number");
      values++;
    }

  return TRUE;
}

static gboolean
add_floats (DheeraVectors *self,
            const char    *text,
            gsize          length)
{
  gsize room = DHEERA_BASE64_DECODED_SIZE (length);
  gsize size;
  double *values;

  if (room > self->n_bytes)
    {
      self->n_bytes = room;
      self->bytes = g_realloc (self->bytes, room);
    }
  if (!dheera_base64_decode (text, length, self->bytes, &size) || size % 4 != 0)
    return fail (self, "a vector is neither an array of numbers nor base64 of 32-bit floats");

  values = reserve (self, (guint) (size / 4));
  if (values == NULL)
    return FALSE;

  for (gsize i = 0; i < size / 4; i++)
    {
      guint32 word;
      float number;

      memcpy (&word, self->bytes + 4 * i, 4);
      word = GUINT32_FROM_LE (word);
      memcpy (&number, &word, 4);
      if (!isfinite (number))
        return fail (self, "a vector has an element that is no number");
      values[i] = (double) number;
    }

  return TRUE;
}

gboolean
dheera_vectors_add (DheeraVectors   *self,
                    gint64           index,
                    DheeraJsonValue  vector)
{
  g_autofree char *plain = NULL;
  const char *text;
  gsize length;
  gboolean added;

  if (self->failed)
    return FALSE;
  if (index < 0)
    index = self->n_vectors;
  if (index >= self->n_expected)
    return fail (self, "a vector has the index %" G_GINT64_FORMAT ", and there are %u texts", index, self->n_expected);
  if (self->places[index] != NOT_THERE)
    return fail (self, "there are two vectors of index %" G_GINT64_FORMAT, index);

  /* llama.cpp, asked for all tokens as one, has the one vector in a list. */
  if (dheera_json_size (vector) == 1 && dheera_json_type (dheera_json_element (vector, 0)) == DHEERA_JSON_ARRAY)
    vector = dheera_json_element (vector, 0);
  if (dheera_json_type (vector) == DHEERA_JSON_ARRAY)
    {
      added = add_numbers (self, vector);
    }
  else
    {
      text = dheera_json_peek_string (vector, &length);
      if (text == NULL)
        {
          text = plain = dheera_json_dup_string (vector);
          length = text != NULL ? strlen (text) : 0;
        }
      added = text != NULL ? add_floats (self, text, length) : fail (self, "a vector is missing");
    }
  if (!added)
    return FALSE;

  self->places[index] = self->n_vectors++;

  return TRUE;
}

/* Most answers have their vectors in order. */
static gboolean
are_in_order (DheeraVectors *self)
{
  for (guint i = 0; i < self->n_vectors; i++)
    if (self->places[i] != i)
      return FALSE;

  return TRUE;
}

DheeraEmbeddingResponse *
dheera_vectors_finish (DheeraVectors *self)
{
  DheeraEmbeddingResponse *response = NULL;

  if (!self->failed && self->n_vectors != self->n_expected)
    fail (self, "there are %u vectors for %u texts", self->n_vectors, self->n_expected);
  if (!self->failed && self->n_vectors == 0)
    fail (self, "there are no vectors in the answer");

  g_clear_pointer (&self->bytes, g_free);
  if (!self->failed && are_in_order (self))
    g_clear_pointer (&self->places, g_free);
  if (!self->failed)
    {
      response = dheera_embedding_response_new (dheera_provider_get_id (self->decoder->provider));
      dheera_embedding_response_take (response, g_steal_pointer (&self->values), g_steal_pointer (&self->places),
                                      self->n_vectors, self->dimensions);
    }
  g_clear_pointer (&self->values, g_free);
  g_clear_pointer (&self->places, g_free);

  return response;
}

GObject *
dheera_vectors_decode (DheeraDecoder   *decoder,
                       DheeraJsonValue  root,
                       DheeraJsonValue  list,
                       gint64           tokens)
{
  DheeraEmbeddingResponse *response;
  DheeraVectors vectors;
  DheeraJsonIter iter;
  DheeraJsonValue vector;

  if (dheera_json_type (root) == DHEERA_JSON_NONE)
    return NULL;
  if (dheera_json_type (list) != DHEERA_JSON_ARRAY)
    {
      dheera_endpoint_fail (decoder, root, "there are no vectors in the answer");
      return NULL;
    }

  dheera_vectors_init (&vectors, decoder, dheera_json_size (list));
  dheera_json_iter_init (&iter, list);
  while (dheera_json_iter_next (&iter, NULL, &vector))
    if (!dheera_vectors_add (&vectors, -1, vector))
      break;
  response = dheera_vectors_finish (&vectors);
  if (response == NULL)
    return NULL;

  dheera_endpoint_read_head (DHEERA_BASE_RESPONSE (response), root);
  if (tokens >= 0)
    dheera_usage_update (dheera_base_response_ensure_usage (DHEERA_BASE_RESPONSE (response)), tokens, -1, tokens, -1, -1, -1);

  return G_OBJECT (response);
}
