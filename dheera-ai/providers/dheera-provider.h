/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include <dheera-ai/dheera-version.h>
#include <dheera-ai/model/dheera-types.h>
#include <dheera-ai/providers/dheera-credentials-request.h>

G_BEGIN_DECLS

#define DHEERA_TYPE_PROVIDER (dheera_provider_get_type ())

DHEERA_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (DheeraProvider, dheera_provider, DHEERA, PROVIDER, GObject)

/**
 * DheeraCredentialsFunc:
 * @request: what is asked for
 * @user_data: (closure): the data given to [method@Provider.set_credentials_func]
 *
 * Answers a request for a key, at once or later.
 *
 * It is called in the thread that makes the call, which with a synchronous function may be any.
 *
 * Since: 0.1
 */
typedef void (*DheeraCredentialsFunc) (DheeraCredentialsRequest *request,
                                       gpointer                  user_data);

DHEERA_AVAILABLE_IN_0_1
DheeraProvider *dheera_provider_new                  (const char            *id) G_GNUC_WARN_UNUSED_RESULT;
DHEERA_AVAILABLE_IN_0_1
DheeraProvider *dheera_provider_new_compatible       (const char            *id,
                                                      const char            *base_url) G_GNUC_WARN_UNUSED_RESULT;
DHEERA_AVAILABLE_IN_0_1
const char     *dheera_provider_get_id               (DheeraProvider        *self);
DHEERA_AVAILABLE_IN_0_1
const char     *dheera_provider_get_name             (DheeraProvider        *self);
DHEERA_AVAILABLE_IN_0_1
const char     *dheera_provider_get_base_url         (DheeraProvider        *self);
DHEERA_AVAILABLE_IN_0_1
void            dheera_provider_set_base_url         (DheeraProvider        *self,
                                                      const char            *base_url);
DHEERA_AVAILABLE_IN_0_1
void            dheera_provider_set_api_key          (DheeraProvider        *self,
                                                      const char            *api_key);
DHEERA_AVAILABLE_IN_0_1
gboolean        dheera_provider_get_is_local         (DheeraProvider        *self);
DHEERA_AVAILABLE_IN_0_1
const char     *dheera_provider_get_organization     (DheeraProvider        *self);
DHEERA_AVAILABLE_IN_0_1
void            dheera_provider_set_organization     (DheeraProvider        *self,
                                                      const char            *organization);
DHEERA_AVAILABLE_IN_0_1
const char     *dheera_provider_get_project          (DheeraProvider        *self);
DHEERA_AVAILABLE_IN_0_1
void            dheera_provider_set_project          (DheeraProvider        *self,
                                                      const char            *project);
DHEERA_AVAILABLE_IN_0_1
const char     *dheera_provider_get_api_version      (DheeraProvider        *self);
DHEERA_AVAILABLE_IN_0_1
void            dheera_provider_set_api_version      (DheeraProvider        *self,
                                                      const char            *api_version);
DHEERA_AVAILABLE_IN_0_1
const char     *dheera_provider_get_region           (DheeraProvider        *self);
DHEERA_AVAILABLE_IN_0_1
void            dheera_provider_set_region           (DheeraProvider        *self,
                                                      const char            *region);
DHEERA_AVAILABLE_IN_0_1
void            dheera_provider_set_header           (DheeraProvider        *self,
                                                      const char            *name,
                                                      const char            *value);
DHEERA_AVAILABLE_IN_0_1
void            dheera_provider_set_credentials_func (DheeraProvider        *self,
                                                      DheeraCredentialsFunc  func,
                                                      gpointer               user_data,
                                                      GDestroyNotify         destroy);

DHEERA_AVAILABLE_IN_0_1
const char *const *dheera_provider_get_known_ids     (void);
DHEERA_AVAILABLE_IN_0_1
const char     *dheera_provider_get_primary_id       (DheeraProvider        *self);
DHEERA_AVAILABLE_IN_0_1
const char *const *dheera_provider_get_key_variables (DheeraProvider        *self);
DHEERA_AVAILABLE_IN_0_1
char           *dheera_provider_find_base_url        (DheeraProvider        *self,
                                                      GError               **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
