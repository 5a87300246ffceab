import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { delay, systemClock } from '@gantry/async';
import { watchLog } from './logs/log-changes.js';

/** A reaper takes no larger sizes, and forgets what follows one. */
const LARGEST = 1000;
/** Milliseconds that a reaper may take to open a file. */
const PATIENCE = 5000;

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Milliseconds in which sizes come that mean one: kubectl sends a larger one before the first, so that the screen is drawn anew. */
const TOGETHER = 25;
/** Milliseconds between lines, each of which is to be read alone: of those that a reaper (2.1) finds together it takes the first as often as there are lines. */
const APART = 50;

/**
 * Sets the size of the terminal of a container's process, the last of those that come together, and once more for the case that a reaper
 * did not read it alone. Nothing happens where the reaper is gone.
 */
export function terminalResizer(control: string): (size: Size) => Promise<void> {
  let latest: Size | undefined;
  const settle = async (): Promise<void> => {
    await delay(systemClock, TOGETHER);
    for (let size = latest; size !== undefined; size = latest === size ? undefined : latest) {
      for (let time = 0; time < 2 && latest === size; time += 1) {
        await tell(control, `1 ${Math.min(size.height, LARGEST)} ${Math.min(size.width, LARGEST)}\n`);
        await delay(systemClock, APART);
      }
    }
    latest = undefined;
  };
  return (size) => {
    const settling = latest !== undefined;
    latest = size;
    if (!settling) void settle().catch(() => undefined);
    return Promise.resolve();
  };
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
