/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-chat-json-read-private.h"

#include "dheera-ai/model/dheera-strings-private.h"
#include "dheera-ai/model/messages/dheera-conversation-private.h"
#include "dheera-ai/model/messages/dheera-message-private.h"
#include "dheera-ai/model/messages/dheera-part-private.h"
#include "dheera-ai/model/tools/dheera-tool-call-private.h"

/* Messages, strictly: a value of the wrong type is an error that names its place. */

static gboolean
read_role (DheeraMessage         *message,
           const char            *role,
           const DheeraChatPath  *path,
           GError               **error)
{
  static const struct
  {
    const char *name;
    DheeraRole role;
  } roles[] = {
    { "system", DHEERA_ROLE_SYSTEM },       { "developer", DHEERA_ROLE_DEVELOPER },
    { "user", DHEERA_ROLE_USER },           { "assistant", DHEERA_ROLE_ASSISTANT },
    { "tool", DHEERA_ROLE_TOOL },           { "function", DHEERA_ROLE_TOOL },
  };
  const DheeraChatPath role_path = { path, "role" };

  for (gsize i = 0; i < G_N_ELEMENTS (roles); i++)
    if (g_str_equal (role, roles[i].name))
      {
        message->role = roles[i].role;
        return TRUE;
      }

  return dheera_chat_fail (&role_path, error,
                           "is “%s”; it has to be system, developer, user, assistant or tool", role);
}

static void
add_call (DheeraMessage *message,
          char          *id,
          char          *name,
          char          *arguments,
          char          *extra)
{
  g_autoptr (DheeraToolCall) call = g_object_new (DHEERA_TYPE_TOOL_CALL, NULL);

  call->id = id;
  call->name = name;
  call->arguments = g_string_new (arguments);
  call->extra = extra;
  dheera_message_add_tool_call (message, call);
}

static gboolean
read_function (DheeraJsonValue        function,
               const DheeraChatPath  *path,
               char                 **name,
               char                 **arguments,
               GError               **error)
{
  return dheera_chat_expect (function, DHEERA_JSON_OBJECT, path, error)
         && dheera_chat_read_string (function, "name", TRUE, path, name, error)
         && dheera_chat_read_string (function, "arguments", FALSE, path, arguments, error);
}

static gboolean
read_tool_call (DheeraMessage         *message,
                DheeraJsonValue        value,
                const DheeraChatPath  *path,
                GError               **error)
{
  /* index is what clients leave there that put a stream together by hand. */
  static const char *const known[] = { "id", "type", "function", "index", NULL };
  const DheeraChatPath type_path = { path, "type" };
  const DheeraChatPath function_path = { path, "function" };
  g_autofree char *id = NULL;
  g_autofree char *type = NULL;
  g_autofree char *name = NULL;
  g_autofree char *arguments = NULL;

  if (!dheera_chat_expect (value, DHEERA_JSON_OBJECT, path, error)
      || !dheera_chat_read_string (value, "id", TRUE, path, &id, error)
      || !dheera_chat_read_string (value, "type", FALSE, path, &type, error))
    return FALSE;
  if (type != NULL && !g_str_equal (type, "function"))
    return dheera_chat_fail (&type_path, error, "is “%s”; only calls of the type function are known", type);
  if (!read_function (dheera_json_member (value, "function"), &function_path, &name, &arguments, error))
    return FALSE;

  add_call (message, g_steal_pointer (&id), g_steal_pointer (&name), arguments,
            dheera_chat_dup_unknown (value, known));

  return TRUE;
}

typedef gboolean (*ReadElement) (DheeraMessage         *message,
                                 DheeraJsonValue        value,
                                 const DheeraChatPath  *path,
                                 GError               **error);

