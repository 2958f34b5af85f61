/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-types.h"

G_BEGIN_DECLS

#define DHEERA_TYPE_TRANSCRIPT_SEGMENT (dheera_transcript_segment_get_type ())

DHEERA_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (DheeraTranscriptSegment, dheera_transcript_segment, DHEERA, TRANSCRIPT_SEGMENT, GObject)

DHEERA_AVAILABLE_IN_0_1
const char *dheera_transcript_segment_get_text    (DheeraTranscriptSegment *self);
DHEERA_AVAILABLE_IN_0_1
double      dheera_transcript_segment_get_start   (DheeraTranscriptSegment *self);
DHEERA_AVAILABLE_IN_0_1
double      dheera_transcript_segment_get_end     (DheeraTranscriptSegment *self);
DHEERA_AVAILABLE_IN_0_1
const char *dheera_transcript_segment_get_speaker (DheeraTranscriptSegment *self);

G_END_DECLS
