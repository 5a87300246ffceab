import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { root } from './paths.mjs';
import { fail } from './report.mjs';

const REQUIRED_MAJOR = 24;
const PASSED_ON = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGUSR2'];

/** The Node that the lock installs; where it has no binary for the platform, the running one if it is new enough. */
export function pinnedNode(top = root) {
  const local = join(top, 'node_modules/.bin/node');
  if (existsSync(local)) return local;
  if (Number(process.versions.node.split('.')[0]) >= REQUIRED_MAJOR) return process.execPath;
  return fail(`Gantry needs Node ${REQUIRED_MAJOR}, and npm has none for ${process.platform} ${process.arch}; this is ${process.version}`);
}

function childEnvironment(top) {
  const bin = join(top, 'node_modules/.bin');
  const path = process.env.PATH ?? '';
  return { ...process.env, PATH: path.split(delimiter).includes(bin) ? path : `${bin}${delimiter}${path}` };
}

/** A terminal sends Ctrl-C to the whole group, the child included: passing it on as well would count as a second one. */
function passSignalsTo(child) {
  for (const signal of PASSED_ON) {
    process.on(signal, () => {
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      child.kill(signal);
    });
  }
}

/** Runs Node with `argv` from the top, passes signals on, and ends as the child ended: same code, 128 + n for a signal. */
export function runAndExit(node, argv, top = root) {
  const child = spawn(node, argv, { cwd: top, stdio: 'inherit', env: childEnvironment(top) });
  passSignalsTo(child);
  child.on('error', (error) => fail(`cannot run ${node}: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}
