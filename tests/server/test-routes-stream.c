/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Streams between two sides that are made up, and how what is asked ends before its time. */

#include "routes-util.h"

/* --- Streams -------------------------------------------------------------------------------------------------------------------------------------- */

static void
test_stream (void)
{
  g_auto(Fixture) f;
  g_autoptr(FakeIncoming) incoming = NULL;
  FakeCall *call;

  set_up (&f);
  incoming = ask (&f, "POST", "/v1/chat/completions", JSON, CHAT_STREAM);
  call = fake_upstream_get (f.upstream, 0);
  g_assert_cmpint (call->operation, ==, DHEERA_UPSTREAM_STREAM);
  g_assert_false (incoming->begun);
  fake_call_say (call, "Hel");
  g_assert_true (incoming->begun);
  g_assert_cmpuint (incoming->status, ==, 200);
  g_assert_true (g_str_has_prefix (fake_incoming_get_field (incoming, "Content-Type"), "text/event-stream"));
  g_assert_cmpstr (fake_incoming_get_field (incoming, "Cache-Control"), ==, "no-cache");
  g_assert_cmpstr (fake_incoming_get_field (incoming, "X-Accel-Buffering"), ==, "no");
  g_assert_true (g_str_has_prefix (incoming->body->str, "data: {"));
  g_assert_true (g_str_has_suffix (incoming->body->str, "\n\n"));
  g_assert_nonnull (strstr (incoming->body->str, "\"content\":\"Hel\""));
  fake_call_say (call, "lo");
  fake_call_answer (call, NULL);
  g_assert_true (incoming->ended);
  g_assert_true (g_str_has_suffix (incoming->body->str, "data: [DONE]\n\n"));
  g_assert_true (call->freed);
  g_assert_false (call->cancelled);
}

/* The deltas of one read go out in one piece, those of a flood in some, and nothing is kept back at the end or before an error. */
static void
test_gathering (void)
{
  g_auto(Fixture) f;
  g_autoptr(FakeIncoming) incoming = NULL;
  g_autoptr(FakeIncoming) broken = NULL;
  g_autofree char *long_text = g_strnfill (10000, 'x');
  FakeCall *call;

  set_up (&f);
  incoming = ask (&f, "POST", "/v1/chat/completions", JSON, CHAT_STREAM);
  call = fake_upstream_get (f.upstream, 0);
  fake_call_say_and_go_on (call, "a");
  fake_call_say_and_go_on (call, "b");
  fake_call_say (call, "c");
  g_assert_cmpuint (incoming->n_writes, ==, 1);
  g_assert_nonnull (strstr (incoming->body->str, "\"content\":\"c\""));
  fake_call_say_and_go_on (call, long_text);
  fake_call_say_and_go_on (call, long_text);
  g_assert_cmpuint (incoming->n_writes, ==, 2);
  fake_call_say_and_go_on (call, "last");
  fake_call_answer (call, NULL);
  g_assert_cmpuint (incoming->n_writes, ==, 3);
  g_assert_true (strstr (incoming->body->str, "last") < strstr (incoming->body->str, "[DONE]"));

  broken = ask (&f, "POST", "/v1/chat/completions", JSON, CHAT_STREAM);
  fake_call_say (fake_upstream_get (f.upstream, 1), "begin");
  fake_call_say_and_go_on (fake_upstream_get (f.upstream, 1), "half");
  fake_call_fail (fake_upstream_get (f.upstream, 1), DHEERA_ERROR_SERVER, "It broke.", -1);
  g_assert_true (strstr (broken->body->str, "half") < strstr (broken->body->str, "{\"error\":"));
}

static void
test_gathering_for_nobody (void)
{
  g_auto(Fixture) f;
  FakeIncoming *incoming;

  set_up (&f);
  incoming = ask (&f, "POST", "/v1/chat/completions", JSON, CHAT_STREAM);
  fake_call_say_and_go_on (fake_upstream_get (f.upstream, 0), "a");
  g_assert_cmpuint (incoming->n_writes, ==, 0);
  fake_incoming_done (incoming);
  g_assert_true (fake_upstream_get (f.upstream, 0)->cancelled);
}

