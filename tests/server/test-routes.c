/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The routes between two sides that are made up: who may ask, what is asked of the models, and how what they say becomes a whole answer. */

#include "routes-util.h"

/* --- Where a request goes ------------------------------------------------------------------------------------------------------------------- */

static void
test_unknown (void)
{
  static const char *const paths[] = { "/", "/v1", "/v1/", "/v1/chat", "/v1/chat/completions/", "/v1/v1/models", "/v2/models", "/models/", "/health", "/V1/models" };
  g_auto(Fixture) f;

  set_up (&f);
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr(FakeIncoming) incoming = ask (&f, "GET", paths[i], NULL, NULL);
      g_autofree char *message = g_strdup_printf ("\"Invalid URL (GET %s)\"", paths[i]);

      assert_refused (incoming, 404, "unknown_url");
      assert_member (incoming, "error.message", message);
      assert_member (incoming, "error.param", "null");
    }
}

static void
test_methods (void)
{
  static const struct
  {
    const char *method, *path, *allow;
  } cases[] = {
    { "GET", "/v1/chat/completions", "POST" },
    { "OPTIONS", "/v1/chat/completions", "POST" },
    { "OPTIONS", "/v1/models", "GET, HEAD" },
    { "PUT", "/completions", "POST" },
    { "HEAD", "/v1/embeddings", "POST" },
    { "DELETE", "/v1/models/lab/m", "GET, HEAD" },
    { "POST", "/health/liveliness", "GET, HEAD" },
    { "get", "/models", "GET, HEAD" },
  };
  g_auto(Fixture) f;

  set_up_with (&f, KEY, NULL, NULL, "lab");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(FakeIncoming) incoming = ask (&f, cases[i].method, cases[i].path, NULL, NULL);

      assert_refused (incoming, 405, "method_not_supported");
      g_assert_cmpstr (fake_incoming_get_field (incoming, "Allow"), ==, cases[i].allow);
      g_assert_null (fake_incoming_get_field (incoming, "Access-Control-Allow-Origin"));
    }
}

static void
test_health (void)
{
  g_auto(Fixture) f;

  set_up_with (&f, KEY, NULL, NULL, "lab");
  for (guint draining = 0; draining < 2; draining++)
    {
      g_autoptr(FakeIncoming) lives = ask (&f, "GET", "/health/liveliness", "Host: 10.0.0.7:4000", NULL);
      g_autoptr(FakeIncoming) ready = ask (&f, "GET", "/health/readiness", NULL, NULL);
      g_autoptr(FakeIncoming) head = ask (&f, "HEAD", "/v1/health/readiness", NULL, NULL);

      g_assert_cmpuint (lives->status, ==, 200);
      assert_member (lives, "status", "\"ok\"");
      g_assert_cmpuint (ready->status, ==, draining ? 503 : 200);
      g_assert_cmpuint (head->status, ==, draining ? 503 : 200);
      assert_member (ready, "status", draining ? "\"draining\"" : "\"ok\"");
      f.routes->draining = TRUE;
    }
}

/* --- Who may ask ------------------------------------------------------------------------------------------------------------------------------- */

static void
test_keys (void)
{
  static const struct
  {
    const char *headers;
    gboolean good;
  } cases[] = {
    { NULL, FALSE },
    { "Authorization: Bearer " KEY, TRUE },
    { "Authorization: bearer   " KEY, TRUE },
    { "api-key: " KEY, TRUE },
    { "X-Api-Key: " KEY, TRUE },
    { "Authorization: Bearer dummy\nx-api-key: " KEY, TRUE },
    { "Authorization: " KEY, FALSE },
    { "Authorization: Basic " KEY, FALSE },
    { "Authorization: Bearer ", FALSE },
    { "Authorization: Bearer " KEY "x", FALSE },
    { "Authorization: Bearer sk-canary", FALSE },
    { "Authorization: Bearer " KEY ", Bearer " KEY, FALSE },
    { "api-key: ", FALSE },
    /* Who has read the hash out of a file has no key. */
    { "Authorization: Bearer sha256:d4f4a0a2c3c0b1e1f0e9d8c7b6a5948372615049382716053423120110ffeedd", FALSE },
    { "Cookie: key=" KEY, FALSE },
  };
  g_autofree char *hash = dheera_key_hash (KEY);
  g_autofree char *with_hash = g_strconcat ("Authorization: Bearer ", hash, NULL);
  g_auto(Fixture) f;

  set_up_with (&f, KEY, "fast", "lab/m", "lab");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(FakeIncoming) incoming = ask (&f, "GET", "/v1/models", cases[i].headers, NULL);

      if (cases[i].good)
        {
          g_assert_cmpuint (incoming->status, ==, 200);
          continue;
        }
      assert_refused (incoming, 401, "invalid_api_key");
      g_assert_cmpstr (fake_incoming_get_field (incoming, "WWW-Authenticate"), ==, "Bearer");
      g_assert_null (strstr (incoming->body->str, "sk-"));
    }
  {
    g_autoptr(FakeIncoming) incoming = ask (&f, "GET", "/v1/models", with_hash, NULL);

    assert_refused (incoming, 401, "invalid_api_key");
  }
}

