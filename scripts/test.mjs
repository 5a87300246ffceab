/**
 * `npm test`: every step that this machine allows, one after another, and one last line that sums them all:
 * `N passed, N failed, N skipped`. With `--only lint,check,unit,integration,e2e` just those groups; what follows `--` goes to vitest.
 */
import { parseArguments } from './testing/arguments.mjs';
import { printFailures, printSkips, printSummary } from './testing/print.mjs';
import { runStep, wasInterrupted } from './testing/run-step.mjs';
import { listedSkips, refusedSkips } from './testing/skips.mjs';
import { stepsOf } from './testing/steps.mjs';
import { single, sum } from './testing/tally.mjs';

const { groups, vitestArguments } = parseArguments(process.argv.slice(2));
const results = [];
for (const step of stepsOf(groups, vitestArguments)) {
  if (wasInterrupted()) {
    results.push(single(step.name, 'not run: interrupted'));
    continue;
  }
  process.stdout.write(`\n── ${step.name}\n`);
  results.push(await runStep(step));
}

const total = sum(results);
const refused = refusedSkips(total.skips, { ci: process.env.CI === 'true', listed: listedSkips() });
total.failures.push(...refused);
total.failed += refused.length;
printSkips(total.skips);
printFailures(total.failures);
printSummary(total);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
