/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* Does anybody listen to a property of this object? Announcing a change costs several times as much
 * as asking, and most objects of a stream are never watched. Only for final classes: one that
 * overrides notify() would not be asked. */
static inline gboolean
dheera_is_watched (gpointer object)
{
  static guint notify_id;

  if (G_UNLIKELY (notify_id == 0))
    notify_id = g_signal_lookup ("notify", G_TYPE_OBJECT);

  return g_signal_handler_find (object, G_SIGNAL_MATCH_ID, notify_id, 0, NULL, NULL, NULL) != 0;
}

G_END_DECLS
