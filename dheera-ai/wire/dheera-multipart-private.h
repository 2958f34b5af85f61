/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Writes a body of multipart/form-data (RFC 7578). What is between its parts occurs in none of them, whatever they hold, and no name can end its header. */
typedef struct _DheeraMultipart DheeraMultipart;

DheeraMultipart *dheera_multipart_new       (void) G_GNUC_WARN_UNUSED_RESULT;
void             dheera_multipart_free      (DheeraMultipart  *self);
void             dheera_multipart_add_field (DheeraMultipart  *self,
                                             const char       *name,
                                             const char       *value,
                                             gssize            length);
/* Of filename only the part behind its last slash is used. content_type (nullable) that no header can hold becomes application/octet-stream. */
void             dheera_multipart_add_file  (DheeraMultipart  *self,
                                             const char       *name,
                                             const char       *filename,
                                             const char       *content_type,
                                             GBytes           *bytes);
/* The body, and the value of its Content-Type. */
GBytes          *dheera_multipart_finish    (DheeraMultipart  *self,
                                             char            **content_type) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DheeraMultipart, dheera_multipart_free)

G_END_DECLS
