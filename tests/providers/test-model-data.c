/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "providers-util.h"

#include "dheera-ai/providers/dheera-model-data-private.h"

/* --- The compiled-in data --------------------------------------------------------------------------------------------------------- */

static void
test_table (void)
{
  g_assert_cmpuint (dheera_model_n_entries, >, 100);
  for (guint i = 1; i < dheera_model_n_entries; i++)
    g_assert_cmpstr (dheera_model_names + dheera_model_entries[i - 1].name, <, dheera_model_names + dheera_model_entries[i].name);
  g_assert_cmpuint (strlen (dheera_model_date), ==, strlen ("2026-01-31"));
}

static void
test_find (void)
{
  static const struct
  {
    const char *provider;
    const char *model;
    const char *same_as; /* NULL: nothing is known */
  } cases[] = {
    { "openai", "gpt-4o", "openai/gpt-4o" },
    { "openai", "gpt-4o-2024-08-06", "openai/gpt-4o" },
    { "openai", "gpt-4o-2024-05-13", "openai/gpt-4o-2024-05-13" },
    { "openai", "gpt-4o-audio-preview-2024-12-17", NULL },
    { "openai", "gpt-4o-mini-2024-07-18", "openai/gpt-4o-mini" },
    { "openai", "gpt-4", "openai/gpt-4" },
    { "openai", "gpt-4-32k", NULL },
    { "azure", "gpt-4.1-mini-2025-04-14", "openai/gpt-4.1-mini" },
    { "azure-openai", "gpt-4.1-mini", "openai/gpt-4.1-mini" },
    { "anthropic", "claude-sonnet-4-5-20250929", "anthropic/claude-sonnet-4-5" },
    { "anthropic", "claude-sonnet-4-20250514", "anthropic/claude-sonnet-4" },
    { "anthropic", "claude-3-7-sonnet-latest", "anthropic/claude-3-7-sonnet" },
    { "vertexai", "claude-haiku-4-5@20251001", "anthropic/claude-haiku-4-5" },
    { "vertexai", "publishers/google/models/gemini-2.5-flash", "gemini/gemini-2.5-flash" },
    { "gemini", "models/gemini-2.5-pro", "gemini/gemini-2.5-pro" },
    { "bedrock", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "bedrock/anthropic.claude-sonnet-4-5" },
    { "bedrock", "amazon.nova-lite-v1:0", "bedrock/amazon.nova-lite" },
    { "groq", "openai/gpt-oss-120b", "groq/openai/gpt-oss-120b" },
    { "groq", "gpt-4o", NULL },
    { "openai", "", NULL },
    { "openai", "-latest", NULL },
    { "openai", "-20250101", NULL },
    { "openai", "gpt-4o-20240806-2024-08-06-latest", "openai/gpt-4o" },
    { "nobody", "gpt-4o", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const DheeraModelFacts *facts = dheera_model_data_find (NULL, cases[i].provider, cases[i].model);
      const DheeraModelFacts *wanted = NULL;

      if (cases[i].same_as != NULL)
        {
          g_auto (GStrv) parts = g_strsplit (cases[i].same_as, "/", 2);

          wanted = dheera_model_data_find (NULL, parts[0], parts[1]);
          g_assert_nonnull (wanted);
        }
      g_test_message ("%s/%s", cases[i].provider, cases[i].model);
      g_assert_true (facts == wanted);
    }
  g_assert_null (dheera_model_data_find (NULL, NULL, "gpt-4o"));
  g_assert_null (dheera_model_data_find (NULL, "openai", NULL));
}

static void
test_long_names (void)
{
  for (guint length = 250; length < 260; length++)
    {
      g_autofree char *name = g_strnfill (length, '1');
      g_autofree char *dated = g_strconcat (name, "-20250101", NULL);

      g_assert_null (dheera_model_data_find (NULL, "openai", name));
      g_assert_null (dheera_model_data_find (NULL, name, dated));
    }
}

/* --- What is loaded --------------------------------------------------------------------------------------------------------------- */

static GHashTable *
load (const char *json)
{
  GHashTable *table = dheera_model_data_new_table ();
  g_autoptr (GError) error = NULL;
  gboolean read = dheera_model_data_read (table, json, strlen (json), &error);

  g_assert_no_error (error);
  g_assert_true (read);

  return table;
}

static void
test_load (void)
{
  g_autoptr (GHashTable) table = load ("{\"date\": \"2030-01-01\", \"models\": {\"openai\": {\"gpt-4o\": {\"input\": 1.25, \"output\": 0}},"
                                       " \"lab\": {\"m\": {\"context_window\": 4096, \"max_output_tokens\": 1e3, \"capabilities\": [\"tools\", \"pdf\"]}}}}");
  const DheeraModelFacts *facts = dheera_model_data_find (table, "openai", "gpt-4o-2024-08-06");
  g_autoptr (GError) error = NULL;
  const char *bad = "{\"models\": {\"openai\": {\"gpt-4o\": {\"input\": 7}, \"o\": {\"input\": -1}}}}";

  g_assert_cmpuint (facts->price[DHEERA_PRICE_INPUT], ==, 1250000);
  g_assert_cmpuint (facts->price[DHEERA_PRICE_OUTPUT], ==, 0);
  g_assert_cmpuint (facts->price[DHEERA_PRICE_CACHE_READ], ==, DHEERA_PRICE_UNKNOWN);
  g_assert_cmpint (facts->context_window, ==, -1);
  /* Also for those whose models are the same */
  g_assert_true (dheera_model_data_find (table, "azure", "gpt-4o") == facts);

  facts = dheera_model_data_find (table, "lab", "m");
  g_assert_cmpint (facts->context_window, ==, 4096);
  g_assert_cmpint (facts->max_output_tokens, ==, 1000);
  g_assert_cmpuint (facts->capabilities, ==, DHEERA_MODEL_CAPABILITIES_TOOLS | DHEERA_MODEL_CAPABILITIES_PDF | DHEERA_MODEL_CAPABILITIES_KNOWN);
  g_assert_nonnull (dheera_model_data_find (table, "openai", "gpt-4o-mini"));

  /* All or nothing */
  g_assert_false (dheera_model_data_read (table, bad, strlen (bad), &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
  g_assert_nonnull (strstr (error->message, "openai/o"));
  g_assert_cmpuint (dheera_model_data_find (table, "openai", "gpt-4o")->price[DHEERA_PRICE_INPUT], ==, 1250000);
}

static void
test_bad_data (void)
{
  static const char *const texts[] = {
    "", "[]", "{}", "{\"models\": []}", "{\"models\": {\"openai\": 1}}", "{\"models\": {\"openai\": {\"m\": []}}}", "{\"models\": {\"openai\": {\"m\": {\"inptu\": 1}}}}",
    "{\"models\": {\"openai\": {\"m\": {\"input\": \"1\"}}}}", "{\"models\": {\"openai\": {\"m\": {\"input\": 5000}}}}", "{\"models\": {\"openai\": {\"m\": {\"input\": 1e300}}}}",
    "{\"models\": {\"openai\": {\"m\": {\"context_window\": 0}}}}", "{\"models\": {\"openai\": {\"m\": {\"context_window\": 1e10}}}}",
    "{\"models\": {\"openai\": {\"m\": {\"max_output_tokens\": null}}}}", "{\"models\": {\"openai\": {\"m\": {\"capabilities\": \"tools\"}}}}",
    "{\"models\": {\"openai\": {\"m\": {\"capabilities\": [\"flying\"]}}}}", "{\"models\": {\"openai\": {\"m\": {\"above\": {}}}}}",
    "{\"models\": {\"openai\": {\"m\": {\"above\": {\"tokens\": 5, \"price\": 1}}}}}", "{\"models\": {\"openai\": {\"m\": {\"above\": {\"tokens\": 5, \"input\": -1}}}}}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GHashTable) table = dheera_model_data_new_table ();
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", texts[i]);
      g_assert_false (dheera_model_data_read (table, texts[i], strlen (texts[i]), &error));
      g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
      g_assert_true (g_str_has_suffix (error->message, "."));
      g_assert_cmpuint (g_hash_table_size (table), ==, 0);
    }
}

/* --- Costs ------------------------------------------------------------------------------------------------------------------------ */

static double
cost_of (const char *model,
         gint64      prompt,
         gint64      completion,
         gint64      cached,
         gint64      written)
{
  g_autoptr (GHashTable) table =
    load ("{\"models\": {\"lab\": {"
          "\"full\": {\"input\": 2, \"output\": 10, \"cache_read\": 0.2, \"cache_write\": 2.5},"
          "\"plain\": {\"input\": 2, \"output\": 10},"
          "\"free\": {\"input\": 0, \"output\": 0},"
          "\"unknown\": {\"context_window\": 5},"
          "\"long\": {\"input\": 1, \"output\": 5, \"cache_read\": 0.5, \"above\": {\"tokens\": 200000, \"input\": 2, \"output\": 7.5}},"
          "\"vectors\": {\"input\": 0.02, \"capabilities\": [\"embeddings\"]}}}}");
  g_autoptr (DheeraUsage) usage = dheera_usage_new ();

  dheera_usage_update (usage, prompt, completion, -1, cached, written, -1);

  return dheera_model_facts_get_cost (dheera_model_data_find (table, "lab", model), usage);
}

static void
assert_cost (double cost,
             double wanted)
{
  g_assert_cmpfloat_with_epsilon (cost, wanted, 1e-12);
}

static void
test_cost (void)
{
  assert_cost (cost_of ("full", 1000, 100, -1, -1), 0.002 + 0.001);
  assert_cost (cost_of ("full", 1000, 100, 600, 300), 100 * 2e-6 + 600 * 0.2e-6 + 300 * 2.5e-6 + 100 * 10e-6);
  /* More from the cache than there is: no negative costs */
  assert_cost (cost_of ("full", 1000, 0, 5000, 5000), 1000 * 0.2e-6);
  assert_cost (cost_of ("full", 0, 0, -1, -1), 0);
  assert_cost (cost_of ("free", 1000, 100, -1, -1), 0);
  assert_cost (cost_of ("plain", 1000, 100, 0, 0), 0.003);
  assert_cost (cost_of ("long", 200000, 10, -1, -1), 0.2 + 50e-6);
  assert_cost (cost_of ("long", 200001, 10, 1, -1), 200000 * 2e-6 + 0.5e-6 + 75e-6);
  assert_cost (cost_of ("vectors", 1000000, -1, -1, -1), 0.02);

  /* Unknown is unknown. */
  assert_cost (cost_of ("plain", 1000, 100, 600, -1), -1);
  assert_cost (cost_of ("plain", 1000, 100, -1, 1), -1);
  assert_cost (cost_of ("plain", -1, 100, -1, -1), -1);
  assert_cost (cost_of ("plain", 1000, -1, -1, -1), -1);
  assert_cost (cost_of ("unknown", 1000, 100, -1, -1), -1);
  assert_cost (dheera_model_facts_get_cost (dheera_model_data_find (NULL, "openai", "gpt-4o"), NULL), -1);
  /* Whatever a server counts */
  g_assert_cmpfloat (cost_of ("full", G_GINT64_CONSTANT (1) << 60, G_GINT64_CONSTANT (1) << 60, 1, 1), >, 0);
}

static void
test_fill (void)
{
  g_autoptr (GHashTable) table =
    load ("{\"models\": {\"lab\": {\"m\": {\"context_window\": 4096, \"max_output_tokens\": 512, \"input\": 2.5, \"output\": 10, \"cache_read\": 0.25,"
          " \"capabilities\": [\"tools\"]}}}}");
  g_autoptr (DheeraModel) empty = dheera_model_new ("lab", "m");
  g_autoptr (DheeraModel) told = dheera_model_new ("lab", "m");
  const DheeraModelFacts *facts = dheera_model_data_find (table, "lab", "m");

  dheera_model_facts_fill (facts, empty);
  g_assert_cmpint (dheera_model_get_context_window (empty), ==, 4096);
  g_assert_cmpint (dheera_model_get_max_output_tokens (empty), ==, 512);
  g_assert_cmpfloat (dheera_model_get_input_price (empty), ==, 2.5);
  g_assert_cmpfloat (dheera_model_get_output_price (empty), ==, 10);
  g_assert_cmpfloat (dheera_model_get_cache_read_price (empty), ==, 0.25);
  g_assert_cmpfloat (dheera_model_get_cache_write_price (empty), ==, -1);
  g_assert_cmpuint (dheera_model_get_capabilities (empty), ==, DHEERA_MODEL_CAPABILITIES_TOOLS | DHEERA_MODEL_CAPABILITIES_KNOWN);

  /* What the provider told goes before. */
  told->context_window = 8192;
  told->input_price = 0;
  told->capabilities = DHEERA_MODEL_CAPABILITIES_AUDIO | DHEERA_MODEL_CAPABILITIES_KNOWN;
  dheera_model_facts_fill (facts, told);
  g_assert_cmpint (dheera_model_get_context_window (told), ==, 8192);
  g_assert_cmpfloat (dheera_model_get_input_price (told), ==, 0);
  g_assert_cmpfloat (dheera_model_get_output_price (told), ==, 10);
  g_assert_cmpuint (dheera_model_get_capabilities (told), ==, DHEERA_MODEL_CAPABILITIES_AUDIO | DHEERA_MODEL_CAPABILITIES_KNOWN);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model-data/table", test_table);
  g_test_add_func ("/model-data/find", test_find);
  g_test_add_func ("/model-data/long-names", test_long_names);
  g_test_add_func ("/model-data/load", test_load);
  g_test_add_func ("/model-data/bad-data", test_bad_data);
  g_test_add_func ("/model-data/cost", test_cost);
  g_test_add_func ("/model-data/fill", test_fill);

  return g_test_run ();
}
