/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib-unix.h>
#include <gnutls/gnutls.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dheera-ai/server/dheera-http-link-private.h"
#include "front-server.h"

/* The HTTP front over TLS: the same as without, and what TLS itself adds. */

#define GET(path) "GET " path " HTTP/1.1\r\nHost: localhost\r\n\r\n"
#define GET_LAST(path) "GET " path " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

static char *
dup_certificate (const char *name)
{
  return g_build_filename (g_getenv ("G_TEST_SRCDIR"), "servers", "certificates", name, NULL);
}

/* Takes the descriptor. */
static GIOStream *
open_tls_over (int     fd,
               guint16 port)
{
  static const char *const protocols[] = { "h2", "http/1.1", NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *path = dup_certificate ("ca.pem");
  g_autoptr (GTlsDatabase) database = g_tls_file_database_new (path, &error);
  g_autoptr (GSocketConnectable) identity = g_network_address_new ("localhost", port);
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, &error);
  g_autoptr (GSocketConnection) connection = g_socket_connection_factory_create_connection (socket);
  GIOStream *tls;

  g_socket_set_timeout (socket, 30);
  tls = g_tls_client_connection_new (G_IO_STREAM (connection), identity, &error);
  g_assert_no_error (error);
  g_tls_connection_set_database (G_TLS_CONNECTION (tls), database);
  g_tls_connection_set_advertised_protocols (G_TLS_CONNECTION (tls), protocols);
  g_tls_connection_handshake (G_TLS_CONNECTION (tls), NULL, &error);
  g_assert_no_error (error);

  return tls;
}

static GIOStream *
open_tls (FrontServer *server)
{
  return open_tls_over (front_client_connect (server), (guint16) front_server_get_port (server));
}

static void
send_text (GIOStream  *tls,
           const char *text)
{
  g_autoptr (GError) error = NULL;

  g_output_stream_write_all (g_io_stream_get_output_stream (tls), text, strlen (text), NULL, NULL, &error);
  g_assert_no_error (error);
}

static char *
read_to_end (GIOStream  *tls,
             GError    **error)
{
  GString *text = g_string_new (NULL);
  g_autofree char *buffer = g_malloc (65536);
  gssize n;

  while ((n = g_input_stream_read (g_io_stream_get_input_stream (tls), buffer, 65536, NULL, error)) > 0)
    g_string_append_len (text, buffer, n);

  return g_string_free (text, FALSE);
}

static char *
exchange (FrontServer *server,
          const char  *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GIOStream) tls = open_tls (server);
  char *answer;

  send_text (tls, text);
  answer = read_to_end (tls, &error);
  g_assert_no_error (error);

  return answer;
}

static void
test_exchange (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, TRUE);
  g_autofree char *all = exchange (server, "POST /echo?1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nab" GET ("/stream") GET_LAST ("/echo?2"));
  g_autoptr (GIOStream) tls = open_tls (server);

  front_assert_has (all, "\r\n\r\nPOST /echo?1 ab");
  front_assert_has (all, "\r\n\r\nd\r\ndata: event\n\n\r\nd\r\ndata: event\n\n\r\nd\r\ndata: event\n\n\r\n0\r\n\r\n");
  front_assert_has (all, "GET /echo?2 ");
  g_assert_cmpstr (g_tls_connection_get_negotiated_protocol (G_TLS_CONNECTION (tls)), ==, "http/1.1");
  g_assert_cmpint (g_tls_connection_get_protocol_version (G_TLS_CONNECTION (tls)), >=, G_TLS_PROTOCOL_VERSION_TLS_1_2);
  g_io_stream_close (tls, NULL, NULL);
  front_server_wait_exactly (server, connections, 0);
}

/* More than a record, and than a socket's buffer, in both directions */
static void
test_large (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, TRUE);
  g_autofree char *down = exchange (server, GET ("/large") GET_LAST ("/large"));
  g_autofree char *body = g_strnfill (front_limits.max_body, 'b');
  g_autofree char *up = g_strdup_printf ("POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: %u\r\n\r\n%s", (guint) front_limits.max_body, body);
  g_autofree char *answer = exchange (server, up);

  g_assert_cmpuint (strlen (down), >, 2 * 4194304);
  g_assert_cmpuint (strspn (strstr (down, "\r\n\r\n") + 4, "l"), ==, 4194304);
  g_assert_cmpuint (strspn (strstr (answer, " /echo? ") + 8, "b"), ==, front_limits.max_body);
}

