/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What takes credentials out of texts that are to be shown: each is replaced by "[hidden]". */

/* A copy of text without any of the secrets (NULL-terminated; of one that is made of several, divided by colons, each part counts), and without whatever looks like
 * a key of a known maker. Secrets of less than 6 characters are as likely ordinary words and stay. A text that was cut off may end in the middle of one: then what is left of it is hidden too. */
char *dheera_hide_secrets (const char        *text,
                           const char *const *secrets,
                           gboolean           cut) G_GNUC_WARN_UNUSED_RESULT;

/* A copy in which texts that are members of JSON objects, or in lists that are, and fields of forms, are hidden whose name says that they are credentials, or ends so:
 * "api_key", "openai_api_key", "password", "authorization" … JSON in a text of JSON counts too. The text need not be whole, or JSON at all. */
char *dheera_hide_members (const char        *text) G_GNUC_WARN_UNUSED_RESULT;

/* The same of members alone */
char *dheera_hide_json_members (const char   *text) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
