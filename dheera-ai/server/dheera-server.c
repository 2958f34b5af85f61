/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-server-private.h"

#include <string.h>

#include "dheera-ai/model/dheera-strings-private.h"
#include "dheera-ai/wire/dheera-process-private.h"

/**
 * DheeraServer:
 *
 * A server that speaks OpenAI's protocol, in front of every provider of a client.
 *
 * Programs that know OpenAI's API, in whatever language, reach every model of the client over it. Each of its requests to a provider goes over the client's session, with its
 * proxy, its certificates and its signals.
 *
 * ```c
 * g_autoptr(DheeraServer) server = dheera_server_new (client);
 *
 * if (!dheera_server_run (server, NULL, &error))
 *   g_printerr ("%s\n", error->message);
 * ```
 *
 * An application with a main loop calls [method@Server.start] instead, and the server answers from that loop.
 *
 * | route | |
 * |---|---|
 * | `POST /v1/chat/completions` | whole and streamed |
 * | `POST /v1/completions` | whole and streamed |
 * | `POST /v1/embeddings` | |
 * | `GET /v1/models`, `GET /v1/models/{id}` | |
 * | `GET /health/liveliness`, `GET /health/readiness` | without a key; the second one is 503 while the server stops |
 *
 * Each is there without `/v1` as well. Errors have OpenAI's form and statuses. When a client leaves, what it asked for is cancelled at its provider at once.
 *
 * ## Who may ask
 *
 * At 127.0.0.1, which is the default, everybody on this machine may: programs, and no web pages. At an address that other machines reach, the server does not start without
 * [property@Server:keys]. A key is sent as `Authorization: Bearer KEY`, or in one of the headers `api-key` and `x-api-key`.
 *
 * ## Models
 *
 * Without a word, a request names a model as the client does, `provider/model`. Once a name was given with [method@Server.add_model] or in the configuration file, only such
 * names are there.
 *
 * ## The configuration file
 *
 * ```ini
 * [server]
 * host=0.0.0.0
 * port=4000
 * key-hashes=sha256:5e88…;sha256:ab12…
 * key-files=keys.txt
 * tls-certificate-file=cert.pem
 * tls-key-file=key.pem
 * max-connections=1024
 * max-body-size=67108864
 * drain-timeout=30
 * param-policy=drop
 *
 * [session]
 * proxy-uri=http://proxy.example.com:3128
 * ca-file=/etc/ssl/company.pem
 *
 * [provider openai]
 * api-key-file=openai.key
 *
 * [model fast]
 * target=openai/gpt-4o-mini
 * ```
 *
 * It is read by [method@Server.start]. Properties that were set go before it. [session] has the properties of [class@SessionOptions], and is for a server that was
 * made without a client. A provider has `base-url`, `api-key-file`, `api-version`, `organization`, `project` and `region`, and is set up at the client. So is
 * `param-policy`, `reject` or `drop`, the client's [property@Client:param-policy]. Paths begin where the file is.
 * Files with keys, and with the private key of a certificate, have to be unreadable for others. What the file says wrong, or what there is not, is an error that names file, group and key.
 *
 * Since: 0.1
 */

