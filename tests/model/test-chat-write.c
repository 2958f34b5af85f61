/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model-util.h"

#include "dheera-ai/model/chat-json/dheera-chat-json-private.h"
#include "dheera-ai/model/messages/dheera-conversation-private.h"
#include "dheera-ai/model/messages/dheera-message-private.h"
#include "dheera-ai/model/messages/dheera-part-private.h"
#include "dheera-ai/model/tools/dheera-tool-call-private.h"
#include "dheera-ai/model/tools/dheera-tool-private.h"

static const DheeraChatDialect cautious = { NULL };
static const DheeraChatDialect thinking = { .reasoning = DHEERA_CHAT_REASONING_THINKING };

static void
assert_body (DheeraRequest           *request,
             gboolean                 stream,
             const DheeraChatDialect *dialect,
             const char              *expected)
{
  g_autoptr (GBytes) body = dheera_chat_write_body (request, "m", stream, dialect);
  gsize size;
  const char *data = g_bytes_get_data (body, &size);
  g_autofree char *text = g_strndup (data, size);
  g_autoptr (Parsed) parsed = parse (text);

  g_assert_cmpint (dheera_json_type (dheera_json_root (&parsed->json)), ==, DHEERA_JSON_OBJECT);
  g_assert_cmpstr (text, ==, expected);
}

static void
assert_message (DheeraMessage           *message,
                const DheeraChatDialect *dialect,
                const char              *expected)
{
  DheeraJsonWriter writer;
  g_autofree char *text = NULL;

  dheera_json_writer_init (&writer, 0);
  dheera_chat_write_message (&writer, message, dialect);
  text = dheera_json_writer_steal (&writer);
  parsed_free (parse (text));
  g_assert_cmpstr (text, ==, expected);
}

#define HELLO "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]"

static DheeraRequest *
hello (void)
{
  return dheera_request_new_for_prompt (NULL, "hello");
}

static void
test_minimal (void)
{
  g_autoptr (DheeraRequest) request = hello ();

  assert_body (request, FALSE, &dheera_chat_dialect_openai, HELLO "}");
  assert_body (request, FALSE, &cautious, HELLO "}");
  assert_body (request, TRUE, &dheera_chat_dialect_openai, HELLO ",\"stream\":true,"
                                                                 "\"stream_options\":{\"include_usage\":true}}");
  assert_body (request, TRUE, &cautious, HELLO ",\"stream\":true}");
}

static void
test_parameters (void)
{
  static const char *const stop[] = { "a", "\"", NULL };
  g_autoptr (DheeraRequest) request = hello ();

  g_object_set (request, "temperature", 0.1, "top-p", 0.2, "top-k", 3, "max-tokens", 4, "stop", stop,
                "seed", G_GINT64_CONSTANT (5),
                "n", 6, "presence-penalty", 0.0, "frequency-penalty", -0.5, "logprobs", DHEERA_TRISTATE_NO, "user", "u",
                "metadata", "{\"a\": \"b\"}", "service-tier", "flex", NULL);
  assert_body (request, FALSE, &dheera_chat_dialect_openai,
               HELLO ",\"max_completion_tokens\":4,\"temperature\":0.1,\"top_p\":0.2,\"top_k\":3,"
                     "\"stop\":[\"a\",\"\\\"\"],\"seed\":5,"
               "\"n\":6,\"presence_penalty\":0,\"frequency_penalty\":-0.5,\"logprobs\":false,\"user\":\"u\","
               "\"metadata\":{\"a\": \"b\"},\"service_tier\":\"flex\"}");
}

static void
test_omit (void)
{
  DheeraChatDialect dialect = cautious;
  g_autoptr (DheeraRequest) request = hello ();

  g_object_set (request, "temperature", 0.5, "max-tokens", 4, "response-format",
                DHEERA_RESPONSE_FORMAT_JSON_OBJECT, NULL);
  assert_body (request, FALSE, &dialect, HELLO ",\"max_tokens\":4,\"temperature\":0.5,"
                                               "\"response_format\":{\"type\":\"json_object\"}}");
  dialect.omit = DHEERA_PARAM_TEMPERATURE | DHEERA_PARAM_JSON_OBJECT;
  assert_body (request, FALSE, &dialect, HELLO ",\"max_tokens\":4}");
}

/* top_logprobs is refused without logprobs, and whoever asks for the one wants the other. */
static void
test_top_logprobs (void)
{
  g_autoptr (DheeraRequest) request = hello ();
  g_autofree char *complete = NULL;

  dheera_request_set_top_logprobs (request, 0);
  assert_body (request, FALSE, &cautious, HELLO ",\"logprobs\":true,\"top_logprobs\":0}");
  complete = dheera_request_to_json (request);
  g_assert_cmpstr (complete, ==, "{\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}],"
                                 "\"top_logprobs\":0}");
}

