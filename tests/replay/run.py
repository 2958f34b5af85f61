#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Plays the recordings back over real sockets through the public API, and judges what the application gets.

    run.py PROGRAM [NAME...]

PROGRAM (replay.c) makes the calls; what is right comes from ../recordings/read_recording.py, which reads the recorded bytes on its own. Each recording is one case. It
is called in every way that fits: whole answers by complete() and stream(), streams by next(), collect() and the delta signal, all of it blocking and
asynchronously, streams also one byte per read, and cut at several bytes in three ways. What the server was asked is compared with what was recorded
(recorded_requests.py, which also says what an API needs to be played back).

Exceptions, each with its reason, are in exceptions.json; they are printed, and one that is no longer needed is a failure.
"""

import base64
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import urllib.parse
import zlib

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / 'recordings')]

import read_recording  # noqa: E402  pylint: disable=wrong-import-position
import recorded_requests  # noqa: E402  pylint: disable=wrong-import-position
from read_common import error_words  # noqa: E402  pylint: disable=wrong-import-position
from tap import Tap  # noqa: E402  pylint: disable=wrong-import-position

N_CUTS = 5
# Framing, which the server does itself, and what would send the client elsewhere
NOT_SENT = {'content-length', 'transfer-encoding', 'connection', 'keep-alive', 'content-encoding', 'location'}
# A byte per read is slow; recordings that are longer keep to pieces.
MAX_DRIP = 20000
# By framing: what a server calls its answer when the recording does not say, and the recording's kind
CONTENT_TYPES = {'sse': 'text/event-stream', 'ndjson': 'application/x-ndjson', 'aws': 'application/vnd.amazon.eventstream'}
KINDS = {'sse': 'sse', 'ndjson': 'ndjson', 'aws': 'aws_eventstream', 'whole': 'json'}
REASONS = {'tool-calls': 'tool_calls', 'content-filter': 'content_filter'}


def cuts(name, recording, full):
    """(bytes, way) for each cut: some anywhere, and the byte before which the answer is not complete."""
    rand = random.Random(zlib.crc32(name.encode()))
    length = len(read_recording.body(recording))
    places = [rand.randrange(length + 1) for _ in range(N_CUTS)]
    if full['error'] is None:
        places += [full['end'] - 1, full['end']]
    ways = ['close', 'clean', 'reset']
    return [(place, ways[(i + length) % len(ways)]) for i, place in enumerate(places)]


def runs(name, recording, full):
    if recorded_requests.task(recording) == 'models':
        return [{'mode': 'list'}, {'mode': 'list-async'}]
    if recorded_requests.plain(recording, full):
        return [{'mode': 'call'}, {'mode': 'call-async'}]
    if recorded_requests.task(recording) == 'count':
        return [{'mode': 'count'}, {'mode': 'count-async'}]
    if read_recording.framing(recording) == 'whole':
        return [{'mode': mode} for mode in ('complete', 'complete-async', 'collect', 'next-async')]
    made = [{'mode': mode} for mode in ('next', 'next-async', 'collect', 'collect-async', 'signal-async')]
    if len(read_recording.body(recording)) <= MAX_DRIP:
        made += [{'mode': 'signal', 'piece': 1}, {'mode': 'next-async', 'piece': 1}]
    for i, (place, way) in enumerate(cuts(name, recording, full)):
        made.append({'mode': ('collect', 'next-async', 'next', 'collect-async')[i % 4], 'end': way, 'cut': place})
    return made


def job(name, recording, full):
    response = recording['response']
    headers = ''.join(f'{key}: {value}\r\n' for key, value in response['headers'].items()
                      if key not in NOT_SENT and '\n' not in str(value) and not key.startswith(':'))
    framing = read_recording.framing(recording)
    if framing in CONTENT_TYPES and 'content-type' not in response['headers']:
        headers += f'content-type: {CONTENT_TYPES[framing]}\r\n'
    provider = read_recording.provider(recording)
    made = {
        'id': name, 'task': recorded_requests.task(recording), 'provider': provider, 'compatible': provider == 'compatible',
        'prefix': recorded_requests.target(recording)[0], 'request': recorded_requests.express(recording)[0] or recorded_requests.plain(recording, full), 'status': response['status'],
        'headers': headers, 'chunked': framing != 'whole',
        'body': base64.b64encode(read_recording.body(recording)).decode(), 'seed': zlib.crc32(name.encode()) & 0xffff,
        'runs': runs(name, recording, full), **recorded_requests.settings(recording),
    }
    for number, run in enumerate(made['runs']):
        run['run'] = number
    return made


# --- Comparing ----------------------------------------------------------------------------------------------------------------------

def differences(where, got, want):
    if got != want:
        yield f'{where}: got {json.dumps(got, ensure_ascii=False)[:300]}, expected {json.dumps(want, ensure_ascii=False)[:300]}'


def compare_choice(where, choice, want):
    for key in ('text', 'reasoning', 'refusal'):
        yield from differences(f'{where} {key}', choice[key], want[key])
    yield from differences(f'{where} finish reason', REASONS.get(choice['finish_reason'], choice['finish_reason']), want['finish_reason'])
    calls = [{'name': call['name'], 'arguments': call['arguments'] or '{}'} for call in choice['tool_calls']]
    yield from differences(f'{where} tool calls', calls,
                           [{'name': call['name'], 'arguments': call['arguments']} for call in want['tool_calls']])
    for call, other in zip(choice['tool_calls'], want['tool_calls']):
        if other['id'] is not None:
            yield from differences(f'{where} id of a tool call', call['id'], other['id'])


def compare_choices(where, got, want):
    got = sorted(got, key=lambda choice: choice['index'])
    if len(got) != len(want):
        yield f'{where}: {len(got)} choices, expected {len(want)}'
    for number, (choice, other) in enumerate(zip(got, want)):
        yield from compare_choice(f'{where} choice {number}', choice, other)


def compare_usage(where, got, want):
    yield from differences(f'{where} usage', got and {key.removesuffix('_tokens'): value for key, value in got.items()}, want)


def usage_in_openai(usage):
    """OpenAI's usage always has three members, so what was not told is 0 there, and the total the sum."""
    if usage is None:
        return None
    prompt, completion = max(usage['prompt'], 0), max(usage['completion'], 0)
    return {**usage, 'prompt': prompt, 'completion': completion, 'total': usage['total'] if usage['total'] >= 0 else prompt + completion}


