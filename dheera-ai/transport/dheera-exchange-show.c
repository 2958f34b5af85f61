/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-exchange-internal-private.h"

/* What may be seen of an exchange when it is over, for whoever asked for that. */

void
dheera_exchange_show_here (DheeraExchange *self,
                           DheeraShown    *shown)
{
  const char *const *secrets;

  shown->secrets = dheera_redact_list_secrets (self->message, self->auth_header, self->key);
  secrets = (const char *const *) shown->secrets;
  shown->request_headers = dheera_redact_request_headers (self->message, self->auth_header, secrets);
  if (soup_message_get_status (self->message) != SOUP_STATUS_NONE)
    shown->response_headers = dheera_redact_response_headers (self->message, self->auth_header, secrets);
}

/* A stream may be dropped in any thread, and the message is libsoup's in the one of its context. */
static gboolean
show_in_context (DheeraExchange *self,
                 DheeraShown    *shown)
{
  g_autoptr(GMainContext) context = g_main_context_ref (self->context);

  if (!g_main_context_acquire (context))
    return FALSE;
  dheera_exchange_show_here (self, shown);
  g_main_context_release (context);
  return TRUE;
}

gboolean
dheera_exchange_show (DheeraExchange *self,
                      DheeraShown    *shown)
{
  *shown = (DheeraShown) { NULL };
  if (self->message == NULL || self->stats.start == 0)
    return FALSE;

  if (self->mode == DHEERA_MODE_CONTEXT && self->context != NULL)
    return show_in_context (self, shown);
  /* A message that was given up may still be libsoup's, in its thread. */
  if (self->mode == DHEERA_MODE_WORKER && !dheera_worker_is_here ())
    dheera_worker_show (self, shown);
  else
    dheera_exchange_show_here (self, shown);
  return TRUE;
}

void
dheera_shown_clear (DheeraShown *self)
{
  g_clear_pointer (&self->secrets, dheera_redact_free_secrets);
  g_clear_pointer (&self->request_headers, g_free);
  g_clear_pointer (&self->response_headers, g_free);
}
