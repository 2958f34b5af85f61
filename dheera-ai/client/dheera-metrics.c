/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-metrics-private.h"

#include "dheera-follower-private.h"

#include "dheera-ai/model/calls/dheera-call-private.h"
#include "dheera-ai/model/dheera-usage.h"
#include "dheera-ai/wire/dheera-process-private.h"

#include <string.h>

/* Behind so many, further models are counted together: their names may come from outside. */
#define MAX_SERIES 512
#define OTHER "other"

/**
 * DheeraMetrics:
 *
 * Counts what the calls of a client do: how many, how they end, tokens, bytes, cost, connections and times; whole, for each provider, and for each of its models.
 *
 * ```c
 * g_autoptr(DheeraMetrics) metrics = dheera_metrics_new (client);
 * g_autoptr(DheeraResponse) response = dheera_client_complete (client, request, NULL, &error);
 *
 * g_print ("%.0f calls, %.4f USD\n", dheera_metrics_get_value (metrics, "calls", NULL, NULL), dheera_metrics_get_value (metrics, "cost", NULL, NULL));
 * ```
 *
 * It counts from when it is made for as long as it exists: keep a reference. Neither does it keep the client alive, nor the client the metrics. All functions may be called in
 * any thread, and the calls of the client may run in several. Counting costs no memory once a model has been seen; beyond 512 models, further ones are counted
 * together under the name `other`.
 *
 * What is not known is not counted: a call without usage adds no tokens, and one without a price is an `unpriced-calls` and adds no cost.
 *
 * [method@Metrics.to_prometheus] is what a Prometheus server reads, [method@Metrics.to_json] has the same for everybody else.
 *
 * Since: 0.1
 */

/* What the handlers count in, in whichever thread a call is */
typedef struct
{
  GMutex mutex;
  guint generation;
  gint64 since;       /* monotonic: calls that began before are not known as running ones */
  GHashTable *series; /* DheeraSeries, its own key */
} Shared;

struct _DheeraMetrics
{
  GObject parent_instance;

  Shared *shared;
  DheeraFollower follower;
};

G_DEFINE_FINAL_TYPE (DheeraMetrics, dheera_metrics, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_CLIENT,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* --- Series ------------------------------------------------------------------------------------------------------------------------------ */

static guint
series_hash (gconstpointer data)
{
  const DheeraSeries *series = data;

  return g_str_hash (series->provider) * 31 + g_str_hash (series->model);
}

static gboolean
series_equal (gconstpointer a,
              gconstpointer b)
{
  const DheeraSeries *one = a;
  const DheeraSeries *two = b;

  return g_str_equal (one->provider, two->provider) && g_str_equal (one->model, two->model);
}

static void
series_free (gpointer data)
{
  DheeraSeries *series = data;

  g_free (series->provider);
  g_free (series->model);
  g_free (series);
}

/* Calls that the parent began do not go on in a child. */
static void
forget_running (gpointer data)
{
  Shared *shared = data;
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, shared->series);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    ((DheeraSeries *) key)->counters.counts[DHEERA_METRIC_IN_PROGRESS] = 0;
}

static void
lock (Shared *shared)
{
  dheera_process_lock (&shared->mutex, &shared->generation, forget_running, shared);
}

static void
shared_clear (gpointer data)
{
  Shared *shared = data;

  lock (shared);
  g_mutex_unlock (&shared->mutex);
  g_hash_table_unref (shared->series);
  g_mutex_clear (&shared->mutex);
}

static void
shared_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, shared_clear);
}

static DheeraSeries *
look_up (Shared     *shared,
         const char *provider,
         const char *model)
{
  DheeraSeries key;

  key.provider = (char *) provider;
  key.model = (char *) model;
  return g_hash_table_lookup (shared->series, &key);
}

/* With the mutex held */
static DheeraCounters *
find_counters (Shared     *shared,
               DheeraCall *call)
{
  const char *provider = call->provider != NULL ? call->provider : "";
  const char *model = call->model != NULL ? call->model : "";
  DheeraSeries *series = look_up (shared, provider, model);

  if (series == NULL && g_hash_table_size (shared->series) >= MAX_SERIES)
    {
      provider = model = OTHER;
      series = look_up (shared, provider, model);
    }
  if (series == NULL)
    {
      series = g_new0 (DheeraSeries, 1);
      series->provider = g_strdup (provider);
      series->model = g_strdup (model);
      g_hash_table_add (shared->series, series);
    }
  return &series->counters;
}

