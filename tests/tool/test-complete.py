#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""dheera-ai complete, against the offline model and a server on the loopback."""

import base64
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time

from toolkit import TOOL, Skip, Terminal, cases, environment, expect, expect_sentence, mock, run, run_cases, server

ECHO = ('complete', '--model=mock/echo')
PIXEL = base64.b64decode('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==')


def test_prompt_as_argument():
    result = expect(run(*ECHO, 'Hello, model'), 0)
    assert result.stdout == 'Hello, model\n', result.stdout
    assert result.stderr == '', result.stderr


def test_prompt_from_standard_input():
    assert expect(run(*ECHO, stdin='from a pipe\n'), 0).stdout == 'from a pipe\n'
    assert expect(run(*ECHO, '-', stdin='Zwei\nZeilen ü\n\n'), 0).stdout == 'Zwei\nZeilen ü\n'


def test_prompt_in_the_c_locale():
    assert expect(run(*ECHO, 'grüße 日本', env=environment(LC_ALL='C', LANG='C')), 0).stdout == 'grüße 日本\n'


def test_stream_and_whole_are_alike():
    prompt = 'one two three four five'
    whole = expect(run(*ECHO, '--no-stream', prompt), 0)
    streamed = expect(run(*ECHO, '--stream', prompt), 0)
    assert whole.stdout == streamed.stdout == prompt + '\n'


def test_stream_comes_in_pieces():
    with subprocess.Popen([TOOL, *ECHO, '--stream', mock(pace_ms=150), 'a b c d e f'], stdout=subprocess.PIPE, env=environment()) as process:
        first = os.read(process.stdout.fileno(), 65536)
        rest = process.stdout.read()
    assert process.returncode == 0
    assert first and len(first) < 8 and first + rest == b'a b c d e f\n', (first, rest)


def test_streams_on_a_terminal_by_itself():
    terminal = Terminal(*ECHO, mock(pace_ms=300), 'alpha beta gamma')
    terminal.wait_for('alpha')
    assert 'gamma' not in terminal.output, terminal.output
    terminal.wait_for('gamma')
    assert terminal.wait() == 0


def test_reasoning_is_dimmed_on_a_terminal():
    terminal = Terminal(*ECHO, mock(reasoning='hmm', text='yes'), 'x')
    assert terminal.wait() == 0
    assert '\x1b[2mhmm\r\n\x1b[0myes' in terminal.output, terminal.output


def test_reasoning_is_left_out_elsewhere():
    assert expect(run(*ECHO, mock(reasoning='hmm', text='yes'), 'x'), 0).stdout == 'yes\n'
    assert expect(run(*ECHO, '--stream', mock(reasoning='hmm', text='yes'), 'x'), 0).stdout == 'yes\n'
    terminal = Terminal(*ECHO, mock(reasoning='hmm', text='yes'), 'x', env=environment(NO_COLOR='1'))
    assert terminal.wait() == 0
    assert 'hmm' not in terminal.output and '\x1b' not in terminal.output, terminal.output


def test_models_can_not_steer_the_terminal():
    terminal = Terminal(*ECHO, mock(text='a\x1b]0;title\x07b\x9bc\rd\te'), 'x')
    assert terminal.wait() == 0
    assert 'a]0;titlebcd\te' in terminal.output, terminal.output
    # A file gets what the model said.
    assert expect(run(*ECHO, mock(text='a\x1b[1mb'), 'x'), 0).stdout == 'a\x1b[1mb\n'


def test_json_is_the_whole_response():
    response = json.loads(expect(run(*ECHO, '--json', 'Hi there'), 0).stdout)
    assert response['object'] == 'chat.completion', response
    assert response['choices'][0]['message']['content'] == 'Hi there', response
    assert response['usage']['total_tokens'] > 0, response


def test_json_of_a_stream_is_a_line_per_chunk():
    lines = expect(run(*ECHO, '--json', '--stream', 'one two three'), 0).stdout.splitlines()
    chunks = [json.loads(line) for line in lines]
    assert len(chunks) >= 3 and all(chunk['object'] == 'chat.completion.chunk' for chunk in chunks), lines
    assert ''.join(choice['delta'].get('content') or '' for chunk in chunks for choice in chunk['choices']) == 'one two three', lines


def write(folder, name, data):
    path = pathlib.Path(folder) / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return str(path)


