/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-tool.h"

#include <stdio.h>
#include <unistd.h>

#define DIM "\033[2m"
#define NORMAL "\033[0m"

void
dheera_tool_output_init (DheeraToolOutput *self)
{
  const char *term = g_getenv ("TERM");
  const char *no_color = g_getenv ("NO_COLOR");

  *self = (DheeraToolOutput) { 0 };
  self->terminal = isatty (STDOUT_FILENO);
  self->styled = self->terminal && term != NULL && g_strcmp0 (term, "dumb") != 0 && (no_color == NULL || *no_color == '\0');
}

static void
write_bytes (DheeraToolOutput *self,
             const char       *text,
             gsize             length)
{
  if (length > 0 && !self->broken && fwrite (text, 1, length, stdout) != length)
    self->broken = TRUE;
}

static void
write_text (DheeraToolOutput *self,
            const char       *text)
{
  write_bytes (self, text, strlen (text));
}

/* A model's words must not move the cursor, change the title or answer a query in the name of the person at the keyboard. */
static gboolean
may_steer (gunichar c)
{
  return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c <= 0x9f);
}

char *
dheera_tool_dup_shown (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *shown = g_string_new (NULL);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (!may_steer (c))
        g_string_append_unichar (shown, c);
    }

  return g_string_free (shown, FALSE);
}

static void
write_shown (DheeraToolOutput *self,
             const char       *text)
{
  const char *start = text;
  const char *p;

  if (*text == '\0')
    return;

  for (p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      if (self->terminal && may_steer (g_utf8_get_char (p)))
        {
          write_bytes (self, start, p - start);
          start = g_utf8_next_char (p);
        }
    }
  write_bytes (self, start, p - start);
  self->mid_line = p[-1] != '\n';
}

static void
set_dimmed (DheeraToolOutput *self,
            gboolean          dimmed)
{
  if (self->dimmed == dimmed)
    return;

  /* Reasoning and answer stand in lines of their own. */
  if (self->mid_line)
    {
      write_text (self, "\n");
      self->mid_line = FALSE;
    }
  write_text (self, dimmed ? DIM : NORMAL);
  self->dimmed = dimmed;
}

static void
flush (DheeraToolOutput *self)
{
  if (fflush (stdout) != 0)
    self->broken = TRUE;
}

void
dheera_tool_output_text (DheeraToolOutput *self,
                         const char       *text)
{
  set_dimmed (self, FALSE);
  write_shown (self, text);
  flush (self);
}

void
dheera_tool_output_delta (DheeraToolOutput *self,
                          DheeraDelta      *delta)
{
  const char *reasoning = dheera_delta_get_reasoning (delta);
  const char *text = dheera_delta_get_text (delta);

  if (self->json)
    {
      g_autofree char *json = dheera_delta_to_json (delta);

      write_text (self, json);
      write_text (self, "\n");
      flush (self);
      return;
    }
  if (dheera_delta_get_choice_index (delta) != 0)
    return;

  if (*reasoning != '\0' && self->styled)
    {
      set_dimmed (self, TRUE);
      write_shown (self, reasoning);
    }
  if (*text != '\0')
    {
      set_dimmed (self, FALSE);
      write_shown (self, text);
    }
  flush (self);
}

void
dheera_tool_output_end (DheeraToolOutput *self)
{
  set_dimmed (self, FALSE);
  if (self->mid_line)
    write_text (self, "\n");
  self->mid_line = FALSE;
  flush (self);
}
