/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-logger.h"

G_BEGIN_DECLS

/* What goes into a record beside what always does */
typedef struct
{
  gboolean timings;
  gboolean headers;
  gboolean bodies;
} DheeraLogContent;

/* Where JSON lines go. From any thread. */
typedef struct
{
  GMutex mutex;
  guint generation;
  GOutputStream *stream; /* nullable */
  GByteArray *pending;   /* what the stream would not take yet */
  guint64 n_dropped;     /* lines */
  gboolean failed;
} DheeraLogLines;

void           dheera_log_lines_init       (DheeraLogLines *self);
void           dheera_log_lines_clear      (DheeraLogLines *self);
GOutputStream *dheera_log_lines_dup_stream (DheeraLogLines *self); /* nullable */
/* FALSE when it is that stream already */
gboolean       dheera_log_lines_set_stream (DheeraLogLines *self,
                                            GOutputStream  *stream);
/* line ends with a newline. */
void           dheera_log_lines_write      (DheeraLogLines *self,
                                            const char     *line);
gboolean       dheera_log_lines_flush      (DheeraLogLines  *self,
                                            GCancellable    *cancellable,
                                            GError         **error);
guint64        dheera_log_lines_get_n_dropped (DheeraLogLines *self);

/* One readable line; attempt says that it is about the last attempt only. */
char          *dheera_log_dup_message      (DheeraCall *call,
                                            gboolean    attempt) G_GNUC_WARN_UNUSED_RESULT;
void           dheera_log_write_structured (DheeraCall             *call,
                                            gboolean                attempt,
                                            DheeraLogLevel          level,
                                            const DheeraLogContent *content);
/* One JSON object and a newline */
char          *dheera_log_dup_json         (DheeraCall             *call,
                                            gboolean                attempt,
                                            const DheeraLogContent *content) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
