/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/server/dheera-front-private.h"

G_BEGIN_DECLS

/* The HTTP front, on the loopback and on a unix socket, with small routes of the tests' own, in a thread with a main context of its own, and clients that send what they are told, byte by byte.
 *
 *   /echo      "METHOD path?query body", when the body is there
 *   /head      401 at once, before the body
 *   /stream    3 events, one for each turn of the main loop, then the end
 *   /flood     begins, and writes 16 KiB at a time as long as the front wants more, without an end
 *   /wait      never an answer
 *   /large     one body of 4 MiB
 *   /empty     204
 *   /field     the value of the field X-Field
 *   /peer      the address of the client
 *   /fields    fields that can't be sent, and X-Good
 *   /break     begins, writes, and aborts
 *   /abort     aborts at once
 *   /stop      stops the front from within on_head
 *   others     404 */

typedef struct _FrontServer FrontServer;

typedef struct
{
  guint heads;     /* on_head */
  guint executed;  /* on_body_end, or answered in on_head */
  guint complete;  /* on_done (TRUE) */
  guint gone;      /* on_done (FALSE) */
  guint writable;
  guint written;   /* bytes given to write() by /flood */
  guint received;  /* bytes of bodies */
  guint connections;
} FrontCounts;

extern const DheeraFrontLimits front_limits;

FrontServer *front_server_new               (const DheeraFrontLimits *limits, /* NULL: front_limits */
                                             gboolean                 tls);
/* Stops the front, if that was not done, and checks that each request was ended once. */
void         front_server_free              (FrontServer             *self);
guint        front_server_get_port          (FrontServer             *self);
FrontCounts  front_server_get_counts        (FrontServer             *self);
/* Blocks until the counter at that offset has reached n; an assertion fails after 30 seconds. */
void         front_server_wait_at           (FrontServer             *self,
                                             gsize                    offset,
                                             guint                    n,
                                             gboolean                 exactly);
#define front_server_wait(self, counter, n) front_server_wait_at (self, G_STRUCT_OFFSET (FrontCounts, counter), n, FALSE)
#define front_server_wait_exactly(self, counter, n) front_server_wait_at (self, G_STRUCT_OFFSET (FrontCounts, counter), n, TRUE)
void         front_server_drain             (FrontServer             *self);
gboolean     front_server_is_drained        (FrontServer             *self);
void         front_server_wait_for_drained  (FrontServer             *self);
void         front_server_stop              (FrontServer             *self);
/* Runs func in the server's thread, and waits for it. */
void         front_server_invoke            (FrontServer             *self,
                                             void                   (*func) (gpointer data),
                                             gpointer                 data);

/* --- Clients: sockets that wait at most 30 seconds for anything ------------------------------------------------------------------ */

int          front_client_connect           (FrontServer             *server);
int          front_client_connect_unix      (FrontServer             *server);
/* The two steps of the first */
int          front_client_new               (void);
void         front_client_join              (int                      fd,
                                             FrontServer             *server);
/* FALSE when the server has closed. */
gboolean     front_client_send_bytes        (int                      fd,
                                             const char              *bytes,
                                             gsize                    length);
#define front_client_send(fd, text) front_client_send_bytes (fd, text, strlen (text))
/* Up to the end of the connection; closes it. */
char        *front_client_read_all          (int                      fd);
/* One answer; with a body of a known length, chunked (the body is decoded), or none (without_body). */
char        *front_client_read_answer       (int                      fd,
                                             gboolean                 without_body);
/* Blocks until the server closes, and closes. What comes before is not allowed to be anything. */
void         front_client_expect_end        (int                      fd);
/* The end of a connection that the server may reset, too. */
void         front_client_expect_any_end    (int                      fd);

/* Sends all, and returns all that comes until the server closes. */
char        *front_client_exchange          (FrontServer             *server,
                                             const char              *text);
/* Closes, with a reset or orderly. */
void         front_client_leave             (int                      fd,
                                             gboolean                 reset);

void         front_assert_has               (const char              *text,
                                             const char              *part);
void         front_assert_has_not           (const char              *text,
                                             const char              *part);
guint        front_count_descriptors        (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FrontServer, front_server_free)

G_END_DECLS
