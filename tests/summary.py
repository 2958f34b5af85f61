#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Counts the cases of several Meson test runs and prints the one line that says how the suite did.

Usage: summary.py [--step NAME=passed|failed|skipped[:REASON]]… NAME=TESTLOG.json…

A program that speaks TAP counts as many as it has cases, any other one counts as one. Skipped cases are listed with their reasons,
failed ones with what they said; the exit code is 1 when anything failed, or nothing ran.
"""

import argparse
import json
import pathlib
import re
import sys

CASE = re.compile(r'^(not )?ok\b *(\d*) *(?:- )?([^#]*?)(?: +# *(SKIP|TODO)\b *(.*))?$', re.IGNORECASE)
SHOWN_LINES = 40


class Total:
    def __init__(self):
        self.passed = 0
        self.failed = []
        self.skipped = []

    def add_case(self, program, match):
        bad, number, name, directive, reason = match.groups()
        label = f'{program}: {name.strip() or number}'
        if directive and directive.upper() == 'SKIP':
            self.skipped.append((label, reason.strip()))
        elif bad and not (directive and directive.upper() == 'TODO'):
            self.failed.append((label, ''))
        else:
            self.passed += 1


def last_line(text):
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else ''


def skip_reason(test):
    """What a program that is skipped as a whole said about it: the plan "1..0 # SKIP reason", or its last words."""
    match = re.search(r'^1\.\.0 *# *SKIP *(.*)$', test.get('stdout', ''), re.MULTILINE | re.IGNORECASE)
    return match.group(1) if match else last_line(test.get('stderr', '')) or last_line(test.get('stdout', ''))


def add_test(total, build, test):
    program = f"{build}: {test['name'].split(' / ')[-1]}"
    result = test['result']
    stdout = test.get('stdout') or ''
    cases = [match for match in map(CASE.match, stdout.splitlines()) if match]
    if not cases:
        if result == 'SKIP':
            total.skipped.append((program, skip_reason(test)))
        elif result in ('OK', 'EXPECTEDFAIL'):
            total.passed += 1
        else:
            total.failed.append((f'{program} ({result.lower()})', tail(test)))
        return

    failures = len(total.failed)
    for match in cases:
        total.add_case(program, match)
    # A program that crashes, or that a sanitizer ends, has said "ok" so far.
    if result not in ('OK', 'EXPECTEDFAIL', 'SKIP') and len(total.failed) == failures:
        total.failed.append((f"{program} ({result.lower()}, exit status {test.get('returncode')})", tail(test)))
    elif len(total.failed) > failures:
        total.failed[-1] = (total.failed[-1][0], tail(test))


def tail(test):
    lines = (test.get('stdout') or '').splitlines()[-SHOWN_LINES:] + (test.get('stderr') or '').splitlines()[-SHOWN_LINES:]
    return '\n'.join('    ' + line for line in lines)


def add_log(total, build, path):
    if not pathlib.Path(path).exists():
        total.failed.append((f'{build}: no test ran', ''))
        return
    # Meson writes one object a line.
    with open(path, encoding='utf-8', errors='replace') as log:
        tests = [json.loads(line) for line in log if line.strip()]
    if not tests:
        total.failed.append((f'{build}: no test ran', ''))
    for test in tests:
        add_test(total, build, test)


def add_step(total, step):
    name, _, outcome = step.partition('=')
    outcome, _, reason = outcome.partition(':')
    if outcome == 'passed':
        total.passed += 1
    elif outcome == 'skipped':
        total.skipped.append((name, reason))
    else:
        total.failed.append((name, f'    {reason}' if reason else ''))


def report(total):
    for label, reason in total.skipped:
        print(f"skipped: {label}: {reason or 'no reason given'}")
    for label, text in total.failed:
        print(f'FAILED: {label}')
        if text:
            print(text)
    print(f'{total.passed} passed, {len(total.failed)} failed, {len(total.skipped)} skipped')


def main():
    parser = argparse.ArgumentParser(description='Counts the cases of Meson test runs.')
    parser.add_argument('--step', action='append', default=[], metavar='NAME=OUTCOME')
    parser.add_argument('logs', nargs='*', metavar='NAME=TESTLOG')
    arguments = parser.parse_args()

    total = Total()
    for step in arguments.step:
        add_step(total, step)
    for log in arguments.logs:
        build, _, path = log.partition('=')
        add_log(total, build, path)
    if total.passed == 0 and not total.failed:
        total.failed.append(('nothing ran', ''))
    # A skip without a reason is nothing that anybody could judge.
    silent = [label for label, reason in total.skipped if not reason]
    total.failed += [(f'{label} was skipped without a reason', '') for label in silent]
    total.skipped = [(label, reason) for label, reason in total.skipped if reason]
    report(total)
    sys.exit(1 if total.failed else 0)


if __name__ == '__main__':
    main()
