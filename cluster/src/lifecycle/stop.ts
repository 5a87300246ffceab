import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, type ProcessIdentity } from '@gantry/machine';
import { lockHolder } from '../state/lock.js';
import { placesOf } from '../state/places.js';

const POLL_MS = 50;

/**
 * Asks the process of a running cluster to stop and waits until it has ended; after `timeoutMs` it is killed, and what it
 * leaves is taken up by the next start. Returns how it ended.
 */
export async function stopCluster(home: string, name: string, timeoutMs = 90_000): Promise<'stopped' | 'killed' | 'was not running'> {
  const holder = lockHolder(placesOf(home, name).lock);
  if (holder === undefined) return 'was not running';
  signal(holder, 'SIGTERM');
  if (await ended(holder, timeoutMs)) return 'stopped';
  signal(holder, 'SIGKILL');
  await ended(holder, 5000);
  return 'killed';
}

/** Ends the process of a running cluster at once: for a delete, which keeps nothing that a stop would save. */
export async function killCluster(home: string, name: string): Promise<void> {
  const holder = lockHolder(placesOf(home, name).lock);
  if (holder === undefined) return;
  signal(holder, 'SIGKILL');
  await ended(holder, 5000);
}

/** Another program has no event for the end of a process that is not its child: it is looked at again and again. */
async function ended(holder: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (isAlive(holder)) {
    if (Date.now() > deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}

function signal(holder: ProcessIdentity, name: NodeJS.Signals): void {
  try {
    if (isAlive(holder)) process.kill(holder.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
