/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-ai/server/dheera-keys-private.h"

#include <glib/gstdio.h>
#include <string.h>

#include "dheera-ai/model/dheera-error.h"

#define KEY "sk-canary-0123456789abcdef"
/* printf %s sk-canary-0123456789abcdef | sha256sum */
#define HASH "sha256:f344b384b305d4c8a266a89b8f41e7b6bfd9fbd9477ed260a960ec4ad1dd4dfa"

typedef struct
{
  char *folder;
  char *path;
} File;

static void
file_clear (File *self)
{
  g_remove (self->path);
  g_rmdir (self->folder);
  g_free (self->path);
  g_free (self->folder);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (File, file_clear)

static void
file_write (File       *self,
            const char *text,
            int         mode)
{
  g_autoptr(GError) error = NULL;

  self->folder = g_dir_make_tmp ("dheera-keys-XXXXXX", &error);
  g_assert_no_error (error);
  self->path = g_build_filename (self->folder, "keys", NULL);
  g_file_set_contents (self->path, text, -1, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_chmod (self->path, mode), ==, 0);
}

static void
test_hash (void)
{
  g_autofree char *hash = dheera_key_hash (KEY);

  g_assert_cmpstr (hash, ==, HASH);
}

static void
test_match (void)
{
  g_autoptr(DheeraKeys) keys = dheera_keys_new ();

  g_assert_false (dheera_keys_match (keys, KEY));
  g_assert_false (dheera_keys_match (keys, NULL));
  g_assert_true (dheera_keys_add (keys, "first"));
  g_assert_true (dheera_keys_add (keys, KEY));
  g_assert_true (dheera_keys_add (keys, "last"));
  g_assert_cmpuint (dheera_keys_get_length (keys), ==, 3);
  g_assert_true (dheera_keys_match (keys, "first"));
  g_assert_true (dheera_keys_match (keys, KEY));
  g_assert_true (dheera_keys_match (keys, "last"));
  g_assert_false (dheera_keys_match (keys, "firs"));
  g_assert_false (dheera_keys_match (keys, "first "));
  g_assert_false (dheera_keys_match (keys, ""));
  g_assert_false (dheera_keys_match (keys, NULL));
  g_assert_false (dheera_keys_match (keys, HASH));
  dheera_keys_clear (keys);
  g_assert_false (dheera_keys_match (keys, KEY));
}

static void
test_hashes (void)
{
  static const char *const bad[] = { "", "sha256:", "sha256:00", "sha256:zz69f6f2d7a7c5a2bd3e5de4b7c7fb5eb4a3e4f5a6b7c8d9e0f1a2b3c4d5e6f7", HASH "0" };
  g_autoptr(DheeraKeys) keys = dheera_keys_new ();
  g_autofree char *upper = g_ascii_strup (HASH + 7, -1);
  g_autofree char *hash = g_strconcat ("sha256:", upper, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (dheera_keys_add (keys, bad[i]));
  g_assert_cmpuint (dheera_keys_get_length (keys), ==, 0);
  g_assert_true (dheera_keys_add (keys, hash));
  g_assert_true (dheera_keys_match (keys, KEY));
}

/* What is copied and joined is no more than the hashes. */
static void
test_copies (void)
{
  g_autoptr(DheeraKeys) keys = dheera_keys_new ();
  g_autoptr(DheeraKeys) copy = NULL;

  dheera_keys_add (keys, "one");
  copy = dheera_keys_copy (keys);
  dheera_keys_add (copy, "two");
  g_assert_false (dheera_keys_match (keys, "two"));
  dheera_keys_extend (keys, copy);
  g_assert_true (dheera_keys_match (keys, "two"));
  g_assert_true (dheera_keys_match (copy, "one"));
}

static void
test_file (void)
{
  g_auto(File) file = { 0 };
  g_autoptr(DheeraKeys) keys = dheera_keys_new ();
  g_autoptr(GError) error = NULL;

  file_write (&file, "# keys of the lab\n\n  first  \r\n" HASH "\nlast", 0640);
  g_assert_true (dheera_keys_add_file (keys, file.path, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (dheera_keys_get_length (keys), ==, 3);
  g_assert_true (dheera_keys_match (keys, "first"));
  g_assert_true (dheera_keys_match (keys, KEY));
  g_assert_true (dheera_keys_match (keys, "last"));
}

static void
test_bad_files (void)
{
  static const struct
  {
    const char *text;
    int mode;
    const char *says;
  } cases[] = {
    { KEY, 0604, "can be read or changed by others" },
    { KEY, 0666, "chmod 600" },
    { KEY, 0620, "can be read or changed by others" },
    { "# nothing\n\n", 0600, "There is no key" },
    { KEY "\nsha256:12\n", 0600, "Line 2 of the key file" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto(File) file = { 0 };
      g_autoptr(DheeraKeys) keys = dheera_keys_new ();
      g_autoptr(GError) error = NULL;

      dheera_keys_add (keys, "kept");
      file_write (&file, cases[i].text, cases[i].mode);
      g_assert_false (dheera_keys_add_file (keys, file.path, &error));
      g_assert_error (error, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
      g_assert_nonnull (strstr (error->message, cases[i].says));
      g_assert_nonnull (strstr (error->message, file.path));
      g_assert_null (strstr (error->message, KEY));
      g_assert_cmpuint (dheera_keys_get_length (keys), ==, 1);
    }
}

static void
test_no_files (void)
{
  g_autoptr(DheeraKeys) keys = dheera_keys_new ();
  g_autoptr(GError) missing = NULL;
  g_autoptr(GError) folder = NULL;

  g_assert_false (dheera_keys_add_file (keys, "/nowhere/keys", &missing));
  g_assert_error (missing, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
  g_assert_nonnull (strstr (missing->message, "/nowhere/keys"));
  g_assert_false (dheera_keys_add_file (keys, "/", &folder));
  g_assert_error (folder, DHEERA_ERROR, DHEERA_ERROR_INVALID_REQUEST);
  g_assert_nonnull (strstr (folder->message, "no regular file"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/keys/hash", test_hash);
  g_test_add_func ("/server/keys/match", test_match);
  g_test_add_func ("/server/keys/hashes", test_hashes);
  g_test_add_func ("/server/keys/copies", test_copies);
  g_test_add_func ("/server/keys/file", test_file);
  g_test_add_func ("/server/keys/bad-files", test_bad_files);
  g_test_add_func ("/server/keys/no-files", test_no_files);

  return g_test_run ();
}
