/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "quiet-fork.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_WAIT (10 * G_TIME_SPAN_SECOND)

/* What the kernel tells of a thread: its state, and how often it has stopped to wait or was stopped */
static char *
describe_thread (const char *id)
{
  g_autofree char *path = g_build_filename ("/proc/self/task", id, "status", NULL);
  g_autofree char *text = NULL;
  g_auto(GStrv) lines = NULL;
  g_autoptr(GString) found = g_string_new (NULL);

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (g_str_has_prefix (lines[i], "State:") || strstr (lines[i], "ctxt_switches:") != NULL)
        g_string_append_printf (found, "%s;", lines[i]);
    }

  return g_string_free (g_steal_pointer (&found), FALSE);
}

/* All other threads, when they wait; NULL when one of them does not */
static char *
describe_rest (void)
{
  g_autoptr(GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  g_autoptr(GString) all = g_string_new (NULL);
  const char *id;

  g_assert_nonnull (tasks);
  while ((id = g_dir_read_name (tasks)) != NULL)
    {
      g_autofree char *thread = NULL;

      if (g_ascii_strtoll (id, NULL, 10) == getpid ())
        continue;
      thread = describe_thread (id);
      if (thread == NULL || strstr (thread, "S (sleeping)") == NULL)
        return NULL;
      g_string_append_printf (all, "%s %s\n", id, thread);
    }

  return g_string_free (g_steal_pointer (&all), FALSE);
}

/* Twice the same, a moment apart: nobody was awake in between. */
static void
wait_for_quiet (void)
{
  gint64 until = g_get_monotonic_time () + MAX_WAIT;
  g_autofree char *before = NULL;

  for (;;)
    {
      g_autofree char *now = describe_rest ();

      if (now != NULL && g_strcmp0 (now, before) == 0)
        return;
      g_assert_cmpint (g_get_monotonic_time (), <, until);
      g_free (before);
      before = g_steal_pointer (&now);
      g_usleep (2000);
    }
}

pid_t
quiet_fork (guint patience)
{
  pid_t child;

  wait_for_quiet ();
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    alarm (patience);

  return child;
}

void
quiet_fork_join (pid_t child)
{
  int status;

  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  if (WIFSIGNALED (status))
    g_error ("The child was ended by signal %d", WTERMSIG (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
}
