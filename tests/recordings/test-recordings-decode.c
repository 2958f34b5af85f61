/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Every recorded answer of the chat completions family goes through framer and decoder, in one piece, byte
 * by byte, cut in two and cut off, and has to become what read_recording.py, which knows nothing of this
 * library, read in it. */

#include <string.h>

#include "recordings-tasks.h"

#include "dheera-ai/model/dheera-enum-types.h"
#include "dheera-ai/model/responses/dheera-response-private.h"
#include "dheera-ai/providers/dheera-protocol-private.h"
#include "dheera-ai/providers/dheera-provider-private.h"
#include "dheera-ai/wire/dheera-framer-private.h"
#include "dheera-ai/wire/dheera-json-private.h"

/* Up to this size of a body every place to cut is tried, above it so many of them. */
#define EVERY_CUT 20000
#define SOME_CUTS 200
/* Up to this size each split is also decoded; the frames, which are all that a decoder sees, are compared
 * at each of them anyway. */
#define EVERY_DECODED_SPLIT 2500
#define SOME_DECODED_SPLITS 20

typedef struct
{
  char *name;
  char *body;
  gsize size;
  gsize end; /* so many bytes make the answer complete */
  guint status;
  DheeraFraming framing;
  DheeraTask task;  /* DHEERA_N_TASKS for a chat */
  guint wanted;     /* so many results were asked for, 0 when it is not known */
  char *content_type;
  DheeraProvider *provider;
  DheeraJsonValue headers;
  DheeraJsonValue expected;
} Case;

static GArray *cases;
static DheeraJsonValue exceptions; /* by test, then by recording: why it is known to fail */
static guint least;                /* so many recordings there have to be */

/* --- Running --------------------------------------------------------------------------------- */

/* Feeds the first bytes, then pieces of step, up to limit, and gives each frame to func until it has
 * enough. */
typedef gboolean (*FrameFunc) (const DheeraFrame *frame,
                               gpointer           data);

static gboolean
drain (DheeraFramer *framer,
       FrameFunc     func,
       gpointer      data)
{
  DheeraFrame frame;
  DheeraFrameStatus status;

  while ((status = dheera_framer_next (framer, &frame)) == DHEERA_FRAME_READY)
    {
      if (!func (&frame, data))
        return FALSE;
    }
  g_assert_cmpint (status, ==, DHEERA_FRAME_NONE);

  return TRUE;
}

static void
feed (DheeraFramer *framer,
      const Case   *c,
      gsize         limit,
      gsize         first,
      gsize         step,
      FrameFunc     func,
      gpointer      data)
{
  gsize position = 0;
  gsize piece = first;

  dheera_framer_reset (framer, c->framing);
  while (position < limit)
    {
      gsize room;
      char *buffer = dheera_framer_reserve (framer, &room);
      gsize length = MIN (MIN (piece, room), limit - position);

      memcpy (buffer, c->body + position, length);
      dheera_framer_commit (framer, length);
      position += length;
      piece = length < piece ? piece - length : step;
      if (!drain (framer, func, data))
        return;
    }
  dheera_framer_finish (framer);
  drain (framer, func, data);
}

static gboolean
log_frame (const DheeraFrame *frame,
           gpointer           data)
{
  GString *out = data;

  g_string_append (out, frame->type);
  g_string_append_len (out, (const char *) &frame->length, sizeof frame->length);
  g_string_append_len (out, frame->data, frame->length);

  return TRUE;
}

typedef struct
{
  DheeraDecoder *decoder;
  DheeraDecoded decoded;
  gboolean framed;
  DheeraTask task;
  GObject *result; /* of a task */
} Run;

