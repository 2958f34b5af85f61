/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "encode-util.h"

#include "dheera-ai/model/dheera-models-request.h"

/* What goes to /v2/chat and /v1/models */

#define HI "[{\"role\":\"user\",\"content\":\"Hi\"}]"
#define HEAD "{\"model\":\"m\",\"messages\":" HI ",\"stream\":false"
#define TOOL(name) "{\"type\":\"function\",\"function\":{\"name\":\"" name "\",\"description\":\"d\",\"parameters\":{\"type\":\"object\"}}}"
#define PNG "data:image/png;base64,iVBORw=="

static void
test_request (void)
{
  g_auto (Encoded) plain = { 0 };
  g_auto (Encoded) stream = { 0 };

  encoded_chat (&plain, "cohere", HI, "", FALSE, DHEERA_PARAM_POLICY_REJECT);
  g_assert_no_error (plain.error);
  g_assert_cmpstr (plain.http->method, ==, "POST");
  g_assert_cmpstr (plain.http->url, ==, "https://api.example/v2/chat");
  g_assert_cmpint (plain.http->framing, ==, DHEERA_FRAMING_WHOLE);
  g_assert_cmpint (plain.http->auth, ==, DHEERA_AUTH_BEARER);
  g_assert_cmpstr (plain.body, ==, HEAD "}");

  encoded_chat (&stream, "cohere", HI, "", TRUE, DHEERA_PARAM_POLICY_REJECT);
  g_assert_no_error (stream.error);
  g_assert_cmpint (stream.http->framing, ==, DHEERA_FRAMING_SSE);
  g_assert_cmpstr (stream.body, ==, "{\"model\":\"m\",\"messages\":" HI ",\"stream\":true}");
}

static void
test_params (void)
{
  static const struct
  {
    const char *members;
    const char *expected;
  } cases[] = {
    { ",\"max_completion_tokens\":7,\"temperature\":0.5", ",\"max_tokens\":7,\"temperature\":0.5" },
    { ",\"top_p\":0.9,\"top_k\":40", ",\"p\":0.9,\"k\":40" },
    { ",\"top_p\":1", ",\"p\":0.99" },
    { ",\"top_p\":0", ",\"p\":0.01" },
    { ",\"top_k\":500", ",\"k\":500" },
    { ",\"stop\":[\"a\",\"b\"],\"seed\":3", ",\"stop_sequences\":[\"a\",\"b\"],\"seed\":3" },
    { ",\"frequency_penalty\":1,\"presence_penalty\":0", ",\"frequency_penalty\":1,\"presence_penalty\":0" },
    { ",\"logprobs\":true", ",\"logprobs\":true" },
    { ",\"n\":1,\"parallel_tool_calls\":true", "" },
    { ",\"tools\":[" TOOL ("f") "]", ",\"tools\":[" TOOL ("f") "]" },
    { ",\"tools\":[" TOOL ("f") "],\"tool_choice\":\"auto\"", ",\"tools\":[" TOOL ("f") "]" },
    { ",\"tools\":[" TOOL ("f") "],\"tool_choice\":\"none\"", ",\"tools\":[" TOOL ("f") "],\"tool_choice\":\"NONE\"" },
    { ",\"tools\":[" TOOL ("f") "],\"tool_choice\":\"required\"", ",\"tools\":[" TOOL ("f") "],\"tool_choice\":\"REQUIRED\"" },
    { ",\"tools\":[" TOOL ("f") "," TOOL ("g") "],\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"g\"}}",
      ",\"tools\":[" TOOL ("g") "],\"tool_choice\":\"REQUIRED\"" },
    { ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"strict\":true}}]",
      ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"type\":\"object\",\"properties\":{}}}}],\"strict_tools\":true" },
    { ",\"tool_choice\":\"required\"", "" },
    { ",\"response_format\":{\"type\":\"json_object\"}", ",\"response_format\":{\"type\":\"json_object\"}" },
    { ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"schema\":{\"type\":\"object\"}}}",
      ",\"response_format\":{\"type\":\"json_object\",\"json_schema\":{\"type\":\"object\"}}" },
    { ",\"reasoning_effort\":\"none\"", ",\"thinking\":{\"type\":\"disabled\"}" },
    { ",\"reasoning_effort\":\"high\"", ",\"thinking\":{\"type\":\"enabled\"}" },
    { ",\"reasoning_effort\":\"auto\"", "" },
    { ",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":100}", ",\"thinking\":{\"type\":\"enabled\",\"token_budget\":100}" },
    { ",\"reasoning_effort\":\"none\",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":100}", ",\"thinking\":{\"type\":\"disabled\"}" },
    /* What only this API has is handed through. */
    { ",\"safety_mode\":\"OFF\",\"documents\":[\"d\"]", ",\"safety_mode\":\"OFF\",\"documents\":[\"d\"]" },
    { ",\"tools\":[" TOOL ("f") "],\"strict_tools\":true", ",\"tools\":[" TOOL ("f") "],\"strict_tools\":true" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Encoded) encoded = { 0 };
      g_autofree char *expected = g_strconcat (HEAD, cases[i].expected, "}", NULL);

      encoded_chat (&encoded, "cohere", HI, cases[i].members, FALSE, DHEERA_PARAM_POLICY_REJECT);
      g_assert_no_error (encoded.error);
      g_assert_cmpstr (encoded.body, ==, expected);
      g_assert_cmpuint (encoded.encoding.warnings->len, ==, 0);
    }
}

