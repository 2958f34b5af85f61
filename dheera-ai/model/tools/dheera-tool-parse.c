/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Tools whose arguments are objects of the application's classes. */

#include "dheera-ai/model/objects/dheera-type-private.h"
#include "dheera-tool-call-private.h"
#include "dheera-tool-private.h"

#include <string.h>

#include "dheera-ai/model/dheera-strings-private.h"
#include "dheera-ai/model/errors/dheera-error-private.h"

/**
 * dheera_tool_set_parameters_type:
 * @self: a [class@Tool]
 * @type: a class of objects
 * @error: return location for an error
 *
 * Describes what the tool is called with by the properties of a class that can be written.
 *
 * The schema is the one that [method@Request.set_response_type] makes, and [method@ToolCall.parse] makes an object of the arguments. This sets
 * [property@Tool:parameters]. Fails with %DHEERA_ERROR_INVALID_REQUEST that names the class and the property if there is no JSON for one of them, and then changes
 * nothing.
 *
 * Returns: %TRUE if the schema was set
 *
 * Since: 0.1
 */
gboolean
dheera_tool_set_parameters_type (DheeraTool  *self,
                                 GType        type,
                                 GError     **error)
{
  g_autoptr(DheeraTypeMap) map = NULL;
  g_autofree char *schema = NULL;

  g_return_val_if_fail (DHEERA_IS_TOOL (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  map = dheera_type_map_new (type, error);
  if (map == NULL)
    return FALSE;

  schema = dheera_type_map_dup_schema (map);
  dheera_tool_set_parameters (self, schema);
  return TRUE;
}

static void
set_invalid_arguments (DheeraToolCall  *self,
                       const char      *path,
                       char            *fault,
                       GError         **error)
{
  g_autofree char *message = g_strdup_printf ("The arguments of “%s” %s.", dheera_tool_call_get_name (self), fault);
  g_autoptr(DheeraErrorDetails) details = NULL;
  DheeraFailure failure = DHEERA_FAILURE_INIT;

  failure.code = DHEERA_ERROR_INVALID_OUTPUT;
  failure.message = message;
  failure.param = path;
  failure.body = dheera_tool_call_get_arguments (self);
  details = dheera_error_details_new (&failure);
  dheera_error_details_set_last (details);
  g_propagate_error (error, dheera_error_new_with_details (DHEERA_ERROR_INVALID_OUTPUT, details, message));
  g_free (fault);
}

static GObject *
read_arguments (DheeraToolCall       *self,
                const DheeraTypeMap  *map,
                DheeraJsonValue       root,
                GError              **error)
{
  g_autofree char *path = NULL;
  g_autofree char *fault = NULL;
  GObject *object = dheera_type_map_read (map, root, &path, &fault);

  if (object == NULL)
    set_invalid_arguments (self, path, g_strdup_printf ("do not fit: %s", fault), error);
  return object;
}

/**
 * dheera_tool_call_parse:
 * @self: a [class@ToolCall]
 * @type: a class of objects
 * @error: return location for an error
 *
 * Makes an object of the arguments; see [method@Tool.set_parameters_type].
 *
 * They are read as strictly as [method@Response.parse] reads an answer. Fails with %DHEERA_ERROR_INVALID_OUTPUT, whose message is good for the model:
 * give it to [method@ToolCall.return_error]. With %DHEERA_ERROR_INVALID_REQUEST if there is no JSON for the class.
 *
 * Returns: (transfer full) (type GObject.Object): a new object of @type
 *
 * Since: 0.1
 */
gpointer
dheera_tool_call_parse (DheeraToolCall  *self,
                        GType            type,
                        GError         **error)
{
  g_autoptr(DheeraTypeMap) map = NULL;
  DheeraJson view = DHEERA_JSON_INIT;
  GObject *object = NULL;
  const char *text;

  g_return_val_if_fail (DHEERA_IS_TOOL_CALL (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  map = dheera_type_map_new (type, error);
  if (map == NULL)
    return NULL;

  text = dheera_tool_call_get_arguments (self);
  if (dheera_json_parse (&view, text, strlen (text)))
    object = read_arguments (self, map, dheera_json_root (&view), error);
  else
    set_invalid_arguments (self, NULL, g_strdup_printf ("are not valid JSON at byte %" G_GSIZE_FORMAT ": %s", view.error_offset, view.error_message), error);
  dheera_json_clear (&view);
  return object;
}
