import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { delay, systemClock } from '@gantry/async';
import { lookAtProcess, signalProcess } from '@gantry/machine';
import type { ProcessState } from '@gantry/machine';
import type { CommandFiles } from './command-files.js';

/** How often what is left is looked for: processes make others while they are killed. */
const ROUNDS = 20;

/**
 * Kills a command with what it started: the runtime's process, all below it, and all of their sessions, so that what was left in the
 * background goes too. Only a daemon that took a session of its own and left its parent stays, as it would when the command ended by itself.
 */
export async function endCommand(files: CommandFiles, container: string): Promise<void> {
  const known = new Set<number>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const processes = allProcesses();
    for (const pid of beginnings(files, container, processes)) known.add(pid);
    const found = belonging(processes, known).filter(({ isZombie }) => !isZombie);
    if (found.length === 0) return;
    for (const each of found) {
      known.add(each.pid);
      signalProcess(each, 'SIGKILL');
    }
    await delay(systemClock, round);
  }
}

function allProcesses(): ProcessState[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => lookAtProcess(Number(name)) ?? []);
}

/** Those that run the command, which have its directory among their arguments; the command itself; and what nobody runs any more. */
function beginnings({ directory, pidFile }: CommandFiles, container: string, processes: readonly ProcessState[]): number[] {
  const runners = processes.filter(({ pid }) => textOf(`/proc/${pid}/cmdline`).includes(directory)).map(({ pid }) => pid);
  const abandoned = processes.filter((each) => isAbandoned(each, container)).map(({ pid }) => pid);
  const command = processOf({ pidFile }, container);
  return [...runners, ...abandoned, ...(command === undefined ? [] : [command])];
}

/**
 * Whether it is a command whose runtime was killed before it could write down the command's process: it is in the container, and its parent
 * is somebody outside of the container's processes who has nothing to do with it. Of all others that is the reaper or a runtime, which name it.
 */
function isAbandoned({ pid, parent }: ProcessState, container: string): boolean {
  if (!isIn(pid, container) || processesOf(pid) === processesOf(parent)) return false;
  return !textOf(`/proc/${parent}/cmdline`).includes(container);
}

/** The namespace that says which processes it sees. */
function processesOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return '';
  }
}

function isIn(pid: number, container: string): boolean {
  return textOf(`/proc/${pid}/cgroup`).includes(container);
}

/** The process of the command, while it is one of the container. */
export function processOf({ pidFile }: Pick<CommandFiles, 'pidFile'>, container: string): number | undefined {
  const pid = Number(textOf(pidFile));
  return pid > 0 && isIn(pid, container) ? pid : undefined;
}

/** Those of `roots`, their descendants, and the members of sessions that one of these leads. */
export function belonging(processes: readonly ProcessState[], roots: ReadonlySet<number>): ProcessState[] {
  const members = new Set<number>(roots);
  for (let before = -1; before !== members.size; ) {
    before = members.size;
    for (const { pid, parent, session } of processes) if (members.has(parent) || members.has(session)) members.add(pid);
  }
  return processes.filter(({ pid }) => members.has(pid));
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