SCHEMA = {'type': 'object', 'properties': {'name': {'type': 'string'}, 'year': {'type': 'integer'}},
          'required': ['name', 'year'], 'additionalProperties': False}


def test_schema_gives_json():
    with tempfile.TemporaryDirectory() as folder:
        path = write(folder, 'person.json', json.dumps(SCHEMA))
        person = json.loads(expect(run(*ECHO, '--schema', path, 'Ada'), 0).stdout)
    assert isinstance(person['name'], str) and isinstance(person['year'], int), person


def test_schema_that_is_cut_off_is_a_failure():
    with tempfile.TemporaryDirectory() as folder:
        path = write(folder, 'person.json', json.dumps(SCHEMA))
        result = expect(run(*ECHO, '--schema', path, mock(text='{"name":', finish_reason='length'), 'Ada'), 1)
    assert 'limit of tokens' in result.stderr, result.stderr


def test_bad_schemas_are_failures():
    with tempfile.TemporaryDirectory() as folder:
        expect_sentence(expect(run(*ECHO, '--schema', write(folder, 'bad.json', '{"type":'), 'Ada'), 1).stderr)
        expect_sentence(expect(run(*ECHO, '--schema', folder + '/none.json', 'Ada'), 1).stderr)


def test_options_reach_the_request():
    with tempfile.TemporaryDirectory() as folder, server() as fake:
        image = write(folder, 'pixel.png', PIXEL)
        env = environment(OPENAI_BASE_URL=fake.url, OPENAI_API_KEY='k')
        result = expect(run('complete', '-m', 'openai/fake', '-s', 'Be brief.', '-t', '0.5', '--max-tokens=9', '--image', image,
                            '--extra={"user":"me"}', 'What is it?', env=env), 0)
        _, headers, body = fake.requests[0]
    assert result.stdout == 'I am the fake server.\n', result.stdout
    assert headers['Authorization'] == 'Bearer k', headers
    assert body['model'] == 'fake' and body['temperature'] == 0.5 and body['user'] == 'me', body
    assert 9 in (body.get('max_tokens'), body.get('max_completion_tokens')), body
    assert body['messages'][0] == {'role': 'system', 'content': 'Be brief.'}, body
    parts = body['messages'][1]['content']
    assert [part['type'] for part in parts] == ['text', 'image_url'] and parts[0]['text'] == 'What is it?', parts
    assert parts[1]['image_url']['url'] == 'data:image/png;base64,' + base64.b64encode(PIXEL).decode(), parts


def test_images_that_are_none_are_failures():
    with tempfile.TemporaryDirectory() as folder:
        result = expect(run(*ECHO, '--image', write(folder, 'words.txt', 'words'), 'x'), 1)
        assert 'words.txt' in result.stderr, result.stderr
        expect_sentence(result.stderr)


def test_verbose_says_who_answers():
    result = expect(run(*ECHO, '-v', '--stream', 'a b'), 0)
    assert result.stdout == 'a b\n'
    assert 'mock/echo answers, because it was asked for.' in result.stderr, result.stderr
    assert 'tokens read' in result.stderr and ' written' in result.stderr, result.stderr


def test_model_from_the_environment():
    result = expect(run('complete', '-v', 'x', env=environment(DHEERA_MODEL='mock/echo')), 0)
    assert result.stdout == 'x\n' and 'DHEERA_MODEL names it' in result.stderr, result.stderr


def test_model_of_the_first_key():
    with server() as fake:
        env = environment(OPENAI_BASE_URL=fake.url, OPENAI_API_KEY='k', MISTRAL_API_KEY='other')
        result = expect(run('complete', '-v', 'x', env=env), 0)
        assert fake.requests[0][2]['model'] == 'gpt-4o-mini', fake.requests
    assert 'openai/gpt-4o-mini answers, because OPENAI_API_KEY is set.' in result.stderr, result.stderr


def test_model_of_a_local_server():
    with server() as fake:
        result = expect(run('complete', '-v', 'x', env=environment(LM_STUDIO_API_BASE=fake.url)), 0)
        assert [request[0] for request in fake.requests] == ['/v1/models', '/v1/chat/completions'], fake.requests
        assert fake.requests[1][2]['model'] == 'fake-chat', fake.requests
    assert f'lmstudio/fake-chat answers, because a server answers at {fake.url}.' in result.stderr, result.stderr


