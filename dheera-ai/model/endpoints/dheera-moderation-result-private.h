/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/dheera-moderation-result.h"
#include "dheera-ai/wire/dheera-json-writer-private.h"

G_BEGIN_DECLS

struct _DheeraModerationResult
{
  GObject parent_instance;

  gboolean flagged;
  GPtrArray *categories; /* NULL-terminated names */
  GArray *marks;         /* of DheeraModerationMark, as many as there are names */
};

typedef struct
{
  gboolean flagged;
  double score; /* -1 when there is none */
} DheeraModerationMark;

DheeraModerationResult *dheera_moderation_result_new   (gboolean flagged) G_GNUC_WARN_UNUSED_RESULT;
/* Takes the name. The mark of a name that is there already is the one to be filled in further. */
DheeraModerationMark   *dheera_moderation_result_mark  (DheeraModerationResult *self,
                                                        char                   *category);
void                    dheera_moderation_result_write (DheeraModerationResult *self,
                                                        DheeraJsonWriter       *writer);

G_END_DECLS
