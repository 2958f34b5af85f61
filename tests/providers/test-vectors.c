/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "providers-util.h"

#include "dheera-ai/providers/dheera-vectors-private.h"

/* Each element of the array in text is [index, vector]. */
static DheeraEmbeddingResponse *
collect (Answer     *answer,
         guint       n_texts,
         const char *text)
{
  DheeraVectors vectors;
  DheeraJsonValue root;

  answer_begin (answer, "openai");
  answer->decoder->n_choices = n_texts;
  g_assert_true (dheera_json_parse (&answer->decoder->json, text, strlen (text)));
  root = dheera_json_root (&answer->decoder->json);
  dheera_vectors_init (&vectors, answer->decoder, dheera_json_size (root));
  for (guint i = 0; i < dheera_json_size (root); i++)
    {
      DheeraJsonValue element = dheera_json_element (root, i);

      if (!dheera_vectors_add (&vectors, dheera_json_get_int (dheera_json_element (element, 0), -1), dheera_json_element (element, 1)))
        break;
    }

  return dheera_vectors_finish (&vectors);
}

static void
assert_vector (DheeraEmbeddingResponse *response,
               guint                    position,
               double                   first,
               double                   last)
{
  gsize n;
  const double *values = dheera_embedding_response_get_vector (response, position, &n);

  g_assert_cmpuint (n, ==, dheera_embedding_response_get_dimensions (response));
  g_assert_cmpfloat (values[0], ==, first);
  g_assert_cmpfloat (values[n - 1], ==, last);
}

static void
test_numbers (void)
{
  g_auto (Answer) answer = { 0 };
  g_autoptr (DheeraEmbeddingResponse) response = collect (&answer, 0, "[[null,[0.1,-2e-3,7]],[null,[1,2,3.5]],[null,[-0.014907048,0,5e-324]]]");

  g_assert_nonnull (response);
  g_assert_cmpuint (dheera_embedding_response_get_n_vectors (response), ==, 3);
  g_assert_cmpuint (dheera_embedding_response_get_dimensions (response), ==, 3);
  assert_vector (response, 0, 0.1, 7);
  assert_vector (response, 1, 1, 3.5);
  assert_vector (response, 2, -0.014907048, 5e-324);
}

static void
test_order (void)
{
  g_auto (Answer) answer = { 0 };
  g_autoptr (DheeraEmbeddingResponse) response = collect (&answer, 3, "[[2,[2,2]],[0,[0,0]],[1,[1,1]]]");

  g_assert_nonnull (response);
  for (guint i = 0; i < 3; i++)
    assert_vector (response, i, i, i);
}

/* 1.0 and -2.5 as little-endian floats; the second with its slashes escaped, the third beside numbers */
static void
test_base64 (void)
{
  g_auto (Answer) plain = { 0 };
  g_auto (Answer) mixed = { 0 };
  g_autoptr (DheeraEmbeddingResponse) one = collect (&plain, 1, "[[0,\"AACAPwAAIMA=\"]]");
  g_autoptr (DheeraEmbeddingResponse) two = collect (&mixed, 2, "[[0,\"AACAPwAAIMA\"],[1,[3,4]]]");

  g_assert_nonnull (one);
  assert_vector (one, 0, 1, -2.5);
  g_assert_nonnull (two);
  assert_vector (two, 0, 1, -2.5);
  assert_vector (two, 1, 3, 4);
}

static void
test_escaped_base64 (void)
{
  g_auto (Answer) answer = { 0 };
  g_autoptr (DheeraEmbeddingResponse) response = collect (&answer, 1, "[[0,\"\\/\\/9\\/fw==\"]]");

  /* FLT_MAX */
  g_assert_nonnull (response);
  assert_vector (response, 0, 3.4028234663852886e+38, 3.4028234663852886e+38);
}

static void
test_wrong (void)
{
  static const struct
  {
    guint n_texts;
    const char *text;
  } cases[] = {
    { 0, "[]" },
    { 2, "[[0,[1]]]" },
    { 1, "[[0,[1]],[1,[1]]]" },
    { 2, "[[0,[1]],[0,[1]]]" },
    { 2, "[[0,[1]],[2,[1]]]" },
    { 2, "[[0,[1]],[9223372036854775807,[1]]]" },
    { 2, "[[0,[1,2]],[1,[1]]]" },
    { 1, "[[0,[]]]" },
    { 1, "[[0,[1,null]]]" },
    { 1, "[[0,[1,[2]]]]" },
    { 1, "[[0,[1,1e999]]]" },
    { 1, "[[0,null]]" },
    { 1, "[[0,{}]]" },
    { 1, "[[0,7]]" },
    { 1, "[[0,\"\"]]" },
    { 1, "[[0,\"AACAPwA=\"]]" },
    { 1, "[[0,\"not base64\"]]" },
    { 1, "[[0,\"AADAfw==\"]]" },
    { 1, "[[0,\"AACAfw==\"]]" },
    { 2, "[[0,\"AACAPwAAIMA=\"],[1,\"AACAPw==\"]]" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (Answer) answer = { 0 };
      g_autoptr (DheeraEmbeddingResponse) response = collect (&answer, cases[i].n_texts, cases[i].text);

      g_test_message ("%s", cases[i].text);
      g_assert_null (response);
      g_assert_nonnull (answer.decoder->failure);
      g_assert_cmpint (dheera_error_details_get_code (answer.decoder->failure), ==, DHEERA_ERROR_PROTOCOL);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/vectors/numbers", test_numbers);
  g_test_add_func ("/vectors/order", test_order);
  g_test_add_func ("/vectors/base64", test_base64);
  g_test_add_func ("/vectors/escaped-base64", test_escaped_base64);
  g_test_add_func ("/vectors/wrong", test_wrong);

  return g_test_run ();
}
