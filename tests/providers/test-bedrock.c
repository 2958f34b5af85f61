/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "providers-util.h"

#include "dheera-ai/model/dheera-embedding-request.h"
#include "dheera-ai/model/dheera-rerank-request.h"
#include "dheera-ai/providers/bedrock/dheera-bedrock-private.h"

#define BASE "https://bedrock-runtime.us-east-1.amazonaws.com"
#define CLAUDE "anthropic.claude-sonnet-4-5-20250929-v1:0"
#define NEW_CLAUDE "us.anthropic.claude-opus-4-8-v1:0"
#define NOVA "amazon.nova-2-lite-v1:0"
#define GPT "openai.gpt-oss-120b-1:0"
#define LLAMA "meta.llama3-70b-instruct-v1:0"

typedef struct
{
  const char *model;
  gboolean stream;
  DheeraParamPolicy policy;
  GPtrArray *warnings;
  DheeraTask task; /* 0 is chat */
} Call;

static DheeraHttpRequest *
encode (const Call *call,
        const char *json,
        GError    **error)
{
  g_autoptr (DheeraProvider) provider = dheera_provider_new ("bedrock");
  g_autoptr (DheeraRequest) request = NULL;
  g_autoptr (GError) fault = NULL;
  DheeraEncoding encoding = { provider, BASE, call->model, call->stream, call->policy, call->warnings };
  const DheeraProtocol *protocol = dheera_provider_get_protocol (provider);

  request = dheera_request_new_from_json (json, &fault);
  g_assert_no_error (fault);
  if (call->task != 0)
    return protocol->tasks[call->task].encode (&encoding, DHEERA_BASE_REQUEST (request), error);

  return protocol->encode_chat (&encoding, request, error);
}

/* ' stands for " in both texts. */
static void
assert_body (const char *model,
             const char *members,
             const char *expected)
{
  g_autofree char *json = g_strdup_printf ("{%s}", members);
  g_autofree char *wanted = g_strdelimit (g_strdup (expected), "'", '"');
  g_autoptr (DheeraHttpRequest) http = NULL;
  g_autoptr (GError) error = NULL;
  const char *body;
  gsize length;

  g_strdelimit (json, "'", '"');
  http = encode (&(Call) { .model = model }, json, &error);
  g_assert_no_error (error);
  body = g_bytes_get_data (http->body, &length);
  g_assert_cmpint (length, ==, strlen (body));
  g_assert_cmpstr (body, ==, wanted);
}

static void
assert_refused (const char *model,
                const char *members,
                DheeraError code,
                const char *part)
{
  g_autofree char *json = g_strdup_printf ("{%s}", members);
  g_autoptr (DheeraHttpRequest) http = NULL;
  g_autoptr (GError) error = NULL;

  g_strdelimit (json, "'", '"');
  http = encode (&(Call) { .model = model }, json, &error);
  g_assert_null (http);
  g_assert_error (error, DHEERA_ERROR, (int) code);
  if (strstr (error->message, part) == NULL)
    g_error ("“%s” is not in: %s", part, error->message);
}

#define HI "'messages':[{'role':'user','content':'hi'}]"
#define HI_OUT "'messages':[{'role':'user','content':[{'text':'hi'}]}]"

static void
test_http (void)
{
  g_autoptr (DheeraHttpRequest) whole = encode (&(Call) { .model = "arn:aws:bedrock:eu-west-1:1:inference-profile/eu.x" }, "{\"messages\":[]}", NULL);
  g_autoptr (DheeraHttpRequest) streamed = encode (&(Call) { .model = CLAUDE, .stream = TRUE }, "{\"messages\":[]}", NULL);
  g_autoptr (DheeraHttpRequest) models = encode (&(Call) { .model = "", .task = DHEERA_TASK_COUNT_TOKENS }, "{\"messages\":[]}", NULL);

  g_assert_cmpstr (whole->url, ==, BASE "/model/arn%3Aaws%3Abedrock%3Aeu-west-1%3A1%3Ainference-profile%2Feu.x/converse");
  g_assert_cmpstr (whole->method, ==, "POST");
  g_assert_cmpstr (whole->content_type, ==, "application/json");
  g_assert_cmpint (whole->framing, ==, DHEERA_FRAMING_WHOLE);
  g_assert_cmpint (whole->auth, ==, DHEERA_AUTH_SIGV4);
  g_assert_cmpstr (streamed->url, ==, BASE "/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse-stream");
  g_assert_cmpint (streamed->framing, ==, DHEERA_FRAMING_AWS);
  g_assert_cmpstr (models->method, ==, "POST");
}

