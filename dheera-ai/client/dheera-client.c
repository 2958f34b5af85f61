/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-client-private.h"
#include "dheera-session-options-private.h"

#include "dheera-ai/model/dheera-enum-types.h"
#include "dheera-ai/transport/dheera-fork-private.h"
#include "dheera-ai/wire/dheera-process-private.h"

#define DEFAULT_CAPTURE_LIMIT (64 * 1024)

/**
 * DheeraClient:
 *
 * Asks language models, every provider in the same way, over one [class@Soup.Session].
 *
 * An application has one client, or several with different settings. The session that it is made with carries every request of every provider, blocking,
 * asynchronous and streamed, so that its connection pool, its proxy, its certificates and its signals hold for all of them.
 * The session is never changed, closed or aborted. A client that is made without one uses the session of the client that was made the
 * default with [method@Client.make_default], or else makes one of its own: HTTP/1.1, many connections, no timeout but the client's. How that one
 * is made – its proxy, certificates, connections – is what [class@SessionOptions] are for.
 *
 * ```c
 * g_autoptr(DheeraClient) client = dheera_client_new_with_session (session);
 * g_autoptr(DheeraRequest) request = dheera_request_new_for_prompt ("openai/gpt-4o-mini", "Hello!");
 * g_autoptr(DheeraResponse) response = dheera_client_complete (client, request, NULL, &error);
 * ```
 *
 * A model is named `provider/model`, and keys come from the environment variables that each provider's own tools read
 * (`OPENAI_API_KEY`), from [property@Provider:api-key], from a credentials function, or from the request.
 *
 * ## Threads
 *
 * Callbacks and signals of asynchronous calls come in the main context that was the thread's default when the call was made. Blocking calls may be made in any
 * thread, also side by side on one client; they iterate no main context, and signals then come in the calling thread. Configure a client before it is shared.
 *
 * Since: 0.1
 */

G_DEFINE_FINAL_TYPE (DheeraClient, dheera_client, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_SESSION,
  PROP_SESSION_OPTIONS,
  PROP_TIMEOUT,
  PROP_CONNECT_TIMEOUT,
  PROP_FIRST_TOKEN_TIMEOUT,
  PROP_IDLE_TIMEOUT,
  PROP_MAX_RETRIES,
  PROP_PARAM_POLICY,
  PROP_DEFAULT_MODEL,
  PROP_PROVIDERS,
  PROP_CAPTURE,
  PROP_CAPTURE_LIMIT,
  N_PROPS
};

enum
{
  SIGNAL_CALL_STARTED,
  SIGNAL_ATTEMPT_FINISHED,
  SIGNAL_CALL_FINISHED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

/* --- Calls that run ---------------------------------------------------------------------------------------------------------------- */

static GPtrArray *
new_calls (void)
{
  return g_ptr_array_new_with_free_func (g_object_unref);
}

/* Those of the parent's are its own; a thread of it may have been at the list. */
static void
forget_calls (gpointer data)
{
  DheeraClient *self = data;

  self->calls = new_calls ();
}

void
dheera_client_lock (DheeraClient *self)
{
  dheera_process_lock (&self->mutex, &self->generation, forget_calls, self);
}

void
dheera_client_add_call (DheeraClient *self,
                        DheeraCall   *call)
{
  dheera_client_lock (self);
  g_ptr_array_add (self->calls, g_object_ref (call));
  g_mutex_unlock (&self->mutex);
}

void
dheera_client_remove_call (DheeraClient *self,
                           DheeraCall   *call)
{
  dheera_client_lock (self);
  g_ptr_array_remove_fast (self->calls, call);
  g_mutex_unlock (&self->mutex);
}

void
dheera_client_call_started (DheeraClient *self,
                            DheeraCall   *call)
{
  dheera_client_add_call (self, call);
  g_signal_emit (self, signals[SIGNAL_CALL_STARTED], 0, call);
}

void
dheera_client_attempt_finished (DheeraClient *self,
                                DheeraCall   *call)
{
  g_signal_emit (self, signals[SIGNAL_ATTEMPT_FINISHED], 0, call);
}

void
dheera_client_call_finished (DheeraClient *self,
                             DheeraCall   *call)
{
  dheera_client_remove_call (self, call);
  g_signal_emit (self, signals[SIGNAL_CALL_FINISHED], 0, call);
}

/* --- The object ---------------------------------------------------------------------------------------------------------------------- */

static void
dheera_client_finalize (GObject *object)
{
  DheeraClient *self = DHEERA_CLIENT (object);

  /* A lock that a thread of the parent has can't be cleared either. */
  dheera_client_lock (self);
  g_mutex_unlock (&self->mutex);
  g_clear_pointer (&self->spare, dheera_buffers_free);
  /* In a child the end of a session that the parent has used would reach for the parent's main contexts and connections. */
  if (self->transport != NULL && self->session != NULL && dheera_transport_is_inherited (self->transport))
    self->session = NULL;
  g_clear_pointer (&self->transport, dheera_transport_unref);
  g_clear_object (&self->session);
  g_clear_object (&self->session_options);
  g_clear_pointer (&self->session_config, dheera_session_config_free);
  g_clear_object (&self->providers);
  g_clear_pointer (&self->calls, g_ptr_array_unref);
  g_clear_pointer (&self->middleware, g_ptr_array_unref);
  g_clear_pointer (&self->default_model, g_free);
  g_rec_mutex_clear (&self->providers_lock);
  g_clear_pointer (&self->model_data, g_hash_table_unref);
  g_free (self->facts_provider);
  g_free (self->facts_model);
  g_mutex_clear (&self->models_lock);
  g_mutex_clear (&self->mutex);

  G_OBJECT_CLASS (dheera_client_parent_class)->finalize (object);
}

static void
dheera_client_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  DheeraClient *self = DHEERA_CLIENT (object);