static gboolean
read_list (DheeraMessage         *message,
           DheeraJsonValue        object,
           const char            *name,
           ReadElement            read,
           const DheeraChatPath  *parent,
           GError               **error)
{
  const DheeraChatPath path = { parent, name };
  DheeraChatPath element_path = { &path };
  DheeraJsonValue list = dheera_json_member (object, name);
  DheeraJsonIter iter;
  DheeraJsonValue value;

  if (!dheera_json_exists (list))
    return TRUE;
  if (!dheera_chat_expect (list, DHEERA_JSON_ARRAY, &path, error))
    return FALSE;

  dheera_json_iter_init (&iter, list);
  while (dheera_json_iter_next (&iter, NULL, &value))
    {
      if (!read (message, value, &element_path, error))
        return FALSE;
      element_path.index++;
    }

  return TRUE;
}

/* At the front of the message where it is not given: signatures of thinking stand there. */
static gboolean
read_place (DheeraJsonValue        value,
            const char            *name,
            const DheeraChatPath  *parent,
            gint64                *place,
            GError               **error)
{
  const DheeraChatPath path = { parent, name };
  DheeraJsonValue number = dheera_json_member (value, name);

  if (!dheera_json_exists (number))
    return TRUE;
  if (!dheera_chat_read_integer (number, &path, place, error))
    return FALSE;
  if (*place < 0)
    return dheera_chat_fail (&path, error, "is negative");

  return TRUE;
}

static gboolean
read_provider_block (DheeraMessage         *message,
                     DheeraJsonValue        value,
                     const DheeraChatPath  *path,
                     GError               **error)
{
  const DheeraChatPath block_path = { path, "block" };
  DheeraJsonValue block = dheera_json_member (value, "block");
  g_autofree char *family = NULL;
  gint64 text = 0, calls = 0;
  const char *raw;
  gsize length;

  if (!dheera_chat_expect (value, DHEERA_JSON_OBJECT, path, error)
      || !dheera_chat_read_string (value, "family", TRUE, path, &family, error)
      || !dheera_chat_expect (block, DHEERA_JSON_OBJECT, &block_path, error)
      || !read_place (value, "after_text", path, &text, error)
      || !read_place (value, "after_tool_calls", path, &calls, error))
    return FALSE;

  raw = dheera_json_raw (block, &length);
  dheera_message_add_native_at (message, family, raw, (gssize) length, (gsize) text, (guint) MIN (calls, G_MAXUINT));

  return TRUE;
}

/* What others call the blocks of one family: of Anthropic's thinking, and of OpenRouter's. */
static gboolean
read_thinking_block (DheeraMessage         *message,
                     DheeraJsonValue        value,
                     const DheeraChatPath  *path,
                     GError               **error)
{
  const char *raw;
  gsize length;

  if (!dheera_chat_expect (value, DHEERA_JSON_OBJECT, path, error))
    return FALSE;

  raw = dheera_json_raw (value, &length);
  dheera_message_add_native_at (message, "anthropic", raw, (gssize) length, 0, 0);

  return TRUE;
}

static gboolean
read_reasoning_detail (DheeraMessage         *message,
                       DheeraJsonValue        value,
                       const DheeraChatPath  *path,
                       GError               **error)
{
  const char *raw;
  gsize length;

  if (!dheera_chat_expect (value, DHEERA_JSON_OBJECT, path, error))
    return FALSE;

  /* Who sent it is not told: several gateways have the member, and the caller is the one who names the next. */
  raw = dheera_json_raw (value, &length);
  dheera_message_add_native_at (message, "reasoning_details", raw, (gssize) length, 0, 0);

  return TRUE;
}