G_DEFINE_FINAL_TYPE (DheeraServer, dheera_server, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_CLIENT,
  PROP_HOST,
  PROP_PORT,
  PROP_TLS_CERTIFICATE,
  PROP_CONFIG_FILE,
  PROP_KEYS,
  PROP_MAX_CONNECTIONS,
  PROP_MAX_BODY_SIZE,
  PROP_DRAIN_TIMEOUT,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
dheera_server_dispose (GObject *object)
{
  dheera_server_close (DHEERA_SERVER (object));

  G_OBJECT_CLASS (dheera_server_parent_class)->dispose (object);
}

static void
dheera_server_finalize (GObject *object)
{
  DheeraServer *self = DHEERA_SERVER (object);

  g_clear_object (&self->client);
  g_clear_object (&self->certificate);
  g_clear_pointer (&self->keys, dheera_keys_free);
  g_clear_pointer (&self->models, g_ptr_array_unref);
  g_free (self->host);
  g_free (self->config_file);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (dheera_server_parent_class)->finalize (object);
}

static void
dheera_server_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  DheeraServer *self = DHEERA_SERVER (object);

  switch (prop_id)
    {
    case PROP_CLIENT:
      g_value_set_object (value, dheera_server_get_client (self));
      break;
    case PROP_HOST:
      g_value_set_string (value, dheera_server_get_host (self));
      break;
    case PROP_PORT:
      g_value_set_uint (value, dheera_server_get_port (self));
      break;
    case PROP_TLS_CERTIFICATE:
      g_value_set_object (value, dheera_server_get_tls_certificate (self));
      break;
    case PROP_CONFIG_FILE:
      g_value_set_string (value, dheera_server_get_config_file (self));
      break;
    case PROP_MAX_CONNECTIONS:
      g_value_set_uint (value, dheera_server_get_max_connections (self));
      break;
    case PROP_MAX_BODY_SIZE:
      g_value_set_uint64 (value, dheera_server_get_max_body_size (self));
      break;
    case PROP_DRAIN_TIMEOUT:
      g_value_set_double (value, dheera_server_get_drain_timeout (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_server_set_property (GObject      *object,
                            guint         prop_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  DheeraServer *self = DHEERA_SERVER (object);

  switch (prop_id)
    {
    case PROP_CLIENT:
      self->client = g_value_dup_object (value);
      break;
    case PROP_HOST:
      dheera_server_set_host (self, g_value_get_string (value));
      break;
    case PROP_PORT:
      dheera_server_set_port (self, g_value_get_uint (value));
      break;
    case PROP_TLS_CERTIFICATE:
      dheera_server_set_tls_certificate (self, g_value_get_object (value));
      break;
    case PROP_CONFIG_FILE:
      dheera_server_set_config_file (self, g_value_get_string (value));
      break;
    case PROP_KEYS:
      dheera_server_set_keys (self, g_value_get_boxed (value));
      break;
    case PROP_MAX_CONNECTIONS:
      dheera_server_set_max_connections (self, g_value_get_uint (value));
      break;
    case PROP_MAX_BODY_SIZE:
      dheera_server_set_max_body_size (self, g_value_get_uint64 (value));
      break;
    case PROP_DRAIN_TIMEOUT:
      dheera_server_set_drain_timeout (self, g_value_get_double (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
install_limits (GParamFlags flags)
{
  /**
   * DheeraServer:max-connections:
   *
   * How many connections of clients there may be at a time, from 1. More wait until one is free.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_CONNECTIONS] =
    g_param_spec_uint ("max-connections", NULL, NULL, 1, G_MAXINT, DHEERA_SERVER_MAX_CONNECTIONS, flags);

  /**
   * DheeraServer:max-body-size:
   *
   * How many bytes a request may have, from 1; 64 MiB without a word, since pictures are in it. A longer one is refused with status 413.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_BODY_SIZE] =
    g_param_spec_uint64 ("max-body-size", NULL, NULL, 1, G_MAXINT64, DHEERA_SERVER_MAX_BODY_SIZE, flags);

  /**
   * DheeraServer:drain-timeout:
   *
   * Seconds in which what is being answered may come to its end once the server stops; 0 to end it at once.
   *
   * Since: 0.1
   */
  properties[PROP_DRAIN_TIMEOUT] =
    g_param_spec_double ("drain-timeout", NULL, NULL, 0, G_MAXINT, DHEERA_SERVER_DRAIN_TIMEOUT, flags);
}

static void
dheera_server_class_init (DheeraServerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = dheera_server_dispose;
  object_class->finalize = dheera_server_finalize;
  object_class->get_property = dheera_server_get_property;
  object_class->set_property = dheera_server_set_property;

  /**
   * DheeraServer:client:
   *
   * The client whose session carries every request to a provider.
   *
   * %NULL for one that is made from the group [session] of the configuration file, or else the default client; it shows here while the server runs.
   *
   * Since: 0.1
   */
  properties[PROP_CLIENT] = g_param_spec_object ("client", NULL, NULL, DHEERA_TYPE_CLIENT, flags | G_PARAM_CONSTRUCT_ONLY);

  /**
   * DheeraServer:host:
   *
   * The address to listen at: one of this machine, or a name of it. `127.0.0.1` is for programs of this machine, `0.0.0.0` and `::` for everybody who reaches it,
   * `localhost` is both 127.0.0.1 and ::1.
   *
   * Since: 0.1
   */
  properties[PROP_HOST] = g_param_spec_string ("host", NULL, NULL, DHEERA_SERVER_HOST, flags);

  /**
   * DheeraServer:port:
   *
   * The port to listen at, 0 for one that is free. While the server runs it is the one that it has.
   *
   * Since: 0.1
   */
  properties[PROP_PORT] = g_param_spec_uint ("port", NULL, NULL, 0, G_MAXUINT16, DHEERA_SERVER_PORT, flags);

  /**
   * DheeraServer:tls-certificate:
   *
   * The certificate, with its key, of a server that speaks HTTPS; %NULL for HTTP.
   *
   * Since: 0.1
   */
  properties[PROP_TLS_CERTIFICATE] = g_param_spec_object ("tls-certificate", NULL, NULL, G_TYPE_TLS_CERTIFICATE, flags);

  /**
   * DheeraServer:config-file:
   *
   * The configuration file, which is read when the server starts.
   *
   * Since: 0.1
   */
  properties[PROP_CONFIG_FILE] = g_param_spec_string ("config-file", NULL, NULL, NULL, flags);

  /**
   * DheeraServer:keys:
   *
   * The keys of which a request has to have one, each as it is, or its hash as [func@Server.hash_key] makes it. Only hashes are kept. Those of the
   * configuration file are on top of them.
   *
   * Since: 0.1
   */
  properties[PROP_KEYS] =
    g_param_spec_boxed ("keys", NULL, NULL, G_TYPE_STRV, G_PARAM_WRITABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);

  install_limits (flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
dheera_server_init (DheeraServer *self)
{
  g_mutex_init (&self->lock);
  self->generation = dheera_process_get_generation ();
  self->port = -1;
  self->max_connections = -1;
  self->max_body_size = -1;
  self->drain_timeout = -1;
  self->keys = dheera_keys_new ();
  self->models = g_ptr_array_new_with_free_func ((GDestroyNotify) dheera_served_model_free);
}

/**
 * dheera_server_new:
 * @client: (nullable): the client whose session carries every request, or %NULL for the configuration file's, or the default client
 *
 * Makes a server, which listens once it is started.
 *
 * Returns: (transfer full): a server
 *
 * Since: 0.1
 */
DheeraServer *
dheera_server_new (DheeraClient *client)
{
  g_return_val_if_fail (client == NULL || DHEERA_IS_CLIENT (client), NULL);

  return g_object_new (DHEERA_TYPE_SERVER, "client", client, NULL);
}

/**
 * dheera_server_get_client: (get-property client)
 * @self: a server
 *
 * Gets the client that asks the providers.
 *
 * Returns: (transfer none) (nullable): the client; %NULL when the server was made without one and does not run
 *
 * Since: 0.1
 */
DheeraClient *
dheera_server_get_client (DheeraServer *self)
{
  g_return_val_if_fail (DHEERA_IS_SERVER (self), NULL);

  return self->used_client != NULL ? self->used_client : self->client;
}

/**
 * dheera_server_get_host: (get-property host)
 * @self: a server
 *
 * Gets the address to listen at.
 *
 * Returns: (transfer none): an address or a name
 *
 * Since: 0.1
 */
const char *
dheera_server_get_host (DheeraServer *self)
{
  g_return_val_if_fail (DHEERA_IS_SERVER (self), NULL);

  return self->host != NULL ? self->host : DHEERA_SERVER_HOST;
}

/**
 * dheera_server_set_host: (set-property host)
 * @self: a server
 * @host: (nullable): an address or a name of this machine; %NULL for the configuration file's, or 127.0.0.1
 *
 * Sets the address to listen at, from the next start on.
 *
 * Since: 0.1
 */
void
dheera_server_set_host (DheeraServer *self,
                        const char   *host)
{
  g_return_if_fail (DHEERA_IS_SERVER (self));

  if (g_strcmp0 (self->host, host) == 0)
    return;

  g_free (self->host);
  self->host = g_strdup (host);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HOST]);
}

/**
 * dheera_server_get_port: (get-property port)
 * @self: a server
 *
 * Gets the port: the one that the server has while it runs, or else the one that was set.
 *
 * Returns: a port
 *
 * Since: 0.1
 */
guint
dheera_server_get_port (DheeraServer *self)
{
  g_return_val_if_fail (DHEERA_IS_SERVER (self), 0);

  if (self->front != NULL)
    return self->used_port;

  return self->port >= 0 ? (guint) self->port : DHEERA_SERVER_PORT;
}

/**
 * dheera_server_set_port: (set-property port)
 * @self: a server
 * @port: a port, 0 for one that is free
 *
 * Sets the port to listen at, from the next start on.
 *
 * Since: 0.1
 */
void
dheera_server_set_port (DheeraServer *self,
                        guint         port)
{
  g_return_if_fail (DHEERA_IS_SERVER (self));
  g_return_if_fail (port <= G_MAXUINT16);

  if (self->port == (int) port)
    return;

  self->port = (int) port;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PORT]);
}

/**
 * dheera_server_get_tls_certificate: (get-property tls-certificate)
 * @self: a server
 *
 * Gets the certificate that was set.
 *
 * Returns: (transfer none) (nullable): the certificate, or %NULL
 *
 * Since: 0.1
 */
GTlsCertificate *
dheera_server_get_tls_certificate (DheeraServer *self)
{
  g_return_val_if_fail (DHEERA_IS_SERVER (self), NULL);

  return self->certificate;
}

/**
 * dheera_server_set_tls_certificate: (set-property tls-certificate)
 * @self: a server
 * @certificate: (nullable): a certificate with its private key, or %NULL
 *
 * Sets the certificate, and has the server speak HTTPS from the next start on.
 *
 * Since: 0.1
 */
void
dheera_server_set_tls_certificate (DheeraServer    *self,
                                   GTlsCertificate *certificate)
{
  g_return_if_fail (DHEERA_IS_SERVER (self));
  g_return_if_fail (certificate == NULL || G_IS_TLS_CERTIFICATE (certificate));

  if (g_set_object (&self->certificate, certificate))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TLS_CERTIFICATE]);
}

/**
 * dheera_server_get_config_file: (get-property config-file)
 * @self: a server
 *
 * Gets the path of the configuration file.
 *
 * Returns: (transfer none) (nullable): a path, or %NULL
 *
 * Since: 0.1
 */
const char *
dheera_server_get_config_file (DheeraServer *self)
{
  g_return_val_if_fail (DHEERA_IS_SERVER (self), NULL);

  return self->config_file;
}

/**
 * dheera_server_set_config_file: (set-property config-file)
 * @self: a server
 * @config_file: (nullable): a path, or %NULL
 *
 * Sets the path of the configuration file, which is read at the next start.
 *
 * Since: 0.1
 */
void
dheera_server_set_config_file (DheeraServer *self,
                               const char   *config_file)
{
  g_return_if_fail (DHEERA_IS_SERVER (self));

  if (g_strcmp0 (self->config_file, config_file) == 0)
    return;

  g_free (self->config_file);
  self->config_file = g_strdup (config_file);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CONFIG_FILE]);
}

/**
 * dheera_server_set_keys: (set-property keys)
 * @self: a server
 * @keys: (nullable) (array zero-terminated=1): keys or hashes of keys, or %NULL
 *
 * Sets the keys of which a request has to have one, in the place of those that were set before, from the next start on.
 *
 * Only their hashes are kept. A key that is empty, or begins with `sha256:` and is no hash, fails at the start.
 *
 * Since: 0.1
 */
void
dheera_server_set_keys (DheeraServer      *self,
                        const char *const *keys)
{
  g_return_if_fail (DHEERA_IS_SERVER (self));

  dheera_keys_clear (self->keys);
  self->has_bad_key = FALSE;
  for (; keys != NULL && *keys != NULL; keys++)
    if (!dheera_keys_add (self->keys, *keys))
      self->has_bad_key = TRUE;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_KEYS]);
}

