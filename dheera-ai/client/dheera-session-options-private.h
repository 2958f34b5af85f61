/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-session-options.h"

#include "dheera-ai/transport/dheera-session-config-private.h"

G_BEGIN_DECLS

struct _DheeraSessionOptions
{
  GObject parent_instance;

  DheeraSessionConfig config;
  char *redacted_proxy_uri; /* what is given out */
};

G_END_DECLS
