/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The headers of one message of AWS's event stream (application/vnd.amazon.eventstream). All numbers are big-endian. */

typedef enum
{
  DHEERA_AWS_TRUE,
  DHEERA_AWS_FALSE,
  DHEERA_AWS_INT8,
  DHEERA_AWS_INT16,
  DHEERA_AWS_INT32,
  DHEERA_AWS_INT64,
  DHEERA_AWS_BYTES,
  DHEERA_AWS_STRING,
  DHEERA_AWS_TIME, /* int64: milliseconds of Unix time */
  DHEERA_AWS_UUID,
} DheeraAwsType;

typedef struct
{
  char *name; /* points into the message, like value; neither ends with NUL */
  gsize name_length;
  DheeraAwsType type;
  char *value;
  gsize length;
} DheeraAwsHeader;

/* Reads the header at *p and moves *p behind it. NULL, or a phrase that says what is wrong with it. There is one: *p < end. */
const char *dheera_aws_header_read (DheeraAwsHeader  *self,
                                    char            **p,
                                    char             *end);

G_END_DECLS
