/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "wire-util.h"

#include "aws-util.h"

#include "dheera-ai/wire/dheera-aws-events-private.h"

#define EVENT \
  "0000009e00000057fe1b824f0b3a6576656e742d74797065070011636f6e74656e74426c6f636b44656c74610d3a636f6e74656e742d747970650700106170706c" \
  "69636174696f6e2f6a736f6e0d3a6d6573736167652d747970650700056576656e747b22636f6e74656e74426c6f636b496e646578223a302c2264656c7461223a" \
  "7b2274657874223a224869227d2c2270223a22616263227d9343f010"
#define EXCEPTION \
  "0000008800000061de0175f40f3a657863657074696f6e2d747970650700137468726f74746c696e67457863657074696f6e0d3a636f6e74656e742d7479706507" \
  "00106170706c69636174696f6e2f6a736f6e0d3a6d6573736167652d74797065070009657863657074696f6e7b226d657373616765223a22736c6f7720646f776e" \
  "227d832ee072"
#define EMPTY "000000100000000005c248eb7d98c8ff"

#define EVENT_FRAME "contentBlockDelta||{\"contentBlockIndex\":0,\"delta\":{\"text\":\"Hi\"},\"p\":\"abc\"}" END
#define EXCEPTION_FRAME "error|throttlingException|{\"message\":\"slow down\"}" END

static void
add_hex (GByteArray *out,
         const char *hex)
{
  for (; *hex != '\0'; hex += 2)
    {
      guint8 byte = (guint8) (g_ascii_xdigit_value (hex[0]) << 4 | g_ascii_xdigit_value (hex[1]));

      g_byte_array_append (out, &byte, 1);
    }
}

static void
assert_bytes (GByteArray *bytes,
              const char *expected)
{
  assert_frames_len (DHEERA_FRAMING_AWS, (const char *) bytes->data, bytes->len, expected);
}

static void
test_messages (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  assert_frames (DHEERA_FRAMING_AWS, "", "");
  add_hex (bytes, EMPTY EVENT EVENT EXCEPTION);
  assert_bytes (bytes, "message||" END EVENT_FRAME EVENT_FRAME EXCEPTION_FRAME);
}

/* A stream that ends in the middle of a message: what came before it is all there is. */
static void
test_cut (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint event;

  add_hex (bytes, EVENT EVENT);
  event = bytes->len / 2;
  for (guint length = event; length < bytes->len; length++)
    {
      g_autofree char *frames = frames_of (DHEERA_FRAMING_AWS, (const char *) bytes->data, length, 7);

      g_assert_cmpstr (frames, ==, EVENT_FRAME);
    }
}

/* Whichever bit is flipped on the way, nothing of the message is believed. */
static void
test_damage (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  add_hex (bytes, EVENT EVENT);
  for (guint bit = 0; bit < bytes->len * 8; bit++)
    {
      g_autofree char *frames = NULL;
      const char *error;

      bytes->data[bit / 8] ^= 1 << bit % 8;
      frames = frames_of (DHEERA_FRAMING_AWS, (const char *) bytes->data, bytes->len, G_MAXSIZE);
      bytes->data[bit / 8] ^= 1 << bit % 8;
      error = g_str_has_prefix (frames, EVENT_FRAME) ? frames + strlen (EVENT_FRAME) : frames;
      g_assert_cmpint (error != frames, ==, bit / 8 >= bytes->len / 2);
      if (!g_str_has_prefix (error, "error: the event stream is damaged: the checksum of a message"))
        g_error ("bit %u: %s", bit, frames);
    }
}

static void
test_types (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  aws_message_add (bytes, (const AwsHeader[]) { { ":message-type", "event" }, { ":event-type", "metadata" }, { NULL } }, "{}");
  aws_message_add (bytes, (const AwsHeader[]) { { ":event-type", "initial-response" }, { NULL } }, "");
  aws_message_add (bytes, (const AwsHeader[]) { { ":message-type", "event" }, { NULL } }, "{}");
  aws_message_add (bytes, (const AwsHeader[]) { { ":message-type", "exception" }, { NULL } }, "{}");
  aws_message_add (bytes, (const AwsHeader[]) { { ":message-type", "error" }, { ":error-code", "500" }, { ":error-message", "no luck" }, { NULL } }, "");
  aws_message_add (bytes, (const AwsHeader[]) { { ":error-message", "no luck" }, { ":message-type", "error" }, { NULL } }, "{\"why\":1}");
  aws_message_add (bytes, (const AwsHeader[]) { { ":message-type", "error" }, { NULL } }, "");
  assert_bytes (bytes, "metadata||{}" END "initial-response||" END "message||{}" END "error||{}" END "error|500|no luck" END
                       "error||{\"why\":1}" END "error||" END);
}