/* Sound that the model made in an earlier turn */
static gboolean
read_spoken (DheeraMessage         *message,
             DheeraJsonValue        object,
             const DheeraChatPath  *parent,
             GError               **error)
{
  const DheeraChatPath path = { parent, "audio" };
  const DheeraChatPath data_path = { &path, "data" };
  DheeraJsonValue audio = dheera_json_member (object, "audio");
  g_autoptr (DheeraPart) part = NULL;
  g_autofree char *data = NULL;
  g_autofree char *format = NULL;

  if (!dheera_json_exists (audio))
    return TRUE;

  part = g_object_new (DHEERA_TYPE_PART, NULL);
  part->type = DHEERA_PART_TYPE_AUDIO;
  part->expires = dheera_json_get_int (dheera_json_member (audio, "expires_at"), -1);
  if (!dheera_chat_expect (audio, DHEERA_JSON_OBJECT, &path, error)
      || !dheera_chat_read_string (audio, "id", FALSE, &path, &part->file_id, error)
      || !dheera_chat_read_string (audio, "transcript", FALSE, &path, &part->text, error)
      || !dheera_chat_read_string (audio, "format", FALSE, &path, &format, error)
      || !dheera_chat_read_string (audio, "data", FALSE, &path, &data, error))
    return FALSE;

  part->bytes = data != NULL ? dheera_base64_parse (data) : NULL;
  if (data != NULL && part->bytes == NULL)
    return dheera_chat_fail (&data_path, error, "is not valid base64");
  part->mime_type = format != NULL ? dheera_audio_format_to_mime_type (format) : NULL;
  dheera_message_add_part (message, part);

  return TRUE;
}

/* Functions came before tools, and had no ids: the place in the conversation is as good a one. */
static gboolean
read_function_call (DheeraMessage         *message,
                    DheeraJsonValue        object,
                    guint                  position,
                    const DheeraChatPath  *parent,
                    GError               **error)
{
  const DheeraChatPath path = { parent, "function_call" };
  DheeraJsonValue value = dheera_json_member (object, "function_call");
  g_autofree char *name = NULL;
  g_autofree char *arguments = NULL;

  if (!dheera_json_exists (value))
    return TRUE;
  if (!read_function (value, &path, &name, &arguments, error))
    return FALSE;

  add_call (message, g_strdup_printf ("call_%u", position), g_steal_pointer (&name), arguments, NULL);

  return TRUE;
}

/* What functions were called so far, found out when somebody asks: each message is looked at once, however many results there are. */
typedef struct
{
  GHashTable *ids; /* of the last call of each function, by its name; both are the calls' own */
  guint n_seen;    /* messages */
} Calls;

/* The last call of that function that was made so far */
static const char *
find_function_call (Calls              *calls,
                    DheeraConversation *conversation,
                    const char         *name)
{
  guint n_messages = g_list_model_get_n_items (G_LIST_MODEL (conversation));

  if (calls->ids == NULL)
    calls->ids = g_hash_table_new (g_str_hash, g_str_equal);

  for (; calls->n_seen < n_messages; calls->n_seen++)
    {
      DheeraMessage *message = dheera_conversation_peek (conversation, calls->n_seen);

      for (guint i = 0; i < dheera_message_get_n_tool_calls (message); i++)
        {
          DheeraToolCall *call = dheera_message_peek_tool_call (message, i);

          g_hash_table_insert (calls->ids, call->name, call->id);
        }
    }

  return g_hash_table_lookup (calls->ids, name);
}

static gboolean
read_function_result (DheeraMessage         *message,
                      DheeraConversation    *conversation,
                      Calls                 *calls,
                      const DheeraChatPath  *path,
                      GError               **error)
{
  const DheeraChatPath name_path = { path, "name" };

  if (message->name == NULL)
    return dheera_chat_fail (&name_path, error, "is missing; it has to say which function was called");

  message->tool_call_id = g_strdup (find_function_call (calls, conversation, message->name));
  if (message->tool_call_id == NULL)
    return dheera_chat_fail (&name_path, error, "is “%s”, but no message before calls that function",
                             message->name);

  g_clear_pointer (&message->name, g_free);

  return TRUE;
}