/**
 * dheera_server_add_key_file:
 * @self: a server
 * @path: a file with a key, or the hash of one, on each line
 * @error: return location for an error
 *
 * Adds the keys of a file to those that were set, from the next start on. Lines that are empty or begin with `#` are left out.
 *
 * It fails with %DHEERA_ERROR_INVALID_REQUEST when the file can't be read, has no keys, or is one that others can read.
 *
 * Returns: whether the keys were added
 *
 * Since: 0.1
 */
gboolean
dheera_server_add_key_file (DheeraServer  *self,
                            const char    *path,
                            GError       **error)
{
  g_return_val_if_fail (DHEERA_IS_SERVER (self), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return dheera_keys_add_file (self->keys, path, error);
}

/**
 * dheera_server_hash_key:
 * @key: a key
 *
 * Makes the hash of a key, for configuration files: `sha256:` and 64 hexadecimal digits.
 *
 * A hash does not tell the key only where that is long and random: `dheera-ai serve --new-key` makes such a one.
 *
 * Returns: (transfer full): the hash
 *
 * Since: 0.1
 */
char *
dheera_server_hash_key (const char *key)
{
  g_return_val_if_fail (key != NULL, NULL);

  return dheera_key_hash (key);
}

/**
 * dheera_server_get_max_connections: (get-property max-connections)
 * @self: a server
 *
 * Gets how many connections there may be at a time.
 *
 * Returns: the number that was set, or the default
 *
 * Since: 0.1
 */
guint
dheera_server_get_max_connections (DheeraServer *self)
{
  g_return_val_if_fail (DHEERA_IS_SERVER (self), 0);

  return self->max_connections >= 0 ? (guint) self->max_connections : DHEERA_SERVER_MAX_CONNECTIONS;
}

/**
 * dheera_server_set_max_connections: (set-property max-connections)
 * @self: a server
 * @max_connections: a number, from 1
 *
 * Sets how many connections there may be at a time, from the next start on.
 *
 * Since: 0.1
 */
void
dheera_server_set_max_connections (DheeraServer *self,
                                   guint         max_connections)
{
  g_return_if_fail (DHEERA_IS_SERVER (self));
  g_return_if_fail (max_connections >= 1 && max_connections <= G_MAXINT);

  if (self->max_connections == (gint64) max_connections)
    return;

  self->max_connections = max_connections;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MAX_CONNECTIONS]);
}