static void
test_strange_text (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  aws_message_add (bytes, (const AwsHeader[]) { { ":event-type", "a\377" }, { NULL } }, "\"\377\"");
  aws_message_add (bytes, (const AwsHeader[]) { { ":event-type", "" }, { NULL } }, "1");
  aws_message_add (bytes, (const AwsHeader[]) { { ":message-type", "error" }, { ":error-message", "a\377b" }, { NULL } }, "");
  assert_bytes (bytes, "message||repaired|\"\357\277\275\"" END "message||1" END "error||repaired|a\357\277\275b" END);
}

/* A server that was asked for a stream and answers with JSON */
static void
test_bare (void)
{
  assert_frames (DHEERA_FRAMING_AWS, "{\"message\":\"x\"}", "message||{\"message\":\"x\"}" END);
  assert_frames (DHEERA_FRAMING_AWS, "[1] \n", "message||[1] \n" END);
  assert_frames (DHEERA_FRAMING_AWS, "<html>502 Bad Gateway</html>",
                 "error: the event stream is damaged: the checksum of a message's lengths is wrong");
}

static void
test_limits (void)
{
  DheeraFramer *framer = dheera_framer_new (DHEERA_FRAMING_AWS);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GString) log = g_string_new (NULL);

  add_hex (bytes, EMPTY EVENT);
  dheera_framer_set_limits (framer, 157, 10000);
  g_assert_false (feed (framer, (const char *) bytes->data, bytes->len, 5, log));
  g_assert_cmpstr (log->str, ==, "message||" END);
  g_assert_cmpstr (dheera_framer_get_error (framer), ==, "a message is longer than 157 bytes");

  dheera_framer_reset (framer, DHEERA_FRAMING_AWS);
  dheera_framer_set_limits (framer, 158, 170);
  g_assert_false (feed (framer, (const char *) bytes->data, bytes->len, 5, log));
  g_assert_cmpstr (dheera_framer_get_error (framer), ==, "the answer is longer than 170 bytes");
  dheera_framer_free (framer);
}

static void
assert_lengths (guint32     total,
                guint32     headers,
                const char *fault)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *expected = g_strconcat ("error: the event stream is damaged: ", fault, NULL);

  aws_prelude_add (bytes, total, headers);
  assert_bytes (bytes, expected);
}

static void
test_lengths (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  assert_lengths (15, 0, "the lengths of a message contradict each other");
  assert_lengths (0, 0, "the lengths of a message contradict each other");
  assert_lengths (100, 85, "the lengths of a message contradict each other");
  assert_lengths (1 << 20, 128 * 1024 + 1, "the headers of a message are longer than 128 KiB");
  assert_lengths (24 * 1024 * 1024 + 17, 0, "the payload of a message is longer than 24 MiB");
  assert_lengths (G_MAXUINT32, 0, "the payload of a message is longer than 24 MiB");

  /* These are allowed, and nothing is set aside for what was only announced. */
  aws_prelude_add (bytes, 24 * 1024 * 1024 + 16 + 128 * 1024, 128 * 1024);
  assert_bytes (bytes, "");
}

/* --- The published vectors ------------------------------------------------------------------------------- */

static void
test_vectors (void)
{
  static const struct { const char *name; const char *expected; } vectors[] = {
    { "valid_empty_payload", "message||" END },
    { "valid_no_headers", "message||another test payload" END },
    { "valid_with_all_headers_and_payload", "message||some payload" END },
    { "invalid_header_name_length", "error:" },
    { "invalid_header_name_length_too_long", "error:" },
    { "invalid_header_string_length_cut_off", "error:" },
    { "invalid_header_string_value_length", "error:" },
    { "invalid_header_value_type", "error:" },
    { "invalid_headers_length", "error:" },
    { "invalid_message_checksum", "error: the event stream is damaged: the checksum of a message is wrong" },
    { "invalid_prelude_checksum", "error: the event stream is damaged: the checksum of a message's lengths is wrong" },
  };
  g_autofree char *path = shared_path ("conformance/aws/eventstream");

  if (path == NULL)
    return;

  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      g_autofree char *file = g_build_filename (path, vectors[i].name, NULL);
      g_autofree char *bytes = NULL;
      g_autofree char *frames = NULL;
      gsize length;

      g_assert_true (g_file_get_contents (file, &bytes, &length, NULL));
      frames = frames_of (DHEERA_FRAMING_AWS, bytes, length, G_MAXSIZE);
      if (!g_str_has_prefix (frames, vectors[i].expected))
        g_error ("%s: %s", vectors[i].name, frames);
      assert_frames_len (DHEERA_FRAMING_AWS, bytes, length, frames);
    }
}

static gint64
read_number (const DheeraAwsHeader *header)
{
  guint64 value = (header->value[0] & 0x80) != 0 ? G_MAXUINT64 : 0;

  for (gsize i = 0; i < header->length; i++)
    value = value << 8 | (guchar) header->value[i];

  return (gint64) value;
}