  switch (prop_id)
    {
    case PROP_SESSION:
      g_value_set_object (value, dheera_client_get_session (self));
      break;
    case PROP_SESSION_OPTIONS:
      g_value_set_object (value, dheera_client_get_session_options (self));
      break;
    case PROP_TIMEOUT:
      g_value_set_double (value, dheera_client_get_timeout (self));
      break;
    case PROP_CONNECT_TIMEOUT:
      g_value_set_double (value, dheera_client_get_connect_timeout (self));
      break;
    case PROP_FIRST_TOKEN_TIMEOUT:
      g_value_set_double (value, dheera_client_get_first_token_timeout (self));
      break;
    case PROP_IDLE_TIMEOUT:
      g_value_set_double (value, dheera_client_get_idle_timeout (self));
      break;
    case PROP_MAX_RETRIES:
      g_value_set_uint (value, dheera_client_get_max_retries (self));
      break;
    case PROP_PARAM_POLICY:
      g_value_set_enum (value, dheera_client_get_param_policy (self));
      break;
    case PROP_DEFAULT_MODEL:
      g_value_set_string (value, dheera_client_get_default_model (self));
      break;
    case PROP_PROVIDERS:
      g_value_set_object (value, dheera_client_get_providers (self));
      break;
    case PROP_CAPTURE:
      g_value_set_flags (value, dheera_client_get_capture (self));
      break;
    case PROP_CAPTURE_LIMIT:
      g_value_set_uint (value, dheera_client_get_capture_limit (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_client_set_property (GObject      *object,
                            guint         prop_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  DheeraClient *self = DHEERA_CLIENT (object);

  switch (prop_id)
    {
    case PROP_SESSION:
      self->session = g_value_dup_object (value);
      break;
    case PROP_SESSION_OPTIONS:
      self->session_options = g_value_dup_object (value);
      if (self->session_options != NULL)
        self->session_config = dheera_session_config_copy (&self->session_options->config);
      break;
    case PROP_TIMEOUT:
      dheera_client_set_timeout (self, g_value_get_double (value));
      break;
    case PROP_CONNECT_TIMEOUT:
      dheera_client_set_connect_timeout (self, g_value_get_double (value));
      break;
    case PROP_FIRST_TOKEN_TIMEOUT:
      dheera_client_set_first_token_timeout (self, g_value_get_double (value));
      break;
    case PROP_IDLE_TIMEOUT:
      dheera_client_set_idle_timeout (self, g_value_get_double (value));
      break;
    case PROP_MAX_RETRIES:
      dheera_client_set_max_retries (self, g_value_get_uint (value));
      break;
    case PROP_PARAM_POLICY:
      dheera_client_set_param_policy (self, g_value_get_enum (value));
      break;
    case PROP_DEFAULT_MODEL:
      dheera_client_set_default_model (self, g_value_get_string (value));
      break;
    case PROP_CAPTURE:
      dheera_client_set_capture (self, g_value_get_flags (value));
      break;
    case PROP_CAPTURE_LIMIT:
      dheera_client_set_capture_limit (self, g_value_get_uint (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
install_signals (DheeraClientClass *klass)
{
  /**
   * DheeraClient::call-started:
   * @self: the client
   * @call: the call
   *
   * Emitted when a call begins, before anything is sent.
   *
   * Since: 0.1
   */
  signals[SIGNAL_CALL_STARTED] =
    g_signal_new ("call-started", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, DHEERA_TYPE_CALL);

  /**
   * DheeraClient::attempt-finished:
   * @self: the client
   * @call: the call
   *
   * Emitted after each attempt, whether it succeeded, failed, or is going to be made again.
   *
   * Since: 0.1
   */
  signals[SIGNAL_ATTEMPT_FINISHED] =
    g_signal_new ("attempt-finished", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, DHEERA_TYPE_CALL);

  /**
   * DheeraClient::call-finished:
   * @self: the client
   * @call: the call
   *
   * Emitted once for each call, when it has ended: with its answer, an error, or since its stream was dropped.
   *
   * Since: 0.1
   */
  signals[SIGNAL_CALL_FINISHED] =
    g_signal_new ("call-finished", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, DHEERA_TYPE_CALL);
}

static void
install_capture (GParamFlags flags)
{
  /**
   * DheeraClient:capture:
   *
   * What calls keep of their HTTP requests and answers, to be read at [class@Call], such as [property@Call:request-headers].
   *
   * Nothing is kept, and nothing spent on it, unless this says so or a [class@Logger] of the client writes headers or bodies. It holds for the calls that are made from
   * then on. Credentials are never kept, but headers name what the application uses, and bodies are what was said to the model and what it answered.
   *
   * Since: 0.1
   */
  properties[PROP_CAPTURE] = g_param_spec_flags ("capture", NULL, NULL, DHEERA_TYPE_CAPTURE, DHEERA_CAPTURE_NONE, flags);

  /**
   * DheeraClient:capture-limit:
   *
   * Bytes of each body that are kept at most.
   *
   * Since: 0.1
   */
  properties[PROP_CAPTURE_LIMIT] = g_param_spec_uint ("capture-limit", NULL, NULL, 0, G_MAXINT, DEFAULT_CAPTURE_LIMIT, flags);
}

static void
dheera_client_class_init (DheeraClientClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = dheera_client_finalize;
  object_class->get_property = dheera_client_get_property;
  object_class->set_property = dheera_client_set_property;

  /**
   * DheeraClient:session:
   *
   * The session that carries every request, %NULL for the default client's or one of the client's own.
   *
   * It is used as it is. Mind that a session made without properties allows two connections per host and ends a request
   * after 60 silent seconds: `max-conns-per-host`, `max-conns` and `timeout` are worth setting. When one of these is what stopped
   * a request, the error names it.
   *
   * Since: 0.1
   */
  properties[PROP_SESSION] =
    g_param_spec_object ("session", NULL, NULL, SOUP_TYPE_SESSION, flags | G_PARAM_CONSTRUCT_ONLY);

  /**
   * DheeraClient:session-options:
   *
   * How the client's own session is to be made, %NULL for the default client's session or one with the values of [ctor@SessionOptions.new].
   *
   * They are copied when the client is made, and the session is made in the first call, which fails when it can't be made as they say. It goes with
   * the client. A client that has both a session and options fails with %DHEERA_ERROR_INVALID_REQUEST.
   *
   * Since: 0.1
   */
  properties[PROP_SESSION_OPTIONS] =
    g_param_spec_object ("session-options", NULL, NULL, DHEERA_TYPE_SESSION_OPTIONS, flags | G_PARAM_CONSTRUCT_ONLY);

  /**
   * DheeraClient:timeout:
   *
   * Seconds that a whole call may take, with all its attempts and, for a stream, to its end; 0 for no limit.
   *
   * Since: 0.1
   */
  properties[PROP_TIMEOUT] = g_param_spec_double ("timeout", NULL, NULL, 0, G_MAXDOUBLE, 600, flags);

  /**
   * DheeraClient:connect-timeout:
   *
   * Seconds that connecting may take in each attempt (name, TCP, proxy and TLS together); 0 for no limit.
   *
   * Since: 0.1
   */
  properties[PROP_CONNECT_TIMEOUT] = g_param_spec_double ("connect-timeout", NULL, NULL, 0, G_MAXDOUBLE, 30, flags);

  /**
   * DheeraClient:first-token-timeout:
   *
   * Seconds that each attempt may take to the first piece of its answer; 0 for no limit. Reasoning models may be silent for minutes.
   *
   * Since: 0.1
   */
  properties[PROP_FIRST_TOKEN_TIMEOUT] = g_param_spec_double ("first-token-timeout", NULL, NULL, 0, G_MAXDOUBLE, 0, flags);

  /**
   * DheeraClient:idle-timeout:
   *
   * Seconds without a byte after which an answer that has begun counts as stalled; 0 for no limit.
   *
   * Since: 0.1
   */
  properties[PROP_IDLE_TIMEOUT] = g_param_spec_double ("idle-timeout", NULL, NULL, 0, G_MAXDOUBLE, 0, flags);

  /**
   * DheeraClient:max-retries:
   *
   * How often a call is tried again after a failure that may pass: HTTP 408, 409, 429 and 5xx, and connections that failed.
   *
   * The waits grow from half a second to 8 seconds, or are what the server asks for, up to 120 seconds. Nothing is tried again once a
   * part of a streamed answer came in. Since a provider may have worked on an attempt whose answer got lost, an attempt may be billed twice.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_RETRIES] = g_param_spec_uint ("max-retries", NULL, NULL, 0, G_MAXUINT, 2, flags);

  /**
   * DheeraClient:param-policy:
   *
   * What happens to a parameter that a provider does not take: an error before anything is sent, or leaving it out with a warning in
   * [property@Response:warnings]. One that asks for what happens anyway, such as [property@Request:n] of 1, is left out without a word.
   *
   * Since: 0.1
   */
  properties[PROP_PARAM_POLICY] =
    g_param_spec_enum ("param-policy", NULL, NULL, DHEERA_TYPE_PARAM_POLICY, DHEERA_PARAM_POLICY_REJECT, flags);

  /**
   * DheeraClient:default-model:
   *
   * The model of requests that name none, as `provider/model`.
   *
   * Since: 0.1
   */
  properties[PROP_DEFAULT_MODEL] = g_param_spec_string ("default-model", NULL, NULL, NULL, flags);

  /**
   * DheeraClient:providers:
   *
   * The providers that were added or used, a list of [class@Provider].
   *
   * Since: 0.1
   */
  properties[PROP_PROVIDERS] =
    g_param_spec_object ("providers", NULL, NULL, G_TYPE_LIST_MODEL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  install_capture (flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  install_signals (klass);
}

static void
dheera_client_init (DheeraClient *self)
{
  g_rec_mutex_init (&self->providers_lock);
  g_mutex_init (&self->models_lock);
  g_mutex_init (&self->mutex);
  dheera_fork_prepare ();
  self->generation = dheera_process_get_generation ();
  dheera_client_prepare_default ();
  self->providers = g_list_store_new (DHEERA_TYPE_PROVIDER);
  self->calls = new_calls ();
  self->timeout = 600;
  self->connect_timeout = 30;
  self->max_retries = 2;
  self->capture_limit = DEFAULT_CAPTURE_LIMIT;
}

/**
 * dheera_client_new:
 *
 * Makes a client without a session: it uses the default client's, or one of its own.
 *
 * Returns: (transfer full): a client
 *
 * Since: 0.1
 */
DheeraClient *
dheera_client_new (void)
{
  return g_object_new (DHEERA_TYPE_CLIENT, NULL);
}

/**
 * dheera_client_new_with_session:
 * @session: the session that carries every request
 *
 * Makes a client over a session of the application's. The client holds a reference to it, and never changes, aborts or closes it.
 *
 * Returns: (transfer full): a client
 *
 * Since: 0.1
 */
DheeraClient *
dheera_client_new_with_session (SoupSession *session)
{
  g_return_val_if_fail (SOUP_IS_SESSION (session), NULL);

  return g_object_new (DHEERA_TYPE_CLIENT, "session", session, NULL);
}

/**
 * dheera_client_get_session: (get-property session)
 * @self: a client
 *
 * Gets the session that the client was made with.
 *
 * Returns: (transfer none) (nullable): the session, %NULL when the client was made without one
 *
 * Since: 0.1
 */
SoupSession *
dheera_client_get_session (DheeraClient *self)
{
  g_return_val_if_fail (DHEERA_IS_CLIENT (self), NULL);

  return self->session;
}

/**
 * dheera_client_get_session_options: (get-property session-options)
 * @self: a client
 *
 * Gets the options that the client's own session is made from.
 *
 * Returns: (transfer none) (nullable): the options, %NULL when the client was made without them
 *
 * Since: 0.1
 */
DheeraSessionOptions *
dheera_client_get_session_options (DheeraClient *self)
{
  g_return_val_if_fail (DHEERA_IS_CLIENT (self), NULL);

  return self->session_options;
}
