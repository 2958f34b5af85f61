/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <dheera-ai/client/dheera-client.h>

G_BEGIN_DECLS

/* The models' side of the server, as its routes see it: a request of the library goes out, objects of the library come back.
 * Everything is called in the main context in which the server was started. */

typedef struct _DheeraUpstream DheeraUpstream;
typedef struct _DheeraUpstreamCall DheeraUpstreamCall;

typedef enum
{
  DHEERA_UPSTREAM_COMPLETE, /* DheeraRequest to DheeraResponse */
  DHEERA_UPSTREAM_STREAM,   /* DheeraRequest to DheeraDelta, and DheeraResponse at the end */
  DHEERA_UPSTREAM_EMBED,    /* DheeraEmbeddingRequest to DheeraEmbeddingResponse */
  DHEERA_UPSTREAM_MODELS,   /* DheeraModelsRequest to a GListModel of DheeraModel */
} DheeraUpstreamOperation;

/* Exactly one of on_answer and on_error is called, last, and never from within send(). */
typedef struct
{
  /* more: another one follows before the main loop turns, unless the call is paused or cancelled in this very function. */
  void (*on_delta)  (DheeraDelta        *delta,
                     gboolean            more,
                     gpointer            data);
  void (*on_answer) (gpointer            answer,
                     gpointer            data);
  void (*on_error)  (const GError       *error,
                     DheeraErrorDetails *details, /* nullable */
                     gpointer            data);
} DheeraUpstreamHandler;

typedef struct
{
  DheeraUpstreamCall *(*send)   (DheeraUpstream              *upstream,
                                 DheeraUpstreamOperation      operation,
                                 gpointer                     request,
                                 const DheeraUpstreamHandler *handler,
                                 gpointer                     data);
  /* No delta comes between the two: what the provider sends then waits in its connection. */
  void                (*pause)  (DheeraUpstreamCall          *call);
  void                (*resume) (DheeraUpstreamCall          *call);
  /* Ends the call, closes its connection if it still runs, and frees it; no handler is called any more. Each call is freed so, also a finished one. */
  void                (*cancel) (DheeraUpstreamCall          *call);
  void                (*free)   (DheeraUpstream              *upstream);
} DheeraUpstreamClass;

struct _DheeraUpstream
{
  const DheeraUpstreamClass *klass;
};

struct _DheeraUpstreamCall
{
  const DheeraUpstreamClass *klass;
};

/* Over the client's session */
DheeraUpstream *dheera_client_upstream_new (DheeraClient *client) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
