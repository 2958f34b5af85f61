/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-chat-json-read-private.h"

#include "dheera-ai/model/dheera-strings-private.h"
#include "dheera-ai/model/tools/dheera-tool-private.h"

/* Tools, and the functions that came before them */

static gboolean
read_function (DheeraRequest         *request,
               DheeraJsonValue        function,
               const DheeraChatPath  *path,
               DheeraTool           **tool,
               GError               **error)
{
  static const char *const known[] = { "name", "description", "parameters", "strict", NULL };
  const DheeraChatPath parameters_path = { path, "parameters" };
  const DheeraChatPath strict_path = { path, "strict" };
  DheeraJsonValue schema = dheera_json_member (function, "parameters");
  g_autofree char *name = NULL;
  g_autofree char *description = NULL;
  g_autofree char *parameters = NULL;
  DheeraTristate strict = DHEERA_TRISTATE_UNSET;

  if (!dheera_chat_expect (function, DHEERA_JSON_OBJECT, path, error)
      || !dheera_chat_read_string (function, "name", TRUE, path, &name, error)
      || !dheera_chat_read_string (function, "description", FALSE, path, &description, error)
      || !dheera_chat_read_tristate (dheera_json_member (function, "strict"), &strict_path, &strict, error)
      || (dheera_json_exists (schema)
          && !dheera_chat_expect (schema, DHEERA_JSON_OBJECT, &parameters_path, error)))
    return FALSE;

  parameters = dheera_json_exists (schema) ? dheera_json_dup_raw (schema) : NULL;
  *tool = dheera_tool_new (name, description, parameters);
  (*tool)->strict = strict;
  (*tool)->function_extra = dheera_chat_dup_unknown (function, known);

  return TRUE;
}

/* Leaves *tool NULL for one of the provider's own. */
static gboolean
read_tool (DheeraRequest         *request,
           DheeraJsonValue        value,
           const DheeraChatPath  *path,
           DheeraTool           **tool,
           GError               **error)
{
  static const char *const known[] = { "type", "function", "cache_control", NULL };
  const DheeraChatPath function_path = { path, "function" };
  const DheeraChatPath cache_path = { path, "cache_control" };
  DheeraJsonValue cache_control = dheera_json_member (value, "cache_control");
  g_autofree char *type = NULL;

  if (!dheera_chat_expect (value, DHEERA_JSON_OBJECT, path, error)
      || !dheera_chat_read_string (value, "type", FALSE, path, &type, error))
    return FALSE;
  if (type != NULL ? !g_str_equal (type, "function") : !dheera_json_exists (dheera_json_member (value, "function")))
    return TRUE;
  if (!read_function (request, dheera_json_member (value, "function"), &function_path, tool, error))
    return FALSE;

  (*tool)->extra = dheera_chat_dup_unknown (value, known);
  if (!dheera_json_exists (cache_control))
    return TRUE;
  if (!dheera_chat_expect (cache_control, DHEERA_JSON_OBJECT, &cache_path, error))
    return FALSE;
  (*tool)->cache_control = dheera_json_dup_raw (cache_control);

  return TRUE;
}

gboolean
dheera_chat_read_tools (DheeraRequest         *request,
                        DheeraJsonValue        tools,
                        gboolean               deprecated,
                        const DheeraChatPath  *path,
                        GError               **error)
{
  DheeraChatPath element_path = { path };
  gboolean foreign = FALSE;
  DheeraJsonIter iter;
  DheeraJsonValue value;

  if (!dheera_chat_expect (tools, DHEERA_JSON_ARRAY, path, error))
    return FALSE;

  dheera_json_iter_init (&iter, tools);
  while (dheera_json_iter_next (&iter, NULL, &value))
    {
      g_autoptr (DheeraTool) tool = NULL;

      if (deprecated ? !read_function (request, value, &element_path, &tool, error)
                     : !read_tool (request, value, &element_path, &tool, error))
        return FALSE;
      if (tool != NULL)
        dheera_request_add_tool (request, tool);
      foreign |= tool == NULL;
      element_path.index++;
    }

  /* With one of the provider's own among them, the list as a whole goes to extra. */
  if (foreign)
    dheera_chat_keep_in_extra (request, "tools", tools);

  return TRUE;
}
