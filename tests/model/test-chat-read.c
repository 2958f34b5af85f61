/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model-util.h"

#include "dheera-ai/model/chat-json/dheera-chat-json-private.h"
#include "dheera-ai/model/messages/dheera-conversation-private.h"
#include "dheera-ai/model/messages/dheera-message-private.h"
#include "dheera-ai/model/messages/dheera-part-private.h"
#include "dheera-ai/model/tools/dheera-tool-call-private.h"
#include "dheera-ai/model/tools/dheera-tool-private.h"

static DheeraRequest *
read_request (const char *json)
{
  g_autoptr (GError) error = NULL;
  DheeraRequest *request = dheera_request_new_from_json (json, &error);

  if (request == NULL)
    g_error ("%s: %s", json, error->message);

  return request;
}

/* Reads json, and expects it to be written as expected, twice. */
static void
assert_round_trip (const char *json,
                   const char *expected)
{
  g_autoptr (DheeraRequest) request = read_request (json);
  g_autofree char *text = dheera_request_to_json (request);
  g_autoptr (DheeraRequest) back = NULL;
  g_autofree char *again = NULL;

  g_assert_cmpstr (text, ==, expected);
  back = read_request (text);
  again = dheera_request_to_json (back);
  g_assert_cmpstr (again, ==, expected);
}

#define HELLO "\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]"

static void
test_identical (void)
{
  static const char *const texts[] = {
    "{\"model\":\"openai/gpt-4o\"," HELLO "}",
    "{" HELLO ",\"max_completion_tokens\":4,\"temperature\":0.1,\"top_p\":0,\"top_k\":3,"
              "\"stop\":[\"a\"],\"seed\":9007199254740993,"
    "\"n\":6,\"presence_penalty\":0,\"frequency_penalty\":-0.5,\"logprobs\":true,\"top_logprobs\":3,"
    "\"user\":\"u\","
    "\"metadata\":{\"a\": \"b\"},\"service_tier\":\"flex\"}",
    "{" HELLO ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\","
              "\"description\":\"d\",\"parameters\":{\"type\": \"object\"},"
    "\"strict\":true,\"x\":1},\"cache_control\":{\"type\":\"ephemeral\"},\"y\":2}],"
    "\"tool_choice\":\"auto\",\"parallel_tool_calls\":false}",
    "{" HELLO ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}],"
    "\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"f\"}}}",
    "{" HELLO ",\"response_format\":{\"type\":\"json_object\"}}",
    "{" HELLO ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\","
              "\"description\":\"d\",\"schema\":{},\"strict\":false}}}",
    "{" HELLO ",\"reasoning_effort\":\"high\",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":0}}",
    "{" HELLO ",\"logit_bias\":{\"50256\":-100},\"verbosity\":\"low\",\"store\":true}",
    "{\"messages\":[{\"role\":\"developer\",\"content\":\"d\"},{\"role\":\"user\","
    "\"content\":[{\"type\":\"text\",\"text\":\"t\","
    "\"cache_control\":{\"type\":\"ephemeral\"},"
    "\"prompt_cache_breakpoint\":{\"mode\":\"explicit\"}}],\"name\":\"n\",\"x\":[1.50]}]}",
    "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\","
    "\"image_url\":{\"url\":\"https://example.org/\",\"detail\":\"low\"}},"
    "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,aGVsbG8=\"}},"
    "{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"aGVsbG8=\",\"format\":\"wav\"}},"
    "{\"type\":\"file\",\"file\":{\"file_id\":\"f\"}},{\"type\":\"file\","
    "\"file\":{\"file_data\":\"https://example.org/a.pdf\"}},"
    "{\"type\":\"file\",\"file\":{\"filename\":\"a.pdf\","
    "\"file_data\":\"data:application/pdf;base64,aGVsbG8=\"}}]}]}",
    "{\"messages\":[{\"role\":\"assistant\",\"content\":null,\"refusal\":\"no\"},"
    "{\"role\":\"assistant\",\"content\":\"a\",\"reasoning_content\":\"r\","
    "\"provider_blocks\":[{\"family\":\"x\",\"block\":{\"a\": 1}},"
    "{\"family\":\"x\",\"block\":{\"b\":2},\"after_text\":2,\"after_tool_calls\":1}]},"
    "{\"role\":\"assistant\",\"content\":null,\"audio\":{\"id\":\"audio_1\",\"expires_at\":5,"
    "\"data\":\"aGVsbG8=\",\"format\":\"wav\",\"transcript\":\"t\"}},"
    "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"i\",\"type\":\"function\","
    "\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":\"},\"x\":1}]},"
    "{\"role\":\"tool\",\"content\":[{\"type\":\"text\",\"text\":\"t\"}],\"tool_call_id\":\"i\"}]}",
    "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"video_url\","
    "\"video_url\":{\"url\":\"https://example.org/a.mp4\", \"fps\":1}},"
    "{\"type\":\"document_url\",\"document_url\":\"https://example.org/a.pdf\"},"
    "{\"type\":\"file_url\",\"file_url\":{\"url\":\"aGVsbG8=\"}},"
    "{\"type\":\"audio_url\",\"audio_url\":{\"url\":\"data:audio/wav;base64,aGVsbG8=\"}},"
    "{\"type\":\"input_audio\",\"input_audio\":\"aGVsbG8=\"}]}]}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_round_trip (texts[i], texts[i]);
}

