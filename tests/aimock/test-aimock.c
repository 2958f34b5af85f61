/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Every protocol against aimock, which run.py starts: whole answers, streams, a round of tools, and what it does wrong when it is told to. */

#include "dheera-ai/dheera-ai.h"

#include <string.h>

#define TEXT "Hello from the mock, in some more words than one: äöü 👍."
#define PATIENCE_SECONDS 30
#define N_UNLUCKY 24

typedef struct
{
  const char *provider;
  const char *model;
  const char *base; /* behind the address of the server */
} Target;

static const Target targets[] = {
  { "openai", "gpt-4o-mini", "/v1" },
  { "openrouter", "openai/gpt-4o-mini", "/v1" },
  { "ollama", "llama3.2", "" },
  { "cohere", "command-a-03-2025", "/v2" },
  { "gemini", "gemini-2.5-flash", "/v1beta" },
  { "vertexai", "gemini-2.5-flash", "/v1/projects/p/locations/l" },
  { "openai-responses", "gpt-4o-mini", "/v1" },
  { "anthropic", "claude-sonnet-4-5", "/v1" },
  { "azure", "gpt-4o-mini", "/openai/deployments/gpt-4o-mini" },
  { "bedrock", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "" },
};

/* What can go wrong, the header that makes it so, and what may become of it */
typedef struct
{
  const char *name;
  const char *header;
  DheeraError codes[4];
} Chaos;

static const Chaos chaos[] = {
  { "drop", "x-aimock-chaos-drop", { DHEERA_ERROR_SERVER } },
  { "malformed", "x-aimock-chaos-malformed", { DHEERA_ERROR_PROTOCOL, DHEERA_ERROR_STREAM_INTERRUPTED } },
  { "disconnect", "x-aimock-chaos-disconnect", { DHEERA_ERROR_CONNECTION, DHEERA_ERROR_STREAM_INTERRUPTED } },
  { "ratelimit", "x-aimock-chaos-ratelimit", { DHEERA_ERROR_RATE_LIMIT } },
};

typedef struct
{
  const Target *target;
  const Chaos *chaos;
} Case;

/* --- Calls, each in every way ---------------------------------------------------------------------------------------------------- */

typedef enum
{
  WAY_COMPLETE,
  WAY_COMPLETE_ASYNC,
  WAY_NEXT,
  WAY_COLLECT_ASYNC,
  N_WAYS,
} Way;

static DheeraClient *
client_new (const Target *target)
{
  DheeraClient *client = dheera_client_new ();
  g_autoptr(DheeraProvider) provider = dheera_provider_new (target->provider);
  g_autofree char *url = g_strconcat (g_getenv ("DHEERA_AIMOCK_URL"), target->base, NULL);

  dheera_provider_set_base_url (provider, url);
  dheera_provider_set_api_key (provider, "key-of-the-tests");
  dheera_client_add_provider (client, provider);
  dheera_client_set_timeout (client, PATIENCE_SECONDS);
  return client;
}

static DheeraRequest *
request_new (const Target *target,
             const char   *prompt)
{
  g_autofree char *model = g_strconcat (target->provider, "/", target->model, NULL);
  DheeraRequest *request = dheera_request_new_for_prompt (model, prompt);

  dheera_request_set_max_tokens (request, 100);
  dheera_base_request_set_max_retries (DHEERA_BASE_REQUEST (request), 0);
  return request;
}

static void
store_result_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  GAsyncResult **place = user_data;

  *place = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

/* The answer by next(), whose pieces have to be the whole. */
static DheeraResponse *
pull (DheeraStream  *stream,
      GError       **error)
{
  g_autoptr(GString) text = g_string_new (NULL);
  GError *failure = NULL;
  DheeraDelta *delta;

  while ((delta = dheera_stream_next (stream, NULL, &failure)) != NULL)
    {
      g_string_append (text, dheera_delta_get_text (delta));
      g_object_unref (delta);
    }
  if (failure != NULL)
    {
      g_propagate_error (error, failure);
      return NULL;
    }

  g_assert_cmpstr (text->str, ==, dheera_response_get_text (dheera_stream_get_response (stream)));
  return g_object_ref (dheera_stream_get_response (stream));
}

static DheeraResponse *
call (DheeraClient  *client,
      DheeraRequest *request,
      Way            way,
      GError       **error)
{
  g_autoptr(DheeraStream) stream = NULL;
  g_autoptr(GAsyncResult) result = NULL;

  if (way == WAY_COMPLETE)
    return dheera_client_complete (client, request, NULL, error);
  if (way == WAY_COMPLETE_ASYNC)
    {
      dheera_client_complete_async (client, request, NULL, store_result_cb, &result);
      return dheera_client_complete_finish (client, wait_for (&result), error);
    }

  stream = dheera_client_stream (client, request);
  if (way == WAY_NEXT)
    return pull (stream, error);
  dheera_stream_collect_async (stream, NULL, store_result_cb, &result);
  return dheera_stream_collect_finish (stream, wait_for (&result), error);
}

/* --- Tests ------------------------------------------------------------------------------------------------------------------------- */