typedef struct
{
  int fd;
  GAsyncQueue *may_read;
} Reader;

static gpointer
reader_thread (gpointer data)
{
  Reader *reader = data;
  g_autoptr (GIOStream) tls = open_tls_over (reader->fd, 443);
  g_autoptr (GError) error = NULL;
  char *text;

  g_async_queue_pop (reader->may_read);
  text = read_to_end (tls, &error);
  g_assert_no_error (error);

  return text;
}

static void
wait_for_socket (int   fd,
                 short events)
{
  struct pollfd poller = { fd, events, 0 };

  g_assert_cmpint (poll (&poller, 1, 30000), ==, 1);
}

/* Writes for as long as there is room. */
static gsize
fill (DheeraHttpLink *link)
{
  g_autofree char *bytes = g_strnfill (16384, 'f');
  gsize sent = 0;
  gssize n;

  while ((n = dheera_http_link_write (link, bytes, 16384, NULL, 0)) > 0)
    sent += (gsize) n;
  g_assert_cmpint (n, ==, DHEERA_HTTP_LINK_AGAIN);

  return sent;
}

/* That nothing is missing is said as soon as there is room for it. */
static void
test_no_room_for_the_end (void)
{
  g_autofree char *path = dup_certificate ("localhost.pem");
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsCertificate) certificate = g_tls_certificate_new_from_file (path, &error);
  g_autoptr (DheeraHttpTls) tls = dheera_http_tls_new (certificate, &error);
  g_autoptr (GAsyncQueue) may_read = g_async_queue_new ();
  g_autofree char *text = NULL;
  DheeraHttpLink link;
  gboolean wants_write;
  GThread *thread;
  gsize sent;
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  g_assert_true (g_unix_set_fd_nonblocking (fds[0], TRUE, NULL));
  thread = g_thread_new ("reader", reader_thread, &(Reader) { fds[1], may_read });
  g_assert_true (dheera_http_link_open (&link, fds[0], tls));
  while (dheera_http_link_handshake (&link, &wants_write) != 1)
    wait_for_socket (fds[0], wants_write ? POLLOUT : POLLIN);

  sent = fill (&link);
  g_assert_cmpint (dheera_http_link_finish (&link), ==, DHEERA_HTTP_LINK_AGAIN);
  g_async_queue_push (may_read, &link);
  while (dheera_http_link_finish (&link) != 1)
    wait_for_socket (fds[0], POLLOUT);
  dheera_http_link_close (&link, FALSE, FALSE);
  text = g_thread_join (thread);
  /* TLS has taken one record more than it said. */
  g_assert_cmpuint (strlen (text), ==, sent + 16384);
}

static void
test_flood (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, TRUE);
  GIOStream *tls = open_tls (server);
  g_autofree char *buffer = g_malloc (65536);
  gsize got = 0;

  send_text (tls, GET ("/flood"));
  front_server_wait (server, written, 65536);
  g_assert_cmpuint (front_server_get_counts (server).written, <, 8 * 1024 * 1024);
  while (got < 8 * 1024 * 1024)
    {
      gssize n = g_input_stream_read (g_io_stream_get_input_stream (tls), buffer, 65536, NULL, NULL);

      g_assert_cmpint (n, >, 0);
      got += (gsize) n;
    }
  g_object_unref (tls);
  front_server_wait (server, gone, 1);
}

/* Only what is whole ends as TLS says that it does. */
static void
test_broken_off (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, TRUE);
  g_autoptr (GIOStream) tls = open_tls (server);
  g_autoptr (GError) error = NULL;
  g_autofree char *part = NULL;

  send_text (tls, "GET /break HTTP/1.0\r\n\r\n");
  part = read_to_end (tls, &error);
  g_assert_nonnull (error);
}

