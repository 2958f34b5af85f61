/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-chat-json-private.h"

G_BEGIN_DECLS

/* Where the reader is, for errors alone: a chain of places on the stack, that is put into words
 * only when something is wrong. name is NULL for an element of an array. */
typedef struct _DheeraChatPath DheeraChatPath;

struct _DheeraChatPath
{
  const DheeraChatPath *parent;
  const char *name;
  guint index;
};

/* "messages[2].content[0].type" */
char     *dheera_chat_path_to_string (const DheeraChatPath *path) G_GNUC_WARN_UNUSED_RESULT;

/* All of these return FALSE with an error that names the place. null is the same as not there. */
gboolean  dheera_chat_fail           (const DheeraChatPath  *path,
                                      GError               **error,
                                      const char            *format,
                                      ...) G_GNUC_PRINTF (3, 4);
gboolean  dheera_chat_expect         (DheeraJsonValue        value,
                                      DheeraJsonType         type,
                                      const DheeraChatPath  *path,
                                      GError               **error);
/* Replaces *out if the member is there. */
gboolean  dheera_chat_read_string    (DheeraJsonValue        object,
                                      const char            *name,
                                      gboolean               required,
                                      const DheeraChatPath  *parent,
                                      char                 **out,
                                      GError               **error);
gboolean  dheera_chat_read_integer   (DheeraJsonValue        value,
                                      const DheeraChatPath  *path,
                                      gint64                *out,
                                      GError               **error);
gboolean  dheera_chat_read_tristate  (DheeraJsonValue        value,
                                      const DheeraChatPath  *path,
                                      DheeraTristate        *out,
                                      GError               **error);

/* The members of object whose names are not known, as the text of an object of their own; NULL when
 * there are none. known is NULL-terminated. */
char     *dheera_chat_dup_unknown    (DheeraJsonValue        object,
                                      const char *const     *known) G_GNUC_WARN_UNUSED_RESULT;

/* What goes to extra although its name is known: forms of it that only some providers have. */
void      dheera_chat_keep_in_extra  (DheeraRequest         *request,
                                      const char            *name,
                                      DheeraJsonValue        value);

/* tools, functions */
gboolean  dheera_chat_read_tools     (DheeraRequest         *request,
                                      DheeraJsonValue        tools,
                                      gboolean               deprecated,
                                      const DheeraChatPath  *path,
                                      GError               **error);
/* content, be it text, an array of parts, or null */
gboolean  dheera_chat_read_content   (DheeraMessage         *message,
                                      DheeraJsonValue        content,
                                      const DheeraChatPath  *path,
                                      GError               **error);

G_END_DECLS
