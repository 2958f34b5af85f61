/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "encode-util.h"

#include "dheera-ai/model/dheera-models-request.h"

/* What goes to /api/chat and /api/tags */

#define HI "[{\"role\":\"user\",\"content\":\"Hi\"}]"
#define HEAD "{\"model\":\"m\",\"messages\":" HI ",\"stream\":false"
#define TOOL "{\"type\":\"function\",\"function\":{\"name\":\"f\",\"description\":\"d\",\"parameters\":{\"type\":\"object\"}}}"
#define PNG "data:image/png;base64,iVBORw=="

static void
test_request (void)
{
  g_auto (Encoded) plain = { 0 };
  g_auto (Encoded) stream = { 0 };

  encoded_chat (&plain, "ollama", HI, "", FALSE, DHEERA_PARAM_POLICY_REJECT);
  g_assert_no_error (plain.error);
  g_assert_cmpstr (plain.http->method, ==, "POST");
  g_assert_cmpstr (plain.http->url, ==, "https://api.example/api/chat");
  g_assert_cmpstr (plain.http->content_type, ==, "application/json");
  g_assert_cmpint (plain.http->framing, ==, DHEERA_FRAMING_WHOLE);
  g_assert_cmpint (plain.http->auth, ==, DHEERA_AUTH_BEARER);
  g_assert_cmpstr (plain.body, ==, HEAD "}");

  encoded_chat (&stream, "ollama-cloud", HI, "", TRUE, DHEERA_PARAM_POLICY_REJECT);
  g_assert_no_error (stream.error);
  g_assert_cmpint (stream.http->framing, ==, DHEERA_FRAMING_NDJSON);
  g_assert_cmpstr (stream.body, ==, "{\"model\":\"m\",\"messages\":" HI ",\"stream\":true}");
}

/* Each parameter in the place that it has here */
static void
test_params (void)
{
  static const struct
  {
    const char *members;
    const char *expected;
  } cases[] = {
    { ",\"max_tokens\":7", ",\"options\":{\"num_predict\":7}" },
    { ",\"max_completion_tokens\":7", ",\"options\":{\"num_predict\":7}" },
    { ",\"temperature\":0.5,\"top_p\":0.9,\"top_k\":40", ",\"options\":{\"temperature\":0.5,\"top_p\":0.9,\"top_k\":40}" },
    { ",\"stop\":\"a\"", ",\"options\":{\"stop\":[\"a\"]}" },
    { ",\"stop\":[\"a\",\"b\"],\"seed\":3", ",\"options\":{\"stop\":[\"a\",\"b\"],\"seed\":3}" },
    { ",\"presence_penalty\":1,\"frequency_penalty\":-1", ",\"options\":{\"presence_penalty\":1,\"frequency_penalty\":-1}" },
    { ",\"n\":1,\"parallel_tool_calls\":true", "" },
    { ",\"tools\":[" TOOL "]", ",\"tools\":[" TOOL "]" },
    { ",\"tools\":[" TOOL "],\"tool_choice\":\"auto\"", ",\"tools\":[" TOOL "]" },
    { ",\"tools\":[" TOOL "],\"tool_choice\":\"none\"", "" },
    { ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]",
      ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"type\":\"object\",\"properties\":{}}}}]" },
    { ",\"response_format\":{\"type\":\"json_object\"}", ",\"format\":\"json\"" },
    { ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"strict\":true,\"schema\":{\"type\":\"object\"}}}",
      ",\"format\":{\"type\":\"object\"}" },
    { ",\"response_format\":{\"type\":\"text\"}", "" },
    { ",\"reasoning_effort\":\"none\"", ",\"think\":false" },
    { ",\"reasoning_effort\":\"minimal\"", ",\"think\":\"low\"" },
    { ",\"reasoning_effort\":\"low\"", ",\"think\":\"low\"" },
    { ",\"reasoning_effort\":\"high\"", ",\"think\":\"high\"" },
    { ",\"reasoning_effort\":\"xhigh\"", ",\"think\":\"max\"" },
    { ",\"reasoning_effort\":\"max\"", ",\"think\":\"max\"" },
    { ",\"reasoning_effort\":\"auto\"", "" },
    { ",\"logprobs\":true", ",\"logprobs\":true" },
    { ",\"logprobs\":true,\"top_logprobs\":3", ",\"logprobs\":true,\"top_logprobs\":3" },
    { ",\"top_logprobs\":3", ",\"logprobs\":true,\"top_logprobs\":3" },
    /* What only this API has is handed through, and joins what is there. */
    { ",\"keep_alive\":\"5m\",\"think\":true", ",\"keep_alive\":\"5m\",\"think\":true" },
    { ",\"temperature\":0,\"options\":{\"num_ctx\":8192}", ",\"options\":{\"temperature\":0,\"num_ctx\":8192}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Encoded) encoded = { 0 };
      g_autofree char *expected = g_strconcat (HEAD, cases[i].expected, "}", NULL);

      encoded_chat (&encoded, "ollama", HI, cases[i].members, FALSE, DHEERA_PARAM_POLICY_REJECT);
      g_assert_no_error (encoded.error);
      g_assert_cmpstr (encoded.body, ==, expected);
      g_assert_cmpuint (encoded.encoding.warnings->len, ==, 0);
    }
}

