/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/dheera-rerank-request.h"
#include "dheera-ai/model/requests/dheera-base-request-private.h"

G_BEGIN_DECLS

struct _DheeraRerankRequest
{
  DheeraBaseRequest parent_instance;

  char *query;
  char **documents;
  int top_n;
  DheeraTristate return_documents;
};

G_END_DECLS
