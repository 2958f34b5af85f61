/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The other end of the performance suite: a process of its own that answers from memory over raw sockets, so that what is measured is the client.
 *
 *   POST .../answer/chat/completions       a whole answer of 2,640 bytes
 *   POST .../chunks/N/chat/completions     a stream of N events of 331 bytes, a finish reason, usage, [DONE]
 *   POST .../event/BYTES/chat/completions  a stream whose one event carries that much text
 *   POST .../chunks/N/v1/messages          the same stream of N pieces of text in Anthropic's protocol
 *   POST .../chunks/N/…/converse-stream    and in Amazon Bedrock's; see protocols[]
 *
 * It prints its port. For every line on its standard input it prints how many connections and requests it has had since the last one; it ends with its input. */

#include <glib.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/wire/aws-util.h"

#define ANSWER_BYTES 2640
#define EVENT_BYTES 331
#define PIECE 16384
#define SSE "text/event-stream; charset=utf-8"

typedef struct
{
  int fd;
  GString *input;
} Connection;

static GPtrArray *connections;
static GHashTable *answers; /* request target → whole response */
static guint n_connections, n_requests;

#define HEAD \
  "{\"id\":\"chatcmpl-BsT1yQd7TrgkqFQ8bR3Ck5zYH0aVm\",\"object\":\"chat.completion.chunk\",\"created\":1752398401," \
  "\"model\":\"gpt-4o-mini-2024-07-18\",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_0392822090\","

/* --- Answers ------------------------------------------------------------------------------------------------------------------- */

static void
append_chunk (GString    *response,
              const char *data,
              gsize       length)
{
  g_string_append_printf (response, "%" G_GSIZE_MODIFIER "x\r\n", length);
  g_string_append_len (response, data, length);
  g_string_append (response, "\r\n");
}

static GString *
begin_stream (const char *content_type)
{
  GString *response = g_string_new (NULL);

  g_string_printf (response, "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\nx-request-id: req_0123456789\r\n\r\n",
                   content_type);
  return response;
}

static GString *
end_stream (GString *response,
            guint64  n)
{
  static const char finish[] = "data: " HEAD "\"choices\":[{\"index\":0,\"delta\":{},\"logprobs\":null,\"finish_reason\":\"stop\"}],\"usage\":null}\n\n";
  static const char done[] = "data: [DONE]\n\n";
  g_autofree char *usage = g_strdup_printf ("data: " HEAD "\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":%" G_GUINT64_FORMAT
                                            ",\"total_tokens\":%" G_GUINT64_FORMAT "}}\n\n", n, n + 9);

  append_chunk (response, finish, strlen (finish));
  append_chunk (response, usage, strlen (usage));
  append_chunk (response, done, strlen (done));
  g_string_append (response, "0\r\n\r\n");
  return response;
}

static const char *const stock[] = { " one", " for", " that", " see", " in", " water", " it", " kind" };

static GString *
make_chunks (guint64 n)
{
  GString *response = begin_stream (SSE);

  for (guint64 i = 0; i < n; i++)
    {
      g_autoptr(GString) event = g_string_new (NULL);

      g_string_printf (event, "data: " HEAD "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"},\"logprobs\":null,\"finish_reason\":null}],"
                       "\"usage\":null,\"obfuscation\":\"", stock[i % G_N_ELEMENTS (stock)]);
      while (event->len < EVENT_BYTES - strlen ("\"}\n\n"))
        g_string_append_c (event, "nD4xK0qZ"[event->len % 8]);
      g_string_append (event, "\"}\n\n");
      append_chunk (response, event->str, event->len);
    }
  return end_stream (response, n);
}

/* --- Other protocols ----------------------------------------------------------------------------------------------------------- */

#define ITEM "msg_68c2e0a9f4d081908d6f4b1c0f2b7c3e0a1b2c3d4e5f6071"
#define EVENT(type, members) "event: " type "\ndata: {\"type\":\"" type "\"" members "}\n\n"

static void
append_anthropic_text (GString    *event,
                       const char *word)
{
  g_string_append_printf (event, EVENT ("content_block_delta", ",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"%s\"}   "), word);
}

static void
append_gemini_text (GString    *event,
                    const char *word)
{
  g_string_append_printf (event, "data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"%s\"}],\"role\": \"model\"},\"index\": 0}],"
                          "\"usageMetadata\": {\"promptTokenCount\": 9,\"candidatesTokenCount\": %" G_GSIZE_FORMAT ",\"totalTokenCount\": 120,"
                          "\"promptTokensDetails\": [{\"modality\": \"TEXT\",\"tokenCount\": 9}],\"thoughtsTokenCount\": 90},"
                          "\"modelVersion\": \"gemini-2.5-flash\",\"responseId\": \"dX6LadKVC7SZ28oPr9yJoQs\"}\n\n", word, 10 + strlen (word));
}

