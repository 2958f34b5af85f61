/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include <dheera-ai/client/dheera-client.h>
#include <dheera-ai/dheera-version.h>

G_BEGIN_DECLS

#define DHEERA_TYPE_SERVER (dheera_server_get_type ())

DHEERA_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (DheeraServer, dheera_server, DHEERA, SERVER, GObject)

DHEERA_AVAILABLE_IN_0_1
DheeraServer    *dheera_server_new                  (DheeraClient         *client) G_GNUC_WARN_UNUSED_RESULT;

DHEERA_AVAILABLE_IN_0_1
DheeraClient    *dheera_server_get_client           (DheeraServer         *self);
DHEERA_AVAILABLE_IN_0_1
const char      *dheera_server_get_host             (DheeraServer         *self);
DHEERA_AVAILABLE_IN_0_1
void             dheera_server_set_host             (DheeraServer         *self,
                                                     const char           *host);
DHEERA_AVAILABLE_IN_0_1
guint            dheera_server_get_port             (DheeraServer         *self);
DHEERA_AVAILABLE_IN_0_1
void             dheera_server_set_port             (DheeraServer         *self,
                                                     guint                 port);
DHEERA_AVAILABLE_IN_0_1
GTlsCertificate *dheera_server_get_tls_certificate  (DheeraServer         *self);
DHEERA_AVAILABLE_IN_0_1
void             dheera_server_set_tls_certificate  (DheeraServer         *self,
                                                     GTlsCertificate      *certificate);
DHEERA_AVAILABLE_IN_0_1
const char      *dheera_server_get_config_file      (DheeraServer         *self);
DHEERA_AVAILABLE_IN_0_1
void             dheera_server_set_config_file      (DheeraServer         *self,
                                                     const char           *config_file);
DHEERA_AVAILABLE_IN_0_1
void             dheera_server_set_keys             (DheeraServer         *self,
                                                     const char *const    *keys);
DHEERA_AVAILABLE_IN_0_1
gboolean         dheera_server_add_key_file         (DheeraServer         *self,
                                                     const char           *path,
                                                     GError              **error);
DHEERA_AVAILABLE_IN_0_1
char            *dheera_server_hash_key             (const char           *key) G_GNUC_WARN_UNUSED_RESULT;
DHEERA_AVAILABLE_IN_0_1
guint            dheera_server_get_max_connections  (DheeraServer         *self);
DHEERA_AVAILABLE_IN_0_1
void             dheera_server_set_max_connections  (DheeraServer         *self,
                                                     guint                 max_connections);
DHEERA_AVAILABLE_IN_0_1
guint64          dheera_server_get_max_body_size    (DheeraServer         *self);
DHEERA_AVAILABLE_IN_0_1
void             dheera_server_set_max_body_size    (DheeraServer         *self,
                                                     guint64               max_body_size);
DHEERA_AVAILABLE_IN_0_1
double           dheera_server_get_drain_timeout    (DheeraServer         *self);
DHEERA_AVAILABLE_IN_0_1
void             dheera_server_set_drain_timeout    (DheeraServer         *self,
                                                     double                drain_timeout);
DHEERA_AVAILABLE_IN_0_1
void             dheera_server_add_model            (DheeraServer         *self,
                                                     const char           *name,
                                                     const char           *target);

DHEERA_AVAILABLE_IN_0_1
gboolean         dheera_server_start                (DheeraServer         *self,
                                                     GError              **error);
DHEERA_AVAILABLE_IN_0_1
char            *dheera_server_get_uri              (DheeraServer         *self);
DHEERA_AVAILABLE_IN_0_1
void             dheera_server_stop                 (DheeraServer         *self);
DHEERA_AVAILABLE_IN_0_1
void             dheera_server_stop_async           (DheeraServer         *self,
                                                     GCancellable         *cancellable,
                                                     GAsyncReadyCallback   callback,
                                                     gpointer              user_data);
DHEERA_AVAILABLE_IN_0_1
gboolean         dheera_server_stop_finish          (DheeraServer         *self,
                                                     GAsyncResult         *result,
                                                     GError              **error);
DHEERA_AVAILABLE_IN_0_1
gboolean         dheera_server_run                  (DheeraServer         *self,
                                                     GCancellable         *cancellable,
                                                     GError              **error);

G_END_DECLS
