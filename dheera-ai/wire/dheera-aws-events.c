/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-aws-events-private.h"
#include "dheera-framer-internal-private.h"

#include <zlib.h>

#include "dheera-text-private.h"

/* Messages of AWS's event stream: a prelude of two lengths and their CRC, headers, payload, and the CRC of all that.
 *
 * Of the headers a frame keeps what decides: see DHEERA_FRAMING_AWS. The payload stays where it was read, and its NUL takes the place of
 * the checksum behind it; a name moves one byte to the front, over its own length, to make room for the NUL behind it. */

#define PRELUDE_SIZE 12
#define CRC_SIZE 4
#define MAX_HEADERS (128 * 1024)
#define MAX_PAYLOAD (24 * 1024 * 1024)
/* Real messages have three or four headers. Names beyond are not compared, so that checking them stays linear. */
#define MAX_COMPARED 32

static inline guint32
read_u32 (const char *p)
{
  guint32 value;

  memcpy (&value, p, sizeof value);

  return GUINT32_FROM_BE (value);
}

static inline guint16
read_u16 (const char *p)
{
  return (guint16) ((guchar) p[0] << 8 | (guchar) p[1]);
}

static inline guint32
checksum (const char *p,
          gsize       length)
{
  return (guint32) crc32 (0, (const Bytef *) p, (uInt) length);
}

const char *
dheera_aws_header_read (DheeraAwsHeader  *self,
                        char            **p,
                        char             *end)
{
  static const guint8 sizes[] = { 0, 0, 1, 2, 4, 8, 0, 0, 8, 16 };
  gsize name_length = (guchar) **p;
  char *at = *p + 1;
  guint type;

  if (name_length == 0)
    return "a header has no name";
  if ((gsize) (end - at) < name_length + 1)
    return "the name of a header is cut off";
  self->name = at;
  self->name_length = name_length;
  at += name_length;

  type = (guchar) *at++;
  if (type >= G_N_ELEMENTS (sizes))
    return "a header is of a type that there is none of";
  self->type = (DheeraAwsType) type;
  self->length = sizes[type];
  if (type == DHEERA_AWS_BYTES || type == DHEERA_AWS_STRING)
    {
      if (end - at < 2)
        return "the value of a header is cut off";
      self->length = read_u16 (at);
      at += 2;
    }
  if ((gsize) (end - at) < self->length)
    return "the value of a header is cut off";
  self->value = at;
  *p = at + self->length;

  return NULL;
}

static inline gboolean
is_named (const DheeraAwsHeader *header,
          const char            *name,
          gsize                  length)
{
  return header->name_length == length && memcmp (header->name, name, length) == 0;
}

#define IS_NAMED(header, name) is_named (header, name, sizeof (name) - 1)

static inline gboolean
is_repeated (const DheeraAwsHeader *header,
             const char *const     *names,
             guint                  n_names)
{
  for (guint i = 0; i < n_names; i++)
    if ((guchar) names[i][-1] == header->name_length && memcmp (names[i], header->name, header->name_length) == 0)
      return TRUE;

  return FALSE;
}

/* What is asked of the headers */
typedef struct
{
  DheeraAwsHeader message_type;
  DheeraAwsHeader event_type;
  DheeraAwsHeader exception_type;
  DheeraAwsHeader error_code;
  DheeraAwsHeader error_message;
} Headers;

static inline DheeraAwsHeader *
find_place (Headers               *self,
            const DheeraAwsHeader *header)
{
  if (header->type != DHEERA_AWS_STRING || header->name[0] != ':')
    return NULL;
  if (IS_NAMED (header, ":message-type"))
    return &self->message_type;
  if (IS_NAMED (header, ":event-type"))
    return &self->event_type;
  if (IS_NAMED (header, ":exception-type"))
    return &self->exception_type;
  if (IS_NAMED (header, ":error-code"))
    return &self->error_code;
  if (IS_NAMED (header, ":error-message"))
    return &self->error_message;

  return NULL;
}

/* NULL, or what is wrong with them */
static const char *
read_headers (Headers *self,
              char    *p,
              char    *end)
{
  const char *names[MAX_COMPARED];
  guint n_names = 0;

  while (p < end)
    {
      DheeraAwsHeader header;
      const char *fault = dheera_aws_header_read (&header, &p, end);
      DheeraAwsHeader *place;

      if (fault != NULL)
        return fault;
      if (is_repeated (&header, names, n_names))
        return "a header is there twice";
      if (n_names < MAX_COMPARED)
        names[n_names++] = header.name;
      place = find_place (self, &header);
      if (place != NULL)
        *place = header;
    }

  return NULL;
}