static void
append_converse_text (GString    *event,
                      const char *word)
{
  g_string_append_printf (event, "contentBlockDelta {\"contentBlockIndex\":0,\"delta\":{\"text\":\"%s\"},\"p\":\"abcdefghijklmnopqrstuvwxyzABCDEF\"}\n", word);
}

static void
append_cohere_text (GString    *event,
                    const char *word)
{
  g_string_append_printf (event, EVENT ("content-delta", ",\"index\":0,\"delta\":{\"message\":{\"content\":{\"text\":\"%s\"}}}"), word);
}

static void
append_ollama_text (GString    *event,
                    const char *word)
{
  g_string_append_printf (event, "{\"model\":\"qwen3\",\"created_at\":\"2026-01-20T10:11:12.123456789Z\",\"message\":{\"role\":\"assistant\","
                          "\"content\":\"%s\"},\"done\":false}\n", word);
}

static void
append_responses_text (GString    *event,
                       const char *word)
{
  g_string_append_printf (event, EVENT ("response.output_text.delta", ",\"sequence_number\":123,\"item_id\":\"" ITEM "\",\"output_index\":0,"
                                        "\"content_index\":0,\"delta\":\"%s\",\"logprobs\":[],\"obfuscation\":\"nD4xK0qZ\""), word);
}

static GString *
make_aws_messages (const char *lines)
{
  g_auto(GStrv) events = g_strsplit (lines, "\n", -1);
  g_autoptr(GByteArray) bytes = g_byte_array_new ();

  for (char **event = events; **event != '\0'; event++)
    {
      char *space = strchr (*event, ' ');

      *space = '\0';
      aws_message_add (bytes, (const AwsHeader[]) { { ":event-type", *event }, { ":content-type", "application/json" }, { ":message-type", "event" }, { NULL } },
                       space + 1);
    }
  return g_string_new_len ((const char *) bytes->data, bytes->len);
}

/* A stream in another protocol: what it begins with, how a word is said, and what it ends with */
static const struct
{
  const char *path; /* end of the request target */
  const char *content_type;
  const char *start;
  void (*append_text) (GString    *event,
                       const char *word);
  const char *end;
  gboolean is_aws; /* each line is an event's type and data, and goes as a message of AWS's event stream */
} protocols[] = {
  { "/v1/messages", SSE,
    EVENT ("message_start", ",\"message\":{\"model\":\"claude-sonnet-4-5-20250929\",\"id\":\"msg_01Xf6SmUVY1mDrSwFc5RsY3n\",\"type\":\"message\","
           "\"role\":\"assistant\",\"content\":[],\"stop_reason\":null,\"usage\":{\"input_tokens\":9,\"output_tokens\":1}}")
    EVENT ("content_block_start", ",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}"),
    append_anthropic_text,
    EVENT ("content_block_stop", ",\"index\":0") EVENT ("message_delta", ",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":9}")
    EVENT ("message_stop", "") },
  { ":streamGenerateContent?alt=sse", SSE, "data: {\"usageMetadata\": {\"promptTokenCount\": 9}}\n\n", append_gemini_text,
    "data: {\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"\"}],\"role\": \"model\"},\"finishReason\": \"STOP\",\"index\": 0}]}\n\n" },
  { "/converse-stream", "application/vnd.amazon.eventstream", "messageStart {\"role\":\"assistant\"}\n", append_converse_text,
    "contentBlockStop {\"contentBlockIndex\":0}\nmessageStop {\"stopReason\":\"end_turn\"}\n"
    "metadata {\"usage\":{\"inputTokens\":9,\"outputTokens\":9,\"totalTokens\":18},\"metrics\":{\"latencyMs\":1}}\n", TRUE },
  { "/v2/chat", SSE,
    "event: message-start\ndata: {\"id\":\"5f2c1a7e\",\"type\":\"message-start\",\"delta\":{\"message\":{\"role\":\"assistant\",\"content\":[]}}}\n\n"
    EVENT ("content-start", ",\"index\":0,\"delta\":{\"message\":{\"content\":{\"type\":\"text\",\"text\":\"\"}}}"),
    append_cohere_text,
    EVENT ("content-end", ",\"index\":0")
    EVENT ("message-end", ",\"delta\":{\"finish_reason\":\"COMPLETE\",\"usage\":{\"tokens\":{\"input_tokens\":9,\"output_tokens\":9}}}") },
  { "/api/chat", "application/x-ndjson", "", append_ollama_text,
    "{\"model\":\"qwen3\",\"created_at\":\"2026-01-20T10:11:12.123456789Z\",\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":true,"
    "\"done_reason\":\"stop\",\"prompt_eval_count\":9,\"eval_count\":9}\n" },
  { "/responses", SSE,
    EVENT ("response.created", ",\"sequence_number\":0,\"response\":{\"id\":\"resp_1\",\"object\":\"response\",\"status\":\"in_progress\",\"model\":\"gpt-5\"}")
    EVENT ("response.output_item.added", ",\"sequence_number\":1,\"output_index\":0,\"item\":{\"id\":\"" ITEM "\",\"type\":\"message\",\"role\":\"assistant\","
           "\"status\":\"in_progress\",\"content\":[]}"),
    append_responses_text,
    EVENT ("response.completed", ",\"sequence_number\":9,\"response\":{\"id\":\"resp_1\",\"object\":\"response\",\"status\":\"completed\",\"model\":\"gpt-5\","
           "\"usage\":{\"input_tokens\":9,\"output_tokens\":9,\"total_tokens\":18}}") },
};

