#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""dheera-ai chat, typed into in a terminal of its own."""

from toolkit import Terminal, cases, environment, expect, expect_sentence, mock, run, run_cases, server, wait_until

ECHO = ('chat', '--model=mock/echo')


def start(*arguments, env=None):
    terminal = Terminal(*(arguments or ECHO), env=env)
    terminal.wait_for('> ')
    return terminal


def leave(terminal, code=0):
    terminal.end_of_input()
    assert terminal.wait() == code, terminal.output


def test_talking():
    terminal = start()
    assert 'mock/echo answers, because it was asked for.' in terminal.output, terminal.output
    terminal.type('Good morning\n')
    terminal.wait_for('Good morning\r\n')
    terminal.wait_for('> ')
    terminal.type('And good night\n')
    terminal.wait_for('And good night\r\n')
    terminal.wait_for('> ')
    leave(terminal)


def test_the_conversation_is_kept():
    with server() as fake:
        terminal = start('chat', '--model=lmstudio/fake', '--system=Be brief.', env=environment(LM_STUDIO_API_BASE=fake.url))
        for text in ('first', 'second'):
            terminal.type(text + '\n')
            terminal.wait_for('I am the fake server.')
            terminal.wait_for('> ')
        terminal.type('/reset\n')
        terminal.wait_for('A new conversation begins.')
        terminal.wait_for('> ')
        terminal.type('third\n')
        terminal.wait_for('I am the fake server.')
        terminal.wait_for('> ')
        leave(terminal)
        heard = [said(request) for request in fake.requests]
    system, reply = ('system', 'Be brief.'), ('assistant', 'I am the fake server.')
    assert heard == [[system, ('user', 'first')],
                     [system, ('user', 'first'), reply, ('user', 'second')],
                     [system, ('user', 'third')]], heard


def test_answers_come_word_by_word():
    terminal = start(*ECHO, mock(pace_ms=300))
    terminal.type('alpha beta gamma\n')
    terminal.wait_for('alpha')
    assert 'gamma' not in terminal.output[terminal.output.find('> '):], terminal.output
    terminal.wait_for('gamma')
    terminal.wait_for('> ')
    leave(terminal)


def test_reasoning_is_dimmed():
    terminal = start(*ECHO, mock(reasoning='let me see', text='42'))
    terminal.type('x\n')
    terminal.wait_for('\x1b[2mlet me see\r\n\x1b[0m42\r\n')
    terminal.wait_for('> ')
    leave(terminal)


def test_ctrl_c_stops_the_answer_and_not_the_program():
    terminal = start(*ECHO, mock(stall_after=2))
    terminal.type('one two three\n')
    terminal.wait_for('one two')
    terminal.interrupt()
    terminal.wait_for('Stopped.')
    terminal.wait_for('> ')
    # And again: the handler is still there.
    terminal.type('four five six\n')
    terminal.wait_for('four five')
    terminal.interrupt()
    terminal.wait_for('Stopped.')
    terminal.wait_for('> ')
    leave(terminal)


def start_with(fake):
    return start('chat', '--model=lmstudio/fake', env=environment(LM_STUDIO_API_BASE=fake.url))


def said(request):
    return [(message['role'], message['content']) for message in request[2]['messages']]


def test_a_question_without_an_answer_is_taken_back():
    with server() as fake:
        terminal = start_with(fake)
        terminal.type('stall\n')
        wait_until(lambda: fake.requests)
        terminal.interrupt()
        terminal.wait_for('Stopped.')
        terminal.wait_for('> ')
        terminal.type('Hi\n')
        terminal.wait_for('I am the fake server.')
        terminal.wait_for('> ')
        leave(terminal)
        assert said(fake.requests[1]) == [('user', 'Hi')], fake.requests


def test_what_came_of_an_answer_stays():
    with server() as fake:
        terminal = start_with(fake)
        terminal.type('stall in the middle\n')
        terminal.wait_for('Half an ans')
        terminal.interrupt()
        terminal.wait_for('Stopped.')
        terminal.wait_for('> ')
        terminal.type('Hi\n')
        terminal.wait_for('I am the fake server.')
        terminal.wait_for('> ')
        leave(terminal)
        assert said(fake.requests[1]) == [('user', 'stall in the middle'), ('assistant', 'Half an ans'), ('user', 'Hi')], fake.requests


def test_ctrl_c_twice_at_the_prompt_leaves():
    terminal = start()
    terminal.interrupt()
    terminal.wait_for('Ctrl-C again, or Ctrl-D, leaves.')
    terminal.wait_for('> ')
    terminal.type('still here\n')
    terminal.wait_for('still here\r\n')
    terminal.wait_for('> ')
    terminal.interrupt()
    terminal.wait_for('Ctrl-C again')
    terminal.wait_for('> ')
    terminal.interrupt()
    assert terminal.wait() == 130, terminal.output


def test_commands():
    terminal = start()
    terminal.type('/help\n')
    for name in ('/model', '/reset', '/help', '/quit'):
        terminal.wait_for(name)
    terminal.wait_for('> ')
    terminal.type('/model\n')
    terminal.wait_for('mock/echo answers.')
    terminal.wait_for('> ')
    terminal.type('/model mock/lorem\n')
    terminal.wait_for('mock/lorem answers.')
    terminal.wait_for('> ')
    terminal.type('x\n')
    terminal.wait_for('Lorem ipsum')
    terminal.wait_for('> ')
    terminal.type('/dance\n')
    terminal.wait_for('There is no command /dance')
    terminal.wait_for('> ')
    terminal.type('\n')
    terminal.wait_for('> ')
    terminal.type('/quit\n')
    assert terminal.wait() == 0


def test_a_failure_does_not_end_it():
    terminal = start(*ECHO, mock(status=400, error='not today'))
    terminal.type('x\n')
    terminal.wait_for('not today')
    terminal.wait_for('> ')
    terminal.type('/quit\n')
    assert terminal.wait() == 0


def test_from_a_pipe():
    result = expect(run(*ECHO, stdin='one\n\ntwo\n/quit\nthree\n'), 0)
    assert result.stdout == 'one\ntwo\n', result.stdout
    assert '> ' not in result.stderr, result.stderr
    assert expect(run(*ECHO, stdin='no newline'), 0).stdout == 'no newline\n'


def test_a_failure_ends_it_in_a_pipe():
    result = expect(run(*ECHO, mock(status=400), stdin='one\ntwo\n'), 1)
    expect_sentence(result.stderr)
    assert len(result.stderr.splitlines()) == 1, result.stderr


if __name__ == '__main__':
    run_cases(cases(globals()))
