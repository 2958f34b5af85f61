/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ai/mock/dheera-mock-reply-private.h"

#include <string.h>

#define USER(text) "'messages':[{'role':'user','content':'" text "'}]"
#define TOOL(name, parameters) "{'type':'function','function':{'name':'" name "','parameters':" parameters "}}"

/* JSON is written with single quotes here. */
static const char *
q (const char *text)
{
  g_autofree char *copy = g_strdelimit (g_strdup (text), "'", '"');

  return g_intern_string (copy);
}

static DheeraMockAnswer *
answer (const char *body)
{
  DheeraMockRefusal refusal = { 0 };
  DheeraMockAnswer *result = dheera_mock_answer_new (q (body), strlen (body), &refusal);

  if (result == NULL)
    g_error ("refused: %s: %s", body, refusal.message);

  return result;
}

static void
assert_text (const char *body,
             const char *text,
             const char *finish_reason)
{
  g_autoptr (DheeraMockAnswer) result = answer (body);

  g_test_message ("%s", body);
  g_assert_cmpstr (result->text, ==, q (text));
  g_assert_cmpstr (result->finish_reason, ==, finish_reason);
}

static void
test_words (void)
{
  g_assert_cmpuint (dheera_mock_count (""), ==, 0);
  g_assert_cmpuint (dheera_mock_count ("one"), ==, 1);
  g_assert_cmpuint (dheera_mock_count ("  one two\n"), ==, 3);
  g_assert_cmpuint (dheera_mock_count ("exactly16letters"), ==, 1);
  g_assert_cmpuint (dheera_mock_count ("exactly17letters!"), ==, 2);
  /* Characters count, not bytes */
  g_assert_cmpuint (dheera_mock_word ("ääääääääääääääää"), ==, 32);
  g_assert_cmpuint (dheera_mock_word (" a b"), ==, 2);
}

static void
test_models (void)
{
  g_autoptr (DheeraMockAnswer) story = answer ("{'model':'story'," USER ("Tell me one.") "}");
  g_autoptr (DheeraMockAnswer) lorem = answer ("{'model':'lorem'," USER ("x") "}");
  g_autoptr (DheeraMockAnswer) longer = answer ("{'model':'lorem','max_tokens':1000," USER ("x") "}");

  assert_text ("{'model':'echo'," USER ("Hello there!") "}", "Hello there!", "stop");
  assert_text ("{'model':'echo','messages':[{'role':'system','content':'s'}]}", "", "stop");
  assert_text ("{'model':'echo','messages':[{'role':'user','content':'1'},{'role':'assistant','content':'2'},"
               "{'role':'user','content':[{'type':'text','text':'3'},{'type':'image_url','image_url':{'url':'data:,'}},"
               "{'type':'text','text':'\\ud83d\\ude00'}]}]}",
               "3\n😀", "stop");

  g_assert_cmpuint (story->completion_tokens, >, 110);
  g_assert_cmpuint (story->completion_tokens, <, 160);
  g_assert_cmpstr (story->finish_reason, ==, "stop");
  g_assert_cmpuint (lorem->completion_tokens, ==, 100);
  g_assert_cmpstr (lorem->finish_reason, ==, "stop");
  g_assert_cmpuint (longer->completion_tokens, ==, 1000);
  g_assert_cmpstr (longer->finish_reason, ==, "length");
}

/* What is said is exactly its steps, in order. */
static void
test_steps (void)
{
  g_autoptr (DheeraMockAnswer) result = answer ("{'model':'echo','reasoning_effort':'low'," USER ("  One, two.\\n ") "}");
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GString) reasoning = g_string_new (NULL);
  guint i;

  for (i = 0; i < result->steps->len; i++)
    {
      const DheeraMockStep *step = &g_array_index (result->steps, DheeraMockStep, i);

      g_string_append_len (step->kind == DHEERA_MOCK_STEP_TEXT ? text : reasoning, step->text, step->length);
    }
  g_assert_cmpstr (text->str, ==, "  One, two.\n ");
  g_assert_cmpstr (text->str, ==, result->text);
  g_assert_cmpstr (reasoning->str, ==, result->reasoning);
  g_assert_cmpstr (reasoning->str, ==, "The messages have 3 words.");
  g_assert_cmpuint (result->prompt_tokens, ==, 3);
  g_assert_cmpuint (result->reasoning_tokens, ==, 5);
  g_assert_cmpuint (result->completion_tokens, ==, 8);
}

