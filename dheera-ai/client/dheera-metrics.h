/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include <dheera-ai/client/dheera-client.h>
#include <dheera-ai/dheera-version.h>
#include <dheera-ai/model/dheera-error.h>

G_BEGIN_DECLS

#define DHEERA_TYPE_METRICS (dheera_metrics_get_type ())

DHEERA_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (DheeraMetrics, dheera_metrics, DHEERA, METRICS, GObject)

DHEERA_AVAILABLE_IN_0_1
DheeraMetrics *dheera_metrics_new           (DheeraClient *client) G_GNUC_WARN_UNUSED_RESULT;
DHEERA_AVAILABLE_IN_0_1
double         dheera_metrics_get_value     (DheeraMetrics *self,
                                             const char    *name,
                                             const char    *provider,
                                             const char    *model);
DHEERA_AVAILABLE_IN_0_1
guint64        dheera_metrics_get_errors    (DheeraMetrics *self,
                                             int            code,
                                             const char    *provider,
                                             const char    *model);
DHEERA_AVAILABLE_IN_0_1
char          *dheera_metrics_to_json       (DheeraMetrics *self) G_GNUC_WARN_UNUSED_RESULT;
DHEERA_AVAILABLE_IN_0_1
char          *dheera_metrics_to_prometheus (DheeraMetrics *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
