/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-mock-reply-private.h"

#include "dheera-ai/wire/dheera-error-body-private.h"
#include "dheera-ai/wire/dheera-json-writer-private.h"

/* Renders OpenAI's objects: errors, models, completions and the chunks of a stream. */

/* The same request has the same answer, so the answer is always of the same time: 2025-01-01. */
#define CREATED 1735689600
#define FINGERPRINT "fp_mock"

typedef struct
{
  guint status;
  const char *type;
  const char *code;
} StatusError;

static const StatusError *
find_status_error (guint status)
{
  static const StatusError errors[] = {
    { 400, "invalid_request_error", NULL },
    { 401, "invalid_request_error", "invalid_api_key" },
    { 403, "invalid_request_error", "permission_denied" },
    { 404, "invalid_request_error", "not_found" },
    { 408, "server_error", "request_timeout" },
    { 409, "invalid_request_error", "conflict" },
    { 413, "invalid_request_error", "request_too_large" },
    { 429, "rate_limit_error", "rate_limit_exceeded" },
    { 503, "service_unavailable_error", "server_is_overloaded" },
    { 500, "server_error", "server_error" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (errors) - 1; i++)
    {
      if (errors[i].status == status)
        return &errors[i];
    }

  return status >= 400 && status < 500 ? &errors[0] : &errors[i];
}

char *
dheera_mock_format_refusal (const DheeraMockRefusal *refusal)
{
  return dheera_error_body_write (refusal->message, find_status_error (refusal->status)->type, refusal->param, refusal->code);
}

char *
dheera_mock_format_error (guint       status,
                          const char *message)
{
  const StatusError *error = find_status_error (status);
  g_autofree char *usual = g_strdup_printf ("The mock was told to fail with status %u.", status);

  return dheera_error_body_write (message != NULL ? message : usual, error->type, NULL, error->code);
}

static void
write_model (DheeraJsonWriter      *writer,
             const DheeraMockModel *model)
{
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "id", model->id);
  dheera_json_writer_member_string (writer, "object", "model");
  dheera_json_writer_member_int (writer, "created", CREATED);
  dheera_json_writer_member_string (writer, "owned_by", "dheera-ai");
  dheera_json_writer_member_int (writer, "context_window", model->context_window);
  dheera_json_writer_member_int (writer, "max_completion_tokens", model->max_output);
  dheera_json_writer_end_object (writer);
}

char *
dheera_mock_format_model (const DheeraMockModel *model)
{
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;

  dheera_json_writer_init (&writer, 256);
  write_model (&writer, model);

  return dheera_json_writer_steal (&writer);
}

char *
dheera_mock_format_models (void)
{
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;
  const DheeraMockModel *models;
  guint n_models, i;

  models = dheera_mock_models (&n_models);
  dheera_json_writer_init (&writer, 1024);
  dheera_json_writer_begin_object (&writer);
  dheera_json_writer_member_string (&writer, "object", "list");
  dheera_json_writer_key (&writer, "data");
  dheera_json_writer_begin_array (&writer);
  for (i = 0; i < n_models; i++)
    write_model (&writer, &models[i]);
  dheera_json_writer_end_array (&writer);
  dheera_json_writer_end_object (&writer);

  return dheera_json_writer_steal (&writer);
}

char *
dheera_mock_format_stats (const DheeraMockStats *stats)
{
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;

  dheera_json_writer_init (&writer, 256);
  dheera_json_writer_begin_object (&writer);
  dheera_json_writer_member_int (&writer, "connections", stats->connections);
  dheera_json_writer_member_int (&writer, "requests", stats->requests);
  dheera_json_writer_member_int (&writer, "finished", stats->finished);
  dheera_json_writer_member_int (&writer, "broken", stats->broken);
  dheera_json_writer_member_int (&writer, "gone", stats->gone);
  dheera_json_writer_member_int (&writer, "words", stats->words);
  dheera_json_writer_end_object (&writer);

  return dheera_json_writer_steal (&writer);
}

