/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Overwrites the text before it is freed: a copy of a credential is not left behind in memory that is free. NULL is nothing to do. */
void dheera_secret_free (char *secret);

G_END_DECLS
