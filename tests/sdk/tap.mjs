// SPDX-License-Identifier: LGPL-2.1-or-later

// The Test Anything Protocol, and waiting for what another process will have seen.

const PATIENCE = 30000;

/** Runs each case; the ones that never end are ended, and counted as failed. */
export async function runCases(cases) {
    let failed = 0;

    for (const [i, [name, run]] of Object.entries(cases).entries()) {
        let timer;
        try {
            await Promise.race([run(), new Promise((_, reject) => {
                timer = setTimeout(() => reject(new Error('it takes too long')), PATIENCE);
            })]);
            console.log(`ok ${i + 1} ${name}`);
        } catch (error) {
            failed++;
            for (const line of `${error?.stack ?? error}`.split('\n'))
                console.log(`# ${line}`);
            console.log(`not ok ${i + 1} ${name}`);
        }
        clearTimeout(timer);
    }
    console.log(`1..${Object.keys(cases).length}`);
    process.exit(failed > 0 ? 1 : 0);
}

/** Asks until the answer is a good one. */
export async function until(ask, isGood) {
    const end = Date.now() + PATIENCE;

    for (;;) {
        const answer = await ask();
        if (isGood(answer))
            return answer;
        if (Date.now() > end)
            throw new Error(`still ${JSON.stringify(answer)}`);
        await new Promise(resolve => setTimeout(resolve, 10));
    }
}
