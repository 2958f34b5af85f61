/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "encode-fixture.h"

#include "dheera-ai/model/chat-json/dheera-chat-json-private.h"
#include "dheera-ai/model/messages/dheera-part-private.h"
#include "dheera-ai/providers/anthropic/dheera-anthropic-private.h"

/* What goes out in Messages: the body, the headers, and what is refused or left out instead */

#define OLD "claude-3-5-haiku-20241022"
#define MIDDLE "claude-sonnet-4-5-20250929"
#define NEW "claude-opus-4-6"
#define NEWEST "claude-opus-5"
#define HI "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]"

static void
set_up (Fixture    *fixture,
        const char *model,
        const char *json)
{
  g_autoptr (GError) error = NULL;
  DheeraRequest *request = dheera_request_new_from_json (json, &error);

  g_assert_no_error (error);
  fixture_begin (fixture, "anthropic", request, "https://api.example", model);
}

/* The body without model and max_tokens, which all have at the front */
static void
assert_body (const char *model,
             const char *json,
             const char *expected)
{
  g_auto (Fixture) fixture = { 0 };
  g_autofree char *body = NULL;
  g_autofree char *front = g_strdup_printf ("{\"model\":\"%s\",\"max_tokens\":", model);
  const char *rest;

  set_up (&fixture, model, json);
  body = encode_body (&fixture);
  g_assert_true (g_str_has_prefix (body, front));
  rest = body + strlen (front);
  rest += strspn (rest, "0123456789");
  g_assert_cmpstr (rest, ==, expected);
  g_assert_cmpuint (fixture.encoding.warnings->len, ==, 0);
}

static void
test_plain (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (DheeraHttpRequest) http = NULL;
  g_autofree char *body = NULL;

  set_up (&fixture, OLD, "{" HI "}");
  http = encode (&fixture);
  g_assert_no_error (fixture.error);
  g_assert_cmpstr (http->method, ==, "POST");
  g_assert_cmpstr (http->url, ==, "https://api.example/v1/messages");
  g_assert_cmpstr (http->content_type, ==, "application/json");
  g_assert_cmpint (http->auth, ==, DHEERA_AUTH_HEADER);
  g_assert_cmpstr (http->auth_header, ==, "x-api-key");
  g_assert_cmpint (http->framing, ==, DHEERA_FRAMING_WHOLE);
  g_assert_cmpuint (http->decode_flags, ==, 0);
  g_assert_cmpstr (dheera_http_request_get_header (http, "anthropic-version"), ==, "2023-06-01");
  g_assert_null (dheera_http_request_get_header (http, "anthropic-beta"));
  body = dup_body (http);
  g_assert_cmpstr (body, ==, "{\"model\":\"" OLD "\",\"max_tokens\":4096," HI "}");
}

/* Base URLs are told with and without the version, and with all of the path. */
static void
test_urls (void)
{
  static const char *const bases[] = {
    "https://api.example", "https://api.example/", "https://api.example/v1", "https://api.example/v1/", "https://api.example/v1/messages",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bases); i++)
    {
      g_auto (Fixture) fixture = { 0 };
      g_autoptr (DheeraHttpRequest) http = NULL;

      set_up (&fixture, OLD, "{" HI "}");
      fixture.encoding.base_url = bases[i];
      fixture.encoding.stream = TRUE;
      http = encode (&fixture);
      g_assert_cmpstr (http->url, ==, "https://api.example/v1/messages");
      g_assert_cmpint (http->framing, ==, DHEERA_FRAMING_SSE);
    }
}

