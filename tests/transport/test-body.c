/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "runner.h"

#include <string.h>

/* An HTTP answer with size bytes of text, compressed; chunked in one chunk where there is no length. Owned by nobody: the script refers to it. */
static GByteArray *
make_answer (const char *coding,
             gsize       size,
             gboolean    random,
             gboolean    chunked)
{
  g_autoptr(GConverter) compressor = G_CONVERTER (g_zlib_compressor_new (g_str_equal (coding, "gzip") ? G_ZLIB_COMPRESSOR_FORMAT_GZIP
                                                                                                    : G_ZLIB_COMPRESSOR_FORMAT_ZLIB, 9));
  g_autoptr(GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr(GOutputStream) stream = g_converter_output_stream_new (memory, compressor);
  GByteArray *answer = g_byte_array_new ();
  g_autofree char *body = g_malloc (size);
  g_autofree char *head = NULL;
  gsize coded;

  for (gsize i = 0; i < size; i++)
    body[i] = random ? 'a' + g_test_rand_int_range (0, 26) : 'a';
  g_assert_true (g_output_stream_write_all (stream, body, size, NULL, NULL, NULL));
  g_assert_true (g_output_stream_close (stream, NULL, NULL));
  coded = g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (memory));
  head = chunked ? g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\nTransfer-Encoding: chunked\r\n\r\n%" G_GSIZE_MODIFIER "x\r\n", coding, coded)
                 : g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\nContent-Length: %" G_GSIZE_FORMAT "\r\n\r\n", coding, coded);
  g_byte_array_append (answer, (guint8 *) head, strlen (head));
  g_byte_array_append (answer, g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (memory)), coded);
  if (chunked)
    g_byte_array_append (answer, (guint8 *) "\r\n0\r\n\r\n", 7);

  return answer;
}

typedef struct
{
  const char *name;
  const char *coding;
  gsize size;
  gboolean random;
  gboolean chunked;
  gboolean too_large;
} Case;

static const Case cases[] = {
  { "gzip", "gzip", 3000000, TRUE, FALSE, FALSE },
  { "gzip-chunked", "gzip", 3000000, TRUE, TRUE, FALSE },
  { "deflate", "deflate", 3000000, TRUE, FALSE, FALSE },
  { "small-but-tight", "gzip", 1000000, FALSE, FALSE, FALSE },
  { "bomb", "gzip", 50000000, FALSE, FALSE, TRUE },
  { "bomb-chunked", "gzip", 50000000, FALSE, TRUE, TRUE },
};

static void
test_coded (gconstpointer data)
{
  const Case *c = data;
  g_autoptr(GByteArray) answer = make_answer (c->coding, c->size, c->random, c->chunked);

  FOR_EACH_MODE (mode)
    {
      g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
      g_autoptr(DheeraTransport) transport = dheera_transport_new ();
      g_autofree char *url = fault_server_dup_url (server, "/");
      g_autoptr(Outcome) outcome = NULL;

      fault_server_script (server, FAULT_EXPECT (), FAULT_SEND_BYTES ((const char *) answer->data, answer->len), FAULT_STALL (), FAULT_END);
      outcome = run_exchange (mode, &(Run) { .transport = transport, .url = url });
      if (c->too_large)
        {
          assert_failed (outcome, DHEERA_TRANSPORT_ERROR_TOO_LARGE, "*unpack to more than*");
          g_assert_cmpuint (outcome->stats.bytes_received, <, 10000000);
        }
      else
        {
          g_assert_no_error (outcome->error);
          g_assert_cmpuint (outcome->stats.bytes_received, ==, c->size);
        }
    }
}

