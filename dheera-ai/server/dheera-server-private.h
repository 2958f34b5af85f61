/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-server.h"

#include "dheera-routes-private.h"

G_BEGIN_DECLS

#define DHEERA_SERVER_HOST "127.0.0.1"
#define DHEERA_SERVER_PORT 4000
#define DHEERA_SERVER_MAX_CONNECTIONS 1024
#define DHEERA_SERVER_MAX_BODY_SIZE (64 * 1024 * 1024)
#define DHEERA_SERVER_DRAIN_TIMEOUT 30.0

/* What a configuration file says. Numbers that it does not say are -1, texts NULL. */
typedef struct
{
  char *host;
  int port;
  GTlsCertificate *certificate;
  gint64 max_connections;
  gint64 max_body_size;
  double drain_timeout;
  int param_policy;              /* a DheeraParamPolicy */
  DheeraKeys *keys;
  GPtrArray *models;             /* of DheeraServedModel */
  DheeraSessionOptions *session; /* nullable */
  GPtrArray *providers;          /* of DheeraServerProvider */
} DheeraServerConfig;

/* A [provider ID] group */
typedef struct
{
  char *id;
  char *api_key;   /* nullable; wiped when it is freed */
  GPtrArray *names; /* of properties */
  GPtrArray *values;
} DheeraServerProvider;

void     dheera_server_config_init  (DheeraServerConfig *self);
void     dheera_server_config_clear (DheeraServerConfig *self);
gboolean dheera_server_config_read  (DheeraServerConfig  *self,
                                     const char          *path,
                                     GError             **error);
/* Whether what the file's models stand for means something to the client, or to one of the file's providers */
gboolean dheera_server_config_check_targets (DheeraServerConfig  *self,
                                     DheeraClient        *client,
                                     const char          *path,
                                     GError             **error);
/* The same of a single one */
gboolean dheera_server_config_knows_target (DheeraServerConfig *self,
                                     DheeraClient        *client,
                                     const char          *target);
/* Sets up the client's providers. */
void     dheera_server_config_apply (DheeraServerConfig *self,
                                     DheeraClient       *client);

/* Of a text that GKeyFile has taken: FALSE with INVALID_REQUEST when a key is there twice. */
gboolean dheera_config_text_check   (const char          *text,
                                     const char          *path,
                                     GError             **error);

struct _DheeraServer
{
  GObject parent_instance;

  DheeraClient *client;         /* as it was given, nullable */
  char *host;                   /* NULL until it is set, and so are all of these unset: then the file counts */
  int port;
  GTlsCertificate *certificate;
  gint64 max_connections;
  gint64 max_body_size;
  double drain_timeout;
  char *config_file;
  DheeraKeys *keys;
  gboolean has_bad_key;
  GPtrArray *models;            /* of DheeraServedModel */

  /* While it runs */
  DheeraFront *front;           /* NULL when it does not */
  DheeraRoutes *routes;
  DheeraClient *used_client;
  GMainContext *context;        /* its pointer under the lock, since stop() comes from any thread */
  GMutex lock;                  /* locked with dheera_server_lock() */
  guint generation;             /* of the process that the lock, and what runs, are of */
  char *used_host;
  guint used_port;
  gboolean uses_tls;
  double used_drain_timeout;
  gboolean draining;
  GSource *timer;               /* of the drain */
  GPtrArray *waiting;           /* of GTask, for the end of the drain */
};

/* Ends everything at once. */
void       dheera_server_close        (DheeraServer *self);
/* Nobody's in a child of the process that serves, whatever the parent's threads were at; and there the server does not run. */
void       dheera_server_lock         (DheeraServer *self);
/* To be called before anything else is looked at: in a child, what is the parent's is let go of without a word. */
void       dheera_server_leave_parent (DheeraServer *self);
/* A drain that waits no longer */
void       dheera_server_end_drain    (DheeraServer *self);

/* Sockets that listen at the addresses of host, all at the same port. */
GPtrArray *dheera_listen           (const char    *host,
                                    guint          port,
                                    GError       **error) G_GNUC_WARN_UNUSED_RESULT;
/* Whether nobody from another machine can come in */
gboolean   dheera_listen_is_local  (GPtrArray     *sockets);
guint      dheera_listen_get_port  (GPtrArray     *sockets);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DheeraServerConfig, dheera_server_config_clear)

G_END_DECLS