static void
test_refused (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, TRUE);
  g_autofree char *bad = exchange (server, "GET /echo HTTP/1.1\r\n\r\n" GET ("/echo"));
  g_autofree char *body = g_strnfill (200000, 'b');
  g_autofree char *text = g_strconcat ("POST /head HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n", body, NULL);
  g_autofree char *unasked = exchange (server, text);

  g_assert_true (g_str_has_prefix (bad, "HTTP/1.1 400 "));
  g_assert_true (g_str_has_prefix (unasked, "HTTP/1.1 401 "));
  g_assert_cmpuint (front_server_get_counts (server).heads, ==, 1);
  g_assert_cmpuint (front_server_get_counts (server).received, ==, 0);
}

static void
test_gone (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, TRUE);
  GIOStream *orderly = open_tls (server);
  GIOStream *abrupt = open_tls (server);
  g_autoptr (GIOStream) base = NULL;

  send_text (orderly, GET ("/wait"));
  send_text (abrupt, GET ("/wait"));
  front_server_wait (server, heads, 2);
  g_io_stream_close (orderly, NULL, NULL);
  front_server_wait (server, gone, 1);
  g_object_get (abrupt, "base-io-stream", &base, NULL);
  g_io_stream_close (base, NULL, NULL);
  front_server_wait (server, gone, 2);
  g_object_unref (orderly);
  g_object_unref (abrupt);
}

/* --- Handshakes ----------------------------------------------------------------------------------------------------------------- */

static void
test_plain (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, TRUE);
  int fd = front_client_connect (server);

  front_client_send (fd, GET ("/echo"));
  front_client_expect_any_end (fd);
  g_assert_cmpuint (front_server_get_counts (server).heads, ==, 0);
}

/* Many that say nothing, or the beginning of a greeting, keep nobody from being served, and end in time. */
static void
test_stalled (void)
{
  DheeraFrontLimits limits = front_limits;
  g_autoptr (FrontServer) server = NULL;
  int fds[300];
  guint i;

  limits.head_timeout = 3;
  server = front_server_new (&limits, TRUE);
  for (i = 0; i < G_N_ELEMENTS (fds); i++)
    {
      fds[i] = front_client_connect (server);
      if (i % 2 == 0)
        front_client_send_bytes (fds[i], "\026\003\001\002\000\001\000\001", 8);
    }
  for (i = 0; i < 10; i++)
    {
      g_autofree char *answer = exchange (server, GET_LAST ("/echo"));

      front_assert_has (answer, "GET /echo? ");
    }
  for (i = 0; i < G_N_ELEMENTS (fds); i++)
    front_client_expect_any_end (fds[i]);
  front_server_wait_exactly (server, connections, 0);
}

static void
test_aborted (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, TRUE);
  guint before;
  guint i;

  front_server_get_counts (server);
  before = front_count_descriptors ();
  for (i = 0; i < 300; i++)
    {
      int fd = front_client_connect (server);

      if (i % 3 == 0)
        front_client_send_bytes (fd, "\026\003\001\002\000\001\000\001", 8);
      close (fd);
    }
  front_server_wait_exactly (server, connections, 0);
  g_assert_cmpuint (front_count_descriptors (), ==, before);
}

static void
test_stop (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, TRUE);
  g_autoptr (GIOStream) waiting = open_tls (server);
  int fds[20];
  guint i;

  send_text (waiting, GET ("/wait"));
  for (i = 0; i < G_N_ELEMENTS (fds); i++)
    {
      fds[i] = front_client_connect (server);
      if (i % 2 == 0)
        front_client_send_bytes (fds[i], "\026\003\001\002\000\001\000\001", 8);
    }
  front_server_wait (server, heads, 1);
  front_server_wait_exactly (server, connections, 1 + G_N_ELEMENTS (fds));
  front_server_stop (server);
  g_assert_cmpuint (front_server_get_counts (server).gone, ==, 1);
  for (i = 0; i < G_N_ELEMENTS (fds); i++)
    front_client_expect_any_end (fds[i]);
}

