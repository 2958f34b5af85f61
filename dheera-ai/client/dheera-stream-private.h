/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-operation-private.h"
#include "dheera-stream.h"

G_BEGIN_DECLS

/* Takes the operation. */
DheeraStream *dheera_stream_new (DheeraOperation *operation,
                                 DheeraRequest   *request) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
