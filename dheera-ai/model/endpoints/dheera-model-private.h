/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/dheera-model.h"

G_BEGIN_DECLS

struct _DheeraModel
{
  GObject parent_instance;

  char *id;
  char *name;
  char *provider;
  char *owned_by;
  gint64 context_window; /* each of the three is -1 when it is not known */
  gint64 max_output_tokens;
  gint64 created;
  DheeraModelCapabilities capabilities;
  double input_price; /* USD for a million tokens; each of the four is -1 when it is not known */
  double output_price;
  double cache_read_price;
  double cache_write_price;
};

/* id is without the provider's prefix. The rest is filled in by the provider's file. */
DheeraModel *dheera_model_new (const char *provider,
                               const char *id) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