/**
 * dheera_server_get_max_body_size: (get-property max-body-size)
 * @self: a server
 *
 * Gets how long a request may be.
 *
 * Returns: the number of bytes that was set, or the default
 *
 * Since: 0.1
 */
guint64
dheera_server_get_max_body_size (DheeraServer *self)
{
  g_return_val_if_fail (DHEERA_IS_SERVER (self), 0);

  return self->max_body_size >= 0 ? (guint64) self->max_body_size : DHEERA_SERVER_MAX_BODY_SIZE;
}

/**
 * dheera_server_set_max_body_size: (set-property max-body-size)
 * @self: a server
 * @max_body_size: a number of bytes, from 1
 *
 * Sets how long a request may be, from the next start on.
 *
 * Since: 0.1
 */
void
dheera_server_set_max_body_size (DheeraServer *self,
                                 guint64       max_body_size)
{
  g_return_if_fail (DHEERA_IS_SERVER (self));
  g_return_if_fail (max_body_size >= 1 && max_body_size <= G_MAXINT64);

  if (self->max_body_size == (gint64) max_body_size)
    return;

  self->max_body_size = (gint64) max_body_size;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MAX_BODY_SIZE]);
}

/**
 * dheera_server_get_drain_timeout: (get-property drain-timeout)
 * @self: a server
 *
 * Gets how long a server that stops waits for what it is answering.
 *
 * Returns: the seconds that were set, or the default
 *
 * Since: 0.1
 */
