/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

/* A fuzz target: called with any bytes, it ends the process when something does not hold that always must. */
int LLVMFuzzerTestOneInput (const guint8 *data,
                            size_t        size);

/* Assertions that no build option removes */
#define MUST(condition)                                                    \
  G_STMT_START                                                             \
    {                                                                      \
      if (!(condition))                                                    \
        g_error ("%s:%d: does not hold: %s", __FILE__, __LINE__, #condition); \
    }                                                                      \
  G_STMT_END
