/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What an exchange can be in the middle of; dheera-exchange-internal-private.h has the exchange itself. */

/* How far it is */
typedef enum
{
  DHEERA_PHASE_NEW,
  DHEERA_PHASE_QUEUED,     /* waits for the gate */
  DHEERA_PHASE_CONNECTING, /* libsoup has the message */
  DHEERA_PHASE_SENT,       /* the request is on its way */
  DHEERA_PHASE_BODY,       /* the head is there */
  DHEERA_PHASE_CLOSED,
} DheeraPhase;

/* Who ended it; the first one counts. */
typedef enum
{
  DHEERA_STOP_NONE,
  DHEERA_STOP_CANCELLED,
  DHEERA_STOP_DEADLINE,
  DHEERA_STOP_FAULT, /* we saw something that must not go on; self->fault says what */
} DheeraStop;

/* Which of the time limits */
typedef enum
{
  DHEERA_DEADLINE_NONE,
  DHEERA_DEADLINE_CONNECT,
  DHEERA_DEADLINE_FIRST_TOKEN,
  DHEERA_DEADLINE_IDLE,
  DHEERA_DEADLINE_TOTAL,
} DheeraDeadline;

/* Whose thread does the work */
typedef enum
{
  DHEERA_MODE_NONE,
  DHEERA_MODE_BLOCKING,
  DHEERA_MODE_CONTEXT,
  DHEERA_MODE_WORKER, /* blocking for the caller, asynchronous in the worker's context */
} DheeraMode;

/* What an asynchronous caller waits for */
typedef enum
{
  DHEERA_PENDING_NONE,
  DHEERA_PENDING_SEND,
  DHEERA_PENDING_WAIT, /* for something to read */
} DheeraPending;

G_END_DECLS
