/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-server-private.h"

#include <string.h>

#include "dheera-ai/model/errors/dheera-error-private.h"
#include "dheera-ai/wire/dheera-process-private.h"

/* Starting, draining and closing. */

/* What a client may take its time for; see DheeraFrontLimits. */
#define MAX_HEAD (64 * 1024)
#define MAX_FIELDS 100
#define HEAD_TIMEOUT 30
#define BODY_TIMEOUT 30
#define IDLE_TIMEOUT 120
#define WRITE_TIMEOUT 120
#define HIGH_WATER (256 * 1024)

/* How long what was said last may take to get to the clients, once the drain is over */
#define LAST_WORDS 2 /* seconds */

/* --- Starting ---------------------------------------------------------------------------------------------------------------------------- */

static gboolean
has_key (DheeraProvider *provider)
{
  for (const char *const *name = dheera_provider_get_key_variables (provider); *name != NULL; name++)
    {
      const char *value = g_getenv (*name);

      if (value != NULL && *value != '\0')
        return TRUE;
    }

  return FALSE;
}

/* Those that the client has by now; without any, those whose keys are in the environment, and the offline one where there is nothing else. */
static GStrv
list_providers (DheeraClient *client)
{
  GListModel *own = dheera_client_get_providers (client);
  g_autoptr(GStrvBuilder) ids = g_strv_builder_new ();
  guint n = g_list_model_get_n_items (own);
  gboolean any = n > 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr(DheeraProvider) provider = g_list_model_get_item (own, i);

      g_strv_builder_add (ids, dheera_provider_get_id (provider));
    }
  for (const char *const *id = dheera_provider_get_known_ids (); n == 0 && *id != NULL; id++)
    {
      /* Not the client's: to ask it for one adds it. */
      g_autoptr(DheeraProvider) provider = dheera_provider_new (*id);

      /* One account, one entry. */
      if (strcmp (dheera_provider_get_primary_id (provider), *id) != 0 || !has_key (provider))
        continue;
      g_strv_builder_add (ids, *id);
      any = TRUE;
    }
  if (!any)
    g_strv_builder_add (ids, "mock");

  return g_strv_builder_end (ids);
}

static DheeraClient *
choose_client (DheeraServer        *self,
               DheeraServerConfig  *config,
               GError             **error)
{
  if (self->client != NULL && config->session != NULL)
    {
      dheera_set_invalid_request (error, "config-file",
                                  "The file %s has a group [session], and the server was given a client, which has its own session: leave out one of them.", self->config_file);
      return NULL;
    }
  if (self->client != NULL)
    return g_object_ref (self->client);
  if (config->session != NULL)
    return g_object_new (DHEERA_TYPE_CLIENT, "session-options", config->session, NULL);

  return g_object_ref (dheera_client_get_default ());
}

/* Every request would fail for want of a session: that is better said now. */
static gboolean
check_session (DheeraClient  *client,
               GError       **error)
{
  DheeraSessionOptions *options = dheera_client_get_session_options (client);
  g_autoptr(SoupSession) session = options != NULL ? dheera_session_options_create_session (options, error) : NULL;

  return options == NULL || session != NULL;
}

/* What nobody could be asked for is better said now than to each who asks. */
static gboolean
check_targets (DheeraServer        *self,
               DheeraServerConfig  *config,
               DheeraClient        *client,
               GError             **error)
{
  for (guint i = 0; i < self->models->len; i++)
    {
      const DheeraServedModel *model = g_ptr_array_index (self->models, i);

      if (dheera_server_config_knows_target (config, client, model->target))
        continue;
      dheera_set_invalid_request (error, "target", "The server's model “%s” stands for “%s”, which names no provider that there is, or no model: openai/gpt-4o-mini has both.",
                                  model->name, model->target);
      return FALSE;
    }

  return dheera_server_config_check_targets (config, client, self->config_file, error);
}

static DheeraKeys *
join_keys (DheeraServer       *self,
           DheeraServerConfig *config)
{
  DheeraKeys *keys = dheera_keys_copy (self->keys);

  dheera_keys_extend (keys, config->keys);

  return keys;
}

static gboolean
same_name (gconstpointer a,
           gconstpointer b)
{
  return strcmp (((const DheeraServedModel *) a)->name, ((const DheeraServedModel *) b)->name) == 0;
}

