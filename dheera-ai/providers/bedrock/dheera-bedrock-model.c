/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-bedrock-private.h"

#include <string.h>

#include "dheera-ai/providers/anthropic/dheera-anthropic-private.h"

#include "dheera-ai/wire/dheera-url-private.h"

/* What the models at Bedrock take that Converse itself has no say in. */

static const struct
{
  const char *part;
  DheeraBedrockMaker maker;
} makers[] = {
  { "anthropic.", DHEERA_BEDROCK_CLAUDE },
  { "amazon.nova", DHEERA_BEDROCK_NOVA },
  { "openai.", DHEERA_BEDROCK_OPENAI },
  { "mistral.", DHEERA_BEDROCK_MISTRAL },
};

DheeraBedrockModel
dheera_bedrock_model_find (const char *name)
{
  DheeraBedrockModel model = { DHEERA_BEDROCK_OTHER };

  for (guint i = 0; i < G_N_ELEMENTS (makers); i++)
    if (strstr (name, makers[i].part) != NULL)
      model.maker = makers[i].maker;

  if (model.maker == DHEERA_BEDROCK_NOVA)
    model.json_tool = TRUE;
  if (model.maker == DHEERA_BEDROCK_CLAUDE)
    {
      DheeraAnthropicModel claude = dheera_anthropic_model_find (name);

      model.thinks = claude.thinks;
      model.adaptive = claude.adaptive;
      model.takes_xhigh = claude.takes_xhigh;
      model.rejects_sampling = claude.rejects_sampling;
      model.one_sampling = claude.one_sampling;
      /* Those that came with xhigh refuse both Converse's form for JSON and strict tools. */
      model.json_tool = model.no_strict = claude.takes_xhigh;
    }

  return model;
}

char *
dheera_bedrock_make_path (const char *model,
                          const char *action)
{
  g_autofree char *segment = dheera_url_encode_segment (model);

  return g_strconcat ("/model/", segment, "/", action, NULL);
}

#define MAX_ID 64
#define MADE_ID 24

static gboolean
fits (const char *id)
{
  gsize length = strlen (id);

  if (length == 0 || length > MAX_ID)
    return FALSE;
  for (; *id != '\0'; id++)
    if (!g_ascii_isalnum (*id) && strchr ("_.:-", *id) == NULL)
      return FALSE;

  return TRUE;
}

/* The ids that Bedrock made up itself for a Mistral it knows again; any other has to be such as Mistral's are. */
static gboolean
fits_mistral (const char *id)
{
  return g_str_has_prefix (id, "tooluse_") ? fits (id) : dheera_tool_id_fits_mistral (id);
}

DheeraToolIds *
dheera_bedrock_make_tool_ids (const DheeraBedrockModel *model,
                              DheeraConversation       *conversation)
{
  if (model->maker == DHEERA_BEDROCK_MISTRAL)
    return dheera_tool_ids_new (conversation, fits_mistral, DHEERA_MISTRAL_ID_LENGTH);

  return dheera_tool_ids_new (conversation, fits, MADE_ID);
}
