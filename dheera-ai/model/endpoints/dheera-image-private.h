/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/dheera-image.h"

G_BEGIN_DECLS

struct _DheeraImage
{
  GObject parent_instance;

  GBytes *bytes;
  char *uri;
  char *mime_type;
  char *revised_prompt;
};

DheeraImage *dheera_image_new  (void) G_GNUC_WARN_UNUSED_RESULT;
/* "image/png", "image/jpeg", "image/webp" or "image/gif" by how the bytes begin, else NULL */
const char  *dheera_image_find_mime_type (GBytes *bytes);

G_END_DECLS
