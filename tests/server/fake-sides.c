/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fake-sides.h"

#include <string.h>

#include "dheera-ai/model/endpoints/dheera-embedding-response-private.h"
#include "dheera-ai/model/endpoints/dheera-model-private.h"
#include "dheera-ai/model/errors/dheera-error-private.h"
#include "dheera-ai/model/messages/dheera-message-private.h"
#include "dheera-ai/model/responses/dheera-delta-private.h"

/* --- A request of a client --------------------------------------------------------------------------------------------------------------- */

static const char *
fake_get_header (DheeraIncoming *incoming,
                 const char     *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);

  return g_hash_table_lookup (((FakeIncoming *) incoming)->headers, lower);
}

static void
take_fields (FakeIncoming           *self,
             guint                   status,
             const DheeraFrontField *fields)
{
  g_assert_cmpuint (self->status, ==, 0);
  self->status = status;
  for (; fields != NULL && fields->name != NULL; fields++)
    {
      char *name = g_ascii_strdown (fields->name, -1);

      g_assert_false (g_hash_table_contains (self->fields, name));
      g_assert_nonnull (fields->value);
      g_hash_table_insert (self->fields, name, g_strdup (fields->value));
    }
}

static void
fake_reply (DheeraIncoming         *incoming,
            guint                   status,
            const DheeraFrontField *fields,
            GBytes                 *body)
{
  FakeIncoming *self = (FakeIncoming *) incoming;
  gsize length = 0;
  const char *bytes = body != NULL ? g_bytes_get_data (body, &length) : "";

  take_fields (self, status, fields);
  g_string_append_len (self->body, bytes, (gssize) length);
  self->ended = TRUE;
}

static void
fake_begin (DheeraIncoming         *incoming,
            guint                   status,
            const DheeraFrontField *fields)
{
  FakeIncoming *self = (FakeIncoming *) incoming;

  take_fields (self, status, fields);
  self->begun = TRUE;
}

static gboolean
fake_write (DheeraIncoming *incoming,
            const char     *bytes,
            gsize           length)
{
  FakeIncoming *self = (FakeIncoming *) incoming;

  g_assert_true (self->begun && !self->ended);
  self->n_writes++;
  g_string_append_len (self->body, bytes, (gssize) length);

  return !self->full;
}

static void
fake_end (DheeraIncoming *incoming)
{
  FakeIncoming *self = (FakeIncoming *) incoming;

  g_assert_true (self->begun && !self->ended);
  self->ended = TRUE;
}

static void
fake_abort (DheeraIncoming *incoming)
{
  ((FakeIncoming *) incoming)->aborted = TRUE;
}

FakeIncoming *
fake_incoming_new (DheeraRoutes *routes,
                   const char   *method,
                   const char   *path,
                   const char   *headers)
{
  static const DheeraIncomingClass klass = { fake_get_header, fake_reply, fake_begin, fake_write, fake_end, fake_abort };
  FakeIncoming *self = g_new0 (FakeIncoming, 1);
  g_auto(GStrv) lines = g_strsplit (headers != NULL ? headers : "", "\n", -1);

  self->parent.klass = &klass;
  self->parent.method = g_strdup (method);
  self->parent.path = g_strdup (path);
  self->parent.peer = "127.0.0.1:5";
  self->routes = routes;
  self->headers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->fields = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->body = g_string_new (NULL);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto(GStrv) parts = g_strsplit (lines[i], ": ", 2);

      if (g_strv_length (parts) == 2)
        g_hash_table_insert (self->headers, g_ascii_strdown (parts[0], -1), g_strdup (parts[1]));
    }

  return self;
}

/* In two pieces, as a network would bring it; nothing of it after an answer. */
void
fake_incoming_send (FakeIncoming *self,
                    const char   *body)
{
  gsize length = body != NULL ? strlen (body) : 0;
  gsize half = length / 2;

  self->parent.has_body = body != NULL;
  dheera_routes_handler.on_head (&self->parent, self->routes);
  if (self->status == 0 && half > 0)
    dheera_routes_handler.on_body (&self->parent, (const guint8 *) body, half, self->routes);
  if (self->status == 0 && length > 0)
    dheera_routes_handler.on_body (&self->parent, (const guint8 *) body + half, length - half, self->routes);
  if (self->status == 0)
    dheera_routes_handler.on_body_end (&self->parent, self->routes);
}

void
fake_incoming_done (FakeIncoming *self)
{
  dheera_routes_handler.on_done (&self->parent, self->ended, self->routes);
  g_hash_table_unref (self->headers);
  g_hash_table_unref (self->fields);
  g_string_free (self->body, TRUE);
  g_free ((char *) self->parent.method);
  g_free ((char *) self->parent.path);
  g_free (self);
}

const char *
fake_incoming_get_field (FakeIncoming *self,
                         const char   *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);

  return g_hash_table_lookup (self->fields, lower);
}

/* --- Models ---------------------------------------------------------------------------------------------------------------------------------- */

