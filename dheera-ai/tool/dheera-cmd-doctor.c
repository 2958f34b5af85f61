/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-tool.h"

#include <json-glib/json-glib.h>
#include <stdio.h>

/* dheera-ai doctor: what this machine has for the library to work with. Names of variables, never what is in them; no key is sent unless asked for. */

#define LOCAL_TIMEOUT 2 /* seconds */
#define LIVE_TIMEOUT 15
#define EXAMPLE_URL "https://api.openai.com/v1"

static void
print_title (const char *title)
{
  printf ("\n%s\n", title);
}

static void
print_versions (void)
{
  printf ("dheera-ai %s\n", DHEERA_VERSION_S);
  printf ("  GLib %u.%u.%u, libsoup %u.%u.%u, json-glib %s\n", glib_major_version, glib_minor_version, glib_micro_version,
          soup_get_major_version (), soup_get_minor_version (), soup_get_micro_version (), JSON_VERSION_S);
}

/* --- Providers ----------------------------------------------------------------------------------------------------------------- */

/* "12 models in 0.03 s", or what went wrong */
static char *
describe_answer (DheeraProbe *probe)
{
  guint n;

  if (probe->models == NULL)
    return probe->error != NULL ? dheera_tool_dup_shown (probe->error->message) : g_strdup ("not asked");

  n = g_list_model_get_n_items (probe->models);

  return g_strdup_printf ("answers: %u model%s in %.2f s", n, n == 1 ? "" : "s", probe->time);
}

/* A newline at the end of a key is the usual trouble with keys that come out of files. */
static const char *
find_fault (const char *key)
{
  for (const char *p = key; *p != '\0'; p++)
    {
      if (g_ascii_isspace (*p))
        return "white space is in it";
      if (*p < 0x21 || *p == 0x7f)
        return "characters are in it that no key has";
    }

  return NULL;
}

static void
print_keyed (DheeraClient *client,
             GPtrArray    *probes,
             gboolean      live)
{
  print_title ("Providers with a key in the environment");
  for (guint i = 0; i < probes->len; i++)
    {
      DheeraProbe *probe = g_ptr_array_index (probes, i);
      const char *variable = dheera_tool_key_variable (dheera_client_get_provider (client, probe->id));
      const char *fault = find_fault (g_getenv (variable));
      g_autofree char *answer = describe_answer (probe);

      printf ("  %-20s %-20s %s\n", probe->id, variable, probe->base_url != NULL ? probe->base_url : "");
      if (fault != NULL)
        printf ("  %-20s %s can't be right: %s\n", "", variable, fault);
      if (live || probe->error != NULL)
        printf ("  %-20s %s\n", "", answer);
    }
  if (probes->len == 0)
    printf ("  none; OPENAI_API_KEY, ANTHROPIC_API_KEY or GEMINI_API_KEY would be such\n");
  else if (!live)
    printf ("  (not asked; --live has each of them list its models)\n");
}

/* Nothing is there, or something that is no model server, or wants a key */
static void
print_silent (DheeraClient *client,
              DheeraProbe  *probe)
{
  DheeraProvider *provider = dheera_client_get_provider (client, probe->id);
  const char *const *variables = dheera_provider_get_key_variables (provider);
  g_autofree char *answer = describe_answer (probe);

  if (probe->models != NULL)
    return;

  if (g_error_matches (probe->error, DHEERA_ERROR, DHEERA_ERROR_AUTHENTICATION) && dheera_tool_key_variable (provider) == NULL)
    printf ("  %-20s %s wants a key, %s\n", probe->id, probe->base_url, variables[0] != NULL ? variables[0] : "which has to be set in a program");
  else if (g_error_matches (probe->error, DHEERA_ERROR, DHEERA_ERROR_CONNECTION))
    printf ("  %-20s %s is not there\n", probe->id, probe->base_url);
  else
    printf ("  %-20s %s: %s\n", probe->id, probe->base_url, answer);
}

static void
print_local (DheeraClient *client,
             GPtrArray    *probes)
{
  guint n_answers = 0;

  print_title ("Servers of this machine");
  for (guint i = 0; i < probes->len; i++)
    {
      DheeraProbe *probe = g_ptr_array_index (probes, i);
      const char *model = dheera_probe_pick_model (probe);
      const char *variable = dheera_tool_key_variable (dheera_client_get_provider (client, probe->id));
      g_autofree char *shown = model != NULL ? dheera_tool_dup_shown (model) : NULL;
      g_autofree char *answer = describe_answer (probe);

      if (probe->models == NULL)
        continue;
      n_answers++;
      printf ("  %-20s %s %s%s%s\n", probe->id, probe->base_url, answer, shown != NULL ? ", such as " : "", shown != NULL ? shown : "");
      if (variable != NULL)
        printf ("  %-20s with the key in %s\n", "", variable);
      if (probe->others != NULL)
        printf ("  %-20s (or %s, which have the same address)\n", "", probe->others);
    }
  if (n_answers == 0)
    printf ("  none answers\n");
  for (guint i = 0; i < probes->len; i++)
    print_silent (client, g_ptr_array_index (probes, i));
}

static void
print_offline (DheeraProbe *probe)
{
  g_autofree char *answer = describe_answer (probe);

  print_title ("Offline model");
  printf ("  %-20s %s\n", probe->id, answer);
}