static void
test_stream_of_nothing (void)
{
  g_auto(Fixture) f;
  g_autoptr(FakeIncoming) incoming = NULL;

  set_up (&f);
  incoming = ask (&f, "POST", "/v1/chat/completions", JSON, CHAT_STREAM);
  fake_call_answer (fake_upstream_get (f.upstream, 0), NULL);
  g_assert_cmpuint (incoming->status, ==, 200);
  g_assert_true (incoming->begun && incoming->ended);
  g_assert_true (g_str_has_suffix (incoming->body->str, "data: [DONE]\n\n"));
}

static void
test_error_before_stream (void)
{
  g_auto(Fixture) f;
  g_autoptr(FakeIncoming) incoming = NULL;

  set_up (&f);
  incoming = ask (&f, "POST", "/v1/chat/completions", JSON, CHAT_STREAM);
  fake_call_fail (fake_upstream_get (f.upstream, 0), DHEERA_ERROR_RATE_LIMIT, "Too many.", 20);
  g_assert_cmpuint (incoming->status, ==, 429);
  g_assert_false (incoming->begun);
  assert_member (incoming, "error.code", "\"rate_limit_exceeded\"");
  g_assert_cmpstr (fake_incoming_get_field (incoming, "Retry-After"), ==, "20");
  g_assert_cmpstr (fake_incoming_get_field (incoming, "Content-Type"), ==, "application/json");
}

static void
test_error_in_stream (void)
{
  g_auto(Fixture) f;
  g_autoptr(FakeIncoming) incoming = NULL;
  const char *event;

  set_up (&f);
  incoming = ask (&f, "POST", "/v1/chat/completions", JSON, CHAT_STREAM);
  fake_call_say (fake_upstream_get (f.upstream, 0), "Half");
  fake_call_fail (fake_upstream_get (f.upstream, 0), DHEERA_ERROR_STREAM_INTERRUPTED, "It broke.", -1);
  g_assert_cmpuint (incoming->status, ==, 200);
  g_assert_true (incoming->ended);
  event = strstr (incoming->body->str, "data: {\"error\":");
  g_assert_nonnull (event);
  g_assert_nonnull (strstr (event, "\"code\":\"upstream_interrupted\""));
  g_assert_null (strstr (incoming->body->str, "[DONE]"));
}

static void
test_backpressure (void)
{
  g_auto(Fixture) f;
  g_autoptr(FakeIncoming) incoming = NULL;
  FakeCall *call;

  set_up (&f);
  incoming = ask (&f, "POST", "/v1/chat/completions", JSON, CHAT_STREAM);
  call = fake_upstream_get (f.upstream, 0);
  fake_call_say (call, "a");
  g_assert_false (call->paused);
  incoming->full = TRUE;
  fake_call_say (call, "b");
  g_assert_true (call->paused);
  incoming->full = FALSE;
  dheera_routes_handler.on_writable (&incoming->parent, f.routes);
  g_assert_false (call->paused);
  fake_call_answer (call, NULL);
  /* The client reads on when nothing is left to be told. */
  dheera_routes_handler.on_writable (&incoming->parent, f.routes);
  g_assert_true (incoming->ended);
}

