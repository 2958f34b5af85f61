/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "../model/stream-util.h"
#include "codec-util.h"

#include "dheera-ai/model/endpoints/dheera-embedding-response-private.h"
#include "dheera-ai/model/endpoints/dheera-model-private.h"
#include "dheera-ai/model/messages/dheera-part-private.h"

#define CHAT "{\"model\":\"asked\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"
#define USAGE "\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2,\"total_tokens\":3}"

/* An answer out of chunks */
static DheeraResponse *
feed (Stream            *stream,
      const char *const *chunks)
{
  for (; *chunks != NULL; chunks++)
    stream_feed (stream, *chunks);
  stream_finish (stream);

  return stream_response (stream);
}

static char *
write_one (const char        *body,
           DheeraRoute        route,
           const char        *shown_model,
           const char *const *chunks)
{
  g_auto (DheeraAsk) ask = { 0 };
  g_autoptr (Stream) stream = stream_new (TRUE);
  g_autoptr (GPtrArray) answers = g_ptr_array_new ();
  g_autoptr (GBytes) bytes = NULL;

  expect_ask (&ask, route, body);
  ask.shown_model = g_strdup (shown_model);
  g_ptr_array_add (answers, feed (stream, chunks));
  bytes = dheera_codec_write_answer (&ask, answers);

  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

#define HEAD "{\"id\":\"i\",\"object\":\"chat.completion\",\"created\":7,\"model\":\"m\",\"choices\":["
#define FIRST "{\"id\":\"i\",\"model\":\"m\",\"created\":7,\"choices\":[]}"

#define CITATION "{\"type\": \"url_citation\",\"url_citation\":{\"url\":\"https://a\",\"title\":\"A\",\"start_index\":1,\"end_index\":2,\"x\":3}}"
#define BARE "{\"type\":\"url_citation\",\"url_citation\":{\"url\":\"https://a\",\"end_index\":2,\"x\":3}}"
#define FILLED "{\"type\":\"url_citation\",\"url_citation\":{\"start_index\":0,\"end_index\":2,\"url\":\"https://a\",\"title\":\"https://a\"}}"

static void
test_chat (void)
{
  static const struct
  {
    const char *chunks[4];
    const char *expected;
  } cases[] = {
    { { FIRST, DELTA ("\"content\":\"é\\n\""), "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]," USAGE "}" },
      HEAD "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"é\\n\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"stop\"}]," USAGE "}" },
    { { FIRST, CALL ("{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":1}\"}}"),
        "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}]}" },
      HEAD "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\",\"function\":"
           "{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":1}\"}}],\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"tool_calls\"}]}" },
    { { FIRST, DELTA ("\"reasoning\":\"Hm.\",\"content\":\"a\""), "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"length\"}]}" },
      HEAD "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"a\",\"reasoning_content\":\"Hm.\",\"refusal\":null},\"logprobs\":null,"
           "\"finish_reason\":\"length\"}]}" },
    { { FIRST, DELTA ("\"refusal\":\"No.\""), "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"content_filter\"}]}" },
      HEAD "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":null,\"refusal\":\"No.\"},\"logprobs\":null,\"finish_reason\":\"content_filter\"}]}" },
    /* Empty texts are no texts. */
    { { FIRST, DELTA ("\"refusal\":\"\",\"reasoning\":\"\",\"content\":\"a\""), "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}" },
      HEAD "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"a\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"stop\"}]}" },
    /* A word that OpenAI's clients do not know, and an answer of nothing */
    { { FIRST, "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"pause_turn\"}]}" },
      HEAD "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"stop\"}]}" },
    { { FIRST, "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\",\"annotations\":[" CITATION ",{\"a\": 1}," BARE "]},\"logprobs\":{\"content\":[{\"token\": \"a\"}]}},"
               "{\"index\":1,\"delta\":{\"content\":\"b\"},\"finish_reason\":\"stop\"}]}" },
      HEAD "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"a\",\"refusal\":null,\"annotations\":[" CITATION "," FILLED "],\"provider_annotations\":[{\"a\": 1}]},"
           "\"logprobs\":{\"content\":[{\"token\": \"a\"}],\"refusal\":null},\"finish_reason\":\"stop\"},"
           "{\"index\":1,\"message\":{\"role\":\"assistant\",\"content\":\"b\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"stop\"}]}" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = write_one (CHAT, DHEERA_ROUTE_CHAT, NULL, cases[i].chunks);

      g_assert_cmpstr (text, ==, cases[i].expected);
    }
}

