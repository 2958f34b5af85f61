/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

/* What the tests of the routes share: a fixture of both made-up sides, and what an answer is looked at with. */

#include "fake-sides.h"

#include <string.h>

#include "dheera-ai/wire/dheera-json-private.h"

#define KEY "sk-canary-0123456789abcdef"
#define JSON "Content-Type: application/json\nHost: localhost:4000"
#define WITH_KEY "Authorization: Bearer " KEY
#define CHAT "{\"model\":\"lab/m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}"
#define CHAT_STREAM "{\"model\":\"lab/m\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}"

typedef struct
{
  FakeUpstream *upstream;
  DheeraRoutes *routes;
} Fixture;

G_GNUC_UNUSED static void
set_up_with (Fixture    *f,
             const char *key,
             const char *name,
             const char *target,
             const char *providers)
{
  DheeraKeys *keys = dheera_keys_new ();
  g_autoptr(GPtrArray) models = g_ptr_array_new_with_free_func ((GDestroyNotify) dheera_served_model_free);
  g_auto(GStrv) ids = g_strsplit (providers, " ", -1);

  if (key != NULL)
    g_assert_true (dheera_keys_add (keys, key));
  if (name != NULL)
    g_ptr_array_add (models, dheera_served_model_new (name, target));
  f->upstream = fake_upstream_new ();
  f->routes = dheera_routes_new (&f->upstream->parent, keys, models, (const char *const *) ids);
}

G_GNUC_UNUSED static void
set_up (Fixture *f)
{
  set_up_with (f, NULL, NULL, NULL, "lab");
}

static void
tear_down (Fixture *f)
{
  dheera_routes_free (f->routes);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, tear_down)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeIncoming, fake_incoming_done)

static FakeIncoming *
ask (Fixture    *f,
     const char *method,
     const char *path,
     const char *headers,
     const char *body)
{
  FakeIncoming *incoming = fake_incoming_new (f->routes, method, path, headers);

  fake_incoming_send (incoming, body);

  return incoming;
}

/* The value of a member of an answer, by its path; to be freed. */
static char *
dup_member (const char *text,
            const char *path)
{
  g_auto(DheeraJson) json = DHEERA_JSON_INIT;

  g_assert_true (dheera_json_parse (&json, text, strlen (text)));

  return dheera_json_dup_raw (dheera_json_path (dheera_json_root (&json), path));
}

G_GNUC_UNUSED static void
assert_member (FakeIncoming *incoming,
               const char   *path,
               const char   *raw)
{
  g_autofree char *value = dup_member (incoming->body->str, path);

  g_assert_cmpstr (value, ==, raw);
}

G_GNUC_UNUSED static void
assert_refused (FakeIncoming *incoming,
                guint         status,
                const char   *code)
{
  g_autofree char *quoted = g_strdup_printf ("\"%s\"", code);

  g_assert_cmpuint (incoming->status, ==, status);
  g_assert_true (incoming->ended);
  g_assert_false (incoming->begun);
  assert_member (incoming, "error.code", quoted);
  assert_member (incoming, "error.type", "\"invalid_request_error\"");
  g_assert_cmpstr (fake_incoming_get_field (incoming, "Content-Type"), ==, "application/json");
  g_assert_true (g_str_has_prefix (fake_incoming_get_field (incoming, "x-request-id"), "req_"));
  g_assert_cmpstr (fake_incoming_get_field (incoming, "x-should-retry"), ==, "false");
}
