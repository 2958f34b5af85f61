/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "providers-util.h"

#include "dheera-ai/model/messages/dheera-message-private.h"

/* The blocks that have to go back as they came */

static void
assert_natives (Answer            *answer,
                const char        *family,
                const char *const *blocks)
{
  DheeraMessage *message = dheera_response_get_message (answer_response (answer));
  guint n = g_strv_length ((char **) blocks);

  g_assert_cmpuint (dheera_message_get_n_natives (message), ==, n);
  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpstr (dheera_message_peek_native (message, i, family), ==, blocks[i]);
      g_assert_null (dheera_message_peek_native (message, i, "somebody-else"));
    }
}

static void
test_whole (void)
{
  static const char *const blocks[] = {
    "{\"type\":\"reasoning.text\", \"text\":\"r\\u00e9\",\"signature\":null}", "{\"type\":\"reasoning.encrypted\",\"data\":\"x==\"}", NULL,
  };
  g_autofree char *body = g_strdup_printf ("{\"choices\":[{\"message\":{\"content\":\"a\",\"reasoning_details\":[%s,%s,7]},\"finish_reason\":\"stop\"}]}",
                                           blocks[0], blocks[1]);
  g_auto (Answer) answer = { 0 };

  answer_whole (&answer, "openrouter", body);
  assert_end (&answer);
  assert_natives (&answer, "openrouter", blocks);
}

static void
test_pieces (void)
{
  static const char *const blocks[] = {
    "{\"type\":\"reasoning.text\",\"text\":\"We need to\",\"format\":\"f\",\"index\":0,\"signature\":\"sig\"}",
    "{\"type\":\"reasoning.text\",\"text\":\"Then\",\"index\":1}",
    "{\"type\":\"reasoning.encrypted\",\"data\":\"x\",\"index\":1}",
    "{\"type\":\"reasoning.encrypted\",\"data\":\"y\",\"index\":1}",
    "{\"type\":\"reasoning.summary\",\"summary\":\"In😀short\",\"index\":1}",
    NULL,
  };
  g_auto (Answer) answer = { 0 };

#define DETAILS(details) "{\"choices\":[{\"delta\":{\"reasoning_details\":[" details "]}}]}\n"
  answer_stream (&answer, "openrouter",
                 DETAILS ("{\"type\":\"reasoning.text\",\"text\":\"We \",\"format\":\"f\",\"index\":0}")
                 DETAILS ("{\"type\":\"reasoning.text\",\"text\":\"need\",\"format\":\"f\",\"index\":0},"
                          "{\"type\":\"reasoning.text\",\"text\":\" to\",\"format\":\"f\",\"index\":0}")
                 DETAILS ("{\"type\":\"reasoning.text\",\"text\":null,\"signature\":\"sig\",\"index\":0}")
                 DETAILS ("{\"type\":\"reasoning.text\",\"text\":\"\",\"signature\":null,\"index\":0}")
                 DETAILS ("{\"type\":\"reasoning.text\",\"text\":\"Then\",\"index\":1}")
                 DETAILS ("{\"type\":\"reasoning.encrypted\",\"data\":\"x\",\"index\":1}")
                 DETAILS ("{\"type\":\"reasoning.encrypted\",\"data\":\"y\",\"index\":1}")
                 DETAILS ("{\"type\":\"reasoning.summary\",\"summary\":\"In\\ud83d\",\"index\":1}")
                 DETAILS ("{\"type\":\"reasoning.summary\",\"summary\":\"\\ude00short\",\"index\":1},7,null")
                 "{\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n[DONE]");
  assert_end (&answer);
  assert_natives (&answer, "openrouter", blocks);
  assert_reasoning (&answer, "We need toThenIn😀short");
  assert_text (&answer, "a");
}

/* A block that was read comes out of nothing but a successful end. */
static void
test_interrupted (void)
{
  static const char *const none[] = { NULL };
  g_auto (Answer) answer = { 0 };

  answer_stream (&answer, "openrouter", DETAILS ("{\"type\":\"reasoning.text\",\"text\":\"We \",\"index\":0}"));
  assert_failed (&answer, DHEERA_ERROR_STREAM_INTERRUPTED);
  assert_natives (&answer, "openrouter", none);
  assert_reasoning (&answer, "We ");
}

/* The caller's JSON does not tell who sent them: they go to whoever has the member, and to nobody else. */
static void
test_from_json (void)
{
  static const char *const providers[] = { "openrouter", "vercel", "snowflake-cortex", "openai", "mistral" };

  for (guint i = 0; i < G_N_ELEMENTS (providers); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (DheeraRequest) request = dheera_request_new_from_json (
        "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"},{\"role\":\"assistant\",\"content\":\"a\",\"reasoning_details\":[{\"n\":1.50}]},"
        "{\"role\":\"user\",\"content\":\"y\"}]}", &error);
      g_autoptr (DheeraProvider) provider = dheera_provider_new (providers[i]);
      DheeraEncoding encoding = { .provider = provider, .base_url = "https://llm.example/v1", .model = "m" };
      g_autoptr (DheeraHttpRequest) http = NULL;
      const char *body;
      gsize length;

      g_assert_no_error (error);
      http = dheera_provider_get_protocol (provider)->encode_chat (&encoding, request, &error);
      g_assert_no_error (error);
      body = g_bytes_get_data (http->body, &length);
      g_assert_cmpint (g_strstr_len (body, (gssize) length, "\"reasoning_details\":[{\"n\":1.50}]") != NULL, ==, i < 3);
      g_assert_cmpint (g_strstr_len (body, (gssize) length, "1.50") != NULL, ==, i < 3);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/reasoning-details/whole", test_whole);
  g_test_add_func ("/reasoning-details/pieces", test_pieces);
  g_test_add_func ("/reasoning-details/interrupted", test_interrupted);
  g_test_add_func ("/reasoning-details/from-json", test_from_json);

  return g_test_run ();
}
