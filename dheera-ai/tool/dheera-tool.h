/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <dheera-ai/dheera-ai.h>

G_BEGIN_DECLS

/* What the subcommands share. The program sees nothing of the library but its public header, as any other program would. */

#define DHEERA_EXIT_OK 0
#define DHEERA_EXIT_FAILURE 1
#define DHEERA_EXIT_USAGE 2
#define DHEERA_EXIT_INTERRUPTED 130

/* --- Commands: each gets its own name as argv[0] ------------------------------------------------------------------------------- */

int dheera_cmd_chat     (int    argc,
                         char **argv);
int dheera_cmd_complete (int    argc,
                         char **argv);
int dheera_cmd_models   (int    argc,
                         char **argv);
int dheera_cmd_serve    (int    argc,
                         char **argv);
int dheera_cmd_doctor   (int    argc,
                         char **argv);

/* --- Options ------------------------------------------------------------------------------------------------------------------- */

/* What a request is made of, for the commands that make one */
typedef struct
{
  char *model;
  char *system;
  char *extra;
  double temperature;
  int max_tokens;
  double timeout;
} DheeraToolOptions;

/* FALSE when the command is over with *exit_code: the message was printed. */
gboolean       dheera_tool_parse         (GOptionContext     *context,
                                          int                *argc,
                                          char             ***argv,
                                          int                *exit_code);
void           dheera_tool_options_init  (DheeraToolOptions  *self,
                                          GOptionContext     *context);
void           dheera_tool_options_clear (DheeraToolOptions  *self);
/* A request with everything but what is to be said. FALSE with a message when an option can't be used. */
DheeraRequest *dheera_tool_new_request   (DheeraToolOptions  *self,
                                          const char         *model);

/* --- Messages, always on stderr ---------------------------------------------------------------------------------------------- */

int   dheera_tool_usage_error (const char   *format,
                               ...) G_GNUC_PRINTF (1, 2);
void  dheera_tool_note        (const char   *format,
                               ...) G_GNUC_PRINTF (1, 2);
/* Says what went wrong; the exit code for it. */
int   dheera_tool_fail        (const GError *error);

/* A text from elsewhere, without what could steer a terminal: an error may quote a server. */
char *dheera_tool_dup_shown   (const char   *text);

/* --- Output -------------------------------------------------------------------------------------------------------------------- */

/* An answer on stdout. On a terminal its reasoning is shown, dimmed, and what could steer the terminal is left out. */
typedef struct
{
  gboolean terminal;
  gboolean styled;
  gboolean json;      /* a line of JSON per delta instead of text */
  gboolean dimmed;    /* right now */
  gboolean mid_line;
  gboolean broken;    /* nobody reads any more */
} DheeraToolOutput;

void dheera_tool_output_init  (DheeraToolOutput *self);
void dheera_tool_output_text  (DheeraToolOutput *self,
                               const char       *text);
void dheera_tool_output_delta (DheeraToolOutput *self,
                               DheeraDelta      *delta);
/* The end of an answer: a newline where one is missing. */
void dheera_tool_output_end   (DheeraToolOutput *self);

/* --- Ctrl-C -------------------------------------------------------------------------------------------------------------------- */

/* From now on Ctrl-C cancels what runs, or ends what waits, instead of the program. */
void     dheera_tool_interrupt_install (void);
/* Either may be NULL. Both NULL: nothing runs. */
void     dheera_tool_interrupt_watch   (GMainLoop    *loop,
                                        GCancellable *cancellable);
/* Whether Ctrl-C was pressed since the last time that this was asked. */
gboolean dheera_tool_interrupt_take    (void);

/* --- Calls: asynchronous ones, awaited in a main loop so that Ctrl-C comes through ------------------------------------------- */

DheeraResponse *dheera_tool_complete (DheeraClient      *client,
                                      DheeraRequest     *request,
                                      GError           **error);
/* Prints the answer while it comes in. *partial (optional) is what came of an answer that failed or was stopped. */
DheeraResponse *dheera_tool_stream   (DheeraClient      *client,
                                      DheeraRequest     *request,
                                      DheeraToolOutput  *output,
                                      char             **partial,
                                      DheeraCall       **call,
                                      GError           **error);
/* The reasons to look at a response twice: a refusal, an answer that was cut off, calls of tools that nobody runs here. */
void            dheera_tool_explain  (DheeraResponse    *response);

/* --- Which providers there are ----------------------------------------------------------------------------------------------- */

/* One provider that was asked for its models */
typedef struct
{
  char *id;
  char *others;       /* nullable: ids that mean a server at the same address */
  char *base_url;
  GListModel *models; /* nullable: of DheeraModel */
  GError *error;      /* nullable */
  double time;        /* seconds that it took */
} DheeraProbe;

DheeraProbe *dheera_probe_new         (const char        *id);
void         dheera_probe_free        (DheeraProbe       *self);
/* Asks all of them side by side and comes back when all have answered, failed or taken longer than the timeout, or at Ctrl-C. */
void         dheera_probe_run         (DheeraClient      *client,
                                       GPtrArray         *probes,
                                       double             timeout);
/* (element-type DheeraProbe): each server of this machine that the library knows, once */
GPtrArray   *dheera_probe_list_local  (DheeraClient      *client);
/* (element-type DheeraProbe): each provider whose key is in the environment */
GPtrArray   *dheera_probe_list_keyed  (DheeraClient      *client);
/* The variable that a key is found in, NULL without a key */
const char  *dheera_tool_key_variable (DheeraProvider    *provider);
/* The first model of a server that can talk, NULL when it has none */
const char  *dheera_probe_pick_model  (DheeraProbe       *self);

/* The model to use: wanted, DHEERA_MODEL, a provider with a key, a server of this machine, or the offline model. *reason says why it is that one. */
char        *dheera_tool_find_model   (DheeraClient      *client,
                                       const char        *wanted,
                                       char             **reason);
/* The same, once the local servers were asked. */
char        *dheera_tool_choose_model (DheeraClient      *client,
                                       const char        *wanted,
                                       GPtrArray         *local,
                                       char             **reason);
/* What --help says about it */
extern const char dheera_tool_model_help[];

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DheeraProbe, dheera_probe_free)

G_END_DECLS
