/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-tool.h"

#include <gio/gunixinputstream.h>
#include <stdio.h>
#include <unistd.h>

/* dheera-ai chat: a conversation, kept for as long as the program runs.
 *
 * The terminal itself edits the line; that is all there is. The usual library for more is under a licence that this program's is not. */

typedef struct
{
  DheeraToolOptions options;
  DheeraToolOutput output;
  DheeraClient *client;
  DheeraRequest *request; /* its conversation is the one that goes on */
  GDataInputStream *input;
  gboolean interactive;
  gboolean leaving;
  int exit_code;
} Chat;

static const char help[] =
  "  /model [NAME]  Say which model answers, or have another one answer\n"
  "  /reset         Begin a new conversation\n"
  "  /help          Show this\n"
  "  /quit          Leave, as Ctrl-D does\n"
  "Ctrl-C stops an answer.\n";

/* --- Reading a line ------------------------------------------------------------------------------------------------------------ */

typedef enum
{
  READ_LINE,
  READ_END,
  READ_INTERRUPTED,
} Read;

typedef struct
{
  GMainLoop *loop;
  GAsyncResult *result;
} Reader;

static void
line_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      data)
{
  Reader *reader = data;

  reader->result = g_object_ref (result);
  g_main_loop_quit (reader->loop);
}

static Read
read_line (Chat  *self,
           char **line)
{
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;
  Reader reader = { loop, NULL };

  dheera_tool_interrupt_watch (loop, cancellable);
  g_data_input_stream_read_line_async (self->input, G_PRIORITY_DEFAULT, cancellable, line_cb, &reader);
  g_main_loop_run (loop);
  dheera_tool_interrupt_watch (NULL, NULL);

  *line = g_data_input_stream_read_line_finish (self->input, reader.result, NULL, &error);
  g_object_unref (reader.result);
  if (dheera_tool_interrupt_take ())
    {
      g_clear_pointer (line, g_free);
      return READ_INTERRUPTED;
    }
  if (error != NULL)
    dheera_tool_note ("Standard input can't be read: %s.", error->message);

  return *line != NULL ? READ_LINE : READ_END;
}

/* --- Answering ----------------------------------------------------------------------------------------------------------------- */

/* What the person saw is what the model said; a question that got no answer is taken back, so that it can be asked again. */
static void
keep_partial (DheeraConversation *conversation,
              const char         *partial)
{
  if (partial != NULL && *partial != '\0')
    dheera_conversation_append_assistant (conversation, partial);
  else
    dheera_conversation_remove (conversation, g_list_model_get_n_items (G_LIST_MODEL (conversation)) - 1);
}

static void
answer (Chat       *self,
        const char *text)
{
  DheeraConversation *conversation = dheera_request_get_conversation (self->request);
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *partial = NULL;

  dheera_conversation_append_user (conversation, text);
  response = dheera_tool_stream (self->client, self->request, &self->output, &partial, NULL, &error);
  dheera_tool_interrupt_take ();
  if (response != NULL)
    {
      dheera_conversation_append (conversation, dheera_response_get_message (response));
      dheera_tool_explain (response);
      return;
    }

  keep_partial (conversation, partial);
  if (self->output.broken)
    self->leaving = TRUE;
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    dheera_tool_note ("Stopped.");
  else
    dheera_tool_fail (error);
  /* A script does not look at what was said and go on. */
  if (!self->interactive || self->output.broken)
    {
      self->leaving = TRUE;
      self->exit_code = DHEERA_EXIT_FAILURE;
    }
}

/* --- Commands ------------------------------------------------------------------------------------------------------------------ */

static void
reset (Chat *self)
{
  DheeraConversation *conversation = dheera_request_get_conversation (self->request);

  dheera_conversation_clear (conversation);
  if (self->options.system != NULL)
    dheera_conversation_append_system (conversation, self->options.system);
  dheera_tool_note ("A new conversation begins.");
}

