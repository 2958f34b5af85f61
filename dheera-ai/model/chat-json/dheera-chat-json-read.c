/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-chat-json-read-private.h"

#include "dheera-ai/model/dheera-strings-private.h"
#include "dheera-ai/model/errors/dheera-error-private.h"
#include "dheera-ai/model/tools/dheera-tool-private.h"

/* The body of a request, strictly. One row for each member that has a property; the rest becomes
 * extra. */

typedef struct _Member Member;

typedef gboolean (*ReadMember) (DheeraRequest         *request,
                                const Member          *member,
                                DheeraJsonValue        value,
                                const DheeraChatPath  *path,
                                GError               **error);

struct _Member
{
  const char *name;
  ReadMember read; /* NULL for what is known, but no part of a request */
  gsize offset;
};

static gboolean
read_double (DheeraRequest         *request,
             const Member          *member,
             DheeraJsonValue        value,
             const DheeraChatPath  *path,
             GError               **error)
{
  double *field = &G_STRUCT_MEMBER (double, request, member->offset);

  if (!dheera_chat_expect (value, DHEERA_JSON_NUMBER, path, error))
    return FALSE;

  *field = dheera_json_get_double (value, *field);

  return TRUE;
}

static gboolean
read_int (DheeraRequest         *request,
          const Member          *member,
          DheeraJsonValue        value,
          const DheeraChatPath  *path,
          GError               **error)
{
  gint64 number;

  if (!dheera_chat_read_integer (value, path, &number, error))
    return FALSE;
  if (number < G_MININT || number > G_MAXINT)
    return dheera_chat_fail (path, error, "is %" G_GINT64_FORMAT ", which is out of range", number);

  G_STRUCT_MEMBER (int, request, member->offset) = (int) number;

  return TRUE;
}

static gboolean
read_text (DheeraRequest         *request,
           const Member          *member,
           DheeraJsonValue        value,
           const DheeraChatPath  *path,
           GError               **error)
{
  char **field = &G_STRUCT_MEMBER (char *, request, member->offset);

  if (!dheera_chat_expect (value, DHEERA_JSON_STRING, path, error))
    return FALSE;

  g_free (*field);
  *field = dheera_json_dup_string (value);

  return TRUE;
}

static gboolean
read_boolean (DheeraRequest         *request,
              const Member          *member,
              DheeraJsonValue        value,
              const DheeraChatPath  *path,
              GError               **error)
{
  DheeraTristate *field = &G_STRUCT_MEMBER (DheeraTristate, request, member->offset);

  return dheera_chat_read_tristate (value, path, field, error);
}

static gboolean
read_object (DheeraRequest         *request,
             const Member          *member,
             DheeraJsonValue        value,
             const DheeraChatPath  *path,
             GError               **error)
{
  g_autofree char *raw = NULL;

  if (!dheera_chat_expect (value, DHEERA_JSON_OBJECT, path, error))
    return FALSE;

  raw = dheera_json_dup_raw (value);
  dheera_json_text_set (&G_STRUCT_MEMBER (DheeraJsonText, request, member->offset), raw, DHEERA_JSON_OBJECT);

  return TRUE;
}

static gboolean
read_model (DheeraRequest         *request,
            const Member          *member,
            DheeraJsonValue        value,
            const DheeraChatPath  *path,
            GError               **error)
{
  g_autofree char *model = dheera_json_dup_string (value);

  dheera_base_request_set_model (DHEERA_BASE_REQUEST (request), model);

  return dheera_chat_expect (value, DHEERA_JSON_STRING, path, error);
}

static gboolean
read_messages (DheeraRequest         *request,
               const Member          *member,
               DheeraJsonValue        value,
               const DheeraChatPath  *path,
               GError               **error)
{
  return dheera_chat_read_messages (dheera_request_get_conversation (request), value, error);
}