static void
test_normalised (void)
{
  static const struct
  {
    const char *json;
    const char *expected;
  } cases[] = {
    { "{}", "{\"messages\":[]}" },
    { "{\"messages\":[{\"role\":\"assistant\"}]}", "{\"messages\":[{\"role\":\"assistant\","
                                                   "\"content\":\"\"}]}" },
    { "{" HELLO ",\"max_tokens\":5}", "{" HELLO ",\"max_completion_tokens\":5}" },
    { "{" HELLO ",\"max_completion_tokens\":5,\"max_tokens\":6}", "{" HELLO ",\"max_completion_tokens\":5}" },
    { "{" HELLO ",\"max_tokens\":5.0,\"seed\":1e2}", "{" HELLO ",\"max_completion_tokens\":5,\"seed\":100}" },
    { "{" HELLO ",\"stop\":\"a\"}", "{" HELLO ",\"stop\":[\"a\"]}" },
    { "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_audio\","
      "\"input_audio\":{\"data\":\"https://example.org/\",\"format\":\"mp3\"}}]}]}",
      "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_audio\","
      "\"input_audio\":{\"data\":\"https://example.org/\",\"format\":\"mp3\"}}]}]}" },
    { "{" HELLO ",\"seed\":-1}", "{" HELLO ",\"seed\":-1}" },
    { "{" HELLO ",\"stop\":[]}", "{" HELLO "}" },
    { "{" HELLO ",\"stream\":true,\"stream_options\":{\"include_usage\":true}}", "{" HELLO "}" },
    { "{" HELLO ",\"temperature\":null,\"tools\":null,\"x\":null,\"response_format\":null}", "{" HELLO "}" },
    { "{" HELLO ",\"response_format\":{\"type\":\"text\"}}", "{" HELLO "}" },
    { "{" HELLO ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"schema\":{}}}}",
      "{" HELLO ",\"response_format\":{\"type\":\"json_schema\","
                "\"json_schema\":{\"name\":\"response\",\"schema\":{}}}}" },
    { "{" HELLO ",\"response_format\":{\"type\":\"grammar\",\"grammar\":\"x\"}}",
      "{" HELLO ",\"response_format\":{\"type\":\"grammar\",\"grammar\":\"x\"}}" },
    { "{" HELLO ",\"tool_choice\":{\"type\":\"allowed_tools\",\"allowed_tools\":{\"mode\":\"auto\"}}}",
      "{" HELLO ",\"tool_choice\":{\"type\":\"allowed_tools\",\"allowed_tools\":{\"mode\":\"auto\"}}}" },
    { "{" HELLO ",\"tool_choice\":\"any\"}", "{" HELLO ",\"tool_choice\":\"required\"}" },
    { "{" HELLO ",\"tools\":[{\"function\":{\"name\":\"any\"}}],\"tool_choice\":\"any\"}",
      "{" HELLO ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"any\"}}],"
                "\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"any\"}}}" },
    { "{" HELLO ",\"tools\":[{\"type\":\"web_search\",\"a\":[null]},{\"type\":\"function\","
                "\"function\":{\"name\":\"f\"}}]}",
      "{" HELLO ",\"tools\":[{\"type\":\"web_search\",\"a\":[null]},{\"type\":\"function\","
                "\"function\":{\"name\":\"f\"}}]}" },
    { "{" HELLO ",\"thinking\":{\"type\":\"disabled\"}}", "{" HELLO ",\"reasoning_effort\":\"none\"}" },
    { "{" HELLO ",\"thinking\":{\"type\":\"adaptive\"}}", "{" HELLO ",\"reasoning_effort\":\"auto\"}" },
    { "{" HELLO ",\"thinking\":{\"type\":\"enabled\"}}", "{" HELLO ",\"reasoning_effort\":\"auto\"}" },
    { "{" HELLO ",\"thinking\":{\"type\":\"enabled\",\"display\":\"x\"}}",
      "{" HELLO ",\"thinking\":{\"type\":\"enabled\",\"display\":\"x\"}}" },
    { "{" HELLO ",\"reasoning\":{\"effort\":\"low\"}}", "{" HELLO ",\"reasoning_effort\":\"low\"}" },
    { "{" HELLO ",\"reasoning\":{\"max_tokens\":9}}", "{" HELLO ",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":9}}" },
    { "{" HELLO ",\"reasoning\":{\"exclude\":true},\"x\":1}", "{" HELLO ",\"x\":1,\"reasoning\":{\"exclude\":true}}" },
    { "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\","
      "\"image_url\":\"https://example.org/\"}]}]}",
      "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\","
      "\"image_url\":{\"url\":\"https://example.org/\"}}]}]}" },
    { "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"file\","
      "\"file\":{\"file_data\":\"aGVsbG8=\"}}]}]}",
      "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"file\","
      "\"file\":{\"file_data\":\"data:application/octet-stream;base64,aGVsbG8=\"}}]}]}" },
    { "{\"messages\":[{\"role\":\"assistant\",\"content\":[{\"type\":\"refusal\","
      "\"refusal\":\"no\"}],\"annotations\":[],\"audio\":null,\"function_call\":null,\"refusal\":null}]}",
      "{\"messages\":[{\"role\":\"assistant\",\"content\":null,\"refusal\":\"no\"}]}" },
    { "{\"messages\":[{\"role\":\"assistant\",\"content\":\"a\",\"reasoning\":\"r\","
      "\"thinking_blocks\":[{\"type\":\"thinking\"}],\"reasoning_details\":[{\"a\":1}]}]}",
      "{\"messages\":[{\"role\":\"assistant\",\"content\":\"a\",\"reasoning_content\":\"r\","
      "\"provider_blocks\":["
      "{\"family\":\"anthropic\",\"block\":{\"type\":\"thinking\"}},{\"family\":\"reasoning_details\","
      "\"block\":{\"a\":1}}]}]}" },
    { "{\"messages\":[{\"role\":\"tool\",\"tool_call_id\":\"a\",\"content\":\"x\",\"is_error\":true},"
      "{\"role\":\"tool\",\"tool_call_id\":\"b\",\"content\":\"y\",\"is_error\":false}]}",
      "{\"messages\":[{\"role\":\"tool\",\"content\":\"x\",\"tool_call_id\":\"a\",\"is_error\":true},"
      "{\"role\":\"tool\",\"content\":\"y\",\"tool_call_id\":\"b\",\"is_error\":false}]}" },
    { "{\"messages\":[{\"role\":\"assistant\",\"tool_calls\":[{\"index\":0,\"id\":\"i\","
      "\"function\":{\"name\":\"f\"}}]}]}",
      "{\"messages\":[{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"i\","
      "\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}]}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_round_trip (cases[i].json, cases[i].expected);
}

/* Functions came before tools. */
static void
test_functions (void)
{
  assert_round_trip ("{\"messages\":[{\"role\":\"user\",\"content\":\"x\"},"
                     "{\"role\":\"assistant\",\"content\":null,\"function_call\":{\"name\":\"f\","
                     "\"arguments\":\"{\\\"a\\\":1}\"}},"
                     "{\"role\":\"function\",\"name\":\"f\",\"content\":\"r\"},"
                     "{\"role\":\"assistant\",\"content\":null,\"function_call\":{\"name\":\"f\","
                     "\"arguments\":\"{}\"}},"
                     "{\"role\":\"function\",\"name\":\"f\",\"content\":\"s\"}],"
                     "\"functions\":[{\"name\":\"f\",\"description\":\"d\",\"parameters\":{}}],"
                     "\"function_call\":{\"name\":\"f\"}}",
                     "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"},"
                     "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"call_1\","
                     "\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":1}\"}}]},"
                     "{\"role\":\"tool\",\"content\":\"r\",\"tool_call_id\":\"call_1\"},"
                     "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"call_3\","
                     "\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},"
                     "{\"role\":\"tool\",\"content\":\"s\",\"tool_call_id\":\"call_3\"}],"
                     "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\","
                     "\"description\":\"d\",\"parameters\":{}}}],"
                     "\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"f\"}}}");
  assert_round_trip ("{" HELLO ",\"functions\":[],\"function_call\":\"none\"}",
                     "{" HELLO ",\"tool_choice\":\"none\"}");
}