double
dheera_server_get_drain_timeout (DheeraServer *self)
{
  g_return_val_if_fail (DHEERA_IS_SERVER (self), 0);

  return self->drain_timeout >= 0 ? self->drain_timeout : DHEERA_SERVER_DRAIN_TIMEOUT;
}

/**
 * dheera_server_set_drain_timeout: (set-property drain-timeout)
 * @self: a server
 * @drain_timeout: seconds, from 0
 *
 * Sets how long a server that stops waits for what it is answering, from the next start on.
 *
 * Since: 0.1
 */
void
dheera_server_set_drain_timeout (DheeraServer *self,
                                 double        drain_timeout)
{
  g_return_if_fail (DHEERA_IS_SERVER (self));
  g_return_if_fail (drain_timeout >= 0 && drain_timeout <= G_MAXINT);

  if (self->drain_timeout == drain_timeout)
    return;

  self->drain_timeout = drain_timeout;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DRAIN_TIMEOUT]);
}

/**
 * dheera_server_add_model:
 * @self: a server
 * @name: the name by which requests ask for it
 * @target: what the client is asked for, as `provider/model`
 *
 * Gives a model a name of the server's own, from the next start on. Once there is such a name, only such names are there, and answers call the model so.
 * Of a name that is given twice the last target holds, and one that is in the configuration file too stands for what is said here.
 *
 * The server does not start with a target that names no provider which the client has by then, or no model; see [method@Client.check_model].
 *
 * Since: 0.1
 */