static gboolean
read_stop (DheeraRequest         *request,
           const Member          *member,
           DheeraJsonValue        value,
           const DheeraChatPath  *path,
           GError               **error)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  DheeraChatPath element_path = { path };
  DheeraJsonIter iter;
  DheeraJsonValue element;

  if (dheera_json_type (value) == DHEERA_JSON_STRING)
    g_ptr_array_add (texts, dheera_json_dup_string (value));
  else if (!dheera_chat_expect (value, DHEERA_JSON_ARRAY, path, error))
    return FALSE;

  dheera_json_iter_init (&iter, value);
  while (dheera_json_iter_next (&iter, NULL, &element))
    {
      if (!dheera_chat_expect (element, DHEERA_JSON_STRING, &element_path, error))
        return FALSE;
      g_ptr_array_add (texts, dheera_json_dup_string (element));
      element_path.index++;
    }

  g_ptr_array_add (texts, NULL);
  dheera_request_set_stop (request, (const char * const *) texts->pdata);

  return TRUE;
}

void
dheera_chat_keep_in_extra (DheeraRequest   *request,
                           const char      *name,
                           DheeraJsonValue  value)
{
  const char *extra = dheera_base_request_peek_extra (DHEERA_BASE_REQUEST (request));
  g_autofree char *patch = NULL;
  g_autofree char *merged = NULL;
  DheeraJsonWriter writer;

  dheera_json_writer_init (&writer, 256);
  dheera_json_writer_begin_object (&writer);
  dheera_json_writer_key (&writer, name);
  dheera_json_writer_value (&writer, value);
  dheera_json_writer_end_object (&writer);
  patch = dheera_json_writer_steal (&writer);

  merged = dheera_json_merge (extra != NULL ? extra : "{}", patch);
  dheera_base_request_set_extra (DHEERA_BASE_REQUEST (request), merged);
}

/* The property says "none" with a negative number. */
static gboolean
read_seed (DheeraRequest         *request,
           const Member          *member,
           DheeraJsonValue        value,
           const DheeraChatPath  *path,
           GError               **error)
{
  gint64 seed;

  if (!dheera_chat_read_integer (value, path, &seed, error))
    return FALSE;

  if (seed >= 0)
    request->seed = seed;
  else
    dheera_chat_keep_in_extra (request, "seed", value);

  return TRUE;
}

static gboolean
has_tool (DheeraRequest *request,
          const char    *name)
{
  for (guint i = 0; i < dheera_request_get_n_tools (request); i++)
    if (g_strcmp0 (dheera_request_peek_tool (request, i)->name, name) == 0)
      return TRUE;

  return FALSE;
}

static gboolean
read_tool_choice (DheeraRequest         *request,
                  const Member          *member,
                  DheeraJsonValue        value,
                  const DheeraChatPath  *path,
                  GError               **error)
{
  DheeraJsonValue name = dheera_json_path (value, "function.name");

  if (dheera_json_type (value) == DHEERA_JSON_STRING)
    name = value;
  else if (!dheera_chat_expect (value, DHEERA_JSON_OBJECT, path, error))
    return FALSE;

  if (dheera_json_equal (value, "any") && !has_tool (request, "any"))
    {
      /* Mistral's word */
      g_free (request->tool_choice);
      request->tool_choice = g_strdup ("required");
    }
  else if (dheera_json_type (name) == DHEERA_JSON_STRING)
    {
      g_free (request->tool_choice);
      request->tool_choice = dheera_json_dup_string (name);
    }
  else
    {
      dheera_chat_keep_in_extra (request, "tool_choice", value);
    }

  return TRUE;
}

/* "auto", "none", {"name": ...} */
static gboolean
read_function_call (DheeraRequest         *request,
                    const Member          *member,
                    DheeraJsonValue        value,
                    const DheeraChatPath  *path,
                    GError               **error)
{
  if (dheera_json_type (value) == DHEERA_JSON_STRING)
    return read_tool_choice (request, member, value, path, error);

  return dheera_chat_expect (value, DHEERA_JSON_OBJECT, path, error)
         && dheera_chat_read_string (value, "name", TRUE, path, &request->tool_choice, error);
}

static gboolean
read_tools (DheeraRequest         *request,
            const Member          *member,
            DheeraJsonValue        value,
            const DheeraChatPath  *path,
            GError               **error)
{
  return dheera_chat_read_tools (request, value, FALSE, path, error);
}

