/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-protocol-private.h"
#include "dheera-provider-private.h"

G_BEGIN_DECLS

/* A place where models are to be had over the protocols of others, at addresses of its own and perhaps with less of the parameters; one per row of the table
 * at most. */
struct _DheeraHosting
{
  /* The URL for a path of the protocol, complete with query */
  char *(*dup_url) (const DheeraEncoding *encoding,
                    const char           *path);
  /* Of a chat: what differs from the row's dialect, and what is not taken beside the row's drop_params */
  void  (*adapt)   (const DheeraEncoding *encoding,
                    DheeraChatDialect    *dialect,
                    DheeraParams         *unsupported);
};

extern const DheeraHosting dheera_hosting_azure;

G_END_DECLS
