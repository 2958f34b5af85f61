/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-keys-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dheera-ai/model/errors/dheera-error-private.h"

#define PREFIX "sha256:"
#define DIGEST_SIZE 32
/* Nobody has so many keys; a file that is longer is some other file. */
#define MAX_FILE (256 * 1024)

typedef struct
{
  guint8 bytes[DIGEST_SIZE];
} Digest;

struct _DheeraKeys
{
  GArray *digests; /* of Digest */
};

DheeraKeys *
dheera_keys_new (void)
{
  DheeraKeys *self = g_new0 (DheeraKeys, 1);

  self->digests = g_array_new (FALSE, FALSE, sizeof (Digest));

  return self;
}

DheeraKeys *
dheera_keys_copy (DheeraKeys *self)
{
  DheeraKeys *copy = dheera_keys_new ();

  g_array_append_vals (copy->digests, self->digests->data, self->digests->len);

  return copy;
}

void
dheera_keys_extend (DheeraKeys *self,
                    DheeraKeys *more)
{
  g_array_append_vals (self->digests, more->digests->data, more->digests->len);
}

void
dheera_keys_free (DheeraKeys *self)
{
  g_array_unref (self->digests);
  g_free (self);
}

void
dheera_keys_clear (DheeraKeys *self)
{
  g_array_set_size (self->digests, 0);
}

guint
dheera_keys_get_length (DheeraKeys *self)
{
  return self->digests->len;
}

/* --- Hashes -------------------------------------------------------------------------------------------------------------------- */

static Digest
compute (const char *key)
{
  g_autoptr(GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  Digest digest;
  gsize size = sizeof digest.bytes;

  g_checksum_update (checksum, (const guchar *) key, strlen (key));
  g_checksum_get_digest (checksum, digest.bytes, &size);

  return digest;
}

char *
dheera_key_hash (const char *key)
{
  g_autofree char *hex = g_compute_checksum_for_string (G_CHECKSUM_SHA256, key, -1);

  return g_strconcat (PREFIX, hex, NULL);
}

static gboolean
read_hash (const char *hex,
           Digest     *digest)
{
  if (strlen (hex) != 2 * DIGEST_SIZE)
    return FALSE;

  for (guint i = 0; i < DIGEST_SIZE; i++)
    {
      int high = g_ascii_xdigit_value (hex[2 * i]);
      int low = g_ascii_xdigit_value (hex[2 * i + 1]);

      if (high < 0 || low < 0)
        return FALSE;
      digest->bytes[i] = (guint8) (high << 4 | low);
    }

  return TRUE;
}

gboolean
dheera_keys_add (DheeraKeys *self,
                 const char *key)
{
  Digest digest;

  if (*key == '\0')
    return FALSE;

  if (!g_str_has_prefix (key, PREFIX))
    digest = compute (key);
  else if (!read_hash (key + strlen (PREFIX), &digest))
    return FALSE;

  g_array_append_val (self->digests, digest);

  return TRUE;
}

/* All of the keys, and all of their bytes, are compared each time. */
gboolean
dheera_keys_match (DheeraKeys *self,
                   const char *key)
{
  Digest digest = compute (key != NULL ? key : "");
  guint matches = 0;

  for (guint i = 0; i < self->digests->len; i++)
    {
      const Digest *own = &g_array_index (self->digests, Digest, i);
      guint difference = 0;

      for (guint j = 0; j < DIGEST_SIZE; j++)
        difference |= (guint) (own->bytes[j] ^ digest.bytes[j]);
      matches |= (difference - 1) >> 31;
    }

  return key != NULL && matches != 0;
}

/* --- Files --------------------------------------------------------------------------------------------------------------------- */

static gboolean
check_file (int          fd,
            const char  *path,
            gsize       *size,
            GError     **error)
{
  struct stat status;

  if (fstat (fd, &status) != 0 || !S_ISREG (status.st_mode))
    {
      dheera_set_invalid_request (error, NULL, "The key file %s is no regular file.", path);
      return FALSE;
    }
  if (status.st_mode & (S_IROTH | S_IWOTH | S_IWGRP))
    {
      dheera_set_invalid_request (error, NULL, "The key file %s can be read or changed by others (its mode is %04o): make that impossible with chmod 600 %s.",
                                  path, (guint) status.st_mode & 07777, path);
      return FALSE;
    }
  if (status.st_size > MAX_FILE)
    {
      dheera_set_invalid_request (error, NULL, "The key file %s is too long: it has %" G_GINT64_FORMAT " bytes, and %d are the limit.",
                                  path, (gint64) status.st_size, MAX_FILE);
      return FALSE;
    }

  *size = (gsize) status.st_size;

  return TRUE;
}

static char *
read_all (int    fd,
          gsize  size)
{
  char *text = g_malloc0 (size + 1);
  gsize length = 0;

  while (length < size)
    {
      gssize n = read (fd, text + length, size - length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        break;
      length += (gsize) n;
    }

  return text;
}

char *
dheera_key_read_file (const char  *path,
                      GError     **error)
{
  int fd = g_open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
  char *text = NULL;
  gsize size;

  if (fd < 0)
    {
      dheera_set_invalid_request (error, NULL, "The key file %s can't be read: %s.", path, g_strerror (errno));
      return NULL;
    }

  if (check_file (fd, path, &size, error))
    text = read_all (fd, size);
  close (fd);

  return text;
}

gboolean
dheera_keys_add_file (DheeraKeys  *self,
                      const char  *path,
                      GError     **error)
{
  char *text = dheera_key_read_file (path, error);
  gsize length = text != NULL ? strlen (text) : 0;
  guint before = self->digests->len;
  guint number = 1;
  gboolean valid = TRUE;
  char *line = text;

  if (text == NULL)
    return FALSE;

  while (line != NULL && valid)
    {
      char *end = strchr (line, '\n');

      if (end != NULL)
        *end++ = '\0';
      g_strstrip (line);
      valid = *line == '\0' || *line == '#' || dheera_keys_add (self, line);
      if (!valid)
        dheera_set_invalid_request (error, NULL, "Line %u of the key file %s is no hash of a key: sha256: and 64 hexadecimal digits are one.", number, path);
      line = end;
      number++;
    }
  explicit_bzero (text, length); /* its lines end with NUL now */
  g_free (text);

  if (valid && self->digests->len == before)
    {
      dheera_set_invalid_request (error, NULL, "There is no key in the key file %s: write one a line.", path);
      valid = FALSE;
    }
  if (!valid)
    g_array_set_size (self->digests, before);

  return valid;
}