/* Before the body: whoever has no key sends none. */
static void
test_key_before_body (void)
{
  g_auto(Fixture) f;
  g_autoptr(FakeIncoming) incoming = NULL;

  set_up_with (&f, KEY, NULL, NULL, "lab");
  incoming = fake_incoming_new (f.routes, "POST", "/v1/chat/completions", JSON);
  incoming->parent.has_body = TRUE;
  dheera_routes_handler.on_head (&incoming->parent, f.routes);
  assert_refused (incoming, 401, "invalid_api_key");
  g_assert_cmpuint (f.upstream->calls->len, ==, 0);
}

static void
test_hosts (void)
{
  static const struct
  {
    const char *host;
    gboolean good;
  } cases[] = {
    { "localhost", TRUE },
    { "LOCALHOST:4000", TRUE },
    { "app.localhost:4000", TRUE },
    { "127.0.0.1", TRUE },
    { "127.8.9.1:80", TRUE },
    { "[::1]:4000", TRUE },
    { "[::1]", TRUE },
    { "evil.example", FALSE },
    { "localhost.evil.example", FALSE },
    { "127.0.0.1.evil.example:4000", FALSE },
    { "evil.example:4000, localhost", FALSE },
    { "localhost, evil.example", FALSE },
    { "10.0.0.1", FALSE },
    { "[::2]", FALSE },
    { "[::1", FALSE },
    { "[::1]evil", FALSE },
    { "localhost:port", FALSE },
    { ".localhost", FALSE },
    { "", FALSE },
  };
  g_auto(Fixture) f;

  set_up_with (&f, NULL, "fast", "lab/m", "lab");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *headers = g_strconcat ("Host: ", cases[i].host, NULL);
      g_autoptr(FakeIncoming) incoming = ask (&f, "GET", "/v1/models", headers, NULL);

      if (cases[i].good)
        g_assert_cmpuint (incoming->status, ==, 200);
      else
        assert_refused (incoming, 403, "host_not_allowed");
    }
}

/* What a page of the web may post without asking */
static void
test_content_types (void)
{
  static const char *const bad[] = { "Host: localhost", "Content-Type: text/plain", "Content-Type: application/x-www-form-urlencoded", "Content-Type: application/jsonp",
                                     "Content-Type: text/plain; application/json" };
  static const char *const good[] = { "Content-Type: application/json", "Content-Type: Application/JSON; charset=utf-8" };
  g_auto(Fixture) f;
  g_auto(Fixture) keyed;
  g_autoptr(FakeIncoming) with_key = NULL;

  set_up (&f);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr(FakeIncoming) incoming = ask (&f, "POST", "/v1/chat/completions", bad[i], CHAT);

      assert_refused (incoming, 415, "unsupported_media_type");
    }
  g_assert_cmpuint (f.upstream->calls->len, ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr(FakeIncoming) incoming = ask (&f, "POST", "/v1/chat/completions", good[i], CHAT);

      g_assert_cmpuint (incoming->status, ==, 0);
      g_assert_cmpuint (f.upstream->calls->len, ==, i + 1);
    }

  /* No page has a key: curl's own type is good enough then, and so is any name. */
  set_up_with (&keyed, KEY, NULL, NULL, "lab");
  with_key = ask (&keyed, "POST", "/v1/chat/completions", WITH_KEY "\nContent-Type: application/x-www-form-urlencoded\nHost: example.com", CHAT);
  g_assert_cmpuint (keyed.upstream->calls->len, ==, 1);
}