static void
test_tools (void)
{
  g_autoptr (DheeraRequest) request = hello ();
  g_autoptr (DheeraTool) full = dheera_tool_new ("f", "does it", "{\"type\": \"object\"}");
  g_autoptr (DheeraTool) bare = dheera_tool_new ("g", NULL, NULL);
  DheeraChatDialect caching = cautious;

  /* Both are refused where there are no tools; tools may come through extra. */
  dheera_request_set_tool_choice (request, "required");
  dheera_request_set_parallel_tool_calls (request, DHEERA_TRISTATE_NO);
  assert_body (request, FALSE, &cautious, HELLO "}");
  dheera_base_request_set_extra (DHEERA_BASE_REQUEST (request), "{\"tools\":[{\"type\":\"web_search\"}]}");
  assert_body (request, FALSE, &cautious,
               HELLO ",\"tool_choice\":\"required\",\"parallel_tool_calls\":false,"
                     "\"tools\":[{\"type\":\"web_search\"}]}");
  dheera_base_request_set_extra (DHEERA_BASE_REQUEST (request), NULL);

  dheera_tool_set_strict (full, DHEERA_TRISTATE_YES);
  dheera_tool_set_cache_control (full, "ephemeral");
  dheera_request_add_tool (request, full);
  dheera_request_add_tool (request, bare);
  dheera_request_set_tool_choice (request, "g");
  assert_body (request, FALSE, &cautious,
               HELLO ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\","
                     "\"description\":\"does it\","
               "\"parameters\":{\"type\": \"object\"},\"strict\":true}},"
               "{\"type\":\"function\",\"function\":{\"name\":\"g\","
               "\"parameters\":{\"type\":\"object\",\"properties\":{}}}}],"
               "\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"g\"}},"
               "\"parallel_tool_calls\":false}");

  caching.cache_control = TRUE;
  caching.omit = DHEERA_PARAM_TOOL_CHOICE | DHEERA_PARAM_PARALLEL_TOOL_CALLS;
  g_list_store_remove (G_LIST_STORE (dheera_request_get_tools (request)), 1);
  assert_body (request, FALSE, &caching,
               HELLO ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\","
                     "\"description\":\"does it\","
               "\"parameters\":{\"type\": \"object\"},\"strict\":true},"
               "\"cache_control\":{\"type\":\"ephemeral\"}}]}");
}

static void
test_response_format (void)
{
  g_autoptr (DheeraRequest) request = hello ();

  g_assert_true (dheera_request_set_response_schema (request, "{\"type\": \"object\"}", NULL));
  assert_body (request, FALSE, &cautious,
               HELLO ",\"response_format\":{\"type\":\"json_schema\","
                     "\"json_schema\":{\"name\":\"response\",\"schema\":{\"type\": \"object\"}}}}");
  dheera_request_set_response_schema_name (request, "n");
  dheera_request_set_response_schema_strict (request, DHEERA_TRISTATE_NO);
  assert_body (request, FALSE, &cautious,
               HELLO ",\"response_format\":{\"type\":\"json_schema\","
                     "\"json_schema\":{\"name\":\"n\",\"schema\":{\"type\": \"object\"},\"strict\":false}}}");
}

