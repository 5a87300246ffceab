import { existsSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { delay, systemClock } from '@gantry/async';
import { signalProcess, lookAtProcess } from '@gantry/machine';
import type { OciPlaces } from './places.js';

/** Milliseconds between looks, and how many of them: each of these programs takes less than a second. */
const LOOK = 20;
const LOOKS = 500;

interface Working {
  readonly pid: number;
  readonly args: readonly string[];
}

/**
 * Waits for what a killed predecessor had begun: programs that it ran go on without it, and what they do to the machine comes after any
 * look at it. What is still not over after some seconds is killed.
 */
export async function awaitUnfinished(places: OciPlaces): Promise<void> {
  for (let look = 0; look < LOOKS; look += 1) {
    if (unfinished(places).length === 0) return;
    await delay(systemClock, LOOK);
  }
  for (const { pid } of unfinished(places)) {
    const found = lookAtProcess(pid);
    if (found !== undefined) signalProcess(found, 'SIGKILL');
  }
}

/** Programs that work on this node's things, by their arguments or their directory; a reaper only until its container is made. */
function unfinished(places: OciPlaces): Working[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid).flatMap((name): Working[] => {
    const args = argumentsOf(name);
    const isOurs = args.some((arg) => arg.includes(`${places.root}/`)) || isInside(name, places.root);
    return isOurs && isAtWork(places, args) && !isMade(name, args) ? [{ pid: Number(name), args }] : [];
  });
}

/** Reapers of made containers, holders of sandboxes and commands in containers last; all others end by themselves. */
function isAtWork(places: OciPlaces, args: readonly string[]): boolean {
  // For a moment, while a process becomes another program, it has no arguments.
  if (args.length === 0) return true;
  if (args.includes('exec') || args.some((arg) => arg.startsWith('PTY,'))) return false;
  if (args.includes('--cid')) return !existsSync(places.container(args[args.indexOf('--cid') + 1] ?? '').pidFile);
  return ['create', 'start', 'run', 'delete'].some((verb) => args.includes(verb)) || ['mount', 'umount'].includes(basename(args[0] ?? ''));
}

/** Until it is started, process 1 of a container that crun made has the arguments of who made it. */
function isMade(pid: string, args: readonly string[]): boolean {
  const file = args[args.indexOf('--pid-file') + 1];
  if (!args.includes('--pid-file') || file === undefined) return false;
  try {
    return readFileSync(file, 'utf8').trim() === pid;
  } catch {
    return false;
  }
}

function argumentsOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  } catch {
    return [];
  }
}

function isInside(pid: string, root: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`).startsWith(`${root}/`);
  } catch {
    return false;
  }
}