/* What the program says goes before the file, in the list of models, too. */
static GPtrArray *
join_models (DheeraServer       *self,
             DheeraServerConfig *config)
{
  GPtrArray *models = g_ptr_array_new ();

  g_ptr_array_extend (models, self->models, NULL, NULL);
  for (guint i = 0; i < config->models->len; i++)
    {
      gpointer model = g_ptr_array_index (config->models, i);

      if (!g_ptr_array_find_with_equal_func (self->models, model, same_name, NULL))
        g_ptr_array_add (models, model);
    }

  return models;
}

static gint64
first_set (gint64 own,
           gint64 of_file,
           gint64 fallback)
{
  return own >= 0 ? own : of_file >= 0 ? of_file : fallback;
}

static gboolean
start_front (DheeraServer        *self,
             DheeraServerConfig  *config,
             GPtrArray           *sockets,
             GError             **error)
{
  GTlsCertificate *certificate = self->certificate != NULL ? self->certificate : config->certificate;
  const DheeraFrontLimits limits = {
    .max_connections = (guint) first_set (self->max_connections, config->max_connections, DHEERA_SERVER_MAX_CONNECTIONS),
    .max_head = MAX_HEAD,
    .max_fields = MAX_FIELDS,
    .max_body = (guint64) first_set (self->max_body_size, config->max_body_size, DHEERA_SERVER_MAX_BODY_SIZE),
    .head_timeout = HEAD_TIMEOUT,
    .body_timeout = BODY_TIMEOUT,
    .idle_timeout = IDLE_TIMEOUT,
    .write_timeout = WRITE_TIMEOUT,
    .high_water = HIGH_WATER,
  };
  g_autoptr(GError) reason = NULL;

  self->uses_tls = certificate != NULL;
  self->front = dheera_http_front.start (sockets, certificate, &limits, &dheera_routes_handler, self->routes, &reason);
  if (g_error_matches (reason, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE))
    dheera_set_invalid_request (error, "tls-certificate", "%s%s", reason->message, g_str_has_suffix (reason->message, ".") ? "" : ".");
  else if (reason != NULL)
    g_propagate_error (error, g_steal_pointer (&reason));

  return self->front != NULL;
}

/* The one thing that must not happen by accident: a server that spends its owner's money for whoever finds it. */
static gboolean
check_keys (DheeraServer  *self,
            DheeraKeys    *keys,
            GPtrArray     *sockets,
            const char    *host,
            GError       **error)
{
  if (self->has_bad_key)
    {
      dheera_set_invalid_request (error, "keys", "One of the server's keys is empty, or begins with sha256: and is no hash.");
      return FALSE;
    }
  if (dheera_keys_get_length (keys) == 0 && !dheera_listen_is_local (sockets))
    {
      dheera_set_invalid_request (error, "keys", "The host “%s” can be reached from other machines, and the server has no keys: set keys, or listen at 127.0.0.1.", host);
      return FALSE;
    }

  return TRUE;
}

static void
set_context (DheeraServer *self,
             GMainContext *context) /* (transfer full) (nullable) */
{
  g_autoptr(GMainContext) old = NULL;

  dheera_server_lock (self);
  old = g_steal_pointer (&self->context);
  self->context = context;
  g_mutex_unlock (&self->lock);
}

static gboolean
start_with (DheeraServer        *self,
            DheeraServerConfig  *config,
            GError             **error)
{
  const char *host = self->host != NULL ? self->host : config->host != NULL ? config->host : DHEERA_SERVER_HOST;
  guint port = (guint) first_set (self->port, config->port, DHEERA_SERVER_PORT);
  g_autoptr(DheeraClient) client = choose_client (self, config, error);
  g_autoptr(DheeraKeys) keys = join_keys (self, config);
  g_autoptr(GPtrArray) models = join_models (self, config);
  g_autoptr(GPtrArray) sockets = NULL;

  if (client != NULL && check_session (client, error) && check_targets (self, config, client, error))
    sockets = dheera_listen (host, port, error);
  if (sockets == NULL || !check_keys (self, keys, sockets, host, error))
    return FALSE;

  self->routes = dheera_routes_new (dheera_client_upstream_new (client), g_steal_pointer (&keys), models, NULL);
  self->used_client = g_object_ref (client);
  self->used_host = g_strdup (host);
  self->used_port = dheera_listen_get_port (sockets);
  self->used_drain_timeout = self->drain_timeout >= 0 ? self->drain_timeout : config->drain_timeout >= 0 ? config->drain_timeout : DHEERA_SERVER_DRAIN_TIMEOUT;
  set_context (self, g_main_context_ref_thread_default ());
  if (!start_front (self, config, sockets, error))
    {
      dheera_server_close (self);
      return FALSE;
    }

  /* Nobody is answered before the main loop turns, and nothing can fail any more: a client whose server did not start is as it was. */
  dheera_server_config_apply (config, client);
  /* A handler of the client's signals may have stopped the server again. */
  if (self->routes != NULL)
    self->routes->providers = list_providers (client);

  return TRUE;
}

