/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-response-private.h"

#include "dheera-ai/model/dheera-strings-private.h"

/* What the layers above fill an answer with. */

DheeraChoice *
dheera_response_ensure_choice (DheeraResponse *self,
                               guint           index)
{
  DheeraChoice *choice;
  guint position;

  if (self->choices == NULL)
    self->choices = g_ptr_array_new_with_free_func (g_object_unref);

  for (position = 0; position < self->choices->len; position++)
    {
      choice = g_ptr_array_index (self->choices, position);
      if (choice->index == index)
        return choice;
      if (choice->index > index)
        break;
    }

  choice = g_object_new (DHEERA_TYPE_CHOICE, NULL);
  choice->index = index;
  choice->message = g_steal_pointer (&self->placeholder);
  if (choice->message == NULL)
    choice->message = dheera_message_new (DHEERA_ROLE_ASSISTANT, NULL);
  g_ptr_array_insert (self->choices, (int) position, choice);

  return choice;
}

char *
dheera_generate_id (const char *prefix)
{
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  char random[25] = { 0 };

  for (int i = 0; i < 24; i++)
    random[i] = letters[g_random_int_range (0, sizeof letters - 1)];

  return g_strconcat (prefix, random, NULL);
}

void
dheera_response_ensure_identity (DheeraResponse *self)
{
  if (self->id == NULL || *self->id == '\0')
    {
      g_free (self->id);
      self->id = dheera_generate_id ("chatcmpl-");
    }
  if (self->created < 0)
    self->created = g_get_real_time () / G_USEC_PER_SEC;
}

void
dheera_response_set_id (DheeraResponse *self,
                        const char     *id)
{
  dheera_string_set (&self->id, id);
}

void
dheera_response_set_model (DheeraResponse *self,
                           const char     *model)
{
  dheera_string_set (&self->model, model);
}

void
dheera_response_set_request_id (DheeraResponse *self,
                                const char     *request_id)
{
  dheera_string_set (&self->request_id, request_id);
}

void
dheera_response_take_raw_json (DheeraResponse *self,
                               char           *raw_json)
{
  g_free (self->raw_json);
  self->raw_json = raw_json;
}

void
dheera_response_set_call (DheeraResponse *self,
                          DheeraCall     *call)
{
  g_set_object (&self->call, call);
}

void
dheera_response_add_warning (DheeraResponse *self,
                             const char     *warning)
{
  if (self->warnings == NULL)
    {
      self->warnings = g_ptr_array_new_with_free_func (g_free);
      g_ptr_array_add (self->warnings, NULL);
    }

  g_ptr_array_insert (self->warnings, (int) self->warnings->len - 1, g_strdup (warning));
}
