/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Each line of the input is {"model": ..., "task": "chat", "stream" or "count", "request": {OpenAI's chat JSON}}; each line of the output what would be sent to the Gemini API,
 * {"url": ..., "body": ...}, or {"error": why nothing would}. */

#include <stdio.h>
#include <string.h>

#include "dheera-ai/providers/dheera-protocol-private.h"
#include "dheera-ai/providers/dheera-provider-private.h"

static DheeraHttpRequest *
encode (DheeraProvider  *provider,
        DheeraJsonValue  job,
        GError         **error)
{
  g_autofree char *task = dheera_json_dup_string (dheera_json_member (job, "task"));
  g_autofree char *model = dheera_json_dup_string (dheera_json_member (job, "model"));
  g_autofree char *json = dheera_json_dup_raw (dheera_json_member (job, "request"));
  g_autoptr (DheeraRequest) request = dheera_request_new_from_json (json, error);
  const DheeraProtocol *protocol = dheera_provider_get_protocol (provider);
  DheeraEncoding encoding = { .provider = provider, .base_url = "https://g.example/v1beta", .model = model, .policy = DHEERA_PARAM_POLICY_DROP };

  encoding.stream = g_str_equal (task, "stream");
  if (request == NULL || !dheera_base_request_validate (DHEERA_BASE_REQUEST (request), error))
    return NULL;
  if (g_str_equal (task, "count"))
    return protocol->tasks[DHEERA_TASK_COUNT_TOKENS].encode (&encoding, DHEERA_BASE_REQUEST (request), error);

  return protocol->encode_chat (&encoding, request, error);
}

static void
answer (DheeraProvider *provider,
        const char     *line)
{
  g_auto (DheeraJson) json = DHEERA_JSON_INIT;
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;
  g_autoptr (DheeraHttpRequest) http = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_assert_true (dheera_json_parse (&json, line, strlen (line)));
  http = encode (provider, dheera_json_root (&json), &error);

  dheera_json_writer_init (&writer, 1024);
  dheera_json_writer_begin_object (&writer);
  if (http == NULL)
    dheera_json_writer_member_string (&writer, "error", error->message);
  else
    {
      gsize length;
      const char *body = g_bytes_get_data (http->body, &length);

      dheera_json_writer_member_string (&writer, "url", http->url);
      dheera_json_writer_key (&writer, "body");
      dheera_json_writer_raw (&writer, body, (gssize) length);
    }
  dheera_json_writer_end_object (&writer);
  text = dheera_json_writer_steal (&writer);
  puts (text);
}

int
main (void)
{
  g_autoptr (DheeraProvider) provider = dheera_provider_new ("gemini");
  char *line = NULL;
  size_t size = 0;

  while (getline (&line, &size, stdin) > 0)
    answer (provider, line);
  free (line);

  return 0;
}
