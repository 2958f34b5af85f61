/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What was counted, as JSON and in Prometheus' text format. */

#include "dheera-metrics-private.h"

#include "dheera-ai/model/errors/dheera-error-private.h"
#include "dheera-ai/wire/dheera-json-writer-private.h"

/* Those that OpenTelemetry has for the durations of generative AI, in seconds */
const double dheera_bucket_bounds[DHEERA_N_BUCKETS] = { 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92 };

const DheeraMetricInfo dheera_metric_infos[DHEERA_N_METRICS] = {
  [DHEERA_METRIC_CALLS] = { "calls", "dheera_calls_total", "Calls that have ended.", FALSE },
  [DHEERA_METRIC_CANCELLED] = { "cancelled", "dheera_cancelled_total", "Calls that were cancelled.", FALSE },
  [DHEERA_METRIC_IN_PROGRESS] = { "in-progress", "dheera_calls_in_progress", "Calls that run.", TRUE },
  [DHEERA_METRIC_ATTEMPTS] = { "attempts", "dheera_attempts_total", "Attempts that have ended.", FALSE },
  [DHEERA_METRIC_RETRIES] = { "retries", "dheera_retries_total", "Attempts beyond the first of their call.", FALSE },
  [DHEERA_METRIC_INPUT_TOKENS] = { "input-tokens", "dheera_input_tokens_total", "Tokens of the input, those of the cache included.", FALSE },
  [DHEERA_METRIC_OUTPUT_TOKENS] = { "output-tokens", "dheera_output_tokens_total", "Tokens of the output, reasoning included.", FALSE },
  [DHEERA_METRIC_CACHED_TOKENS] = { "cached-tokens", "dheera_cached_tokens_total", "Tokens of the input that came out of the provider's cache.", FALSE },
  [DHEERA_METRIC_BYTES_SENT] = { "bytes-sent", "dheera_sent_bytes_total", "Bytes of request bodies.", FALSE },
  [DHEERA_METRIC_BYTES_RECEIVED] = { "bytes-received", "dheera_received_bytes_total", "Bytes of response bodies, decoded.", FALSE },
  [DHEERA_METRIC_CONNECTIONS_NEW] = { "connections-new", "dheera_connections_new_total", "Attempts that made a connection.", FALSE },
  [DHEERA_METRIC_CONNECTIONS_REUSED] = { "connections-reused", "dheera_connections_reused_total", "Attempts over a connection that was there.", FALSE },
  [DHEERA_METRIC_UNPRICED_CALLS] = { "unpriced-calls", "dheera_unpriced_calls_total", "Calls with an answer whose cost is not known.", FALSE },
};

const DheeraMetricInfo dheera_duration_infos[DHEERA_N_DURATIONS] = {
  [DHEERA_DURATION_FIRST_BYTE] = { "first-byte", "dheera_first_byte_seconds", "From the start of an attempt to the head of its answer.", FALSE },
  [DHEERA_DURATION_FIRST_TOKEN] = { "first-token", "dheera_first_token_seconds", "From the start of a call to the first piece of its answer.", FALSE },
  [DHEERA_DURATION_TOTAL] = { "total", "dheera_call_seconds", "From the start of a call to its end.", FALSE },
};

void
dheera_counters_add (DheeraCounters       *self,
                     const DheeraCounters *other)
{
  for (guint i = 0; i < DHEERA_N_METRICS; i++)
    self->counts[i] += other->counts[i];
  for (int i = 0; i < DHEERA_N_ERRORS; i++)
    self->errors[i] += other->errors[i];
  self->cost += other->cost;
  for (guint i = 0; i < DHEERA_N_DURATIONS; i++)
    {
      self->durations[i].sum += other->durations[i].sum;
      self->durations[i].count += other->durations[i].count;
      for (guint j = 0; j < DHEERA_N_BUCKETS; j++)
        self->durations[i].buckets[j] += other->durations[i].buckets[j];
    }
}

/* --- JSON -------------------------------------------------------------------------------------------------------------------------------- */

