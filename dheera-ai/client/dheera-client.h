/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>
#include <libsoup/soup.h>

#include <dheera-ai/client/dheera-http-exchange.h>
#include <dheera-ai/client/dheera-session-options.h>
#include <dheera-ai/client/dheera-stream.h>
#include <dheera-ai/dheera-version.h>
#include <dheera-ai/model/dheera-call.h>
#include <dheera-ai/model/dheera-models-request.h>
#include <dheera-ai/model/dheera-request.h>
#include <dheera-ai/model/dheera-response.h>
#include <dheera-ai/model/dheera-watch-enums.h>
#include <dheera-ai/providers/dheera-provider.h>

G_BEGIN_DECLS

#define DHEERA_TYPE_CLIENT (dheera_client_get_type ())

DHEERA_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (DheeraClient, dheera_client, DHEERA, CLIENT, GObject)

DHEERA_AVAILABLE_IN_0_1
DheeraClient      *dheera_client_new                     (void) G_GNUC_WARN_UNUSED_RESULT;
DHEERA_AVAILABLE_IN_0_1
DheeraClient      *dheera_client_new_with_session        (SoupSession *session) G_GNUC_WARN_UNUSED_RESULT;

DHEERA_AVAILABLE_IN_0_1
DheeraClient      *dheera_client_get_default             (void);
DHEERA_AVAILABLE_IN_0_1
void               dheera_client_make_default            (DheeraClient *self);
DHEERA_AVAILABLE_IN_0_1
void               dheera_clear_default_client           (void);

DHEERA_AVAILABLE_IN_0_1
SoupSession       *dheera_client_get_session             (DheeraClient *self);
DHEERA_AVAILABLE_IN_0_1
DheeraSessionOptions *dheera_client_get_session_options  (DheeraClient *self);

DHEERA_AVAILABLE_IN_0_1
double             dheera_client_get_timeout             (DheeraClient *self);
DHEERA_AVAILABLE_IN_0_1
void               dheera_client_set_timeout             (DheeraClient *self,
                                                          double        timeout);
DHEERA_AVAILABLE_IN_0_1
double             dheera_client_get_connect_timeout     (DheeraClient *self);
DHEERA_AVAILABLE_IN_0_1
void               dheera_client_set_connect_timeout     (DheeraClient *self,
                                                          double        timeout);
DHEERA_AVAILABLE_IN_0_1
double             dheera_client_get_first_token_timeout (DheeraClient *self);
DHEERA_AVAILABLE_IN_0_1
void               dheera_client_set_first_token_timeout (DheeraClient *self,
                                                          double        timeout);
DHEERA_AVAILABLE_IN_0_1
double             dheera_client_get_idle_timeout        (DheeraClient *self);
DHEERA_AVAILABLE_IN_0_1
void               dheera_client_set_idle_timeout        (DheeraClient *self,
                                                          double        timeout);
DHEERA_AVAILABLE_IN_0_1
guint              dheera_client_get_max_retries         (DheeraClient *self);
DHEERA_AVAILABLE_IN_0_1
void               dheera_client_set_max_retries         (DheeraClient *self,
                                                          guint         max_retries);
DHEERA_AVAILABLE_IN_0_1
DheeraParamPolicy  dheera_client_get_param_policy        (DheeraClient      *self);
DHEERA_AVAILABLE_IN_0_1
void               dheera_client_set_param_policy        (DheeraClient      *self,
                                                          DheeraParamPolicy  policy);
DHEERA_AVAILABLE_IN_0_1
const char        *dheera_client_get_default_model       (DheeraClient *self);
DHEERA_AVAILABLE_IN_0_1
void               dheera_client_set_default_model       (DheeraClient *self,
                                                          const char   *model);

DHEERA_AVAILABLE_IN_0_1
DheeraCapture      dheera_client_get_capture             (DheeraClient *self);
DHEERA_AVAILABLE_IN_0_1
void               dheera_client_set_capture             (DheeraClient  *self,
                                                          DheeraCapture  capture);
DHEERA_AVAILABLE_IN_0_1
guint              dheera_client_get_capture_limit       (DheeraClient *self);
DHEERA_AVAILABLE_IN_0_1
void               dheera_client_set_capture_limit       (DheeraClient *self,
                                                          guint         limit);

