/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/dheera-ai.h"

G_BEGIN_DECLS

/* What the tests of the whole server share: asking it with libsoup from the loop in which it serves, and clients that behave badly. */

#define SERVER_KEY "sk-canary-0123456789abcdef"

#define CHAT_BODY(model) "{\"model\":\"" model "\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}"
#define STREAM_BODY(model) "{\"model\":\"" model "\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}"

/* Iterates the default main context until *done, or fails the test after half a minute. */
void          wait_until         (const gboolean *done);

typedef struct
{
  guint status;
  SoupMessage *message;
  char *text;
} Answer;

void          answer_clear       (Answer         *self);
/* One whole exchange. body and key are nullable. */
void          ask                (Answer         *answer,
                                  DheeraServer   *server,
                                  const char     *method,
                                  const char     *path,
                                  const char     *body,
                                  const char     *key);
/* The value of a member of the answer's JSON by its path; to be freed. */
char         *answer_dup_member  (Answer         *self,
                                  const char     *path);
void          assert_answer      (Answer         *self,
                                  guint           status,
                                  const char     *path,
                                  const char     *raw);
const char   *answer_get_header  (Answer         *self,
                                  const char     *name);

/* A client that sends bytes and reads when it is told to */
GSocketConnection *raw_open      (DheeraServer   *server);
void          raw_post           (GSocketConnection *connection,
                                  const char        *path,
                                  const char        *body);
/* Reads until what came has the text in it, and gives all of it; to be freed. NULL when the connection ended before. */
char         *raw_read_until     (GSocketConnection *connection,
                                  const char        *text);
/* Reads to the end of the connection. */
char         *raw_read_all       (GSocketConnection *connection);

/* A client of the library whose provider "lab" is at url. */
DheeraClient *new_lab_client     (SoupSession    *session,
                                  const char     *url) G_GNUC_WARN_UNUSED_RESULT;
/* A server that has started, at a port that was free */
DheeraServer *start_server       (DheeraClient   *client) G_GNUC_WARN_UNUSED_RESULT;
/* Stops it, and waits for the end. */
void          stop_server        (DheeraServer   *server);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Answer, answer_clear)

G_END_DECLS
