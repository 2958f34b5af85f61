/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-tool.h"

#include <gio/gunixinputstream.h>
#include <stdio.h>
#include <unistd.h>

/* dheera-ai complete: one question, one answer. */

typedef struct
{
  DheeraToolOptions request;
  gboolean stream;
  gboolean no_stream;
  gboolean json;
  gboolean verbose;
  char *schema;
  char **images;
  char **prompts;
} Options;

static void
options_clear (Options *self)
{
  dheera_tool_options_clear (&self->request);
  g_free (self->schema);
  g_strfreev (self->images);
  g_strfreev (self->prompts);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static gboolean
parse (Options *self,
       int     *argc,
       char  ***argv,
       int     *exit_code)
{
  const GOptionEntry entries[] = {
    { "stream", 0, 0, G_OPTION_ARG_NONE, &self->stream, "Print the answer while it comes in (so it is on a terminal)", NULL },
    { "no-stream", 0, 0, G_OPTION_ARG_NONE, &self->no_stream, "Print the answer when it is complete", NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &self->json, "Print the whole response as JSON; with --stream a line per piece", NULL },
    { "schema", 0, 0, G_OPTION_ARG_FILENAME, &self->schema, "Have JSON answered that follows the JSON schema in FILE", "FILE" },
    { "image", 'i', 0, G_OPTION_ARG_FILENAME_ARRAY, &self->images, "Show the model an image; can be repeated", "FILE" },
    { "verbose", 'v', 0, G_OPTION_ARG_NONE, &self->verbose, "Say which model answers, how many tokens it took and how long", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->prompts, NULL, "[PROMPT|-]" },
    { NULL },
  };
  g_autoptr(GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context, "Asks a model one question and prints the answer. The prompt is an argument, or is read from standard input.");
  g_option_context_add_main_entries (context, entries, NULL);
  dheera_tool_options_init (&self->request, context);
  if (!dheera_tool_parse (context, argc, argv, exit_code))
    return FALSE;

  if (self->stream && self->no_stream)
    *exit_code = dheera_tool_usage_error ("Only one of --stream and --no-stream can be given.");
  else if (self->prompts != NULL && self->prompts[0] != NULL && self->prompts[1] != NULL)
    *exit_code = dheera_tool_usage_error ("There is more than one prompt: put it into quotes.");
  else
    return TRUE;

  return FALSE;
}

/* --- What is asked ------------------------------------------------------------------------------------------------------------- */

static char *
read_input (GError **error)
{
  g_autoptr(GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  g_autoptr(GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr(GBytes) bytes = NULL;
  const char *data;
  gsize length;

  if (g_output_stream_splice (memory, input, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, NULL, error) < 0)
    return NULL;

  bytes = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
  data = g_bytes_get_data (bytes, &length);

  return length > 0 ? g_strndup (data, length) : g_strdup ("");
}

/* The prompt, or NULL when the command is over with *exit_code. */
static char *
get_prompt (Options *options,
            int     *exit_code)
{
  const char *argument = options->prompts != NULL ? options->prompts[0] : NULL;
  gboolean from_input = argument == NULL || g_str_equal (argument, "-");
  g_autofree char *prompt = NULL;
  g_autoptr(GError) error = NULL;

  if (argument == NULL && isatty (STDIN_FILENO))
    {
      *exit_code = dheera_tool_usage_error ("There is no prompt. Give one in quotes, or - to type one that ends with Ctrl-D.");
      return NULL;
    }

  prompt = from_input ? read_input (&error) : g_strdup (argument);
  if (prompt == NULL)
    {
      dheera_tool_note ("Standard input can't be read: %s.", error->message);
      *exit_code = DHEERA_EXIT_FAILURE;
      return NULL;
    }
  if (!g_utf8_validate (prompt, -1, NULL))
    {
      dheera_tool_note ("The prompt is not UTF-8.");
      *exit_code = DHEERA_EXIT_FAILURE;
      return NULL;
    }
  if (from_input)
    g_strchomp (prompt);
  if (*prompt == '\0' && options->images == NULL)
    {
      *exit_code = dheera_tool_usage_error ("The prompt is empty.");
      return NULL;
    }

  return g_steal_pointer (&prompt);
}

static DheeraPart *
load_image (const char  *name,
            GError     **error)
{
  g_autofree char *contents = NULL;
  g_autofree char *type = NULL;
  g_autofree char *mime_type = NULL;
  g_autoptr(GBytes) bytes = NULL;
  gsize length;

  if (g_str_has_prefix (name, "https://") || g_str_has_prefix (name, "http://"))
    return dheera_part_new_image_uri (name);
  if (!g_file_get_contents (name, &contents, &length, error))
    return NULL;

  type = g_content_type_guess (name, (const guchar *) contents, length, NULL);
  mime_type = g_content_type_get_mime_type (type);
  if (mime_type == NULL || !g_str_has_prefix (mime_type, "image/"))
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "“%s” is not an image that is known here", name);
      return NULL;
    }
  bytes = g_bytes_new_take (g_steal_pointer (&contents), length);

  return dheera_part_new_image (bytes, mime_type);
}

static gboolean
add_prompt (DheeraRequest  *request,
            Options        *options,
            const char     *prompt,
            GError        **error)
{
  g_autoptr(DheeraMessage) message = dheera_message_new (DHEERA_ROLE_USER, prompt);

  for (guint i = 0; options->images != NULL && options->images[i] != NULL; i++)
    {
      g_autoptr(DheeraPart) part = load_image (options->images[i], error);

      if (part == NULL)
        return FALSE;
      dheera_message_add_part (message, part);
    }
  dheera_conversation_append (dheera_request_get_conversation (request), message);

  return TRUE;
}

static gboolean
add_schema (DheeraRequest  *request,
            Options        *options,
            GError        **error)
{
  g_autofree char *schema = NULL;

  if (options->schema == NULL)
    return TRUE;
  if (!g_file_get_contents (options->schema, &schema, NULL, error) ||
      !dheera_request_set_response_schema (request, schema, error))
    return FALSE;
  dheera_request_set_response_format (request, DHEERA_RESPONSE_FORMAT_JSON_SCHEMA);

  return TRUE;
}

/* --- What is answered ---------------------------------------------------------------------------------------------------------- */

static void
print_figures (DheeraResponse *response,
               DheeraCall     *call)
{
  DheeraUsage *usage = dheera_response_get_usage (response);
  g_autoptr(GString) text = g_string_new (dheera_response_get_model (response));

  if (usage != NULL)
    g_string_append_printf (text, ": %" G_GINT64_FORMAT " tokens read, %" G_GINT64_FORMAT " written", dheera_usage_get_prompt_tokens (usage),
                            dheera_usage_get_completion_tokens (usage));
  if (call != NULL && dheera_call_get_first_token_time (call) >= 0)
    g_string_append_printf (text, "; the first after %.2f s, all after %.2f s", dheera_call_get_first_token_time (call),
                            dheera_call_get_total_time (call));
  dheera_tool_note ("%s.", text->str);
}

static void
print_response (DheeraResponse   *response,
                Options          *options,
                DheeraToolOutput *output)
{
  if (options->json)
    {
      g_autofree char *json = dheera_response_to_json (response);

      dheera_tool_output_text (output, json);
    }
  else
    dheera_tool_output_text (output, dheera_response_get_text (response));
  dheera_tool_output_end (output);
}

/* JSON that was cut off, or words of refusal in its place, are no success for a script. */
static int
judge (DheeraResponse   *response,
       Options          *options,
       DheeraToolOutput *output)
{
  if (output->broken)
    return DHEERA_EXIT_FAILURE;
  if (options->schema != NULL &&
      (dheera_response_get_finish_reason (response) == DHEERA_FINISH_REASON_LENGTH || *dheera_response_get_refusal (response) != '\0'))
    return DHEERA_EXIT_FAILURE;

  return DHEERA_EXIT_OK;
}

static int
ask (DheeraClient  *client,
     DheeraRequest *request,
     Options       *options)
{
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(DheeraCall) call = NULL;
  g_autoptr(GError) error = NULL;
  DheeraToolOutput output;
  gboolean stream;

  dheera_tool_output_init (&output);
  output.json = options->json;
  stream = options->stream || (output.terminal && !options->no_stream && !options->json && options->schema == NULL);
  if (stream)
    response = dheera_tool_stream (client, request, &output, NULL, &call, &error);
  else
    response = dheera_tool_complete (client, request, &error);
  if (response == NULL)
    return output.broken ? DHEERA_EXIT_FAILURE : dheera_tool_fail (error);

  if (!stream)
    print_response (response, options, &output);
  dheera_tool_explain (response);
  if (options->verbose)
    print_figures (response, call);

  return judge (response, options, &output);
}

int
dheera_cmd_complete (int    argc,
                     char **argv)
{
  g_auto(Options) options = { 0 };
  g_autofree char *prompt = NULL;
  g_autofree char *model = NULL;
  g_autofree char *reason = NULL;
  g_autoptr(DheeraClient) client = NULL;
  g_autoptr(DheeraRequest) request = NULL;
  g_autoptr(GError) error = NULL;
  int exit_code = DHEERA_EXIT_FAILURE;

  if (!parse (&options, &argc, &argv, &exit_code))
    return exit_code;
  prompt = get_prompt (&options, &exit_code);
  if (prompt == NULL)
    return exit_code;

  client = dheera_client_new ();
  model = dheera_tool_find_model (client, options.request.model, &reason);
  if (dheera_tool_interrupt_take ())
    return DHEERA_EXIT_INTERRUPTED;
  request = dheera_tool_new_request (&options.request, model);
  if (request == NULL)
    return DHEERA_EXIT_FAILURE;
  if (!add_prompt (request, &options, prompt, &error) || !add_schema (request, &options, &error))
    return dheera_tool_fail (error);

  if (options.verbose)
    dheera_tool_note ("%s answers, because %s.", model, reason);

  return ask (client, request, &options);
}
