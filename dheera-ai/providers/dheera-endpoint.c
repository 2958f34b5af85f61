/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-endpoint-private.h"

#include <string.h>

#include "dheera-ai/providers/errors/dheera-error-words-private.h"
#include "dheera-ai/providers/openai/dheera-openai-chat-private.h"

DheeraHttpRequest *
dheera_endpoint_refuse (const DheeraEncoding *encoding,
                        const char           *what,
                        GError              **error)
{
  g_set_error (error, DHEERA_ERROR, DHEERA_ERROR_NOT_SUPPORTED, "Provider “%s” has no %s. Choose another provider for it.",
               dheera_provider_get_id (encoding->provider), what);

  return NULL;
}

gboolean
dheera_endpoint_begin (DheeraEndpointEncoder  *self,
                       const DheeraEncoding   *encoding,
                       DheeraBaseRequest      *request,
                       DheeraTask              task,
                       const char             *path,
                       GError                **error)
{
  *self = (DheeraEndpointEncoder) { .encoding = encoding, .request = request, .error = error };
  if (!dheera_provider_check (encoding->provider, error))
    return FALSE;

  self->dialect = &dheera_provider_get_row (encoding->provider)->endpoints;
  if (path == NULL)
    {
      dheera_endpoint_refuse (encoding, dheera_task_get_name (task), error);
      return FALSE;
    }

  self->http = dheera_encoding_new_http_request (encoding, request, "POST", path, error);
  if (self->http == NULL)
    return FALSE;

  dheera_json_writer_init (&self->body, 512);
  dheera_json_writer_begin_object (&self->body);
  if (encoding->model != NULL)
    dheera_json_writer_member_string (&self->body, "model", encoding->model);

  return TRUE;
}

/* What the provider calls a parameter, "" when it does not take it. The kind of a text is only said to those who are known to ask for it. */
static const char *
look_up (const DheeraEndpointDialect *dialect,
         const char                  *name)
{
  for (const char *const *pair = dialect->params; pair != NULL && *pair != NULL; pair += 2)
    if (strcmp (pair[0], name) == 0)
      return pair[1];

  return strcmp (name, "input_type") == 0 ? "" : name;
}

gboolean
dheera_endpoint_takes (DheeraEndpointEncoder *self,
                       const char            *name)
{
  return *look_up (self->dialect, name) != '\0';
}

const char *
dheera_endpoint_take (DheeraEndpointEncoder *self,
                      const char            *name)
{
  const char *member = look_up (self->dialect, name);

  if (self->failed)
    return NULL;
  if (*member != '\0')
    return member;

  if (!dheera_encoding_refuse_named (self->encoding, name, "does not take it", self->error))
    self->failed = TRUE;

  return NULL;
}

void
dheera_endpoint_write_string (DheeraEndpointEncoder *self,
                              const char            *name,
                              const char            *value)
{
  const char *member = value != NULL ? dheera_endpoint_take (self, name) : NULL;

  if (member != NULL)
    dheera_json_writer_member_string (&self->body, member, value);
}

void
dheera_endpoint_write_int (DheeraEndpointEncoder *self,
                           const char            *name,
                           int                    value)
{
  const char *member = value >= 0 ? dheera_endpoint_take (self, name) : NULL;

  if (member != NULL)
    dheera_json_writer_member_int (&self->body, member, value);
}

void
dheera_endpoint_write_double (DheeraEndpointEncoder *self,
                              const char            *name,
                              double                 value)
{
  const char *member = value >= 0 ? dheera_endpoint_take (self, name) : NULL;

  if (member != NULL)
    dheera_json_writer_member_double (&self->body, member, value);
}

void
dheera_endpoint_write_strv (DheeraEndpointEncoder *self,
                            const char            *name,
                            const char *const     *values)
{
  const char *member = values != NULL && *values != NULL ? dheera_endpoint_take (self, name) : NULL;

  if (member != NULL)
    dheera_json_writer_member_strv (&self->body, member, values);
}

DheeraHttpRequest *
dheera_endpoint_finish (DheeraEndpointEncoder *self)
{
  if (self->failed)
    {
      dheera_json_writer_clear (&self->body);
      g_clear_pointer (&self->http, dheera_http_request_free);
      return NULL;
    }

  dheera_json_writer_end_object (&self->body);
  dheera_encoding_take_body (self->http, self->request, &self->body);

  return g_steal_pointer (&self->http);
}

