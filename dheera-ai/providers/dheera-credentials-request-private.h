/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-provider-private.h"

G_BEGIN_DECLS

/* done is called exactly once: by the first answer, or when the last reference goes without one. */
DheeraCredentialsRequest *dheera_credentials_request_new (DheeraProvider       *provider,
                                                          gboolean              refused,
                                                          DheeraCredentialsDone done,
                                                          gpointer              user_data,
                                                          GDestroyNotify        destroy) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
