/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-routes-private.h"

#include <string.h>

#include "dheera-ai/model/endpoints/dheera-model-private.h"

/* GET /models: the server's own, or those that the providers list, asked side by side, and remembered for a while. */

#define CACHE_TIME (60 * G_USEC_PER_SEC)
#define TIMEOUT 15 /* seconds for each provider */

/* One provider that is asked */
typedef struct
{
  DheeraModelList *list;
  char *provider;
  DheeraUpstreamCall *call;
  GListModel *models; /* nullable: of DheeraModel */
} Question;

struct _DheeraModelList
{
  DheeraRoutes *routes;
  GPtrArray *questions;  /* of Question; NULL when nothing is under way */
  guint n_left;
  gboolean *gone;        /* to be set when the round ends while it is being started; nullable */
  GError *error;         /* the first of this round, nullable */
  DheeraErrorDetails *details;
  GQueue waiting;        /* of DheeraJob */
  GListStore *models;    /* of DheeraModel, nullable */
  gint64 time;           /* monotonic, when the models came */
};

static void
question_free (gpointer data)
{
  Question *self = data;

  if (self->call != NULL)
    self->call->klass->cancel (self->call);
  g_clear_object (&self->models);
  g_free (self->provider);
  g_free (self);
}

DheeraModelList *
dheera_model_list_new (DheeraRoutes *routes)
{
  DheeraModelList *self = g_new0 (DheeraModelList, 1);

  self->routes = routes;

  return self;
}

static void
end_round (DheeraModelList *self)
{
  if (self->gone != NULL)
    *self->gone = TRUE;
  self->gone = NULL;
  g_clear_pointer (&self->questions, g_ptr_array_unref);
  g_clear_error (&self->error);
  g_clear_object (&self->details);
}

void
dheera_model_list_free (DheeraModelList *self)
{
  end_round (self);
  g_queue_clear (&self->waiting);
  g_clear_object (&self->models);
  g_free (self);
}

/* --- Answers ------------------------------------------------------------------------------------------------------------------------- */

static DheeraModel *
find (GListModel *models,
      const char *id)
{
  guint n = g_list_model_get_n_items (models);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr(DheeraModel) model = g_list_model_get_item (models, i);

      g_autofree char *own = dheera_codec_dup_model_id (model);

      if (strcmp (own, id) == 0)
        return g_steal_pointer (&model);
    }

  return NULL;
}

static void
answer_with_model (DheeraJob  *job,
                   GListModel *models)
{
  g_autoptr(DheeraModel) model = find (models, job->model_id);
  g_auto(DheeraCodecError) error = { 0 };
  g_autoptr(GBytes) body = NULL;

  if (model == NULL)
    {
      dheera_codec_make_error (&error, 404, "invalid_request_error", "model_not_found", "model", "The model '%s' does not exist", job->model_id);
      dheera_job_fail (job, &error, NULL);
      return;
    }

  body = dheera_codec_write_model (model);
  dheera_job_reply (job, 200, NULL, body);
}

static void
answer (DheeraJob  *job,
        GListModel *models)
{
  g_autoptr(GBytes) body = NULL;

  if (job->route == DHEERA_ROUTE_MODEL)
    {
      answer_with_model (job, models);
      return;
    }

  body = dheera_codec_write_models (models);
  dheera_job_reply (job, 200, NULL, body);
}

/* --- The server's own ------------------------------------------------------------------------------------------------------------------ */

static GListStore *
list_own (DheeraRoutes *routes)
{
  GListStore *models = g_list_store_new (DHEERA_TYPE_MODEL);

  for (guint i = 0; i < routes->models->len; i++)
    {
      const DheeraServedModel *served = g_ptr_array_index (routes->models, i);
      /* Where it comes from is the server's own affair. */
      g_autoptr(DheeraModel) model = dheera_model_new (NULL, served->name);

      model->owned_by = g_strdup ("dheera-ai");
      model->created = routes->started;
      g_list_store_append (models, model);
    }

  return models;
}

/* --- The providers' -------------------------------------------------------------------------------------------------------------------- */

