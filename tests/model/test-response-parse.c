/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Classes as JSON schemas, and JSON as their objects. */

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "dheera-ai/model/dheera-error.h"
#include "dheera-ai/model/dheera-tool-call.h"
#include "dheera-ai/model/dheera-tool.h"
#include "dheera-ai/model/messages/dheera-message-private.h"
#include "dheera-ai/model/objects/dheera-type-private.h"
#include "dheera-ai/model/requests/dheera-request-private.h"
#include "dheera-ai/model/responses/dheera-choice-private.h"
#include "dheera-ai/model/responses/dheera-response-private.h"

/* --- Classes whose objects keep whatever their properties are set to ------------------------------------------------------------------ */

typedef struct
{
  GObject parent_instance;
  GHashTable *values; /* name to GValue */
} Thing;

typedef GObjectClass ThingClass;

static GType thing_get_type (void);

G_DEFINE_TYPE (Thing, thing, G_TYPE_OBJECT)

static void
value_free (gpointer data)
{
  g_value_unset (data);
  g_free (data);
}

static void
thing_finalize (GObject *object)
{
  g_hash_table_unref (((Thing *) object)->values);
  G_OBJECT_CLASS (thing_parent_class)->finalize (object);
}

static void
thing_set_property (GObject      *object,
                    guint         id,
                    const GValue *value,
                    GParamSpec   *pspec)
{
  GValue *copy = g_new0 (GValue, 1);

  g_value_init (copy, pspec->value_type);
  g_value_copy (value, copy);
  g_hash_table_insert (((Thing *) object)->values, (gpointer) pspec->name, copy);
}

static void
thing_get_property (GObject    *object,
                    guint       id,
                    GValue     *value,
                    GParamSpec *pspec)
{
  const GValue *kept = g_hash_table_lookup (((Thing *) object)->values, pspec->name);

  if (kept != NULL)
    g_value_copy (kept, value);
  else
    g_param_value_set_default (pspec, value);
}

static void
thing_class_init (ThingClass *klass)
{
  klass->finalize = thing_finalize;
  klass->set_property = thing_set_property;
  klass->get_property = thing_get_property;
}

static void
thing_init (Thing *self)
{
  self->values = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, value_free);
}

#define RW G_PARAM_READWRITE

/* A class with the given properties, the last of which is NULL */
static GType
define (const char *name,
        GTypeFlags  flags,
        GParamSpec *first,
        ...)
{
  GTypeInfo info = { .class_size = sizeof (GObjectClass), .instance_size = sizeof (Thing) };
  GType type = g_type_register_static (thing_get_type (), name, &info, flags);
  GObjectClass *klass = g_type_class_ref (type);
  GParamSpec *pspec;
  va_list args;
  guint id = 0;

  klass->set_property = thing_set_property;
  klass->get_property = thing_get_property;
  va_start (args, first);
  for (pspec = first; pspec != NULL; pspec = va_arg (args, GParamSpec *))
    g_object_class_install_property (klass, ++id, pspec);
  va_end (args);
  return type;
}

static GType day_type, forecast_type, node_type, everything_type, patient_type;