static void
observe (DheeraHistogram *histogram,
         double           seconds)
{
  if (seconds < 0)
    return;
  histogram->count++;
  histogram->sum += seconds;
  for (guint i = 0; i < DHEERA_N_BUCKETS; i++)
    {
      if (seconds > dheera_bucket_bounds[i])
        continue;
      histogram->buckets[i]++;
      break;
    }
}

static void
add_known (guint64 *count,
           gint64   value)
{
  if (value > 0)
    *count += (guint64) value;
}

/* --- What the client tells --------------------------------------------------------------------------------------------------------------- */

static void
started_cb (DheeraClient *client,
            DheeraCall   *call,
            gpointer      data)
{
  Shared *shared = data;

  lock (shared);
  if (call->start >= shared->since)
    find_counters (shared, call)->counts[DHEERA_METRIC_IN_PROGRESS]++;
  g_mutex_unlock (&shared->mutex);
}

static void
attempted_cb (DheeraClient *client,
              DheeraCall   *call,
              gpointer      data)
{
  Shared *shared = data;
  DheeraCounters *counters;

  lock (shared);
  counters = find_counters (shared, call);
  counters->counts[DHEERA_METRIC_ATTEMPTS]++;
  counters->counts[DHEERA_METRIC_RETRIES] += call->attempt > 1;
  counters->counts[DHEERA_METRIC_BYTES_SENT] += call->bytes_sent;
  counters->counts[DHEERA_METRIC_BYTES_RECEIVED] += call->bytes_received;
  if (call->connection_reused)
    counters->counts[DHEERA_METRIC_CONNECTIONS_REUSED]++;
  else if (call->status != 0 || call->connect_time >= 0)
    counters->counts[DHEERA_METRIC_CONNECTIONS_NEW]++;
  observe (&counters->durations[DHEERA_DURATION_FIRST_BYTE], call->first_byte_time);
  g_mutex_unlock (&shared->mutex);
}

