/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a sound file is by how it begins: "audio/mpeg", "audio/wav", ...; NULL when that tells nothing */
const char *dheera_sound_find_mime_type (GBytes     *bytes);
/* The ending of a file of that type, "mp3"; NULL when it is not known */
const char *dheera_sound_find_ending    (const char *mime_type);

G_END_DECLS
