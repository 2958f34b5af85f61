/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "replay-tasks.h"

#include <string.h>

typedef gpointer (*Blocking) (DheeraClient  *client,
                              gpointer       request,
                              GCancellable  *cancellable,
                              GError       **error);
typedef void (*Starting) (DheeraClient        *client,
                          gpointer             request,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data);
typedef gpointer (*Finishing) (DheeraClient  *client,
                               GAsyncResult  *result,
                               GError       **error);

#define TASK(name, type) \
  { #name, type##_get_type, (Blocking) dheera_client_##name, (Starting) dheera_client_##name##_async, (Finishing) dheera_client_##name##_finish }

static const struct
{
  const char *name;
  GType (*get_type) (void);
  Blocking blocking;
  Starting start;
  Finishing finish;
} tasks[] = {
  TASK (embed, dheera_embedding_request),       TASK (rerank, dheera_rerank_request),
  TASK (moderate, dheera_moderation_request),   TASK (generate_image, dheera_image_request),
  TASK (transcribe, dheera_transcription_request), TASK (speak, dheera_speech_request),
};

static int
find_task (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (tasks); i++)
    if (strcmp (tasks[i].name, name) == 0)
      return (int) i;
  return -1;
}

gboolean
task_is_known (const char *name)
{
  return find_task (name) >= 0;
}

/* --- The request --------------------------------------------------------------------------------------------------------------- */

static GStrv
dup_texts (JsonArray *array)
{
  GStrv texts = g_new0 (char *, json_array_get_length (array) + 1);

  for (guint i = 0; i < json_array_get_length (array); i++)
    texts[i] = g_strdup (json_array_get_string_element (array, i));
  return texts;
}

static void
set_property_cb (JsonObject *object,
                 const char *name,
                 JsonNode   *node,
                 gpointer    request)
{
  GParamSpec *spec = g_object_class_find_property (G_OBJECT_GET_CLASS (request), name);

  g_assert_nonnull (spec);
  if (spec->value_type == G_TYPE_STRV)
    {
      g_auto(GStrv) texts = dup_texts (json_node_get_array (node));

      g_object_set (request, name, texts, NULL);
    }
  else if (spec->value_type == G_TYPE_DOUBLE)
    g_object_set (request, name, json_node_get_double (node), NULL);
  else if (spec->value_type == G_TYPE_STRING)
    g_object_set (request, name, json_node_get_string (node), NULL);
  else if (spec->value_type == G_TYPE_BOOLEAN)
    g_object_set (request, name, json_node_get_boolean (node), NULL);
  else
    g_object_set (request, name, (int) json_node_get_int (node), NULL);
}

static GBytes *
decode (const char *base64)
{
  gsize length;
  guchar *data = g_base64_decode (base64, &length);

  return g_bytes_new_take (data, length);
}

static DheeraPart *
new_picture (const char *base64)
{
  g_autoptr(GBytes) bytes = NULL;

  if (g_str_has_prefix (base64, "http"))
    return dheera_part_new_image_uri (base64);
  bytes = decode (base64);
  return dheera_part_new_image (bytes, "image/png");
}

static void
add_images (DheeraBaseRequest *request,
            JsonArray         *images)
{
  for (guint i = 0; i < json_array_get_length (images); i++)
    {
      g_autoptr(DheeraPart) picture = new_picture (json_array_get_string_element (images, i));

      if (DHEERA_IS_IMAGE_REQUEST (request))
        dheera_image_request_add_image (DHEERA_IMAGE_REQUEST (request), picture);
      else
        dheera_moderation_request_add_image (DHEERA_MODERATION_REQUEST (request), picture);
    }
}

DheeraBaseRequest *
task_new_request (const char *name,
                  JsonObject *description)
{
  DheeraBaseRequest *request = g_object_new (tasks[find_task (name)].get_type (), NULL);

  json_object_foreach_member (json_object_get_object_member (description, "properties"), set_property_cb, request);
  if (json_object_has_member (description, "images"))
    add_images (request, json_object_get_array_member (description, "images"));
  if (json_object_has_member (description, "mask"))
    {
      g_autoptr(DheeraPart) mask = new_picture (json_object_get_string_member (description, "mask"));

      dheera_image_request_set_mask (DHEERA_IMAGE_REQUEST (request), mask);
    }
  if (json_object_has_member (description, "audio"))
    {
      g_autoptr(GBytes) audio = decode (json_object_get_string_member (description, "audio"));

      dheera_transcription_request_set_audio (DHEERA_TRANSCRIPTION_REQUEST (request), audio);
    }
  if (json_object_has_member (description, "extra"))
    {
      g_autofree char *extra = json_to_string (json_object_get_member (description, "extra"), FALSE);

      dheera_base_request_set_extra (request, extra);
    }
  return request;
}

/* --- The call ------------------------------------------------------------------------------------------------------------------ */

static void
store_result_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  GAsyncResult **place = user_data;

  *place = g_object_ref (result);
}

DheeraBaseResponse *
task_call (const char         *name,
           DheeraClient       *client,
           DheeraBaseRequest  *request,
           gboolean            async,
           GError            **error)
{
  int task = find_task (name);
  g_autoptr(GAsyncResult) result = NULL;

  if (!async)
    return tasks[task].blocking (client, request, NULL, error);

  tasks[task].start (client, request, NULL, store_result_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return tasks[task].finish (client, result, error);
}
