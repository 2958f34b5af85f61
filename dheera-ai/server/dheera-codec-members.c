/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-codec-internal-private.h"

#include "dheera-ai/model/dheera-strings-private.h"

/* What all bodies have in common: members that are known, of the right type and in their range. Whoever asks reads the sentences, which therefore
 * name the member as the API does. */

/* Names out of a body are shown no longer than this. */
#define MAX_SHOWN 100

gboolean
dheera_codec_refuse (GError      **error,
                     DheeraError   kind,
                     const char   *code,
                     const char   *param,
                     const char   *format,
                     ...)
{
  DheeraFailure failure = DHEERA_FAILURE_INIT;
  g_autoptr (DheeraErrorDetails) details = NULL;
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);

  failure.code = kind;
  failure.message = message;
  failure.provider_code = code;
  failure.param = param;
  details = dheera_error_details_new (&failure);
  g_propagate_error (error, dheera_error_new_with_details (kind, details, message));

  return FALSE;
}

gboolean
dheera_codec_expect (DheeraJsonValue   value,
                     guint             types,
                     const char       *param,
                     GError          **error)
{
  g_autoptr (GString) wanted = NULL;
  DheeraJsonType found = dheera_json_type (value);

  if ((types & (1u << found)) != 0)
    return TRUE;

  wanted = g_string_new (NULL);
  for (guint type = DHEERA_JSON_TRUE; type <= DHEERA_JSON_OBJECT; type++)
    if ((types & (1u << type)) != 0)
      g_string_append_printf (wanted, "%s%s", wanted->len > 0 ? " or " : "", dheera_json_type_describe ((DheeraJsonType) type));

  return dheera_codec_refuse (error, DHEERA_ERROR_INVALID_REQUEST, "invalid_type", param,
                              "Invalid type for '%s': expected %s, but got %s instead.", param, wanted->str, dheera_json_type_describe (found));
}

static gboolean
check_range (const DheeraCodecMember  *member,
             DheeraJsonValue           value,
             const char               *param,
             GError                  **error)
{
  g_autofree char *code = NULL;
  double number;
  char shown[G_ASCII_DTOSTR_BUF_SIZE];
  char limit[G_ASCII_DTOSTR_BUF_SIZE];
  gboolean below;

  if (member->max <= member->min || dheera_json_type (value) != DHEERA_JSON_NUMBER)
    return TRUE;

  /* What is too large for a double is too large for any of them. */
  number = dheera_json_get_double (value, G_MAXDOUBLE);
  if (member->whole && (double) (gint64) CLAMP (number, -1e15, 1e15) != CLAMP (number, -1e15, 1e15))
    return dheera_codec_refuse (error, DHEERA_ERROR_INVALID_REQUEST, "invalid_type", param,
                                "Invalid type for '%s': expected an integer, but got a decimal number instead.", param);
  if (number >= member->min && number <= member->max)
    return TRUE;

  below = number < member->min;
  code = g_strconcat (member->whole ? "integer_" : "decimal_", below ? "below_min_value" : "above_max_value", NULL);
  g_ascii_formatd (shown, sizeof shown, "%.15g", number);
  g_ascii_formatd (limit, sizeof limit, "%.15g", below ? member->min : member->max);

  return dheera_codec_refuse (error, DHEERA_ERROR_INVALID_REQUEST, code, param,
                              "Invalid '%s': %s %s value. Expected a value %s %s, but got %s instead.",
                              param, member->whole ? "integer" : "decimal", below ? "below minimum" : "above maximum", below ? ">=" : "<=", limit, shown);
}

static gboolean
check_refused (const DheeraCodecMember  *member,
               DheeraJsonValue           value,
               const char               *param,
               GError                  **error)
{
  gsize length;
  const char *raw = dheera_json_raw (value, &length);

  if (member->neutral != NULL && strlen (member->neutral) == length && memcmp (raw, member->neutral, length) == 0)
    return TRUE;

  return dheera_codec_refuse (error, DHEERA_ERROR_UNSUPPORTED_PARAMETER, "unsupported_parameter", param,
                              "Unsupported parameter: '%s' %s.", param, member->why);
}

