import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.mjs';
import { progress, secondsSince } from './report.mjs';
import { readStamp, removeStamp, writeStamp } from './stamps.mjs';

const STAMP = 'install';

/** What the stamp holds: the lock that was installed, and the mark that npm left when it had finished. */
function currentState(top) {
  const lock = createHash('sha256').update(readFileSync(join(top, 'package-lock.json'))).digest('hex');
  const mark = statSync(join(top, 'node_modules/.package-lock.json'), { throwIfNoEntry: false });
  return mark ? `${lock} ${mark.mtimeMs} ${mark.size}` : undefined;
}

/** Packages that npm leaves out on some machines: another platform's binaries, optional peers. */
function mayBeAbsent(entry) {
  return Boolean(entry.optional || entry.devOptional || entry.peer || entry.os || entry.cpu);
}

/**
 * Whether what is installed is what the lock says, by npm's own record of `node_modules`. A developer's `npm install` is
 * recognised this way and is not done again.
 */
export function installedMatchesLock(lock, installed) {
  const wanted = Object.entries(lock.packages).filter(([path]) => path !== '');
  return wanted.every(([path, entry]) => {
    if (!path.includes('node_modules/')) return true; // a workspace itself: its link is another entry
    const found = installed.packages[path];
    return found ? found.version === entry.version && found.integrity === entry.integrity : mayBeAbsent(entry);
  });
}

function recordMatches(top) {
  const record = join(top, 'node_modules/.package-lock.json');
  if (!existsSync(record)) return false;
  const read = (file) => JSON.parse(readFileSync(file, 'utf8'));
  return installedMatchesLock(read(join(top, 'package-lock.json')), read(record));
}

/** npm as it was called (by `npm start`), else the one on the PATH: [command, leading arguments]. */
function npmCommand() {
  const { npm_execpath: script, npm_node_execpath: node } = process.env;
  return script?.endsWith('.js') && node && existsSync(node) ? [node, [script]] : ['npm', []];
}

function runNpmCi(top) {
  const started = performance.now();
  progress('installing packages as the lock says (npm ci; about half a minute the first time)');
  if (Number(process.versions.node.split('.')[0]) < 24) {
    progress(`npm may warn EBADENGINE about Node ${process.versions.node}: expected, Gantry runs on the Node 24 that is being installed`);
  }
  const [command, leading] = npmCommand();
  const argv = [...leading, 'ci', '--ignore-scripts', '--no-audit', '--no-fund'];
  // stdout of npm goes to stderr: stdout belongs to the command that follows
  const result = spawnSync(command, argv, { cwd: top, stdio: ['ignore', 2, 2] });
  if (result.error) throw new Error(`cannot run npm: ${result.error.message}`);
  if (result.status !== 0) throw new Error(`npm ci failed (${result.signal ?? `exit code ${result.status}`}); its own lines above say why`);
  progress(`packages installed in ${secondsSince(started)}`);
}

/** Installs the packages unless the stamp, or npm's own record, says that they are as the lock wants them. */
export function installPackages(top = root) {
  const state = currentState(top);
  if (state && readStamp(STAMP) === state) return;
  if (!recordMatches(top)) {
    removeStamp(STAMP);
    runNpmCi(top);
  }
  writeStamp(STAMP, currentState(top) ?? '');
}
