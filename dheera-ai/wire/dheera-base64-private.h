/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-json-private.h"

G_BEGIN_DECLS

/* Base64 as providers send it, straight out of a JSON view: the standard alphabet, its padding whole or left off, and nothing else. */

/* How many bytes length characters stand for at most */
#define DHEERA_BASE64_DECODED_SIZE(length) ((length) / 4 * 3 + 3)

/* out has room for DHEERA_BASE64_DECODED_SIZE (length). FALSE when text is anything else. */
gboolean dheera_base64_decode   (const char      *text,
                                 gsize            length,
                                 guchar          *out,
                                 gsize           *size);
/* NULL when the value is no string or no base64 */
GBytes  *dheera_json_dup_base64 (DheeraJsonValue  value) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
