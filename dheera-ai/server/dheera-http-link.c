/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-http-link-private.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "dheera-ai/wire/dheera-secret-private.h"

struct _DheeraHttpTls
{
  gnutls_certificate_credentials_t credentials;
  gnutls_priority_t priority;
  gnutls_datum_t ticket_key; /* sessions are taken up again without a handshake's signature */
};

/* --- What connections share ----------------------------------------------------------------------------------------------------- */

static char *
dup_chain (GTlsCertificate *certificate)
{
  GString *chain = g_string_new (NULL);

  for (; certificate != NULL; certificate = g_tls_certificate_get_issuer (certificate))
    {
      g_autofree char *pem = NULL;

      g_object_get (certificate, "certificate-pem", &pem, NULL);
      g_string_append (chain, pem != NULL ? pem : "");
    }

  return g_string_free (chain, FALSE);
}

static int
load (DheeraHttpTls   *self,
      GTlsCertificate *certificate,
      char            *key)
{
  g_autofree char *chain = dup_chain (certificate);
  const gnutls_datum_t chain_datum = { (guchar *) chain, (guint) strlen (chain) };
  const gnutls_datum_t key_datum = { (guchar *) key, (guint) strlen (key) };
  int result = gnutls_certificate_allocate_credentials (&self->credentials);

  if (result >= 0)
    result = gnutls_certificate_set_x509_key_mem (self->credentials, &chain_datum, &key_datum, GNUTLS_X509_FMT_PEM);
  if (result >= 0)
    result = gnutls_priority_init2 (&self->priority, "-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE", NULL,
                                    GNUTLS_PRIORITY_INIT_DEF_APPEND);
  if (result >= 0)
    result = gnutls_session_ticket_key_generate (&self->ticket_key);

  return result;
}

DheeraHttpTls *
dheera_http_tls_new (GTlsCertificate  *certificate,
                     GError          **error)
{
  g_autoptr (DheeraHttpTls) self = g_new0 (DheeraHttpTls, 1);
  char *key = NULL;
  int result;

  g_object_get (certificate, "private-key-pem", &key, NULL);
  if (key == NULL)
    {
      g_set_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE,
                   "The server's certificate has no private key that can be read. Load it from files that contain the certificate and its key.");
      return NULL;
    }

  result = load (self, certificate, key);
  dheera_secret_free (key);
  if (result < 0)
    {
      g_set_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE, "The server's certificate can't be used: %s", gnutls_strerror (result));
      return NULL;
    }

  return g_steal_pointer (&self);
}

void
dheera_http_tls_free (DheeraHttpTls *self)
{
  g_clear_pointer (&self->credentials, gnutls_certificate_free_credentials);
  g_clear_pointer (&self->priority, gnutls_priority_deinit);
  if (self->ticket_key.data != NULL)
    gnutls_memset (self->ticket_key.data, 0, self->ticket_key.size);
  gnutls_free (self->ticket_key.data);
  g_free (self);
}

/* --- One connection ------------------------------------------------------------------------------------------------------------- */

gboolean
dheera_http_link_open (DheeraHttpLink *self,
                       int             fd,
                       DheeraHttpTls  *tls)
{
  static const gnutls_datum_t protocol = { (guchar *) "http/1.1", 8 };

  memset (self, 0, sizeof *self);
  self->fd = fd;
  if (tls == NULL)
    return TRUE;
  if (gnutls_init (&self->tls, GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL) < 0)
    return FALSE;

  gnutls_priority_set (self->tls, tls->priority);
  gnutls_credentials_set (self->tls, GNUTLS_CRD_CERTIFICATE, tls->credentials);
  gnutls_session_ticket_enable_server (self->tls, &tls->ticket_key);
  gnutls_alpn_set_protocols (self->tls, &protocol, 1, 0);
  /* The front has its own clock for handshakes. */
  gnutls_handshake_set_timeout (self->tls, GNUTLS_INDEFINITE_TIMEOUT);
  gnutls_transport_set_int (self->tls, fd);

  return TRUE;
}

int
dheera_http_link_handshake (DheeraHttpLink *self,
                            gboolean       *wants_write)
{
  int result;

  /* Warnings are few and bounded by the time for a head. */
  do
    result = gnutls_handshake (self->tls);
  while (result == GNUTLS_E_INTERRUPTED || result == GNUTLS_E_WARNING_ALERT_RECEIVED);

  *wants_write = FALSE;
  if (result == GNUTLS_E_SUCCESS)
    return 1;
  if (result != GNUTLS_E_AGAIN)
    {
      /* So that the client can say why. */
      gnutls_alert_send_appropriate (self->tls, result);
      return DHEERA_HTTP_LINK_BROKEN;
    }
  *wants_write = gnutls_record_get_direction (self->tls) == 1;

  return DHEERA_HTTP_LINK_AGAIN;
}

