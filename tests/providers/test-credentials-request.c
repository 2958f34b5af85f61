/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "dheera-ai/model/dheera-error.h"
#include "dheera-ai/providers/dheera-credentials-request-private.h"

typedef struct
{
  guint n_answers;
  guint n_destroyed;
  char *key;
  GError *error;
} Asker;

static void
done_cb (const char *key,
         GError     *error,
         gpointer    user_data)
{
  Asker *asker = user_data;

  g_assert_cmpuint (asker->n_destroyed, ==, 0);
  g_assert_true ((key != NULL) != (error != NULL));
  asker->n_answers++;
  asker->key = g_strdup (key);
  asker->error = error != NULL ? g_error_copy (error) : NULL;
}

static void
destroy_cb (gpointer user_data)
{
  ((Asker *) user_data)->n_destroyed++;
}

static void
asker_clear (Asker *self)
{
  g_assert_cmpuint (self->n_answers, ==, 1);
  g_assert_cmpuint (self->n_destroyed, ==, 1);
  g_clear_pointer (&self->key, g_free);
  g_clear_error (&self->error);
}

/* What the credentials function does with what it is given */
typedef struct
{
  const char *key;
  const char *message;
  gboolean keep;
  DheeraCredentialsRequest *kept;
  gboolean refused;
  guint n_destroyed;
} Answerer;

static void
answer_cb (DheeraCredentialsRequest *request,
           gpointer                  user_data)
{
  Answerer *self = user_data;

  g_assert_cmpstr (dheera_provider_get_id (dheera_credentials_request_get_provider (request)), ==, "openai");
  self->refused = dheera_credentials_request_get_refused (request);
  if (self->keep)
    self->kept = g_object_ref (request);
  if (self->key != NULL)
    dheera_credentials_request_return_key (request, self->key);
  if (self->message != NULL)
    dheera_credentials_request_return_error (request, self->message);
}

static void
answerer_destroyed (gpointer user_data)
{
  ((Answerer *) user_data)->n_destroyed++;
}

static void
ask (Answerer *answerer,
     Asker    *asker,
     gboolean  refused)
{
  g_autoptr (DheeraProvider) provider = dheera_provider_new ("openai");

  g_assert_false (dheera_provider_has_credentials_func (provider));
  dheera_provider_set_credentials_func (provider, answer_cb, answerer, answerer_destroyed);
  g_assert_true (dheera_provider_has_credentials_func (provider));
  dheera_provider_request_key (provider, refused, done_cb, asker, destroy_cb);
  g_assert_cmpint (answerer->refused, ==, refused);
}

static void
test_at_once (void)
{
  Answerer answerer = { .key = "k-1" };
  Asker asker = { 0 };

  ask (&answerer, &asker, TRUE);
  g_assert_cmpstr (asker.key, ==, "k-1");
  g_assert_cmpuint (answerer.n_destroyed, ==, 1);
  asker_clear (&asker);
}

static void
test_error (void)
{
  Answerer answerer = { .message = "The keyring is locked" };
  Asker asker = { 0 };

  ask (&answerer, &asker, FALSE);
  g_assert_error (asker.error, DHEERA_ERROR, DHEERA_ERROR_AUTHENTICATION);
  g_assert_nonnull (strstr (asker.error->message, "The keyring is locked"));
  g_assert_nonnull (strstr (asker.error->message, "openai"));
  asker_clear (&asker);
}

static void
test_later (void)
{
  Answerer answerer = { .keep = TRUE };
  Asker asker = { 0 };

  ask (&answerer, &asker, FALSE);
  g_assert_cmpuint (asker.n_answers, ==, 0);
  dheera_credentials_request_return_key (answerer.kept, "k-2");
  g_assert_cmpstr (asker.key, ==, "k-2");
  g_object_unref (answerer.kept);
  asker_clear (&asker);
}

static gpointer
answer_thread (gpointer data)
{
  g_autoptr (DheeraCredentialsRequest) request = data;

  dheera_credentials_request_return_key (request, "k-3");

  return NULL;
}

static void
test_in_thread (void)
{
  Answerer answerer = { .keep = TRUE };
  Asker asker = { 0 };

  ask (&answerer, &asker, FALSE);
  g_thread_join (g_thread_new ("answer", answer_thread, answerer.kept));
  g_assert_cmpstr (asker.key, ==, "k-3");
  asker_clear (&asker);
}

/* Many threads answer, one of them first. */
static gpointer
race_thread (gpointer data)
{
  DheeraCredentialsRequest *request = data;

  dheera_credentials_request_return_key (request, "k-4");

  return NULL;
}

