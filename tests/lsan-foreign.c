/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Preloaded where programs run under LeakSanitizer: has it pass over what the libraries below this one leak, seen in their own frames:
 *
 *  - SoupServer of libsoup 3.2: the GSocket of each connection that it accepts, and the address that it listens at;
 *  - libsoup 3.6: the nodes of a list of connections that it gives up;
 *  - libproxy 0.5, which GIO asks for proxies: addresses that it has parsed;
 *  - the GnuTLS backend of glib-networking: the errors of what was cancelled.
 *
 * A list of suppressions can't say so: GLib and libsoup are built without frame pointers, so stacks end at g_malloc(), and stacks that go on cost so
 * much time that deadlines pass.
 *
 * clang -shared -fPIC $(pkg-config --cflags libsoup-3.0) -o lsan-foreign.so lsan-foreign.c
 */

#define _GNU_SOURCE

#include <dlfcn.h>
#include <libsoup/soup.h>

extern void __lsan_disable (void) __attribute__ ((weak));
extern void __lsan_enable (void) __attribute__ ((weak));

static void
pass_over (gboolean begin)
{
  if (__lsan_disable == NULL || __lsan_enable == NULL)
    return;

  if (begin)
    __lsan_disable ();
  else
    __lsan_enable ();
}

/* Modules of GIO bring libraries that only they see. */
static void *
find_real (const char *name,
           const char *library)
{
  void *real = dlsym (RTLD_NEXT, name);

  if (real == NULL)
    real = dlsym (dlopen (library, RTLD_LAZY | RTLD_NOLOAD), name);
  g_assert (real != NULL);

  return real;
}

/* A function of the same name and shape, around the real one */
#define PASS_OVER(Type, name, parameters, arguments, library) \
  Type name parameters; \
  Type name parameters \
  { \
    Type (*real) parameters = find_real (#name, library); \
    Type result; \
\
    pass_over (TRUE); \
    result = real arguments; \
    pass_over (FALSE); \
\
    return result; \
  }

PASS_OVER (GSocket *, g_socket_accept, (GSocket *socket, GCancellable *cancellable, GError **error), (socket, cancellable, error),
           "libgio-2.0.so.0")
PASS_OVER (gboolean, soup_server_listen_local, (SoupServer *server, guint port, SoupServerListenOptions options, GError **error),
           (server, port, options, error), "libsoup-3.0.so.0")
PASS_OVER (GSList *, soup_server_get_uris, (SoupServer *server), (server), "libsoup-3.0.so.0")
PASS_OVER (char **, px_manager_get_proxies_sync, (gpointer manager, const char *url), (manager, url), "libpxbackend-1.0.so")
PASS_OVER (int, gnutls_handshake, (gpointer session), (session), "libgnutls.so.30")
PASS_OVER (ssize_t, gnutls_record_recv, (gpointer session, void *data, size_t size), (session, data, size), "libgnutls.so.30")
PASS_OVER (ssize_t, gnutls_record_recv_packet, (gpointer session, gpointer packet), (session, packet), "libgnutls.so.30")
PASS_OVER (int, gnutls_bye, (gpointer session, int how), (session, how), "libgnutls.so.30")
PASS_OVER (ssize_t, gnutls_record_send, (gpointer session, const void *data, size_t size), (session, data, size), "libgnutls.so.30")

GList *
g_list_prepend (GList    *list,
                gpointer  data)
{
  GList *(*real) (GList *, gpointer) = dlsym (RTLD_NEXT, "g_list_prepend");
  Dl_info caller;
  gboolean by_soup = dladdr (__builtin_return_address (0), &caller) != 0 && strstr (caller.dli_fname, "/libsoup-3.0.so") != NULL;

  if (by_soup)
    pass_over (TRUE);
  list = real (list, data);
  if (by_soup)
    pass_over (FALSE);

  return list;
}
