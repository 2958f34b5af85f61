/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-tool.h"

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* dheera-ai models: what there is to choose from, as the providers say now. */

#define TIMEOUT 15 /* seconds */

/* What stands behind the name on a terminal: "    1.05M     $2.50      $15.00" */
#define COLUMNS_WIDTH 34

typedef struct
{
  char **providers;
  gboolean json;
} Options;

static void
options_clear (Options *self)
{
  g_strfreev (self->providers);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static gboolean
parse (Options *self,
       int     *argc,
       char  ***argv,
       int     *exit_code)
{
  const GOptionEntry entries[] = {
    { "provider", 'p', 0, G_OPTION_ARG_STRING_ARRAY, &self->providers, "Only this provider's; can be repeated", "ID" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &self->json, "Print an array of JSON objects", NULL },
    { NULL },
  };
  g_autoptr(GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context, "Lists the models of the providers that have a key in the environment, of the servers of this machine, and the offline ones.");
  g_option_context_set_description (context, "On a terminal the context window in tokens and the prices of a million tokens of input and output follow, as far as they\n"
                                             "are known.\n\nIt fails when a provider that was named, or one that has a key, does not answer.\n");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!dheera_tool_parse (context, argc, argv, exit_code))
    return FALSE;
  if (*argc > 1)
    {
      *exit_code = dheera_tool_usage_error ("“%s” is not expected here; --provider chooses one.", (*argv)[1]);
      return FALSE;
    }

  return TRUE;
}

