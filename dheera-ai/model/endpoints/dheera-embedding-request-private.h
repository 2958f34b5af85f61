/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/dheera-embedding-request.h"
#include "dheera-ai/model/requests/dheera-base-request-private.h"

G_BEGIN_DECLS

struct _DheeraEmbeddingRequest
{
  DheeraBaseRequest parent_instance;

  char **inputs;
  int dimensions;
  char *input_type;
  char *user;
};

G_END_DECLS
