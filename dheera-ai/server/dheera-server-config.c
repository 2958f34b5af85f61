/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-server-private.h"

#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <string.h>

#include "dheera-ai/model/dheera-strings-private.h"
#include "dheera-ai/model/errors/dheera-error-private.h"
#include "dheera-ai/wire/dheera-secret-private.h"
#include "dheera-ai/wire/dheera-url-private.h"

/* The configuration file. What it does not know is an error: a word that is misspelt must not mean the default. */

/* Where in the file something is read, for its errors */
typedef struct
{
  DheeraServerConfig *config;
  GKeyFile *file;
  const char *path;
  const char *group;
  const char *key;
} Place;

/* FALSE, for whoever returns it */
static gboolean
complain (const Place  *place,
          GError      **error,
          const char   *format,
          ...) G_GNUC_PRINTF (3, 4);

static gboolean
complain (const Place  *place,
          GError      **error,
          const char   *format,
          ...)
{
  g_autofree char *reason = NULL;
  va_list args;

  va_start (args, format);
  reason = g_strdup_vprintf (format, args);
  va_end (args);
  if (place->key != NULL)
    dheera_set_invalid_request (error, "config-file", "In the configuration file %s, group [%s], key “%s”: %s", place->path, place->group, place->key, reason);
  else
    dheera_set_invalid_request (error, "config-file", "In the configuration file %s, group [%s]: %s", place->path, place->group, reason);

  return FALSE;
}

/* --- Values --------------------------------------------------------------------------------------------------------------------------------- */

/* NULL with an error when it is empty or no text. */
static char *
read_text (const Place  *place,
           GError      **error)
{
  g_autoptr(GError) reason = NULL;
  g_autofree char *text = g_key_file_get_string (place->file, place->group, place->key, &reason);

  if (text == NULL)
    complain (place, error, "%s.", reason->message);
  else if (*text == '\0')
    complain (place, error, "the value is empty.");
  else
    return g_steal_pointer (&text);

  return NULL;
}

static gboolean
take_text (const Place  *place,
           char        **text,
           GError      **error)
{
  g_free (*text);
  *text = read_text (place, error);

  return *text != NULL;
}

/* A path; a relative one begins where the configuration file is. */
static char *
resolve_path (const Place *place,
              const char  *path)
{
  g_autofree char *folder = g_path_get_dirname (place->path);

  return g_path_is_absolute (path) ? g_strdup (path) : g_build_filename (folder, path, NULL);
}