static void
test_budget (void)
{
  g_auto (Encoded) encoded = { 0 };
  g_autofree char *body = NULL;
  g_autoptr (DheeraHttpRequest) http = NULL;

  encoded_chat (&encoded, "ollama", HI, "", FALSE, DHEERA_PARAM_POLICY_REJECT);
  dheera_request_set_reasoning_budget (encoded.request, 0);
  http = dheera_provider_get_protocol (encoded.provider)->encode_chat (&encoded.encoding, encoded.request, &encoded.error);
  g_assert_no_error (encoded.error);
  body = g_strndup (g_bytes_get_data (http->body, NULL), g_bytes_get_size (http->body));
  g_assert_cmpstr (body, ==, HEAD ",\"think\":false}");

  dheera_request_set_reasoning_budget (encoded.request, 100);
  g_assert_null (dheera_provider_get_protocol (encoded.provider)->encode_chat (&encoded.encoding, encoded.request, &encoded.error));
  g_assert_error (encoded.error, DHEERA_ERROR, DHEERA_ERROR_UNSUPPORTED_PARAMETER);
  g_assert_nonnull (strstr (encoded.error->message, "reasoning_budget"));
}

/* Refused with its name, or left out with a warning that has it */
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
    { ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"g\",\"strict\":false}},{\"type\":\"function\",\"function\":{\"name\":\"f\",\"strict\":true}}]",
      "strict", ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"g\",\"parameters\":{\"type\":\"object\",\"properties\":{}}}},"
      "{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"type\":\"object\",\"properties\":{}}}}]" },
    { ",\"tools\":[" TOOL "],\"tool_choice\":\"required\"", "tool_choice", ",\"tools\":[" TOOL "]" },
    { ",\"tools\":[" TOOL "],\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"f\"}}", "tool_choice", ",\"tools\":[" TOOL "]" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Encoded) refused = { 0 };
      g_auto (Encoded) dropped = { 0 };
      g_autofree char *expected = g_strconcat (HEAD, cases[i].kept, "}", NULL);

      encoded_chat (&refused, "ollama", HI, cases[i].members, FALSE, DHEERA_PARAM_POLICY_REJECT);
      g_assert_error (refused.error, DHEERA_ERROR, DHEERA_ERROR_UNSUPPORTED_PARAMETER);
      g_assert_nonnull (strstr (refused.error->message, cases[i].name));

      encoded_chat (&dropped, "ollama", HI, cases[i].members, FALSE, DHEERA_PARAM_POLICY_DROP);
      g_assert_no_error (dropped.error);
      g_assert_cmpstr (dropped.body, ==, expected);
      g_assert_cmpuint (dropped.encoding.warnings->len, ==, 1);
      g_assert_nonnull (strstr (g_ptr_array_index (dropped.encoding.warnings, 0), cases[i].name));
    }
}

