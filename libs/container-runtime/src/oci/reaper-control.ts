import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { delay, systemClock } from '@gantry/async';
import { watchLog } from './logs/log-changes.js';

/** A reaper takes no larger sizes, and forgets what follows one. */
const LARGEST = 1000;
/** Milliseconds that a reaper may take to open a file. */
const PATIENCE = 5000;

/** Sets the size of the terminal of a container's process. Nothing happens where its reaper is gone. */
export async function resizeTerminal(control: string, { width, height }: { readonly width: number; readonly height: number }): Promise<void> {
  await tell(control, `1 ${Math.min(height, LARGEST)} ${Math.min(width, LARGEST)}\n`);
}

/** Has a reaper open its log's name anew; resolves when it has, when it is gone, or when it does not within some seconds. */
export async function reopenLog(control: string, log: string): Promise<void> {
  const changes = watchLog(log);
  const late = new AbortController();
  try {
    const before = await inodeOf(log);
    if (!(await tell(control, '2 0 0\n'))) return;
    const patience = delay(systemClock, PATIENCE, late.signal).catch(() => undefined).then(() => true);
    while ((await inodeOf(log)) === before) if (await Promise.race([changes.next().then(() => false), patience])) return;
  } finally {
    late.abort();
    changes.close();
  }
}

async function inodeOf(path: string): Promise<number | undefined> {
  return stat(path).then(({ ino }) => ino, () => undefined);
}

/** Whether there was somebody to tell. Does not wait for one. */
async function tell(control: string, line: string): Promise<boolean> {
  try {
    const fifo = await open(control, constants.O_WRONLY | constants.O_NONBLOCK);
    try {
      await fifo.write(line);
    } finally {
      await fifo.close();
    }
    return true;
  } catch (error) {
    if (['ENXIO', 'ENOENT', 'EPIPE'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}
