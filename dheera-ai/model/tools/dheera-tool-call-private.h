/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/dheera-tool-call-delta.h"
#include "dheera-ai/model/dheera-tool-call.h"

G_BEGIN_DECLS

/* Takes the answer to a call, from any thread; called once at most. */
typedef void (*DheeraToolAnswerFunc) (const char *text,
                                      gboolean    is_error,
                                      gpointer    user_data);

struct _DheeraToolCall
{
  GObject parent_instance;

  char *id;
  char *name;
  GString *arguments; /* grows while a stream brings it */
  /* A checked JSON object with members that have no property, such as the extra_content that holds a
   * thought signature; nullable */
  char *extra;

  /* Of one that waits for its answer */
  DheeraToolAnswerFunc answer;
  gpointer answer_data;
  GDestroyNotify answer_destroy;
  int answered; /* atomic */
};

/* What DheeraTool::call brings: the same call, with somebody who waits for the answer. */
DheeraToolCall *dheera_tool_call_new_waiting (DheeraToolCall       *of,
                                              DheeraToolAnswerFunc  answer,
                                              gpointer              user_data,
                                              GDestroyNotify        destroy) G_GNUC_WARN_UNUSED_RESULT;

struct _DheeraToolCallDelta
{
  GObject parent_instance;

  guint index;
  char *id;
  char *name;
  char *arguments;
};

G_END_DECLS