/* A handshake of GnuTLS with these priorities; data is what an earlier one left (in) and this one leaves (out), both nullable. */
static gboolean
shake_hands (FrontServer    *server,
             const char     *priority,
             gnutls_datum_t *data,
             gboolean       *resumed)
{
  gnutls_certificate_credentials_t credentials;
  gnutls_session_t session;
  int fd = front_client_connect (server);
  int result;

  gnutls_certificate_allocate_credentials (&credentials);
  gnutls_init (&session, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL);
  g_assert_cmpint (gnutls_priority_set_direct (session, priority, NULL), ==, 0);
  gnutls_credentials_set (session, GNUTLS_CRD_CERTIFICATE, credentials);
  gnutls_transport_set_int (session, fd);
  if (data != NULL && data->data != NULL)
    gnutls_session_set_data (session, data->data, data->size);
  do
    result = gnutls_handshake (session);
  while (result < 0 && !gnutls_error_is_fatal (result));

  if (result == 0 && data != NULL)
    {
      char buffer[4096];

      /* The ticket comes with the answer. */
      gnutls_record_send (session, GET_LAST ("/echo"), strlen (GET_LAST ("/echo")));
      while (gnutls_record_recv (session, buffer, sizeof buffer) > 0)
        ;
      *resumed = gnutls_session_is_resumed (session) != 0;
      if (data->data == NULL)
        gnutls_session_get_data2 (session, data);
    }
  gnutls_deinit (session);
  gnutls_certificate_free_credentials (credentials);
  close (fd);

  return result == 0;
}

static void
test_versions (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, TRUE);

  g_assert_true (shake_hands (server, "NORMAL:-VERS-ALL:+VERS-TLS1.3", NULL, NULL));
  g_assert_true (shake_hands (server, "NORMAL:-VERS-ALL:+VERS-TLS1.2", NULL, NULL));
  g_assert_false (shake_hands (server, "NORMAL:-VERS-ALL:+VERS-TLS1.1:%VERIFY_ALLOW_SIGN_WITH_SHA1", NULL, NULL));
  g_assert_false (shake_hands (server, "NORMAL:-VERS-ALL:+VERS-TLS1.0:%VERIFY_ALLOW_SIGN_WITH_SHA1", NULL, NULL));
  front_server_wait_exactly (server, connections, 0);
}

static void
test_resumed (void)
{
  g_autoptr (FrontServer) server = front_server_new (NULL, TRUE);
  gnutls_datum_t data = { NULL, 0 };
  gboolean resumed = TRUE;

  g_assert_true (shake_hands (server, "NORMAL", &data, &resumed));
  g_assert_false (resumed);
  g_assert_true (shake_hands (server, "NORMAL", &data, &resumed));
  g_assert_true (resumed);
  gnutls_free (data.data);
}

static void
test_no_key (void)
{
  static const DheeraFrontHandler handler = { 0 };
  g_autoptr (GPtrArray) sockets = g_ptr_array_new ();
  g_autofree char *path = dup_certificate ("ca.pem");
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsCertificate) certificate = g_tls_certificate_new_from_file (path, &error);
  guint before = front_count_descriptors ();

  g_assert_no_error (error);
  g_assert_null (dheera_http_front.start (sockets, certificate, &front_limits, &handler, NULL, &error));
  g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
  g_assert_nonnull (strstr (error->message, "private key"));
  g_assert_cmpuint (front_count_descriptors (), ==, before);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/http-tls/exchange", test_exchange);
  g_test_add_func ("/http-tls/large", test_large);
  g_test_add_func ("/http-tls/no-room-for-the-end", test_no_room_for_the_end);
  g_test_add_func ("/http-tls/flood", test_flood);
  g_test_add_func ("/http-tls/broken-off", test_broken_off);
  g_test_add_func ("/http-tls/refused", test_refused);
  g_test_add_func ("/http-tls/gone", test_gone);
  g_test_add_func ("/http-tls/plain", test_plain);
  g_test_add_func ("/http-tls/stalled", test_stalled);
  g_test_add_func ("/http-tls/aborted", test_aborted);
  g_test_add_func ("/http-tls/stop", test_stop);
  g_test_add_func ("/http-tls/versions", test_versions);
  g_test_add_func ("/http-tls/resumed", test_resumed);
  g_test_add_func ("/http-tls/no-key", test_no_key);

  return g_test_run ();
}
