/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-codec-internal-private.h"

#include "dheera-ai/model/chat-json/dheera-chat-json-private.h"
#include "dheera-ai/model/dheera-conversation.h"
#include "dheera-ai/model/dheera-message.h"
#include "dheera-ai/model/requests/dheera-base-request-private.h"

/* /v1/completions: each prompt becomes a chat of its own, with one message of the user. */

static const DheeraCodecMember completion_members[] = {
  { "model", DHEERA_CODEC_READ },
  { "prompt", DHEERA_CODEC_OURS },
  { "stream", DHEERA_CODEC_OURS, DHEERA_CODEC_BOOLEAN },
  { "stream_options", DHEERA_CODEC_OURS, DHEERA_CODEC_TYPE (OBJECT) },
  { "echo", DHEERA_CODEC_OURS, DHEERA_CODEC_BOOLEAN },
  { "max_tokens", DHEERA_CODEC_READ, DHEERA_CODEC_TYPE (NUMBER), 1, G_MAXINT, TRUE },
  { "temperature", DHEERA_CODEC_READ, DHEERA_CODEC_TYPE (NUMBER), 0, 2 },
  { "top_p", DHEERA_CODEC_READ, DHEERA_CODEC_TYPE (NUMBER), 0, 1 },
  { "n", DHEERA_CODEC_READ, DHEERA_CODEC_TYPE (NUMBER), 1, 128, TRUE },
  { "stop", DHEERA_CODEC_READ, DHEERA_CODEC_TYPE (STRING) | DHEERA_CODEC_TYPE (ARRAY) },
  { "seed", DHEERA_CODEC_READ, DHEERA_CODEC_TYPE (NUMBER) },
  { "presence_penalty", DHEERA_CODEC_READ, DHEERA_CODEC_TYPE (NUMBER), -2, 2 },
  { "frequency_penalty", DHEERA_CODEC_READ, DHEERA_CODEC_TYPE (NUMBER), -2, 2 },
  { "user", DHEERA_CODEC_READ, DHEERA_CODEC_TYPE (STRING) },
  { "logit_bias", DHEERA_CODEC_PASS, DHEERA_CODEC_TYPE (OBJECT) },
  { "best_of", DHEERA_CODEC_REFUSED, .neutral = "1", .why = "is not possible with models that chat. Ask for several choices with 'n', and take the best" },
  { "suffix", DHEERA_CODEC_REFUSED, .neutral = "\"\"", .why = "is not possible with models that chat. Put what follows into the prompt" },
  { "logprobs", DHEERA_CODEC_REFUSED, .why = "is not possible here. /v1/chat/completions has 'logprobs' and 'top_logprobs'" },
  /* Of the library's own form */
  { "top_k", DHEERA_CODEC_READ, DHEERA_CODEC_TYPE (NUMBER), -1, G_MAXINT, TRUE },
};

static gboolean
belongs_to_chat (DheeraJsonValue name)
{
  guint position;

  for (gsize i = 0; i < G_N_ELEMENTS (completion_members); i++)
    if (dheera_json_equal (name, completion_members[i].name))
      return completion_members[i].use == DHEERA_CODEC_READ || completion_members[i].use == DHEERA_CODEC_PASS;

  return dheera_codec_find_vendor_member (name, &position) != NULL;
}

/* What both APIs have, in the form of a chat without messages */
static char *
write_chat (DheeraJsonValue body)
{
  g_auto (DheeraJsonWriter) writer = DHEERA_JSON_WRITER_INIT;
  DheeraJsonIter iter;
  DheeraJsonValue name, value;

  dheera_json_writer_init (&writer, 256);
  dheera_json_writer_begin_object (&writer);
  dheera_json_iter_init (&iter, body);
  while (dheera_json_iter_next (&iter, &name, &value))
    {
      g_autofree char *key = NULL;

      if (!belongs_to_chat (name))
        continue;

      key = dheera_json_dup_string (name);
      dheera_json_writer_key (&writer, key);
      dheera_json_writer_value (&writer, value);
    }
  dheera_json_writer_end_object (&writer);

  return dheera_json_writer_steal (&writer);
}

static gboolean
read_chat (DheeraRequest    *request,
           DheeraJsonValue   body,
           GError          **error)
{
  g_auto (DheeraJson) view = DHEERA_JSON_INIT;
  g_autofree char *chat = write_chat (body);

  return dheera_chat_parse (&view, chat, "request", error)
         && dheera_chat_read_request (request, dheera_json_root (&view), error);
}

static DheeraBaseRequest *
make_request (DheeraRequest *common,
              const char    *prompt)
{
  DheeraBaseRequest *request = dheera_base_request_copy (DHEERA_BASE_REQUEST (common));
  g_autoptr (DheeraMessage) message = dheera_message_new (DHEERA_ROLE_USER, prompt);

  dheera_conversation_append (dheera_request_get_conversation (DHEERA_REQUEST (request)), message);

  return request;
}

gboolean
dheera_codec_read_completion (DheeraAsk        *ask,
                              DheeraJsonValue   body,
                              GError          **error)
{
  g_autoptr (DheeraRequest) common = NULL;
  g_autoptr (GPtrArray) prompts = NULL;

  if (!dheera_codec_check_members (body, completion_members, G_N_ELEMENTS (completion_members), TRUE, "", error)
      || !dheera_codec_read_model (ask, body, error)
      || !dheera_codec_read_stream (ask, body, error))
    return FALSE;

  prompts = dheera_codec_read_texts (body, "prompt", DHEERA_CODEC_MAX_PROMPTS, error);
  if (prompts == NULL)
    return FALSE;

  common = g_object_new (DHEERA_TYPE_REQUEST, NULL);
  if (!read_chat (common, body, error))
    return FALSE;

  DHEERA_BASE_REQUEST (common)->handed_on = dheera_codec_list_passed (body, completion_members, G_N_ELEMENTS (completion_members));
  ask->echo = dheera_json_get_boolean (dheera_json_member (body, "echo"), FALSE);
  ask->n = (guint) MAX (common->n, 1);
  for (guint i = 0; i < prompts->len; i++)
    g_ptr_array_add (ask->requests, make_request (common, g_ptr_array_index (prompts, i)));

  return TRUE;
}
