/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-mock-private.h"

#include <math.h>
#include <string.h>

#include "dheera-ai/wire/dheera-json-writer-private.h"

/* A small instance of a JSON schema: what the mock answers with where a real model would think.
 *
 * A schema may refer to itself, so each function gives NULL when it can't end, and its caller takes another
 * way where it has one: it leaves an optional member out, an array empty, or tries the next alternative. */

#define MAX_STRING 1000          /* characters */
#define MAX_ITEMS 1000
#define MAX_SIZE (1024u * 1024u) /* bytes, over all */
#define MAX_REFERENCES 32
#define MAX_DEPTH 200
#define OPTIONAL_REFERENCES 3     /* deeper than this, optional members are left out */

typedef struct
{
  DheeraJsonValue root;
  const char *text;
  const char *why;
  gsize size;                         /* of everything made so far, also of what was thrown away */
  guint depth;
  guint32 references[MAX_REFERENCES]; /* where the schemas lie that are being instantiated by reference */
  guint n_references;
} Maker;

static char *make (Maker           *self,
                   DheeraJsonValue  schema);

static char *
give_up (Maker      *self,
         const char *why)
{
  self->why = why;

  return NULL;
}

static char *
account (Maker *self,
         char  *json)
{
  self->size += strlen (json);
  if (self->size <= MAX_SIZE)
    return json;
  g_free (json);

  return give_up (self, "its smallest instance is too large");
}

static char *
quote (const char *text)
{
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;

  dheera_json_writer_init (&writer, strlen (text) + 2);
  dheera_json_writer_string (&writer, text);

  return dheera_json_writer_steal (&writer);
}

static const char *
find_format (const char *format)
{
  static const char *const samples[][2] = {
    { "date-time", "2025-01-01T00:00:00Z" },
    { "date", "2025-01-01" },
    { "time", "00:00:00Z" },
    { "duration", "P1D" },
    { "email", "someone@example.com" },
    { "hostname", "example.com" },
    { "ipv4", "127.0.0.1" },
    { "ipv6", "::1" },
    { "uri", "https://example.com/" },
    { "uuid", "00000000-0000-4000-8000-000000000000" },
  };
  guint i;

  for (i = 0; format != NULL && i < G_N_ELEMENTS (samples); i++)
    {
      if (strcmp (samples[i][0], format) == 0)
        return samples[i][1];
    }

  return NULL;
}

static char *
make_string (Maker           *self,
             DheeraJsonValue  schema)
{
  g_autofree char *format = dheera_json_dup_string (dheera_json_member (schema, "format"));
  gint64 shortest = dheera_json_get_int (dheera_json_member (schema, "minLength"), 0);
  gint64 longest = dheera_json_get_int (dheera_json_member (schema, "maxLength"), MAX_STRING);
  const char *sample = find_format (format);
  glong length;
  g_autofree char *cut = NULL;
  g_autoptr (GString) padded = NULL;

  if (sample != NULL)
    return account (self, quote (sample));
  if (shortest > longest || shortest > (gint64) MAX_SIZE)
    return give_up (self, "it asks for a string of an impossible length");

  length = MIN (g_utf8_strlen (self->text, -1), CLAMP (longest, 0, MAX_STRING));
  cut = g_utf8_substring (self->text, 0, length);
  padded = g_string_new (cut);
  for (; length < shortest; length++)
    g_string_append_c (padded, '.');

  return account (self, quote (padded->str));
}

/* The number nearest to 0 that the schema allows. */
static char *
make_number (Maker           *self,
             DheeraJsonValue  schema,
             gboolean         whole)
{
  double low = dheera_json_get_double (dheera_json_member (schema, "minimum"), -HUGE_VAL);
  double high = dheera_json_get_double (dheera_json_member (schema, "maximum"), HUGE_VAL);
  double above = dheera_json_get_double (dheera_json_member (schema, "exclusiveMinimum"), -HUGE_VAL);
  double below = dheera_json_get_double (dheera_json_member (schema, "exclusiveMaximum"), HUGE_VAL);
  double step = dheera_json_get_double (dheera_json_member (schema, "multipleOf"), 0);
  double number = 0;
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  if (low > 0 || above >= 0)
    number = MAX (low, above);
  else if (high < 0 || below <= 0)
    number = MIN (high, below);

  if (step <= 0)
    step = whole ? 1 : 0;
  if (step > 0)
    number = number >= 0 ? ceil (number / step) * step : floor (number / step) * step;
  if (number <= above)
    number += step > 0 ? step : MIN (1, (MIN (high, below) - above) / 2);
  else if (number >= below)
    number -= step > 0 ? step : MIN (1, (below - MAX (low, above)) / 2);
  if (number < low || number > high || number <= above || number >= below)
    return give_up (self, "no number lies between its bounds");

  /* Adding 0 turns -0 into 0. */
  if (whole && fabs (number) < 9e15)
    return account (self, g_strdup_printf ("%" G_GINT64_FORMAT, (gint64) number));

  return account (self, g_strdup (g_ascii_dtostr (buffer, sizeof buffer, number + 0)));
}