static gboolean
take_number (const Place  *place,
             gint64        minimum,
             gint64        maximum,
             gint64       *number,
             GError      **error)
{
  g_autofree char *text = read_text (place, error);

  if (text == NULL)
    return FALSE;
  if (!g_ascii_string_to_signed (text, 10, minimum, maximum, number, NULL))
    return complain (place, error, "“%s” is no whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT ".", text, minimum, maximum);

  return TRUE;
}

static gboolean
take_seconds (const Place  *place,
              double       *seconds,
              GError      **error)
{
  g_autofree char *text = read_text (place, error);
  char *end = NULL;

  if (text == NULL)
    return FALSE;
  *seconds = g_ascii_strtod (text, &end);
  if (*end != '\0' || !(*seconds >= 0 && *seconds <= G_MAXINT))
    return complain (place, error, "“%s” is no number of seconds.", text);

  return TRUE;
}

static GStrv
read_list (const Place  *place,
           GError      **error)
{
  g_autoptr(GError) reason = NULL;
  GStrv list = g_key_file_get_string_list (place->file, place->group, place->key, NULL, &reason);

  if (list == NULL)
    complain (place, error, "%s.", reason->message);

  return list;
}

/* One that has to have something in it: keys that somebody meant to be there, and that are not, would leave the door open. */
static GStrv
read_filled_list (const Place  *place,
                  GError      **error)
{
  g_auto(GStrv) list = read_list (place, error);

  if (list != NULL && *list == NULL)
    {
      complain (place, error, "the value is empty.");
      return NULL;
    }

  return g_steal_pointer (&list);
}

/* The reason stands in the error already; where it is missing is added. */
static gboolean
place_error (const Place  *place,
             GError       *reason, /* (transfer full) */
             GError      **error)
{
  complain (place, error, "%s", reason->message);
  g_error_free (reason);

  return FALSE;
}

/* --- [server] -------------------------------------------------------------------------------------------------------------------------------- */

static gboolean
take_hashes (const Place  *place,
             GError      **error)
{
  g_auto(GStrv) hashes = read_filled_list (place, error);

  for (guint i = 0; hashes != NULL && hashes[i] != NULL; i++)
    {
      /* A key as it is would be taken, too, and lie in a file that is no key file. */
      if (!g_str_has_prefix (hashes[i], "sha256:") || !dheera_keys_add (place->config->keys, hashes[i]))
        return complain (place, error, "number %u is no hash of a key: sha256: and 64 hexadecimal digits are one, and “dheera-ai serve --new-key” makes one.", i + 1);
    }

  return hashes != NULL;
}

static gboolean
take_key_files (const Place  *place,
                GError      **error)
{
  g_auto(GStrv) paths = read_filled_list (place, error);

  for (guint i = 0; paths != NULL && paths[i] != NULL; i++)
    {
      g_autofree char *path = resolve_path (place, paths[i]);
      GError *reason = NULL;

      if (!dheera_keys_add_file (place->config->keys, path, &reason))
        return place_error (place, reason, error);
    }

  return paths != NULL;
}

/* GIO would read a private key that everybody can read. */
static gboolean
check_secret (const Place  *place,
              const char   *path,
              GError      **error)
{
  GError *reason = NULL;
  char *text = dheera_key_read_file (path, &reason);

  if (text == NULL)
    return place_error (place, reason, error);

  dheera_secret_free (text);

  return TRUE;
}

/* The certificate and its key are two keys of the file that make one value. */
static gboolean
take_certificate (const Place  *place,
                  GError      **error)
{
  const Place certificate_place = { place->config, place->file, place->path, place->group, "tls-certificate-file" };
  g_autofree char *certificate = NULL;
  g_autofree char *key = NULL;
  g_autofree char *certificate_path = NULL;
  g_autofree char *key_path = NULL;
  g_autoptr(GError) reason = NULL;

  if (place->config->certificate != NULL)
    return TRUE;
  if (!g_key_file_has_key (place->file, place->group, certificate_place.key, NULL))
    return complain (place, error, "there is no certificate without tls-certificate-file.");

  certificate = read_text (&certificate_place, error);
  if (certificate == NULL)
    return FALSE;
  certificate_path = resolve_path (place, certificate);
  if (g_key_file_has_key (place->file, place->group, "tls-key-file", NULL))
    {
      const Place key_place = { place->config, place->file, place->path, place->group, "tls-key-file" };

      key = read_text (&key_place, error);
      if (key == NULL)
        return FALSE;
      key_path = resolve_path (place, key);
    }
  if (!check_secret (place, key_path != NULL ? key_path : certificate_path, error))
    return FALSE;
  place->config->certificate = g_tls_certificate_new_from_files (certificate_path, key_path != NULL ? key_path : certificate_path, &reason);
  if (place->config->certificate == NULL)
    return complain (place, error, "no certificate and key were found in %s%s%s: %s.", certificate_path, key_path != NULL ? " and " : "",
                     key_path != NULL ? key_path : "", reason->message);

  return TRUE;
}

static gboolean
take_policy (const Place  *place,
             GError      **error)
{
  g_autofree char *text = read_text (place, error);

  if (text == NULL)
    return FALSE;
  if (strcmp (text, "reject") == 0)
    place->config->param_policy = DHEERA_PARAM_POLICY_REJECT;
  else if (strcmp (text, "drop") == 0)
    place->config->param_policy = DHEERA_PARAM_POLICY_DROP;
  else
    return complain (place, error, "“%s” is none of drop and reject.", text);

  return TRUE;
}

static gboolean
read_server (const Place  *place,
             GError      **error)
{
  DheeraServerConfig *config = place->config;
  gint64 number;

  if (strcmp (place->key, "host") == 0)
    return take_text (place, &config->host, error);
  if (strcmp (place->key, "port") == 0)
    {
      if (!take_number (place, 0, G_MAXUINT16, &number, error))
        return FALSE;
      config->port = (int) number;
      return TRUE;
    }
  if (strcmp (place->key, "key-hashes") == 0)
    return take_hashes (place, error);
  if (strcmp (place->key, "key-files") == 0)
    return take_key_files (place, error);
  if (strcmp (place->key, "tls-certificate-file") == 0 || strcmp (place->key, "tls-key-file") == 0)
    return take_certificate (place, error);
  if (strcmp (place->key, "max-connections") == 0)
    return take_number (place, 1, G_MAXINT, &config->max_connections, error);
  if (strcmp (place->key, "max-body-size") == 0)
    return take_number (place, 1, G_MAXINT64, &config->max_body_size, error);
  if (strcmp (place->key, "drain-timeout") == 0)
    return take_seconds (place, &config->drain_timeout, error);
  if (strcmp (place->key, "param-policy") == 0)
    return take_policy (place, error);

  return complain (place, error, "there is no such key; there are host, port, key-hashes, key-files, tls-certificate-file, tls-key-file, max-connections, max-body-size, drain-timeout and param-policy.");
}

/* --- [session] --------------------------------------------------------------------------------------------------------------------------------- */

static gboolean
read_whole (const Place  *place,
            GParamSpec   *pspec,
            GValue       *value,
            GError      **error)
{
  GParamSpecUInt *unsigned_spec = G_IS_PARAM_SPEC_UINT (pspec) ? G_PARAM_SPEC_UINT (pspec) : NULL;
  gint64 number;

  if (unsigned_spec != NULL)
    {
      if (!take_number (place, unsigned_spec->minimum, unsigned_spec->maximum, &number, error))
        return FALSE;
      g_value_set_uint (value, (guint) number);
    }
  else
    {
      if (!take_number (place, G_PARAM_SPEC_INT (pspec)->minimum, G_PARAM_SPEC_INT (pspec)->maximum, &number, error))
        return FALSE;
      g_value_set_int (value, (int) number);
    }

  return TRUE;
}

static gboolean
read_switch (const Place  *place,
             GValue       *value,
             GError      **error)
{
  g_autoptr(GError) reason = NULL;

  g_value_set_boolean (value, g_key_file_get_boolean (place->file, place->group, place->key, &reason));
  if (reason != NULL)
    return complain (place, error, "the value is neither true nor false.");

  return TRUE;
}

static gboolean
read_choice (const Place  *place,
             GParamSpec   *pspec,
             GValue       *value,
             GError      **error)
{
  g_autofree char *text = read_text (place, error);
  GEnumValue *found;

  if (text == NULL)
    return FALSE;
  found = g_enum_get_value_by_nick (G_PARAM_SPEC_ENUM (pspec)->enum_class, text);
  if (found == NULL)
    return complain (place, error, "“%s” is none of its values: ipv4 and ipv6 are two.", text);

  g_value_set_enum (value, found->value);

  return TRUE;
}

/* unix:/run/sidecar.socket, or host:port */
static gboolean
read_connectable (const Place  *place,
                  GValue       *value,
                  GError      **error)
{
  g_autofree char *text = read_text (place, error);
  GSocketConnectable *connectable = NULL;

  if (text == NULL)
    return FALSE;
  if (g_str_has_prefix (text, "unix:"))
    connectable = G_SOCKET_CONNECTABLE (g_unix_socket_address_new (text + strlen ("unix:")));
  else if (strrchr (text, ':') != NULL)
    connectable = g_network_address_parse (text, 0, NULL);
  if (connectable == NULL)
    return complain (place, error, "“%s” is neither host:port nor unix: and a path.", text);

  g_value_take_object (value, connectable);

  return TRUE;
}

static gboolean
read_option (const Place  *place,
             GParamSpec   *pspec,
             GValue       *value,
             GError      **error)
{
  if (G_IS_PARAM_SPEC_UINT (pspec) || G_IS_PARAM_SPEC_INT (pspec))
    return read_whole (place, pspec, value, error);
  if (G_IS_PARAM_SPEC_BOOLEAN (pspec))
    return read_switch (place, value, error);
  if (G_IS_PARAM_SPEC_ENUM (pspec))
    return read_choice (place, pspec, value, error);
  if (pspec->value_type == G_TYPE_STRING)
    {
      g_value_take_string (value, read_text (place, error));
      return g_value_get_string (value) != NULL;
    }
  if (pspec->value_type == G_TYPE_STRV)
    {
      g_value_take_boxed (value, read_list (place, error));
      return g_value_get_boxed (value) != NULL;
    }
  if (pspec->value_type == G_TYPE_SOCKET_CONNECTABLE)
    return read_connectable (place, value, error);

  return complain (place, error, "this is an object, which only a program can give: make the client there, or use ca-file.");
}

static gboolean
is_file_option (const char *name)
{
  return g_str_has_suffix (name, "-file");
}

static gboolean
read_session (const Place  *place,
              GError      **error)
{
  DheeraServerConfig *config = place->config;
  g_auto(GValue) value = G_VALUE_INIT;
  GParamSpec *pspec;

  pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (config->session), place->key);
  if (pspec == NULL)
    return complain (place, error, "there is no such option of a session; they are the properties of DheeraSessionOptions, such as proxy-uri and ca-file.");

  g_value_init (&value, pspec->value_type);
  if (!read_option (place, pspec, &value, error))
    return FALSE;
  if (is_file_option (place->key) && !g_str_has_prefix (g_value_get_string (&value), "pkcs11:"))
    g_value_take_string (&value, resolve_path (place, g_value_get_string (&value)));
  g_object_set_property (G_OBJECT (config->session), place->key, &value);

  return TRUE;
}

