/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-mock-endpoints-private.h"

#include <math.h>
#include <string.h>

#include "dheera-ai/wire/dheera-json-writer-private.h"

/* What the offline model says at OpenAI's endpoints beside chat. Like its chats it is pure: the same request gives the same answer. Meaning is words here: texts that
 * share words have vectors that are close to each other, and rankings go by that. */

#define DEFAULT_DIMENSIONS 64
#define MAX_DIMENSIONS 4096
#define MAX_INPUTS 2048
#define WAV_RATE 8000
#define WAV_HEADER 44

/* A single pixel */
static const guchar png[] = {
  0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00,
  0x01, 0x08, 0x06, 0x00, 0x00, 0x00, 0x1f, 0x15, 0xc4, 0x89, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x44, 0x41, 0x54, 0x78, 0xda, 0x63, 0x30, 0x4e,
  0x9b, 0xf9, 0x1f, 0x00, 0x04, 0x34, 0x02, 0x32, 0x84, 0x73, 0x18, 0xf0, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60,
  0x82,
};

static const char spoken[] = "Hello from the offline model.";

/* --- Vectors -------------------------------------------------------------------------------------------------------------------- */

/* FNV-1a, without regard to case and signs */
static guint32
hash_word (const char *word,
           gsize       length)
{
  guint32 hash = 2166136261u;

  for (gsize i = 0; i < length; i++)
    if ((guchar) word[i] >= 0x80 || g_ascii_isalnum (word[i]))
      hash = (hash ^ (guchar) g_ascii_tolower (word[i])) * 16777619u;

  return hash;
}

/* Each word turns a few of the numbers; the whole is brought to the length 1. */
static void
fill_vector (float      *vector,
             guint       dimensions,
             const char *text)
{
  double length = 0;
  gsize n;

  memset (vector, 0, dimensions * sizeof *vector);
  for (; (n = dheera_mock_word (text)) > 0; text += n)
    {
      guint32 hash = hash_word (text, n);

      for (guint i = 0; i < 4; i++)
        {
          hash = hash * 1664525u + 1013904223u;
          vector[(hash >> 8) % dimensions] += (hash & 0x80) ? 1.0f : -1.0f;
        }
    }
  for (guint i = 0; i < dimensions; i++)
    length += (double) vector[i] * (double) vector[i];
  if (length == 0)
    vector[0] = 1;
  for (guint i = 0; i < dimensions && length > 0; i++)
    vector[i] = (float) (vector[i] / sqrt (length));
}

static void
write_vector (DheeraJsonWriter *writer,
              const float      *vector,
              guint             dimensions,
              gboolean          base64)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GBytes) view = NULL;

  if (!base64)
    dheera_json_writer_begin_array (writer);
  for (guint i = 0; i < dimensions; i++)
    {
      guint32 word;

      if (!base64)
        {
          dheera_json_writer_double (writer, (double) vector[i]);
          continue;
        }
      memcpy (&word, &vector[i], sizeof word);
      word = GUINT32_TO_LE (word);
      g_byte_array_append (bytes, (const guint8 *) &word, sizeof word);
    }
  if (!base64)
    {
      dheera_json_writer_end_array (writer);
      return;
    }

  view = g_bytes_new (bytes->data, bytes->len);
  dheera_json_writer_base64 (writer, NULL, view);
}

/* --- What requests have in common ------------------------------------------------------------------------------------------------- */

/* A text, or an array of texts, as a list; NULL with the refusal */
static GPtrArray *
read_texts (DheeraJsonValue    value,
            const char        *param,
            DheeraMockRefusal *refusal)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  DheeraJsonIter iter;
  DheeraJsonValue element;

  if (dheera_json_type (value) == DHEERA_JSON_STRING)
    g_ptr_array_add (texts, dheera_json_dup_string (value));
  dheera_json_iter_init (&iter, value);
  while (dheera_json_type (value) == DHEERA_JSON_ARRAY && dheera_json_iter_next (&iter, NULL, &element) && texts->len < MAX_INPUTS)
    {
      char *text = dheera_json_dup_string (dheera_json_type (element) == DHEERA_JSON_OBJECT ? dheera_json_member (element, "text") : element);

      g_ptr_array_add (texts, text != NULL ? text : g_strdup (""));
    }
  if (texts->len > 0)
    return g_steal_pointer (&texts);

  dheera_mock_refuse (refusal, 400, "invalid_value", param, "\"%s\" must be a text or a list of texts.", param);

  return NULL;
}

static guint
count_tokens (GPtrArray *texts)
{
  guint n = 0;

  for (guint i = 0; i < texts->len; i++)
    n += dheera_mock_count (g_ptr_array_index (texts, i));

  return n;
}

