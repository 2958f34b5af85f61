/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-type-private.h"

#include <math.h>
#include <string.h>

/* A JsonNode of what has been read already: json-glib does not see bytes of others. The depth is that of the view, which has a limit. */

static JsonNode *
read_number (DheeraJsonValue json)
{
  JsonNode *node = json_node_new (JSON_NODE_VALUE);
  g_autofree char *text = dheera_json_dup_raw (json);
  gint64 number = dheera_json_get_int (json, G_MININT64);

  if (strpbrk (text, ".eE") == NULL && number != G_MININT64)
    json_node_set_int (node, number);
  else
    json_node_set_double (node, dheera_json_get_double (json, 0));
  return node;
}

static JsonNode *
read_array (DheeraJsonValue json)
{
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);
  JsonArray *array = json_array_sized_new (dheera_json_size (json));
  DheeraJsonIter iter;
  DheeraJsonValue element;

  dheera_json_iter_init (&iter, json);
  while (dheera_json_iter_next (&iter, NULL, &element))
    json_array_add_element (array, dheera_json_to_node (element));
  json_node_take_array (node, array);
  return node;
}

static JsonNode *
read_object (DheeraJsonValue json)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  DheeraJsonIter iter;
  DheeraJsonValue name, element;

  dheera_json_iter_init (&iter, json);
  while (dheera_json_iter_next (&iter, &name, &element))
    {
      g_autofree char *key = dheera_json_dup_string (name);

      json_object_set_member (object, key, dheera_json_to_node (element));
    }
  json_node_take_object (node, object);
  return node;
}

JsonNode *
dheera_json_to_node (DheeraJsonValue json)
{
  g_autofree char *text = NULL;
  JsonNode *node;

  switch (dheera_json_type (json))
    {
    case DHEERA_JSON_ARRAY:
      return read_array (json);
    case DHEERA_JSON_OBJECT:
      return read_object (json);
    case DHEERA_JSON_NUMBER:
      return read_number (json);
    case DHEERA_JSON_STRING:
      text = dheera_json_dup_string (json);
      node = json_node_new (JSON_NODE_VALUE);
      json_node_set_string (node, text);
      return node;
    case DHEERA_JSON_TRUE:
    case DHEERA_JSON_FALSE:
      node = json_node_new (JSON_NODE_VALUE);
      json_node_set_boolean (node, dheera_json_get_boolean (json, FALSE));
      return node;
    case DHEERA_JSON_NULL:
    case DHEERA_JSON_NONE:
    default:
      return json_node_new (JSON_NODE_NULL);
    }
}
