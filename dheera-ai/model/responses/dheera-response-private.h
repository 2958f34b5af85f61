/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/dheera-response.h"
#include "dheera-choice-private.h"

G_BEGIN_DECLS

struct _DheeraResponse
{
  GObject parent_instance;

  char *id; /* NULL reads as "", here and below */
  char *model;
  char *provider;
  gint64 created; /* seconds of Unix time, -1 unknown */
  GPtrArray *choices; /* of DheeraChoice, by index; nullable */
  DheeraMessage *placeholder; /* what get_message() gave out before the first choice takes it */
  DheeraUsage *usage;
  DheeraUsage *total_usage; /* of all steps of a run; nullable */
  guint n_steps;            /* of a run, else 0 */
  double cost; /* USD, -1 unknown */
  DheeraRateLimits *rate_limits; /* nullable */
  char *request_id;
  GPtrArray *warnings; /* NULL-terminated strings, nullable */
  char *raw_json;
  DheeraCall *call; /* nullable */
};

DheeraResponse *dheera_response_new            (const char     *provider) G_GNUC_WARN_UNUSED_RESULT;

/* The choice of that index, made in its place when it is not there */
DheeraChoice   *dheera_response_ensure_choice  (DheeraResponse *self,
                                                guint           index);
/* An id and a time of its own for an answer that came without */
void            dheera_response_ensure_identity (DheeraResponse *self);

void            dheera_response_set_id         (DheeraResponse *self,
                                                const char     *id);
void            dheera_response_set_model      (DheeraResponse *self,
                                                const char     *model);
void            dheera_response_set_request_id (DheeraResponse *self,
                                                const char     *request_id);
/* Takes the text. */
void            dheera_response_take_raw_json  (DheeraResponse *self,
                                                char           *raw_json);
void            dheera_response_set_call       (DheeraResponse *self,
                                                DheeraCall     *call);
/* The last answer of a run of so many steps. total_usage is nullable. */
void            dheera_response_set_steps      (DheeraResponse *self,
                                                guint           n_steps,
                                                DheeraUsage    *total_usage);
void            dheera_response_add_warning    (DheeraResponse *self,
                                                const char     *warning);
/* Notifies for the response and for the messages of its choices; see
 * dheera_message_notify_changes(). */
void            dheera_response_notify_changes (DheeraResponse *self,
                                                gboolean        text,
                                                gboolean        reasoning);

/* "call_" or "chatcmpl-" and 24 random letters and digits */
char           *dheera_generate_id             (const char     *prefix) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