static gssize
read_tls (DheeraHttpLink *self,
          void           *buffer,
          gsize           size)
{
  gssize n;

  do
    n = gnutls_record_recv (self->tls, buffer, size);
  while (n == GNUTLS_E_INTERRUPTED);

  if (n >= 0)
    return n;
  if (n == GNUTLS_E_AGAIN)
    return DHEERA_HTTP_LINK_AGAIN;

  return n == GNUTLS_E_PREMATURE_TERMINATION ? DHEERA_HTTP_LINK_CLOSED : DHEERA_HTTP_LINK_BROKEN;
}

gssize
dheera_http_link_read (DheeraHttpLink *self,
                       void           *buffer,
                       gsize           size)
{
  gssize n;

  if (self->tls != NULL)
    return read_tls (self, buffer, size);

  do
    n = recv (self->fd, buffer, size, 0);
  while (n < 0 && errno == EINTR);

  if (n >= 0)
    return n;

  return errno == EAGAIN || errno == EWOULDBLOCK ? DHEERA_HTTP_LINK_AGAIN : DHEERA_HTTP_LINK_BROKEN;
}

static gssize
write_tls (DheeraHttpLink *self,
           const void     *bytes,
           gsize           length)
{
  gssize n;

  do
    n = self->resend ? gnutls_record_send (self->tls, NULL, 0) : gnutls_record_send (self->tls, bytes, length);
  while (n == GNUTLS_E_INTERRUPTED);

  self->resend = n == GNUTLS_E_AGAIN;
  if (n >= 0)
    return n;

  return n == GNUTLS_E_AGAIN ? DHEERA_HTTP_LINK_AGAIN : DHEERA_HTTP_LINK_BROKEN;
}

gssize
dheera_http_link_write (DheeraHttpLink *self,
                        const void     *first,
                        gsize           first_length,
                        const void     *second,
                        gsize           second_length)
{
  struct iovec parts[2] = { { (void *) first, first_length }, { (void *) second, second_length } };
  struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
  gssize n;

  if (self->tls != NULL)
    return first_length > 0 ? write_tls (self, first, first_length) : write_tls (self, second, second_length);

  do
    {
      if (second_length == 0)
        n = send (self->fd, first, first_length, MSG_NOSIGNAL);
      else
        n = sendmsg (self->fd, &message, MSG_NOSIGNAL);
    }
  while (n < 0 && errno == EINTR);

  if (n >= 0)
    return n;

  return errno == EAGAIN || errno == EWOULDBLOCK ? DHEERA_HTTP_LINK_AGAIN : DHEERA_HTTP_LINK_BROKEN;
}

gboolean
dheera_http_link_has_more (DheeraHttpLink *self)
{
  return self->tls != NULL && gnutls_record_check_pending (self->tls) > 0;
}

static int
say_goodbye (DheeraHttpLink *self)
{
  int result;

  do
    result = gnutls_bye (self->tls, GNUTLS_SHUT_WR);
  while (result == GNUTLS_E_INTERRUPTED);

  return result;
}

int
dheera_http_link_finish (DheeraHttpLink *self)
{
  /* What was sent may have filled the socket. */
  if (self->tls != NULL && say_goodbye (self) == GNUTLS_E_AGAIN)
    return DHEERA_HTTP_LINK_AGAIN;
  g_clear_pointer (&self->tls, gnutls_deinit);
  shutdown (self->fd, SHUT_WR);

  return 1;
}

void
dheera_http_link_close (DheeraHttpLink *self,
                        gboolean        orderly,
                        gboolean        reset)
{
  static const struct linger no_linger = { 1, 0 };

  if (self->fd < 0)
    return;
  if (orderly && self->tls != NULL)
    say_goodbye (self);
  g_clear_pointer (&self->tls, gnutls_deinit);
  if (reset)
    setsockopt (self->fd, SOL_SOCKET, SO_LINGER, &no_linger, sizeof no_linger);
  else
    shutdown (self->fd, SHUT_RDWR); /* a child of this process may have the descriptor too, and keep the peer from seeing the end */
  close (self->fd);
  self->fd = -1;
}

void
dheera_http_link_abandon (DheeraHttpLink *self)
{
  if (self->fd < 0)
    return;
  close (self->fd);
  self->fd = -1;
}
