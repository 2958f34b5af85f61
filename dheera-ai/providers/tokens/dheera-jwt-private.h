/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A JSON Web Token (RFC 7519) with the claims, a JSON object, signed by RS256 (RFC 7518) with the private RSA key in pem. key_id (nullable) is the header's "kid".
 * NULL with INVALID_REQUEST and a phrase that says what is wrong with the key. */
char *dheera_jwt_new_rs256 (const char  *claims,
                            const char  *key_id,
                            const char  *pem,
                            GError     **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether a text has the form of a signed token: three segments, of which the first begins like a JSON object in base64url. */
gboolean dheera_jwt_looks_like_one (const char *text);

G_END_DECLS
