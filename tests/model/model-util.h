/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>
#include <stdlib.h>
#include <string.h>

#include "dheera-ai/model/dheera-error.h"
#include "dheera-ai/wire/dheera-json-private.h"

G_BEGIN_DECLS

/* A parsed text that lives as long as the test program's current function. */
typedef struct
{
  char *text;
  DheeraJson json;
} Parsed;

static inline Parsed *
parse (const char *text)
{
  Parsed *self = g_new0 (Parsed, 1);

  self->text = g_strdup (text);
  if (!dheera_json_parse (&self->json, self->text, strlen (self->text)))
    g_error ("%s: %s at %" G_GSIZE_FORMAT, text, self->json.error_message, self->json.error_offset);

  return self;
}

static inline void
parsed_free (Parsed *self)
{
  dheera_json_clear (&self->json);
  g_free (self->text);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Parsed, parsed_free)

static inline DheeraJsonValue
at (Parsed     *self,
    const char *path)
{
  return dheera_json_path (dheera_json_root (&self->json), path);
}

#define assert_json_string(parsed, path, expected) \
  G_STMT_START \
  { \
    g_autofree char *s_ = dheera_json_dup_string (at (parsed, path)); \
    g_assert_cmpstr (s_, ==, expected); \
  } \
  G_STMT_END

static inline void
count_notify (GObject    *object,
              GParamSpec *pspec,
              gpointer    counter)
{
  ++*(guint *) counter;
}

/* A property that can be set: it tells about a change once, reads back, and says nothing when
 * nothing changes. GObject never tells about one that can't be read. */
static inline void
check_property (gpointer    object,
                const char *name,
                const char *first,
                const char *second)
{
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (object), name);
  g_autofree char *signal = g_strconcat ("notify::", name, NULL);
  const char *texts[] = { first, second };
  guint n_notifies = 0;
  gulong handler;

  g_assert_nonnull (pspec);
  handler = g_signal_connect (object, signal, G_CALLBACK (count_notify), &n_notifies);
  for (guint i = 0; i < 2; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;
      g_auto (GValue) back = G_VALUE_INIT;

      g_value_init (&value, pspec->value_type);
      switch (G_TYPE_FUNDAMENTAL (pspec->value_type))
        {
        case G_TYPE_STRING:
          g_value_set_string (&value, texts[i]);
          break;
        case G_TYPE_BOOLEAN:
          g_value_set_boolean (&value, g_str_equal (texts[i], "TRUE"));
          break;
        case G_TYPE_INT:
          g_value_set_int (&value, atoi (texts[i]));
          break;
        case G_TYPE_INT64:
          g_value_set_int64 (&value, g_ascii_strtoll (texts[i], NULL, 10));
          break;
        case G_TYPE_DOUBLE:
          g_value_set_double (&value, g_ascii_strtod (texts[i], NULL));
          break;
        case G_TYPE_ENUM:
          g_value_set_enum (&value, atoi (texts[i]));
          break;
        case G_TYPE_BOXED:
          g_assert_true (pspec->value_type == G_TYPE_STRV);
          g_value_take_boxed (&value, g_strsplit (texts[i], ",", -1));
          break;
        default:
          g_assert_not_reached ();
        }

      g_object_set_property (object, name, &value);
      if (!(pspec->flags & G_PARAM_READABLE))
        continue;

      g_assert_cmpuint (n_notifies, ==, i + 1);
      g_object_set_property (object, name, &value);
      g_assert_cmpuint (n_notifies, ==, i + 1);
      g_value_init (&back, pspec->value_type);
      g_object_get_property (object, name, &back);
      if (pspec->value_type == G_TYPE_STRV)
        g_assert_true (g_strv_equal (g_value_get_boxed (&value), g_value_get_boxed (&back)));
      else
        g_assert_cmpint (g_param_values_cmp (pspec, &value, &back), ==, 0);
    }
  g_signal_handler_disconnect (object, handler);
}

/* The names of all properties of a class, sorted, as one text: a new one has to be tested as well. */
static inline char *
list_properties (GType type)
{
  g_autoptr (GTypeClass) klass = g_type_class_ref (type);
  g_autofree GParamSpec **pspecs = NULL;
  GString *names = g_string_new (NULL);
  guint n_pspecs;

  pspecs = g_object_class_list_properties (G_OBJECT_CLASS (klass), &n_pspecs);
  for (guint i = 0; i < n_pspecs; i++)
    if (pspecs[i]->owner_type == type)
      g_string_append_printf (names, "%s%s", names->len > 0 ? " " : "", pspecs[i]->name);

  return g_string_free (names, FALSE);
}

#define assert_properties(type, expected) \
  G_STMT_START \
  { \
    g_autofree char *s_ = list_properties (type); \
    g_assert_cmpstr (s_, ==, expected); \
  } \
  G_STMT_END

/* An INVALID_REQUEST whose details name the place and whose message has both texts in it; clears
 * the error. */
static inline void
assert_invalid (GError    **error,
                const char *param,
                const char *text)
{
  DheeraErrorDetails *details;

  g_assert_error (*error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
  if (strstr ((*error)->message, text) == NULL)
    g_error ("“%s” does not have “%s” in it", (*error)->message, text);

  details = dheera_error_get_details (*error);
  g_assert_nonnull (details);
  g_assert_true (details == dheera_error_details_get_last ());
  g_assert_cmpstr (dheera_error_details_get_param (details), ==, param);
  g_assert_cmpstr (dheera_error_details_get_message (details), ==, (*error)->message);
  g_clear_error (error);
}

G_END_DECLS