static inline gboolean
has_value (const DheeraAwsHeader *header,
           const char            *value,
           gsize                  length)
{
  return header->name != NULL && header->length == length && memcmp (header->value, value, length) == 0;
}

/* Moves the value over its own length, so that there is room for a NUL behind it. */
static inline char *
make_room (DheeraAwsHeader *header)
{
  return memmove (header->value - 1, header->value, header->length);
}

/* The value as a C string; fallback when there is none or it can't be one. */
static const char *
take_string (DheeraAwsHeader *header,
             const char      *fallback)
{
  char *string;

  if (header->name == NULL || header->length == 0 || memchr (header->value, '\0', header->length) != NULL ||
      dheera_utf8_find_fault (header->value, header->length) != NULL)
    return fallback;

  string = make_room (header);
  string[header->length] = '\0';

  return string;
}

static void
fill_frame (DheeraFramer *self,
            DheeraFrame  *frame,
            Headers      *headers,
            gsize         payload,
            gsize         length)
{
  gboolean exception = has_value (&headers->message_type, "exception", 9);
  gboolean error = has_value (&headers->message_type, "error", 5);

  /* It says what it has to say in a header. */
  if (G_UNLIKELY (error && length == 0 && headers->error_message.name != NULL))
    {
      length = headers->error_message.length;
      payload = (gsize) (make_room (&headers->error_message) - self->buffer);
    }

  dheera_framer_give (self, frame, payload, length);
  if (G_UNLIKELY (exception || error))
    {
      frame->type = "error";
      frame->id = take_string (exception ? &headers->exception_type : &headers->error_code, "");
    }
  else
    frame->type = take_string (&headers->event_type, "message");
}

static DheeraFrameStatus
fail (DheeraFramer *self,
      const char   *fault)
{
  return dheera_framer_fail (self, g_strdup_printf ("the event stream is damaged: %s", fault));
}

/* NULL, or what is wrong with the lengths */
static const char *
check_prelude (const char *prelude)
{
  gsize total = read_u32 (prelude);
  gsize headers = read_u32 (prelude + 4);

  if (checksum (prelude, 8) != read_u32 (prelude + 8))
    return "the checksum of a message's lengths is wrong";
  if (total < PRELUDE_SIZE + CRC_SIZE || headers > total - PRELUDE_SIZE - CRC_SIZE)
    return "the lengths of a message contradict each other";
  if (headers > MAX_HEADERS)
    return "the headers of a message are longer than 128 KiB";
  if (total - headers - PRELUDE_SIZE - CRC_SIZE > MAX_PAYLOAD)
    return "the payload of a message is longer than 24 MiB";

  return NULL;
}

DheeraFrameStatus
dheera_aws_events_next (DheeraFramer *self,
                        DheeraFrame  *frame)
{
  char *message = self->buffer + self->start;
  gsize available = self->end - self->start;
  const char *fault;
  gsize total, payload;
  char *headers_end;
  Headers headers;

  if (G_UNLIKELY (!self->sniffed) && available > 0)
    {
      /* No message is so long that its first byte is above 1: this is JSON. */
      self->bare = *message == '{' || *message == '[';
      self->sniffed = TRUE;
    }
  if (G_UNLIKELY (self->bare))
    return dheera_framer_next_bare (self, frame);
  if (available < PRELUDE_SIZE)
    return DHEERA_FRAME_NONE;

  fault = check_prelude (message);
  if (fault != NULL)
    return fail (self, fault);
  total = read_u32 (message);
  if (total > self->max_frame)
    return dheera_framer_fail_frame (self, "a message");
  if (available < total)
    return DHEERA_FRAME_NONE;
  if (checksum (message, total - CRC_SIZE) != read_u32 (message + total - CRC_SIZE))
    return fail (self, "the checksum of a message is wrong");

  headers_end = message + PRELUDE_SIZE + read_u32 (message + 4);
  memset (&headers, 0, sizeof headers);
  fault = read_headers (&headers, message + PRELUDE_SIZE, headers_end);
  if (fault != NULL)
    return fail (self, fault);

  payload = (gsize) (headers_end - self->buffer);
  self->start += total;
  fill_frame (self, frame, &headers, payload, self->start - CRC_SIZE - payload);

  return DHEERA_FRAME_READY;
}
