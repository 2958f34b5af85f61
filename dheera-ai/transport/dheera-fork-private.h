/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What a child made by fork() has to know: the parent's connections are there, and are not to be touched; GLib's threads are not there, and are waited for. */

/* Has to be called when there is something to look after for the first time. */
void     dheera_fork_prepare          (void);

/* In a child the connection's socket is replaced by one that leads nowhere, so that neither a main context that runs there, nor whatever lets go of the
 * connection, reads or writes what is the parent's. */
void     dheera_fork_note_connection  (GIOStream *connection);

/* In a child, before GIO hands work to its threads, which is looking up a proxy or a name and the handshake of TLS: GLib counts on threads that were idle at the
 * fork and went with the parent. FALSE when it can't be brought to make new ones; otherwise they come when they are needed until dheera_fork_end_wait(). */
gboolean dheera_fork_begin_wait       (void);
void     dheera_fork_end_wait         (void);

G_END_DECLS
