/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "runner.h"

#include <string.h>

#define CHUNKED "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
#define FIRST_EVENT "9\r\ndata: 1\n\n\r\n"
#define LONG_LINE_64 "0123456789012345678901234567890123456789012345678901234567890123"

/* What the server does, and how the exchange has to end in both ways of calling. error 0: with a whole body. */
typedef struct
{
  const char *name;
  FaultStep steps[8];
  int error;           /* DheeraTransportError + 1, 0 for none */
  const char *pattern; /* of the error's message */
  const char *body;    /* what was read until then; NULL does not matter */
  double total;        /* seconds, 0 for 20 */
} Fault;

#define ERROR(code) (DHEERA_TRANSPORT_ERROR_##code + 1)

static const Fault faults[] = {
  /* Before the head */
  { "closed-at-once", { FAULT_CLOSE () }, ERROR (DISCONNECTED), "127.0.0.1:* closed the connection without an answer*" },
  { "closed-before-head", { FAULT_EXPECT (), FAULT_CLOSE () }, ERROR (DISCONNECTED), "*without an answer*" },
  { "reset-before-head", { FAULT_EXPECT (), FAULT_RESET () }, ERROR (DISCONNECTED), "*without an answer*" },
  { "half-closed-before-head", { FAULT_EXPECT (), FAULT_HALF_CLOSE (), FAULT_STALL () }, ERROR (DISCONNECTED), "*without an answer*" },
  { "stalled-before-head", { FAULT_EXPECT (), FAULT_STALL () }, ERROR (TIMEOUT), "*did not finish within 0.3 seconds, the timeout of the call", "", 0.3 },

  /* In the head */
  { "closed-in-head", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\nContent-T"), FAULT_CLOSE () }, ERROR (PROTOCOL), "*cut off*" },
  { "reset-in-head", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\nContent-T"), FAULT_WAIT (30), FAULT_RESET () }, ERROR (DISCONNECTED),
    "*within the head*" },
  { "stalled-in-head", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\nContent-T"), FAULT_STALL () }, ERROR (TIMEOUT), NULL, "", 0.3 },
  { "dripping-head", { FAULT_EXPECT (), FAULT_DRIP ("HTTP/1.1 200 OK\r\nX: " LONG_LINE_64 "\r\n\r\n", 50) }, ERROR (TIMEOUT), NULL, "", 0.3 },
  { "endless-headers", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\n"), FAULT_FLOOD ("X-A: " LONG_LINE_64 "\r\n", 0) }, ERROR (TOO_LARGE),
    "the response head of 127.0.0.1:* is larger than *" },
  { "endless-header-line", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\nX: "), FAULT_FLOOD (LONG_LINE_64, 0) }, ERROR (TOO_LARGE), NULL },
  { "endless-1xx", { FAULT_EXPECT (), FAULT_FLOOD ("HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n", 0) }, ERROR (PROTOCOL), "*1xx*" },
  { "slow-endless-1xx", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 103 Early Hints\r\n\r\n"), FAULT_DRIP ("HTTP/1.1 103 Early Hints\r\n\r\n", 20), FAULT_STALL () },
    ERROR (TIMEOUT), NULL, "", 0.4 },
  { "flood", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\n\r\n"), FAULT_FLOOD (LONG_LINE_64, 0) }, ERROR (TIMEOUT), NULL, NULL, 0.3 },
  { "one-1xx", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx") }, 0, NULL, "x" },
  { "not-http", { FAULT_EXPECT (), FAULT_SEND ("SSH-2.0-OpenSSH_9.2\r\n\r\n"), FAULT_CLOSE () }, ERROR (PROTOCOL), "the answer of 127.0.0.1:* is not HTTP*" },
  { "bad-status-line", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 2x0 OK\r\n\r\n"), FAULT_CLOSE () }, ERROR (PROTOCOL), NULL },

  /* A head that can't be obeyed */
  { "negative-length", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\nabc"), FAULT_STALL () }, ERROR (PROTOCOL),
    "*Content-Length*not one number" },
  { "two-lengths", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"), FAULT_STALL () },
    ERROR (PROTOCOL), "*Content-Length*" },
  { "same-length-twice", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc"), FAULT_STALL () }, 0,
    NULL, "abc" },
  { "huge-length", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nabc"), FAULT_STALL () },
    ERROR (PROTOCOL), "*Content-Length*" },
  { "length-in-words", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\nContent-Length: three\r\n\r\nabc"), FAULT_STALL () }, ERROR (PROTOCOL), NULL },
  { "unknown-transfer-coding", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"), FAULT_STALL () },
    ERROR (PROTOCOL), NULL },
  { "two-content-codings", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip\r\nContent-Length: 3\r\n\r\nabc"), FAULT_STALL () },
    ERROR (PROTOCOL), "*more than once*" },
  { "misdirected", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 421 Misdirected Request\r\nContent-Length: 1\r\n\r\nx"), FAULT_STALL () }, ERROR (PROTOCOL),
    "*421*" },

  /* Redirects are named, not followed, and their bodies not read */
  { "redirect", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 302 Found\r\nLocation: https://evil.example:8443/steal?x=sk-test\r\nContent-Length: 0\r\n\r\n"),
    FAULT_STALL () }, ERROR (REDIRECT), "* redirects to https://evil.example:8443 (302)*" },
  { "redirect-308", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 308 Permanent Redirect\r\nLocation: https://api.example/v2/chat\r\n\r\n"), FAULT_FLOOD ("x", 0) },
    ERROR (REDIRECT), "* redirects to https://api.example (308)*" },
  { "redirect-to-nowhere", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 301 Moved\r\nContent-Length: 0\r\n\r\n"), FAULT_STALL () }, ERROR (REDIRECT),
    "*can't be read*" },
  { "redirect-of-body-without-end", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 303 See Other\r\nLocation: /x\r\n\r\n"), FAULT_FLOOD (LONG_LINE_64, 0) },
    ERROR (REDIRECT), NULL },

  /* Between head and body, and in the body */
  { "closed-after-head", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"), FAULT_CLOSE () }, ERROR (INTERRUPTED), NULL, "" },
  { "reset-after-head", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"), FAULT_WAIT (30), FAULT_RESET () },
    ERROR (INTERRUPTED), NULL, "" },
  { "stalled-after-head", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"), FAULT_STALL () }, ERROR (TIMEOUT), NULL, "", 0.3 },
  { "closed-in-body", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"), FAULT_CLOSE () }, ERROR (INTERRUPTED),
    "*after 3 *", "abc" },
  { "closed-in-body-of-last-answer", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 10\r\n\r\nabc"), FAULT_CLOSE () },
    ERROR (INTERRUPTED), "*after 3 of 10 bytes*", "abc" },
  { "last-answer-not-closed", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc"), FAULT_STALL () }, 0, NULL,
    "abc" },
  { "reset-in-body", { FAULT_EXPECT (), FAULT_SEND (CHUNKED FIRST_EVENT), FAULT_WAIT (30), FAULT_RESET () }, ERROR (INTERRUPTED),
    "*127.0.0.1:* broke after 9 bytes*", "data: 1\n\n" },
  { "stalled-in-body", { FAULT_EXPECT (), FAULT_SEND (CHUNKED FIRST_EVENT), FAULT_STALL () }, ERROR (TIMEOUT), NULL, "data: 1\n\n", 0.3 },
  { "dripping-body", { FAULT_EXPECT (), FAULT_SEND (CHUNKED), FAULT_FLOOD ("1\r\n:\r\n", 3), FAULT_DRIP ("9\r\n:23456789\r\n9\r\n:23456789\r\n", 30) },
    ERROR (TIMEOUT), NULL, NULL, 0.4 },
  { "closed-in-chunk", { FAULT_EXPECT (), FAULT_SEND (CHUNKED "9\r\ndata"), FAULT_CLOSE () }, ERROR (INTERRUPTED), NULL, "data" },
  { "closed-in-chunk-size", { FAULT_EXPECT (), FAULT_SEND (CHUNKED FIRST_EVENT "1"), FAULT_CLOSE () }, ERROR (INTERRUPTED), NULL, NULL },
  { "whole", { FAULT_EXPECT (), FAULT_SEND (CHUNKED FIRST_EVENT "0\r\n\r\n"), FAULT_STALL () }, 0, NULL, "data: 1\n\n" },
  { "trailers", { FAULT_EXPECT (), FAULT_SEND (CHUNKED FIRST_EVENT "0\r\nX-Sum: 1\r\n\r\n"), FAULT_STALL () }, 0, NULL, "data: 1\n\n" },
  { "until-close", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\n\r\ndata: 1\n\n"), FAULT_CLOSE () }, 0, NULL, "data: 1\n\n" },
  { "http-1.0", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.0 200 OK\r\n\r\ndata: 1\n\n"), FAULT_CLOSE () }, 0, NULL, "data: 1\n\n" },
  { "no-content", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 204 No Content\r\n\r\n"), FAULT_STALL () }, 0, NULL, "" },
  { "not-modified", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 304 Not Modified\r\n\r\n"), FAULT_STALL () }, 0, NULL, "" },

  /* Answers that libsoup would read to their end, and then think about */
  { "unauthorized", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 2\r\n\r\nno"),
    FAULT_STALL () }, 0, NULL, "no" },
  { "unauthorized-digest", { FAULT_EXPECT (),
    FAULT_SEND ("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"x\", nonce=\"1\"\r\nContent-Length: 2\r\n\r\nno"), FAULT_STALL () }, 0, NULL, "no" },
  { "unauthorized-without-end", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\n\r\nno"), FAULT_STALL () },
    ERROR (TIMEOUT), NULL, "no", 0.3 },
  { "proxy-password-from-origin", { FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\n"), FAULT_FLOOD ("x", 0) },
    ERROR (PROXY), "*407*" },
};

static void
test_fault (gconstpointer data)
{
  const Fault *fault = data;

  FOR_EACH_MODE (mode)
    {
      g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
      g_autoptr(DheeraTransport) transport = dheera_transport_new ();
      g_autofree char *url = fault_server_dup_url (server, "/v1");
      g_autoptr(Outcome) outcome = NULL;
      double total = fault->total > 0 ? fault->total : 20;

      fault_server_add_script (server, fault->steps);
      outcome = run_exchange (mode, &(Run) { .transport = transport, .url = url, .auth = DHEERA_AUTH_BEARER, .framing = DHEERA_FRAMING_SSE,
                                             .timeouts.total = total });
      if (fault->error == 0)
        g_assert_no_error (outcome->error);
      else
        assert_failed (outcome, fault->error - 1, fault->pattern);
      if (fault->body != NULL)
        g_assert_cmpstr (outcome->body->str, ==, fault->body);
      /* Once, and not a second time behind the caller's back. */
      g_assert_cmpuint (fault_server_get_n_requests (server), <=, 1);
      g_assert_cmpuint (fault_server_get_n_connections (server), ==, 1);
      g_assert_false (outcome->stats.replayed);
      g_assert_cmpint (outcome->stats.end, >, 0);
      g_assert_cmpfloat (outcome->seconds, <, fault->total + LATE);
    }
}

static void
test_refused (void)
{
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
  g_autofree char *url = fault_server_dup_url (server, "/");

  g_clear_pointer (&server, fault_server_free);
  FOR_EACH_MODE (mode)
    {
      g_autoptr(DheeraTransport) transport = dheera_transport_new ();
      g_autoptr(Outcome) outcome = run_exchange (mode, &(Run) { .transport = transport, .url = url });

      assert_failed (outcome, DHEERA_TRANSPORT_ERROR_CONNECT, "no connection to 127.0.0.1:* (*)");
    }
}

static void
test_unknown_host (void)
{
  FOR_EACH_MODE (mode)
    {
      g_autoptr(DheeraTransport) transport = dheera_transport_new ();
      g_autoptr(Outcome) outcome = run_exchange (mode, &(Run) { .transport = transport, .url = "http://nowhere.invalid/" });

      assert_failed (outcome, DHEERA_TRANSPORT_ERROR_DNS, "the address of nowhere.invalid was not found (*)");
    }
}

static void
test_bad_requests (void)
{
  FOR_EACH_MODE (mode)
    {
      g_autoptr(DheeraTransport) transport = dheera_transport_new ();
      g_autoptr(Outcome) url = run_exchange (mode, &(Run) { .transport = transport, .url = "not a URL" });
      g_autoptr(Outcome) key = run_exchange (mode, &(Run) { .transport = transport, .url = "http://127.0.0.1:1/", .auth = DHEERA_AUTH_BEARER,
                                                            .key = "sk-test\r\nX-Evil: 1" });

      assert_failed (url, DHEERA_TRANSPORT_ERROR_PROTOCOL, "the URL of the request is not valid");
      assert_failed (key, DHEERA_TRANSPORT_ERROR_PROTOCOL, "the API key contains a character*");
    }
}

/* A server that stops reading and answers too early, in the middle of a large request */
static void
test_early_answer (void)
{
  FOR_EACH_MODE (mode)
    {
      g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
      g_autoptr(DheeraTransport) transport = dheera_transport_new ();
      g_autofree char *url = fault_server_dup_url (server, "/");
      g_autoptr(Outcome) outcome = NULL;

      fault_server_script (server, FAULT_READ (1000), FAULT_SEND ("HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"), FAULT_CLOSE (),
                           FAULT_END);
      outcome = run_exchange (mode, &(Run) { .transport = transport, .url = url, .body_size = 20000000, .timeouts.total = 5 });
      assert_failed (outcome, DHEERA_TRANSPORT_ERROR_DISCONNECTED, NULL);
      g_assert_cmpfloat (outcome->seconds, <, 6);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autofree char *path = g_strconcat ("/faults/", faults[i].name, NULL);

      g_test_add_data_func (path, &faults[i], test_fault);
    }
  g_test_add_func ("/faults/refused", test_refused);
  g_test_add_func ("/faults/unknown-host", test_unknown_host);
  g_test_add_func ("/faults/bad-requests", test_bad_requests);
  g_test_add_func ("/faults/early-answer", test_early_answer);

  return g_test_run ();
}
