/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/dheera-usage.h"

#include "dheera-ai/wire/dheera-json-writer-private.h"

G_BEGIN_DECLS

/* Each counter is -1 when it is not known. */
struct _DheeraUsage
{
  GObject parent_instance;

  gint64 prompt_tokens;
  gint64 completion_tokens;
  gint64 total_tokens;
  gboolean total_given; /* by the provider, so that it is not summed up here */
  gint64 cached_tokens;
  gint64 cache_write_tokens;
  gint64 reasoning_tokens;
};

DheeraUsage *dheera_usage_new   (void) G_GNUC_WARN_UNUSED_RESULT;
DheeraUsage *dheera_usage_copy  (DheeraUsage *self) G_GNUC_WARN_UNUSED_RESULT;
/* -1 leaves a counter as it is. FALSE when nothing changed. A total that was never given is the sum
 * of the two others. */
gboolean     dheera_usage_update (DheeraUsage *self,
                                  gint64       prompt,
                                  gint64       completion,
                                  gint64       total,
                                  gint64       cached,
                                  gint64       cache_write,
                                  gint64       reasoning);
/* The sum of two calls. What is not known of one of them is not known of both. */
DheeraUsage *dheera_usage_new_sum (DheeraUsage *a,
                                   DheeraUsage *b) G_GNUC_WARN_UNUSED_RESULT;
/* OpenAI's usage object */
void         dheera_usage_write (DheeraUsage      *self,
                                 DheeraJsonWriter *writer);

G_END_DECLS
