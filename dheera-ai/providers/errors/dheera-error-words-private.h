/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/errors/dheera-error-private.h"
#include "dheera-ai/wire/dheera-json-private.h"

G_BEGIN_DECLS

/* What a provider says about a failure, whatever the shape it says it in. All owned and nullable; cut to a
 * bounded length, without control characters. */
typedef struct
{
  char *message;
  char *code;         /* error.code and its kin; a number as its digits */
  char *type;
  char *param;
  char *reason;       /* a more precise word beside: Google's status, Azure's inner error, OpenRouter's moderation */
  char *request_id;
  const char *key;    /* not owned, nullable: set before reading, taken out of every text before it is cut */
  gint64 minimax;     /* base_resp.status_code, 0 without one */
  double retry_after; /* seconds, from Google's RetryInfo; -1 unknown */
} DheeraErrorWords;

#define DHEERA_ERROR_WORDS_INIT { .retry_after = -1 }

/* FALSE when value has none of the shapes of an error. */
gboolean    dheera_error_words_read   (DheeraErrorWords *self,
                                       DheeraJsonValue   value);
/* Is there a member that only an error has ("error", "base_resp" with a failure, ...)? That is how an error
 * inside a 200 is known. */
gboolean    dheera_error_words_marked (DheeraJsonValue   value);
void        dheera_error_words_clear  (DheeraErrorWords *self);

/* The tables of codes and phrases. status may be 0 or 200 when the error came inside an answer. */
DheeraError dheera_error_classify     (guint                   status,
                                       const DheeraErrorWords *words,
                                       gboolean               *retryable);
gboolean    dheera_error_code_is_retryable (DheeraError code);

/* A copy cut to max bytes of valid UTF-8, with each control character replaced by a space. */
char       *dheera_error_text_dup     (const char *text,
                                       gssize      length,
                                       gsize       max);
/* What a reader would see of an HTML page, at most max characters of it. */
char       *dheera_error_text_from_html (const char *html,
                                       gsize       length,
                                       gsize       max);
/* A copy in which key (nullable), and whatever looks like a key of a known maker, is replaced. */
char       *dheera_error_text_hide_key (const char *text,
                                       const char *key);
/* The same of a text that was cut off, perhaps in the middle of a key. */
char       *dheera_error_text_hide_cut_key (const char *text,
                                       const char *key);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DheeraErrorWords, dheera_error_words_clear)

G_END_DECLS