static void
test_values (void)
{
  g_autoptr (DheeraRequest) request =
    read_request ("{\"model\":\"m\",\"messages\":[{\"role\":\"user\","
                  "\"content\":[{\"type\":\"text\",\"text\":\"a\"},"
                  "{\"type\":\"document_url\",\"document_url\":\"https://example.org/\"},"
                  "{\"type\":\"video_url\",\"video_url\":{\"url\":\"data:video/mp4;base64,aGVsbG8=\"}}]},"
                  "{\"role\":\"user\",\"content\":\"\\u00e9\\ud83d\\ude00\"}],\"temperature\":0.5,"
                  "\"seed\":-3,"
                  "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}},"
                  "{\"type\":\"web_search\"}],\"tool_choice\":\"f\"}");
  DheeraConversation *conversation = dheera_request_get_conversation (request);
  DheeraMessage *first = dheera_conversation_peek (conversation, 0);

  g_assert_cmpstr (dheera_base_request_get_model (DHEERA_BASE_REQUEST (request)), ==, "m");
  g_assert_cmpfloat (dheera_request_get_temperature (request), ==, 0.5);
  g_assert_cmpint (dheera_request_get_seed (request), ==, -1);
  g_assert_cmpstr (dheera_request_get_tool_choice (request), ==, "f");
  g_assert_cmpuint (dheera_request_get_n_tools (request), ==, 1);
  g_assert_cmpstr (dheera_message_get_text (first), ==, "a");
  g_assert_cmpuint (dheera_message_get_n_parts (first), ==, 3);
  g_assert_cmpint (dheera_part_get_part_type (dheera_message_peek_part (first, 1)), ==,
                   DHEERA_PART_TYPE_FILE);
  g_assert_cmpstr (dheera_part_get_uri (dheera_message_peek_part (first, 1)), ==, "https://example.org/");
  g_assert_cmpstr (dheera_part_get_mime_type (dheera_message_peek_part (first, 2)), ==, "video/mp4");
  g_assert_cmpstr (dheera_message_get_text (dheera_conversation_peek (conversation, 1)), ==, "é😀");
  g_assert_cmpstr (dheera_base_request_get_extra (DHEERA_BASE_REQUEST (request)), ==,
                   "{\"seed\":-3,\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}},"
                   "{\"type\":\"web_search\"}]}");
}

