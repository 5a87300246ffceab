import { summaryLine } from './tally.mjs';

function section(title, lines) {
  if (lines.length > 0) process.stdout.write(`\n${title}\n${lines.map((line) => `  ${line}\n`).join('')}`);
}

export function printSkips(skips) {
  section('Skipped:', skips.map(({ name, reason }) => `${name}: ${reason ?? 'no reason given'}`));
}

export function printFailures(failures) {
  section('Failed:', failures.map(({ name, message }) => `${name}: ${(message ?? '').split('\n')[0]}`));
}

export function printSummary(tally) {
  process.stdout.write(`\n${summaryLine(tally)}\n`);
}
