/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-gemini-arguments-private.h"

#include <string.h>

#include "dheera-ai/wire/dheera-json-writer-private.h"

/* Only containers that are still open are remembered, with the names in them: what a piece costs does not depend on how many came
 * before, and a name that comes again, which would mean two things, is found out. */

typedef struct
{
  char *name;   /* NULL of an element of an array */
  gint64 index; /* of one */
} Step;

typedef struct
{
  GHashTable *names; /* of an object: those written so far; NULL of an array */
  Step last;         /* what was written in it last, or is being written */
  gboolean any;
} Level;

struct _DheeraGeminiArguments
{
  GArray *levels;     /* of Level: the open containers from the outermost one */
  guint depth;        /* of the text that is open: its level + 1; 0 without one */
  guint16 surrogate;
  gboolean ended;
};

static void
step_clear (gpointer data)
{
  g_free (((Step *) data)->name);
}

static void
level_clear (gpointer data)
{
  Level *level = data;

  g_clear_pointer (&level->names, g_hash_table_unref);
  step_clear (&level->last);
}

DheeraGeminiArguments *
dheera_gemini_arguments_new (void)
{
  DheeraGeminiArguments *self = g_new0 (DheeraGeminiArguments, 1);

  self->levels = g_array_new (FALSE, TRUE, sizeof (Level));
  g_array_set_clear_func (self->levels, level_clear);

  return self;
}

void
dheera_gemini_arguments_free (DheeraGeminiArguments *self)
{
  g_array_unref (self->levels);
  g_free (self);
}

/* --- Paths ----------------------------------------------------------------------------------------------------------------------- */

/* ['name'] or ["name"], behind the bracket; a backslash takes the character behind it as it is. NULL when it does not end. */
static const char *
read_quoted (const char *p,
             Step       *step)
{
  g_autoptr (GString) name = g_string_new (NULL);
  char quote = *p++;

  for (; *p != '\0' && *p != quote; p++)
    {
      if (*p == '\\' && p[1] != '\0')
        p++;
      g_string_append_c (name, *p);
    }
  if (p[0] != quote || p[1] != ']')
    return NULL;

  step->name = g_string_free (g_steal_pointer (&name), FALSE);

  return p + 2;
}

static const char *
read_index (const char *p,
            Step       *step)
{
  gsize digits = strspn (p, "0123456789");

  if (digits == 0 || digits > 9 || p[digits] != ']')
    return NULL;

  step->index = g_ascii_strtoll (p, NULL, 10);

  return p + digits + 1;
}

/* Behind the step, or NULL */
static const char *
read_step (const char *p,
           Step       *step)
{
  gsize length;

  if (*p == '[')
    return p[1] == '\'' || p[1] == '"' ? read_quoted (p + 1, step) : read_index (p + 1, step);
  if (*p != '.')
    return NULL;

  length = strcspn (++p, ".[");
  if (length == 0)
    return NULL;
  step->name = g_strndup (p, length);

  return p + length;
}

/* "$.a[0]['b']" as steps; NULL when it is no path, or leads deeper than JSON may be. */
static GArray *
parse_path (const char *path)
{
  g_autoptr (GArray) steps = g_array_new (FALSE, TRUE, sizeof (Step));

  g_array_set_clear_func (steps, step_clear);
  if (path == NULL || *path != '$')
    return NULL;

  for (path++; *path != '\0'; )
    {
      Step step = { NULL, -1 };

      path = steps->len < DHEERA_JSON_MAX_DEPTH ? read_step (path, &step) : NULL;
      if (path == NULL)
        return NULL;
      g_array_append_val (steps, step);
    }

  /* The arguments themselves are an object. */
  return steps->len > 0 && g_array_index (steps, Step, 0).name != NULL ? g_steal_pointer (&steps) : NULL;
}

static gboolean
same_step (const Step *a,
           const Step *b)
{
  return a->index == b->index && g_strcmp0 (a->name, b->name) == 0;
}

/* --- Writing --------------------------------------------------------------------------------------------------------------------- */

static Level *
level_at (DheeraGeminiArguments *self,
          guint                  depth)
{
  return &g_array_index (self->levels, Level, depth);
}

/* How many of the steps lead through what is open */
static guint
count_common (DheeraGeminiArguments *self,
              GArray                *steps)
{
  guint n = 0;

  while (n < self->levels->len && n < steps->len && level_at (self, n)->any
         && same_step (&level_at (self, n)->last, &g_array_index (steps, Step, n)))
    n++;

  return n;
}

static void
close_text (DheeraGeminiArguments *self,
            GString               *out)
{
  if (self->depth == 0)
    return;

  if (self->surrogate != 0)
    g_string_append (out, "\357\277\275");
  self->surrogate = 0;
  g_string_append_c (out, '"');
  self->depth = 0;
}

static void
close_levels (DheeraGeminiArguments *self,
              guint                  left,
              GString               *out)
{
  while (self->levels->len > left)
    {
      guint last = self->levels->len - 1;

      g_string_append_c (out, level_at (self, last)->names != NULL ? '}' : ']');
      g_array_set_size (self->levels, last);
    }
}

