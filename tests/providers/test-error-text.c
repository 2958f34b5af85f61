/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ai/providers/errors/dheera-error-words-private.h"

static void
test_hide_key (void)
{
  static const struct
  {
    const char *text;
    const char *key;
    const char *shown;
  } cases[] = {
    { "nothing here", NULL, "nothing here" },
    { "nothing here", "secret-1", "nothing here" },
    { "it is secret-1.", "secret-1", "it is [hidden]." },
    { "secret-1secret-1", "secret-1", "[hidden][hidden]" },
    { "a\\/b\\/c-key", "a/b/c-key", "[hidden]" },
    /* Too short to be told from a word */
    { "a key is a key", "key", "a key is a key" },
    { "", "secret-1", "" },
    /* Any part of credentials, but no word that a part is too short to be told from */
    { "AKIDEXAMPLE signed x-amz-security-token:tok/en== with se/cret", "AKIDEXAMPLE:se/cret:tok/en==",
      "[hidden] signed x-amz-security-token:[hidden] with [hidden]" },
    { "the one:other:two of secret-1", "the:secret-1", "the one:other:two of [hidden]" },
    { "Incorrect: sk-proj-abcdefghij0123456789.", NULL, "Incorrect: [hidden]" },
    { "gsk_abcdefghij0123456789 was wrong", NULL, "[hidden] was wrong" },
    { "key=AIzaSyabcdefghij0123456789&x=1", NULL, "key=[hidden]&x=1" },
    { "sent Bearer abcdefghij0123456789", NULL, "sent [hidden]" },
    { "Bearer token is missing", NULL, "Bearer token is missing" },
    { "a risk-free task-abcdefghijklmnopqrstuvw", NULL, "a risk-free task-abcdefghijklmnopqrstuvw" },
    { "sk-short", NULL, "sk-short" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *shown = dheera_error_text_hide_key (cases[i].text, cases[i].key);

      g_assert_cmpstr (shown, ==, cases[i].shown);
    }
  g_assert_null (dheera_error_text_hide_key (NULL, "secret-1"));
}

static void
test_dup (void)
{
  static const struct
  {
    const char *text;
    gssize length;
    gsize max;
    const char *copy;
  } cases[] = {
    { "abc", -1, 10, "abc" },     { "abc", 2, 10, "ab" },     { "abc", -1, 2, "ab" },
    { "a€b", -1, 3, "a" },        { "a€b", -1, 4, "a€" },     { " a\tb\r\nc ", -1, 20, "a b  c" },
    { "a\xff", -1, 20, "a\357\277\275" }, { "", -1, 5, "" },  { "€€", -1, 0, "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *copy = dheera_error_text_dup (cases[i].text, cases[i].length, cases[i].max);

      g_assert_cmpstr (copy, ==, cases[i].copy);
    }
}

static void
test_html (void)
{
  static const struct
  {
    const char *html;
    const char *text;
  } cases[] = {
    { "<p>a</p>", "a" },
    { "<p>a<br>b</p>", "a b" },
    { "<P\nclass='x>'>a</P>", "'>a" },
    { "a<script>if (1 < 2) x ()</script>b<STYLE>p{}</STYLE>c", "a b c" },
    { "a<script>never ends", "a" },
    { "a<!-- <b>x</b> -->b", "a b" },
    { "a<!-- never ends", "a" },
    { "a<b", "a" },
    { "&lt;b&gt; &amp; &quot;&#39;&apos;&nbsp;&unknown; &", "<b> & \"'' &unknown; &" },
    { "  \n\t ", "" },
    { "", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = dheera_error_text_from_html (cases[i].html, strlen (cases[i].html), 200);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/error-text/hide-key", test_hide_key);
  g_test_add_func ("/error-text/dup", test_dup);
  g_test_add_func ("/error-text/html", test_html);

  return g_test_run ();
}