static void
test_faults (void)
{
  static const struct
  {
    const char *json;
    const char *param;
    const char *text;
  } cases[] = {
    { "", NULL, "The request is not valid JSON at byte 0" },
    { "{\"model\":", NULL, "The request is not valid JSON at byte 9" },
    { "[]", NULL, "The JSON is an array; it has to be an object" },
    { "{\"model\":5}", "model", "model is a number; it has to be a string" },
    { "{\"messages\":{}}", "messages", "messages is an object; it has to be an array" },
    { "{\"messages\":[5]}", "messages[0]", "messages[0] is a number; it has to be an object" },
    { "{\"messages\":[{}]}", "messages[0].role", "messages[0].role is missing; it has to be a string" },
    { "{\"messages\":[{\"role\":\"user\"},{\"role\":\"bot\"}]}", "messages[1].role",
      "messages[1].role is “bot”; it has to be system, developer" },
    { "{\"messages\":[{\"role\":\"user\",\"content\":{}}]}", "messages[0].content",
      "messages[0].content has to be a string or an array of parts" },
    { "{\"messages\":[{\"role\":\"user\",\"content\":[\"a\"]}]}", "messages[0].content[0]",
      "is a string; it has to be an object" },
    { "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},"
      "{\"type\":3}]}]}", "messages[0].content[1].type",
      "messages[0].content[1].type is a number; it has to be a string" },
    { "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"poem\"}]}]}",
      "messages[0].content[0].type", "is “poem”; it has to be text, image_url" },
    { "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\"}]}]}",
      "messages[0].content[0].text", "is missing" },
    { "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\","
      "\"cache_control\":\"x\"}]}]}", "messages[0].content[0].cache_control", "is a string; it has "
                                                                              "to be an object" },
    { "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\"}]}]}",
      "messages[0].content[0].image_url", "is missing" },
    { "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{}}]}]}",
      "messages[0].content[0].image_url.url", "is missing" },
    { "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\","
      "\"image_url\":{\"url\":\"data:image/png;base64,*\"}}]}]}",
      "messages[0].content[0].image_url.url", "is a data: URL, but not one of valid base64" },
    { "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_audio\","
      "\"input_audio\":{\"data\":\"*\"}}]}]}",
      "messages[0].content[0].input_audio.data", "is neither a URL nor valid base64" },
    { "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"file\",\"file\":{\"filename\":\"a\"}}]}]}",
      "messages[0].content[0].file", "has neither file_id nor file_data" },
    { "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"video_url\",\"video_url\":5}]}]}",
      "messages[0].content[0].video_url", "is a number" },
    { "{\"messages\":[{\"role\":\"user\",\"name\":5}]}", "messages[0].name", "is a number" },
    { "{\"messages\":[{\"role\":\"tool\",\"content\":\"x\"}]}", "messages[0].tool_call_id",
      "messages[0].tool_call_id is missing" },
    { "{\"messages\":[{\"role\":\"assistant\",\"tool_calls\":{}}]}", "messages[0].tool_calls",
      "is an object; it has to be an array" },
    { "{\"messages\":[{\"role\":\"assistant\",\"tool_calls\":[{\"function\":{\"name\":\"f\"}}]}]}",
      "messages[0].tool_calls[0].id", "is missing" },
    { "{\"messages\":[{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"i\","
      "\"type\":\"custom\"}]}]}", "messages[0].tool_calls[0].type", "is “custom”; only calls" },
    { "{\"messages\":[{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"i\","
      "\"function\":{\"name\":\"f\",\"arguments\":{}}}]}]}",
      "messages[0].tool_calls[0].function.arguments", "is an object; it has to be a string" },
    { "{\"messages\":[{\"role\":\"assistant\",\"function_call\":{\"arguments\":\"\"}}]}",
      "messages[0].function_call.name", "is missing" },
    { "{\"messages\":[{\"role\":\"function\",\"content\":\"\"}]}", "messages[0].name",
      "is missing; it has to say which function" },
    { "{\"messages\":[{\"role\":\"function\",\"content\":\"\",\"name\":\"f\"}]}", "messages[0].name",
      "no message before calls that function" },
    { "{\"messages\":[{\"role\":\"tool\",\"tool_call_id\":\"a\",\"is_error\":1}]}", "messages[0].is_error", "is a number" },
    { "{\"messages\":[{\"role\":\"assistant\",\"provider_blocks\":[{\"family\":\"x\"}]}]}",
      "messages[0].provider_blocks[0].block", "is missing" },
    { "{\"messages\":[{\"role\":\"assistant\",\"provider_blocks\":[{\"family\":\"x\",\"block\":{},\"after_text\":\"1\"}]}]}",
      "messages[0].provider_blocks[0].after_text", "is a string" },
    { "{\"messages\":[{\"role\":\"assistant\",\"provider_blocks\":[{\"family\":\"x\",\"block\":{},\"after_tool_calls\":-1}]}]}",
      "messages[0].provider_blocks[0].after_tool_calls", "is negative" },
    { "{\"messages\":[{\"role\":\"assistant\",\"thinking_blocks\":[1]}]}", "messages[0].thinking_blocks[0]", "is a number" },
    { "{\"messages\":[{\"role\":\"assistant\",\"reasoning_details\":\"x\"}]}", "messages[0].reasoning_details", "is a string" },
    { "{\"messages\":[{\"role\":\"assistant\",\"audio\":{\"data\":\"*\"}}]}", "messages[0].audio.data", "is not valid base64" },
    { "{\"messages\":[{\"role\":\"assistant\",\"audio\":5}]}", "messages[0].audio", "is a number" },
    { "{\"messages\":[{\"role\":\"assistant\",\"reasoning\":{}}]}", "messages[0].reasoning", "is an object" },
    { "{\"temperature\":\"0.5\"}", "temperature", "temperature is a string; it has to be a number" },
    { "{\"max_tokens\":1.5}", "max_tokens", "max_tokens is 1.5; it has to be a whole number" },
    { "{\"max_tokens\":99999999999}", "max_tokens", "is 99999999999, which is out of range" },
    { "{\"seed\":1e300}", "seed", "seed is 1e300; it has to be a whole number" },
    { "{\"n\":true}", "n", "n is a boolean" },
    { "{\"stop\":5}", "stop", "stop is a number; it has to be an array" },
    { "{\"stop\":[\"a\",5]}", "stop[1]", "stop[1] is a number" },
    { "{\"logprobs\":1}", "logprobs", "logprobs is a number; it has to be a boolean" },
    { "{\"user\":{}}", "user", "user is an object" },
    { "{\"metadata\":\"x\"}", "metadata", "metadata is a string; it has to be an object" },
    { "{\"tools\":[5]}", "tools[0]", "tools[0] is a number; it has to be an object" },
    { "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\","
      "\"image_url\":{\"url\":\"x\",\"detail\":5}}]}]}",
      "messages[0].content[0].image_url.detail", "is a number" },
    { "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_audio\"}]}]}",
      "messages[0].content[0].input_audio", "is missing" },
    { "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"file\"}]}]}",
      "messages[0].content[0].file", "is missing" },
    { "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"refusal\"}]}]}",
      "messages[0].content[0].refusal", "is missing" },
    { "{\"tools\":{}}", "tools", "tools is an object; it has to be an array" },
    { "{\"tools\":[{\"type\":\"function\"}]}", "tools[0].function", "tools[0].function is missing" },
    { "{\"tools\":[{\"type\":\"function\",\"function\":{}}]}", "tools[0].function.name", "is missing" },
    { "{\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":\"{}\"}}]}",
      "tools[0].function.parameters", "is a string; it has to be an object" },
    { "{\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"strict\":\"x\"}}]}",
      "tools[0].function.strict", "is a string; it has to be a boolean" },
    { "{\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"},\"cache_control\":1}]}",
      "tools[0].cache_control", "is a number" },
    { "{\"functions\":[{\"description\":\"x\"}]}", "functions[0].name", "is missing" },
    { "{\"function_call\":{}}", "function_call.name", "is missing" },
    { "{\"tool_choice\":5}", "tool_choice", "is a number" },
    { "{\"response_format\":\"json\"}", "response_format", "is a string; it has to be an object" },
    { "{\"response_format\":{}}", "response_format.type", "is missing" },
    { "{\"response_format\":{\"type\":\"json_schema\"}}", "response_format.json_schema", "is missing" },
    { "{\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{}}}", "response_format.json_schema.schema", "is missing" },
    { "{\"thinking\":true}", "thinking", "is a boolean; it has to be an object" },
    { "{\"thinking\":{\"budget_tokens\":\"x\"}}", "thinking.budget_tokens", "is a string" },
    { "{\"reasoning\":\"high\"}", "reasoning", "is a string" },
    { "{\"reasoning\":{\"effort\":1}}", "reasoning.effort", "is a number" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      GError *error = NULL;
      g_autoptr (DheeraRequest) request = dheera_request_new_from_json (cases[i].json, &error);

      if (request != NULL)
        g_error ("%s was taken", cases[i].json);
      assert_invalid (&error, cases[i].param, cases[i].text);
    }
}

