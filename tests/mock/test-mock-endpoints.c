/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The offline model's endpoints beside chat, through a client that is not ours */

#include "mock-client.h"

#include "dheera-ai/wire/dheera-json-private.h"

static Reply
post (const char *path,
      const char *body)
{
  g_autoptr (SoupSession) session = make_session ();

  return request (session, path, body);
}

static void
assert_member (const Reply *reply,
               const char  *path,
               const char  *raw)
{
  DheeraJson json = DHEERA_JSON_INIT;
  g_autofree char *got = NULL;

  g_assert_cmpuint (reply->status, ==, 200);
  g_assert_true (dheera_json_parse (&json, reply->body, strlen (reply->body)));
  got = dheera_json_dup_raw (dheera_json_path (dheera_json_root (&json), path));
  g_assert_cmpstr (got, ==, raw);
  dheera_json_clear (&json);
}

static guint
count_numbers (const Reply *reply)
{
  DheeraJson json = DHEERA_JSON_INIT;
  guint n;

  g_assert_true (dheera_json_parse (&json, reply->body, strlen (reply->body)));
  n = dheera_json_size (dheera_json_member (dheera_json_element (dheera_json_member (dheera_json_root (&json), "data"), 0), "embedding"));
  dheera_json_clear (&json);

  return n;
}

static void
test_embeddings (void)
{
  g_auto (Reply) plain = post ("/embeddings", "{'model':'m','input':'Hello, world!'}");
  g_auto (Reply) again = post ("/embeddings", "{'model':'m','input':['Hello, world!']}");
  g_auto (Reply) small = post ("/embeddings", "{'model':'m','input':['a b c'],'dimensions':3}");
  g_auto (Reply) base64 = post ("/embeddings", "{'model':'m','input':['a'],'dimensions':3,'encoding_format':'base64'}");

  g_assert_cmpstr (plain.body, ==, again.body);
  g_assert_cmpuint (count_numbers (&plain), ==, 64);
  g_assert_cmpuint (count_numbers (&small), ==, 3);
  assert_member (&small, "usage.prompt_tokens", "3");
  assert_member (&small, "model", "\"m\"");
  g_assert_nonnull (strstr (base64.body, "\"embedding\":\""));
}

static void
test_refusals (void)
{
  static const char *const wrong[][2] = {
    { "/embeddings", "{'input':7}" }, { "/embeddings", "{'input':'a','dimensions':0}" }, { "/embeddings", "{" },
    { "/rerank", "{'documents':['a']}" }, { "/rerank", "{'query':'a'}" }, { "/moderations", "{}" }, { "/images/generations", "{}" },
  };
  g_auto (Reply) status = post ("/embeddings", "{'input':'a','mock':{'status':503}}");
  g_auto (Reply) nowhere = post ("/nowhere", "{}");

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_auto (Reply) reply = post (wrong[i][0], wrong[i][1]);

      g_assert_cmpuint (reply.status, ==, 400);
      g_assert_nonnull (strstr (reply.body, "\"error\""));
    }
  g_assert_cmpuint (status.status, ==, 503);
  g_assert_cmpuint (nowhere.status, ==, 404);
}

static void
test_rerank (void)
{
  g_auto (Reply) reply = post ("/rerank", "{'model':'m','query':'red wine','documents':['blue sky','some red wine'],'top_n':1,'return_documents':true}");

  g_assert_nonnull (strstr (reply.body, "\"results\":[{\"index\":1,"));
  g_assert_nonnull (strstr (reply.body, "\"document\":\"some red wine\"}]"));
}

static void
test_moderations (void)
{
  g_auto (Reply) reply = post ("/moderations", "{'input':['Have a great day!','I HATE it']}");

  g_assert_nonnull (strstr (reply.body, "\"flagged\":false}"));
  g_assert_nonnull (strstr (reply.body, "\"flagged\":true}]"));
}

static void
test_media (void)
{
  g_auto (Reply) images = post ("/images/generations", "{'prompt':'a cat','n':2}");
  g_auto (Reply) sound = post ("/audio/speech", "{'input':'one two'}");
  g_auto (Reply) text = post ("/audio/transcriptions", "; name=\"response_format\"\r\n\r\ntext\r\n");
  g_auto (Reply) json = post ("/audio/translations", "anything");

  g_assert_nonnull (strstr (images.body, "\"b64_json\":\"iVBORw0KGgo"));
  g_assert_true (g_str_has_prefix (sound.body, "RIFF"));
  g_assert_cmpstr (soup_message_headers_get_one (sound.headers, "Content-Type"), ==, "audio/wav");
  g_assert_cmpint (soup_message_headers_get_content_length (sound.headers), ==, 44 + 2 * 2000);
  g_assert_cmpstr (text.body, ==, "Hello from the offline model.");
  assert_member (&json, "text", "\"Hello from the offline model.\"");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/mock-endpoints/embeddings", test_embeddings);
  g_test_add_func ("/mock-endpoints/refusals", test_refusals);
  g_test_add_func ("/mock-endpoints/rerank", test_rerank);
  g_test_add_func ("/mock-endpoints/moderations", test_moderations);
  g_test_add_func ("/mock-endpoints/media", test_media);

  return g_test_run ();
}
