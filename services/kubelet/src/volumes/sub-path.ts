import { closeSync, fstatSync } from 'node:fs';
import { chmod, lstat, mkdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mount } from '@gantry/container-runtime';
import { openInside } from '@gantry/container-runtime';
import { isInside } from './inside.js';

/**
 * The file or directory of a volume that a mount shows, without links; what is missing is made as directories with the volume's mode.
 * Goes step by step, so that nothing is ever made through a link that leaves the volume. Throws an Error where the way leaves it.
 */
export async function resolveSubPath(volume: string, subPath: string): Promise<Required<Pick<Mount, 'hostPath' | 'within'>>> {
  const root = await realpath(volume);
  let path = root;
  for (const step of subPath.split('/').filter((part) => part !== '' && part !== '.')) {
    if (step === '..') throw new Error("must not contain '..'");
    path = await stepInto(path, step, root);
  }
  return { hostPath: path, within: root };
}

async function stepInto(directory: string, step: string, root: string): Promise<string> {
  const path = join(directory, step);
  const present = await lstat(path).catch(() => undefined);
  if (present === undefined) return makeStep(directory, step, root);
  const real = await realpath(path);
  if (!isInside(real, root)) throw new Error(`subpath "${path}" not within volume path "${root}"`);
  return real;
}

/** Containers that run may put a link in the place of a directory at any moment: all is done to what was opened. */
async function makeStep(directory: string, step: string, root: string): Promise<string> {
  const path = join(directory, step);
  const isOwn = await withOpened(root, directory, (opened) => makeDirectory(join(opened, step)));
  if (!isOwn) return stepInto(directory, step, root);
  await withOpened(root, path, async (opened) => chmod(opened, (await stat(root)).mode & 0o7777));
  return path;
}

/** Whether it was not there: another container of the pod may have made it meanwhile. */
function makeDirectory(path: string): Promise<boolean> {
  return mkdir(path).then(() => true, (error: NodeJS.ErrnoException) => (error.code === 'EEXIST' ? false : Promise.reject(error)));
}

async function withOpened<T>(root: string, path: string, work: (opened: string) => Promise<T>): Promise<T> {
  const descriptor = openInside(root, path);
  try {
    if (!fstatSync(descriptor).isDirectory()) throw new Error(`"${path}" is no directory`);
    return await work(`/proc/self/fd/${descriptor}`);
  } finally {
    closeSync(descriptor);
  }
}