static void
test_same_request (void)
{
  const char *body = "{'model':'echo','n':2," USER ("Hi") "}";
  g_autoptr (DheeraMockAnswer) first = answer (body);
  g_autoptr (DheeraMockAnswer) second = answer (body);
  g_autoptr (DheeraMockAnswer) other = answer ("{'model':'echo','n':2," USER ("Ho") "}");
  g_autofree char *first_json = dheera_mock_format_completion (first);
  g_autofree char *second_json = dheera_mock_format_completion (second);

  g_assert_cmpstr (first_json, ==, second_json);
  g_assert_cmpstr (first->id, !=, other->id);
}

static void
test_limits (void)
{
  assert_text ("{'model':'echo','max_tokens':2," USER ("one two three") "}", "one two", "length");
  assert_text ("{'model':'echo','max_completion_tokens':3," USER ("one two three") "}", "one two three",
               "stop");
  assert_text ("{'model':'echo','stop':'two'," USER ("one two three") "}", "one ", "stop");
  assert_text ("{'model':'echo','stop':['three','ne']," USER ("one two three") "}", "o", "stop");
  assert_text ("{'model':'echo','stop':['','four']," USER ("one") "}", "one", "stop");
  assert_text ("{'model':'echo','stop':null,'max_tokens':null," USER ("one") "}", "one", "stop");
  /* Reasoning is paid for first. */
  assert_text ("{'model':'echo','max_tokens':3,'mock':{'reasoning':'a b c d'}," USER ("one") "}", "",
               "length");
}

static void
test_reasoning (void)
{
  static const struct
  {
    const char *effort;
    guint n_tokens;
  } cases[] = { { "'none'", 0 }, { "null", 0 }, { "'low'", 5 }, { "'medium'", 18 }, { "'high'", 30 } };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *body = g_strdup_printf ("{'model':'echo','reasoning_effort':%s," USER ("x") "}",
                                               cases[i].effort);
      g_autoptr (DheeraMockAnswer) result = answer (body);

      g_assert_cmpuint (result->reasoning_tokens, ==, cases[i].n_tokens);
      g_assert_cmpuint (result->completion_tokens, ==, cases[i].n_tokens + 1);
    }
}

static void
test_formats (void)
{
  assert_text ("{'model':'echo','response_format':{'type':'text'}," USER ("a") "}", "a", "stop");
  assert_text ("{'model':'echo','response_format':{'type':'json_object'}," USER ("a \\'b\\'") "}",
               "{'text':'a \\'b\\''}", "stop");
  assert_text ("{'model':'echo','response_format':{'type':'json_object'}," USER ("{\\'a\\': 1}") "}",
               "{'a': 1}", "stop");
  assert_text ("{'model':'echo','response_format':{'type':'json_schema','json_schema':{'name':'p','schema':"
               "{'type':'object','properties':{'name':{'type':'string'},'age':{'type':'integer'}}}}}," USER ("Ann") "}",
               "{'name':'Ann','age':0}", "stop");
  /* A test's own text is not touched: it may want to see what is done with output that is wrong. */
  assert_text ("{'model':'echo','mock':{'text':'no'},'response_format':{'type':'json_object'}," USER ("a") "}", "no", "stop");
}

static void
assert_calls (const char *body,
              const char *calls)
{
  g_autoptr (DheeraMockAnswer) result = answer (body);
  g_autoptr (GString) made = g_string_new (NULL);
  guint i;

  g_test_message ("%s", body);
  for (i = 0; i < result->calls->len; i++)
    {
      DheeraMockCall *call = g_ptr_array_index (result->calls, i);

      g_string_append_printf (made, "%s%s(%s)", i > 0 ? " " : "", call->name, call->arguments);
      g_assert_nonnull (call->id);
    }
  g_assert_cmpstr (made->str, ==, q (calls));
  g_assert_cmpstr (result->finish_reason, ==, made->len > 0 ? "tool_calls" : "stop");
}

#define CITY "{'type':'object','properties':{'city':{'type':'string'}}}"
#define TOOLS "'tools':[" TOOL ("clock", "{}") "," TOOL ("weather", CITY) "],"

