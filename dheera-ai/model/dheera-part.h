/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-enums.h"
#include "dheera-types.h"

G_BEGIN_DECLS

#define DHEERA_TYPE_PART (dheera_part_get_type ())

DHEERA_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (DheeraPart, dheera_part, DHEERA, PART, GObject)

DHEERA_AVAILABLE_IN_0_1
DheeraPart     *dheera_part_new_text          (const char *text);
DHEERA_AVAILABLE_IN_0_1
DheeraPart     *dheera_part_new_image         (GBytes     *bytes,
                                               const char *mime_type);
DHEERA_AVAILABLE_IN_0_1
DheeraPart     *dheera_part_new_image_uri     (const char *uri);
DHEERA_AVAILABLE_IN_0_1
DheeraPart     *dheera_part_new_audio         (GBytes     *bytes,
                                               const char *mime_type);
DHEERA_AVAILABLE_IN_0_1
DheeraPart     *dheera_part_new_file          (GBytes     *bytes,
                                               const char *mime_type,
                                               const char *filename);
DHEERA_AVAILABLE_IN_0_1
DheeraPart     *dheera_part_new_file_id       (const char *file_id);

DHEERA_AVAILABLE_IN_0_1
DheeraPartType  dheera_part_get_part_type     (DheeraPart *self);
DHEERA_AVAILABLE_IN_0_1
const char     *dheera_part_get_text          (DheeraPart *self);
DHEERA_AVAILABLE_IN_0_1
GBytes         *dheera_part_get_bytes         (DheeraPart *self);
DHEERA_AVAILABLE_IN_0_1
const char     *dheera_part_get_mime_type     (DheeraPart *self);
DHEERA_AVAILABLE_IN_0_1
const char     *dheera_part_get_uri           (DheeraPart *self);
DHEERA_AVAILABLE_IN_0_1
const char     *dheera_part_get_filename      (DheeraPart *self);
DHEERA_AVAILABLE_IN_0_1
const char     *dheera_part_get_file_id       (DheeraPart *self);
DHEERA_AVAILABLE_IN_0_1
const char     *dheera_part_get_detail        (DheeraPart *self);
DHEERA_AVAILABLE_IN_0_1
void            dheera_part_set_detail        (DheeraPart *self,
                                               const char *detail);
DHEERA_AVAILABLE_IN_0_1
const char     *dheera_part_get_cache_control (DheeraPart *self);
DHEERA_AVAILABLE_IN_0_1
void            dheera_part_set_cache_control (DheeraPart *self,
                                               const char *cache_control);

G_END_DECLS