static void
change_model (Chat       *self,
              const char *name)
{
  DheeraBaseRequest *request = DHEERA_BASE_REQUEST (self->request);

  if (*name != '\0')
    dheera_base_request_set_model (request, name);
  dheera_tool_note ("%s answers.", dheera_base_request_get_model (request));
}

static void
run_command (Chat *self,
             char *line)
{
  g_auto(GStrv) words = g_strsplit (line, " ", 2);
  const char *argument = words[1] != NULL ? g_strstrip (words[1]) : "";

  if (g_str_equal (words[0], "/quit") || g_str_equal (words[0], "/exit"))
    self->leaving = TRUE;
  else if (g_str_equal (words[0], "/reset"))
    reset (self);
  else if (g_str_equal (words[0], "/model"))
    change_model (self, argument);
  else if (g_str_equal (words[0], "/help"))
    fputs (help, stderr);
  else
    dheera_tool_note ("There is no command %s; /help lists them. A space before the slash sends it to the model.", words[0]);
}

/* --- The conversation ---------------------------------------------------------------------------------------------------------- */

static void
take_line (Chat *self,
           char *line)
{
  g_autofree char *text = NULL;

  if (line[0] == '/')
    {
      run_command (self, g_strchomp (line));
      return;
    }

  text = g_utf8_make_valid (line, -1);
  g_strstrip (text);
  if (*text != '\0')
    answer (self, text);
}

static void
converse (Chat *self)
{
  guint n_interrupts = 0;

  while (!self->leaving)
    {
      g_autofree char *line = NULL;

      if (self->interactive)
        fputs ("> ", stderr);
      switch (read_line (self, &line))
        {
        case READ_LINE:
          n_interrupts = 0;
          take_line (self, line);
          break;
        case READ_INTERRUPTED:
          /* The terminal has dropped what was typed. */
          fputs ("\n", stderr);
          if (++n_interrupts > 1 || !self->interactive)
            {
              self->exit_code = DHEERA_EXIT_INTERRUPTED;
              return;
            }
          dheera_tool_note ("Ctrl-C again, or Ctrl-D, leaves.");
          break;
        case READ_END:
        default:
          if (self->interactive)
            fputs ("\n", stderr);
          return;
        }
    }
}

static gboolean
chat_init (Chat *self,
           int  *exit_code)
{
  g_autoptr(GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  g_autofree char *model = NULL;
  g_autofree char *reason = NULL;

  self->client = dheera_client_new ();
  model = dheera_tool_find_model (self->client, self->options.model, &reason);
  if (dheera_tool_interrupt_take ())
    {
      *exit_code = DHEERA_EXIT_INTERRUPTED;
      return FALSE;
    }
  self->request = dheera_tool_new_request (&self->options, model);
  if (self->request == NULL)
    {
      *exit_code = DHEERA_EXIT_FAILURE;
      return FALSE;
    }

  self->input = g_data_input_stream_new (input);
  self->interactive = isatty (STDIN_FILENO);
  dheera_tool_output_init (&self->output);
  dheera_tool_interrupt_install ();
  if (self->interactive)
    dheera_tool_note ("%s answers, because %s. /help lists commands, Ctrl-D leaves.", model, reason);

  return TRUE;
}

static void
chat_clear (Chat *self)
{
  dheera_tool_options_clear (&self->options);
  g_clear_object (&self->client);
  g_clear_object (&self->request);
  g_clear_object (&self->input);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Chat, chat_clear)

int
dheera_cmd_chat (int    argc,
                 char **argv)
{
  g_auto(Chat) self = { 0 };
  g_autoptr(GOptionContext) context = g_option_context_new (NULL);
  int exit_code;

  g_option_context_set_summary (context, "Talks with a model. Without a terminal each line of standard input is said, and the answers are printed.");
  dheera_tool_options_init (&self.options, context);
  if (!dheera_tool_parse (context, &argc, &argv, &exit_code))
    return exit_code;
  if (argc > 1)
    return dheera_tool_usage_error ("“%s” is not expected here: what is to be said is typed, or comes on standard input.", argv[1]);
  if (!chat_init (&self, &exit_code))
    return exit_code;

  converse (&self);

  return self.exit_code;
}
