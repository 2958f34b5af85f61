/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-tool.h"

#include <stdarg.h>
#include <stdio.h>

/* Options and messages. Texts are taken as file names are, byte by byte, and checked to be UTF-8 here: GOption would refuse them in the C locale. */

static void
print_line (const char *format,
            va_list     args)
{
  g_autofree char *text = g_strdup_vprintf (format, args);
  g_autofree char *shown = dheera_tool_dup_shown (text);

  fprintf (stderr, "%s: %s\n", g_get_prgname (), shown);
}

int
dheera_tool_usage_error (const char *format,
                         ...)
{
  va_list args;

  va_start (args, format);
  print_line (format, args);
  va_end (args);
  fprintf (stderr, "Try “%s --help”.\n", g_get_prgname ());

  return DHEERA_EXIT_USAGE;
}

void
dheera_tool_note (const char *format,
                  ...)
{
  va_list args;

  va_start (args, format);
  print_line (format, args);
  va_end (args);
}

int
dheera_tool_fail (const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return DHEERA_EXIT_INTERRUPTED;

  /* What GLib says has no full stop. */
  dheera_tool_note ("%s%s", error->message, g_str_has_suffix (error->message, ".") || g_str_has_suffix (error->message, "?") ? "" : ".");

  return DHEERA_EXIT_FAILURE;
}

gboolean
dheera_tool_parse (GOptionContext *context,
                   int            *argc,
                   char         ***argv,
                   int            *exit_code)
{
  g_autoptr(GError) error = NULL;

  if (g_option_context_parse (context, argc, argv, &error))
    return TRUE;

  *exit_code = dheera_tool_usage_error ("%s.", error->message);

  return FALSE;
}

void
dheera_tool_options_init (DheeraToolOptions *self,
                          GOptionContext    *context)
{
  const GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_FILENAME, &self->model, "The model, such as openai/gpt-4o-mini", "MODEL" },
    { "system", 's', 0, G_OPTION_ARG_FILENAME, &self->system, "Instructions that stand above the conversation", "TEXT" },
    { "temperature", 't', 0, G_OPTION_ARG_DOUBLE, &self->temperature, "How freely the model chooses, from 0 to 2", "NUMBER" },
    { "max-tokens", 0, 0, G_OPTION_ARG_INT, &self->max_tokens, "The longest answer", "TOKENS" },
    { "timeout", 0, 0, G_OPTION_ARG_DOUBLE, &self->timeout, "The longest time for an answer; 0 for none", "SECONDS" },
    { "extra", 0, 0, G_OPTION_ARG_FILENAME, &self->extra, "More members for the body of the request", "JSON" },
    { NULL },
  };

  *self = (DheeraToolOptions) { .temperature = -1, .max_tokens = -1, .timeout = -1 };
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_description (context, dheera_tool_model_help);
}

void
dheera_tool_options_clear (DheeraToolOptions *self)
{
  g_clear_pointer (&self->model, g_free);
  g_clear_pointer (&self->system, g_free);
  g_clear_pointer (&self->extra, g_free);
}

static gboolean
check_text (const char *text,
            const char *option)
{
  if (text == NULL || g_utf8_validate (text, -1, NULL))
    return TRUE;

  dheera_tool_note ("The text of %s is not UTF-8.", option);

  return FALSE;
}

DheeraRequest *
dheera_tool_new_request (DheeraToolOptions *self,
                         const char        *model)
{
  g_autoptr(DheeraRequest) request = NULL;
  DheeraBaseRequest *base;

  if (!check_text (model, "--model") || !check_text (self->system, "--system") || !check_text (self->extra, "--extra"))
    return NULL;

  request = dheera_request_new (model);
  base = DHEERA_BASE_REQUEST (request);
  if (self->system != NULL)
    dheera_conversation_append_system (dheera_request_get_conversation (request), self->system);
  if (self->extra != NULL)
    dheera_base_request_set_extra (base, self->extra);
  if (self->temperature != -1)
    dheera_request_set_temperature (request, self->temperature);
  if (self->max_tokens != -1)
    dheera_request_set_max_tokens (request, self->max_tokens);
  if (self->timeout != -1)
    dheera_base_request_set_timeout (base, self->timeout);

  return g_steal_pointer (&request);
}