static gboolean
read_reasoning (DheeraMessage         *message,
                DheeraJsonValue        value,
                const DheeraChatPath  *path,
                GError               **error)
{
  g_autofree char *reasoning = NULL;
  g_autofree char *refusal = NULL;

  /* The older name comes last: where both are, it is the one that says more. */
  if (!dheera_chat_read_string (value, "reasoning", FALSE, path, &reasoning, error)
      || !dheera_chat_read_string (value, "reasoning_content", FALSE, path, &reasoning, error)
      || !dheera_chat_read_string (value, "refusal", FALSE, path, &refusal, error))
    return FALSE;

  dheera_message_set_reasoning (message, reasoning);
  if (refusal != NULL)
    dheera_message_set_refusal (message, refusal);

  return TRUE;
}

static gboolean
read_is_error (DheeraMessage         *message,
               DheeraJsonValue        value,
               const DheeraChatPath  *parent,
               GError               **error)
{
  const DheeraChatPath path = { parent, "is_error" };

  return dheera_chat_read_tristate (dheera_json_member (value, "is_error"), &path, &message->is_error, error);
}

static gboolean
read_message (DheeraConversation    *conversation,
              Calls                 *calls,
              DheeraJsonValue        value,
              const DheeraChatPath  *path,
              GError               **error)
{
  static const char *const known[] = {
    "role", "content", "name", "tool_call_id", "tool_calls", "refusal", "reasoning", "reasoning_content",
    "provider_blocks", "thinking_blocks", "reasoning_details", "audio", "function_call",
    "is_error",
    /* Part of an answer only */
    "annotations", NULL,
  };
  const DheeraChatPath content_path = { path, "content" };
  g_autoptr (DheeraMessage) message = dheera_message_new (DHEERA_ROLE_USER, NULL);
  g_autofree char *role = NULL;
  g_autofree char *extra = NULL;

  if (!dheera_chat_expect (value, DHEERA_JSON_OBJECT, path, error)
      || !dheera_chat_read_string (value, "role", TRUE, path, &role, error)
      || !read_role (message, role, path, error)
      || !dheera_chat_read_content (message, dheera_json_member (value, "content"), &content_path, error)
      || !dheera_chat_read_string (value, "name", FALSE, path, &message->name, error)
      || !dheera_chat_read_string (value, "tool_call_id", g_str_equal (role, "tool"), path,
                                   &message->tool_call_id, error)
      || !read_is_error (message, value, path, error)
      || !read_reasoning (message, value, path, error)
      || !read_list (message, value, "tool_calls", read_tool_call, path, error)
      || !read_function_call (message, value, path->index, path, error)
      || !read_list (message, value, "provider_blocks", read_provider_block, path, error)
      || !read_list (message, value, "thinking_blocks", read_thinking_block, path, error)
      || !read_list (message, value, "reasoning_details", read_reasoning_detail, path, error)
      || !read_spoken (message, value, path, error))
    return FALSE;

  if (g_str_equal (role, "function") && !read_function_result (message, conversation, calls, path, error))
    return FALSE;

  extra = dheera_chat_dup_unknown (value, known);
  dheera_json_text_set (&message->extra, extra, DHEERA_JSON_OBJECT);
  dheera_conversation_append (conversation, message);

  return TRUE;
}

gboolean
dheera_chat_read_messages (DheeraConversation  *conversation,
                           DheeraJsonValue      messages,
                           GError             **error)
{
  const DheeraChatPath path = { NULL, "messages" };
  DheeraChatPath element_path = { &path };
  Calls calls = { NULL };
  gboolean good = TRUE;
  DheeraJsonIter iter;
  DheeraJsonValue value;

  if (!dheera_chat_expect (messages, DHEERA_JSON_ARRAY, &path, error))
    return FALSE;

  dheera_json_iter_init (&iter, messages);
  while (good && dheera_json_iter_next (&iter, NULL, &value))
    {
      good = read_message (conversation, &calls, value, &element_path, error);
      element_path.index++;
    }
  g_clear_pointer (&calls.ids, g_hash_table_unref);

  return good;
}
