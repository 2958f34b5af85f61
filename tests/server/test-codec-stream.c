/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "../model/stream-util.h"
#include "codec-util.h"

#define CHAT(members) "{\"model\":\"asked\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"stream\":true" members "}"
#define WITH_USAGE ",\"stream_options\":{\"include_usage\":true}"
#define FINISH(reason) "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" reason "\"}]}"

#define HEAD "data: {\"id\":\"i\",\"object\":\"chat.completion.chunk\",\"created\":7,\"model\":\"m\",\"choices\":["
#define END "]}\n\n"
#define DONE "data: [DONE]\n\n"
#define CHUNK(index, delta) HEAD "{\"index\":" index ",\"delta\":{" delta "},\"logprobs\":null,\"finish_reason\":null}" END
#define LAST(index, delta, reason) HEAD "{\"index\":" index ",\"delta\":{" delta "},\"logprobs\":null,\"finish_reason\":\"" reason "\"}" END
#define CITATION "{\"type\":\"url_citation\",\"url_citation\":{\"url\":\"https://a\",\"title\":\"A\",\"start_index\":1,\"end_index\":2}}"
#define ROLE "\"role\":\"assistant\""

/* What a server does with a stream */
typedef struct
{
  DheeraAsk ask;
  DheeraCodecStream codec;
  Stream *streams[2];
  guint n_written[2];
  GString *out;
} Fixture;

static void
set_up (Fixture    *self,
        DheeraRoute route,
        const char *body)
{
  memset (self, 0, sizeof *self);
  expect_ask (&self->ask, route, body);
  for (guint i = 0; i < 2; i++)
    self->streams[i] = stream_new (TRUE);
  self->out = g_string_new (NULL);
}

static void
tear_down (Fixture *self)
{
  dheera_ask_clear (&self->ask);
  dheera_codec_stream_clear (&self->codec);
  for (guint i = 0; i < 2; i++)
    stream_free (self->streams[i]);
  g_string_free (self->out, TRUE);
}

static void
write_deltas (Fixture *self,
              guint    prompt)
{
  Stream *stream = self->streams[prompt];

  for (; self->n_written[prompt] < stream->deltas->len; self->n_written[prompt]++)
    dheera_codec_write_delta (&self->codec, &self->ask, prompt, g_ptr_array_index (stream->deltas, self->n_written[prompt]),
                              prompt == 0 ? stream_response (stream) : NULL, self->out);
}

static void
feed (Fixture    *self,
      guint       prompt,
      const char *chunk)
{
  stream_feed (self->streams[prompt], chunk);
  write_deltas (self, prompt);
}

static void
end (Fixture *self)
{
  g_autoptr (GPtrArray) responses = g_ptr_array_new ();

  for (guint i = 0; i < self->ask.requests->len; i++)
    {
      stream_finish (self->streams[i]);
      write_deltas (self, i);
      g_ptr_array_add (responses, stream_response (self->streams[i]));
    }
  dheera_codec_write_end (&self->codec, &self->ask, responses, self->out);
}

