/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Code as applications have it: an answer for a label, a stream with a Stop button, a tool that answers later, a session for a company, a conversation in a list view. What is a
 * widget there is an object with the same properties here. */

#include "client-util.h"

/* A label and a button in one */
#define TEST_TYPE_WIDGET (test_widget_get_type ())
G_DECLARE_FINAL_TYPE (TestWidget, test_widget, TEST, WIDGET, GObject)

struct _TestWidget
{
  GObject parent_instance;

  char *label;
  gboolean sensitive;
};

enum
{
  PROP_0,
  PROP_LABEL,
  PROP_SENSITIVE,
};

G_DEFINE_TYPE (TestWidget, test_widget, G_TYPE_OBJECT)

static void
test_widget_set_property (GObject      *object,
                          guint         prop_id,
                          const GValue *value,
                          GParamSpec   *pspec)
{
  TestWidget *self = TEST_WIDGET (object);

  if (prop_id == PROP_SENSITIVE)
    {
      self->sensitive = g_value_get_boolean (value);
      return;
    }
  g_free (self->label);
  self->label = g_value_dup_string (value);
}

static void
test_widget_finalize (GObject *object)
{
  g_free (TEST_WIDGET (object)->label);

  G_OBJECT_CLASS (test_widget_parent_class)->finalize (object);
}

