/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-http-head-private.h"

G_BEGIN_DECLS

/* The body of a request, of a known length or chunked, out of bytes that come in pieces of any size. Nothing is copied or kept. Pure: no I/O.
 *
 * Trailers are refused, and so are extensions of chunks unless they are tokens: nobody sends them who does not try something. */

typedef enum
{
  DHEERA_HTTP_BODY_FIXED,
  DHEERA_HTTP_BODY_SIZE,       /* the digits of a chunk's size */
  DHEERA_HTTP_BODY_NAME,       /* of an extension */
  DHEERA_HTTP_BODY_VALUE,      /* of an extension */
  DHEERA_HTTP_BODY_SIZE_LF,
  DHEERA_HTTP_BODY_DATA,
  DHEERA_HTTP_BODY_DATA_CR,
  DHEERA_HTTP_BODY_DATA_LF,
  DHEERA_HTTP_BODY_LAST_CR,
  DHEERA_HTTP_BODY_LAST_LF,
  DHEERA_HTTP_BODY_END,
} DheeraHttpBodyState;

typedef struct
{
  DheeraHttpBodyState state;
  guint64 max_body;
  guint64 left;  /* of a body of known length, or of the chunk */
  guint64 total; /* promised so far */
  guint line;    /* bytes of the line with the chunk's size */
  guint run;     /* digits, or characters of the token under way */
  gint64 excess; /* bytes of framing beyond what such chunks need */

  guint status;
  const char *reason; /* static: a sentence */
} DheeraHttpBody;

/* BAD when the length is known and too large */
DheeraHttpStatus dheera_http_body_init (DheeraHttpBody       *self,
                                        const DheeraHttpHead *head,
                                        guint64               max_body);
/* With PIECE: what piece and piece_length say, and there may be more in the rest of the bytes. used counts what is done with. */
DheeraHttpStatus dheera_http_body_next (DheeraHttpBody       *self,
                                        const char           *bytes,
                                        gsize                 length,
                                        gsize                *used,
                                        const char          **piece,
                                        gsize                *piece_length);

static inline gboolean
dheera_http_body_is_over (const DheeraHttpBody *self)
{
  return self->state == DHEERA_HTTP_BODY_END;
}

/* What is still to come, G_MAXUINT64 when it is not known. */
static inline guint64
dheera_http_body_get_left (const DheeraHttpBody *self)
{
  if (dheera_http_body_is_over (self))
    return 0;

  return self->state == DHEERA_HTTP_BODY_FIXED ? self->left : G_MAXUINT64;
}

G_END_DECLS