/* --- [provider ID] ------------------------------------------------------------------------------------------------------------------------------ */

static void
provider_free (gpointer data)
{
  DheeraServerProvider *self = data;

  dheera_secret_free (self->api_key);
  g_ptr_array_unref (self->names);
  g_ptr_array_unref (self->values);
  g_free (self->id);
  g_free (self);
}

static DheeraServerProvider *
provider_new (const char *id)
{
  DheeraServerProvider *self = g_new0 (DheeraServerProvider, 1);

  self->id = g_strdup (id);
  self->names = g_ptr_array_new_with_free_func (g_free);
  self->values = g_ptr_array_new_with_free_func (g_free);

  return self;
}

static gboolean
read_api_key (const Place           *place,
              DheeraServerProvider  *provider,
              GError               **error)
{
  g_autofree char *text = read_text (place, error);
  g_autofree char *path = NULL;
  GError *reason = NULL;

  if (text == NULL)
    return FALSE;
  path = resolve_path (place, text);
  dheera_secret_free (provider->api_key);
  provider->api_key = dheera_key_read_file (path, &reason);
  if (provider->api_key == NULL)
    return place_error (place, reason, error);
  g_strstrip (provider->api_key);
  if (*provider->api_key == '\0')
    return complain (place, error, "there is no key in %s.", path);

  return TRUE;
}