static gboolean
read_functions (DheeraRequest         *request,
                const Member          *member,
                DheeraJsonValue        value,
                const DheeraChatPath  *path,
                GError               **error)
{
  return dheera_chat_read_tools (request, value, TRUE, path, error);
}

static gboolean
read_schema (DheeraRequest         *request,
             DheeraJsonValue        format,
             const DheeraChatPath  *path,
             GError               **error)
{
  const DheeraChatPath json_path = { path, "json_schema" };
  const DheeraChatPath schema_path = { &json_path, "schema" };
  const DheeraChatPath strict_path = { &json_path, "strict" };
  DheeraJsonValue outer = dheera_json_member (format, "json_schema");
  DheeraJsonValue schema = dheera_json_member (outer, "schema");
  g_autofree char *raw = NULL;

  if (!dheera_chat_expect (outer, DHEERA_JSON_OBJECT, &json_path, error)
      || !dheera_chat_expect (schema, DHEERA_JSON_OBJECT, &schema_path, error)
      || !dheera_chat_read_string (outer, "name", FALSE, &json_path, &request->response_schema_name, error)
      || !dheera_chat_read_string (outer, "description", FALSE, &json_path,
                                   &request->response_schema_description, error)
      || !dheera_chat_read_tristate (dheera_json_member (outer, "strict"), &strict_path,
                                     &request->response_schema_strict, error))
    return FALSE;

  raw = dheera_json_dup_raw (schema);
  dheera_json_text_set (&request->response_schema, raw, DHEERA_JSON_OBJECT);
  request->response_format = DHEERA_RESPONSE_FORMAT_JSON_SCHEMA;

  return TRUE;
}

static gboolean
read_response_format (DheeraRequest         *request,
                      const Member          *member,
                      DheeraJsonValue        value,
                      const DheeraChatPath  *path,
                      GError               **error)
{
  g_autofree char *type = NULL;

  if (!dheera_chat_expect (value, DHEERA_JSON_OBJECT, path, error)
      || !dheera_chat_read_string (value, "type", TRUE, path, &type, error))
    return FALSE;

  if (g_str_equal (type, "json_schema"))
    return read_schema (request, value, path, error);
  if (g_str_equal (type, "json_object") && dheera_json_size (value) == 1)
    request->response_format = DHEERA_RESPONSE_FORMAT_JSON_OBJECT;
  else if (!g_str_equal (type, "text"))
    dheera_chat_keep_in_extra (request, "response_format", value);

  return TRUE;
}

static void
set_effort (DheeraRequest *request,
            const char    *effort)
{
  if (request->reasoning_effort == NULL)
    request->reasoning_effort = g_strdup (effort);
}

/* Are all members of value among these two? */
static gboolean
has_only (DheeraJsonValue  value,
          const char      *first,
          const char      *second)
{
  return dheera_json_size (value)
         == (dheera_json_type (dheera_json_member (value, first)) != DHEERA_JSON_NONE ? 1u : 0u)
              + (dheera_json_type (dheera_json_member (value, second)) != DHEERA_JSON_NONE ? 1u : 0u);
}

static gboolean
read_budget (DheeraRequest         *request,
             DheeraJsonValue        object,
             const char            *name,
             const DheeraChatPath  *parent,
             GError               **error)
{
  const DheeraChatPath path = { parent, name };
  const Member member = { name, NULL, G_STRUCT_OFFSET (DheeraRequest, reasoning_budget) };
  DheeraJsonValue value = dheera_json_member (object, name);

  return !dheera_json_exists (value) || read_int (request, &member, value, &path, error);
}

/* Anthropic's way, which others took over: {"type": "enabled", "budget_tokens": 1024} */
static gboolean
read_thinking (DheeraRequest         *request,
               const Member          *member,
               DheeraJsonValue        value,
               const DheeraChatPath  *path,
               GError               **error)
{
  DheeraJsonValue type = dheera_json_member (value, "type");

  if (!dheera_chat_expect (value, DHEERA_JSON_OBJECT, path, error))
    return FALSE;

  if (!has_only (value, "type", "budget_tokens"))
    {
      dheera_chat_keep_in_extra (request, "thinking", value);
      return TRUE;
    }

  if (!read_budget (request, value, "budget_tokens", path, error))
    return FALSE;
  if (dheera_json_equal (type, "disabled"))
    set_effort (request, "none");
  else if (dheera_json_equal (type, "adaptive")
           || (dheera_json_equal (type, "enabled") && request->reasoning_budget < 0))
    set_effort (request, "auto");

  return TRUE;
}

