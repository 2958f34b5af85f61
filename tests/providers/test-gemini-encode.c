/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Requests of generateContent: the body that an OpenAI-like request becomes, its address, and what is refused instead. */

#include "encode-fixture.h"

#include "dheera-ai/model/messages/dheera-conversation-private.h"
#include "dheera-ai/model/messages/dheera-message-private.h"
#include "dheera-ai/model/messages/dheera-part-private.h"

/* members: of the request's JSON, without model */
static void
set_up (Fixture    *fixture,
        const char *provider,
        const char *model,
        const char *members)
{
  g_autofree char *json = g_strdup_printf ("{\"model\":\"unused/name\",%s}", members);
  DheeraRequest *request = dheera_request_new_from_json (json, &fixture->error);

  g_assert_no_error (fixture->error);
  g_assert_true (dheera_base_request_validate (DHEERA_BASE_REQUEST (request), &fixture->error));
  fixture_begin (fixture, provider, request,
                 strcmp (provider, "gemini") == 0 ? "https://generativelanguage.googleapis.com/v1beta"
                                                  : "https://aiplatform.googleapis.com/v1beta1/projects/p/locations/global",
                 model);
}

static void
assert_body (const char *provider,
             const char *model,
             const char *members,
             const char *expected)
{
  g_auto (Fixture) fixture = { 0 };
  g_autofree char *body = NULL;

  set_up (&fixture, provider, model, members);
  body = encode_body (&fixture);
  g_assert_cmpstr (body, ==, expected);
  g_assert_cmpuint (fixture.encoding.warnings->len, ==, 0);
}

/* Of Gemini 2.5 Flash, where nothing else is said */
static void
assert_flash (const char *members,
              const char *expected)
{
  assert_body ("gemini", "gemini-2.5-flash", members, expected);
}

#define HI "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]"
#define CONTENTS "\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hi\"}]}]"

static void
test_turns (void)
{
  assert_flash (HI, "{" CONTENTS "}");
  assert_flash ("\"messages\":[{\"role\":\"system\",\"content\":\"S\"},{\"role\":\"developer\",\"content\":\"D\"},{\"role\":\"user\",\"content\":\"a\"},"
                "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"b\"},{\"type\":\"text\",\"text\":\"\"}]},"
                "{\"role\":\"assistant\",\"content\":\"c\"},{\"role\":\"assistant\",\"content\":null,\"refusal\":\"no\"},"
                "{\"role\":\"system\",\"content\":\"late\"},{\"role\":\"user\",\"content\":\"\"}]",
                "{\"systemInstruction\":{\"parts\":[{\"text\":\"S\"},{\"text\":\"D\"}]},"
                "\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"a\"},{\"text\":\"b\"}]},"
                "{\"role\":\"model\",\"parts\":[{\"text\":\"c\"},{\"text\":\"no\"}]},"
                "{\"role\":\"user\",\"parts\":[{\"text\":\"late\"}]}]}");
  /* It has no instructions. */
  assert_body ("gemini", "gemma-3-27b-it", "\"messages\":[{\"role\":\"system\",\"content\":\"S\"},{\"role\":\"user\",\"content\":\"a\"}]",
               "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"S\"},{\"text\":\"a\"}]}]}");
}

static void
test_media (void)
{
  assert_flash ("\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"?\"},"
                "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/webp;base64,aGk=\"}},"
                "{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://a.example/b.PNG?c=d\"}},"
                "{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://a.example/b\"}},"
                "{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"aGk=\",\"format\":\"wav\"}},"
                "{\"type\":\"file\",\"file\":{\"file_data\":\"data:application/pdf;base64,aGk=\",\"filename\":\"a.pdf\"}},"
                "{\"type\":\"file\",\"file\":{\"file_id\":\"files/abc-1\"}},"
                "{\"type\":\"file\",\"file\":{\"file_id\":\"https://www.youtube.com/watch?v=x\"}}]}]",
                "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"?\"},"
                "{\"inlineData\":{\"mimeType\":\"image/webp\",\"data\":\"aGk=\"}},"
                "{\"fileData\":{\"mimeType\":\"image/png\",\"fileUri\":\"https://a.example/b.PNG?c=d\"}},"
                "{\"fileData\":{\"mimeType\":\"image/jpeg\",\"fileUri\":\"https://a.example/b\"}},"
                "{\"inlineData\":{\"mimeType\":\"audio/wav\",\"data\":\"aGk=\"}},"
                "{\"inlineData\":{\"mimeType\":\"application/pdf\",\"data\":\"aGk=\"}},"
                "{\"fileData\":{\"fileUri\":\"https://generativelanguage.googleapis.com/v1beta/files/abc-1\"}},"
                "{\"fileData\":{\"mimeType\":\"video/mp4\",\"fileUri\":\"https://www.youtube.com/watch?v=x\"}}]}]}");
  assert_body ("vertexai", "gemini-2.5-flash",
               "\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"gs://bucket/a.jpg\"}},"
               "{\"type\":\"file\",\"file\":{\"file_id\":\"gs://bucket/data\"}}]}]",
               "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"fileData\":{\"mimeType\":\"image/jpeg\",\"fileUri\":\"gs://bucket/a.jpg\"}},"
               "{\"fileData\":{\"mimeType\":\"application/octet-stream\",\"fileUri\":\"gs://bucket/data\"}}]}]}");
}