static void
test_messages (void)
{
  static const struct
  {
    const char *message;
    const char *expected;
  } cases[] = {
    { "{\"role\":\"developer\",\"content\":\"a\"}", "{\"role\":\"system\",\"content\":\"a\"}" },
    { "{\"role\":\"system\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"text\",\"text\":\"b\"}]}",
      "{\"role\":\"system\",\"content\":\"a\\nb\"}" },
    { "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"image_url\",\"image_url\":{\"url\":\"" PNG "\"}}]}",
      "{\"role\":\"user\",\"content\":\"a\",\"images\":[\"iVBORw==\"]}" },
    { "{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"" PNG "\"}},{\"type\":\"image_url\",\"image_url\":{\"url\":\"" PNG
      "\"}},{\"type\":\"text\",\"text\":\"a\"}]}",
      "{\"role\":\"user\",\"content\":\"a\",\"images\":[\"iVBORw==\",\"iVBORw==\"]}" },
    { "{\"role\":\"user\",\"content\":[{\"type\":\"file\",\"file\":{\"filename\":\"n.md\",\"file_data\":\"data:text/markdown;base64,SGk=\"}}]}",
      "{\"role\":\"user\",\"content\":\"n.md:\\nHi\"}" },
    { "{\"role\":\"assistant\",\"content\":\"a\",\"reasoning_content\":\"r\"}",
      "{\"role\":\"assistant\",\"content\":\"a\",\"thinking\":\"r\"}" },
    { "{\"role\":\"assistant\",\"content\":null,\"refusal\":\"no\"}", "{\"role\":\"assistant\",\"content\":\"no\"}" },
    { "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\": 1}\"}}]}",
      "{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[{\"id\":\"c\",\"function\":{\"index\":0,\"name\":\"f\",\"arguments\":{\"a\": 1}}}]}" },
    { "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}},"
      "{\"id\":\"d\",\"type\":\"function\",\"function\":{\"name\":\"g\",\"arguments\":\"{\\\"a\\\":\"}},"
      "{\"id\":\"e\",\"type\":\"function\",\"function\":{\"name\":\"g\",\"arguments\":\"[1]\"}}]}",
      "{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[{\"id\":\"c\",\"function\":{\"index\":0,\"name\":\"f\",\"arguments\":{}}},"
      "{\"id\":\"d\",\"function\":{\"index\":1,\"name\":\"g\",\"arguments\":{}}},{\"id\":\"e\",\"function\":{\"index\":2,\"name\":\"g\",\"arguments\":{}}}]}" },
    { "{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"r\"}", "{\"role\":\"tool\",\"content\":\"r\",\"tool_call_id\":\"c\"}" },
    { "{\"role\":\"tool\",\"tool_call_id\":\"c\",\"name\":\"f\",\"content\":\"r\"}",
      "{\"role\":\"tool\",\"content\":\"r\",\"tool_name\":\"f\",\"tool_call_id\":\"c\"}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Encoded) encoded = { 0 };
      g_autofree char *messages = g_strdup_printf ("[%s]", cases[i].message);
      g_autofree char *expected = g_strdup_printf ("{\"model\":\"m\",\"messages\":[%s],\"stream\":false}", cases[i].expected);

      encoded_chat (&encoded, "ollama", messages, "", FALSE, DHEERA_PARAM_POLICY_REJECT);
      g_assert_no_error (encoded.error);
      g_assert_cmpstr (encoded.body, ==, expected);
    }
}

/* The result of a call names its function, as the call ahead of it does. */
static void
test_tool_name (void)
{
  g_auto (Encoded) encoded = { 0 };

  encoded_chat (&encoded, "ollama",
                "[{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":\"old\",\"arguments\":\"{}\"}}]},"
                "{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"1\"},"
                "{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":\"new\",\"arguments\":\"{}\"}}]},"
                "{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"2\"}]",
                "", FALSE, DHEERA_PARAM_POLICY_REJECT);
  g_assert_no_error (encoded.error);
  g_assert_nonnull (strstr (encoded.body, "{\"role\":\"tool\",\"content\":\"1\",\"tool_name\":\"old\",\"tool_call_id\":\"c\"}"));
  g_assert_nonnull (strstr (encoded.body, "{\"role\":\"tool\",\"content\":\"2\",\"tool_name\":\"new\",\"tool_call_id\":\"c\"}"));
}

static void
test_spoken (void)
{
  g_auto (Encoded) encoded = { 0 };

  encoded_chat (&encoded, "ollama",
                "[" "{\"role\":\"assistant\",\"content\":null,\"audio\":{\"id\":\"a\",\"data\":\"AAAA\",\"transcript\":\"said\"}},"
                "{\"role\":\"user\",\"content\":\"Hi\"}]",
                "", FALSE, DHEERA_PARAM_POLICY_REJECT);
  g_assert_no_error (encoded.error);
  g_assert_nonnull (strstr (encoded.body, "{\"role\":\"assistant\",\"content\":\"said\"}"));
}

static void
test_refused_parts (void)
{
  static const struct
  {
    const char *part;
    const char *what;
  } cases[] = {
    { "{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://x.example/a.png\"}}", "address" },
    { "{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"AAAA\",\"format\":\"wav\"}}", "sound" },
    { "{\"type\":\"file\",\"file\":{\"file_data\":\"data:application/pdf;base64,AAAA\"}}", "file" },
    { "{\"type\":\"file\",\"file\":{\"file_id\":\"file-1\"}}", "file" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Encoded) encoded = { 0 };
      g_autofree char *messages = g_strdup_printf ("[{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"user\",\"content\":[%s]}]", cases[i].part);

      encoded_chat (&encoded, "ollama", messages, "", FALSE, DHEERA_PARAM_POLICY_DROP);
      g_assert_error (encoded.error, DHEERA_ERROR, DHEERA_ERROR_NOT_SUPPORTED);
      g_assert_nonnull (strstr (encoded.error->message, cases[i].what));
      g_assert_nonnull (strstr (encoded.error->message, "messages[1].parts[0]"));
    }
}

static void
test_paths (void)
{
  static const struct
  {
    const char *base_url;
    const char *chat;
    const char *models;
  } cases[] = {
    { "http://127.0.0.1:11434", "http://127.0.0.1:11434/api/chat", "http://127.0.0.1:11434/api/tags" },
    { "http://127.0.0.1:11434/", "http://127.0.0.1:11434/api/chat", "http://127.0.0.1:11434/api/tags" },
    { "https://ollama.com/api", "https://ollama.com/api/chat", "https://ollama.com/api/tags" },
    { "https://ollama.com/api/", "https://ollama.com/api/chat", "https://ollama.com/api/tags" },
    { "https://box.example/ollama", "https://box.example/ollama/api/chat", "https://box.example/ollama/api/tags" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Encoded) encoded = { 0 };
      g_autoptr (DheeraModelsRequest) list = dheera_models_request_new ("ollama");
      g_autoptr (DheeraRequest) request = dheera_request_new_for_prompt ("x", "Hi");
      g_autoptr (DheeraHttpRequest) chat = NULL;
      g_autoptr (DheeraHttpRequest) models = NULL;
      const DheeraProtocol *protocol;

      encoded_begin (&encoded, "ollama", cases[i].base_url);
      protocol = dheera_provider_get_protocol (encoded.provider);
      chat = protocol->encode_chat (&encoded.encoding, request, &encoded.error);
      g_assert_no_error (encoded.error);
      g_assert_cmpstr (chat->url, ==, cases[i].chat);
      models = protocol->tasks[DHEERA_TASK_LIST_MODELS].encode (&encoded.encoding, DHEERA_BASE_REQUEST (list), &encoded.error);
      g_assert_no_error (encoded.error);
      g_assert_cmpstr (models->url, ==, cases[i].models);
      g_assert_cmpstr (models->method, ==, "GET");
      g_assert_null (models->body);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/ollama-chat/request", test_request);
  g_test_add_func ("/ollama-chat/params", test_params);
  g_test_add_func ("/ollama-chat/budget", test_budget);
  g_test_add_func ("/ollama-chat/unsupported", test_unsupported);
  g_test_add_func ("/ollama-chat/messages", test_messages);
  g_test_add_func ("/ollama-chat/tool-name", test_tool_name);
  g_test_add_func ("/ollama-chat/spoken", test_spoken);
  g_test_add_func ("/ollama-chat/refused-parts", test_refused_parts);
  g_test_add_func ("/ollama-chat/paths", test_paths);

  return g_test_run ();
}
