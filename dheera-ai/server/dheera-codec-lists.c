/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-codec-internal-private.h"

#include "dheera-ai/model/dheera-strings-private.h"
#include "dheera-ai/model/endpoints/dheera-embedding-response-private.h"
#include "dheera-ai/model/endpoints/dheera-model-private.h"

/* Answers that are lists: of vectors, and of models */

static void
write_numbers (DheeraJsonWriter *writer,
               const double     *values,
               guint             n_values)
{
  dheera_json_writer_begin_array (writer);
  for (guint i = 0; i < n_values; i++)
    dheera_json_writer_double (writer, values[i]);
  dheera_json_writer_end_array (writer);
}

/* Floats of 32 bits, the lowest byte first, on every machine */
static void
write_base64 (DheeraJsonWriter *writer,
              const double     *values,
              guint             n_values,
              guint32          *room)
{
  g_autoptr (GBytes) bytes = NULL;

  for (guint i = 0; i < n_values; i++)
    {
      float value = (float) values[i];
      guint32 bits;

      memcpy (&bits, &value, sizeof bits);
      room[i] = GUINT32_TO_LE (bits);
    }

  bytes = g_bytes_new_static (room, n_values * sizeof *room);
  dheera_json_writer_base64 (writer, NULL, bytes);
}

static void
write_vector (DheeraJsonWriter        *writer,
              const DheeraAsk         *ask,
              DheeraEmbeddingResponse *response,
              guint                   position,
              guint32                 *room)
{
  guint place = response->places != NULL ? response->places[position] : position;
  const double *values = response->values + (gsize) place * response->dimensions;

  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "object", "embedding");
  dheera_json_writer_member_int (writer, "index", position);
  dheera_json_writer_key (writer, "embedding");
  if (ask->base64)
    write_base64 (writer, values, response->dimensions, room);
  else
    write_numbers (writer, values, response->dimensions);
  dheera_json_writer_end_object (writer);
}

/* The API always has the two counters; what is not known counts as nothing. */
static void
write_vector_usage (DheeraJsonWriter *writer,
                    DheeraUsage      *usage)
{
  gint64 prompt = usage != NULL ? MAX (usage->prompt_tokens, 0) : 0;

  dheera_json_writer_key (writer, "usage");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_int (writer, "prompt_tokens", prompt);
  dheera_json_writer_member_int (writer, "total_tokens", usage != NULL && usage->total_tokens >= 0 ? usage->total_tokens : prompt);
  dheera_json_writer_end_object (writer);
}

GBytes *
dheera_codec_write_vectors (const DheeraAsk         *ask,
                            DheeraEmbeddingResponse *response)
{
  DheeraBaseResponse *base = DHEERA_BASE_RESPONSE (response);
  const char *model = base->model != NULL && *base->model != '\0' ? base->model : ask->model;
  gsize n_values = (gsize) response->n_vectors * response->dimensions;
  g_autofree guint32 *room = g_new (guint32, MAX (response->dimensions, 1));
  DheeraJsonWriter writer;

  dheera_json_writer_init (&writer, 256 + n_values * (ask->base64 ? 6 : 22));
  dheera_json_writer_begin_object (&writer);
  dheera_json_writer_member_string (&writer, "object", "list");
  dheera_json_writer_key (&writer, "data");
  dheera_json_writer_begin_array (&writer);
  for (guint i = 0; i < response->n_vectors; i++)
    write_vector (&writer, ask, response, i, room);
  dheera_json_writer_end_array (&writer);
  dheera_json_writer_member_string (&writer, "model", ask->shown_model != NULL ? ask->shown_model : dheera_string_or_empty (model));
  write_vector_usage (&writer, base->usage);
  dheera_json_writer_end_object (&writer);

  return dheera_json_writer_steal_bytes (&writer);
}

char *
dheera_codec_dup_model_id (DheeraModel *model)
{
  if (model->provider == NULL || *model->provider == '\0')
    return g_strdup (dheera_string_or_empty (model->id));

  return g_strconcat (model->provider, "/", model->id, NULL);
}

static void
write_model (DheeraJsonWriter *writer,
             DheeraModel      *model)
{
  g_autofree char *id = dheera_codec_dup_model_id (model);

  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "id", id);
  dheera_json_writer_member_string (writer, "object", "model");
  dheera_json_writer_member_int (writer, "created", MAX (model->created, 0));
  dheera_json_writer_member_string (writer, "owned_by", dheera_string_or_empty (model->provider != NULL ? model->provider : model->owned_by));
  dheera_json_writer_end_object (writer);
}

GBytes *
dheera_codec_write_model (DheeraModel *model)
{
  DheeraJsonWriter writer;

  dheera_json_writer_init (&writer, 256);
  write_model (&writer, model);

  return dheera_json_writer_steal_bytes (&writer);
}

GBytes *
dheera_codec_write_models (GListModel *models)
{
  guint n_models = g_list_model_get_n_items (models);
  DheeraJsonWriter writer;

  dheera_json_writer_init (&writer, 64 + n_models * 128);
  dheera_json_writer_begin_object (&writer);
  dheera_json_writer_member_string (&writer, "object", "list");
  dheera_json_writer_key (&writer, "data");
  dheera_json_writer_begin_array (&writer);
  for (guint i = 0; i < n_models; i++)
    {
      g_autoptr (DheeraModel) model = g_list_model_get_item (models, i);

      write_model (&writer, model);
    }
  dheera_json_writer_end_array (&writer);
  dheera_json_writer_end_object (&writer);

  return dheera_json_writer_steal_bytes (&writer);
}
