/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Members of a request of OpenAI's kind that the library has no property for, and that whoever wrote the request meant for any model, as a client of the server does. Who speaks OpenAI's
 * protocol is given them as they are. In another protocol each has a place, or is one more parameter that the provider can't take. */

#include "dheera-protocol-private.h"

#include <string.h>

#include "dheera-ai/model/requests/dheera-base-request-private.h"

/* What is handed on, as it is sorted */
typedef struct
{
  const DheeraEncoding *encoding;
  const DheeraProtocol *protocol;
  const char *const *handed_on;
  DheeraJsonWriter kept; /* the extra without what has no place, or another one */
  char *moved;           /* nullable: an object of those that stand elsewhere */
} Sorting;

const char *
dheera_protocol_keep_member (const char *name)
{
  return "";
}

/* What asks for nothing but what happens anyway */
static gboolean
says_nothing (const char      *name,
              DheeraJsonValue  value)
{
  if (!dheera_json_exists (value))
    return TRUE;
  if (g_str_equal (name, "store"))
    return !dheera_json_get_boolean (value, TRUE);
  if (g_str_equal (name, "modalities"))
    return dheera_json_size (value) == 1 && dheera_json_equal (dheera_json_element (value, 0), "text");

  return g_str_equal (name, "logit_bias") && dheera_json_size (value) == 0;
}

/* {} when it is the first; what stands there already goes before what is moved there. */
static void
move (Sorting         *self,
      const char      *place,
      const char      *name,
      DheeraJsonValue  value)
{
  DheeraJsonWriter writer;
  g_autofree char *before = g_steal_pointer (&self->moved);
  g_autofree char *patch = NULL;

  dheera_json_writer_init (&writer, 128);
  dheera_json_writer_begin_object (&writer);
  dheera_json_writer_key (&writer, place);
  dheera_json_writer_begin_object (&writer);
  dheera_json_writer_key (&writer, name);
  dheera_json_writer_value (&writer, value);
  dheera_json_writer_end_object (&writer);
  dheera_json_writer_end_object (&writer);
  patch = dheera_json_writer_steal (&writer);
  self->moved = dheera_json_merge (before != NULL ? before : "{}", patch);
}

static gboolean
sort_member (Sorting          *self,
             const char       *name,
             DheeraJsonValue   value,
             GError          **error)
{
  gboolean foreign = g_strv_contains (self->handed_on, name);
  const char *place = "";

  if (foreign)
    place = self->protocol->place_member != NULL ? self->protocol->place_member (name) : NULL;
  if (place == NULL)
    return says_nothing (name, value) || dheera_encoding_refuse_named (self->encoding, name, "does not take it", error);
  if (*place != '\0')
    {
      move (self, place, name, value);
      return TRUE;
    }

  dheera_json_writer_key (&self->kept, name);
  dheera_json_writer_value (&self->kept, value);

  return TRUE;
}

static gboolean
sort_all (Sorting     *self,
          const char  *extra,
          GError     **error)
{
  g_auto (DheeraJson) json = DHEERA_JSON_INIT;
  DheeraJsonIter iter;
  DheeraJsonValue key, value;

  if (!dheera_json_parse (&json, extra, strlen (extra)))
    return TRUE;

  dheera_json_iter_init (&iter, dheera_json_root (&json));
  while (dheera_json_iter_next (&iter, &key, &value))
    {
      g_autofree char *name = dheera_json_dup_string (key);

      if (!sort_member (self, name, value, error))
        return FALSE;
    }

  return TRUE;
}

static char *
sort_extra (Sorting     *self,
            const char  *extra,
            GError     **error)
{
  g_autofree char *kept = NULL;
  gboolean sorted;

  dheera_json_writer_init (&self->kept, strlen (extra) + 1);
  dheera_json_writer_begin_object (&self->kept);
  sorted = sort_all (self, extra, error);
  dheera_json_writer_end_object (&self->kept);
  kept = dheera_json_writer_steal (&self->kept);
  if (!sorted)
    return NULL;

  return self->moved != NULL ? dheera_json_merge (self->moved, kept) : g_steal_pointer (&kept);
}

DheeraBaseRequest *
dheera_encoding_place_extra (const DheeraEncoding *self,
                             const DheeraProtocol *protocol,
                             DheeraBaseRequest    *request,
                             GError              **error)
{
  const char *extra = dheera_base_request_peek_extra (request);
  DheeraBaseRequest *placed;
  g_autofree char *sorted = NULL;
  Sorting sorting = { self, protocol, (const char *const *) request->handed_on };

  if (extra == NULL || request->handed_on == NULL || protocol->place_member == dheera_protocol_keep_member)
    return g_object_ref (request);

  sorted = sort_extra (&sorting, extra, error);
  g_free (sorting.moved);
  if (sorted == NULL)
    return NULL;

  placed = dheera_base_request_copy (request);
  dheera_base_request_set_extra (placed, sorted);

  return placed;
}