static void
test_deep (void)
{
  g_autoptr (GString) text = g_string_new ("{\"x\":");
  GError *error = NULL;

  for (guint i = 0; i < 200; i++)
    g_string_append_c (text, '[');
  for (guint i = 0; i < 200; i++)
    g_string_append_c (text, ']');
  g_string_append_c (text, '}');
  g_assert_null (dheera_request_new_from_json (text->str, &error));
  assert_invalid (&error, NULL, "The request is not valid JSON at byte");
}

/* Every request to chat completions that was recorded from other people's programs is understood
 * and written down again without a change. */
static void
test_recorded (void)
{
  const char *shared = g_getenv ("DHEERA_SHARED");
  g_autofree char *folder = NULL;
  g_autoptr (GDir) providers = NULL;
  const char *provider;
  guint n_requests = 0;

  if (shared == NULL || *shared == '\0')
    {
      g_test_skip ("the recordings are not here");
      return;
    }

  folder = g_build_filename (shared, "recordings", NULL);
  providers = g_dir_open (folder, 0, NULL);
  g_assert_nonnull (providers);
  while ((provider = g_dir_read_name (providers)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, provider, "chat_completions", NULL);
      g_autoptr (GDir) files = g_dir_open (path, 0, NULL);
      const char *name;

      while (files != NULL && (name = g_dir_read_name (files)) != NULL)
        {
          g_autofree char *file = g_build_filename (path, name, NULL);
          g_autofree char *recording = NULL;
          g_autofree char *body = NULL;
          g_autoptr (Parsed) parsed = NULL;
          g_autoptr (DheeraRequest) request = NULL;
          g_autofree char *text = NULL;

          g_assert_true (g_file_get_contents (file, &recording, NULL, NULL));
          parsed = parse (recording);
          body = dheera_json_dup_string (at (parsed, "request.body"));
          if (body == NULL || *body == '\0')
            continue;

          request = read_request (body);
          text = dheera_request_to_json (request);
          assert_round_trip (text, text);
          n_requests++;
        }
    }

  g_test_message ("%u requests", n_requests);
  g_assert_cmpuint (n_requests, >, 500);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/chat-read/identical", test_identical);
  g_test_add_func ("/chat-read/normalised", test_normalised);
  g_test_add_func ("/chat-read/functions", test_functions);
  g_test_add_func ("/chat-read/values", test_values);
  g_test_add_func ("/chat-read/faults", test_faults);
  g_test_add_func ("/chat-read/deep", test_deep);
  g_test_add_func ("/chat-read/recorded", test_recorded);

  return g_test_run ();
}
