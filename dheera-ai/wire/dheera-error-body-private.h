/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The body of an error in OpenAI's protocol, as the server and the offline model answer it: {"error": {message, type, param, code}}. The last two are nullable. */
char *dheera_error_body_write (const char *message,
                               const char *type,
                               const char *param,
                               const char *code) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