static void
test_text (gconstpointer data)
{
  const Case *c = data;
  g_autoptr(DheeraClient) client = client_new (c->target);
  g_autoptr(DheeraRequest) request = request_new (c->target, "hello");

  dheera_conversation_append_system (dheera_request_get_conversation (request), "Be brief.");
  for (guint way = 0; way < N_WAYS; way++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(DheeraResponse) response = call (client, request, way, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (dheera_response_get_text (response), ==, TEXT);
      g_assert_cmpint (dheera_response_get_finish_reason (response), ==, DHEERA_FINISH_REASON_STOP);
      g_assert_cmpuint (g_strv_length ((char **) dheera_response_get_warnings (response)), ==, 0);
    }
}

static DheeraRequest *
tool_request_new (const Target *target)
{
  DheeraRequest *request = request_new (target, "What is the weather like?");
  g_autoptr(DheeraTool) tool = NULL;

  tool = dheera_tool_new ("get_weather", "Says what the weather is like",
                          "{\"type\": \"object\", \"properties\": {\"city\": {\"type\": \"string\"}, \"days\": {\"type\": \"integer\"}}, "
                          "\"required\": [\"city\"]}");
  dheera_request_add_tool (request, tool);
  return request;
}

/* Asked for a tool, given its result, answers. */
static void
test_tools (gconstpointer data)
{
  const Case *c = data;
  g_autoptr(DheeraClient) client = client_new (c->target);

  for (guint way = 0; way < N_WAYS; way++)
    {
      g_autoptr(DheeraRequest) request = tool_request_new (c->target);
      DheeraConversation *conversation = dheera_request_get_conversation (request);
      g_autoptr(DheeraResponse) response = NULL;
      g_autoptr(DheeraResponse) last = NULL;
      g_autoptr(DheeraToolCall) tool_call = NULL;
      g_autoptr(GError) error = NULL;

      response = call (client, request, way, &error);
      g_assert_no_error (error);
      g_assert_cmpint (dheera_response_get_finish_reason (response), ==, DHEERA_FINISH_REASON_TOOL_CALLS);
      g_assert_cmpuint (g_list_model_get_n_items (dheera_response_get_tool_calls (response)), ==, 1);
      tool_call = g_list_model_get_item (dheera_response_get_tool_calls (response), 0);
      g_assert_cmpstr (dheera_tool_call_get_name (tool_call), ==, "get_weather");
      g_assert_cmpstr (dheera_tool_call_get_arguments (tool_call), ==, "{\"city\":\"Oslo\",\"days\":2}");

      dheera_conversation_append (conversation, dheera_response_get_message (response));
      dheera_conversation_append_tool_result (conversation, dheera_tool_call_get_id (tool_call), "-4 degrees");
      last = call (client, request, way, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (dheera_response_get_text (last), ==, "It is cold in Oslo.");
      g_assert_cmpint (dheera_response_get_finish_reason (last), ==, DHEERA_FINISH_REASON_STOP);
    }
}

static gboolean
is_expected (const Chaos  *what,
             const GError *error)
{
  if (error->domain != DHEERA_ERROR)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (what->codes) && (i == 0 || what->codes[i] != 0); i++)
    if (error->code == (int) what->codes[i])
      return TRUE;
  return FALSE;
}

/* The right code, once, in each way. */
static void
test_chaos (gconstpointer data)
{
  const Case *c = data;
  g_autoptr(DheeraClient) client = client_new (c->target);
  g_autoptr(DheeraRequest) request = request_new (c->target, "hello");

  dheera_base_request_set_header (DHEERA_BASE_REQUEST (request), c->chaos->header, "1");
  for (guint way = 0; way < N_WAYS; way++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(DheeraResponse) response = call (client, request, way, &error);

      g_assert_null (response);
      if (!is_expected (c->chaos, error))
        g_error ("%s, way %u: %s %d: %s", c->chaos->name, way, g_quark_to_string (error->domain), error->code, error->message);
      g_assert_nonnull (strstr (error->message, c->target->model));
    }
}

/* Where all of it happens by chance, retries bring nearly every call home, and what they bring is whole. */
static void
test_luck (gconstpointer data)
{
  const Case *c = data;
  g_autoptr(DheeraClient) client = client_new (c->target);
  guint good = 0;

  for (guint i = 0; i < N_UNLUCKY; i++)
    {
      g_autoptr(DheeraRequest) request = request_new (c->target, "hello");
      g_autoptr(DheeraResponse) response = NULL;
      g_autoptr(GError) error = NULL;

      /* aimock asks to wait for a second after a 429, so that one is left out. */
      for (guint j = 0; j < 3; j++)
        dheera_base_request_set_header (DHEERA_BASE_REQUEST (request), chaos[j].header, "0.15");
      dheera_base_request_set_max_retries (DHEERA_BASE_REQUEST (request), 1);
      response = call (client, request, i % N_WAYS, &error);
      g_assert_true ((response == NULL) == (error != NULL));
      if (response != NULL)
        g_assert_cmpstr (dheera_response_get_text (response), ==, TEXT);
      good += response != NULL;
    }
  g_test_message ("%s: %u of %u came home", c->target->provider, good, N_UNLUCKY);
  g_assert_cmpuint (good, >, 0);
}

static void
add (const char    *name,
     const Target  *target,
     const Chaos   *what,
     GTestDataFunc  func)
{
  g_autofree char *path = g_strdup_printf ("/aimock/%s/%s%s", target->provider, name, what != NULL ? what->name : "");
  Case *c = g_new (Case, 1);

  *c = (Case) { target, what };
  g_test_add_data_func_full (path, c, func, g_free);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      add ("text", &targets[i], NULL, test_text);
      add ("tools", &targets[i], NULL, test_tools);
      for (guint j = 0; j < G_N_ELEMENTS (chaos); j++)
        add ("chaos-", &targets[i], &chaos[j], test_chaos);
      add ("luck", &targets[i], NULL, test_luck);
    }
  return g_test_run ();
}