static DheeraUpstreamCall *
fake_send (DheeraUpstream              *upstream,
           DheeraUpstreamOperation      operation,
           gpointer                     request,
           const DheeraUpstreamHandler *handler,
           gpointer                     data)
{
  FakeCall *call = g_new0 (FakeCall, 1);

  call->parent.klass = upstream->klass;
  call->operation = operation;
  call->request = g_object_ref (request);
  call->handler = handler;
  call->data = data;
  call->response = dheera_response_new ("fake");
  dheera_response_set_id (call->response, "chatcmpl-fake");
  dheera_response_set_model (call->response, "fake-model");
  g_ptr_array_add (((FakeUpstream *) upstream)->calls, call);

  return &call->parent;
}

static void
fake_pause (DheeraUpstreamCall *call)
{
  g_assert_false (((FakeCall *) call)->freed);
  ((FakeCall *) call)->paused = TRUE;
}

static void
fake_resume (DheeraUpstreamCall *call)
{
  g_assert_false (((FakeCall *) call)->freed);
  ((FakeCall *) call)->paused = FALSE;
}

static void
fake_cancel (DheeraUpstreamCall *call)
{
  FakeCall *self = (FakeCall *) call;

  g_assert_false (self->freed);
  self->cancelled = self->handler != NULL;
  self->handler = NULL;
  self->freed = TRUE;
}

static void
call_free (gpointer data)
{
  FakeCall *self = data;

  g_assert_true (self->freed);
  g_object_unref (self->request);
  g_object_unref (self->response);
  g_free (self);
}

static void
fake_free (DheeraUpstream *upstream)
{
  g_ptr_array_unref (((FakeUpstream *) upstream)->calls);
  g_free (upstream);
}

FakeUpstream *
fake_upstream_new (void)
{
  static const DheeraUpstreamClass klass = { fake_send, fake_pause, fake_resume, fake_cancel, fake_free };
  FakeUpstream *self = g_new0 (FakeUpstream, 1);

  self->parent.klass = &klass;
  self->calls = g_ptr_array_new_with_free_func (call_free);

  return self;
}

FakeCall *
fake_upstream_get (FakeUpstream *self,
                   guint         index)
{
  g_assert_cmpuint (index, <, self->calls->len);

  return g_ptr_array_index (self->calls, index);
}

static DheeraMessage *
get_message (FakeCall *self)
{
  return dheera_choice_get_message (dheera_response_ensure_choice (self->response, 0));
}

static void
append_text (FakeCall   *self,
             const char *text)
{
  DheeraMessage *message = get_message (self);

  if (message->text == NULL)
    message->text = g_string_new (NULL);
  g_string_append (message->text, text);
}

static void
say (FakeCall   *self,
     const char *text,
     gboolean    more)
{
  g_autoptr(DheeraDelta) delta = g_object_new (DHEERA_TYPE_DELTA, NULL);

  append_text (self, text);
  delta->response = g_object_ref (self->response);
  delta->text = g_strdup (text);
  self->handler->on_delta (delta, more, self->data);
}

void
fake_call_say (FakeCall   *self,
               const char *text)
{
  say (self, text, FALSE);
}

void
fake_call_say_and_go_on (FakeCall   *self,
                         const char *text)
{
  say (self, text, TRUE);
}

void
fake_call_answer (FakeCall   *self,
                  const char *text)
{
  const DheeraUpstreamHandler *handler = g_steal_pointer (&self->handler);

  if (text != NULL)
    append_text (self, text);
  handler->on_answer (self->response, self->data);
}

void
fake_call_answer_vector (FakeCall *self)
{
  const DheeraUpstreamHandler *handler = g_steal_pointer (&self->handler);
  g_autoptr(DheeraEmbeddingResponse) response = dheera_embedding_response_new ("fake");
  double *values = g_new (double, 2);

  values[0] = 0.25;
  values[1] = -0.5;
  dheera_embedding_response_take (response, values, NULL, 1, 2);
  handler->on_answer (response, self->data);
}

void
fake_call_answer_models (FakeCall   *self,
                         const char *provider,
                         const char *id)
{
  const DheeraUpstreamHandler *handler = g_steal_pointer (&self->handler);
  g_autoptr(GListStore) models = g_list_store_new (DHEERA_TYPE_MODEL);
  g_autoptr(DheeraModel) model = dheera_model_new (provider, id);

  g_list_store_append (models, model);
  handler->on_answer (models, self->data);
}

void
fake_call_fail (FakeCall    *self,
                DheeraError  code,
                const char  *message,
                double       retry_after)
{
  const DheeraUpstreamHandler *handler = g_steal_pointer (&self->handler);
  const DheeraFailure failure = { .code = code, .message = message, .retry_after = retry_after };
  g_autoptr(DheeraErrorDetails) details = dheera_error_details_new (&failure);
  g_autoptr(GError) error = dheera_error_new_with_details (code, details, message);

  handler->on_error (error, details, self->data);
}