static void
write_usage (DheeraJsonWriter *writer,
             guint             tokens)
{
  dheera_json_writer_key (writer, "usage");
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_int (writer, "prompt_tokens", tokens);
  dheera_json_writer_member_int (writer, "total_tokens", tokens);
  dheera_json_writer_end_object (writer);
}

static void
write_model (DheeraJsonWriter *writer,
             DheeraJsonValue   request)
{
  g_autofree char *model = dheera_json_dup_string (dheera_json_member (request, "model"));

  dheera_json_writer_member_string (writer, "model", model != NULL ? model : "echo");
}

/* --- The endpoints ---------------------------------------------------------------------------------------------------------------- */

static gboolean
embed (DheeraJsonValue    request,
       DheeraJsonWriter  *writer,
       DheeraMockRefusal *refusal)
{
  gint64 dimensions = dheera_json_get_int (dheera_json_member (request, "dimensions"), DEFAULT_DIMENSIONS);
  gboolean base64 = dheera_json_equal (dheera_json_member (request, "encoding_format"), "base64");
  g_autoptr (GPtrArray) texts = read_texts (dheera_json_member (request, "input"), "input", refusal);
  g_autofree float *vector = NULL;

  if (texts == NULL)
    return FALSE;
  if (dimensions < 1 || dimensions > MAX_DIMENSIONS)
    return dheera_mock_refuse (refusal, 400, "invalid_value", "dimensions", "\"dimensions\" must be from 1 to %d.", MAX_DIMENSIONS);

  vector = g_new (float, dimensions);
  dheera_json_writer_member_string (writer, "object", "list");
  dheera_json_writer_key (writer, "data");
  dheera_json_writer_begin_array (writer);
  for (guint i = 0; i < texts->len; i++)
    {
      fill_vector (vector, (guint) dimensions, g_ptr_array_index (texts, i));
      dheera_json_writer_begin_object (writer);
      dheera_json_writer_member_string (writer, "object", "embedding");
      dheera_json_writer_member_int (writer, "index", i);
      dheera_json_writer_key (writer, "embedding");
      write_vector (writer, vector, (guint) dimensions, base64);
      dheera_json_writer_end_object (writer);
    }
  dheera_json_writer_end_array (writer);
  write_model (writer, request);
  write_usage (writer, count_tokens (texts));

  return TRUE;
}

typedef struct
{
  guint index;
  double score;
} Ranked;

static int
compare_ranked (gconstpointer a,
                gconstpointer b)
{
  const Ranked *left = a;
  const Ranked *right = b;

  if (left->score != right->score)
    return left->score > right->score ? -1 : 1;

  return left->index < right->index ? -1 : 1;
}

static GArray *
rank (const char *query,
      GPtrArray  *documents)
{
  GArray *ranked = g_array_new (FALSE, FALSE, sizeof (Ranked));
  float asked[DEFAULT_DIMENSIONS];
  float told[DEFAULT_DIMENSIONS];

  fill_vector (asked, DEFAULT_DIMENSIONS, query);
  for (guint i = 0; i < documents->len; i++)
    {
      Ranked one = { i, 0 };

      fill_vector (told, DEFAULT_DIMENSIONS, g_ptr_array_index (documents, i));
      for (guint j = 0; j < DEFAULT_DIMENSIONS; j++)
        one.score += (double) asked[j] * (double) told[j];
      g_array_append_val (ranked, one);
    }
  g_array_sort (ranked, compare_ranked);

  return ranked;
}

static gboolean
rerank (DheeraJsonValue    request,
        DheeraJsonWriter  *writer,
        DheeraMockRefusal *refusal)
{
  g_autofree char *query = dheera_json_dup_string (dheera_json_member (request, "query"));
  g_autoptr (GPtrArray) documents = read_texts (dheera_json_member (request, "documents"), "documents", refusal);
  gint64 top_n = dheera_json_get_int (dheera_json_member (request, "top_n"), G_MAXINT);
  gboolean with_text = dheera_json_get_boolean (dheera_json_member (request, "return_documents"), FALSE);
  g_autoptr (GArray) ranked = NULL;

  if (documents == NULL)
    return FALSE;
  if (query == NULL)
    return dheera_mock_refuse (refusal, 400, "invalid_value", "query", "\"query\" must be a text.");

  ranked = rank (query, documents);
  write_model (writer, request);
  dheera_json_writer_key (writer, "results");
  dheera_json_writer_begin_array (writer);
  for (guint i = 0; i < ranked->len && i < top_n; i++)
    {
      const Ranked *one = &g_array_index (ranked, Ranked, i);

      dheera_json_writer_begin_object (writer);
      dheera_json_writer_member_int (writer, "index", one->index);
      dheera_json_writer_member_double (writer, "relevance_score", one->score);
      if (with_text)
        dheera_json_writer_member_string (writer, "document", g_ptr_array_index (documents, one->index));
      dheera_json_writer_end_object (writer);
    }
  dheera_json_writer_end_array (writer);
  write_usage (writer, dheera_mock_count (query) + count_tokens (documents));

  return TRUE;
}