/* What is packed would be no JSON to the reader, and the error would not say why. */
static void
test_encodings (void)
{
  static const char *const bad[] = { "gzip", "br", "x-own", "gzip, identity" };
  static const char *const good[] = { "identity", "Identity", "" };
  g_auto(Fixture) f;
  g_auto(Fixture) keyed;
  g_autoptr(FakeIncoming) without_key = NULL;
  g_autoptr(FakeIncoming) list = NULL;

  set_up (&f);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *headers = g_strconcat (JSON "\nContent-Encoding: ", bad[i], NULL);
      g_autofree char *quoted = g_strconcat ("“", bad[i], "”", NULL);
      g_autoptr(FakeIncoming) incoming = ask (&f, "POST", "/v1/chat/completions", headers, "\x1f\x8b\x08");

      assert_refused (incoming, 415, "unsupported_content_encoding");
      g_assert_nonnull (strstr (incoming->body->str, quoted));
      g_assert_cmpstr (fake_incoming_get_field (incoming, "Accept-Encoding"), ==, "identity");
    }
  g_assert_cmpuint (f.upstream->calls->len, ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree char *headers = g_strconcat (JSON "\nContent-Encoding: ", good[i], NULL);
      g_autoptr(FakeIncoming) incoming = ask (&f, "POST", "/v1/chat/completions", headers, CHAT);

      g_assert_cmpuint (incoming->status, ==, 0);
      g_assert_cmpuint (f.upstream->calls->len, ==, i + 1);
    }

  /* Who may ask comes first, and what has no body is not looked at. */
  set_up_with (&keyed, KEY, "fast", "lab/m", "lab");
  without_key = ask (&keyed, "POST", "/v1/chat/completions", JSON "\nContent-Encoding: gzip", CHAT);
  assert_refused (without_key, 401, "invalid_api_key");
  list = ask (&keyed, "GET", "/v1/models", WITH_KEY "\nContent-Encoding: gzip", NULL);
  g_assert_cmpuint (list->status, ==, 200);
}

/* --- Whole answers ------------------------------------------------------------------------------------------------------------------------------ */

static void
test_chat (void)
{
  g_auto(Fixture) f;
  g_autoptr(FakeIncoming) incoming = NULL;
  FakeCall *call;

  set_up (&f);
  incoming = ask (&f, "POST", "/v1/chat/completions", JSON, CHAT);
  call = fake_upstream_get (f.upstream, 0);
  g_assert_cmpint (call->operation, ==, DHEERA_UPSTREAM_COMPLETE);
  g_assert_cmpstr (dheera_base_request_get_model (call->request), ==, "lab/m");
  g_assert_cmpuint (incoming->status, ==, 0);
  fake_call_answer (call, "Hello");
  g_assert_cmpuint (incoming->status, ==, 200);
  g_assert_true (incoming->ended);
  assert_member (incoming, "object", "\"chat.completion\"");
  assert_member (incoming, "model", "\"fake-model\"");
  g_assert_nonnull (strstr (incoming->body->str, "\"content\":\"Hello\""));
  g_assert_cmpstr (fake_incoming_get_field (incoming, "Content-Type"), ==, "application/json");
  g_assert_nonnull (fake_incoming_get_field (incoming, "openai-processing-ms"));
  g_assert_true (call->freed);
}

static void
test_without_prefix (void)
{
  g_auto(Fixture) f;
  g_autoptr(FakeIncoming) chat = NULL;
  g_autoptr(FakeIncoming) completion = NULL;
  g_autoptr(FakeIncoming) embedding = NULL;

  set_up (&f);
  chat = ask (&f, "POST", "/chat/completions", JSON, CHAT);
  completion = ask (&f, "POST", "/completions", JSON, "{\"model\":\"lab/m\",\"prompt\":\"Once\"}");
  embedding = ask (&f, "POST", "/embeddings", JSON, "{\"model\":\"lab/e\",\"input\":\"text\"}");
  fake_call_answer (fake_upstream_get (f.upstream, 0), "a");
  fake_call_answer (fake_upstream_get (f.upstream, 1), "b");
  g_assert_cmpint (fake_upstream_get (f.upstream, 2)->operation, ==, DHEERA_UPSTREAM_EMBED);
  fake_call_answer_vector (fake_upstream_get (f.upstream, 2));
  assert_member (chat, "object", "\"chat.completion\"");
  assert_member (completion, "object", "\"text_completion\"");
  assert_member (embedding, "object", "\"list\"");
  g_assert_nonnull (strstr (embedding->body->str, "[0.25,-0.5]"));
}

