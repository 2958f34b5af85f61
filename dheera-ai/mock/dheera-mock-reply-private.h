/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libsoup/soup.h>

#include "dheera-mock-private.h"
#include "dheera-mock-server-private.h"

G_BEGIN_DECLS

/* How the offline model's answers are written, and how they travel. */

/* --- Rendering -------------------------------------------------------------------------------- */

char *dheera_mock_format_refusal    (const DheeraMockRefusal *refusal);
/* {"error": …} of a status; message is nullable */
char *dheera_mock_format_error      (guint                    status,
                                     const char              *message);
char *dheera_mock_format_models     (void);
char *dheera_mock_format_model      (const DheeraMockModel   *model);
char *dheera_mock_format_stats      (const DheeraMockStats   *stats);
char *dheera_mock_format_completion (const DheeraMockAnswer  *answer);
/* These append whole events of a stream. */
void  dheera_mock_append_begin      (GString                 *out,
                                     const DheeraMockAnswer  *answer);
void  dheera_mock_append_step       (GString                 *out,
                                     const DheeraMockAnswer  *answer,
                                     const DheeraMockStep    *step);
void  dheera_mock_append_end        (GString                 *out,
                                     const DheeraMockAnswer  *answer);

/* --- Connections: who has left ---------------------------------------------------------------- */

typedef struct _DheeraMockConnections DheeraMockConnections;

typedef void (*DheeraMockGoneFunc) (gpointer data);

DheeraMockConnections *dheera_mock_connections_new     (GMainContext          *context);
void                   dheera_mock_connections_free    (DheeraMockConnections *self);
/* FALSE when it is known already. */
gboolean               dheera_mock_connections_add     (DheeraMockConnections *self,
                                                        GSocket               *socket);
/* What is done, once, when the client of this connection leaves; NULL closes the socket, which is right
 * while no answer is under way. */
void                   dheera_mock_connection_set_gone (GSocket               *socket,
                                                        DheeraMockGoneFunc     gone,
                                                        gpointer               data);

/* --- One answer on its way, and what it tells the server -------------------------------------- */

typedef enum
{
  DHEERA_MOCK_FINISHED,
  DHEERA_MOCK_BROKEN,
  DHEERA_MOCK_GONE,
} DheeraMockOutcome;

typedef struct
{
  void (*words)   (guint             n);
  void (*outcome) (DheeraMockOutcome outcome);
} DheeraMockObserver;

/* Takes the answer and sends it over message, in the thread-default main context. */
void dheera_mock_reply_start (SoupServerMessage        *message,
                              DheeraMockAnswer         *answer,
                              const DheeraMockObserver *observer);

G_END_DECLS
