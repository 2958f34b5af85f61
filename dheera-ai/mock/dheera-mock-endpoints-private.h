/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-mock-private.h"

G_BEGIN_DECLS

/* The endpoints beside chat: "/embeddings", "/rerank", "/moderations", "/images/…", "/audio/…". NULL with the refusal, whose status is 0 when there is no such route.
 * type becomes the answer's content type, which is static. */
GBytes *dheera_mock_endpoints_answer (const char         *route,
                                      const char         *body,
                                      gsize               length,
                                      const char        **type,
                                      DheeraMockRefusal  *refusal);

G_END_DECLS
