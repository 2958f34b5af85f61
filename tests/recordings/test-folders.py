#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whether every folder of recordings is read, or there is a reason why it is not."""

import os
import pathlib
import sys
import tempfile

import read_recording

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from tap import Skip, run_cases  # noqa: E402  pylint: disable=wrong-import-position


def test_folders_are_read_or_a_reason_is_given():
    root = pathlib.Path(os.environ.get('DHEERA_SHARED') or '/nowhere') / 'recordings'
    if not root.is_dir():
        raise Skip('DHEERA_SHARED names no folder with recordings')
    assert not list(read_recording.find_unread(root)), list(read_recording.find_unread(root))
    for key, reason in sorted(read_recording.UNREAD.items()):
        print(f'# {"/".join(key)} is not read: {reason}')


def test_new_folders_are_noticed():
    with tempfile.TemporaryDirectory() as name:
        for folder in ('ollama/chat', 'ollama/generate', 'ollama/telepathy', 'lab/responses', 'lab/empty'):
            (pathlib.Path(name) / folder).mkdir(parents=True)
            if not folder.endswith('empty'):
                (pathlib.Path(name) / folder / '001.json').write_text('{}')
        assert list(read_recording.find_unread(name)) == ['ollama/telepathy has neither a reader nor a reason for having none']


run_cases([test_folders_are_read_or_a_reason_is_given, test_new_folders_are_noticed])