static char *
make_array (Maker           *self,
            DheeraJsonValue  schema)
{
  DheeraJsonValue items = dheera_json_member (schema, "items");
  DheeraJsonValue prefix = dheera_json_member (schema, "prefixItems");
  gint64 fewest = dheera_json_get_int (dheera_json_member (schema, "minItems"), 0);
  gint64 most = dheera_json_get_int (dheera_json_member (schema, "maxItems"), MAX_ITEMS);
  gint64 wanted = MIN (MAX (MAX (fewest, 1), dheera_json_size (prefix)), most);
  g_autoptr (GString) out = g_string_new ("[");
  gint64 i;

  if (fewest > MIN (most, MAX_ITEMS))
    return give_up (self, "it asks for an array of an impossible length");

  for (i = 0; i < wanted; i++)
    {
      gboolean has_own = i < dheera_json_size (prefix);
      g_autofree char *item = make (self, has_own ? dheera_json_element (prefix, i) : items);

      if (item == NULL && i >= fewest && self->size <= MAX_SIZE)
        break;
      if (item == NULL)
        return NULL;
      if (i > 0)
        g_string_append_c (out, ',');
      g_string_append (out, item);
    }
  g_string_append_c (out, ']');

  return account (self, g_strdup (out->str));
}

static gboolean
lists (DheeraJsonValue  array,
       const char      *string)
{
  DheeraJsonIter iter;
  DheeraJsonValue value;

  dheera_json_iter_init (&iter, array);
  while (dheera_json_iter_next (&iter, NULL, &value))
    {
      if (dheera_json_equal (value, string))
        return TRUE;
    }

  return FALSE;
}

/* Adds the members of one schema of an object, which allOf may make of several. */
static gboolean
make_members (Maker           *self,
              DheeraJsonValue  schema,
              GHashTable      *seen,
              GString         *out)
{
  DheeraJsonValue required = dheera_json_member (schema, "required");
  DheeraJsonIter iter;
  DheeraJsonValue name, property;

  dheera_json_iter_init (&iter, dheera_json_member (schema, "properties"));
  while (dheera_json_iter_next (&iter, &name, &property))
    {
      g_autofree char *key = dheera_json_dup_string (name);
      g_autofree char *value = NULL;
      g_autofree char *quoted = NULL;

      gboolean needed = key != NULL && lists (required, key);

      if (key == NULL || g_hash_table_contains (seen, key)
          || (!needed && self->n_references > OPTIONAL_REFERENCES))
        continue;

      value = make (self, property);
      if (value == NULL && (needed || self->size > MAX_SIZE))
        return FALSE;
      if (value == NULL)
        continue;

      quoted = quote (key);
      g_string_append_printf (out, "%s%s:%s", out->len > 1 ? "," : "", quoted, value);
      g_hash_table_add (seen, g_steal_pointer (&key));
    }

  return TRUE;
}

static DheeraJsonValue resolve (Maker           *self,
                                DheeraJsonValue  schema);

static char *
make_object (Maker           *self,
             DheeraJsonValue  schema)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GString) out = g_string_new ("{");
  DheeraJsonIter iter;
  DheeraJsonValue part;

  if (!make_members (self, schema, seen, out))
    return NULL;
  dheera_json_iter_init (&iter, dheera_json_member (schema, "allOf"));
  while (dheera_json_iter_next (&iter, NULL, &part))
    {
      if (!make_members (self, resolve (self, part), seen, out))
        return NULL;
    }
  g_string_append_c (out, '}');

  return account (self, g_strdup (out->str));
}

/* Follows "#/$defs/Name"; a value of type NONE when it leads nowhere. */
static DheeraJsonValue
resolve (Maker           *self,
         DheeraJsonValue  schema)
{
  g_autofree char *pointer = dheera_json_dup_string (dheera_json_member (schema, "$ref"));
  g_auto (GStrv) steps = NULL;
  DheeraJsonValue at = self->root;
  guint i;

  if (pointer == NULL)
    return schema;
  if (pointer[0] != '#')
    return (DheeraJsonValue) { NULL, 0 };

  steps = g_strsplit (pointer + 1, "/", -1);
  for (i = 1; steps[0] != NULL && steps[i] != NULL; i++)
    {
      g_autoptr (GString) step = g_string_new (steps[i]);

      g_string_replace (step, "~1", "/", 0);
      g_string_replace (step, "~0", "~", 0);
      if (dheera_json_type (at) == DHEERA_JSON_ARRAY)
        at = dheera_json_element (at, (guint) g_ascii_strtoull (step->str, NULL, 10));
      else
        at = dheera_json_member (at, step->str);
    }

  return at;
}

