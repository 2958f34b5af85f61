/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-gemini-encode-private.h"

#include "dheera-ai/providers/dheera-provider-private.h"

#include <string.h>

#include "dheera-ai/wire/dheera-url-private.h"

/* Names of models, and the addresses that they are asked at. */

#define NEWEST 30

/* "2.5-flash" is 25, "3-pro" 30; 0 for anything that is no number. */
static guint
read_generation (const char *name)
{
  char *end;
  guint64 major = g_ascii_strtoull (name, &end, 10);
  guint minor = 0;

  if (end == name || major > 1000)
    return 0;
  if (*end == '.' && g_ascii_isdigit (end[1]))
    minor = (guint) (end[1] - '0');

  return (guint) major * 10 + minor;
}

/* Vertex AI is the one whose addresses have a project. */
static gboolean
is_vertex (const DheeraEncoding *encoding)
{
  const char *base_url = dheera_provider_get_row (encoding->provider)->base_url;

  return base_url != NULL && strstr (base_url, "{project}") != NULL;
}

void
dheera_gemini_model_read (DheeraGeminiModel    *self,
                          const DheeraEncoding *encoding)
{
  const char *slash = strrchr (encoding->model, '/');
  const char *name = slash != NULL ? slash + 1 : encoding->model;

  memset (self, 0, sizeof *self);
  self->vertex = is_vertex (encoding);
  self->gemma = g_str_has_prefix (name, "gemma-");
  self->pro = strstr (name, "-pro") != NULL;
  self->lite = strstr (name, "-lite") != NULL;
  if (!g_str_has_prefix (name, "gemini-"))
    return;

  self->generation = read_generation (name + strlen ("gemini-"));
  if (self->generation == 0 && g_str_has_suffix (name, "-latest"))
    self->generation = NEWEST;
}

gboolean
dheera_gemini_model_takes_json_schema (const DheeraGeminiModel *self)
{
  return self->generation >= 25;
}

/* --- Addresses ------------------------------------------------------------------------------------------------------------------- */

/* "v1", "v1beta", "v1beta1", "v1alpha" */
static gboolean
is_version (const char *segment,
            gsize       length)
{
  return length >= 2 && segment[0] == 'v' && g_ascii_isdigit (segment[1]);
}

/* Behind the last segment of the path that is a version, NULL when there is none */
static const char *
find_version_end (const char *url)
{
  const char *end = url + strcspn (url, "?#");
  const char *found = NULL;
  const char *slash = strstr (url, "://");

  slash = slash != NULL ? strchr (slash + 3, '/') : NULL;
  while (slash != NULL && slash < end)
    {
      const char *next = slash + 1 + strcspn (slash + 1, "/?#");

      if (is_version (slash + 1, next - slash - 1))
        found = next;
      slash = *next == '/' ? next : NULL;
    }

  return found;
}

/* Google's own libraries, whose variables are read, put the version behind the address that they are given. */
static char *
add_version (const char *base_url,
             const char *version)
{
  g_autofree char *path = g_strconcat ("/", version, NULL);

  return find_version_end (base_url) != NULL ? g_strdup (base_url) : dheera_url_join (base_url, path);
}

/* The address with "/projects/p/locations/l" cut off or left */
static char *
cut_project (const char *url)
{
  const char *projects = strstr (url, "/projects/");

  return projects != NULL ? g_strndup (url, projects - url) : g_strdup (url);
}

/* An address that was set may end where the project would begin. */
static char *
add_project (const DheeraEncoding *encoding,
             const char           *url)
{
  g_autofree char *project = dheera_provider_dup_project (encoding->provider);
  g_autofree char *region = dheera_provider_dup_region (encoding->provider);
  g_autofree char *project_segment = NULL;
  g_autofree char *region_segment = NULL;
  g_autofree char *path = NULL;

  if (project == NULL || region == NULL || strstr (url, "/projects/") != NULL)
    return g_strdup (url);

  project_segment = dheera_url_encode_segment (project);
  region_segment = dheera_url_encode_segment (region);
  path = g_strdup_printf ("/projects/%s/locations/%s", project_segment, region_segment);

  return dheera_url_join (url, path);
}

