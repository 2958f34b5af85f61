/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-tool-loop-private.h"

#include "dheera-ai/model/errors/dheera-error-private.h"
#include "dheera-ai/model/messages/dheera-conversation-private.h"
#include "dheera-ai/model/messages/dheera-message-private.h"
#include "dheera-ai/model/responses/dheera-response-private.h"
#include "dheera-ai/model/responses/dheera-usage-private.h"
#include "dheera-ai/providers/dheera-provider-private.h"

/* --- Steps --------------------------------------------------------------------------------------------------------------------------- */

/* All steps go the same way, whoever is made the default client meanwhile. */
static void
share_transport (DheeraToolLoop  *self,
                 DheeraOperation *operation)
{
  if (self->transport == NULL)
    {
      self->transport = dheera_transport_ref (operation->transport);
      g_set_object (&self->session, operation->session);
      return;
    }

  dheera_transport_ref (self->transport);
  dheera_transport_unref (operation->transport);
  operation->transport = self->transport;
  g_set_object (&operation->session, self->session);
}

static void
begin_step (DheeraToolLoop *self)
{
  DheeraOperation *old = self->operation;
  DheeraOperation *operation = dheera_operation_new (self->client, self->endpoint, DHEERA_BASE_REQUEST (self->request));

  share_transport (self, operation);
  g_set_object (&operation->call->cancellable, self->cancellable);
  self->n_steps++;
  self->operation = operation;
  self->state = DHEERA_LOOP_ANSWERING;
  if (old != NULL && self->next_step != NULL)
    self->next_step (self, old, self->next_step_data);
  g_clear_pointer (&old, dheera_operation_free);
}

/* A model that had to call a tool has done so: held to it further, it would never come to an end. */
static void
relax_tool_choice (DheeraToolLoop *self)
{
  const char *choice = dheera_request_get_tool_choice (self->request);

  if (choice != NULL && !g_str_equal (choice, "auto") && !g_str_equal (choice, "none"))
    dheera_request_set_tool_choice (self->request, NULL);
}

static void
check_request (DheeraToolLoop *self)
{
  DheeraOperation *operation = self->operation;

  if (operation->error == NULL && dheera_request_get_n (self->request) > 1)
    {
      dheera_set_invalid_request (&operation->error, "n", "n is %d, but a run goes on with one answer; it has to be 1 or left unset.",
                                  dheera_request_get_n (self->request));
      g_set_object (&operation->call->error_details, dheera_error_get_details (operation->error));
    }
}

DheeraToolLoop *
dheera_tool_loop_new (DheeraClient         *client,
                      const DheeraEndpoint *endpoint,
                      DheeraRequest        *request)
{
  DheeraToolLoop *self = g_new0 (DheeraToolLoop, 1);

  self->client = g_object_ref (client);
  self->endpoint = endpoint;
  self->request = dheera_request_copy (request);
  self->conversation = g_object_ref (dheera_request_get_conversation (request));
  self->cancellable = g_cancellable_new ();
  self->tools = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < dheera_request_get_n_tools (request); i++)
    g_ptr_array_add (self->tools, g_object_ref (dheera_request_peek_tool (request, i)));

  begin_step (self);
  check_request (self);
  return self;
}

void
dheera_tool_loop_free (DheeraToolLoop *self)
{
  if (self->run != NULL)
    dheera_loop_run_abandon (self->run);
  if (self->round != NULL)
    dheera_client_remove_call (self->client, self->operation->call);
  g_clear_pointer (&self->round, dheera_tool_round_free);
  g_clear_pointer (&self->operation, dheera_operation_free);
  g_clear_pointer (&self->transport, dheera_transport_unref);
  g_clear_object (&self->session);
  g_clear_object (&self->usage);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->conversation);
  g_clear_object (&self->request);
  g_clear_object (&self->client);
  g_ptr_array_unref (self->tools);
  g_free (self);
}

/* --- Ends ---------------------------------------------------------------------------------------------------------------------------- */

/* Takes error. details (nullable) is what is known of it. */
static void
fail (DheeraToolLoop     *self,
      GError             *error,
      DheeraErrorDetails *details)
{
  DheeraOperation *operation = self->operation;

  g_clear_object (&operation->result);
  g_clear_error (&operation->error);
  operation->error = error;
  g_set_object (&operation->call->error_details, details);
  self->state = DHEERA_LOOP_DONE;
}

static void
fail_with_code (DheeraToolLoop *self,
                DheeraError     code,
                const char     *message)
{
  DheeraFailure failure = DHEERA_FAILURE_INIT;
  g_autoptr(DheeraErrorDetails) details = NULL;

  failure.code = code;
  failure.message = message;
  failure.provider = self->operation->call->provider;
  failure.model = self->operation->call->model;
  details = dheera_error_details_new (&failure);
  fail (self, dheera_error_new_with_details (code, details, message), details);
}

