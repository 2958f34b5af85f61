/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-anthropic-state-private.h"

#include "dheera-ai/model/messages/dheera-message-private.h"

/* A block that came in pieces, put together for the way back */

/* What has grown of a block, by its member */
typedef struct
{
  char *name;
  char *json;
} Grown;

static void
grown_clear (gpointer data)
{
  g_free (((Grown *) data)->name);
  g_free (((Grown *) data)->json);
}

static void
take_grown (GArray     *list,
            const char *name,
            char       *json)
{
  Grown grown = { g_strdup (name), json };

  g_array_append_val (list, grown);
}

static char *
quote (const char *text,
       gsize       length)
{
  DheeraJsonWriter writer;

  dheera_json_writer_init (&writer, length + 16);
  dheera_json_writer_string_len (&writer, text, length);

  return dheera_json_writer_steal (&writer);
}

static gboolean
is_object (const GString *text)
{
  DheeraJson json = DHEERA_JSON_INIT;
  gboolean is = dheera_json_parse (&json, text->str, text->len)
                && dheera_json_type (dheera_json_root (&json)) == DHEERA_JSON_OBJECT;

  dheera_json_clear (&json);

  return is;
}

static GArray *
list_grown (DheeraDecoder *decoder)
{
  DheeraAnthropicBlock *block = &dheera_anthropic_state_get (decoder)->block;
  DheeraMessage *message = dheera_anthropic_get_message (decoder);
  GArray *list = g_array_new (FALSE, FALSE, sizeof (Grown));
  gsize reasoning = message->reasoning != NULL ? message->reasoning->len : 0;
  gsize text = message->text != NULL ? message->text->len : 0;

  g_array_set_clear_func (list, grown_clear);
  if (block->kind == DHEERA_ANTHROPIC_BLOCK_THINKING && reasoning > block->reasoning_mark)
    take_grown (list, "thinking", quote (message->reasoning->str + block->reasoning_mark, reasoning - block->reasoning_mark));
  if (block->kind == DHEERA_ANTHROPIC_BLOCK_TEXT)
    {
      take_grown (list, "text", text > block->text_mark ? quote (message->text->str + block->text_mark, text - block->text_mark)
                                                        : g_strdup ("\"\""));
      take_grown (list, "citations", g_strdup_printf ("[%s]", block->citations->str));
    }
  if (block->signature != NULL)
    take_grown (list, "signature", quote (block->signature->str, block->signature->len));
  if (block->input != NULL && is_object (block->input))
    take_grown (list, "input", g_strdup (block->input->str));
  for (guint i = 0; block->pieces != NULL && i < block->pieces->len; i++)
    {
      const DheeraAnthropicPiece *piece = &g_array_index (block->pieces, DheeraAnthropicPiece, i);

      take_grown (list, piece->name, quote (piece->text->str, piece->text->len));
    }

  return list;
}

static char *
take_by_name (GArray     *list,
              const char *name)
{
  for (guint i = 0; i < list->len; i++)
    {
      Grown *grown = &g_array_index (list, Grown, i);

      if (g_str_equal (grown->name, name))
        {
          char *json = g_steal_pointer (&grown->json);

          g_array_remove_index (list, i);
          return json;
        }
    }

  return NULL;
}

/* The block as it began, each member that grew in its place */
char *
dheera_anthropic_put_together (DheeraDecoder *decoder,
                               const char    *start)
{
  g_autoptr (GArray) list = list_grown (decoder);
  DheeraJson json = DHEERA_JSON_INIT;
  DheeraJsonWriter writer;
  DheeraJsonIter iter;
  DheeraJsonValue name, value;

  dheera_json_writer_init (&writer, 256);
  dheera_json_writer_begin_object (&writer);
  if (dheera_json_parse (&json, start, strlen (start)))
    {
      dheera_json_iter_init (&iter, dheera_json_root (&json));
      while (dheera_json_iter_next (&iter, &name, &value))
        {
          g_autofree char *key = dheera_json_dup_string (name);
          g_autofree char *grown = take_by_name (list, key);

          dheera_json_writer_key (&writer, key);
          if (grown != NULL)
            dheera_json_writer_raw (&writer, grown, -1);
          else
            dheera_json_writer_value (&writer, value);
        }
    }
  for (guint i = 0; i < list->len; i++)
    dheera_json_writer_member_raw (&writer, g_array_index (list, Grown, i).name, g_array_index (list, Grown, i).json);
  dheera_json_writer_end_object (&writer);
  dheera_json_clear (&json);

  return dheera_json_writer_steal (&writer);
}
