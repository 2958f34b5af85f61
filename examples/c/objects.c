/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Makes an object of a sentence:
 *
 *   cc objects.c -o objects $(pkg-config --cflags --libs dheera-ai-1)
 *   ./objects                                                            # the offline model
 *   OPENAI_API_KEY=… ./objects "Lunch at noon with Grace, 85." openai/gpt-4o-mini
 */

#include <dheera-ai/dheera-ai.h>
#include <stdio.h>

/* --- A guest ----------------------------------------------------------------------------------------------------------------------- */

#define GUEST_TYPE (guest_get_type ())
G_DECLARE_FINAL_TYPE (Guest, guest, GUEST, OBJECT, GObject)

struct _Guest
{
  GObject parent_instance;
  char *name;
  int age;
};

G_DEFINE_FINAL_TYPE (Guest, guest, G_TYPE_OBJECT)

static void
guest_set_property (GObject      *object,
                    guint         id,
                    const GValue *value,
                    GParamSpec   *pspec)
{
  Guest *self = GUEST_OBJECT (object);

  if (id == 1)
    self->name = g_value_dup_string (value);
  else
    self->age = g_value_get_int (value);
}

static void
guest_finalize (GObject *object)
{
  g_free (GUEST_OBJECT (object)->name);
  G_OBJECT_CLASS (guest_parent_class)->finalize (object);
}

static void
guest_class_init (GuestClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->set_property = guest_set_property;
  object_class->finalize = guest_finalize;
  g_object_class_install_property (object_class, 1, g_param_spec_string ("name", NULL, NULL, NULL, flags));
  g_object_class_install_property (object_class, 2, g_param_spec_int ("age", NULL, "In years", 0, 150, 0, flags));
}

static void
guest_init (Guest *self)
{
}

/* --- An event, with a list of guests ------------------------------------------------------------------------------------------------- */

#define EVENT_TYPE (event_get_type ())
G_DECLARE_FINAL_TYPE (Event, event, EVENT, OBJECT, GObject)

struct _Event
{
  GObject parent_instance;
  char *title;
  int hour;
  GListModel *guests;
};

G_DEFINE_FINAL_TYPE (Event, event, G_TYPE_OBJECT)

static void
event_set_property (GObject      *object,
                    guint         id,
                    const GValue *value,
                    GParamSpec   *pspec)
{
  Event *self = EVENT_OBJECT (object);

  if (id == 1)
    self->title = g_value_dup_string (value);
  else if (id == 2)
    self->hour = g_value_get_int (value);
  else
    self->guests = g_value_dup_object (value);
}

static void
event_finalize (GObject *object)
{
  Event *self = EVENT_OBJECT (object);

  g_free (self->title);
  g_clear_object (&self->guests);
  G_OBJECT_CLASS (event_parent_class)->finalize (object);
}

static void
event_class_init (EventClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->set_property = event_set_property;
  object_class->finalize = event_finalize;
  g_object_class_install_property (object_class, 1, g_param_spec_string ("title", NULL, "A few words for a calendar", NULL, flags));
  g_object_class_install_property (object_class, 2, g_param_spec_int ("hour", NULL, "When it begins", 0, 23, 0, flags));
  g_object_class_install_property (object_class, 3, g_param_spec_object ("guests", NULL, NULL, G_TYPE_LIST_MODEL, flags));
}

static void
event_init (Event *self)
{
}

/* ------------------------------------------------------------------------------------------------------------------------------------- */

static void
print_event (Event *event)
{
  printf ("%s, at %d:00\n", event->title, event->hour);
  for (guint i = 0; i < g_list_model_get_n_items (event->guests); i++)
    {
      g_autoptr(Guest) guest = g_list_model_get_item (event->guests, i);

      printf ("- %s, %d\n", guest->name, guest->age);
    }
}

int
main (int   argc,
      char *argv[])
{
  const char *sentence = argc > 1 ? argv[1] : "Dinner at eight with Ada, 36, and Alan, 41.";
  const char *preferred = g_getenv ("DHEERA_MODEL");
  const char *model = argc > 2 ? argv[2] : preferred != NULL ? preferred : "mock/echo";
  g_autoptr(DheeraClient) client = dheera_client_new ();
  g_autoptr(DheeraRequest) request = dheera_request_new_for_prompt (model, sentence);
  g_autoptr(DheeraResponse) response = NULL;
  g_autoptr(Event) event = NULL;
  g_autoptr(GError) error = NULL;

  dheera_type_set_item_type (EVENT_TYPE, "guests", GUEST_TYPE);
  if (dheera_request_set_response_type (request, EVENT_TYPE, &error))
    response = dheera_client_complete (client, request, NULL, &error);
  if (response != NULL)
    event = dheera_response_parse (response, EVENT_TYPE, &error);

  if (event != NULL)
    print_event (event);
  else
    fprintf (stderr, "%s\n", error->message);
  return event == NULL;
}
