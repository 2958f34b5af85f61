/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-routes-private.h"

#include <string.h>

#include "dheera-ai/model/dheera-strings-private.h"
#include "dheera-ai/wire/dheera-url-private.h"

/* What is decided at the head of a request, before its body is read: where it goes, and who may ask. */

typedef enum
{
  ROUTE_OPEN = 1 << 0, /* without a key */
  ROUTE_REST = 1 << 1, /* the rest of the path is an argument */
} RouteFlags;

typedef struct
{
  const char *method;
  const char *path;    /* behind /v1, which may be left out */
  RouteFlags flags;
  DheeraRoute route;   /* of those without ROUTE_OPEN */
} Route;

static const Route table[] = {
  { "POST", "/chat/completions", 0, DHEERA_ROUTE_CHAT },
  { "POST", "/completions", 0, DHEERA_ROUTE_COMPLETIONS },
  { "POST", "/embeddings", 0, DHEERA_ROUTE_EMBEDDINGS },
  { "GET", "/models", 0, DHEERA_ROUTE_MODELS },
  { "GET", "/models/", ROUTE_REST, DHEERA_ROUTE_MODEL },
  { "GET", "/health/liveliness", ROUTE_OPEN, 0 },
  { "GET", "/health/readiness", ROUTE_OPEN, 0 },
};

#define INVALID "invalid_request_error"

/* What a field says is shown no longer than this. */
#define MAX_SHOWN 100

static void
refuse (DheeraJob        *job,
        DheeraCodecError *error,
        const char       *field,
        const char       *value)
{
  const DheeraFrontField fields[] = { { field, value }, { NULL, NULL } };

  dheera_job_fail (job, error, fields);
}

/* --- Where it goes --------------------------------------------------------------------------------------------------------------- */

static gboolean
path_matches (const Route *route,
              const char  *path)
{
  gsize length = strlen (route->path);

  if (route->flags & ROUTE_REST)
    return strncmp (path, route->path, length) == 0 && path[length] != '\0';

  return strcmp (path, route->path) == 0;
}

static const Route *
find_route (const char *path)
{
  if (g_str_has_prefix (path, "/v1/"))
    path += strlen ("/v1");

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (path_matches (&table[i], path))
      return &table[i];

  return NULL;
}

static gboolean
method_matches (const Route *route,
                const char  *method)
{
  return strcmp (method, route->method) == 0 || (strcmp (method, "HEAD") == 0 && strcmp (route->method, "GET") == 0);
}

/* NULL when the job was refused. */
static const Route *
choose_route (DheeraJob *job)
{
  DheeraIncoming *incoming = job->incoming;
  const Route *route = find_route (incoming->path);
  g_auto(DheeraCodecError) error = { 0 };
  gboolean reads = route != NULL && strcmp (route->method, "GET") == 0;

  if (route == NULL)
    {
      dheera_codec_make_error (&error, 404, INVALID, "unknown_url", NULL, "Invalid URL (%s %s)", incoming->method, incoming->path);
      dheera_job_fail (job, &error, NULL);
      return NULL;
    }
  if (!method_matches (route, incoming->method))
    {
      dheera_codec_make_error (&error, 405, INVALID, "method_not_supported", NULL, "Not allowed to %s on %s. (HINT: Perhaps you meant to make a %s request?)",
                               incoming->method, incoming->path, route->method);
      refuse (job, &error, "Allow", reads ? "GET, HEAD" : "POST");
      return NULL;
    }

  return route;
}

/* --- Who may ask ----------------------------------------------------------------------------------------------------------------- */

static gboolean
bearer_matches (DheeraKeys *keys,
                const char *authorization)
{
  static const char scheme[] = "Bearer ";
  const char *key = NULL;

  if (authorization != NULL && g_ascii_strncasecmp (authorization, scheme, strlen (scheme)) == 0)
    {
      key = authorization + strlen (scheme);
      while (*key == ' ')
        key++;
    }

  return dheera_keys_match (keys, key);
}

