# SPDX-License-Identifier: LGPL-2.1-or-later
"""The Test Anything Protocol for the suite's Python programs, in the few lines that they need."""

import sys
import traceback


class Skip(Exception):
    """Raised by a case that can't be judged here; its text is the reason, and is printed."""


class Tap:
    def __init__(self):
        self.count = 0
        self.failed = 0

    def _line(self, good, name, comment=''):
        self.count += 1
        self.failed += not good
        print(f"{'ok' if good else 'not ok'} {self.count} {name}{comment}", flush=True)

    def check(self, name, problems):
        """One case that passes when there are no problems; each of them is printed otherwise."""
        for problem in problems:
            print(f'# {problem}')
        self._line(not problems, name)

    def run(self, name, case, *args):
        """One case that passes when the function returns, and is skipped when it raises Skip."""
        try:
            case(*args)
        except Skip as reason:
            self._line(True, name, f' # SKIP {reason}')
        except Exception:  # pylint: disable=broad-except
            for line in traceback.format_exc().splitlines():
                print(f'# {line}')
            self._line(False, name)
        else:
            self._line(True, name)

    def done(self):
        print(f'1..{self.count}', flush=True)
        sys.exit(1 if self.failed else 0)


def run_cases(cases):
    """Runs functions called test_this_and_that as cases called "this and that"."""
    tap = Tap()
    for case in cases:
        tap.run(case.__name__.removeprefix('test_').replace('_', ' '), case)
    tap.done()
