/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The offline model: an OpenAI-compatible server on loopback, inside this process, in a thread and main
 * context of its own.
 *
 * The provider "mock" points at it, so that a program's tests and demonstrations run over the real path –
 * the user's session, sockets, HTTP, SSE – without a network, a key or a bill. What it answers and how it
 * is told to misbehave is described for users in docs/mock.md. */

/* Starts the server when it does not run yet (in this process: a fork starts its own), and gives its base
 * URL, "http://127.0.0.1:PORT/SEGMENT/v1". SEGMENT can't be guessed, so that nobody else on the machine
 * meets it by accident. From any thread. */
char     *dheera_mock_server_dup_base_url (GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct
{
  guint64 connections; /* accepted */
  guint64 requests;
  guint64 finished;    /* answered to their end, errors included */
  guint64 broken;      /* cut off, as they were told to be */
  guint64 gone;        /* the client left before the end of its answer */
  guint64 words;       /* words handed to the network, in all streams */
} DheeraMockStats;

/* Since the server was started; all 0 when it was not. From any thread. */
void      dheera_mock_server_get_stats    (DheeraMockStats *stats);

/* Ends the thread and closes every socket; the next use starts anew. Called at exit. From any thread but
 * the server's own. */
void      dheera_mock_server_stop         (void);

G_END_DECLS
