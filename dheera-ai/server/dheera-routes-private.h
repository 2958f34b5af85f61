/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-codec-private.h"
#include "dheera-front-private.h"
#include "dheera-keys-private.h"
#include "dheera-upstream-private.h"

G_BEGIN_DECLS

/* What the server answers to what: between a front, which calls dheera_routes_handler, and an upstream. Used in the main context of both. */

typedef struct _DheeraRoutes DheeraRoutes;
typedef struct _DheeraJob DheeraJob;
typedef struct _DheeraModelList DheeraModelList;

/* A model under a name of the server's own */
typedef struct
{
  char *name;
  char *target; /* provider/model */
} DheeraServedModel;

struct _DheeraRoutes
{
  DheeraUpstream *upstream;
  DheeraKeys *keys;      /* none: whoever reaches this machine's loopback may ask */
  GPtrArray *models;     /* of DheeraServedModel; empty: whatever the client knows */
  GStrv providers;       /* whose models are listed where there are no models of the server's own */
  gint64 started;        /* seconds since the epoch */
  gboolean draining;
  GQueue jobs;           /* of DheeraJob */
  DheeraModelList *list;
};

extern const DheeraFrontHandler dheera_routes_handler;

/* Takes upstream and keys, and copies the rest. */
DheeraRoutes            *dheera_routes_new         (DheeraUpstream    *upstream,
                                                    DheeraKeys        *keys,
                                                    GPtrArray         *models,
                                                    const char *const *providers) G_GNUC_WARN_UNUSED_RESULT;
/* After the front was stopped, when no job is left */
void                     dheera_routes_free        (DheeraRoutes      *self);
/* Ends what still runs: an error event in a stream, 503 for the rest. */
void                     dheera_routes_end_all     (DheeraRoutes      *self);
const DheeraServedModel *dheera_routes_find_model  (DheeraRoutes      *self,
                                                    const char        *name);

DheeraServedModel       *dheera_served_model_new   (const char        *name,
                                                    const char        *target) G_GNUC_WARN_UNUSED_RESULT;
void                     dheera_served_model_free  (DheeraServedModel *self);

/* --- One request, from its head to the end of its answer ------------------------------------------------------------------------ */

struct _DheeraJob
{
  DheeraRoutes *routes;
  DheeraIncoming *incoming;
  GList link;              /* in the routes' jobs */
  gint64 start;            /* monotonic */
  char id[40];             /* x-request-id */
  guint status;            /* of the answer, 0 before */
  gboolean answered;       /* as a whole */
  gboolean lists;          /* waits for the list of models */
  gboolean paused;
  gboolean *gone;          /* to be set when it is freed while it sends; nullable */
  DheeraRoute route;
  char *model_id;          /* what stands behind /models/, nullable */
  GByteArray *body;        /* nullable */
  DheeraAsk ask;
  GPtrArray *calls;        /* of DheeraJobCall, nullable */
  GPtrArray *answers;      /* in the order of the calls; NULL where none came yet */
  guint n_answers;
  DheeraCodecStream stream;
  GString *events;         /* that the front was not given yet, nullable */
};

/* The call for one of a job's requests */
typedef struct
{
  DheeraJob *job;
  guint index;
  DheeraUpstreamCall *call;
} DheeraJobCall;

DheeraJob *dheera_job_new         (DheeraRoutes           *routes,
                                   DheeraIncoming         *incoming);
void       dheera_job_free        (DheeraJob              *self,
                                   gboolean                complete);
/* Everything is there that was asked: read it, and send what is to be sent. */
void       dheera_job_ask         (DheeraJob              *self);
void       dheera_job_writable    (DheeraJob              *self);
void       dheera_job_drop_calls  (DheeraJob              *self);

/* Answers. fields (nullable) come on top of those that all answers have. */
void       dheera_job_reply       (DheeraJob              *self,
                                   guint                   status,
                                   const DheeraFrontField *fields,
                                   GBytes                 *body);
/* The head of a stream */
void       dheera_job_begin       (DheeraJob              *self);
/* Gives the front its events. FALSE as the front's write() is. */
gboolean   dheera_job_write       (DheeraJob              *self);
/* Before the answer has begun it is the error, with its status; later an event, and the end. */
void       dheera_job_fail        (DheeraJob              *self,
                                   DheeraCodecError       *error,
                                   const DheeraFrontField *fields);
void       dheera_job_fail_with   (DheeraJob              *self,
                                   const GError           *error,
                                   DheeraErrorDetails     *details);

/* --- The list of models ---------------------------------------------------------------------------------------------------------- */

DheeraModelList *dheera_model_list_new    (DheeraRoutes    *routes) G_GNUC_WARN_UNUSED_RESULT;
void             dheera_model_list_free   (DheeraModelList *self);
/* Answers the job now or later. */
void             dheera_model_list_ask    (DheeraModelList *self,
                                           DheeraJob       *job);
/* The job does not wait any more. */
void             dheera_model_list_forget (DheeraModelList *self,
                                           DheeraJob       *job);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DheeraRoutes, dheera_routes_free)

G_END_DECLS