/* --- Network ------------------------------------------------------------------------------------------------------------------- */

/* A proxy's address may hold a password. */
static char *
redact_proxy (const char *text)
{
  g_autoptr(GUri) uri = g_uri_parse (text, G_URI_FLAGS_HAS_PASSWORD, NULL);

  if (uri == NULL)
    return g_strdup ("one whose address can't be read");
  if (g_str_equal (g_uri_get_scheme (uri), "direct"))
    return g_strdup ("none");
  if (g_uri_get_port (uri) > 0)
    return g_strdup_printf ("%s://%s:%d", g_uri_get_scheme (uri), g_uri_get_host (uri), g_uri_get_port (uri));

  return g_strdup_printf ("%s://%s", g_uri_get_scheme (uri), g_uri_get_host (uri));
}

static void
print_proxy (const char *url)
{
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) proxies = g_proxy_resolver_lookup (g_proxy_resolver_get_default (), url, NULL, &error);
  g_autoptr(GString) list = g_string_new (NULL);

  for (guint i = 0; proxies != NULL && proxies[i] != NULL; i++)
    {
      g_autofree char *proxy = redact_proxy (proxies[i]);

      g_string_append_printf (list, "%s%s", i > 0 ? ", or else " : "", proxy);
    }
  printf ("  proxy for %s: %s\n", url, proxies != NULL ? list->str : "the settings can't be read");
}

static void
print_network (GPtrArray *keyed)
{
  GTlsBackend *backend = g_tls_backend_get_default ();

  print_title ("Network");
  for (guint i = 0; i < keyed->len; i++)
    {
      DheeraProbe *probe = g_ptr_array_index (keyed, i);

      if (probe->base_url != NULL)
        print_proxy (probe->base_url);
    }
  if (keyed->len == 0)
    print_proxy (EXAMPLE_URL);
  printf ("  proxies come from %s; servers of this machine are reached directly\n", G_OBJECT_TYPE_NAME (g_proxy_resolver_get_default ()));

  if (g_tls_backend_supports_tls (backend))
    {
      g_autoptr(GTlsDatabase) database = g_tls_backend_get_default_database (backend);

      printf ("  TLS by %s, certificates checked against the system's authorities (%s)\n", G_OBJECT_TYPE_NAME (backend),
              G_OBJECT_TYPE_NAME (database));
    }
  else
    {
      printf ("  no TLS, so no provider can be reached over https: install glib-networking\n");
    }
}

/* --- The command ----------------------------------------------------------------------------------------------------------------- */

static void
print_choice (DheeraClient *client,
              GPtrArray    *local)
{
  g_autofree char *reason = NULL;
  g_autofree char *model = dheera_tool_choose_model (client, NULL, local, &reason);
  g_autofree char *shown = dheera_tool_dup_shown (model);

  print_title ("Without --model");
  printf ("  %s answers, because %s\n", shown, reason);
}

static gboolean
any_answers (GPtrArray *probes)
{
  for (guint i = 0; i < probes->len; i++)
    {
      DheeraProbe *probe = g_ptr_array_index (probes, i);

      if (probe->models != NULL)
        return TRUE;
    }

  return FALSE;
}

static int
examine (DheeraClient *client,
         gboolean      live)
{
  g_autoptr(GPtrArray) keyed = dheera_probe_list_keyed (client);
  g_autoptr(GPtrArray) local = dheera_probe_list_local (client);
  g_autoptr(GPtrArray) offline = g_ptr_array_new_with_free_func ((GDestroyNotify) dheera_probe_free);

  g_ptr_array_add (offline, dheera_probe_new ("mock"));
  dheera_probe_run (client, local, LOCAL_TIMEOUT);
  dheera_probe_run (client, offline, LOCAL_TIMEOUT);
  if (live)
    dheera_probe_run (client, keyed, LIVE_TIMEOUT);
  if (dheera_tool_interrupt_take ())
    return DHEERA_EXIT_INTERRUPTED;

  print_versions ();
  print_keyed (client, keyed, live);
  print_local (client, local);
  print_offline (g_ptr_array_index (offline, 0));
  print_network (keyed);
  print_choice (client, local);

  return any_answers (keyed) || any_answers (local) || any_answers (offline) ? DHEERA_EXIT_OK : DHEERA_EXIT_FAILURE;
}

int
dheera_cmd_doctor (int    argc,
                   char **argv)
{
  gboolean live = FALSE;
  const GOptionEntry entries[] = {
    { "live", 0, 0, G_OPTION_ARG_NONE, &live, "Ask the providers that have a key for their models, which sends each its own key", NULL },
    { NULL },
  };
  g_autoptr(GOptionContext) context = g_option_context_new (NULL);
  g_autoptr(DheeraClient) client = NULL;
  int exit_code;

  g_option_context_set_summary (context, "Says which keys, servers, proxies and certificates there are. Shows no secrets.");
  g_option_context_set_description (context, "It succeeds when at least one model can be reached, be it the offline one.\n");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!dheera_tool_parse (context, &argc, &argv, &exit_code))
    return exit_code;
  if (argc > 1)
    return dheera_tool_usage_error ("“%s” is not expected here.", argv[1]);

  client = dheera_client_new ();

  return examine (client, live);
}
