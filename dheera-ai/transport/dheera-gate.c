/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-gate-private.h"

struct _DheeraGate
{
  GMutex mutex;
  GHashTable *origins;    /* set of DheeraOrigin */
  GHashTable *foreign;    /* the application's SoupMessage → ForeignMessage */
  GQueue waiting;         /* of DheeraTicket */
  GQueue starting;        /* likewise, the oldest first */
  GHashTable *lookouts;   /* GMainContext, NULL for those who block → DheeraTicket */
  gboolean hinted;        /* at the limits, which is done once */
  guint n_connections;
  guint max_connections;
  guint max_per_host;
  gboolean blind;         /* messages may have been there before the gate */
};

typedef struct
{
  DheeraOrigin *origin;
  GThread *thread;
} ForeignMessage;

static G_DEFINE_QUARK (dheera-ticket, ticket)

DheeraTicket *
dheera_ticket_new (void)
{
  DheeraTicket *self = g_new0 (DheeraTicket, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_cond_init (&self->cond);
  self->link.data = self;

  return self;
}

DheeraTicket *
dheera_ticket_ref (DheeraTicket *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
dheera_ticket_unref (DheeraTicket *self)
{
  if (g_atomic_ref_count_dec (&self->ref_count))
    {
      g_clear_pointer (&self->waker, g_source_unref);
      g_cond_clear (&self->cond);
      g_free (self);
    }
}

gboolean
dheera_ticket_is_of (SoupMessage *message)
{
  return g_object_get_qdata (G_OBJECT (message), ticket_quark ()) != NULL;
}

/* What has been starting for longer waits for the network and not for the processor, which is all that the limit is about: a host that does not answer
 * must not hold up the others. */
static gboolean
gate_is_starting_too_many (DheeraGate *self)
{
  guint n = self->starting.length;
  gint64 since;

  if (n < DHEERA_GATE_MAX_STARTING)
    return FALSE;
  since = g_get_monotonic_time () - DHEERA_GATE_STARTING_COUNTS_FOR;
  for (GList *l = self->starting.head; l != NULL && ((DheeraTicket *) l->data)->started <= since; l = l->next)
    n--;

  return n >= DHEERA_GATE_MAX_STARTING;
}

static void
rouse (DheeraTicket *ticket)
{
  if (ticket->waker != NULL)
    g_source_set_ready_time (ticket->waker, 0);
  else
    g_cond_signal (&ticket->cond);
}

/* Time passes without an event, and one of those who wait has to look whether it has let somebody in: the first of each main context, which may be one that
 * nobody iterates, and the first of the threads that block, which are all awake. */
static gboolean
gate_is_lookout (DheeraGate   *self,
                 DheeraTicket *ticket)
{
  return ticket->state == DHEERA_TICKET_WAITING && g_hash_table_lookup (self->lookouts, ticket->context) == ticket;
}

static void
gate_begin_wait (DheeraGate   *self,
                 DheeraTicket *ticket)
{
  gpointer key = ticket->context;

  ticket->state = DHEERA_TICKET_WAITING;
  ticket->origin->n_waiting++;
  g_queue_push_tail_link (&self->waiting, &ticket->link);
  if (!g_hash_table_contains (self->lookouts, key))
    g_hash_table_insert (self->lookouts, key, ticket);
}

static void
gate_end_wait (DheeraGate   *self,
               DheeraTicket *ticket)
{
  gboolean is_lookout = gate_is_lookout (self, ticket);
  gpointer key = ticket->context;
  GList *next = ticket->link.next;

  g_queue_unlink (&self->waiting, &ticket->link);
  ticket->origin->n_waiting--;
  if (!is_lookout)
    return;
  while (next != NULL && ((DheeraTicket *) next->data)->context != key)
    next = next->next;
  if (next == NULL)
    {
      g_hash_table_remove (self->lookouts, key);
      return;
    }
  g_hash_table_insert (self->lookouts, key, next->data);
  rouse (next->data);
}

/* NULL when the ticket may go, else what stops it. */
static const char *
gate_find_obstacle (DheeraGate   *self,
                    DheeraTicket *ticket)
{
  DheeraOrigin *origin = ticket->origin;

  if (gate_is_starting_too_many (self))
    return "starting";
  if (origin->is_http2 && !ticket->blocking && g_hash_table_contains (origin->threads, ticket->thread))
    return NULL;
  if (dheera_origin_count_connections (origin) >= self->max_per_host)
    return "max-conns-per-host";
  if (self->n_connections >= self->max_connections)
    return "max-conns";
  return NULL;
}

static void
gate_admit (DheeraGate   *self,
            DheeraTicket *ticket)
{
  DheeraOrigin *origin = ticket->origin;

  ticket->finds_idle = origin->n_idle > 0;
  ticket->finds_starting = origin->n_starting > 0;
  ticket->leaves_idle = FALSE;
  if (ticket->finds_idle)
    origin->n_idle--;
  ticket->state = DHEERA_TICKET_STARTING;
  ticket->started = g_get_monotonic_time ();
  g_queue_push_tail_link (&self->starting, &ticket->link);
  origin->n_starting++;
  self->n_connections += dheera_origin_count (origin, ticket->thread, ticket->blocking, 1);
}

/* First come, first served, but whoever waits for a full origin does not hold up the others. */
static void
gate_serve (DheeraGate *self)
{
  for (GList *l = self->waiting.head, *next; l != NULL && !gate_is_starting_too_many (self); l = next)
    {
      DheeraTicket *ticket = l->data;

      next = l->next;
      if (gate_find_obstacle (self, ticket) != NULL)
        continue;
      gate_end_wait (self, ticket);
      gate_admit (self, ticket);
      rouse (ticket);
    }
}

/* The limits can be set only when a session is made, so whoever made it should hear of them; from outside of the lock. */
static char *
gate_make_hint (DheeraGate   *self,
                DheeraTicket *ticket)
{
  const char *obstacle = self->hinted ? NULL : gate_find_obstacle (self, ticket);
  gboolean per_host = g_strcmp0 (obstacle, "max-conns-per-host") == 0;

  if (!per_host && g_strcmp0 (obstacle, "max-conns") != 0)
    return NULL;
  self->hinted = TRUE;
  return g_strdup_printf ("A request to %s waits, since all %u connections that its SoupSession allows%s (its property %s) are in use. A session for more requests at "
                          "a time is made with a larger max-conns-per-host and max-conns. This is said once for each session.",
                          ticket->origin->host, per_host ? self->max_per_host : self->max_connections, per_host ? " to one host" : "", obstacle);
}

void
dheera_gate_enter (DheeraGate   *self,
                   DheeraTicket *ticket,
                   GUri         *uri,
                   GSource      *waker)
{
  g_autofree char *hint = NULL;

  g_return_if_fail (ticket->state == DHEERA_TICKET_NONE);

  g_mutex_lock (&self->mutex);
  ticket->origin = dheera_origin_get (self->origins, uri);
  ticket->thread = g_thread_self ();
  ticket->blocking = waker == NULL;
  /* Whoever cancels from another thread may come when the waiter is going. */
  ticket->waker = waker != NULL ? g_source_ref (waker) : NULL;
  ticket->context = waker != NULL ? g_source_get_context (waker) : NULL;
  ticket->woken = FALSE;
  if (ticket->origin->n_waiting == 0 && gate_find_obstacle (self, ticket) == NULL)
    {
      gate_admit (self, ticket);
    }
  else
    {
      gate_begin_wait (self, ticket);
      hint = gate_make_hint (self, ticket);
    }
  g_mutex_unlock (&self->mutex);
  if (hint != NULL)
    g_message ("%s", hint);
}

/* deadline (0 for none), or the earlier moment at which the oldest start does not count any more */
static gint64
gate_get_next_look (DheeraGate *self,
                    gint64      deadline)
{
  gint64 since = g_get_monotonic_time () - DHEERA_GATE_STARTING_COUNTS_FOR;

  for (GList *l = self->starting.head; l != NULL; l = l->next)
    {
      gint64 started = ((DheeraTicket *) l->data)->started;

      if (started > since)
        return deadline == 0 ? started + DHEERA_GATE_STARTING_COUNTS_FOR : MIN (deadline, started + DHEERA_GATE_STARTING_COUNTS_FOR);
    }

  return deadline;
}

gint64
dheera_gate_look_again (DheeraGate   *self,
                        DheeraTicket *ticket,
                        gint64        deadline)
{
  gint64 next = deadline;

  g_mutex_lock (&self->mutex);
  gate_serve (self);
  if (gate_is_lookout (self, ticket))
    next = gate_get_next_look (self, deadline);
  g_mutex_unlock (&self->mutex);

  return next;
}

void
dheera_gate_wait (DheeraGate   *self,
                  DheeraTicket *ticket,
                  gint64        deadline)
{
  g_mutex_lock (&self->mutex);
  while (ticket->state == DHEERA_TICKET_WAITING && !ticket->woken)
    {
      gint64 until = gate_is_lookout (self, ticket) ? gate_get_next_look (self, deadline) : deadline;

      if (until == 0)
        g_cond_wait (&ticket->cond, &self->mutex);
      else if (!g_cond_wait_until (&ticket->cond, &self->mutex, until) && until == deadline)
        break;
      gate_serve (self);
    }
  g_mutex_unlock (&self->mutex);
}

void
dheera_gate_wake (DheeraGate   *self,
                  DheeraTicket *ticket)
{
  g_mutex_lock (&self->mutex);
  ticket->woken = TRUE;
  rouse (ticket);
  g_mutex_unlock (&self->mutex);
}

gboolean
dheera_gate_is_admitted (DheeraGate   *self,
                         DheeraTicket *ticket)
{
  gboolean admitted;

  g_mutex_lock (&self->mutex);
  admitted = ticket->state >= DHEERA_TICKET_STARTING;
  g_mutex_unlock (&self->mutex);

  return admitted;
}

void
dheera_gate_bind (DheeraGate   *self,
                  DheeraTicket *ticket,
                  SoupMessage  *message)
{
  if (!dheera_ticket_is_of (message))
    g_object_set_qdata_full (G_OBJECT (message), ticket_quark (),
                             dheera_ticket_ref (ticket), (GDestroyNotify) dheera_ticket_unref);
}

static void
gate_end_start (DheeraGate   *self,
                DheeraTicket *ticket)
{
  if (ticket->state != DHEERA_TICKET_STARTING)
    return;
  ticket->state = DHEERA_TICKET_RUNNING;
  g_queue_unlink (&self->starting, &ticket->link);
  ticket->origin->n_starting--;
}

void
dheera_gate_started (DheeraGate   *self,
                     DheeraTicket *ticket,
                     gboolean      is_http2,
                     gboolean      is_reused)
{
  g_mutex_lock (&self->mutex);
  gate_end_start (self, ticket);
  if (ticket->finds_idle && !is_reused && ticket->state != DHEERA_TICKET_NONE)
    ticket->origin->n_idle = 0;
  if (is_http2 && ticket->state != DHEERA_TICKET_NONE && !ticket->origin->is_http2)
    {
      self->n_connections -= dheera_origin_count_connections (ticket->origin);
      ticket->origin->is_http2 = TRUE;
      self->n_connections += dheera_origin_count_connections (ticket->origin);
    }
  gate_serve (self);
  g_mutex_unlock (&self->mutex);
}

static void
gate_leave (DheeraGate   *self,
            DheeraTicket *ticket)
{
  DheeraOrigin *origin = ticket->origin;

  if (ticket->state == DHEERA_TICKET_NONE)
    return;

  if (ticket->state == DHEERA_TICKET_WAITING)
    {
      gate_end_wait (self, ticket);
    }
  else
    {
      gate_end_start (self, ticket);
      if (ticket->leaves_idle)
        origin->n_idle++;
      self->n_connections += dheera_origin_count (origin, ticket->thread, ticket->blocking, -1);
    }
  ticket->state = DHEERA_TICKET_NONE;
  ticket->origin = NULL;
  g_clear_pointer (&ticket->waker, g_source_unref);
  gate_serve (self);
  dheera_origin_forget (origin, self->origins);
}

void
dheera_gate_leave (DheeraGate   *self,
                   DheeraTicket *ticket)
{
  g_mutex_lock (&self->mutex);
  gate_leave (self, ticket);
  g_mutex_unlock (&self->mutex);
}

char *
dheera_gate_describe_wait (DheeraGate   *self,
                           DheeraTicket *ticket)
{
  const char *obstacle = NULL;

  g_mutex_lock (&self->mutex);
  if (ticket->state == DHEERA_TICKET_WAITING)
    obstacle = gate_find_obstacle (self, ticket);
  g_mutex_unlock (&self->mutex);

  if (g_strcmp0 (obstacle, "max-conns") == 0)
    return g_strdup_printf ("all %u connections that the SoupSession allows (its property max-conns) are in use", self->max_connections);
  if (g_strcmp0 (obstacle, "max-conns-per-host") == 0)
    return g_strdup_printf ("all %u connections that the SoupSession allows to one host (its property max-conns-per-host) are in use",
                            self->max_per_host);
  return g_strdup_printf ("%u requests of the same SoupSession were still being connected", DHEERA_GATE_MAX_STARTING);
}

gboolean
dheera_gate_wants_new_connection (DheeraGate   *self,
                                  DheeraTicket *ticket)
{
  return ticket->finds_starting && !ticket->finds_idle;
}

void
dheera_gate_leave_idle (DheeraGate   *self,
                        DheeraTicket *ticket)
{
  ticket->leaves_idle = TRUE;
}

/* Every message in a session's queue holds a reference to each of its features, so a feature that only the session holds proves that there is none. */
gboolean
dheera_gate_is_blind (DheeraGate  *self,
                      SoupSession *session)
{
  gboolean blind;

  g_mutex_lock (&self->mutex);
  if (self->blind && self->n_connections == 0)
    {
      SoupSessionFeature *feature = soup_session_get_feature (session, SOUP_TYPE_CONTENT_DECODER);

      if (feature != NULL && g_atomic_int_get ((gint *) &G_OBJECT (feature)->ref_count) == 1)
        self->blind = FALSE;
    }
  blind = self->blind;
  g_mutex_unlock (&self->mutex);

  return blind;
}

gboolean
dheera_gate_is_exclusive (DheeraGate *self)
{
  gboolean exclusive;

  g_mutex_lock (&self->mutex);
  exclusive = g_hash_table_size (self->foreign) == 0;
  g_mutex_unlock (&self->mutex);

  return exclusive;
}

static void
request_queued_cb (SoupSession *session,
                   SoupMessage *message,
                   gpointer     user_data)
{
  DheeraGate *self = user_data;
  ForeignMessage *foreign;

  /* libsoup's own CONNECT goes over a connection that is counted already. */
  if (dheera_ticket_is_of (message) || soup_message_get_method (message) == SOUP_METHOD_CONNECT)
    return;

  foreign = g_new0 (ForeignMessage, 1);
  foreign->thread = g_thread_self ();
  g_mutex_lock (&self->mutex);
  foreign->origin = dheera_origin_get (self->origins, soup_message_get_uri (message));
  self->n_connections += dheera_origin_count (foreign->origin, foreign->thread, FALSE, 1);
  g_hash_table_insert (self->foreign, message, foreign);
  g_mutex_unlock (&self->mutex);
}

static void
request_unqueued_cb (SoupSession *session,
                     SoupMessage *message,
                     gpointer     user_data)
{
  DheeraGate *self = user_data;
  DheeraTicket *ticket = g_object_get_qdata (G_OBJECT (message), ticket_quark ());
  ForeignMessage *foreign;

  g_mutex_lock (&self->mutex);
  if (ticket != NULL)
    {
      gate_leave (self, ticket);
    }
  else if (g_hash_table_steal_extended (self->foreign, message, NULL, (gpointer *) &foreign))
    {
      self->n_connections += dheera_origin_count (foreign->origin, foreign->thread, FALSE, -1);
      gate_serve (self);
      dheera_origin_forget (foreign->origin, self->origins);
      g_free (foreign);
    }
  g_mutex_unlock (&self->mutex);
}

DheeraGate *
dheera_gate_new (SoupSession *session)
{
  DheeraGate *self = g_new0 (DheeraGate, 1);

  g_mutex_init (&self->mutex);
  g_queue_init (&self->waiting);
  g_queue_init (&self->starting);
  self->lookouts = g_hash_table_new (NULL, NULL);
  self->origins = dheera_origin_new_table ();
  self->foreign = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->max_connections = soup_session_get_max_conns (session);
  self->max_per_host = soup_session_get_max_conns_per_host (session);
  self->blind = TRUE;
  g_signal_connect (session, "request-queued", G_CALLBACK (request_queued_cb), self);
  g_signal_connect (session, "request-unqueued", G_CALLBACK (request_unqueued_cb), self);

  return self;
}

void
dheera_gate_free (DheeraGate  *self,
                  SoupSession *session)
{
  if (session != NULL)
    g_signal_handlers_disconnect_by_data (session, self);
  g_hash_table_unref (self->lookouts);
  g_hash_table_unref (self->origins);
  g_hash_table_unref (self->foreign);
  g_mutex_clear (&self->mutex);
  g_free (self);
}
