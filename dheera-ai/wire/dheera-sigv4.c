/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-sigv4-private.h"

#include "dheera-secret-private.h"

#include <string.h>

#define ALGORITHM "AWS4-HMAC-SHA256"
#define DIGEST_SIZE 32

gboolean
dheera_aws_credentials_parse (DheeraAwsCredentials *self,
                              const char           *key)
{
  const char *secret = strchr (key, ':');
  const char *token;
  gsize secret_length;

  *self = (DheeraAwsCredentials) { 0 };
  if (secret == NULL || secret == key)
    return FALSE;
  for (const char *p = key; p < secret; p++)
    if (!g_ascii_isalnum (*p) && *p != '_')
      return FALSE;

  token = strchr (++secret, ':');
  secret_length = token != NULL ? (gsize) (token - secret) : strlen (secret);
  if (secret_length == 0)
    return FALSE;

  self->access_key_id = g_strndup (key, (gsize) (secret - 1 - key));
  self->secret = g_strndup (secret, secret_length);
  if (token != NULL && token[1] != '\0')
    self->session_token = g_strdup (token + 1);

  return TRUE;
}

void
dheera_aws_credentials_clear (DheeraAwsCredentials *self)
{
  g_clear_pointer (&self->access_key_id, g_free);
  g_clear_pointer (&self->secret, dheera_secret_free);
  g_clear_pointer (&self->session_token, dheera_secret_free);
}

/* --- The path ------------------------------------------------------------------------------------- */

static void
append_encoded (GString    *out,
                const char *text,
                gsize       length,
                const char *kept)
{
  static const char digits[] = "0123456789ABCDEF";

  for (gsize i = 0; i < length; i++)
    {
      guchar c = (guchar) text[i];

      if (g_ascii_isalnum (c) || (c != '\0' && (strchr ("-._~", c) != NULL || strchr (kept, c) != NULL)))
        g_string_append_c (out, (char) c);
      else
        {
          g_string_append_c (out, '%');
          g_string_append_c (out, digits[c >> 4]);
          g_string_append_c (out, digits[c & 15]);
        }
    }
}

/* Without empty segments, "." and "..", but for a slash at the end */
static char *
normalize_path (const char *path)
{
  g_auto (GStrv) segments = g_strsplit (path, "/", -1);
  g_autoptr (GPtrArray) kept = g_ptr_array_new ();
  GString *out = g_string_new ("/");
  guint n = g_strv_length (segments);
  const char *last = n > 0 ? segments[n - 1] : "";
  gboolean slash = *last == '\0' || strcmp (last, ".") == 0 || strcmp (last, "..") == 0;

  for (guint i = 0; i < n; i++)
    {
      if (strcmp (segments[i], "..") == 0)
        {
          if (kept->len > 0)
            g_ptr_array_remove_index (kept, kept->len - 1);
        }
      else if (*segments[i] != '\0' && strcmp (segments[i], ".") != 0)
        g_ptr_array_add (kept, segments[i]);
    }

  for (guint i = 0; i < kept->len; i++)
    {
      g_string_append (out, g_ptr_array_index (kept, i));
      if (i + 1 < kept->len || slash)
        g_string_append_c (out, '/');
    }

  return g_string_free (out, FALSE);
}

static void
append_path (const DheeraSigv4Request *self,
             GString                  *out)
{
  g_autofree char *normal = self->keep_path ? g_strdup (self->path) : normalize_path (self->path);

  append_encoded (out, *normal != '\0' ? normal : "/", MAX (strlen (normal), 1), "/");
}

/* --- The query ------------------------------------------------------------------------------------ */

/* Decoded first, so that it does not matter which characters the sender has encoded. */
static char *
encode_once (const char *text,
             gsize       length)
{
  g_autofree char *plain = g_uri_unescape_segment (text, text + length, NULL);
  GString *out = g_string_new (NULL);

  if (plain != NULL)
    append_encoded (out, plain, strlen (plain), "");
  else
    append_encoded (out, text, length, "");

  return g_string_free (out, FALSE);
}

typedef struct
{
  char *name;
  char *value;
} Pair;

static void
pair_clear (gpointer data)
{
  Pair *pair = data;

  g_free (pair->name);
  g_free (pair->value);
}

static int
pair_compare (gconstpointer a,
              gconstpointer b)
{
  const Pair *left = a;
  const Pair *right = b;
  int order = strcmp (left->name, right->name);

  return order != 0 ? order : strcmp (left->value, right->value);
}

static void
append_query (GString    *out,
              const char *query)
{
  g_autoptr (GArray) pairs = g_array_new (FALSE, FALSE, sizeof (Pair));
  g_auto (GStrv) parts = g_strsplit (query != NULL ? query : "", "&", -1);

  g_array_set_clear_func (pairs, pair_clear);
  for (guint i = 0; parts[i] != NULL; i++)
    {
      gsize length = strcspn (parts[i], "=");
      const char *value = parts[i] + length + (parts[i][length] == '=');
      Pair pair;

      if (*parts[i] == '\0')
        continue;
      pair.name = encode_once (parts[i], length);
      pair.value = encode_once (value, strlen (value));
      g_array_append_val (pairs, pair);
    }

  g_array_sort (pairs, pair_compare);
  for (guint i = 0; i < pairs->len; i++)
    {
      const Pair *pair = &g_array_index (pairs, Pair, i);

      g_string_append_printf (out, "%s%s=%s", i > 0 ? "&" : "", pair->name, pair->value);
    }
}

/* --- The headers ---------------------------------------------------------------------------------- */

