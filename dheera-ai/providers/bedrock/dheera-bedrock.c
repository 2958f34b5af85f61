/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-bedrock-private.h"

#include "dheera-ai/providers/dheera-endpoint-private.h"
#include "dheera-ai/providers/dheera-provider-private.h"

/* Amazon Bedrock's Converse: one form for the models of many makers. */

static void
write_inference (DheeraBedrockPlan *plan,
                 DheeraJsonWriter  *writer)
{
  DheeraParams here = DHEERA_PARAM_TEMPERATURE | DHEERA_PARAM_TOP_P | DHEERA_PARAM_STOP;
  int max_tokens = dheera_bedrock_plan_get_max_tokens (plan);

  if (!(plan->params & here) && max_tokens < 0)
    return;

  dheera_json_writer_key (writer, "inferenceConfig");
  dheera_json_writer_begin_object (writer);
  if (max_tokens >= 0)
    dheera_json_writer_member_int (writer, "maxTokens", max_tokens);
  if (plan->params & DHEERA_PARAM_TEMPERATURE)
    dheera_json_writer_member_double (writer, "temperature", plan->request->temperature);
  if (plan->params & DHEERA_PARAM_TOP_P)
    dheera_json_writer_member_double (writer, "topP", plan->request->top_p);
  if (plan->params & DHEERA_PARAM_STOP)
    dheera_json_writer_member_strv (writer, "stopSequences", (const char *const *) plan->request->stop);
  dheera_json_writer_end_object (writer);
}

/* The schema goes as a text. */
static void
write_output (DheeraBedrockPlan *plan,
              DheeraJsonWriter  *writer)
{
  const DheeraRequest *request = plan->request;

  if (!(plan->params & DHEERA_PARAM_JSON_SCHEMA) || plan->json_tool)
    return;

  dheera_json_writer_key (writer, "outputConfig");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_key (writer, "textFormat");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "type", "json_schema");
  dheera_json_writer_key (writer, "structure");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_key (writer, "jsonSchema");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "schema", dheera_json_text_get (&request->response_schema));
  dheera_json_writer_member_string (writer, "name", request->response_schema_name != NULL ? request->response_schema_name : "response");
  if (request->response_schema_description != NULL)
    dheera_json_writer_member_string (writer, "description", request->response_schema_description);
  for (guint depth = 0; depth < 4; depth++)
    dheera_json_writer_end_object (writer);
}

/* OpenAI's "auto" is what holds when nothing is said. */
static void
write_rest (DheeraBedrockPlan *plan,
            DheeraJsonWriter  *writer)
{
  /* Converse wants at least one member in it. */
  if ((plan->params & DHEERA_PARAM_METADATA) && !dheera_json_text_is_empty_object (&plan->request->metadata))
    dheera_json_writer_member_raw (writer, "requestMetadata", dheera_json_text_get (&plan->request->metadata));
  if ((plan->params & DHEERA_PARAM_SERVICE_TIER) && !g_str_equal (plan->request->service_tier, "auto"))
    {
      dheera_json_writer_key (writer, "serviceTier");
      dheera_json_writer_begin_object (writer);
      dheera_json_writer_member_string (writer, "type", plan->request->service_tier);
      dheera_json_writer_end_object (writer);
    }
}

static gboolean
write_body (DheeraBedrockPlan *plan,
            DheeraJsonWriter  *writer,
            GError           **error)
{
  dheera_json_writer_begin_object (writer);
  if (!dheera_bedrock_write_turns (plan, writer, error))
    return FALSE;
  write_inference (plan, writer);
  if (!dheera_bedrock_write_tools (plan, writer, error))
    return FALSE;
  dheera_bedrock_write_additional (plan, writer);
  write_output (plan, writer);
  write_rest (plan, writer);
  dheera_json_writer_end_object (writer);

  return TRUE;
}

static DheeraHttpRequest *
encode_chat (const DheeraEncoding *encoding,
             DheeraRequest        *request,
             GError              **error)
{
  g_auto (DheeraBedrockPlan) plan = { 0 };
  g_autoptr (DheeraHttpRequest) http = NULL;
  g_autofree char *path = dheera_bedrock_make_path (encoding->model, encoding->stream ? "converse-stream" : "converse");
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;

  if (!dheera_bedrock_plan_init (&plan, encoding, request, error))
    return NULL;
  http = dheera_encoding_new_http_request (encoding, DHEERA_BASE_REQUEST (request), "POST", path, error);
  if (http == NULL)
    return NULL;

  dheera_json_writer_init (&writer, 1024);
  if (!write_body (&plan, &writer, error))
    {
      dheera_json_writer_clear (&writer);
      return NULL;
    }
  dheera_encoding_take_body (http, DHEERA_BASE_REQUEST (request), &writer);
  http->framing = encoding->stream ? DHEERA_FRAMING_AWS : DHEERA_FRAMING_WHOLE;
  if (plan.json_tool)
    http->decode_flags = DHEERA_BEDROCK_FLAG_JSON_TOOL;

  return g_steal_pointer (&http);
}

const DheeraProtocol dheera_bedrock_converse = {
  .name = "bedrock-converse",
  .encode_chat = encode_chat,
  .decode_chat = dheera_bedrock_decode,
  .decode_frame = dheera_bedrock_decode_frame,
  .decode_eof = dheera_bedrock_decode_eof,
  .tasks = {
    [DHEERA_TASK_LIST_MODELS] = { dheera_bedrock_encode_models, dheera_bedrock_decode_models },
    [DHEERA_TASK_EMBED] = { dheera_bedrock_encode_embeddings, dheera_bedrock_decode_embeddings },
    [DHEERA_TASK_RERANK] = { dheera_bedrock_encode_rerank, dheera_openai_decode_rerank },
    [DHEERA_TASK_COUNT_TOKENS] = { dheera_bedrock_encode_count, dheera_bedrock_decode_count },
  },
};
