/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A server that does exactly, and only, what a script says, byte by byte and with any fault that a network or a server can have. It runs in threads of its own.
 *
 *   FaultServer *server = fault_server_new (FAULT_TLS_NONE);
 *   fault_server_script (server, FAULT_EXPECT (), FAULT_SEND ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{"), FAULT_RESET (), FAULT_END);
 *   g_autofree char *url = fault_server_dup_url (server, "/v1/chat");
 *   ...
 *   g_assert_cmpuint (fault_server_get_n_connections (server), ==, 1);
 *   fault_server_free (server);
 *
 * Each call of fault_server_script() adds one script: the n-th connection follows the n-th, and all further ones the last. A connection whose script is over is closed. */

typedef enum
{
  FAULT_TLS_NONE,
  FAULT_TLS_GOOD,        /* certificates/localhost.pem, signed by certificates/ca.pem */
  FAULT_TLS_OTHER_HOST,
  FAULT_TLS_EXPIRED,
  FAULT_TLS_WANTS_CLIENT, /* good, and a client certificate is required */
  FAULT_TLS_HTTP2,        /* good, and nothing but h2 is spoken: frames are for the script to send */
} FaultTls;

typedef enum
{
  FAULT_ACTION_END,
  FAULT_ACTION_EXPECT,
  FAULT_ACTION_READ,
  FAULT_ACTION_AWAIT,
  FAULT_ACTION_SEND,
  FAULT_ACTION_DRIP,
  FAULT_ACTION_FLOOD,
  FAULT_ACTION_WAIT,
  FAULT_ACTION_SIGNAL,
  FAULT_ACTION_STALL,
  FAULT_ACTION_HALF_CLOSE,
  FAULT_ACTION_CLOSE,
  FAULT_ACTION_RESET,
  FAULT_ACTION_STARTTLS,
  FAULT_ACTION_AGAIN,
} FaultAction;

typedef struct
{
  FaultAction action;
  const char *text; /* copied by fault_server_add_script() */
  gssize length;    /* -1: up to the NUL */
  int number;
} FaultStep;

/* Reads a whole request and records it; a connection that is closed instead ends the script. */
#define FAULT_EXPECT()               { FAULT_ACTION_EXPECT, NULL, 0, 0 }
/* Reads at least so many bytes of whatever it may be */
#define FAULT_READ(bytes)            { FAULT_ACTION_READ, NULL, 0, bytes }
/* Reads until these bytes have come, whatever is before them */
#define FAULT_AWAIT(data, size)      { FAULT_ACTION_AWAIT, data, size, 0 }
#define FAULT_SEND(text)             { FAULT_ACTION_SEND, text, -1, 0 }
#define FAULT_SEND_BYTES(data, size) { FAULT_ACTION_SEND, data, size, 0 }
/* One byte every so many milliseconds */
#define FAULT_DRIP(text, ms)         { FAULT_ACTION_DRIP, text, -1, ms }
/* The same text so many times, 0 for until the client goes */
#define FAULT_FLOOD(text, times)     { FAULT_ACTION_FLOOD, text, -1, times }
#define FAULT_WAIT(ms)               { FAULT_ACTION_WAIT, NULL, 0, ms }
/* Waits for fault_server_signal() */
#define FAULT_SIGNAL()               { FAULT_ACTION_SIGNAL, NULL, 0, 0 }
/* Says nothing more and keeps the connection until the client or the server goes */
#define FAULT_STALL()                { FAULT_ACTION_STALL, NULL, 0, 0 }
/* No more from here, but still reading */
#define FAULT_HALF_CLOSE()           { FAULT_ACTION_HALF_CLOSE, NULL, 0, 0 }
#define FAULT_CLOSE()                { FAULT_ACTION_CLOSE, NULL, 0, 0 }
/* RST */
#define FAULT_RESET()                { FAULT_ACTION_RESET, NULL, 0, 0 }
/* TLS from here on, as a proxy does it after CONNECT; the server was made with FAULT_TLS_NONE */
#define FAULT_STARTTLS()             { FAULT_ACTION_STARTTLS, NULL, 0, 0 }
/* Back to the first step, for requests on a connection that is kept */
#define FAULT_AGAIN()                { FAULT_ACTION_AGAIN, NULL, 0, 0 }
#define FAULT_END                    { FAULT_ACTION_END, NULL, 0, 0 }

typedef struct
{
  char *method;
  char *target;      /* as in the request line */
  char *head;        /* all of it, as sent */
  GBytes *body;
  guint connection;  /* from 1 */
} FaultRequest;

typedef struct _FaultServer FaultServer;

FaultServer        *fault_server_new               (FaultTls tls);
/* Ends all connections; what they wait for is over. */
void                fault_server_free              (FaultServer *self);

void                fault_server_add_script        (FaultServer     *self,
                                                    const FaultStep *steps);
#define fault_server_script(self, ...) fault_server_add_script (self, (const FaultStep[]) { __VA_ARGS__ })
/* Lets one FAULT_SIGNAL go on, or the next one if none waits. */
void                fault_server_signal            (FaultServer *self);

guint               fault_server_get_port          (FaultServer *self);
/* http://127.0.0.1:PORT or https://localhost:PORT, and path */
char               *fault_server_dup_url           (FaultServer *self,
                                                    const char  *path);

guint               fault_server_get_n_connections (FaultServer *self);
guint               fault_server_get_n_requests    (FaultServer *self);
/* Blocks, 20 seconds at most, until so many requests were read. */
void                fault_server_wait_for_requests (FaultServer *self,
                                                    guint        n);
/* Blocks, 20 seconds at most, until so many connections were closed by their clients while they stalled. */
void                fault_server_wait_for_gone     (FaultServer *self,
                                                    guint        n);
/* Blocks, 20 seconds at most, until so many connections were closed here, whoever began. */
void                fault_server_wait_for_closed   (FaultServer *self,
                                                    guint        n);
/* From 0; valid until the server is freed. */
const FaultRequest *fault_server_get_request       (FaultServer *self,
                                                    guint        index);
/* NULL when the request has no such header. Free with g_free(). */
char               *fault_request_dup_header       (const FaultRequest *self,
                                                    const char         *name);
/* value is nullable: it has none. */
void                fault_server_assert_header     (FaultServer *self,
                                                    guint        index,
                                                    const char  *name,
                                                    const char  *value);

/* The path of a file in certificates/ */
char               *fault_server_dup_certificate   (const char *name);
/* A database in which nothing but the tests' own authority is trusted */
GTlsDatabase       *fault_server_new_database      (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FaultServer, fault_server_free)

G_END_DECLS
