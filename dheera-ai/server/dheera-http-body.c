/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-http-body-private.h"

#include <string.h>

#define MAX_DIGITS 16 /* of a chunk's size: they fit into 64 bits */
#define MAX_LINE 256  /* bytes of the line with it */
/* Chunks of one byte with long extensions would make little work of us and much of them: beyond 16 bytes and what their data
 * is long, lines of chunks may have so many bytes in all. */
#define MAX_EXCESS 16384
#define FREE_EXCESS 16

static DheeraHttpStatus
fail (DheeraHttpBody *self,
      guint           status,
      const char     *reason)
{
  self->status = status;
  self->reason = reason;

  return DHEERA_HTTP_BAD;
}

static DheeraHttpStatus
fail_size (DheeraHttpBody *self)
{
  return fail (self, 413, "The body of the request is too large.");
}

DheeraHttpStatus
dheera_http_body_init (DheeraHttpBody       *self,
                       const DheeraHttpHead *head,
                       guint64               max_body)
{
  memset (self, 0, sizeof *self);
  self->max_body = max_body;
  self->left = head->length;
  if (head->chunked)
    self->state = DHEERA_HTTP_BODY_SIZE;
  else
    self->state = head->length > 0 ? DHEERA_HTTP_BODY_FIXED : DHEERA_HTTP_BODY_END;

  if (!head->chunked && head->length > max_body)
    return fail_size (self);

  return dheera_http_body_is_over (self) ? DHEERA_HTTP_DONE : DHEERA_HTTP_MORE;
}

static DheeraHttpStatus
take_data (DheeraHttpBody  *self,
           const char      *bytes,
           gsize            length,
           gsize           *used,
           const char     **piece,
           gsize           *piece_length)
{
  *piece = bytes;
  *piece_length = (gsize) MIN ((guint64) length, self->left);
  *used += *piece_length;
  self->left -= *piece_length;
  if (self->left == 0)
    self->state = self->state == DHEERA_HTTP_BODY_FIXED ? DHEERA_HTTP_BODY_END : DHEERA_HTTP_BODY_DATA_CR;

  return DHEERA_HTTP_PIECE;
}

static DheeraHttpStatus
end_size (DheeraHttpBody *self)
{
  if (self->left > self->max_body - self->total)
    return fail_size (self);
  self->total += self->left;
  self->excess = MAX (self->excess + self->line - FREE_EXCESS - (gint64) MIN (self->left, MAX_EXCESS), 0);
  if (self->excess > MAX_EXCESS)
    return fail (self, 400, "The body of the request has more framing than data.");

  self->state = self->left > 0 ? DHEERA_HTTP_BODY_DATA : DHEERA_HTTP_BODY_LAST_CR;
  self->line = self->run = 0;

  return DHEERA_HTTP_MORE;
}

/* One more character of an extension: tokens, with '=' and ';' between them. */
static DheeraHttpStatus
take_extension (DheeraHttpBody *self,
                char            c)
{
  if (dheera_http_is_token (c))
    {
      self->run++;
      return DHEERA_HTTP_MORE;
    }
  if (self->run == 0)
    return fail (self, 400, "A chunk of the body has an extension that is no token.");

  self->run = 0;
  if (c == ';')
    self->state = DHEERA_HTTP_BODY_NAME;
  else if (c == '=' && self->state == DHEERA_HTTP_BODY_NAME)
    self->state = DHEERA_HTTP_BODY_VALUE;
  else if (c == '\r')
    self->state = DHEERA_HTTP_BODY_SIZE_LF;
  else
    return fail (self, 400, "A chunk of the body has an extension that is no token.");

  return DHEERA_HTTP_MORE;
}

static DheeraHttpStatus
take_size (DheeraHttpBody *self,
           char            c)
{
  if (g_ascii_isxdigit (c))
    {
      if (++self->run > MAX_DIGITS)
        return fail (self, 400, "The size of a chunk of the body is too long.");
      self->left = self->left << 4 | (guint) g_ascii_xdigit_value (c);
      return DHEERA_HTTP_MORE;
    }
  if (self->run == 0 || (c != '\r' && c != ';'))
    return fail (self, 400, "The size of a chunk of the body is not a hexadecimal number.");
  self->run = 0;
  self->state = c == ';' ? DHEERA_HTTP_BODY_NAME : DHEERA_HTTP_BODY_SIZE_LF;

  return DHEERA_HTTP_MORE;
}

static DheeraHttpStatus
take_byte (DheeraHttpBody      *self,
           char                 c,
           char                 expected,
           DheeraHttpBodyState  next)
{
  if (c != expected)
    return fail (self, 400, "A chunk of the body does not end where its size says, or has a bare line feed, or trailers follow.");
  self->state = next;

  return DHEERA_HTTP_MORE;
}

/* One byte of the framing */
static DheeraHttpStatus
take_framing (DheeraHttpBody *self,
              char            c)
{
  switch (self->state)
    {
    case DHEERA_HTTP_BODY_SIZE:
    case DHEERA_HTTP_BODY_NAME:
    case DHEERA_HTTP_BODY_VALUE:
      if (++self->line > MAX_LINE)
        return fail (self, 400, "A chunk of the body has extensions that are too long.");
      return self->state == DHEERA_HTTP_BODY_SIZE ? take_size (self, c) : take_extension (self, c);
    case DHEERA_HTTP_BODY_SIZE_LF:
      if (c != '\n')
        return take_byte (self, c, '\n', DHEERA_HTTP_BODY_DATA);
      return end_size (self);
    case DHEERA_HTTP_BODY_DATA_CR:
      return take_byte (self, c, '\r', DHEERA_HTTP_BODY_DATA_LF);
    case DHEERA_HTTP_BODY_DATA_LF:
      return take_byte (self, c, '\n', DHEERA_HTTP_BODY_SIZE);
    case DHEERA_HTTP_BODY_LAST_CR:
      return take_byte (self, c, '\r', DHEERA_HTTP_BODY_LAST_LF);
    case DHEERA_HTTP_BODY_LAST_LF:
      return take_byte (self, c, '\n', DHEERA_HTTP_BODY_END);
    case DHEERA_HTTP_BODY_FIXED:
    case DHEERA_HTTP_BODY_DATA:
    case DHEERA_HTTP_BODY_END:
    default:
      g_assert_not_reached ();
    }
}

DheeraHttpStatus
dheera_http_body_next (DheeraHttpBody  *self,
                       const char      *bytes,
                       gsize            length,
                       gsize           *used,
                       const char     **piece,
                       gsize           *piece_length)
{
  *used = 0;
  if (self->status != 0)
    return DHEERA_HTTP_BAD;

  while (*used < length && !dheera_http_body_is_over (self))
    {
      if (self->state == DHEERA_HTTP_BODY_FIXED || self->state == DHEERA_HTTP_BODY_DATA)
        return take_data (self, bytes + *used, length - *used, used, piece, piece_length);
      if (take_framing (self, bytes[(*used)++]) == DHEERA_HTTP_BAD)
        return DHEERA_HTTP_BAD;
    }

  return dheera_http_body_is_over (self) ? DHEERA_HTTP_DONE : DHEERA_HTTP_MORE;
}