static void
append_events (GString    *response,
               const char *events,
               gboolean    is_aws)
{
  g_autoptr(GString) bytes = is_aws ? make_aws_messages (events) : g_string_new (events);

  /* A chunk without bytes would end the answer. */
  if (bytes->len > 0)
    append_chunk (response, bytes->str, bytes->len);
}

/* NULL for another target */
static GString *
make_chunks_of_others (const char *target,
                       guint64     n)
{
  guint i = 0;
  GString *response;

  while (i < G_N_ELEMENTS (protocols) && !g_str_has_suffix (target, protocols[i].path))
    i++;
  if (i == G_N_ELEMENTS (protocols))
    return NULL;

  response = begin_stream (protocols[i].content_type);
  append_events (response, protocols[i].start, protocols[i].is_aws);
  for (guint64 j = 0; j < n; j++)
    {
      g_autoptr(GString) event = g_string_new (NULL);

      protocols[i].append_text (event, stock[j % G_N_ELEMENTS (stock)]);
      append_events (response, event->str, protocols[i].is_aws);
    }
  append_events (response, protocols[i].end, protocols[i].is_aws);
  return g_string_append (response, "0\r\n\r\n");
}

/* --- Long events and whole answers --------------------------------------------------------------------------------------------- */

static GString *
make_event (guint64 bytes)
{
  GString *response = begin_stream (SSE);
  g_autoptr(GString) event = g_string_new ("data: " HEAD "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"");

  for (guint64 i = 0; i < bytes; i++)
    g_string_append_c (event, i % 80 == 79 ? ' ' : (char) ('a' + i % 26));
  g_string_append (event, "\"},\"logprobs\":null,\"finish_reason\":null}],\"usage\":null}\n\n");
  for (gsize at = 0; at < event->len; at += PIECE)
    append_chunk (response, event->str + at, MIN (PIECE, event->len - at));
  return end_stream (response, 1);
}

static GString *
make_answer (void)
{
  g_autoptr(GString) body = g_string_new ("{\"id\":\"chatcmpl-BsT1yQd7TrgkqFQ8bR3Ck5zYH0aVm\",\"object\":\"chat.completion\",\"created\":1752398401,"
                                          "\"model\":\"gpt-4o-mini-2024-07-18\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"");
  const char *tail = "\",\"refusal\":null,\"annotations\":[]},\"logprobs\":null,\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":19,"
                     "\"completion_tokens\":430,\"total_tokens\":449,\"prompt_tokens_details\":{\"cached_tokens\":0,\"audio_tokens\":0},"
                     "\"completion_tokens_details\":{\"reasoning_tokens\":0,\"audio_tokens\":0,\"accepted_prediction_tokens\":0,"
                     "\"rejected_prediction_tokens\":0}},\"service_tier\":\"default\",\"system_fingerprint\":\"fp_0392822090\"}\n";
  GString *response = g_string_new (NULL);

  /* Recorded answers have one escape in 55 characters, of which most are line feeds. */
  while (body->len + strlen (tail) < ANSWER_BYTES - 110)
    g_string_append (body, "Water finds its way around whatever lies in it, and in time through it.\\n\\n- It is \\\"kind\\\", and it is wide: ");
  while (body->len + strlen (tail) < ANSWER_BYTES)
    g_string_append_c (body, '.');
  g_string_append (body, tail);
  g_string_printf (response, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %" G_GSIZE_FORMAT
                   "\r\nx-request-id: req_0123456789\r\n\r\n%s", body->len, body->str);
  return response;
}

static GString *
find_answer (const char *target)
{
  GString *answer = g_hash_table_lookup (answers, target);
  const char *at;

  if (answer != NULL)
    return answer;

  if ((at = strstr (target, "/chunks/")) != NULL)
    {
      guint64 n = g_ascii_strtoull (at + strlen ("/chunks/"), NULL, 10);

      answer = make_chunks_of_others (target, n);
      if (answer == NULL)
        answer = make_chunks (n);
    }
  else if ((at = strstr (target, "/event/")) != NULL)
    answer = make_event (g_ascii_strtoull (at + strlen ("/event/"), NULL, 10));
  else
    answer = make_answer ();
  g_hash_table_insert (answers, g_strdup (target), answer);
  return answer;
}

/* --- Connections ----------------------------------------------------------------------------------------------------------------- */

static gboolean
write_all (int         fd,
           const char *data,
           gsize       length)
{
  while (length > 0)
    {
      gssize n = send (fd, data, length, MSG_NOSIGNAL);

      if (n <= 0)
        return FALSE;
      data += n;
      length -= n;
    }
  return TRUE;
}

static gboolean
answer_request (Connection *connection)
{
  char *end = strstr (connection->input->str, "\r\n\r\n");
  g_autofree char *head = NULL;
  g_autofree char *lower = NULL;
  g_auto(GStrv) words = NULL;
  const char *header;
  GString *answer;
  gsize length;

  if (end == NULL)
    return TRUE;

  length = end + 4 - connection->input->str;
  head = g_strndup (connection->input->str, length);
  lower = g_ascii_strdown (head, -1);
  header = strstr (lower, "\r\ncontent-length:");
  if (header != NULL)
    length += g_ascii_strtoull (header + strlen ("\r\ncontent-length:"), NULL, 10);
  if (connection->input->len < length)
    return TRUE;

  g_string_erase (connection->input, 0, length);
  words = g_strsplit (head, " ", 3);
  n_requests++;
  answer = find_answer (words[1]);
  return write_all (connection->fd, answer->str, answer->len);
}

static gboolean
serve (Connection *connection)
{
  char buffer[16384];
  gssize n = recv (connection->fd, buffer, sizeof buffer, 0);

  if (n <= 0)
    return FALSE;
  g_string_append_len (connection->input, buffer, n);
  return answer_request (connection);
}

static void
connection_free (gpointer data)
{
  Connection *connection = data;

  close (connection->fd);
  g_string_free (connection->input, TRUE);
  g_free (connection);
}

static void
accept_connection (int listen_fd)
{
  int fd = accept (listen_fd, NULL, NULL);
  int on = 1;
  Connection *connection;

  if (fd < 0)
    return;

  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  connection = g_new0 (Connection, 1);
  connection->fd = fd;
  connection->input = g_string_new (NULL);
  g_ptr_array_add (connections, connection);
  n_connections++;
}

/* FALSE at the end of the input. */
static gboolean
report (void)
{
  char line[64];

  if (read (STDIN_FILENO, line, sizeof line) <= 0)
    return FALSE;
  printf ("%u %u\n", n_connections, n_requests);
  fflush (stdout);
  n_connections = n_requests = 0;
  return TRUE;
}

static void
serve_all (int listen_fd)
{
  while (TRUE)
    {
      guint n = connections->len;
      g_autofree struct pollfd *fds = g_new0 (struct pollfd, n + 2);

      fds[0] = (struct pollfd) { STDIN_FILENO, POLLIN, 0 };
      fds[1] = (struct pollfd) { listen_fd, POLLIN, 0 };
      for (guint i = 0; i < n; i++)
        fds[i + 2] = (struct pollfd) { ((Connection *) g_ptr_array_index (connections, i))->fd, POLLIN, 0 };
      if (poll (fds, n + 2, -1) < 0)
        continue;

      if (fds[0].revents != 0 && !report ())
        return;
      for (guint i = n; i > 0; i--)
        {
          if (fds[i + 1].revents != 0 && !serve (g_ptr_array_index (connections, i - 1)))
            g_ptr_array_remove_index (connections, i - 1);
        }
      if (fds[1].revents != 0)
        accept_connection (listen_fd);
    }
}

static void
answer_free (gpointer data)
{
  g_string_free (data, TRUE);
}

int
main (void)
{
  int listen_fd = socket (AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;

  if (listen_fd < 0 || bind (listen_fd, (struct sockaddr *) &address, length) != 0 || listen (listen_fd, 1024) != 0 ||
      getsockname (listen_fd, (struct sockaddr *) &address, &length) != 0)
    {
      perror ("answer-server");
      return 1;
    }

  connections = g_ptr_array_new_with_free_func (connection_free);
  answers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, answer_free);
  printf ("%u\n", ntohs (address.sin_port));
  fflush (stdout);
  serve_all (listen_fd);
  g_ptr_array_unref (connections);
  g_hash_table_unref (answers);
  close (listen_fd);
  return 0;
}