static void
test_race (void)
{
  /* All but one are told off, each with a warning. */
  GLogLevelFlags fatal = g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);

  for (guint round = 0; round < 10; round++)
    {
      Answerer answerer = { .keep = TRUE };
      Asker asker = { 0 };
      GThread *threads[4];

      ask (&answerer, &asker, FALSE);
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] = g_thread_new ("race", race_thread, answerer.kept);
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        g_thread_join (threads[i]);
      g_object_unref (answerer.kept);
      asker_clear (&asker);
    }
  g_log_set_always_fatal (fatal);
}

static void
test_dropped (void)
{
  Answerer answerer = { 0 };
  Answerer later = { .keep = TRUE };
  Asker asker = { 0 };

  ask (&answerer, &asker, FALSE);
  g_assert_error (asker.error, DHEERA_ERROR, DHEERA_ERROR_AUTHENTICATION);
  asker_clear (&asker);

  memset (&asker, 0, sizeof asker);
  ask (&later, &asker, FALSE);
  g_assert_cmpuint (asker.n_answers, ==, 0);
  g_object_unref (later.kept);
  g_assert_error (asker.error, DHEERA_ERROR, DHEERA_ERROR_AUTHENTICATION);
  asker_clear (&asker);
}

static void
test_twice (void)
{
  Answerer answerer = { .key = "k-5", .message = "too late" };
  Asker asker = { 0 };

  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "*answered twice*");
  ask (&answerer, &asker, FALSE);
  g_test_assert_expected_messages ();
  g_assert_cmpstr (asker.key, ==, "k-5");
  asker_clear (&asker);
}

static void
test_bad_keys (void)
{
  static const char *const keys[] = { "", "k\n", "k\r\nX-Evil: 1", " k", "k\x01" };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      Answerer answerer = { .key = keys[i] };
      Asker asker = { 0 };

      ask (&answerer, &asker, FALSE);
      g_assert_error (asker.error, DHEERA_ERROR, DHEERA_ERROR_AUTHENTICATION);
      g_assert_null (strstr (asker.error->message, "Evil"));
      asker_clear (&asker);
    }
}

/* The function may replace or remove itself while it runs. */
static void
replace_cb (DheeraCredentialsRequest *request,
            gpointer                  user_data)
{
  Answerer *self = user_data;

  dheera_provider_set_credentials_func (dheera_credentials_request_get_provider (request), NULL, NULL, NULL);
  g_assert_cmpuint (self->n_destroyed, ==, 0);
  dheera_credentials_request_return_key (request, "k-6");
}

static void
test_replaced (void)
{
  g_autoptr (DheeraProvider) provider = dheera_provider_new ("openai");
  Answerer answerer = { 0 };
  Asker asker = { 0 };
  Asker second = { 0 };

  dheera_provider_set_credentials_func (provider, replace_cb, &answerer, answerer_destroyed);
  dheera_provider_request_key (provider, FALSE, done_cb, &asker, destroy_cb);
  g_assert_cmpstr (asker.key, ==, "k-6");
  g_assert_cmpuint (answerer.n_destroyed, ==, 1);
  asker_clear (&asker);

  dheera_provider_request_key (provider, FALSE, done_cb, &second, destroy_cb);
  g_assert_error (second.error, DHEERA_ERROR, DHEERA_ERROR_AUTHENTICATION);
  asker_clear (&second);
}

static void
test_properties (void)
{
  g_autoptr (DheeraProvider) provider = dheera_provider_new ("openai");
  g_autoptr (DheeraProvider) got = NULL;
  gboolean refused = FALSE;
  Asker asker = { 0 };
  DheeraCredentialsRequest *request = dheera_credentials_request_new (provider, TRUE, done_cb, &asker, destroy_cb);

  g_object_get (request, "provider", &got, "refused", &refused, NULL);
  g_assert_true (got == provider);
  g_assert_true (refused);
  g_object_unref (request);
  asker_clear (&asker);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/credentials-request/at-once", test_at_once);
  g_test_add_func ("/credentials-request/error", test_error);
  g_test_add_func ("/credentials-request/later", test_later);
  g_test_add_func ("/credentials-request/in-thread", test_in_thread);
  g_test_add_func ("/credentials-request/race", test_race);
  g_test_add_func ("/credentials-request/dropped", test_dropped);
  g_test_add_func ("/credentials-request/twice", test_twice);
  g_test_add_func ("/credentials-request/bad-keys", test_bad_keys);
  g_test_add_func ("/credentials-request/replaced", test_replaced);
  g_test_add_func ("/credentials-request/properties", test_properties);

  return g_test_run ();
}