def compare_json(response, full):
    """to_json(), read as if a provider had sent it"""
    again = read_recording.expected({'provider': 'openai', 'api': 'chat_completions', 'kind': 'json',
                                     'response': {'status': 200, 'body': response['json']}})
    if again['error']:
        yield f'to_json() is not a chat completion: {again["error"]}'
        return
    for key in ('text', 'reasoning', 'refusal', 'finish_reason', 'tool_calls'):
        got = [choice[key] for choice in again['choices']]
        want = [choice[key] for choice in full['choices']]
        if key == 'tool_calls':
            got, want = ([[(call['name'], call['arguments']) for call in calls] for calls in side] for side in (got, want))
        yield from differences(f'to_json() {key}', got, want)
    yield from differences('to_json() usage', again['usage'], usage_in_openai(full['usage']))


def compare_response(result, recording, full):
    response = result['response']
    yield from compare_choices('response', response['choices'], full['choices'])
    if full['choices']:
        yield from compare_choice('response itself', response, full['choices'][0])
    yield from compare_usage('response', response['usage'], full['usage'])
    for key in ('id', 'model'):
        if isinstance(full[key], str):
            yield from differences(f'response {key}', response[key], full[key])
    yield from compare_json(response, full)
    if 'deltas' in result:
        got = [choice for choice in result['deltas']['choices']
               if any(choice[key] for key in ('text', 'reasoning', 'refusal', 'tool_calls')) or choice['finish_reason'] != 'none']
        yield from compare_choices('deltas', got, full['choices'])
        yield from compare_usage('deltas', result['deltas']['usage'], full['usage'])


