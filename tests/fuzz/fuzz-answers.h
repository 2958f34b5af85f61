/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

/* What the fuzz targets of protocols share: whatever an answer is, as a stream, whole or as an error, the decoder comes to an end of its own, what it
 * gives out is valid text and the same however the bytes are cut, and a failure never quotes the key. */

#include "fuzz-checks.h"

static inline void
take_deltas (Run *run)
{
  DheeraDelta *delta;

  while ((delta = dheera_accumulator_steal_delta (run->decoder->accumulator)) != NULL)
    {
      guint index = dheera_delta_get_choice_index (delta);

      MUST (index < N_CHOICES);
      MUST (g_utf8_validate (dheera_delta_get_text (delta), -1, NULL));
      if (run->deltas[index] == NULL)
        run->deltas[index] = g_string_new (NULL);
      g_string_append (run->deltas[index], dheera_delta_get_text (delta));
      g_object_unref (delta);
    }
}

static inline void
decode_frames (Run          *run,
               DheeraFramer *framer)
{
  DheeraFrame frame;

  while (run->decoded == DHEERA_DECODED_MORE && dheera_framer_next (framer, &frame) == DHEERA_FRAME_READY)
    {
      run->decoded = run->decoder->protocol->decode_frame (run->decoder, &frame);
      take_deltas (run);
    }
}

static inline void
run_stream (Run            *run,
            DheeraProvider *provider,
            const char     *data,
            gsize           length,
            gsize           piece,
            gboolean        recording,
            DheeraFraming   framing)
{
  DheeraFramer *framer = dheera_framer_new (framing);

  memset (run, 0, sizeof *run);
  run->decoder = dheera_decoder_new (provider);
  run->decoded = DHEERA_DECODED_MORE;
  dheera_decoder_set_key (run->decoder, KEY);
  dheera_accumulator_set_recording (run->decoder->accumulator, recording);

  while (length > 0 && run->decoded == DHEERA_DECODED_MORE)
    {
      gsize room;
      char *buffer = dheera_framer_reserve (framer, &room);
      gsize n = MIN (MIN (piece, room), length);

      memcpy (buffer, data, n);
      dheera_framer_commit (framer, n);
      data += n;
      length -= n;
      decode_frames (run, framer);
    }
  dheera_framer_finish (framer);
  decode_frames (run, framer);
  if (run->decoded == DHEERA_DECODED_MORE)
    {
      run->decoded = run->decoder->protocol->decode_eof (run->decoder);
      take_deltas (run);
    }
  dheera_framer_free (framer);
}

static inline void
run_clear (Run *run)
{
  dheera_decoder_free (run->decoder);
  for (guint i = 0; i < N_CHOICES; i++)
    {
      if (run->deltas[i] != NULL)
        g_string_free (run->deltas[i], TRUE);
    }
}

static inline void
try_stream (DheeraProvider *provider,
            const char     *data,
            gsize           length,
            gsize           piece,
            DheeraFraming   framing)
{
  Run whole;
  Run cut;
  DheeraResponse *first, *second;

  run_stream (&whole, provider, data, length, length, FALSE, framing);
  run_stream (&cut, provider, data, length, piece, TRUE, framing);
  check_response (&whole);
  check_response (&cut);
  check_json (&whole);
  first = dheera_accumulator_get_response (whole.decoder->accumulator);
  second = dheera_accumulator_get_response (cut.decoder->accumulator);
  MUST (whole.decoded == cut.decoded);
  MUST (g_strcmp0 (dheera_response_get_text (first), dheera_response_get_text (second)) == 0);
  MUST (g_strcmp0 (dheera_response_get_reasoning (first), dheera_response_get_reasoning (second)) == 0);
  MUST (dheera_response_get_finish_reason (first) == dheera_response_get_finish_reason (second));
  if (cut.decoded == DHEERA_DECODED_END)
    check_deltas (&cut);
  run_clear (&whole);
  run_clear (&cut);
}

static inline void
try_whole (DheeraProvider *provider,
           const char     *data,
           gsize           length)
{
  Run run = { .decoder = dheera_decoder_new (provider) };

  dheera_decoder_set_key (run.decoder, KEY);
  run.decoded = run.decoder->protocol->decode_chat (run.decoder, data, length);
  check_response (&run);
  check_json (&run);
  run_clear (&run);
}

static inline void
try_error (DheeraProvider *provider,
           const char     *data,
           gsize           length,
           guint           status)
{
  g_autoptr (DheeraErrorDetails) details =
    dheera_error_body_decode_hiding (provider, KEY, "model", 400 + status % 200, data, length, NULL, NULL);

  check_details (details);
}
