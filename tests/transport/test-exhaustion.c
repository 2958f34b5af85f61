/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "runner.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#define ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
#define MAX_FILES 400

static int files[MAX_FILES];
static guint n_files;

static void
use_up_files (void)
{
  int fd;

  while (n_files < MAX_FILES && (fd = open ("/dev/null", O_RDONLY | O_CLOEXEC)) != -1)
    files[n_files++] = fd;
  g_assert_cmpuint (n_files, <, MAX_FILES);
}

static void
give_files_back (void)
{
  while (n_files > 0)
    close (files[--n_files]);
}

/* No file can be opened any more: calls fail with an error that says so, and go on once there are some again. */
static void
test_files (void)
{
  struct rlimit limit;
  struct rlimit small;

  getrlimit (RLIMIT_NOFILE, &limit);
  FOR_EACH_MODE (mode)
    {
      g_autoptr(FaultServer) server = fault_server_new (FAULT_TLS_NONE);
      g_autoptr(DheeraTransport) transport = dheera_transport_new ();
      g_autofree char *url = fault_server_dup_url (server, "/");
      g_autoptr(Outcome) before = NULL;
      g_autoptr(Outcome) without = NULL;
      g_autoptr(Outcome) after = NULL;

      /* The first answer's connection is not kept, the next call needs one. */
      fault_server_script (server, FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"), FAULT_CLOSE (), FAULT_END);
      fault_server_script (server, FAULT_EXPECT (), FAULT_SEND (ANSWER), FAULT_STALL (), FAULT_END);
      before = run_exchange (mode, &(Run) { .transport = transport, .url = url });
      g_assert_no_error (before->error);
      small = limit;
      small.rlim_cur = 300;
      setrlimit (RLIMIT_NOFILE, &small);
      use_up_files ();
      without = run_exchange (mode, &(Run) { .transport = transport, .url = url, .timeouts.total = 3 });
      give_files_back ();
      setrlimit (RLIMIT_NOFILE, &limit);
      assert_failed (without, DHEERA_TRANSPORT_ERROR_CONNECT, "no connection*open files*");
      after = run_exchange (mode, &(Run) { .transport = transport, .url = url });
      g_assert_no_error (after->error);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/exhaustion/files", test_files);

  return g_test_run ();
}
