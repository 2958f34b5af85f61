/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/dheera-rerank-result.h"

G_BEGIN_DECLS

struct _DheeraRerankResult
{
  GObject parent_instance;

  guint index;
  double score;
  char *document;
};

DheeraRerankResult *dheera_rerank_result_new (guint       index,
                                              double      score,
                                              char       *document) G_GNUC_WARN_UNUSED_RESULT; /* takes document, which is nullable */

G_END_DECLS