static void
define_classes (void)
{
  day_type = define ("Day", 0, g_param_spec_string ("name", NULL, "The day of the week", NULL, RW),
                     g_param_spec_int ("wind-speed", "Wind", "In km/h", 0, 400, 0, RW), NULL);
  forecast_type = define ("Forecast", 0, g_param_spec_object ("days", NULL, NULL, G_TYPE_LIST_STORE, RW),
                          g_param_spec_object ("today", NULL, "The first one", day_type, RW | G_PARAM_CONSTRUCT_ONLY),
                          g_param_spec_string ("hidden", NULL, NULL, NULL, G_PARAM_READABLE),
                          g_param_spec_string ("old", NULL, NULL, NULL, RW | G_PARAM_DEPRECATED), NULL);
  dheera_type_set_item_type (forecast_type, "days", day_type);
  node_type = define ("Node", 0, g_param_spec_string ("label", NULL, NULL, NULL, RW), g_param_spec_object ("children", NULL, NULL, G_TYPE_LIST_MODEL, RW), NULL);
  dheera_type_set_item_type (node_type, "children", node_type);
  g_object_class_install_property (g_type_class_peek (node_type), 9, g_param_spec_object ("next", NULL, NULL, node_type, RW));
  everything_type = define ("Everything", 0,
                            g_param_spec_boolean ("boolean", NULL, NULL, FALSE, RW),
                            g_param_spec_int ("int", NULL, NULL, G_MININT, G_MAXINT, 0, RW),
                            g_param_spec_uint ("uint", NULL, NULL, 0, G_MAXUINT, 0, RW),
                            g_param_spec_int64 ("int64", NULL, NULL, G_MININT64, G_MAXINT64, 0, RW),
                            g_param_spec_uint64 ("uint64", NULL, NULL, 0, G_MAXUINT64, 0, RW),
                            g_param_spec_uchar ("uchar", NULL, NULL, 0, 255, 0, RW),
                            g_param_spec_double ("double", NULL, NULL, -0.5, 1e6, 0, RW),
                            g_param_spec_float ("float", NULL, NULL, -G_MAXFLOAT, G_MAXFLOAT, 0, RW),
                            g_param_spec_string ("string", "string", "string", NULL, RW),
                            g_param_spec_enum ("enum", NULL, NULL, G_TYPE_BUS_TYPE, G_BUS_TYPE_NONE, RW),
                            g_param_spec_flags ("flags", NULL, NULL, G_TYPE_APPLICATION_FLAGS, 0, RW),
                            g_param_spec_boxed ("strings", NULL, NULL, G_TYPE_STRV, RW),
                            g_param_spec_boxed ("time", NULL, NULL, G_TYPE_DATE_TIME, RW),
                            g_param_spec_boxed ("bytes", NULL, "A picture", G_TYPE_BYTES, RW),
                            g_param_spec_boxed ("json", NULL, NULL, JSON_TYPE_NODE, RW), NULL);
  patient_type = define ("Patient", 0, g_param_spec_string ("name", NULL, NULL, NULL, RW), g_param_spec_int ("age", NULL, NULL, 0, 150, 7, RW),
                         g_param_spec_enum ("bus", NULL, NULL, G_TYPE_BUS_TYPE, G_BUS_TYPE_NONE, RW),
                         g_param_spec_object ("day", NULL, NULL, day_type, RW), NULL);
  dheera_type_set_optional (patient_type, "age", TRUE);
  dheera_type_set_optional (patient_type, "bus", TRUE);
  dheera_type_set_optional (patient_type, "day", TRUE);
  dheera_type_set_optional (patient_type, "name", TRUE);
  dheera_type_set_optional (patient_type, "name", FALSE);
}

static GObject *
parse (GType        type,
       const char  *text,
       GError     **error)
{
  g_autoptr(DheeraResponse) response = dheera_response_new ("lab");

  dheera_response_set_model (response, "m");
  dheera_message_set_text (dheera_response_ensure_choice (response, 0)->message, text);
  return dheera_response_parse (response, type, error);
}

static char *
get (gpointer    object,
     const char *name)
{
  GValue value = G_VALUE_INIT;
  char *text;

  g_object_get_property (object, name, &value);
  text = g_strdup_value_contents (&value);
  g_value_unset (&value);
  return text;
}

#define assert_property(object, name, contents) \
  G_STMT_START { g_autofree char *got_ = get (object, name); g_assert_cmpstr (got_, ==, contents); } G_STMT_END

/* --- Schemas ------------------------------------------------------------------------------------------------------------------------- */

static void
assert_schema (GType       type,
               const char *expected)
{
  g_autoptr(DheeraRequest) request = dheera_request_new (NULL);
  g_autoptr(GError) error = NULL;
  DheeraJson view = DHEERA_JSON_INIT;
  const char *schema;

  g_assert_true (dheera_request_set_response_type (request, type, &error));
  g_assert_no_error (error);
  schema = dheera_request_get_response_schema (request);
  g_assert_cmpstr (schema, ==, expected);
  g_assert_true (dheera_json_parse (&view, schema, strlen (schema)));
  dheera_json_clear (&view);
}

#define DAY_SCHEMA "\"type\":\"object\",\"properties\":{\"name\":{\"description\":\"The day of the week\",\"type\":\"string\"}," \
                   "\"wind_speed\":{\"title\":\"Wind\",\"description\":\"In km/h\",\"type\":\"integer\",\"minimum\":0,\"maximum\":400}}," \
                   "\"required\":[\"name\",\"wind_speed\"],\"additionalProperties\":false"

