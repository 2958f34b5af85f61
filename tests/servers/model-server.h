/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <libsoup/soup.h>

#include "model-answers.h"

G_BEGIN_DECLS

/* A small server of every protocol in a thread of its own: over plain HTTP/1.1, TLS, or TLS with HTTP/2. It always gives the same answer (model-answers.h), and counts.
 * Its certificate is signed by the authority of fault_server_new_database(). */

typedef enum
{
  MODEL_SERVER_PLAIN,
  MODEL_SERVER_TLS,
  MODEL_SERVER_TLS_HTTP2,
} ModelServerKind;

#define MODEL_SERVER_TEXT MODEL_ANSWERS_TEXT

typedef struct _ModelServer ModelServer;

ModelServer     *model_server_new             (ModelServerKind kind);
void             model_server_free            (ModelServer *self);
const char      *model_server_get_base_url    (ModelServer *self);
/* Since the start or the last model_server_reset() */
void             model_server_reset           (ModelServer *self);
guint            model_server_get_connections (ModelServer *self);
guint            model_server_get_requests    (ModelServer *self);
/* The protocol of the last request */
SoupHTTPVersion  model_server_get_version     (ModelServer *self);

/* From now on no answer is given until so many are waited for, and then all of them at once; 0 for the usual. */
void             model_server_hold            (ModelServer *self,
                                               guint        n);
/* Gives each answer so many milliseconds after its request was read. */
void             model_server_delay           (ModelServer *self,
                                               guint        ms);
/* How many requests have been without their answer at the same time, at the most */
guint            model_server_get_most        (ModelServer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ModelServer, model_server_free)

G_END_DECLS
