/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-provider-private.h"

/* What is Amazon's own about a provider's configuration */

/* The domain of a partition, by how its regions begin. Anything else is under amazonaws.com. */
static const struct
{
  const char *prefix;
  const char *domain;
} partitions[] = {
  { "cn-", ".amazonaws.com.cn" },     { "us-iso-", ".c2s.ic.gov" },        { "us-isob-", ".sc2s.sgov.gov" },
  { "us-isof-", ".csp.hci.ic.gov" },  { "eu-isoe-", ".cloud.adc-e.uk" },   { "eusc-", ".amazonaws.eu" },
};

void
dheera_aws_set_domain (GString    *url,
                       const char *region)
{
  for (guint i = 0; region != NULL && i < G_N_ELEMENTS (partitions); i++)
    if (g_str_has_prefix (region, partitions[i].prefix))
      g_string_replace (url, ".amazonaws.com", partitions[i].domain, 1);
}

char *
dheera_aws_dup_key_of_environment (void)
{
  const char *id = g_getenv ("AWS_ACCESS_KEY_ID");
  const char *secret = g_getenv ("AWS_SECRET_ACCESS_KEY");
  const char *token = g_getenv ("AWS_SESSION_TOKEN");

  if (id == NULL || *id == '\0' || secret == NULL || *secret == '\0')
    return NULL;
  if (token == NULL || *token == '\0')
    return g_strconcat (id, ":", secret, NULL);

  return g_strconcat (id, ":", secret, ":", token, NULL);
}
