/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-error-body-private.h"

#include "dheera-json-writer-private.h"

char *
dheera_error_body_write (const char *message,
                         const char *type,
                         const char *param,
                         const char *code)
{
  DheeraJsonWriter writer;

  dheera_json_writer_init (&writer, 256);
  dheera_json_writer_begin_object (&writer);
  dheera_json_writer_key (&writer, "error");
  dheera_json_writer_begin_object (&writer);
  dheera_json_writer_member_string (&writer, "message", message);
  dheera_json_writer_member_string (&writer, "type", type);
  dheera_json_writer_member_string (&writer, "param", param);
  dheera_json_writer_member_string (&writer, "code", code);
  dheera_json_writer_end_object (&writer);
  dheera_json_writer_end_object (&writer);

  return dheera_json_writer_steal (&writer);
}