/* Names in JSON have no dashes. */
static void
write_key (DheeraJsonWriter *writer,
           const char       *name)
{
  g_autofree char *key = g_strdelimit (g_strdup (name), "-", '_');

  dheera_json_writer_key (writer, key);
}

static void
write_errors (DheeraJsonWriter     *writer,
              const DheeraCounters *counters)
{
  dheera_json_writer_key (writer, "errors");
  dheera_json_writer_begin_object (writer);
  for (int i = 0; i < DHEERA_N_ERRORS; i++)
    {
      g_autofree char *word = counters->errors[i] > 0 ? dheera_error_dup_word (i) : NULL;

      if (word != NULL)
        dheera_json_writer_member_int (writer, word, (gint64) counters->errors[i]);
    }
  dheera_json_writer_end_object (writer);
}

static void
write_histogram (DheeraJsonWriter      *writer,
                 const DheeraHistogram *histogram)
{
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_int (writer, "count", (gint64) histogram->count);
  dheera_json_writer_member_double (writer, "sum", histogram->sum);
  dheera_json_writer_key (writer, "buckets");
  dheera_json_writer_begin_array (writer);
  for (guint i = 0; i < DHEERA_N_BUCKETS; i++)
    dheera_json_writer_int (writer, (gint64) histogram->buckets[i]);
  dheera_json_writer_end_array (writer);
  dheera_json_writer_end_object (writer);
}

static void
write_counters (DheeraJsonWriter     *writer,
                const DheeraCounters *counters)
{
  for (guint i = 0; i < DHEERA_N_METRICS; i++)
    {
      write_key (writer, dheera_metric_infos[i].name);
      dheera_json_writer_int (writer, (gint64) counters->counts[i]);
    }
  dheera_json_writer_member_double (writer, "cost", counters->cost);
  write_errors (writer, counters);
  dheera_json_writer_key (writer, "seconds");
  dheera_json_writer_begin_object (writer);
  for (guint i = 0; i < DHEERA_N_DURATIONS; i++)
    {
      write_key (writer, dheera_duration_infos[i].name);
      write_histogram (writer, &counters->durations[i]);
    }
  dheera_json_writer_end_object (writer);
}

char *
dheera_series_to_json (GPtrArray *series)
{
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;
  DheeraCounters whole = { 0 };

  dheera_json_writer_init (&writer, 1024);
  dheera_json_writer_begin_object (&writer);
  for (guint i = 0; i < series->len; i++)
    dheera_counters_add (&whole, &((DheeraSeries *) g_ptr_array_index (series, i))->counters);
  write_counters (&writer, &whole);
  dheera_json_writer_key (&writer, "bounds");
  dheera_json_writer_begin_array (&writer);
  for (guint i = 0; i < DHEERA_N_BUCKETS; i++)
    dheera_json_writer_double (&writer, dheera_bucket_bounds[i]);
  dheera_json_writer_end_array (&writer);

  dheera_json_writer_key (&writer, "models");
  dheera_json_writer_begin_array (&writer);
  for (guint i = 0; i < series->len; i++)
    {
      const DheeraSeries *each = g_ptr_array_index (series, i);

      dheera_json_writer_begin_object (&writer);
      dheera_json_writer_member_string (&writer, "provider", each->provider);
      dheera_json_writer_member_string (&writer, "model", each->model);
      write_counters (&writer, &each->counters);
      dheera_json_writer_end_object (&writer);
    }
  dheera_json_writer_end_array (&writer);
  dheera_json_writer_end_object (&writer);
  return dheera_json_writer_steal (&writer);
}

/* --- Prometheus -------------------------------------------------------------------------------------------------------------------------- */

static void
append_label (GString    *text,
              const char *name,
              const char *value)
{
  g_autofree char *valid = g_utf8_make_valid (value, -1);

  g_string_append_printf (text, "%s=\"", name);
  for (const char *p = valid; *p != '\0'; p++)
    {
      if (*p == '\n')
        g_string_append (text, "\\n");
      else if (*p == '\\' || *p == '"')
        g_string_append_printf (text, "\\%c", *p);
      else
        g_string_append_c (text, *p);
    }
  g_string_append_c (text, '"');
}

