/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Two hundred streams through one server at the same time: each is whole, and each has what its own model said. */

#include "server-util.h"

#include <string.h>
#include <sys/resource.h>

#include "tests/servers/fault-server.h"

#define N_STREAMS 200
#define N_DESCRIPTORS (4 * N_STREAMS + 100) /* both ends of both sides are in this process */

#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
#define EVENT(text, reason) "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" text "\"},\"finish_reason\":" reason "}]}\n\n"

typedef struct
{
  char *first;
  char *rest;
} Words;

static void
words_free (gpointer data)
{
  Words *self = data;

  g_free (self->first);
  g_free (self->rest);
  g_free (self);
}

/* The n-th connection says "a<n>.", and "b<n>." when it is told to, at once with the end. */
static GPtrArray *
script_models (FaultServer *models)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (words_free);

  for (guint n = 1; n <= N_STREAMS; n++)
    {
      Words *words = g_new0 (Words, 1);

      words->first = g_strdup_printf (HEAD EVENT ("a%u.", "null"), n);
      words->rest = g_strdup_printf (EVENT ("b%u.", "null") EVENT ("", "\"stop\"") "data: [DONE]\n\n", n);
      g_ptr_array_add (all, words);
      fault_server_script (models, FAULT_EXPECT (), FAULT_SEND (words->first), FAULT_SIGNAL (), FAULT_SEND (words->rest), FAULT_CLOSE (), FAULT_END);
    }

  return all;
}

static GPtrArray *
ask_all (DheeraServer *server)
{
  GPtrArray *connections = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < N_STREAMS; i++)
    {
      g_autofree char *body = g_strdup_printf ("{\"model\":\"lab/m\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"stream %u.\"}]}", i);
      GSocketConnection *connection = raw_open (server);

      raw_post (connection, "/v1/chat/completions", body);
      g_ptr_array_add (connections, connection);
    }

  return connections;
}

/* Which of the connections to the models was asked for which of the streams */
static void
find_models (FaultServer *models,
             guint       *connections)
{
  g_assert_cmpuint (fault_server_get_n_requests (models), ==, N_STREAMS);
  for (guint i = 0; i < N_STREAMS; i++)
    {
      const FaultRequest *request = fault_server_get_request (models, i);
      g_autofree char *body = g_strndup (g_bytes_get_data (request->body, NULL), g_bytes_get_size (request->body));
      const char *number = strstr (body, "stream ");

      g_assert_nonnull (number);
      connections[g_ascii_strtoull (number + strlen ("stream "), NULL, 10)] = request->connection;
    }
}

/* The text has that word of that model, and none of another. */
static void
assert_says (const char *text,
             const char *word,
             guint       model)
{
  g_autofree char *expected = g_strdup_printf ("\"content\":\"%s%u.\"", word, model);
  const char *found = strstr (text, "\"content\":\"");

  g_assert_nonnull (found);
  g_assert_true (g_str_has_prefix (found, expected));
  g_assert_null (strstr (found + 1, "\"content\":\""));
}

static void
test_many_streams (void)
{
  g_autoptr(FaultServer) models = fault_server_new (FAULT_TLS_NONE);
  g_autoptr(GPtrArray) words = script_models (models);
  g_autofree char *url = fault_server_dup_url (models, "/v1");
  g_autoptr(DheeraClient) client = new_lab_client (NULL, url);
  g_autoptr(DheeraServer) server = start_server (client);
  g_autoptr(GPtrArray) connections = ask_all (server);
  g_autoptr(GPtrArray) begun = g_ptr_array_new_with_free_func (g_free);
  guint model_of[N_STREAMS] = { 0 };

  /* Nobody comes to an end before everybody has begun. */
  for (guint i = 0; i < N_STREAMS; i++)
    {
      g_ptr_array_add (begun, raw_read_until (g_ptr_array_index (connections, i), "\n\n"));
      g_assert_nonnull (g_ptr_array_index (begun, i));
    }
  find_models (models, model_of);
  for (guint i = 0; i < N_STREAMS; i++)
    {
      assert_says (g_ptr_array_index (begun, i), "a", model_of[i]);
      fault_server_signal (models);
    }

  for (guint i = 0; i < N_STREAMS; i++)
    {
      g_autofree char *rest = raw_read_until (g_ptr_array_index (connections, i), "data: [DONE]\n\n");

      g_assert_nonnull (rest);
      assert_says (rest, "b", model_of[i]);
    }
  g_assert_cmpuint (fault_server_get_n_connections (models), ==, N_STREAMS);
}

int
main (int   argc,
      char *argv[])
{
  struct rlimit limit;

  g_test_init (&argc, &argv, NULL);
  if (getrlimit (RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < N_DESCRIPTORS && limit.rlim_max >= N_DESCRIPTORS)
    {
      limit.rlim_cur = N_DESCRIPTORS;
      setrlimit (RLIMIT_NOFILE, &limit);
    }
  g_test_add_func ("/server/many/streams", test_many_streams);

  return g_test_run ();
}