static const struct
{
  const char *name;
  const char *chunks[6];
  const char *expected;
} cases[] = {
  { "text", { DELTA ("\"content\":\"é\\n\""), DELTA ("\"content\":\"b\""), FINISH ("stop") },
    CHUNK ("0", ROLE ",\"content\":\"é\\n\"") CHUNK ("0", "\"content\":\"b\"") LAST ("0", "", "stop") },
  { "reasoning", { DELTA ("\"reasoning\":\"Hm.\""), DELTA ("\"content\":\"b\""), FINISH ("length") },
    CHUNK ("0", ROLE ",\"content\":\"\",\"reasoning_content\":\"Hm.\"") CHUNK ("0", "\"content\":\"b\"") LAST ("0", "", "length") },
  { "refusal", { DELTA ("\"refusal\":\"No.\""), FINISH ("content_filter") },
    CHUNK ("0", ROLE ",\"content\":\"\",\"refusal\":\"No.\"") LAST ("0", "", "content_filter") },
  { "calls",
    { CALL ("{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"f\"}}"), CALL ("{\"index\":0,\"function\":{\"arguments\":\"{\\\"a\\\":\"}}"),
      CALL ("{\"index\":0,\"function\":{\"arguments\":\"1}\"}}"), CALL ("{\"index\":1,\"id\":\"d\",\"function\":{\"name\":\"g\",\"arguments\":\"{}\"}}"),
      FINISH ("tool_calls") },
    CHUNK ("0", ROLE ",\"content\":null,\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}}]")
    CHUNK ("0", "\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\\\"a\\\":\"}}]")
    CHUNK ("0", "\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"1}\"}}]")
    CHUNK ("0", "\"tool_calls\":[{\"index\":1,\"id\":\"d\",\"type\":\"function\",\"function\":{\"name\":\"g\",\"arguments\":\"{}\"}}]")
    LAST ("0", "", "tool_calls") },
  /* Clients take a call to be whole at the finish reason, so what the library adds at the end comes before it. */
  { "call without arguments", { CALL ("{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"f\"}}"), FINISH ("tool_calls") },
    CHUNK ("0", ROLE ",\"content\":null,\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}}]")
    CHUNK ("0", "\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{}\"}}]") LAST ("0", "", "tool_calls") },
  { "call without a name", { CALL ("{\"index\":0,\"id\":\"c\",\"function\":{\"arguments\":\"{}\"}}"), FINISH ("stop") },
    CHUNK ("0", ROLE ",\"content\":null,\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":\"\",\"arguments\":\"{}\"}}]")
    LAST ("0", "", "tool_calls") },
  { "call and stop", { CALL ("{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}"), FINISH ("stop") },
    CHUNK ("0", ROLE ",\"content\":null,\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]")
    LAST ("0", "", "tool_calls") },
  { "nothing", { FINISH ("stop") }, LAST ("0", ROLE ",\"content\":\"\"", "stop") },
  { "foreign word", { DELTA ("\"content\":\"a\""), FINISH ("pause_turn") }, CHUNK ("0", ROLE ",\"content\":\"a\"") LAST ("0", "", "stop") },
  { "text behind the finish reason", { FINISH ("stop"), DELTA ("\"content\":\"a\"") }, CHUNK ("0", ROLE ",\"content\":\"a\"") LAST ("0", "", "stop") },
  { "no finish reason", { DELTA ("\"content\":\"a\"") }, CHUNK ("0", ROLE ",\"content\":\"a\"") LAST ("0", "", "stop") },
  { "everything at once", { "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":1}}" },
    CHUNK ("0", ROLE ",\"content\":\"a\"") LAST ("0", "", "stop") },
  { "lines", { DELTA ("\"content\":\"a\\nb\",\"audio\":{\n\"a\":\r\n1}"), FINISH ("stop") },
    CHUNK ("0", ROLE ",\"content\":\"a\\nb\",\"audio\":{ \"a\":  1}") LAST ("0", "", "stop") },
  /* The SDKs fail at a second list of them. */
  { "annotations", { DELTA ("\"content\":\"a\",\"annotations\":[" CITATION "]"), DELTA ("\"annotations\":[{\"a\":1}," CITATION "]"), FINISH ("stop") },
    CHUNK ("0", ROLE ",\"content\":\"a\"") LAST ("0", "\"annotations\":[" CITATION "," CITATION "],\"provider_annotations\":[{\"a\":1}]", "stop") },
  { "choices", { "{\"choices\":[{\"index\":1,\"delta\":{\"content\":\"b\"}},{\"index\":0,\"delta\":{\"content\":\"a\"}}]}",
                 "{\"choices\":[{\"index\":1,\"delta\":{\"content\":\"c\"},\"finish_reason\":\"stop\"}]}", FINISH ("length") },
    CHUNK ("0", ROLE ",\"content\":\"a\"") CHUNK ("1", ROLE ",\"content\":\"b\"") CHUNK ("1", "\"content\":\"c\"") LAST ("0", "", "length")
    LAST ("1", "", "stop") },
  { "extras", { "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\",\"audio\":{\"id\": \"x\"}},"
                "\"logprobs\":{\"content\":[{\"token\": \"a\"}]}}]}", FINISH ("stop") },
    HEAD "{\"index\":0,\"delta\":{" ROLE ",\"content\":\"a\",\"audio\":{\"id\": \"x\"}},"
         "\"logprobs\":{\"content\":[{\"token\": \"a\"}],\"refusal\":null},\"finish_reason\":null}" END LAST ("0", "", "stop") },
};