/* Prompts are asked side by side, and answered in their order. */
static void
test_prompts (void)
{
  g_auto(Fixture) f;
  g_autoptr(FakeIncoming) incoming = NULL;

  set_up (&f);
  incoming = ask (&f, "POST", "/v1/completions", JSON, "{\"model\":\"lab/m\",\"prompt\":[\"one\",\"two\",\"three\"]}");
  g_assert_cmpuint (f.upstream->calls->len, ==, 3);
  fake_call_answer (fake_upstream_get (f.upstream, 2), "third");
  fake_call_answer (fake_upstream_get (f.upstream, 0), "first");
  g_assert_cmpuint (incoming->status, ==, 0);
  fake_call_answer (fake_upstream_get (f.upstream, 1), "second");
  g_assert_cmpuint (incoming->status, ==, 200);
  g_assert_true (strstr (incoming->body->str, "first") < strstr (incoming->body->str, "second"));
  g_assert_true (strstr (incoming->body->str, "second") < strstr (incoming->body->str, "third"));
}

static void
test_prompt_fails (void)
{
  g_auto(Fixture) f;
  g_autoptr(FakeIncoming) incoming = NULL;

  set_up (&f);
  incoming = ask (&f, "POST", "/v1/completions", JSON, "{\"model\":\"lab/m\",\"prompt\":[\"one\",\"two\",\"three\"]}");
  fake_call_answer (fake_upstream_get (f.upstream, 0), "first");
  fake_call_fail (fake_upstream_get (f.upstream, 1), DHEERA_ERROR_OVERLOADED, "The provider lab is overloaded.", 1.25);
  g_assert_cmpuint (incoming->status, ==, 503);
  g_assert_cmpstr (fake_incoming_get_field (incoming, "Retry-After"), ==, "2");
  g_assert_cmpstr (fake_incoming_get_field (incoming, "x-should-retry"), ==, "true");
  g_assert_true (fake_upstream_get (f.upstream, 2)->cancelled);
}

static void
test_bad_bodies (void)
{
  static const char *const bodies[] = { NULL, "", "{", "[]", "{}", "{\"model\":\"lab/m\"}", "{\"model\":1,\"messages\":[]}", "\xff", "{\"model\":\"lab/m\",\"messages\":[],\"base_url\":\"http://x\"}" };
  g_auto(Fixture) f;

  set_up (&f);
  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_autoptr(FakeIncoming) incoming = ask (&f, "POST", "/v1/chat/completions", JSON, bodies[i]);

      g_assert_cmpuint (incoming->status, ==, 400);
      assert_member (incoming, "error.type", "\"invalid_request_error\"");
    }
  g_assert_cmpuint (f.upstream->calls->len, ==, 0);
}

/* --- Models of the server's own -------------------------------------------------------------------------------------------------------------------- */

static void
test_own_models (void)
{
  g_auto(Fixture) f;
  g_autoptr(FakeIncoming) chat = NULL;
  g_autoptr(FakeIncoming) unknown = NULL;
  g_autoptr(FakeIncoming) list = NULL;
  g_autoptr(FakeIncoming) one = NULL;
  g_autoptr(FakeIncoming) none = NULL;

  set_up_with (&f, NULL, "fast/one", "lab/m", "lab");
  chat = ask (&f, "POST", "/v1/chat/completions", JSON, "{\"model\":\"fast/one\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}");
  g_assert_cmpstr (dheera_base_request_get_model (fake_upstream_get (f.upstream, 0)->request), ==, "lab/m");
  fake_call_answer (fake_upstream_get (f.upstream, 0), "Hello");
  assert_member (chat, "model", "\"fast/one\"");

  unknown = ask (&f, "POST", "/v1/chat/completions", JSON, CHAT);
  assert_refused (unknown, 404, "model_not_found");
  assert_member (unknown, "error.param", "\"model\"");

  list = ask (&f, "GET", "/v1/models", NULL, NULL);
  g_assert_nonnull (strstr (list->body->str, "\"id\":\"fast/one\""));
  g_assert_null (strstr (list->body->str, "lab"));
  one = ask (&f, "GET", "/v1/models/fast/one", NULL, NULL);
  assert_member (one, "id", "\"fast/one\"");
  assert_member (one, "owned_by", "\"dheera-ai\"");
  none = ask (&f, "GET", "/v1/models/lab/m", NULL, NULL);
  assert_refused (none, 404, "model_not_found");
  g_assert_cmpuint (f.upstream->calls->len, ==, 1);
}

