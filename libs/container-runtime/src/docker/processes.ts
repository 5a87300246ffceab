import { readFile } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import { Backoff, delay, systemClock, withTimeout } from '@gantry/async';
import { keepBeginning } from '../kept-output.js';
import { RuntimeError } from '../runtime.js';
import type { ProcessStreams } from '../runtime.js';
import { translated } from './engine.js';
import type { Engine } from './engine.js';
import { carry } from './stream-carrier.js';
import type { Inspection } from './inspection.js';

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

export interface Processes {
  /** Keeps the beginning of what the command prints. One that takes too long is ended, where the engine's processes are this machine's. */
  execSync(id: string, command: readonly string[], timeoutMs: number): Promise<ExecResult>;
  exec(id: string, command: readonly string[], streams: ProcessStreams, signal: AbortSignal): Promise<{ exitCode: number }>;
  attach(id: string, streams: ProcessStreams, signal: AbortSignal): Promise<void>;
  endCommands(): Promise<void>;
}

export function createProcesses(engine: Engine, inspection: Inspection): Processes {
  const exec: Processes['exec'] = async (id, command, streams, signal) => {
    let started: Docker.Exec | undefined;
    try {
      return await run(engine, id, command, streams, signal, (made) => (started = made));
    } catch (error) {
      if (signal.aborted) await end(id, started);
      throw error;
    }
  };
  return {
    exec,
    async execSync(id, command, timeoutMs) {
      const [stdout, stderr] = [keepBeginning(), keepBeginning()];
      const streams: ProcessStreams = { tty: false, stdout: stdout.take, stderr: stderr.take };
      let started: Docker.Exec | undefined;
      const { exitCode } = await bounded(timeoutMs, (signal) => run(engine, id, command, streams, signal, (made) => (started = made)), () => end(id, started));
      return { exitCode, stdout: stdout.bytes(), stderr: stderr.bytes() };
    },
    async attach(id, streams, signal) {
      const info = await inspection.inspect(id);
      const wantsInput = streams.stdin !== undefined;
      try {
        const options = { stream: true, hijack: true, stdin: wantsInput, stdout: streams.stdout !== undefined, stderr: streams.stderr !== undefined };
        const duplex = (await engine.docker.getContainer(id).attach(options)) as unknown as Duplex;
        await carry(duplex, { ...streams, tty: info.Config.Tty }, (size) => engine.docker.getContainer(id).resize(size), signal);
      } catch (error) {
        throw translated(error, 'invalid');
      }
    },
    async endCommands() {
      const running = (await inspection.list('container')).filter((info) => info.State.Running);
      await Promise.all(running.flatMap(({ Id: id, ExecIDs: execs }) => (execs ?? []).map((exec) => end(id, engine.docker.getExec(exec)))));
    },
  };
}

async function bounded<T>(timeoutMs: number, work: (signal: AbortSignal) => Promise<T>, late: () => Promise<void>): Promise<T> {
  try {
    return await withTimeout(systemClock, timeoutMs, undefined, work);
  } catch (error) {
    if ((error as Error).name !== 'TimeoutError') throw error;
    await late();
    throw new RuntimeError('deadline', `command did not end within ${timeoutMs} ms`, { cause: error });
  }
}

/** An engine cannot end an exec. Its process is a process of this machine, if the control groups of that say that it is the container's. */
async function end(container: string, exec: Docker.Exec | undefined): Promise<void> {
  try {
    const { Running: running, Pid: pid } = (await exec?.inspect()) ?? {};
    if (running !== true || pid === undefined || pid === 0) return;
    if (!(await readFile(`/proc/${pid}/cgroup`, 'utf8')).includes(container)) return;
    for (const each of [...(await descendants(pid)), pid]) kill(each);
  } catch {
    // It has ended meanwhile, or the engine is on another machine: there the process goes on in its container.
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** What a process started, and what those did: a shell's commands would outlive it. Empty where the kernel does not tell. */
async function descendants(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const children = text.split(' ').filter((one) => one !== '').map(Number);
  return (await Promise.all(children.map(async (child) => [child, ...(await descendants(child))]))).flat();
}

async function run(engine: Engine, id: string, command: readonly string[], streams: ProcessStreams, signal: AbortSignal, made: (exec: Docker.Exec) => void = () => undefined): Promise<{ exitCode: number }> {
  const wantsInput = streams.stdin !== undefined;
  try {
    const exec = await engine.docker.getContainer(id).exec({
      Cmd: [...command], AttachStdin: wantsInput, AttachStdout: streams.stdout !== undefined, AttachStderr: streams.stderr !== undefined, Tty: streams.tty,
    });
    made(exec);
    const duplex = await exec.start({ hijack: true, stdin: wantsInput, Tty: streams.tty });
    await carry(duplex, streams, (size) => exec.resize(size), signal);
    return { exitCode: await exitCodeOf(exec, signal) };
  } catch (error) {
    signal.throwIfAborted();
    throw translated(error, 'invalid');
  }
}

/** Milliseconds between looks at a command that has closed its output and not ended yet. */
const LOOK = { initial: 10, cap: 500 };

/** The streams may end before the engine knows how the command ended: to take a missing code for 0 would call a failure a success. */
export async function exitCodeOf(exec: { inspect(): Promise<{ readonly Running?: boolean; readonly ExitCode?: number | null }> }, signal: AbortSignal): Promise<number> {
  const backoff = new Backoff(LOOK);
  for (;;) {
    signal.throwIfAborted();
    const { Running: running, ExitCode: exitCode } = await exec.inspect();
    if (typeof exitCode === 'number' && running !== true) return exitCode;
    if (running !== true) throw new RuntimeError('invalid', 'the engine does not know how the command ended');
    await delay(systemClock, backoff.next(), signal);
  }
}
