/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Prints what each provider can be asked for, found out by asking: "openai<TAB>chat tools schema ...". A feature is there when a request with it can be encoded; nothing
 * is sent. update-readme.py makes the table of README.md of it, and compares the page about providers. */

#include "dheera-ai/model/dheera-embedding-request.h"
#include "dheera-ai/model/dheera-image-request.h"
#include "dheera-ai/model/dheera-moderation-request.h"
#include "dheera-ai/model/dheera-rerank-request.h"
#include "dheera-ai/model/dheera-speech-request.h"
#include "dheera-ai/model/dheera-transcription-request.h"
#include "dheera-ai/model/requests/dheera-request-private.h"
#include "dheera-ai/providers/dheera-protocol-private.h"
#include "dheera-ai/providers/dheera-provider-private.h"

/* Most encoders do not look at the name of a model. These do. */
static const struct
{
  const char *protocol;
  const char *feature;
  const char *model;
} models[] = {
  { "anthropic", NULL, "claude-sonnet-4-6" },
  { "bedrock-converse", "embed", "amazon.titan-embed-text-v2:0" },
  { "bedrock-converse", "rerank", "cohere.rerank-v3-5:0" },
  { "bedrock-converse", NULL, "anthropic.claude-sonnet-4-6" },
  { "gemini", "embed", "gemini-embedding-001" },
  { "gemini", "generate_image", "imagen-4.0-generate-001" },
  { "gemini", NULL, "gemini-2.5-flash" },
};

#define HI "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]"
#define PART(json) "\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Hi\"}," json "]}]"

static const struct
{
  const char *name;
  const char *members;
} chat_features[] = {
  { "chat", HI },
  { "tools", HI ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"type\":\"object\"}}}]" },
  { "schema", HI ",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"s\",\"schema\":{\"type\":\"object\","
    "\"properties\":{\"a\":{\"type\":\"string\"}},\"required\":[\"a\"],\"additionalProperties\":false}}}" },
  { "reasoning", HI ",\"reasoning_effort\":\"medium\"" },
  { "pictures", PART ("{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,iVBORw0KGgo=\"}}") },
  { "sound", PART ("{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"UklGRg==\",\"format\":\"wav\"}}") },
  { "files", PART ("{\"type\":\"file\",\"file\":{\"filename\":\"a.pdf\",\"file_data\":\"data:application/pdf;base64,JVBERi0=\"}}") },
};

static gpointer
new_models_request (void)
{
  return dheera_models_request_new (NULL);
}

static gpointer
new_chat_request (void)
{
  return dheera_request_new_for_prompt ("m", "Hi");
}

static gpointer
new_embedding_request (void)
{
  return dheera_embedding_request_new_for_input ("m", "Hi");
}

static gpointer
new_rerank_request (void)
{
  DheeraRerankRequest *request = dheera_rerank_request_new_for_query ("m", "Hi");

  dheera_rerank_request_add_document (request, "Hello");
  return request;
}

static gpointer
new_moderation_request (void)
{
  return dheera_moderation_request_new_for_text ("m", "Hi");
}

static gpointer
new_image_request (void)
{
  return dheera_image_request_new_for_prompt ("m", "Hi");
}

static gpointer
new_transcription_request (void)
{
  g_autoptr (GBytes) sound = g_bytes_new_static ("RIFF0000WAVE", 12);

  return dheera_transcription_request_new_for_audio ("m", sound, "audio/wav");
}

static gpointer
new_speech_request (void)
{
  return dheera_speech_request_new_for_input ("m", "Hi", "alloy");
}

static const struct
{
  const char *name;
  gpointer (*new_request) (void);
} task_features[DHEERA_N_TASKS] = {
  [DHEERA_TASK_LIST_MODELS] = { "list_models", new_models_request },
  [DHEERA_TASK_EMBED] = { "embed", new_embedding_request },
  [DHEERA_TASK_COUNT_TOKENS] = { "count_tokens", new_chat_request },
  [DHEERA_TASK_RERANK] = { "rerank", new_rerank_request },
  [DHEERA_TASK_MODERATE] = { "moderate", new_moderation_request },
  [DHEERA_TASK_GENERATE_IMAGE] = { "generate_image", new_image_request },
  [DHEERA_TASK_TRANSCRIBE] = { "transcribe", new_transcription_request },
  [DHEERA_TASK_SPEAK] = { "speak", new_speech_request },
};

static const char *
find_model (const DheeraProtocol *protocol,
            const char           *feature)
{
  for (guint i = 0; i < G_N_ELEMENTS (models); i++)
    if (g_str_equal (models[i].protocol, protocol->name) && (models[i].feature == NULL || g_str_equal (models[i].feature, feature)))
      return models[i].model;
  return "m";
}

/* What a provider does not have it says in one of two ways. Anything else is a mistake in this program. */
static void
print_when_encoded (const char        *feature,
                    DheeraHttpRequest *http,
                    const GError      *error)
{
  if (http != NULL)
    g_print (" %s", feature);
  else if (!g_error_matches (error, DHEERA_ERROR, DHEERA_ERROR_NOT_SUPPORTED) &&
           !g_error_matches (error, DHEERA_ERROR, DHEERA_ERROR_UNSUPPORTED_PARAMETER))
    g_error ("%s: %s", feature, error->message);
}

static void
print_chat_features (const DheeraProtocol *protocol,
                     DheeraEncoding       *encoding)
{
  for (guint i = 0; i < G_N_ELEMENTS (chat_features); i++)
    {
      g_autofree char *json = g_strdup_printf ("{\"model\":\"m\",%s}", chat_features[i].members);
      g_autoptr (GError) error = NULL;
      g_autoptr (DheeraRequest) request = dheera_request_new_from_json (json, &error);
      g_autoptr (DheeraHttpRequest) http = NULL;

      g_assert_no_error (error);
      encoding->model = find_model (protocol, chat_features[i].name);
      http = protocol->encode_chat (encoding, request, &error);
      print_when_encoded (chat_features[i].name, http, error);
    }
}

static void
print_task_features (const DheeraProtocol *protocol,
                     DheeraEncoding       *encoding)
{
  encoding->stream = FALSE;
  for (DheeraTask task = 0; task < DHEERA_N_TASKS; task++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (DheeraBaseRequest) request = task_features[task].new_request ();
      const DheeraCodec *codec = dheera_protocol_get_codec (protocol, task, encoding->provider, &error);
      g_autoptr (DheeraHttpRequest) http = NULL;

      encoding->model = find_model (protocol, task_features[task].name);
      if (codec != NULL)
        http = codec->encode (encoding, request, &error);
      print_when_encoded (task_features[task].name, http, error);
    }
}

int
main (void)
{
  guint n_rows;
  const DheeraProviderRow *rows = dheera_provider_rows (&n_rows);

  g_setenv ("AWS_REGION", "us-east-1", TRUE);
  g_setenv ("GOOGLE_CLOUD_PROJECT", "p", TRUE);
  for (guint i = 0; i < n_rows; i++)
    {
      g_autoptr (DheeraProvider) provider = dheera_provider_new (rows[i].id);
      g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);
      DheeraEncoding encoding = { provider, "https://api.example", "m", TRUE, DHEERA_PARAM_POLICY_REJECT, warnings };

      g_print ("%s\t", rows[i].id);
      print_chat_features (rows[i].protocol, &encoding);
      print_task_features (rows[i].protocol, &encoding);
      g_print ("\n");
    }

  return 0;
}
