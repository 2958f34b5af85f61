/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-anthropic-private.h"

#include <string.h>

/* What a model can do is nowhere to be asked before it is needed, but its name says how old it is: claude-FAMILY-MAJOR[-MINOR][-DATE], before the
 * fourth generation claude-MAJOR[-MINOR]-FAMILY. What is newer than this file is taken for the newest that is known. */

/* Every model can write so much. */
#define COMMON_MAX_TOKENS 4096

typedef struct
{
  int version;   /* 45 is 4.5; 0 unknown */
  gboolean opus;
} Version;

/* One or two digits, and no more: a date has eight. -1 when there is no such number. */
static int
read_number (const char **text)
{
  gsize length = strspn (*text, "0123456789");
  int number;

  if (length == 0 || length > 2)
    return -1;

  number = atoi (*text);
  *text += length;

  return number;
}

static Version
read_version (const char *name)
{
  const char *p = strstr (name, "claude-");
  Version version = { 0, strstr (name, "opus") != NULL };
  int major, minor;

  if (p == NULL)
    return version;

  p += strlen ("claude-");
  if (!g_ascii_isdigit (*p))
    {
      p += strspn (p, "abcdefghijklmnopqrstuvwxyz");
      if (*p == '-')
        p++;
    }
  major = read_number (&p);
  if (major < 0)
    return version;

  if (*p == '-' || *p == '.')
    p++;
  minor = read_number (&p);
  version.version = major * 10 + CLAMP (minor, 0, 9);

  return version;
}

DheeraAnthropicModel
dheera_anthropic_model_find (const char *name)
{
  Version version = read_version (name);
  DheeraAnthropicModel model = { .max_tokens = COMMON_MAX_TOKENS };

  model.thinks = version.version == 0 || version.version >= 37;
  model.adaptive = version.version >= 46;
  model.takes_xhigh = version.version >= 47;
  model.structured = version.version >= 45 || (version.version == 41 && version.opus);
  model.rejects_sampling = version.version >= 47;
  model.one_sampling = version.version >= 40;

  if (version.version >= 46)
    model.max_tokens = 128000;
  else if (version.version >= 40)
    model.max_tokens = version.opus && version.version < 45 ? 32000 : 64000;

  return model;
}