static char *
make_reference (Maker           *self,
                DheeraJsonValue  schema)
{
  DheeraJsonValue target = resolve (self, schema);
  char *json;
  guint i;

  if (dheera_json_type (target) == DHEERA_JSON_NONE)
    return give_up (self, "one of its references leads nowhere");
  for (i = 0; i < self->n_references; i++)
    {
      if (self->references[i] == target.index)
        return give_up (self, "it contains itself without an end");
    }
  if (self->n_references == MAX_REFERENCES)
    return give_up (self, "its references are too deep");

  self->references[self->n_references++] = target.index;
  json = make (self, target);
  self->n_references--;

  return json;
}

static char *
make_alternative (Maker           *self,
                  DheeraJsonValue  alternatives)
{
  DheeraJsonIter iter;
  DheeraJsonValue value;

  dheera_json_iter_init (&iter, alternatives);
  while (dheera_json_iter_next (&iter, NULL, &value))
    {
      char *json = make (self, value);

      if (json != NULL)
        return json;
    }

  if (self->why == NULL)
    give_up (self, "one of its lists of alternatives is empty");

  return NULL;
}

static char *
make_type (Maker           *self,
           DheeraJsonValue  schema,
           DheeraJsonValue  type)
{
  if (dheera_json_equal (type, "string"))
    return make_string (self, schema);
  if (dheera_json_equal (type, "integer"))
    return make_number (self, schema, TRUE);
  if (dheera_json_equal (type, "number"))
    return make_number (self, schema, FALSE);
  if (dheera_json_equal (type, "boolean"))
    return account (self, g_strdup ("false"));
  if (dheera_json_equal (type, "null"))
    return account (self, g_strdup ("null"));
  if (dheera_json_equal (type, "array"))
    return make_array (self, schema);
  if (dheera_json_equal (type, "object"))
    return make_object (self, schema);

  return give_up (self, "one of its types is unknown");
}

/* Of ["string", "null"], the first that works out. */
static char *
make_types (Maker           *self,
            DheeraJsonValue  schema,
            DheeraJsonValue  types)
{
  DheeraJsonIter iter;
  DheeraJsonValue type;

  dheera_json_iter_init (&iter, types);
  while (dheera_json_iter_next (&iter, NULL, &type))
    {
      char *json = make_type (self, schema, type);

      if (json != NULL)
        return json;
    }

  return NULL;
}

static char *
make_any (Maker           *self,
          DheeraJsonValue  schema)
{
  DheeraJsonValue type = dheera_json_member (schema, "type");
  DheeraJsonValue value;

  if (dheera_json_type (schema) == DHEERA_JSON_FALSE)
    return give_up (self, "it allows nothing");
  if (dheera_json_type (dheera_json_member (schema, "$ref")) == DHEERA_JSON_STRING)
    return make_reference (self, schema);

  value = dheera_json_member (schema, "const");
  if (dheera_json_type (value) != DHEERA_JSON_NONE)
    return account (self, dheera_json_dup_raw (value));
  value = dheera_json_member (schema, "enum");
  if (dheera_json_size (value) > 0)
    return account (self, dheera_json_dup_raw (dheera_json_element (value, 0)));

  value = dheera_json_member (schema, "anyOf");
  if (dheera_json_type (value) != DHEERA_JSON_ARRAY)
    value = dheera_json_member (schema, "oneOf");
  if (dheera_json_type (value) == DHEERA_JSON_ARRAY && dheera_json_type (type) == DHEERA_JSON_NONE)
    return make_alternative (self, value);

  if (dheera_json_type (type) == DHEERA_JSON_ARRAY)
    return make_types (self, schema, type);
  if (dheera_json_type (type) != DHEERA_JSON_NONE)
    return make_type (self, schema, type);

  value = dheera_json_member (schema, "allOf");
  if (dheera_json_size (value) == 1
      && dheera_json_type (dheera_json_member (schema, "properties")) == DHEERA_JSON_NONE)
    return make (self, dheera_json_element (value, 0));
  if (dheera_json_exists (value) || dheera_json_exists (dheera_json_member (schema, "properties")))
    return make_object (self, schema);
  if (dheera_json_exists (dheera_json_member (schema, "items")))
    return make_array (self, schema);

  return make_string (self, schema);
}

/* Every step costs something, so that a schema whose alternatives all fail ends too. */
static char *
make (Maker           *self,
      DheeraJsonValue  schema)
{
  char *json;

  self->size += 8;
  if (self->size > MAX_SIZE)
    return give_up (self, "its smallest instance is too large");
  if (self->depth == MAX_DEPTH)
    return give_up (self, "it is too deep");

  self->depth++;
  json = make_any (self, schema);
  self->depth--;

  return json;
}

char *
dheera_mock_schema_instance (DheeraJsonValue   schema,
                             const char       *text,
                             const char      **why)
{
  Maker maker = { .root = schema, .text = text };
  DheeraJsonType type = dheera_json_type (schema);
  char *json;

  *why = NULL;
  if (type != DHEERA_JSON_OBJECT && type != DHEERA_JSON_TRUE && type != DHEERA_JSON_FALSE)
    {
      *why = "it is not an object";
      return NULL;
    }

  json = make (&maker, schema);
  if (json == NULL)
    *why = maker.why != NULL ? maker.why : "one of its lists of types is empty";

  return json;
}