static void
fail_cancelled (DheeraToolLoop *self)
{
  fail (self, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The run was cancelled."), NULL);
}

static void
fail_at_limit (DheeraToolLoop *self)
{
  g_autofree char *message = g_strdup_printf ("The model %s at %s still called tools in step %u, the last one of the run: its calls were not made. Raise max-steps, "
                                              "or run the request again to go on from there.",
                                              self->operation->call->model, self->operation->call->provider, self->n_steps);

  fail_with_code (self, DHEERA_ERROR_STEP_LIMIT, message);
}

/* --- The answer of a step -------------------------------------------------------------------------------------------------------------- */

static void
add_usage (DheeraToolLoop *self,
           DheeraUsage    *usage)
{
  g_autoptr(DheeraUsage) sum = NULL;

  if (self->n_steps == 1 && usage != NULL)
    sum = dheera_usage_copy (usage);
  else if (self->usage != NULL && usage != NULL)
    sum = dheera_usage_new_sum (self->usage, usage);
  g_set_object (&self->usage, sum);
}

/* No provider takes an assistant's turn without anything in it. */
static gboolean
is_empty (DheeraMessage *message)
{
  return *dheera_message_get_text (message) == '\0' && *dheera_message_get_refusal (message) == '\0' && dheera_message_get_n_parts (message) == 0 &&
         dheera_message_get_n_natives (message) == 0;
}

static void
finish (DheeraToolLoop *self,
        DheeraMessage  *message)
{
  self->state = DHEERA_LOOP_DONE;
  if (!is_empty (message))
    dheera_conversation_append (self->conversation, message);
}

static void
begin_round (DheeraToolLoop *self,
             DheeraMessage  *message)
{
  gboolean parallel = dheera_request_get_parallel_tool_calls (self->request) != DHEERA_TRISTATE_NO;

  self->round = dheera_tool_round_new (message, self->tools, parallel);
  self->state = DHEERA_LOOP_CALLING;
  /* The call of the step has ended, but cancel_all() means what it leads to as well. */
  dheera_client_add_call (self->client, self->operation->call);
}

void
dheera_tool_loop_answered (DheeraToolLoop *self)
{
  DheeraOperation *operation = self->operation;
  DheeraResponse *response;
  DheeraMessage *message;

  if (self->state != DHEERA_LOOP_ANSWERING || operation->step != DHEERA_STEP_DONE)
    return;
  if (operation->error != NULL)
    {
      self->state = DHEERA_LOOP_DONE;
      return;
    }

  response = DHEERA_RESPONSE (operation->result);
  message = dheera_response_get_message (response);
  add_usage (self, dheera_response_get_usage (response));
  dheera_response_set_steps (response, self->n_steps, self->usage);
  if (dheera_message_get_n_tool_calls (message) == 0)
    finish (self, message);
  else if (self->n_steps >= (guint) dheera_request_get_max_steps (self->request))
    fail_at_limit (self);
  else
    begin_round (self, message);
}

/* --- The results of a round -------------------------------------------------------------------------------------------------------------- */

/* The turn of the model and the results come into the conversation together, so that it is one that every provider takes at any time. What is sent next is a copy: others may
 * change what they see. */
static void
close_round (DheeraToolLoop *self,
             const char     *why)
{
  DheeraToolRound *round = g_steal_pointer (&self->round);
  g_autoptr(GPtrArray) messages = dheera_tool_round_close (round, why);
  DheeraConversation *sent = dheera_request_get_conversation (self->request);

  for (guint i = 0; i < messages->len; i++)
    {
      g_autoptr(DheeraMessage) copy = dheera_message_copy (g_ptr_array_index (messages, i));

      dheera_conversation_append (sent, copy);
    }
  dheera_client_remove_call (self->client, self->operation->call);
  dheera_conversation_append_all (self->conversation, messages);
}

void
dheera_tool_loop_called (DheeraToolLoop *self)
{
  close_round (self, "");
  if (g_cancellable_is_cancelled (self->cancellable))
    {
      fail_cancelled (self);
      return;
    }

  relax_tool_choice (self);
  begin_step (self);
}

void
dheera_tool_loop_timed_out (DheeraToolLoop *self)
{
  g_autofree char *name = dheera_tool_round_dup_waiting (self->round);
  g_autofree char *message = NULL;

  message = g_strdup_printf ("The tool “%s” gave no answer within the timeout of %g seconds.%s", name, self->operation->total_timeout,
                             self->operation->blocking ? " A run that blocks iterates no main context: its tools answer at once, or from another thread." : "");
  close_round (self, "The tool did not answer in time.");
  fail_with_code (self, DHEERA_ERROR_TIMEOUT, message);
}

void
dheera_tool_loop_cancelled (DheeraToolLoop *self)
{
  if (self->state == DHEERA_LOOP_ANSWERING)
    {
      dheera_operation_cancelled (self->operation);
      dheera_tool_loop_answered (self);
    }
  if (self->state == DHEERA_LOOP_CALLING)
    {
      close_round (self, "The call was cancelled.");
      fail_cancelled (self);
    }
}

gboolean
dheera_tool_loop_has_reached (DheeraToolLoop *self,
                              DheeraUntil     until)
{
  DheeraAccumulator *accumulator = dheera_operation_get_accumulator (self->operation);

  if (self->state == DHEERA_LOOP_DONE)
    return TRUE;
  return until == DHEERA_UNTIL_DELTA && accumulator != NULL && dheera_accumulator_has_delta (accumulator);
}

gint64
dheera_tool_loop_get_deadline (DheeraToolLoop *self)
{
  double timeout = self->operation->total_timeout;

  return timeout > 0 ? g_get_monotonic_time () + (gint64) (MIN (timeout, 1e9) * G_USEC_PER_SEC) : 0;
}
