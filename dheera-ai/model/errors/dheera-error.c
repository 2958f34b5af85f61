/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-error-private.h"

#include "dheera-ai/model/dheera-enum-types.h"
#include "dheera-ai/model/dheera-strings-private.h"

#define MAX_MESSAGE 1024

typedef struct
{
  DheeraErrorDetails *details; /* nullable: most errors are made with g_set_error() */
} DheeraErrorPrivate;

static void
dheera_error_private_init (DheeraErrorPrivate *priv)
{
  priv->details = NULL;
}

static void
dheera_error_private_copy (const DheeraErrorPrivate *from,
                           DheeraErrorPrivate       *to)
{
  g_set_object (&to->details, from->details);
}

static void
dheera_error_private_clear (DheeraErrorPrivate *priv)
{
  g_clear_object (&priv->details);
}

/**
 * dheera_error_quark:
 *
 * The error domain of this library, which C knows as %DHEERA_ERROR.
 *
 * Returns: the quark of the domain
 *
 * Since: 0.1
 */
G_DEFINE_EXTENDED_ERROR (DheeraError, dheera_error)

GError *
dheera_error_new_with_details (DheeraError         code,
                               DheeraErrorDetails *details,
                               const char         *message)
{
  g_autofree char *cut = dheera_string_cut (message, MAX_MESSAGE);
  GError *error = g_error_new_literal (DHEERA_ERROR, code, cut);

  g_set_object (&dheera_error_get_private (error)->details, details);

  return error;
}

char *
dheera_error_dup_word (DheeraError code)
{
  GEnumClass *klass = g_type_class_ref (DHEERA_TYPE_ERROR);
  GEnumValue *value = g_enum_get_value (klass, (gint) code);
  char *word = g_strdelimit (g_strdup (value != NULL ? value->value_nick : "failed"), "-", '_');

  g_type_class_unref (klass);
  return word;
}

void
dheera_set_invalid_request (GError    **error,
                            const char *param,
                            const char *format,
                            ...)
{
  DheeraFailure failure = DHEERA_FAILURE_INIT;
  g_autoptr (DheeraErrorDetails) details = NULL;
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);

  failure.code = DHEERA_ERROR_INVALID_REQUEST;
  failure.message = message;
  failure.param = param;
  details = dheera_error_details_new (&failure);
  dheera_error_details_set_last (details);
  g_propagate_error (error, dheera_error_new_with_details (failure.code, details, message));
}

/**
 * dheera_error_get_details:
 * @error: an error, of any domain
 *
 * What is known about a failure beside its code and message.
 *
 * Only C sees the details on the error itself: language bindings make a new error out of its
 * domain, code and message. They call [func@ErrorDetails.get_last] instead.
 *
 * Returns: (transfer none) (nullable): the details; %NULL when there are none, or when @error is
 * not of %DHEERA_ERROR
 *
 * Since: 0.1
 */
DheeraErrorDetails *
dheera_error_get_details (const GError *error)
{
  if (error == NULL || error->domain != DHEERA_ERROR)
    return NULL;

  return dheera_error_get_private (error)->details;
}