/* What a name stands for is the server's own affair, also where it was written wrongly. */
static void
test_wrong_target (void)
{
  g_auto(Fixture) f;
  g_autoptr(FakeIncoming) chat = NULL;

  set_up_with (&f, NULL, "fast", "nobody/m", "lab");
  chat = ask (&f, "POST", "/v1/chat/completions", JSON, "{\"model\":\"fast\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}");
  fake_call_fail (fake_upstream_get (f.upstream, 0), DHEERA_ERROR_UNKNOWN_MODEL, "The name “nobody/m” does not say whose model it is.", -1);
  g_assert_cmpuint (chat->status, ==, 500);
  assert_member (chat, "error.type", "\"server_error\"");
  g_assert_null (strstr (chat->body->str, "nobody"));
}

/* Whatever a request calls its model, the answer does not grow with it. */
static void
test_long_name (void)
{
  g_auto(Fixture) f;
  g_autoptr(FakeIncoming) chat = NULL;
  g_autofree char *name = g_strnfill (1024 * 1024, 'x');
  g_autofree char *body = g_strdup_printf ("{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}", name);

  set_up_with (&f, NULL, "fast", "lab/m", "lab");
  chat = ask (&f, "POST", "/v1/chat/completions", JSON, body);
  assert_refused (chat, 404, "model_not_found");
  g_assert_cmpuint (chat->body->len, <, 8 * 1024);
}

/* --- Lists of providers ------------------------------------------------------------------------------------------------------------------------------ */

static void
test_lists (void)
{
  g_auto(Fixture) f;
  g_autoptr(FakeIncoming) list = NULL;
  g_autoptr(FakeIncoming) one = NULL;
  g_autoptr(FakeIncoming) later = NULL;

  set_up_with (&f, NULL, NULL, NULL, "lab broken other");
  list = ask (&f, "GET", "/v1/models", NULL, NULL);
  one = ask (&f, "HEAD", "/v1/models/other/a/b", NULL, NULL);
  /* Both wait for the same answers. */
  g_assert_cmpuint (f.upstream->calls->len, ==, 3);
  g_assert_cmpstr (dheera_base_request_get_provider (fake_upstream_get (f.upstream, 1)->request), ==, "broken");
  fake_call_answer_models (fake_upstream_get (f.upstream, 2), "other", "a/b");
  fake_call_fail (fake_upstream_get (f.upstream, 1), DHEERA_ERROR_CONNECTION, "Not there.", -1);
  g_assert_cmpuint (list->status, ==, 0);
  fake_call_answer_models (fake_upstream_get (f.upstream, 0), "lab", "m");
  g_assert_cmpuint (list->status, ==, 200);
  assert_member (list, "object", "\"list\"");
  g_assert_true (strstr (list->body->str, "\"lab/m\"") < strstr (list->body->str, "\"other/a/b\""));
  g_assert_cmpuint (one->status, ==, 200);
  assert_member (one, "id", "\"other/a/b\"");
  assert_member (one, "owned_by", "\"other\"");

  later = ask (&f, "GET", "/models", NULL, NULL);
  g_assert_cmpuint (later->status, ==, 200);
  g_assert_cmpuint (f.upstream->calls->len, ==, 3);
}