/* OpenAI's clients send the first of the three, Azure's and Anthropic's the others. Each is looked at, whatever the others are. */
static gboolean
has_key (DheeraJob *job)
{
  const DheeraIncomingClass *klass = job->incoming->klass;
  DheeraKeys *keys = job->routes->keys;
  gboolean found = bearer_matches (keys, klass->get_header (job->incoming, "Authorization"));

  found |= dheera_keys_match (keys, klass->get_header (job->incoming, "api-key"));
  found |= dheera_keys_match (keys, klass->get_header (job->incoming, "x-api-key"));

  return found;
}

static gboolean
check_key (DheeraJob *job)
{
  g_auto(DheeraCodecError) error = { 0 };

  if (has_key (job))
    return TRUE;

  dheera_codec_make_error (&error, 401, INVALID, "invalid_api_key", NULL,
                           "There is no key in the request, or it is none of this server's: send one as “Authorization: Bearer KEY”.");
  refuse (job, &error, "WWW-Authenticate", "Bearer");

  return FALSE;
}

/* "localhost:4000", "127.0.0.1", "[::1]:4000" */
static gboolean
is_loopback_host (const char *host)
{
  g_autofree char *name = NULL;
  const char *end = *host == '[' ? strchr (host, ']') : host + strcspn (host, ":");

  if (end == NULL)
    return FALSE;

  name = *host == '[' ? g_strndup (host + 1, (gsize) (end - host - 1)) : g_strndup (host, (gsize) (end - host));
  end += *host == '[';
  if (*end != '\0' && (*end != ':' || strspn (end + 1, "0123456789") != strlen (end + 1)))
    return FALSE;

  return dheera_host_is_loopback (name);
}

static gboolean
is_json (const char *type)
{
  static const char json[] = "application/json";
  gsize length = strlen (json);

  return type != NULL && g_ascii_strncasecmp (type, json, length) == 0 && (type[length] == '\0' || strchr ("; \t", type[length]) != NULL);
}

/* Without a key, what keeps web pages of elsewhere out is that a browser says under which name it reached this machine, and that
 * it asks before it posts JSON. */
static gboolean
check_origin (DheeraJob *job)
{
  DheeraIncoming *incoming = job->incoming;
  const char *host = incoming->klass->get_header (incoming, "Host");
  g_auto(DheeraCodecError) error = { 0 };

  if (host != NULL && !is_loopback_host (host))
    dheera_codec_make_error (&error, 403, INVALID, "host_not_allowed", NULL,
                             "This server has no keys, and so answers only where it is called localhost, 127.0.0.1 or [::1]: give it a key to reach it by another name.");
  else if (strcmp (incoming->method, "POST") == 0 && !is_json (incoming->klass->get_header (incoming, "Content-Type")))
    dheera_codec_make_error (&error, 415, INVALID, "unsupported_media_type", NULL, "The body has to be JSON: send it with “Content-Type: application/json”.");
  else
    return TRUE;

  dheera_job_fail (job, &error, NULL);

  return FALSE;
}

/* --- What the body is ------------------------------------------------------------------------------------------------------------- */

/* What is packed here would have to be unpacked with an eye on how large it becomes. Nobody's SDK sends such. */
static gboolean
check_encoding (DheeraJob *job)
{
  const char *encoding = job->incoming->klass->get_header (job->incoming, "Content-Encoding");
  g_autofree char *shown = NULL;
  g_auto(DheeraCodecError) error = { 0 };

  if (encoding == NULL || *encoding == '\0' || g_ascii_strcasecmp (encoding, "identity") == 0)
    return TRUE;

  shown = dheera_string_cut (encoding, MAX_SHOWN);
  dheera_codec_make_error (&error, 415, INVALID, "unsupported_content_encoding", NULL, "The body is encoded as “%s”, which this server does not decode: send it without “Content-Encoding”.", shown);
  refuse (job, &error, "Accept-Encoding", "identity");

  return FALSE;
}

/* --- The handler of the front ------------------------------------------------------------------------------------------------------ */

static void
answer_health (DheeraJob *job)
{
  gboolean ready = !job->routes->draining || strcmp (strrchr (job->incoming->path, '/'), "/readiness") != 0;
  const char *text = ready ? "{\"status\":\"ok\"}" : "{\"status\":\"draining\"}";
  g_autoptr(GBytes) body = g_bytes_new_static (text, strlen (text));

  dheera_job_reply (job, ready ? 200 : 503, NULL, body);
}

