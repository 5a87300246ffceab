import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stampsDir } from './paths.mjs';
import { progress } from './report.mjs';

let counter = 0;

/** Whether the process that holds the lock is gone: it was killed, and the lock is free to take. */
function holderIsGone(file) {
  let pid;
  try {
    pid = Number(readFileSync(file, 'utf8'));
  } catch {
    return false; // released in between: look again
  }
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

/** A link appears with its content, so a process that is killed here never leaves a lock without a holder's id. */
function tryTake(file) {
  const own = `${file}.${process.pid}.${counter++}`;
  writeFileSync(own, String(process.pid));
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (holderIsGone(file)) rmSync(file, { force: true });
    return false;
  } finally {
    rmSync(own, { force: true });
  }
}

/**
 * Runs `work` while no other bootstrap of this checkout runs: two of them would install and build over each other.
 * Waits for as long as the holder lives.
 */
export async function withLock(work, dir = stampsDir) {
  mkdirSync(dir, { recursive: true });
  const file = join(dir, 'lock');
  for (let attempts = 0; !tryTake(file); attempts++) {
    if (attempts === 5) progress(`waiting for another start of this checkout (lock ${file})`);
    await sleep(100);
  }
  const release = () => rmSync(file, { force: true });
  process.once('exit', release); // covers process.exit inside `work`
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}
