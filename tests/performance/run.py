#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What calls and streamed chunks cost.

    run.py ANSWER_SERVER COST_SOUP COST_DHEERA [COST_SERVER]

Costs are instructions of the client's or the server's process alone, counted by callgrind: the same program runs with two numbers of repetitions, and the difference divided by the
difference of the numbers is the cost of one, free of start-up. Bare libsoup, used as well as it can be, is measured in the
same run, and the server beside the client that it stands on. Times are not looked at. The limits are failures; what is only reported is in the lines that begin with a #.
"""

import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import pathlib

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

from gateway import Gateway  # noqa: E402  pylint: disable=wrong-import-position
from tap import Tap  # noqa: E402  pylint: disable=wrong-import-position

CALLS = 20, 100
RUNS = 2
CHUNKS = 200, 1200
MEGABYTE = 1 << 20
MAX_CALL_RATIO = 1.15
MAX_CHUNK_COLLECT = 18000
MAX_CHUNK_NEXT = 22000
MAX_EVENT_RATIO = 4.4
N_CALLS = 1000
# A model of each protocol whose chunks are counted beside OpenAI's (answer-server.c makes them), and how much dearer they may be
PROTOCOLS = {
    'Anthropic': 'anthropic/claude-sonnet-4-5',
    'Bedrock': 'bedrock/amazon.nova-lite-v1:0',
    'Cohere': 'cohere/command-a-03-2025',
    'Gemini': 'gemini/gemini-2.5-flash',
    'Ollama': 'ollama/qwen3',
    'Responses': 'openai-responses/gpt-5',
}
MAX_PROTOCOL_RATIO = 1.3
# Through the server, beside the client's own complete_async() and next_async() in the same run
MAX_SERVED_CALL = 1.35
MAX_SERVED = {'chunk': 0.85, 'lone chunk': 1.4, 'lone chunk beside 99 silent streams': 3.15}
# What makes other tests find more faults makes every allocation dearer, here as there.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in ('MALLOC_PERTURB_', 'G_DEBUG')}


class Server:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = f'http://127.0.0.1:{self.process.stdout.readline().strip()}'

    def count(self):
        """(connections, requests) since the last time"""
        self.process.stdin.write('\n')
        self.process.stdin.flush()
        return tuple(map(int, self.process.stdout.readline().split()))

    def stop(self):
        self.process.stdin.close()
        self.process.wait(10)


class Client:
    """One of the two measured programs"""

    def __init__(self, program, server, suffix='', model=None):
        self.program, self.server, self.suffix = program, server, suffix
        self.model = [model] if model else []

    def run(self, thing, number, path, counted=True):
        """(instructions, what the program printed)"""
        command = [self.program, thing, str(number), f'{self.server.url}/{path}{self.suffix}', *self.model]
        if counted:
            command = ['valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null', *command]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=ENVIRONMENT)
        if done.returncode != 0:
            raise RuntimeError(f'{" ".join(command)}: {done.stderr.strip()[-300:]}')
        found = re.search(r'Collected : (\d+)', done.stderr)
        return int(found.group(1)) if found else None, [int(word) for word in done.stdout.split()]

    def per_call(self, thing):
        """The least of several runs: on a busy machine an answer may be late, and waiting for it costs a turn of the main loop more."""
        few, many = (min(self.run(thing, number, 'answer')[0] for _ in range(RUNS)) for number in CALLS)
        return (many - few) / (CALLS[1] - CALLS[0])

    def per_chunk(self, thing):
        few, many = (self.run(thing, 1, f'chunks/{number}')[0] for number in CHUNKS)
        return (many - few) / (CHUNKS[1] - CHUNKS[0])

    def per_event(self, thing, megabytes):
        return self.run(thing, 1, f'event/{megabytes * MEGABYTE}')[0]


def slope(count, numbers, runs=1):
    """As Client's, and the least of several runs for the same reason"""
    few, many = (min(count(number) for _ in range(runs)) for number in numbers)
    return (many - few) / (numbers[1] - numbers[0])


def measure(soup, dheera, gateway, others):
    """Everything that valgrind has to count, two at a time"""
    jobs = {
        'call soup async': (soup.per_call, 'complete-async'), 'call dheera async': (dheera.per_call, 'complete-async'),
        'call soup sync': (soup.per_call, 'complete'), 'call dheera sync': (dheera.per_call, 'complete'),
        'chunk soup sync': (soup.per_chunk, 'stream'), 'chunk soup pollable': (soup.per_chunk, 'pollable'),
        'chunk collect': (dheera.per_chunk, 'collect'), 'chunk collect_async': (dheera.per_chunk, 'collect-async'),
        'chunk next': (dheera.per_chunk, 'next'), 'chunk next_async': (dheera.per_chunk, 'next-async'),
        'event 0': (dheera.per_event, 'collect', 0), 'event 1': (dheera.per_event, 'collect', 1),
        'event 4': (dheera.per_event, 'collect', 4),
        'start': (lambda thing: dheera.run(thing, 0, 'answer')[0], 'complete'),
        'start soup': (lambda thing: soup.run(thing, 0, 'answer')[0], 'complete'),
    }
    if gateway:
        jobs |= {'served call': (slope, gateway.calls, CALLS, RUNS), 'served chunk': (slope, gateway.chunks, CHUNKS),
                 'served lone chunk': (slope, gateway.lone_chunks, CHUNKS),
                 'served lone chunk beside 99 silent streams': (slope, lambda number: gateway.lone_chunks(number, 100), CHUNKS)}
    for name, client in others.items():
        jobs |= {f'{name} {thing}': (client.per_chunk, thing) for thing in ('collect', 'next')}
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        futures = {name: pool.submit(*job) for name, job in jobs.items()}
        return {name: future.result() for name, future in futures.items()}


