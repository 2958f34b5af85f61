/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include <dheera-ai/dheera-version.h>

G_BEGIN_DECLS

/**
 * DHEERA_ERROR:
 *
 * The error domain of this library.
 *
 * Since: 0.1
 */
#define DHEERA_ERROR (dheera_error_quark ())

/**
 * DheeraError:
 * @DHEERA_ERROR_INVALID_REQUEST: the request is wrong: a value is out of its range, some JSON does
 *   not parse, or the provider refused it as malformed
 * @DHEERA_ERROR_UNSUPPORTED_PARAMETER: the provider or the model does not take a parameter that was
 *   set
 * @DHEERA_ERROR_NOT_SUPPORTED: the provider, or this platform, can't do what was asked for at all
 * @DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED: the conversation does not fit into the context window of
 *   the model
 * @DHEERA_ERROR_CONTENT_POLICY: the provider refused the content
 * @DHEERA_ERROR_AUTHENTICATION: there is no key, or it was not accepted
 * @DHEERA_ERROR_PERMISSION: the key is good, but not for this
 * @DHEERA_ERROR_QUOTA: credit or a quota is used up; waiting does not help
 * @DHEERA_ERROR_NOT_FOUND: there is no such model, deployment or endpoint
 * @DHEERA_ERROR_CONFLICT: the provider's state does not allow it now
 * @DHEERA_ERROR_REQUEST_TOO_LARGE: the request has too many bytes
 * @DHEERA_ERROR_RATE_LIMIT: too many requests or tokens for now
 * @DHEERA_ERROR_OVERLOADED: the provider is up, but has no room for this request
 * @DHEERA_ERROR_TIMEOUT: one of the timeouts passed
 * @DHEERA_ERROR_SERVER: the provider failed
 * @DHEERA_ERROR_CONNECTION: the provider could not be reached, or the connection broke before an
 *   answer came
 * @DHEERA_ERROR_TLS: the provider's certificate, or the handshake, was not acceptable
 * @DHEERA_ERROR_PROXY: the proxy failed or refused
 * @DHEERA_ERROR_STREAM_INTERRUPTED: the stream ended before the answer did; what came is kept
 * @DHEERA_ERROR_STREAM_ERROR: the provider reported an error in the middle of a stream
 * @DHEERA_ERROR_PROTOCOL: the answer is not what the provider's protocol allows
 * @DHEERA_ERROR_INVALID_OUTPUT: the model's answer is not what was asked for, such as JSON that
 *   does not follow the schema
 * @DHEERA_ERROR_STEP_LIMIT: the tool loop did not come to an end within its steps
 * @DHEERA_ERROR_UNKNOWN_MODEL: the name of the model says nothing about its provider
 * @DHEERA_ERROR_BUDGET_EXCEEDED: a spending limit was reached
 * @DHEERA_ERROR_FAILED: anything else
 *
 * Codes of %DHEERA_ERROR. A call that was cancelled ends with %G_IO_ERROR_CANCELLED instead.
 *
 * [class@ErrorDetails] tells more than the code does.
 *
 * Since: 0.1
 */
typedef enum
{
  DHEERA_ERROR_INVALID_REQUEST,
  DHEERA_ERROR_UNSUPPORTED_PARAMETER,
  DHEERA_ERROR_NOT_SUPPORTED,
  DHEERA_ERROR_CONTEXT_LENGTH_EXCEEDED,
  DHEERA_ERROR_CONTENT_POLICY,
  DHEERA_ERROR_AUTHENTICATION,
  DHEERA_ERROR_PERMISSION,
  DHEERA_ERROR_QUOTA,
  DHEERA_ERROR_NOT_FOUND,
  DHEERA_ERROR_CONFLICT,
  DHEERA_ERROR_REQUEST_TOO_LARGE,
  DHEERA_ERROR_RATE_LIMIT,
  DHEERA_ERROR_OVERLOADED,
  DHEERA_ERROR_TIMEOUT,
  DHEERA_ERROR_SERVER,
  DHEERA_ERROR_CONNECTION,
  DHEERA_ERROR_TLS,
  DHEERA_ERROR_PROXY,
  DHEERA_ERROR_STREAM_INTERRUPTED,
  DHEERA_ERROR_STREAM_ERROR,
  DHEERA_ERROR_PROTOCOL,
  DHEERA_ERROR_INVALID_OUTPUT,
  DHEERA_ERROR_STEP_LIMIT,
  DHEERA_ERROR_UNKNOWN_MODEL,
  DHEERA_ERROR_BUDGET_EXCEEDED,
  DHEERA_ERROR_FAILED,
} DheeraError;

#define DHEERA_TYPE_ERROR_DETAILS (dheera_error_details_get_type ())

DHEERA_AVAILABLE_IN_0_1
G_DECLARE_FINAL_TYPE (DheeraErrorDetails, dheera_error_details, DHEERA, ERROR_DETAILS, GObject)

DHEERA_AVAILABLE_IN_0_1
GQuark              dheera_error_quark                     (void);
DHEERA_AVAILABLE_IN_0_1
DheeraErrorDetails *dheera_error_get_details               (const GError *error);

DHEERA_AVAILABLE_IN_0_1
DheeraErrorDetails *dheera_error_details_get_last          (void);

DHEERA_AVAILABLE_IN_0_1
DheeraError         dheera_error_details_get_code          (DheeraErrorDetails *self);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_error_details_get_message       (DheeraErrorDetails *self);
DHEERA_AVAILABLE_IN_0_1
guint               dheera_error_details_get_status        (DheeraErrorDetails *self);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_error_details_get_provider      (DheeraErrorDetails *self);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_error_details_get_model         (DheeraErrorDetails *self);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_error_details_get_provider_code (DheeraErrorDetails *self);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_error_details_get_provider_type (DheeraErrorDetails *self);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_error_details_get_param         (DheeraErrorDetails *self);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_error_details_get_request_id    (DheeraErrorDetails *self);
DHEERA_AVAILABLE_IN_0_1
double              dheera_error_details_get_retry_after   (DheeraErrorDetails *self);
DHEERA_AVAILABLE_IN_0_1
gboolean            dheera_error_details_get_retryable     (DheeraErrorDetails *self);
DHEERA_AVAILABLE_IN_0_1
const char         *dheera_error_details_get_body          (DheeraErrorDetails *self);

G_END_DECLS
