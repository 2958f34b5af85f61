/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-tool.h"

#include <locale.h>
#include <stdio.h>

/* The dheera-ai command: finds the subcommand and hands over. */

typedef struct
{
  const char *name;
  const char *summary;
  int (*run) (int    argc,
              char **argv);
} Command;

static const Command commands[] = {
  { "chat", "Talk with a model; the answers come in word by word", dheera_cmd_chat },
  { "complete", "Ask one question, and print the answer", dheera_cmd_complete },
  { "models", "List the models that can be reached", dheera_cmd_models },
  { "serve", "Serve models with OpenAI's protocol, for other programs", dheera_cmd_serve },
  { "doctor", "Say which keys, local servers, proxies and certificates are in use", dheera_cmd_doctor },
};

static const Command *
find_command (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      if (g_strcmp0 (commands[i].name, name) == 0)
        return &commands[i];
    }

  return NULL;
}

static void
print_help (FILE *file)
{
  fputs ("Usage:\n  dheera-ai COMMAND [OPTION…] [ARGUMENT…]\n\nAsks language models of any provider.\n\nCommands:\n", file);
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    fprintf (file, "  %-10s %s\n", commands[i].name, commands[i].summary);
  fputs ("\nOptions:\n"
         "  --help     Show this, or with a command what that one takes\n"
         "  --version  Show the version\n\n", file);
  fputs (dheera_tool_model_help, file);
  fputs ("\nExit codes: 0 success, 1 failure, 2 wrong usage, 130 interrupted.\n", file);
}

int
main (int    argc,
      char **argv)
{
  const Command *command = argc > 1 ? find_command (argv[1]) : NULL;
  g_autofree char *name = NULL;

  setlocale (LC_ALL, "");

  if (command == NULL)
    {
      const char *first = argc > 1 ? argv[1] : NULL;

      g_set_prgname ("dheera-ai");
      if (g_strcmp0 (first, "--version") == 0)
        {
          puts ("dheera-ai " DHEERA_VERSION_S);
          return DHEERA_EXIT_OK;
        }
      if (g_strcmp0 (first, "--help") == 0 || g_strcmp0 (first, "-h") == 0 || g_strcmp0 (first, "help") == 0)
        {
          print_help (stdout);
          return DHEERA_EXIT_OK;
        }
      if (first == NULL)
        {
          print_help (stderr);
          return DHEERA_EXIT_USAGE;
        }
      return dheera_tool_usage_error ("There is no command “%s”.", first);
    }

  name = g_strconcat ("dheera-ai ", command->name, NULL);
  g_set_prgname (name);

  return command->run (argc - 1, argv + 1);
}
