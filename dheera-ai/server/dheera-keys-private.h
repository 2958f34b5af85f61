/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The keys that open the server. What is kept of each is its SHA-256: keys are long and random, so that nothing slower is needed. */

typedef struct _DheeraKeys DheeraKeys;

DheeraKeys *dheera_keys_new        (void) G_GNUC_WARN_UNUSED_RESULT;
DheeraKeys *dheera_keys_copy       (DheeraKeys  *self) G_GNUC_WARN_UNUSED_RESULT;
void        dheera_keys_extend     (DheeraKeys  *self,
                                    DheeraKeys  *more);
void        dheera_keys_free       (DheeraKeys  *self);
void        dheera_keys_clear      (DheeraKeys  *self);
guint       dheera_keys_get_length (DheeraKeys  *self);
/* A key, or the hash of one ("sha256:..."). FALSE when it is neither, and nothing is added. */
gboolean    dheera_keys_add        (DheeraKeys  *self,
                                    const char  *key);
/* A file with a key or a hash a line; empty lines and those that begin with # are nothing. Nothing is added of a file with an error. */
gboolean    dheera_keys_add_file   (DheeraKeys  *self,
                                    const char  *path,
                                    GError     **error);
/* Takes as long for each key that is not there, whatever the keys are that are. key is nullable. */
gboolean    dheera_keys_match      (DheeraKeys  *self,
                                    const char  *key);

/* "sha256:<64 hexadecimal digits>" */
char       *dheera_key_hash        (const char  *key) G_GNUC_WARN_UNUSED_RESULT;
/* What a file with secrets contains, to be wiped by dheera_secret_free(). One that everybody may read, or others than its owner may write, is refused. */
char       *dheera_key_read_file   (const char  *path,
                                    GError     **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DheeraKeys, dheera_keys_free)

G_END_DECLS
