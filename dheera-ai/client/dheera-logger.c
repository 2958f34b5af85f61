/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-logger-private.h"

#include "dheera-client-private.h"
#include "dheera-follower-private.h"

#include "dheera-ai/model/dheera-enum-types.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixoutputstream.h>
#include <sys/stat.h>
#include <unistd.h>

/**
 * DheeraLogger:
 *
 * Writes a record of each call of a client, and of its attempts: to GLib's structured log, as lines of JSON, or both.
 *
 * ```c
 * g_autoptr(DheeraLogger) logger = dheera_logger_new (client);
 *
 * if (!dheera_logger_open_file (logger, "calls.jsonl", &error))
 *   g_printerr ("%s\n", error->message);
 * ```
 *
 * It writes for as long as it exists: keep a reference. Neither does it keep the client alive, nor the client the logger; a call that runs does the former. Any
 * number of loggers can follow a client.
 *
 * A call that failed is a record of the level `MESSAGE`, any other call one of `INFO`, a cancelled one too, and each attempt one of `DEBUG`;
 * [property@Logger:level] says which are written. No record has a credential in it.
 *
 * ## GLib's log
 *
 * A record has one readable line, as `MESSAGE`, and fields with what is known: `DHEERA_EVENT` (`call` or `attempt`), `DHEERA_OPERATION`, `DHEERA_PROVIDER`,
 * `DHEERA_MODEL`, `DHEERA_URL`, `DHEERA_ATTEMPT`, `DHEERA_STATUS`, `DHEERA_REQUEST_ID`, `DHEERA_ERROR`, `DHEERA_BYTES_SENT`, `DHEERA_BYTES_RECEIVED`,
 * `DHEERA_CONNECTION_REUSED`, `DHEERA_INPUT_TOKENS`, `DHEERA_OUTPUT_TOKENS`, `DHEERA_CACHED_TOKENS`, `DHEERA_COST`, `DHEERA_TRACEPARENT`; with
 * [property@Logger:timings] `DHEERA_QUEUE_TIME`, `DHEERA_DNS_TIME`, `DHEERA_CONNECT_TIME`, `DHEERA_TLS_TIME`, `DHEERA_FIRST_BYTE_TIME`, `DHEERA_FIRST_TOKEN_TIME`
 * and `DHEERA_TOTAL_TIME`, in seconds; and `DHEERA_REQUEST_HEADERS`, `DHEERA_RESPONSE_HEADERS`, `DHEERA_REQUEST_BODY` and `DHEERA_RESPONSE_BODY` where they are wanted.
 * The domain is `dheera-ai`. GLib shows what is below `MESSAGE` when `G_MESSAGES_DEBUG` says so.
 *
 * ## JSON lines
 *
 * One compact object and a newline for each record, with `time`, `event`, `operation`, `provider`, `model`, `url`, `attempt`, `status`, `request_id`, `error`
 * (`type` and `message`), `usage`, `cost`, `bytes_sent`, `bytes_received`, `connection_reused`, `traceparent`, `timings`, `request_headers`, `response_headers`,
 * `request_body` and `response_body`, as far as they are known and wanted. Lines are written whole and in order. Into a file they are written at once. A pipe, socket or
 * terminal takes what it can take without waiting; what it does not take is kept, up to a megabyte, and tried again with the next record. Lines beyond
 * that are left out whole, and [property@Logger:n-dropped] counts them. When the stream fails, that is told once, as a warning, and nothing more is written to it.
 *
 * A logger may be used from any thread, and the calls of the client may run in several.
 *
 * Since: 0.1
 */

/* What the handlers work on, in whichever thread a call ends */
typedef struct
{
  gint level; /* DheeraLogLevel; atomic, as the next four */
  gint structured_log;
  gint timings;
  gint headers;
  gint bodies;
  DheeraLogLines lines;
} Shared;

struct _DheeraLogger
{
  GObject parent_instance;

  Shared *shared;
  DheeraFollower follower;
};

G_DEFINE_FINAL_TYPE (DheeraLogger, dheera_logger, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_CLIENT,
  PROP_LEVEL,
  PROP_STRUCTURED_LOG,
  PROP_STREAM,
  PROP_TIMINGS,
  PROP_HEADERS,
  PROP_BODIES,
  PROP_N_DROPPED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* --- Records ----------------------------------------------------------------------------------------------------------------------------- */

static void
shared_clear (gpointer data)
{
  Shared *shared = data;

  dheera_log_lines_clear (&shared->lines);
}

static void
shared_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, shared_clear);
}