static void
add_member (JsonBuilder *builder,
            const char  *name,
            const char  *value)
{
  if (value == NULL || *value == '\0')
    return;

  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static void
add_number (JsonBuilder *builder,
            const char  *name,
            gint64       value)
{
  if (value < 0)
    return;

  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

static void
add_price (JsonBuilder *builder,
           const char  *name,
           double       value)
{
  if (value < 0)
    return;

  json_builder_set_member_name (builder, name);
  json_builder_add_double_value (builder, value);
}

static void
add_capabilities (JsonBuilder             *builder,
                  DheeraModelCapabilities  capabilities)
{
  g_autoptr(GFlagsClass) flags = g_type_class_ref (DHEERA_TYPE_MODEL_CAPABILITIES);

  if (!(capabilities & DHEERA_MODEL_CAPABILITIES_KNOWN))
    return;

  json_builder_set_member_name (builder, "capabilities");
  json_builder_begin_array (builder);
  for (guint i = 0; i < flags->n_values; i++)
    if ((capabilities & flags->values[i].value) && flags->values[i].value != DHEERA_MODEL_CAPABILITIES_KNOWN)
      json_builder_add_string_value (builder, flags->values[i].value_nick);
  json_builder_end_array (builder);
}

static void
add_model (JsonBuilder *builder,
           DheeraProbe *probe,
           DheeraModel *model)
{
  g_autofree char *name = g_strconcat (probe->id, "/", dheera_model_get_id (model), NULL);

  json_builder_begin_object (builder);
  add_member (builder, "model", name);
  add_member (builder, "provider", probe->id);
  add_member (builder, "id", dheera_model_get_id (model));
  add_member (builder, "name", dheera_model_get_name (model));
  add_member (builder, "owned_by", dheera_model_get_owned_by (model));
  add_number (builder, "context_window", dheera_model_get_context_window (model));
  add_number (builder, "max_output_tokens", dheera_model_get_max_output_tokens (model));
  add_price (builder, "input_price", dheera_model_get_input_price (model));
  add_price (builder, "output_price", dheera_model_get_output_price (model));
  add_price (builder, "cache_read_price", dheera_model_get_cache_read_price (model));
  add_price (builder, "cache_write_price", dheera_model_get_cache_write_price (model));
  add_capabilities (builder, dheera_model_get_capabilities (model));
  json_builder_end_object (builder);
}

/* The width of the terminal, 0 when it is none: then there are only names, for programs to read. */
static int
get_width (void)
{
  struct winsize size;

  if (!isatty (STDOUT_FILENO) || ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
    return 0;

  return size.ws_col;
}

/* 4096, 128K, 1.05M */
static char *
dup_tokens (gint64 tokens)
{
  if (tokens < 0)
    return g_strdup ("");
  if (tokens >= 1000000)
    return g_strdup_printf ("%.3gM", tokens / 1e6);
  if (tokens >= 10000)
    return g_strdup_printf ("%" G_GINT64_FORMAT "K", tokens / 1000);

  return g_strdup_printf ("%" G_GINT64_FORMAT, tokens);
}

static char *
dup_price (double price)
{
  if (price < 0)
    return g_strdup ("");

  return g_strdup_printf (price > 0 && price < 0.1 ? "$%.3f" : "$%.2f", price);
}

/* name_width is that of the longest name, 0 where there is no room for more. */
static void
print_model (const char  *name,
             DheeraModel *model,
             int          name_width)
{
  g_autofree char *context = dup_tokens (dheera_model_get_context_window (model));
  g_autofree char *input = dup_price (dheera_model_get_input_price (model));
  g_autofree char *output = dup_price (dheera_model_get_output_price (model));

  if (name_width == 0 || (*context == '\0' && *input == '\0'))
    printf ("%s\n", name);
  else
    printf ("%-*s  %8s  %10s  %10s\n", name_width, name, context, input, output);
}

static void
print_models (DheeraProbe *probe)
{
  guint n = probe->models != NULL ? g_list_model_get_n_items (probe->models) : 0;
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  int width = get_width ();
  int longest = 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr(DheeraModel) model = g_list_model_get_item (probe->models, i);
      g_autofree char *id = dheera_tool_dup_shown (dheera_model_get_id (model));
      char *name = g_strconcat (probe->id, "/", id, NULL);

      longest = MAX (longest, (int) MIN (strlen (name), G_MAXINT / 2));
      g_ptr_array_add (names, name);
    }
  if (longest + COLUMNS_WIDTH > width)
    longest = 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr(DheeraModel) model = g_list_model_get_item (probe->models, i);

      print_model (g_ptr_array_index (names, i), model, longest);
    }
}

/* Anything may listen at the usual port of a model server that is not there; one that has a key is meant to be there. */
static gboolean
should_answer (DheeraClient *client,
               DheeraProbe  *probe)
{
  DheeraProvider *provider = dheera_client_get_provider (client, probe->id);

  return dheera_tool_key_variable (provider) != NULL && !g_error_matches (probe->error, DHEERA_ERROR, DHEERA_ERROR_CONNECTION);
}

/* FALSE when a provider that should answer did not. */
static gboolean
take (DheeraClient *client,
      GPtrArray    *probes,
      gboolean      wanted,
      JsonBuilder  *builder)
{
  gboolean success = TRUE;

  for (guint i = 0; i < probes->len; i++)
    {
      DheeraProbe *probe = g_ptr_array_index (probes, i);
      guint n = probe->models != NULL ? g_list_model_get_n_items (probe->models) : 0;

      if (probe->error != NULL && (wanted || should_answer (client, probe)))
        {
          dheera_tool_fail (probe->error);
          success = FALSE;
        }
      if (builder == NULL)
        print_models (probe);
      for (guint k = 0; builder != NULL && k < n; k++)
        {
          g_autoptr(DheeraModel) model = g_list_model_get_item (probe->models, k);

          add_model (builder, probe, model);
        }
    }

  return success;
}

static void
print_json (JsonBuilder *builder)
{
  g_autoptr(JsonGenerator) generator = json_generator_new ();
  g_autoptr(JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = NULL;

  json_generator_set_pretty (generator, TRUE);
  json_generator_set_root (generator, root);
  text = json_generator_to_data (generator, NULL);
  puts (text);
}

static GPtrArray *
list_named (char **ids)
{
  GPtrArray *probes = g_ptr_array_new_with_free_func ((GDestroyNotify) dheera_probe_free);

  for (; *ids != NULL; ids++)
    g_ptr_array_add (probes, dheera_probe_new (*ids));

  return probes;
}

static GPtrArray *
move_together (GPtrArray *a,
               GPtrArray *b)
{
  GPtrArray *all = g_ptr_array_new ();

  g_ptr_array_extend (all, a, NULL, NULL);
  g_ptr_array_extend (all, b, NULL, NULL);

  return all;
}

int
dheera_cmd_models (int    argc,
                   char **argv)
{
  g_auto(Options) options = { 0 };
  g_autoptr(DheeraClient) client = NULL;
  g_autoptr(GPtrArray) wanted = NULL, local = NULL, all = NULL;
  g_autoptr(JsonBuilder) builder = NULL;
  gboolean success;
  int exit_code = DHEERA_EXIT_FAILURE;

  if (!parse (&options, &argc, &argv, &exit_code))
    return exit_code;

  client = dheera_client_new ();
  if (options.providers != NULL)
    {
      wanted = list_named (options.providers);
      local = g_ptr_array_new ();
    }
  else
    {
      wanted = dheera_probe_list_keyed (client);
      local = dheera_probe_list_local (client);
      g_ptr_array_add (wanted, dheera_probe_new ("mock"));
    }
  all = move_together (wanted, local);
  dheera_probe_run (client, all, TIMEOUT);
  if (dheera_tool_interrupt_take ())
    return DHEERA_EXIT_INTERRUPTED;

  if (options.json)
    {
      builder = json_builder_new ();
      json_builder_begin_array (builder);
    }
  success = take (client, wanted, TRUE, builder);
  success = take (client, local, FALSE, builder) && success;
  if (builder != NULL)
    {
      json_builder_end_array (builder);
      print_json (builder);
    }

  return success ? DHEERA_EXIT_OK : DHEERA_EXIT_FAILURE;
}
