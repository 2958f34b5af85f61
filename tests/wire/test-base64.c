/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "wire-util.h"

#include <string.h>

#include "dheera-ai/wire/dheera-base64-private.h"

static char *
decode (const char *text)
{
  g_autofree guchar *out = g_malloc (DHEERA_BASE64_DECODED_SIZE (strlen (text)));
  gsize size;

  if (!dheera_base64_decode (text, strlen (text), out, &size))
    return NULL;

  g_assert_cmpuint (size, <=, DHEERA_BASE64_DECODED_SIZE (strlen (text)));

  return g_strndup ((const char *) out, size);
}

static void
test_vectors (void)
{
  /* RFC 4648, section 10, with padding and without */
  static const char *const vectors[][2] = {
    { "", "" },          { "Zg==", "f" },         { "Zm8=", "fo" },         { "Zm9v", "foo" }, { "Zm9vYg==", "foob" },
    { "Zm9vYmE=", "fooba" }, { "Zm9vYmFy", "foobar" }, { "Zg", "f" },       { "Zm8", "fo" },   { "Zm9vYg", "foob" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      g_autofree char *decoded = decode (vectors[i][0]);

      g_assert_cmpstr (decoded, ==, vectors[i][1]);
    }
}

static void
test_wrong (void)
{
  static const char *const wrong[] = { "Z", "Zm9vY", "=", "==", "====", "Z===", "Zm=v", "Zm9v=", "Zm 9v", "Zm9v\n", "Zm-_", "Zm9\303" };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *decoded = decode (wrong[i]);

      g_assert_null (decoded);
    }
}

/* Whatever GLib encodes comes back. */
static void
test_all_bytes (void)
{
  for (gsize length = 0; length < 300; length++)
    {
      g_autofree guchar *bytes = g_malloc (length + 1);
      g_autofree char *text = NULL;
      g_autofree guchar *out = NULL;
      gsize size;

      for (gsize i = 0; i < length; i++)
        bytes[i] = (guchar) (i * 7 + length);
      text = g_base64_encode (bytes, length);
      out = g_malloc (DHEERA_BASE64_DECODED_SIZE (strlen (text)));
      g_assert_true (dheera_base64_decode (text, strlen (text), out, &size));
      g_assert_cmpmem (out, size, bytes, length);
    }
}

static void
test_json (void)
{
  const char *text = "[\"Zm9v\", \"+\\/8=\", 5, \"no!\", \"\"]";
  DheeraJson json = DHEERA_JSON_INIT;
  g_autoptr (GBytes) plain = NULL;
  g_autoptr (GBytes) escaped = NULL;
  g_autoptr (GBytes) nothing = NULL;

  g_assert_true (dheera_json_parse (&json, text, strlen (text)));
  plain = dheera_json_dup_base64 (dheera_json_element (dheera_json_root (&json), 0));
  escaped = dheera_json_dup_base64 (dheera_json_element (dheera_json_root (&json), 1));
  nothing = dheera_json_dup_base64 (dheera_json_element (dheera_json_root (&json), 4));
  g_assert_cmpmem (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain), "foo", 3);
  g_assert_cmpmem (g_bytes_get_data (escaped, NULL), g_bytes_get_size (escaped), "\373\377", 2);
  g_assert_cmpuint (g_bytes_get_size (nothing), ==, 0);
  for (guint i = 2; i < 4; i++)
    g_assert_null (dheera_json_dup_base64 (dheera_json_element (dheera_json_root (&json), i)));
  g_assert_null (dheera_json_dup_base64 (dheera_json_element (dheera_json_root (&json), 9)));
  dheera_json_clear (&json);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/base64/vectors", test_vectors);
  g_test_add_func ("/base64/wrong", test_wrong);
  g_test_add_func ("/base64/all-bytes", test_all_bytes);
  g_test_add_func ("/base64/json", test_json);

  return g_test_run ();
}
