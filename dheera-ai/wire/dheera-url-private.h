/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Text from users never becomes protocol: every function here either encodes or refuses. */

/* base (a checked http or https URL, any number of trailing slashes, its own query kept) + path (ours, begins with '/'). A base that already ends with the path
 * is not extended again (users paste ".../chat/completions"). Never inserts a version segment. */
char     *dheera_url_join            (const char *base,
                                      const char *path) G_GNUC_WARN_UNUSED_RESULT;

/* Percent-encodes everything but unreserved characters, so that "../../admin" stays one segment: ".." becomes "%2E%2E".
 * A segment that is nothing but "." or ".." is encoded twice, since GUri reads "%2E%2E" as ".." and removes the segment before it. */
char     *dheera_url_encode_segment  (const char *segment) G_GNUC_WARN_UNUSED_RESULT;

/* Appends name=value (both encoded) to the query. */
char     *dheera_url_add_query       (const char *url,
                                      const char *name,
                                      const char *value) G_GNUC_WARN_UNUSED_RESULT;

/* NULL when url may be used as a base URL, else a phrase that says what is wrong with it ("it has no host", "its scheme is ftp, not http or https",
 * "it contains credentials", "it contains a control character or a space", "it has a fragment"). */
char     *dheera_url_find_fault      (const char *url) G_GNUC_WARN_UNUSED_RESULT;

/* scheme://host[:port]/path without user info, query and fragment: fit for logs and signals. */
char     *dheera_url_redact          (const char *url) G_GNUC_WARN_UNUSED_RESULT;

/* Is the host of url the loopback (localhost, *.localhost, 127/8, ::1)? */
gboolean  dheera_url_is_loopback     (const char *url);
/* The same of a host alone, without port and brackets */
gboolean  dheera_host_is_loopback    (const char *host);

/* RFC 9110: a header name is a token; a value has no control characters but tab, and no leading or trailing space. */
gboolean  dheera_header_name_is_valid  (const char *name);
gboolean  dheera_header_value_is_valid (const char *value);

G_END_DECLS