static void
test_chat (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Fixture fixture;
      g_autofree char *expected = g_strconcat (cases[i].expected, DONE, NULL);

      g_test_message ("%s", cases[i].name);
      set_up (&fixture, DHEERA_ROUTE_CHAT, CHAT (""));
      stream_feed (fixture.streams[0], "{\"id\":\"i\",\"model\":\"m\",\"created\":7,\"choices\":[]}");
      for (guint j = 0; j < G_N_ELEMENTS (cases[i].chunks) && cases[i].chunks[j] != NULL; j++)
        feed (&fixture, 0, cases[i].chunks[j]);
      end (&fixture);
      g_assert_cmpstr (fixture.out->str, ==, expected);
      tear_down (&fixture);
    }
}

/* Usage comes in a chunk of its own, and every other one has null. */
static void
test_usage (void)
{
  Fixture fixture;

  set_up (&fixture, DHEERA_ROUTE_CHAT, CHAT (WITH_USAGE));
  feed (&fixture, 0, "{\"id\":\"i\",\"model\":\"m\",\"created\":7,\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}],\"usage\":{\"prompt_tokens\":1}}");
  feed (&fixture, 0, FINISH ("stop"));
  feed (&fixture, 0, "{\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}");
  end (&fixture);
  g_assert_cmpstr (fixture.out->str, ==,
                   HEAD "{\"index\":0,\"delta\":{" ROLE ",\"content\":\"a\"},\"logprobs\":null,\"finish_reason\":null}],\"usage\":null}\n\n"
                   HEAD "{\"index\":0,\"delta\":{},\"logprobs\":null,\"finish_reason\":\"stop\"}],\"usage\":null}\n\n"
                   HEAD "],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2,\"total_tokens\":3}}\n\n" DONE);
  tear_down (&fixture);
}

/* Zeros would be a lie. */
static void
test_unknown_usage (void)
{
  Fixture fixture;

  set_up (&fixture, DHEERA_ROUTE_CHAT, CHAT (WITH_USAGE));
  feed (&fixture, 0, DELTA ("\"content\":\"a\""));
  end (&fixture);
  g_assert_null (strstr (fixture.out->str, "\"choices\":[]"));
  g_assert_true (g_str_has_suffix (fixture.out->str, "\"usage\":null}\n\n" DONE));
  tear_down (&fixture);
}

static void
assert_identity (const char *out,
                 const char *model)
{
  g_auto (GStrv) events = g_strsplit (out, "\n\n", -1);
  guint n_events = g_strv_length (events);
  g_autofree char *first = NULL;
  gint64 created = 0;

  g_assert_cmpstr (events[n_events - 1], ==, "");
  g_assert_cmpstr (events[n_events - 2], ==, "data: [DONE]");
  g_assert_cmpuint (n_events, >, 3);
  for (guint i = 0; i < n_events - 2; i++)
    {
      g_autoptr (Parsed) parsed = NULL;
      g_autofree char *id = NULL;

      g_assert_true (g_str_has_prefix (events[i], "data: {"));
      parsed = parse (events[i] + strlen ("data: "));
      id = dheera_json_dup_string (at (parsed, "id"));
      if (first == NULL)
        {
          first = g_strdup (id);
          created = dheera_json_get_int (at (parsed, "created"), -1);
        }
      g_assert_cmpstr (id, ==, first);
      g_assert_cmpint (dheera_json_get_int (at (parsed, "created"), -2), ==, created);
      assert_json_string (parsed, "model", model);
    }
  g_assert_cmpuint (strlen (first), >, 12);
  g_assert_cmpint (created, >, 1000000000);
}

/* Every chunk has the same id, time and model, also where the provider says them late, or never. */
static void
test_identity (void)
{
  Fixture late, never;

  set_up (&late, DHEERA_ROUTE_CHAT, CHAT (WITH_USAGE));
  feed (&late, 0, DELTA ("\"content\":\"a\""));
  feed (&late, 0, "{\"id\":\"late\",\"model\":\"other\",\"created\":7,\"choices\":[{\"index\":0,\"delta\":{\"content\":\"b\"}}]}");
  feed (&late, 0, "{\"choices\":[],\"usage\":{\"prompt_tokens\":1}}");
  end (&late);
  assert_identity (late.out->str, "asked");
  tear_down (&late);

  set_up (&never, DHEERA_ROUTE_CHAT, CHAT (""));
  never.ask.shown_model = g_strdup ("al\"ias");
  feed (&never, 0, "{\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}");
  feed (&never, 0, DELTA ("\"content\":\"b\""));
  end (&never);
  assert_identity (never.out->str, "al\"ias");
  tear_down (&never);
}