def limit(tap, name, value, most, unit):
    tap.check(f'{name}: {value:,.4g} {unit}, at most {most:,}' if value < 100 else f'{name}: {value:,.0f} {unit}, at most {most:,}',
              [] if value <= most else [f'{value / most:.2f} times what is allowed'])


def report_costs(tap, cost):
    for way in ('sync', 'async'):
        ratio = cost[f'call dheera {way}'] / cost[f'call soup {way}']
        print(f'# {way} call: {cost[f"call dheera {way}"]:,.0f} instructions, bare libsoup {cost[f"call soup {way}"]:,.0f}, {ratio:.3f} times')
    print(f'# chunk of 331 bytes, bare libsoup: {cost["chunk soup pollable"]:,.0f} pollable, {cost["chunk soup sync"]:,.0f} sync')
    print(f'# chunk of 331 bytes, next_async: {cost["chunk next_async"]:,.0f}; collect_async: {cost["chunk collect_async"]:,.0f}')
    events = [cost[f'event {size}'] - cost['event 0'] for size in (1, 4)]
    print(f'# events, instructions per byte: {events[0] / MEGABYTE:.2f} in one of 1 MB, {events[1] / MEGABYTE / 4:.2f} in one of 4 MB')
    print(f'# start and end of a program without a call: {cost["start"]:,}, of one with bare libsoup {cost["start soup"]:,}')

    limit(tap, 'an asynchronous call beside bare libsoup', cost['call dheera async'] / cost['call soup async'], MAX_CALL_RATIO, 'times')
    limit(tap, 'a chunk in collect() without a delta handler', cost['chunk collect'], MAX_CHUNK_COLLECT, 'instructions')
    limit(tap, 'a chunk as a delta from next()', cost['chunk next'], MAX_CHUNK_NEXT, 'instructions')
    limit(tap, 'an event of 4 MB beside one of 1 MB', events[1] / events[0], MAX_EVENT_RATIO, 'times')


def report_server(tap, cost):
    print(f'# through the server: {cost["served call"]:,.0f} instructions for a call, {cost["served chunk"]:,.0f} for a chunk among many, '
          f'{cost["served lone chunk"]:,.0f} for one that comes alone, {cost["served lone chunk beside 99 silent streams"]:,.0f} beside 99 silent streams')
    limit(tap, 'a call through the server beside complete_async()', cost['served call'] / cost['call dheera async'], MAX_SERVED_CALL, 'times')
    for name, most in MAX_SERVED.items():
        limit(tap, f'a {name} through the server beside one in next_async()', cost[f'served {name}'] / cost['chunk next_async'], most, 'times')


def report_protocols(tap, cost):
    for name in PROTOCOLS:
        print(f'# chunk of {name}\'s: {cost[f"{name} collect"]:,.0f} in collect(), {cost[f"{name} next"]:,.0f} as a delta from next()')
        for thing in ('collect', 'next'):
            limit(tap, f'a chunk of {name}\'s in {thing}() beside one of OpenAI\'s', cost[f'{name} {thing}'] / cost[f'chunk {thing}'],
                  MAX_PROTOCOL_RATIO, 'times')


def count_connections(tap, server, dheera):
    for thing in ('complete', 'complete-async', 'mixed'):
        server.count()
        dheera.run(thing, N_CALLS, 'answer', counted=False)
        connections, requests = server.count()
        problems = []
        if requests != N_CALLS:
            problems.append(f'{requests} requests arrived')
        if connections != 1:
            problems.append(f'{connections} connections were made')
        tap.check(f'{N_CALLS} calls one after the other over one connection ({thing})', problems)


def report_memory(tap, dheera):
    idle = dheera.run('collect', 0, 'answer', counted=False)[1][0]
    problems = []
    for chunks in (1000, 20000):
        memory, characters, _ = dheera.run('next', 1, f'chunks/{chunks}', counted=False)[1]
        print(f'# largest memory of a program that reads {chunks:,} chunks: {memory:,} kB (of one that calls nothing: {idle:,} kB)')
        if characters < chunks:
            problems.append(f'only {characters} characters came')
    tap.check('long streams come in whole', problems)


def main():
    if shutil.which('valgrind') is None:
        print('1..0 # SKIP there is no valgrind to count with')
        return
    tap = Tap()
    server = Server(sys.argv[1])
    soup = Client(sys.argv[2], server, '/chat/completions')
    dheera = Client(sys.argv[3], server)
    gateway = Gateway(sys.argv[4], server, ENVIRONMENT) if len(sys.argv) > 4 else None
    others = {name: Client(sys.argv[3], server, model=model) for name, model in PROTOCOLS.items()}
    try:
        count_connections(tap, server, dheera)
        report_memory(tap, dheera)
        cost = measure(soup, dheera, gateway, others)
        report_costs(tap, cost)
        if gateway:
            report_server(tap, cost)
        report_protocols(tap, cost)
    finally:
        server.stop()
    tap.done()


if __name__ == '__main__':
    main()