static gboolean
read_provider (const Place  *place,
               GError      **error)
{
  static const char *const names[] = { "base-url", "api-version", "organization", "project", "region", NULL };
  DheeraServerProvider *provider = g_ptr_array_index (place->config->providers, place->config->providers->len - 1);
  g_autofree char *text = NULL;
  g_autofree char *fault = NULL;

  if (strcmp (place->key, "api-key-file") == 0)
    return read_api_key (place, provider, error);
  if (strcmp (place->key, "api-key") == 0)
    return complain (place, error, "a key does not stand in here: put it into a file of its own, and name that as api-key-file.");
  if (!g_strv_contains (names, place->key))
    return complain (place, error, "there is no such key; there are base-url, api-key-file, api-version, organization, project and region.");

  text = read_text (place, error);
  if (text == NULL)
    return FALSE;
  if (strcmp (place->key, "base-url") == 0)
    fault = dheera_url_find_fault (text);
  /* It is not quoted: what is wrong with it may be a password in it. */
  if (fault != NULL)
    return complain (place, error, "the address can't be used: %s.", fault);

  g_ptr_array_add (provider->names, g_strdup (place->key));
  g_ptr_array_add (provider->values, g_steal_pointer (&text));

  return TRUE;
}

static gboolean
check_provider (const Place  *place,
                const char   *id,
                GError      **error)
{
  if (strchr (id, '/') != NULL)
    return complain (place, error, "the name of a provider has no slash in it: what stands behind one is the model.");
  if (g_strv_contains (dheera_provider_get_known_ids (), id) || g_key_file_has_key (place->file, place->group, "base-url", NULL))
    return TRUE;

  return complain (place, error, "there is no provider “%s”; one that speaks OpenAI's protocol needs its base-url.", id);
}