static void
test_widget_class_init (TestWidgetClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = test_widget_set_property;
  object_class->finalize = test_widget_finalize;
  g_object_class_install_property (object_class, PROP_LABEL,
                                   g_param_spec_string ("label", NULL, NULL, NULL, G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS));
  g_object_class_install_property (object_class, PROP_SENSITIVE,
                                   g_param_spec_boolean ("sensitive", NULL, NULL, FALSE, G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS));
  g_signal_new ("clicked", TEST_TYPE_WIDGET, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
test_widget_init (TestWidget *self)
{
}

static TestWidget *
widget_new (void)
{
  return g_object_new (TEST_TYPE_WIDGET, NULL);
}

/* --- An answer for a label ---------------------------------------------------------------------------------------------------------- */

static void
answered_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (TestWidget) label = TEST_WIDGET (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (DheeraResponse) response = dheera_client_complete_finish (DHEERA_CLIENT (source), result, &error);

  if (response != NULL)
    g_object_set (label, "label", dheera_response_get_text (response), NULL);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_object_set (label, "label", error->message, NULL); /* ready to show */
}

static void
test_answer (void)
{
  static const struct
  {
    const char *model;
    const char *expected;
  } cases[] = { { "mock/echo", "Say hello" }, { "echo", "echo" } };
  g_autoptr (DheeraClient) client = dheera_client_new ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (DheeraRequest) request = dheera_request_new_for_prompt (cases[i].model, "Say hello");
      g_autoptr (TestWidget) label = widget_new ();

      dheera_client_complete_async (client, request, NULL, answered_cb, g_object_ref (label));
      while (label->label == NULL)
        g_main_context_iteration (NULL, TRUE);
      g_assert_nonnull (strstr (label->label, cases[i].expected));
    }
}

/* --- A stream with a Stop button ----------------------------------------------------------------------------------------------------- */

static void
test_stop (void)
{
  g_autoptr (DheeraClient) client = dheera_client_new ();
  g_autoptr (DheeraRequest) request = mock_request ("mock/echo", "One two three", "{\"stall_after\": 1}");
  g_autoptr (DheeraStream) stream = dheera_client_stream (client, request);
  g_autoptr (TestWidget) label = widget_new ();
  g_autoptr (TestWidget) stop = widget_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_object_bind_property (stream, "text", label, "label", G_BINDING_SYNC_CREATE);
  g_object_bind_property (stream, "running", stop, "sensitive", G_BINDING_SYNC_CREATE);
  g_signal_connect_object (stop, "clicked", G_CALLBACK (dheera_stream_cancel), stream, G_CONNECT_SWAPPED);
  g_assert_false (stop->sensitive);
  dheera_stream_collect_async (stream, NULL, store_result_cb, &result);
  while (g_str_equal (label->label, "") && result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (stop->sensitive);

  g_signal_emit_by_name (stop, "clicked");
  g_assert_null (dheera_stream_collect_finish (stream, wait_for_result (&result), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (stop->sensitive);
  g_assert_true (g_str_has_prefix ("One two three", label->label));
}

/* --- A tool that answers later, and a list view that shows it ------------------------------------------------------------------------- */

static gboolean
answer_later_cb (gpointer call)
{
  dheera_tool_call_return_text (call, "31°C in Pune");
  return G_SOURCE_REMOVE;
}

static void
weather_cb (DheeraTool     *tool,
            DheeraToolCall *call)
{
  g_timeout_add_full (G_PRIORITY_DEFAULT, 10, answer_later_cb, g_object_ref (call), g_object_unref);
}

/* What a GtkListItemFactory does for each row */
static void
items_changed_cb (GListModel *conversation,
                  guint       position,
                  guint       removed,
                  guint       added,
                  GListStore *rows)
{
  for (guint i = 0; i < removed; i++)
    g_list_store_remove (rows, position);
  for (guint i = 0; i < added; i++)
    {
      g_autoptr (DheeraMessage) message = g_list_model_get_item (conversation, position + i);
      g_autoptr (TestWidget) row = widget_new ();

      g_object_bind_property (message, "text", row, "label", G_BINDING_SYNC_CREATE);
      g_list_store_insert (rows, position + i, row);
    }
}

static void
test_tool_in_list (void)
{
  static const char *const expected[] = { "call weather {}", "", "31°C in Pune", "weather answered: 31°C in Pune" };
  g_autoptr (DheeraClient) client = dheera_client_new ();
  g_autoptr (DheeraRequest) request = mock_request ("mock/echo", "call weather {}", NULL);
  g_autoptr (DheeraTool) tool = dheera_tool_new ("weather", "Weather now", "{\"type\":\"object\"}");
  g_autoptr (GListStore) rows = g_list_store_new (TEST_TYPE_WIDGET);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (DheeraResponse) response = NULL;
  g_autoptr (GError) error = NULL;
  GListModel *conversation = G_LIST_MODEL (dheera_request_get_conversation (request));

  items_changed_cb (conversation, 0, 0, g_list_model_get_n_items (conversation), rows);
  g_signal_connect (conversation, "items-changed", G_CALLBACK (items_changed_cb), rows);
  g_signal_connect (tool, "call", G_CALLBACK (weather_cb), NULL);
  dheera_request_add_tool (request, tool);
  dheera_client_run_async (client, request, NULL, store_result_cb, &result);
  response = dheera_client_run_finish (client, wait_for_result (&result), &error);
  g_assert_no_error (error);
  g_assert_cmpint (dheera_response_get_finish_reason (response), ==, DHEERA_FINISH_REASON_STOP);

  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (rows)), ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autoptr (TestWidget) row = g_list_model_get_item (G_LIST_MODEL (rows), i);

      g_assert_cmpstr (row->label, ==, expected[i]);
    }
}

/* --- A session for a company --------------------------------------------------------------------------------------------------------- */

static gboolean
request_certificate_cb (SoupMessage          *message,
                        GTlsClientConnection *connection,
                        gpointer              certificate)
{
  soup_message_set_tls_client_certificate (message, certificate);
  return TRUE;
}

static void
queued_cb (SoupSession *session,
           SoupMessage *message,
           guint       *n_carried)
{
  g_signal_connect (message, "request-certificate", G_CALLBACK (request_certificate_cb), NULL);
  (*n_carried)++;
}

static void
test_session (void)
{
  g_autoptr (GTlsDatabase) authorities = g_tls_backend_get_default_database (g_tls_backend_get_default ());
  g_autoptr (SoupSession) session = soup_session_new_with_options ("tls-database", authorities, "timeout", 0, "max-conns", 64,
                                                                   "max-conns-per-host", 16, "user-agent", "MyApp/1.0", NULL);
  g_autoptr (DheeraClient) client = dheera_client_new_with_session (session);
  g_autoptr (DheeraRequest) request = mock_request ("mock/echo", "Hi", NULL);
  g_autoptr (DheeraResponse) response = NULL;
  g_autoptr (GError) error = NULL;
  guint n_carried = 0;

  soup_session_set_proxy_resolver (session, g_proxy_resolver_get_default ());
  g_signal_connect (session, "request-queued", G_CALLBACK (queued_cb), &n_carried);
  response = dheera_client_complete (client, request, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (dheera_response_get_text (response), ==, "Hi");
  g_assert_cmpuint (n_carried, ==, 1);
  g_assert_cmpstr (soup_session_get_user_agent (session), ==, "MyApp/1.0");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/application/answer", test_answer);
  g_test_add_func ("/application/stop", test_stop);
  g_test_add_func ("/application/tool-in-list", test_tool_in_list);
  g_test_add_func ("/application/session", test_session);

  return g_test_run ();
}