static void
assert_refused (const char  *provider,
                const char  *model,
                const char  *members,
                DheeraError  code,
                const char  *word)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (DheeraHttpRequest) http = NULL;

  set_up (&fixture, provider, model, members);
  http = encode (&fixture);
  g_assert_null (http);
  g_assert_error (fixture.error, DHEERA_ERROR, (int) code);
  if (strstr (fixture.error->message, word) == NULL)
    g_error ("“%s” has no “%s”", fixture.error->message, word);
  g_assert_true (g_str_has_suffix (fixture.error->message, "."));
}

static void
test_refused_addresses (void)
{
  static const char *const uris[] = { "http://a.example/b.png", "gs://bucket/b.png", "file:///etc/passwd", "ftp://a.example/b" };

  for (guint i = 0; i < G_N_ELEMENTS (uris); i++)
    {
      g_autofree char *members = g_strdup_printf (
        "\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"%s\"}}]}]", uris[i]);

      assert_refused ("gemini", "gemini-2.5-flash", members, DHEERA_ERROR_INVALID_REQUEST, uris[i]);
    }
}

#define WEATHER "{\"type\":\"function\",\"function\":{\"name\":\"weather\",\"description\":\"d\",\"parameters\":" \
                "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}},\"additionalProperties\":false}}}"
#define NOTHING "{\"type\":\"function\",\"function\":{\"name\":\"now\",\"parameters\":{\"type\":\"object\",\"properties\":{}}}}"
#define STRICT "{\"type\":\"function\",\"function\":{\"name\":\"now\",\"strict\":true}}"

static void
test_tools (void)
{
  assert_flash (HI ",\"tools\":[" WEATHER "," NOTHING "]",
                "{" CONTENTS ",\"tools\":[{\"functionDeclarations\":[{\"name\":\"weather\",\"description\":\"d\",\"parametersJsonSchema\":"
                "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}},\"additionalProperties\":false}},"
                "{\"name\":\"now\",\"parametersJsonSchema\":{\"type\":\"object\",\"properties\":{}}}]}]}");
  assert_body ("gemini", "gemini-2.0-flash", HI ",\"tools\":[" WEATHER "," NOTHING "]",
               "{" CONTENTS ",\"tools\":[{\"functionDeclarations\":[{\"name\":\"weather\",\"description\":\"d\",\"parameters\":"
               "{\"type\":\"OBJECT\",\"properties\":{\"city\":{\"type\":\"STRING\"}}}},{\"name\":\"now\"}]}]}");
}

static void
test_tool_choice (void)
{
  static const struct
  {
    const char *choice;
    const char *config;
  } cases[] = {
    { "\"auto\"", "{\"mode\":\"AUTO\"}" },
    { "\"none\"", "{\"mode\":\"NONE\"}" },
    { "\"required\"", "{\"mode\":\"ANY\"}" },
    { "{\"type\":\"function\",\"function\":{\"name\":\"now\"}}", "{\"mode\":\"ANY\",\"allowedFunctionNames\":[\"now\"]}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *members = g_strdup_printf (HI ",\"tools\":[" NOTHING "],\"tool_choice\":%s", cases[i].choice);
      g_autofree char *expected = g_strdup_printf (
        "{" CONTENTS ",\"tools\":[{\"functionDeclarations\":[{\"name\":\"now\",\"parametersJsonSchema\":{\"type\":\"object\",\"properties\":{}}}]}],"
        "\"toolConfig\":{\"functionCallingConfig\":%s}}", cases[i].config);

      assert_flash (members, expected);
    }

  /* As AUTO, but held to the schema */
  assert_flash (HI ",\"tools\":[" STRICT "]",
                "{" CONTENTS ",\"tools\":[{\"functionDeclarations\":[{\"name\":\"now\"}]}],"
                "\"toolConfig\":{\"functionCallingConfig\":{\"mode\":\"VALIDATED\"}}}");
}

#define CALL(id, name, arguments) "{\"id\":\"" id "\",\"type\":\"function\",\"function\":{\"name\":\"" name "\",\"arguments\":\"" arguments "\"}}"
#define CALLS "{\"role\":\"user\",\"content\":\"Hi\"},{\"role\":\"assistant\",\"content\":\"So.\",\"tool_calls\":[" \
              CALL ("c1", "f", "{\\\"a\\\": 1}") "," CALL ("c2", "g", "") "]}"
