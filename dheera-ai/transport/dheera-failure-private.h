/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-exchange-private.h"

G_BEGIN_DECLS

/* What went wrong, in words: of libsoup's errors, of answers that are none, of deadlines. And the one renderer of a request for whoever wants to see it. */

GError         *dheera_failure_from_libsoup      (DheeraExchange *self,
                                                  const GError   *error);
GError         *dheera_failure_from_answer       (DheeraExchange *self);
gboolean        dheera_failure_is_coded_twice    (SoupMessage    *message);
GError         *dheera_failure_from_deadline     (DheeraExchange *self);

gboolean        dheera_redact_is_secret_header   (const char *name,
                                                  const char *auth_header);
char           *dheera_redact_message            (SoupMessage *message,
                                                  const char  *auth_header);
/* Headers alone, a line for each. Of a request only the values that are known to be harmless are shown, of an answer those whose names do not speak of secrets. */
char           *dheera_redact_request_headers    (SoupMessage       *message,
                                                  const char        *auth_header,
                                                  const char *const *secrets);
char           *dheera_redact_response_headers   (SoupMessage       *message,
                                                  const char        *auth_header,
                                                  const char *const *secrets);
/* dheera_exchange_show() in the thread that the message belongs to */
void            dheera_exchange_show_here        (DheeraExchange *self,
                                                  DheeraShown    *shown);
/* What a request has in headers and fields of its query whose names speak of secrets */
char          **dheera_redact_list_named_secrets (SoupMessage *message,
                                                  const char  *auth_header);
/* That, the key, and whatever else the headers hold that may be secret */
char          **dheera_redact_list_secrets       (SoupMessage *message,
                                                  const char  *auth_header,
                                                  const char  *key);
/* Overwrites them. NULL is nothing to do. */
void            dheera_redact_free_secrets       (char       **secrets);

G_END_DECLS