static void
test_schema (void)
{
  g_autoptr(DheeraRequest) request = dheera_request_new (NULL);

  assert_schema (day_type, "{" DAY_SCHEMA "}");
  assert_schema (forecast_type, "{\"type\":\"object\",\"properties\":{\"days\":{\"type\":\"array\",\"items\":{" DAY_SCHEMA "}},"
                 "\"today\":{\"description\":\"The first one\"," DAY_SCHEMA "}},\"required\":[\"days\",\"today\"],\"additionalProperties\":false}");

  g_assert_true (dheera_request_set_response_type (request, day_type, NULL));
  g_assert_cmpint (dheera_request_get_response_format (request), ==, DHEERA_RESPONSE_FORMAT_JSON_SCHEMA);
  g_assert_cmpint (dheera_request_get_response_schema_strict (request), ==, DHEERA_TRISTATE_YES);
  g_assert_cmpstr (dheera_request_get_response_schema_name (request), ==, "Day");
  dheera_request_set_response_schema_strict (request, DHEERA_TRISTATE_NO);
  g_assert_true (dheera_request_set_response_type (request, forecast_type, NULL));
  g_assert_cmpint (dheera_request_get_response_schema_strict (request), ==, DHEERA_TRISTATE_NO);
  g_assert_cmpstr (dheera_request_get_response_schema_name (request), ==, "Forecast");
}

static void
test_schema_of_each_kind (void)
{
  assert_schema (everything_type,
                 "{\"type\":\"object\",\"properties\":{\"boolean\":{\"type\":\"boolean\"},\"int\":{\"type\":\"integer\"},"
                 "\"uint\":{\"type\":\"integer\",\"minimum\":0},\"int64\":{\"type\":\"integer\"},\"uint64\":{\"type\":\"integer\",\"minimum\":0},"
                 "\"uchar\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":255},\"double\":{\"type\":\"number\",\"minimum\":-0.5,\"maximum\":1000000},"
                 "\"float\":{\"type\":\"number\"},\"string\":{\"type\":\"string\"},"
                 "\"enum\":{\"type\":\"string\",\"enum\":[\"starter\",\"none\",\"system\",\"session\"]},"
                 "\"flags\":{\"type\":\"array\",\"items\":{\"type\":\"string\",\"enum\":[\"is-service\",\"is-launcher\",\"handles-open\",\"handles-command-line\","
                 "\"send-environment\",\"non-unique\",\"can-override-app-id\",\"allow-replacement\",\"replace\"]}},"
                 "\"strings\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},\"time\":{\"type\":\"string\",\"format\":\"date-time\"},"
                 "\"bytes\":{\"description\":\"A picture (Base64)\",\"type\":\"string\"},"
                 "\"json\":{\"description\":\"The text of a JSON value\",\"type\":\"string\"}},"
                 "\"required\":[\"boolean\",\"int\",\"uint\",\"int64\",\"uint64\",\"uchar\",\"double\",\"float\",\"string\",\"enum\",\"flags\",\"strings\",\"time\","
                 "\"bytes\",\"json\"],\"additionalProperties\":false}");
}

static void
test_schema_of_what_is_optional (void)
{
  assert_schema (patient_type,
                 "{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\"},\"age\":{\"type\":[\"integer\",\"null\"],\"minimum\":0,\"maximum\":150},"
                 "\"bus\":{\"type\":[\"string\",\"null\"],\"enum\":[\"starter\",\"none\",\"system\",\"session\",null]},"
                 "\"day\":{\"type\":[\"object\",\"null\"]," "\"properties\":{\"name\":{\"description\":\"The day of the week\",\"type\":\"string\"},"
                 "\"wind_speed\":{\"title\":\"Wind\",\"description\":\"In km/h\",\"type\":\"integer\",\"minimum\":0,\"maximum\":400}},"
                 "\"required\":[\"name\",\"wind_speed\"],\"additionalProperties\":false}},"
                 "\"required\":[\"name\",\"age\",\"bus\",\"day\"],\"additionalProperties\":false}");
}

#define NODE_MEMBERS(ref) "\"type\":\"object\",\"properties\":{\"label\":{\"type\":\"string\"},\"children\":{\"type\":\"array\",\"items\":{\"$ref\":\"" ref "\"}}," \
                     "\"next\":{\"anyOf\":[{\"$ref\":\"" ref "\"},{\"type\":\"null\"}]}},\"required\":[\"label\",\"children\",\"next\"],\"additionalProperties\":false"

/* What contains itself is referred to, and may come to an end. */
static void
test_schema_of_recursion (void)
{
  GType holder = define ("Holder", 0, g_param_spec_object ("node", NULL, "Where it begins", node_type, RW), NULL);

  assert_schema (node_type, "{" NODE_MEMBERS ("#") "}");
  assert_schema (holder, "{\"type\":\"object\",\"properties\":{\"node\":{\"description\":\"Where it begins\",\"anyOf\":[{\"$ref\":\"#/$defs/Node\"}]}},"
                 "\"required\":[\"node\"],\"additionalProperties\":false,\"$defs\":{\"Node\":{" NODE_MEMBERS ("#/$defs/Node") "}}}");
}