static gboolean
decode_frame (const DheeraFrame *frame,
              gpointer           data)
{
  Run *run = data;
  const DheeraProtocol *protocol = run->decoder->protocol;

  if (run->task != DHEERA_N_TASKS)
    {
      run->result = protocol->tasks[run->task].decode (run->decoder, frame->data, frame->length);
      run->decoded = run->result != NULL ? DHEERA_DECODED_END : DHEERA_DECODED_FAILED;
    }
  else if (run->framed)
    run->decoded = protocol->decode_frame (run->decoder, frame);
  else
    run->decoded = protocol->decode_chat (run->decoder, frame->data, frame->length);

  return run->decoded == DHEERA_DECODED_MORE;
}

/* What is given out stays while the case is looked at. */
static const char *
get_header (gpointer    data,
            const char *name)
{
  const Case *c = data;
  static GPtrArray *kept;
  char *value = dheera_json_dup_string (dheera_json_member (c->headers, name));

  if (kept == NULL)
    kept = g_ptr_array_new_with_free_func (g_free);
  if (kept->len > 64)
    g_ptr_array_remove_range (kept, 0, 32);
  if (value != NULL)
    g_ptr_array_add (kept, value);

  return value;
}

static void
run_case (Run          *run,
          DheeraFramer *framer,
          const Case   *c,
          gsize         limit,
          gsize         first,
          gsize         step)
{
  run->decoder = dheera_decoder_new (c->provider);
  run->decoder->request_id = g_strdup (dheera_provider_find_request_id (c->provider, NULL, get_header, (gpointer) c));
  run->framed = c->framing != DHEERA_FRAMING_WHOLE;
  run->decoder->n_choices = c->wanted;
  run->decoder->content_type = g_strdup (c->content_type);
  run->task = c->task;
  run->decoded = DHEERA_DECODED_MORE;
  run->result = NULL;

  feed (framer, c, limit, first, step, decode_frame, run);
  if (run->decoded != DHEERA_DECODED_MORE)
    return;

  /* An empty body makes no frame. */
  if (run->framed)
    run->decoded = run->decoder->protocol->decode_eof (run->decoder);
  else
    decode_frame (&(DheeraFrame) { "message", "", 0, "", FALSE }, run);
}

static void
run_clear (Run *run)
{
  g_clear_object (&run->result);
  dheera_decoder_free (run->decoder);
}

/* --- Comparing ------------------------------------------------------------------------------- */

static const char *
enum_nick (GType type,
           int   value)
{
  g_autoptr (GEnumClass) class = g_type_class_ref (type);

  return g_enum_get_value (class, value)->value_nick;
}

static char *
differ (const char *what,
        const char *got,
        const char *wanted)
{
  return g_strdup_printf ("%s is “%.300s”, not “%.300s”", what, got, wanted);
}

/* NULL when they are the same */
static char *
compare_text (const char      *what,
              const char      *got,
              DheeraJsonValue  wanted,
              gboolean         beginning)
{
  g_autofree char *text = dheera_json_dup_string (wanted);

  if (text == NULL || g_strcmp0 (got, text) == 0 || (beginning && g_str_has_prefix (text, got)))
    return NULL;

  return differ (what, got, text);
}

static char *
compare_tool_calls (GListModel      *calls,
                    DheeraJsonValue  wanted)
{
  guint n = g_list_model_get_n_items (calls);
  char *fault = NULL;

  if (n != dheera_json_size (wanted))
    return g_strdup_printf ("there are %u tool calls, not %u", n, dheera_json_size (wanted));

  for (guint i = 0; i < n && fault == NULL; i++)
    {
      g_autoptr (DheeraToolCall) call = g_list_model_get_item (calls, i);
      DheeraJsonValue one = dheera_json_element (wanted, i);

      fault = compare_text ("a tool call's name", dheera_tool_call_get_name (call), dheera_json_member (one, "name"), FALSE);
      if (fault == NULL)
        fault = compare_text ("a tool call's arguments", dheera_tool_call_get_arguments (call), dheera_json_member (one, "arguments"), FALSE);
      if (fault == NULL)
        fault = compare_text ("a tool call's id", dheera_tool_call_get_id (call), dheera_json_member (one, "id"), FALSE);
      if (fault == NULL && *dheera_tool_call_get_id (call) == '\0')
        fault = g_strdup ("a tool call has no id");
    }

  return fault;
}