static void
on_head (DheeraIncoming *incoming,
         gpointer        data)
{
  DheeraRoutes *self = data;
  DheeraJob *job = dheera_job_new (self, incoming);
  const Route *route = choose_route (job);

  if (route == NULL)
    return;
  if (route->flags & ROUTE_OPEN)
    {
      answer_health (job);
      return;
    }
  if (dheera_keys_get_length (self->keys) > 0 ? !check_key (job) : !check_origin (job))
    return;
  if (strcmp (incoming->method, "POST") == 0 && !check_encoding (job))
    return;

  job->route = route->route;
  if (route->flags & ROUTE_REST)
    job->model_id = g_strdup (strstr (incoming->path, route->path) + strlen (route->path));
}

static void
on_body (DheeraIncoming *incoming,
         const guint8   *bytes,
         gsize           length,
         gpointer        data)
{
  DheeraJob *job = incoming->route_data;

  if (job->body == NULL)
    job->body = g_byte_array_new ();
  g_byte_array_append (job->body, bytes, (guint) length);
}

static void
on_body_end (DheeraIncoming *incoming,
             gpointer        data)
{
  dheera_job_ask (incoming->route_data);
}

static void
on_writable (DheeraIncoming *incoming,
             gpointer        data)
{
  dheera_job_writable (incoming->route_data);
}

static void
on_done (DheeraIncoming *incoming,
         gboolean        complete,
         gpointer        data)
{
  DheeraJob *job = incoming->route_data;

  incoming->route_data = NULL;
  if (job != NULL)
    dheera_job_free (job, complete);
}

const DheeraFrontHandler dheera_routes_handler = {
  on_head,
  on_body,
  on_body_end,
  on_writable,
  on_done,
};

/* --- The object -------------------------------------------------------------------------------------------------------------------- */

DheeraServedModel *
dheera_served_model_new (const char *name,
                         const char *target)
{
  DheeraServedModel *self = g_new0 (DheeraServedModel, 1);

  self->name = g_strdup (name);
  self->target = g_strdup (target);

  return self;
}

void
dheera_served_model_free (DheeraServedModel *self)
{
  g_free (self->name);
  g_free (self->target);
  g_free (self);
}

DheeraRoutes *
dheera_routes_new (DheeraUpstream    *upstream,
                   DheeraKeys        *keys,
                   GPtrArray         *models,
                   const char *const *providers)
{
  DheeraRoutes *self = g_new0 (DheeraRoutes, 1);

  self->upstream = upstream;
  self->keys = keys;
  self->providers = g_strdupv ((char **) providers);
  self->started = g_get_real_time () / G_USEC_PER_SEC;
  self->models = g_ptr_array_new_with_free_func ((GDestroyNotify) dheera_served_model_free);
  for (guint i = 0; i < models->len; i++)
    {
      const DheeraServedModel *model = g_ptr_array_index (models, i);

      g_ptr_array_add (self->models, dheera_served_model_new (model->name, model->target));
    }
  self->list = dheera_model_list_new (self);

  return self;
}

void
dheera_routes_free (DheeraRoutes *self)
{
  g_assert (self->jobs.length == 0);

  dheera_model_list_free (self->list);
  self->upstream->klass->free (self->upstream);
  dheera_keys_free (self->keys);
  g_ptr_array_unref (self->models);
  g_strfreev (self->providers);
  g_free (self);
}

void
dheera_routes_end_all (DheeraRoutes *self)
{
  GList *next;

  for (GList *link = self->jobs.head; link != NULL; link = next)
    {
      DheeraJob *job = link->data;
      g_auto(DheeraCodecError) error = { 0 };

      next = link->next;
      if (job->answered)
        continue;
      dheera_codec_make_error (&error, 503, "server_error", "server_shutting_down", NULL, "The server is going down, and this answer took longer than it waits.");
      dheera_job_fail (job, &error, NULL);
    }
}

const DheeraServedModel *
dheera_routes_find_model (DheeraRoutes *self,
                          const char   *name)
{
  for (guint i = 0; i < self->models->len; i++)
    {
      const DheeraServedModel *model = g_ptr_array_index (self->models, i);

      if (strcmp (model->name, name) == 0)
        return model;
    }

  return NULL;
}
