/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/dheera-transcript-segment.h"

G_BEGIN_DECLS

struct _DheeraTranscriptSegment
{
  GObject parent_instance;

  char *text;
  double start;
  double end;
  char *speaker;
};

DheeraTranscriptSegment *dheera_transcript_segment_new (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