static void
write_record (Shared         *shared,
              DheeraCall     *call,
              gboolean        attempt,
              DheeraLogLevel  level)
{
  const DheeraLogContent content = { g_atomic_int_get (&shared->timings), g_atomic_int_get (&shared->headers), g_atomic_int_get (&shared->bodies) };
  g_autoptr(GOutputStream) stream = NULL;

  if ((gint) level > g_atomic_int_get (&shared->level))
    return;
  if (g_atomic_int_get (&shared->structured_log))
    dheera_log_write_structured (call, attempt, level, &content);
  stream = dheera_log_lines_dup_stream (&shared->lines);
  if (stream != NULL)
    {
      g_autofree char *line = dheera_log_dup_json (call, attempt, &content);

      dheera_log_lines_write (&shared->lines, line);
    }
}

static void
attempt_finished_cb (DheeraClient *client,
                     DheeraCall   *call,
                     gpointer      shared)
{
  write_record (shared, call, TRUE, DHEERA_LOG_LEVEL_DEBUG);
}

static void
call_finished_cb (DheeraClient *client,
                  DheeraCall   *call,
                  gpointer      shared)
{
  const GError *error = dheera_call_get_error (call);
  gboolean failed = error != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  write_record (shared, call, FALSE, failed ? DHEERA_LOG_LEVEL_MESSAGE : DHEERA_LOG_LEVEL_INFO);
}

/* --- The object -------------------------------------------------------------------------------------------------------------------------- */

/* The client's calls keep what a logger writes, whatever else they are to keep. */
static void
need_capture (DheeraLogger  *self,
              DheeraCapture  what,
              gboolean       needed)
{
  g_autoptr(DheeraClient) client = g_weak_ref_get (&self->follower.client);

  if (client != NULL)
    dheera_client_need_capture (client, what, needed);
}

static void
dheera_logger_finalize (GObject *object)
{
  DheeraLogger *self = DHEERA_LOGGER (object);

  if (g_atomic_int_get (&self->shared->headers))
    need_capture (self, DHEERA_CAPTURE_HEADERS, FALSE);
  if (g_atomic_int_get (&self->shared->bodies))
    need_capture (self, DHEERA_CAPTURE_BODIES, FALSE);
  dheera_follower_stop (&self->follower);
  shared_unref (self->shared);

  G_OBJECT_CLASS (dheera_logger_parent_class)->finalize (object);
}