/* Without blanks at its ends, and with one space for those inside, folded lines too */
static void
append_folded (GString    *out,
               const char *value)
{
  gsize start = out->len;

  for (; *value != '\0'; value++)
    {
      if (!g_ascii_isspace (*value))
        g_string_append_c (out, *value);
      else if (out->len > start && out->str[out->len - 1] != ' ')
        g_string_append_c (out, ' ');
    }
  if (out->len > start && out->str[out->len - 1] == ' ')
    g_string_truncate (out, out->len - 1);
}

static int
header_compare (gconstpointer a,
                gconstpointer b)
{
  const DheeraHttpHeader *left = *(const DheeraHttpHeader *const *) a;
  const DheeraHttpHeader *right = *(const DheeraHttpHeader *const *) b;
  int order = g_ascii_strcasecmp (left->name, right->name);

  if (order != 0)
    return order;

  /* Of the same name: as they are sent */
  return left < right ? -1 : left > right;
}

/* lines: "name:value\n" for each name; names: those, joined by ";" */
static void
fold_headers (const DheeraSigv4Request *self,
              GString                  *lines,
              GString                  *names)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
  const char *last = NULL;

  for (guint i = 0; i < self->n_headers; i++)
    g_ptr_array_add (sorted, (gpointer) &self->headers[i]);
  g_ptr_array_sort (sorted, header_compare);

  for (guint i = 0; i < sorted->len; i++)
    {
      const DheeraHttpHeader *header = g_ptr_array_index (sorted, i);
      g_autofree char *name = g_ascii_strdown (header->name, -1);

      if (last != NULL && g_ascii_strcasecmp (last, name) == 0)
        g_string_append_c (lines, ',');
      else
        {
          g_string_append_printf (lines, "%s%s:", i > 0 ? "\n" : "", name);
          g_string_append_printf (names, "%s%s", i > 0 ? ";" : "", name);
        }
      append_folded (lines, header->value);
      last = header->name;
    }
  if (sorted->len > 0)
    g_string_append_c (lines, '\n');
}

/* --- The signature -------------------------------------------------------------------------------- */

static char *
make_scope (const DheeraSigv4Request *self)
{
  return g_strdup_printf ("%.8s/%s/%s/aws4_request", self->date, self->region, self->service);
}

char *
dheera_sigv4_canonical_request (const DheeraSigv4Request *self)
{
  g_autofree char *hash = g_compute_checksum_for_data (G_CHECKSUM_SHA256, self->body != NULL ? self->body : (const guchar *) "",
                                                       self->body_length);
  g_autoptr (GString) names = g_string_new (NULL);
  GString *out = g_string_new (self->method);

  g_string_append_c (out, '\n');
  append_path (self, out);
  g_string_append_c (out, '\n');
  append_query (out, self->query);
  g_string_append_c (out, '\n');
  fold_headers (self, out, names);
  g_string_append_printf (out, "\n%s\n%s", names->str, hash);

  return g_string_free (out, FALSE);
}

char *
dheera_sigv4_string_to_sign (const DheeraSigv4Request *self,
                             const char               *canonical_request)
{
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, canonical_request, -1);
  g_autofree char *scope = make_scope (self);

  return g_strjoin ("\n", ALGORITHM, self->date, scope, hash, NULL);
}

/* In place: the digest of one step is the key of the next one. */
static void
chain (guchar     *digest,
       const char *text,
       gsize       length)
{
  g_autoptr (GHmac) hmac = g_hmac_new (G_CHECKSUM_SHA256, digest, DIGEST_SIZE);
  gsize size = DIGEST_SIZE;

  g_hmac_update (hmac, (const guchar *) text, (gssize) length);
  g_hmac_get_digest (hmac, digest, &size);
}

char *
dheera_sigv4_signature (const DheeraSigv4Request *self,
                        const char               *secret,
                        const char               *string_to_sign)
{
  char *prefixed = g_strconcat ("AWS4", secret, NULL);
  GHmac *hmac = g_hmac_new (G_CHECKSUM_SHA256, (const guchar *) prefixed, strlen (prefixed));
  guchar digest[DIGEST_SIZE];
  gsize size = DIGEST_SIZE;
  GString *out = g_string_sized_new (2 * DIGEST_SIZE);

  g_hmac_update (hmac, (const guchar *) self->date, 8);
  g_hmac_get_digest (hmac, digest, &size);
  g_hmac_unref (hmac);
  dheera_secret_free (prefixed);

  chain (digest, self->region, strlen (self->region));
  chain (digest, self->service, strlen (self->service));
  chain (digest, "aws4_request", strlen ("aws4_request"));
  chain (digest, string_to_sign, strlen (string_to_sign));
  for (guint i = 0; i < DIGEST_SIZE; i++)
    g_string_append_printf (out, "%02x", digest[i]);

  return g_string_free (out, FALSE);
}

char *
dheera_sigv4_authorization (const DheeraSigv4Request   *self,
                            const DheeraAwsCredentials *credentials)
{
  g_autofree char *canonical = dheera_sigv4_canonical_request (self);
  g_autofree char *string_to_sign = dheera_sigv4_string_to_sign (self, canonical);
  g_autofree char *signature = dheera_sigv4_signature (self, credentials->secret, string_to_sign);
  g_autofree char *scope = make_scope (self);
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autoptr (GString) names = g_string_new (NULL);

  fold_headers (self, lines, names);

  return g_strdup_printf (ALGORITHM " Credential=%s/%s, SignedHeaders=%s, Signature=%s", credentials->access_key_id, scope,
                          names->str, signature);
}

char *
dheera_sigv4_date (gint64 seconds)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (seconds);

  return g_date_time_format (time, "%Y%m%dT%H%M%SZ");
}
