/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-mock-private.h"

#include <string.h>

#include "dheera-ai/wire/dheera-json-writer-private.h"

/* From the bytes of a request to everything that will be said. */

#define MAX_CHOICES 128
#define MAX_STOPS 4
#define ID_DIGITS 24

typedef struct
{
  DheeraMockAnswer *answer;
  DheeraJsonValue request;
  DheeraMockPrompt prompt;
  guint max_tokens; /* 0: none */
  DheeraMockRefusal *refusal;
} Builder;

void
dheera_mock_answer_free (DheeraMockAnswer *self)
{
  g_free (self->id);
  g_free (self->reasoning);
  g_free (self->text);
  g_free (self->finish_reason);
  g_ptr_array_unref (self->calls);
  g_array_unref (self->steps);
  dheera_mock_options_clear (&self->options);
  g_free (self);
}

void
dheera_mock_answer_heal (DheeraMockAnswer *self)
{
  self->options.fault = DHEERA_MOCK_FAULT_NONE;
  g_ptr_array_set_size (self->options.headers, 0);
}

static gboolean
read_count (Builder    *self,
            const char *name,
            guint       highest,
            guint      *count)
{
  DheeraJsonValue value = dheera_json_member (self->request, name);
  gint64 number;

  if (!dheera_json_exists (value))
    return TRUE;
  number = dheera_json_type (value) == DHEERA_JSON_NUMBER ? dheera_json_get_int (value, 0) : 0;
  if (number < 1 || number > highest)
    return dheera_mock_refuse (self->refusal, 400, "invalid_value", name,
                               "The member \"%s\" must be a whole number from 1 to %u.", name, highest);
  *count = (guint) number;

  return TRUE;
}

static gboolean
read_model (Builder *self)
{
  g_autofree char *name = dheera_json_dup_string (dheera_json_member (self->request, "model"));
  g_autoptr (GString) known = g_string_new (NULL);
  const DheeraMockModel *models;
  guint n_models, i;

  if (name == NULL)
    return dheera_mock_refuse (self->refusal, 400, "missing_required_parameter", "model",
                               "The member \"model\" must be a string.");

  self->answer->model = dheera_mock_find_model (name);
  if (self->answer->model != NULL)
    return TRUE;

  models = dheera_mock_models (&n_models);
  for (i = 0; i < n_models; i++)
    g_string_append_printf (known, "%s%s", i > 0 ? ", " : "", models[i].id);

  return dheera_mock_refuse (self->refusal, 404, "model_not_found", "model",
                             "The model \"%s\" does not exist; there are: %s.", name, known->str);
}

static gboolean
read_parameters (Builder *self)
{
  DheeraMockAnswer *answer = self->answer;
  DheeraJsonValue options = dheera_json_member (self->request, "stream_options");

  answer->stream = dheera_json_get_boolean (dheera_json_member (self->request, "stream"), FALSE);
  answer->include_usage = dheera_json_get_boolean (dheera_json_member (options, "include_usage"), FALSE);
  if (dheera_json_exists (options) && !answer->stream)
    return dheera_mock_refuse (self->refusal, 400, "invalid_value", "stream_options",
                               "The member \"stream_options\" is allowed only where \"stream\" is true.");
  answer->n = 1;

  return read_count (self, "n", MAX_CHOICES, &answer->n)
         && read_count (self, "max_tokens", G_MAXINT32, &self->max_tokens)
         && read_count (self, "max_completion_tokens", G_MAXINT32, &self->max_tokens);
}

static gboolean
check_window (Builder *self)
{
  const DheeraMockModel *model = self->answer->model;

  self->answer->prompt_tokens = self->prompt.n_tokens;
  if (self->prompt.n_tokens <= model->context_window)
    return TRUE;

  return dheera_mock_refuse (self->refusal, 400, "context_length_exceeded", "messages",
                             "The maximum context length of the model \"%s\" is %u tokens, and the messages have %u.",
                             model->id, model->context_window, self->prompt.n_tokens);
}

static gboolean
add_calls (Builder *self)
{
  DheeraMockAnswer *answer = self->answer;
  GPtrArray *given = answer->options.calls;
  guint i;

  if (!dheera_mock_tools_choose (self->request, &self->prompt, answer->calls, self->refusal))
    return FALSE;

  if (given->len > 0)
    {
      g_ptr_array_unref (answer->calls);
      answer->calls = g_ptr_array_ref (given);
    }
  for (i = 0; i < answer->calls->len; i++)
    {
      DheeraMockCall *call = g_ptr_array_index (answer->calls, i);

      call->id = g_strdup_printf ("call_%s_%u", answer->id, i);
    }

  return TRUE;
}

