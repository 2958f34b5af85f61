/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/wire/dheera-json-private.h"

G_BEGIN_DECLS

/* The mind of the offline model, which is pure: the same request gives the same answer.
 * dheera-mock-reply-private.h is how it gets to the client. */

/* Why a request is refused: what becomes an OpenAI error body. */
typedef struct
{
  guint status;
  const char *code; /* static, nullable */
  char *param;      /* nullable */
  char *message;
} DheeraMockRefusal;

void      dheera_mock_refusal_clear (DheeraMockRefusal *self);
/* Always FALSE. */
gboolean  dheera_mock_refuse        (DheeraMockRefusal *self,
                                     guint              status,
                                     const char        *code,
                                     const char        *param,
                                     const char        *format,
                                     ...) G_GNUC_PRINTF (5, 6);

/* --- Models ----------------------------------------------------------------------------------- */

typedef enum
{
  DHEERA_MOCK_ECHO,
  DHEERA_MOCK_STORY,
  DHEERA_MOCK_LOREM,
} DheeraMockModelKind;

typedef struct
{
  const char *id;
  DheeraMockModelKind kind;
  guint context_window; /* tokens */
  guint max_output;     /* tokens */
  guint pace_ms;        /* per word of a stream */
} DheeraMockModel;

#define DHEERA_MOCK_MAX_WORD 16

const DheeraMockModel *dheera_mock_models     (guint *n_models);
const DheeraMockModel *dheera_mock_find_model (const char *id);
/* What the model says to a text; max_tokens is 0 without a limit. */
char                  *dheera_mock_model_say  (const DheeraMockModel *model,
                                               const char            *prompt,
                                               guint                  max_tokens);
/* The length in bytes of the first word of text: white space, then at most DHEERA_MOCK_MAX_WORD other
 * characters. 0 at the end. A word is a token. */
gsize                  dheera_mock_word       (const char *text);
guint                  dheera_mock_count      (const char *text);

/* --- Schemas ---------------------------------------------------------------------------------- */

/* A small instance of a JSON schema, its strings made of text; NULL with a phrase in *why (static) when
 * there is none. */
char *dheera_mock_schema_instance (DheeraJsonValue   schema,
                                   const char       *text,
                                   const char      **why);

/* --- The request's member "mock" -------------------------------------------------------------- */

typedef struct
{
  char *id;        /* nullable until the answer gives it one */
  char *name;
  char *arguments; /* JSON text, unless the test asked for something else */
} DheeraMockCall;

DheeraMockCall *dheera_mock_call_new  (const char *name,
                                       char       *arguments /* (transfer full) */);
void            dheera_mock_call_free (DheeraMockCall *self);

typedef enum
{
  DHEERA_MOCK_FAULT_NONE,
  DHEERA_MOCK_FAULT_STATUS, /* an error instead of an answer */
  DHEERA_MOCK_FAULT_CUT,    /* the connection is closed */
  DHEERA_MOCK_FAULT_STALL,  /* nothing more is sent */
  DHEERA_MOCK_FAULT_ERROR,  /* an error event in the stream */
} DheeraMockFault;

typedef struct
{
  char *text;         /* nullable, like all of the following: the model's own */
  char *reasoning;
  char *finish_reason;
  char *usage;        /* JSON */
  GPtrArray *calls;   /* of DheeraMockCall */

  guint delay_ms;
  int pace_ms;        /* -1: the model's */

  DheeraMockFault fault;
  guint after;        /* words before it */
  guint status;
  char *error;        /* JSON: the whole body */
  char *body;         /* instead of it, as it is */
  GPtrArray *headers; /* name, value, name, value, … */
  guint fail_times;   /* 0: always */
  char *key;
} DheeraMockOptions;

gboolean dheera_mock_options_parse (DheeraMockOptions *self,
                                    DheeraJsonValue    request,
                                    DheeraMockRefusal *refusal);
void     dheera_mock_options_clear (DheeraMockOptions *self);

/* --- Conversation and tools ------------------------------------------------------------------- */

typedef struct
{
  char *user_text;    /* of the last user message, "" without one */
  char *tool_results; /* set when tool messages are the last ones: what they say */
  guint n_tokens;
} DheeraMockPrompt;

gboolean   dheera_mock_prompt_parse (DheeraMockPrompt  *self,
                                     DheeraJsonValue    messages,
                                     DheeraMockRefusal *refusal);
void       dheera_mock_prompt_clear (DheeraMockPrompt *self);

/* Adds the calls that the model makes to calls. */
gboolean   dheera_mock_tools_choose (DheeraJsonValue         request,
                                     const DheeraMockPrompt *prompt,
                                     GPtrArray              *calls,
                                     DheeraMockRefusal      *refusal);

/* --- Answer ----------------------------------------------------------------------------------- */

typedef enum
{
  DHEERA_MOCK_STEP_REASONING,
  DHEERA_MOCK_STEP_TEXT,
  DHEERA_MOCK_STEP_CALL, /* begins a tool call; the only one that is not a word */
  DHEERA_MOCK_STEP_ARGUMENTS,
} DheeraMockStepKind;

typedef struct
{
  DheeraMockStepKind kind;
  guint call;
  char *text; /* points into the answer */
  gsize length;
} DheeraMockStep;

typedef struct
{
  char *id; /* hexadecimal digits, made of the request */
  const DheeraMockModel *model;
  gboolean stream;
  gboolean include_usage;
  guint n;
  /* What is said, cut to max_tokens */
  char *reasoning;
  char *text;
  GPtrArray *calls; /* of DheeraMockCall */
  GArray *steps;    /* of DheeraMockStep, pointing into the three */
  char *finish_reason;
  guint prompt_tokens;
  guint reasoning_tokens; /* per choice, like the next */
  guint completion_tokens;
  DheeraMockOptions options;
} DheeraMockAnswer;

DheeraMockAnswer *dheera_mock_answer_new   (const char        *body,
                                            gsize              length,
                                            DheeraMockRefusal *refusal);
void              dheera_mock_answer_free  (DheeraMockAnswer *self);
/* Takes the fault away: the request has failed as often as it should. */
void              dheera_mock_answer_heal  (DheeraMockAnswer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DheeraMockAnswer, dheera_mock_answer_free)

G_END_DECLS
