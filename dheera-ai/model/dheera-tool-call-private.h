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
  /* A checked JSON object with members that have no property, such as the extra_content that holds a
   * thought signature; nullable */
  char *extra;
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