static void
test_unsupported (void)
{
  static const struct
  {
    const char *members;
    const char *name;
    const char *kept;
  } cases[] = {
    { ",\"n\":2", "n", "" },
    { ",\"user\":\"u\"", "user", "" },
    { ",\"metadata\":{\"a\":\"b\"}", "metadata", "" },
    { ",\"service_tier\":\"flex\"", "service_tier", "" },
    { ",\"parallel_tool_calls\":false", "parallel_tool_calls", "" },
    { ",\"logprobs\":true,\"top_logprobs\":3", "top_logprobs", ",\"logprobs\":true" },
    { ",\"frequency_penalty\":-0.5", "frequency_penalty", "" },
    { ",\"presence_penalty\":1.5", "presence_penalty", "" },
    { ",\"top_k\":501", "top_k", "" },
    { ",\"stop\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\"]", "stop", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Encoded) refused = { 0 };
      g_auto (Encoded) dropped = { 0 };
      g_autofree char *expected = g_strconcat (HEAD, cases[i].kept, "}", NULL);

      encoded_chat (&refused, "cohere", HI, cases[i].members, FALSE, DHEERA_PARAM_POLICY_REJECT);
      g_assert_error (refused.error, DHEERA_ERROR, DHEERA_ERROR_UNSUPPORTED_PARAMETER);
      g_assert_nonnull (strstr (refused.error->message, cases[i].name));

      encoded_chat (&dropped, "cohere", HI, cases[i].members, FALSE, DHEERA_PARAM_POLICY_DROP);
      g_assert_no_error (dropped.error);
      g_assert_cmpstr (dropped.body, ==, expected);
      g_assert_cmpuint (dropped.encoding.warnings->len, ==, 1);
      g_assert_nonnull (strstr (g_ptr_array_index (dropped.encoding.warnings, 0), cases[i].name));
    }
}

#define CALL "{\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}"
#define BLOCK(json) "{\"family\":\"cohere\",\"block\":" json "}"

