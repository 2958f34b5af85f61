/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-tool.h"

#include <glib-unix.h>

/* A program has one keyboard, so this is one for the whole program. */
static GMainLoop *waiting_loop;
static GCancellable *running_call;
static gboolean was_pressed;

static gboolean
sigint_cb (gpointer data)
{
  was_pressed = TRUE;
  if (running_call != NULL)
    g_cancellable_cancel (running_call);
  else if (waiting_loop != NULL)
    g_main_loop_quit (waiting_loop);

  return G_SOURCE_CONTINUE;
}

void
dheera_tool_interrupt_install (void)
{
  static guint id;

  if (id == 0)
    id = g_unix_signal_add (SIGINT, sigint_cb, NULL);
}

void
dheera_tool_interrupt_watch (GMainLoop    *loop,
                             GCancellable *cancellable)
{
  waiting_loop = loop;
  running_call = cancellable;
}

gboolean
dheera_tool_interrupt_take (void)
{
  gboolean pressed = was_pressed;

  was_pressed = FALSE;

  return pressed;
}
