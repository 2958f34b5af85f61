/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <string.h>

#include "dheera-json-private.h"

G_BEGIN_DECLS

/* The members of one object, found in one go over it, so that a chunk is not searched anew for each of the members it might have. Of a repeated
 * name the last one holds. It stands on the way of every streamed chunk, hence in line and without a table to clear.
 *
 * A protocol numbers the names that it knows, below DHEERA_MEMBERS_MAX, 0 being any other name, and gives a function that finds the number. */

#define DHEERA_MEMBERS_MAX 32

typedef struct
{
  const DheeraJson *json;
  guint32 seen;                      /* bit by key: it is there ... */
  guint32 index[DHEERA_MEMBERS_MAX]; /* ... and this is the token of its value */
} DheeraMembers;

typedef guint (*DheeraFindKeyFunc) (const char *name,
                                    gsize       length);

/* Without it the compiler calls what has to be in line, as it is used in several places. */
#define DHEERA_ALWAYS_INLINE inline __attribute__ ((always_inline))

/* For functions that find keys: where a letter tells the candidates of one length apart, only one of them is compared. */
#define DHEERA_KEY_IF(literal, key) (memcmp (name, literal, sizeof literal - 1) == 0 ? (guint) (key) : 0)

static G_GNUC_NO_INLINE G_GNUC_UNUSED guint
dheera_members_find_escaped_key (DheeraJsonValue   name,
                                 DheeraFindKeyFunc find_key)
{
  g_autofree char *plain = dheera_json_dup_string (name);

  return find_key (plain, strlen (plain));
}

static DHEERA_ALWAYS_INLINE guint
dheera_members_find_key (DheeraJsonValue   name,
                         DheeraFindKeyFunc find_key)
{
  const DheeraJsonToken *token = name.json->tokens + name.index;

  return G_LIKELY (!token->escaped) ? find_key (name.json->text + token->start, token->length)
                                    : dheera_members_find_escaped_key (name, find_key);
}

/* Of anything but an object there are none. */
static DHEERA_ALWAYS_INLINE void
dheera_members_read (DheeraMembers     *self,
                     DheeraJsonValue    object,
                     DheeraFindKeyFunc  find_key)
{
  const DheeraJson *json = object.json;
  const DheeraJsonToken *tokens;
  guint32 index;

  self->json = json;
  self->seen = 0;
  if (json == NULL || json->tokens[object.index].type != DHEERA_JSON_OBJECT)
    return;

  tokens = json->tokens;
  index = object.index + 1;
  for (guint32 left = tokens[object.index].size; left > 0; left--)
    {
      guint key = dheera_members_find_key ((DheeraJsonValue) { json, index }, find_key);

      self->seen |= 1u << key;
      self->index[key] = index + 1;
      index = tokens[index + 1].next;
    }
}

static inline gboolean
dheera_members_is_there (const DheeraMembers *self,
                         guint                key)
{
  return (self->seen & (1u << key)) != 0;
}

/* Is any of them there? keys is made of DHEERA_KEY_BIT(). */
#define DHEERA_KEY_BIT(key) (1u << (key))

static inline gboolean
dheera_members_has_any (const DheeraMembers *self,
                        guint32              keys)
{
  return (self->seen & keys) != 0;
}

static inline DheeraJsonValue
dheera_members_get (const DheeraMembers *self,
                    guint                key)
{
  if (!dheera_members_is_there (self, key))
    return (DheeraJsonValue) { NULL, 0 };

  return (DheeraJsonValue) { self->json, self->index[key] };
}

static inline DheeraJsonType
dheera_members_type (const DheeraMembers *self,
                     guint                key)
{
  if (!dheera_members_is_there (self, key))
    return DHEERA_JSON_NONE;

  return (DheeraJsonType) self->json->tokens[self->index[key]].type;
}

/* There and not null */
static inline gboolean
dheera_members_has (const DheeraMembers *self,
                    guint                key)
{
  return dheera_members_type (self, key) > DHEERA_JSON_NULL;
}

/* There, and a string with something in it */
static inline gboolean
dheera_members_has_text (const DheeraMembers *self,
                         guint                key)
{
  return dheera_members_type (self, key) == DHEERA_JSON_STRING && self->json->tokens[self->index[key]].length > 0;
}

G_END_DECLS