static char *
compare_choice (DheeraChoice    *choice,
                DheeraJsonValue  wanted,
                gboolean         failed,
                gboolean         beginning)
{
  DheeraMessage *message = dheera_choice_get_message (choice);
  g_autofree char *reason = g_strdup (enum_nick (DHEERA_TYPE_FINISH_REASON, dheera_choice_get_finish_reason (choice)));
  char *fault = compare_text ("the text", dheera_message_get_text (message), dheera_json_member (wanted, "text"), beginning);

  if (fault == NULL)
    fault = compare_text ("the reasoning", dheera_message_get_reasoning (message), dheera_json_member (wanted, "reasoning"), beginning);
  if (fault == NULL)
    fault = compare_text ("the refusal", dheera_message_get_refusal (message), dheera_json_member (wanted, "refusal"), beginning);
  if (fault == NULL && !failed)
    fault = compare_text ("the finish reason", g_strdelimit (reason, "-", '_'), dheera_json_member (wanted, "finish_reason"), FALSE);
  if (fault == NULL && !failed)
    fault = compare_tool_calls (dheera_message_get_tool_calls (message), dheera_json_member (wanted, "tool_calls"));

  return fault;
}

static char *
compare_choices (DheeraResponse  *response,
                 DheeraJsonValue  wanted,
                 gboolean         failed,
                 gboolean         beginning)
{
  guint n = dheera_response_get_n_choices (response);
  char *fault = NULL;

  if (beginning ? n > dheera_json_size (wanted) : n != dheera_json_size (wanted))
    return g_strdup_printf ("there are %u choices, not %u", n, dheera_json_size (wanted));

  for (guint i = 0; i < n && fault == NULL; i++)
    fault = compare_choice (dheera_response_get_choice (response, i), dheera_json_element (wanted, i), failed, beginning);

  return fault;
}

static char *
compare_annotations (DheeraResponse  *response,
                     DheeraJsonValue  wanted)
{
  DheeraJson json = DHEERA_JSON_INIT;
  const char *text = dheera_response_get_annotations (response);
  gint64 n = 0;

  if (text != NULL && *text != '\0' && dheera_json_parse (&json, text, strlen (text)))
    n = dheera_json_size (dheera_json_root (&json));
  dheera_json_clear (&json);
  if (n == dheera_json_get_int (wanted, 0))
    return NULL;

  return g_strdup_printf ("there are %" G_GINT64_FORMAT " annotations, not %" G_GINT64_FORMAT, n, dheera_json_get_int (wanted, 0));
}

static char *
compare_error (DheeraErrorDetails *failure,
               DheeraJsonValue     wanted)
{
  g_assert_nonnull (failure);
  g_assert_cmpstr (dheera_error_details_get_message (failure), !=, "");

  return compare_text ("the error", enum_nick (DHEERA_TYPE_ERROR, dheera_error_details_get_code (failure)), wanted, FALSE);
}

