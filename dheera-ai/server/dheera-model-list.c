/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-routes-private.h"

#include <string.h>

#include "dheera-ai/model/endpoints/dheera-model-private.h"

/* GET /models: the server's own, or those that the providers list, asked side by side, and remembered for a while. */

#define CACHE_TIME (60 * G_USEC_PER_SEC)
#define TIMEOUT 15 /* seconds for each provider */

/* All providers that are asked at once. It may end while it is being started, so whoever starts it holds it too. */
typedef struct
{
  DheeraModelList *list; /* NULL when the round has ended */
  GPtrArray *questions;  /* of Question */
  guint n_left;
  GError *error;         /* the first one, nullable */
  DheeraErrorDetails *details;
} Round;

/* One provider that is asked */
typedef struct
{
  Round *round;
  char *provider;
  DheeraUpstreamCall *call;
  GListModel *models; /* nullable: of DheeraModel */
} Question;

struct _DheeraModelList
{
  DheeraRoutes *routes;
  Round *round;       /* NULL when nothing is under way */
  GQueue waiting;     /* of DheeraJob */
  GListStore *models; /* of DheeraModel, nullable */
  gint64 time;        /* monotonic, when the models came */
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

static void
round_clear (gpointer data)
{
  Round *self = data;

  g_ptr_array_unref (self->questions);
  g_clear_error (&self->error);
  g_clear_object (&self->details);
}

static void
round_unref (Round *self)
{
  g_rc_box_release_full (self, round_clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Round, round_unref)

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
  if (self->round != NULL)
    self->round->list = NULL;
  g_clear_pointer (&self->round, round_unref);
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
  GPtrArray *questions = self->round->questions;
  gboolean any = questions->len == 0;

  for (guint i = 0; i < questions->len; i++)
    {
      Question *question = g_ptr_array_index (questions, i);
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
        dheera_job_fail_with (job, self->round->error, self->round->details);
    }
  end_round (self);
}

static void
finish_question (Round *round)
{
  round->n_left--;
  if (round->n_left == 0 && round->list != NULL)
    finish_round (round->list);
}

static void
on_answer (gpointer models,
           gpointer data)
{
  Question *question = data;

  question->models = g_object_ref (models);
  finish_question (question->round);
}

static void
on_error (const GError       *error,
          DheeraErrorDetails *details,
          gpointer            data)
{
  Question *question = data;
  Round *round = question->round;

  g_debug ("The models of %s are left out: %s", question->provider, error->message);
  if (round->error == NULL)
    {
      round->error = g_error_copy (error);
      g_set_object (&round->details, details);
    }
  finish_question (round);
}

static void
ask_provider (Round          *round,
              DheeraUpstream *upstream,
              const char     *provider)
{
  static const DheeraUpstreamHandler handler = { NULL, on_answer, on_error };
  g_autoptr(DheeraModelsRequest) request = dheera_models_request_new (provider);
  Question *question = g_new0 (Question, 1);

  dheera_base_request_set_timeout (DHEERA_BASE_REQUEST (request), TIMEOUT);
  dheera_base_request_set_max_retries (DHEERA_BASE_REQUEST (request), 0);
  question->round = round;
  question->provider = g_strdup (provider);
  g_ptr_array_add (round->questions, question);
  question->call = upstream->klass->send (upstream, DHEERA_UPSTREAM_MODELS, request, &handler, question);
}

/* FALSE when a handler of the client's signals, which run within send(), has ended the round: then the list may be gone with its server. */
static gboolean
start_round (DheeraModelList *self)
{
  DheeraUpstream *upstream = self->routes->upstream;
  g_auto(GStrv) providers = g_strdupv (self->routes->providers);
  g_autoptr(Round) round = g_rc_box_new0 (Round);

  round->list = self;
  round->questions = g_ptr_array_new_with_free_func (question_free);
  round->n_left = g_strv_length (providers);
  self->round = g_rc_box_acquire (round);
  for (guint i = 0; providers[i] != NULL && round->list != NULL; i++)
    ask_provider (round, upstream, providers[i]);

  return round->list != NULL;
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
  if (self->round == NULL && !start_round (self))
    return;
  if (self->round->n_left == 0)
    finish_round (self);
}

void
dheera_model_list_forget (DheeraModelList *self,
                          DheeraJob       *job)
{
  job->lists = FALSE;
  g_queue_remove (&self->waiting, job);
  /* Nobody is left who wants to know. */
  if (g_queue_is_empty (&self->waiting) && self->round != NULL)
    end_round (self);
}
