/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-metrics.h"

G_BEGIN_DECLS

#define DHEERA_N_ERRORS ((int) DHEERA_ERROR_FAILED + 1)
#define DHEERA_N_BUCKETS 14

typedef enum
{
  DHEERA_METRIC_CALLS,
  DHEERA_METRIC_CANCELLED,
  DHEERA_METRIC_IN_PROGRESS,
  DHEERA_METRIC_ATTEMPTS,
  DHEERA_METRIC_RETRIES,
  DHEERA_METRIC_INPUT_TOKENS,
  DHEERA_METRIC_OUTPUT_TOKENS,
  DHEERA_METRIC_CACHED_TOKENS,
  DHEERA_METRIC_BYTES_SENT,
  DHEERA_METRIC_BYTES_RECEIVED,
  DHEERA_METRIC_CONNECTIONS_NEW,
  DHEERA_METRIC_CONNECTIONS_REUSED,
  DHEERA_METRIC_UNPRICED_CALLS,
  DHEERA_N_METRICS
} DheeraMetric;

typedef enum
{
  DHEERA_DURATION_FIRST_BYTE,
  DHEERA_DURATION_FIRST_TOKEN,
  DHEERA_DURATION_TOTAL,
  DHEERA_N_DURATIONS
} DheeraDuration;

typedef struct
{
  double sum;
  guint64 count;
  guint64 buckets[DHEERA_N_BUCKETS]; /* not added up */
} DheeraHistogram;

/* What was counted for a model of a provider, or several together */
typedef struct
{
  guint64 counts[DHEERA_N_METRICS];
  guint64 errors[DHEERA_N_ERRORS];
  double cost;
  DheeraHistogram durations[DHEERA_N_DURATIONS];
} DheeraCounters;

typedef struct
{
  char *provider;
  char *model;
  DheeraCounters counters;
} DheeraSeries;

/* How each is called: "calls" in get_value() and JSON, "dheera_calls_total" in Prometheus' format */
typedef struct
{
  const char *name;
  const char *prometheus;
  const char *help;
  gboolean gauge;
} DheeraMetricInfo;

extern const DheeraMetricInfo dheera_metric_infos[DHEERA_N_METRICS];
extern const DheeraMetricInfo dheera_duration_infos[DHEERA_N_DURATIONS];
extern const double dheera_bucket_bounds[DHEERA_N_BUCKETS];

void  dheera_counters_add            (DheeraCounters       *self,
                                      const DheeraCounters *other);
/* Of copies of DheeraSeries, in the order in which they are to be written */
char *dheera_series_to_json          (GPtrArray *series) G_GNUC_WARN_UNUSED_RESULT;
char *dheera_series_to_prometheus    (GPtrArray *series) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
