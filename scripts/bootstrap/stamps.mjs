import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stampsDir } from './paths.mjs';

/** The text that was stamped under `name`, or `undefined`. */
export function readStamp(name, dir = stampsDir) {
  try {
    return readFileSync(join(dir, name), 'utf8');
  } catch {
    return undefined;
  }
}

/** Writes a stamp as a whole or not at all: a run that is killed half way leaves the old one. */
export function writeStamp(name, text, dir = stampsDir) {
  mkdirSync(dir, { recursive: true });
  const temporary = join(dir, `${name}.${process.pid}`);
  writeFileSync(temporary, text);
  renameSync(temporary, join(dir, name));
}

/** Forgets a stamp: done before the work that it vouches for begins. */
export function removeStamp(name, dir = stampsDir) {
  rmSync(join(dir, name), { force: true });
}
