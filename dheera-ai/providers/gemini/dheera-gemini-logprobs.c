/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "dheera-gemini-private.h"

#include <string.h>

/* {"chosenCandidates": [{token, logProbability}], "topCandidates": [{"candidates": [...]}]}, one element of each list a token, becomes
 * {"content": [{token, logprob, top_logprobs}]}. */

static void
write_token (DheeraJsonWriter *writer,
             DheeraJsonValue   candidate)
{
  DheeraJsonValue token = dheera_json_member (candidate, "token");
  DheeraJsonValue logprob = dheera_json_member (candidate, "logProbability");

  dheera_json_writer_key (writer, "token");
  if (dheera_json_type (token) == DHEERA_JSON_STRING)
    dheera_json_writer_value (writer, token);
  else
    dheera_json_writer_string (writer, "");
  dheera_json_writer_key (writer, "logprob");
  if (dheera_json_type (logprob) == DHEERA_JSON_NUMBER)
    dheera_json_writer_value (writer, logprob);
  else
    dheera_json_writer_int (writer, 0); /* zeros are left out */
  dheera_json_writer_member_raw (writer, "bytes", "null");
}

static void
write_top (DheeraJsonWriter *writer,
           DheeraJsonValue   candidates)
{
  DheeraJsonIter iter;
  DheeraJsonValue candidate;

  dheera_json_writer_key (writer, "top_logprobs");
  dheera_json_writer_begin_array (writer);
  dheera_json_iter_init (&iter, candidates);
  while (dheera_json_iter_next (&iter, NULL, &candidate))
    {
      dheera_json_writer_begin_object (writer);
      write_token (writer, candidate);
      dheera_json_writer_end_object (writer);
    }
  dheera_json_writer_end_array (writer);
}

static char *
convert (DheeraJsonValue logprobs)
{
  DheeraJsonWriter writer = DHEERA_JSON_WRITER_INIT;
  DheeraJsonIter chosen;
  DheeraJsonIter tops;
  DheeraJsonValue candidate;
  DheeraJsonValue top;

  dheera_json_writer_init (&writer, 512);
  dheera_json_writer_begin_object (&writer);
  dheera_json_writer_key (&writer, "content");
  dheera_json_writer_begin_array (&writer);
  dheera_json_iter_init (&chosen, dheera_json_member (logprobs, "chosenCandidates"));
  dheera_json_iter_init (&tops, dheera_json_member (logprobs, "topCandidates"));
  while (dheera_json_iter_next (&chosen, NULL, &candidate))
    {
      static const DheeraJsonValue none;

      if (!dheera_json_iter_next (&tops, NULL, &top))
        top = none;
      dheera_json_writer_begin_object (&writer);
      write_token (&writer, candidate);
      write_top (&writer, dheera_json_member (top, "candidates"));
      dheera_json_writer_end_object (&writer);
    }
  dheera_json_writer_end_array (&writer);
  dheera_json_writer_end_object (&writer);

  return dheera_json_writer_steal (&writer);
}

void
dheera_gemini_read_logprobs (DheeraDecoder   *decoder,
                             gint64           choice,
                             DheeraJsonValue  logprobs)
{
  g_autofree char *text = NULL;
  DheeraJson json = DHEERA_JSON_INIT;

  if (dheera_json_size (dheera_json_member (logprobs, "chosenCandidates")) == 0)
    return;

  text = convert (logprobs);
  if (dheera_json_parse (&json, text, strlen (text)))
    dheera_accumulator_add_logprobs (decoder->accumulator, choice, dheera_json_root (&json));
  dheera_json_clear (&json);
}