def compare_error(error, recording, code):
    yield from differences('DHEERA_ERROR', error['own_domain'], 1)
    yield from differences('error code', error.get('code'), code)
    status = recording['response']['status']
    yield from differences('error status', error.get('status'), status if status >= 300 else 200)
    yield from differences('details that bindings get', error.get('last_is_the_same'), 1)
    if not error['message'].endswith('.'):
        yield f'not a full sentence: {error["message"]}'
    if 'replay-key' in error['message']:
        yield 'the error names the key'
    try:
        words = error_words(json.loads(read_recording.body(recording)))[1]
    except ValueError:
        return
    words = [str(word) for word in words if word is not None]
    if error.get('provider_code') and error['provider_code'] not in words:
        yield f'provider code {error["provider_code"]} is none of {words}'
    if words and status >= 400 and not error.get('provider_code') and not error.get('provider_type'):
        yield f'no provider code or type, sent were {words}'


def expect_of(recording, length):
    """What the first bytes of a stream mean"""
    data = read_recording.body(recording)[:length]
    return read_recording.expected({**recording, 'kind': KINDS[read_recording.framing(recording)],
                                    'response': {'status': 200, 'body_b64': base64.b64encode(data).decode()}})


def may_be_complete(recording, full, cut, part):
    """Is there a finish reason, and nothing behind it? Some finish one choice and go on with another, or with an error: nobody can know that at this byte."""
    if full['error']:
        return bool(re.search(rb'"finish_reason": ?"', read_recording.body(recording)[:cut]))
    return cut >= full['end'] and part['choices'] == expect_of(recording, full['end'])['choices']


def are_choices_missing(recording, cut, part):
    """Fewer came than were asked for: only the stream's own end says that there are no more."""
    body = recorded_requests.express(recording)[0] if recording['api'] == 'chat_completions' else None
    wanted = json.loads(body).get('n') or 1 if body is not None else 1
    return len(part['choices']) < wanted and b'data: [DONE]' not in read_recording.body(recording)[:cut]


def judge_cut(run, result, recording, full):
    """Never a false completion; the text that came is the beginning of what would have come."""
    part = expect_of(recording, run['cut'])
    choices = {choice['index']: choice for choice in (result.get('response') or {'choices': []})['choices']}
    error = result.get('error')
    missing = are_choices_missing(recording, run['cut'], part)
    whole = run['cut'] >= full['end'] and part['choices'] == full['choices'] and not missing
    if error is None:
        if missing or not whole and not may_be_complete(recording, full, run['cut'], part):
            yield f'complete, though the answer needs {full["end"]} bytes'
    else:
        if whole and run['end'] != 'reset':
            yield f'an error, though {full["end"]} bytes are the whole answer: {error["message"]}'
        if error.get('code') not in ('stream-interrupted', full['error']):
            yield f'the error is {error.get("code")}: {error["message"]}'
    for number, want in enumerate(part['choices']):
        got = choices.get(number, {'text': '', 'reasoning': ''})
        for key in ('text', 'reasoning'):
            if not want[key].startswith(got[key]) or run['end'] != 'reset' and got[key] != want[key]:
                yield from differences(f'partial {key}', got[key], want[key])


def judge(run, result, recording, full):
    error = result.get('error')
    if result['n_requests'] != 1:
        yield f'{result["n_requests"]} requests arrived'
    if 'cut' in run:
        yield from judge_cut(run, result, recording, full)
    elif full['error']:
        if error is None:
            yield f'no error, expected {full["error"]}'
        else:
            yield from compare_error(error, recording, full['error'])
    elif error:
        yield f'{error.get("code")}: {error["message"]}'
    elif 'answer' in full:
        yield from compare_answer(result, full['answer'])
    elif recorded_requests.task(recording) == 'count':
        yield from compare_usage('count', result['usage'], full['usage'])
    elif recorded_requests.task(recording) == 'models':
        yield from differences('models', [model['id'] for model in result['models']], full['models'])
    else:
        yield from compare_response(result, recording, full)


def compare_answer(result, full):
    got = json.loads(result['json'])
    # The library knows which model was asked, and the answer need not say it.
    if not full.get('model', True):
        got['model'] = ''
    yield from differences('to_json()', got, full)


def run_that_asks(made, recording):
    """The run whose request is compared: one that streams exactly if the recorded one did"""
    stream = recorded_requests.streams(recording)
    return next((run for run in made if run['mode'].startswith(('collect', 'next', 'signal')) == stream), made[0])