static gboolean
moderate (DheeraJsonValue    request,
          DheeraJsonWriter  *writer,
          DheeraMockRefusal *refusal)
{
  static const struct
  {
    const char *category;
    const char *word;
  } categories[] = { { "hate", "hate" }, { "harassment", "stupid" }, { "self-harm/intent", "hurt myself" }, { "violence", "kill" } };
  g_autoptr (GPtrArray) texts = read_texts (dheera_json_member (request, "input"), "input", refusal);

  if (texts == NULL)
    return FALSE;

  dheera_json_writer_member_string (writer, "id", "modr-mock");
  write_model (writer, request);
  dheera_json_writer_key (writer, "results");
  dheera_json_writer_begin_array (writer);
  for (guint i = 0; i < texts->len; i++)
    {
      g_autofree char *text = g_utf8_strdown (g_ptr_array_index (texts, i), -1);
      gboolean flagged = FALSE;

      dheera_json_writer_begin_object (writer);
      dheera_json_writer_key (writer, "categories");
      dheera_json_writer_begin_object (writer);
      for (guint j = 0; j < G_N_ELEMENTS (categories); j++)
        {
          gboolean found = strstr (text, categories[j].word) != NULL;

          flagged |= found;
          dheera_json_writer_member_boolean (writer, categories[j].category, found);
        }
      dheera_json_writer_end_object (writer);
      dheera_json_writer_key (writer, "category_scores");
      dheera_json_writer_begin_object (writer);
      for (guint j = 0; j < G_N_ELEMENTS (categories); j++)
        dheera_json_writer_member_double (writer, categories[j].category, strstr (text, categories[j].word) != NULL ? 0.9 : 0.1);
      dheera_json_writer_end_object (writer);
      dheera_json_writer_member_boolean (writer, "flagged", flagged);
      dheera_json_writer_end_object (writer);
    }
  dheera_json_writer_end_array (writer);

  return TRUE;
}

/* --- Pictures and sound --------------------------------------------------------------------------------------------------------- */

static void
write_images (DheeraJsonWriter *writer,
              gint64            n)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (png, sizeof png);

  dheera_json_writer_member_int (writer, "created", 1);
  dheera_json_writer_member_string (writer, "output_format", "png");
  dheera_json_writer_key (writer, "data");
  dheera_json_writer_begin_array (writer);
  for (gint64 i = 0; i < CLAMP (n, 1, 10); i++)
    {
      dheera_json_writer_begin_object (writer);
      dheera_json_writer_key (writer, "b64_json");
      dheera_json_writer_base64 (writer, NULL, bytes);
      dheera_json_writer_end_object (writer);
    }
  dheera_json_writer_end_array (writer);
}

static gboolean
draw (DheeraJsonValue    request,
      DheeraJsonWriter  *writer,
      DheeraMockRefusal *refusal)
{
  if (dheera_json_type (dheera_json_member (request, "prompt")) != DHEERA_JSON_STRING)
    return dheera_mock_refuse (refusal, 400, "invalid_value", "prompt", "\"prompt\" must be a text.");

  write_images (writer, dheera_json_get_int (dheera_json_member (request, "n"), 1));

  return TRUE;
}

static void
append_le (GByteArray *out,
           guint32     value,
           guint       size)
{
  for (guint i = 0; i < size; i++)
    {
      guint8 byte = (guint8) (value >> (8 * i));

      g_byte_array_append (out, &byte, 1);
    }
}

/* Silence, a quarter of a second for each word */
static GBytes *
make_wav (guint words)
{
  guint length = words * WAV_RATE / 4;
  GByteArray *out = g_byte_array_sized_new (WAV_HEADER + length);

  g_byte_array_append (out, (const guint8 *) "RIFF", 4);
  append_le (out, WAV_HEADER - 8 + length, 4);
  g_byte_array_append (out, (const guint8 *) "WAVEfmt ", 8);
  append_le (out, 16, 4);
  append_le (out, 1, 2);
  append_le (out, 1, 2);
  append_le (out, WAV_RATE, 4);
  append_le (out, WAV_RATE, 4);
  append_le (out, 1, 2);
  append_le (out, 8, 2);
  g_byte_array_append (out, (const guint8 *) "data", 4);
  append_le (out, length, 4);
  g_byte_array_set_size (out, WAV_HEADER + length);
  memset (out->data + WAV_HEADER, 0x80, length);

  return g_byte_array_free_to_bytes (out);
}

