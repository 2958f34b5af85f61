/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A strict (RFC 8259), read-only view over one JSON text.
 *
 * Parsing checks the whole text once and leaves a flat array of tokens that point into it: nothing is copied, nothing is
 * unescaped and no tree is built. A DheeraJson is reused from one streamed chunk to the next, so that the steady state
 * allocates nothing. The text must outlive the view.
 *
 * Reading is total: a member that is missing, or a value of another type, gives a value of type NONE or the given default,
 * never a warning. A chain of look-ups on bytes from the network can therefore be written down without checks between.
 */

#define DHEERA_JSON_MAX_DEPTH 128

typedef enum
{
  DHEERA_JSON_NONE, /* not there */
  DHEERA_JSON_NULL,
  DHEERA_JSON_FALSE,
  DHEERA_JSON_TRUE,
  DHEERA_JSON_NUMBER,
  DHEERA_JSON_STRING,
  DHEERA_JSON_ARRAY,
  DHEERA_JSON_OBJECT,
} DheeraJsonType;

typedef struct
{
  guint32 start;  /* offset of the first byte; of a string, the one behind the quote */
  guint32 length; /* in bytes; of a string, without its quotes */
  guint32 next;   /* index of the token behind this value and everything in it */
  guint32 size;   /* elements of an array, members of an object */
  guint8 type;
  guint8 escaped; /* a string with at least one backslash */
} DheeraJsonToken;

typedef struct
{
  const char *text;
  gsize length;
  DheeraJsonToken *tokens;
  guint n_tokens;
  guint n_allocated;
  /* Why the last parse failed */
  gsize error_offset;
  const char *error_message;
} DheeraJson;

/* A place in a view. Passed by value; valid until the view is parsed again or cleared. */
typedef struct
{
  const DheeraJson *json;
  guint32 index;
} DheeraJsonValue;

#define DHEERA_JSON_INIT { 0 }

void             dheera_json_clear          (DheeraJson *self);

/* FALSE leaves error_offset and error_message (a static, lower-case phrase without a full stop). length is at most G_MAXUINT32 - 1. */
gboolean         dheera_json_parse          (DheeraJson *self,
                                             const char *text,
                                             gsize       length) G_GNUC_WARN_UNUSED_RESULT;

DheeraJsonValue  dheera_json_root           (const DheeraJson *self);

DheeraJsonType   dheera_json_type           (DheeraJsonValue value);
/* "an object": for sentences about what stands where something else is wanted; of what is not there, "missing" */
const char      *dheera_json_type_describe  (DheeraJsonType  type);
gboolean         dheera_json_exists         (DheeraJsonValue value); /* there and not null */

/* The member of that name; of a repeated name the last one. The name is given unescaped. */
DheeraJsonValue  dheera_json_member         (DheeraJsonValue value,
                                             const char     *name);
/* A path of members, "usage.prompt_tokens_details.cached_tokens" */
DheeraJsonValue  dheera_json_path           (DheeraJsonValue value,
                                             const char     *path);
/* Linear in index: iterate instead where all elements are wanted. */
DheeraJsonValue  dheera_json_element        (DheeraJsonValue value,
                                             guint           index);
guint            dheera_json_size           (DheeraJsonValue value);

/* Iterates an array (name stays NONE) or an object. */
typedef struct
{
  const DheeraJson *json;
  guint32 index;
  guint32 left;
  gboolean object;
} DheeraJsonIter;

void             dheera_json_iter_init      (DheeraJsonIter  *iter,
                                             DheeraJsonValue  value);
gboolean         dheera_json_iter_next      (DheeraJsonIter  *iter,
                                             DheeraJsonValue *name,  /* (out) (optional) */
                                             DheeraJsonValue *value);

/* Compares a string without unescaping it where it needs none. */
gboolean         dheera_json_equal          (DheeraJsonValue value,
                                             const char     *string);

/* Unescaped copy, NULL when the value is not a string. NUL and lone surrogates become U+FFFD. */
char            *dheera_json_dup_string     (DheeraJsonValue value);

/* The raw bytes of a string if it has no escapes, else NULL. Not NUL-terminated. */
const char      *dheera_json_peek_string    (DheeraJsonValue  value,
                                             gsize           *length);

/* Appends the unescaped string to out; FALSE when the value is not a string.
 *
 * surrogate (nullable) carries a high surrogate that ends one string over to the next one, since providers split pairs
 * between two chunks: start with 0, and pass the same variable for each piece of one text. Without it, and for a half that finds no
 * partner, U+FFFD is written. */
gboolean         dheera_json_append_string  (DheeraJsonValue  value,
                                             GString         *out,
                                             guint16         *surrogate);

/* Numbers. Providers send whole numbers as floats (5.0, 1e2) and some as strings ("5"): both are taken by the two getters below.
 * Out of the type's range is the default, so is NaN-like text. Fractions are rounded towards zero by get_int. */
gint64           dheera_json_get_int        (DheeraJsonValue value,
                                             gint64          fallback);
double           dheera_json_get_double     (DheeraJsonValue value,
                                             double          fallback);
gboolean         dheera_json_get_boolean    (DheeraJsonValue value,
                                             gboolean        fallback);

/* The text of any value exactly as it was sent (strings with their quotes). */
const char      *dheera_json_raw            (DheeraJsonValue  value,
                                             gsize           *length);
char            *dheera_json_dup_raw        (DheeraJsonValue  value);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DheeraJson, dheera_json_clear)

G_END_DECLS
