/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/dheera-type.h"

#include <json-glib/json-glib.h>

#include "dheera-ai/wire/dheera-json-writer-private.h"

G_BEGIN_DECLS

/* GObject classes as JSON objects: what each writable property of a class, and of the classes that these lead to, is in JSON. A property is a member of the
 * name with underscores in the place of dashes. */

typedef enum
{
  DHEERA_MEMBER_BOOLEAN,
  DHEERA_MEMBER_INTEGER,
  DHEERA_MEMBER_NUMBER,
  DHEERA_MEMBER_STRING,
  DHEERA_MEMBER_ENUM,      /* its nick */
  DHEERA_MEMBER_FLAGS,     /* an array of nicks */
  DHEERA_MEMBER_STRINGS,   /* a GStrv */
  DHEERA_MEMBER_OBJECT,    /* of another class */
  DHEERA_MEMBER_LIST,      /* a GListModel of objects */
  DHEERA_MEMBER_DATE_TIME, /* ISO 8601 */
  DHEERA_MEMBER_BYTES,     /* Base64 */
  DHEERA_MEMBER_JSON,      /* a JsonNode: the text of any JSON value */
} DheeraMemberKind;

typedef struct
{
  GParamSpec *pspec;  /* borrowed from its class */
  char *name;         /* in JSON */
  DheeraMemberKind kind;
  GType type;         /* of the object, or of the items of a list */
  gboolean optional;  /* may be null */
} DheeraMember;

typedef struct
{
  GObjectClass *klass; /* kept loaded */
  GType type;
  char *name;          /* for people: Weather, not __main__+Weather */
  GArray *members;     /* of DheeraMember */
  gboolean recursive;  /* an object of it can hold another one */
} DheeraRecord;

typedef struct
{
  GType root;
  GHashTable *records; /* GType to DheeraRecord */
} DheeraTypeMap;

/* NULL with INVALID_REQUEST that names the class and the property when there is no JSON for it. */
DheeraTypeMap      *dheera_type_map_new    (GType          root,
                                            GError       **error) G_GNUC_WARN_UNUSED_RESULT;
void                dheera_type_map_free   (DheeraTypeMap *self);
/* Never NULL for a type that the map has met */
const DheeraRecord *dheera_type_map_lookup (const DheeraTypeMap *self,
                                            GType                type);
/* What nicks and blurbs are made of: the class without the module that it comes from */
char               *dheera_type_dup_short_name (GType type) G_GNUC_WARN_UNUSED_RESULT;

/* What dheera-type.h has set */
GType               dheera_param_spec_get_item_type (GParamSpec *pspec); /* G_TYPE_INVALID for none */
gboolean            dheera_param_spec_get_optional  (GParamSpec *pspec);

/* The limits of a number that its type does not have anyway. FALSE where there are none. */
gboolean            dheera_param_spec_get_minimum (GParamSpec *pspec,
                                                   double     *minimum);
gboolean            dheera_param_spec_get_maximum (GParamSpec *pspec,
                                                   double     *maximum);

/* The JSON schema of a class, in the strict form that OpenAI asks for */
char               *dheera_type_map_dup_schema (const DheeraTypeMap *self) G_GNUC_WARN_UNUSED_RESULT;

/* Makes an object of the root class. NULL with what is wrong, "days[1].low is the text “warm”, but a number is expected", and where, in path. */
GObject            *dheera_type_map_read   (const DheeraTypeMap  *self,
                                            DheeraJsonValue       value,
                                            char                **path,
                                            char                **fault) G_GNUC_WARN_UNUSED_RESULT;

/* Any value as json-glib has it */
JsonNode           *dheera_json_to_node    (DheeraJsonValue json) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DheeraTypeMap, dheera_type_map_free)

G_END_DECLS