/* OpenRouter's way: {"effort": "high"} or {"max_tokens": 1024} */
static gboolean
read_reasoning (DheeraRequest         *request,
                const Member          *member,
                DheeraJsonValue        value,
                const DheeraChatPath  *path,
                GError               **error)
{
  g_autofree char *effort = NULL;

  if (!dheera_chat_expect (value, DHEERA_JSON_OBJECT, path, error))
    return FALSE;

  if (!has_only (value, "effort", "max_tokens"))
    {
      dheera_chat_keep_in_extra (request, "reasoning", value);
      return TRUE;
    }

  if (!dheera_chat_read_string (value, "effort", FALSE, path, &effort, error)
      || !read_budget (request, value, "max_tokens", path, error))
    return FALSE;
  if (effort != NULL)
    set_effort (request, effort);

  return TRUE;
}

#define FIELD(field) G_STRUCT_OFFSET (DheeraRequest, field)

/* In the order in which they are read: where two say the same, the later one holds. */
static const Member members[] = {
  { "model", read_model },
  { "messages", read_messages },
  { "max_tokens", read_int, FIELD (max_tokens) },
  { "max_completion_tokens", read_int, FIELD (max_tokens) },
  { "temperature", read_double, FIELD (temperature) },
  { "top_p", read_double, FIELD (top_p) },
  { "top_k", read_int, FIELD (top_k) },
  { "stop", read_stop },
  { "seed", read_seed },
  { "n", read_int, FIELD (n) },
  { "presence_penalty", read_double, FIELD (presence_penalty) },
  { "frequency_penalty", read_double, FIELD (frequency_penalty) },
  { "logprobs", read_boolean, FIELD (logprobs) },
  { "top_logprobs", read_int, FIELD (top_logprobs) },
  { "functions", read_functions },
  { "function_call", read_function_call },
  { "tools", read_tools },
  { "tool_choice", read_tool_choice },
  { "parallel_tool_calls", read_boolean, FIELD (parallel_tool_calls) },
  { "response_format", read_response_format },
  { "reasoning_effort", read_text, FIELD (reasoning_effort) },
  { "reasoning", read_reasoning },
  { "thinking", read_thinking },
  { "user", read_text, FIELD (user) },
  { "metadata", read_object, FIELD (metadata) },
  { "service_tier", read_text, FIELD (service_tier) },
  { "stream", NULL },
  { "stream_options", NULL },
};

static void
read_the_rest (DheeraRequest   *request,
               DheeraJsonValue  body)
{
  const char *known[G_N_ELEMENTS (members) + 1] = { NULL };
  g_autofree char *extra = NULL;
  g_autofree char *merged = NULL;
  const char *kept;

  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    known[i] = members[i].name;

  extra = dheera_chat_dup_unknown (body, known);
  if (extra == NULL)
    return;

  kept = dheera_base_request_peek_extra (DHEERA_BASE_REQUEST (request));
  merged = kept != NULL ? dheera_json_merge (extra, kept) : g_steal_pointer (&extra);
  dheera_base_request_set_extra (DHEERA_BASE_REQUEST (request), merged);
}

gboolean
dheera_chat_read_request (DheeraRequest    *request,
                          DheeraJsonValue   body,
                          GError          **error)
{
  if (!dheera_chat_expect (body, DHEERA_JSON_OBJECT, NULL, error))
    return FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    {
      const DheeraChatPath path = { NULL, members[i].name };
      DheeraJsonValue value = dheera_json_member (body, members[i].name);

      if (members[i].read == NULL || !dheera_json_exists (value))
        continue;
      if (!members[i].read (request, &members[i], value, &path, error))
        return FALSE;
    }

  read_the_rest (request, body);

  return TRUE;
}
