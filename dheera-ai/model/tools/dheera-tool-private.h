/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/dheera-json-text-private.h"
#include "dheera-ai/model/dheera-tool-call.h"
#include "dheera-ai/model/dheera-tool.h"

G_BEGIN_DECLS

struct _DheeraTool
{
  GObject parent_instance;

  char *name;
  char *description;
  DheeraJsonText parameters;
  DheeraTristate strict;
  char *cache_control;
  /* Checked JSON objects with the members, of the tool and of its function, that have no property;
   * nullable */
  char *extra;
  char *function_extra;
};

DheeraTool *dheera_tool_copy (DheeraTool *self) G_GNUC_WARN_UNUSED_RESULT;

/* Brings a call to whoever listens; FALSE when that is nobody. */
gboolean    dheera_tool_emit_call (DheeraTool     *self,
                                   DheeraToolCall *call);

G_END_DECLS
