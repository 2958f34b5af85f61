/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A server of one thread over raw sockets that plays back recorded answers, byte for byte what it is told, and remembers what it was asked. It knows nothing of what it
 * sends, and libsoup's own ideas of HTTP stay out of it. */

typedef enum
{
  REPLAY_END_WHOLE, /* the body to its end, and the connection is kept */
  REPLAY_END_CLOSE, /* the connection is closed after cut bytes, as when a server dies */
  REPLAY_END_CLEAN, /* the body ends properly after cut bytes, as behind a proxy that hides a death */
  REPLAY_END_RESET, /* the connection is reset after cut bytes */
} ReplayEnd;

typedef struct
{
  guint status;
  char *headers;    /* whole lines, without those of the framing */
  GBytes *body;
  gboolean chunked; /* else with a Content-Length */
  gsize piece;      /* bytes per HTTP chunk; 0 takes sizes that look like a network's */
  guint32 seed;
  ReplayEnd end;
  gsize cut;
} ReplayScript;

typedef struct
{
  char *method;
  char *target;
  GPtrArray *headers; /* (element-type utf8): name, in small letters, and value in turns */
  GBytes *body;
} ReplayRequest;

typedef struct _ReplayServer ReplayServer;

ReplayServer  *replay_server_new          (GError **error);
void           replay_server_free         (ReplayServer *self);

guint          replay_server_get_port     (ReplayServer *self);
/* The answer to every request from now on; the script is copied. */
void           replay_server_set_script   (ReplayServer       *self,
                                           const ReplayScript *script);
/* (transfer full) (nullable): the last request that arrived since the script was set, and how many did. */
ReplayRequest *replay_server_take_request (ReplayServer *self,
                                           guint        *n_requests);
guint          replay_server_count_connections (ReplayServer *self);

void           replay_request_free        (ReplayRequest *request);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReplayServer, replay_server_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReplayRequest, replay_request_free)

G_END_DECLS