static void
count_end (DheeraCounters *counters,
           DheeraCall     *call)
{
  if (call->error == NULL)
    {
      add_known (&counters->counts[DHEERA_METRIC_UNPRICED_CALLS], call->cost < 0);
      counters->cost += MAX (call->cost, 0);
    }
  else if (g_error_matches (call->error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      counters->counts[DHEERA_METRIC_CANCELLED]++;
    }
  else
    {
      gboolean ours = call->error->domain == DHEERA_ERROR && call->error->code >= 0 && call->error->code < DHEERA_N_ERRORS;

      counters->errors[ours ? call->error->code : DHEERA_ERROR_FAILED]++;
    }
}

static void
finished_cb (DheeraClient *client,
             DheeraCall   *call,
             gpointer      data)
{
  Shared *shared = data;
  DheeraCounters *counters;

  lock (shared);
  counters = find_counters (shared, call);
  counters->counts[DHEERA_METRIC_CALLS]++;
  if (call->start >= shared->since)
    counters->counts[DHEERA_METRIC_IN_PROGRESS]--;
  if (call->usage != NULL)
    {
      add_known (&counters->counts[DHEERA_METRIC_INPUT_TOKENS], dheera_usage_get_prompt_tokens (call->usage));
      add_known (&counters->counts[DHEERA_METRIC_OUTPUT_TOKENS], dheera_usage_get_completion_tokens (call->usage));
      add_known (&counters->counts[DHEERA_METRIC_CACHED_TOKENS], dheera_usage_get_cached_tokens (call->usage));
    }
  count_end (counters, call);
  observe (&counters->durations[DHEERA_DURATION_FIRST_TOKEN], call->first_token_time);
  observe (&counters->durations[DHEERA_DURATION_TOTAL], call->total_time);
  g_mutex_unlock (&shared->mutex);
}

/* --- The object -------------------------------------------------------------------------------------------------------------------------- */

static void
dheera_metrics_finalize (GObject *object)
{
  DheeraMetrics *self = DHEERA_METRICS (object);

  dheera_follower_stop (&self->follower);
  shared_unref (self->shared);

  G_OBJECT_CLASS (dheera_metrics_parent_class)->finalize (object);
}

/* The time is taken when the handlers are there already: of a call that began after it they hear both the beginning and the end. */
static void
follow (DheeraMetrics *self,
        DheeraClient  *client)
{
  dheera_follower_start (&self->follower, client, started_cb, attempted_cb, finished_cb, self->shared, shared_unref);
  lock (self->shared);
  self->shared->since = g_get_monotonic_time ();
  g_mutex_unlock (&self->shared->mutex);
}

static void
dheera_metrics_set_property (GObject      *object,
                             guint         prop_id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  DheeraMetrics *self = DHEERA_METRICS (object);

  switch (prop_id)
    {
    case PROP_CLIENT:
      if (g_value_get_object (value) != NULL)
        follow (self, g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_metrics_class_init (DheeraMetricsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = dheera_metrics_finalize;
  object_class->set_property = dheera_metrics_set_property;

  /**
   * DheeraMetrics:client:
   *
   * The client whose calls are counted. It can't be read back, since the metrics do not keep it.
   *
   * Since: 0.1
   */
  properties[PROP_CLIENT] =
    g_param_spec_object ("client", NULL, NULL, DHEERA_TYPE_CLIENT, G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
dheera_metrics_init (DheeraMetrics *self)
{
  self->shared = g_atomic_rc_box_new0 (Shared);
  g_mutex_init (&self->shared->mutex);
  self->shared->generation = dheera_process_get_generation ();
  self->shared->since = G_MAXINT64;
  self->shared->series = g_hash_table_new_full (series_hash, series_equal, series_free, NULL);
}

/**
 * dheera_metrics_new:
 * @client: the client whose calls are to be counted
 *
 * Makes counters that count from now on.
 *
 * Returns: (transfer full): the metrics, which count for as long as a reference to them is kept
 *
 * Since: 0.1
 */
DheeraMetrics *
dheera_metrics_new (DheeraClient *client)
{
  g_return_val_if_fail (DHEERA_IS_CLIENT (client), NULL);

  return g_object_new (DHEERA_TYPE_METRICS, "client", client, NULL);
}

/* What was counted for a provider and a model together; NULL is any. */
static void
add_up (DheeraMetrics  *self,
        const char     *provider,
        const char     *model,
        DheeraCounters *sum)
{
  GHashTableIter iter;
  gpointer key;

  memset (sum, 0, sizeof *sum);
  lock (self->shared);
  g_hash_table_iter_init (&iter, self->shared->series);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      const DheeraSeries *series = key;

      if ((provider == NULL || g_str_equal (series->provider, provider)) && (model == NULL || g_str_equal (series->model, model)))
        dheera_counters_add (sum, &series->counters);
    }
  g_mutex_unlock (&self->shared->mutex);
}

static double
find_value (const DheeraCounters *counters,
            const char           *name)
{
  guint64 errors = 0;

  for (guint i = 0; i < DHEERA_N_METRICS; i++)
    if (g_str_equal (name, dheera_metric_infos[i].name))
      return (double) counters->counts[i];
  for (guint i = 0; i < DHEERA_N_DURATIONS; i++)
    {
      gsize length = strlen (dheera_duration_infos[i].name);

      if (!g_str_has_prefix (name, dheera_duration_infos[i].name))
        continue;
      if (g_str_equal (name + length, "-seconds"))
        return counters->durations[i].sum;
      if (g_str_equal (name + length, "-count"))
        return (double) counters->durations[i].count;
    }
  if (g_str_equal (name, "cost"))
    return counters->cost;
  for (int i = 0; i < DHEERA_N_ERRORS; i++)
    errors += counters->errors[i];
  return g_str_equal (name, "errors") ? (double) errors : -1;
}

/**
 * dheera_metrics_get_value:
 * @self: metrics
 * @name: what was counted
 * @provider: (nullable): the id of a provider, or %NULL for all of them
 * @model: (nullable): a model, by the provider's name for it, or %NULL for all of them
 *
 * Gets what was counted so far.
 *
 * There are `calls` (that have ended), `cancelled`, `errors`, `in-progress` (calls that run now), `attempts`, `retries`, `input-tokens`, `output-tokens`,
 * `cached-tokens`, `bytes-sent`, `bytes-received`, `connections-new`, `connections-reused`, `cost` (in USD) and `unpriced-calls`. Of times there are the sum, in seconds, and the
 * number: `first-byte-seconds` and `first-byte-count` (of attempts), `first-token-seconds`, `first-token-count`, `total-seconds` and `total-count` (of calls).
 *
 * Returns: the value, 0 when nothing was counted for such a provider and model, -1 when there is no such name
 *
 * Since: 0.1
 */
double
dheera_metrics_get_value (DheeraMetrics *self,
                          const char    *name,
                          const char    *provider,
                          const char    *model)
{
  DheeraCounters sum;

  g_return_val_if_fail (DHEERA_IS_METRICS (self), -1);
  g_return_val_if_fail (name != NULL, -1);

  add_up (self, provider, model, &sum);
  return find_value (&sum, name);
}

/**
 * dheera_metrics_get_errors:
 * @self: metrics
 * @code: the code of an error, one of [error@Error]
 * @provider: (nullable): the id of a provider, or %NULL for all of them
 * @model: (nullable): a model, by the provider's name for it, or %NULL for all of them
 *
 * Gets how many calls failed with an error. Cancelled calls are no errors.
 *
 * Returns: the number of calls
 *
 * Since: 0.1
 */
guint64
dheera_metrics_get_errors (DheeraMetrics *self,
                           int            code,
                           const char    *provider,
                           const char    *model)
{
  DheeraCounters sum;

  g_return_val_if_fail (DHEERA_IS_METRICS (self), 0);
  g_return_val_if_fail (code >= 0 && code < DHEERA_N_ERRORS, 0);

  add_up (self, provider, model, &sum);
  return sum.errors[code];
}

static int
compare_series (gconstpointer a,
                gconstpointer b)
{
  const DheeraSeries *one = *(const DheeraSeries *const *) a;
  const DheeraSeries *two = *(const DheeraSeries *const *) b;
  int order = strcmp (one->provider, two->provider);

  return order != 0 ? order : strcmp (one->model, two->model);
}

/* Calls do not wait while a text is made. */
static GPtrArray *
copy_series (DheeraMetrics *self)
{
  GPtrArray *copies = g_ptr_array_new_with_free_func (series_free);
  GHashTableIter iter;
  gpointer key;

  lock (self->shared);
  g_hash_table_iter_init (&iter, self->shared->series);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      const DheeraSeries *series = key;
      DheeraSeries *copy = g_memdup2 (series, sizeof *series);

      copy->provider = g_strdup (series->provider);
      copy->model = g_strdup (series->model);
      g_ptr_array_add (copies, copy);
    }
  g_mutex_unlock (&self->shared->mutex);
  g_ptr_array_sort (copies, compare_series);
  return copies;
}

/**
 * dheera_metrics_to_json:
 * @self: metrics
 *
 * Gets everything that was counted as the text of a JSON object.
 *
 * Its members are the names of [method@Metrics.get_value], with `_` in place of dashes; `errors` is an object with a number for each code that occurred, and `seconds` has
 * `first_byte`, `first_token` and `total`, each with `count`, `sum` and `buckets`: how many took at most as long as the bound in the same place of `bounds` and longer
 * than the one before it. `models` is an array with the same for each model, which has its `provider` and `model` beside it.
 *
 * Returns: (transfer full): the text
 *
 * Since: 0.1
 */
char *
dheera_metrics_to_json (DheeraMetrics *self)
{
  g_autoptr(GPtrArray) series = NULL;

  g_return_val_if_fail (DHEERA_IS_METRICS (self), NULL);

  series = copy_series (self);
  return dheera_series_to_json (series);
}

/**
 * dheera_metrics_to_prometheus:
 * @self: metrics
 *
 * Gets everything that was counted in Prometheus' text format, version 0.0.4, to be served as `text/plain; version=0.0.4; charset=utf-8`.
 *
 * Each sample has the labels `provider` and `model`, both empty for a call for which there was no provider, and `dheera_errors_total` has `code`. Times are histograms in seconds:
 * `dheera_first_byte_seconds`, `dheera_first_token_seconds` and `dheera_call_seconds`.
 *
 * Returns: (transfer full): the text
 *
 * Since: 0.1
 */
char *
dheera_metrics_to_prometheus (DheeraMetrics *self)
{
  g_autoptr(GPtrArray) series = NULL;

  g_return_val_if_fail (DHEERA_IS_METRICS (self), NULL);

  series = copy_series (self);
  return dheera_series_to_prometheus (series);
}