static void
assert_refused (GType       type,
                const char *param,
                const char *message)
{
  g_autoptr(DheeraRequest) request = dheera_request_new (NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) parse_error = NULL;

  g_assert_false (dheera_request_set_response_type (request, type, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
  g_assert_cmpstr (error->message, ==, message);
  g_assert_cmpstr (dheera_error_details_get_param (dheera_error_details_get_last ()), ==, param);
  g_assert_null (dheera_request_get_response_schema (request));
  g_assert_cmpint (dheera_request_get_response_format (request), ==, DHEERA_RESPONSE_FORMAT_TEXT);

  g_assert_null (parse (type, "{}", &parse_error));
  g_assert_error (parse_error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
  g_assert_cmpstr (parse_error->message, ==, message);
}

static void
test_refused (void)
{
  GType pointed = define ("Pointed", 0, g_param_spec_pointer ("secret-place", NULL, NULL, RW), NULL);
  GType list = define ("List", 0, g_param_spec_object ("items", NULL, NULL, G_TYPE_LIST_MODEL, RW), NULL);
  GType abstract = define ("Abstract", G_TYPE_FLAG_ABSTRACT, g_param_spec_int ("n", NULL, NULL, 0, 9, 0, RW), NULL);
  GType holder = define ("AbstractHolder", 0, g_param_spec_object ("it", NULL, NULL, abstract, RW), NULL);
  GType empty = define ("Empty", 0, g_param_spec_int ("n", NULL, NULL, 0, 9, 0, G_PARAM_READABLE), NULL);
  GType module = define ("__main__+Named", 0, g_param_spec_pointer ("p", NULL, NULL, RW), NULL);
  GType foreign = define ("Foreign", 0, g_param_spec_object ("file", NULL, NULL, G_TYPE_FILE, RW), NULL);

  assert_refused (pointed, "Pointed:secret-place", "The property “secret-place” of the class Pointed has the type gpointer, for which there is no JSON; "
                  "make it one that can't be written, or of another type.");
  assert_refused (list, "List:items", "The property “items” of the class List is a list, and does not say of what; tell with dheera_type_set_item_type().");
  assert_refused (abstract, "Abstract", "Objects of Abstract can't be made: it is abstract.");
  assert_refused (holder, "Abstract", "Objects of Abstract, which the property “it” of AbstractHolder leads to, can't be made: it is abstract.");
  assert_refused (empty, "Empty", "The class Empty has no property that can be written.");
  assert_refused (module, "Named:p", "The property “p” of the class Named has the type gpointer, for which there is no JSON; "
                  "make it one that can't be written, or of another type.");
  assert_refused (foreign, "GFile", "Objects of GFile, which the property “file” of Foreign leads to, can't be made: it is not a class of objects.");
  assert_refused (G_TYPE_INT, "gint", "Objects of gint can't be made: it is not a class of objects.");
}

/* Each class has two of the one before: the schema would have 2^20 of the last. */
static void
test_too_large (void)
{
  GType type = day_type;
  g_autofree char *name = NULL;
  g_autofree char *message = NULL;

  for (int i = 0; i < 20; i++)
    {
      g_free (name);
      name = g_strdup_printf ("Doubling%d", i);
      type = define (g_intern_string (name), 0, g_param_spec_object ("a", NULL, NULL, type, RW), g_param_spec_object ("b", NULL, NULL, type, RW), NULL);
    }
  message = g_strdup_printf ("The class %s and those that it leads to have more than 5000 properties, which no provider takes.", name);
  assert_refused (type, name, message);
}

/* --- Objects ------------------------------------------------------------------------------------------------------------------------- */

static void
test_each_kind (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GObject) object = parse (everything_type,
                                     "{\"boolean\": true, \"int\": -2147483648, \"uint\": 4294967295, \"int64\": 9223372036854775807, \"uint64\": 18446744073709551615,"
                                     " \"uchar\": 2.55e2, \"double\": 1e-1, \"float\": 2, \"string\": \"\\u00e9 “x”\", \"enum\": \"session\","
                                     " \"flags\": [\"is-service\", \"replace\"], \"strings\": [\"a\", \"\"], \"time\": \"2025-12-31T23:59:00+02:00\","
                                     " \"bytes\": \"AAEC\", \"json\": \"{\\\"a\\\": [1]}\"}", &error);
  g_autoptr(GDateTime) time = NULL;
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(JsonNode) json = NULL;
  g_autofree char *shown = NULL;
  g_autofree char *string = NULL;

  g_assert_no_error (error);
  assert_property (object, "boolean", "TRUE");
  assert_property (object, "int", "-2147483648");
  assert_property (object, "uint", "4294967295");
  assert_property (object, "int64", "9223372036854775807");
  assert_property (object, "uint64", "18446744073709551615");
  assert_property (object, "uchar", "255");
  assert_property (object, "double", "0.100000");
  assert_property (object, "float", "2.000000");
  assert_property (object, "enum", "((GBusType) G_BUS_TYPE_SESSION)");
  assert_property (object, "flags", "((GApplicationFlags) G_APPLICATION_IS_SERVICE | G_APPLICATION_REPLACE)");
  assert_property (object, "strings", "[\"a\", \"\"]");
  g_object_get (object, "time", &time, "bytes", &bytes, "json", &json, "string", &string, NULL);
  shown = g_date_time_format_iso8601 (time);
  g_assert_cmpstr (shown, ==, "2025-12-31T23:59:00+02");
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "\0\1\2", 3);
  g_assert_cmpint (json_array_get_int_element (json_object_get_array_member (json_node_get_object (json), "a"), 0), ==, 1);
  g_assert_cmpstr (string, ==, "é “x”");
}

/* An object of all kinds: good but for one member */
static char *
write_with_fault (const char *name,
                  const char *value)
{
  static const char *const good[][2] = {
    { "boolean", "true" }, { "int", "1" }, { "uint", "1" }, { "int64", "1" }, { "uint64", "1" }, { "uchar", "1" }, { "double", "1" }, { "float", "1" },
    { "string", "\"\"" }, { "enum", "\"none\"" }, { "flags", "[]" }, { "strings", "[]" }, { "time", "\"2025-12-31T23:59:00Z\"" }, { "bytes", "\"\"" },
    { "json", "{\"a\": 1}" },
  };
  g_autoptr(GString) text = g_string_new ("{");

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    g_string_append_printf (text, "%s\"%s\": %s", i > 0 ? ", " : "", good[i][0], g_strcmp0 (good[i][0], name) == 0 ? value : good[i][1]);
  g_string_append_c (text, '}');
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Nothing of json-glib's parser is used: what it does not like, such as half a surrogate pair, is read too. */
static void
test_json (void)
{
  static const char *const values[][2] = {
    { "{\"a\": [1, -2.5, 1e2, true, null, \"x\"], \"b\": {}}", "{\"a\":[1,-2.5,100.0,true,null,\"x\"],\"b\":{}}" },
    { "9223372036854775807", "9223372036854775807" }, { "\"false\"", "false" }, { "null", "null" }, { "{\"\\ud83d\": \"\\udbbb\"}", "{\"\357\277\275\":\"\357\277\275\"}" },
    { "{\"a\": 1, \"a\": 2}", "{\"a\":2}" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autofree char *text = write_with_fault ("json", values[i][0]);
      g_autoptr(GError) error = NULL;
      g_autoptr(GObject) object = parse (everything_type, text, &error);
      g_autoptr(JsonNode) node = NULL;
      g_autofree char *written = NULL;

      g_assert_no_error (error);
      g_object_get (object, "json", &node, NULL);
      written = json_to_string (node, FALSE);
      g_assert_cmpstr (written, ==, values[i][1]);
    }
}

#define DAY(name, speed) "{\"name\": \"" name "\", \"wind_speed\": " speed "}"

static void
test_nested (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GObject) forecast = parse (forecast_type, "{\"today\": " DAY ("Monday", "4e1") ", \"days\": [" DAY ("Tuesday", "7") ", {\"wind-speed\": 0, \"name\": \"\"}]}",
                                       &error);
  g_autoptr(GListModel) days = NULL;
  g_autoptr(GObject) today = NULL;
  g_autoptr(GObject) second = NULL;

  g_assert_no_error (error);
  g_object_get (forecast, "days", &days, "today", &today, NULL);
  g_assert_true (G_OBJECT_TYPE (today) == day_type);
  assert_property (today, "wind-speed", "40");
  g_assert_true (g_list_model_get_item_type (days) == day_type);
  g_assert_cmpuint (g_list_model_get_n_items (days), ==, 2);
  second = g_list_model_get_item (days, 1);
  assert_property (second, "name", "\"\"");
}

static void
test_recursion (void)
{
  g_autoptr(GObject) node = parse (node_type, "{\"label\": \"a\", \"next\": {\"label\": \"b\", \"next\": null, \"children\": []},"
                                   "\"children\": [{\"label\": \"c\", \"children\": [], \"next\": null}]}", NULL);
  g_autoptr(GObject) next = NULL;

  g_assert_nonnull (node);
  g_object_get (node, "next", &next, NULL);
  assert_property (next, "label", "\"b\"");
  assert_property (next, "next", "NULL");
}

static void
test_optional (void)
{
  g_autoptr(GObject) left_open = parse (patient_type, "{\"name\": \"x\", \"age\": null, \"day\": null}", NULL);
  g_autoptr(GObject) filled = parse (patient_type, "{\"name\": \"x\", \"age\": 8, \"bus\": \"none\", \"day\": " DAY ("Monday", "1") "}", NULL);

  assert_property (left_open, "age", "7");
  assert_property (left_open, "day", "NULL");
  assert_property (filled, "age", "8");
  g_assert_null (parse (patient_type, "{\"name\": null}", NULL));
}

/* Models that are not held to a schema put a code block around it. */
static void
test_code_blocks (void)
{
  static const char *const texts[] = {
    " \n" DAY ("Monday", "1") "\n ", "```json\n" DAY ("Monday", "1") "\n```", "```\n\n" DAY ("Monday", "1") "\n\n```\n",
    "Here you are:\n\n```JSON\n" DAY ("Monday", "1") "\n```\nDo you want more?", DAY ("Monday ```", "1"), "```json\r\n" DAY ("Monday", "1") "\r\n```",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(GObject) day = parse (day_type, texts[i], &error);

      g_assert_no_error (error);
      assert_property (day, "wind-speed", "1");
    }
}

typedef struct
{
  GType *type;
  const char *text;
  const char *path;
  const char *message;
} Fault;

#define DOES_NOT_FIT(class) "The answer of m at lab does not fit the class " class ": "

static const Fault faults[] = {
  { &day_type, "", "", "The answer of m at lab has no text that could be read as JSON." },
  { &day_type, "Sorry, no.", "", "The answer of m at lab is not valid JSON at byte 0: " },
  { &day_type, "```json\n{\"name\"\n```", "", "The answer of m at lab is not valid JSON at byte 0: " },
  { &day_type, "[]", "", DOES_NOT_FIT ("Day") "it is an array, but an object is expected." },
  { &day_type, "{\"name\": \"x\"}", "wind_speed", DOES_NOT_FIT ("Day") "wind_speed is missing, but a whole number from 0 to 400 is expected." },
  { &day_type, DAY ("x", "null"), "wind_speed", DOES_NOT_FIT ("Day") "wind_speed is null, but a whole number from 0 to 400 is expected." },
  { &day_type, DAY ("x", "401"), "wind_speed", DOES_NOT_FIT ("Day") "wind_speed is the number 401, but a whole number from 0 to 400 is expected." },
  { &day_type, DAY ("x", "1.5"), "wind_speed", DOES_NOT_FIT ("Day") "wind_speed is the number 1.5, but" },
  { &day_type, DAY ("x", "\"5\""), "wind_speed", DOES_NOT_FIT ("Day") "wind_speed is the text “5”, but" },
  { &day_type, DAY ("x", "-1"), "wind_speed", DOES_NOT_FIT ("Day") "wind_speed is the number -1, but" },
  { &day_type, DAY ("x", "99999999999999999999"), "wind_speed", DOES_NOT_FIT ("Day") "wind_speed is the number 99999999999999999999, but" },
  { &day_type, "{\"name\": 5, \"wind_speed\": 5}", "name", DOES_NOT_FIT ("Day") "name is the number 5, but a text is expected." },
  { &day_type, "{\"name\": \"x\", \"wind_speed\": 5, \"more\": 1}", "", DOES_NOT_FIT ("Day") "it has a member “more”, which Day has no property for." },
  { &day_type, "{\"name\": \"x\", \"ääääääääääääääääääääääääääääääääääääääääääääääää\": 1}", "",
    DOES_NOT_FIT ("Day") "it has a member “ääääääääääääääääääääääääääääääääääääääää…”, which Day has no property for." },
  { &forecast_type, "{\"days\": [" DAY ("x", "1") ", 5], \"today\": " DAY ("x", "1") "}", "days[1]",
    DOES_NOT_FIT ("Forecast") "days[1] is the number 5, but an object is expected." },
  { &forecast_type, "{\"days\": [" DAY ("x", "1") ", " DAY ("x", "\"cold\"") "], \"today\": " DAY ("x", "1") "}", "days[1].wind_speed",
    DOES_NOT_FIT ("Forecast") "days[1].wind_speed is the text “cold”, but a whole number from 0 to 400 is expected." },
  { &forecast_type, "{\"days\": {}, \"today\": {}}", "days", DOES_NOT_FIT ("Forecast") "days is an object, but an array of objects is expected." },
  { &forecast_type, "{\"days\": [], \"today\": {\"x\": 1}}", "today", DOES_NOT_FIT ("Forecast") "today has a member “x”, which Day has no property for." },
};

static void
test_faults (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autoptr(GError) error = NULL;
      DheeraErrorDetails *details;

      g_assert_null (parse (*faults[i].type, faults[i].text, &error));
      g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_OUTPUT);
      g_test_message ("%s", error->message);
      g_assert_true (g_str_has_prefix (error->message, faults[i].message));
      g_assert_true (g_str_has_suffix (error->message, "."));
      details = dheera_error_get_details (error);
      g_assert_true (details == dheera_error_details_get_last ());
      g_assert_cmpstr (dheera_error_details_get_provider (details), ==, "lab");
      g_assert_cmpstr (dheera_error_details_get_model (details), ==, "m");
      g_assert_cmpint (g_strcmp0 (dheera_error_details_get_param (details), faults[i].path), <=, 0);
      g_assert_cmpstr (dheera_error_details_get_body (details), ==, faults[i].text);
    }
}