static const char *
find_value (DheeraServerProvider *self,
            const char           *name)
{
  for (guint i = 0; i < self->names->len; i++)
    if (strcmp (g_ptr_array_index (self->names, i), name) == 0)
      return g_ptr_array_index (self->values, i);

  return NULL;
}

void
dheera_server_config_apply (DheeraServerConfig *self,
                            DheeraClient       *client)
{
  if (self->param_policy >= 0)
    dheera_client_set_param_policy (client, (DheeraParamPolicy) self->param_policy);
  for (guint i = 0; i < self->providers->len; i++)
    {
      DheeraServerProvider *each = g_ptr_array_index (self->providers, i);
      DheeraProvider *provider = dheera_client_get_provider (client, each->id);

      if (provider == NULL)
        {
          g_autoptr(DheeraProvider) fresh = dheera_provider_new_compatible (each->id, find_value (each, "base-url"));

          dheera_client_add_provider (client, fresh);
          provider = dheera_client_get_provider (client, each->id);
        }
      for (guint j = 0; j < each->names->len; j++)
        g_object_set (provider, g_ptr_array_index (each->names, j), g_ptr_array_index (each->values, j), NULL);
      if (each->api_key != NULL)
        dheera_provider_set_api_key (provider, each->api_key);
    }
}

/* --- [model NAME] --------------------------------------------------------------------------------------------------------------------------------- */

static gboolean
read_model (const Place  *place,
            GError      **error)
{
  const char *name = place->group + strlen ("model ");
  g_autofree char *target = NULL;

  if (strcmp (place->key, "target") != 0)
    return complain (place, error, "there is no such key; there is target.");

  target = read_text (place, error);
  if (target == NULL)
    return FALSE;
  g_ptr_array_add (place->config->models, dheera_served_model_new (name, target));

  return TRUE;
}

static gboolean
check_model (const Place  *place,
             GError      **error)
{
  if (g_key_file_has_key (place->file, place->group, "target", NULL))
    return TRUE;

  return complain (place, error, "there is no target, such as target=openai/gpt-4o-mini.");
}

gboolean
dheera_server_config_knows_target (DheeraServerConfig *self,
                                   DheeraClient       *client,
                                   const char         *target)
{
  for (guint i = 0; i < self->providers->len; i++)
    {
      const DheeraServerProvider *provider = g_ptr_array_index (self->providers, i);
      gsize length = strlen (provider->id);

      /* It becomes one of the client's only later. */
      if (strncmp (target, provider->id, length) == 0 && target[length] == '/' && target[length + 1] != '\0')
        return TRUE;
    }

  return dheera_client_check_model (client, target, NULL);
}

gboolean
dheera_server_config_check_targets (DheeraServerConfig  *self,
                                    DheeraClient        *client,
                                    const char          *path,
                                    GError             **error)
{
  for (guint i = 0; i < self->models->len; i++)
    {
      const DheeraServedModel *model = g_ptr_array_index (self->models, i);
      g_autofree char *group = g_strconcat ("model ", model->name, NULL);
      const Place place = { self, NULL, path, group, "target" };

      if (!dheera_server_config_knows_target (self, client, model->target))
        return complain (&place, error, "“%s” names no provider that there is, or no model: openai/gpt-4o-mini has both.", model->target);
    }

  return TRUE;
}

