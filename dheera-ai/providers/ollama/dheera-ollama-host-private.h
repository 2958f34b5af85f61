/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The base URL that a value of OLLAMA_HOST stands for, with path (nullable) where it has none of its own. The
 * variable tells a server where to listen and its clients whom to ask, so it may be "0.0.0.0", ":8080", "box",
 * "box:8080", "[::1]:8080" or "https://box/path". What is no address makes no URL either: the caller checks it. */
char *dheera_ollama_host_to_url (const char *host,
                                 const char *path) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
