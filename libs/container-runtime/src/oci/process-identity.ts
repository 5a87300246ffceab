import { readFileSync } from 'node:fs';

/** A process that cannot be taken for another one that got its number later. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Ticks from the machine's start to the process's. */
  readonly startTime: number;
}

export interface ProcessState extends ProcessIdentity {
  readonly parent: number;
  /** The process that leads, or led, its session. */
  readonly session: number;
  /** It has ended, and nobody has asked how. */
  readonly isZombie: boolean;
}

/** Undefined where there is no such process. Not awaited: the kernel answers from memory. */
export function lookAtProcess(pid: number): ProcessState | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The name stands in brackets and can have anything in it, brackets included.
  const [state = '', parent = '', , session = '', ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { pid, parent: Number(parent), session: Number(session), startTime: Number(rest[15]), isZombie: state === 'Z' || state === 'X' };
}

/** Whether the process was started with this word. */
export function hasArgument(pid: number, word: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(word);
  } catch {
    return false;
  }
}

export function isAlive({ pid, startTime }: ProcessIdentity): boolean {
  const present = lookAtProcess(pid);
  return present !== undefined && !present.isZombie && present.startTime === startTime;
}

/** Sends the signal where that very process is there. */
export function signalProcess(identity: ProcessIdentity, signal: number | NodeJS.Signals): void {
  if (!isAlive(identity)) return;
  try {
    process.kill(identity.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