/* Each segment for itself, so that no name can leave its place. */
static char *
encode_path (const char *name)
{
  g_auto (GStrv) segments = g_strsplit (name, "/", -1);
  GString *path = g_string_new (NULL);

  for (char **segment = segments; *segment != NULL; segment++)
    {
      g_autofree char *encoded = dheera_url_encode_segment (*segment);

      g_string_append_c (path, '/');
      g_string_append (path, encoded);
    }

  return g_string_free (path, FALSE);
}

static gboolean
has_any_prefix (const char        *name,
                const char *const *prefixes)
{
  for (; *prefixes != NULL; prefixes++)
    {
      if (g_str_has_prefix (name, *prefixes))
        return TRUE;
    }

  return FALSE;
}

/* "publishers/google/models/x" for "x", "models/x" and "google/x" */
static char *
complete_vertex_name (const char *name)
{
  static const char *const whole[] = { "publishers/", "projects/", "endpoints/", NULL };
  const char *slash;

  if (has_any_prefix (name, whole))
    return g_strdup (name);
  if (g_str_has_prefix (name, "models/"))
    name += strlen ("models/");
  slash = strchr (name, '/');
  if (slash != NULL && strchr (slash + 1, '/') == NULL)
    return g_strdup_printf ("publishers/%.*s/models/%s", (int) (slash - name), name, slash + 1);

  return g_strconcat ("publishers/google/models/", name, NULL);
}

char *
dheera_gemini_dup_resource_name (const DheeraEncoding *encoding)
{
  static const char *const whole[] = { "models/", "tunedModels/", NULL };

  if (is_vertex (encoding))
    return complete_vertex_name (encoding->model);

  return has_any_prefix (encoding->model, whole) ? g_strdup (encoding->model) : g_strconcat ("models/", encoding->model, NULL);
}

DheeraHttpRequest *
dheera_gemini_new_http_request_for_path (const DheeraEncoding *encoding,
                                         DheeraBaseRequest    *request,
                                         const char           *http_method,
                                         const char           *path,
                                         GError              **error)
{
  gboolean vertex = is_vertex (encoding);
  g_autofree char *version = dheera_provider_dup_api_version (encoding->provider);
  DheeraEncoding place = *encoding;
  g_autofree char *versioned = NULL;
  g_autofree char *placed = NULL;

  versioned = add_version (encoding->base_url, version != NULL ? version : vertex ? "v1beta1" : "v1beta");
  if (!vertex)
    placed = g_strdup (versioned);
  else if (g_str_has_prefix (path, "/projects/"))
    placed = cut_project (versioned);
  else
    placed = add_project (encoding, versioned);
  place.base_url = placed;

  return dheera_encoding_new_http_request (&place, request, http_method, path, error);
}

/* Models of other makers speak the protocols of theirs at Vertex AI, too, by methods that take any body. */
static gboolean
check_publisher (const DheeraEncoding *encoding,
                 const char           *name,
                 const char           *method,
                 GError              **error)
{
  if (!g_str_has_prefix (name, "publishers/") || g_str_has_prefix (name, "publishers/google/")
      || g_str_has_suffix (method, "awPredict"))
    return TRUE;

  g_set_error (error, DHEERA_ERROR, DHEERA_ERROR_NOT_SUPPORTED,
               "Model “%s” of provider “%s” is not one of Google's, and does not speak Google's protocol. "
               "Choose a model of Google's, or one of those that “vertex-openai” has.",
               encoding->model, dheera_provider_get_id (encoding->provider));

  return FALSE;
}

DheeraHttpRequest *
dheera_gemini_new_http_request (const DheeraEncoding *encoding,
                                DheeraBaseRequest    *request,
                                const char           *method,
                                const char           *query,
                                GError              **error)
{
  g_autofree char *name = dheera_gemini_dup_resource_name (encoding);
  g_autofree char *encoded = encode_path (name);
  g_autofree char *path = g_strdup_printf ("%s:%s%s%s", encoded, method, query != NULL ? "?" : "", query != NULL ? query : "");

  if (!check_publisher (encoding, name, method, error))
    return NULL;

  return dheera_gemini_new_http_request_for_path (encoding, request, "POST", path, error);
}
