/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Each line of the input is {"model": ..., "task": "converse", "converse-stream" or "count-tokens", "request": {OpenAI's chat JSON}}; each line of the output what would be sent,
 * {"url": ..., "body": ...}, or {"error": why nothing would}. A line {"region": ...} is answered with {"url": the base URL there}. */

#include <stdio.h>
#include <string.h>

#include "dheera-ai/providers/dheera-protocol-private.h"
#include "dheera-ai/providers/dheera-provider-private.h"
#include "dheera-ai/wire/dheera-json-private.h"

static DheeraHttpRequest *
encode (DheeraProvider  *provider,
        DheeraJsonValue  job,
        GError         **error)
{
  g_autofree char *task = dheera_json_dup_string (dheera_json_member (job, "task"));
  g_autofree char *model = dheera_json_dup_string (dheera_json_member (job, "model"));
  g_autofree char *json = dheera_json_dup_raw (dheera_json_member (job, "request"));
  g_autofree char *base_url = dheera_provider_dup_base_url (provider, NULL, error);
  g_autoptr (DheeraRequest) request = dheera_request_new_from_json (json, error);
  const DheeraProtocol *protocol = dheera_provider_get_protocol (provider);
  DheeraEncoding encoding = { provider, base_url, model, g_str_equal (task, "converse-stream"), DHEERA_PARAM_POLICY_DROP };

  if (request == NULL || base_url == NULL || !dheera_base_request_validate (DHEERA_BASE_REQUEST (request), error))
    return NULL;
  if (g_str_equal (task, "count-tokens"))
    return protocol->tasks[DHEERA_TASK_COUNT_TOKENS].encode (&encoding, DHEERA_BASE_REQUEST (request), error);

  return protocol->encode_chat (&encoding, request, error);
}

static void
write_answer (DheeraProvider   *provider,
              DheeraJsonValue   job,
              DheeraJsonWriter *writer)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DheeraHttpRequest) http = NULL;
  g_autofree char *url = NULL;

  if (dheera_json_exists (dheera_json_member (job, "task")))
    http = encode (provider, job, &error);
  else
    url = dheera_provider_dup_base_url (provider, NULL, &error);

  if (http == NULL && url == NULL)
    {
      dheera_json_writer_member_string (writer, "error", error->message);
      return;
    }
  dheera_json_writer_member_string (writer, "url", http != NULL ? http->url : url);
  if (http != NULL)
    dheera_json_writer_member_raw (writer, "body", g_bytes_get_data (http->body, NULL));
}

static void
answer (const char *line)
{
  g_autoptr (DheeraProvider) provider = dheera_provider_new ("bedrock");
  DheeraJson json = DHEERA_JSON_INIT;
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;
  g_autofree char *region = NULL;
  g_autofree char *text = NULL;

  g_assert_true (dheera_json_parse (&json, line, strlen (line)));
  region = dheera_json_dup_string (dheera_json_member (dheera_json_root (&json), "region"));
  dheera_provider_set_region (provider, region != NULL ? region : "us-east-1");

  dheera_json_writer_init (&writer, 1024);
  dheera_json_writer_begin_object (&writer);
  write_answer (provider, dheera_json_root (&json), &writer);
  dheera_json_writer_end_object (&writer);
  text = dheera_json_writer_steal (&writer);
  puts (text);
  dheera_json_clear (&json);
}

int
main (void)
{
  char *line = NULL;
  size_t size = 0;

  while (getline (&line, &size, stdin) > 0)
    answer (line);
  free (line);

  return 0;
}