static void
test_tools (void)
{
  assert_calls ("{'model':'echo'," TOOLS USER ("Hi") "}", "");
  assert_calls ("{'model':'echo'," TOOLS USER ("recall weather, call weathers, call") "}", "");
  assert_calls ("{'model':'echo'," TOOLS USER ("Call weather") "}", "weather({'city':'Call weather'})");
  assert_calls ("{'model':'echo'," TOOLS USER ("call weather {\\'city\\': \\'}\\\\\\'{\\'} and call weather.") "}",
                "weather({'city': '}\\'{'}) weather({'city':'call weather {\\'city\\': \\'}\\\\\\'{\\'} and call weather.'})");
  assert_calls ("{'model':'echo','parallel_tool_calls':false," TOOLS USER ("call weather {} call weather {}") "}", "weather({})");
  assert_calls ("{'model':'echo','tool_choice':'none'," TOOLS USER ("call weather") "}", "");
  assert_calls ("{'model':'echo','tool_choice':'required'," TOOLS USER ("Hi") "}", "clock({})");
  assert_calls ("{'model':'echo','tool_choice':'required'," TOOLS USER ("call weather {}") "}",
                "weather({})");
  assert_calls ("{'model':'story','tool_choice':{'type':'function','function':{'name':'weather'}}," TOOLS USER ("Bonn") "}",
                "weather({'city':'Bonn'})");
  assert_calls ("{'model':'echo','mock':{'tool_call':[{'name':'a'},{'name':'b','arguments':{'x': 1}},{'name':'c','arguments':'no'}]},"
                USER ("Hi") "}", "a({}) b({'x': 1}) c(no)");
}

#define CALLED "{'role':'user','content':'call weather'},{'role':'assistant','content':null,'tool_calls':[{'id':'1','type':'function'," \
  "'function':{'name':'weather','arguments':'{}'}},{'id':'2','type':'function','function':{'name':'clock','arguments':''}}]}"
#define RESULT(id, text) "{'role':'tool','tool_call_id':'" id "','content':'" text "'}"

static void
test_tool_results (void)
{
  assert_text ("{'model':'echo','tool_choice':'required'," TOOLS
               "'messages':[" CALLED "," RESULT ("1", "sunny") "," RESULT ("2", "noon") "]}",
               "weather answered: sunny\nclock answered: noon", "stop");
  assert_text ("{'model':'echo'," TOOLS
               "'messages':[" CALLED "," RESULT ("2", "noon") "," RESULT ("1", "sunny") ",{'role':'user','content':'Thanks'}]}",
               "Thanks", "stop");
}

static void
assert_refused (const char *body,
                guint       status,
                const char *code,
                const char *param,
                const char *words)
{
  DheeraMockRefusal refusal = { 0 };
  DheeraMockAnswer *result = dheera_mock_answer_new (q (body), strlen (body), &refusal);
  g_autofree char *json = NULL;

  g_test_message ("%s: %s", body, refusal.message);
  g_assert_null (result);
  g_assert_cmpuint (refusal.status, ==, status);
  g_assert_cmpstr (refusal.code, ==, code);
  g_assert_cmpstr (refusal.param, ==, param);
  g_assert_nonnull (strstr (refusal.message, words));
  json = dheera_mock_format_refusal (&refusal);
  g_assert_true (g_str_has_prefix (json, q ("{'error':{'message':'")));
  dheera_mock_refusal_clear (&refusal);
}

