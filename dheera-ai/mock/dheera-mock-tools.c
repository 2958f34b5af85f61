/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-mock-private.h"

#include <string.h>

/* Which tools the model calls. It does what the request says ("required", a name), and otherwise what the
 * user says: "call NAME", with the arguments behind it where the user gives some ("call get_weather
 * {"city": "Bonn"}"). */

#define MAX_NAME 64

typedef struct
{
  DheeraJsonValue tools;
  const DheeraMockPrompt *prompt;
  GPtrArray *calls;
  DheeraMockRefusal *refusal;
} Chooser;

static gboolean
is_name_char (char c)
{
  return g_ascii_isalnum (c) || c == '_' || c == '-';
}

static gboolean
is_name (const char *name)
{
  gsize i;

  for (i = 0; is_name_char (name[i]); i++)
    ;

  return i > 0 && i <= MAX_NAME && name[i] == '\0';
}

static gboolean
check_tools (Chooser *self)
{
  DheeraJsonIter iter;
  DheeraJsonValue tool;

  if (dheera_json_type (self->tools) == DHEERA_JSON_NONE)
    return TRUE;
  if (dheera_json_type (self->tools) != DHEERA_JSON_ARRAY || dheera_json_size (self->tools) == 0)
    return dheera_mock_refuse (self->refusal, 400, "invalid_value", "tools",
                               "The member \"tools\" must be an array that is not empty.");

  dheera_json_iter_init (&iter, self->tools);
  while (dheera_json_iter_next (&iter, NULL, &tool))
    {
      g_autofree char *name = dheera_json_dup_string (dheera_json_path (tool, "function.name"));

      if (!dheera_json_equal (dheera_json_member (tool, "type"), "function"))
        return dheera_mock_refuse (self->refusal, 400, "invalid_value", "tools",
                                   "This model knows tools of type \"function\" only.");
      if (name == NULL || !is_name (name))
        return dheera_mock_refuse (self->refusal, 400, "invalid_value", "tools",
                                   "Each tool needs a name of 1 to %d letters, digits, \"_\" and \"-\".", MAX_NAME);
    }

  return TRUE;
}

static DheeraJsonValue
find_tool (Chooser    *self,
           const char *name,
           gsize       length)
{
  g_autofree char *copy = g_strndup (name, length);
  DheeraJsonIter iter;
  DheeraJsonValue tool;

  dheera_json_iter_init (&iter, self->tools);
  while (dheera_json_iter_next (&iter, NULL, &tool))
    {
      if (dheera_json_equal (dheera_json_path (tool, "function.name"), copy))
        return tool;
    }

  return (DheeraJsonValue) { NULL, 0 };
}

/* The JSON object that text begins with, NULL when it does not begin with one. */
static char *
read_object (const char *text)
{
  DheeraJson json = DHEERA_JSON_INIT;
  char *object = NULL;
  guint depth = 0;
  gboolean quoted = FALSE;
  const char *p;

  for (p = text; *p != '\0' && object == NULL; p++)
    {
      if (quoted && *p == '\\' && p[1] != '\0')
        p++;
      else if (*p == '"')
        quoted = !quoted;
      else if (!quoted && *p == '{')
        depth++;
      else if (!quoted && *p == '}' && --depth == 0)
        object = g_strndup (text, p + 1 - text);
    }

  if (object != NULL && !dheera_json_parse (&json, object, strlen (object)))
    g_clear_pointer (&object, g_free);
  dheera_json_clear (&json);

  return object;
}