/* A text that is an object already stays as it is, so that echo can be asked for any object. */
static char *
make_object (const char *text)
{
  DheeraJson json = DHEERA_JSON_INIT;
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;
  gboolean is_object;

  is_object = dheera_json_parse (&json, text, strlen (text))
              && dheera_json_type (dheera_json_root (&json)) == DHEERA_JSON_OBJECT;
  dheera_json_clear (&json);
  if (is_object)
    return g_strdup (text);

  dheera_json_writer_init (&writer, strlen (text) + 16);
  dheera_json_writer_begin_object (&writer);
  dheera_json_writer_member_string (&writer, "text", text);
  dheera_json_writer_end_object (&writer);

  return dheera_json_writer_steal (&writer);
}

static gboolean
apply_format (Builder *self)
{
  DheeraMockAnswer *answer = self->answer;
  DheeraJsonValue format = dheera_json_member (self->request, "response_format");
  DheeraJsonValue type = dheera_json_member (format, "type");
  g_autofree char *text = NULL;
  const char *why = NULL;

  if (!dheera_json_exists (format) || dheera_json_equal (type, "text"))
    return TRUE;

  text = g_steal_pointer (&answer->text);
  if (dheera_json_equal (type, "json_object"))
    {
      answer->text = make_object (text);
      return TRUE;
    }
  if (!dheera_json_equal (type, "json_schema"))
    return dheera_mock_refuse (self->refusal, 400, "invalid_value", "response_format",
                               "The type of \"response_format\" must be text, json_object or json_schema.");

  answer->text = dheera_mock_schema_instance (dheera_json_path (format, "json_schema.schema"), text, &why);
  if (answer->text == NULL)
    return dheera_mock_refuse (self->refusal, 400, "invalid_json_schema", "response_format",
                               "The schema of \"response_format\" can't be satisfied: %s.", why);

  return TRUE;
}

static gboolean
say_text (Builder *self)
{
  DheeraMockAnswer *answer = self->answer;

  if (answer->options.text != NULL)
    answer->text = g_strdup (answer->options.text);
  else if (answer->calls->len > 0)
    answer->text = g_strdup ("");
  else if (self->prompt.tool_results != NULL)
    answer->text = g_strdup (self->prompt.tool_results);
  else
    answer->text = dheera_mock_model_say (answer->model, self->prompt.user_text, self->max_tokens);

  return answer->options.text != NULL || answer->calls->len > 0 || apply_format (self);
}

static gboolean
say_reasoning (Builder *self)
{
  DheeraMockAnswer *answer = self->answer;
  DheeraJsonValue effort = dheera_json_member (self->request, "reasoning_effort");
  GString *out;

  if (dheera_json_exists (effort) && dheera_json_type (effort) != DHEERA_JSON_STRING)
    return dheera_mock_refuse (self->refusal, 400, "invalid_type", "reasoning_effort",
                               "The member \"reasoning_effort\" must be a string.");

  out = g_string_new (answer->options.reasoning);
  if (answer->options.reasoning == NULL && dheera_json_exists (effort) && !dheera_json_equal (effort, "none"))
    {
      g_string_append_printf (out, "The messages have %u words.", answer->prompt_tokens);
      if (!dheera_json_equal (effort, "low") && !dheera_json_equal (effort, "minimal"))
        g_string_append_printf (out, " I am the model %s, and I know what to do with them.",
                                answer->model->id);
      if (dheera_json_equal (effort, "high") || dheera_json_equal (effort, "xhigh")
          || dheera_json_equal (effort, "max"))
        g_string_append (out, " I have thought about it once more, and it is still right.");
    }
  answer->reasoning = g_string_free (out, FALSE);

  return TRUE;
}

static void
cut_at_stop (DheeraMockAnswer *answer,
             DheeraJsonValue   stop)
{
  g_autofree char *string = dheera_json_dup_string (stop);
  char *at;

  if (string == NULL || string[0] == '\0')
    return;
  at = strstr (answer->text, string);
  if (at != NULL)
    *at = '\0';
}

