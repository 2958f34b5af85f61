/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-secret-private.h"

#include <string.h>

void
dheera_secret_free (char *secret)
{
  if (secret == NULL)
    return;

  explicit_bzero (secret, strlen (secret));
  g_free (secret);
}