/* What deltas do not have comes with the finish reason: signatures of calls, and blocks of the provider's own. */
static void
test_more (void)
{
  Fixture fixture;
  DheeraAccumulator *accumulator;

  set_up (&fixture, DHEERA_ROUTE_CHAT, CHAT (""));
  accumulator = fixture.streams[0]->accumulator;
  stream_feed (fixture.streams[0], "{\"id\":\"i\",\"model\":\"m\",\"created\":7,\"choices\":[]}");
  feed (&fixture, 0, CALL ("{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}"));
  g_string_truncate (fixture.out, 0);
  g_assert_true (dheera_accumulator_set_tool_call_extra (accumulator, 0, 0, "{\"extra_content\":{\"s\":1}}"));
  dheera_message_add_native (dheera_accumulator_get_message (accumulator, 0), "anthropic", "{\"type\":\"thinking\"}", -1);
  feed (&fixture, 0, FINISH ("tool_calls"));
  end (&fixture);
  g_assert_cmpstr (fixture.out->str, ==,
                   LAST ("0", "\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"\"},\"extra_content\":{\"s\":1}}],"
                              "\"provider_blocks\":[{\"family\":\"anthropic\",\"block\":{\"type\":\"thinking\"},\"after_tool_calls\":1}]", "tool_calls") DONE);
  tear_down (&fixture);
}

/* Who asks with functions is answered with the one call that there was room for then. */
static void
test_functions (void)
{
  static const struct
  {
    const char *chunks[6];
    const char *expected;
  } cases_of_functions[] = {
    { { CALL ("{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"f\"}}"), CALL ("{\"index\":0,\"function\":{\"arguments\":\"{\\\"a\\\":\"}}"),
        CALL ("{\"index\":1,\"id\":\"d\",\"function\":{\"name\":\"g\",\"arguments\":\"{}\"}}"), CALL ("{\"index\":0,\"function\":{\"arguments\":\"1}\"}}"),
        FINISH ("tool_calls") },
      CHUNK ("0", ROLE ",\"content\":null,\"function_call\":{\"name\":\"f\",\"arguments\":\"\"}") CHUNK ("0", "\"function_call\":{\"arguments\":\"{\\\"a\\\":\"}")
      CHUNK ("0", "\"function_call\":{\"arguments\":\"1}\"}") LAST ("0", "", "function_call") },
    { { CALL ("{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}},{\"index\":1,\"id\":\"d\",\"function\":{\"name\":\"g\",\"arguments\":\"{}\"}}"),
        FINISH ("tool_calls") },
      CHUNK ("0", ROLE ",\"content\":null,\"function_call\":{\"name\":\"f\",\"arguments\":\"{}\"}") LAST ("0", "", "function_call") },
    { { DELTA ("\"content\":\"a\""), CALL ("{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"f\"}}"), FINISH ("tool_calls") },
      CHUNK ("0", ROLE ",\"content\":\"a\"") CHUNK ("0", "\"function_call\":{\"name\":\"f\",\"arguments\":\"\"}") CHUNK ("0", "\"function_call\":{\"arguments\":\"{}\"}")
      LAST ("0", "", "function_call") },
    { { DELTA ("\"content\":\"a\""), FINISH ("stop") }, CHUNK ("0", ROLE ",\"content\":\"a\"") LAST ("0", "", "stop") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases_of_functions); i++)
    {
      Fixture fixture;
      g_autofree char *expected = g_strconcat (cases_of_functions[i].expected, DONE, NULL);

      set_up (&fixture, DHEERA_ROUTE_CHAT, CHAT (",\"functions\":[{\"name\":\"f\"}],\"function_call\":\"auto\""));
      stream_feed (fixture.streams[0], "{\"id\":\"i\",\"model\":\"m\",\"created\":7,\"choices\":[]}");
      for (guint j = 0; cases_of_functions[i].chunks[j] != NULL; j++)
        feed (&fixture, 0, cases_of_functions[i].chunks[j]);
      end (&fixture);
      g_assert_cmpstr (fixture.out->str, ==, expected);
      tear_down (&fixture);
    }
}

/* --- /v1/completions --------------------------------------------------------------------------------------------------------------- */

#undef HEAD
#define HEAD "data: {\"id\":\"cmpl-i\",\"object\":\"text_completion\",\"created\":7,\"model\":\"m\",\"choices\":["
#define PIECE(text, index) HEAD "{\"text\":\"" text "\",\"index\":" index ",\"logprobs\":null,\"finish_reason\":null}" END
#define STOP(text, index, reason) HEAD "{\"text\":\"" text "\",\"index\":" index ",\"logprobs\":null,\"finish_reason\":\"" reason "\"}" END

