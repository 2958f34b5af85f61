/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A conversation with reasoning and calls of tools goes on with another provider in the middle: each of them speaks once, in a shape as it was recorded, and whoever
 * comes next has to get a history that is legal for it, without a word that only the former one can read, and with all of its own. */

#include "providers-util.h"

#include "dheera-ai/model/messages/dheera-conversation-private.h"

typedef struct _Speaker Speaker;

struct _Speaker
{
  const char *provider;
  const char *model;
  const char *answer;    /* reasons, and calls the tool twice: for Oslo and for Rome */
  const char *secret;    /* what only its own family can read, nullable */
  void (*check) (DheeraJsonValue body); /* is the history legal? */
};

static void check_chat (DheeraJsonValue body);
static void check_responses (DheeraJsonValue body);
static void check_anthropic (DheeraJsonValue body);
static void check_bedrock (DheeraJsonValue body);
static void check_bedrock_mistral (DheeraJsonValue body);
static void check_gemini (DheeraJsonValue body);
static void check_mistral (DheeraJsonValue body);

static const Speaker speakers[] = {
  { "anthropic", "claude-sonnet-4-5",
    "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":[{\"type\":\"thinking\",\"thinking\":\"Two cities.\","
    "\"signature\":\"anthropic-secret==\"},{\"type\":\"text\",\"text\":\"I look.\"},{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"weather\","
    "\"input\":{\"city\":\"Oslo\"}},{\"type\":\"tool_use\",\"id\":\"toolu_2\",\"name\":\"weather\",\"input\":{\"city\":\"Rome\"}}],"
    "\"stop_reason\":\"tool_use\",\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}",
    "anthropic-secret==", check_anthropic },
  { "openai", "gpt-4o",
    "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"finish_reason\":\"tool_calls\",\"message\":{"
    "\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"call_1\",\"type\":\"function\",\"function\":{\"name\":\"weather\",\"arguments\":"
    "\"{\\\"city\\\":\\\"Oslo\\\"}\"}},{\"id\":\"call_2\",\"type\":\"function\",\"function\":{\"name\":\"weather\",\"arguments\":\"{\\\"city\\\":\\\"Rome\\\"}\"}}]}}]}",
    NULL, check_chat },
  { "openai-responses", "gpt-5",
    "{\"id\":\"resp_1\",\"object\":\"response\",\"created_at\":1,\"status\":\"completed\",\"model\":\"m\",\"output\":[{\"id\":\"rs_1\",\"type\":\"reasoning\","
    "\"encrypted_content\":\"responses-secret==\",\"summary\":[{\"type\":\"summary_text\",\"text\":\"Two cities.\"}]},{\"id\":\"fc_1\",\"type\":\"function_call\","
    "\"status\":\"completed\",\"call_id\":\"call_3\",\"name\":\"weather\",\"arguments\":\"{\\\"city\\\":\\\"Oslo\\\"}\"},{\"id\":\"fc_2\",\"type\":\"function_call\","
    "\"status\":\"completed\",\"call_id\":\"call_4\",\"name\":\"weather\",\"arguments\":\"{\\\"city\\\":\\\"Rome\\\"}\"}],"
    "\"usage\":{\"input_tokens\":1,\"output_tokens\":1,\"total_tokens\":2}}",
    "responses-secret==", check_responses },
  { "gemini", "gemini-3-flash-preview",
    "{\"candidates\":[{\"index\":0,\"finishReason\":\"STOP\",\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"Two cities.\",\"thought\":true},"
    "{\"functionCall\":{\"name\":\"weather\",\"args\":{\"city\":\"Oslo\"}},\"thoughtSignature\":\"gemini-secret==\"},"
    "{\"functionCall\":{\"name\":\"weather\",\"args\":{\"city\":\"Rome\"}}}]}}],\"modelVersion\":\"m\",\"responseId\":\"r\"}",
    "gemini-secret==", check_gemini },
  { "bedrock", "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
    "{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":[{\"reasoningContent\":{\"reasoningText\":{\"text\":\"Two cities.\",\"signature\":\"bedrock-secret==\"}}},"
    "{\"toolUse\":{\"toolUseId\":\"tooluse_1\",\"name\":\"weather\",\"input\":{\"city\":\"Oslo\"}}},{\"toolUse\":{\"toolUseId\":\"tooluse_2\",\"name\":\"weather\","
    "\"input\":{\"city\":\"Rome\"}}}]}},\"stopReason\":\"tool_use\",\"usage\":{\"inputTokens\":1,\"outputTokens\":1,\"totalTokens\":2},\"metrics\":{\"latencyMs\":1}}",
    "bedrock-secret==", check_bedrock },
  { "cohere", "command-a-03-2025",
    "{\"id\":\"c\",\"finish_reason\":\"TOOL_CALL\",\"message\":{\"role\":\"assistant\",\"tool_plan\":\"Two cities.\",\"tool_calls\":[{\"id\":\"weather_1\",\"type\":\"function\","
    "\"function\":{\"name\":\"weather\",\"arguments\":\"{\\\"city\\\":\\\"Oslo\\\"}\"}},{\"id\":\"weather_2\",\"type\":\"function\",\"function\":{\"name\":\"weather\","
    "\"arguments\":\"{\\\"city\\\":\\\"Rome\\\"}\"}}]},\"usage\":{\"tokens\":{\"input_tokens\":1,\"output_tokens\":1}}}",
    NULL, check_chat },
  { "ollama", "qwen3",
    "{\"model\":\"m\",\"created_at\":\"2026-01-01T00:00:00Z\",\"message\":{\"role\":\"assistant\",\"content\":\"\",\"thinking\":\"Two cities.\",\"tool_calls\":["
    "{\"function\":{\"name\":\"weather\",\"arguments\":{\"city\":\"Oslo\"}}},{\"function\":{\"name\":\"weather\",\"arguments\":{\"city\":\"Rome\"}}}]},"
    "\"done\":true,\"done_reason\":\"stop\"}",
    NULL, check_chat },
  { "mistral", "magistral-small-latest",
    "{\"id\":\"m\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"finish_reason\":\"tool_calls\",\"message\":{\"role\":\"assistant\","
    "\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"Two cities.\"}],\"signature\":\"mistral-secret==\"}],\"tool_calls\":[{\"id\":\"gSIMJiOkT\",\"function\":{\"name\":\"weather\","
    "\"arguments\":\"{\\\"city\\\":\\\"Oslo\\\"}\"}},{\"id\":\"hSIMJiOkT\",\"function\":{\"name\":\"weather\",\"arguments\":\"{\\\"city\\\":\\\"Rome\\\"}\"}}]}}]}",
    "mistral-secret==", check_mistral },
  { "bedrock", "mistral.magistral-small-2509",
    "{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":[{\"text\":\"I look.\"},{\"toolUse\":{\"toolUseId\":\"tooluse_daIKOZu4g4GrvIIv9wdqy4\",\"name\":\"weather\","
    "\"input\":{\"city\":\"Oslo\"}}},{\"toolUse\":{\"toolUseId\":\"jSIMJiOkT\",\"name\":\"weather\",\"input\":{\"city\":\"Rome\"}}}]}},"
    "\"stopReason\":\"tool_use\",\"usage\":{\"inputTokens\":1,\"outputTokens\":1,\"totalTokens\":2},\"metrics\":{\"latencyMs\":1}}",
    NULL, check_bedrock_mistral },
};

/* --- Histories ------------------------------------------------------------------------------------------------------------------- */

static gboolean
has_member (DheeraJsonValue value,
            const char     *name)
{
  return dheera_json_exists (dheera_json_member (value, name));
}

static char *
text_of (DheeraJsonValue value,
         const char     *path)
{
  return dheera_json_dup_string (dheera_json_path (value, path));
}

/* Ids (or names) of calls that wait for their results; a result takes its own away, and nothing else may come before all are gone. */
static void
take (GPtrArray  *open,
      const char *id)
{
  for (guint i = 0; i < open->len; i++)
    if (g_str_equal (g_ptr_array_index (open, i), id))
      {
        g_ptr_array_remove_index (open, i);
        return;
      }
  g_error ("There is no open call %s", id);
}

/* OpenAI's shape, and those that have it from there: Cohere, Mistral, Ollama */
static void
check_chat (DheeraJsonValue body)
{
  g_autoptr (GPtrArray) open = g_ptr_array_new_with_free_func (g_free);
  gboolean ids = TRUE;
  DheeraJsonValue message, call;
  DheeraJsonIter messages, calls;

  dheera_json_iter_init (&messages, dheera_json_member (body, "messages"));
  while (dheera_json_iter_next (&messages, NULL, &message))
    {
      if (dheera_json_equal (dheera_json_member (message, "role"), "tool"))
        {
          g_autofree char *id = text_of (message, ids ? "tool_call_id" : "tool_name");

          g_assert_nonnull (id);
          take (open, id);
          continue;
        }

      g_assert_cmpuint (open->len, ==, 0);
      dheera_json_iter_init (&calls, dheera_json_member (message, "tool_calls"));
      while (dheera_json_iter_next (&calls, NULL, &call))
        {
          char *id = text_of (call, "id");

          ids = id != NULL;
          g_ptr_array_add (open, ids ? id : text_of (call, "function.name"));
        }
    }
  g_assert_cmpuint (open->len, ==, 0);
}

/* Nine letters or digits; Bedrock's Mistrals also know the ids that Bedrock made up. */
static void
assert_id_for_mistral (const char *id,
                       gboolean    at_bedrock)
{
  if (at_bedrock && g_str_has_prefix (id, "tooluse_"))
    g_assert_true (g_regex_match_simple ("^[a-zA-Z0-9_.:-]{1,64}$", id, 0, 0));
  else if (!g_regex_match_simple ("^[a-zA-Z0-9]{9}$", id, 0, 0))
    g_error ("A Mistral gets the id “%s”", id);
}

/* Behind results of tools nobody but the model speaks. */
static void
check_mistral (DheeraJsonValue body)
{
  gboolean result = FALSE;
  DheeraJsonValue message, call;
  DheeraJsonIter messages, calls;

  check_chat (body);
  dheera_json_iter_init (&messages, dheera_json_member (body, "messages"));
  while (dheera_json_iter_next (&messages, NULL, &message))
    {
      g_autofree char *id = text_of (message, "tool_call_id");

      g_assert_false (result && dheera_json_equal (dheera_json_member (message, "role"), "user"));
      result = id != NULL;
      if (id != NULL)
        assert_id_for_mistral (id, FALSE);
      dheera_json_iter_init (&calls, dheera_json_member (message, "tool_calls"));
      while (dheera_json_iter_next (&calls, NULL, &call))
        {
          g_autofree char *called = text_of (call, "id");

          assert_id_for_mistral (called, FALSE);
        }
    }
}

static void
check_responses (DheeraJsonValue body)
{
  g_autoptr (GPtrArray) open = g_ptr_array_new_with_free_func (g_free);
  DheeraJsonValue item;
  DheeraJsonIter items;

  dheera_json_iter_init (&items, dheera_json_member (body, "input"));
  while (dheera_json_iter_next (&items, NULL, &item))
    {
      g_autofree char *type = text_of (item, "type");
      g_autofree char *id = text_of (item, "call_id");

      if (g_strcmp0 (type, "function_call") == 0)
        g_ptr_array_add (open, g_steal_pointer (&id));
      else if (g_strcmp0 (type, "function_call_output") == 0)
        take (open, id);
      else
        g_assert_cmpuint (open->len, ==, 0);
    }
  g_assert_cmpuint (open->len, ==, 0);
}

/* Two sides that take turns, the user first; what the model calls is answered at the front of the turn behind it, and everything has content. */
typedef struct
{
  const char *list;
  const char *parts;
  const char *model;
  const char *call;      /* path from a part to its id (or name), NULL path when it is none */
  const char *result;
} Turns;

static void
check_turns (DheeraJsonValue body,
             const Turns    *shape)
{
  g_autoptr (GPtrArray) open = g_ptr_array_new_with_free_func (g_free);
  gboolean model = FALSE;
  DheeraJsonValue turn, part;
  DheeraJsonIter turns, parts;

  dheera_json_iter_init (&turns, dheera_json_member (body, shape->list));
  while (dheera_json_iter_next (&turns, NULL, &turn))
    {
      g_assert_true (dheera_json_equal (dheera_json_member (turn, "role"), model ? shape->model : "user"));
      /* Anthropic's may be one text. */
      if (dheera_json_type (dheera_json_member (turn, shape->parts)) == DHEERA_JSON_STRING)
        g_assert_false (dheera_json_equal (dheera_json_member (turn, shape->parts), ""));
      else
        g_assert_cmpuint (dheera_json_size (dheera_json_member (turn, shape->parts)), >, 0);

      dheera_json_iter_init (&parts, dheera_json_member (turn, shape->parts));
      while (dheera_json_iter_next (&parts, NULL, &part))
        {
          g_autofree char *result = text_of (part, shape->result);
          g_autofree char *call = result == NULL ? text_of (part, shape->call) : NULL;

          if (result != NULL)
            take (open, result);
          else if (!model)
            g_assert_cmpuint (open->len, ==, 0);
          if (call != NULL)
            g_ptr_array_add (open, g_steal_pointer (&call));
          if (has_member (part, "text") && dheera_json_type (dheera_json_member (part, "text")) == DHEERA_JSON_STRING)
            g_assert_false (dheera_json_equal (dheera_json_member (part, "text"), ""));
        }
      g_assert_true (model || open->len == 0);
      model = !model;
    }
  g_assert_true (model);
}

static void
check_anthropic (DheeraJsonValue body)
{
  check_turns (body, &(Turns) { "messages", "content", "assistant", "id", "tool_use_id" });
}

/* What check_turns() says of the results' ids goes for those of the calls. */
static void
check_bedrock_ids (DheeraJsonValue body,
                   gboolean        mistral)
{
  DheeraJsonValue message, part;
  DheeraJsonIter messages, parts;

  check_turns (body, &(Turns) { "messages", "content", "assistant", "toolUse.toolUseId", "toolResult.toolUseId" });
  dheera_json_iter_init (&messages, dheera_json_member (body, "messages"));
  while (dheera_json_iter_next (&messages, NULL, &message))
    {
      dheera_json_iter_init (&parts, dheera_json_member (message, "content"));
      while (dheera_json_iter_next (&parts, NULL, &part))
        {
          g_autofree char *id = text_of (part, "toolUse.toolUseId");

          if (id != NULL && mistral)
            assert_id_for_mistral (id, TRUE);
          else if (id != NULL)
            g_assert_true (g_regex_match_simple ("^[a-zA-Z0-9_.:-]{1,64}$", id, 0, 0));
        }
    }
}

static void
check_bedrock (DheeraJsonValue body)
{
  check_bedrock_ids (body, FALSE);
}

static void
check_bedrock_mistral (DheeraJsonValue body)
{
  check_bedrock_ids (body, TRUE);
}

static void
check_gemini (DheeraJsonValue body)
{
  check_turns (body, &(Turns) { "contents", "parts", "model", "functionCall.name", "functionResponse.name" });
}

/* --- Speaking ---------------------------------------------------------------------------------------------------------------------- */

static DheeraProvider *
provider_of (const Speaker *speaker)
{
  DheeraProvider *provider = dheera_provider_new (speaker->provider);

  dheera_provider_set_region (provider, "us-east-1");
  return provider;
}

/* The speaker's answer, and the results of what it calls */
static void
speak (DheeraConversation *conversation,
       const Speaker      *speaker)
{
  g_autoptr (DheeraProvider) provider = provider_of (speaker);
  g_autoptr (DheeraDecoder) decoder = dheera_decoder_new (provider);
  g_autoptr (DheeraMessage) message = NULL;
  GListModel *calls;

  g_assert_cmpint (decoder->protocol->decode_chat (decoder, speaker->answer, strlen (speaker->answer)), ==, DHEERA_DECODED_END);
  dheera_accumulator_finish (decoder->accumulator);
  message = g_object_ref (dheera_response_get_message (dheera_accumulator_get_response (decoder->accumulator)));
  calls = dheera_message_get_tool_calls (message);
  g_assert_cmpuint (g_list_model_get_n_items (calls), ==, 2);

  dheera_conversation_append (conversation, message);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (DheeraToolCall) call = g_list_model_get_item (calls, i);

      dheera_conversation_append_tool_result (conversation, dheera_tool_call_get_id (call), i == 0 ? "cold" : "warm");
    }
}

static DheeraHttpRequest *
encode_for (const Speaker      *speaker,
            DheeraConversation *conversation)
{
  g_autoptr (DheeraProvider) provider = provider_of (speaker);
  g_autoptr (DheeraRequest) request = dheera_request_new (NULL);
  g_autoptr (DheeraTool) tool = dheera_tool_new ("weather", "Says what the weather is like", "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}}}");
  g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  DheeraEncoding encoding = { .provider = provider, .base_url = "https://llm.example/v1", .model = speaker->model, .warnings = warnings };
  DheeraHttpRequest *http;

  dheera_request_add_tool (request, tool);
  dheera_request_set_conversation (request, conversation);
  http = dheera_provider_get_protocol (provider)->encode_chat (&encoding, request, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (warnings->len, ==, 0);
  return http;
}

static void
check_history (DheeraConversation *conversation,
               const Speaker     **spoken,
               guint               n,
               const Speaker      *next)
{
  g_autoptr (DheeraHttpRequest) http = encode_for (next, conversation);
  DheeraJson json = DHEERA_JSON_INIT;
  gsize length;
  const char *body = g_bytes_get_data (http->body, &length);

  g_assert_true (dheera_json_parse (&json, body, length));
  next->check (dheera_json_root (&json));
  g_assert_nonnull (g_strstr_len (body, (gssize) length, "Oslo"));
  g_assert_nonnull (g_strstr_len (body, (gssize) length, "warm"));

  for (guint i = 0; i < n; i++)
    {
      const char *found = spoken[i]->secret != NULL ? g_strstr_len (body, (gssize) length, spoken[i]->secret) : NULL;

      if ((found != NULL) != (spoken[i] == next && next->secret != NULL))
        g_error ("%s gets %s words of %s: %.*s", next->provider, found != NULL ? "the" : "none of the", spoken[i]->provider, (int) length, body);
    }
  dheera_json_clear (&json);
}

static void
test_switching (gconstpointer data)
{
  const Speaker *first = data;

  for (guint i = 0; i < G_N_ELEMENTS (speakers); i++)
    {
      const Speaker *spoken[] = { first, &speakers[i] };
      g_autoptr (DheeraConversation) conversation = dheera_conversation_new ();

      dheera_conversation_append_system (conversation, "Be brief.");
      dheera_conversation_append_user (conversation, "What is the weather like in Oslo and in Rome?");
      speak (conversation, first);
      check_history (conversation, spoken, 1, &speakers[i]);

      speak (conversation, &speakers[i]);
      dheera_conversation_append_user (conversation, "And tomorrow?");
      for (guint j = 0; j < G_N_ELEMENTS (speakers); j++)
        check_history (conversation, spoken, 2, &speakers[j]);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (speakers); i++)
    {
      g_autofree char *path = g_strconcat ("/switching/from-", speakers[i].provider, "-", speakers[i].model, NULL);

      g_test_add_data_func (path, &speakers[i], test_switching);
    }
  return g_test_run ();
}