/* Who asks with functions is answered with the first call as one of a function; who has tools beside them, as with tools. */
static void
test_functions (void)
{
#define ASK(members) "{\"model\":\"asked\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]," members "}"
  static const char *const calls[] = {
    FIRST, CALL ("{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":1}\"}}"),
    CALL ("{\"index\":1,\"id\":\"d\",\"function\":{\"name\":\"g\"}}"), "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}]}", NULL,
  };
  static const char *const words[] = { FIRST, DELTA ("\"content\":\"a\""), "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}", NULL };
  g_autofree char *called = write_one (ASK ("\"functions\":[{\"name\":\"f\"}]"), DHEERA_ROUTE_CHAT, NULL, calls);
  g_autofree char *said = write_one (ASK ("\"functions\":[{\"name\":\"f\"}]"), DHEERA_ROUTE_CHAT, NULL, words);
  g_autofree char *both = write_one (ASK ("\"functions\":[{\"name\":\"f\"}],\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"g\"}}]"), DHEERA_ROUTE_CHAT, NULL, calls);
  g_autofree char *null = write_one (ASK ("\"functions\":null"), DHEERA_ROUTE_CHAT, NULL, calls);

  g_assert_cmpstr (called, ==,
                   HEAD "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":null,\"function_call\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":1}\"},"
                        "\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"function_call\"}]}");
  g_assert_cmpstr (said, ==,
                   HEAD "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"a\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"stop\"}]}");
  g_assert_nonnull (strstr (both, "\"tool_calls\":["));
  g_assert_nonnull (strstr (both, "\"finish_reason\":\"tool_calls\""));
  g_assert_nonnull (strstr (null, "\"tool_calls\":["));
}

/* An answer without an id, a time and a model */
static void
test_identity (void)
{
  static const char *const chunks[] = { DELTA ("\"content\":\"a\""), NULL };
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autofree char *text = write_one (CHAT, DHEERA_ROUTE_CHAT, NULL, chunks);
  g_autofree char *shown = write_one (CHAT, DHEERA_ROUTE_CHAT, "alias", chunks);
  g_autoptr (Parsed) first = parse (text);
  g_autoptr (Parsed) second = parse (shown);
  g_autofree char *id = dheera_json_dup_string (at (first, "id"));

  g_assert_true (g_str_has_prefix (id, "chatcmpl-") && strlen (id) > 20);
  assert_json_string (first, "model", "asked");
  assert_json_string (second, "model", "alias");
  g_assert_cmpint (dheera_json_get_int (at (first, "created"), 0), >=, now);
}

/* What has no place in OpenAI's form but would be lost: signatures of calls, blocks of the provider's own, pictures and sound */
static void
test_more (void)
{
  g_auto (DheeraAsk) ask = { 0 };
  g_autoptr (Stream) stream = stream_new (TRUE);
  g_autoptr (GPtrArray) answers = g_ptr_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) picture = g_bytes_new_static ("abc", 3);
  g_autoptr (DheeraPart) image = dheera_part_new_image (picture, "image/png");
  g_autoptr (DheeraPart) sound = g_object_new (DHEERA_TYPE_PART, NULL);
  g_autofree char *text = NULL;
  g_autoptr (Parsed) parsed = NULL;
  DheeraMessage *message;

  expect_ask (&ask, DHEERA_ROUTE_CHAT, CHAT);
  stream_feed (stream, CALL ("{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}"));
  g_assert_true (dheera_accumulator_set_tool_call_extra (stream->accumulator, 0, 0, "{\"extra_content\":{\"s\":1}}"));
  message = dheera_accumulator_get_message (stream->accumulator, 0);
  dheera_message_add_native_at (message, "anthropic", "{\"type\":\"thinking\"}", -1, 0, 1);
  dheera_message_add_part (message, image);
  sound->type = DHEERA_PART_TYPE_AUDIO;
  sound->bytes = g_bytes_ref (picture);
  sound->text = g_strdup ("said");
  sound->file_id = g_strdup ("audio_1");
  dheera_message_add_part (message, sound);
  stream_finish (stream);
  g_ptr_array_add (answers, stream_response (stream));
  bytes = dheera_codec_write_answer (&ask, answers);
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  parsed = parse (text);

