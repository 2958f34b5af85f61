/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include "dheera-ai/model/dheera-delta.h"
#include "dheera-ai/model/dheera-error.h"
#include "dheera-ai/model/dheera-response.h"

#include "dheera-ai/wire/dheera-json-private.h"

G_BEGIN_DECLS

/* Where every decoder puts what it reads, of a whole answer and of a stream alike: it fills the one DheeraResponse of the call, and, where somebody
 * wants them, makes the DheeraDelta objects on the way. A piece of text is unescaped once, straight into the message it belongs to.
 *
 * A decoder brackets one stream event (or the whole answer) with begin_event and end_event; each choice that something was added to in between becomes one
 * delta, and an event that only brings usage one with choice index 0. */

typedef struct _DheeraAccumulator DheeraAccumulator;

DheeraAccumulator *dheera_accumulator_new             (const char *provider_id) G_GNUC_WARN_UNUSED_RESULT;
void               dheera_accumulator_free            (DheeraAccumulator *self);

/* Whether deltas are made; off at first. */
void               dheera_accumulator_set_recording   (DheeraAccumulator *self,
                                                       gboolean           recording);
gboolean           dheera_accumulator_has_delta       (DheeraAccumulator *self);
/* The oldest delta that was not taken yet, (transfer full) (nullable) */
DheeraDelta       *dheera_accumulator_steal_delta     (DheeraAccumulator *self);
/* Grows while the answer comes in. (transfer none), never NULL */
DheeraResponse    *dheera_accumulator_get_response    (DheeraAccumulator *self);
/* Has any text, reasoning, refusal, tool call, audio or finish reason come in? What was delivered is never asked for again. */
gboolean           dheera_accumulator_has_content     (DheeraAccumulator *self);
gboolean           dheera_accumulator_has_finished    (DheeraAccumulator *self); /* every choice seen has a finish reason, and there is one */
/* What changed since the last call of this function: the stream notifies once per socket read. */
typedef enum
{
  DHEERA_CHANGED_TEXT = 1 << 0,
  DHEERA_CHANGED_REASONING = 1 << 1,
} DheeraChanged;
DheeraChanged      dheera_accumulator_take_changes    (DheeraAccumulator *self);

void               dheera_accumulator_begin_event     (DheeraAccumulator *self);
void               dheera_accumulator_end_event       (DheeraAccumulator *self);

/* Strings that are given again with the same content cost nothing. */
void               dheera_accumulator_set_id          (DheeraAccumulator *self,
                                                       DheeraJsonValue    id);
void               dheera_accumulator_set_model       (DheeraAccumulator *self,
                                                       DheeraJsonValue    model);
void               dheera_accumulator_set_created     (DheeraAccumulator *self,
                                                       gint64             created);

/* choice < 128, or FALSE. Each text takes a JSON string or ignores any other type. */
gboolean           dheera_accumulator_add_text        (DheeraAccumulator *self,
                                                       gint64             choice,
                                                       DheeraJsonValue    text);
gboolean           dheera_accumulator_add_reasoning   (DheeraAccumulator *self,
                                                       gint64             choice,
                                                       DheeraJsonValue    text);
gboolean           dheera_accumulator_add_refusal     (DheeraAccumulator *self,
                                                       gint64             choice,
                                                       DheeraJsonValue    text);
/* The same for text that is not a JSON string of the provider's (think tags, blocks put together) */
gboolean           dheera_accumulator_add_plain_text  (DheeraAccumulator *self,
                                                       gint64             choice,
                                                       const char        *text,
                                                       gsize              length);
gboolean           dheera_accumulator_add_plain_reasoning (DheeraAccumulator *self,
                                                       gint64             choice,
                                                       const char        *text,
                                                       gsize              length);

/* One fragment of a tool call. index is the provider's, or -1 when it gives none. A new, different non-empty id opens a new call even under an index that is in use; no
 * index and no new id continues the last call. name is kept from its first non-empty fragment. arguments: a string is appended, an object or array is
 * appended as the JSON text it is, null and nothing add nothing. FALSE when there are more than 1024 calls. */
