/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <json-glib/json-glib.h>

#include "dheera-ai/dheera-ai.h"

G_BEGIN_DECLS

/* The calls beside chats, by the names that the jobs have for them: "embed", "rerank", "moderate", "generate_image", "transcribe", "speak" */

gboolean           task_is_known    (const char *name);
/* {"properties": {...}, "images": [base64, ...], "mask": base64, "audio": base64, "extra": {...}}, as the application would set them */
DheeraBaseRequest *task_new_request (const char *name,
                                     JsonObject *description);
DheeraBaseResponse *task_call       (const char         *name,
                                     DheeraClient       *client,
                                     DheeraBaseRequest  *request,
                                     gboolean            async,
                                     GError            **error);

G_END_DECLS
