/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "wire-util.h"

#include "dheera-ai/wire/dheera-sigv4-private.h"

#define ID "AKIDEXAMPLE"
#define SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

/* --- The published vectors --------------------------------------------------------------------------- */

typedef struct
{
  char *folder;
  DheeraJson context;
  char *context_text;
  char *method;
  char *path;
  char *query;
  GArray *headers;
  char *body;
  char *date;
  char *region;
  char *service;
  char *secret;
  char *token;
} Vector;

static char *
read_file (const Vector *self,
           const char   *name)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);
  g_autoptr (GError) error = NULL;
  char *text;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);

  return text;
}

static void
header_clear (gpointer data)
{
  g_free (((DheeraHttpHeader *) data)->name);
  g_free (((DheeraHttpHeader *) data)->value);
}

static void
add_header (GArray     *headers,
            const char *name,
            const char *value)
{
  DheeraHttpHeader header = { g_strdup (name), g_strdup (value) };

  g_array_append_val (headers, header);
}

/* GET /path HTTP/1.1, headers, some of them folded, and behind a blank line the body */
static void
read_request (Vector *self)
{
  g_autofree char *text = read_file (self, "request.txt");
  char *body = strstr (text, "\n\n");
  g_auto (GStrv) lines = NULL;
  char *target, *end;

  self->body = g_strdup (body != NULL ? body + 2 : "");
  if (body != NULL)
    *body = '\0';
  lines = g_strsplit (text, "\n", -1);
  target = strchr (lines[0], ' ') + 1;
  end = g_strrstr (lines[0], " HTTP/");
  self->method = g_strndup (lines[0], (gsize) (target - 1 - lines[0]));
  *end = '\0';
  end = strchr (target, '?');
  self->path = end != NULL ? g_strndup (target, (gsize) (end - target)) : g_strdup (target);
  self->query = end != NULL ? g_strdup (end + 1) : NULL;

  self->headers = g_array_new (FALSE, FALSE, sizeof (DheeraHttpHeader));
  g_array_set_clear_func (self->headers, header_clear);
  for (guint i = 1; lines[i] != NULL; i++)
    {
      char *colon = strchr (lines[i], ':');

      if (*lines[i] == ' ')
        {
          DheeraHttpHeader *last = &g_array_index (self->headers, DheeraHttpHeader, self->headers->len - 1);
          char *folded = g_strconcat (last->value, "\n", lines[i], NULL);

          g_free (last->value);
          last->value = folded;
        }
      else if (colon != NULL)
        {
          *colon = '\0';
          add_header (self->headers, lines[i], colon + 1);
        }
    }
}

static gboolean
get_flag (Vector     *self,
          const char *name)
{
  return dheera_json_get_boolean (dheera_json_member (dheera_json_root (&self->context), name), FALSE);
}

static char *
dup_member (Vector     *self,
            const char *path)
{
  return dheera_json_dup_string (dheera_json_path (dheera_json_root (&self->context), path));
}

static void
vector_read (Vector     *self,
             const char *folder)
{
  g_autofree char *timestamp = NULL;
  g_autoptr (GDateTime) time = NULL;

  *self = (Vector) { .folder = g_strdup (folder) };
  self->context_text = read_file (self, "context.json");
  g_assert_true (dheera_json_parse (&self->context, self->context_text, strlen (self->context_text)));
  timestamp = dup_member (self, "timestamp");
  time = g_date_time_new_from_iso8601 (timestamp, NULL);
  self->date = dheera_sigv4_date (g_date_time_to_unix (time));
  self->region = dup_member (self, "region");
  self->service = dup_member (self, "service");
  self->secret = dup_member (self, "credentials.secret_access_key");
  self->token = dup_member (self, "credentials.token");
  read_request (self);
}

static void
vector_clear (Vector *self)
{
  char **texts[] = { &self->folder, &self->context_text, &self->method, &self->path, &self->query, &self->body, &self->date,
                     &self->region, &self->service, &self->secret, &self->token };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_free (*texts[i]);
  g_array_unref (self->headers);
  dheera_json_clear (&self->context);
}

static DheeraSigv4Request
vector_get_request (Vector *self)
{
  DheeraSigv4Request request = { 0 };

  request.method = self->method;
  request.path = self->path;
  request.query = self->query;
  request.headers = (const DheeraHttpHeader *) (gpointer) self->headers->data;
  request.n_headers = self->headers->len;
  request.body = self->body;
  request.body_length = strlen (self->body);
  request.date = self->date;
  request.region = self->region;
  request.service = self->service;
  request.keep_path = !get_flag (self, "normalize");

  return request;
}