static void
test_faults_of_each_kind (void)
{
  static const char *const kinds[][3] = {
    { "boolean", "0", "boolean is the number 0, but true or false is expected" },
    { "int", "2147483648", "int is the number 2147483648, but a whole number is expected" },
    { "uint", "4294967296", "uint is the number 4294967296, but a whole number from 0 on is expected" },
    { "int64", "9223372036854775808", "int64 is the number 9223372036854775808, but a whole number is expected" },
    { "uint64", "18446744073709551616", "uint64 is the number 18446744073709551616, but a whole number from 0 on is expected" },
    { "uchar", "256", "uchar is the number 256, but a whole number from 0 to 255 is expected" },
    { "double", "-1", "double is the number -1, but a number from -0.5 to 1000000 is expected" },
    { "double", "1e400", "double is the number 1e400, but a number from -0.5 to 1000000 is expected" },
    { "float", "1e39", "float is the number 1e39, but a number is expected" },
    { "enum", "\"Session\"", "enum is the text “Session”, but one of “starter”, “none”, “system”, “session” is expected" },
    { "enum", "2", "enum is the number 2, but one of “starter”" },
    { "flags", "\"replace\"", "flags is the text “replace”, but an array of words is expected" },
    { "flags", "[\"replace\", \"x\"]", "flags[1] is the text “x”, but one of “is-service”" },
    { "strings", "[\"a\", 5]", "strings[1] is the number 5, but a text is expected" },
    { "strings", "{}", "strings is an object, but an array of texts is expected" },
    { "time", "\"tomorrow\"", "time is the text “tomorrow”, but a date and time such as “2025-12-31T23:59:00Z” is expected" },
    { "bytes", "\"A*==\"", "bytes is the text “A*==”, but Base64 text is expected" },
    { "bytes", "\"AAA\"", "bytes is the text “AAA”, but Base64 text is expected" },
    { "json", "\"{\"", "json is the text “{”, but the text of a JSON value is expected" },
    { "string", "[]", "string is an array, but a text is expected" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *good = write_with_fault (NULL, NULL);
      g_autofree char *bad = write_with_fault (kinds[i][0], kinds[i][1]);
      g_autoptr(GObject) object = parse (everything_type, good, NULL);
      g_autoptr(GError) error = NULL;

      g_assert_nonnull (object);
      g_assert_null (parse (everything_type, bad, &error));
      g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_OUTPUT);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, kinds[i][2]));
    }
}

