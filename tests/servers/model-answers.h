/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One answer of every protocol, told by the path of a request: what model-server.h gives. The text is always MODEL_ANSWERS_TEXT, a list of models has one, a vector is (0.25, -0.5). */

#define MODEL_ANSWERS_TEXT "Hello, dear world"

/* NULL for a path of no protocol. content_type is static; the bytes are to be freed. */
GBytes *model_answers_find (const char  *path,
                            const char  *body,
                            gsize        length,
                            const char **content_type) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
