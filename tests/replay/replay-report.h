/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <json-glib/json-glib.h>

#include "dheera-ai/dheera-ai.h"

G_BEGIN_DECLS

/* What came out of a call, as the members of a JSON object that is being built. */

void       report_response (JsonBuilder    *builder,
                            DheeraResponse *response);
void       report_usage    (JsonBuilder    *builder,
                            DheeraUsage    *usage);
void       report_models   (JsonBuilder    *builder,
                            GListModel     *models);
void       report_error    (JsonBuilder    *builder,
                            const GError   *error);

/* The sum of the deltas that a stream gave, by this program's own adding up. */
typedef struct _Deltas Deltas;

Deltas    *deltas_new      (void);
void       deltas_free     (Deltas      *self);
void       deltas_add      (Deltas      *self,
                            DheeraDelta *delta);
void       report_deltas   (JsonBuilder *builder,
                            Deltas      *self);

void       report_string   (JsonBuilder *builder,
                            const char  *name,
                            const char  *value);
void       report_int      (JsonBuilder *builder,
                            const char  *name,
                            gint64       value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Deltas, deltas_free)

G_END_DECLS
