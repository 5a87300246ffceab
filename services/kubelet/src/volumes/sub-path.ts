import { chmod, lstat, mkdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isInside } from './inside.js';

/**
 * The file or directory of a volume that a mount shows, without links; what is missing is made as directories with the volume's mode.
 * Goes step by step, so that nothing is ever made through a link that leaves the volume. Throws an Error where the way leaves it.
 */
export async function resolveSubPath(volume: string, subPath: string): Promise<string> {
  const root = await realpath(volume);
  let path = root;
  for (const step of subPath.split('/').filter((part) => part !== '' && part !== '.')) {
    if (step === '..') throw new Error("must not contain '..'");
    path = await stepInto(path, step, root);
  }
  return path;
}

async function stepInto(directory: string, step: string, root: string): Promise<string> {
  const path = join(directory, step);
  const present = await lstat(path).catch(() => undefined);
  if (present === undefined) return makeStep(path, root);
  const real = await realpath(path);
  if (!isInside(real, root)) throw new Error(`subpath "${path}" not within volume path "${root}"`);
  return real;
}

async function makeStep(path: string, root: string): Promise<string> {
  await mkdir(path);
  await chmod(path, (await stat(root)).mode & 0o7777);
  return path;
}
