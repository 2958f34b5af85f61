/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-mock-private.h"

#include <string.h>

/* Reads the conversation as strictly as OpenAI does: a client that would be refused there should fail here
 * already. */

typedef struct
{
  DheeraMockPrompt *prompt;
  DheeraMockRefusal *refusal;
  GHashTable *open;  /* ids of tool calls that wait for their result → names */
  GString *results;  /* nullable */
  guint index;       /* of the message */
} Reader;

static gboolean
refuse (Reader     *self,
        const char *member,
        const char *what)
{
  g_autofree char *param = g_strdup_printf ("messages[%u].%s", self->index, member);

  return dheera_mock_refuse (self->refusal, 400, "invalid_value", param, "Invalid %s: %s.", param, what);
}

static gboolean
read_part (Reader          *self,
           DheeraJsonValue  part,
           GString         *text)
{
  static const char *const others[] = { "image_url", "input_audio", "file" };
  g_autofree char *type = dheera_json_dup_string (dheera_json_member (part, "type"));
  DheeraJsonValue said;
  guint i;

  if (type == NULL)
    return refuse (self, "content", "each part is an object with a type");

  for (i = 0; i < G_N_ELEMENTS (others); i++)
    {
      if (strcmp (type, others[i]) != 0)
        continue;
      if (!dheera_json_exists (dheera_json_member (part, type)))
        return refuse (self, "content", "a part lacks the member that its type names");
      self->prompt->n_tokens++;
      return TRUE;
    }

  if (strcmp (type, "text") != 0 && strcmp (type, "refusal") != 0)
    return refuse (self, "content", "a part is of an unknown type");

  said = dheera_json_member (part, type);
  if (dheera_json_type (said) != DHEERA_JSON_STRING)
    return refuse (self, "content", "a part of text lacks it");
  if (text->len > 0)
    g_string_append_c (text, '\n');
  dheera_json_append_string (said, text, NULL);

  return TRUE;
}

static gboolean
read_content (Reader          *self,
              DheeraJsonValue  content,
              gboolean         may_be_missing,
              GString         *text)
{
  DheeraJsonIter iter;
  DheeraJsonValue part;

  switch (dheera_json_type (content))
    {
    case DHEERA_JSON_STRING:
      dheera_json_append_string (content, text, NULL);
      break;
    case DHEERA_JSON_ARRAY:
      dheera_json_iter_init (&iter, content);
      while (dheera_json_iter_next (&iter, NULL, &part))
        {
          if (!read_part (self, part, text))
            return FALSE;
        }
      break;
    case DHEERA_JSON_NONE:
    case DHEERA_JSON_NULL:
      if (may_be_missing)
        break;
      G_GNUC_FALLTHROUGH;
    default:
      return refuse (self, "content", "it must be a string or an array of parts");
    }

  self->prompt->n_tokens += dheera_mock_count (text->str);

  return TRUE;
}

static gboolean
read_calls (Reader          *self,
            DheeraJsonValue  calls)
{
  DheeraJsonIter iter;
  DheeraJsonValue call;

  if (dheera_json_type (calls) != DHEERA_JSON_ARRAY || dheera_json_size (calls) == 0)
    return refuse (self, "tool_calls", "it must be an array that is not empty");

  dheera_json_iter_init (&iter, calls);
  while (dheera_json_iter_next (&iter, NULL, &call))
    {
      char *id = dheera_json_dup_string (dheera_json_member (call, "id"));
      char *name = dheera_json_dup_string (dheera_json_path (call, "function.name"));
      g_autofree char *arguments = dheera_json_dup_string (dheera_json_path (call, "function.arguments"));

      if (id == NULL || name == NULL || arguments == NULL)
        {
          g_free (id);
          g_free (name);
          return refuse (self, "tool_calls",
                         "each has an id and a function with name and arguments, all of them strings");
        }
      g_hash_table_replace (self->open, id, name);
    }

  return TRUE;
}

static gboolean
read_result (Reader          *self,
             DheeraJsonValue  message,
             const char      *text)
{
  g_autofree char *id = dheera_json_dup_string (dheera_json_member (message, "tool_call_id"));
  const char *name = id != NULL ? g_hash_table_lookup (self->open, id) : NULL;

  if (name == NULL)
    return refuse (self, "tool_call_id",
                   "a tool message must answer one of the tool_calls of the assistant message before it, once");

  if (self->results == NULL)
    self->results = g_string_new (NULL);
  g_string_append_printf (self->results, "%s%s answered: %s", self->results->len > 0 ? "\n" : "", name, text);
  g_hash_table_remove (self->open, id);

  return TRUE;
}

static gboolean
read_message (Reader          *self,
              DheeraJsonValue  message)
{
  DheeraJsonValue role = dheera_json_member (message, "role");
  DheeraJsonValue calls = dheera_json_member (message, "tool_calls");
  gboolean is_tool = dheera_json_equal (role, "tool");
  gboolean has_calls = dheera_json_equal (role, "assistant") && dheera_json_type (calls) != DHEERA_JSON_NONE;
  g_autoptr (GString) text = g_string_new (NULL);

  if (!is_tool && g_hash_table_size (self->open) > 0)
    return refuse (self, "role", "the tool_calls before it must be answered by tool messages first");
  if (!is_tool && !dheera_json_equal (role, "system") && !dheera_json_equal (role, "developer")
      && !dheera_json_equal (role, "user") && !dheera_json_equal (role, "assistant"))
    return refuse (self, "role", "it must be system, developer, user, assistant or tool");

  if (!read_content (self, dheera_json_member (message, "content"), has_calls, text))
    return FALSE;
  if (is_tool)
    return read_result (self, message, text->str);

  if (self->results != NULL)
    {
      g_string_free (self->results, TRUE);
      self->results = NULL;
    }
  if (has_calls)
    return read_calls (self, calls);
  if (dheera_json_equal (role, "user"))
    {
      g_free (self->prompt->user_text);
      self->prompt->user_text = g_strdup (text->str);
    }

  return TRUE;
}

gboolean
dheera_mock_prompt_parse (DheeraMockPrompt  *self,
                          DheeraJsonValue    messages,
                          DheeraMockRefusal *refusal)
{
  g_autoptr (GHashTable) open = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  Reader reader = { .prompt = self, .refusal = refusal, .open = open };
  DheeraJsonIter iter;
  DheeraJsonValue message;
  gboolean ok = TRUE;

  memset (self, 0, sizeof *self);
  if (dheera_json_type (messages) != DHEERA_JSON_ARRAY || dheera_json_size (messages) == 0)
    return dheera_mock_refuse (refusal, 400, "missing_required_parameter", "messages",
                               "The member \"messages\" must be an array that is not empty.");

  dheera_json_iter_init (&iter, messages);
  while (ok && dheera_json_iter_next (&iter, NULL, &message))
    {
      ok = read_message (&reader, message);
      reader.index++;
    }
  if (ok && g_hash_table_size (open) > 0)
    ok = dheera_mock_refuse (refusal, 400, "invalid_value", "messages",
                             "The last tool_calls are not all answered by tool messages.");

  if (self->user_text == NULL)
    self->user_text = g_strdup ("");
  if (reader.results != NULL)
    self->tool_results = g_string_free (reader.results, FALSE);

  return ok;
}

void
dheera_mock_prompt_clear (DheeraMockPrompt *self)
{
  g_clear_pointer (&self->user_text, g_free);
  g_clear_pointer (&self->tool_results, g_free);
}
