/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>
#include <stdlib.h>

/* A fuzz target: called with any bytes, it ends the process when something does not hold that always must. */
int LLVMFuzzerTestOneInput (const guint8 *data,
                            size_t        size);

/* An assertion that no build option removes, and after which libFuzzer keeps the input (it does not see the trap of g_error). */
#define MUST(condition)                                                              \
  G_STMT_START                                                                       \
    {                                                                                \
      if (!(condition))                                                              \
        {                                                                            \
          g_printerr ("%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
          abort ();                                                                  \
        }                                                                            \
    }                                                                                \
  G_STMT_END