void
dheera_server_add_model (DheeraServer *self,
                         const char   *name,
                         const char   *target)
{
  g_return_if_fail (DHEERA_IS_SERVER (self));
  g_return_if_fail (name != NULL && *name != '\0');
  g_return_if_fail (target != NULL && *target != '\0');

  for (guint i = 0; i < self->models->len; i++)
    {
      DheeraServedModel *model = g_ptr_array_index (self->models, i);

      if (strcmp (model->name, name) == 0)
        {
          dheera_string_set (&model->target, target);
          return;
        }
    }
  g_ptr_array_add (self->models, dheera_served_model_new (name, target));
}

/**
 * dheera_server_get_uri:
 * @self: a server
 *
 * Gets the address of a server that runs, such as `http://127.0.0.1:4000`. Clients of OpenAI's take it with `/v1` behind it as their base URL.
 *
 * Returns: (transfer full) (nullable): a URI, or %NULL when the server does not run
 *
 * Since: 0.1
 */
char *
dheera_server_get_uri (DheeraServer *self)
{
  gboolean is_ipv6;

  g_return_val_if_fail (DHEERA_IS_SERVER (self), NULL);

  if (self->front == NULL)
    return NULL;

  is_ipv6 = strchr (self->used_host, ':') != NULL;
  return g_strdup_printf ("%s://%s%s%s:%u", self->uses_tls ? "https" : "http", is_ipv6 ? "[" : "", self->used_host, is_ipv6 ? "]" : "", self->used_port);
}