static void
test_models_url (void)
{
  g_autoptr (DheeraProvider) provider = dheera_provider_new ("bedrock");
  g_autoptr (DheeraModelsRequest) request = g_object_new (DHEERA_TYPE_MODELS_REQUEST, NULL);
  static const struct { const char *base; const char *url; } cases[] = {
    { BASE, "https://bedrock.us-east-1.amazonaws.com/foundation-models" },
    { "http://localhost:4566", "http://localhost:4566/foundation-models" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      DheeraEncoding encoding = { provider, cases[i].base, "", FALSE };
      g_autoptr (DheeraHttpRequest) http = dheera_provider_get_protocol (provider)->tasks[DHEERA_TASK_LIST_MODELS].encode (&encoding, DHEERA_BASE_REQUEST (request), NULL);

      g_assert_cmpstr (http->url, ==, cases[i].url);
      g_assert_cmpstr (http->method, ==, "GET");
    }
}

static void
test_turns (void)
{
  assert_body (CLAUDE,
               "'messages':[{'role':'system','content':'a'},{'role':'developer','content':[{'type':'text','text':'b','cache_control':{'type':'ephemeral','ttl':'1h'}}]},"
               "{'role':'user','content':'c'},{'role':'user','content':''},{'role':'user','content':'d'},{'role':'assistant','content':'e'},{'role':'system','content':'f'}]",
               "{'messages':[{'role':'user','content':[{'text':'c'},{'text':'d'}]},{'role':'assistant','content':[{'text':'e'}]},"
               "{'role':'user','content':[{'text':'f'}]}],'system':[{'text':'a'},{'text':'b'},{'cachePoint':{'type':'default','ttl':'1h'}}]}");
}

static void
test_inference (void)
{
  assert_body (NOVA, HI ",'max_tokens':5,'temperature':0.5,'top_p':0.25,'stop':['x','y'],'n':1,'parallel_tool_calls':true,'service_tier':'auto'",
               "{" HI_OUT ",'inferenceConfig':{'maxTokens':5,'temperature':0.5,'topP':0.25,'stopSequences':['x','y']}}");
  assert_body (NOVA, HI ",'metadata':{}", "{" HI_OUT "}");
  assert_body (NOVA, HI ",'service_tier':'flex','metadata':{'a':'b'},'guardrailConfig':{'guardrailIdentifier':'g','guardrailVersion':'1'}",
               "{" HI_OUT ",'requestMetadata':{'a':'b'},'serviceTier':{'type':'flex'},'guardrailConfig':{'guardrailIdentifier':'g','guardrailVersion':'1'}}");
  assert_refused (NOVA, HI ",'seed':1", DHEERA_ERROR_UNSUPPORTED_PARAMETER, "seed");
  assert_refused (NOVA, HI ",'n':2", DHEERA_ERROR_UNSUPPORTED_PARAMETER, "“n”");
  assert_refused (NOVA, HI ",'user':'u'", DHEERA_ERROR_UNSUPPORTED_PARAMETER, "user");
  assert_refused (NOVA, HI ",'temperature':1.5", DHEERA_ERROR_UNSUPPORTED_PARAMETER, "at most 1");
  assert_refused (NOVA, HI ",'parallel_tool_calls':false", DHEERA_ERROR_UNSUPPORTED_PARAMETER, "parallel_tool_calls");
  assert_refused (NOVA, HI ",'response_format':{'type':'json_object'}", DHEERA_ERROR_UNSUPPORTED_PARAMETER, "json_object");
}

static void
test_dropped (void)
{
  g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  g_autoptr (DheeraHttpRequest) http =
    encode (&(Call) { .model = LLAMA, .policy = DHEERA_PARAM_POLICY_DROP, .warnings = warnings },
            "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"seed\":1,\"top_k\":5,\"reasoning_effort\":\"low\",\"temperature\":2}", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (g_bytes_get_data (http->body, NULL), ==, "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"hi\"}]}]}");
  g_assert_cmpuint (warnings->len, ==, 4);
}

#define TOOL "'tools':[{'type':'function','function':{'name':'f','description':'d','parameters':{'type':'object'}}}]"
#define TOOL_OUT "'toolConfig':{'tools':[{'toolSpec':{'name':'f','description':'d','inputSchema':{'json':{'type':'object'}}}}]"
#define CALLED \
  "'messages':[{'role':'user','content':'a'},{'role':'assistant','content':null,'tool_calls':[{'id':'t1','type':'function','function':{'name':'f','arguments':'{}'}}]}," \
  "{'role':'tool','tool_call_id':'t1','content':'r'}]"
#define CALLED_OUT \
  "'messages':[{'role':'user','content':[{'text':'a'}]},{'role':'assistant','content':[{'toolUse':{'toolUseId':'t1','name':'f','input':{}}}]}," \
  "{'role':'user','content':[{'toolResult':{'toolUseId':'t1','content':[{'text':'r'}]}}]}]"

static void
test_tools (void)
{
  assert_body (CLAUDE, HI "," TOOL, "{" HI_OUT "," TOOL_OUT "}}");
  assert_body (CLAUDE, HI "," TOOL ",'tool_choice':'auto'", "{" HI_OUT "," TOOL_OUT ",'toolChoice':{'auto':{}}}}");
  assert_body (CLAUDE, HI "," TOOL ",'tool_choice':'required'", "{" HI_OUT "," TOOL_OUT ",'toolChoice':{'any':{}}}}");
  assert_body (CLAUDE, HI "," TOOL ",'tool_choice':{'type':'function','function':{'name':'f'}}",
               "{" HI_OUT "," TOOL_OUT ",'toolChoice':{'tool':{'name':'f'}}}}");
  assert_body (CLAUDE, HI "," TOOL ",'tool_choice':'none'", "{" HI_OUT "}");
  /* Without calls it can be left out, with them it can't. */
  assert_body (CLAUDE, CALLED "," TOOL ",'tool_choice':'none'", "{" CALLED_OUT "," TOOL_OUT ",'toolChoice':{'auto':{}}}}");
  assert_body (CLAUDE, CALLED, "{" CALLED_OUT ",'toolConfig':{'tools':[{'toolSpec':{'name':'f','inputSchema':{'json':{'type':'object','properties':{}}}}}]}}");
  assert_body (CLAUDE, HI ",'tools':[{'type':'function','function':{'name':'f','description':'','strict':true},'cache_control':{'type':'ephemeral'}}]",
               "{" HI_OUT ",'toolConfig':{'tools':[{'toolSpec':{'name':'f','inputSchema':{'json':{'type':'object','properties':{}}},'strict':true}},"
               "{'cachePoint':{'type':'default'}}]}}");
  assert_refused (NEW_CLAUDE, HI ",'tools':[{'type':'function','function':{'name':'f','strict':true}}]", DHEERA_ERROR_UNSUPPORTED_PARAMETER, "strict");
}

static void
test_results (void)
{
  assert_body (CLAUDE,
               "'messages':[{'role':'user','content':'a'},{'role':'assistant','content':' ','tool_calls':["
               "{'id':'an id/with anything','type':'function','function':{'name':'f','arguments':'not JSON'}},"
               "{'id':'t2','type':'function','function':{'name':'g','arguments':'{\\'x\\': 1}'}}]},{'role':'user','content':'b'},"
               "{'role':'tool','tool_call_id':'an id/with anything','content':'','is_error':true},"
               "{'role':'tool','tool_call_id':'t2','content':[{'type':'text','text':'r','cache_control':{'type':'ephemeral'}}]}]",
               "{'messages':[{'role':'user','content':[{'text':'a'}]},{'role':'assistant','content':["
               "{'toolUse':{'toolUseId':'9adcf5177bd9dd737d4de0fe','name':'f','input':{}}},{'toolUse':{'toolUseId':'t2','name':'g','input':{'x': 1}}}]},"
               "{'role':'user','content':[{'toolResult':{'toolUseId':'9adcf5177bd9dd737d4de0fe','content':[],'status':'error'}},"
               "{'toolResult':{'toolUseId':'t2','content':[{'text':'r'}]}},{'cachePoint':{'type':'default'}},{'text':'b'}]}],"
               "'toolConfig':{'tools':[{'toolSpec':{'name':'f','inputSchema':{'json':{'type':'object','properties':{}}}}},"
               "{'toolSpec':{'name':'g','inputSchema':{'json':{'type':'object','properties':{}}}}}]}}");
}

static void
test_tool_ids (void)
{
  static const struct { const char *model; const char *id; const char *expected; } cases[] = {
    { CLAUDE, "toolu_01.a:b-c", "toolu_01.a:b-c" },
    { "mistral.mistral-large-3", "abc123XYZ", "abc123XYZ" },
    { "mistral.mistral-large-3", "tooluse_daIKOZu4g4GrvIIv9wdqy4", "tooluse_daIKOZu4g4GrvIIv9wdqy4" },
    { "mistral.mistral-large-3", "toolu_1", NULL },
    { CLAUDE, "", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      DheeraBedrockModel model = dheera_bedrock_model_find (cases[i].model);
      g_autoptr (DheeraConversation) conversation = dheera_conversation_new ();
      g_autoptr (DheeraToolIds) ids = NULL;
      const char *id;

      dheera_conversation_append_tool_result (conversation, cases[i].id, "1");
      ids = dheera_bedrock_make_tool_ids (&model, conversation);
      id = dheera_tool_ids_get (ids, cases[i].id);
      if (cases[i].expected != NULL)
        g_assert_cmpstr (id, ==, cases[i].expected);
      else
        g_assert_cmpuint (strlen (id), ==, model.maker == DHEERA_BEDROCK_MISTRAL ? 9 : 24);
    }
}

/* The beginning of the answer may not end in white space; what was said before is left as it is. */
static void
test_beginning (void)
{
  assert_body (CLAUDE, "'messages':[{'role':'user','content':'a '},{'role':'assistant','content':'b '},{'role':'user','content':'c '},"
               "{'role':'assistant','content':' d \\n'}]",
               "{'messages':[{'role':'user','content':[{'text':'a '}]},{'role':'assistant','content':[{'text':'b '}]},"
               "{'role':'user','content':[{'text':'c '}]},{'role':'assistant','content':[{'text':' d'}]}]}");
}

#define SIGNED "{'reasoningContent':{'reasoningText':{'text':'t','signature':'s'}}}"

static void
test_natives (void)
{
  /* In front, in the middle of the text, and between calls; those of others stay behind. */
  assert_body (CLAUDE,
               "'messages':[{'role':'user','content':'a'},{'role':'assistant','content':'one two','tool_calls':["
               "{'id':'t1','type':'function','function':{'name':'f','arguments':'{}'}},{'id':'t2','type':'function','function':{'name':'f','arguments':'{}'}}],"
               "'provider_blocks':[{'family':'bedrock','block':" SIGNED "},{'family':'anthropic','block':{'type':'thinking'}},"
               "{'family':'bedrock','block':{'x':1},'after_text':4},{'family':'bedrock','block':{'y':2},'after_text':7,'after_tool_calls':1}]}]," TOOL,
               "{'messages':[{'role':'user','content':[{'text':'a'}]},{'role':'assistant','content':[" SIGNED ",{'text':'one '},{'x':1},{'text':'two'},"
               "{'toolUse':{'toolUseId':'t1','name':'f','input':{}}},{'y':2},{'toolUse':{'toolUseId':'t2','name':'f','input':{}}}]}]," TOOL_OUT "}}");
  /* What Converse has and others have not can be said by the user as well. */
  assert_body (CLAUDE,
               "'messages':[{'role':'user','content':'q','provider_blocks':[{'family':'bedrock','block':{'guardContent':{'text':{'text':'g'}}}}]}]",
               "{'messages':[{'role':'user','content':[{'guardContent':{'text':{'text':'g'}}},{'text':'q'}]}]}");
}

#define DATA(type) "data:" type ";base64,aGk="

static void
test_media (void)
{
  assert_body (CLAUDE,
               "'messages':[{'role':'user','content':[{'type':'image_url','image_url':{'url':'" DATA ("image/jpeg") "'},'cache_control':{'type':'ephemeral'}},"
               "{'type':'image_url','image_url':{'url':'s3://bucket/a/b.PNG'}},"
               "{'type':'file','file':{'file_data':'" DATA ("application/pdf") "','filename':'Über  uns_(1).pdf'}},"
               "{'type':'file','file':{'file_data':'" DATA ("application/pdf") "','filename':'-ber uns-(1)'},'citations':{'enabled':true},'context':'c'},"
               "{'type':'file','file':{'file_data':'" DATA ("text/x-python") "'}},"
               "{'type':'file','file':{'file_id':'s3://bucket/film.mp4'}},"
               "{'type':'input_audio','input_audio':{'data':'aGk=','format':'mp3'}}]}]",
               "{'messages':[{'role':'user','content':[{'image':{'format':'jpeg','source':{'bytes':'aGk='}}},{'cachePoint':{'type':'default'}},"
               "{'image':{'format':'png','source':{'s3Location':{'uri':'s3://bucket/a/b.PNG'}}}},"
               "{'document':{'format':'pdf','name':'--ber uns-(1)','source':{'bytes':'aGk='}}},"
               "{'document':{'format':'pdf','name':'-ber uns-(1)','source':{'bytes':'aGk='},'context':'c','citations':{'enabled':true}}},"
               "{'document':{'format':'txt','name':'document-3','source':{'bytes':'aGk='}}},"
               "{'video':{'format':'mp4','source':{'s3Location':{'uri':'s3://bucket/film.mp4'}}}},"
               "{'audio':{'format':'mp3','source':{'bytes':'aGk='}}}]}]}");
  assert_body (CLAUDE,
               "'messages':[{'role':'user','content':[{'type':'file','file':{'file_data':'" DATA ("text/csv") "','filename':'a.csv'}},"
               "{'type':'file','file':{'file_data':'" DATA ("text/csv") "','filename':'a.csv'}}]}]",
               "{'messages':[{'role':'user','content':[{'document':{'format':'csv','name':'a','source':{'bytes':'aGk='}}},"
               "{'document':{'format':'csv','name':'a (2)','source':{'bytes':'aGk='}}}]}]}");
  assert_refused (CLAUDE, "'messages':[{'role':'user','content':[{'type':'image_url','image_url':{'url':'https://x.example/a.png'}}]}]",
                  DHEERA_ERROR_NOT_SUPPORTED, "load the image");
  assert_refused (CLAUDE, "'messages':[{'role':'user','content':[{'type':'file','file':{'file_data':'" DATA ("application/zip") "'}}]}]",
                  DHEERA_ERROR_NOT_SUPPORTED, "application/zip");
  assert_refused (CLAUDE, "'messages':[{'role':'user','content':[{'type':'file','file':{'file_id':'file-1'}}]}]", DHEERA_ERROR_NOT_SUPPORTED, "by an id");
  assert_refused (CLAUDE, "'messages':[{'role':'system','content':[{'type':'image_url','image_url':{'url':'" DATA ("image/png") "'}}]},{'role':'user','content':'a'}]",
                  DHEERA_ERROR_NOT_SUPPORTED, "system");
}

#define SCHEMA "'response_format':{'type':'json_schema','json_schema':{'name':'n','description':'d','schema':{'type':'object'}}}"

static void
test_schema (void)
{
  g_autoptr (DheeraHttpRequest) http = NULL;

  assert_body (CLAUDE, HI "," SCHEMA,
               "{" HI_OUT ",'outputConfig':{'textFormat':{'type':'json_schema','structure':{'jsonSchema':{'schema':'{\\'type\\':\\'object\\'}','name':'n','description':'d'}}}}}");
  assert_body (NEW_CLAUDE, HI "," SCHEMA,
               "{" HI_OUT ",'toolConfig':{'tools':[{'toolSpec':{'name':'json','description':'Respond with a JSON object.','inputSchema':{'json':{'type':'object'}}}}],"
               "'toolChoice':{'tool':{'name':'json'}}}}");
  assert_body (NEW_CLAUDE, HI "," TOOL "," SCHEMA,
               "{" HI_OUT ",'toolConfig':{'tools':[{'toolSpec':{'name':'f','description':'d','inputSchema':{'json':{'type':'object'}}}},"
               "{'toolSpec':{'name':'json','description':'Respond with a JSON object.','inputSchema':{'json':{'type':'object'}}}}],'toolChoice':{'any':{}}}}");
  http = encode (&(Call) { .model = NEW_CLAUDE },
                 "{\"messages\":[],\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"schema\":{}}},\"reasoning_effort\":\"low\"}", NULL);
  g_assert_cmpint (http->decode_flags, ==, DHEERA_BEDROCK_FLAG_JSON_TOOL);
  g_assert_nonnull (strstr (g_bytes_get_data (http->body, NULL), "\"toolChoice\":{\"auto\":{}}"));
}

static void
test_reasoning (void)
{
  assert_body (CLAUDE, HI ",'reasoning':{'max_tokens':2000}",
               "{" HI_OUT ",'inferenceConfig':{'maxTokens':6096},'additionalModelRequestFields':{'thinking':{'type':'enabled','budget_tokens':2000}}}");
  assert_body (CLAUDE, HI ",'reasoning_effort':'low','max_tokens':1000",
               "{" HI_OUT ",'inferenceConfig':{'maxTokens':2024},'additionalModelRequestFields':{'thinking':{'type':'enabled','budget_tokens':1024}}}");
  assert_body (CLAUDE, HI ",'reasoning_effort':'low','max_tokens':8000",
               "{" HI_OUT ",'inferenceConfig':{'maxTokens':8000},'additionalModelRequestFields':{'thinking':{'type':'enabled','budget_tokens':1024}}}");
  assert_body (CLAUDE, HI ",'reasoning_effort':'none'", "{" HI_OUT "}");
  assert_body (NEW_CLAUDE, HI ",'reasoning_effort':'xhigh'",
               "{" HI_OUT ",'additionalModelRequestFields':{'thinking':{'type':'adaptive'},'output_config':{'effort':'xhigh'}}}");
  assert_body ("anthropic.claude-opus-4-6-v1", HI ",'reasoning_effort':'xhigh'",
               "{" HI_OUT ",'additionalModelRequestFields':{'thinking':{'type':'adaptive'},'output_config':{'effort':'max'}}}");
  assert_body (NEW_CLAUDE, HI ",'reasoning_effort':'none'", "{" HI_OUT ",'additionalModelRequestFields':{'thinking':{'type':'disabled'}}}");
  assert_body (NOVA, HI ",'reasoning_effort':'xhigh','top_k':7",
               "{" HI_OUT ",'additionalModelRequestFields':{'reasoningConfig':{'type':'enabled','maxReasoningEffort':'high'},'inferenceConfig':{'topK':7}}}");
  assert_body (NOVA, HI ",'reasoning_effort':'none'", "{" HI_OUT ",'additionalModelRequestFields':{'reasoningConfig':{'type':'disabled'}}}");
  assert_body (GPT, HI ",'reasoning_effort':'medium'", "{" HI_OUT ",'additionalModelRequestFields':{'reasoning_effort':'medium'}}");
  assert_body (CLAUDE, HI ",'top_k':7", "{" HI_OUT ",'additionalModelRequestFields':{'top_k':7}}");
  assert_refused (GPT, HI ",'reasoning':{'max_tokens':2000}", DHEERA_ERROR_UNSUPPORTED_PARAMETER, "reasoning");
  assert_refused (GPT, HI ",'top_k':3", DHEERA_ERROR_UNSUPPORTED_PARAMETER, "top_k");
  assert_refused (LLAMA, HI ",'reasoning_effort':'low'", DHEERA_ERROR_UNSUPPORTED_PARAMETER, "reasoning_effort");
  assert_refused ("anthropic.claude-3-5-sonnet-20240620-v1:0", HI ",'reasoning_effort':'low'", DHEERA_ERROR_UNSUPPORTED_PARAMETER, "no reasoning");
  assert_refused (CLAUDE, HI ",'reasoning_effort':'low','temperature':0.5", DHEERA_ERROR_UNSUPPORTED_PARAMETER, "beside reasoning");
  assert_refused (CLAUDE, HI ",'reasoning_effort':'low','tools':[{'type':'function','function':{'name':'f'}}],'tool_choice':'required'",
                  DHEERA_ERROR_UNSUPPORTED_PARAMETER, "can't force a tool");
  assert_refused ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", HI ",'temperature':0.5,'top_p':0.5", DHEERA_ERROR_UNSUPPORTED_PARAMETER, "not both");
  assert_refused (NEW_CLAUDE, HI ",'temperature':0.5", DHEERA_ERROR_UNSUPPORTED_PARAMETER, "temperature");
}

static void
test_count (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DheeraHttpRequest) http =
    encode (&(Call) { .model = CLAUDE, .task = DHEERA_TASK_COUNT_TOKENS },
            "{\"messages\":[{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"user\",\"content\":\"hi\"}],\"max_tokens\":5,\"metadata\":{\"a\":\"b\"}}", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (http->url, ==, BASE "/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/count-tokens");
  g_assert_cmpstr (g_bytes_get_data (http->body, NULL), ==,
                   "{\"input\":{\"converse\":{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"hi\"}]}],\"system\":[{\"text\":\"s\"}]}}}");
}

/* request is taken. */
static void
assert_task (DheeraTask         task,
             const char        *model,
             DheeraBaseRequest *request,
             const char        *url,
             const char        *expected,
             const char        *fault)
{
  g_autoptr (DheeraProvider) provider = dheera_provider_new ("bedrock");
  DheeraEncoding encoding = { provider, BASE, model };
  g_autofree char *wanted = g_strdelimit (g_strdup (expected != NULL ? expected : ""), "'", '"');
  g_autoptr (DheeraHttpRequest) http = NULL;
  g_autoptr (GError) error = NULL;

  dheera_provider_set_region (provider, "us-east-1");
  http = dheera_provider_get_protocol (provider)->tasks[task].encode (&encoding, request, &error);
  g_object_unref (request);
  if (fault != NULL)
    {
      g_assert_null (http);
      g_assert_nonnull (strstr (error->message, fault));
      return;
    }
  g_assert_no_error (error);
  g_assert_cmpstr (http->url, ==, url);
  g_assert_cmpstr (g_bytes_get_data (http->body, NULL), ==, wanted);
}

static DheeraBaseRequest *
make_embedding (const char *first,
                const char *second,
                int         dimensions,
                const char *input_type)
{
  DheeraEmbeddingRequest *request = dheera_embedding_request_new_for_input ("bedrock/x", first);

  if (second != NULL)
    dheera_embedding_request_add_input (request, second);
  dheera_embedding_request_set_dimensions (request, dimensions);
  dheera_embedding_request_set_input_type (request, input_type);

  return DHEERA_BASE_REQUEST (request);
}

static void
test_embeddings (void)
{
  assert_task (DHEERA_TASK_EMBED, "amazon.titan-embed-text-v2:0", make_embedding ("a", NULL, 256, NULL),
               BASE "/model/amazon.titan-embed-text-v2%3A0/invoke", "{'inputText':'a','dimensions':256}", NULL);
  assert_task (DHEERA_TASK_EMBED, "amazon.titan-embed-text-v1", make_embedding ("a", NULL, -1, NULL),
               BASE "/model/amazon.titan-embed-text-v1/invoke", "{'inputText':'a'}", NULL);
  assert_task (DHEERA_TASK_EMBED, "cohere.embed-english-v3", make_embedding ("a", "b", -1, "query"),
               BASE "/model/cohere.embed-english-v3/invoke", "{'texts':['a','b'],'input_type':'search_query'}", NULL);
  assert_task (DHEERA_TASK_EMBED, "cohere.embed-v4:0", make_embedding ("a", NULL, 512, "clustering"),
               BASE "/model/cohere.embed-v4%3A0/invoke", "{'texts':['a'],'input_type':'clustering','embedding_types':['float'],'output_dimension':512}", NULL);
  assert_task (DHEERA_TASK_EMBED, "amazon.titan-embed-text-v2:0", make_embedding ("a", "b", -1, NULL), NULL, NULL, "one text at once");
  assert_task (DHEERA_TASK_EMBED, "amazon.titan-embed-text-v1", make_embedding ("a", NULL, 256, NULL), NULL, NULL, "dimensions");
  assert_task (DHEERA_TASK_EMBED, "amazon.titan-embed-text-v1", make_embedding ("a", NULL, -1, "query"), NULL, NULL, "input_type");
  assert_task (DHEERA_TASK_EMBED, "some.model", make_embedding ("a", NULL, -1, NULL), NULL, NULL, "not known");
}

static DheeraBaseRequest *
make_ranking (int             top_n,
              DheeraTristate  return_documents)
{
  DheeraRerankRequest *request = dheera_rerank_request_new ("bedrock/x");

  dheera_rerank_request_set_query (request, "q");
  dheera_rerank_request_add_document (request, "a");
  dheera_rerank_request_add_document (request, "b");
  dheera_rerank_request_set_top_n (request, top_n);
  dheera_rerank_request_set_return_documents (request, return_documents);

  return DHEERA_BASE_REQUEST (request);
}

#define RANKING(arn, more) \
  "{'queries':[{'type':'TEXT','textQuery':{'text':'q'}}],'sources':[" \
  "{'type':'INLINE','inlineDocumentSource':{'type':'TEXT','textDocument':{'text':'a'}}}," \
  "{'type':'INLINE','inlineDocumentSource':{'type':'TEXT','textDocument':{'text':'b'}}}]," \
  "'rerankingConfiguration':{'type':'BEDROCK_RERANKING_MODEL','bedrockRerankingConfiguration':{'modelConfiguration':{'modelArn':'" arn "'}" more "}}}"

static void
test_rerank (void)
{
  const char *url = "https://bedrock-agent-runtime.us-east-1.amazonaws.com/rerank";

  assert_task (DHEERA_TASK_RERANK, "cohere.rerank-v3-5:0", make_ranking (1, DHEERA_TRISTATE_UNSET), url,
               RANKING ("arn:aws:bedrock:us-east-1::foundation-model/cohere.rerank-v3-5:0", ",'numberOfResults':1"), NULL);
  assert_task (DHEERA_TASK_RERANK, "arn:aws:bedrock:x", make_ranking (-1, DHEERA_TRISTATE_NO), url, RANKING ("arn:aws:bedrock:x", ""), NULL);
  assert_task (DHEERA_TASK_RERANK, "m", make_ranking (-1, DHEERA_TRISTATE_YES), NULL, NULL, "return_documents");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/bedrock/http", test_http);
  g_test_add_func ("/bedrock/models-url", test_models_url);
  g_test_add_func ("/bedrock/turns", test_turns);
  g_test_add_func ("/bedrock/inference", test_inference);
  g_test_add_func ("/bedrock/dropped", test_dropped);
  g_test_add_func ("/bedrock/tools", test_tools);
  g_test_add_func ("/bedrock/results", test_results);
  g_test_add_func ("/bedrock/tool-ids", test_tool_ids);
  g_test_add_func ("/bedrock/natives", test_natives);
  g_test_add_func ("/bedrock/media", test_media);
  g_test_add_func ("/bedrock/schema", test_schema);
  g_test_add_func ("/bedrock/beginning", test_beginning);
  g_test_add_func ("/bedrock/reasoning", test_reasoning);
  g_test_add_func ("/bedrock/count", test_count);

  g_test_add_func ("/bedrock/embeddings", test_embeddings);
  g_test_add_func ("/bedrock/rerank", test_rerank);

  return g_test_run ();
}
