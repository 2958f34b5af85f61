/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-gemini-encode-private.h"

#include <string.h>

#include "dheera-ai/model/tools/dheera-tool-private.h"

static gboolean
write_declaration (DheeraJsonWriter        *writer,
                   const DheeraGeminiModel *model,
                   DheeraTool              *tool,
                   GError                 **error)
{
  const char *parameters = dheera_json_text_get (&tool->parameters);
  g_autofree char *what = NULL;

  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "name", tool->name);
  if (tool->description != NULL && *tool->description != '\0')
    dheera_json_writer_member_string (writer, "description", tool->description);
  if (parameters != NULL && dheera_gemini_model_takes_json_schema (model))
    dheera_json_writer_member_raw (writer, "parametersJsonSchema", parameters);
  /* An object without properties is refused. */
  else if (parameters != NULL && !dheera_gemini_schema_is_empty (parameters))
    {
      what = g_strdup_printf ("the parameters of tool “%s”", tool->name);
      dheera_json_writer_key (writer, "parameters");
      if (!dheera_gemini_write_schema (writer, parameters, what, error))
        return FALSE;
    }
  dheera_json_writer_end_object (writer);

  return TRUE;
}

static gboolean
is_any_strict (DheeraRequest *request)
{
  for (guint i = 0; i < dheera_request_get_n_tools (request); i++)
    {
      if (dheera_request_peek_tool (request, i)->strict == DHEERA_TRISTATE_YES)
        return TRUE;
    }

  return FALSE;
}

/* The word for a choice; any other choice is the name of a tool. NULL when nothing has to be said. */
static const char *
find_mode (const char *choice,
           gboolean    strict)
{
  if (choice == NULL || strcmp (choice, "auto") == 0)
    /* As AUTO, with arguments that are held to the schema */
    return strict ? "VALIDATED" : choice != NULL ? "AUTO" : NULL;
  if (strcmp (choice, "none") == 0)
    return "NONE";

  return "ANY";
}

static void
write_choice (DheeraJsonWriter *writer,
              const char       *choice,
              gboolean          strict)
{
  const char *mode = find_mode (choice, strict);

  if (mode == NULL)
    return;

  dheera_json_writer_key (writer, "toolConfig");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_key (writer, "functionCallingConfig");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "mode", mode);
  if (strcmp (mode, "ANY") == 0 && strcmp (choice, "required") != 0)
    {
      dheera_json_writer_key (writer, "allowedFunctionNames");
      dheera_json_writer_begin_array (writer);
      dheera_json_writer_string (writer, choice);
      dheera_json_writer_end_array (writer);
    }
  dheera_json_writer_end_object (writer);
  dheera_json_writer_end_object (writer);
}

/* --- Google's own ---------------------------------------------------------------------------------------------------------------- */

/* "google_search" is the member googleSearch. */
static char *
dup_member_name (const char *type)
{
  GString *name = g_string_new (NULL);

  for (; *type != '\0'; type++)
    {
      if (*type == '_' && type[1] != '\0')
        g_string_append_c (name, g_ascii_toupper (*++type));
      else
        g_string_append_c (name, *type);
    }

  return g_string_free (name, FALSE);
}

/* {"googleSearch": {}}, or in the way of OpenAI's JSON {"type": "google_search"} */
static void
write_own_tool (DheeraJsonWriter *writer,
                DheeraJsonValue   tool)
{
  g_autofree char *type = dheera_json_dup_string (dheera_json_member (tool, "type"));
  DheeraJsonIter iter;
  DheeraJsonValue name;
  DheeraJsonValue value;

  dheera_json_writer_begin_object (writer);
  if (type != NULL && dheera_json_size (tool) == 1)
    {
      g_autofree char *member = dup_member_name (type);

      dheera_json_writer_key (writer, member);
      dheera_json_writer_begin_object (writer);
      dheera_json_writer_end_object (writer);
    }
  else
    {
      dheera_json_iter_init (&iter, tool);
      while (dheera_json_iter_next (&iter, &name, &value))
        {
          g_autofree char *key = dheera_json_dup_string (name);

          if (key == NULL || (strcmp (key, "type") == 0 && type != NULL))
            continue;
          dheera_json_writer_key (writer, key);
          dheera_json_writer_value (writer, value);
        }
    }
  dheera_json_writer_end_object (writer);
}

/* They stand in extra. A list of them that was read from OpenAI's JSON has functions among them, which are tools of the request already. */
static void
write_own_tools (DheeraJsonWriter *writer,
                 DheeraJsonValue   tools)
{
  DheeraJsonIter iter;
  DheeraJsonValue tool;

  dheera_json_iter_init (&iter, tools);
  while (dheera_json_iter_next (&iter, NULL, &tool))
    {
      if (dheera_json_type (tool) == DHEERA_JSON_OBJECT && !dheera_json_exists (dheera_json_member (tool, "function")))
        write_own_tool (writer, tool);
    }
}

char *
dheera_gemini_dup_extra (DheeraBaseRequest *request)
{
  const char *extra = dheera_base_request_peek_extra (request);

  return extra != NULL ? dheera_json_merge (extra, "{\"tools\":null}") : NULL;
}

/* --- All of them ----------------------------------------------------------------------------------------------------------------- */

static gboolean
write_declarations (DheeraJsonWriter        *writer,
                    const DheeraGeminiModel *model,
                    DheeraRequest           *request,
                    guint                    n,
                    GError                 **error)
{
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_key (writer, "functionDeclarations");
  dheera_json_writer_begin_array (writer);
  for (guint i = 0; i < n; i++)
    {
      if (!write_declaration (writer, model, dheera_request_peek_tool (request, i), error))
        return FALSE;
    }
  dheera_json_writer_end_array (writer);
  dheera_json_writer_end_object (writer);

  return TRUE;
}

gboolean
dheera_gemini_write_tools (DheeraJsonWriter        *writer,
                           const DheeraGeminiModel *model,
                           DheeraRequest           *request,
                           DheeraParams             omit,
                           GError                 **error)
{
  const char *extra = dheera_base_request_peek_extra (DHEERA_BASE_REQUEST (request));
  guint n = omit & DHEERA_PARAM_TOOLS ? 0 : dheera_request_get_n_tools (request);
  g_auto (DheeraJson) json = DHEERA_JSON_INIT;
  DheeraJsonValue own = { NULL, 0 };

  if (extra != NULL && dheera_json_parse (&json, extra, strlen (extra)))
    own = dheera_json_member (dheera_json_root (&json), "tools");

  if (n > 0 || dheera_json_size (own) > 0)
    {
      dheera_json_writer_key (writer, "tools");
      dheera_json_writer_begin_array (writer);
      if (n > 0 && !write_declarations (writer, model, request, n, error))
        return FALSE;
      write_own_tools (writer, own);
      dheera_json_writer_end_array (writer);
    }

  if (!(omit & DHEERA_PARAM_TOOL_CHOICE))
    write_choice (writer, request->tool_choice, n > 0 && is_any_strict (request));

  return TRUE;
}