static gboolean
gather (DheeraModelList *self)
{
  g_autoptr(GListStore) models = g_list_store_new (DHEERA_TYPE_MODEL);
  gboolean any = self->questions->len == 0;

  for (guint i = 0; i < self->questions->len; i++)
    {
      Question *question = g_ptr_array_index (self->questions, i);
      guint n = question->models != NULL ? g_list_model_get_n_items (question->models) : 0;

      any |= question->models != NULL;
      for (guint j = 0; j < n; j++)
        {
          g_autoptr(DheeraModel) model = g_list_model_get_item (question->models, j);

          g_list_store_append (models, model);
        }
    }
  if (any)
    {
      g_set_object (&self->models, models);
      self->time = g_get_monotonic_time ();
    }

  return any;
}

/* One provider that does not answer does not hide the others. */
static void
finish_round (DheeraModelList *self)
{
  gboolean success = gather (self);
  DheeraJob *job;

  while ((job = g_queue_pop_head (&self->waiting)) != NULL)
    {
      job->lists = FALSE;
      if (success)
        answer (job, G_LIST_MODEL (self->models));
      else
        dheera_job_fail_with (job, self->error, self->details);
    }
  end_round (self);
}

static void
on_answer (gpointer models,
           gpointer data)
{
  Question *question = data;

  question->models = g_object_ref (models);
  if (--question->list->n_left == 0)
    finish_round (question->list);
}

static void
on_error (const GError       *error,
          DheeraErrorDetails *details,
          gpointer            data)
{
  Question *question = data;
  DheeraModelList *self = question->list;

  g_debug ("The models of %s are left out: %s", question->provider, error->message);
  if (self->error == NULL)
    {
      self->error = g_error_copy (error);
      g_set_object (&self->details, details);
    }
  if (--self->n_left == 0)
    finish_round (self);
}

/* FALSE when a handler of the client's signals, which run within send(), has ended the round: then the list may be gone with its server. */
static gboolean
start_round (DheeraModelList *self)
{
  static const DheeraUpstreamHandler handler = { NULL, on_answer, on_error };
  DheeraUpstream *upstream = self->routes->upstream;
  g_auto(GStrv) providers = g_strdupv (self->routes->providers);
  g_autoptr(GPtrArray) questions = g_ptr_array_new_with_free_func (question_free);
  gboolean gone = FALSE;

  self->questions = g_ptr_array_ref (questions);
  self->n_left = g_strv_length (providers);
  self->gone = &gone;
  for (guint i = 0; providers[i] != NULL && !gone; i++)
    {
      g_autoptr(DheeraModelsRequest) request = dheera_models_request_new (providers[i]);
      Question *question = g_new0 (Question, 1);

      dheera_base_request_set_timeout (DHEERA_BASE_REQUEST (request), TIMEOUT);
      dheera_base_request_set_max_retries (DHEERA_BASE_REQUEST (request), 0);
      question->list = self;
      question->provider = g_strdup (providers[i]);
      g_ptr_array_add (questions, question);
      question->call = upstream->klass->send (upstream, DHEERA_UPSTREAM_MODELS, request, &handler, question);
    }
  if (!gone)
    self->gone = NULL;

  return !gone;
}

void
dheera_model_list_ask (DheeraModelList *self,
                       DheeraJob       *job)
{
  if (self->routes->models->len > 0)
    {
      g_autoptr(GListStore) models = list_own (self->routes);

      answer (job, G_LIST_MODEL (models));
      return;
    }
  if (self->models != NULL && g_get_monotonic_time () - self->time < CACHE_TIME)
    {
      answer (job, G_LIST_MODEL (self->models));
      return;
    }

  job->lists = TRUE;
  g_queue_push_tail (&self->waiting, job);
  if (self->questions == NULL && !start_round (self))
    return;
  if (self->n_left == 0)
    finish_round (self);
}

void
dheera_model_list_forget (DheeraModelList *self,
                          DheeraJob       *job)
{
  job->lists = FALSE;
  g_queue_remove (&self->waiting, job);
  /* Nobody is left who wants to know. */
  if (g_queue_is_empty (&self->waiting) && self->questions != NULL)
    end_round (self);
}
