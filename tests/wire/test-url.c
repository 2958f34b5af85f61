/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include <libsoup/soup.h>

#include "dheera-ai/wire/dheera-url-private.h"

static void
test_join (void)
{
  static const struct
  {
    const char *base;
    const char *path;
    const char *url;
  } cases[] = {
    { "https://api.openai.com/v1", "/chat/completions", "https://api.openai.com/v1/chat/completions" },
    { "https://api.openai.com/v1/", "/chat/completions", "https://api.openai.com/v1/chat/completions" },
    { "https://api.openai.com/v1///", "/chat/completions", "https://api.openai.com/v1/chat/completions" },
    { "https://api.openai.com", "/chat/completions", "https://api.openai.com/chat/completions" },
    { "https://api.openai.com/", "/models", "https://api.openai.com/models" },
    { "http://[::1]:8080", "/v1/models", "http://[::1]:8080/v1/models" },
    /* Pasted with the path already */
    { "https://x.com/v1/chat/completions", "/chat/completions", "https://x.com/v1/chat/completions" },
    { "https://x.com/v1/chat/completions/", "/chat/completions", "https://x.com/v1/chat/completions" },
    { "https://x.com/v1/chat/completions?k=1", "/chat/completions", "https://x.com/v1/chat/completions?k=1" },
    { "https://x.com/v1/mychat/completions", "/chat/completions", "https://x.com/v1/mychat/completions/chat/completions" },
    { "https://x.com/models/v1", "/models", "https://x.com/models/v1/models" },
    /* A host is no path. */
    { "https://models", "/models", "https://models/models" },
    { "https://models/", "/models", "https://models/models" },
    /* The base's own query */
    { "https://x.com/openai?api-version=2024-06-01", "/chat/completions",
      "https://x.com/openai/chat/completions?api-version=2024-06-01" },
    { "https://x.com?a=/b/", "/models", "https://x.com/models?a=/b/" },
    { "https://x.com/v1?", "/models", "https://x.com/v1/models" },
    { "https://x.com/v1?a=1", "/models?limit=5", "https://x.com/v1/models?limit=5&a=1" },
    { "https://x.com/v1", "/models?limit=5", "https://x.com/v1/models?limit=5" },
    { "https://x.com/v1#top", "/models", "https://x.com/v1/models" },
    /* What is encoded stays encoded. */
    { "https://x.com/a%2Fb", "/models/a%2Fb", "https://x.com/a%2Fb/models/a%2Fb" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *url = dheera_url_join (cases[i].base, cases[i].path);

      g_assert_cmpstr (url, ==, cases[i].url);
    }
}

static void
test_encode_segment (void)
{
  static const struct
  {
    const char *segment;
    const char *encoded;
  } cases[] = {
    { "gpt-4o", "gpt-4o" },
    { "claude-3.5_x~y", "claude-3.5_x~y" },
    { "", "" },
    { "a/b", "a%2Fb" },
    { "../../admin", "%2E%2E%2F%2E%2E%2Fadmin" },
    { "a/../b", "a%2F%2E%2E%2Fb" },
    { "a/./b", "a%2F%2E%2Fb" },
    { "..\\x", "%2E%2E%5Cx" },
    { "...", "..." },
    { "..a", "..a" },
    { "a/...", "a%2F..." },
    { "..", "%252E%252E" },
    { ".", "%252E" },
    { "%2e%2e", "%252e%252e" },
    { "a?b#c", "a%3Fb%23c" },
    { "a b\r\nc:d@e", "a%20b%0D%0Ac%3Ad%40e" },
    { "gr\303\274n", "gr%C3%BCn" },
    { "\377", "%FF" },
    { "a+b&c=d;e,f!$'()*", "a%2Bb%26c%3Dd%3Be%2Cf%21%24%27%28%29%2A" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *encoded = dheera_url_encode_segment (cases[i].segment);

      g_assert_cmpstr (encoded, ==, cases[i].encoded);
    }
}

/* What counts is what libsoup makes of it: whatever the name, it stays one segment in its place. */
static void
test_segment_stays (void)
{
  static const char *const segments[] = {
    "..", ".", "../..", "../../admin", "/", "//", "\\..\\", "%2e%2e", "%252e%252e", "..%2f", "a?b", "a#b", "..;", "x\r\ny", ". .",
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (segments); i++)
    {
      g_autofree char *encoded = dheera_url_encode_segment (segments[i]);
      g_autofree char *url = g_strdup_printf ("https://example.com/v1/model/%s/invoke", encoded);
      g_autoptr (GUri) uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL);
      g_auto (GStrv) parts = NULL;

      g_assert_nonnull (uri);
      g_assert_null (g_uri_get_query (uri));
      g_assert_null (g_uri_get_fragment (uri));
      parts = g_strsplit (g_uri_get_path (uri), "/", -1);
      g_assert_cmpuint (g_strv_length (parts), ==, 5);
      g_assert_cmpstr (parts[1], ==, "v1");
      g_assert_cmpstr (parts[2], ==, "model");
      g_assert_cmpstr (parts[4], ==, "invoke");
    }
}

static void
test_add_query (void)
{
  static const struct
  {
    const char *url;
    const char *name;
    const char *value;
    const char *result;
  } cases[] = {
    { "https://x.com/a", "alt", "sse", "https://x.com/a?alt=sse" },
    { "https://x.com/a?b=1", "alt", "sse", "https://x.com/a?b=1&alt=sse" },
    { "https://x.com/a?", "alt", "sse", "https://x.com/a?alt=sse" },
    { "https://x.com/a?b=1&", "alt", "sse", "https://x.com/a?b=1&alt=sse" },
    { "https://x.com/a#f?", "alt", "sse", "https://x.com/a?alt=sse#f?" },
    { "https://x.com/a", "a b&", "c=d&e#f\n\303\274", "https://x.com/a?a%20b%26=c%3Dd%26e%23f%0A%C3%BC" },
    { "https://x.com", "a", "", "https://x.com?a=" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *result = dheera_url_add_query (cases[i].url, cases[i].name, cases[i].value);

      g_assert_cmpstr (result, ==, cases[i].result);
    }
}

static void
test_find_fault (void)
{
  static const struct
  {
    const char *url;
    const char *fault;
  } cases[] = {
    { "https://api.openai.com/v1", NULL },
    { "http://localhost:11434", NULL },
    { "HTTP://EXAMPLE.com:1/", NULL },
    { "https://x.com:65535/?a=b", NULL },
    { "http://[::1]:8080/v1", NULL },
    { "http://[fe80::1%25eth0]:11434/", NULL },
    { "http://192.168.1.2/", NULL },
    { "http://my_host/", NULL },
    { "http://b\303\274cher.example/", NULL },
    { "https://gateway.example/v1/@cf/meta", NULL },
    { "https://x.com?a=b", NULL },
    { NULL, "it is empty" },
    { "", "it is empty" },
    { "api.openai.com/v1", "it does not begin with http:// or https://" },
    { "//x.com", "it does not begin with http:// or https://" },
    { "sk-secret-secret-secret", "it does not begin with http:// or https://" },
    { "sk-secret-secret-secret:x", "it does not begin with http:// or https://" },
    { "ftp://x.com", "its scheme is ftp, not http or https" },
    { "file:///etc/passwd", "its scheme is file, not http or https" },
    { "localhost:11434", "it does not begin with http:// or https://" },
    { "https:/x.com", "it has no host" },
    { "https:x.com", "it has no host" },
    { "https://", "it has no host" },
    { "https:///v1", "it has no host" },
    { "https://:80/", "it has no host" },
    { "https://?a", "it has no host" },
    { "https://user@x.com", "it contains credentials" },
    { "https://user:secret@x.com/", "it contains credentials" },
    { "https://a@b@c/", "it contains credentials" },
    { "https://@x.com/", "it contains credentials" },
    { "https://x.com/ v1", "it contains a control character or a space" },
    { " https://x.com", "it contains a control character or a space" },
    { "https://x.com/\r\nHost: y", "it contains a control character or a space" },
    { "https://x.com/\177", "it contains a control character or a space" },
    { "https://x.com/\t", "it contains a control character or a space" },
    { "https://x.com\\@evil.com", "it contains a backslash" },
    { "https://x.com/a\\b", "it contains a backslash" },
    { "https://x.com/#top", "it has a fragment" },
    { "https://x.com#", "it has a fragment" },
    { "https://x.com:0/", "its port is not a number from 1 to 65535" },
    { "https://x.com:65536/", "its port is not a number from 1 to 65535" },
    { "https://x.com:/", "its port is not a number from 1 to 65535" },
    { "https://x.com:80a/", "its port is not a number from 1 to 65535" },
    { "https://x.com:+80/", "its port is not a number from 1 to 65535" },
    { "https://a:b:80/", "its port is not a number from 1 to 65535" },
    { "https://x.com:99999999999999999999/", "its port is not a number from 1 to 65535" },
    { "https://exa%6Dple.com/", "its host contains a character that no host name has" },
    { "https://a|b/", "its host contains a character that no host name has" },
    { "https://a<b>/", "its host contains a character that no host name has" },
    { "https://[::1/", "its host contains a character that no host name has" },
    { "https://[]/", "its host contains a character that no host name has" },
    { "https://]x/", "its host contains a character that no host name has" },
    { "https://[zz]/", "it is not a valid URL" },
    { "https://[::1]x/", "its host contains a character that no host name has" },
    { "https://x.com/%zz", "it is not a valid URL" },
    { "https://x.com/\377", "it is not valid UTF-8" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *fault = dheera_url_find_fault (cases[i].url);

      if (g_strcmp0 (fault, cases[i].fault) != 0)
        g_error ("%s: %s", cases[i].url, fault);
    }
}

/* What is let through means the same to libsoup: same host, no credentials. */
static void
test_agrees_with_libsoup (void)
{
  static const char pieces[] = "ab./:@?#[]%\\1-_~!$&'()*+,;=\"<>|^`{} \303\274";
  GRand *rand = g_rand_new_with_seed (3);
  guint passed = 0;
  guint i;

  for (i = 0; i < 50000; i++)
    {
      g_autoptr (GString) url = g_string_new (g_rand_boolean (rand) ? "http://" : "https://h");
      g_autofree char *fault = NULL;
      guint n = (guint) g_rand_int_range (rand, 0, 8);

      while (n-- > 0)
        g_string_append_c (url, pieces[g_rand_int_range (rand, 0, sizeof pieces - 1)]);
      fault = dheera_url_find_fault (url->str);
      if (fault == NULL)
        {
          g_autoptr (GUri) uri = g_uri_parse (url->str, SOUP_HTTP_URI_FLAGS, NULL);

          g_assert_nonnull (uri);
          g_assert_nonnull (g_uri_get_host (uri));
          g_assert_cmpstr (g_uri_get_host (uri), !=, "");
          g_assert_null (g_uri_get_userinfo (uri));
          g_assert_null (g_uri_get_fragment (uri));
          g_assert_cmpint (g_uri_get_port (uri), >, 0);
          passed++;
        }
    }
  g_assert_cmpuint (passed, >, 1000);
  g_rand_free (rand);
}

static void
test_redact (void)
{
  static const struct
  {
    const char *url;
    const char *redacted;
  } cases[] = {
    { "https://x.com/v1", "https://x.com/v1" },
    { "https://x.com", "https://x.com" },
    { "https://user:secret@x.com:8443/v1?key=secret#secret", "https://x.com:8443/v1" },
    { "https://se@cr@x.com/v1", "https://x.com/v1" },
    { "https://x.com?key=secret", "https://x.com" },
    { "https://x.com#secret", "https://x.com" },
    { "https://x.com/a#b?c", "https://x.com/a" },
    { "http://[::1]:80/x?y", "http://[::1]:80/x" },
    { "https://x.com/models/a%2Fb", "https://x.com/models/a%2Fb" },
    { "https://x.com/a\r\nInjected: 1", "https://x.com/a%0D%0AInjected:%201" },
    { "https://user:se/cret@x.com/", "(not a URL)" },
    { "sk-secret", "(not a URL)" },
    { "sk-secret-secret://x", "(not a URL)" },
    { "https://secret secret/", "(not a URL)" },
    { "https:///secret", "(not a URL)" },
    { "https://[\001]/", "(not a URL)" },
    { "https://[\303\274]/", "(not a URL)" },
    { "https://x.com/\377", "(not a URL)" },
    { "", "(not a URL)" },
    { NULL, "(not a URL)" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *redacted = dheera_url_redact (cases[i].url);

      g_assert_cmpstr (redacted, ==, cases[i].redacted);
    }
}

static void
test_loopback (void)
{
  static const char *const loopback[] = {
    "http://localhost", "http://localhost:11434/v1", "http://LOCALHOST/", "http://localhost./", "http://api.localhost/",
    "https://127.0.0.1:8080/", "http://127.255.1.2", "http://[::1]:80/", "http://[0:0:0:0:0:0:0:1]/", "http://u:p@127.0.0.1/",
  };
  static const char *const others[] = {
    "https://example.com", "http://localhost.example.com/", "http://mylocalhost/", "http://.localhost.com", "http://127.0.0.1.example.com/",
    "http://126.0.0.1/", "http://128.0.0.1/", "http://0.0.0.0/", "http://[::2]/", "http://[::]/", "http://192.168.0.1/",
    "http://localhost@example.com/", "http://127.0.0.1@example.com/", "http://example.com/localhost", "http://example.com?localhost",
    "http://localhost\\@example.com/", "http://[localhost]/", "http://[::1", "http://[", "http://[]", "localhost", "", "http://", "://localhost",
    "http://127.0.0.1%00/", "http://1270.0.1/",
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (loopback); i++)
    if (!dheera_url_is_loopback (loopback[i]))
      g_error ("not taken for loopback: %s", loopback[i]);
  for (i = 0; i < G_N_ELEMENTS (others); i++)
    if (dheera_url_is_loopback (others[i]))
      g_error ("taken for loopback: %s", others[i]);
  g_assert_false (dheera_url_is_loopback (NULL));
  g_assert_false (dheera_url_is_loopback ("http://[localhost]/"));
  g_assert_true (dheera_host_is_loopback ("::1"));
  g_assert_true (dheera_host_is_loopback ("LocalHost"));
  g_assert_true (dheera_host_is_loopback ("a.LOCALHOST"));
  g_assert_false (dheera_host_is_loopback (".localhost"));
  g_assert_false (dheera_host_is_loopback ("localhost."));
  g_assert_false (dheera_host_is_loopback ("localhost.example.com"));
}

static void
test_header_names (void)
{
  static const char *const good[] = { "a", "X-Api-Key", "!#$%&'*+-.^_`|~09AZaz" };
  static const char *const bad[] = { "", " ", "a b", "a:", "a\r", "a\n", "a\t", "a(b)", "a/b", "\"a\"", "gr\303\274n", "\177", "a\001", "a{", "a@" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (dheera_header_name_is_valid (good[i]));
  for (i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (dheera_header_name_is_valid (bad[i]));
  g_assert_false (dheera_header_name_is_valid (NULL));
}

static void
test_header_values (void)
{
  static const char *const good[] = { "", "a", "a b", "a\tb", "Bearer x", "gr\303\274n", "\"quoted\"; a=b" };
  static const char *const bad[] = { " ", "\t", " a", "a ", "a\t", "\ta", "a\r\nb", "a\nb", "a\rb", "\001", "a\177", "a\033b" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (dheera_header_value_is_valid (good[i]));
  for (i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (dheera_header_value_is_valid (bad[i]));
  g_assert_false (dheera_header_value_is_valid (NULL));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/url/join", test_join);
  g_test_add_func ("/url/encode-segment", test_encode_segment);
  g_test_add_func ("/url/segment-stays", test_segment_stays);
  g_test_add_func ("/url/add-query", test_add_query);
  g_test_add_func ("/url/find-fault", test_find_fault);
  g_test_add_func ("/url/agrees-with-libsoup", test_agrees_with_libsoup);
  g_test_add_func ("/url/redact", test_redact);
  g_test_add_func ("/url/loopback", test_loopback);
  g_test_add_func ("/url/header-names", test_header_names);
  g_test_add_func ("/url/header-values", test_header_values);

  return g_test_run ();
}