/* --- The file --------------------------------------------------------------------------------------------------------------------------------------- */

typedef gboolean (*ReadKey) (const Place  *place,
                             GError      **error);

/* What comes with the group itself, before its keys; the function for them, or NULL with an error. */
static ReadKey
enter_group (const Place  *place,
             GError      **error)
{
  DheeraServerConfig *config = place->config;

  if (strcmp (place->group, "server") == 0)
    return read_server;
  if (strcmp (place->group, "session") == 0)
    {
      config->session = dheera_session_options_new ();
      return read_session;
    }
  if (g_str_has_prefix (place->group, "provider ") && place->group[strlen ("provider ")] != '\0')
    {
      const char *id = place->group + strlen ("provider ");

      if (!check_provider (place, id, error))
        return NULL;
      g_ptr_array_add (config->providers, provider_new (id));
      return read_provider;
    }
  if (g_str_has_prefix (place->group, "model ") && place->group[strlen ("model ")] != '\0')
    return check_model (place, error) ? read_model : NULL;

  complain (place, error, "there is no such group; there are [server], [session], [provider ID] and [model NAME].");

  return NULL;
}

static gboolean
read_group (Place   *place,
            GError **error)
{
  g_auto(GStrv) keys = g_key_file_get_keys (place->file, place->group, NULL, NULL);
  ReadKey read_key = enter_group (place, error);

  if (read_key == NULL)
    return FALSE;
  for (guint i = 0; keys[i] != NULL; i++)
    {
      place->key = keys[i];
      if (!read_key (place, error))
        return FALSE;
    }
  place->key = NULL;

  return TRUE;
}

static gboolean
load (GKeyFile    *file,
      const char  *path,
      char       **text,
      GError     **error)
{
  g_autoptr(GError) reason = NULL;
  gsize length;

  /* The reason says which file. */
  if (!g_file_get_contents (path, text, &length, &reason))
    dheera_set_invalid_request (error, "config-file", "The configuration file can't be read: %s.", reason->message);
  else if (!g_key_file_load_from_data (file, *text, length, G_KEY_FILE_NONE, &reason))
    dheera_set_invalid_request (error, "config-file", "The configuration file %s can't be read: %s%s", path, reason->message,
                                g_str_has_suffix (reason->message, ".") ? "" : ".");

  return reason == NULL;
}

gboolean
dheera_server_config_read (DheeraServerConfig  *self,
                           const char          *path,
                           GError             **error)
{
  g_autoptr(GKeyFile) file = g_key_file_new ();
  g_autofree char *text = NULL;
  g_auto(GStrv) groups = NULL;
  Place place = { self, file, path, NULL, NULL };

  if (!load (file, path, &text, error) || !dheera_config_text_check (text, path, error))
    return FALSE;

  groups = g_key_file_get_groups (file, NULL);
  for (guint i = 0; groups[i] != NULL; i++)
    {
      place.group = groups[i];
      if (!read_group (&place, error))
        return FALSE;
    }

  return TRUE;
}

void
dheera_server_config_init (DheeraServerConfig *self)
{
  *self = (DheeraServerConfig) { .port = -1, .max_connections = -1, .max_body_size = -1, .drain_timeout = -1, .param_policy = -1 };
  self->keys = dheera_keys_new ();
  self->models = g_ptr_array_new_with_free_func ((GDestroyNotify) dheera_served_model_free);
  self->providers = g_ptr_array_new_with_free_func (provider_free);
}

void
dheera_server_config_clear (DheeraServerConfig *self)
{
  g_clear_pointer (&self->host, g_free);
  g_clear_object (&self->certificate);
  g_clear_pointer (&self->keys, dheera_keys_free);
  g_clear_pointer (&self->models, g_ptr_array_unref);
  g_clear_pointer (&self->providers, g_ptr_array_unref);
  g_clear_object (&self->session);
}
