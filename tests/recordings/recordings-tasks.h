/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/providers/dheera-protocol-private.h"
#include "dheera-ai/wire/dheera-json-private.h"

G_BEGIN_DECLS

/* The answers beside chat, as read_recording.py describes them. */

/* DHEERA_N_TASKS for "chat" */
DheeraTask  task_from_name (DheeraJsonValue  name);
/* NULL when the result is what was expected, else what differs */
char       *task_compare   (GObject         *result,
                            DheeraJsonValue  expected) G_GNUC_WARN_UNUSED_RESULT;
char       *usage_compare  (DheeraUsage     *usage,
                            DheeraJsonValue  wanted) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