/* A value under its name: text as it is, other scalars as JSON writes them. */
static void
add_field (DheeraMultipart *form,
           const char      *name,
           DheeraJsonValue  value)
{
  g_autofree char *text = NULL;
  DheeraJsonIter iter;
  DheeraJsonValue key;
  DheeraJsonValue element;

  switch (dheera_json_type (value))
    {
    case DHEERA_JSON_ARRAY:
    case DHEERA_JSON_OBJECT:
      dheera_json_iter_init (&iter, value);
      while (dheera_json_iter_next (&iter, &key, &element))
        {
          g_autofree char *member = dheera_json_dup_string (key);
          g_autofree char *inner = g_strdup_printf ("%s[%s]", name, member != NULL ? member : "");

          add_field (form, inner, element);
        }
      break;
    case DHEERA_JSON_STRING:
      text = dheera_json_dup_string (value);
      dheera_multipart_add_field (form, name, text, -1);
      break;
    case DHEERA_JSON_NONE:
    case DHEERA_JSON_NULL:
      break;
    case DHEERA_JSON_FALSE:
    case DHEERA_JSON_TRUE:
    case DHEERA_JSON_NUMBER:
    default:
      text = dheera_json_dup_raw (value);
      dheera_multipart_add_field (form, name, text, -1);
    }
}

DheeraHttpRequest *
dheera_endpoint_finish_form (DheeraEndpointEncoder *self,
                             DheeraMultipart       *form)
{
  g_autoptr (DheeraHttpRequest) http = dheera_endpoint_finish (self);
  DheeraJson json = DHEERA_JSON_INIT;
  DheeraJsonIter iter;
  DheeraJsonValue key;
  DheeraJsonValue value;
  const char *text;
  gsize length;

  if (http == NULL)
    return NULL;

  /* What the request adds by its extra is in the body already, and becomes fields as well. */
  text = g_bytes_get_data (http->body, &length);
  if (dheera_json_parse (&json, text, length))
    {
      dheera_json_iter_init (&iter, dheera_json_root (&json));
      while (dheera_json_iter_next (&iter, &key, &value))
        {
          g_autofree char *name = dheera_json_dup_string (key);

          add_field (form, name, value);
        }
    }
  dheera_json_clear (&json);
  dheera_http_request_take_form (http, form);

  return g_steal_pointer (&http);
}

DheeraJsonValue
dheera_endpoint_parse (DheeraDecoder *decoder,
                       const char    *body,
                       gsize          length)
{
  const DheeraJsonValue none = { NULL, 0 };
  DheeraJsonValue root;

  if (!dheera_json_parse (&decoder->json, body, length))
    {
      dheera_decoder_fail_body (decoder, length);
      return none;
    }

  root = dheera_json_root (&decoder->json);
  if (dheera_error_words_marked (root) || dheera_error_words_marked (dheera_json_element (root, 0)))
    {
      dheera_decoder_fail_with (decoder, root);
      return none;
    }

  return root;
}

void
dheera_endpoint_fail (DheeraDecoder   *decoder,
                      DheeraJsonValue  root,
                      const char      *what)
{
  g_auto (DheeraErrorWords) words = DHEERA_ERROR_WORDS_INIT;

  if (dheera_json_type (root) == DHEERA_JSON_OBJECT && dheera_error_words_read (&words, root) && words.message != NULL)
    dheera_decoder_fail_with (decoder, root);
  else
    dheera_decoder_fail (decoder, DHEERA_ERROR_PROTOCOL, "%s", what);
}

void
dheera_endpoint_read_head (DheeraBaseResponse *response,
                           DheeraJsonValue     root)
{
  g_autoptr (DheeraUsage) usage = dheera_openai_dup_usage (dheera_json_member (root, "usage"));

  dheera_base_response_take_id (response, dheera_json_dup_string (dheera_json_member (root, "id")));
  dheera_base_response_take_model (response, dheera_json_dup_string (dheera_json_member (root, "model")));
  if (usage != NULL)
    g_set_object (&response->usage, usage);
}

GObject *
dheera_endpoint_read_models (DheeraDecoder     *decoder,
                             DheeraJsonValue    list,
                             DheeraModelReader  read_model)
{
  GListStore *models = g_list_store_new (DHEERA_TYPE_MODEL);
  DheeraJsonIter iter;
  DheeraJsonValue element;

  dheera_json_iter_init (&iter, list);
  while (dheera_json_iter_next (&iter, NULL, &element))
    {
      g_autoptr (DheeraModel) model = read_model (decoder, element);

      if (model != NULL)
        g_list_store_append (models, model);
    }

  return G_OBJECT (models);
}