/* The first value of a form's field, NULL without one. Binary data stands before and behind it. */
static char *
find_field (const char *body,
            gsize       length,
            const char *name)
{
  g_autofree char *head = g_strdup_printf ("; name=\"%s\"\r\n\r\n", name);
  gsize n = strlen (head);

  for (gsize i = 0; i + n < length; i++)
    if (body[i] == ';' && memcmp (body + i, head, n) == 0)
      {
        const char *value = body + i + n;
        const char *end = memchr (value, '\r', length - i - n);

        return end != NULL ? g_strndup (value, (gsize) (end - value)) : NULL;
      }

  return NULL;
}

static GBytes *
transcribe (const char  *body,
            gsize        length,
            const char **type)
{
  g_autofree char *format = find_field (body, length, "response_format");
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;

  if (g_strcmp0 (format, "text") == 0)
    {
      *type = "text/plain";
      return g_bytes_new_static (spoken, strlen (spoken));
    }

  dheera_json_writer_init (&writer, 256);
  dheera_json_writer_begin_object (&writer);
  dheera_json_writer_member_string (&writer, "text", spoken);
  if (g_strcmp0 (format, "verbose_json") == 0)
    {
      dheera_json_writer_member_string (&writer, "language", "english");
      dheera_json_writer_member_double (&writer, "duration", 1.25);
      dheera_json_writer_member_raw (&writer, "segments", "[{\"id\":0,\"start\":0.0,\"end\":1.25,\"text\":\"Hello from the offline model.\"}]");
      dheera_json_writer_member_raw (&writer, "words", "[{\"word\":\"Hello\",\"start\":0.0,\"end\":0.25}]");
    }
  dheera_json_writer_end_object (&writer);

  return dheera_json_writer_steal_bytes (&writer);
}

static GBytes *
edit_image (const char *body,
            gsize       length)
{
  g_autofree char *n = find_field (body, length, "n");
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;

  dheera_json_writer_init (&writer, 512);
  dheera_json_writer_begin_object (&writer);
  write_images (&writer, n != NULL ? g_ascii_strtoll (n, NULL, 10) : 1);
  dheera_json_writer_end_object (&writer);

  return dheera_json_writer_steal_bytes (&writer);
}

/* --- Routes ---------------------------------------------------------------------------------------------------------------------- */

typedef struct
{
  const char *route;
  gboolean (*answer) (DheeraJsonValue    request,
                      DheeraJsonWriter  *writer,
                      DheeraMockRefusal *refusal);
} Endpoint;

static const Endpoint endpoints[] = {
  { "/embeddings", embed }, { "/rerank", rerank }, { "/moderations", moderate }, { "/images/generations", draw }, { "/audio/speech", NULL },
};

static GBytes *
answer_json (const Endpoint     *endpoint,
             DheeraJsonValue     request,
             const char        **type,
             DheeraMockRefusal  *refusal)
{
  g_autofree char *input = dheera_json_dup_string (dheera_json_member (request, "input"));
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;

  if (endpoint->answer == NULL)
    {
      *type = "audio/wav";
      return make_wav (MIN (dheera_mock_count (input != NULL ? input : ""), 1000));
    }

  dheera_json_writer_init (&writer, 512);
  dheera_json_writer_begin_object (&writer);
  if (!endpoint->answer (request, &writer, refusal))
    {
      dheera_json_writer_clear (&writer);
      return NULL;
    }
  dheera_json_writer_end_object (&writer);

  return dheera_json_writer_steal_bytes (&writer);
}

/* What the request's member "mock" can ask for here: a status. */
static gboolean
has_fault (DheeraJsonValue    request,
           DheeraMockRefusal *refusal)
{
  gint64 status = dheera_json_get_int (dheera_json_path (request, "mock.status"), 0);

  if (status < 400 || status > 599)
    return FALSE;
  dheera_mock_refuse (refusal, (guint) status, NULL, NULL, "The request asked for the status %u.", (guint) status);

  return TRUE;
}

GBytes *
dheera_mock_endpoints_answer (const char         *route,
                              const char         *body,
                              gsize               length,
                              const char        **type,
                              DheeraMockRefusal  *refusal)
{
  DheeraJson json = DHEERA_JSON_INIT;
  GBytes *answer = NULL;

  *type = "application/json";
  if (strcmp (route, "/audio/transcriptions") == 0 || strcmp (route, "/audio/translations") == 0)
    return transcribe (body, length, type);
  if (strcmp (route, "/images/edits") == 0)
    return edit_image (body, length);

  for (guint i = 0; i < G_N_ELEMENTS (endpoints); i++)
    {
      if (strcmp (route, endpoints[i].route) != 0)
        continue;
      if (!dheera_json_parse (&json, body, length))
        dheera_mock_refuse (refusal, 400, NULL, NULL, "The body is not valid JSON: %s.", json.error_message);
      else if (!has_fault (dheera_json_root (&json), refusal))
        answer = answer_json (&endpoints[i], dheera_json_root (&json), type, refusal);
      dheera_json_clear (&json);
    }

  return answer;
}
