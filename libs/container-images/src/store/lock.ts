import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { utimes } from 'node:fs/promises';
import { onAbort } from '@gantry/async';
import { ImageError } from '../image-error.js';
import { isMissing } from './files.js';

/**
 * Runs `work` while this process alone of all on the machine holds the lock of this file. Node has no call for it: the program `flock`
 * holds it for as long as its input is open, which ends with this process, however that ends.
 */
export async function withFileLock<T>(path: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  const release = await acquire(path, signal);
  try {
    await noteUse(path);
    return await work();
  } finally {
    await release();
  }
}

/** A lock that nobody has used for long is taken away: one that is held must not be. */
async function noteUse(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch((error: unknown) => (isMissing(error) ? undefined : Promise.reject(error)));
}

async function acquire(path: string, signal: AbortSignal | undefined): Promise<() => Promise<void>> {
  signal?.throwIfAborted();
  const child = spawn('flock', [path, 'cat'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const held = Promise.withResolvers<void>();
  const exited = new Promise<void>((resolve) => void child.once('close', resolve));
  child.once('error', (error) => held.reject(new ImageError('invalid', `the images are kept with the program "flock" (of util-linux), which cannot be run: ${error.message}`)));
  child.once('close', () => held.reject(new ImageError('pull-failed', `the lock ${path} was lost`)));
  child.stdin.on('error', () => undefined);
  const forget = onAbort(signal, held.reject);
  const release = async (): Promise<void> => {
    child.stdin.end();
    // Where it still waits for the lock, its input is not read.
    child.kill();
    if (child.pid !== undefined) await exited;
  };
  try {
    // `cat` answers once it runs, which it does once the lock is held.
    child.stdin.write('\n');
    await Promise.race([once(child.stdout, 'data'), held.promise]);
    return release;
  } catch (error) {
    await release();
    throw error;
  } finally {
    forget();
    held.promise.catch(() => undefined);
  }
}
