/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-tool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* dheera-ai serve: the OpenAI-compatible server, until a signal ends it. */

#if DHEERA_HAS_SERVER

#define KEY_BYTES 32

typedef struct
{
  char *config;
  char *host;
  int port; /* -1: not given */
  char **key_files;
  char **models;
  gboolean new_key;
} Options;

static void
options_clear (Options *self)
{
  g_free (self->config);
  g_free (self->host);
  g_strfreev (self->key_files);
  g_strfreev (self->models);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static gboolean
parse (Options *self,
       int     *argc,
       char  ***argv,
       int     *exit_code)
{
  const GOptionEntry entries[] = {
    { "config", 'c', 0, G_OPTION_ARG_FILENAME, &self->config, "A configuration file", "FILE" },
    { "host", 0, 0, G_OPTION_ARG_STRING, &self->host, "The address to listen at; 127.0.0.1 without a word", "ADDRESS" },
    { "port", 'p', 0, G_OPTION_ARG_INT, &self->port, "The port to listen at, 0 for one that is free; 4000 without a word", "PORT" },
    { "key-file", 'k', 0, G_OPTION_ARG_FILENAME_ARRAY, &self->key_files, "A file with a key, or the hash of one, on each line; can be repeated", "FILE" },
    { "model", 'm', 0, G_OPTION_ARG_STRING_ARRAY, &self->models, "Serve a model under this name, and no others than such; can be repeated", "NAME=TARGET" },
    { "new-key", 0, 0, G_OPTION_ARG_NONE, &self->new_key, "Print a new key and its hash, and end", NULL },
    { NULL },
  };
  g_autoptr(GOptionContext) context = g_option_context_new (NULL);

  self->port = -1;
  g_option_context_set_summary (context, "Serves models with OpenAI's protocol, at http://127.0.0.1:4000/v1.");
  g_option_context_set_description (context,
                                    "Requests name a model as provider/model, or by a NAME that --model gave to a TARGET.\n"
                                    "Without a key only programs of this machine can ask. To be reached by others, the server\n"
                                    "needs one: --new-key makes it.\n\n"
                                    "Ctrl-C and SIGTERM let what is being answered come to its end, a second time they do not wait.\n");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!dheera_tool_parse (context, argc, argv, exit_code))
    return FALSE;
  if (*argc > 1)
    {
      *exit_code = dheera_tool_usage_error ("“%s” is not expected here.", (*argv)[1]);
      return FALSE;
    }
  if (self->port < -1 || self->port > G_MAXUINT16)
    {
      *exit_code = dheera_tool_usage_error ("%d is no port: there are 1 to 65535, and 0 for one that is free.", self->port);
      return FALSE;
    }

  return TRUE;
}

/* --- A new key --------------------------------------------------------------------------------------------------------------------------------- */

static gboolean
read_random (guint8 *bytes,
             gsize   size)
{
  int fd = open ("/dev/urandom", O_RDONLY | O_CLOEXEC);
  gssize n;

  if (fd < 0)
    return FALSE;

  do
    n = read (fd, bytes, size);
  while (n < 0 && errno == EINTR);
  close (fd);

  return n == (gssize) size;
}

/* Letters, digits, "-" and "_": nothing that a shell or a header would change */
static char *
make_key (void)
{
  guint8 bytes[KEY_BYTES];
  g_autofree char *text = NULL;

  if (!read_random (bytes, sizeof bytes))
    return NULL;

  text = g_base64_encode (bytes, sizeof bytes);
  g_strdelimit (text, "+", '-');
  g_strdelimit (text, "/", '_');
  text[strcspn (text, "=")] = '\0';

  return g_strconcat ("sk-", text, NULL);
}

static int
print_new_key (void)
{
  g_autofree char *key = make_key ();
  g_autofree char *hash = NULL;

  if (key == NULL)
    {
      dheera_tool_note ("No key was made: the system has no random numbers (%s).", g_strerror (errno));
      return DHEERA_EXIT_FAILURE;
    }

  hash = dheera_server_hash_key (key);
  printf ("key:  %s\nhash: %s\n", key, hash);
  dheera_tool_note ("The key is for whoever asks, and is shown only now. The hash is for the server: in the key-hashes of its configuration, or in a --key-file.");

  return DHEERA_EXIT_OK;
}

/* --- The server -------------------------------------------------------------------------------------------------------------------------------- */

static gboolean
add_models (DheeraServer *server,
            char        **models,
            int          *exit_code)
{
  for (; models != NULL && *models != NULL; models++)
    {
      const char *target = strchr (*models, '=');
      g_autofree char *name = target != NULL ? g_strndup (*models, (gsize) (target - *models)) : NULL;

      if (target == NULL || *name == '\0' || target[1] == '\0')
        {
          *exit_code = dheera_tool_usage_error ("“%s” is no name and target of a model, such as fast=openai/gpt-4o-mini.", *models);
          return FALSE;
        }
      dheera_server_add_model (server, name, target + 1);
    }

  return TRUE;
}

static gboolean
add_key_files (DheeraServer *server,
               char        **paths,
               int          *exit_code)
{
  for (; paths != NULL && *paths != NULL; paths++)
    {
      g_autoptr(GError) error = NULL;

      if (!dheera_server_add_key_file (server, *paths, &error))
        {
          *exit_code = dheera_tool_fail (error);
          return FALSE;
        }
    }

  return TRUE;
}

/* Once the loop runs: whoever reads this can count on signals being heard. */
static gboolean
announce_cb (gpointer server)
{
  g_autofree char *uri = dheera_server_get_uri (server);

  dheera_tool_note ("Serving at %s/v1.", uri);

  return G_SOURCE_REMOVE;
}

/* A descriptor for each client and one for each provider's connection: as many as the system lets a program have, where it has fewer for want of asking. */
static void
allow_descriptors (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max)
    return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
}

static int
serve (DheeraServer *server)
{
  g_autoptr(GError) error = NULL;

  allow_descriptors ();
  g_idle_add (announce_cb, server);
  if (!dheera_server_run (server, NULL, &error))
    return dheera_tool_fail (error);

  return DHEERA_EXIT_OK;
}

int
dheera_cmd_serve (int    argc,
                  char **argv)
{
  g_auto(Options) options = { 0 };
  g_autoptr(DheeraServer) server = NULL;
  int exit_code = DHEERA_EXIT_FAILURE;

  if (!parse (&options, &argc, &argv, &exit_code))
    return exit_code;
  if (options.new_key)
    return print_new_key ();

  server = dheera_server_new (NULL);
  dheera_server_set_config_file (server, options.config);
  if (options.host != NULL)
    dheera_server_set_host (server, options.host);
  if (options.port >= 0)
    dheera_server_set_port (server, (guint) options.port);
  if (!add_models (server, options.models, &exit_code) || !add_key_files (server, options.key_files, &exit_code))
    return exit_code;

  return serve (server);
}

#else

int
dheera_cmd_serve (int    argc,
                  char **argv)
{
  dheera_tool_note ("This dheera-ai was built without the server: configure the build with -Dserver=enabled.");

  return DHEERA_EXIT_FAILURE;
}

#endif
