/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whatever a model says where an object is wanted: there is an object, whole, or a sentence that says what is wrong. */

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "dheera-ai/model/objects/dheera-type-private.h"

#include "fuzz.h"

/* A class with properties of every kind, some of them of itself. It keeps nothing but how many were set. */
typedef struct
{
  GObject parent_instance;
  guint n_set;
} Thing;

typedef GObjectClass ThingClass;

static GType thing_get_type (void);

G_DEFINE_TYPE (Thing, thing, G_TYPE_OBJECT)

static void
thing_set_property (GObject      *object,
                    guint         id,
                    const GValue *value,
                    GParamSpec   *pspec)
{
  /* GObject has put it right, had it been out of range. */
  MUST (g_param_value_is_valid (pspec, value));
  if (G_VALUE_HOLDS_STRING (value))
    MUST (g_utf8_validate (g_value_get_string (value), -1, NULL));
  ((Thing *) object)->n_set++;
}

static void
thing_class_init (ThingClass *klass)
{
  const GParamFlags flags = G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS;
  GParamSpec *pspecs[] = {
    g_param_spec_boolean ("b", NULL, NULL, FALSE, flags),
    g_param_spec_int ("i", NULL, NULL, -5, 5, 0, flags),
    g_param_spec_uint64 ("u", NULL, NULL, 0, G_MAXUINT64, 0, flags),
    g_param_spec_uchar ("uc", NULL, NULL, 0, 255, 0, flags),
    g_param_spec_int64 ("l", NULL, NULL, G_MININT64, G_MAXINT64, 0, flags),
    g_param_spec_double ("d", NULL, NULL, -1, G_MAXDOUBLE, 0, flags),
    g_param_spec_float ("f", NULL, NULL, -G_MAXFLOAT, G_MAXFLOAT, 0, flags),
    g_param_spec_string ("some-text", NULL, NULL, NULL, flags),
    g_param_spec_enum ("e", NULL, NULL, G_TYPE_BUS_TYPE, G_BUS_TYPE_NONE, flags),
    g_param_spec_flags ("fl", NULL, NULL, G_TYPE_APPLICATION_FLAGS, 0, flags),
    g_param_spec_boxed ("st", NULL, NULL, G_TYPE_STRV, flags),
    g_param_spec_boxed ("t", NULL, NULL, G_TYPE_DATE_TIME, flags),
    g_param_spec_boxed ("by", NULL, NULL, G_TYPE_BYTES, flags),
    g_param_spec_boxed ("j", NULL, NULL, JSON_TYPE_NODE, flags),
    g_param_spec_object ("o", NULL, NULL, thing_get_type (), flags),
    g_param_spec_object ("li", NULL, NULL, G_TYPE_LIST_MODEL, flags),
  };

  klass->set_property = thing_set_property;
  for (guint i = 0; i < G_N_ELEMENTS (pspecs); i++)
    g_object_class_install_property (klass, i + 1, pspecs[i]);
}

static void
thing_init (Thing *self)
{
}

static const DheeraTypeMap *
get_map (void)
{
  static DheeraTypeMap *map;
  static const char *const optional[] = { "b", "i", "u", "uc", "l", "d", "f", "e", "fl", "st", "t", "by", "j", "li" };

  if (map != NULL)
    return map;

  dheera_type_set_item_type (thing_get_type (), "li", thing_get_type ());
  /* Only one is needed, or a few changed bytes would never make a whole object. */
  for (guint i = 0; i < G_N_ELEMENTS (optional); i++)
    dheera_type_set_optional (thing_get_type (), optional[i], TRUE);
  map = dheera_type_map_new (thing_get_type (), NULL);
  MUST (map != NULL);
  return map;
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t        size)
{
  DheeraJson json = DHEERA_JSON_INIT;

  if (dheera_json_parse (&json, (const char *) data, size))
    {
      g_autofree char *path = NULL;
      g_autofree char *fault = NULL;
      g_autoptr(GObject) object = dheera_type_map_read (get_map (), dheera_json_root (&json), &path, &fault);

      MUST ((object != NULL) == (fault == NULL));
      MUST (path != NULL && g_utf8_validate (path, -1, NULL));
      if (object != NULL)
        MUST (((Thing *) object)->n_set > 0 && *path == '\0');
      else
        MUST (*fault != '\0' && g_utf8_validate (fault, -1, NULL) && !g_str_has_suffix (fault, "."));
    }
  dheera_json_clear (&json);

  return 0;
}
