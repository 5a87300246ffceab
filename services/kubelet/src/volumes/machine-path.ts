import { lstat, readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** As the kernel. */
const MOST_LINKS = 40;

/**
 * A path of the machine without links. `root` is where this process sees the machine's root directory, empty where that is its own: links are
 * followed by hand then, since the kernel would take an absolute one from this process's root. Rejects where it is not there.
 */
export async function realMachinePath(root: string, path: string): Promise<string> {
  if (root === '') return realpath(path);
  let done = '';
  let steps = stepsOf(path);
  for (let links = 0; steps.length > 0; ) {
    const [step = '', ...rest] = steps;
    const next = step === '..' ? dirname(done) : `${done}/${step}`;
    const isLink = step !== '..' && (await lstat(join(root, next))).isSymbolicLink();
    if (isLink && ++links > MOST_LINKS) throw new Error(`too many links in ${path}`);
    const target = isLink ? await readlink(join(root, next)) : undefined;
    steps = target === undefined ? rest : [...stepsOf(target), ...rest];
    if (target === undefined) done = next === '/' || next === '.' ? '' : next;
    else if (target.startsWith('/')) done = '';
  }
  return done === '' ? '/' : done;
}

/** The same as far as the path is there. */
export async function resolvedMachinePath(root: string, path: string): Promise<string> {
  const real = await realMachinePath(root, path).catch(() => undefined);
  if (real !== undefined || path === dirname(path)) return real ?? path;
  return join(await resolvedMachinePath(root, dirname(path)), basename(path));
}

function stepsOf(path: string): string[] {
  return path.split('/').filter((step) => step !== '' && step !== '.');
}
