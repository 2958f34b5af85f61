/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-operation-private.h"

G_BEGIN_DECLS

/* What the parts of the state machine know of each other: dheera-operation.c begins and ends attempts and reads the call's own answer, dheera-operation-key.c finds
 * the key, dheera-operation-token.c gets an access token for one, dheera-operation-result.c brings call and result together. */

void     dheera_operation_wipe           (char **secret);

/* --- dheera-operation.c --- */

/* Takes details, and gives them without what the server quotes of the headers of the application, of which only transport knows. */
DheeraErrorDetails *dheera_operation_hide_headers (DheeraOperation    *self,
                                                   DheeraErrorDetails *details);
/* Takes details; decides whether there is another attempt. */
void     dheera_operation_fail_attempt   (DheeraOperation    *self,
                                          DheeraErrorDetails *details);
/* Takes error. */
void     dheera_operation_fail_transport (DheeraOperation *self,
                                          GError          *error);
/* The key is there: what follows is the call's own exchange. */
void     dheera_operation_send           (DheeraOperation *self);

/* --- dheera-operation-key.c --- */

void     dheera_operation_find_key       (DheeraOperation *self);
/* Something that the library found out itself, without an answer; message is a phrase, advice (nullable: what the code says) a sentence. */
void     dheera_operation_fail_here      (DheeraOperation *self,
                                          DheeraError      code,
                                          const char      *message,
                                          const char      *advice);
/* A credentials function, or a token endpoint, may give another key than the one that was refused: it is asked once more. */
gboolean dheera_operation_renew_key      (DheeraOperation    *self,
                                          DheeraErrorDetails *details);

/* --- dheera-operation-token.c --- */

/* Takes source. */
void     dheera_operation_use_token      (DheeraOperation   *self,
                                          DheeraTokenSource *source);
void     dheera_operation_token_sent     (DheeraOperation *self,
                                          GError          *error);
void     dheera_operation_token_read     (DheeraOperation *self,
                                          gssize           n,
                                          GError          *error);
void     dheera_operation_clear_token    (DheeraOperation *self);
/* Of a call that waits for the token that another one gets: until when, and what comes of it. error is (transfer full) (nullable). */
gint64   dheera_operation_get_token_deadline (DheeraOperation *self);
void     dheera_operation_token_over     (DheeraOperation *self,
                                          GError          *error);

/* --- dheera-operation-capture.c --- */

/* Makes the call's record when the client is to keep something. */
void     dheera_operation_prepare_capture (DheeraOperation *self);
/* The attempt is over, its exchange still there. */
void     dheera_operation_capture        (DheeraOperation *self);
void     dheera_operation_set_trace      (DheeraOperation   *self,
                                          DheeraBaseRequest *request);

/* --- dheera-operation-result.c --- */

/* What the head of the answer says about how much more may be asked */
void     dheera_operation_note_limits    (DheeraOperation *self);
/* What only the call knows goes into the result, and what only the result knows into the call. */
void     dheera_operation_join_result    (DheeraOperation *self,
                                          GObject         *result);

G_END_DECLS
