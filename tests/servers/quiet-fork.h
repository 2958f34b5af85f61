/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>
#include <sys/types.h>

G_BEGIN_DECLS

/* For tests of what a child can do: forks at a moment at which all other threads of the process wait. One that runs may have a lock of its memory allocator, which
 * glibc looks after in a fork and the sanitizers of clang 14 do not: the child would wait for it for ever, whatever is tested. The child is ended by a signal after so
 * many seconds. */
pid_t quiet_fork       (guint patience);

/* Fails unless the child ended by itself, with the status 0. */
void  quiet_fork_join  (pid_t child);

G_END_DECLS
