/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-moderation-result-private.h"

#include <string.h>

/**
 * DheeraModerationResult:
 *
 * What a provider thinks of one text, or of pictures with their texts.
 *
 * Each provider has categories of its own. OpenAI's have names such as `hate`, `self-harm/intent` and `violence/graphic`.
 *
 * Since: 0.1
 */
G_DEFINE_FINAL_TYPE (DheeraModerationResult, dheera_moderation_result, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_FLAGGED,
  PROP_CATEGORIES,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
dheera_moderation_result_finalize (GObject *object)
{
  DheeraModerationResult *self = DHEERA_MODERATION_RESULT (object);

  g_ptr_array_unref (self->categories);
  g_array_unref (self->marks);

  G_OBJECT_CLASS (dheera_moderation_result_parent_class)->finalize (object);
}

static void
dheera_moderation_result_get_property (GObject    *object,
                                       guint       prop_id,
                                       GValue     *value,
                                       GParamSpec *pspec)
{
  DheeraModerationResult *self = DHEERA_MODERATION_RESULT (object);

  switch (prop_id)
    {
    case PROP_FLAGGED:
      g_value_set_boolean (value, dheera_moderation_result_get_flagged (self));
      break;
    case PROP_CATEGORIES:
      g_value_set_boxed (value, dheera_moderation_result_get_categories (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_moderation_result_class_init (DheeraModerationResultClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = dheera_moderation_result_finalize;
  object_class->get_property = dheera_moderation_result_get_property;

  /**
   * DheeraModerationResult:flagged:
   *
   * Whether there is anything that should not be there.
   *
   * Since: 0.1
   */
  properties[PROP_FLAGGED] = g_param_spec_boolean ("flagged", NULL, NULL, FALSE, flags);

  /**
   * DheeraModerationResult:categories:
   *
   * The names of all categories that were looked for.
   *
   * Since: 0.1
   */
  properties[PROP_CATEGORIES] = g_param_spec_boxed ("categories", NULL, NULL, G_TYPE_STRV, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
dheera_moderation_result_init (DheeraModerationResult *self)
{
  self->categories = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->categories, NULL);
  self->marks = g_array_new (FALSE, FALSE, sizeof (DheeraModerationMark));
}

/**
 * dheera_moderation_result_get_flagged:
 * @self: a [class@ModerationResult]
 *
 * Whether there is anything that should not be there.
 *
 * Returns: whether there is
 *
 * Since: 0.1
 */
gboolean
dheera_moderation_result_get_flagged (DheeraModerationResult *self)
{
  g_return_val_if_fail (DHEERA_IS_MODERATION_RESULT (self), FALSE);

  return self->flagged;
}

/**
 * dheera_moderation_result_get_categories:
 * @self: a [class@ModerationResult]
 *
 * The names of all categories that were looked for.
 *
 * Returns: (transfer none) (array zero-terminated=1): the names of all categories
 *
 * Since: 0.1
 */
const char * const *
dheera_moderation_result_get_categories (DheeraModerationResult *self)
{
  g_return_val_if_fail (DHEERA_IS_MODERATION_RESULT (self), NULL);

  return (const char * const *) self->categories->pdata;
}

/* NULL when the category was not looked for */
static const DheeraModerationMark *
find_mark (DheeraModerationResult *self,
           const char             *category)
{
  for (guint i = 0; i < self->marks->len; i++)
    if (strcmp (g_ptr_array_index (self->categories, i), category) == 0)
      return &g_array_index (self->marks, DheeraModerationMark, i);

  return NULL;
}

/**
 * dheera_moderation_result_get_category:
 * @self: a [class@ModerationResult]
 * @category: the name of a category
 *
 * Whether there is anything of one category that should not be there.
 *
 * Returns: whether there is; %FALSE as well for a category that was not looked for
 *
 * Since: 0.1
 */
gboolean
dheera_moderation_result_get_category (DheeraModerationResult *self,
                                       const char             *category)
{
  const DheeraModerationMark *mark;

  g_return_val_if_fail (DHEERA_IS_MODERATION_RESULT (self), FALSE);
  g_return_val_if_fail (category != NULL, FALSE);

  mark = find_mark (self, category);

  return mark != NULL && mark->flagged;
}

/**
 * dheera_moderation_result_get_score:
 * @self: a [class@ModerationResult]
 * @category: the name of a category
 *
 * How sure the model is that there is anything of one category.
 *
 * Returns: from 0 to 1, -1 for a category that was not looked for or has no score
 *
 * Since: 0.1
 */
double
dheera_moderation_result_get_score (DheeraModerationResult *self,
                                    const char             *category)
{
  const DheeraModerationMark *mark;

  g_return_val_if_fail (DHEERA_IS_MODERATION_RESULT (self), -1);
  g_return_val_if_fail (category != NULL, -1);

  mark = find_mark (self, category);

  return mark != NULL ? mark->score : -1;
}

DheeraModerationResult *
dheera_moderation_result_new (gboolean flagged)
{
  DheeraModerationResult *self = g_object_new (DHEERA_TYPE_MODERATION_RESULT, NULL);

  self->flagged = flagged;

  return self;
}

DheeraModerationMark *
dheera_moderation_result_mark (DheeraModerationResult *self,
                               char                   *category)
{
  DheeraModerationMark mark = { FALSE, -1 };
  const DheeraModerationMark *known = find_mark (self, category);

  if (known != NULL)
    {
      g_free (category);
      return (DheeraModerationMark *) known;
    }

  g_ptr_array_insert (self->categories, (int) self->marks->len, category);
  g_array_append_val (self->marks, mark);

  return &g_array_index (self->marks, DheeraModerationMark, self->marks->len - 1);
}

void
dheera_moderation_result_write (DheeraModerationResult *self,
                                DheeraJsonWriter       *writer)
{
  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_boolean (writer, "flagged", self->flagged);
  dheera_json_writer_key (writer, "categories");
  dheera_json_writer_begin_object (writer);
  for (guint i = 0; i < self->marks->len; i++)
    dheera_json_writer_member_boolean (writer, g_ptr_array_index (self->categories, i), g_array_index (self->marks, DheeraModerationMark, i).flagged);
  dheera_json_writer_end_object (writer);
  dheera_json_writer_key (writer, "category_scores");
  dheera_json_writer_begin_object (writer);
  for (guint i = 0; i < self->marks->len; i++)
    if (g_array_index (self->marks, DheeraModerationMark, i).score >= 0)
      dheera_json_writer_member_double (writer, g_ptr_array_index (self->categories, i), g_array_index (self->marks, DheeraModerationMark, i).score);
  dheera_json_writer_end_object (writer);
  dheera_json_writer_end_object (writer);
}
