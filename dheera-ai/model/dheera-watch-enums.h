/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <dheera-ai/dheera-version.h>

G_BEGIN_DECLS

/**
 * DheeraCapture:
 * @DHEERA_CAPTURE_NONE: nothing
 * @DHEERA_CAPTURE_HEADERS: the headers of request and answer, without what may hold a credential
 * @DHEERA_CAPTURE_BODIES: the bodies of request and answer, up to a limit and without the credentials
 *
 * What a client keeps of the HTTP requests and answers of its calls, for [class@Call] to show.
 *
 * Since: 0.1
 */
typedef enum /*< flags >*/
{
  DHEERA_CAPTURE_NONE = 0,
  DHEERA_CAPTURE_HEADERS = 1 << 0,
  DHEERA_CAPTURE_BODIES = 1 << 1,
} DheeraCapture;

/**
 * DheeraLogLevel:
 * @DHEERA_LOG_LEVEL_NONE: nothing is written
 * @DHEERA_LOG_LEVEL_MESSAGE: calls that failed
 * @DHEERA_LOG_LEVEL_INFO: all calls
 * @DHEERA_LOG_LEVEL_DEBUG: all calls, and each attempt of them
 *
 * How much a [class@Logger] writes: what has this level or a graver one.
 *
 * Since: 0.1
 */
typedef enum
{
  DHEERA_LOG_LEVEL_NONE,
  DHEERA_LOG_LEVEL_MESSAGE,
  DHEERA_LOG_LEVEL_INFO,
  DHEERA_LOG_LEVEL_DEBUG,
} DheeraLogLevel;

G_END_DECLS