static void
test_completions (void)
{
  Fixture fixture;

  set_up (&fixture, DHEERA_ROUTE_COMPLETIONS, "{\"model\":\"m\",\"prompt\":[\"P\",\"Q\"],\"n\":2,\"echo\":true,\"stream\":true}");
  feed (&fixture, 1, "{\"id\":\"chatcmpl-i\",\"model\":\"m\",\"created\":7,\"choices\":[{\"index\":1,\"delta\":{\"content\":\"a\"}}]}");
  feed (&fixture, 0, DELTA ("\"reasoning\":\"Hm.\""));
  feed (&fixture, 0, DELTA ("\"content\":\"b\""));
  feed (&fixture, 0, FINISH ("length"));
  feed (&fixture, 1, "{\"choices\":[{\"index\":1,\"delta\":{\"refusal\":\"No.\"},\"finish_reason\":\"content_filter\"},{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}");
  end (&fixture);
  g_assert_cmpstr (fixture.out->str, ==,
                   PIECE ("Qa", "3") PIECE ("Pb", "0") PIECE ("No.", "3") STOP ("", "0", "length") STOP ("Q", "2", "stop") STOP ("", "3", "content_filter") DONE);
  tear_down (&fixture);
}

/* A prompt whose call brought nothing, and a stream in which nothing was said at all */
static void
test_nothing (void)
{
  g_auto (DheeraAsk) ask = { 0 };
  g_auto (DheeraCodecStream) codec = { 0 };
  g_autoptr (GPtrArray) responses = g_ptr_array_new ();
  g_autoptr (GString) out = g_string_new (NULL);

  expect_ask (&ask, DHEERA_ROUTE_COMPLETIONS, "{\"model\":\"m\",\"prompt\":\"P\",\"stream\":true" WITH_USAGE "}");
  g_ptr_array_add (responses, NULL);
  dheera_codec_write_end (&codec, &ask, responses, out);
  g_assert_cmpstr (out->str, ==, DONE);
}

/* As many prompts and choices as there can be: each has its own number and says its role once. */
static void
test_many (void)
{
  g_auto (DheeraAsk) ask = { 0 };
  g_auto (DheeraCodecStream) codec = { 0 };
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GString) body = g_string_new ("{\"model\":\"m\",\"n\":128,\"echo\":true,\"stream\":true,\"prompt\":[\"P\"");
  g_autoptr (Stream) stream = stream_new (TRUE);
  DheeraDelta *delta;

  for (guint i = 1; i < DHEERA_CODEC_MAX_PROMPTS; i++)
    g_string_append (body, ",\"P\"");
  g_string_append (body, "]}");
  expect_ask (&ask, DHEERA_ROUTE_COMPLETIONS, body->str);
  stream_feed (stream, "{\"id\":\"i\",\"model\":\"m\",\"created\":7,\"choices\":[{\"index\":127,\"delta\":{\"content\":\"a\"}}]}");
  delta = g_ptr_array_index (stream->deltas, 0);

  for (guint round = 0; round < 2; round++)
    for (guint i = DHEERA_CODEC_MAX_PROMPTS; i > 0; i--)
      {
        g_autofree char *expected = g_strdup_printf (HEAD "{\"text\":\"%s\",\"index\":%u,\"logprobs\":null,\"finish_reason\":null}" END,
                                                     round == 0 ? "Pa" : "a", (i - 1) * 128 + 127);

        g_string_truncate (out, 0);
        dheera_codec_write_delta (&codec, &ask, i - 1, delta, NULL, out);
        g_assert_cmpstr (out->str, ==, expected);
      }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/codec-stream/chat", test_chat);
  g_test_add_func ("/codec-stream/usage", test_usage);
  g_test_add_func ("/codec-stream/unknown-usage", test_unknown_usage);
  g_test_add_func ("/codec-stream/identity", test_identity);
  g_test_add_func ("/codec-stream/more", test_more);
  g_test_add_func ("/codec-stream/functions", test_functions);
  g_test_add_func ("/codec-stream/completions", test_completions);
  g_test_add_func ("/codec-stream/nothing", test_nothing);
  g_test_add_func ("/codec-stream/many", test_many);

  return g_test_run ();
}
