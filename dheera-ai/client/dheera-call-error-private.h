/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/errors/dheera-error-private.h"
#include "dheera-ai/providers/dheera-provider.h"

G_BEGIN_DECLS

/* Makes of a failure of any layer below the error that the application sees: one full sentence with provider, model, cause and what to do. */

/* An error of the transport (or G_IO_ERROR_CANCELLED, which gives NULL: it stays what it is). Without again it is none that is worth another attempt. */
DheeraErrorDetails *dheera_call_error_describe (const GError   *error,
                                                DheeraProvider *provider,
                                                const char     *model,
                                                gboolean        again);

/* advice (nullable) says what to do better than the code does. */
GError             *dheera_call_error_new      (DheeraErrorDetails *details,
                                                DheeraProvider     *provider,
                                                const char         *model,
                                                gboolean            stream,
                                                const char         *advice);

G_END_DECLS
