/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-tool-ids-private.h"

#include "dheera-ai/model/dheera-strings-private.h"
#include "dheera-ai/model/messages/dheera-message-private.h"
#include "dheera-tool-call-private.h"

struct _DheeraToolIds
{
  DheeraToolIdFits fits;
  guint length;
  GHashTable *replaced; /* id: what stands for it */
  GHashTable *taken;    /* all that are sent; borrowed from "replaced" and from the conversation */
};

typedef void (*IdFunc) (DheeraToolIds *self,
                        const char    *id);

static void
foreach_id (DheeraToolIds      *self,
            DheeraConversation *conversation,
            IdFunc              func)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (conversation));

  for (guint i = 0; i < n; i++)
    {
      DheeraMessage *message = dheera_conversation_peek (conversation, i);

      for (guint j = 0; j < dheera_message_get_n_tool_calls (message); j++)
        func (self, dheera_string_or_empty (dheera_message_peek_tool_call (message, j)->id));
      if (message->role == DHEERA_ROLE_TOOL)
        func (self, dheera_string_or_empty (message->tool_call_id));
    }
}

static void
take_fitting (DheeraToolIds *self,
              const char    *id)
{
  if (self->fits (id))
    g_hash_table_add (self->taken, (char *) id);
}

static char *
make_id (DheeraToolIds *self,
         const char    *id,
         guint          attempt)
{
  g_autofree char *salted = attempt > 0 ? g_strdup_printf ("%s\n%u", id, attempt) : NULL;
  char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, salted != NULL ? salted : id, -1);

  hash[self->length] = '\0';

  return hash;
}

/* In the order of the conversation, so that its growing changes nothing about the ids that were sent before */
static void
replace_other (DheeraToolIds *self,
               const char    *id)
{
  char *made;
  guint attempt = 0;

  if (self->fits (id) || g_hash_table_contains (self->replaced, id))
    return;

  made = make_id (self, id, attempt);
  while (g_hash_table_contains (self->taken, made))
    {
      g_free (made);
      made = make_id (self, id, ++attempt);
    }
  g_hash_table_add (self->taken, made);
  g_hash_table_insert (self->replaced, g_strdup (id), made);
}

DheeraToolIds *
dheera_tool_ids_new (DheeraConversation *conversation,
                     DheeraToolIdFits    fits,
                     guint               length)
{
  DheeraToolIds *self = g_new (DheeraToolIds, 1);

  g_assert (length <= 64);
  self->fits = fits;
  self->length = length;
  self->replaced = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->taken = g_hash_table_new (g_str_hash, g_str_equal);
  foreach_id (self, conversation, take_fitting);
  foreach_id (self, conversation, replace_other);

  return self;
}

void
dheera_tool_ids_free (DheeraToolIds *self)
{
  g_hash_table_unref (self->taken);
  g_hash_table_unref (self->replaced);
  g_free (self);
}

const char *
dheera_tool_ids_get (DheeraToolIds *self,
                     const char    *id)
{
  const char *replaced = g_hash_table_lookup (self->replaced, dheera_string_or_empty (id));

  return replaced != NULL ? replaced : dheera_string_or_empty (id);
}

gboolean
dheera_tool_id_fits_mistral (const char *id)
{
  guint length = 0;

  for (; *id != '\0' && length <= DHEERA_MISTRAL_ID_LENGTH; id++, length++)
    if (!g_ascii_isalnum (*id))
      return FALSE;

  return length == DHEERA_MISTRAL_ID_LENGTH;
}
