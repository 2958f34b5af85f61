#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reads the recordings, writes down what each of them has to become, and runs the test program on that.

    run_recordings.py [--restreamed] PROGRAM ARGUMENT...

With --restreamed, what was recorded whole comes as a stream (restream.py).
The recordings lie in the folder that the environment variable DHEERA_SHARED names; without it the test is skipped.
"""

import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import read_recording
import restream


def as_recorded(root):
    for name, recording in read_recording.recordings(root):
        yield name, recording, read_recording.expected(recording)


def cases(found):
    for name, recording, expected in found:
        yield {
            'name': name,
            'provider': read_recording.provider(recording),
            'task': read_recording.task(recording),
            'wanted': read_recording.wanted(recording),
            'content_type': recording['response']['headers'].get('content-type', '').split(';')[0].strip(),
            'status': recording['response']['status'],
            'headers': recording['response']['headers'],
            'framing': read_recording.framing(recording),
            'body': base64.b64encode(read_recording.body(recording)).decode(),
            'expected': expected,
        }


def tell_passed_over(root):
    reasons = {}
    for name, recording in read_recording.every_recording(root):
        reasons.setdefault(read_recording.passed_over(recording), []).append(name)
    reasons.pop(None, None)
    for reason, names in sorted(reasons.items()):
        print(f'# {len(names)} passed over: {reason} ({", ".join(names[:3])}{", …" if len(names) > 3 else ""})', flush=True)


def main():
    root = pathlib.Path(os.environ.get('DHEERA_SHARED') or '/nowhere') / 'recordings'
    if not root.is_dir():
        print('1..0 # SKIP DHEERA_SHARED names no folder with recordings')
        return 0
    restreamed = sys.argv[1] == '--restreamed'
    arguments = sys.argv[2:] if restreamed else sys.argv[1:]
    found = restream.recordings_again(root) if restreamed else as_recorded(root)
    here = pathlib.Path(__file__).parent
    exceptions = {} if restreamed else json.loads((here / 'exceptions.json').read_text(encoding='utf-8'))
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / 'cases.json'
        path.write_text(json.dumps({'exceptions': exceptions, 'least': 200 if restreamed else 700, 'cases': list(cases(found))}), encoding='utf-8')
        status = subprocess.run([arguments[0], path, *arguments[1:]], check=False).returncode
    # Newer versions of GLib and of Meson have the version of TAP in the first line.
    if not restreamed:
        tell_passed_over(root)
    return status


if __name__ == '__main__':
    sys.exit(main())
