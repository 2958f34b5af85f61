/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-gemini-private.h"

/* New ones appear without notice: what nobody knows is OTHER. */
static const struct
{
  const char *raw;
  DheeraFinishReason reason;
} reasons[] = {
  { "STOP", DHEERA_FINISH_REASON_STOP },
  { "MAX_TOKENS", DHEERA_FINISH_REASON_LENGTH },
  { "SAFETY", DHEERA_FINISH_REASON_CONTENT_FILTER },
  { "RECITATION", DHEERA_FINISH_REASON_CONTENT_FILTER },
  /* The numbers 0 to 4 stand for these and the one in front; behind them the two services count differently. */
  { "BLOCKLIST", DHEERA_FINISH_REASON_CONTENT_FILTER },
  { "PROHIBITED_CONTENT", DHEERA_FINISH_REASON_CONTENT_FILTER },
  { "SPII", DHEERA_FINISH_REASON_CONTENT_FILTER },
  { "MODEL_ARMOR", DHEERA_FINISH_REASON_CONTENT_FILTER },
  { "IMAGE_SAFETY", DHEERA_FINISH_REASON_CONTENT_FILTER },
  { "IMAGE_PROHIBITED_CONTENT", DHEERA_FINISH_REASON_CONTENT_FILTER },
  { "IMAGE_RECITATION", DHEERA_FINISH_REASON_CONTENT_FILTER },
  /* Not Google's own, but what stands in for it may say so; its own is STOP. */
  { "FUNCTION_CALL", DHEERA_FINISH_REASON_TOOL_CALLS },
  { "FINISH_REASON_UNSPECIFIED", DHEERA_FINISH_REASON_NONE },
};

#define N_NUMBERED 4

/* What the model wrote can't be used; another try may well succeed, but for a request that lacks something. */
static const struct
{
  const char *raw;
  DheeraError code;
} failures[] = {
  { "MALFORMED_FUNCTION_CALL", DHEERA_ERROR_SERVER },
  { "MALFORMED_RESPONSE", DHEERA_ERROR_SERVER },
  { "UNEXPECTED_TOOL_CALL", DHEERA_ERROR_SERVER },
  { "TOO_MANY_TOOL_CALLS", DHEERA_ERROR_SERVER },
  { "MISSING_THOUGHT_SIGNATURE", DHEERA_ERROR_INVALID_REQUEST },
};

gboolean
dheera_gemini_map_finish_reason (DheeraJsonValue     raw,
                                 DheeraFinishReason *reason,
                                 DheeraError        *code)
{
  *reason = DHEERA_FINISH_REASON_OTHER;
  if (dheera_json_type (raw) == DHEERA_JSON_NUMBER)
    {
      gint64 number = dheera_json_get_int (raw, -1);

      if (number == 0)
        *reason = DHEERA_FINISH_REASON_NONE;
      else if (number >= 1 && number <= N_NUMBERED)
        *reason = reasons[number - 1].reason;
      return TRUE;
    }
  if (dheera_json_type (raw) != DHEERA_JSON_STRING || dheera_json_equal (raw, ""))
    {
      *reason = DHEERA_FINISH_REASON_NONE;
      return TRUE;
    }

  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    {
      if (dheera_json_equal (raw, reasons[i].raw))
        {
          *reason = reasons[i].reason;
          return TRUE;
        }
    }

  for (guint i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      if (dheera_json_equal (raw, failures[i].raw))
        {
          *code = failures[i].code;
          return FALSE;
        }
    }

  return TRUE;
}
