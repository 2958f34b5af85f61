/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-http-exchange.h"

#include "dheera-ai/transport/dheera-exchange-private.h"

G_BEGIN_DECLS

/* Filled in and run by dheera-middleware.c; the application may keep it, and read it later. */
struct _DheeraHttpExchange
{
  GObject parent_instance;

  DheeraHttpPhase phase;
  DheeraCall *call;
  const char *method; /* static */
  char *url;          /* redacted */
  guint attempt;
  guint status;
  gboolean for_token;

  /* While the functions run, and not longer */
  DheeraExchange *exchange; /* borrowed; NULL afterwards */
  const char *key;          /* borrowed: what no header may show; nullable */
  DheeraHttpRequest *added; /* its headers are what the functions have set */

  char *fault;              /* why the request can't be sent with a header that was set, nullable */
  char *refusal;            /* what refuse() was given, nullable */
};

DheeraHttpExchange *dheera_http_exchange_new (DheeraCall              *call,
                                              const DheeraHttpRequest *request,
                                              gboolean                 for_token) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