static void
assert_file (Vector     *self,
             const char *kind,
             const char *name,
             const char *text)
{
  g_autofree char *file = g_strconcat (kind, name, NULL);
  g_autofree char *expected = read_file (self, file);

  if (strcmp (text, expected) != 0)
    g_error ("%s/%s:\n%s\nis not\n%s", self->folder, file, text, expected);
}

/* kind: "header" or "query", which is in front of the names of the files */
static void
check_steps (Vector                   *self,
             const char               *kind,
             const DheeraSigv4Request *request)
{
  g_autofree char *canonical = dheera_sigv4_canonical_request (request);
  g_autofree char *string_to_sign = dheera_sigv4_string_to_sign (request, canonical);
  g_autofree char *signature = dheera_sigv4_signature (request, self->secret, string_to_sign);

  assert_file (self, kind, "-canonical-request.txt", canonical);
  assert_file (self, kind, "-string-to-sign.txt", string_to_sign);
  assert_file (self, kind, "-signature.txt", signature);
}

static void
check_header_signature (const char *folder)
{
  Vector vector;
  DheeraSigv4Request request;
  DheeraAwsCredentials credentials = { 0 };
  g_autofree char *authorization = NULL;
  g_autofree char *line = NULL;
  g_autofree char *signed_request = NULL;

  vector_read (&vector, folder);
  if (get_flag (&vector, "sign_body"))
    {
      g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, vector.body, -1);

      add_header (vector.headers, "x-amz-content-sha256", hash);
    }
  add_header (vector.headers, "X-Amz-Date", vector.date);
  if (vector.token != NULL && !get_flag (&vector, "omit_session_token"))
    add_header (vector.headers, "X-Amz-Security-Token", vector.token);

  request = vector_get_request (&vector);
  check_steps (&vector, "header", &request);

  credentials.access_key_id = dup_member (&vector, "credentials.access_key_id");
  credentials.secret = g_strdup (vector.secret);
  authorization = dheera_sigv4_authorization (&request, &credentials);
  line = g_strconcat ("Authorization:", authorization, "\n", NULL);
  signed_request = read_file (&vector, "header-signed-request.txt");
  g_assert_nonnull (strstr (signed_request, line));

  dheera_aws_credentials_clear (&credentials);
  vector_clear (&vector);
}

/* The same computation, with what identifies the signature in the query */
static void
check_query_signature (const char *folder)
{
  Vector vector;
  DheeraSigv4Request request;
  g_autofree char *signed_request = NULL;
  char *query, *end;

  vector_read (&vector, folder);
  signed_request = read_file (&vector, "query-signed-request.txt");
  query = strchr (signed_request, '?') + 1;
  end = strstr (query, "&X-Amz-Signature=");
  *end = '\0';
  end = strstr (query, "&X-Amz-Security-Token=");
  if (end != NULL && get_flag (&vector, "omit_session_token"))
    *end = '\0';
  g_free (vector.query);
  vector.query = g_strdup (query);

  request = vector_get_request (&vector);
  check_steps (&vector, "query", &request);
  vector_clear (&vector);
}

static void
test_vectors (void)
{
  g_autofree char *path = shared_path ("conformance/aws/sigv4/v4");
  g_autoptr (GDir) dir = NULL;
  const char *name;
  guint n = 0;

  if (path == NULL)
    return;

  dir = g_dir_open (path, 0, NULL);
  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *folder = g_build_filename (path, name, NULL);

      check_header_signature (folder);
      check_query_signature (folder);
      n++;
    }
  g_test_message ("%u vectors", n);
  g_assert_cmpuint (n, >=, 38);
}

/* --- Bedrock ------------------------------------------------------------------------------------------ */

#define BODY "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"hi\"}]}]}"

