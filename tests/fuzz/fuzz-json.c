/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whatever is taken for JSON: it is UTF-8, the tokens are a tree over it, reading works everywhere, and what the writer makes of it
 * reads back equal. */

#include <math.h>
#include <string.h>

#include "dheera-ai/wire/dheera-json-writer-private.h"

#include "fuzz.h"

static guint
check_tree (DheeraJsonValue value,
            guint           depth)
{
  const DheeraJsonToken *token = &value.json->tokens[value.index];
  gsize end = (gsize) token->start + token->length;
  DheeraJsonValue name, child;
  DheeraJsonIter iter;
  guint next = value.index + 1;
  gsize behind = token->start;
  guint n = 0;

  MUST (depth <= DHEERA_JSON_MAX_DEPTH);
  MUST (end <= value.json->length);

  dheera_json_iter_init (&iter, value);
  while (dheera_json_iter_next (&iter, &name, &child))
    {
      const DheeraJsonToken *inner = &value.json->tokens[child.index];

      if (token->type == DHEERA_JSON_OBJECT)
        {
          MUST (name.index == next && dheera_json_type (name) == DHEERA_JSON_STRING);
          MUST (check_tree (name, depth + 1) == next + 1);
          next++;
        }
      MUST (child.index == next);
      MUST (inner->start > behind && (gsize) inner->start + inner->length < end);
      behind = inner->start;
      next = check_tree (child, depth + 1);
      n++;
    }
  MUST (n == token->size && n == dheera_json_size (value));
  MUST (next == token->next);

  return next;
}

/* Unescapes and escapes every string again; numbers keep their text. */
static void
write_again (DheeraJsonWriter *writer,
             DheeraJsonValue   value)
{
  g_autoptr (GString) string = g_string_new (NULL);
  DheeraJsonValue name, child;
  DheeraJsonIter iter;

  switch (dheera_json_type (value))
    {
    case DHEERA_JSON_STRING:
      MUST (dheera_json_append_string (value, string, NULL));
      MUST (dheera_json_equal (value, string->str));
      dheera_json_writer_string_len (writer, string->str, string->len);
      break;

    case DHEERA_JSON_ARRAY:
      dheera_json_writer_begin_array (writer);
      dheera_json_iter_init (&iter, value);
      while (dheera_json_iter_next (&iter, NULL, &child))
        write_again (writer, child);
      dheera_json_writer_end_array (writer);
      break;

    case DHEERA_JSON_OBJECT:
      dheera_json_writer_begin_object (writer);
      dheera_json_iter_init (&iter, value);
      while (dheera_json_iter_next (&iter, &name, &child))
        {
          g_autofree char *key = dheera_json_dup_string (name);

          MUST (dheera_json_exists (dheera_json_member (value, key)) || dheera_json_type (dheera_json_member (value, key)) == DHEERA_JSON_NULL);
          dheera_json_writer_key (writer, key);
          write_again (writer, child);
        }
      dheera_json_writer_end_object (writer);
      break;

    default:
      dheera_json_writer_value (writer, value);
    }
}

static void
check_equal (DheeraJsonValue a,
             DheeraJsonValue b)
{
  DheeraJsonIter left, right;
  DheeraJsonValue left_name, right_name, left_value, right_value;

  MUST (dheera_json_type (a) == dheera_json_type (b));
  MUST (dheera_json_size (a) == dheera_json_size (b));
  MUST (dheera_json_get_boolean (a, FALSE) == dheera_json_get_boolean (b, FALSE));

  if (dheera_json_type (a) == DHEERA_JSON_STRING)
    {
      g_autofree char *string = dheera_json_dup_string (a);

      MUST (g_utf8_validate (string, -1, NULL));
      MUST (dheera_json_equal (b, string));
    }
  else if (dheera_json_type (a) == DHEERA_JSON_NUMBER)
    {
      g_autofree char *left_text = dheera_json_dup_raw (a);
      g_autofree char *right_text = dheera_json_dup_raw (b);

      MUST (strcmp (left_text, right_text) == 0);
      MUST (dheera_json_get_int (a, -77) == dheera_json_get_int (b, -77));
    }

  dheera_json_iter_init (&left, a);
  dheera_json_iter_init (&right, b);
  while (dheera_json_iter_next (&left, &left_name, &left_value))
    {
      MUST (dheera_json_iter_next (&right, &right_name, &right_value));
      if (dheera_json_exists (left_name))
        check_equal (left_name, right_name);
      check_equal (left_value, right_value);
    }
}

/* A whole number means the same as an integer and as a double, and a double is written so that it reads back. */
static void
check_numbers (DheeraJsonValue value)
{
  double number = dheera_json_get_double (value, NAN);
  gint64 integer = dheera_json_get_int (value, G_MININT64);
  DheeraJsonValue child;
  DheeraJsonIter iter;

  if (dheera_json_type (value) == DHEERA_JSON_NUMBER && isfinite (number))
    {
      DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;
      g_autofree char *text = NULL;

      if (integer != G_MININT64)
        MUST (fabs (trunc (number) - (double) integer) <= fabs (number) * 1e-15 + 1);
      else
        MUST (fabs (number) >= 9.2233720368547e18);

      dheera_json_writer_double (&writer, number);
      text = dheera_json_writer_steal (&writer);
      MUST (g_ascii_strtod (text, NULL) == number);
    }

  dheera_json_iter_init (&iter, value);
  while (dheera_json_iter_next (&iter, NULL, &child))
    check_numbers (child);
}

static void
check_merge (const char *text)
{
  g_autofree char *same = dheera_json_merge (text, "{}");
  g_autofree char *twice = dheera_json_merge (text, text);
  g_autofree char *again = dheera_json_merge (twice, text);
  DheeraJson json = DHEERA_JSON_INIT;

  MUST (dheera_json_parse (&json, same, strlen (same)));
  MUST (dheera_json_parse (&json, twice, strlen (twice)));
  dheera_json_clear (&json);
  /* Merging the same patch again changes nothing. */
  MUST (strcmp (twice, again) == 0);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t        size)
{
  DheeraJson json = DHEERA_JSON_INIT;
  DheeraJson copy = DHEERA_JSON_INIT;
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;
  const char *text = (const char *) data;

  if (!dheera_json_parse (&json, text, size))
    {
      MUST (json.error_message != NULL && json.error_offset <= size && json.n_tokens == 0);
      MUST (dheera_json_type (dheera_json_root (&json)) == DHEERA_JSON_NONE);
    }
  else
    {
      DheeraJsonValue root = dheera_json_root (&json);
      g_autofree char *written = NULL;

      MUST (g_utf8_validate_len (text, size, NULL));
      MUST (check_tree (root, 0) == json.n_tokens);
      check_numbers (root);

      write_again (&writer, root);
      written = dheera_json_writer_steal (&writer);
      MUST (dheera_json_parse (&copy, written, strlen (written)));
      check_equal (root, dheera_json_root (&copy));

      if (dheera_json_type (root) == DHEERA_JSON_OBJECT)
        check_merge (written);
    }

  dheera_json_clear (&json);
  dheera_json_clear (&copy);

  return 0;
}