static gboolean
check_member (const DheeraCodecMember  *member,
              DheeraJsonValue           value,
              const char               *param,
              GError                  **error)
{
  /* null is the same as not there. */
  if (!dheera_json_exists (value))
    return TRUE;
  if (member->types != 0 && !dheera_codec_expect (value, member->types, param, error))
    return FALSE;
  if (member->use == DHEERA_CODEC_REFUSED)
    return check_refused (member, value, param, error);

  return check_range (member, value, param, error);
}

static gboolean
refuse_unknown (DheeraJsonValue   name,
                const char       *inside,
                GError          **error)
{
  g_autofree char *key = dheera_json_dup_string (name);
  g_autofree char *shown = dheera_string_cut (key, MAX_SHOWN);
  g_autofree char *param = g_strconcat (inside, shown, NULL);

  return dheera_codec_refuse (error, DHEERA_ERROR_INVALID_REQUEST, "unknown_parameter", param, "Unknown parameter: '%s'.", param);
}

static const DheeraCodecMember *
find_member (DheeraJsonValue          name,
             const DheeraCodecMember *table,
             gsize                    n_members,
             guint                   *position)
{
  for (guint i = 0; i < n_members; i++)
    {
      if (!dheera_json_equal (name, table[i].name))
        continue;

      *position = i;
      return &table[i];
    }

  return NULL;
}

/* Which of two of a name holds is a matter of who reads it, and the provider may read it otherwise. */
static gboolean
check_first (guint64     *seen,
             guint        position,
             const char  *param,
             GError     **error)
{
  guint64 bit = G_GUINT64_CONSTANT (1) << position;

  if ((*seen & bit) == 0)
    {
      *seen |= bit;
      return TRUE;
    }

  return dheera_codec_refuse (error, DHEERA_ERROR_INVALID_REQUEST, "invalid_value", param, "Invalid '%s': it is there more than once.", param);
}

gboolean
dheera_codec_check_members (DheeraJsonValue           object,
                            const DheeraCodecMember  *table,
                            gsize                     n_members,
                            gboolean                  vendors,
                            const char               *inside,
                            GError                  **error)
{
  guint64 seen = 0;
  guint64 seen_of_vendors = 0;
  DheeraJsonIter iter;
  DheeraJsonValue name, value;

  g_assert (n_members <= 64);

  dheera_json_iter_init (&iter, object);
  while (dheera_json_iter_next (&iter, &name, &value))
    {
      guint position = 0;
      guint64 *bits = &seen;
      const DheeraCodecMember *member = find_member (name, table, n_members, &position);
      g_autofree char *param = NULL;

      if (member == NULL && vendors)
        {
          bits = &seen_of_vendors;
          member = dheera_codec_find_vendor_member (name, &position);
        }
      if (member == NULL)
        return refuse_unknown (name, inside, error);

      param = g_strconcat (inside, member->name, NULL);
      if (!check_first (bits, position, param, error) || !check_member (member, value, param, error))
        return FALSE;
    }

  return TRUE;
}

GStrv
dheera_codec_list_passed (DheeraJsonValue          object,
                          const DheeraCodecMember *table,
                          gsize                    n_members)
{
  g_autoptr (GPtrArray) passed = g_ptr_array_new ();
  DheeraJsonIter iter;
  DheeraJsonValue name, value;

  dheera_json_iter_init (&iter, object);
  while (dheera_json_iter_next (&iter, &name, &value))
    {
      guint position;
      const DheeraCodecMember *member = find_member (name, table, n_members, &position);

      if (member == NULL)
        member = dheera_codec_find_vendor_member (name, &position);
      if (member != NULL && member->use == DHEERA_CODEC_PASS)
        g_ptr_array_add (passed, g_strdup (member->name));
    }
  if (passed->len == 0)
    return NULL;

  g_ptr_array_add (passed, NULL);

  return (GStrv) g_ptr_array_free (g_steal_pointer (&passed), FALSE);
}

static gboolean
refuse_missing (const char  *param,
                GError     **error)
{
  return dheera_codec_refuse (error, DHEERA_ERROR_INVALID_REQUEST, "missing_required_parameter", param,
                              "Missing required parameter: '%s'.", param);
}

