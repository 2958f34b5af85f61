/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* One thread for the whole process that cancels blocking exchanges when their time is over. It is started by the first watch, sleeps while there is
 * nothing to watch, and is started again in the child after a fork. */

#define DHEERA_WATCH_NEVER G_MAXINT64

typedef struct
{
  GList link;
  GCancellable *cancellable; /* reference held between add and remove */
  gint64 deadline;           /* monotonic microseconds, DHEERA_WATCH_NEVER while nothing blocks */
  gboolean fired;
} DheeraWatch;

/* FALSE when the thread could not be started. */
gboolean  dheera_watchdog_add    (DheeraWatch  *watch,
                                  GCancellable *cancellable);
/* Cheap: the thread is woken only for a deadline that is earlier than anything it waits for. */
void      dheera_watchdog_set    (DheeraWatch  *watch,
                                  gint64        deadline);
/* Whether the deadline fired; after this the watch may be freed. */
gboolean  dheera_watchdog_remove (DheeraWatch  *watch);
/* Whether the deadline fired, which also ends the present deadline. */
gboolean  dheera_watchdog_rest   (DheeraWatch  *watch);

G_END_DECLS