static void
test_refusals (void)
{
  assert_refused ("", 400, NULL, NULL, "at byte 0");
  assert_refused ("{'model':", 400, NULL, NULL, "at byte 9");
  assert_refused ("[]", 400, NULL, NULL, "a JSON object");
  assert_refused ("{}", 400, "missing_required_parameter", "model", "model");
  assert_refused ("{'model':'gpt'}", 404, "model_not_found", "model", "echo, story, lorem");
  assert_refused ("{'model':'echo'}", 400, "missing_required_parameter", "messages", "messages");
  assert_refused ("{'model':'echo','messages':[]}", 400, "missing_required_parameter", "messages",
                  "messages");
  assert_refused ("{'model':'echo','messages':[1]}", 400, "invalid_value", "messages[0].role",
                  "system, developer");
  assert_refused ("{'model':'echo','messages':[{'role':'user'}]}", 400, "invalid_value",
                  "messages[0].content", "a string");
  assert_refused ("{'model':'echo','messages':[{'role':'user','content':[{'type':'smell'}]}]}", 400,
                  "invalid_value", "messages[0].content", "unknown type");
  assert_refused ("{'model':'echo','messages':[{'role':'user','content':[{'type':'text'}]}]}", 400,
                  "invalid_value", "messages[0].content", "lacks");
  assert_refused ("{'model':'echo','messages':[{'role':'user','content':[{'type':'file'}]}]}", 400,
                  "invalid_value", "messages[0].content", "lacks");
  assert_refused ("{'model':'echo','messages':[" RESULT ("1", "x") "]}", 400, "invalid_value",
                  "messages[0].tool_call_id", "tool_calls");
  assert_refused ("{'model':'echo','messages':[" CALLED "]}", 400, "invalid_value", "messages",
                  "not all answered");
  assert_refused ("{'model':'echo','messages':[" CALLED "," RESULT ("1", "x") ",{'role':'user','content':''}]}",
                  400, "invalid_value", "messages[3].role", "answered");
  assert_refused ("{'model':'echo','messages':[" CALLED "," RESULT ("1", "x") "," RESULT ("1", "x") "]}",
                  400, "invalid_value", "messages[3].tool_call_id", "once");
  assert_refused ("{'model':'echo','messages':[{'role':'assistant','tool_calls':[]}]}", 400,
                  "invalid_value", "messages[0].tool_calls", "not empty");
  assert_refused ("{'model':'echo','messages':[{'role':'assistant','tool_calls':[{'id':'1'}]}]}", 400,
                  "invalid_value", "messages[0].tool_calls", "strings");
  assert_refused ("{'model':'echo','n':0," USER ("x") "}", 400, "invalid_value", "n", "from 1 to 128");
  assert_refused ("{'model':'echo','n':129," USER ("x") "}", 400, "invalid_value", "n", "from 1 to 128");
  assert_refused ("{'model':'echo','max_tokens':0," USER ("x") "}", 400, "invalid_value", "max_tokens",
                  "from 1");
  assert_refused ("{'model':'echo','max_tokens':'5'," USER ("x") "}", 400, "invalid_value", "max_tokens",
                  "whole number");
  assert_refused ("{'model':'echo','stop':['a','b','c','d','e']," USER ("x") "}", 400, "invalid_value",
                  "stop", "more than 4");
  assert_refused ("{'model':'echo','stream_options':{}," USER ("x") "}", 400, "invalid_value",
                  "stream_options", "stream");
  assert_refused ("{'model':'echo','reasoning_effort':1," USER ("x") "}", 400, "invalid_type",
                  "reasoning_effort", "a string");
  assert_refused ("{'model':'echo','response_format':{'type':'xml'}," USER ("x") "}", 400, "invalid_value",
                  "response_format", "json_schema");
  assert_refused ("{'model':'echo','response_format':{'type':'json_schema'}," USER ("x") "}", 400,
                  "invalid_json_schema", "response_format", "not an object");
  assert_refused ("{'model':'echo','tools':[]," USER ("x") "}", 400, "invalid_value", "tools", "not empty");
  assert_refused ("{'model':'echo','tools':[{'type':'custom'}]," USER ("x") "}", 400, "invalid_value",
                  "tools", "function");
  assert_refused ("{'model':'echo','tools':[" TOOL ("a b", "{}") "]," USER ("x") "}", 400, "invalid_value",
                  "tools", "letters");
  assert_refused ("{'model':'echo','tool_choice':'auto'," USER ("x") "}", 400, "invalid_value",
                  "tool_choice", "needs");
  assert_refused ("{'model':'echo','tool_choice':'maybe'," TOOLS USER ("x") "}", 400, "invalid_value",
                  "tool_choice", "required");
  assert_refused ("{'model':'echo','tool_choice':{'type':'function','function':{'name':'b'}}," TOOLS USER ("x") "}",
                  400, "invalid_value", "tool_choice", "one of the tools");
  assert_refused ("{'model':'echo','tool_choice':'required','tools':[" TOOL ("a", "false") "]," USER ("x") "}",
                  400, "invalid_function_parameters", "tools", "satisfied");
}

static void
test_window (void)
{
  g_autoptr (GString) body = g_string_new ("{'model':'story','messages':[{'role':'user','content':'");
  guint i;

  for (i = 0; i < 8193; i++)
    g_string_append (body, "a ");
  g_string_append (body, "'}]}");
  assert_refused (body->str, 400, "context_length_exceeded", "messages", "8192");
}

