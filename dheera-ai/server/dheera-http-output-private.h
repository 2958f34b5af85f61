/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What waits to be sent: small things copied into one buffer, so that they go out together, and behind them at most one large body,
 * which is only referred to. */
typedef struct
{
  char *bytes;
  gsize start;
  gsize end;
  gsize allocated;
  GBytes *tail;
  gsize tail_start;
} DheeraHttpOutput;

void  dheera_http_output_clear   (DheeraHttpOutput  *self);
/* Room for so many bytes, which the caller fills and adds to end */
char *dheera_http_output_reserve (DheeraHttpOutput  *self,
                                  gsize              length);
void  dheera_http_output_append  (DheeraHttpOutput  *self,
                                  const void        *bytes,
                                  gsize              length);
/* The last thing before the output is empty again */
void  dheera_http_output_add     (DheeraHttpOutput  *self,
                                  GBytes            *bytes);
void  dheera_http_output_skip    (DheeraHttpOutput  *self,
                                  gsize              length);
/* Gives back what an idle connection does not need. */
void  dheera_http_output_trim    (DheeraHttpOutput  *self);

static inline gsize
dheera_http_output_get_length (const DheeraHttpOutput *self)
{
  return self->end - self->start + (self->tail != NULL ? g_bytes_get_size (self->tail) - self->tail_start : 0);
}

G_END_DECLS