#define RESULTS "{\"role\":\"tool\",\"tool_call_id\":\"c2\",\"content\":\"sunny\"}," \
                "{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"{\\\"t\\\": 21}\"}"

static void
test_results (void)
{
  /* In the order of the calls, ahead of the user's own words */
  assert_flash ("\"messages\":[" CALLS ",{\"role\":\"user\",\"content\":\"And?\"}," RESULTS "]",
                "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hi\"}]},{\"role\":\"model\",\"parts\":[{\"text\":\"So.\"},"
                "{\"functionCall\":{\"id\":\"c1\",\"name\":\"f\",\"args\":{\"a\": 1}}},{\"functionCall\":{\"id\":\"c2\",\"name\":\"g\",\"args\":{}}}]},"
                "{\"role\":\"user\",\"parts\":[{\"functionResponse\":{\"id\":\"c1\",\"name\":\"f\",\"response\":{\"t\": 21}}},"
                "{\"functionResponse\":{\"id\":\"c2\",\"name\":\"g\",\"response\":{\"output\":\"sunny\"}}},{\"text\":\"And?\"}]}]}");
  /* Vertex AI tells calls apart by their order. */
  assert_body ("vertexai", "gemini-2.5-flash", "\"messages\":[" CALLS "," RESULTS "]",
               "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hi\"}]},{\"role\":\"model\",\"parts\":[{\"text\":\"So.\"},"
               "{\"functionCall\":{\"name\":\"f\",\"args\":{\"a\": 1}}},{\"functionCall\":{\"name\":\"g\",\"args\":{}}}]},"
               "{\"role\":\"user\",\"parts\":[{\"functionResponse\":{\"name\":\"f\",\"response\":{\"t\": 21}}},"
               "{\"functionResponse\":{\"name\":\"g\",\"response\":{\"output\":\"sunny\"}}}]}]}");
  assert_flash ("\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"},{\"role\":\"assistant\",\"tool_calls\":[" CALL ("c1", "f", "{}") "]},"
                "{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"no such city\",\"is_error\":true}]",
                "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hi\"}]},"
                "{\"role\":\"model\",\"parts\":[{\"functionCall\":{\"id\":\"c1\",\"name\":\"f\",\"args\":{}}}]},"
                "{\"role\":\"user\",\"parts\":[{\"functionResponse\":{\"id\":\"c1\",\"name\":\"f\",\"response\":{\"error\":\"no such city\"}}}]}]}");
  /* Also what has the form of a result that is an object */
  assert_flash ("\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"},{\"role\":\"assistant\",\"tool_calls\":[" CALL ("c1", "f", "{}") "]},"
                "{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"{}\",\"is_error\":true}]",
                "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hi\"}]},"
                "{\"role\":\"model\",\"parts\":[{\"functionCall\":{\"id\":\"c1\",\"name\":\"f\",\"args\":{}}}]},"
                "{\"role\":\"user\",\"parts\":[{\"functionResponse\":{\"id\":\"c1\",\"name\":\"f\",\"response\":{\"error\":\"{}\"}}}]}]}");
  assert_refused ("gemini", "gemini-2.5-flash",
                  "\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"tool\",\"tool_call_id\":\"lost\",\"content\":\"x\"}]",
                  DHEERA_ERROR_INVALID_REQUEST, "“lost”");
  assert_refused ("gemini", "gemini-2.5-flash",
                  "\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"tool_calls\":[" CALL ("c1", "f", "[1]") "]}]",
                  DHEERA_ERROR_INVALID_REQUEST, "“c1”");
}

/* Pictures go back to where they stood among the words of the answer, with what they were signed with; one that was added by hand to the end. */
static void
test_media_places (void)
{
#define PICTURE(data) "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64," data "\"}}"
#define INLINE(data) "{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"" data "\"}"
  assert_flash ("\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"},{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"ab\"},"
                PICTURE ("YQ==") "," PICTURE ("Yg==") "," PICTURE ("Yw==") "],\"provider_blocks\":["
                "{\"family\":\"gemini\",\"block\":{\"media\":0,\"thoughtSignature\":\"s\"}},"
                "{\"family\":\"gemini\",\"block\":{\"media\":1},\"after_text\":1},"
                "{\"family\":\"gemini\",\"block\":{\"media\":7},\"after_text\":1}]},{\"role\":\"user\",\"content\":\"u\"}]",
                "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hi\"}]},"
                "{\"role\":\"model\",\"parts\":[" INLINE ("YQ==") ",\"thoughtSignature\":\"s\"},{\"text\":\"a\"}," INLINE ("Yg==") "},"
                "{\"text\":\"b\"}," INLINE ("Yw==") "}]},{\"role\":\"user\",\"parts\":[{\"text\":\"u\"}]}]}");
}

/* The picture that a tool gave */
static void
test_media_of_results (void)
{
  static const char *const members =
    "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"},{\"role\":\"assistant\",\"tool_calls\":[" CALL ("c1", "f", "{}") "]},"
    "{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":[{\"type\":\"text\",\"text\":\"t\"},"
    "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,aGk=\"}}]}]";

  assert_flash (members,
                "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hi\"}]},"
                "{\"role\":\"model\",\"parts\":[{\"functionCall\":{\"id\":\"c1\",\"name\":\"f\",\"args\":{}}}]},"
                "{\"role\":\"user\",\"parts\":[{\"functionResponse\":{\"id\":\"c1\",\"name\":\"f\",\"response\":{\"output\":\"t\"}}},"
                "{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"aGk=\"}}]}]}");
  assert_body ("gemini", "gemini-3-flash-preview", members,
               "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hi\"}]},"
               "{\"role\":\"model\",\"parts\":[{\"functionCall\":{\"id\":\"c1\",\"name\":\"f\",\"args\":{}},"
               "\"thoughtSignature\":\"skip_thought_signature_validator\"}]},"
               "{\"role\":\"user\",\"parts\":[{\"functionResponse\":{\"id\":\"c1\",\"name\":\"f\",\"response\":{\"output\":\"t\"},"
               "\"parts\":[{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"aGk=\"}}]}}]}]}");
}

/* Signatures go back to where they were; a call of another provider's has none. */
static void
test_signatures (void)
{
  static const char *const signed_calls =
    "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"},{\"role\":\"assistant\",\"tool_calls\":["
    "{\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"},\"extra_content\":{\"google\":{\"thought_signature\":\"S+/=\"}}},"
    CALL ("c2", "g", "{}") "]},{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"1\"},{\"role\":\"tool\",\"tool_call_id\":\"c2\",\"content\":\"2\"}]";

  assert_body ("vertexai", "gemini-3-pro-preview", signed_calls,
               "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hi\"}]},"
               "{\"role\":\"model\",\"parts\":[{\"functionCall\":{\"name\":\"f\",\"args\":{}},\"thoughtSignature\":\"S+/=\"},"
               "{\"functionCall\":{\"name\":\"g\",\"args\":{}}}]},"
               "{\"role\":\"user\",\"parts\":[{\"functionResponse\":{\"name\":\"f\",\"response\":{\"output\":\"1\"}}},"
               "{\"functionResponse\":{\"name\":\"g\",\"response\":{\"output\":\"2\"}}}]}]}");
}

/* Of the last answer of a conversation, the parts that go back */
static char *
replay (const char *answer,
        const char *changed_text)
{
  g_auto (Fixture) fixture = { 0 };
  DheeraDecoder *decoder;
  DheeraMessage *message;
  g_autofree char *body = NULL;
  const char *parts;

  set_up (&fixture, "gemini", "gemini-3-pro-preview", HI);
  decoder = dheera_decoder_new (fixture.provider);
  g_assert_cmpint (decoder->protocol->decode_chat (decoder, answer, strlen (answer)), ==, DHEERA_DECODED_END);
  message = dheera_response_get_message (dheera_accumulator_get_response (decoder->accumulator));
  if (changed_text != NULL)
    dheera_message_set_text (message, changed_text);
  dheera_conversation_append (dheera_request_get_conversation (fixture.request), message);
  body = encode_body (&fixture);
  dheera_decoder_free (decoder);

  parts = strstr (body, "\"role\":\"model\",\"parts\":[") + strlen ("\"role\":\"model\",\"parts\":[");

  return g_strndup (parts, strlen (parts) - strlen ("]}]}"));
}

#define ANSWER(parts) "[{\"candidates\":[{\"content\":{\"parts\":[" parts "]},\"finishReason\":\"STOP\"}]}]"

static void
test_replay (void)
{
  static const struct
  {
    const char *parts;
    const char *expected; /* NULL: the same */
  } cases[] = {
    { ANSWER ("{\"text\":\"grün\",\"thoughtSignature\":\"a\\u003d\"}"), "{\"text\":\"grün\",\"thoughtSignature\":\"a\\u003d\"}" },
    { ANSWER ("{\"text\":\"a\"},{\"text\":\"b\"},{\"text\":\"\",\"thoughtSignature\":\"s\"}"),
      "{\"text\":\"ab\"},{\"text\":\"\",\"thoughtSignature\":\"s\"}" },
    { ANSWER ("{\"text\":\"t\",\"thought\":true,\"thoughtSignature\":\"s\"},{\"text\":\"u\",\"thought\":true},{\"text\":\"a\"}"),
      "{\"text\":\"t\",\"thought\":true,\"thoughtSignature\":\"s\"},{\"text\":\"a\"}" },
    { ANSWER ("{\"text\":\"a\"},{\"text\":\"b\", \"thoughtSignature\":\"s\"},{\"text\":\"c\"}"),
      "{\"text\":\"a\"},{\"text\":\"b\", \"thoughtSignature\":\"s\"},{\"text\":\"c\"}" },
    { ANSWER ("{\"text\":\"a\"},{\"executableCode\":{\"code\":\"1\"}},{\"codeExecutionResult\":{\"output\":\"1\"}},{\"text\":\"b\"}"),
      "{\"text\":\"a\"},{\"executableCode\":{\"code\":\"1\"}},{\"codeExecutionResult\":{\"output\":\"1\"}},{\"text\":\"b\"}" },
    { ANSWER ("{\"text\":\"a\"},{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"aGk=\"},\"thoughtSignature\":\"s\"}"),
      "{\"text\":\"a\"},{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"aGk=\"},\"thoughtSignature\":\"s\"}" },
    { ANSWER ("{\"functionCall\":{\"id\":\"1\",\"name\":\"f\",\"args\":{}},\"thoughtSignature\":\"s\"},{\"text\":\"\",\"thoughtSignature\":\"t\"}"),
      "{\"functionCall\":{\"id\":\"1\",\"name\":\"f\",\"args\":{}},\"thoughtSignature\":\"s\"},{\"text\":\"\",\"thoughtSignature\":\"t\"}" },
  };
  g_autofree char *changed = replay (ANSWER ("{\"text\":\"a\"},{\"text\":\"b\",\"thoughtSignature\":\"s\"}"), "other");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *parts = replay (cases[i].parts, NULL);

      g_assert_cmpstr (parts, ==, cases[i].expected);
    }

  /* Nobody signed what was changed. */
  g_assert_cmpstr (changed, ==, "{\"text\":\"o\"},{\"text\":\"ther\"}");
}

static void
test_config (void)
{
  assert_flash (HI ",\"temperature\":0.5,\"top_p\":0.25,\"top_k\":7,\"max_tokens\":9,\"n\":2,\"stop\":[\"a\",\"b\"],\"seed\":3,"
                "\"presence_penalty\":0.5,\"frequency_penalty\":-0.5,\"logprobs\":true,\"top_logprobs\":4",
                "{" CONTENTS ",\"generationConfig\":{\"maxOutputTokens\":9,\"temperature\":0.5,\"topP\":0.25,\"topK\":7,\"candidateCount\":2,"
                "\"presencePenalty\":0.5,\"frequencyPenalty\":-0.5,\"stopSequences\":[\"a\",\"b\"],\"responseLogprobs\":true,\"logprobs\":4,"
                "\"seed\":3}}");
  assert_flash (HI ",\"response_format\":{\"type\":\"json_object\"}",
                "{" CONTENTS ",\"generationConfig\":{\"responseMimeType\":\"application/json\"}}");
  assert_flash (HI ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"x\",\"schema\":{\"type\":\"object\"}}}",
                "{" CONTENTS ",\"generationConfig\":{\"responseMimeType\":\"application/json\",\"responseJsonSchema\":{\"type\":\"object\"}}}");
  assert_body ("gemini", "gemini-1.5-pro-002",
               HI ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"x\",\"schema\":{\"type\":[\"integer\",\"null\"]}}}",
               "{" CONTENTS ",\"generationConfig\":{\"responseMimeType\":\"application/json\",\"responseSchema\":"
               "{\"type\":\"INTEGER\",\"nullable\":true}}}");
  assert_refused ("gemini", "gemini-2.5-flash", HI ",\"seed\":2147483648", DHEERA_ERROR_UNSUPPORTED_PARAMETER, "seed");
}

static void
test_reasoning (void)
{
  static const struct
  {
    const char *model;
    const char *members;
    const char *config; /* NULL: there is none */
  } cases[] = {
    { "gemini-2.5-flash", "\"reasoning_effort\":\"none\"", "{\"thinkingBudget\":0}" },
    { "gemini-2.5-flash", "\"reasoning_effort\":\"minimal\"", "{\"includeThoughts\":true,\"thinkingBudget\":1024}" },
    { "gemini-2.5-flash", "\"reasoning_effort\":\"medium\"", "{\"includeThoughts\":true,\"thinkingBudget\":8192}" },
    { "gemini-2.5-flash", "\"reasoning_effort\":\"max\"", "{\"includeThoughts\":true,\"thinkingBudget\":24576}" },
    { "gemini-2.5-pro", "\"reasoning_effort\":\"xhigh\"", "{\"includeThoughts\":true,\"thinkingBudget\":32768}" },
    { "gemini-2.5-flash", "\"reasoning_effort\":\"auto\"", "{\"includeThoughts\":true,\"thinkingBudget\":-1}" },
    { "models/gemini-3-flash-preview", "\"reasoning_effort\":\"minimal\"", "{\"includeThoughts\":true,\"thinkingLevel\":\"minimal\"}" },
    { "gemini-3-pro-preview", "\"reasoning_effort\":\"minimal\"", "{\"includeThoughts\":true,\"thinkingLevel\":\"low\"}" },
    { "gemini-3-pro-preview", "\"reasoning_effort\":\"medium\"", "{\"includeThoughts\":true,\"thinkingLevel\":\"high\"}" },
    { "gemini-3.1-pro-preview", "\"reasoning_effort\":\"medium\"", "{\"includeThoughts\":true,\"thinkingLevel\":\"medium\"}" },
    { "gemini-flash-latest", "\"reasoning_effort\":\"xhigh\"", "{\"includeThoughts\":true,\"thinkingLevel\":\"high\"}" },
    { "gemini-3-flash-preview", "\"reasoning_effort\":\"auto\"", "{\"includeThoughts\":true}" },
    { "tunedModels/mine", "\"reasoning_effort\":\"low\"", "{\"includeThoughts\":true,\"thinkingBudget\":1024}" },
    { "gemini-2.0-flash", "\"reasoning_effort\":\"none\"", NULL },
    { "gemma-3-27b-it", "\"reasoning_effort\":\"none\"", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *members = g_strconcat (HI ",", cases[i].members, NULL);
      g_autofree char *expected = cases[i].config != NULL
                                    ? g_strdup_printf ("{" CONTENTS ",\"generationConfig\":{\"thinkingConfig\":%s}}", cases[i].config)
                                    : g_strdup ("{" CONTENTS ",\"generationConfig\":{}}");

      assert_body ("gemini", cases[i].model, members, expected);
    }

  assert_refused ("gemini", "gemini-2.5-pro", HI ",\"reasoning_effort\":\"none\"", DHEERA_ERROR_UNSUPPORTED_PARAMETER, "128");
  assert_refused ("gemini", "gemini-3-flash-preview", HI ",\"reasoning_effort\":\"none\"", DHEERA_ERROR_UNSUPPORTED_PARAMETER, "minimal");
  assert_refused ("gemini", "gemini-2.0-flash", HI ",\"reasoning_effort\":\"low\"", DHEERA_ERROR_UNSUPPORTED_PARAMETER, "thinking");
  assert_refused ("gemini", "gemini-2.5-flash", HI ",\"reasoning_effort\":\"a lot\"", DHEERA_ERROR_UNSUPPORTED_PARAMETER, "xhigh");
}

/* A number goes before a word. */
static void
test_budget (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_auto (Fixture) pro = { 0 };
  g_autofree char *body = NULL;
  g_autoptr (DheeraHttpRequest) http = NULL;

  set_up (&fixture, "gemini", "gemini-3-flash-preview", HI ",\"reasoning_effort\":\"high\"");
  dheera_request_set_reasoning_budget (fixture.request, 512);
  body = encode_body (&fixture);
  g_assert_cmpstr (body, ==, "{" CONTENTS ",\"generationConfig\":{\"thinkingConfig\":{\"includeThoughts\":true,\"thinkingBudget\":512}}}");

  set_up (&pro, "gemini", "gemini-2.5-pro", HI);
  dheera_request_set_reasoning_budget (pro.request, 0);
  http = encode (&pro);
  g_assert_null (http);
  g_assert_error (pro.error, DHEERA_ERROR, DHEERA_ERROR_UNSUPPORTED_PARAMETER);
}

static void
test_params (void)
{
  assert_flash (HI ",\"service_tier\":\"default\"", "{" CONTENTS ",\"serviceTier\":\"standard\"}");
  assert_flash (HI ",\"service_tier\":\"flex\"", "{" CONTENTS ",\"serviceTier\":\"flex\"}");
  assert_flash (HI ",\"service_tier\":\"auto\"", "{" CONTENTS "}");
  assert_flash (HI ",\"parallel_tool_calls\":true", "{" CONTENTS "}");
  assert_body ("vertexai", "gemini-2.5-flash", HI ",\"metadata\":{\"team\":\"a\"}", "{" CONTENTS ",\"labels\":{\"team\":\"a\"}}");
  assert_refused ("gemini", "gemini-2.5-flash", HI ",\"metadata\":{\"team\":\"a\"}", DHEERA_ERROR_UNSUPPORTED_PARAMETER, "metadata");
  assert_refused ("vertexai", "gemini-2.5-flash", HI ",\"service_tier\":\"flex\"", DHEERA_ERROR_UNSUPPORTED_PARAMETER, "service_tier");
  assert_refused ("gemini", "gemini-2.5-flash", HI ",\"user\":\"me\"", DHEERA_ERROR_UNSUPPORTED_PARAMETER, "user");
  assert_refused ("gemini", "gemini-2.5-flash", HI ",\"parallel_tool_calls\":false", DHEERA_ERROR_UNSUPPORTED_PARAMETER,
                  "parallel_tool_calls");
}

static void
test_dropped (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autofree char *body = NULL;

  set_up (&fixture, "gemini", "gemini-2.5-pro", HI ",\"user\":\"me\",\"seed\":4294967296,\"reasoning_effort\":\"none\"");
  fixture.encoding.policy = DHEERA_PARAM_POLICY_DROP;
  body = encode_body (&fixture);
  g_assert_cmpstr (body, ==, "{" CONTENTS ",\"generationConfig\":{}}");
  g_assert_cmpuint (fixture.encoding.warnings->len, ==, 3);
}

/* What OpenAI's words do not know goes as Google calls it. */
static void
test_extra (void)
{
  assert_flash (HI ",\"temperature\":1,\"safetySettings\":[{\"category\":\"HARM_CATEGORY_HARASSMENT\",\"threshold\":\"OFF\"}],"
                "\"generationConfig\":{\"responseModalities\":[\"TEXT\",\"IMAGE\"]},\"cachedContent\":\"cachedContents/x\"",
                "{" CONTENTS ",\"generationConfig\":{\"temperature\":1,\"responseModalities\":[\"TEXT\",\"IMAGE\"]},"
                "\"safetySettings\":[{\"category\":\"HARM_CATEGORY_HARASSMENT\",\"threshold\":\"OFF\"}],\"cachedContent\":\"cachedContents/x\"}");
}

/* Google's own tools stand beside functions, in their form or in that of OpenAI's JSON. */
static void
test_own_tools (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autofree char *body = NULL;

  assert_flash (HI ",\"tools\":[" STRICT ",{\"googleSearch\":{}},{\"type\":\"code_execution\"},{\"type\":\"x\",\"fileSearch\":{\"a\":1}}]",
                "{" CONTENTS ",\"tools\":[{\"functionDeclarations\":[{\"name\":\"now\"}]},{\"googleSearch\":{}},{\"codeExecution\":{}},"
                "{\"fileSearch\":{\"a\":1}}],\"toolConfig\":{\"functionCallingConfig\":{\"mode\":\"VALIDATED\"}}}");

  set_up (&fixture, "gemini", "gemini-2.5-flash", HI);
  dheera_base_request_set_extra (DHEERA_BASE_REQUEST (fixture.request), "{\"tools\":[{\"urlContext\":{}}],\"labels\":{}}");
  body = encode_body (&fixture);
  g_assert_cmpstr (body, ==, "{" CONTENTS ",\"tools\":[{\"urlContext\":{}}],\"labels\":{}}");
}

static void
test_urls (void)
{
  static const struct
  {
    const char *provider;
    const char *base_url;
    const char *model;
    const char *url;
  } cases[] = {
    { "gemini", "https://g/v1beta", "gemini-2.5-flash", "https://g/v1beta/models/gemini-2.5-flash:generateContent" },
    { "gemini", "https://g/v1beta/", "models/gemini-2.5-flash", "https://g/v1beta/models/gemini-2.5-flash:generateContent" },
    { "gemini", "https://g/v1", "tunedModels/mine", "https://g/v1/tunedModels/mine:generateContent" },
    /* Google's libraries put the version behind what the variable says. */
    { "gemini", "http://localhost:8080", "x", "http://localhost:8080/v1beta/models/x:generateContent" },
    { "gemini", "https://proxy/v1/google", "x", "https://proxy/v1/google/models/x:generateContent" },
    { "gemini", "https://proxy/google?key=a", "x", "https://proxy/google/v1beta/models/x:generateContent?key=a" },
    /* No name leaves its place. */
    { "gemini", "https://g/v1beta", "../../upload?x=1&y#z", "https://g/v1beta/models/%252E%252E/%252E%252E/upload%3Fx%3D1%26y%23z:generateContent" },
    { "gemini", "https://g/v1beta", "a:deleteAll", "https://g/v1beta/models/a%3AdeleteAll:generateContent" },
    { "vertexai", "https://v/v1/projects/p/locations/l", "gemini-2.5-flash",
      "https://v/v1/projects/p/locations/l/publishers/google/models/gemini-2.5-flash:generateContent" },
    { "vertexai", "https://v/v1/projects/p/locations/l", "google/gemini-2.5-flash",
      "https://v/v1/projects/p/locations/l/publishers/google/models/gemini-2.5-flash:generateContent" },
    { "vertexai", "https://v/v1/projects/p/locations/l", "publishers/google/models/x",
      "https://v/v1/projects/p/locations/l/publishers/google/models/x:generateContent" },
    { "vertexai", "https://v/v1/projects/p/locations/l", "endpoints/123", "https://v/v1/projects/p/locations/l/endpoints/123:generateContent" },
    { "vertexai", "https://v/v1/projects/p/locations/l", "projects/q/locations/m/endpoints/123",
      "https://v/v1/projects/q/locations/m/endpoints/123:generateContent" },
    { "vertexai", "https://v/v1beta1", "x", "https://v/v1beta1/publishers/google/models/x:generateContent" },
    { "vertexai", "https://v", "x", "https://v/v1beta1/publishers/google/models/x:generateContent" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Fixture) fixture = { 0 };
      g_autoptr (DheeraHttpRequest) http = NULL;

      set_up (&fixture, cases[i].provider, cases[i].model, HI);
      fixture.encoding.base_url = cases[i].base_url;
      http = encode (&fixture);
      g_assert_no_error (fixture.error);
      g_assert_cmpstr (http->url, ==, cases[i].url);
      g_assert_cmpint (http->auth, ==, DHEERA_AUTH_HEADER);
      g_assert_cmpstr (http->auth_header, ==, "x-goog-api-key");
      g_assert_cmpint (http->framing, ==, DHEERA_FRAMING_WHOLE);
    }
}

static void
test_publishers (void)
{
  static const char *const models[] = { "meta/llama-4-scout", "publishers/mistralai/models/mistral-large" };

  for (guint i = 0; i < G_N_ELEMENTS (models); i++)
    assert_refused ("vertexai", models[i], HI, DHEERA_ERROR_NOT_SUPPORTED, models[i]);
}

static void
test_stream (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (DheeraHttpRequest) http = NULL;

  set_up (&fixture, "gemini", "x", HI);
  fixture.encoding.stream = TRUE;
  http = encode (&fixture);
  g_assert_cmpstr (http->url, ==, "https://generativelanguage.googleapis.com/v1beta/models/x:streamGenerateContent?alt=sse");
  g_assert_cmpint (http->framing, ==, DHEERA_FRAMING_SSE);
}

/* A property of the provider's, which elsewhere is a query */
static void
test_version (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (DheeraHttpRequest) http = NULL;

  set_up (&fixture, "gemini", "x", HI);
  dheera_provider_set_api_version (fixture.provider, "v1alpha");
  fixture.encoding.base_url = "https://g";
  http = encode (&fixture);
  g_assert_cmpstr (http->url, ==, "https://g/v1alpha/models/x:generateContent");
}

static void
test_count (void)
{
  g_auto (Fixture) gemini = { 0 };
  g_auto (Fixture) vertex = { 0 };
  g_autoptr (DheeraHttpRequest) http = NULL;
  g_autoptr (DheeraHttpRequest) flat = NULL;
  static const char *const members = "\"messages\":[{\"role\":\"system\",\"content\":\"S\"},{\"role\":\"user\",\"content\":\"Hi\"}],\"cachedContent\":\"c\"";

  set_up (&gemini, "gemini", "gemini-2.5-flash", members);
  http = dheera_provider_get_protocol (gemini.provider)->tasks[DHEERA_TASK_COUNT_TOKENS].encode (&gemini.encoding, DHEERA_BASE_REQUEST (gemini.request),
                                                                                              &gemini.error);
  g_assert_no_error (gemini.error);
  g_assert_true (g_str_has_suffix (http->url, "/v1beta/models/gemini-2.5-flash:countTokens"));
  g_assert_cmpstr (g_bytes_get_data (http->body, NULL), ==,
                   "{\"generateContentRequest\":{\"model\":\"models/gemini-2.5-flash\",\"systemInstruction\":{\"parts\":[{\"text\":\"S\"}]},"
                   CONTENTS ",\"cachedContent\":\"c\"}}");

  set_up (&vertex, "vertexai", "gemini-2.5-flash", members);
  flat = dheera_provider_get_protocol (vertex.provider)->tasks[DHEERA_TASK_COUNT_TOKENS].encode (&vertex.encoding, DHEERA_BASE_REQUEST (vertex.request),
                                                                                               &vertex.error);
  g_assert_no_error (vertex.error);
  g_assert_cmpstr (g_bytes_get_data (flat->body, NULL), ==, "{\"systemInstruction\":{\"parts\":[{\"text\":\"S\"}]}," CONTENTS ",\"cachedContent\":\"c\"}");
}

static void
test_models (void)
{
  static const struct
  {
    const char *provider;
    const char *base_url;
    const char *url;
  } cases[] = {
    { "gemini", "https://g/v1beta", "https://g/v1beta/models?pageSize=1000" },
    { "vertexai", "https://v/v1beta1/projects/p/locations/l", "https://v/v1beta1/publishers/google/models?pageSize=1000" },
    { "vertexai", "https://v/v1beta1", "https://v/v1beta1/publishers/google/models?pageSize=1000" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (DheeraProvider) provider = dheera_provider_new (cases[i].provider);
      g_autoptr (DheeraModelsRequest) request = dheera_models_request_new (cases[i].provider);
      DheeraEncoding encoding = { .provider = provider, .base_url = cases[i].base_url };
      g_autoptr (DheeraHttpRequest) http = NULL;
      g_autoptr (GError) error = NULL;

      http = dheera_provider_get_protocol (provider)->tasks[DHEERA_TASK_LIST_MODELS].encode (&encoding, DHEERA_BASE_REQUEST (request), &error);
      g_assert_no_error (error);
      g_assert_cmpstr (http->url, ==, cases[i].url);
      g_assert_cmpstr (http->method, ==, "GET");
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/gemini-encode/turns", test_turns);
  g_test_add_func ("/gemini-encode/media", test_media);
  g_test_add_func ("/gemini-encode/refused-addresses", test_refused_addresses);
  g_test_add_func ("/gemini-encode/tools", test_tools);
  g_test_add_func ("/gemini-encode/tool-choice", test_tool_choice);
  g_test_add_func ("/gemini-encode/results", test_results);
  g_test_add_func ("/gemini-encode/media-places", test_media_places);
  g_test_add_func ("/gemini-encode/media-of-results", test_media_of_results);
  g_test_add_func ("/gemini-encode/signatures", test_signatures);
  g_test_add_func ("/gemini-encode/replay", test_replay);
  g_test_add_func ("/gemini-encode/config", test_config);
  g_test_add_func ("/gemini-encode/reasoning", test_reasoning);
  g_test_add_func ("/gemini-encode/budget", test_budget);
  g_test_add_func ("/gemini-encode/params", test_params);
  g_test_add_func ("/gemini-encode/dropped", test_dropped);
  g_test_add_func ("/gemini-encode/extra", test_extra);
  g_test_add_func ("/gemini-encode/own-tools", test_own_tools);
  g_test_add_func ("/gemini-encode/urls", test_urls);
  g_test_add_func ("/gemini-encode/publishers", test_publishers);
  g_test_add_func ("/gemini-encode/stream", test_stream);
  g_test_add_func ("/gemini-encode/version", test_version);
  g_test_add_func ("/gemini-encode/count", test_count);
  g_test_add_func ("/gemini-encode/models", test_models);

  return g_test_run ();
}
