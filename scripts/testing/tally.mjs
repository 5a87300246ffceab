/**
 * @typedef {{ name: string, reason?: string }} Skip a test that did not run, and why
 * @typedef {{ name: string, message?: string }} Failure
 * @typedef {{ passed: number, failed: number, skips: Skip[], failures: Failure[] }} Tally
 */

/** @returns {Tally} the tally of a step that is one test in itself. */
export function single(name, failedBecause) {
  if (failedBecause === undefined) return { passed: 1, failed: 0, skips: [], failures: [] };
  return { passed: 0, failed: 1, skips: [], failures: [{ name, message: failedBecause }] };
}

/** @param {Tally[]} tallies @returns {Tally} */
export function sum(tallies) {
  return {
    passed: tallies.reduce((count, tally) => count + tally.passed, 0),
    failed: tallies.reduce((count, tally) => count + tally.failed, 0),
    skips: tallies.flatMap((tally) => tally.skips),
    failures: tallies.flatMap((tally) => tally.failures),
  };
}

/** The last line of a run, and the only one of its form. */
export function summaryLine(tally) {
  return `${tally.passed} passed, ${tally.failed} failed, ${tally.skips.length} skipped`;
}
