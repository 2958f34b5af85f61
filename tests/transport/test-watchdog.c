/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ai/transport/dheera-watchdog-private.h"

#define MS G_GINT64_CONSTANT (1000)

static void
wait_for (GCancellable *cancellable,
          gint64        until)
{
  while (!g_cancellable_is_cancelled (cancellable) && g_get_monotonic_time () < until)
    g_usleep (500);
}

static void
test_fires (void)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  DheeraWatch watch = { 0 };
  gint64 start = g_get_monotonic_time ();

  g_assert_true (dheera_watchdog_add (&watch, cancellable));
  dheera_watchdog_set (&watch, start + 50 * MS);
  wait_for (cancellable, start + 2000 * MS);
  g_assert_true (g_cancellable_is_cancelled (cancellable));
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 50 * MS);
  g_assert_true (dheera_watchdog_rest (&watch));
  g_assert_true (dheera_watchdog_remove (&watch));
}

static void
test_earlier_comes_first (void)
{
  g_autoptr(GCancellable) late = g_cancellable_new ();
  g_autoptr(GCancellable) early = g_cancellable_new ();
  DheeraWatch late_watch = { 0 };
  DheeraWatch early_watch = { 0 };
  gint64 start = g_get_monotonic_time ();

  g_assert_true (dheera_watchdog_add (&late_watch, late));
  dheera_watchdog_set (&late_watch, start + 60000 * MS);
  g_assert_true (dheera_watchdog_add (&early_watch, early));
  dheera_watchdog_set (&early_watch, start + 20 * MS);
  wait_for (early, start + 2000 * MS);
  g_assert_true (g_cancellable_is_cancelled (early));
  g_assert_false (dheera_watchdog_remove (&late_watch));
  g_assert_true (dheera_watchdog_remove (&early_watch));
  g_assert_false (g_cancellable_is_cancelled (late));
}

/* Moved away again and again it never fires, moved away altogether neither. */
static void
test_moved (void)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  DheeraWatch watch = { 0 };

  g_assert_true (dheera_watchdog_add (&watch, cancellable));
  for (guint i = 0; i < 20; i++)
    {
      dheera_watchdog_set (&watch, g_get_monotonic_time () + 1000 * MS);
      g_usleep (5 * 1000);
      g_assert_false (dheera_watchdog_rest (&watch));
    }
  dheera_watchdog_set (&watch, g_get_monotonic_time () + 20 * MS);
  dheera_watchdog_set (&watch, DHEERA_WATCH_NEVER);
  g_usleep (60 * 1000);
  g_assert_false (dheera_watchdog_remove (&watch));
  g_assert_false (g_cancellable_is_cancelled (cancellable));
}

static void
test_over_already (void)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  DheeraWatch watch = { 0 };

  g_assert_true (dheera_watchdog_add (&watch, cancellable));
  dheera_watchdog_set (&watch, 1);
  wait_for (cancellable, g_get_monotonic_time () + 2000 * MS);
  g_assert_true (dheera_watchdog_remove (&watch));
}

static void
add_another (GCancellable *cancellable,
             gpointer      user_data)
{
  DheeraWatch *watch = user_data;
  g_autoptr(GCancellable) inner = g_cancellable_new ();

  g_assert_true (dheera_watchdog_add (watch, inner));
  dheera_watchdog_set (watch, g_get_monotonic_time () + 1000 * MS);
  g_assert_false (dheera_watchdog_remove (watch));
}

/* What is cancelled may come back here. */
static void
test_reentrant (void)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  DheeraWatch watch = { 0 };
  DheeraWatch other = { 0 };

  g_signal_connect (cancellable, "cancelled", G_CALLBACK (add_another), &other);
  g_assert_true (dheera_watchdog_add (&watch, cancellable));
  dheera_watchdog_set (&watch, g_get_monotonic_time () + 10 * MS);
  wait_for (cancellable, g_get_monotonic_time () + 2000 * MS);
  g_usleep (20 * 1000);
  g_assert_true (dheera_watchdog_remove (&watch));
}

static gpointer
hammer (gpointer data)
{
  for (guint i = 0; i < 2000; i++)
    {
      g_autoptr(GCancellable) cancellable = g_cancellable_new ();
      DheeraWatch watch = { 0 };

      g_assert_true (dheera_watchdog_add (&watch, cancellable));
      dheera_watchdog_set (&watch, g_get_monotonic_time () + (i % 7 == 0 ? 0 : 1000 * MS));
      dheera_watchdog_rest (&watch);
      dheera_watchdog_remove (&watch);
    }

  return NULL;
}

static void
test_threads (void)
{
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("hammer", hammer, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

static gboolean
has_thread (void)
{
  g_autoptr(GDir) dir = g_dir_open ("/proc/self/task", 0, NULL);
  const char *id;

  while ((id = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_strdup_printf ("/proc/self/task/%s/comm", id);
      g_autofree char *name = NULL;

      if (g_file_get_contents (path, &name, NULL, NULL) && g_str_equal (g_strchomp (name), "dheera-watchdog"))
        return TRUE;
    }
  return FALSE;
}

/* With nothing to watch the thread goes, whatever deadline was waited for, and with something it is there again. */
static void
test_goes_and_comes (void)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  DheeraWatch watch = { 0 };
  gint64 end = g_get_monotonic_time () + 20000 * MS;

  g_assert_true (dheera_watchdog_add (&watch, cancellable));
  dheera_watchdog_set (&watch, g_get_monotonic_time () + 600000 * MS);
  g_assert_true (has_thread ());
  g_assert_false (dheera_watchdog_remove (&watch));
  while (has_thread () && g_get_monotonic_time () < end)
    g_usleep (5000);
  g_assert_false (has_thread ());
  test_fires ();
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/watchdog/fires", test_fires);
  g_test_add_func ("/watchdog/earlier-comes-first", test_earlier_comes_first);
  g_test_add_func ("/watchdog/moved", test_moved);
  g_test_add_func ("/watchdog/over-already", test_over_already);
  g_test_add_func ("/watchdog/reentrant", test_reentrant);
  g_test_add_func ("/watchdog/threads", test_threads);
  g_test_add_func ("/watchdog/goes-and-comes", test_goes_and_comes);

  return g_test_run ();
}
