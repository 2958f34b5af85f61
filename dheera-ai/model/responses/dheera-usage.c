/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-usage-private.h"

/**
 * DheeraUsage:
 *
 * How many tokens an answer took.
 *
 * Every counter is -1 when the provider does not tell. The numbers mean the same for every
 * provider: the input includes what came from or went into a cache, and the output includes
 * reasoning.
 *
 * Since: 0.1
 */
G_DEFINE_FINAL_TYPE (DheeraUsage, dheera_usage, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_PROMPT_TOKENS,
  PROP_COMPLETION_TOKENS,
  PROP_TOTAL_TOKENS,
  PROP_CACHED_TOKENS,
  PROP_CACHE_WRITE_TOKENS,
  PROP_REASONING_TOKENS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
dheera_usage_get_property (GObject    *object,
                           guint       prop_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  DheeraUsage *self = DHEERA_USAGE (object);

  switch (prop_id)
    {
    case PROP_PROMPT_TOKENS:
      g_value_set_int64 (value, dheera_usage_get_prompt_tokens (self));
      break;
    case PROP_COMPLETION_TOKENS:
      g_value_set_int64 (value, dheera_usage_get_completion_tokens (self));
      break;
    case PROP_TOTAL_TOKENS:
      g_value_set_int64 (value, dheera_usage_get_total_tokens (self));
      break;
    case PROP_CACHED_TOKENS:
      g_value_set_int64 (value, dheera_usage_get_cached_tokens (self));
      break;
    case PROP_CACHE_WRITE_TOKENS:
      g_value_set_int64 (value, dheera_usage_get_cache_write_tokens (self));
      break;
    case PROP_REASONING_TOKENS:
      g_value_set_int64 (value, dheera_usage_get_reasoning_tokens (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
dheera_usage_class_init (DheeraUsageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = dheera_usage_get_property;

  /**
   * DheeraUsage:prompt-tokens:
   *
   * All tokens of the input, those from the cache included.
   *
   * Since: 0.1
   */
  properties[PROP_PROMPT_TOKENS] = g_param_spec_int64 ("prompt-tokens", NULL, NULL,
                                                       -1, G_MAXINT64, -1, flags);

  /**
   * DheeraUsage:completion-tokens:
   *
   * All tokens of the output, those of reasoning included.
   *
   * Since: 0.1
   */
  properties[PROP_COMPLETION_TOKENS] = g_param_spec_int64 ("completion-tokens", NULL, NULL,
                                                           -1, G_MAXINT64, -1, flags);

  /**
   * DheeraUsage:total-tokens:
   *
   * All tokens together.
   *
   * Since: 0.1
   */
  properties[PROP_TOTAL_TOKENS] = g_param_spec_int64 ("total-tokens", NULL, NULL,
                                                      -1, G_MAXINT64, -1, flags);

  /**
   * DheeraUsage:cached-tokens:
   *
   * How many tokens of the input came out of the provider's cache.
   *
   * Since: 0.1
   */
  properties[PROP_CACHED_TOKENS] = g_param_spec_int64 ("cached-tokens", NULL, NULL,
                                                       -1, G_MAXINT64, -1, flags);

  /**
   * DheeraUsage:cache-write-tokens:
   *
   * How many tokens of the input were written to the provider's cache.
   *
   * Since: 0.1
   */
  properties[PROP_CACHE_WRITE_TOKENS] = g_param_spec_int64 ("cache-write-tokens", NULL, NULL,
                                                            -1, G_MAXINT64, -1, flags);

  /**
   * DheeraUsage:reasoning-tokens:
   *
   * How many tokens of the output are reasoning.
   *
   * Since: 0.1
   */
  properties[PROP_REASONING_TOKENS] = g_param_spec_int64 ("reasoning-tokens", NULL, NULL,
                                                          -1, G_MAXINT64, -1, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
dheera_usage_init (DheeraUsage *self)
{
  self->prompt_tokens = -1;
  self->completion_tokens = -1;
  self->total_tokens = -1;
  self->cached_tokens = -1;
  self->cache_write_tokens = -1;
  self->reasoning_tokens = -1;
}

DheeraUsage *
dheera_usage_new (void)
{
  return g_object_new (DHEERA_TYPE_USAGE, NULL);
}

DheeraUsage *
dheera_usage_copy (DheeraUsage *self)
{
  DheeraUsage *copy = dheera_usage_new ();

  copy->prompt_tokens = self->prompt_tokens;
  copy->completion_tokens = self->completion_tokens;
  copy->total_tokens = self->total_tokens;
  copy->total_given = self->total_given;
  copy->cached_tokens = self->cached_tokens;
  copy->cache_write_tokens = self->cache_write_tokens;
  copy->reasoning_tokens = self->reasoning_tokens;

  return copy;
}

static gint64
sum (gint64 a,
     gint64 b)
{
  return a < 0 || b < 0 ? -1 : a > G_MAXINT64 - b ? G_MAXINT64 : a + b;
}

DheeraUsage *
dheera_usage_new_sum (DheeraUsage *a,
                      DheeraUsage *b)
{
  DheeraUsage *self = dheera_usage_new ();

  self->prompt_tokens = sum (a->prompt_tokens, b->prompt_tokens);
  self->completion_tokens = sum (a->completion_tokens, b->completion_tokens);
  self->total_tokens = sum (a->total_tokens, b->total_tokens);
  self->total_given = TRUE;
  self->cached_tokens = sum (a->cached_tokens, b->cached_tokens);
  self->cache_write_tokens = sum (a->cache_write_tokens, b->cache_write_tokens);
  self->reasoning_tokens = sum (a->reasoning_tokens, b->reasoning_tokens);

  return self;
}

static gboolean
update_counter (gint64 *counter,
                gint64  value)
{
  if (value < 0 || value == *counter)
    return FALSE;

  *counter = value;

  return TRUE;
}

gboolean
dheera_usage_update (DheeraUsage *self,
                     gint64       prompt,
                     gint64       completion,
                     gint64       total,
                     gint64       cached,
                     gint64       cache_write,
                     gint64       reasoning)
{
  gboolean changed = FALSE;

  changed |= update_counter (&self->prompt_tokens, prompt);
  changed |= update_counter (&self->completion_tokens, completion);
  changed |= update_counter (&self->cached_tokens, cached);
  changed |= update_counter (&self->cache_write_tokens, cache_write);
  changed |= update_counter (&self->reasoning_tokens, reasoning);

  self->total_given |= total >= 0;
  if (!self->total_given && self->prompt_tokens >= 0 && self->completion_tokens >= 0
      && self->prompt_tokens <= G_MAXINT64 - self->completion_tokens)
    total = self->prompt_tokens + self->completion_tokens;
  changed |= update_counter (&self->total_tokens, total);

  return changed;
}

/* The members of OpenAI's usage object are integers that clients rely on: 0 stands for what is not
 * known. */
void
dheera_usage_write (DheeraUsage      *self,
                    DheeraJsonWriter *writer)
{
  /* All three are there in OpenAI's, so what is not known counts as nothing. */
  gint64 prompt = MAX (self->prompt_tokens, 0);
  gint64 completion = MAX (self->completion_tokens, 0);

  dheera_json_writer_begin_object (writer);
  dheera_json_writer_member_int (writer, "prompt_tokens", prompt);
  dheera_json_writer_member_int (writer, "completion_tokens", completion);
  dheera_json_writer_member_int (writer, "total_tokens",
                                 self->total_tokens >= 0 ? self->total_tokens : prompt + MIN (completion, G_MAXINT64 - prompt));

  if (self->cached_tokens >= 0 || self->cache_write_tokens >= 0)
    {
      dheera_json_writer_key (writer, "prompt_tokens_details");
      dheera_json_writer_begin_object (writer);
      if (self->cached_tokens >= 0)
        dheera_json_writer_member_int (writer, "cached_tokens", self->cached_tokens);
      if (self->cache_write_tokens >= 0)
        dheera_json_writer_member_int (writer, "cache_write_tokens", self->cache_write_tokens);
      dheera_json_writer_end_object (writer);
    }

  if (self->reasoning_tokens >= 0)
    {
      dheera_json_writer_key (writer, "completion_tokens_details");
      dheera_json_writer_begin_object (writer);
      dheera_json_writer_member_int (writer, "reasoning_tokens", self->reasoning_tokens);
      dheera_json_writer_end_object (writer);
    }

  dheera_json_writer_end_object (writer);
}

/**
 * dheera_usage_get_prompt_tokens:
 * @self: a [class@Usage]
 *
 * All tokens of the input, those from the cache included.
 *
 * Returns: a number of tokens, -1 when it is not known
 *
 * Since: 0.1
 */
gint64
dheera_usage_get_prompt_tokens (DheeraUsage *self)
{
  g_return_val_if_fail (DHEERA_IS_USAGE (self), -1);

  return self->prompt_tokens;
}

/**
 * dheera_usage_get_completion_tokens:
 * @self: a [class@Usage]
 *
 * All tokens of the output, those of reasoning included.
 *
 * Returns: a number of tokens, -1 when it is not known
 *
 * Since: 0.1
 */
gint64
dheera_usage_get_completion_tokens (DheeraUsage *self)
{
  g_return_val_if_fail (DHEERA_IS_USAGE (self), -1);

  return self->completion_tokens;
}

/**
 * dheera_usage_get_total_tokens:
 * @self: a [class@Usage]
 *
 * All tokens together.
 *
 * Returns: a number of tokens, -1 when it is not known
 *
 * Since: 0.1
 */
gint64
dheera_usage_get_total_tokens (DheeraUsage *self)
{
  g_return_val_if_fail (DHEERA_IS_USAGE (self), -1);

  return self->total_tokens;
}

/**
 * dheera_usage_get_cached_tokens:
 * @self: a [class@Usage]
 *
 * How many tokens of the input came out of the provider's cache.
 *
 * Returns: a number of tokens, -1 when it is not known
 *
 * Since: 0.1
 */
gint64
dheera_usage_get_cached_tokens (DheeraUsage *self)
{
  g_return_val_if_fail (DHEERA_IS_USAGE (self), -1);

  return self->cached_tokens;
}

/**
 * dheera_usage_get_cache_write_tokens:
 * @self: a [class@Usage]
 *
 * How many tokens of the input were written to the provider's cache.
 *
 * Returns: a number of tokens, -1 when it is not known
 *
 * Since: 0.1
 */
gint64
dheera_usage_get_cache_write_tokens (DheeraUsage *self)
{
  g_return_val_if_fail (DHEERA_IS_USAGE (self), -1);

  return self->cache_write_tokens;
}

/**
 * dheera_usage_get_reasoning_tokens:
 * @self: a [class@Usage]
 *
 * How many tokens of the output are reasoning.
 *
 * Returns: a number of tokens, -1 when it is not known
 *
 * Since: 0.1
 */
gint64
dheera_usage_get_reasoning_tokens (DheeraUsage *self)
{
  g_return_val_if_fail (DHEERA_IS_USAGE (self), -1);

  return self->reasoning_tokens;
}
