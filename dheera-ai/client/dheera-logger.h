/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include <dheera-ai/client/dheera-client.h>
#include <dheera-ai/dheera-version.h>
#include <dheera-ai/model/dheera-watch-enums.h>

G_BEGIN_DECLS

#define DHEERA_TYPE_LOGGER (dheera_logger_get_type ())

DHEERA_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (DheeraLogger, dheera_logger, DHEERA, LOGGER, GObject)

DHEERA_AVAILABLE_IN_0_1
DheeraLogger   *dheera_logger_new                (DheeraClient *client) G_GNUC_WARN_UNUSED_RESULT;
DHEERA_AVAILABLE_IN_0_1
DheeraLogLevel  dheera_logger_get_level          (DheeraLogger *self);
DHEERA_AVAILABLE_IN_0_1
void            dheera_logger_set_level          (DheeraLogger   *self,
                                                  DheeraLogLevel  level);
DHEERA_AVAILABLE_IN_0_1
gboolean        dheera_logger_get_structured_log (DheeraLogger *self);
DHEERA_AVAILABLE_IN_0_1
void            dheera_logger_set_structured_log (DheeraLogger *self,
                                                  gboolean      structured_log);
DHEERA_AVAILABLE_IN_0_1
GOutputStream  *dheera_logger_dup_stream         (DheeraLogger *self);
DHEERA_AVAILABLE_IN_0_1
void            dheera_logger_set_stream         (DheeraLogger  *self,
                                                  GOutputStream *stream);
DHEERA_AVAILABLE_IN_0_1
gboolean        dheera_logger_open_file          (DheeraLogger  *self,
                                                  const char    *path,
                                                  GError       **error);
DHEERA_AVAILABLE_IN_0_1
gboolean        dheera_logger_get_timings        (DheeraLogger *self);
DHEERA_AVAILABLE_IN_0_1
void            dheera_logger_set_timings        (DheeraLogger *self,
                                                  gboolean      timings);
DHEERA_AVAILABLE_IN_0_1
gboolean        dheera_logger_get_headers        (DheeraLogger *self);
DHEERA_AVAILABLE_IN_0_1
void            dheera_logger_set_headers        (DheeraLogger *self,
                                                  gboolean      headers);
DHEERA_AVAILABLE_IN_0_1
gboolean        dheera_logger_get_bodies         (DheeraLogger *self);
DHEERA_AVAILABLE_IN_0_1
void            dheera_logger_set_bodies         (DheeraLogger *self,
                                                  gboolean      bodies);
DHEERA_AVAILABLE_IN_0_1
guint64         dheera_logger_get_n_dropped      (DheeraLogger *self);
DHEERA_AVAILABLE_IN_0_1
gboolean        dheera_logger_flush              (DheeraLogger  *self,
                                                  GCancellable  *cancellable,
                                                  GError       **error);

G_END_DECLS