static void
test_reasoning (void)
{
  static const struct
  {
    DheeraChatReasoning style;
    const char *effort;
    int budget;
    const char *expected;
  } cases[] = {
    { DHEERA_CHAT_REASONING_NONE, "low", 5, "" },
    { DHEERA_CHAT_REASONING_EFFORT, "low", -1, ",\"reasoning_effort\":\"low\"" },
    { DHEERA_CHAT_REASONING_EFFORT, "none", 5, ",\"reasoning_effort\":\"none\"" },
    { DHEERA_CHAT_REASONING_EFFORT, "auto", -1, "" },
    { DHEERA_CHAT_REASONING_OBJECT, "low", -1, ",\"reasoning\":{\"effort\":\"low\"}" },
    { DHEERA_CHAT_REASONING_OBJECT, "low", 5, ",\"reasoning\":{\"max_tokens\":5}" },
    { DHEERA_CHAT_REASONING_OBJECT, NULL, 0, ",\"reasoning\":{\"enabled\":false}" },
    { DHEERA_CHAT_REASONING_OBJECT, "auto", -1, ",\"reasoning\":{\"enabled\":true}" },
    { DHEERA_CHAT_REASONING_THINKING, "low", -1, ",\"thinking\":{\"type\":\"enabled\"}" },
    { DHEERA_CHAT_REASONING_THINKING, "none", -1, ",\"thinking\":{\"type\":\"disabled\"}" },
    { DHEERA_CHAT_REASONING_THINKING, NULL, 7, ",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":7}" },
    { DHEERA_CHAT_REASONING_THINKING, NULL, 0, ",\"thinking\":{\"type\":\"disabled\"}" },
    { DHEERA_CHAT_REASONING_ENABLE_THINKING, "high", 7, ",\"enable_thinking\":true,\"thinking_budget\":7" },
    { DHEERA_CHAT_REASONING_ENABLE_THINKING, NULL, 0, ",\"enable_thinking\":false" },
    { DHEERA_CHAT_REASONING_TEMPLATE, "auto", -1, ",\"chat_template_kwargs\":{\"enable_thinking\":true}" },
    { DHEERA_CHAT_REASONING_TEMPLATE, "none", -1, ",\"chat_template_kwargs\":{\"enable_thinking\":false}" },
    { DHEERA_CHAT_REASONING_TEMPLATE, NULL, -1, "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (DheeraRequest) request = hello ();
      g_autofree char *expected = g_strconcat (HELLO, cases[i].expected, "}", NULL);
      DheeraChatDialect dialect = cautious;

      g_object_set (request, "reasoning-effort", cases[i].effort, "reasoning-budget", cases[i].budget, NULL);
      dialect.reasoning = cases[i].style;
      assert_body (request, FALSE, &dialect, expected);

      dialect.omit = DHEERA_PARAM_REASONING_EFFORT | DHEERA_PARAM_REASONING_BUDGET;
      assert_body (request, FALSE, &dialect, HELLO "}");
    }

  g_assert_cmpint (dheera_chat_dialect_list_inexpressible (&cautious), ==,
                   DHEERA_PARAM_REASONING_EFFORT | DHEERA_PARAM_REASONING_BUDGET);
  g_assert_cmpint (dheera_chat_dialect_list_inexpressible (&thinking), ==, 0);
  g_assert_cmpint (dheera_chat_dialect_list_inexpressible (&dheera_chat_dialect_openai), ==,
                   DHEERA_PARAM_REASONING_BUDGET);
}

static void
test_extra (void)
{
  g_autoptr (DheeraRequest) request = hello ();

  dheera_request_set_temperature (request, 0.5);
  dheera_base_request_set_extra (DHEERA_BASE_REQUEST (request), "{\"temperature\":null,"
                                                                "\"model\":\"x\","
                                                                "\"logit_bias\":{\"1\":2.50}}");
  assert_body (request, TRUE, &cautious,
               "{\"model\":\"x\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}],"
               "\"stream\":true,\"logit_bias\":{\"1\":2.50}}");
}

static void
test_roles (void)
{
  g_autoptr (DheeraMessage) system = dheera_message_new (DHEERA_ROLE_SYSTEM, "x");
  g_autoptr (DheeraMessage) developer = dheera_message_new (DHEERA_ROLE_DEVELOPER, "x");
  g_autoptr (DheeraMessage) user = dheera_message_new (DHEERA_ROLE_USER, NULL);
  g_autoptr (DheeraMessage) assistant = dheera_message_new (DHEERA_ROLE_ASSISTANT, NULL);
  g_autoptr (DheeraMessage) tool = dheera_message_new_tool_result ("id", NULL);

  assert_message (system, &cautious, "{\"role\":\"system\",\"content\":\"x\"}");
  assert_message (developer, &cautious, "{\"role\":\"system\",\"content\":\"x\"}");
  assert_message (developer, &dheera_chat_dialect_openai, "{\"role\":\"developer\",\"content\":\"x\"}");
  assert_message (user, &cautious, "{\"role\":\"user\",\"content\":\"\"}");
  assert_message (assistant, &cautious, "{\"role\":\"assistant\",\"content\":\"\"}");
  assert_message (tool, &cautious, "{\"role\":\"tool\",\"content\":\"\",\"tool_call_id\":\"id\"}");

  dheera_message_set_name (user, "n\n");
  dheera_message_set_text (user, "\"é\"");
  assert_message (user, &cautious, "{\"role\":\"user\",\"content\":\"\\\"é\\\"\",\"name\":\"n\\n\"}");
}

static void
test_parts (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("hello", 5);
  g_autoptr (DheeraMessage) message = dheera_message_new (DHEERA_ROLE_USER, "t");
  DheeraPart *parts[] = {
    dheera_part_new_text ("u"),
    dheera_part_new_image (bytes, "image/png"),
    dheera_part_new_image_uri ("https://example.org/a.png"),
    dheera_part_new_audio (bytes, "audio/mpeg"),
    dheera_part_new_file (bytes, "application/pdf", "a.pdf"),
    dheera_part_new_file_id ("file-1"),
  };
  DheeraChatDialect flat = { .flatten_content_parts = TRUE };
  DheeraChatDialect caching = { .cache_control = TRUE };

  dheera_part_set_detail (parts[2], "low");
  dheera_part_set_cache_control (parts[5], "ephemeral");
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      dheera_message_add_part (message, parts[i]);
      if (i == 0)
        {
          assert_message (message, &flat, "{\"role\":\"user\",\"content\":\"t\\nu\"}");
          assert_message (message, &cautious,
                          "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"t\"},"
                          "{\"type\":\"text\",\"text\":\"u\"}]}");
        }
    }

#define PARTS \
  "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"t\"},{\"type\":\"text\",\"text\":\"u\"}," \
  "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,aGVsbG8=\"}}," \
  "{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://example.org/a.png\",\"detail\":\"low\"}}," \
  "{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"aGVsbG8=\",\"format\":\"mp3\"}}," \
  "{\"type\":\"file\",\"file\":{\"filename\":\"a.pdf\",\"file_data\":\"data:application/pdf;base64,aGVsbG8=\"}}," \
  "{\"type\":\"file\",\"file\":{\"file_id\":\"file-1\"}"

  assert_message (message, &cautious, PARTS "}]}");
  assert_message (message, &flat, PARTS "}]}");
  assert_message (message, &caching, PARTS ",\"cache_control\":{\"type\":\"ephemeral\"}}]}");

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    g_object_unref (parts[i]);
}