#define MESSAGE dheera_json_member (dheera_json_element (at (parsed, "choices"), 0), "message")
#define assert_raw(value, expected) G_STMT_START { g_autofree char *r_ = dheera_json_dup_raw (value); g_assert_cmpstr (r_, ==, expected); } G_STMT_END
  assert_raw (dheera_json_member (dheera_json_element (dheera_json_member (MESSAGE, "tool_calls"), 0), "extra_content"), "{\"s\":1}");
  assert_raw (dheera_json_member (MESSAGE, "provider_blocks"),
              "[{\"family\":\"anthropic\",\"block\":{\"type\":\"thinking\"},\"after_tool_calls\":1}]");
  assert_raw (dheera_json_member (MESSAGE, "images"), "[{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,YWJj\"}}]");
  assert_raw (dheera_json_member (MESSAGE, "audio"), "{\"id\":\"audio_1\",\"expires_at\":0,\"data\":\"YWJj\",\"transcript\":\"said\"}");
}

/* --- /v1/completions --------------------------------------------------------------------------------------------------------------- */

static void
test_completions (void)
{
  static const char *const one[] = {
    "{\"id\":\"chatcmpl-i\",\"model\":\"m\",\"created\":7,\"choices\":[{\"index\":1,\"delta\":{\"content\":\"b\"}},{\"index\":0,\"delta\":{\"content\":\"a\"},"
    "\"finish_reason\":\"length\"}]," USAGE "}",
    NULL,
  };
  static const char *const two[] = {
    CALL ("{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"f\"}}"), "{\"choices\":[{\"index\":1,\"delta\":{\"refusal\":\"No.\"}}]," USAGE "}", NULL,
  };
  g_auto (DheeraAsk) ask = { 0 };
  g_autoptr (Stream) first = stream_new (TRUE);
  g_autoptr (Stream) second = stream_new (TRUE);
  g_autoptr (GPtrArray) answers = g_ptr_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = NULL;

  expect_ask (&ask, DHEERA_ROUTE_COMPLETIONS, "{\"model\":\"asked\",\"prompt\":[\"P\",\"Q\"],\"n\":2,\"echo\":true}");
  g_ptr_array_add (answers, feed (first, one));
  g_ptr_array_add (answers, feed (second, two));
  bytes = dheera_codec_write_answer (&ask, answers);
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
#define CHOICE(text, index, reason) "{\"text\":\"" text "\",\"index\":" index ",\"logprobs\":null,\"finish_reason\":\"" reason "\"}"
  g_assert_cmpstr (text, ==,
                   "{\"id\":\"cmpl-i\",\"object\":\"text_completion\",\"created\":7,\"model\":\"m\",\"choices\":[" CHOICE ("Pa", "0", "length") ","
                   CHOICE ("Pb", "1", "stop") "," CHOICE ("Q", "2", "stop") "," CHOICE ("QNo.", "3", "stop")
                   "],\"usage\":{\"prompt_tokens\":2,\"completion_tokens\":4,\"total_tokens\":6}}");
}

static void
test_completion_ids (void)
{
  static const struct
  {
    const char *id;
    const char *expected;
  } cases[] = { { "cmpl-x", "cmpl-x" }, { "chatcmpl-x", "cmpl-x" }, { "msg_1", "cmpl-msg_1" } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *chunk = g_strdup_printf ("{\"id\":\"%s\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}", cases[i].id);
      const char *const chunks[] = { chunk, NULL };
      g_autofree char *text = write_one ("{\"model\":\"m\",\"prompt\":\"p\"}", DHEERA_ROUTE_COMPLETIONS, NULL, chunks);
      g_autoptr (Parsed) parsed = parse (text);

      assert_json_string (parsed, "id", cases[i].expected);
    }
}

/* --- Lists ------------------------------------------------------------------------------------------------------------------------- */

