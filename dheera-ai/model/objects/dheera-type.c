/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-type-private.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* What an application says about the properties of its classes that GParamSpec has no word for. It is kept at the property, so that subclasses have it too. */

static GQuark
get_item_type_quark (void)
{
  return g_quark_from_static_string ("dheera-item-type");
}

static GQuark
get_optional_quark (void)
{
  return g_quark_from_static_string ("dheera-optional");
}

static void
set_property_data (GType       type,
                   const char *property,
                   GQuark      quark,
                   gpointer    data)
{
  GObjectClass *klass = g_type_class_ref (type);
  GParamSpec *pspec = g_object_class_find_property (klass, property);

  if (pspec != NULL)
    g_param_spec_set_qdata (pspec, quark, data);
  else
    g_critical ("The class %s has no property “%s”.", g_type_name (type), property);
  /* The class stays loaded, and with it what was said. */
}

/**
 * dheera_type_set_item_type:
 * @type: a class
 * @property: the name of one of its properties, whose type is [iface@Gio.ListModel] or [class@Gio.ListStore]
 * @item_type: the class of the objects in the list
 *
 * Says what the lists of a property hold, for [method@Request.set_response_type] and [method@Response.parse].
 *
 * A property can't say so by itself. Call it once, where the class is set up; it holds for subclasses as well.
 *
 * ```python
 * from gi.repository import Dheera, Gio, GObject
 *
 * class Day(GObject.Object):
 *     name = GObject.Property(type=str)
 *
 * class Forecast(GObject.Object):
 *     days = GObject.Property(type=Gio.ListStore)
 *
 * Dheera.type_set_item_type(Forecast, 'days', Day)
 * ```
 *
 * Since: 0.1
 */
void
dheera_type_set_item_type (GType       type,
                           const char *property,
                           GType       item_type)
{
  g_return_if_fail (g_type_is_a (type, G_TYPE_OBJECT));
  g_return_if_fail (property != NULL);
  g_return_if_fail (g_type_is_a (item_type, G_TYPE_OBJECT));

  set_property_data (type, property, get_item_type_quark (), GSIZE_TO_POINTER (item_type));
}

/**
 * dheera_type_set_optional:
 * @type: a class
 * @property: the name of one of its properties
 * @optional: whether the model may leave it open
 *
 * Says that a property may be left open, for [method@Request.set_response_type] and [method@Response.parse].
 *
 * A model has to fill in every property, and makes something up where it knows nothing. Of an optional one it may say `null`, and then the property keeps its
 * default value. Call it once, where the class is set up; it holds for subclasses as well.
 *
 * Since: 0.1
 */
void
dheera_type_set_optional (GType       type,
                          const char *property,
                          gboolean    optional)
{
  g_return_if_fail (g_type_is_a (type, G_TYPE_OBJECT));
  g_return_if_fail (property != NULL);

  set_property_data (type, property, get_optional_quark (), GINT_TO_POINTER (!!optional));
}

GType
dheera_param_spec_get_item_type (GParamSpec *pspec)
{
  return GPOINTER_TO_SIZE (g_param_spec_get_qdata (pspec, get_item_type_quark ()));
}

gboolean
dheera_param_spec_get_optional (GParamSpec *pspec)
{
  return GPOINTER_TO_INT (g_param_spec_get_qdata (pspec, get_optional_quark ()));
}

char *
dheera_type_dup_short_name (GType type)
{
  /* Python puts its module and a plus sign before the name, gjs the word Gjs. */
  const char *name = g_type_name (type);
  const char *plus = strrchr (name, '+');

  if (plus != NULL)
    return g_strdup (plus + 1);
  return g_strdup (g_str_has_prefix (name, "Gjs_") ? name + strlen ("Gjs_") : name);
}

/* --- The limits of numbers --------------------------------------------------------------------------------------------------------- */

/* The limits of the property and those of its type; of an integer that a double does not hold exactly only the order matters here. */
typedef struct
{
  double minimum;
  double maximum;
  double type_minimum;
  double type_maximum;
} Limits;

#define LIMITS(Type, TYPE, lowest, highest) \
  if (G_IS_PARAM_SPEC_##TYPE (pspec)) \
    return (Limits) { (double) ((Type *) pspec)->minimum, (double) ((Type *) pspec)->maximum, (double) (lowest), (double) (highest) }

static Limits
get_limits (GParamSpec *pspec)
{
  LIMITS (GParamSpecInt, INT, G_MININT, G_MAXINT);
  LIMITS (GParamSpecUInt, UINT, 0, G_MAXUINT);
  LIMITS (GParamSpecInt64, INT64, G_MININT64, G_MAXINT64);
  LIMITS (GParamSpecUInt64, UINT64, 0, G_MAXUINT64);
  LIMITS (GParamSpecLong, LONG, G_MINLONG, G_MAXLONG);
  LIMITS (GParamSpecULong, ULONG, 0, G_MAXULONG);
  LIMITS (GParamSpecChar, CHAR, G_MININT8, G_MAXINT8);
  LIMITS (GParamSpecUChar, UCHAR, 0, G_MAXUINT8);
  LIMITS (GParamSpecFloat, FLOAT, -FLT_MAX, FLT_MAX);
  LIMITS (GParamSpecDouble, DOUBLE, -DBL_MAX, DBL_MAX);
  g_return_val_if_reached (((Limits) { 0 }));
}

/* A type that holds nothing below 0 or above 255 has limits that a model can't know. */
gboolean
dheera_param_spec_get_minimum (GParamSpec *pspec,
                               double     *minimum)
{
  Limits limits = get_limits (pspec);

  *minimum = limits.minimum;
  return isfinite (limits.minimum) &&
         (limits.minimum > limits.type_minimum || limits.type_minimum == 0 || limits.type_minimum == G_MININT8);
}

gboolean
dheera_param_spec_get_maximum (GParamSpec *pspec,
                               double     *maximum)
{
  Limits limits = get_limits (pspec);

  *maximum = limits.maximum;
  return isfinite (limits.maximum) && (limits.maximum < limits.type_maximum || limits.type_maximum <= G_MAXUINT8);
}
