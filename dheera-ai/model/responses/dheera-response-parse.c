/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Answers as objects: the schema of a class goes out with the request, and the JSON of the answer becomes an object of it. */

#include "dheera-ai/model/objects/dheera-type-private.h"
#include "dheera-ai/model/requests/dheera-request-private.h"
#include "dheera-response-private.h"

#include <string.h>

#include "dheera-ai/model/dheera-strings-private.h"
#include "dheera-ai/model/errors/dheera-error-private.h"

#define MAX_NAME 64

/* The end of a long name says more than its beginning. */
static char *
dup_schema_name (GType type)
{
  g_autofree char *name = dheera_type_dup_short_name (type);
  gsize length = strlen (name);

  g_strcanon (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_-", '_');
  return g_strdup (length > MAX_NAME ? name + length - MAX_NAME : name);
}

/**
 * dheera_request_set_response_type:
 * @self: a [class@Request]
 * @type: a class of objects
 * @error: return location for an error
 *
 * Asks for an answer that [method@Response.parse] can make an object of.
 *
 * The JSON schema is made of the properties of the class that can be written: their nicks and blurbs become titles and descriptions, which the model reads, and the ranges of
 * numbers their limits. In JSON the names have underscores in the place of dashes.
 *
 * | a property of | is in JSON |
 * |---|---|
 * | a number, a boolean, a string | the same |
 * | an enumeration | its nick; of flags, an array of nicks |
 * | `GStrv` | an array of texts |
 * | another class | an object, inside of this one; it may contain itself |
 * | [iface@Gio.ListModel] or [class@Gio.ListStore] | an array of objects, see [func@type_set_item_type] |
 * | [struct@GLib.DateTime] | a text such as `2025-12-31T23:59:00Z` |
 * | [struct@GLib.Bytes] | Base64 |
 * | `JsonNode` | a text that is JSON |
 *
 * Every property has to be filled in, except what [func@type_set_optional] allows to be left open and an object that would contain itself for ever. Deprecated properties are
 * left out.
 *
 * This sets [property@Request:response-format], [property@Request:response-schema] and [property@Request:response-schema-name], and where it is unset
 * [property@Request:response-schema-strict] to %DHEERA_TRISTATE_YES. Fails with %DHEERA_ERROR_INVALID_REQUEST that names the class and the property
 * if there is no JSON for one of them, and then changes nothing.
 *
 * Returns: %TRUE if the schema was set
 *
 * Since: 0.1
 */
gboolean
dheera_request_set_response_type (DheeraRequest  *self,
                                  GType           type,
                                  GError        **error)
{
  g_autoptr(DheeraTypeMap) map = NULL;
  g_autofree char *schema = NULL;
  g_autofree char *name = NULL;

  g_return_val_if_fail (DHEERA_IS_REQUEST (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  map = dheera_type_map_new (type, error);
  if (map == NULL)
    return FALSE;

  schema = dheera_type_map_dup_schema (map);
  name = dup_schema_name (type);
  if (!dheera_request_set_response_schema (self, schema, error))
    return FALSE;
  dheera_request_set_response_schema_name (self, name);
  if (dheera_request_get_response_schema_strict (self) == DHEERA_TRISTATE_UNSET)
    dheera_request_set_response_schema_strict (self, DHEERA_TRISTATE_YES);
  return TRUE;
}

/* --- The answer -------------------------------------------------------------------------------------------------------------------- */

static void
set_invalid_output (DheeraResponse  *self,
                    const char      *path,
                    const char      *text,
                    char            *message,
                    GError         **error)
{
  g_autoptr(DheeraErrorDetails) details = NULL;
  DheeraFailure failure = DHEERA_FAILURE_INIT;

  failure.code = DHEERA_ERROR_INVALID_OUTPUT;
  failure.message = message;
  failure.provider = self->provider;
  failure.model = self->model;
  failure.param = path;
  failure.body = text;
  details = dheera_error_details_new (&failure);
  dheera_error_details_set_last (details);
  g_propagate_error (error, dheera_error_new_with_details (DHEERA_ERROR_INVALID_OUTPUT, details, message));
  g_free (message);
}

static char *
dup_source (DheeraResponse *self)
{
  gboolean has_model = self->model != NULL && *self->model != '\0';
  gboolean has_provider = self->provider != NULL && *self->provider != '\0';

  if (!has_model && !has_provider)
    return g_strdup ("The answer");
  return g_strdup_printf ("The answer of %s%s%s", has_model ? self->model : "", has_model && has_provider ? " at " : "",
                          has_provider ? self->provider : "");
}

/* Models that were not held to JSON like to put it into a code block, with a sentence before it. */
static const char *
find_fenced (const char *text,
             gsize      *length)
{
  const char *fence = strstr (text, "```");
  const char *start = fence != NULL ? strchr (fence, '\n') : NULL;
  const char *end = start != NULL ? strstr (start, "\n```") : NULL;

  if (end == NULL)
    return NULL;
  *length = end - start;
  return start;
}

static gboolean
parse_text (DheeraJson *view,
            const char *text)
{
  const char *fenced;
  gsize length;

  if (dheera_json_parse (view, text, strlen (text)))
    return TRUE;
  fenced = find_fenced (text, &length);
  if (fenced != NULL && dheera_json_parse (view, fenced, length))
    return TRUE;
  /* Says where the whole text is broken, and not the part of it. */
  return dheera_json_parse (view, text, strlen (text));
}

static void
fail_broken (DheeraResponse    *self,
             const DheeraJson  *view,
             const char        *text,
             GError           **error)
{
  g_autofree char *source = dup_source (self);
  const char *refusal = dheera_response_get_refusal (self);
  char *message;

  if (*refusal != '\0' && *text == '\0')
    message = g_strdup_printf ("%s is a refusal: %s", source, refusal);
  else if (dheera_response_get_finish_reason (self) == DHEERA_FINISH_REASON_LENGTH)
    message = g_strdup_printf ("%s was cut off before its JSON came to an end: let it be longer with max-tokens, or ask for less.", source);
  else if (*text == '\0')
    message = g_strdup_printf ("%s has no text that could be read as JSON.", source);
  else
    message = g_strdup_printf ("%s is not valid JSON at byte %" G_GSIZE_FORMAT ": %s.", source, view->error_offset, view->error_message);
  set_invalid_output (self, NULL, text, message, error);
}

static GObject *
read_answer (DheeraResponse       *self,
             const DheeraTypeMap  *map,
             DheeraJsonValue       root,
             const char           *text,
             GError              **error)
{
  g_autofree char *path = NULL;
  g_autofree char *fault = NULL;
  GObject *object = dheera_type_map_read (map, root, &path, &fault);

  if (object == NULL)
    {
      g_autofree char *source = dup_source (self);

      set_invalid_output (self, path, text,
                          g_strdup_printf ("%s does not fit the class %s: %s.", source, dheera_type_map_lookup (map, map->root)->name, fault), error);
    }
  return object;
}

/**
 * dheera_response_parse:
 * @self: a [class@Response]
 * @type: a class of objects
 * @error: return location for an error
 *
 * Makes an object of the answer, a JSON object that follows the schema of @type; see [method@Request.set_response_type].
 *
 * All properties are given to the object when it is made. Members may be named with dashes or with underscores, and the JSON may stand in a Markdown code block, as models
 * that are not held to a schema write it. Everything else is read strictly: a member that is missing, is of another type, is out of the range of its property, or has no property
 * makes the whole answer one that does not fit.
 *
 * Fails with %DHEERA_ERROR_INVALID_OUTPUT whose message says where and what was expected, such as `days[1].low is the text “cold”, but a whole number is expected`; also
 * when the answer was cut off by its limit or is a refusal. [property@ErrorDetails:param] is the place, and [property@ErrorDetails:body] the beginning of the text. With
 * %DHEERA_ERROR_INVALID_REQUEST if there is no JSON for the class.
 *
 * Returns: (transfer full) (type GObject.Object): a new object of @type
 *
 * Since: 0.1
 */
gpointer
dheera_response_parse (DheeraResponse  *self,
                       GType            type,
                       GError         **error)
{
  g_autoptr(DheeraTypeMap) map = NULL;
  DheeraJson view = DHEERA_JSON_INIT;
  GObject *object = NULL;
  const char *text;

  g_return_val_if_fail (DHEERA_IS_RESPONSE (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  map = dheera_type_map_new (type, error);
  if (map == NULL)
    return NULL;

  text = dheera_response_get_text (self);
  if (parse_text (&view, text))
    object = read_answer (self, map, dheera_json_root (&view), text, error);
  else
    fail_broken (self, &view, text, error);
  dheera_json_clear (&view);
  return object;
}