static void
check_bedrock (const char *path,
               const char *canonical_hash,
               const char *signature)
{
  DheeraHttpHeader headers[] = {
    { (char *) "x-amz-date", (char *) "20260101T000000Z" },
    { (char *) "Host", (char *) "bedrock-runtime.us-east-1.amazonaws.com" },
    { (char *) "Content-Type", (char *) "application/json" },
  };
  DheeraSigv4Request request = {
    .method = "POST", .path = path, .headers = headers, .n_headers = G_N_ELEMENTS (headers), .body = BODY, .body_length = strlen (BODY),
    .date = "20260101T000000Z", .region = "us-east-1", .service = "bedrock",
  };
  DheeraAwsCredentials credentials;
  g_autofree char *canonical = dheera_sigv4_canonical_request (&request);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, canonical, -1);
  g_autofree char *expected = g_strconcat ("AWS4-HMAC-SHA256 Credential=" ID "/20260101/us-east-1/bedrock/aws4_request, "
                                           "SignedHeaders=content-type;host;x-amz-date, Signature=", signature, NULL);
  g_autofree char *authorization = NULL;

  g_assert_cmpstr (hash, ==, canonical_hash);
  g_assert_true (dheera_aws_credentials_parse (&credentials, ID ":" SECRET));
  authorization = dheera_sigv4_authorization (&request, &credentials);
  g_assert_cmpstr (authorization, ==, expected);
  dheera_aws_credentials_clear (&credentials);
}

static void
test_bedrock (void)
{
  check_bedrock ("/model/anthropic.claude-haiku-4-5-20251001-v1%3A0/converse",
                 "59688fcf53114cd777fda518a645e5e577041f9f9e9eb739a97e93c2a598e6b6",
                 "5c59c7f1b09a057eff136d5cf21db481f6ce3b5cd8a57e97fbcb09fe374f718e");
  check_bedrock ("/model/anthropic.claude-haiku-4-5-20251001-v1:0/converse",
                 "9cb89ecdfa9c1e7cfed0e0184999fe00121832e964ba240c423092473e13c287",
                 "98083f65953d621eeb0c93eb1a4751b0338049210266a69a23dfc9fbcb60706a");
}

/* --- Key texts ---------------------------------------------------------------------------------------- */

static void
test_credentials (void)
{
  static const char *const bearers[] = { "", "ABSKQmVkcm9ja0FQSUtleS0=", "bedrock-api-key-YmVkcm9jaw", ":secret", "AKID:", "AKID::token",
                                         "AK ID:secret", "sk-x/y:z" };
  DheeraAwsCredentials credentials;

  g_assert_true (dheera_aws_credentials_parse (&credentials, ID ":" SECRET));
  g_assert_cmpstr (credentials.access_key_id, ==, ID);
  g_assert_cmpstr (credentials.secret, ==, SECRET);
  g_assert_null (credentials.session_token);
  dheera_aws_credentials_clear (&credentials);

  /* A session token may hold anything. */
  g_assert_true (dheera_aws_credentials_parse (&credentials, ID ":" SECRET ":IQoJ:b3/+=="));
  g_assert_cmpstr (credentials.secret, ==, SECRET);
  g_assert_cmpstr (credentials.session_token, ==, "IQoJ:b3/+==");
  dheera_aws_credentials_clear (&credentials);

  g_assert_true (dheera_aws_credentials_parse (&credentials, ID ":" SECRET ":"));
  g_assert_null (credentials.session_token);
  dheera_aws_credentials_clear (&credentials);

  for (guint i = 0; i < G_N_ELEMENTS (bearers); i++)
    g_assert_false (dheera_aws_credentials_parse (&credentials, bearers[i]));
}

static void
test_date (void)
{
  g_autofree char *date = dheera_sigv4_date (1440938160);

  g_assert_cmpstr (date, ==, "20150830T123600Z");
}

static void
assert_canonical (const char *path,
                  const char *query,
                  const char *start)
{
  DheeraSigv4Request request = { .method = "GET", .path = path, .query = query, .date = "20260101T000000Z", .region = "", .service = "" };
  g_autofree char *canonical = dheera_sigv4_canonical_request (&request);

  if (!g_str_has_prefix (canonical, start))
    g_error ("%s?%s: %s", path, query, canonical);
}

static void
test_odd_requests (void)
{
  assert_canonical ("", NULL, "GET\n/\n\n\n\n");
  assert_canonical ("/a/../../b/.", NULL, "GET\n/b/\n\n");
  assert_canonical ("/a%2Fb", "", "GET\n/a%252Fb\n\n");
  /* Once encoded, whatever was sent; a half-written escape stands for itself. */
  assert_canonical ("/", "b=%2f%7e&&a&b=%zz&b", "GET\n/\na=&b=&b=%25zz&b=%2F~\n");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sigv4/vectors", test_vectors);
  g_test_add_func ("/sigv4/bedrock", test_bedrock);
  g_test_add_func ("/sigv4/credentials", test_credentials);
  g_test_add_func ("/sigv4/date", test_date);
  g_test_add_func ("/sigv4/odd-requests", test_odd_requests);

  return g_test_run ();
}
