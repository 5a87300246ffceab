import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ClusterError } from '../options.js';

/** Writes a file so that a reader, or a crash, sees the old content or the new one whole. */
export async function writeFileAtomic(path: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(temporary, 'wx', mode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined); // the first error says more
    throw explainFileError(error, path);
  }
}

/** undefined when the file does not exist. */
export async function readFileIfAny(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw explainFileError(error, path);
  }
}

/** A JSON file's content, undefined when there is none; a file that is not JSON is an error that names it. */
export async function readJsonIfAny<T>(path: string): Promise<T | undefined> {
  const text = await readFileIfAny(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new ClusterError(`${path} is damaged: it is not JSON`, 'move the file away; what it remembered is then chosen anew', { cause: error });
  }
}

export function writeJsonAtomic(path: string, value: unknown): Promise<void> {
  return writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}

const IN_THE_WAY = ['a file is in the way of', 'choose another folder with --home or GANTRY_HOME'] as const;

const REASONS: Readonly<Record<string, readonly [string, string]>> = {
  EACCES: ['there is no right to write', 'choose another folder with --home or GANTRY_HOME, or run as its owner'],
  EPERM: ['there is no right to write', 'choose another folder with --home or GANTRY_HOME, or run as its owner'],
  EROFS: ['the file system is read-only:', 'choose another folder with --home or GANTRY_HOME'],
  ENOSPC: ['the disk is full: cannot write', 'free some space, or choose a folder on another disk with --home or GANTRY_HOME'],
  ENOTDIR: IN_THE_WAY,
  EEXIST: IN_THE_WAY,
};

/** The operating system's refusals in words that say what to do; other errors as they are. */
export function explainFileError(error: unknown, path: string): unknown {
  const reason = REASONS[(error as NodeJS.ErrnoException).code ?? ''];
  return reason === undefined ? error : new ClusterError(`${reason[0]} ${path}`, reason[1], { cause: error });
}
