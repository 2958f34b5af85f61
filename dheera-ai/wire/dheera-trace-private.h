/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The headers of W3C Trace Context, level 1. Each gives NULL for a good text, else a phrase that says what is wrong with it ("its trace id is all zeros"). */
const char *dheera_traceparent_find_fault (const char *text);
const char *dheera_tracestate_find_fault  (const char *text);

G_END_DECLS
