/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/providers/dheera-provider-private.h"
#include "dheera-token-source-private.h"

G_BEGIN_DECLS

/* One fetch of a token for the many calls that begin before it is there. From any thread. */

typedef struct _DheeraTokenFlight DheeraTokenFlight;

/* The fetch for these credentials that a call like this may wait for, to be unreffed. is_own is TRUE where there is none, or anew asks for another one than that: the caller is
 * to fetch, and to land. */
DheeraTokenFlight *dheera_token_flight_join  (DheeraProvider          *provider,
                                              const DheeraTokenSource *source,
                                              gboolean                 blocking,
                                              gboolean                 anew,
                                              gboolean                *is_own);
void               dheera_token_flight_unref (DheeraTokenFlight       *self);
/* done is called once, without key and error, when the fetch is over: perhaps from inside this call, perhaps later, in any thread. */
void               dheera_token_flight_wait  (DheeraTokenFlight       *self,
                                              DheeraCredentialsDone    done,
                                              gpointer                 user_data,
                                              GDestroyNotify           destroy);
/* By whoever fetches, once or more; the first time counts. A token, what the endpoint said, or what became of the exchange (all are nullable); none of them when the fetch was given
 * up for reasons that are nobody else's. */
void               dheera_token_flight_land  (DheeraTokenFlight       *self,
                                              const char              *token,
                                              DheeraErrorDetails      *failure,
                                              const GError            *error);
/* FALSE when it is still under way; else what it landed with, which is valid as long as the flight is. */
gboolean           dheera_token_flight_get_outcome (DheeraTokenFlight   *self,
                                                    const char         **token,
                                                    DheeraErrorDetails **failure,
                                                    const GError       **error);

G_END_DECLS
