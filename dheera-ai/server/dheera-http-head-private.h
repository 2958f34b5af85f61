/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The head of a request: read from bytes that grow, each of them looked at once, and strictly. Whatever two readers could
 * understand differently is refused. Pure: no I/O. */

typedef enum
{
  DHEERA_HTTP_MORE,  /* all bytes were used, and more are needed */
  DHEERA_HTTP_PIECE, /* of bodies: some of it */
  DHEERA_HTTP_DONE,
  DHEERA_HTTP_BAD,   /* status and reason say why */
} DheeraHttpStatus;

typedef struct
{
  const char *name;
  const char *value; /* valid UTF-8, without white space around it */
} DheeraHttpField;

/* One block of memory, which all texts point into */
typedef struct
{
  const char *method;
  const char *path;  /* percent-decoded once: valid UTF-8, without control characters, backslashes and dot segments */
  const char *query; /* as it was sent; nullable */
  guint minor;       /* HTTP/1.minor: 0 or 1 */
  gboolean keep_alive;
  gboolean expects;  /* 100 Continue */
  gboolean chunked;
  guint64 length;    /* of the body, when it is not chunked */
  guint n_fields;
  DheeraHttpField *fields;
  GPtrArray *joined; /* values of fields that came several times; nullable */
} DheeraHttpHead;

typedef struct
{
  guint32 name;
  guint32 name_length;
  guint32 value;
  guint32 value_length;
} DheeraHttpSpan;

typedef struct
{
  gsize max_head;
  guint max_fields;

  gsize line;       /* where the line under way begins */
  gsize scanned;    /* bytes that were looked at */
  gsize method;     /* where it begins; its length is 0 before the request line */
  gsize method_length;
  gsize target;
  gsize target_length;
  guint minor;
  gboolean blank;   /* the one empty line that may stand before a request was there */
  GArray *spans;    /* of DheeraHttpSpan, from the start of the head */

  guint status;     /* once it is bad */
  const char *reason; /* static: a sentence */
} DheeraHttpHeadParser;

/* max_head counts all bytes from the first one that was given to the line break of the empty line. */
void             dheera_http_head_parser_init  (DheeraHttpHeadParser  *self,
                                                gsize                  max_head,
                                                guint                  max_fields);
void             dheera_http_head_parser_clear (DheeraHttpHeadParser  *self);
/* bytes are all that have come since the start of the head, each time; used is the length of the head once it is done. The parser is
 * ready for the next head then. */
DheeraHttpStatus dheera_http_head_parse        (DheeraHttpHeadParser  *self,
                                                const char            *bytes,
                                                gsize                  length,
                                                DheeraHttpHead       **head,
                                                gsize                 *used);

void             dheera_http_head_free         (DheeraHttpHead        *self);
/* NULL when there is none; several are joined with ", ". */
const char      *dheera_http_head_get          (DheeraHttpHead        *self,
                                                const char            *name);

/* RFC 9110: is c one of the characters of a token? */
static inline gboolean
dheera_http_is_token (char c)
{
  switch (c)
    {
    case '!': case '#': case '$': case '%': case '&': case '\'': case '*': case '+':
    case '-': case '.': case '^': case '_': case '`': case '|': case '~':
      return TRUE;
    default:
      return g_ascii_isalnum (c);
    }
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DheeraHttpHead, dheera_http_head_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DheeraHttpHeadParser, dheera_http_head_parser_clear)

G_END_DECLS
