import { lstat, readFile, readlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** As the kernel. */
const MOST_LINKS = 40;
/** Bytes: a file of users that is longer than that is none. */
const MOST_BYTES = 1 << 20;

/**
 * A file inside of a root directory that somebody else filled: links are followed as its own processes would follow them, so none
 * leads out of it. '' where it is not there or not a plain file.
 */
export async function readInsideRoot(root: string, path: string): Promise<string> {
  try {
    const real = join(root, await pathInsideRoot(root, path));
    const { size, isFile } = await lstat(real).then((stat) => ({ size: stat.size, isFile: stat.isFile() }));
    return isFile && size <= MOST_BYTES ? await readFile(real, 'utf8') : '';
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? '')) return '';
    throw error;
  }
}

/** Where a path ends when `root` is the root directory. Rejects where it is not there. */
async function pathInsideRoot(root: string, path: string): Promise<string> {
  let done = '/';
  let steps = stepsOf(path);
  for (let links = 0; steps.length > 0; ) {
    const [step = '', ...rest] = steps;
    const next = step === '..' ? dirname(done) : join(done, step);
    const target = step === '..' ? undefined : await linkTarget(join(root, next));
    if (target !== undefined && ++links > MOST_LINKS) throw Object.assign(new Error(`too many links in ${path}`), { code: 'ELOOP' });
    steps = target === undefined ? rest : [...stepsOf(target), ...rest];
    if (target === undefined) done = next;
    else if (target.startsWith('/')) done = '/';
  }
  return done;
}

async function linkTarget(path: string): Promise<string | undefined> {
  const stat = await lstat(path);
  return stat.isSymbolicLink() ? readlink(path) : undefined;
}

function stepsOf(path: string): string[] {
  return path.split('/').filter((step) => step !== '' && step !== '.');
}
