#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The command's outside: help, version, wrong usage."""

from toolkit import cases, expect, run, run_cases

COMMANDS = ('chat', 'complete', 'models', 'doctor')


def test_help_lists_the_commands():
    result = expect(run('--help'), 0)
    for name in COMMANDS:
        assert f'\n  {name} ' in result.stdout, result.stdout
    assert 'Exit codes: 0 success, 1 failure, 2 wrong usage, 130 interrupted' in result.stdout
    assert result.stderr == ''


def test_each_command_has_help():
    for name in COMMANDS:
        result = expect(run(name, '--help'), 0)
        assert f'dheera-ai {name}' in result.stdout, result.stdout
        assert '--help' in result.stdout, result.stdout


def test_version():
    assert expect(run('--version'), 0).stdout.startswith('dheera-ai 0.')


def test_no_command_is_wrong_usage():
    result = expect(run(), 2)
    assert result.stdout == '' and 'Usage:' in result.stderr


def test_unknown_command_is_wrong_usage():
    result = expect(run('compleet'), 2)
    assert 'There is no command “compleet”.' in result.stderr and '--help' in result.stderr, result.stderr


def test_unknown_options_are_wrong_usage():
    for name in COMMANDS:
        result = expect(run(name, '--no-such-option'), 2)
        assert '--no-such-option' in result.stderr and f'dheera-ai {name} --help' in result.stderr, result.stderr


def test_unexpected_arguments_are_wrong_usage():
    for name in ('chat', 'models', 'doctor'):
        assert 'surplus' in expect(run(name, 'surplus'), 2).stderr


if __name__ == '__main__':
    run_cases(cases(globals()))
