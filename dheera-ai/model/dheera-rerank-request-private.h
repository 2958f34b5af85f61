/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-base-request-private.h"
#include "dheera-rerank-request.h"

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