DHEERA_AVAILABLE_IN_0_1
GListModel        *dheera_client_get_providers           (DheeraClient   *self);
DHEERA_AVAILABLE_IN_0_1
void               dheera_client_add_provider            (DheeraClient   *self,
                                                          DheeraProvider *provider);
DHEERA_AVAILABLE_IN_0_1
DheeraProvider    *dheera_client_get_provider            (DheeraClient   *self,
                                                          const char     *id);

DHEERA_AVAILABLE_IN_0_1
void               dheera_client_add_middleware          (DheeraClient         *self,
                                                          DheeraMiddlewareFunc  func,
                                                          gpointer              user_data,
                                                          GDestroyNotify        destroy);

DHEERA_AVAILABLE_IN_0_1
DheeraResponse    *dheera_client_complete                (DheeraClient         *self,
                                                          DheeraRequest        *request,
                                                          GCancellable         *cancellable,
                                                          GError              **error) G_GNUC_WARN_UNUSED_RESULT;
DHEERA_AVAILABLE_IN_0_1
void               dheera_client_complete_async          (DheeraClient         *self,
                                                          DheeraRequest        *request,
                                                          GCancellable         *cancellable,
                                                          GAsyncReadyCallback   callback,
                                                          gpointer              user_data);
DHEERA_AVAILABLE_IN_0_1
DheeraResponse    *dheera_client_complete_finish         (DheeraClient         *self,
                                                          GAsyncResult         *result,
                                                          GError              **error) G_GNUC_WARN_UNUSED_RESULT;

DHEERA_AVAILABLE_IN_0_1
DheeraStream      *dheera_client_stream                  (DheeraClient         *self,
                                                          DheeraRequest        *request) G_GNUC_WARN_UNUSED_RESULT;

DHEERA_AVAILABLE_IN_0_1
DheeraResponse    *dheera_client_run                     (DheeraClient         *self,
                                                          DheeraRequest        *request,
                                                          GCancellable         *cancellable,
                                                          GError              **error) G_GNUC_WARN_UNUSED_RESULT;
DHEERA_AVAILABLE_IN_0_1
void               dheera_client_run_async               (DheeraClient         *self,
                                                          DheeraRequest        *request,
                                                          GCancellable         *cancellable,
                                                          GAsyncReadyCallback   callback,
                                                          gpointer              user_data);
DHEERA_AVAILABLE_IN_0_1
DheeraResponse    *dheera_client_run_finish              (DheeraClient         *self,
                                                          GAsyncResult         *result,
                                                          GError              **error) G_GNUC_WARN_UNUSED_RESULT;

DHEERA_AVAILABLE_IN_0_1
DheeraStream      *dheera_client_run_stream              (DheeraClient         *self,
                                                          DheeraRequest        *request) G_GNUC_WARN_UNUSED_RESULT;

DHEERA_AVAILABLE_IN_0_1
GListModel        *dheera_client_list_models             (DheeraClient         *self,
                                                          DheeraModelsRequest  *request,
                                                          GCancellable         *cancellable,
                                                          GError              **error) G_GNUC_WARN_UNUSED_RESULT;
DHEERA_AVAILABLE_IN_0_1
void               dheera_client_list_models_async       (DheeraClient         *self,
                                                          DheeraModelsRequest  *request,
                                                          GCancellable         *cancellable,
                                                          GAsyncReadyCallback   callback,
                                                          gpointer              user_data);
DHEERA_AVAILABLE_IN_0_1
GListModel        *dheera_client_list_models_finish      (DheeraClient         *self,
                                                          GAsyncResult         *result,
                                                          GError              **error) G_GNUC_WARN_UNUSED_RESULT;

DHEERA_AVAILABLE_IN_0_1
gboolean           dheera_client_load_model_data         (DheeraClient         *self,
                                                          const char           *json,
                                                          GError              **error);
DHEERA_AVAILABLE_IN_0_1
gboolean           dheera_client_check_model             (DheeraClient         *self,
                                                          const char           *name,
                                                          GError              **error);
DHEERA_AVAILABLE_IN_0_1
DheeraModel       *dheera_client_find_model              (DheeraClient         *self,
                                                          const char           *name) G_GNUC_WARN_UNUSED_RESULT;
DHEERA_AVAILABLE_IN_0_1
const char        *dheera_client_get_model_data_date     (void);

DHEERA_AVAILABLE_IN_0_1
void               dheera_client_cancel_all              (DheeraClient *self);

G_END_DECLS
