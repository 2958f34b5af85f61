/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "wire-util.h"

#include <string.h>

#include "dheera-ai/wire/dheera-http-private.h"
#include "dheera-ai/wire/dheera-multipart-private.h"

#define TYPE "multipart/form-data; boundary="

static char *
finish (DheeraMultipart *form,
        char           **boundary)
{
  g_autofree char *type = NULL;
  g_autoptr (GBytes) body = dheera_multipart_finish (form, &type);
  gsize size;
  const char *data = g_bytes_get_data (body, &size);

  g_assert_true (g_str_has_prefix (type, TYPE));
  *boundary = g_strdup (type + strlen (TYPE));

  return g_strndup (data, size);
}

static void
test_body (void)
{
  g_autoptr (DheeraMultipart) form = dheera_multipart_new ();
  g_autoptr (GBytes) bytes = g_bytes_new_static ("RIFF\r\n--", 8);
  g_autofree char *boundary = NULL;
  g_autofree char *body = NULL;
  g_autofree char *expected = NULL;

  dheera_multipart_add_field (form, "model", "whisper-1", -1);
  dheera_multipart_add_field (form, "part", "of a text", 2);
  dheera_multipart_add_file (form, "file", "a.wav", "audio/wav", bytes);
  body = finish (form, &boundary);
  expected = g_strdup_printf ("--%s\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n"
                              "--%s\r\nContent-Disposition: form-data; name=\"part\"\r\n\r\nof\r\n"
                              "--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\nContent-Type: audio/wav\r\n\r\nRIFF\r\n--\r\n"
                              "--%s--\r\n",
                              boundary, boundary, boundary, boundary);
  g_assert_cmpstr (body, ==, expected);
}

static void
test_empty (void)
{
  g_autoptr (DheeraMultipart) form = dheera_multipart_new ();
  g_autoptr (GBytes) nothing = g_bytes_new_static ("", 0);
  g_autofree char *boundary = NULL;
  g_autofree char *body = NULL;

  dheera_multipart_add_field (form, "prompt", "", -1);
  dheera_multipart_add_file (form, "file", "", NULL, nothing);
  body = finish (form, &boundary);
  g_assert_nonnull (strstr (body, "name=\"prompt\"\r\n\r\n\r\n--"));
  g_assert_nonnull (strstr (body, "filename=\"file\"\r\nContent-Type: application/octet-stream\r\n\r\n\r\n--"));
}

/* Whatever a name holds, it ends no header and begins none. */
static void
test_names (void)
{
  static const char *const names[][2] = {
    { "a\"; x=\"b", "a%22; x=%22b" },
    { "a\r\nX-Evil: 1", "a%0D%0AX-Evil: 1" },
    { "../../etc/passwd", "passwd" },
    { "C:\\Users\\me\\talk.mp3", "talk.mp3" },
    { "tab\tbell\a", "tab_bell_" },
    { "gr\303\274\303\237e.mp3", "gr\303\274\303\237e.mp3" },
    { "folder/", "file" },
  };
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (DheeraMultipart) form = dheera_multipart_new ();
      g_autofree char *boundary = NULL;
      g_autofree char *body = NULL;
      g_autofree char *header = g_strdup_printf ("\r\nContent-Disposition: form-data; name=\"file\"; filename=\"%s\"\r\nContent-Type: audio/mpeg\r\n\r\n",
                                                 names[i][1]);

      dheera_multipart_add_file (form, "file", names[i][0], "audio/mpeg", bytes);
      body = finish (form, &boundary);
      g_assert_nonnull (strstr (body, header));
    }
}

static void
test_types (void)
{
  g_autoptr (DheeraMultipart) form = dheera_multipart_new ();
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);
  g_autofree char *boundary = NULL;
  g_autofree char *body = NULL;

  dheera_multipart_add_file (form, "a", "a", "audio/wav\r\nX-Evil: 1", bytes);
  dheera_multipart_add_file (form, "b", "b", "", bytes);
  body = finish (form, &boundary);
  g_assert_null (strstr (body, "X-Evil"));
  g_assert_nonnull (strstr (body, "filename=\"a\"\r\nContent-Type: application/octet-stream\r\n"));
  g_assert_nonnull (strstr (body, "filename=\"b\"\r\nContent-Type: application/octet-stream\r\n"));
}

/* Data that is itself such a body, with the boundary of an earlier one */
static void
test_boundary (void)
{
  g_autofree char *first = NULL;
  g_autofree char *inner = NULL;

  for (guint i = 0; i < 50; i++)
    {
      g_autoptr (DheeraMultipart) form = dheera_multipart_new ();
      g_autofree char *boundary = NULL;
      g_autofree char *body = NULL;
      const char *found;
      guint n = 0;

      dheera_multipart_add_field (form, "inner", inner != NULL ? inner : "dheera-dheera-dheer", -1);
      body = finish (form, &boundary);
      for (found = strstr (body, boundary); found != NULL; found = strstr (found + 1, boundary))
        n++;
      g_assert_cmpuint (n, ==, 2);
      g_assert_cmpstr (first, !=, boundary);
      g_free (first);
      first = g_steal_pointer (&boundary);
      g_free (inner);
      inner = g_steal_pointer (&body);
    }
}

static void
test_request (void)
{
  g_autoptr (DheeraHttpRequest) http = dheera_http_request_new ("POST", "http://localhost/");
  g_autoptr (DheeraMultipart) form = dheera_multipart_new ();

  dheera_http_request_take_json (http, g_bytes_new_static ("{}", 2));
  dheera_multipart_add_field (form, "a", "b", -1);
  dheera_http_request_take_form (http, form);
  g_assert_true (g_str_has_prefix (http->content_type, TYPE));
  g_assert_cmpuint (g_bytes_get_size (http->body), >, 50);
  dheera_http_request_take_json (http, g_bytes_new_static ("{}", 2));
  g_assert_cmpstr (http->content_type, ==, "application/json");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/multipart/body", test_body);
  g_test_add_func ("/multipart/empty", test_empty);
  g_test_add_func ("/multipart/names", test_names);
  g_test_add_func ("/multipart/types", test_types);
  g_test_add_func ("/multipart/boundary", test_boundary);
  g_test_add_func ("/multipart/request", test_request);

  return g_test_run ();
}