/* Several prompts in one stream are paused together, and fail together. */
static void
test_prompts_in_stream (void)
{
  g_auto(Fixture) f;
  g_autoptr(FakeIncoming) incoming = NULL;

  set_up (&f);
  incoming = ask (&f, "POST", "/v1/completions", JSON, "{\"model\":\"lab/m\",\"stream\":true,\"prompt\":[\"one\",\"two\"]}");
  incoming->full = TRUE;
  fake_call_say (fake_upstream_get (f.upstream, 1), "b");
  g_assert_true (fake_upstream_get (f.upstream, 0)->paused);
  g_assert_true (fake_upstream_get (f.upstream, 1)->paused);
  g_assert_nonnull (strstr (incoming->body->str, "\"index\":1"));
  incoming->full = FALSE;
  dheera_routes_handler.on_writable (&incoming->parent, f.routes);
  fake_call_answer (fake_upstream_get (f.upstream, 1), NULL);
  g_assert_false (incoming->ended);
  fake_call_say (fake_upstream_get (f.upstream, 0), "a");
  fake_call_answer (fake_upstream_get (f.upstream, 0), NULL);
  g_assert_true (incoming->ended);
  g_assert_true (g_str_has_suffix (incoming->body->str, "data: [DONE]\n\n"));
}

/* --- The end of a request ---------------------------------------------------------------------------------------------------------------------------- */

static void
test_client_leaves (void)
{
  static const char *const bodies[] = { CHAT, CHAT_STREAM, CHAT_STREAM };

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    {
      g_auto(Fixture) f;
      FakeIncoming *incoming;

      set_up (&f);
      incoming = ask (&f, "POST", "/v1/chat/completions", JSON, bodies[i]);
      if (i == 2)
        fake_call_say (fake_upstream_get (f.upstream, 0), "Hel");
      g_assert_cmpuint (f.routes->jobs.length, ==, 1);
      fake_incoming_done (incoming);
      g_assert_true (fake_upstream_get (f.upstream, 0)->cancelled);
      g_assert_cmpuint (f.routes->jobs.length, ==, 0);
    }
}

static void
test_end_all (void)
{
  g_auto(Fixture) f;
  g_autoptr(FakeIncoming) stream = NULL;
  g_autoptr(FakeIncoming) whole = NULL;
  g_autoptr(FakeIncoming) list = NULL;
  g_autoptr(FakeIncoming) answered = NULL;

  set_up (&f);
  stream = ask (&f, "POST", "/v1/chat/completions", JSON, CHAT_STREAM);
  whole = ask (&f, "POST", "/v1/chat/completions", JSON, CHAT);
  list = ask (&f, "GET", "/v1/models", NULL, NULL);
  answered = ask (&f, "GET", "/health/liveliness", NULL, NULL);
  fake_call_say (fake_upstream_get (f.upstream, 0), "Half");
  dheera_routes_end_all (f.routes);
  g_assert_true (stream->ended);
  g_assert_nonnull (strstr (stream->body->str, "data: {\"error\":"));
  g_assert_null (strstr (stream->body->str, "[DONE]"));
  g_assert_cmpuint (whole->status, ==, 503);
  g_assert_cmpuint (list->status, ==, 503);
  assert_member (whole, "error.code", "\"server_shutting_down\"");
  for (guint i = 0; i < 3; i++)
    g_assert_true (fake_upstream_get (f.upstream, i)->cancelled);
  g_assert_cmpuint (answered->status, ==, 200);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/routes-stream/stream", test_stream);
  g_test_add_func ("/server/routes-stream/gathering", test_gathering);
  g_test_add_func ("/server/routes-stream/gathering-for-nobody", test_gathering_for_nobody);
  g_test_add_func ("/server/routes-stream/stream-of-nothing", test_stream_of_nothing);
  g_test_add_func ("/server/routes-stream/error-before-stream", test_error_before_stream);
  g_test_add_func ("/server/routes-stream/error-in-stream", test_error_in_stream);
  g_test_add_func ("/server/routes-stream/backpressure", test_backpressure);
  g_test_add_func ("/server/routes-stream/prompts-in-stream", test_prompts_in_stream);
  g_test_add_func ("/server/routes-stream/client-leaves", test_client_leaves);
  g_test_add_func ("/server/routes-stream/end-all", test_end_all);

  return g_test_run ();
}
