/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Preloaded where programs run under LeakSanitizer: has it pass over what the SoupServer of libsoup 3.2 leaks, the GSocket of each connection that it
 * accepts and the address that it listens at. A list of suppressions can't say so: GLib and libsoup are built without frame pointers, so stacks end at
 * g_malloc(), and stacks that go on cost so much time that deadlines pass.
 *
 * clang -shared -fPIC $(pkg-config --cflags libsoup-3.0) -o lsan-soup.so lsan-soup.c
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

GSocket *
g_socket_accept (GSocket       *socket,
                 GCancellable  *cancellable,
                 GError       **error)
{
  GSocket *(*real) (GSocket *, GCancellable *, GError **) = dlsym (RTLD_NEXT, "g_socket_accept");
  GSocket *accepted;

  pass_over (TRUE);
  accepted = real (socket, cancellable, error);
  pass_over (FALSE);

  return accepted;
}

gboolean
soup_server_listen_local (SoupServer               *server,
                          guint                     port,
                          SoupServerListenOptions   options,
                          GError                  **error)
{
  gboolean (*real) (SoupServer *, guint, SoupServerListenOptions, GError **) = dlsym (RTLD_NEXT, "soup_server_listen_local");
  gboolean success;

  pass_over (TRUE);
  success = real (server, port, options, error);
  pass_over (FALSE);

  return success;
}