gboolean           dheera_accumulator_add_tool_call   (DheeraAccumulator *self,
                                                       gint64             choice,
                                                       gint64             index,
                                                       DheeraJsonValue    id,
                                                       DheeraJsonValue    name,
                                                       DheeraJsonValue    arguments);

/* The same for arguments that the decoder puts together itself; FALSE when there is no call of that index. */
gboolean           dheera_accumulator_add_plain_arguments (DheeraAccumulator *self,
                                                       gint64             choice,
                                                       gint64             index,
                                                       const char        *text,
                                                       gsize              length);
/* The provider says that the call of that index is whole, so that arguments that never came are {} before the answer ends. */
void               dheera_accumulator_end_tool_call   (DheeraAccumulator *self,
                                                       gint64             choice,
                                                       gint64             index);
/* A checked JSON object with members of the call that have no property and have to go back, for the newest call of that index. FALSE when there is none. */
gboolean           dheera_accumulator_set_tool_call_extra (DheeraAccumulator *self,
                                                       gint64             choice,
                                                       gint64             index,
                                                       const char        *extra);

/* {"content": [...], "refusal": [...]}: arrays of later events are appended. */
gboolean           dheera_accumulator_add_logprobs    (DheeraAccumulator *self,
                                                       gint64             choice,
                                                       DheeraJsonValue    logprobs);
/* One element, or an array of them, of OpenAI's annotations */
gboolean           dheera_accumulator_add_annotations (DheeraAccumulator *self,
                                                       gint64             choice,
                                                       DheeraJsonValue    annotations);
/* OpenAI's audio object or a piece of it: data (base64) and transcript are appended; becomes an audio part of the message. */
gboolean           dheera_accumulator_add_audio       (DheeraAccumulator *self,
                                                       gint64             choice,
                                                       DheeraJsonValue    audio,
                                                       const char        *mime_type);
/* A whole picture: data is base64; FALSE also when it is not. Becomes an image part of the message at once. */
gboolean           dheera_accumulator_add_image       (DheeraAccumulator *self,
                                                       gint64             choice,
                                                       DheeraJsonValue    data,
                                                       const char        *mime_type);
/* A block of the provider's that must go back to its own family byte for byte (signatures, encrypted reasoning), in order. */
gboolean           dheera_accumulator_add_native      (DheeraAccumulator *self,
                                                       gint64             choice,
                                                       const char        *family,
                                                       DheeraJsonValue    block);

/* The message of the choice as it is so far, made when it is not there; NULL when the index is out of range. */
DheeraMessage     *dheera_accumulator_get_message     (DheeraAccumulator *self,
                                                       gint64             choice);

/* raw "" is as good as none. reason is what the table of finish reasons makes of it. */
gboolean           dheera_accumulator_set_finish_reason (DheeraAccumulator *self,
                                                       gint64             choice,
                                                       DheeraFinishReason reason,
                                                       DheeraJsonValue    raw);

/* What the provider itself says that the answer cost, in USD; less than 0 changes nothing. */
void               dheera_accumulator_set_cost        (DheeraAccumulator *self,
                                                       double             cost);
/* -1 leaves a counter as it was; the last known value of each holds. */
void               dheera_accumulator_set_usage       (DheeraAccumulator *self,
                                                       gint64             prompt,
                                                       gint64             completion,
                                                       gint64             total,
                                                       gint64             cached,
                                                       gint64             cache_write,
                                                       gint64             reasoning);

/* The same for counters that every event repeats as far as they are then: the response has them at once, but a delta shows them only
 * with the next set_usage() or at the end. */
void               dheera_accumulator_set_running_usage (DheeraAccumulator *self,
                                                       gint64             prompt,
                                                       gint64             completion,
                                                       gint64             total,
                                                       gint64             cached,
                                                       gint64             cache_write,
                                                       gint64             reasoning);

/* The answer is whole: generates ids that are missing ("call_" + 24 random characters; "chatcmpl-..." for the response), turns empty arguments into {}, a finish reason STOP or NONE into TOOL_CALLS
 * where there are calls (keeping the raw one), and closes text that ended in half a surrogate pair. */
void               dheera_accumulator_finish          (DheeraAccumulator *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DheeraAccumulator, dheera_accumulator_free)

G_END_DECLS