/* said is what follows the tool's name in the user's text, NULL when it was not named there. */
static gboolean
add_call (Chooser         *self,
          DheeraJsonValue  tool,
          const char      *said)
{
  DheeraJsonValue parameters = dheera_json_path (tool, "function.parameters");
  g_autofree char *name = dheera_json_dup_string (dheera_json_path (tool, "function.name"));
  char *arguments = NULL;
  const char *why = NULL;

  while (said != NULL && g_ascii_isspace (*said))
    said++;
  if (said != NULL && *said == '{')
    arguments = read_object (said);
  if (arguments == NULL && dheera_json_exists (parameters))
    arguments = dheera_mock_schema_instance (parameters, self->prompt->user_text, &why);
  if (why != NULL)
    return dheera_mock_refuse (self->refusal, 400, "invalid_function_parameters", "tools",
                               "The parameters of the tool \"%s\" are a schema that can't be satisfied: %s.", name, why);

  /* Parameters that say nothing are satisfied by anything, but arguments are an object. */
  if (arguments != NULL && arguments[0] != '{')
    g_clear_pointer (&arguments, g_free);
  g_ptr_array_add (self->calls, dheera_mock_call_new (name, arguments != NULL ? arguments : g_strdup ("{}")));

  return TRUE;
}

/* Every "call NAME" with the name of a tool; at most limit. */
static gboolean
add_asked_calls (Chooser *self,
                 guint    limit)
{
  const char *text = self->prompt->user_text;
  const char *p = text;

  while (*p != '\0' && self->calls->len < limit)
    {
      const char *name, *end;
      DheeraJsonValue tool;

      if (g_ascii_strncasecmp (p, "call", 4) != 0 || !g_ascii_isspace (p[4])
          || (p > text && is_name_char (p[-1])))
        {
          p++;
          continue;
        }

      for (name = p + 4; g_ascii_isspace (*name); name++)
        ;
      for (end = name; is_name_char (*end); end++)
        ;
      tool = find_tool (self, name, end - name);
      if (dheera_json_exists (tool) && !add_call (self, tool, end))
        return FALSE;
      p = end;
    }

  return TRUE;
}

static gboolean
add_named_call (Chooser         *self,
                DheeraJsonValue  choice)
{
  g_autofree char *name = dheera_json_dup_string (dheera_json_path (choice, "function.name"));
  DheeraJsonValue tool = { NULL, 0 };

  if (name != NULL)
    tool = find_tool (self, name, strlen (name));
  if (!dheera_json_exists (tool))
    return dheera_mock_refuse (self->refusal, 400, "invalid_value", "tool_choice",
                               "The member \"tool_choice\" must be \"none\", \"auto\", \"required\" or name one of the tools.");
  if (self->prompt->tool_results != NULL)
    return TRUE;

  return add_call (self, tool, NULL);
}

gboolean
dheera_mock_tools_choose (DheeraJsonValue         request,
                          const DheeraMockPrompt *prompt,
                          GPtrArray              *calls,
                          DheeraMockRefusal      *refusal)
{
  Chooser chooser = { dheera_json_member (request, "tools"), prompt, calls, refusal };
  DheeraJsonValue choice = dheera_json_member (request, "tool_choice");
  gboolean parallel = dheera_json_get_boolean (dheera_json_member (request, "parallel_tool_calls"), TRUE);
  gboolean required = dheera_json_equal (choice, "required");

  if (!check_tools (&chooser))
    return FALSE;
  if (!dheera_json_exists (chooser.tools) && dheera_json_exists (choice))
    return dheera_mock_refuse (refusal, 400, "invalid_value", "tool_choice",
                               "The member \"tool_choice\" needs \"tools\".");
  if (!dheera_json_exists (chooser.tools) || dheera_json_equal (choice, "none"))
    return TRUE;
  if (dheera_json_exists (choice) && !required && !dheera_json_equal (choice, "auto"))
    return add_named_call (&chooser, choice);

  /* A model that has its results speaks, even where a call is required: otherwise no tool loop would ever
   * end. */
  if (prompt->tool_results != NULL)
    return TRUE;
  if (!add_asked_calls (&chooser, parallel ? G_MAXUINT : 1))
    return FALSE;
  if (required && calls->len == 0)
    return add_call (&chooser, dheera_json_element (chooser.tools, 0), NULL);

  return TRUE;
}
