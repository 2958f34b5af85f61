/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/server/dheera-routes-private.h"

G_BEGIN_DECLS

/* Both sides of the routes, made up: requests that came from nowhere, and models that say what the test has them say. */

/* --- A request of a client --------------------------------------------------------------------------------------------------------------- */

typedef struct
{
  DheeraIncoming parent;
  DheeraRoutes *routes;
  GHashTable *headers;  /* of the request, by name in small letters */
  /* What was answered */
  guint status;         /* 0 before */
  GHashTable *fields;   /* of the answer, by name in small letters */
  GString *body;
  gboolean begun;       /* by begin() */
  gboolean ended;
  gboolean aborted;
  guint n_writes;
  gboolean full;        /* write() says "enough" */
} FakeIncoming;

/* headers: "Name: value" each on a line, nullable */
FakeIncoming *fake_incoming_new        (DheeraRoutes *routes,
                                        const char   *method,
                                        const char   *path,
                                        const char   *headers);
/* The request comes in as a whole; the body is nullable. */
void          fake_incoming_send       (FakeIncoming *self,
                                        const char   *body);
/* The answer has reached the client, or the client leaves; the incoming is gone. */
void          fake_incoming_done       (FakeIncoming *self);
const char   *fake_incoming_get_field  (FakeIncoming *self,
                                        const char   *name);

/* --- Models ---------------------------------------------------------------------------------------------------------------------------------- */

typedef struct
{
  DheeraUpstreamCall parent;
  DheeraUpstreamOperation operation;
  DheeraBaseRequest *request;
  const DheeraUpstreamHandler *handler; /* NULL once it was answered */
  gpointer data;
  gboolean paused;
  gboolean cancelled;
  gboolean freed;
  DheeraResponse *response;
} FakeCall;

typedef struct
{
  DheeraUpstream parent;
  GPtrArray *calls; /* of FakeCall, all that there ever were */
} FakeUpstream;

FakeUpstream *fake_upstream_new        (void);
FakeCall     *fake_upstream_get        (FakeUpstream *self,
                                        guint         index);
/* A delta, and no more for now */
void          fake_call_say            (FakeCall     *self,
                                        const char   *text);
/* A delta with another one right behind it */
void          fake_call_say_and_go_on  (FakeCall     *self,
                                        const char   *text);
/* The end of a stream, or a whole answer with that text */
void          fake_call_answer         (FakeCall     *self,
                                        const char   *text);
void          fake_call_answer_vector  (FakeCall     *self);
void          fake_call_answer_models  (FakeCall     *self,
                                        const char   *provider,
                                        const char   *id);
void          fake_call_fail           (FakeCall     *self,
                                        DheeraError   code,
                                        const char   *message,
                                        double        retry_after);

G_END_DECLS