static void
write_usage (DheeraJsonWriter       *writer,
             const DheeraMockAnswer *answer)
{
  gint64 completion = (gint64) answer->n * answer->completion_tokens;

  if (answer->options.usage != NULL)
    {
      dheera_json_writer_member_raw (writer, "usage", answer->options.usage);
      return;
    }

  dheera_json_writer_key (writer, "usage");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_int (writer, "prompt_tokens", answer->prompt_tokens);
  dheera_json_writer_member_int (writer, "completion_tokens", completion);
  dheera_json_writer_member_int (writer, "total_tokens", answer->prompt_tokens + completion);
  dheera_json_writer_key (writer, "prompt_tokens_details");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_int (writer, "cached_tokens", 0);
  dheera_json_writer_end_object (writer);
  dheera_json_writer_key (writer, "completion_tokens_details");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_int (writer, "reasoning_tokens", (gint64) answer->n * answer->reasoning_tokens);
  dheera_json_writer_end_object (writer);
  dheera_json_writer_end_object (writer);
}

/* Everything before the choices; the object stays open. */
static void
begin_object (DheeraJsonWriter       *writer,
              const DheeraMockAnswer *answer,
              const char             *object)
{
  g_autofree char *id = g_strconcat ("chatcmpl-", answer->id, NULL);

  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "id", id);
  dheera_json_writer_member_string (writer, "object", object);
  dheera_json_writer_member_int (writer, "created", CREATED);
  dheera_json_writer_member_string (writer, "model", answer->model->id);
  dheera_json_writer_member_string (writer, "system_fingerprint", FINGERPRINT);
  dheera_json_writer_key (writer, "choices");
  dheera_json_writer_begin_array (writer);
}

static void
write_call (DheeraJsonWriter     *writer,
            const DheeraMockCall *call,
            const char           *arguments)
{
  dheera_json_writer_member_string (writer, "id", call->id);
  dheera_json_writer_member_string (writer, "type", "function");
  dheera_json_writer_key (writer, "function");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "name", call->name);
  dheera_json_writer_member_string (writer, "arguments", arguments);
  dheera_json_writer_end_object (writer);
}

static void
write_message (DheeraJsonWriter       *writer,
               const DheeraMockAnswer *answer)
{
  gboolean has_calls = answer->calls->len > 0;
  gboolean is_silent = has_calls && answer->text[0] == '\0';
  guint i;

  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_string (writer, "role", "assistant");
  dheera_json_writer_member_string (writer, "content", is_silent ? NULL : answer->text);
  dheera_json_writer_member_string (writer, "refusal", NULL);
  if (answer->reasoning[0] != '\0')
    dheera_json_writer_member_string (writer, "reasoning_content", answer->reasoning);
  if (has_calls)
    {
      dheera_json_writer_key (writer, "tool_calls");
      dheera_json_writer_begin_array (writer);
      for (i = 0; i < answer->calls->len; i++)
        {
          const DheeraMockCall *call = g_ptr_array_index (answer->calls, i);

          dheera_json_writer_begin_object (writer);
          write_call (writer, call, call->arguments);
          dheera_json_writer_end_object (writer);
        }
      dheera_json_writer_end_array (writer);
    }
  dheera_json_writer_end_object (writer);
}

char *
dheera_mock_format_completion (const DheeraMockAnswer *answer)
{
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;
  guint i;

  dheera_json_writer_init (&writer, 1024);
  begin_object (&writer, answer, "chat.completion");
  for (i = 0; i < answer->n; i++)
    {
      dheera_json_writer_begin_object (&writer);
      dheera_json_writer_member_int (&writer, "index", i);
      dheera_json_writer_key (&writer, "message");
      write_message (&writer, answer);
      dheera_json_writer_key (&writer, "logprobs");
      dheera_json_writer_null (&writer);
      dheera_json_writer_member_string (&writer, "finish_reason", answer->finish_reason);
      dheera_json_writer_end_object (&writer);
    }
  dheera_json_writer_end_array (&writer);
  write_usage (&writer, answer);
  dheera_json_writer_end_object (&writer);

  return dheera_json_writer_steal (&writer);
}