static void
dheera_logger_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  DheeraLogger *self = DHEERA_LOGGER (object);

  switch (prop_id)
    {
    case PROP_LEVEL:
      g_value_set_enum (value, dheera_logger_get_level (self));
      break;
    case PROP_STRUCTURED_LOG:
      g_value_set_boolean (value, dheera_logger_get_structured_log (self));
      break;
    case PROP_STREAM:
      g_value_take_object (value, dheera_logger_dup_stream (self));
      break;
    case PROP_TIMINGS:
      g_value_set_boolean (value, dheera_logger_get_timings (self));
      break;
    case PROP_HEADERS:
      g_value_set_boolean (value, dheera_logger_get_headers (self));
      break;
    case PROP_BODIES:
      g_value_set_boolean (value, dheera_logger_get_bodies (self));
      break;
    case PROP_N_DROPPED:
      g_value_set_uint64 (value, dheera_logger_get_n_dropped (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_logger_set_property (GObject      *object,
                            guint         prop_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  DheeraLogger *self = DHEERA_LOGGER (object);

  switch (prop_id)
    {
    case PROP_CLIENT:
      if (g_value_get_object (value) != NULL)
        dheera_follower_start (&self->follower, g_value_get_object (value), NULL, attempt_finished_cb, call_finished_cb, self->shared, shared_unref);
      break;
    case PROP_LEVEL:
      dheera_logger_set_level (self, g_value_get_enum (value));
      break;
    case PROP_STRUCTURED_LOG:
      dheera_logger_set_structured_log (self, g_value_get_boolean (value));
      break;
    case PROP_STREAM:
      dheera_logger_set_stream (self, g_value_get_object (value));
      break;
    case PROP_TIMINGS:
      dheera_logger_set_timings (self, g_value_get_boolean (value));
      break;
    case PROP_HEADERS:
      dheera_logger_set_headers (self, g_value_get_boolean (value));
      break;
    case PROP_BODIES:
      dheera_logger_set_bodies (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
install_content (GParamFlags flags)
{
  /**
   * DheeraLogger:timings:
   *
   * Whether records have the times that each step of the call took.
   *
   * Since: 0.1
   */
  properties[PROP_TIMINGS] = g_param_spec_boolean ("timings", NULL, NULL, TRUE, flags);

  /**
   * DheeraLogger:headers:
   *
   * Whether records have the headers of request and answer, without the credentials. The calls that the client makes from then on keep them for it, as
   * with [property@Client:capture].
   *
   * Since: 0.1
   */
  properties[PROP_HEADERS] = g_param_spec_boolean ("headers", NULL, NULL, FALSE, flags);

  /**
   * DheeraLogger:bodies:
   *
   * Whether records have the bodies of request and answer, each up to [property@Client:capture-limit]. They are what was said and answered. The calls that the client
   * makes from then on keep them for it, as with [property@Client:capture].
   *
   * Since: 0.1
   */
  properties[PROP_BODIES] = g_param_spec_boolean ("bodies", NULL, NULL, FALSE, flags);

  /**
   * DheeraLogger:n-dropped:
   *
   * How many lines of JSON were left out, since the stream was too slow or failed, or another one took its place. It grows in whichever thread a call ends, and is not
   * notified.
   *
   * Since: 0.1
   */
  properties[PROP_N_DROPPED] = g_param_spec_uint64 ("n-dropped", NULL, NULL, 0, G_MAXUINT64, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

static void
dheera_logger_class_init (DheeraLoggerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = dheera_logger_finalize;
  object_class->get_property = dheera_logger_get_property;
  object_class->set_property = dheera_logger_set_property;

  /**
   * DheeraLogger:client:
   *
   * The client whose calls are written down. It can't be read back, since the logger does not keep it.
   *
   * Since: 0.1
   */
  properties[PROP_CLIENT] =
    g_param_spec_object ("client", NULL, NULL, DHEERA_TYPE_CLIENT, G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * DheeraLogger:level:
   *
   * How much is written.
   *
   * Since: 0.1
   */
  properties[PROP_LEVEL] = g_param_spec_enum ("level", NULL, NULL, DHEERA_TYPE_LOG_LEVEL, DHEERA_LOG_LEVEL_INFO, flags);

  /**
   * DheeraLogger:structured-log:
   *
   * Whether records go to GLib's structured log.
   *
   * Since: 0.1
   */
  properties[PROP_STRUCTURED_LOG] = g_param_spec_boolean ("structured-log", NULL, NULL, TRUE, flags);

  /**
   * DheeraLogger:stream:
   *
   * Where records go as lines of JSON, %NULL for nowhere. The stream is not closed; nothing else may be written to it meanwhile. Calls wait for a stream that can't be
   * polled ([method@Gio.PollableOutputStream.can_poll]), as they do for a file.
   *
   * Since: 0.1
   */
  properties[PROP_STREAM] = g_param_spec_object ("stream", NULL, NULL, G_TYPE_OUTPUT_STREAM, flags);

  install_content (flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
dheera_logger_init (DheeraLogger *self)
{
  self->shared = g_atomic_rc_box_new0 (Shared);
  self->shared->level = DHEERA_LOG_LEVEL_INFO;
  self->shared->structured_log = TRUE;
  self->shared->timings = TRUE;
  dheera_log_lines_init (&self->shared->lines);
}

static void
set_flag (DheeraLogger  *self,
          gint          *field,
          gboolean       value,
          DheeraCapture  needed, /* for it */
          guint          property)
{
  if (g_atomic_int_exchange (field, value ? 1 : 0) == (value ? 1 : 0))
    return;

  if (needed != DHEERA_CAPTURE_NONE)
    need_capture (self, needed, value);
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

/**
 * dheera_logger_new:
 * @client: the client whose calls are to be written down
 *
 * Makes a logger that writes to GLib's structured log from now on.
 *
 * Returns: (transfer full): a logger, which writes for as long as a reference to it is kept
 *
 * Since: 0.1
 */
DheeraLogger *
dheera_logger_new (DheeraClient *client)
{
  g_return_val_if_fail (DHEERA_IS_CLIENT (client), NULL);

  return g_object_new (DHEERA_TYPE_LOGGER, "client", client, NULL);
}

/**
 * dheera_logger_get_level: (get-property level)
 * @self: a logger
 *
 * Gets how much is written.
 *
 * Returns: the level
 *
 * Since: 0.1
 */
DheeraLogLevel
dheera_logger_get_level (DheeraLogger *self)
{
  g_return_val_if_fail (DHEERA_IS_LOGGER (self), DHEERA_LOG_LEVEL_NONE);

  return (DheeraLogLevel) g_atomic_int_get (&self->shared->level);
}

/**
 * dheera_logger_set_level: (set-property level)
 * @self: a logger
 * @level: the level
 *
 * Sets how much is written. May be called in any thread.
 *
 * Since: 0.1
 */
void
dheera_logger_set_level (DheeraLogger   *self,
                         DheeraLogLevel  level)
{
  g_return_if_fail (DHEERA_IS_LOGGER (self));
  g_return_if_fail (level <= DHEERA_LOG_LEVEL_DEBUG);

  if (g_atomic_int_exchange (&self->shared->level, (gint) level) != (gint) level)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LEVEL]);
}

/**
 * dheera_logger_get_structured_log: (get-property structured-log)
 * @self: a logger
 *
 * Gets whether records go to GLib's structured log.
 *
 * Returns: %TRUE when it is so
 *
 * Since: 0.1
 */
gboolean
dheera_logger_get_structured_log (DheeraLogger *self)
{
  g_return_val_if_fail (DHEERA_IS_LOGGER (self), FALSE);

  return g_atomic_int_get (&self->shared->structured_log) != 0;
}

/**
 * dheera_logger_set_structured_log: (set-property structured-log)
 * @self: a logger
 * @structured_log: whether records go to GLib's structured log
 *
 * Sets whether records go to GLib's structured log. May be called in any thread.
 *
 * Since: 0.1
 */
void
dheera_logger_set_structured_log (DheeraLogger *self,
                                  gboolean      structured_log)
{
  g_return_if_fail (DHEERA_IS_LOGGER (self));

  set_flag (self, &self->shared->structured_log, structured_log, DHEERA_CAPTURE_NONE, PROP_STRUCTURED_LOG);
}

/**
 * dheera_logger_get_timings: (get-property timings)
 * @self: a logger
 *
 * Gets whether records have the times of the call.
 *
 * Returns: %TRUE when it is so
 *
 * Since: 0.1
 */
gboolean
dheera_logger_get_timings (DheeraLogger *self)
{
  g_return_val_if_fail (DHEERA_IS_LOGGER (self), FALSE);

  return g_atomic_int_get (&self->shared->timings) != 0;
}

/**
 * dheera_logger_set_timings: (set-property timings)
 * @self: a logger
 * @timings: whether records have the times of the call
 *
 * Sets whether records have the times of the call. May be called in any thread.
 *
 * Since: 0.1
 */
void
dheera_logger_set_timings (DheeraLogger *self,
                           gboolean      timings)
{
  g_return_if_fail (DHEERA_IS_LOGGER (self));

  set_flag (self, &self->shared->timings, timings, DHEERA_CAPTURE_NONE, PROP_TIMINGS);
}

/**
 * dheera_logger_get_headers: (get-property headers)
 * @self: a logger
 *
 * Gets whether records have the headers of request and answer.
 *
 * Returns: %TRUE when it is so
 *
 * Since: 0.1
 */
gboolean
dheera_logger_get_headers (DheeraLogger *self)
{
  g_return_val_if_fail (DHEERA_IS_LOGGER (self), FALSE);

  return g_atomic_int_get (&self->shared->headers) != 0;
}

/**
 * dheera_logger_set_headers: (set-property headers)
 * @self: a logger
 * @headers: whether records have the headers of request and answer
 *
 * Sets whether records have the headers of request and answer, from the calls on that are made from now on. May be called in any thread.
 *
 * Since: 0.1
 */
void
dheera_logger_set_headers (DheeraLogger *self,
                           gboolean      headers)
{
  g_return_if_fail (DHEERA_IS_LOGGER (self));

  set_flag (self, &self->shared->headers, headers, DHEERA_CAPTURE_HEADERS, PROP_HEADERS);
}

/**
 * dheera_logger_get_bodies: (get-property bodies)
 * @self: a logger
 *
 * Gets whether records have the bodies of request and answer.
 *
 * Returns: %TRUE when it is so
 *
 * Since: 0.1
 */
gboolean
dheera_logger_get_bodies (DheeraLogger *self)
{
  g_return_val_if_fail (DHEERA_IS_LOGGER (self), FALSE);

  return g_atomic_int_get (&self->shared->bodies) != 0;
}

/**
 * dheera_logger_set_bodies: (set-property bodies)
 * @self: a logger
 * @bodies: whether records have the bodies of request and answer
 *
 * Sets whether records have the bodies of request and answer, from the calls on that are made from now on. May be called in any thread.
 *
 * Since: 0.1
 */
void
dheera_logger_set_bodies (DheeraLogger *self,
                          gboolean      bodies)
{
  g_return_if_fail (DHEERA_IS_LOGGER (self));

  set_flag (self, &self->shared->bodies, bodies, DHEERA_CAPTURE_BODIES, PROP_BODIES);
}

/**
 * dheera_logger_dup_stream: (get-property stream)
 * @self: a logger
 *
 * Gets where records go as lines of JSON.
 *
 * Returns: (transfer full) (nullable): the stream, %NULL without one
 *
 * Since: 0.1
 */
GOutputStream *
dheera_logger_dup_stream (DheeraLogger *self)
{
  g_return_val_if_fail (DHEERA_IS_LOGGER (self), NULL);

  return dheera_log_lines_dup_stream (&self->shared->lines);
}

/**
 * dheera_logger_set_stream: (set-property stream)
 * @self: a logger
 * @stream: (nullable): a stream, %NULL for none
 *
 * Sets where records go as lines of JSON. What the stream before did not take is left out; [method@Logger.flush] waits for it. May be called in any thread.
 *
 * Since: 0.1
 */
void
dheera_logger_set_stream (DheeraLogger  *self,
                          GOutputStream *stream)
{
  g_return_if_fail (DHEERA_IS_LOGGER (self));
  g_return_if_fail (stream == NULL || G_IS_OUTPUT_STREAM (stream));

  if (dheera_log_lines_set_stream (&self->shared->lines, stream))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STREAM]);
}

/**
 * dheera_logger_open_file:
 * @self: a logger
 * @path: (type filename): the path of a file
 * @error: return location for an error
 *
 * Writes lines of JSON to a file, in place of [property@Logger:stream].
 *
 * They are appended to what is there already, each in one piece, so that several programs can share the file. A file that is made for it can be read and written by its
 * owner alone. It is closed when the logger goes, or gets another stream. The path may be that of a named pipe, which somebody has to read already.
 *
 * Errors: `G_IO_ERROR` with the code of the system's when the file can't be opened; nothing is changed then.
 *
 * Returns: %TRUE when the file is open
 *
 * Since: 0.1
 */
gboolean
dheera_logger_open_file (DheeraLogger  *self,
                         const char    *path,
                         GError       **error)
{
  g_autoptr(GOutputStream) stream = NULL;
  int fd;

  g_return_val_if_fail (DHEERA_IS_LOGGER (self), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  /* A named pipe that nobody reads is an error, and nothing to wait for. */
  fd = open (path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, S_IRUSR | S_IWUSR);
  if (fd == -1)
    {
      int code = errno;

      g_set_error (error, G_IO_ERROR, (int) g_io_error_from_errno (code), "The file “%s” can't be opened for the log of calls: %s.", path, g_strerror (code));
      return FALSE;
    }

  stream = g_unix_output_stream_new (fd, TRUE);
  dheera_logger_set_stream (self, stream);
  return TRUE;
}

/**
 * dheera_logger_get_n_dropped: (get-property n-dropped)
 * @self: a logger
 *
 * Gets how many lines of JSON were left out.
 *
 * Returns: the number of lines
 *
 * Since: 0.1
 */
guint64
dheera_logger_get_n_dropped (DheeraLogger *self)
{
  g_return_val_if_fail (DHEERA_IS_LOGGER (self), 0);

  return dheera_log_lines_get_n_dropped (&self->shared->lines);
}

/**
 * dheera_logger_flush:
 * @self: a logger
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Writes what the stream has not taken yet, and flushes it. Blocks, and calls that end meanwhile wait; it is for the end of a program.
 *
 * Errors: those of the stream, and `G_IO_ERROR_CANCELLED`.
 *
 * Returns: %TRUE when everything is written, or there is no stream
 *
 * Since: 0.1
 */
gboolean
dheera_logger_flush (DheeraLogger  *self,
                     GCancellable  *cancellable,
                     GError       **error)
{
  g_return_val_if_fail (DHEERA_IS_LOGGER (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return dheera_log_lines_flush (&self->shared->lines, cancellable, error);
}