/* complete: all bytes were there, and with them the usage that some send behind the end */
static char *
compare (const Case *c,
         const Run  *run,
         gboolean    complete)
{
  DheeraResponse *response = dheera_accumulator_get_response (run->decoder->accumulator);
  DheeraJsonValue error = dheera_json_member (c->expected, "error");
  DheeraJsonValue choices = dheera_json_member (c->expected, "choices");
  char *fault;

  if (run->decoded == DHEERA_DECODED_FAILED)
    {
      if (!dheera_json_exists (error))
        return g_strdup_printf ("it failed: %s", dheera_error_details_get_message (run->decoder->failure));
      fault = compare_error (run->decoder->failure, error);
      return fault != NULL || run->task != DHEERA_N_TASKS ? fault : compare_choices (response, choices, TRUE, FALSE);
    }
  if (dheera_json_exists (error))
    return g_strdup ("it did not fail");
  if (run->task != DHEERA_N_TASKS)
    return task_compare (run->result, c->expected);

  fault = compare_choices (response, choices, FALSE, FALSE);
  if (fault == NULL)
    fault = compare_text ("the id", dheera_response_get_id (response), dheera_json_member (c->expected, "id"), FALSE);
  if (fault == NULL)
    fault = compare_text ("the model", dheera_response_get_model (response), dheera_json_member (c->expected, "model"), FALSE);
  if (fault == NULL && *dheera_response_get_id (response) == '\0')
    fault = g_strdup ("the answer has no id");
  if (fault == NULL && complete)
    fault = usage_compare (dheera_response_get_usage (response), dheera_json_member (c->expected, "usage"));
  if (fault == NULL && complete)
    fault = compare_annotations (response, dheera_json_member (c->expected, "annotations"));

  return fault;
}

/* --- Tests ----------------------------------------------------------------------------------- */

/* An answer with an error status does not reach the decoder. */
static char *
check_status (const Case *c)
{
  g_autoptr (DheeraErrorDetails) failure =
    dheera_error_body_decode (c->provider, "model", c->status, c->body, c->size, get_header, (gpointer) c);

  g_assert_cmpuint (dheera_error_details_get_status (failure), ==, c->status);

  return compare_error (failure, dheera_json_member (c->expected, "error"));
}

static gboolean
is_success (const Case *c)
{
  return c->status >= 200 && c->status < 300;
}

static char *
check_pieces (const Case   *c,
              DheeraFramer *framer,
              gsize         first,
              gsize         step)
{
  Run run;
  char *fault;

  run_case (&run, framer, c, c->size, first, step);
  fault = compare (c, &run, TRUE);
  run_clear (&run);

  return fault;
}

static char *
check_whole (const Case   *c,
             DheeraFramer *framer)
{
  return is_success (c) ? check_pieces (c, framer, c->size, c->size) : check_status (c);
}

static char *
check_bytes (const Case   *c,
             DheeraFramer *framer)
{
  return is_success (c) ? check_pieces (c, framer, 1, 1) : NULL;
}

/* The places of the body to be tried: all of a small one, some of a big one. */
static GArray *
list_places (const Case *c)
{
  GArray *places = g_array_new (FALSE, FALSE, sizeof (gsize));
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  if (c->size < EVERY_CUT)
    {
      for (gsize i = 0; i < c->size; i++)
        g_array_append_val (places, i);
      return places;
    }

  for (guint n = 0; n < SOME_CUTS; n++)
    {
      gsize i = (gsize) g_rand_int_range (rand, 0, (gint32) c->size);

      g_array_append_val (places, i);
    }

  return places;
}

static char *
check_splits (const Case   *c,
              DheeraFramer *framer)
{
  g_autoptr (GArray) places = list_places (c);
  g_autoptr (GString) whole = g_string_new (NULL);
  g_autoptr (GString) split = g_string_new (NULL);
  guint every = c->size < EVERY_DECODED_SPLIT ? 1 : MAX (1, places->len / SOME_DECODED_SPLITS);
  char *fault = NULL;

  if (!is_success (c))
    return NULL;

  feed (framer, c, c->size, c->size, c->size, log_frame, whole);
  for (guint i = 0; i < places->len && fault == NULL; i++)
    {
      gsize place = g_array_index (places, gsize, i);

      if (place == 0)
        continue;
      g_string_truncate (split, 0);
      feed (framer, c, c->size, place, c->size, log_frame, split);
      if (!g_string_equal (whole, split))
        fault = g_strdup_printf ("split at byte %" G_GSIZE_FORMAT " it makes other frames", place);
      else if (i % every == 0)
        fault = check_pieces (c, framer, place, c->size);
    }

  return fault;
}