static char *
write_vectors (const char *body,
               gboolean    with_usage)
{
  static const double values[] = { 0.1, -2, 1e-7, 3 };
  static const guint32 places[] = { 1, 0 };
  g_auto (DheeraAsk) ask = { 0 };
  g_autoptr (DheeraEmbeddingResponse) response = dheera_embedding_response_new ("p");
  g_autoptr (GPtrArray) answers = g_ptr_array_new ();
  g_autoptr (GBytes) bytes = NULL;

  expect_ask (&ask, DHEERA_ROUTE_EMBEDDINGS, body);
  dheera_embedding_response_take (response, g_memdup2 (values, sizeof values), g_memdup2 (places, sizeof places), 2, 2);
  if (with_usage)
    dheera_usage_update (dheera_base_response_ensure_usage (DHEERA_BASE_RESPONSE (response)), 5, -1, 6, -1, -1, -1);
  g_ptr_array_add (answers, response);
  bytes = dheera_codec_write_answer (&ask, answers);

  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static void
test_vectors (void)
{
  g_autofree char *numbers = write_vectors ("{\"model\":\"m\",\"input\":[\"a\",\"b\"]}", TRUE);
  g_autofree char *base64 = write_vectors ("{\"model\":\"m\",\"input\":[\"a\",\"b\"],\"encoding_format\":\"base64\"}", FALSE);
  g_autoptr (Parsed) parsed = NULL;
  static const float expected[] = { 1e-7f, 3 };

  g_assert_cmpstr (numbers, ==,
                   "{\"object\":\"list\",\"data\":[{\"object\":\"embedding\",\"index\":0,\"embedding\":[1e-07,3]},"
                   "{\"object\":\"embedding\",\"index\":1,\"embedding\":[0.1,-2]}],\"model\":\"m\",\"usage\":{\"prompt_tokens\":5,\"total_tokens\":6}}");

  parsed = parse (base64);
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *text = dheera_json_dup_string (dheera_json_member (dheera_json_element (at (parsed, "data"), i), "embedding"));
      gsize size;
      g_autofree guchar *data = g_base64_decode (text, &size);

      g_assert_cmpuint (size, ==, 8);
      for (guint j = 0; j < 2 && i == 0; j++)
        {
          guint32 bits;
          float value;

          memcpy (&bits, data + j * 4, 4);
          bits = GUINT32_FROM_LE (bits);
          memcpy (&value, &bits, 4);
          g_assert_true (value == expected[j]);
        }
    }
  g_assert_cmpint (dheera_json_get_int (at (parsed, "usage.total_tokens"), -1), ==, 0);
}

static void
test_models (void)
{
  g_autoptr (GListStore) list = g_list_store_new (DHEERA_TYPE_MODEL);
  g_autoptr (DheeraModel) one = dheera_model_new ("openai", "gpt-4o");
  g_autoptr (DheeraModel) other = dheera_model_new ("openrouter", "meta/llama");
  g_autoptr (GBytes) alone = NULL;
  g_autoptr (GBytes) all = NULL;
  g_autofree char *id = dheera_codec_dup_model_id (other);

#define ONE "{\"id\":\"openai/gpt-4o\",\"object\":\"model\",\"created\":7,\"owned_by\":\"openai\"}"
  one->created = 7;
  g_list_store_append (list, one);
  g_list_store_append (list, other);
  alone = dheera_codec_write_model (one);
  all = dheera_codec_write_models (G_LIST_MODEL (list));
  g_assert_cmpmem (g_bytes_get_data (alone, NULL), g_bytes_get_size (alone), ONE, strlen (ONE));
#define ALL "{\"object\":\"list\",\"data\":[" ONE ",{\"id\":\"openrouter/meta/llama\",\"object\":\"model\",\"created\":0,\"owned_by\":\"openrouter\"}]}"
  g_assert_cmpmem (g_bytes_get_data (all, NULL), g_bytes_get_size (all), ALL, strlen (ALL));
  g_assert_cmpstr (id, ==, "openrouter/meta/llama");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/codec-answer/chat", test_chat);
  g_test_add_func ("/codec-answer/functions", test_functions);
  g_test_add_func ("/codec-answer/identity", test_identity);
  g_test_add_func ("/codec-answer/more", test_more);
  g_test_add_func ("/codec-answer/completions", test_completions);
  g_test_add_func ("/codec-answer/completion-ids", test_completion_ids);
  g_test_add_func ("/codec-answer/vectors", test_vectors);
  g_test_add_func ("/codec-answer/models", test_models);

  return g_test_run ();
}