static void
assert_header (const DheeraAwsHeader *header,
               DheeraJsonValue        expected)
{
  DheeraJsonValue coded = dheera_json_member (expected, "b64");
  g_autofree char *text = dheera_json_dup_string (dheera_json_exists (coded) ? coded : expected);
  gsize length = text != NULL ? strlen (text) : 0;

  switch (header->type)
    {
    case DHEERA_AWS_TRUE:
    case DHEERA_AWS_FALSE:
      g_assert_cmpuint (header->length, ==, 0);
      g_assert_cmpint (dheera_json_type (expected), ==, header->type == DHEERA_AWS_TRUE ? DHEERA_JSON_TRUE : DHEERA_JSON_FALSE);
      break;
    case DHEERA_AWS_BYTES:
    case DHEERA_AWS_UUID:
      g_base64_decode_inplace (text, &length);
      g_assert_cmpmem (header->value, header->length, text, length);
      break;
    case DHEERA_AWS_STRING:
      g_assert_cmpmem (header->value, header->length, text, length);
      break;
    case DHEERA_AWS_INT8:
    case DHEERA_AWS_INT16:
    case DHEERA_AWS_INT32:
    case DHEERA_AWS_INT64:
    case DHEERA_AWS_TIME:
    default:
      g_assert_cmpint (read_number (header), ==, dheera_json_get_int (expected, G_MININT64));
      break;
    }
}

static void
check_headers (char            *message,
               DheeraJsonValue  expected)
{
  char *p = message + 12;
  char *end = p + GUINT32_FROM_BE (*(guint32 *) (gpointer) (message + 4));
  guint n = 0;

  while (p < end)
    {
      DheeraAwsHeader header;
      g_autofree char *name = NULL;

      g_assert_null (dheera_aws_header_read (&header, &p, end));
      name = g_strndup (header.name, header.name_length);
      assert_header (&header, dheera_json_member (expected, name));
      n++;
    }
  g_assert_cmpuint (n, ==, dheera_json_size (expected));
}

static void
check_vector (DheeraJsonValue vector)
{
  g_autofree char *name = dheera_json_dup_string (dheera_json_member (vector, "name"));
  g_autofree char *coded = dheera_json_dup_string (dheera_json_member (vector, "wire_b64"));
  g_autofree char *payload = dheera_json_dup_string (dheera_json_member (vector, "payload_b64"));
  gsize length, payload_length = 0;
  g_autofree char *bytes = (char *) g_base64_decode (coded, &length);
  g_autofree char *frames = frames_of (DHEERA_FRAMING_AWS, bytes, length, G_MAXSIZE);

  assert_frames_len (DHEERA_FRAMING_AWS, bytes, length, frames);
  if (dheera_json_exists (dheera_json_member (vector, "error")))
    {
      if (!g_str_has_prefix (frames, "error: "))
        g_error ("%s: %s", name, frames);
      return;
    }

  check_headers (bytes, dheera_json_member (vector, "headers"));
  if (payload != NULL && *payload != '\0')
    g_base64_decode_inplace (payload, &payload_length);
  if (strcmp (name, "error_event_message") == 0)
    g_assert_cmpstr (frames, ==, "error|code|message" END);
  else
    {
      g_autofree char *expected = g_strdup_printf ("message||%.*s" END, (int) payload_length, payload != NULL ? payload : "");

      g_assert_cmpstr (frames, ==, expected);
    }
}

static void
test_more_vectors (void)
{
  g_autofree char *path = shared_path ("conformance/aws/eventstream/botocore_vectors.json");
  g_autofree char *text = NULL;
  DheeraJson json = DHEERA_JSON_INIT;
  DheeraJsonIter iter;
  DheeraJsonValue vector;
  gsize length;

  if (path == NULL)
    return;

  g_assert_true (g_file_get_contents (path, &text, &length, NULL));
  g_assert_true (dheera_json_parse (&json, text, length));
  g_assert_cmpuint (dheera_json_size (dheera_json_root (&json)), >=, 15);
  dheera_json_iter_init (&iter, dheera_json_root (&json));
  while (dheera_json_iter_next (&iter, NULL, &vector))
    check_vector (vector);
  dheera_json_clear (&json);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/aws-events/messages", test_messages);
  g_test_add_func ("/aws-events/cut", test_cut);
  g_test_add_func ("/aws-events/damage", test_damage);
  g_test_add_func ("/aws-events/types", test_types);
  g_test_add_func ("/aws-events/strange-text", test_strange_text);
  g_test_add_func ("/aws-events/bare", test_bare);
  g_test_add_func ("/aws-events/limits", test_limits);
  g_test_add_func ("/aws-events/lengths", test_lengths);
  g_test_add_func ("/aws-events/vectors", test_vectors);
  g_test_add_func ("/aws-events/more-vectors", test_more_vectors);

  return g_test_run ();
}