static void
open_level (DheeraGeminiArguments *self,
            const Step            *first,
            GString               *out)
{
  Level level = { 0 };

  level.last.index = -1;
  if (first->name != NULL)
    level.names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_string_append_c (out, first->name != NULL ? '{' : '[');
  g_array_append_val (self->levels, level);
}

static void
append_string (GString    *out,
               const char *text,
               gsize       length,
               gboolean    quotes)
{
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;
  g_autofree char *quoted = NULL;
  gsize quoted_length;

  dheera_json_writer_init (&writer, length + 2);
  dheera_json_writer_string_len (&writer, text, length);
  quoted = dheera_json_writer_steal (&writer);
  quoted_length = strlen (quoted);
  if (quotes)
    g_string_append_len (out, quoted, (gssize) quoted_length);
  else
    g_string_append_len (out, quoted + 1, (gssize) quoted_length - 2);
}

/* FALSE when it was written before, or does not fit to what the container is. */
static gboolean
enter (DheeraGeminiArguments *self,
       guint                  depth,
       Step                  *step,
       GString               *out)
{
  Level *level = level_at (self, depth);

  if ((step->name != NULL) != (level->names != NULL))
    return FALSE;
  if (step->name != NULL ? !g_hash_table_add (level->names, g_strdup (step->name)) : step->index <= level->last.index)
    return FALSE;

  if (level->any)
    g_string_append_c (out, ',');
  if (step->name != NULL)
    {
      append_string (out, step->name, strlen (step->name), TRUE);
      g_string_append_c (out, ':');
    }
  g_free (level->last.name);
  level->last.name = g_strdup (step->name);
  level->last.index = step->index;
  level->any = TRUE;

  return TRUE;
}

/* Goes to where the steps lead: FALSE when that is not where a new value can be written. */
static gboolean
go (DheeraGeminiArguments *self,
    GArray                *steps,
    GString               *out)
{
  guint common = MIN (count_common (self, steps), steps->len - 1);

  close_text (self, out);
  if (self->levels->len == 0)
    open_level (self, &g_array_index (steps, Step, 0), out);
  /* What was written as a value has nothing in it. */
  common = MIN (common, self->levels->len - 1);
  close_levels (self, common + 1, out);

  for (guint i = common; i < steps->len; i++)
    {
      if (!enter (self, i, &g_array_index (steps, Step, i), out))
        return FALSE;
      if (i + 1 < steps->len)
        open_level (self, &g_array_index (steps, Step, i + 1), out);
    }

  return TRUE;
}

static void
add_text (DheeraGeminiArguments *self,
          DheeraJsonValue        text,
          GString               *out)
{
  g_autoptr (GString) plain = g_string_new (NULL);

  dheera_json_append_string (text, plain, &self->surrogate);
  append_string (out, plain->str, plain->len, FALSE);
}

/* A number, true or false as it came; null when it is that, or when the piece has no value. */
static void
add_scalar (DheeraJsonValue  piece,
            GString         *out)
{
  DheeraJsonValue number = dheera_json_member (piece, "numberValue");
  DheeraJsonValue boolean = dheera_json_member (piece, "boolValue");
  const char *raw;
  gsize length;

  if (dheera_json_type (number) == DHEERA_JSON_NUMBER)
    {
      raw = dheera_json_raw (number, &length);
      g_string_append_len (out, raw, (gssize) length);
    }
  else if (dheera_json_exists (boolean))
    g_string_append (out, dheera_json_type (boolean) == DHEERA_JSON_TRUE ? "true" : "false");
  else
    g_string_append (out, "null");
}

gboolean
dheera_gemini_arguments_add (DheeraGeminiArguments *self,
                             DheeraJsonValue        piece,
                             GString               *out)
{
  g_autofree char *path = dheera_json_dup_string (dheera_json_member (piece, "jsonPath"));
  g_autoptr (GArray) steps = parse_path (path);
  DheeraJsonValue text = dheera_json_member (piece, "stringValue");
  gboolean is_text = dheera_json_type (text) == DHEERA_JSON_STRING;

  if (steps == NULL || self->ended)
    return FALSE;

  if (!(is_text && self->depth == steps->len && count_common (self, steps) == steps->len))
    {
      if (!go (self, steps, out))
        return FALSE;
      if (!is_text)
        {
          add_scalar (piece, out);
          return TRUE;
        }
      g_string_append_c (out, '"');
      self->depth = steps->len;
    }

  add_text (self, text, out);
  if (dheera_json_type (dheera_json_member (piece, "willContinue")) != DHEERA_JSON_TRUE)
    close_text (self, out);

  return TRUE;
}

void
dheera_gemini_arguments_finish (DheeraGeminiArguments *self,
                                GString               *out)
{
  close_text (self, out);
  close_levels (self, 0, out);
  self->ended = TRUE;
}
