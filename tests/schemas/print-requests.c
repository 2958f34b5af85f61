/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Each line of the input is {"provider": ..., "stream": true or false, "request": {OpenAI's chat JSON}}; each line of the output what would be sent,
 * {"url": ..., "body": ...}, or {"error": why nothing would}. */

#include <stdio.h>
#include <string.h>

#include "dheera-ai/providers/dheera-protocol-private.h"
#include "dheera-ai/providers/dheera-provider-private.h"

static DheeraHttpRequest *
encode (DheeraJsonValue   job,
        GError          **error)
{
  g_autofree char *id = dheera_json_dup_string (dheera_json_member (job, "provider"));
  g_autofree char *json = dheera_json_dup_raw (dheera_json_member (job, "request"));
  g_autoptr (DheeraProvider) provider = dheera_provider_new (id);
  g_autoptr (DheeraRequest) request = dheera_request_new_from_json (json, error);
  DheeraEncoding encoding = { .provider = provider, .base_url = "https://s.example", .model = "m", .policy = DHEERA_PARAM_POLICY_DROP };

  encoding.stream = dheera_json_get_boolean (dheera_json_member (job, "stream"), FALSE);
  if (request == NULL || !dheera_base_request_validate (DHEERA_BASE_REQUEST (request), error))
    return NULL;

  return dheera_provider_get_protocol (provider)->encode_chat (&encoding, request, error);
}

static void
answer (const char *line)
{
  g_auto (DheeraJson) json = DHEERA_JSON_INIT;
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;
  g_autoptr (DheeraHttpRequest) http = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_assert_true (dheera_json_parse (&json, line, strlen (line)));
  http = encode (dheera_json_root (&json), &error);

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
  char *line = NULL;
  size_t size = 0;

  while (getline (&line, &size, stdin) > 0)
    answer (line);
  free (line);

  return 0;
}