gboolean
dheera_codec_read_model (DheeraAsk        *ask,
                         DheeraJsonValue   body,
                         GError          **error)
{
  DheeraJsonValue model = dheera_json_member (body, "model");

  if (!dheera_json_exists (model))
    return refuse_missing ("model", error);
  if (!dheera_codec_expect (model, DHEERA_CODEC_TYPE (STRING), "model", error))
    return FALSE;

  ask->model = dheera_json_dup_string (model);
  if (*ask->model == '\0')
    return dheera_codec_refuse (error, DHEERA_ERROR_INVALID_REQUEST, "invalid_value", "model",
                                "Invalid 'model': an empty string. Name a model, such as those that /v1/models lists.");

  return TRUE;
}

gboolean
dheera_codec_read_stream (DheeraAsk        *ask,
                          DheeraJsonValue   body,
                          GError          **error)
{
  /* Chunks are never padded here, which is what include_obfuscation is about. */
  static const DheeraCodecMember options[] = {
    { "include_usage", DHEERA_CODEC_OURS, DHEERA_CODEC_BOOLEAN },
    { "include_obfuscation", DHEERA_CODEC_OURS, DHEERA_CODEC_BOOLEAN },
  };
  DheeraJsonValue value = dheera_json_member (body, "stream_options");

  ask->stream = dheera_json_get_boolean (dheera_json_member (body, "stream"), FALSE);
  ask->operation = ask->stream ? DHEERA_UPSTREAM_STREAM : DHEERA_UPSTREAM_COMPLETE;
  if (!dheera_json_exists (value))
    return TRUE;
  if (!ask->stream)
    return dheera_codec_refuse (error, DHEERA_ERROR_INVALID_REQUEST, NULL, "stream_options",
                                "The 'stream_options' parameter is only allowed when 'stream' is enabled.");
  if (!dheera_codec_check_members (value, options, G_N_ELEMENTS (options), FALSE, "stream_options.", error))
    return FALSE;

  ask->include_usage = dheera_json_get_boolean (dheera_json_member (value, "include_usage"), FALSE);

  return TRUE;
}

static gboolean
read_text (GPtrArray        *texts,
           DheeraJsonValue   value,
           const char       *name,
           GError          **error)
{
  DheeraJsonType type = dheera_json_type (value);

  if (type == DHEERA_JSON_NUMBER || type == DHEERA_JSON_ARRAY)
    return dheera_codec_refuse (error, DHEERA_ERROR_UNSUPPORTED_PARAMETER, "unsupported_value", name,
                                "Unsupported value: '%s' is made of tokens, which only mean something to one model. Send the text.", name);
  if (!dheera_codec_expect (value, DHEERA_CODEC_TYPE (STRING), name, error))
    return FALSE;

  g_ptr_array_add (texts, dheera_json_dup_string (value));
  if (*(const char *) g_ptr_array_index (texts, texts->len - 1) == '\0')
    return dheera_codec_refuse (error, DHEERA_ERROR_INVALID_REQUEST, "invalid_value", name, "Invalid '%s': it cannot be an empty string.", name);

  return TRUE;
}

GPtrArray *
dheera_codec_read_texts (DheeraJsonValue   body,
                         const char       *name,
                         guint             max,
                         GError          **error)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  DheeraJsonValue value = dheera_json_member (body, name);
  DheeraJsonIter iter;
  DheeraJsonValue element;

  if (!dheera_json_exists (value))
    {
      refuse_missing (name, error);
      return NULL;
    }
  if (dheera_json_type (value) != DHEERA_JSON_ARRAY)
    return read_text (texts, value, name, error) ? g_steal_pointer (&texts) : NULL;

  /* Tokens first: a text of many of them is no text too many. */
  if (dheera_json_type (dheera_json_element (value, 0)) == DHEERA_JSON_STRING && dheera_json_size (value) > max)
    {
      dheera_codec_refuse (error, DHEERA_ERROR_INVALID_REQUEST, "array_above_max_length", name,
                           "Invalid '%s': array too long. Expected an array with maximum length %u, but got an array with length %u instead.",
                           name, max, dheera_json_size (value));
      return NULL;
    }

  dheera_json_iter_init (&iter, value);
  while (dheera_json_iter_next (&iter, NULL, &element))
    if (!read_text (texts, element, name, error))
      return NULL;

  if (texts->len == 0)
    {
      dheera_codec_refuse (error, DHEERA_ERROR_INVALID_REQUEST, "empty_array", name,
                           "Invalid '%s': empty array. Expected an array with minimum length 1, but got an empty array instead.", name);
      return NULL;
    }

  return g_steal_pointer (&texts);
}