/* name{provider="",model="" without what ends it */
static void
begin_sample (GString            *text,
              const char         *name,
              const char         *suffix,
              const DheeraSeries *series)
{
  g_string_append_printf (text, "%s%s{", name, suffix);
  append_label (text, "provider", series->provider);
  g_string_append_c (text, ',');
  append_label (text, "model", series->model);
}

static void
end_with_count (GString *text,
                guint64  value)
{
  g_string_append_printf (text, "} %" G_GUINT64_FORMAT "\n", value);
}

static void
end_with_double (GString *text,
                 double   value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_printf (text, "} %s\n", g_ascii_dtostr (buffer, sizeof buffer, value));
}

static void
append_head (GString    *text,
             const char *name,
             const char *help,
             const char *type)
{
  g_string_append_printf (text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
append_errors (GString   *text,
               GPtrArray *series)
{
  append_head (text, "dheera_errors_total", "Calls that failed, by the code of their error.", "counter");
  for (guint i = 0; i < series->len; i++)
    {
      const DheeraSeries *each = g_ptr_array_index (series, i);

      for (int code = 0; code < DHEERA_N_ERRORS; code++)
        {
          g_autofree char *word = each->counters.errors[code] > 0 ? dheera_error_dup_word (code) : NULL;

          if (word == NULL)
            continue;
          begin_sample (text, "dheera_errors_total", "", each);
          g_string_append_c (text, ',');
          append_label (text, "code", word);
          end_with_count (text, each->counters.errors[code]);
        }
    }
}

static void
append_histogram (GString                *text,
                  const DheeraMetricInfo *info,
                  const DheeraSeries     *series,
                  const DheeraHistogram  *histogram)
{
  guint64 below = 0;

  for (guint i = 0; i < DHEERA_N_BUCKETS; i++)
    {
      char bound[G_ASCII_DTOSTR_BUF_SIZE];

      below += histogram->buckets[i];
      begin_sample (text, info->prometheus, "_bucket", series);
      g_string_append_printf (text, ",le=\"%s\"", g_ascii_formatd (bound, sizeof bound, "%g", dheera_bucket_bounds[i]));
      end_with_count (text, below);
    }
  begin_sample (text, info->prometheus, "_bucket", series);
  g_string_append (text, ",le=\"+Inf\"");
  end_with_count (text, histogram->count);
  begin_sample (text, info->prometheus, "_sum", series);
  end_with_double (text, histogram->sum);
  begin_sample (text, info->prometheus, "_count", series);
  end_with_count (text, histogram->count);
}

char *
dheera_series_to_prometheus (GPtrArray *series)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < DHEERA_N_METRICS; i++)
    {
      const DheeraMetricInfo *info = &dheera_metric_infos[i];

      append_head (text, info->prometheus, info->help, info->gauge ? "gauge" : "counter");
      for (guint j = 0; j < series->len; j++)
        {
          const DheeraSeries *each = g_ptr_array_index (series, j);

          begin_sample (text, info->prometheus, "", each);
          end_with_count (text, each->counters.counts[i]);
        }
    }

  append_errors (text, series);
  append_head (text, "dheera_cost_usd_total", "What calls cost, in USD, as far as it is known.", "counter");
  for (guint i = 0; i < series->len; i++)
    {
      begin_sample (text, "dheera_cost_usd_total", "", g_ptr_array_index (series, i));
      end_with_double (text, ((DheeraSeries *) g_ptr_array_index (series, i))->counters.cost);
    }

  for (guint i = 0; i < DHEERA_N_DURATIONS; i++)
    {
      append_head (text, dheera_duration_infos[i].prometheus, dheera_duration_infos[i].help, "histogram");
      for (guint j = 0; j < series->len; j++)
        append_histogram (text, &dheera_duration_infos[i], g_ptr_array_index (series, j),
                          &((DheeraSeries *) g_ptr_array_index (series, j))->counters.durations[i]);
    }
  return g_string_free (text, FALSE);
}
