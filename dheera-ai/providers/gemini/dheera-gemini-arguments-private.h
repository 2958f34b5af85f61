/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/wire/dheera-json-private.h"

G_BEGIN_DECLS

/* The arguments of a function call that come piece by piece, each with the place that it belongs to:
 * {"jsonPath": "$.items[0].name", "stringValue": "app", "willContinue": true}. They are written as one JSON object, in the order in
 * which they come. */
typedef struct _DheeraGeminiArguments DheeraGeminiArguments;

DheeraGeminiArguments *dheera_gemini_arguments_new    (void) G_GNUC_WARN_UNUSED_RESULT;
void                   dheera_gemini_arguments_free   (DheeraGeminiArguments *self);
/* Appends what one piece adds to out. FALSE for a path that is none, or that leads back to where something else was written behind. */
gboolean               dheera_gemini_arguments_add    (DheeraGeminiArguments *self,
                                                       DheeraJsonValue        piece,
                                                       GString               *out);
/* Appends what closes everything that is open. */
void                   dheera_gemini_arguments_finish (DheeraGeminiArguments *self,
                                                       GString               *out);

G_END_DECLS
