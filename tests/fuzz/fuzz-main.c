/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Runs a fuzz target without libFuzzer: over every file of a folder of seeds, and over mutations of them that are the same each time.
 *
 * Usage: fuzz-x-replay FOLDER [RUNS] */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#define MAX_LENGTH 2048

static guint64 state = G_GUINT64_CONSTANT (0x9E3779B97F4A7C15);

static guint32
next_random (guint32 below)
{
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;

  return below > 0 ? (guint32) (state >> 32) % below : 0;
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static void
load_seeds (GPtrArray  *seeds,
            const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;
  guint i;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_build_filename (folder, name, NULL));
  /* In the order of names, so that each run is the same. */
  g_ptr_array_sort (names, compare_names);

  for (i = 0; i < names->len; i++)
    {
      char *contents;
      gsize length;

      if (g_file_get_contents (g_ptr_array_index (names, i), &contents, &length, NULL))
        g_ptr_array_add (seeds, g_bytes_new_take (contents, length));
    }
}

static void
run (const void *data,
     gsize       length)
{
  /* A copy of exactly that size: the sanitizer then sees each byte that is read beyond it. */
  guint8 *copy = g_malloc (MAX (length, 1));

  memcpy (copy, data, length);
  LLVMFuzzerTestOneInput (copy, length);
  g_free (copy);
}

static void
mutate (GByteArray *input,
        GPtrArray  *seeds)
{
  static const char favourites[] = "\r\n\":{}[],\\ \0u0e-.dataevent\357\273\277\377\303%/@?#";
  guint at = next_random (input->len + 1);
  guint n = next_random (16);
  guint8 byte = next_random (2) ? (guint8) favourites[next_random (sizeof favourites - 1)] : (guint8) next_random (256);

  switch (next_random (6))
    {
    case 0:
      if (at < input->len)
        input->data[at] = byte;
      break;
    case 1:
      if (at < input->len)
        input->data[at] ^= (guint8) (1u << next_random (8));
      break;
    case 2:
      g_byte_array_append (input, &byte, 1);
      memmove (input->data + at + 1, input->data + at, input->len - 1 - at);
      input->data[at] = byte;
      break;
    case 3:
      g_byte_array_remove_range (input, at, MIN (n, input->len - at));
      break;
    case 4:
      {
        g_autofree guint8 *piece = g_malloc (n + 1);

        n = MIN (n, input->len - at);
        memcpy (piece, input->data + at, n);
        g_byte_array_append (input, piece, n);
      }
      break;
    default:
      {
        GBytes *other = g_ptr_array_index (seeds, next_random (seeds->len));
        gsize size;
        const guint8 *data = g_bytes_get_data (other, &size);
        gsize from = next_random ((guint32) MIN (size, MAX_LENGTH));

        g_byte_array_set_size (input, at);
        g_byte_array_append (input, data + from, (guint) (MIN (size, MAX_LENGTH) - from));
      }
    }
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr (GPtrArray) seeds = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  guint runs = argc > 2 ? (guint) atoi (argv[2]) : 5000;
  guint i;

  if (argc > 1)
    load_seeds (seeds, argv[1]);
  if (seeds->len == 0)
    {
      fprintf (stderr, "no seeds in %s\n", argc > 1 ? argv[1] : "(no folder)");
      return EXIT_FAILURE;
    }

  run ("", 0);
  for (i = 0; i < seeds->len; i++)
    {
      gsize size;
      const guint8 *data = g_bytes_get_data (g_ptr_array_index (seeds, i), &size);

      run (data, size);
    }

  for (i = 0; i < runs; i++)
    {
      GBytes *seed = g_ptr_array_index (seeds, next_random (seeds->len));
      g_autoptr (GByteArray) input = g_byte_array_new ();
      guint n = 1 + next_random (8);
      gsize size;
      const guint8 *data = g_bytes_get_data (seed, &size);

      g_byte_array_append (input, data, (guint) MIN (size, MAX_LENGTH));
      while (n-- > 0)
        mutate (input, seeds);
      run (input->data, input->len);
    }

  printf ("%u seeds and %u mutations\n", seeds->len, runs);

  return EXIT_SUCCESS;
}
