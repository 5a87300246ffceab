import { readFile, stat, writeFile } from 'node:fs/promises';
import { isAlive } from '@gantry/machine';
import type { Cgroups } from './cgroups.js';
import type { ContainerPlaces } from './places.js';
import type { ContainerRecord, EndedContainer } from './records.js';
import { oomKills } from './usage.js';

const KILLED = 137;

/** How a started container has ended, by what its reaper left; undefined while it runs. `lost`: the reaper is gone without a word. */
export async function findEnd(record: ContainerRecord, places: ContainerPlaces, cgroups: Cgroups, cgroup: string): Promise<EndedContainer | 'lost' | undefined> {
  const { started } = record;
  if (started === undefined) return undefined;
  // Asked before the file is: it writes the file before it ends.
  const reaped = !isAlive(started.reaper);
  const exit = await readExit(places.exitFile);
  if (exit === undefined) return reaped ? 'lost' : undefined;
  const outOfMemory = exit.exitCode === KILLED && (await ranOutOfMemory(places, cgroups, cgroup));
  return { at: Math.max(exit.at, started.at), exitCode: exit.exitCode, reason: exitReason(exit.exitCode, outOfMemory), message: '' };
}

/** That a child of it was killed for want of memory is the container's end only where it died of it itself. */
function exitReason(exitCode: number, outOfMemory: boolean): string {
  if (exitCode === 0) return 'Completed';
  return outOfMemory ? 'OOMKilled' : 'Error';
}

async function readExit(file: string): Promise<{ exitCode: number; at: number } | undefined> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(file, 'utf8'), stat(file)]);
    return { exitCode: Number(text), at: Math.floor(mtimeMs) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The reaper may miss it; the group, which can tell as well, goes before the container does: so it is noted where the reaper would. */
async function ranOutOfMemory({ oomFile }: ContainerPlaces, cgroups: Cgroups, cgroup: string): Promise<boolean> {
  if (await stat(oomFile).then(() => true, () => false)) return true;
  const killed = (await oomKills(cgroups, cgroup)) > 0;
  if (killed) await writeFile(oomFile, '');
  return killed;
}

/** The end of a container whose reaper is gone: nobody knows its exit code, and what was left of it was killed. */
export function lostEnd(now: number): EndedContainer {
  return { at: now, exitCode: KILLED, reason: 'Error', message: 'the process that watched over the container was killed, and the container with it' };
}
