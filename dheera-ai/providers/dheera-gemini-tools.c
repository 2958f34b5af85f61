/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-gemini-encode-private.h"

#include <string.h>

#include "dheera-ai/model/dheera-tool-private.h"

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

gboolean
dheera_gemini_write_tools (DheeraJsonWriter        *writer,
                           const DheeraGeminiModel *model,
                           DheeraRequest           *request,
                           DheeraParams             omit,
                           GError                 **error)
{
  guint n = omit & DHEERA_PARAM_TOOLS ? 0 : dheera_request_get_n_tools (request);

  if (n > 0)
    {
      dheera_json_writer_key (writer, "tools");
      dheera_json_writer_begin_array (writer);
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
      dheera_json_writer_end_array (writer);
    }

  if (!(omit & DHEERA_PARAM_TOOL_CHOICE))
    write_choice (writer, request->tool_choice, n > 0 && is_any_strict (request));

  return TRUE;
}