static void
test_option_refusals (void)
{
  static const struct
  {
    const char *mock, *code, *param, *words;
  } cases[] = {
    { "1", "invalid_type", "mock", "object" },
    { "{'paceMs':1}", "unknown_parameter", "mock", "paceMs" },
    { "{'text':1}", "invalid_value", "mock.text", "a string" },
    { "{'pace_ms':-1}", "invalid_value", "mock.pace_ms", "from 0 to 60000" },
    { "{'pace_ms':'1'}", "invalid_value", "mock.pace_ms", "whole number" },
    { "{'delay_ms':3600001}", "invalid_value", "mock.delay_ms", "3600000" },
    { "{'status':199}", "invalid_value", "mock.status", "from 200" },
    { "{'status':429,'cut_after':1}", "invalid_value", "mock", "Only one" },
    { "{'stall_after':1,'cut_after':1}", "invalid_value", "mock", "Only one" },
    { "{'error':1}", "invalid_value", "mock.error", "object" },
    { "{'headers':1}", "invalid_value", "mock.headers", "object" },
    { "{'headers':{'a':1}}", "invalid_value", "mock.headers", "values" },
    { "{'headers':{'a b':'1'}}", "invalid_value", "mock.headers", "HTTP allows" },
    { "{'headers':{'a':'1\\r\\nb: 2'}}", "invalid_value", "mock.headers", "HTTP allows" },
    { "{'headers':{'Content-Length':'1'}}", "invalid_value", "mock.headers", "frame" },
    { "{'fail_times':0}", "invalid_value", "mock.fail_times", "from 1" },
    { "{'tool_call':{}}", "invalid_value", "mock.tool_call", "name" },
    { "{'tool_call':[1]}", "invalid_value", "mock.tool_call", "name" },
    { "{'usage':1}", "invalid_value", "mock.usage", "null" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *body = g_strdup_printf ("{'model':'echo','mock':%s," USER ("x") "}", cases[i].mock);

      assert_refused (body, 400, cases[i].code, cases[i].param, cases[i].words);
    }
}

static void
test_options (void)
{
  g_autoptr (DheeraMockAnswer) plain = answer ("{'model':'echo','mock':{'status':429,'headers':{'retry-after':'2'}}," USER ("x") "}");
  g_autoptr (DheeraMockAnswer) worded = answer ("{'model':'echo','mock':{'error':'Oh','status':503}," USER ("x") "}");
  g_autoptr (DheeraMockAnswer) own = answer ("{'model':'echo','mock':{'error':{'code':'c','more':[1]},'error_after':3}," USER ("x") "}");
  g_autoptr (DheeraMockAnswer) failing = answer ("{'model':'echo','mock':{'fail_times':2}," USER ("x") "}");
  g_autoptr (DheeraMockAnswer) wrong = answer ("{'model':'echo','mock':{'finish_reason':'odd','usage':{'total_tokens':7}}," USER ("x") "}");
  g_autofree char *json = dheera_mock_format_completion (wrong);

  g_assert_cmpint (plain->options.fault, ==, DHEERA_MOCK_FAULT_STATUS);
  g_assert_cmpuint (plain->options.headers->len, ==, 2);
  g_assert_cmpstr (plain->options.error, ==,
                   q ("{'error':{'message':'The mock was told to fail with status 429.','type':'rate_limit_error',"
                                             "'param':null,'code':'rate_limit_exceeded'}}"));
  g_assert_cmpstr (worded->options.error, ==,
                   q ("{'error':{'message':'Oh','type':'service_unavailable_error','param':null,'code':'server_is_overloaded'}}"));
  g_assert_cmpint (own->options.fault, ==, DHEERA_MOCK_FAULT_ERROR);
  g_assert_cmpuint (own->options.after, ==, 3);
  g_assert_cmpstr (own->options.error, ==,
                   q ("{'error':{'message':'The mock was told to fail with status 500.','type':'server_error','param':null,"
                                           "'code':'c','more':[1]}}"));
  g_assert_cmpuint (failing->options.status, ==, 500);
  g_assert_cmpuint (failing->options.fail_times, ==, 2);
  g_assert_nonnull (strstr (json, q ("'finish_reason':'odd'")));
  g_assert_nonnull (strstr (json, q ("'usage':{'total_tokens':7}")));
}

static void
test_stream (void)
{
  g_autoptr (DheeraMockAnswer) result = answer ("{'model':'echo','n':2,'stream':true,'stream_options':{'include_usage':true}," USER ("a") "}");
  g_autoptr (GString) out = g_string_new (NULL);
  g_autofree char *head = g_strdup_printf ("data: {'id':'chatcmpl-%s','object':'chat.completion.chunk','created':1735689600,'model':'echo',"
                                           "'system_fingerprint':'fp_mock','choices':[", result->id);
  g_auto (GStrv) events = NULL;
  static const char *const expected[] = {
    "{'index':0,'delta':{'role':'assistant','content':'','refusal':null},'logprobs':null,'finish_reason':null}],'usage':null}",
    "{'index':1,'delta':{'role':'assistant','content':'','refusal':null},'logprobs':null,'finish_reason':null}],'usage':null}",
    "{'index':0,'delta':{'content':'a'},'logprobs':null,'finish_reason':null}],'usage':null}",
    "{'index':1,'delta':{'content':'a'},'logprobs':null,'finish_reason':null}],'usage':null}",
    "{'index':0,'delta':{},'logprobs':null,'finish_reason':'stop'}],'usage':null}",
    "{'index':1,'delta':{},'logprobs':null,'finish_reason':'stop'}],'usage':null}",
    "],'usage':{'prompt_tokens':1,'completion_tokens':2,'total_tokens':3,'prompt_tokens_details':{'cached_tokens':0},"
    "'completion_tokens_details':{'reasoning_tokens':0}}}",
  };
  guint i;

  dheera_mock_append_begin (out, result);
  for (i = 0; i < result->steps->len; i++)
    dheera_mock_append_step (out, result, &g_array_index (result->steps, DheeraMockStep, i));
  dheera_mock_append_end (out, result);

  events = g_strsplit (out->str, "\n\n", -1);
  g_assert_cmpuint (g_strv_length (events), ==, G_N_ELEMENTS (expected) + 2);
  for (i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_assert_true (g_str_has_prefix (events[i], q (head)));
      g_assert_cmpstr (events[i] + strlen (head), ==, q (expected[i]));
    }
  g_assert_cmpstr (events[i], ==, "data: [DONE]");
  g_assert_cmpstr (events[i + 1], ==, "");
}

static void
test_stream_calls (void)
{
  g_autoptr (DheeraMockAnswer) result = answer ("{'model':'echo','mock':{'tool_call':[{'name':'f','arguments':{'key':'argument with words'}},"
                                                "{'name':'g'}]}," USER ("a") "}");
  g_autoptr (GString) out = g_string_new (NULL);
  guint i;

  for (i = 0; i < result->steps->len; i++)
    dheera_mock_append_step (out, result, &g_array_index (result->steps, DheeraMockStep, i));

  g_assert_nonnull (strstr (out->str, q ("'delta':{'tool_calls':[{'index':0,'id':'call_")));
  g_assert_nonnull (strstr (out->str, q ("'type':'function','function':{'name':'f','arguments':''}}]}")));
  g_assert_nonnull (strstr (out->str,
                            q ("'delta':{'tool_calls':[{'index':0,'function':{'arguments':'{\\'key\\':\\'argument'}}]}")));
  g_assert_nonnull (strstr (out->str,
                            q ("'delta':{'tool_calls':[{'index':0,'function':{'arguments':' words\\'}'}}]}")));
  g_assert_nonnull (strstr (out->str, q ("'delta':{'tool_calls':[{'index':1,'id':'call_")));
  g_assert_nonnull (strstr (out->str,
                            q ("'delta':{'tool_calls':[{'index':1,'function':{'arguments':'{}'}}]}")));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/mock-answer/words", test_words);
  g_test_add_func ("/mock-answer/models", test_models);
  g_test_add_func ("/mock-answer/steps", test_steps);
  g_test_add_func ("/mock-answer/same-request", test_same_request);
  g_test_add_func ("/mock-answer/limits", test_limits);
  g_test_add_func ("/mock-answer/reasoning", test_reasoning);
  g_test_add_func ("/mock-answer/formats", test_formats);
  g_test_add_func ("/mock-answer/tools", test_tools);
  g_test_add_func ("/mock-answer/tool-results", test_tool_results);
  g_test_add_func ("/mock-answer/refusals", test_refusals);
  g_test_add_func ("/mock-answer/window", test_window);
  g_test_add_func ("/mock-answer/options", test_options);
  g_test_add_func ("/mock-answer/option-refusals", test_option_refusals);
  g_test_add_func ("/mock-answer/stream", test_stream);
  g_test_add_func ("/mock-answer/stream-calls", test_stream_calls);

  return g_test_run ();
}
