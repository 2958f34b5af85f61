/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-tool.h"

#include <string.h>

/* Asks several providers for their models, all at once. */

typedef struct
{
  GMainLoop *loop;
  guint n_running;
} Round;

typedef struct
{
  Round *round;
  DheeraProbe *probe;
  gint64 start;
} Question;

DheeraProbe *
dheera_probe_new (const char *id)
{
  DheeraProbe *self = g_new0 (DheeraProbe, 1);

  self->id = g_strdup (id);

  return self;
}

void
dheera_probe_free (DheeraProbe *self)
{
  g_free (self->id);
  g_free (self->others);
  g_free (self->base_url);
  g_clear_object (&self->models);
  g_clear_error (&self->error);
  g_free (self);
}

static void
answered_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      data)
{
  g_autofree Question *question = data;
  DheeraProbe *probe = question->probe;

  probe->models = dheera_client_list_models_finish (DHEERA_CLIENT (source), result, &probe->error);
  probe->time = (g_get_monotonic_time () - question->start) / 1e6;
  if (--question->round->n_running == 0)
    g_main_loop_quit (question->round->loop);
}

void
dheera_probe_run (DheeraClient *client,
                  GPtrArray    *probes,
                  double        timeout)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  Round round = { NULL, probes->len };

  if (probes->len == 0)
    return;

  round.loop = g_main_loop_new (NULL, FALSE);
  dheera_tool_interrupt_install ();
  dheera_tool_interrupt_watch (round.loop, cancellable);
  for (guint i = 0; i < probes->len; i++)
    {
      DheeraProbe *probe = g_ptr_array_index (probes, i);
      g_autoptr(DheeraModelsRequest) request = dheera_models_request_new (probe->id);
      Question *question = g_new0 (Question, 1);

      question->round = &round;
      question->probe = probe;
      question->start = g_get_monotonic_time ();
      dheera_base_request_set_timeout (DHEERA_BASE_REQUEST (request), timeout);
      dheera_base_request_set_max_retries (DHEERA_BASE_REQUEST (request), 0);
      dheera_client_list_models_async (client, request, cancellable, answered_cb, question);
    }
  g_main_loop_run (round.loop);
  dheera_tool_interrupt_watch (NULL, NULL);
  g_main_loop_unref (round.loop);
}

static DheeraProbe *
find_by_url (GPtrArray  *probes,
             const char *url)
{
  for (guint i = 0; i < probes->len; i++)
    {
      DheeraProbe *probe = g_ptr_array_index (probes, i);

      if (g_strcmp0 (probe->base_url, url) == 0)
        return probe;
    }

  return NULL;
}

/* Several servers have the same usual address: it is asked once, under the first name. */
static void
add_local (GPtrArray  *probes,
           const char *id,
           char       *url)
{
  DheeraProbe *same = find_by_url (probes, url);

  if (same != NULL)
    {
      char *others = same->others != NULL ? g_strdup_printf ("%s, %s", same->others, id) : g_strdup (id);

      g_free (same->others);
      same->others = others;
      g_free (url);
      return;
    }

  same = dheera_probe_new (id);
  same->base_url = url;
  g_ptr_array_add (probes, same);
}

static GPtrArray *
new_list (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) dheera_probe_free);
}

/* Some providers are known more than once: one account, one entry. */
static gboolean
is_second_name (DheeraProvider *provider,
                const char     *id)
{
  return strcmp (dheera_provider_get_primary_id (provider), id) != 0;
}

GPtrArray *
dheera_probe_list_local (DheeraClient *client)
{
  GPtrArray *probes = new_list ();

  for (const char *const *id = dheera_provider_get_known_ids (); *id != NULL; id++)
    {
      DheeraProvider *provider = dheera_client_get_provider (client, *id);
      char *url;

      if (!dheera_provider_get_is_local (provider) || g_str_equal (*id, "mock") || is_second_name (provider, *id))
        continue;
      url = dheera_provider_find_base_url (provider, NULL);
      if (url != NULL)
        add_local (probes, *id, url);
    }

  return probes;
}

const char *
dheera_tool_key_variable (DheeraProvider *provider)
{
  for (const char *const *name = dheera_provider_get_key_variables (provider); *name != NULL; name++)
    {
      const char *value = g_getenv (*name);

      if (value != NULL && *value != '\0')
        return *name;
    }

  return NULL;
}

GPtrArray *
dheera_probe_list_keyed (DheeraClient *client)
{
  GPtrArray *probes = new_list ();

  for (const char *const *id = dheera_provider_get_known_ids (); *id != NULL; id++)
    {
      DheeraProvider *provider = dheera_client_get_provider (client, *id);
      DheeraProbe *probe;

      if (dheera_tool_key_variable (provider) == NULL || dheera_provider_get_is_local (provider) || is_second_name (provider, *id))
        continue;
      probe = dheera_probe_new (*id);
      probe->base_url = dheera_provider_find_base_url (provider, &probe->error);
      g_ptr_array_add (probes, probe);
    }

  return probes;
}

/* Servers list embedding models and the like beside those that talk. */
static gboolean
can_talk (const char *id)
{
  static const char *const others[] = { "embed", "rerank", "whisper", "tts", "bge-", NULL };
  g_autofree char *lower = g_ascii_strdown (id, -1);

  for (guint i = 0; others[i] != NULL; i++)
    {
      if (strstr (lower, others[i]) != NULL)
        return FALSE;
    }

  return TRUE;
}

const char *
dheera_probe_pick_model (DheeraProbe *self)
{
  guint n = self->models != NULL ? g_list_model_get_n_items (self->models) : 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr(DheeraModel) model = g_list_model_get_item (self->models, i);

      if (can_talk (dheera_model_get_id (model)))
        return dheera_model_get_id (model); /* the list keeps it */
    }

  return NULL;
}