static void
test_max_tokens (void)
{
  static const struct
  {
    const char *model;
    int expected;
  } cases[] = {
    { "claude-3-haiku-20240307", 4096 },     { "claude-3-7-sonnet-20250219", 4096 },   { "claude-sonnet-4-20250514", 64000 },
    { "claude-opus-4-20250514", 32000 },     { "claude-opus-4-1-20250805", 32000 },    { "claude-opus-4-5-20251101", 64000 },
    { "claude-haiku-4-5", 64000 },           { "claude-opus-4-6", 128000 },            { "claude-sonnet-5", 128000 },
    { "claude-fable-5-20260301", 128000 },   { "claude-sonnet-4-5@20250929", 64000 },  { "us.anthropic.claude-opus-4-6-v1:0", 128000 },
    { "claude-2.1", 4096 },                  { "claude-instant-1", 4096 },             { "some-model", 4096 },
    { "claude-", 4096 },                     { "claude-opus-99-1", 128000 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (dheera_anthropic_model_find (cases[i].model).max_tokens, ==, cases[i].expected);
}

static void
test_members (void)
{
  assert_body (OLD, "{" HI ",\"max_tokens\":9,\"temperature\":0.5,\"top_p\":0.9,\"top_k\":5,\"stop\":[\"a\",\"b\"],\"user\":\"u\",\"service_tier\":\"auto\"}",
               "," HI ",\"temperature\":0.5,\"top_p\":0.9,\"top_k\":5,\"stop_sequences\":[\"a\",\"b\"],\"metadata\":{\"user_id\":\"u\"},"
               "\"service_tier\":\"auto\"}");
  assert_body (OLD, "{" HI ",\"service_tier\":\"default\",\"n\":1,\"logprobs\":false}", "," HI ",\"service_tier\":\"standard_only\"}");
  assert_body (OLD, "{" HI ",\"inference_geo\":\"eu\",\"max_tokens\":4}", "," HI ",\"inference_geo\":\"eu\"}");
}

static void
test_turns (void)
{
  /* System words, whoever says them, stand apart; neighbours become one. */
  assert_body (OLD, "{\"messages\":[{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"user\",\"content\":\"u\"}]}",
               ",\"system\":\"s\",\"messages\":[{\"role\":\"user\",\"content\":\"u\"}]}");
  assert_body (OLD, "{\"messages\":[{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"developer\",\"content\":[{\"type\":\"text\",\"text\":\"d\","
                    "\"cache_control\":{\"type\":\"ephemeral\",\"ttl\":\"1h\"}}]},{\"role\":\"user\",\"content\":\"u\"},{\"role\":\"user\",\"content\":\"v\"}]}",
               ",\"system\":[{\"type\":\"text\",\"text\":\"s\"},{\"type\":\"text\",\"text\":\"d\",\"cache_control\":{\"type\":\"ephemeral\",\"ttl\":\"1h\"}}],"
               "\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"u\"},{\"type\":\"text\",\"text\":\"v\"}]}]}");
  /* A later word of the system's is one of the user's. What the answer is to begin with may not end in white space. */
  assert_body (OLD, "{\"messages\":[{\"role\":\"user\",\"content\":\"u\"},{\"role\":\"assistant\",\"content\":\"a \"},{\"role\":\"system\",\"content\":\"s\"},"
                    "{\"role\":\"assistant\",\"content\":\"So: \\n\"}]}",
               ",\"messages\":[{\"role\":\"user\",\"content\":\"u\"},{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"a \"}]},"
               "{\"role\":\"user\",\"content\":\"s\"},{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"So:\"}]}]}");
  /* cache_control of a message marks its last block. */
  assert_body (OLD, "{\"messages\":[{\"role\":\"user\",\"content\":\"u\",\"cache_control\":{\"type\":\"ephemeral\"}}]}",
               ",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"u\",\"cache_control\":{\"type\":\"ephemeral\"}}]}]}");
  /* Reasoning without a signature, and a refusal as what was said */
  assert_body (OLD, "{\"messages\":[{\"role\":\"user\",\"content\":\"u\"},{\"role\":\"assistant\",\"reasoning_content\":\"r\",\"refusal\":\"no\"},"
                    "{\"role\":\"user\",\"content\":\"v\"}]}",
               ",\"messages\":[{\"role\":\"user\",\"content\":\"u\"},{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"no\"}]},"
               "{\"role\":\"user\",\"content\":\"v\"}]}");
}

static void
test_parts (void)
{
  static const struct
  {
    const char *part;
    const char *block;
  } cases[] = {
    { "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/PNG;base64,aGVsbG8=\",\"detail\":\"low\"}}",
      "{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\"aGVsbG8=\"}}" },
    { "{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://x.example/a.png\"},\"cache_control\":{\"type\":\"ephemeral\"}}",
      "{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"https://x.example/a.png\"},\"cache_control\":{\"type\":\"ephemeral\"}}" },
    { "{\"type\":\"file\",\"file\":{\"filename\":\"a.pdf\",\"file_data\":\"data:application/pdf;base64,aGVsbG8=\"},\"citations\":{\"enabled\":true}}",
      "{\"type\":\"document\",\"source\":{\"type\":\"base64\",\"media_type\":\"application/pdf\",\"data\":\"aGVsbG8=\"},\"title\":\"a.pdf\","
      "\"citations\":{\"enabled\":true}}" },
    { "{\"type\":\"file\",\"file\":{\"file_data\":\"JVBERi0x\"}}",
      "{\"type\":\"document\",\"source\":{\"type\":\"base64\",\"media_type\":\"application/pdf\",\"data\":\"JVBERi0x\"}}" },
    { "{\"type\":\"file\",\"file\":{\"file_data\":\"https://x.example/a.pdf\"}}",
      "{\"type\":\"document\",\"source\":{\"type\":\"url\",\"url\":\"https://x.example/a.pdf\"}}" },
    { "{\"type\":\"file\",\"file\":{\"file_data\":\"data:text/markdown;base64,aGVsbG8=\"}}",
      "{\"type\":\"document\",\"source\":{\"type\":\"text\",\"media_type\":\"text/plain\",\"data\":\"hello\"}}" },
    { "{\"type\":\"file\",\"file\":{\"file_data\":\"data:image/webp;base64,aGVsbG8=\"}}",
      "{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/webp\",\"data\":\"aGVsbG8=\"}}" },
    { "{\"type\":\"text\",\"text\":\" \\n\"}", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *json = g_strdup_printf ("{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"t\"},%s]}]}", cases[i].part);
      g_autofree char *expected = g_strdup_printf (",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"t\"}%s%s]}]}",
                                                   cases[i].block != NULL ? "," : "", cases[i].block != NULL ? cases[i].block : "");

      assert_body (OLD, json, expected);
    }
}

static void
test_parts_refused (void)
{
  static const char *const parts[] = {
    "{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"aGVsbG8=\",\"format\":\"wav\"}}",
    "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/tiff;base64,aGVsbG8=\"}}",
    "{\"type\":\"image_url\",\"image_url\":{\"url\":\"gs://bucket/a.png\"}}",
    "{\"type\":\"file\",\"file\":{\"file_data\":\"data:application/zip;base64,aGVsbG8=\"}}",
    "{\"type\":\"file\",\"file\":{\"file_data\":\"data:text/plain;base64,/w==\"}}",
    "{\"type\":\"video_url\",\"video_url\":{\"url\":\"https://x.example/a.mp4\"}}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_auto (Fixture) fixture = { 0 };
      g_autofree char *json = g_strdup_printf ("{\"messages\":[{\"role\":\"user\",\"content\":[%s]}]}", parts[i]);

      set_up (&fixture, OLD, json);
      g_assert_null (encode (&fixture));
      g_assert_error (fixture.error, DHEERA_ERROR, DHEERA_ERROR_NOT_SUPPORTED);
      g_assert_true (g_str_has_suffix (fixture.error->message, "."));
    }
}

/* A file by its id is a beta, which joins those that the application asks for. */
static void
test_files (void)
{
  const char *json = "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"file\",\"file\":{\"file_id\":\"file_1\"}}]}]}";
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (DheeraHttpRequest) alone = NULL;
  g_autoptr (DheeraHttpRequest) joined = NULL;
  g_autoptr (DheeraHttpRequest) there = NULL;
  g_autofree char *body = NULL;

  set_up (&fixture, OLD, json);
  alone = encode (&fixture);
  body = dup_body (alone);
  g_assert_nonnull (strstr (body, "{\"type\":\"document\",\"source\":{\"type\":\"file\",\"file_id\":\"file_1\"}}"));
  g_assert_cmpstr (dheera_http_request_get_header (alone, "anthropic-beta"), ==, "files-api-2025-04-14");

  dheera_base_request_set_header (DHEERA_BASE_REQUEST (fixture.request), "anthropic-beta", "other-1");
  joined = encode (&fixture);
  g_assert_cmpstr (dheera_http_request_get_header (joined, "anthropic-beta"), ==, "other-1,files-api-2025-04-14");

  dheera_base_request_set_header (DHEERA_BASE_REQUEST (fixture.request), "anthropic-beta", "files-api-2025-04-14,x");
  there = encode (&fixture);
  g_assert_cmpstr (dheera_http_request_get_header (there, "anthropic-beta"), ==, "files-api-2025-04-14,x");
}

#define TOOL "{\"type\":\"function\",\"function\":{\"name\":\"f\",\"description\":\"d\",\"parameters\":{\"type\":\"object\"}}}"
#define BLOCK "{\"name\":\"f\",\"description\":\"d\",\"input_schema\":{\"type\":\"object\"}}"

static void
test_tools (void)
{
  static const struct
  {
    const char *members;
    const char *expected;
  } cases[] = {
    { "", "" },
    { ",\"tool_choice\":\"auto\"", ",\"tool_choice\":{\"type\":\"auto\"}" },
    { ",\"tool_choice\":\"none\",\"parallel_tool_calls\":false", ",\"tool_choice\":{\"type\":\"none\"}" },
    { ",\"tool_choice\":\"required\"", ",\"tool_choice\":{\"type\":\"any\"}" },
    { ",\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"f\"}}", ",\"tool_choice\":{\"type\":\"tool\",\"name\":\"f\"}" },
    { ",\"parallel_tool_calls\":false", ",\"tool_choice\":{\"type\":\"auto\",\"disable_parallel_tool_use\":true}" },
    { ",\"parallel_tool_calls\":true", "" },
    { ",\"tool_choice\":\"required\",\"parallel_tool_calls\":false", ",\"tool_choice\":{\"type\":\"any\",\"disable_parallel_tool_use\":true}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *json = g_strdup_printf ("{" HI ",\"tools\":[" TOOL "]%s}", cases[i].members);
      g_autofree char *expected = g_strdup_printf ("," HI ",\"tools\":[" BLOCK "]%s}", cases[i].expected);

      assert_body (OLD, json, expected);
    }

  assert_body (OLD, "{" HI ",\"tool_choice\":\"required\"}", "," HI "}");
  assert_body (MIDDLE,
               "{" HI ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"strict\":true,\"input_examples\":[1]},\"cache_control\":{\"type\":\"ephemeral\"},"
               "\"defer_loading\":true},{\"type\":\"function\",\"function\":{\"name\":\"g\",\"strict\":false}}]}",
               "," HI ",\"tools\":[{\"name\":\"f\",\"input_schema\":{\"type\":\"object\",\"properties\":{}},\"strict\":true,"
               "\"cache_control\":{\"type\":\"ephemeral\"},\"defer_loading\":true,\"input_examples\":[1]},"
               "{\"name\":\"g\",\"input_schema\":{\"type\":\"object\",\"properties\":{}}}]}");
}

/* The vendor's own tools, beside functions in OpenAI's form or in its own */
static void
test_server_tools (void)
{
  assert_body (MIDDLE, "{" HI ",\"tools\":[{\"type\":\"web_search_20250305\",\"name\":\"web_search\"}," TOOL "],\"tool_choice\":\"required\"}",
               "," HI ",\"tools\":[{\"type\":\"web_search_20250305\",\"name\":\"web_search\"},{\"name\":\"f\",\"description\":\"d\",\"input_schema\":{\"type\":\"object\"}}],"
               "\"tool_choice\":{\"type\":\"any\"}}");
  assert_body (MIDDLE, "{" HI ",\"tools\":[{\"type\":\"custom\",\"name\":\"f\",\"input_schema\":{}}],\"tool_choice\":\"auto\"}",
               "," HI ",\"tool_choice\":{\"type\":\"auto\"},\"tools\":[{\"type\":\"custom\",\"name\":\"f\",\"input_schema\":{}}]}");
  assert_body (MIDDLE,
               "{" HI ",\"tools\":[{\"type\":\"x_1\"},{\"type\":\"function\",\"function\":{\"name\":\"f\",\"strict\":true},\"cache_control\":{\"type\":\"ephemeral\"}}]}",
               "," HI ",\"tools\":[{\"type\":\"x_1\"},{\"name\":\"f\",\"input_schema\":{\"type\":\"object\",\"properties\":{}},\"strict\":true,"
               "\"cache_control\":{\"type\":\"ephemeral\"}}]}");
}

static void
test_results (void)
{
  assert_body (
    OLD,
    "{\"messages\":[{\"role\":\"user\",\"content\":\"u\"},{\"role\":\"assistant\",\"content\":\"I call\",\"tool_calls\":["
    "{\"id\":\"call.1|x\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\": 1}\"},\"caller\":{\"type\":\"direct\"},\"extra_content\":{}},"
    "{\"id\":\"c2\",\"type\":\"function\",\"function\":{\"name\":\"g\",\"arguments\":\"{\\\"cut\"}}]},"
    "{\"role\":\"tool\",\"tool_call_id\":\"call.1|x\",\"content\":\"1\",\"is_error\":true},"
    "{\"role\":\"tool\",\"tool_call_id\":\"c2\",\"content\":[{\"type\":\"text\",\"text\":\"t\"},{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://x.example/i\"}}]},"
    "{\"role\":\"user\",\"content\":\"go on\"},{\"role\":\"tool\",\"tool_call_id\":\"late\",\"content\":\"\"}]}",
    ",\"messages\":[{\"role\":\"user\",\"content\":\"u\"},{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"I call\"},"
    "{\"type\":\"tool_use\",\"id\":\"call_1_x\",\"name\":\"f\",\"input\":{\"a\": 1},\"caller\":{\"type\":\"direct\"}},"
    "{\"type\":\"tool_use\",\"id\":\"c2\",\"name\":\"g\",\"input\":{}}]},"
    "{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"call_1_x\",\"content\":\"1\",\"is_error\":true},"
    "{\"type\":\"tool_result\",\"tool_use_id\":\"c2\",\"content\":[{\"type\":\"text\",\"text\":\"t\"},"
    "{\"type\":\"image\",\"source\":{\"type\":\"url\",\"url\":\"https://x.example/i\"}}]},{\"type\":\"tool_result\",\"tool_use_id\":\"late\"},"
    "{\"type\":\"text\",\"text\":\"go on\"}]}]}");
}

/* Blocks go back to their family from the place where they stood, and to nobody else. */
static void
test_natives (void)
{
  static const struct
  {
    const char *message;
    const char *blocks;
  } cases[] = {
    { "\"content\":\"one two\",\"provider_blocks\":[{\"family\":\"anthropic\",\"block\":{\"type\": \"thinking\",\"signature\":\"s\"}},"
      "{\"family\":\"openrouter\",\"block\":{\"x\":1}},{\"family\":\"anthropic\",\"block\":{\"type\":\"server_tool_use\"},\"after_text\":4}]",
      "{\"type\": \"thinking\",\"signature\":\"s\"},{\"type\":\"text\",\"text\":\"one \"},{\"type\":\"server_tool_use\"},{\"type\":\"text\",\"text\":\"two\"}" },
    /* Between two calls, and behind all of them */
    { "\"content\":null,\"tool_calls\":[{\"id\":\"a\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}},"
      "{\"id\":\"b\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"null\"}}],\"provider_blocks\":["
      "{\"family\":\"anthropic\",\"block\":{\"type\":\"x\"},\"after_tool_calls\":1},{\"family\":\"anthropic\",\"block\":{\"type\":\"y\"},\"after_tool_calls\":9}]",
      "{\"type\":\"tool_use\",\"id\":\"a\",\"name\":\"f\",\"input\":{}},{\"type\":\"x\"},{\"type\":\"tool_use\",\"id\":\"b\",\"name\":\"f\",\"input\":{}},{\"type\":\"y\"}" },
    /* Text with its citations stands for the text */
    { "\"content\":\"a b c\",\"provider_blocks\":[{\"family\":\"anthropic\",\"block\":{\"type\":\"text\",\"text\":\"b\",\"citations\":[1]},\"after_text\":3}]",
      "{\"type\":\"text\",\"text\":\"a \"},{\"type\":\"text\",\"text\":\"b\",\"citations\":[1]},{\"type\":\"text\",\"text\":\" c\"}" },
    /* ... but not for text that was edited */
    { "\"content\":\"a X c\",\"provider_blocks\":[{\"family\":\"anthropic\",\"block\":{\"type\":\"text\",\"text\":\"b\",\"citations\":[1]},\"after_text\":3}]",
      "{\"type\":\"text\",\"text\":\"a \"},{\"type\":\"text\",\"text\":\"X c\"}" },
    { "\"content\":\"short\",\"provider_blocks\":[{\"family\":\"anthropic\",\"block\":{\"type\":\"text\",\"text\":\"b\"},\"after_text\":99}]",
      "{\"type\":\"text\",\"text\":\"short\"}" },
    /* Never a cut through a character */
    { "\"content\":\"\303\244\303\266\",\"provider_blocks\":[{\"family\":\"anthropic\",\"block\":{\"type\":\"x\"},\"after_text\":3}]",
      "{\"type\":\"text\",\"text\":\"\303\244\"},{\"type\":\"x\"},{\"type\":\"text\",\"text\":\"\303\266\"}" },
    /* Parts are counted like the text they are. */
    { "\"content\":[{\"type\":\"text\",\"text\":\"ab\"},{\"type\":\"text\",\"text\":\"cd\"}],\"provider_blocks\":["
      "{\"family\":\"anthropic\",\"block\":{\"type\":\"x\"},\"after_text\":2}]",
      "{\"type\":\"text\",\"text\":\"ab\"},{\"type\":\"x\"},{\"type\":\"text\",\"text\":\"cd\"}" },
    { "\"content\":\"\",\"provider_blocks\":[{\"family\":\"anthropic\",\"block\":{\"type\":\"redacted_thinking\",\"data\":\"d\"}}]",
      "{\"type\":\"redacted_thinking\",\"data\":\"d\"}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *json = g_strdup_printf ("{\"messages\":[{\"role\":\"assistant\",%s},{\"role\":\"user\",\"content\":\"u\"}]}", cases[i].message);
      g_autofree char *expected = g_strdup_printf (",\"messages\":[{\"role\":\"assistant\",\"content\":[%s]},{\"role\":\"user\",\"content\":\"u\"}]}",
                                                   cases[i].blocks);

      assert_body (OLD, json, expected);
    }
}

static void
test_thinking (void)
{
  static const struct
  {
    const char *model;
    const char *members;
    const char *expected;
  } cases[] = {
    { MIDDLE, ",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":2048}", ",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":2048}" },
    { MIDDLE, ",\"reasoning_effort\":\"low\",\"max_tokens\":20000", ",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":4000}" },
    { MIDDLE, ",\"reasoning_effort\":\"minimal\",\"max_tokens\":2000", ",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024}" },
    { MIDDLE, ",\"reasoning_effort\":\"max\",\"max_tokens\":1025", ",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024}" },
    { MIDDLE, ",\"reasoning_effort\":\"auto\"", ",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":32000}" },
    { MIDDLE, ",\"reasoning_effort\":\"none\"", ",\"thinking\":{\"type\":\"disabled\"}" },
    { OLD, ",\"reasoning_effort\":\"none\"", "" },
    { NEW, ",\"reasoning_effort\":\"auto\"", ",\"thinking\":{\"type\":\"adaptive\"}" },
    { NEW, ",\"reasoning_effort\":\"minimal\"", ",\"thinking\":{\"type\":\"adaptive\"},\"output_config\":{\"effort\":\"low\"}" },
    { NEW, ",\"reasoning_effort\":\"xhigh\"", ",\"thinking\":{\"type\":\"adaptive\"},\"output_config\":{\"effort\":\"max\"}" },
    { NEWEST, ",\"reasoning_effort\":\"xhigh\"", ",\"thinking\":{\"type\":\"adaptive\"},\"output_config\":{\"effort\":\"xhigh\"}" },
    { NEW, ",\"reasoning_effort\":\"high\",\"reasoning\":{\"max_tokens\":5000}",
      ",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":5000},\"output_config\":{\"effort\":\"high\"}" },
    { MIDDLE, ",\"reasoning_effort\":\"low\",\"max_tokens\":20000,\"temperature\":1,\"top_p\":0.95",
      ",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":4000},\"temperature\":1,\"top_p\":0.95" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *json = g_strdup_printf ("{" HI "%s}", cases[i].members);
      g_autofree char *expected = g_strdup_printf ("," HI "%s}", cases[i].expected);

      if (strstr (cases[i].members, "top_p") == NULL)
        assert_body (cases[i].model, json, expected);
      else
        assert_body ("claude-3-7-sonnet-20250219", json, expected);
    }
}

/* A budget has to fit into max_tokens: where the caller said nothing of it, room is made. */
static void
test_budget (void)
{
  g_auto (Fixture) roomy = { 0 };
  g_auto (Fixture) tight = { 0 };
  g_autofree char *body = NULL;

  set_up (&roomy, "claude-3-7-sonnet-20250219", "{" HI ",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":10000}}");
  body = encode_body (&roomy);
  g_assert_nonnull (strstr (body, "\"max_tokens\":14096,"));

  set_up (&tight, MIDDLE, "{" HI ",\"max_tokens\":2000,\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":2000}}");
  tight.encoding.policy = DHEERA_PARAM_POLICY_DROP;
  g_assert_null (encode (&tight));
  g_assert_error (tight.error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
  g_assert_nonnull (strstr (tight.error->message, "reasoning-budget"));
}

#define SCHEMA "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"schema\":{\"type\":\"object\"}}}"
#define JSON_TOOL "{\"name\":\"answer_in_json\",\"description\":\"Gives the answer, as JSON, to whoever asked. What is passed to this tool is the whole answer.\"," \
                  "\"input_schema\":"

static void
test_json (void)
{
  assert_body (MIDDLE, "{" HI "," SCHEMA "}",
               "," HI ",\"output_config\":{\"format\":{\"type\":\"json_schema\",\"schema\":{\"type\":\"object\",\"additionalProperties\":false}}}}");
  assert_body (OLD, "{" HI "," SCHEMA "}",
               "," HI ",\"tools\":[" JSON_TOOL "{\"type\":\"object\"}}],"
               "\"tool_choice\":{\"type\":\"tool\",\"name\":\"answer_in_json\",\"disable_parallel_tool_use\":true}}");
  assert_body (MIDDLE, "{" HI ",\"response_format\":{\"type\":\"json_object\"}}",
               "," HI ",\"tools\":[" JSON_TOOL "{\"type\":\"object\",\"additionalProperties\":true}}],"
               "\"tool_choice\":{\"type\":\"tool\",\"name\":\"answer_in_json\",\"disable_parallel_tool_use\":true}}");
  /* Beside the caller's tools one of all of them is called. */
  assert_body (OLD, "{" HI ",\"tools\":[" TOOL "]," SCHEMA "}",
               "," HI ",\"tools\":[" BLOCK "," JSON_TOOL "{\"type\":\"object\"}}],\"tool_choice\":{\"type\":\"any\",\"disable_parallel_tool_use\":true}}");
  assert_body (OLD, "{" HI ",\"tools\":[" TOOL "],\"tool_choice\":\"none\"," SCHEMA "}",
               "," HI ",\"tools\":[" BLOCK "," JSON_TOOL "{\"type\":\"object\"}}],"
               "\"tool_choice\":{\"type\":\"tool\",\"name\":\"answer_in_json\",\"disable_parallel_tool_use\":true}}");
  assert_body (OLD, "{" HI ",\"tools\":[" TOOL "],\"tool_choice\":\"f\"," SCHEMA "}",
               "," HI ",\"tools\":[" BLOCK "," JSON_TOOL "{\"type\":\"object\"}}],"
               "\"tool_choice\":{\"type\":\"tool\",\"name\":\"f\",\"disable_parallel_tool_use\":true}}");
}

/* The vendor's own tools stand in extra, whose list takes the place of the body's. */
static void
test_json_beside_server_tools (void)
{
  assert_body (OLD, "{" HI ",\"tools\":[{\"type\":\"x_1\"}]," SCHEMA "}",
               "," HI ",\"tools\":[{\"type\":\"x_1\"}," JSON_TOOL "{\"type\":\"object\"}}],"
               "\"tool_choice\":{\"type\":\"any\",\"disable_parallel_tool_use\":true}}");
}

static void
test_json_flag (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (DheeraHttpRequest) http = NULL;

  set_up (&fixture, OLD, "{" HI "," SCHEMA "}");
  http = encode (&fixture);
  g_assert_cmpuint (http->decode_flags, ==, DHEERA_ANTHROPIC_FLAG_JSON_TOOL);
}

static void
test_schema (void)
{
  static const struct
  {
    const char *schema;
    const char *expected;
  } cases[] = {
    { "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":5,\"description\":\"d\"}},\"required\":[\"a\"],"
      "\"additionalProperties\":true}",
      "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\",\"description\":\"d {minimum: 1, maximum: 5}\"}},\"required\":[\"a\"],"
      "\"additionalProperties\":false}" },
    /* A property may be called like a keyword. */
    { "{\"properties\":{\"minimum\":{\"type\":\"string\",\"pattern\":\"^a\"},\"format\":{\"const\":1}}}",
      "{\"properties\":{\"minimum\":{\"type\":\"string\",\"description\":\"{pattern: \\\"^a\\\"}\"},\"format\":{\"const\":1}},\"additionalProperties\":false}" },
    { "{\"type\":\"string\",\"format\":\"date\"}", "{\"type\":\"string\",\"format\":\"date\"}" },
    { "{\"type\":\"string\",\"format\":\"phone\"}", "{\"type\":\"string\",\"description\":\"{format: \\\"phone\\\"}\"}" },
    { "{\"$ref\":\"#/$defs/a\",\"description\":\"x\",\"$defs\":{\"a\":{\"type\":[\"object\",\"null\"]}}}",
      "{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"type\":[\"object\",\"null\"],\"additionalProperties\":false}}}" },
    { "{\"anyOf\":[{\"type\":\"array\",\"items\":{\"type\":\"object\"},\"minItems\":2},{\"enum\":[{\"minimum\":1}]}]}",
      "{\"anyOf\":[{\"type\":\"array\",\"items\":{\"type\":\"object\",\"additionalProperties\":false},\"description\":\"{minItems: 2}\"},"
      "{\"enum\":[{\"minimum\":1}]}]}" },
    { "true", "true" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      DheeraJsonWriter writer;
      g_autofree char *text = NULL;

      dheera_json_writer_init (&writer, 16);
      dheera_anthropic_write_schema (&writer, cases[i].schema);
      text = dheera_json_writer_steal (&writer);
      g_assert_cmpstr (text, ==, cases[i].expected);
    }
}

/* Refused by default, left out with one warning by policy */
static void
test_refused (void)
{
  static const struct
  {
    const char *model;
    const char *members;
    const char *name;
    const char *left; /* behind the messages, once it is left out */
  } cases[] = {
    { OLD, ",\"seed\":1", "seed", "" },
    { OLD, ",\"n\":2", "n", "" },
    { OLD, ",\"presence_penalty\":1", "presence_penalty", "" },
    { OLD, ",\"frequency_penalty\":1", "frequency_penalty", "" },
    { OLD, ",\"logprobs\":true", "logprobs", "" },
    { OLD, ",\"metadata\":{\"a\":\"b\"}", "metadata", "" },
    { OLD, ",\"temperature\":1.5", "temperature", "" },
    { OLD, ",\"service_tier\":\"flex\"", "service_tier", "" },
    { OLD, ",\"stop\":[\"\\n\"]", "stop", "" },
    { OLD, ",\"reasoning_effort\":\"low\"", "reasoning_effort", "" },
    { OLD, ",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":2000}", "reasoning_budget", "" },
    { MIDDLE, ",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":10}", "reasoning_budget", "" },
    { MIDDLE, ",\"reasoning_effort\":\"lots\"", "reasoning_effort", "" },
    { MIDDLE, ",\"reasoning_effort\":\"low\",\"max_tokens\":1024", "reasoning_effort", "" },
    { MIDDLE, ",\"temperature\":0.5,\"top_p\":0.5", "top_p", ",\"temperature\":0.5" },
    { NEWEST, ",\"temperature\":0.5", "temperature", "" },
    { NEWEST, ",\"top_k\":5", "top_k", "" },
    { NEW, ",\"reasoning_effort\":\"auto\",\"temperature\":0.5", "temperature", ",\"thinking\":{\"type\":\"adaptive\"}" },
    { NEW, ",\"reasoning_effort\":\"auto\",\"top_p\":0.5", "top_p", ",\"thinking\":{\"type\":\"adaptive\"}" },
    { NEW, ",\"reasoning_effort\":\"auto\",\"top_k\":5", "top_k", ",\"thinking\":{\"type\":\"adaptive\"}" },
    { NEW, ",\"reasoning_effort\":\"auto\",\"tool_choice\":\"required\",\"tools\":[" TOOL "]", "tool_choice",
      ",\"tools\":[" BLOCK "],\"thinking\":{\"type\":\"adaptive\"}" },
    { NEW, ",\"reasoning_effort\":\"auto\",\"response_format\":{\"type\":\"json_object\"}", "reasoning_effort",
      ",\"tools\":[" JSON_TOOL "{\"type\":\"object\",\"additionalProperties\":true}}],"
      "\"tool_choice\":{\"type\":\"tool\",\"name\":\"answer_in_json\",\"disable_parallel_tool_use\":true}" },
    { OLD, ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"strict\":true}}]", "“f”",
      ",\"tools\":[{\"name\":\"f\",\"input_schema\":{\"type\":\"object\",\"properties\":{}}}]" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Fixture) fixture = { 0 };
      g_autofree char *json = g_strdup_printf ("{" HI "%s}", cases[i].members);
      g_autofree char *left = g_strdup_printf ("," HI "%s}", cases[i].left);
      g_autofree char *body = NULL;

      set_up (&fixture, cases[i].model, json);
      g_assert_null (encode (&fixture));
      g_assert_error (fixture.error, DHEERA_ERROR, DHEERA_ERROR_UNSUPPORTED_PARAMETER);
      g_assert_nonnull (strstr (fixture.error->message, cases[i].name));
      g_assert_nonnull (strstr (fixture.error->message, "DROP"));
      g_assert_cmpuint (fixture.encoding.warnings->len, ==, 0);
      g_clear_error (&fixture.error);

      fixture.encoding.policy = DHEERA_PARAM_POLICY_DROP;
      body = encode_body (&fixture);
      g_assert_true (g_str_has_suffix (body, left));
      g_assert_cmpuint (fixture.encoding.warnings->len, ==, 1);
      g_assert_nonnull (strstr (g_ptr_array_index (fixture.encoding.warnings, 0), cases[i].name));
    }
}

/* --- Claude on Vertex AI ------------------------------------------------------------------------- */

static void
test_vertex (void)
{
  static const char *const models[] = {
    "claude-sonnet-4-5@20250929", "anthropic/claude-sonnet-4-5@20250929", "publishers/anthropic/models/claude-sonnet-4-5@20250929",
  };

  for (guint i = 0; i < G_N_ELEMENTS (models); i++)
    {
      g_autoptr (DheeraProvider) vertex = dheera_provider_new ("vertexai");
      const DheeraProtocol *protocol = dheera_provider_get_protocol_for (vertex, models[i]);
      g_auto (Fixture) fixture = { 0 };
      g_autoptr (DheeraHttpRequest) http = NULL;
      g_autoptr (DheeraHttpRequest) count = NULL;
      g_autofree char *body = NULL;
      g_autofree char *counted = NULL;

      set_up (&fixture, models[i], "{" HI ",\"max_tokens\":5}");
      g_set_object (&fixture.provider, vertex);
      fixture.encoding.provider = vertex;
      fixture.encoding.base_url = "https://v.example/v1/projects/p/locations/l";
      fixture.encoding.stream = i == 0;
      http = protocol->encode_chat (&fixture.encoding, fixture.request, &fixture.error);
      g_assert_no_error (fixture.error);
      g_assert_cmpstr (http->url, ==, i == 0 ? "https://v.example/v1/projects/p/locations/l/publishers/anthropic/models/claude-sonnet-4-5%4020250929:streamRawPredict"
                                             : "https://v.example/v1/projects/p/locations/l/publishers/anthropic/models/claude-sonnet-4-5%4020250929:rawPredict");
      g_assert_null (dheera_http_request_get_header (http, "anthropic-version"));
      g_assert_cmpint (http->framing, ==, i == 0 ? DHEERA_FRAMING_SSE : DHEERA_FRAMING_WHOLE);
      body = dup_body (http);
      g_assert_cmpstr (body, ==, i == 0 ? "{\"anthropic_version\":\"vertex-2023-10-16\",\"max_tokens\":5," HI ",\"stream\":true}"
                                        : "{\"anthropic_version\":\"vertex-2023-10-16\",\"max_tokens\":5," HI "}");

      count = protocol->tasks[DHEERA_TASK_COUNT_TOKENS].encode (&fixture.encoding, DHEERA_BASE_REQUEST (fixture.request), &fixture.error);
      g_assert_no_error (fixture.error);
      g_assert_cmpstr (count->url, ==, "https://v.example/v1/projects/p/locations/l/publishers/anthropic/models/count-tokens:rawPredict");
      counted = dup_body (count);
      g_assert_cmpstr (counted, ==, "{\"anthropic_version\":\"vertex-2023-10-16\",\"model\":\"claude-sonnet-4-5@20250929\"," HI "}");
    }
}

/* Only of Anthropic's models, and only on Vertex AI */
static void
test_protocol_for (void)
{
  g_autoptr (DheeraProvider) vertex = dheera_provider_new ("vertexai");
  g_autoptr (DheeraProvider) gemini = dheera_provider_new ("gemini");
  g_autoptr (DheeraProvider) anthropic = dheera_provider_new ("anthropic");

  g_assert_true (dheera_provider_get_protocol_for (vertex, "claude-x")->decode_frame == dheera_anthropic_decode_frame);
  g_assert_true (dheera_provider_get_protocol_for (vertex, "gemini-2.5-pro") == &dheera_gemini);
  g_assert_true (dheera_provider_get_protocol_for (vertex, "claude-fans/gemini-2.5-pro") == &dheera_gemini);
  g_assert_true (dheera_provider_get_protocol_for (vertex, NULL) == &dheera_gemini);
  g_assert_true (dheera_provider_get_protocol_for (gemini, "claude-x") == &dheera_gemini);
  g_assert_true (dheera_provider_get_protocol_for (anthropic, "claude-x") == &dheera_anthropic);
}

/* --- The other tasks ----------------------------------------------------------------------------- */

static void
test_count (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (DheeraHttpRequest) http = NULL;
  g_autofree char *body = NULL;

  set_up (&fixture, MIDDLE, "{" HI ",\"max_tokens\":5000,\"temperature\":2,\"seed\":4,\"stop\":\"x\",\"user\":\"u\",\"tools\":[" TOOL "],\"reasoning_effort\":\"low\"}");
  http = dheera_anthropic.tasks[DHEERA_TASK_COUNT_TOKENS].encode (&fixture.encoding, DHEERA_BASE_REQUEST (fixture.request), &fixture.error);
  g_assert_no_error (fixture.error);
  g_assert_cmpstr (http->url, ==, "https://api.example/v1/messages/count_tokens");
  g_assert_cmpint (http->framing, ==, DHEERA_FRAMING_WHOLE);
  g_assert_cmpstr (dheera_http_request_get_header (http, "anthropic-version"), ==, "2023-06-01");
  body = dup_body (http);
  g_assert_cmpstr (body, ==, "{\"model\":\"" MIDDLE "\"," HI ",\"tools\":[" BLOCK "],\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024}}");
}

static void
test_models (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (DheeraModelsRequest) request = dheera_models_request_new ("anthropic");
  g_autoptr (DheeraHttpRequest) http = NULL;

  set_up (&fixture, MIDDLE, "{" HI "}");
  http = dheera_anthropic.tasks[DHEERA_TASK_LIST_MODELS].encode (&fixture.encoding, DHEERA_BASE_REQUEST (request), &fixture.error);
  g_assert_no_error (fixture.error);
  g_assert_cmpstr (http->method, ==, "GET");
  g_assert_cmpstr (http->url, ==, "https://api.example/v1/models?limit=1000");
  g_assert_cmpstr (dheera_http_request_get_header (http, "anthropic-version"), ==, "2023-06-01");
  g_assert_null (http->body);
}

/* --- Keys ---------------------------------------------------------------------------------------- */

static void
test_keys (void)
{
  static const struct
  {
    const char *key;
    DheeraAuth auth;
  } cases[] = {
    { "sk-ant-api03-x", DHEERA_AUTH_HEADER },
    { "sk-ant-oat01-x", DHEERA_AUTH_BEARER },
    { "token-of-the-environment", DHEERA_AUTH_BEARER },
    { "anything", DHEERA_AUTH_HEADER },
  };
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (DheeraHttpRequest) http = NULL;
  g_autoptr (DheeraHttpRequest) own = NULL;
  g_autofree char *from_key = NULL;
  g_autofree char *from_token = NULL;

  set_up (&fixture, MIDDLE, "{" HI "}");
  http = encode (&fixture);
  g_setenv ("ANTHROPIC_AUTH_TOKEN", "token-of-the-environment", TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      dheera_provider_place_key (fixture.provider, http, cases[i].key, FALSE);
      g_assert_cmpint (http->auth, ==, cases[i].auth);
    }

  g_unsetenv ("ANTHROPIC_API_KEY");
  from_token = dheera_provider_dup_key (fixture.provider);
  g_assert_cmpstr (from_token, ==, "token-of-the-environment");
  g_setenv ("ANTHROPIC_API_KEY", "key-of-the-environment", TRUE);
  from_key = dheera_provider_dup_key (fixture.provider);
  g_assert_cmpstr (from_key, ==, "key-of-the-environment");
  g_unsetenv ("ANTHROPIC_API_KEY");
  g_unsetenv ("ANTHROPIC_AUTH_TOKEN");

  /* Who brings a header of that kind needs no key. */
  dheera_base_request_set_header (DHEERA_BASE_REQUEST (fixture.request), "Authorization", "Bearer x");
  own = encode (&fixture);
  g_assert_cmpint (own->auth, ==, DHEERA_AUTH_NONE);
  dheera_provider_place_key (fixture.provider, own, "sk-ant-oat01-x", FALSE);
  g_assert_cmpint (own->auth, ==, DHEERA_AUTH_NONE);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/anthropic/plain", test_plain);
  g_test_add_func ("/anthropic/urls", test_urls);
  g_test_add_func ("/anthropic/max-tokens", test_max_tokens);
  g_test_add_func ("/anthropic/members", test_members);
  g_test_add_func ("/anthropic/turns", test_turns);
  g_test_add_func ("/anthropic/parts", test_parts);
  g_test_add_func ("/anthropic/parts-refused", test_parts_refused);
  g_test_add_func ("/anthropic/files", test_files);
  g_test_add_func ("/anthropic/tools", test_tools);
  g_test_add_func ("/anthropic/server-tools", test_server_tools);
  g_test_add_func ("/anthropic/results", test_results);
  g_test_add_func ("/anthropic/natives", test_natives);
  g_test_add_func ("/anthropic/thinking", test_thinking);
  g_test_add_func ("/anthropic/budget", test_budget);
  g_test_add_func ("/anthropic/json", test_json);
  g_test_add_func ("/anthropic/json-beside-server-tools", test_json_beside_server_tools);
  g_test_add_func ("/anthropic/json-flag", test_json_flag);
  g_test_add_func ("/anthropic/schema", test_schema);
  g_test_add_func ("/anthropic/refused", test_refused);
  g_test_add_func ("/anthropic/vertex", test_vertex);
  g_test_add_func ("/anthropic/protocol-for", test_protocol_for);
  g_test_add_func ("/anthropic/count", test_count);
  g_test_add_func ("/anthropic/models", test_models);
  g_test_add_func ("/anthropic/keys", test_keys);

  return g_test_run ();
}