def test_offline_model_when_there_is_nothing_else():
    if 'none answers' not in run('doctor').stdout:
        raise Skip('a model server runs on this machine, and it goes first')
    result = expect(run('complete', '--max-tokens=5', 'x'), 0)
    assert 'the offline model mock/story answers' in result.stderr, result.stderr
    assert result.stdout.strip(), result.stdout


def test_cut_answers_are_told():
    result = expect(run(*ECHO, '--max-tokens=2', 'one two three'), 0)
    assert result.stdout == 'one two\n' and 'limit of tokens' in result.stderr, (result.stdout, result.stderr)


def test_calls_of_tools_are_told():
    result = expect(run(*ECHO, mock(tool_call={'name': 'look', 'arguments': {'where': 'here'}}), 'x'), 0)
    assert 'wants the tool look to be called with {"where":"here"}' in result.stderr, result.stderr


def test_failures_are_sentences():
    for options in ({'status': 401}, {'status': 404}, {'status': 400, 'error': 'too odd'}, {'cut_after': 2}, {'error_after': 1}):
        for stream in ('--stream', '--no-stream'):
            result = expect(run(*ECHO, stream, mock(**options), 'a b c d'), 1)
            expect_sentence(result.stderr)
            assert 'mock' in result.stderr.lower(), result.stderr


def test_text_before_a_failure_is_printed():
    assert expect(run(*ECHO, '--stream', mock(cut_after=2), 'one two three four'), 1).stdout == 'one two\n'


def test_servers_can_not_steer_the_terminal_with_errors():
    result = expect(run(*ECHO, mock(status=400, error='a\x1b]0;title\x07b'), 'x'), 1)
    assert '\x1b' not in result.stderr and '\x07' not in result.stderr, result.stderr


def test_unknown_models_are_failures():
    result = expect(run('complete', '-m', 'nobodys-model', 'x'), 1)
    assert 'nobodys-model' in result.stderr, result.stderr
    expect_sentence(result.stderr)
    expect_sentence(expect(run('complete', '-m', 'nobody/model', 'x'), 1).stderr)


def test_timeout():
    start = time.monotonic()
    result = expect(run(*ECHO, '--timeout=0.3', mock(stall_after=1), '--stream', 'one two'), 1)
    assert time.monotonic() - start < 20
    expect_sentence(result.stderr)


def test_out_of_range_is_a_failure():
    expect_sentence(expect(run(*ECHO, '--temperature=7', 'x'), 1).stderr)
    expect_sentence(expect(run(*ECHO, '--extra={"a":', 'x'), 1).stderr)


def test_wrong_usage():
    assert 'no prompt' not in expect(run(*ECHO, '--stream', '--no-stream', 'x'), 2).stderr
    assert 'quotes' in expect(run(*ECHO, 'two', 'prompts'), 2).stderr
    assert 'empty' in expect(run(*ECHO, stdin=''), 2).stderr
    assert 'empty' in expect(run(*ECHO, ''), 2).stderr
    expect(run(*ECHO, '--max-tokens=many', 'x'), 2)


def test_no_prompt_on_a_terminal_is_wrong_usage():
    terminal = Terminal(*ECHO)
    assert terminal.wait() == 2
    assert 'There is no prompt.' in terminal.output, terminal.output


def test_what_is_not_utf8_is_refused():
    assert 'not UTF-8' in expect(run(*ECHO, stdin=b'\xff\xfe'), 1).stderr
    assert 'not UTF-8' in expect(run(*ECHO, b'--system=\xff', 'x'), 1).stderr


def test_ctrl_c_ends_it_with_130():
    for stream in ('--stream', '--no-stream'):
        with subprocess.Popen([TOOL, *ECHO, stream, mock(stall_after=1), 'one two'], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=environment()) as process:
            if stream == '--stream':
                assert os.read(process.stdout.fileno(), 100) == b'one'
            else:
                time.sleep(1)
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 130, process.returncode
            assert process.stderr.read() == b''


def test_nobody_reads_any_more():
    with subprocess.Popen([TOOL, 'complete', '-m', 'mock/lorem', '--stream', mock(pace_ms=20), '--max-tokens=50000', 'x'],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()) as process:
        os.read(process.stdout.fileno(), 10)
        process.stdout.close()
        assert process.wait(30) != 0
        assert process.stderr.read() == b''


if __name__ == '__main__':
    run_cases(cases(globals()))
