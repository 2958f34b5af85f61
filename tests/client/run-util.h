/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "client-util.h"
#include "legal.h"

G_BEGIN_DECLS

/* The ways to run a request to its end */
typedef enum
{
  RUN,
  RUN_ASYNC,
  COLLECT,
  COLLECT_ASYNC,
  NEXT,
  NEXT_ASYNC,
  N_WAYS
} Way;

extern const char *const way_names[N_WAYS];

#define is_blocking(way) ((way) == RUN || (way) == COLLECT || (way) == NEXT)

/* Each assertion that the conversation is legal is made at each change of it, too. */
DheeraResponse *run              (DheeraClient  *client,
                                  DheeraRequest *request,
                                  Way            way,
                                  GCancellable  *cancellable,
                                  GError       **error);

/* A tool that takes any object, in the request. Owned by that. */
DheeraTool     *add_tool         (DheeraRequest *request,
                                  const char    *name,
                                  GCallback      handler,
                                  gpointer       user_data);

/* "user assistant+2 tool tool assistant" */
char           *describe_history (DheeraConversation *conversation);
#define assert_history(request, expected) \
  G_STMT_START { g_autofree char *history_ = describe_history (dheera_request_get_conversation (request)); g_assert_cmpstr (history_, ==, expected); } G_STMT_END

/* A test for each way of running; the data is the way. */
void            add_ways         (const char       *path,
                                  GTestDataFunc     func);
/* For each that does not block */
void            add_async_ways   (const char       *path,
                                  GTestDataFunc     func);

G_END_DECLS
