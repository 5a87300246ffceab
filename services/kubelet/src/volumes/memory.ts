import { execFile } from 'node:child_process';
import { readFile, readlink, realpath } from 'node:fs/promises';
import { promisify } from 'node:util';
import { mountsBelow } from '@gantry/machine';

const run = promisify(execFile);

export interface MemoryOptions {
  readonly mode: number;
  /** Group id of the root directory. */
  readonly group?: number;
  /** Bytes; unset: the kernel's half of the memory. */
  readonly sizeBytes?: number;
}

/** Mounts a file system in memory over an existing directory. Idempotent. Needs root. */
export async function mountMemory(path: string, { mode, group, sizeBytes }: MemoryOptions): Promise<void> {
  if ((await mountsBelowReal(path)).includes(await realpath(path))) return;
  const options = [`mode=${mode.toString(8)}`, ...(group === undefined ? [] : [`gid=${group}`]), ...(sizeBytes === undefined ? [] : [`size=${sizeBytes}`])];
  await run('mount', ['-t', 'tmpfs', '-o', options.join(','), 'tmpfs', path]);
}

/** What is mounted at or below a directory, the deepest first. */
async function mountsBelowReal(directory: string): Promise<string[]> {
  return mountsBelow(await realpath(directory).catch(() => directory)).catch(() => []);
}

/** Unmounts all that is mounted at or below a directory, so that it can be removed. What a dying container still holds goes when it lets go. */
export async function unmountBelow(directory: string): Promise<void> {
  for (const path of await mountsBelowReal(directory)) await run('umount', ['--lazy', '--no-canonicalize', path]);
}

/**
 * Whether what this process mounts is seen by who makes the sandbox's containers: the parent of its process lives in the same mount
 * namespace. Not so with an engine in a virtual machine or in a container.
 */
export async function sharesMounts(sandboxPid: number | undefined): Promise<boolean> {
  if (sandboxPid === undefined || process.getuid?.() !== 0) return false;
  try {
    const parent = /^PPid:\s*(\d+)$/m.exec(await readFile(`/proc/${sandboxPid}/status`, 'utf8'))?.[1];
    const [theirs, own] = await Promise.all([readlink(`/proc/${parent ?? ''}/ns/mnt`), readlink('/proc/self/ns/mnt')]);
    return theirs === own;
  } catch {
    return false;
  }
}
