/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-rerank-request-private.h"

#include "dheera-ai/model/dheera-enum-types.h"
#include "dheera-ai/model/dheera-strings-private.h"
#include "dheera-ai/model/requests/dheera-values-private.h"

struct _DheeraRerankRequestClass
{
  DheeraBaseRequestClass parent_class;
};

/**
 * DheeraRerankRequest:
 *
 * Asks which of some documents answer a question best.
 *
 * See [method@Client.rerank].
 *
 * Since: 0.1
 */
G_DEFINE_FINAL_TYPE (DheeraRerankRequest, dheera_rerank_request, DHEERA_TYPE_BASE_REQUEST)

enum
{
  PROP_0,
  PROP_QUERY,
  PROP_DOCUMENTS,
  PROP_TOP_N,
  PROP_RETURN_DOCUMENTS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
dheera_rerank_request_finalize (GObject *object)
{
  DheeraRerankRequest *self = DHEERA_RERANK_REQUEST (object);

  g_free (self->query);
  g_strfreev (self->documents);

  G_OBJECT_CLASS (dheera_rerank_request_parent_class)->finalize (object);
}

static void
dheera_rerank_request_get_property (GObject    *object,
                                    guint       prop_id,
                                    GValue     *value,
                                    GParamSpec *pspec)
{
  DheeraRerankRequest *self = DHEERA_RERANK_REQUEST (object);

  switch (prop_id)
    {
    case PROP_QUERY:
      g_value_set_string (value, dheera_rerank_request_get_query (self));
      break;
    case PROP_DOCUMENTS:
      g_value_set_boxed (value, dheera_rerank_request_get_documents (self));
      break;
    case PROP_TOP_N:
      g_value_set_int (value, dheera_rerank_request_get_top_n (self));
      break;
    case PROP_RETURN_DOCUMENTS:
      g_value_set_enum (value, dheera_rerank_request_get_return_documents (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_rerank_request_set_property (GObject      *object,
                                    guint         prop_id,
                                    const GValue *value,
                                    GParamSpec   *pspec)
{
  DheeraRerankRequest *self = DHEERA_RERANK_REQUEST (object);

  switch (prop_id)
    {
    case PROP_QUERY:
      dheera_rerank_request_set_query (self, g_value_get_string (value));
      break;
    case PROP_DOCUMENTS:
      dheera_rerank_request_set_documents (self, g_value_get_boxed (value));
      break;
    case PROP_TOP_N:
      dheera_rerank_request_set_top_n (self, g_value_get_int (value));
      break;
    case PROP_RETURN_DOCUMENTS:
      dheera_rerank_request_set_return_documents (self, g_value_get_enum (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_rerank_request_copy (DheeraBaseRequest *base,
                            DheeraBaseRequest *base_into)
{
  DheeraRerankRequest *self = DHEERA_RERANK_REQUEST (base);
  DheeraRerankRequest *into = DHEERA_RERANK_REQUEST (base_into);

  into->query = g_strdup (self->query);
  into->documents = g_strdupv (self->documents);
  into->top_n = self->top_n;
  into->return_documents = self->return_documents;
}

static gboolean
dheera_rerank_request_validate (DheeraBaseRequest  *base,
                                GError            **error)
{
  DheeraRerankRequest *self = DHEERA_RERANK_REQUEST (base);

  return dheera_check_text ("query", self->query, TRUE, error)
         && dheera_check_texts ("documents", self->documents, TRUE, error)
         && dheera_check_int ("top-n", self->top_n, 1, G_MAXINT, error);
}

static guint
dheera_rerank_request_count (DheeraBaseRequest *base)
{
  DheeraRerankRequest *self = DHEERA_RERANK_REQUEST (base);

  return self->documents != NULL ? g_strv_length (self->documents) : 0;
}

static void
dheera_rerank_request_class_init (DheeraRerankRequestClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  DheeraBaseRequestClass *base_class = (DheeraBaseRequestClass *) klass;
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = dheera_rerank_request_finalize;
  object_class->get_property = dheera_rerank_request_get_property;
  object_class->set_property = dheera_rerank_request_set_property;
  base_class->copy = dheera_rerank_request_copy;
  base_class->validate = dheera_rerank_request_validate;
  base_class->count = dheera_rerank_request_count;

  /**
   * DheeraRerankRequest:query:
   *
   * The question that the documents are compared with.
   *
   * Since: 0.1
   */
  properties[PROP_QUERY] = g_param_spec_string ("query", NULL, NULL, NULL, flags);

  /**
   * DheeraRerankRequest:documents:
   *
   * The documents, none of them empty.
   *
   * Since: 0.1
   */
  properties[PROP_DOCUMENTS] = g_param_spec_boxed ("documents", NULL, NULL, G_TYPE_STRV, flags);

  /**
   * DheeraRerankRequest:top-n:
   *
   * How many of the best documents are wanted; -1 for all of them.
   *
   * Since: 0.1
   */
  properties[PROP_TOP_N] = g_param_spec_int ("top-n", NULL, NULL, G_MININT, G_MAXINT, -1, flags);

  /**
   * DheeraRerankRequest:return-documents:
   *
   * Whether the answer is to hold the documents again. The answer of this library knows their positions in any case.
   *
   * Since: 0.1
   */
  properties[PROP_RETURN_DOCUMENTS] =
    g_param_spec_enum ("return-documents", NULL, NULL, DHEERA_TYPE_TRISTATE, DHEERA_TRISTATE_UNSET, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
dheera_rerank_request_init (DheeraRerankRequest *self)
{
  self->top_n = -1;
}

/**
 * dheera_rerank_request_new:
 * @model: (nullable): the name of a model, %NULL for the client's default model
 *
 * Makes a request without a question and documents.
 *
 * Returns: (transfer full): a new request
 *
 * Since: 0.1
 */
DheeraRerankRequest *
dheera_rerank_request_new (const char *model)
{
  return g_object_new (DHEERA_TYPE_RERANK_REQUEST, "model", model, NULL);
}

/**
 * dheera_rerank_request_new_for_query:
 * @model: (nullable): the name of a model, %NULL for the client's default model
 * @query: a question
 *
 * Makes a request without documents; see [method@RerankRequest.add_document].
 *
 * Returns: (transfer full): a new request
 *
 * Since: 0.1
 */
DheeraRerankRequest *
dheera_rerank_request_new_for_query (const char *model,
                                     const char *query)
{
  return g_object_new (DHEERA_TYPE_RERANK_REQUEST, "model", model, "query", query, NULL);
}

/**
 * dheera_rerank_request_get_query:
 * @self: a request
 *
 * The question that the documents are compared with.
 *
 * Returns: (nullable): the question
 *
 * Since: 0.1
 */
const char *
dheera_rerank_request_get_query (DheeraRerankRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_RERANK_REQUEST (self), NULL);

  return self->query;
}

/**
 * dheera_rerank_request_set_query:
 * @self: a request
 * @query: (nullable): a question
 *
 * Sets the question that the documents are compared with.
 *
 * Since: 0.1
 */
void
dheera_rerank_request_set_query (DheeraRerankRequest *self,
                                 const char          *query)
{
  g_return_if_fail (DHEERA_IS_RERANK_REQUEST (self));

  if (dheera_string_set (&self->query, query))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_QUERY]);
}

/**
 * dheera_rerank_request_get_documents:
 * @self: a request
 *
 * The documents that are put in order.
 *
 * Returns: (nullable) (transfer none) (array zero-terminated=1): the documents
 *
 * Since: 0.1
 */
const char * const *
dheera_rerank_request_get_documents (DheeraRerankRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_RERANK_REQUEST (self), NULL);

  return (const char * const *) self->documents;
}

/**
 * dheera_rerank_request_set_documents:
 * @self: a request
 * @documents: (nullable) (array zero-terminated=1): texts
 *
 * Sets the documents that are put in order.
 *
 * Since: 0.1
 */
void
dheera_rerank_request_set_documents (DheeraRerankRequest *self,
                                     const char * const  *documents)
{
  g_return_if_fail (DHEERA_IS_RERANK_REQUEST (self));

  if (dheera_strv_set (&self->documents, documents))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DOCUMENTS]);
}

/**
 * dheera_rerank_request_add_document:
 * @self: a request
 * @document: a text, not empty
 *
 * Adds a document.
 *
 * Since: 0.1
 */
void
dheera_rerank_request_add_document (DheeraRerankRequest *self,
                                    const char          *document)
{
  g_return_if_fail (DHEERA_IS_RERANK_REQUEST (self));
  g_return_if_fail (document != NULL);

  dheera_strv_add (&self->documents, document);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DOCUMENTS]);
}

/**
 * dheera_rerank_request_get_top_n:
 * @self: a request
 *
 * How many of the best documents are wanted.
 *
 * Returns: a number, -1 for all of them
 *
 * Since: 0.1
 */
int
dheera_rerank_request_get_top_n (DheeraRerankRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_RERANK_REQUEST (self), -1);

  return self->top_n;
}

/**
 * dheera_rerank_request_set_top_n:
 * @self: a request
 * @top_n: a number, -1 for all of them
 *
 * Sets how many of the best documents are wanted.
 *
 * Since: 0.1
 */
void
dheera_rerank_request_set_top_n (DheeraRerankRequest *self,
                                 int                  top_n)
{
  g_return_if_fail (DHEERA_IS_RERANK_REQUEST (self));

  if (self->top_n == top_n)
    return;

  self->top_n = top_n;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TOP_N]);
}

/**
 * dheera_rerank_request_get_return_documents:
 * @self: a request
 *
 * Whether the answer is to hold the documents again.
 *
 * Returns: whether it is
 *
 * Since: 0.1
 */
DheeraTristate
dheera_rerank_request_get_return_documents (DheeraRerankRequest *self)
{
  g_return_val_if_fail (DHEERA_IS_RERANK_REQUEST (self), DHEERA_TRISTATE_UNSET);

  return self->return_documents;
}

/**
 * dheera_rerank_request_set_return_documents:
 * @self: a request
 * @return_documents: whether it is
 *
 * Sets whether the answer is to hold the documents again.
 *
 * Since: 0.1
 */
void
dheera_rerank_request_set_return_documents (DheeraRerankRequest *self,
                                            DheeraTristate       return_documents)
{
  g_return_if_fail (DHEERA_IS_RERANK_REQUEST (self));

  if (self->return_documents == return_documents)
    return;

  self->return_documents = return_documents;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RETURN_DOCUMENTS]);
}
