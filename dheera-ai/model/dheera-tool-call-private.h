/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-tool-call-delta.h"
#include "dheera-tool-call.h"

G_BEGIN_DECLS

struct _DheeraToolCall
{
  GObject parent_instance;

  char *id;
  char *name;
  GString *arguments; /* grows while a stream brings it */
  char *extra;        /* the text of a JSON object with members that have no property (extra_content with a thought signature); nullable, checked */
};

struct _DheeraToolCallDelta
{
  GObject parent_instance;

  guint index;
  char *id;
  char *name;
  char *arguments;
};

G_END_DECLS