static gboolean
apply_stop (Builder *self)
{
  DheeraJsonValue stop = dheera_json_member (self->request, "stop");
  DheeraJsonIter iter;
  DheeraJsonValue value;

  if (dheera_json_type (stop) == DHEERA_JSON_ARRAY && dheera_json_size (stop) > MAX_STOPS)
    return dheera_mock_refuse (self->refusal, 400, "invalid_value", "stop",
                               "The member \"stop\" has more than %d strings.", MAX_STOPS);

  cut_at_stop (self->answer, stop);
  dheera_json_iter_init (&iter, stop);
  while (dheera_json_type (stop) == DHEERA_JSON_ARRAY && dheera_json_iter_next (&iter, NULL, &value))
    cut_at_stop (self->answer, value);

  return TRUE;
}

/* Cuts text into words, behind which the text ends when there are no more tokens. FALSE when that was
 * before its end. */
static gboolean
add_words (DheeraMockAnswer   *answer,
           DheeraMockStepKind  kind,
           guint               call,
           char               *text,
           guint               limit)
{
  gsize length;

  while ((length = dheera_mock_word (text)) > 0)
    {
      DheeraMockStep step = { kind, call, text, length };

      if (answer->completion_tokens == limit)
        {
          *text = '\0';
          return FALSE;
        }
      answer->completion_tokens++;
      g_array_append_val (answer->steps, step);
      text += length;
    }

  return TRUE;
}

static void
add_steps (Builder *self)
{
  DheeraMockAnswer *answer = self->answer;
  guint limit = MIN (self->max_tokens != 0 ? self->max_tokens : G_MAXUINT, answer->model->max_output);
  gboolean whole;
  guint i;

  whole = add_words (answer, DHEERA_MOCK_STEP_REASONING, 0, answer->reasoning, limit);
  answer->reasoning_tokens = answer->completion_tokens;
  if (whole)
    whole = add_words (answer, DHEERA_MOCK_STEP_TEXT, 0, answer->text, limit);
  else
    answer->text[0] = '\0';

  for (i = 0; whole && i < answer->calls->len; i++)
    {
      DheeraMockCall *call = g_ptr_array_index (answer->calls, i);
      DheeraMockStep step = { DHEERA_MOCK_STEP_CALL, i, NULL, 0 };

      g_array_append_val (answer->steps, step);
      whole = add_words (answer, DHEERA_MOCK_STEP_ARGUMENTS, i, call->arguments, limit);
    }
  if (!whole)
    g_ptr_array_set_size (answer->calls, i);

  if (answer->options.finish_reason != NULL)
    answer->finish_reason = g_strdup (answer->options.finish_reason);
  else if (!whole)
    answer->finish_reason = g_strdup ("length");
  else
    answer->finish_reason = g_strdup (answer->calls->len > 0 ? "tool_calls" : "stop");
}

static gboolean
build (Builder *self)
{
  DheeraJsonValue messages = dheera_json_member (self->request, "messages");

  if (dheera_json_type (self->request) != DHEERA_JSON_OBJECT)
    return dheera_mock_refuse (self->refusal, 400, NULL, NULL, "The request body must be a JSON object.");
  if (!dheera_mock_options_parse (&self->answer->options, self->request, self->refusal))
    return FALSE;
  if (!read_model (self) || !read_parameters (self))
    return FALSE;
  if (!dheera_mock_prompt_parse (&self->prompt, messages, self->refusal) || !check_window (self))
    return FALSE;
  if (!add_calls (self) || !say_text (self) || !say_reasoning (self) || !apply_stop (self))
    return FALSE;

  add_steps (self);

  return TRUE;
}

DheeraMockAnswer *
dheera_mock_answer_new (const char        *body,
                        gsize              length,
                        DheeraMockRefusal *refusal)
{
  g_autoptr (DheeraMockAnswer) answer = g_new0 (DheeraMockAnswer, 1);
  DheeraJson json = DHEERA_JSON_INIT;
  Builder builder = { .answer = answer, .refusal = refusal };
  gboolean built = FALSE;

  answer->id = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) body, length);
  answer->id[ID_DIGITS] = '\0';
  answer->calls = g_ptr_array_new_with_free_func ((GDestroyNotify) dheera_mock_call_free);
  answer->steps = g_array_new (FALSE, FALSE, sizeof (DheeraMockStep));

  if (dheera_json_parse (&json, body, length))
    {
      builder.request = dheera_json_root (&json);
      built = build (&builder);
      dheera_mock_prompt_clear (&builder.prompt);
    }
  else
    dheera_mock_refuse (refusal, 400, NULL, NULL,
                        "The request body is not JSON: %s at byte %" G_GSIZE_FORMAT ".",
                        json.error_message, json.error_offset);
  dheera_json_clear (&json);

  return built ? g_steal_pointer (&answer) : NULL;
}