/* A body that says that it is compressed, and is not, comes as it is; the protocol will see that it is nothing. */
static void
test_not_coded (void)
{
  FOR_EACH_MODE (mode)
    {
      g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
      g_autoptr(DheeraTransport) transport = dheera_transport_new ();
      g_autofree char *url = fault_server_dup_url (server, "/");
      g_autoptr(Outcome) outcome = NULL;

      fault_server_script (server, FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 7\r\n\r\n{\"n\":1}"), FAULT_STALL (),
                           FAULT_END);
      outcome = run_exchange (mode, &(Run) { .transport = transport, .url = url });
      if (outcome->error == NULL)
        g_assert_cmpstr (outcome->body->str, ==, "{\"n\":1}");
      else
        assert_failed (outcome, DHEERA_TRANSPORT_ERROR_INTERRUPTED, NULL);
    }
}

static void
got_event_cb (DheeraExchange *exchange,
              gpointer        user_data)
{
  *(gboolean *) user_data = TRUE;
}

/* Bytes that are left are told of, even when the socket has nothing more to say. */
static void
test_small_reads (void)
{
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
  g_autoptr(DheeraTransport) transport = dheera_transport_new ();
  g_autofree char *url = fault_server_dup_url (server, "/");
  g_autoptr(DheeraExchange) exchange = runner_make_exchange (&(Run) { .transport = transport, .url = url });
  g_autoptr(GString) body = g_string_new (NULL);
  gboolean called = FALSE;
  gssize n = 1;

  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n0\r\n\r\n"), FAULT_STALL (),
                       FAULT_END);
  dheera_exchange_send_async (exchange, NULL, got_event_cb, &called);
  while (n != 0)
    {
      char byte;

      g_assert_false (called);
      while (!called)
        g_main_context_iteration (NULL, TRUE);
      called = FALSE;
      n = dheera_exchange_read_nonblocking (exchange, &byte, 1, NULL);
      if (n > 0)
        g_string_append_c (body, byte);
      if (n != 0)
        dheera_exchange_wait_async (exchange, NULL, got_event_cb, &called);
    }
  g_assert_cmpstr (body->str, ==, "hello world");
}

/* Who does not ask does not hear, and the main context is not kept busy. */
static void
test_no_busy_loop (void)
{
  g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
  g_autoptr(DheeraTransport) transport = dheera_transport_new ();
  g_autofree char *url = fault_server_dup_url (server, "/");
  g_autoptr(DheeraExchange) exchange = runner_make_exchange (&(Run) { .transport = transport, .url = url });
  gboolean called = FALSE;
  guint n_dispatches = 0;
  char buffer[100];

  fault_server_script (server, FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"), FAULT_SIGNAL (),
                       FAULT_SEND ("1\r\nb\r\n1\r\nc\r\n"), FAULT_STALL (), FAULT_END);
  dheera_exchange_send_async (exchange, NULL, got_event_cb, &called);
  while (!called)
    g_main_context_iteration (NULL, TRUE);
  while (dheera_exchange_read_nonblocking (exchange, buffer, sizeof buffer, NULL) > 0)
    ;
  called = FALSE;
  dheera_exchange_wait_async (exchange, NULL, got_event_cb, &called);
  fault_server_signal (server);
  while (!called)
    g_main_context_iteration (NULL, TRUE);

  called = FALSE;
  for (gint64 end = g_get_monotonic_time () + 100 * 1000; g_get_monotonic_time () < end;)
    {
      if (g_main_context_iteration (NULL, FALSE))
        n_dispatches++;
      else
        g_usleep (500);
    }
  g_assert_false (called);
  g_assert_cmpuint (n_dispatches, <, 10);
  g_assert_cmpint (dheera_exchange_read_nonblocking (exchange, buffer, 1, NULL), ==, 1);
  g_assert_cmpint (buffer[0], ==, 'b');
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/body/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_coded);
    }
  g_test_add_func ("/body/not-coded", test_not_coded);
  g_test_add_func ("/body/small-reads", test_small_reads);
  g_test_add_func ("/body/no-busy-loop", test_no_busy_loop);

  return g_test_run ();
}
