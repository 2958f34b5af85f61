/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-tool-round-private.h"

#include <string.h>

#include "dheera-ai/model/messages/dheera-message-private.h"
#include "dheera-ai/model/tools/dheera-tool-call-private.h"
#include "dheera-ai/model/tools/dheera-tool-private.h"

#define MAX_SHOWN 200 /* characters of arguments that are wrong */

/* What the tools and the run share. */
typedef struct
{
  gatomicrefcount ref_count;
  GMutex mutex;
  GCond cond;
  char **results; /* by the place of the call; NULL while there is none */
  gboolean *failed; /* likewise */
  guint n_results;
  guint n_open;   /* begun and not answered */
  gboolean closed;
  gboolean woken; /* by the cancellable */
  /* While the run waits on a main context */
  GMainContext *context;
  GSourceFunc func;
  gpointer user_data;
} Answers;

struct _DheeraToolRound
{
  DheeraMessage *message;
  GPtrArray *tools;
  gboolean parallel;
  guint n_begun;
  char **faults; /* of arguments that are no JSON object, by the place of the call; NULL for good ones */
  Answers *answers;
};

typedef struct
{
  Answers *answers;
  guint index;
} Question;

static Answers *
answers_new (guint n)
{
  Answers *self = g_new0 (Answers, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->results = g_new0 (char *, n);
  self->failed = g_new0 (gboolean, n);
  self->n_results = n;
  return self;
}

static Answers *
answers_ref (Answers *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

static void
answers_unref (gpointer data)
{
  Answers *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  for (guint i = 0; i < self->n_results; i++)
    g_free (self->results[i]);
  g_free (self->results);
  g_free (self->failed);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/* --- Answers, from any thread -------------------------------------------------------------------------------------------------------- */

static gboolean
answered_cb (gpointer data)
{
  Answers *self = data;
  GSourceFunc func;
  gpointer user_data;

  /* Set and cleared in this thread: whoever has stopped to wait does not hear of it any more. */
  g_mutex_lock (&self->mutex);
  func = self->func;
  user_data = self->user_data;
  self->func = NULL;
  g_mutex_unlock (&self->mutex);

  return func != NULL ? func (user_data) : G_SOURCE_REMOVE;
}

static void
wake (Answers *self)
{
  GSource *source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, answered_cb, answers_ref (self), answers_unref);
  g_source_attach (source, self->context);
  g_source_unref (source);
}

static void
put_answer (Answers    *self,
            guint       index,
            const char *text,
            gboolean    is_error)
{
  g_mutex_lock (&self->mutex);
  if (!self->closed)
    {
      /* In words too: not every provider can be told otherwise. */
      self->failed[index] = is_error;
      self->results[index] = is_error ? g_strconcat ("Error: ", text, NULL) : g_strdup (text);
      self->n_open--;
      if (self->n_open == 0)
        g_cond_signal (&self->cond);
      if (self->n_open == 0 && self->func != NULL)
        wake (self);
    }
  g_mutex_unlock (&self->mutex);
}

static void
answer_cb (const char *text,
           gboolean    is_error,
           gpointer    user_data)
{
  Question *question = user_data;

  put_answer (question->answers, question->index, text, is_error);
}

static void
question_free (gpointer data)
{
  Question *question = data;

  answers_unref (question->answers);
  g_free (question);
}

/* --- Calls --------------------------------------------------------------------------------------------------------------------------- */

/* What the arguments are not, and what they are; NULL when they are a JSON object. */
static char *
find_fault (DheeraToolCall *call)
{
  const char *arguments = dheera_tool_call_get_arguments (call);
  g_autofree char *fault = dheera_json_text_find_fault (arguments, DHEERA_JSON_OBJECT);
  g_autofree char *start = NULL;

  if (fault == NULL)
    return NULL;

  start = g_utf8_substring (arguments, 0, MIN (g_utf8_strlen (arguments, -1), MAX_SHOWN));
  return g_strdup_printf ("“%s” takes a JSON object. What it was called with %s: %s%s", dheera_tool_call_get_name (call), fault, start,
                          strlen (start) < strlen (arguments) ? "…" : "");
}

/* Arguments that were cut off, or are no JSON for another reason, are never sent again: there are providers that take no history with them. The result tells what they
 * were. */
static void
check_arguments (DheeraToolRound *self)
{
  for (guint i = 0; i < self->answers->n_results; i++)
    {
      DheeraToolCall *call = dheera_message_peek_tool_call (self->message, i);

      /* What some models write for a tool without parameters */
      if (g_str_equal (dheera_tool_call_get_arguments (call), "null"))
        g_string_assign (call->arguments, "{}");
      self->faults[i] = find_fault (call);
      if (self->faults[i] != NULL)
        g_string_assign (call->arguments, "{}");
    }
}

DheeraToolRound *
dheera_tool_round_new (DheeraMessage *message,
                       GPtrArray     *tools,
                       gboolean       parallel)
{
  DheeraToolRound *self = g_new0 (DheeraToolRound, 1);

  self->message = g_object_ref (message);
  self->tools = g_ptr_array_ref (tools);
  self->parallel = parallel;
  self->answers = answers_new (dheera_message_get_n_tool_calls (message));
  self->faults = g_new0 (char *, self->answers->n_results);
  check_arguments (self);
  return self;
}

static DheeraTool *
find_tool (DheeraToolRound *self,
           const char      *name)
{
  for (guint i = 0; i < self->tools->len; i++)
    {
      DheeraTool *tool = g_ptr_array_index (self->tools, i);

      if (g_strcmp0 (tool->name, name) == 0)
        return tool;
    }
  return NULL;
}

static char *
describe_unknown_tool (DheeraToolRound *self,
                       const char      *name)
{
  g_autoptr(GString) text = g_string_new (NULL);

  g_string_append_printf (text, "There is no tool “%s”.", name);
  for (guint i = 0; i < self->tools->len; i++)
    g_string_append_printf (text, "%s“%s”", i > 0 ? ", " : " There is: ", dheera_tool_get_name (g_ptr_array_index (self->tools, i)));
  if (self->tools->len > 0)
    g_string_append_c (text, '.');
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
begin_call (DheeraToolRound *self,
            guint            index)
{
  DheeraToolCall *call = dheera_message_peek_tool_call (self->message, index);
  DheeraTool *tool = find_tool (self, dheera_tool_call_get_name (call));
  g_autoptr(DheeraToolCall) waiting = NULL;
  g_autofree char *unknown = tool == NULL ? describe_unknown_tool (self, dheera_tool_call_get_name (call)) : NULL;
  Question *question = g_new0 (Question, 1);

  question->answers = answers_ref (self->answers);
  question->index = index;
  waiting = dheera_tool_call_new_waiting (call, answer_cb, question, question_free);

  g_mutex_lock (&self->answers->mutex);
  self->answers->n_open++;
  g_mutex_unlock (&self->answers->mutex);

  /* The model is told what is wrong, and may do better. */
  if (unknown != NULL)
    dheera_tool_call_return_error (waiting, unknown);
  else if (self->faults[index] != NULL)
    dheera_tool_call_return_error (waiting, self->faults[index]);
  else if (!dheera_tool_emit_call (tool, waiting))
    dheera_tool_call_return_error (waiting, "The application does not answer calls of this tool.");
}

static guint
count_open (DheeraToolRound *self)
{
  guint n;

  g_mutex_lock (&self->answers->mutex);
  n = self->answers->n_open;
  g_mutex_unlock (&self->answers->mutex);
  return n;
}

gboolean
dheera_tool_round_advance (DheeraToolRound *self)
{
  while (self->n_begun < self->answers->n_results && (self->parallel || count_open (self) == 0))
    begin_call (self, self->n_begun++);

  return self->n_begun == self->answers->n_results && count_open (self) == 0;
}

/* --- Waiting ------------------------------------------------------------------------------------------------------------------------- */

static void
cancelled_cb (GCancellable *cancellable,
              gpointer      data)
{
  Answers *answers = data;

  g_mutex_lock (&answers->mutex);
  answers->woken = TRUE;
  g_cond_signal (&answers->cond);
  g_mutex_unlock (&answers->mutex);
}

gboolean
dheera_tool_round_wait (DheeraToolRound *self,
                        gint64           until,
                        GCancellable    *cancellable)
{
  Answers *answers = self->answers;
  gulong id = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), answers_ref (answers), answers_unref);
  gboolean in_time = TRUE;
  gboolean answered;

  g_mutex_lock (&answers->mutex);
  while (answers->n_open > 0 && !answers->woken && in_time)
    {
      if (until > 0)
        in_time = g_cond_wait_until (&answers->cond, &answers->mutex, until);
      else
        g_cond_wait (&answers->cond, &answers->mutex);
    }
  answered = answers->n_open == 0;
  g_mutex_unlock (&answers->mutex);

  g_cancellable_disconnect (cancellable, id);
  return answered;
}

void
dheera_tool_round_watch (DheeraToolRound *self,
                         GMainContext    *context,
                         GSourceFunc      func,
                         gpointer         user_data)
{
  Answers *answers = self->answers;

  g_mutex_lock (&answers->mutex);
  if (answers->context == NULL)
    answers->context = g_main_context_ref (context);
  answers->func = func;
  answers->user_data = user_data;
  if (answers->n_open == 0)
    wake (answers);
  g_mutex_unlock (&answers->mutex);
}

void
dheera_tool_round_unwatch (DheeraToolRound *self)
{
  g_mutex_lock (&self->answers->mutex);
  self->answers->func = NULL;
  g_mutex_unlock (&self->answers->mutex);
}

char *
dheera_tool_round_dup_waiting (DheeraToolRound *self)
{
  char *name = NULL;

  g_mutex_lock (&self->answers->mutex);
  for (guint i = 0; i < self->n_begun && name == NULL; i++)
    if (self->answers->results[i] == NULL)
      name = g_strdup (dheera_tool_call_get_name (dheera_message_peek_tool_call (self->message, i)));
  g_mutex_unlock (&self->answers->mutex);
  return name;
}

/* --- Results ------------------------------------------------------------------------------------------------------------------------- */

void
dheera_tool_round_free (DheeraToolRound *self)
{
  g_mutex_lock (&self->answers->mutex);
  self->answers->closed = TRUE;
  self->answers->func = NULL;
  g_mutex_unlock (&self->answers->mutex);

  for (guint i = 0; i < self->answers->n_results; i++)
    g_free (self->faults[i]);
  g_free (self->faults);
  answers_unref (self->answers);
  g_object_unref (self->message);
  g_ptr_array_unref (self->tools);
  g_free (self);
}

GPtrArray *
dheera_tool_round_close (DheeraToolRound *self,
                         const char      *why)
{
  GPtrArray *messages = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *missing = g_strconcat ("Error: ", why, NULL);

  g_mutex_lock (&self->answers->mutex);
  self->answers->closed = TRUE;
  g_mutex_unlock (&self->answers->mutex);

  g_ptr_array_add (messages, g_object_ref (self->message));
  for (guint i = 0; i < self->answers->n_results; i++)
    {
      DheeraToolCall *call = dheera_message_peek_tool_call (self->message, i);
      const char *result = self->answers->results[i];
      DheeraMessage *message = dheera_message_new_tool_result (dheera_tool_call_get_id (call), result != NULL ? result : missing);

      dheera_message_set_is_error (message, result == NULL || self->answers->failed[i]);
      g_ptr_array_add (messages, message);
    }
  dheera_tool_round_free (self);
  return messages;
}
