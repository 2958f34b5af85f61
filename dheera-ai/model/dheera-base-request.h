/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libsoup/soup.h>

#include "dheera-types.h"

G_BEGIN_DECLS

#define DHEERA_TYPE_BASE_REQUEST (dheera_base_request_get_type ())

DHEERA_AVAILABLE_IN_0_1
_DHEERA_DECLARE_CLASS (DheeraBaseRequest, dheera_base_request, BASE_REQUEST)

DHEERA_AVAILABLE_IN_0_1
const char  *dheera_base_request_get_model               (DheeraBaseRequest *self);
DHEERA_AVAILABLE_IN_0_1
void         dheera_base_request_set_model               (DheeraBaseRequest *self,
                                                          const char        *model);
DHEERA_AVAILABLE_IN_0_1
const char  *dheera_base_request_get_provider            (DheeraBaseRequest *self);
DHEERA_AVAILABLE_IN_0_1
void         dheera_base_request_set_provider            (DheeraBaseRequest *self,
                                                          const char        *provider);
DHEERA_AVAILABLE_IN_0_1
SoupSession *dheera_base_request_get_session             (DheeraBaseRequest *self);
DHEERA_AVAILABLE_IN_0_1
void         dheera_base_request_set_session             (DheeraBaseRequest *self,
                                                          SoupSession       *session);
DHEERA_AVAILABLE_IN_0_1
double       dheera_base_request_get_timeout             (DheeraBaseRequest *self);
DHEERA_AVAILABLE_IN_0_1
void         dheera_base_request_set_timeout             (DheeraBaseRequest *self,
                                                          double             timeout);
DHEERA_AVAILABLE_IN_0_1
double       dheera_base_request_get_first_token_timeout (DheeraBaseRequest *self);
DHEERA_AVAILABLE_IN_0_1
void         dheera_base_request_set_first_token_timeout (DheeraBaseRequest *self,
                                                          double             timeout);
DHEERA_AVAILABLE_IN_0_1
double       dheera_base_request_get_idle_timeout        (DheeraBaseRequest *self);
DHEERA_AVAILABLE_IN_0_1
void         dheera_base_request_set_idle_timeout        (DheeraBaseRequest *self,
                                                          double             timeout);
DHEERA_AVAILABLE_IN_0_1
int          dheera_base_request_get_max_retries         (DheeraBaseRequest *self);
DHEERA_AVAILABLE_IN_0_1
void         dheera_base_request_set_max_retries         (DheeraBaseRequest *self,
                                                          int                max_retries);
DHEERA_AVAILABLE_IN_0_1
void         dheera_base_request_set_api_key             (DheeraBaseRequest *self,
                                                          const char        *api_key);
DHEERA_AVAILABLE_IN_0_1
const char  *dheera_base_request_get_base_url            (DheeraBaseRequest *self);
DHEERA_AVAILABLE_IN_0_1
void         dheera_base_request_set_base_url            (DheeraBaseRequest *self,
                                                          const char        *base_url);
DHEERA_AVAILABLE_IN_0_1
const char  *dheera_base_request_get_extra               (DheeraBaseRequest *self);
DHEERA_AVAILABLE_IN_0_1
void         dheera_base_request_set_extra               (DheeraBaseRequest *self,
                                                          const char        *extra);
DHEERA_AVAILABLE_IN_0_1
const char  *dheera_base_request_get_traceparent         (DheeraBaseRequest *self);
DHEERA_AVAILABLE_IN_0_1
void         dheera_base_request_set_traceparent         (DheeraBaseRequest *self,
                                                          const char        *traceparent);
DHEERA_AVAILABLE_IN_0_1
const char  *dheera_base_request_get_tracestate          (DheeraBaseRequest *self);
DHEERA_AVAILABLE_IN_0_1
void         dheera_base_request_set_tracestate          (DheeraBaseRequest *self,
                                                          const char        *tracestate);
DHEERA_AVAILABLE_IN_0_1
void         dheera_base_request_set_header              (DheeraBaseRequest *self,
                                                          const char        *name,
                                                          const char        *value);

G_END_DECLS