static void
test_single_text_part (void)
{
  g_autoptr (DheeraMessage) message = dheera_message_new (DHEERA_ROLE_SYSTEM, NULL);
  g_autoptr (DheeraPart) part = dheera_part_new_text ("t");
  DheeraChatDialect flat = { .flatten_content_parts = TRUE };

  dheera_message_add_part (message, part);
  assert_message (message, &flat, "{\"role\":\"system\",\"content\":\"t\"}");
  assert_message (message, &cautious, "{\"role\":\"system\",\"content\":[{\"type\":\"text\","
                                      "\"text\":\"t\"}]}");
}

static void
test_tool_calls (void)
{
  g_autoptr (DheeraMessage) message = dheera_message_new (DHEERA_ROLE_ASSISTANT, NULL);
  g_autoptr (DheeraToolCall) call = dheera_tool_call_new ("i", "f", "{\"a\":1}");
  g_autoptr (DheeraToolCall) empty = dheera_tool_call_new ("j", "g", "");
  DheeraChatDialect emptying = { .empty_content_for_tool_calls = TRUE };

#define CALL ",\"tool_calls\":[{\"id\":\"i\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":1}\"}}"

  dheera_message_add_tool_call (message, call);
  assert_message (message, &cautious, "{\"role\":\"assistant\",\"content\":null" CALL "]}");
  assert_message (message, &emptying, "{\"role\":\"assistant\",\"content\":\"\"" CALL "]}");
  dheera_message_set_text (message, "t");
  dheera_message_add_tool_call (message, empty);
  assert_message (message, &cautious,
                  "{\"role\":\"assistant\",\"content\":\"t\"" CALL
                  ",{\"id\":\"j\",\"type\":\"function\",\"function\":{\"name\":\"g\","
                  "\"arguments\":\"{}\"}}]}");
}

/* What an assistant's message has beside its text goes only to those who want it. */
static void
test_replay (void)
{
  g_autoptr (DheeraMessage) message = dheera_message_new (DHEERA_ROLE_ASSISTANT, "t");
  DheeraChatDialect replaying = { .replay_reasoning = "reasoning", .native_family = "b",
                                  .native_member = "details" };
  DheeraChatDialect foreign = { .native_family = "c", .native_member = "details" };

  dheera_message_set_reasoning (message, "r");
  dheera_message_add_native (message, "a", "{\"x\": 1}", -1);
  dheera_message_add_native (message, "b", "{\"y\": 2}", -1);
  dheera_message_add_native (message, "b", "{\"z\": 3}", -1);

  assert_message (message, &cautious, "{\"role\":\"assistant\",\"content\":\"t\"}");
  assert_message (message, &dheera_chat_dialect_openai, "{\"role\":\"assistant\",\"content\":\"t\"}");
  assert_message (message, &replaying,
                  "{\"role\":\"assistant\",\"content\":\"t\",\"reasoning\":\"r\","
                  "\"details\":[{\"y\": 2},{\"z\": 3}]}");
  assert_message (message, &foreign, "{\"role\":\"assistant\",\"content\":\"t\"}");
  assert_message (message, &dheera_chat_dialect_complete,
                  "{\"role\":\"assistant\",\"content\":\"t\",\"reasoning_content\":\"r\","
                  "\"provider_blocks\":["
                  "{\"family\":\"a\",\"block\":{\"x\": 1},\"after_text\":1},"
                  "{\"family\":\"b\",\"block\":{\"y\": 2},\"after_text\":1},"
                  "{\"family\":\"b\",\"block\":{\"z\": 3},\"after_text\":1}]}");
}

