/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The requests beside chats: their properties, their copies, what they refuse. */

#include "model-util.h"

#include "dheera-ai/dheera-ai.h"
#include "dheera-ai/model/endpoints/dheera-image-request-private.h"
#include "dheera-ai/model/endpoints/dheera-moderation-request-private.h"
#include "dheera-ai/model/requests/dheera-base-request-private.h"
#include "dheera-ai/model/requests/dheera-values-private.h"

/* The error has to name the property. */
static void
assert_refused (gpointer    request,
                const char *property)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (dheera_base_request_validate (request, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
  g_assert_nonnull (strstr (error->message, property));
}

static void
assert_accepted (gpointer request,
              guint    count)
{
  g_autoptr (GError) error = NULL;

  dheera_base_request_validate (request, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (dheera_base_request_count (request), ==, count);
}

static gpointer
copy_of (gpointer request)
{
  return dheera_base_request_copy (request);
}

static void
assert_texts (const char *const *texts,
              const char        *joined)
{
  g_autofree char *shown = texts != NULL ? g_strjoinv ("|", (char **) texts) : NULL;

  g_assert_cmpstr (shown, ==, joined);
}

static DheeraPart *
new_picture (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("\211PNG", 4);

  return dheera_part_new_image (bytes, "image/png");
}

static void
test_embedding (void)
{
  g_autoptr (DheeraEmbeddingRequest) request = dheera_embedding_request_new ("openai/e");
  g_autoptr (DheeraEmbeddingRequest) one = dheera_embedding_request_new_for_input (NULL, "text");
  g_autoptr (DheeraEmbeddingRequest) copy = NULL;
  static const char *const inputs[] = { "a", "b", NULL };
  static const char *const none[] = { NULL };
  guint notified = 0;

  g_signal_connect (request, "notify::inputs", G_CALLBACK (count_notify), &notified);
  g_assert_cmpstr (dheera_base_request_get_model (DHEERA_BASE_REQUEST (request)), ==, "openai/e");
  g_assert_null (dheera_embedding_request_get_inputs (request));
  assert_refused (request, "inputs");

  dheera_embedding_request_set_inputs (request, inputs);
  dheera_embedding_request_set_inputs (request, inputs);
  dheera_embedding_request_add_input (request, "c");
  g_assert_cmpuint (notified, ==, 2);
  assert_texts (dheera_embedding_request_get_inputs (request), "a|b|c");
  assert_accepted (request, 3);

  dheera_embedding_request_set_dimensions (request, 0);
  assert_refused (request, "dimensions");
  dheera_embedding_request_set_dimensions (request, 64);
  dheera_embedding_request_set_input_type (request, "");
  assert_refused (request, "input-type");
  dheera_embedding_request_set_input_type (request, "query");
  dheera_embedding_request_set_user (request, "u1");

  copy = copy_of (request);
  dheera_embedding_request_set_inputs (request, none);
  g_assert_null (dheera_embedding_request_get_inputs (request));
  assert_texts (dheera_embedding_request_get_inputs (copy), "a|b|c");
  g_assert_cmpint (dheera_embedding_request_get_dimensions (copy), ==, 64);
  g_assert_cmpstr (dheera_embedding_request_get_input_type (copy), ==, "query");
  g_assert_cmpstr (dheera_embedding_request_get_user (copy), ==, "u1");
  assert_accepted (copy, 3);

  assert_accepted (one, 1);
  dheera_embedding_request_add_input (one, "");
  assert_refused (one, "inputs[1]");
}

static void
test_rerank (void)
{
  g_autoptr (DheeraRerankRequest) request = dheera_rerank_request_new (NULL);
  g_autoptr (DheeraRerankRequest) asked = dheera_rerank_request_new_for_query ("m", "what?");
  g_autoptr (DheeraRerankRequest) copy = NULL;
  static const char *const documents[] = { "one", "two", NULL };

  assert_refused (request, "query");
  g_assert_cmpstr (dheera_rerank_request_get_query (asked), ==, "what?");
  assert_refused (asked, "documents");
  dheera_rerank_request_set_documents (asked, documents);
  dheera_rerank_request_add_document (asked, "three");
  dheera_rerank_request_set_top_n (asked, 0);
  assert_refused (asked, "top-n");
  dheera_rerank_request_set_top_n (asked, 2);
  dheera_rerank_request_set_return_documents (asked, DHEERA_TRISTATE_YES);
  assert_accepted (asked, 3);

  copy = copy_of (asked);
  dheera_rerank_request_set_query (asked, NULL);
  g_assert_cmpstr (dheera_rerank_request_get_query (copy), ==, "what?");
  assert_texts (dheera_rerank_request_get_documents (copy), "one|two|three");
  g_assert_cmpint (dheera_rerank_request_get_top_n (copy), ==, 2);
  g_assert_cmpint (dheera_rerank_request_get_return_documents (copy), ==, DHEERA_TRISTATE_YES);
}

static void
test_moderation (void)
{
  g_autoptr (DheeraModerationRequest) request = dheera_moderation_request_new (NULL);
  g_autoptr (DheeraModerationRequest) about = dheera_moderation_request_new_for_text ("m", "words");
  g_autoptr (DheeraModerationRequest) copy = NULL;
  g_autoptr (DheeraPart) picture = new_picture ();
  g_autoptr (DheeraPart) text = dheera_part_new_text ("no picture");
  static const char *const texts[] = { "a", "b", NULL };

  assert_refused (request, "neither");
  assert_accepted (about, 1);
  dheera_moderation_request_set_texts (about, texts);
  dheera_moderation_request_add_text (about, "c");
  assert_accepted (about, 3);
  assert_texts (dheera_moderation_request_get_texts (about), "a|b|c");

  dheera_moderation_request_add_image (about, picture);
  assert_accepted (about, 1);
  copy = copy_of (about);
  g_assert_cmpuint (g_list_model_get_n_items (dheera_moderation_request_get_images (copy)), ==, 1);
  g_assert_true (dheera_parts_peek (copy->images, 0) != picture);
  dheera_moderation_request_add_image (about, text);
  assert_refused (about, "images");
  g_assert_cmpuint (g_list_model_get_n_items (dheera_moderation_request_get_images (copy)), ==, 1);
}

static void
set_image_texts (DheeraImageRequest *request)
{
  dheera_image_request_set_prompt (request, "a cat");
  dheera_image_request_set_n (request, 2);
  dheera_image_request_set_size (request, "64x64");
  dheera_image_request_set_quality (request, "low");
  dheera_image_request_set_background (request, "opaque");
  dheera_image_request_set_output_format (request, "webp");
  dheera_image_request_set_user (request, "u1");
}

static void
test_image (void)
{
  g_autoptr (DheeraImageRequest) request = dheera_image_request_new ("m");
  g_autoptr (DheeraImageRequest) asked = dheera_image_request_new_for_prompt (NULL, "a dog");
  g_autoptr (DheeraImageRequest) copy = NULL;
  g_autoptr (DheeraPart) picture = new_picture ();
  g_autoptr (DheeraPart) text = dheera_part_new_text ("no picture");

  g_assert_cmpstr (dheera_image_request_get_prompt (asked), ==, "a dog");
  assert_accepted (asked, 1);
  assert_refused (request, "prompt");
  set_image_texts (request);
  assert_accepted (request, 2);
  dheera_image_request_set_mask (request, picture);
  assert_refused (request, "mask");
  dheera_image_request_add_image (request, picture);
  assert_accepted (request, 2);

  copy = copy_of (request);
  g_assert_cmpint (dheera_image_request_get_n (copy), ==, 2);
  g_assert_cmpstr (dheera_image_request_get_size (copy), ==, "64x64");
  g_assert_cmpstr (dheera_image_request_get_quality (copy), ==, "low");
  g_assert_cmpstr (dheera_image_request_get_background (copy), ==, "opaque");
  g_assert_cmpstr (dheera_image_request_get_output_format (copy), ==, "webp");
  g_assert_cmpstr (dheera_image_request_get_user (copy), ==, "u1");
  g_assert_cmpuint (g_list_model_get_n_items (dheera_image_request_get_images (copy)), ==, 1);
  g_assert_nonnull (dheera_image_request_get_mask (copy));

  dheera_image_request_set_mask (request, text);
  assert_refused (request, "mask");
  dheera_image_request_set_n (asked, 129);
  assert_refused (asked, "n is 129");
}

static void
test_transcription (void)
{
  g_autoptr (GBytes) sound = g_bytes_new_static ("RIFF", 4);
  g_autoptr (GBytes) silence = g_bytes_new_static ("", 0);
  g_autoptr (DheeraTranscriptionRequest) request = dheera_transcription_request_new ("m");
  g_autoptr (DheeraTranscriptionRequest) asked = dheera_transcription_request_new_for_audio (NULL, sound, "audio/wav");
  g_autoptr (DheeraTranscriptionRequest) copy = NULL;

  g_assert_null (dheera_transcription_request_get_audio (request));
  assert_refused (request, "recording");
  dheera_transcription_request_set_audio (request, silence);
  assert_refused (request, "recording");
  assert_accepted (asked, 0);
  dheera_transcription_request_set_mime_type (asked, "audio/mpeg");
  dheera_transcription_request_set_filename (asked, "a.mp3");
  dheera_transcription_request_set_language (asked, "en");
  dheera_transcription_request_set_prompt (asked, "names");
  dheera_transcription_request_set_temperature (asked, 0.5);
  dheera_transcription_request_set_timestamps (asked, DHEERA_TIMESTAMPS_SEGMENTS | DHEERA_TIMESTAMPS_WORDS);
  dheera_transcription_request_set_format (asked, "srt");
  dheera_transcription_request_set_translate (asked, TRUE);

  copy = copy_of (asked);
  g_assert_true (dheera_transcription_request_get_audio (copy) == sound);
  g_assert_cmpstr (dheera_transcription_request_get_mime_type (copy), ==, "audio/mpeg");
  g_assert_cmpstr (dheera_transcription_request_get_filename (copy), ==, "a.mp3");
  g_assert_cmpstr (dheera_transcription_request_get_language (copy), ==, "en");
  g_assert_cmpstr (dheera_transcription_request_get_prompt (copy), ==, "names");
  g_assert_cmpfloat (dheera_transcription_request_get_temperature (copy), ==, 0.5);
  g_assert_cmpint (dheera_transcription_request_get_timestamps (copy), ==, 3);
  g_assert_cmpstr (dheera_transcription_request_get_format (copy), ==, "srt");
  g_assert_true (dheera_transcription_request_get_translate (copy));

  dheera_transcription_request_set_temperature (asked, 1.5);
  assert_refused (asked, "temperature is 1.5");
}

static void
test_speech (void)
{
  g_autoptr (DheeraSpeechRequest) request = dheera_speech_request_new ("m");
  g_autoptr (DheeraSpeechRequest) asked = dheera_speech_request_new_for_input (NULL, "hello", "alloy");
  g_autoptr (DheeraSpeechRequest) copy = NULL;

  assert_refused (request, "input");
  dheera_speech_request_set_input (request, "words");
  dheera_speech_request_set_voice (request, "nova");
  assert_accepted (request, 0);
  assert_accepted (asked, 0);
  dheera_speech_request_set_format (asked, "flac");
  dheera_speech_request_set_speed (asked, 1.5);
  dheera_speech_request_set_instructions (asked, "slowly");

  copy = copy_of (asked);
  g_assert_cmpstr (dheera_speech_request_get_input (copy), ==, "hello");
  g_assert_cmpstr (dheera_speech_request_get_voice (copy), ==, "alloy");
  g_assert_cmpstr (dheera_speech_request_get_format (copy), ==, "flac");
  g_assert_cmpfloat (dheera_speech_request_get_speed (copy), ==, 1.5);
  g_assert_cmpstr (dheera_speech_request_get_instructions (copy), ==, "slowly");

  dheera_speech_request_set_speed (asked, G_MAXDOUBLE);
  assert_refused (asked, "speed");
}

/* Every property that can be written is given back, by each class. */
static void
test_properties (void)
{
  g_autoptr (DheeraPart) picture = new_picture ();
  static const char *const texts[] = { "x", NULL };
  g_autoptr (GBytes) sound = g_bytes_new_static ("RIFF", 4);
  const GType types[] = {
    DHEERA_TYPE_EMBEDDING_REQUEST, DHEERA_TYPE_RERANK_REQUEST,        DHEERA_TYPE_MODERATION_REQUEST,
    DHEERA_TYPE_IMAGE_REQUEST,     DHEERA_TYPE_TRANSCRIPTION_REQUEST, DHEERA_TYPE_SPEECH_REQUEST,
  };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      g_autoptr (GObject) object = g_object_new (types[i], NULL);
      g_autofree GParamSpec **specs = NULL;
      guint n;

      specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (object), &n);
      for (guint j = 0; j < n; j++)
        {
          g_auto (GValue) value = G_VALUE_INIT;
          g_auto (GValue) back = G_VALUE_INIT;

          if (specs[j]->owner_type != types[i] || !(specs[j]->flags & G_PARAM_WRITABLE))
            continue;
          g_value_init (&value, specs[j]->value_type);
          g_value_init (&back, specs[j]->value_type);
          if (G_VALUE_HOLDS_STRING (&value))
            g_value_set_string (&value, "text");
          else if (G_VALUE_HOLDS (&value, G_TYPE_STRV))
            g_value_set_boxed (&value, texts);
          else if (G_VALUE_HOLDS (&value, G_TYPE_BYTES))
            g_value_set_boxed (&value, sound);
          else if (G_VALUE_HOLDS_OBJECT (&value))
            g_value_set_object (&value, picture);
          else if (G_VALUE_HOLDS_INT (&value))
            g_value_set_int (&value, 3);
          else if (G_VALUE_HOLDS_DOUBLE (&value))
            g_value_set_double (&value, 0.5);
          else if (G_VALUE_HOLDS_BOOLEAN (&value))
            g_value_set_boolean (&value, TRUE);
          else if (G_VALUE_HOLDS_ENUM (&value))
            g_value_set_enum (&value, 1);
          else
            g_value_set_flags (&value, 1);
          g_object_set_property (object, specs[j]->name, &value);
          g_object_get_property (object, specs[j]->name, &back);
          if (G_VALUE_HOLDS (&value, G_TYPE_STRV))
            assert_texts (g_value_get_boxed (&back), "x");
          else
            g_assert_cmpint (g_param_values_cmp (specs[j], &value, &back), ==, 0);
        }
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/endpoint-requests/embedding", test_embedding);
  g_test_add_func ("/endpoint-requests/rerank", test_rerank);
  g_test_add_func ("/endpoint-requests/moderation", test_moderation);
  g_test_add_func ("/endpoint-requests/image", test_image);
  g_test_add_func ("/endpoint-requests/transcription", test_transcription);
  g_test_add_func ("/endpoint-requests/speech", test_speech);
  g_test_add_func ("/endpoint-requests/properties", test_properties);

  return g_test_run ();
}