/**
 * dheera_server_start:
 * @self: a server
 * @error: return location for an error
 *
 * Begins to listen and to answer.
 *
 * The configuration file, if there is one, is read now, and what is set later counts from the next start on. Requests are answered in the main context that is the thread's
 * default now: it has to be iterated by this thread, as the main loop of an application is, and [method@Server.run] does it for programs that have none.
 *
 * It fails with %DHEERA_ERROR_INVALID_REQUEST when the server runs already, its host is no address of this machine, its host can be reached from other machines and there is no
 * key, what one of its models stands for means nothing to the client, or its configuration or the client's session options can't be used, with the code of [method@SessionOptions.create_session]; with %DHEERA_ERROR_CONFLICT when another program has the port, and %DHEERA_ERROR_PERMISSION when this one may not have it.
 *
 * Returns: whether the server listens
 *
 * Since: 0.1
 */
gboolean
dheera_server_start (DheeraServer  *self,
                     GError       **error)
{
  g_auto(DheeraServerConfig) config = { 0 };
  g_autofree char *uri = NULL;

  g_return_val_if_fail (DHEERA_IS_SERVER (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  dheera_error_details_set_last (NULL);
  dheera_server_leave_parent (self);
  if (self->front != NULL)
    {
      uri = dheera_server_get_uri (self);
      dheera_set_invalid_request (error, NULL, "The server runs already, at %s%s.", uri, self->draining ? ", and drains: wait for the end of it" : "");
      return FALSE;
    }

  dheera_server_config_init (&config);
  if ((self->config_file != NULL && !dheera_server_config_read (&config, self->config_file, error)) || !start_with (self, &config, error))
    return FALSE;

  g_object_notify (G_OBJECT (self), "port");
  uri = dheera_server_get_uri (self);
  g_debug ("The server listens at %s.", uri);

  return TRUE;
}

/* --- Ending ------------------------------------------------------------------------------------------------------------------------------ */

static void
stop_timer (DheeraServer *self)
{
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
}

/* Tasks are answered when nothing of the server is left: their callbacks may start it again. */
static void
answer_waiting (DheeraServer *self)
{
  g_autoptr(GPtrArray) waiting = g_steal_pointer (&self->waiting);

  for (guint i = 0; waiting != NULL && i < waiting->len; i++)
    {
      GTask *task = g_ptr_array_index (waiting, i);

      g_task_set_task_data (task, NULL, NULL);
      g_task_return_boolean (task, TRUE);
    }
}

/* Locks of the main context, of sessions and of streams may be held for ever, by threads that the child does not have: all that would take one stays in memory. */
static void
forget_parent (gpointer data)
{
  DheeraServer *self = data;

  if (self->front != NULL)
    dheera_http_front.abandon (self->front);
  if (self->timer != NULL)
    g_object_ref (self); /* it is the timer's data */
  self->front = NULL;
  self->routes = NULL;
  self->used_client = NULL;
  self->context = NULL;
  self->timer = NULL;
  self->waiting = NULL;
  self->draining = FALSE;
  g_clear_pointer (&self->used_host, g_free);
}

void
dheera_server_lock (DheeraServer *self)
{
  dheera_process_lock (&self->lock, &self->generation, forget_parent, self);
}

void
dheera_server_leave_parent (DheeraServer *self)
{
  dheera_server_lock (self);
  g_mutex_unlock (&self->lock);
}

void
dheera_server_close (DheeraServer *self)
{
  gboolean was_running;

  dheera_server_leave_parent (self);
  was_running = self->front != NULL;
  stop_timer (self);
  if (self->front != NULL)
    dheera_http_front.stop (g_steal_pointer (&self->front));
  g_clear_pointer (&self->routes, dheera_routes_free);
  g_clear_object (&self->used_client);
  set_context (self, NULL);
  g_clear_pointer (&self->used_host, g_free);
  self->draining = FALSE;
  answer_waiting (self);
  if (was_running)
    g_object_notify (G_OBJECT (self), "port");
}

static void
drained_cb (DheeraFront *front,
            gpointer     data)
{
  g_autoptr(DheeraServer) self = g_object_ref (data);

  dheera_server_close (self);
}

static gboolean
last_words_cb (gpointer data)
{
  g_autoptr(DheeraServer) self = g_object_ref (data);

  dheera_server_close (self);

  return G_SOURCE_REMOVE;
}

static void
set_timer (DheeraServer *self,
           double        seconds,
           GSourceFunc   func)
{
  stop_timer (self);
  self->timer = g_timeout_source_new ((guint) MIN (seconds * 1000, G_MAXUINT));
  g_source_set_callback (self->timer, func, self, NULL);
  g_source_attach (self->timer, self->context);
}

static gboolean
drain_timed_out_cb (gpointer data)
{
  dheera_server_end_drain (data);

  return G_SOURCE_REMOVE;
}

void
dheera_server_end_drain (DheeraServer *self)
{
  if (self->front == NULL)
    return;

  dheera_routes_end_all (self->routes);
  set_timer (self, LAST_WORDS, last_words_cb);
}

/* In the server's thread */
static void
begin_drain (DheeraServer *self)
{
  if (self->front == NULL || self->draining)
    return;

  self->draining = TRUE;
  self->routes->draining = TRUE;
  set_timer (self, self->used_drain_timeout, drain_timed_out_cb);
  dheera_http_front.drain (self->front, drained_cb, self);
}

static gboolean
begin_drain_cb (gpointer data)
{
  begin_drain (data);

  return G_SOURCE_REMOVE;
}

/**
 * dheera_server_stop:
 * @self: a server
 *
 * Begins to stop, and does not wait for the end of it; [method@Server.stop_async] does. May be called from any thread.
 *
 * The server accepts no connection any more, and `/health/readiness` says so on those that there are. What is being answered is answered to the end, for
 * [property@Server:drain-timeout] at most; streams that last longer end with an error event. A server that does not run is left alone.
 *
 * Since: 0.1
 */
void
dheera_server_stop (DheeraServer *self)
{
  g_autoptr(GMainContext) context = NULL;

  g_return_if_fail (DHEERA_IS_SERVER (self));

  dheera_server_lock (self);
  if (self->context != NULL)
    context = g_main_context_ref (self->context);
  g_mutex_unlock (&self->lock);

  if (context != NULL)
    g_main_context_invoke_full (context, G_PRIORITY_DEFAULT, begin_drain_cb, g_object_ref (self), g_object_unref);
}

/* The task waits no longer; the server goes on draining. */
static gboolean
give_up_cb (GCancellable *cancellable,
            gpointer      data)
{
  g_autoptr(GTask) task = g_object_ref (data);
  DheeraServer *self = g_task_get_source_object (task);

  g_ptr_array_remove_fast (self->waiting, task);
  g_task_return_error_if_cancelled (task);

  return G_SOURCE_REMOVE;
}

static void
source_free (gpointer source)
{
  g_source_destroy (source);
  g_source_unref (source);
}

static void
wait_for_end (DheeraServer *self,
              GTask        *task)
{
  if (self->waiting == NULL)
    self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (self->waiting, g_object_ref (task));

  if (g_task_get_cancellable (task) != NULL)
    {
      GSource *source = g_cancellable_source_new (g_task_get_cancellable (task));

      g_task_attach_source (task, source, G_SOURCE_FUNC (give_up_cb));
      g_task_set_task_data (task, source, source_free);
    }
}

/**
 * dheera_server_stop_async:
 * @self: a server
 * @cancellable: (nullable): a cancellable; firing it ends the waiting, and the server still stops
 * @callback: (scope async) (closure user_data): called when the server has stopped
 * @user_data: data for @callback
 *
 * Stops, as [method@Server.stop] does, and waits until everything is answered or was ended.
 *
 * Since: 0.1
 */
void
dheera_server_stop_async (DheeraServer        *self,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;

  g_return_if_fail (DHEERA_IS_SERVER (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  dheera_server_leave_parent (self);
  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, dheera_server_stop_async);
  if (g_task_return_error_if_cancelled (task))
    {
      begin_drain (self);
      return;
    }
  if (self->front == NULL)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }

  wait_for_end (self, task);
  begin_drain (self);
}

/**
 * dheera_server_stop_finish:
 * @self: a server
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Server.stop_async]. The one error is `G_IO_ERROR_CANCELLED`.
 *
 * Returns: whether the server has stopped
 *
 * Since: 0.1
 */
gboolean
dheera_server_stop_finish (DheeraServer  *self,
                           GAsyncResult  *result,
                           GError       **error)
{
  g_return_val_if_fail (DHEERA_IS_SERVER (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  dheera_error_details_set_last (NULL);
  return g_task_propagate_boolean (G_TASK (result), error);
}
