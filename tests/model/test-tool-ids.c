/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model-util.h"

#include "dheera-ai/model/tools/dheera-tool-ids-private.h"

static void
add_call (DheeraConversation *conversation,
          const char         *id)
{
  g_autoptr (DheeraMessage) message = dheera_message_new (DHEERA_ROLE_ASSISTANT, NULL);
  g_autoptr (DheeraToolCall) call = dheera_tool_call_new (id, "f", "{}");

  dheera_message_add_tool_call (message, call);
  dheera_conversation_append (conversation, message);
  dheera_conversation_append_tool_result (conversation, id, "1");
}

static void
test_mistral_rule (void)
{
  static const struct { const char *id; gboolean fits; } cases[] = {
    { "gSIMJiOkT", TRUE }, { "123456789", TRUE }, { "", FALSE }, { "12345678", FALSE }, { "1234567890", FALSE },
    { "call_1234", FALSE }, { "1234567 9", FALSE }, { "12345678\303\244", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (dheera_tool_id_fits_mistral (cases[i].id), ==, cases[i].fits);
}

/* What fits stays, what does not is the same wherever it stands, and in the next request too. */
static void
test_same (void)
{
  g_autoptr (DheeraConversation) conversation = dheera_conversation_new ();
  g_autoptr (DheeraToolIds) first = NULL;
  g_autoptr (DheeraToolIds) next = NULL;

  add_call (conversation, "toolu_1");
  add_call (conversation, "gSIMJiOkT");
  first = dheera_tool_ids_new (conversation, dheera_tool_id_fits_mistral, DHEERA_MISTRAL_ID_LENGTH);
  add_call (conversation, "call_2");
  next = dheera_tool_ids_new (conversation, dheera_tool_id_fits_mistral, DHEERA_MISTRAL_ID_LENGTH);

  g_assert_cmpstr (dheera_tool_ids_get (first, "gSIMJiOkT"), ==, "gSIMJiOkT");
  g_assert_true (dheera_tool_id_fits_mistral (dheera_tool_ids_get (first, "toolu_1")));
  g_assert_cmpstr (dheera_tool_ids_get (first, "toolu_1"), ==, dheera_tool_ids_get (next, "toolu_1"));
  g_assert_cmpstr (dheera_tool_ids_get (next, "call_2"), !=, dheera_tool_ids_get (next, "toolu_1"));
  g_assert_cmpstr (dheera_tool_ids_get (first, NULL), ==, "");
}

static gboolean
fits_short (const char *id)
{
  return strlen (id) == 2;
}

/* With two hexadecimal digits there are 256 ids: 200 others all meet some that are taken, 56 of them by ids that fit. */
static void
test_no_collisions (void)
{
  g_autoptr (DheeraConversation) conversation = dheera_conversation_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (DheeraToolIds) ids = NULL;
  char id[16];

  for (guint i = 0; i < 200; i++)
    {
      g_snprintf (id, sizeof id, "call_%u", i);
      add_call (conversation, id);
    }
  for (guint i = 0; i < 56; i++)
    {
      g_snprintf (id, sizeof id, "%02x", i);
      add_call (conversation, id);
    }
  ids = dheera_tool_ids_new (conversation, fits_short, 2);

  for (guint i = 0; i < 200; i++)
    {
      const char *made;

      g_snprintf (id, sizeof id, "call_%u", i);
      made = dheera_tool_ids_get (ids, id);
      g_assert_cmpuint (strlen (made), ==, 2);
      g_assert_cmpint (g_ascii_strtoll (made, NULL, 16), >=, 56);
      g_assert_true (g_hash_table_add (seen, (char *) made));
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tool-ids/mistral-rule", test_mistral_rule);
  g_test_add_func ("/tool-ids/same", test_same);
  g_test_add_func ("/tool-ids/no-collisions", test_no_collisions);
  return g_test_run ();
}
