/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A real engine takes the histories that a run makes, and holds its model to the schema of a class. */

#include <json-glib/json-glib.h>

#include "llama-util.h"

#include "tests/client/legal.h"

/* --- Tools ----------------------------------------------------------------------------------------------------------------------------- */

static void
weather_cb (DheeraTool     *tool,
            DheeraToolCall *call,
            gpointer        data)
{
  g_autoptr(JsonNode) arguments = json_from_string (dheera_tool_call_get_arguments (call), NULL);

  g_assert_true (JSON_NODE_HOLDS_OBJECT (arguments));
  ++*(guint *) data;
  dheera_tool_call_return_text (call, "7");
}

static void
count_cb (DheeraClient *client,
          DheeraCall   *call,
          gpointer      data)
{
  if (dheera_call_get_error_details (call) != NULL)
    g_error ("%s", dheera_error_details_get_message (dheera_call_get_error_details (call)));
  ++*(guint *) data;
}

typedef struct
{
  const char *name;
  const char *model;
  /* For every step, since this model has no word for a call of its own accord: a run would hold it to calling in the first one only. */
  const char *extra;
  gboolean stream;
} Case;

static const Case cases[] = {
  { "chat", "llamacpp/stories260k", "{\"tool_choice\": \"required\"}", FALSE },
  { "chat-stream", "llamacpp/stories260k", "{\"tool_choice\": \"required\"}", TRUE },
  { "responses", "llamacpp-responses/stories260k", "{\"tool_choice\": \"required\"}", FALSE },
  { "responses-stream", "llamacpp-responses/stories260k", "{\"tool_choice\": \"required\"}", TRUE },
  { "anthropic", "anthropic/stories260k", "{\"tool_choice\": {\"type\": \"any\"}}", FALSE },
  { "anthropic-stream", "anthropic/stories260k", "{\"tool_choice\": {\"type\": \"any\"}}", TRUE },
};

static DheeraClient *
make_client (void)
{
  static const char *const ids[] = { "llamacpp-responses", "anthropic" };
  DheeraClient *client = llama_client_new (llama_get_tools_url (), "unused", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autoptr(DheeraProvider) provider = dheera_provider_new (ids[i]);

      dheera_provider_set_base_url (provider, llama_get_tools_url ());
      dheera_provider_set_api_key (provider, "unused");
      dheera_client_add_provider (client, provider);
    }
  return client;
}

static DheeraRequest *
make_request (const Case *c,
              guint      *n_calls)
{
  DheeraRequest *request = dheera_request_new_for_prompt (c->model, "Once upon a time");
  g_autoptr(DheeraTool) tool = dheera_tool_new ("get_weather", "Says what the weather is like",
                                                "{\"type\": \"object\", \"properties\": {\"city\": {\"type\": \"string\", \"enum\": [\"Oslo\", \"Rome\"]}}, "
                                                "\"required\": [\"city\"]}");

  g_signal_connect (tool, "call", G_CALLBACK (weather_cb), n_calls);
  dheera_request_add_tool (request, tool);
  dheera_request_set_max_steps (request, 3);
  dheera_request_set_max_tokens (request, 100);
  dheera_request_set_temperature (request, 0);
  dheera_base_request_set_extra (DHEERA_BASE_REQUEST (request), c->extra);
  return request;
}

/* The model calls for ever, and its last call in each step is cut off by the limit of tokens: an error for the model, not for the run. */
static void
test_run (gconstpointer data)
{
  const Case *c = data;
  guint n_calls = 0, n_requests = 0;
  g_autoptr(DheeraClient) client = make_client ();
  g_autoptr(DheeraRequest) request = make_request (c, &n_calls);
  g_autoptr(DheeraStream) run = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(GError) error = NULL;

  g_signal_connect (client, "call-finished", G_CALLBACK (count_cb), &n_requests);
  if (c->stream)
    {
      run = dheera_client_run_stream (client, request);
      response = collect_async (run, &error);
    }
  else
    {
      dheera_client_run_async (client, request, NULL, store_result_cb, &result);
      response = dheera_client_run_finish (client, wait_for_result (&result), &error);
    }

  if (response == NULL)
    g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_STEP_LIMIT);
  g_assert_cmpuint (n_calls, >=, 1);
  g_assert_cmpuint (n_requests, >=, 2);
  assert_legal (dheera_request_get_conversation (request));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (dheera_request_get_conversation (request))), >=, 3);
}

/* --- Objects --------------------------------------------------------------------------------------------------------------------------- */

#define PERSON_TYPE (person_get_type ())
G_DECLARE_FINAL_TYPE (Person, person, PERSON, OBJECT, GObject)

struct _Person
{
  GObject parent_instance;
  int age;
  GBusType bus;
  gboolean tall;
  guint n_set;
};

G_DEFINE_FINAL_TYPE (Person, person, G_TYPE_OBJECT)

static void
person_set_property (GObject      *object,
                     guint         id,
                     const GValue *value,
                     GParamSpec   *pspec)
{
  Person *self = PERSON_OBJECT (object);

  self->n_set++;
  if (id == 1)
    self->age = g_value_get_int (value);
  else if (id == 2)
    self->bus = g_value_get_enum (value);
  else
    self->tall = g_value_get_boolean (value);
}

static void
person_class_init (PersonClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS;

  object_class->set_property = person_set_property;
  g_object_class_install_property (object_class, 1, g_param_spec_int ("age", "Age", "In years", 1, 99, 1, flags));
  g_object_class_install_property (object_class, 2, g_param_spec_enum ("the-bus", NULL, NULL, G_TYPE_BUS_TYPE, G_BUS_TYPE_NONE, flags));
  g_object_class_install_property (object_class, 3, g_param_spec_boolean ("tall", NULL, NULL, FALSE, flags));
}

static void
person_init (Person *self)
{
}

static void
test_object (void)
{
  g_autoptr(DheeraClient) client = llama_client_new (llama_get_url (), llama_get_key (), NULL);
  g_autoptr(DheeraRequest) request = llama_request_new (200);
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(Person) person = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_true (dheera_request_set_response_type (request, PERSON_TYPE, &error));
  g_assert_no_error (error);
  response = dheera_client_complete (client, request, NULL, &error);
  g_assert_no_error (error);
  person = dheera_response_parse (response, PERSON_TYPE, &error);
  g_assert_no_error (error);
  g_assert_cmpint (person->age, >=, 1);
  g_assert_cmpint (person->age, <=, 99);
  g_assert_cmpuint (person->n_set, ==, 3);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/llama-run/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_run);
    }
  g_test_add_func ("/llama-run/object", test_object);

  return g_test_run ();
}
