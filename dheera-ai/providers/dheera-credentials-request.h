/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include <dheera-ai/dheera-version.h>

G_BEGIN_DECLS

typedef struct _DheeraProvider DheeraProvider;

#define DHEERA_TYPE_CREDENTIALS_REQUEST (dheera_credentials_request_get_type ())

DHEERA_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (DheeraCredentialsRequest, dheera_credentials_request, DHEERA, CREDENTIALS_REQUEST, GObject)

DHEERA_AVAILABLE_IN_0_1
DheeraProvider *dheera_credentials_request_get_provider (DheeraCredentialsRequest *self);
DHEERA_AVAILABLE_IN_0_1
gboolean        dheera_credentials_request_get_refused  (DheeraCredentialsRequest *self);
DHEERA_AVAILABLE_IN_0_1
void            dheera_credentials_request_return_key   (DheeraCredentialsRequest *self,
                                                         const char               *key);
DHEERA_AVAILABLE_IN_0_1
void            dheera_credentials_request_return_error (DheeraCredentialsRequest *self,
                                                         const char               *message);

G_END_DECLS