static void
write_text_delta (DheeraJsonWriter     *writer,
                  const char           *member,
                  const DheeraMockStep *step)
{
  dheera_json_writer_key (writer, member);
  dheera_json_writer_string_len (writer, step->text, step->length);
}

static void
write_call_delta (DheeraJsonWriter       *writer,
                  const DheeraMockAnswer *answer,
                  const DheeraMockStep   *step)
{
  dheera_json_writer_key (writer, "tool_calls");
  dheera_json_writer_begin_array (writer);
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_int (writer, "index", step->call);
  if (step->kind == DHEERA_MOCK_STEP_CALL)
    write_call (writer, g_ptr_array_index (answer->calls, step->call), "");
  else
    {
      dheera_json_writer_key (writer, "function");
      dheera_json_writer_begin_object (writer);
      write_text_delta (writer, "arguments", step);
      dheera_json_writer_end_object (writer);
    }
  dheera_json_writer_end_object (writer);
  dheera_json_writer_end_array (writer);
}

/* Without a step the first delta of a choice, and with last its last one, which is empty. */
static void
append_chunk (GString                *out,
              const DheeraMockAnswer *answer,
              guint                   index,
              const DheeraMockStep   *step,
              gboolean                last)
{
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;

  dheera_json_writer_init (&writer, 384);
  begin_object (&writer, answer, "chat.completion.chunk");
  dheera_json_writer_begin_object (&writer);
  dheera_json_writer_member_int (&writer, "index", index);
  dheera_json_writer_key (&writer, "delta");
  dheera_json_writer_begin_object (&writer);
  if (step == NULL && !last)
    {
      dheera_json_writer_member_string (&writer, "role", "assistant");
      dheera_json_writer_member_string (&writer, "content", "");
      dheera_json_writer_member_string (&writer, "refusal", NULL);
    }
  else if (step != NULL && step->kind == DHEERA_MOCK_STEP_REASONING)
    write_text_delta (&writer, "reasoning_content", step);
  else if (step != NULL && step->kind == DHEERA_MOCK_STEP_TEXT)
    write_text_delta (&writer, "content", step);
  else if (step != NULL)
    write_call_delta (&writer, answer, step);
  dheera_json_writer_end_object (&writer);
  dheera_json_writer_key (&writer, "logprobs");
  dheera_json_writer_null (&writer);
  dheera_json_writer_member_string (&writer, "finish_reason", last ? answer->finish_reason : NULL);
  dheera_json_writer_end_object (&writer);
  dheera_json_writer_end_array (&writer);
  if (answer->include_usage)
    dheera_json_writer_member_raw (&writer, "usage", "null");
  dheera_json_writer_end_object (&writer);

  g_string_append (out, "data: ");
  g_string_append_len (out, writer.out->str, writer.out->len);
  g_string_append (out, "\n\n");
  dheera_json_writer_clear (&writer);
}

void
dheera_mock_append_begin (GString                *out,
                          const DheeraMockAnswer *answer)
{
  guint i;

  for (i = 0; i < answer->n; i++)
    append_chunk (out, answer, i, NULL, FALSE);
}

void
dheera_mock_append_step (GString                *out,
                         const DheeraMockAnswer *answer,
                         const DheeraMockStep   *step)
{
  guint i;

  for (i = 0; i < answer->n; i++)
    append_chunk (out, answer, i, step, FALSE);
}

void
dheera_mock_append_end (GString                *out,
                        const DheeraMockAnswer *answer)
{
  guint i;

  for (i = 0; i < answer->n; i++)
    append_chunk (out, answer, i, NULL, TRUE);

  if (answer->include_usage)
    {
      DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;

      dheera_json_writer_init (&writer, 384);
      begin_object (&writer, answer, "chat.completion.chunk");
      dheera_json_writer_end_array (&writer);
      write_usage (&writer, answer);
      dheera_json_writer_end_object (&writer);
      g_string_append (out, "data: ");
      g_string_append_len (out, writer.out->str, writer.out->len);
      g_string_append (out, "\n\n");
      dheera_json_writer_clear (&writer);
    }

  g_string_append (out, "data: [DONE]\n\n");
}
