/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Scheme, host and port, and what the gate knows of the connections that lead there. */

typedef struct _DheeraOrigin DheeraOrigin;

struct _DheeraOrigin
{
  char *host;
  int port;
  gboolean is_https;
  guint n_messages;       /* in the session, the application's too */
  guint n_blocking;       /* of these, ours that block */
  guint n_waiting;
  guint n_starting;
  guint n_idle;           /* connections that our messages have left behind and none of them has taken since, as far as we know */
  GHashTable *threads;    /* GThread → number of its messages, for HTTP/2, where they share a connection */
  gboolean is_http2;
};

/* A set of them, by what they are for */
GHashTable    *dheera_origin_new_table          (void);
DheeraOrigin  *dheera_origin_get                (GHashTable   *table,
                                                 GUri         *uri);
/* Drops it when there is nothing worth knowing of it. */
void           dheera_origin_forget             (DheeraOrigin *self,
                                                 GHashTable   *table);
guint          dheera_origin_count_connections  (DheeraOrigin *self);
/* One message of a thread more or less; by how many connections that changes the number. */
int            dheera_origin_count              (DheeraOrigin *self,
                                                 GThread      *thread,
                                                 gboolean      blocking,
                                                 int           difference);

G_END_DECLS