static void
assert_fault_of (DheeraResponse *response,
                 const char     *message)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (dheera_response_parse (response, day_type, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_OUTPUT);
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_cut_off_and_refused (void)
{
  g_autoptr(DheeraResponse) cut = dheera_response_new ("lab");
  g_autoptr(DheeraResponse) refusal = dheera_response_new (NULL);
  DheeraChoice *choice = dheera_response_ensure_choice (cut, 0);

  dheera_message_set_text (choice->message, "{\"name\": \"Mo");
  choice->finish_reason = DHEERA_FINISH_REASON_LENGTH;
  assert_fault_of (cut, "The answer of lab was cut off before its JSON came to an end: let it be longer with max-tokens, or ask for less.");
  dheera_message_set_refusal (dheera_response_ensure_choice (refusal, 0)->message, "I won't.");
  assert_fault_of (refusal, "The answer is a refusal: I won't.");
}

/* The arguments of a call are read in the same way. */
static void
test_tool (void)
{
  g_autoptr(DheeraTool) tool = dheera_tool_new ("weather", NULL, NULL);
  g_autoptr(DheeraToolCall) good = dheera_tool_call_new ("id", "weather", DAY ("Monday", "5"));
  g_autoptr(DheeraToolCall) misfit = dheera_tool_call_new ("id", "weather", DAY ("Monday", "\"5\""));
  g_autoptr(DheeraToolCall) broken = dheera_tool_call_new ("id", "weather", "{\"name\"");
  g_autoptr(GObject) day = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_true (dheera_tool_set_parameters_type (tool, day_type, &error));
  g_assert_cmpstr (dheera_tool_get_parameters (tool), ==, "{" DAY_SCHEMA "}");
  g_assert_false (dheera_tool_set_parameters_type (tool, G_TYPE_INT, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
  g_assert_cmpstr (dheera_tool_get_parameters (tool), ==, "{" DAY_SCHEMA "}");
  g_clear_error (&error);

  day = dheera_tool_call_parse (good, day_type, &error);
  g_assert_no_error (error);
  assert_property (day, "wind-speed", "5");
  g_assert_null (dheera_tool_call_parse (misfit, day_type, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_OUTPUT);
  g_assert_cmpstr (error->message, ==, "The arguments of “weather” do not fit: wind_speed is the text “5”, but a whole number from 0 to 400 is expected.");
  g_assert_cmpstr (dheera_error_details_get_param (dheera_error_get_details (error)), ==, "wind_speed");
  g_clear_error (&error);
  g_assert_null (dheera_tool_call_parse (broken, day_type, &error));
  g_assert_cmpstr (error->message, ==, "The arguments of “weather” are not valid JSON at byte 7: unexpected end.");
}

/* Untrusted bytes: nothing that a model says leaves an object half made, or a warning. */
static void
test_nesting (void)
{
  g_autoptr(GString) deep = g_string_new (NULL);
  g_autoptr(GError) error = NULL;

  for (int i = 0; i < 100000; i++)
    g_string_append (deep, "{\"label\": \"x\", \"children\": [], \"next\": ");
  g_assert_null (parse (node_type, deep->str, &error));
  g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_OUTPUT);
}

static void
test_item_type_is_inherited (void)
{
  GTypeInfo info = { .class_size = sizeof (GObjectClass), .instance_size = sizeof (Thing) };
  GType type = g_type_register_static (forecast_type, "BetterForecast", &info, 0);
  g_autoptr(GObject) forecast = parse (type, "{\"days\": [" DAY ("x", "1") "], \"today\": " DAY ("x", "1") "}", NULL);

  g_assert_nonnull (forecast);
  g_assert_true (G_OBJECT_TYPE (forecast) == type);

  g_test_expect_message ("dheera-ai", G_LOG_LEVEL_CRITICAL, "The class Day has no property*nothing*");
  dheera_type_set_optional (day_type, "nothing", TRUE);
  g_test_assert_expected_messages ();
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  define_classes ();

  g_test_add_func ("/response-parse/schema", test_schema);
  g_test_add_func ("/response-parse/schema-of-each-kind", test_schema_of_each_kind);
  g_test_add_func ("/response-parse/schema-of-what-is-optional", test_schema_of_what_is_optional);
  g_test_add_func ("/response-parse/schema-of-recursion", test_schema_of_recursion);
  g_test_add_func ("/response-parse/refused", test_refused);
  g_test_add_func ("/response-parse/too-large", test_too_large);
  g_test_add_func ("/response-parse/each-kind", test_each_kind);
  g_test_add_func ("/response-parse/json", test_json);
  g_test_add_func ("/response-parse/nested", test_nested);
  g_test_add_func ("/response-parse/recursion", test_recursion);
  g_test_add_func ("/response-parse/optional", test_optional);
  g_test_add_func ("/response-parse/code-blocks", test_code_blocks);
  g_test_add_func ("/response-parse/faults", test_faults);
  g_test_add_func ("/response-parse/faults-of-each-kind", test_faults_of_each_kind);
  g_test_add_func ("/response-parse/cut-off-and-refused", test_cut_off_and_refused);
  g_test_add_func ("/response-parse/tool", test_tool);
  g_test_add_func ("/response-parse/nesting", test_nesting);
  g_test_add_func ("/response-parse/item-type-is-inherited", test_item_type_is_inherited);

  return g_test_run ();
}
