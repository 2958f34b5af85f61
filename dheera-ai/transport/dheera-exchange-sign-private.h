/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-exchange-private.h"

G_BEGIN_DECLS

/* Signs the message as it stands, with the time that it is, if the key is one of AWS's; else FALSE. */
gboolean dheera_exchange_sign         (DheeraExchange *self);
/* Is the key one of AWS's, and there is no region to sign for? */
gboolean dheera_exchange_lacks_region (DheeraExchange *self);

G_END_DECLS
