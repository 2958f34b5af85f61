/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "llama-util.h"

#include <json-glib/json-glib.h>

/* Loaded machines are slow; whoever waits that long waits for ever. */
#define PATIENCE_SECONDS 30
#define BUSY_POLL_MICROSECONDS (10 * 1000)
/* The server looks whether anybody still listens when it has had nothing else to do for one second: who asks more often keeps it from it. */
#define IDLE_POLL_MICROSECONDS (1300 * 1000)

static const char *
get_environment (const char *name)
{
  const char *value = g_getenv (name);

  g_assert_nonnull (value);
  return value;
}

const char *
llama_get_url (void)
{
  return get_environment ("DHEERA_LLAMA_URL");
}

const char *
llama_get_tools_url (void)
{
  return get_environment ("DHEERA_LLAMA_TOOLS_URL");
}

const char *
llama_get_key (void)
{
  return get_environment ("DHEERA_LLAMA_KEY");
}

DheeraClient *
llama_client_new (const char  *url,
                  const char  *key,
                  SoupSession *session)
{
  DheeraClient *client = session != NULL ? dheera_client_new_with_session (session) : dheera_client_new ();
  g_autoptr(DheeraProvider) provider = dheera_provider_new ("llamacpp");

  dheera_provider_set_base_url (provider, url);
  dheera_provider_set_api_key (provider, key);
  dheera_client_add_provider (client, provider);
  dheera_client_set_timeout (client, 2 * PATIENCE_SECONDS);
  return client;
}

DheeraRequest *
llama_request_new (int max_tokens)
{
  DheeraRequest *request = dheera_request_new_for_prompt ("llamacpp/stories260k", "Once upon a time");

  dheera_request_set_max_tokens (request, max_tokens);
  dheera_request_set_temperature (request, 0);
  dheera_request_set_seed (request, 1);
  /* What earlier requests left in the server's cache changes the rounding, and with it the answer. */
  dheera_base_request_set_extra (DHEERA_BASE_REQUEST (request), "{\"cache_prompt\": false}");
  return request;
}

DheeraRequest *
llama_endless_new (void)
{
  DheeraRequest *request = llama_request_new (10000000);

  dheera_base_request_set_extra (DHEERA_BASE_REQUEST (request), "{\"cache_prompt\": false, \"ignore_eos\": true}");
  return request;
}

guint
llama_count_busy (void)
{
  static SoupSession *session;
  g_autofree char *url = NULL;
  g_autofree char *key = g_strconcat ("Bearer ", llama_get_key (), NULL);
  g_autoptr(GUri) base = g_uri_parse (llama_get_url (), G_URI_FLAGS_NONE, NULL);
  g_autoptr(SoupMessage) message = NULL;
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(JsonNode) root = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;
  guint busy = 0;

  if (session == NULL)
    session = soup_session_new ();
  url = g_strdup_printf ("http://127.0.0.1:%d/slots", g_uri_get_port (base));
  message = soup_message_new (SOUP_METHOD_GET, url);
  soup_message_headers_append (soup_message_get_request_headers (message), "Authorization", key);
  bytes = soup_session_send_and_read (session, message, NULL, &error);
  g_assert_no_error (error);
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  root = json_from_string (text, &error);
  g_assert_no_error (error);

  for (guint i = 0; i < json_array_get_length (json_node_get_array (root)); i++)
    {
      JsonObject *slot = json_array_get_object_element (json_node_get_array (root), i);

      busy += json_object_get_boolean_member (slot, "is_processing") ? 1 : 0;
    }
  return busy;
}

void
llama_wait_for_busy (guint busy)
{
  gint64 end = g_get_monotonic_time () + PATIENCE_SECONDS * G_USEC_PER_SEC;

  while (llama_count_busy () != busy)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_usleep (busy > 0 ? BUSY_POLL_MICROSECONDS : IDLE_POLL_MICROSECONDS);
    }
}

void
store_result_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  GAsyncResult **place = user_data;

  g_assert_null (*place);
  *place = g_object_ref (result);
}

static gboolean
too_late_cb (gpointer data)
{
  g_error ("An asynchronous operation did not end.");
  return G_SOURCE_REMOVE;
}

GAsyncResult *
wait_for_result (GAsyncResult **result)
{
  guint id = g_timeout_add_seconds (PATIENCE_SECONDS, too_late_cb, NULL);

  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (id);
  return *result;
}

DheeraResponse *
complete_async (DheeraClient   *client,
                DheeraRequest  *request,
                GError        **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  dheera_client_complete_async (client, request, NULL, store_result_cb, &result);
  return dheera_client_complete_finish (client, wait_for_result (&result), error);
}

DheeraResponse *
collect_async (DheeraStream  *stream,
               GError       **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  dheera_stream_collect_async (stream, NULL, store_result_cb, &result);
  return dheera_stream_collect_finish (stream, wait_for_result (&result), error);
}
