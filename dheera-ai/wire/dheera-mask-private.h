/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Keys in texts that others wrote, known by how those of well-known makers begin */

#define DHEERA_MASK_HIDDEN "[hidden]"

/* Of what looks like a key at p, its length; else 0. Inside of a word none begins. */
gsize  dheera_mask_measure_key (const char        *p,
                                gboolean           inside_word);
/* Of what looks like the beginning of a key at p, in a text that was cut off there, its length; else 0. */
gsize  dheera_mask_measure_rest (const char *p);
/* A copy in which each of them is replaced, and what begins with one of more (nullable, NULL-terminated) and is as long. NULL stays NULL. */
char  *dheera_mask_keys        (const char        *text,
                                const char *const *more) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
