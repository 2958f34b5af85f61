/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/dheera-types.h"
#include "dheera-ai/model/errors/dheera-error-private.h"

G_BEGIN_DECLS

/* What the requests beside chats do with their lists of texts and pictures, and how they check their values: FALSE with INVALID_REQUEST that names the property,
 * the value and what is allowed. */

/* A list without texts is stored as NULL. FALSE when value is what the field holds already. */
gboolean    dheera_strv_set          (char               ***field,
                                      const char *const    *value);
void        dheera_strv_add          (char               ***field,
                                      const char           *value);

/* Lists of DheeraPart; NULL is an empty one. */
GListStore *dheera_parts_copy        (GListStore           *parts) G_GNUC_WARN_UNUSED_RESULT; /* nullable */
guint       dheera_parts_get_length  (GListStore           *parts);
/* The list keeps the part alive. */
DheeraPart *dheera_parts_peek        (GListStore           *parts,
                                      guint                 position);

/* An unset number is -1, an unset text NULL. */
gboolean    dheera_check_int         (const char           *property,
                                      int                   value,
                                      int                   min,
                                      int                   max,
                                      GError              **error);
gboolean    dheera_check_double      (const char           *property,
                                      double                value,
                                      double                min,
                                      double                max,
                                      GError              **error);
gboolean    dheera_check_text        (const char           *property,
                                      const char           *value,
                                      gboolean              required,
                                      GError              **error);
gboolean    dheera_check_texts       (const char           *property,
                                      char                **values,
                                      gboolean              required,
                                      GError              **error);
gboolean    dheera_check_image       (const char           *property,
                                      DheeraPart           *part, /* nullable */
                                      GError              **error);
gboolean    dheera_check_images      (const char           *property,
                                      GListStore           *parts,
                                      GError              **error);

G_END_DECLS