static char *
check_cut (const Case   *c,
           DheeraFramer *framer,
           gsize         limit)
{
  DheeraJsonValue error = dheera_json_member (c->expected, "error");
  DheeraError code;
  Run run;
  char *fault = NULL;

  run_case (&run, framer, c, limit, limit, limit);
  if (run.decoded == DHEERA_DECODED_END)
    {
      fault = limit < c->end ? g_strdup ("it came to an end that was not there yet") : compare (c, &run, FALSE);
    }
  else
    {
      code = dheera_error_details_get_code (run.decoder->failure);
      if (limit >= c->end)
        fault = g_strdup_printf ("it failed although all of it was there: %s", dheera_error_details_get_message (run.decoder->failure));
      else if (code != DHEERA_ERROR_STREAM_INTERRUPTED && (run.framed || code != DHEERA_ERROR_PROTOCOL))
        fault = compare_error (run.decoder->failure, error);
      if (fault == NULL && run.framed)
        fault = compare_choices (dheera_accumulator_get_response (run.decoder->accumulator), dheera_json_member (c->expected, "choices"), TRUE,
                                 TRUE);
    }
  run_clear (&run);

  return fault;
}

static char *
check_cuts (const Case   *c,
            DheeraFramer *framer)
{
  g_autoptr (GArray) places = list_places (c);
  g_autoptr (GString) before = g_string_new (NULL);
  g_autoptr (GString) frames = g_string_new (NULL);
  gboolean was_complete = FALSE;

  /* Of sound and plain text a part looks like the whole. */
  if (c->end == 0)
    return NULL;

  for (guint i = 0; is_success (c) && i < places->len; i++)
    {
      gsize limit = g_array_index (places, gsize, i);
      g_autofree char *fault = NULL;

      g_string_truncate (frames, 0);
      feed (framer, c, limit, limit, limit, log_frame, frames);
      /* The decoder sees frames, so the same ones mean the same, unless more is expected of them now. */
      if (i > 0 && g_string_equal (frames, before) && was_complete == (limit >= c->end))
        continue;

      g_string_assign (before, frames->str);
      g_string_truncate (before, 0);
      g_string_append_len (before, frames->str, frames->len);
      was_complete = limit >= c->end;
      fault = check_cut (c, framer, limit);
      if (fault != NULL)
        return g_strdup_printf ("cut off at byte %" G_GSIZE_FORMAT ", %s", limit, fault);
    }

  return NULL;
}

/* What is listed as an exception has to be one, so that the list does not outlive its reasons. */
static gboolean
judge (const Case *c,
       const char *fault,
       const char *reason)
{
  if (fault == NULL && reason == NULL)
    return TRUE;

  if (reason == NULL)
    g_test_message ("%s: %s", c->name, fault);
  else if (fault == NULL)
    g_test_message ("%s is listed as an exception, but passes", c->name);
  else
    g_test_message ("Exception: %s: %s (%s)", c->name, fault, reason);

  return fault != NULL && reason != NULL;
}

static void
run_all (const char *part,
         char     *(*check) (const Case *, DheeraFramer *))
{
  DheeraFramer *framer = dheera_framer_new (DHEERA_FRAMING_WHOLE);
  DheeraJsonValue listed = dheera_json_member (exceptions, part);
  guint n_failed = 0;

  g_assert_cmpuint (cases->len, >=, least);
  for (guint i = 0; i < cases->len; i++)
    {
      const Case *c = &g_array_index (cases, Case, i);
      g_autofree char *fault = check (c, framer);
      g_autofree char *reason = dheera_json_dup_string (dheera_json_member (listed, c->name));

      if (!judge (c, fault, reason))
        n_failed++;
    }
  dheera_framer_free (framer);
  if (n_failed > 0)
    g_test_fail_printf ("%u of %u recordings", n_failed, cases->len);
}

