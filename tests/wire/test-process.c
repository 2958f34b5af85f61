/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ai/wire/dheera-process-private.h"

#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE 20 /* seconds for a child, before it is ended by a signal */

typedef struct
{
  GMutex mutex;
  guint generation;
  guint n_forgotten;
} Guarded;

static void
forget_cb (gpointer data)
{
  ((Guarded *) data)->n_forgotten++;
}

static void
use (Guarded *guarded)
{
  dheera_process_lock (&guarded->mutex, &guarded->generation, forget_cb, guarded);
  g_mutex_unlock (&guarded->mutex);
}

static gpointer
use_often (gpointer data)
{
  for (guint i = 0; i < 100; i++)
    use (data);

  return NULL;
}

static void
wait_for_child (pid_t child)
{
  int status;

  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
}

static void
test_generation (void)
{
  guint before = dheera_process_get_generation ();
  pid_t child = fork ();

  if (child == 0)
    {
      alarm (PATIENCE);
      if (dheera_process_get_generation () != before + 1)
        _exit (1);
      child = fork ();
      if (child == 0)
        _exit (dheera_process_get_generation () == before + 2 ? 0 : 1);
      wait_for_child (child);
      _exit (dheera_process_get_generation () == before + 1 ? 0 : 1);
    }
  wait_for_child (child);
  g_assert_cmpuint (dheera_process_get_generation (), ==, before);
}

/* The parent has the mutex when it forks. In the child it is free, and what it guards was forgotten once, whoever comes first. */
static void
test_lock (void)
{
  Guarded guarded = { .generation = dheera_process_get_generation () };
  pid_t child;

  g_mutex_init (&guarded.mutex);
  use (&guarded);
  dheera_process_lock (&guarded.mutex, &guarded.generation, forget_cb, &guarded);
  child = fork ();
  if (child == 0)
    {
      GThread *threads[4];

      alarm (PATIENCE);
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] = g_thread_new ("user", use_often, &guarded);
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        g_thread_join (threads[i]);
      _exit (guarded.n_forgotten == 1 ? 0 : 1);
    }
  wait_for_child (child);
  g_mutex_unlock (&guarded.mutex);
  use (&guarded);
  g_assert_cmpuint (guarded.n_forgotten, ==, 0);
  g_mutex_clear (&guarded.mutex);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/process/generation", test_generation);
  g_test_add_func ("/process/lock", test_lock);

  return g_test_run ();
}
