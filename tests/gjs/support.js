// SPDX-License-Identifier: LGPL-2.1-or-later

// What the JavaScript tests share: the Test Anything Protocol, requests to the offline model, and what that has seen.

import Dheera from 'gi://Dheera?version=1';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Soup from 'gi://Soup?version=3.0';
import {exit} from 'system';

// For what would hang otherwise.
const PATIENCE = 20000;

export class AssertionError extends Error {}

export function assert(condition, message = 'it is not so') {
    if (!condition)
        throw new AssertionError(message);
}

export function assertEqual(actual, expected) {
    const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];

    assert(a === b, `${a} is not ${b}`);
}

export function sleep(ms) {
    return new Promise(resolve => GLib.timeout_add(GLib.PRIORITY_DEFAULT, ms, () => {
        resolve();
        return GLib.SOURCE_REMOVE;
    }));
}

/** Runs each case; the ones that never end are ended, and counted as failed. */
export async function runCases(cases) {
    let failed = 0;

    for (const [i, [name, run]] of Object.entries(cases).entries()) {
        try {
            await Promise.race([run(), sleep(PATIENCE).then(() => assert(false, 'it takes too long'))]);
            print(`ok ${i + 1} ${name}`);
        } catch (error) {
            failed++;
            for (const line of `${error}\n${error.stack ?? ''}`.trim().split('\n'))
                print(`# ${line}`);
            print(`not ok ${i + 1} ${name}`);
        }
    }
    print(`1..${Object.keys(cases).length}`);
    exit(failed > 0 ? 1 : 0);
}

/** A request to the offline model, which is told what to do, and to be believed the first time. */
export function mock(orders = {}, prompt = 'One two three') {
    const request = Dheera.Request.new_for_prompt('mock/echo', prompt);

    request.max_retries = 0;
    if (Object.keys(orders).length > 0)
        request.extra = JSON.stringify({mock: orders});
    return request;
}

/** What the function throws, or the promise rejects with. */
export async function errorOf(attempt) {
    try {
        await attempt();
    } catch (error) {
        if (error instanceof AssertionError)
            throw error;
        return error;
    }
    throw new AssertionError('it did not fail');
}

export function isCancelled(error) {
    return error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED);
}

let mockUrl = null;

/** The numbers of connections, requests (this one is among them), and clients that left early. */
export function seen() {
    if (!mockUrl) {
        const stream = new Dheera.Client().stream(mock());

        stream.collect();
        mockUrl = stream.call.url.replace(/\/chat\/completions$/, '/mock');
    }
    const bytes = new Soup.Session().send_and_read(Soup.Message.new('GET', mockUrl), null);

    return JSON.parse(new TextDecoder().decode(bytes.toArray()));
}

/** The offline model notices clients that leave in a thread of its own, so a moment later. */
export async function waitForGone(before, more = 1) {
    for (let i = 0; i < 500 && seen().gone < before.gone + more; i++)
        await sleep(10);
    assertEqual(seen().gone, before.gone + more);
}

export function propertiesOf(object) {
    const values = {};

    for (const spec of Object.getPrototypeOf(object).constructor.list_properties()) {
        if (spec.flags & 1)
            values[spec.name] = `${object[spec.name.replace(/-/g, '_')]}`;
    }
    return values;
}