static void
test_lists_fail (void)
{
  g_auto(Fixture) f;
  g_autoptr(FakeIncoming) list = NULL;
  g_autoptr(FakeIncoming) again = NULL;

  set_up_with (&f, NULL, NULL, NULL, "lab other");
  list = ask (&f, "GET", "/v1/models", NULL, NULL);
  fake_call_fail (fake_upstream_get (f.upstream, 0), DHEERA_ERROR_OVERLOADED, "Busy.", -1);
  fake_call_fail (fake_upstream_get (f.upstream, 1), DHEERA_ERROR_CONNECTION, "Not there.", -1);
  g_assert_cmpuint (list->status, ==, 503);
  /* A failure is not remembered. */
  again = ask (&f, "GET", "/v1/models", NULL, NULL);
  g_assert_cmpuint (f.upstream->calls->len, ==, 4);
}

static void
test_lists_client_leaves (void)
{
  g_auto(Fixture) f;
  FakeIncoming *one;
  FakeIncoming *other;

  set_up_with (&f, NULL, NULL, NULL, "lab");
  one = ask (&f, "GET", "/v1/models", NULL, NULL);
  other = ask (&f, "GET", "/v1/models", NULL, NULL);
  fake_incoming_done (one);
  g_assert_false (fake_upstream_get (f.upstream, 0)->cancelled);
  fake_incoming_done (other);
  g_assert_true (fake_upstream_get (f.upstream, 0)->cancelled);
}

/* --- Logs ---------------------------------------------------------------------------------------------------------------------------------------------- */

static GLogWriterOutput
gather_cb (GLogLevelFlags   level,
           const GLogField *fields,
           gsize            n_fields,
           gpointer         data)
{
  for (gsize i = 0; i < n_fields; i++)
    if (fields[i].length < 0)
      g_string_append_printf (data, "%s=%s\n", fields[i].key, (const char *) fields[i].value);

  return G_LOG_WRITER_HANDLED;
}

static void
test_log (void)
{
  GString *log = g_string_new (NULL);

  g_log_set_writer_func (gather_cb, log, NULL);
  {
    g_auto(Fixture) f;
    g_autoptr(FakeIncoming) incoming = NULL;
    g_autoptr(FakeIncoming) strange = NULL;

    set_up_with (&f, KEY, NULL, NULL, "lab");
    incoming = ask (&f, "POST", "/v1/chat/completions", JSON "\n" WITH_KEY, CHAT);
    fake_call_answer (fake_upstream_get (f.upstream, 0), "Hello");
    strange = ask (&f, "GET", "/a\nMESSAGE=forged", NULL, NULL);
  }
  g_assert_nonnull (strstr (log->str, "DHEERA_PATH=/v1/chat/completions\n"));
  g_assert_nonnull (strstr (log->str, "DHEERA_STATUS=200\n"));
  g_assert_nonnull (strstr (log->str, "DHEERA_PEER=127.0.0.1:5\n"));
  g_assert_nonnull (strstr (log->str, "DHEERA_PATH=/a%0AMESSAGE=forged\n"));
  g_assert_null (strstr (log->str, KEY));
  g_assert_null (strstr (log->str, "Hi"));
  g_assert_null (strstr (log->str, "Hello"));
  g_string_free (log, TRUE);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/routes/unknown", test_unknown);
  g_test_add_func ("/server/routes/methods", test_methods);
  g_test_add_func ("/server/routes/health", test_health);
  g_test_add_func ("/server/routes/keys", test_keys);
  g_test_add_func ("/server/routes/key-before-body", test_key_before_body);
  g_test_add_func ("/server/routes/hosts", test_hosts);
  g_test_add_func ("/server/routes/content-types", test_content_types);
  g_test_add_func ("/server/routes/encodings", test_encodings);
  g_test_add_func ("/server/routes/chat", test_chat);
  g_test_add_func ("/server/routes/without-prefix", test_without_prefix);
  g_test_add_func ("/server/routes/prompts", test_prompts);
  g_test_add_func ("/server/routes/prompt-fails", test_prompt_fails);
  g_test_add_func ("/server/routes/bad-bodies", test_bad_bodies);
  g_test_add_func ("/server/routes/own-models", test_own_models);
  g_test_add_func ("/server/routes/wrong-target", test_wrong_target);
  g_test_add_func ("/server/routes/long-name", test_long_name);
  g_test_add_func ("/server/routes/lists", test_lists);
  g_test_add_func ("/server/routes/lists-fail", test_lists_fail);
  g_test_add_func ("/server/routes/lists-client-leaves", test_lists_client_leaves);
  g_test_add_func ("/server/routes/log", test_log);

  return g_test_run ();
}
