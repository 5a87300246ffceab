import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../bootstrap/paths.mjs';
import { tallyOfRun } from './record.mjs';
import { single } from './tally.mjs';

/** Milliseconds from SIGTERM to SIGKILL. */
const GRACE = 10_000;

let running;
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    interrupted = true;
    running?.kill(signal);
  });
}

/** Whether a signal asked to end: the step that ran was told, and no other should begin. */
export function wasInterrupted() {
  return interrupted;
}

/** Ends `child` when it takes longer than `minutes`: a loop without a pause cannot be ended by a test's own time limit. */
function endAfter(child, minutes) {
  const timers = [
    setTimeout(() => child.kill('SIGTERM'), minutes * 60_000),
    setTimeout(() => child.kill('SIGKILL'), minutes * 60_000 + GRACE),
  ];
  child.once('exit', () => timers.forEach(clearTimeout));
}

/** Runs Node with `argv`, its output straight to the terminal. Resolves with the exit code, or the signal's name. */
function runNode(argv, { minutes = 5, env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, argv, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...env } });
    running = child;
    endAfter(child, minutes);
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? signal));
  });
}

async function runCommand(step) {
  const code = await runNode(step.command, { env: { NX_DAEMON: 'false' } });
  process.stdout.write(code === 0 ? 'ok\n' : `not ok (${code})\n`);
  return single(step.name, code === 0 ? undefined : `ended with ${code}; its lines stand above`);
}

async function runVitest(step) {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-record-'));
  const record = join(folder, 'record.json');
  try {
    const argv = ['node_modules/vitest/vitest.mjs', 'run', '--project', step.vitest, '--reporter=default',
      '--reporter=./scripts/testing/record-reporter.mjs', ...step.vitestArguments];
    const code = await runNode(argv, { minutes: step.minutes, env: { GANTRY_TEST_RECORD: record } });
    return tallyOfRun(step.name, record, code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns {Promise<import('./tally.mjs').Tally>} */
export function runStep(step) {
  return step.vitest ? runVitest(step) : runCommand(step);
}
