import { readFileSync } from 'node:fs';

/**
 * What the reporter wrote about one vitest run: every test by state, and the errors that belong to no test.
 * @typedef {{ tests: { name: string, state: string, note?: string, error?: string }[], errors: { name: string, message: string }[] }} TestRecord
 */

/** The reason that a skipped test gives: its note, else in its name `(skipped: …)`, else the last part in brackets. */
export function skipReason(test) {
  return test.note || /\(skipped: (.+?)\)(?= >|$)/.exec(test.name)?.[1] || /[[(]([^[\]()]+)[\])][^[\]()]*$/.exec(test.name)?.[1];
}

function failureOf(test) {
  return { name: test.name, message: test.error ?? `ended in state ${test.state}` };
}

/** @param {TestRecord} record @returns {import('./tally.mjs').Tally} */
export function tallyOf(record) {
  const failures = [...record.errors];
  const skips = [];
  let passed = 0;
  for (const test of record.tests) {
    if (test.state === 'passed') passed++;
    else if (test.state === 'skipped') skips.push({ name: test.name, reason: skipReason(test) });
    else failures.push(failureOf(test)); // failed, or still pending when the run was cut off
  }
  return { passed, failed: failures.length, skips, failures };
}

/**
 * The tally of a vitest run that ended with `exitCode`. A run that left no record, ran nothing, or ended badly without a
 * failed test counts as one failure: silence never passes.
 */
export function tallyOfRun(name, file, exitCode) {
  let tally;
  try {
    tally = tallyOf(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    return { passed: 0, failed: 1, skips: [], failures: [{ name, message: `vitest ended with code ${exitCode} and left no record: ${error.message}` }] };
  }
  const silent = tally.passed + tally.failed + tally.skips.length === 0;
  if (!silent && (exitCode === 0 || tally.failed > 0)) return tally;
  const message = silent ? 'no test ran' : `vitest ended with code ${exitCode} without a failed test`;
  return { ...tally, failed: tally.failed + 1, failures: [...tally.failures, { name, message }] };
}