static void
test_refusal (void)
{
  g_autoptr (DheeraMessage) message = dheera_message_new (DHEERA_ROLE_ASSISTANT, NULL);

  dheera_message_set_refusal (message, "no");
  assert_message (message, &dheera_chat_dialect_openai, "{\"role\":\"assistant\",\"content\":null,"
                                                        "\"refusal\":\"no\"}");
  assert_message (message, &cautious, "{\"role\":\"assistant\",\"content\":\"no\"}");
}

/* Sound of the model's goes back by its id, and what it said where there is none. */
static void
test_spoken (void)
{
  g_autoptr (DheeraMessage) message = dheera_message_new (DHEERA_ROLE_ASSISTANT, NULL);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("hello", 5);
  g_autoptr (DheeraPart) part = dheera_part_new_audio (bytes, "audio/wav");

  part->text = g_strdup ("said");
  dheera_message_add_part (message, part);
  assert_message (message, &cautious, "{\"role\":\"assistant\",\"content\":\"said\"}");
  part->file_id = g_strdup ("audio_1");
  part->expires = 5;
  assert_message (message, &cautious, "{\"role\":\"assistant\",\"content\":null,"
                                      "\"audio\":{\"id\":\"audio_1\"}}");
  assert_message (message, &dheera_chat_dialect_complete,
                  "{\"role\":\"assistant\",\"content\":null,\"audio\":{\"id\":\"audio_1\",\"expires_at\":5,"
                  "\"data\":\"aGVsbG8=\",\"format\":\"wav\",\"transcript\":\"said\"}}");
}

static void
test_unknown_members (void)
{
  g_autoptr (DheeraMessage) message = dheera_message_new (DHEERA_ROLE_ASSISTANT, NULL);
  g_autoptr (DheeraToolCall) call = dheera_tool_call_new ("i", "f", NULL);
  DheeraChatDialect signed_thoughts = cautious;

  dheera_json_text_set (&message->extra, "{\"prefix\": true, \"x\":[1.50]}", DHEERA_JSON_OBJECT);
  call->extra = g_strdup ("{\"extra_content\":{\"google\":{\"thought_signature\":\"s\"}}}");
  dheera_message_add_tool_call (message, call);
  signed_thoughts.thought_signatures = TRUE;
  assert_message (message, &signed_thoughts,
                  "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"i\","
                  "\"type\":\"function\","
                  "\"function\":{\"name\":\"f\",\"arguments\":\"{}\"},"
                  "\"extra_content\":{\"google\":{\"thought_signature\":\"s\"}}}],"
                  "\"prefix\":true,\"x\":[1.50]}");

  /* Who does not serve Google's models refuses what it does not know. */
  assert_message (message, &cautious,
                  "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"i\","
                  "\"type\":\"function\","
                  "\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}],"
                  "\"prefix\":true,\"x\":[1.50]}");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/chat-write/minimal", test_minimal);
  g_test_add_func ("/chat-write/parameters", test_parameters);
  g_test_add_func ("/chat-write/omit", test_omit);
  g_test_add_func ("/chat-write/top-logprobs", test_top_logprobs);
  g_test_add_func ("/chat-write/tools", test_tools);
  g_test_add_func ("/chat-write/response-format", test_response_format);
  g_test_add_func ("/chat-write/reasoning", test_reasoning);
  g_test_add_func ("/chat-write/extra", test_extra);
  g_test_add_func ("/chat-write/roles", test_roles);
  g_test_add_func ("/chat-write/parts", test_parts);
  g_test_add_func ("/chat-write/single-text-part", test_single_text_part);
  g_test_add_func ("/chat-write/tool-calls", test_tool_calls);
  g_test_add_func ("/chat-write/replay", test_replay);
  g_test_add_func ("/chat-write/refusal", test_refusal);
  g_test_add_func ("/chat-write/spoken", test_spoken);
  g_test_add_func ("/chat-write/unknown-members", test_unknown_members);

  return g_test_run ();
}
