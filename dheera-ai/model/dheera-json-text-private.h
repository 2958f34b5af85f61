/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/wire/dheera-json-private.h"

G_BEGIN_DECLS

/* JSON that a user gave as text. It is checked once, when it is set, but complained about only at
 * the call: a property can't fail. */
typedef struct
{
  char *text;  /* nullable: not set */
  char *fault; /* NULL when the text is good, else a phrase such as "is JSON, but not an object" */
} DheeraJsonText;

void         dheera_json_text_clear (DheeraJsonText *self);
/* type is what the text has to be, NONE for anything. FALSE when it is the same text as before. */
gboolean     dheera_json_text_set   (DheeraJsonText *self,
                                     const char     *text,
                                     DheeraJsonType  type);
void         dheera_json_text_copy  (const DheeraJsonText *self,
                                     DheeraJsonText       *into);
/* The text if it is good, else NULL */
const char  *dheera_json_text_get   (const DheeraJsonText *self);
/* Whether it is {}, however that is written */
gboolean     dheera_json_text_is_empty_object (const DheeraJsonText *self);

/* NULL when text is a JSON value of that type, else the phrase for it */
char        *dheera_json_text_find_fault (const char     *text,
                                          DheeraJsonType  type) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