def judge_request(result, recording):
    """(problems, notes) about what the server was asked"""
    asked = result.get('asked')
    if asked is None:
        return ['no request arrived'], []
    problems, notes = [], []
    path = recorded_requests.target(recording)[1]
    if path is not None:
        asked_path = asked['target'] if '?' in path else asked['target'].partition('?')[0]
        problems += differences('path', *(urllib.parse.unquote(one) for one in (asked_path, path)))
    _, reason = recorded_requests.express(recording)
    if reason is not None:
        notes.append(reason)
    elif 'request_error' in result:
        notes.append(f'its request can\'t be expressed: {result["request_error"]}')
    elif recording['request'] is not None:
        warnings = (result.get('response') or result).get('warnings', [])
        more, others = recorded_requests.compare(recording, asked, warnings)
        problems += more
        notes += others
    return problems, notes


# --- All of it ----------------------------------------------------------------------------------------------------------------------

def play(program, jobs):
    lines = ''.join(json.dumps(one) + '\n' for one in jobs)
    done = subprocess.run([program], input=lines.encode(), stdout=subprocess.PIPE, check=False)
    results, last = {}, {}
    for line in done.stdout.splitlines():
        try:
            last = json.loads(line)
        except ValueError:
            break  # the program died while it wrote
        if 'id' in last:
            results[last['id'], last['run']] = last
    return done.returncode, results, last


def judge_recording(one, results, recording, full):
    problems, notes = [], []
    asking = run_that_asks(one['runs'], recording)
    for run in one['runs']:
        result = results.get((one['id'], run['run']))
        label = ' '.join(str(run[key]) for key in ('mode', 'piece', 'end', 'cut') if key in run)
        if result is None:
            problems.append(f'{label}: nothing came out')
            continue
        problems += [f'{label}: {problem}' for problem in judge(run, result, recording, full)]
        if run == asking:
            more, notes = judge_request(result, recording)
            problems += [f'request: {problem}' for problem in more]
    return problems, notes


def is_excepted(exception, problem):
    if exception is None or not re.search(exception['problem'], problem):
        return False
    exception['n'] = exception.get('n', 0) + 1
    return True


def drop_exception(exception):
    if 'n' not in exception:
        return [f'it needs no exception any more: {exception["reason"]}']
    print(f'# exception, {exception["n"]} times: {exception["reason"]}')
    return []


def main():
    tap = Tap()
    root = pathlib.Path(os.environ.get('DHEERA_SHARED') or '/nowhere') / 'recordings'
    if not root.is_dir():
        print('1..0 # SKIP DHEERA_SHARED names no folder with recordings')
        return
    exceptions = json.loads((HERE / 'exceptions.json').read_text(encoding='utf-8'))
    wanted = sys.argv[2:]
    recordings = [(name, recording) for name, recording in read_recording.recordings(root)
                  if (not wanted or name in wanted) and recorded_requests.module(recording)]
    fulls = {name: read_recording.expected(recording) for name, recording in recordings}
    jobs = [job(name, recording, fulls[name]) for name, recording in recordings]
    status, results, last = play(sys.argv[1], jobs)

    all_notes, n_runs = {}, sum(len(one['runs']) for one in jobs)
    for one, (name, recording) in zip(jobs, recordings):
        problems, notes = judge_recording(one, results, recording, fulls[name])
        problems = [problem for problem in problems if not is_excepted(exceptions.get(name), problem)]
        if name in exceptions:
            problems += drop_exception(exceptions[name])
        tap.check(name, problems)
        for note in notes:
            all_notes.setdefault(note, []).append(name)

    for note, names in sorted(all_notes.items()):
        print(f'# {len(names)}: {note} ({", ".join(names[:3])}{", …" if len(names) > 3 else ""})')
    print(f'# {len(recordings)} recordings, {n_runs} calls, {last.get("connections")} connections')
    tap.check('the program came to its end, and nothing holds the clients', [] if status == 0 else [f'its exit status is {status}'])
    tap.done()


if __name__ == '__main__':
    main()