static void
test_whole (void)
{
  run_all ("whole", check_whole);
}

static void
test_bytes (void)
{
  run_all ("bytes", check_bytes);
}

static void
test_splits (void)
{
  run_all ("splits", check_splits);
}

static void
test_cuts (void)
{
  run_all ("cuts", check_cuts);
}

/* --- Loading --------------------------------------------------------------------------------- */

static void
case_clear (gpointer data)
{
  Case *self = data;

  g_free (self->name);
  g_free (self->body);
  g_free (self->content_type);
  g_object_unref (self->provider);
}

static DheeraProvider *
make_provider (DheeraJsonValue id)
{
  g_autofree char *name = dheera_json_dup_string (id);

  if (dheera_provider_find_row (name) == NULL)
    return dheera_provider_new_compatible (name, "http://localhost/v1");

  return dheera_provider_new (name);
}

static DheeraFraming
read_framing (DheeraJsonValue name)
{
  if (dheera_json_equal (name, "sse"))
    return DHEERA_FRAMING_SSE;
  if (dheera_json_equal (name, "ndjson"))
    return DHEERA_FRAMING_NDJSON;
  if (dheera_json_equal (name, "aws"))
    return DHEERA_FRAMING_AWS;

  return DHEERA_FRAMING_WHOLE;
}

static void
load_case (DheeraJsonValue value)
{
  g_autofree char *body = NULL;
  Case c = { 0 };

  c.name = dheera_json_dup_string (dheera_json_member (value, "name"));
  body = dheera_json_dup_string (dheera_json_member (value, "body"));
  c.body = (char *) g_base64_decode (body, &c.size);
  c.status = (guint) dheera_json_get_int (dheera_json_member (value, "status"), 0);
  c.framing = read_framing (dheera_json_member (value, "framing"));
  c.task = task_from_name (dheera_json_member (value, "task"));
  c.wanted = (guint) dheera_json_get_int (dheera_json_member (value, "wanted"), 0);
  c.content_type = dheera_json_dup_string (dheera_json_member (value, "content_type"));
  c.provider = make_provider (dheera_json_member (value, "provider"));
  c.headers = dheera_json_member (value, "headers");
  c.expected = dheera_json_member (value, "expected");
  c.end = (gsize) dheera_json_get_int (dheera_json_member (c.expected, "end"), 0);
  g_array_append_val (cases, c);
}

int
main (int    argc,
      char **argv)
{
  DheeraJson json = DHEERA_JSON_INIT;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  DheeraJsonValue value;
  DheeraJsonIter iter;
  gsize length;
  int result;

  g_test_init (&argc, &argv, NULL);
  if (argc < 2)
    g_error ("The first argument is the file that run_recordings.py makes");
  if (!g_file_get_contents (argv[1], &text, &length, &error))
    g_error ("%s", error->message);
  if (!dheera_json_parse (&json, text, length))
    g_error ("%s at byte %" G_GSIZE_FORMAT ": %s", argv[1], json.error_offset, json.error_message);

  cases = g_array_new (FALSE, FALSE, sizeof (Case));
  g_array_set_clear_func (cases, case_clear);
  dheera_json_iter_init (&iter, dheera_json_path (dheera_json_root (&json), "cases"));
  while (dheera_json_iter_next (&iter, NULL, &value))
    load_case (value);
  exceptions = dheera_json_path (dheera_json_root (&json), "exceptions");
  least = (guint) dheera_json_get_int (dheera_json_path (dheera_json_root (&json), "least"), G_MAXINT);

  g_test_add_func ("/recordings/whole", test_whole);
  g_test_add_func ("/recordings/bytes", test_bytes);
  g_test_add_func ("/recordings/splits", test_splits);
  g_test_add_func ("/recordings/cuts", test_cuts);
  result = g_test_run ();

  g_array_unref (cases);
  dheera_json_clear (&json);

  return result;
}
