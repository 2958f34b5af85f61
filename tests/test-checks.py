#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Shows that each of the rules can fail: breaks it in a small tree, and looks at what the check says; and counts what summary.py counts."""

import json
import pathlib
import subprocess
import sys
import tempfile

from tap import run_cases

TESTS = pathlib.Path(__file__).resolve().parent
SPDX = '/* SPDX-License-Identifier: LGPL-2.1-or-later */\n'


def run(script, *arguments):
    return subprocess.run([sys.executable, str(TESTS / script), *map(str, arguments)], capture_output=True, text=True, check=False)


def check_tree(script, files, expected):
    """Runs a check on a tree of these files: expected has to be in what it prints, and it has to fail."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        result = run(script, root)
    assert expected in result.stdout, f'{expected!r} is not in {result.stdout}'
    assert result.returncode == 1, result.returncode


def test_layers_that_look_up_are_found():
    check_tree('check-layers.py', {
        'dheera-ai/client/dheera-a-private.h': SPDX,
        'dheera-ai/providers/dheera-b.c': SPDX + '#include "dheera-ai/client/dheera-a-private.h"\n',
    }, 'providers/ may not see client/')


def test_providers_that_see_transport_are_found():
    check_tree('check-layers.py', {
        'dheera-ai/transport/dheera-a.h': SPDX,
        'dheera-ai/providers/dheera-b.c': SPDX + '# include <dheera-ai/transport/dheera-a.h>\n',
    }, 'providers/ may not see transport/')


def test_programs_that_see_private_headers_are_found():
    check_tree('check-layers.py', {
        'dheera-ai/model/dheera-a.h': SPDX,
        'dheera-ai/tool/dheera-b.c': SPDX + '#include "dheera-ai/model/dheera-a.h"\n',
    }, 'a program sees dheera-ai/dheera-ai.h only')


def test_public_headers_with_private_ones_are_found():
    check_tree('check-layers.py', {
        'dheera-ai/model/dheera-a-private.h': SPDX,
        'dheera-ai/model/dheera-a.h': SPDX + '#include "dheera-a-private.h"\n',
    }, 'dheera-a.h is public, but includes')


def test_network_calls_outside_of_transport_are_found():
    check_tree('check-layers.py', {'dheera-ai/providers/dheera-a.c': SPDX + 'void f (void) { soup_session_send_async (0); }\n'},
               'calls soup_session_send_async()')


def test_json_glib_on_network_bytes_is_found():
    check_tree('check-layers.py', {'dheera-ai/client/dheera-a.c': SPDX + 'void f (void) { json_parser_load_from_data (0); }\n'},
               'calls json_parser_load_from_data()')


def test_large_files_are_found():
    check_tree('check-style.py', {'dheera-ai/model/a.c': SPDX + 'int a;\n' * 800}, 'a.c has 801 lines')


def test_long_functions_are_found():
    body = '  a ();\n' * 98
    check_tree('check-style.py', {'dheera-ai/model/a.c': SPDX + 'int f (void);\n\nint\nf (void)\n{\n' + body + '}\n' +
                                  '\nint\ng (void)\n{\n}\n' * 25}, 'f() has 101 lines')


def test_files_without_licence_are_found():
    check_tree('check-style.py', {'dheera-ai/model/a.c': 'int a;\n'}, 'a.c has no line with')


def test_tabs_are_found():
    check_tree('check-style.py', {'dheera-ai/model/a.c': SPDX + '\tint a;\n'}, 'a.c:2 has a tab')


def test_paths_of_machines_are_found():
    check_tree('check-style.py', {'README.md': 'see ' + '/home' + '/me/x\n'}, 'README.md:1 names a path')


def test_files_at_the_wrong_place_are_found():
    check_tree('check-style.py', {'notes.md': 'x\n'}, 'notes.md does not belong')


GIR = """<repository xmlns="http://www.gtk.org/introspection/core/1.0" xmlns:c="http://www.gtk.org/introspection/c/1.0"><namespace><class>
<method name="ask_async" c:identifier="dheera_a_ask_async"><return-value/></method><method name="tell" c:identifier="dheera_a_tell"><return-value/></method>
</class></namespace></repository>"""


def test_functions_that_no_test_calls_are_found():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / 'tests/python').mkdir(parents=True)
        (root / 'tests/test-a.c').write_text('dheera_a_tell (a); CALL (ask) dheera_a_##name##_async')
        (root / 'tests/python/test-a.py').write_text('await a.ask_async()')
        (root / 'Dheera-1.gir').write_text(GIR)
        result = run('check-api-called.py', root, root / 'Dheera-1.gir')
        assert [line for line in result.stdout.splitlines() if line.startswith('#')] == [
            '# no test in gjs calls dheera_a_ask_async()', '# no test in vala calls dheera_a_ask_async()'], result.stdout
        (root / 'tests/test-a.c').write_text('')
        assert '# no test calls dheera_a_tell()' in run('check-api-called.py', root, root / 'Dheera-1.gir').stdout
    assert result.returncode == 1, result.returncode


def summary(tests, *steps):
    with tempfile.TemporaryDirectory() as folder:
        log = pathlib.Path(folder) / 'testlog.json'
        log.write_text(''.join(json.dumps(test) + '\n' for test in tests))
        return run('summary.py', *[f'--step={step}' for step in steps], f'plain={log}')


def expect(result, last, returncode):
    assert result.stdout.splitlines()[-1] == last, result.stdout
    assert result.returncode == returncode, result.returncode


def test_summary_counts_cases():
    result = summary([
        {'name': 'dheera-ai:a / one', 'result': 'OK', 'stdout': 'TAP version 13\n# x\nok 1 /a\nok 2 /b # SKIP no server\n1..2\n', 'returncode': 0},
        {'name': 'two', 'result': 'OK', 'stdout': 'some words\n', 'returncode': 0},
        {'name': 'four', 'result': 'SKIP', 'stdout': 'ok 1 - a # SKIP not built\nok 2 - b # SKIP not built\n1..2\n', 'returncode': 0},
        {'name': 'three', 'result': 'SKIP', 'stdout': 'gjs is not here\n', 'returncode': 77},
    ], 'docs=passed', 'fuzz=skipped:no clang')
    expect(result, '3 passed, 0 failed, 5 skipped', 0)
    assert 'skipped: plain: one: /b: no server' in result.stdout, result.stdout
    assert 'skipped: plain: three: gjs is not here' in result.stdout, result.stdout
    assert 'skipped: plain: four: a: not built' in result.stdout, result.stdout
    assert 'skipped: fuzz: no clang' in result.stdout, result.stdout


def test_summary_sees_failures():
    expect(summary([{'name': 'one', 'result': 'FAIL', 'stdout': 'ok 1 /a\nnot ok 2 /b\n1..2\n', 'returncode': 1}]),
           '1 passed, 1 failed, 0 skipped', 1)
    expect(summary([{'name': 'one', 'result': 'OK', 'stdout': 'fine\n', 'returncode': 0}], 'build=failed'),
           '1 passed, 1 failed, 0 skipped', 1)


def test_summary_sees_crashes():
    expect(summary([{'name': 'one', 'result': 'ERROR', 'stdout': 'ok 1 /a\n', 'returncode': -11}]), '1 passed, 1 failed, 0 skipped', 1)
    expect(summary([{'name': 'one', 'result': 'TIMEOUT', 'stdout': '', 'returncode': -15}]), '0 passed, 1 failed, 0 skipped', 1)


def test_summary_wants_reasons():
    result = summary([{'name': 'one', 'result': 'OK', 'stdout': 'ok 1 /a\nok 2 /b # SKIP\n1..2\n', 'returncode': 0}])
    expect(result, '1 passed, 1 failed, 0 skipped', 1)
    assert 'skipped without a reason' in result.stdout, result.stdout


def test_summary_of_nothing_fails():
    expect(summary([]), '0 passed, 1 failed, 0 skipped', 1)
    assert run('summary.py').returncode == 1


if __name__ == '__main__':
    run_cases([case for name, case in sorted(globals().items()) if name.startswith('test_')])