static void
test_messages (void)
{
  static const struct
  {
    const char *message;
    const char *expected;
  } cases[] = {
    { "{\"role\":\"developer\",\"content\":\"a\"}", "{\"role\":\"system\",\"content\":\"a\"}" },
    { "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"text\",\"text\":\"b\"}]}",
      "{\"role\":\"user\",\"content\":\"a\\nb\"}" },
    { "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"text\",\"text\":\"\"},{\"type\":\"image_url\",\"image_url\":{\"url\":\""
      PNG "\",\"detail\":\"low\"}},{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://x.example/a.png\"}}]}",
      "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"image_url\",\"image_url\":{\"url\":\"" PNG "\",\"detail\":\"low\"}},"
      "{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://x.example/a.png\"}}]}" },
    { "{\"role\":\"assistant\",\"content\":\"a\"}", "{\"role\":\"assistant\",\"content\":\"a\"}" },
    { "{\"role\":\"assistant\",\"content\":null,\"refusal\":\"no\"}", "{\"role\":\"assistant\",\"content\":\"no\"}" },
    { "{\"role\":\"assistant\",\"content\":null,\"audio\":{\"id\":\"a\",\"transcript\":\"said\"}}", "{\"role\":\"assistant\",\"content\":\"said\"}" },
    { "{\"role\":\"assistant\",\"content\":\"\"}", "{\"role\":\"assistant\",\"content\":\"\"}" },
    /* Beside calls a text is a plan, and a plan that was kept goes back as it came. */
    { "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[" CALL "]}", "{\"role\":\"assistant\",\"tool_calls\":[" CALL "]}" },
    { "{\"role\":\"assistant\",\"content\":\"a\",\"tool_calls\":[" CALL "]}",
      "{\"role\":\"assistant\",\"tool_plan\":\"a\",\"tool_calls\":[" CALL "]}" },
    { "{\"role\":\"assistant\",\"content\":null,\"reasoning_content\":\"p\",\"tool_calls\":[" CALL "],\"provider_blocks\":[" BLOCK ("{\"tool_plan\":\"p\"}") "]}",
      "{\"role\":\"assistant\",\"tool_plan\":\"p\",\"tool_calls\":[" CALL "]}" },
    { "{\"role\":\"assistant\",\"content\":\"a\",\"tool_calls\":[" CALL "],\"provider_blocks\":[" BLOCK ("{\"tool_plan\":\"p\"}") "]}",
      "{\"role\":\"assistant\",\"tool_plan\":\"p\",\"content\":\"a\",\"tool_calls\":[" CALL "]}" },
    /* Thinking goes back where it came from, and only there. */
    { "{\"role\":\"assistant\",\"content\":\"a\",\"reasoning_content\":\"t\",\"provider_blocks\":[" BLOCK ("{\"type\":\"thinking\",\"thinking\":\"t\"}") "]}",
      "{\"role\":\"assistant\",\"content\":[{\"type\":\"thinking\",\"thinking\":\"t\"},{\"type\":\"text\",\"text\":\"a\"}]}" },
    { "{\"role\":\"assistant\",\"content\":null,\"reasoning_content\":\"t\",\"tool_calls\":[" CALL "],\"provider_blocks\":["
      BLOCK ("{\"type\":\"thinking\",\"thinking\":\"t\"}") "]}",
      "{\"role\":\"assistant\",\"content\":[{\"type\":\"thinking\",\"thinking\":\"t\"}],\"tool_calls\":[" CALL "]}" },
    { "{\"role\":\"assistant\",\"content\":\"a\",\"reasoning_content\":\"t\",\"provider_blocks\":[{\"family\":\"anthropic\",\"block\":{\"type\":\"thinking\"}}]}",
      "{\"role\":\"assistant\",\"content\":\"a\"}" },
    { "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}},"
      "{\"id\":\"d\",\"type\":\"function\",\"function\":{\"name\":\"g\",\"arguments\":\"{\\\"a\\\":\"}}]}",
      "{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}},"
      "{\"id\":\"d\",\"type\":\"function\",\"function\":{\"name\":\"g\",\"arguments\":\"{}\"}}]}" },
    { "{\"role\":\"tool\",\"tool_call_id\":\"c\",\"name\":\"f\",\"content\":\"r\"}", "{\"role\":\"tool\",\"content\":\"r\",\"tool_call_id\":\"c\"}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Encoded) encoded = { 0 };
      g_autofree char *messages = g_strdup_printf ("[%s]", cases[i].message);
      g_autofree char *expected = g_strdup_printf ("{\"model\":\"m\",\"messages\":[%s],\"stream\":false}", cases[i].expected);

      encoded_chat (&encoded, "cohere", messages, "", FALSE, DHEERA_PARAM_POLICY_REJECT);
      g_assert_no_error (encoded.error);
      g_assert_cmpstr (encoded.body, ==, expected);
    }
}

/* Files of text stand beside the messages. */
static void
test_documents (void)
{
  g_auto (Encoded) encoded = { 0 };

  encoded_chat (&encoded, "cohere",
                "[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"file\",\"file\":{\"filename\":\"n.md\",\"file_data\":\""
                "data:text/markdown;base64,SGk=\"}},{\"type\":\"file\",\"file\":{\"file_data\":\"data:application/json; charset=utf-8;base64,e30=\"}}]}]",
                "", FALSE, DHEERA_PARAM_POLICY_REJECT);
  g_assert_no_error (encoded.error);
  g_assert_cmpstr (encoded.body, ==,
                   "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"stream\":false,"
                   "\"documents\":[{\"data\":{\"title\":\"n.md\",\"text\":\"Hi\"}},{\"data\":{\"text\":\"{}\"}}]}");
}

static void
test_refused_parts (void)
{
  static const struct
  {
    const char *message;
    const char *what;
  } cases[] = {
    { "{\"role\":\"user\",\"content\":[{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"AAAA\",\"format\":\"wav\"}}]}", "sound" },
    { "{\"role\":\"user\",\"content\":[{\"type\":\"file\",\"file\":{\"file_data\":\"data:application/pdf;base64,AAAA\"}}]}", "file" },
    { "{\"role\":\"user\",\"content\":[{\"type\":\"file\",\"file\":{\"file_id\":\"file-1\"}}]}", "file" },
    { "{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"" PNG "\"}}]}", "image" },
    { "{\"role\":\"system\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"" PNG "\"}}]}", "image" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Encoded) encoded = { 0 };
      g_autofree char *messages = g_strdup_printf ("[{\"role\":\"system\",\"content\":\"s\"},%s]", cases[i].message);

      encoded_chat (&encoded, "cohere", messages, "", FALSE, DHEERA_PARAM_POLICY_DROP);
      g_assert_error (encoded.error, DHEERA_ERROR, DHEERA_ERROR_NOT_SUPPORTED);
      g_assert_nonnull (strstr (encoded.error->message, cases[i].what));
      g_assert_nonnull (strstr (encoded.error->message, "messages[1].parts[0]"));
    }
}

static void
test_paths (void)
{
  static const char *const base_urls[] = {
    "https://api.cohere.com", "https://api.cohere.com/", "https://api.cohere.com/v1", "https://api.cohere.com/v2", "https://api.cohere.com/v2/",
  };

  for (guint i = 0; i < G_N_ELEMENTS (base_urls); i++)
    {
      g_auto (Encoded) encoded = { 0 };
      g_autoptr (DheeraModelsRequest) list = dheera_models_request_new ("cohere");
      g_autoptr (DheeraRequest) request = dheera_request_new_for_prompt ("x", "Hi");
      g_autoptr (DheeraHttpRequest) chat = NULL;
      g_autoptr (DheeraHttpRequest) models = NULL;
      const DheeraProtocol *protocol;

      encoded_begin (&encoded, "cohere", base_urls[i]);
      protocol = dheera_provider_get_protocol (encoded.provider);
      chat = protocol->encode_chat (&encoded.encoding, request, &encoded.error);
      g_assert_no_error (encoded.error);
      g_assert_cmpstr (chat->url, ==, "https://api.cohere.com/v2/chat");
      models = protocol->tasks[DHEERA_TASK_LIST_MODELS].encode (&encoded.encoding, DHEERA_BASE_REQUEST (list), &encoded.error);
      g_assert_no_error (encoded.error);
      g_assert_cmpstr (models->url, ==, "https://api.cohere.com/v1/models?page_size=1000");
      g_assert_cmpstr (models->method, ==, "GET");
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cohere-chat/request", test_request);
  g_test_add_func ("/cohere-chat/params", test_params);
  g_test_add_func ("/cohere-chat/unsupported", test_unsupported);
  g_test_add_func ("/cohere-chat/messages", test_messages);
  g_test_add_func ("/cohere-chat/documents", test_documents);
  g_test_add_func ("/cohere-chat/refused-parts", test_refused_parts);
  g_test_add_func ("/cohere-chat/paths", test_paths);

  return g_test_run ();
}
