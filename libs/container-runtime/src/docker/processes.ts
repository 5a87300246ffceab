import type { Duplex } from 'node:stream';
import { Backoff, delay, systemClock, withTimeout } from '@gantry/async';
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
  execSync(id: string, command: readonly string[], timeoutMs: number): Promise<ExecResult>;
  exec(id: string, command: readonly string[], streams: ProcessStreams, signal: AbortSignal): Promise<{ exitCode: number }>;
  attach(id: string, streams: ProcessStreams, signal: AbortSignal): Promise<void>;
}

export function createProcesses(engine: Engine, inspection: Inspection): Processes {
  const exec: Processes['exec'] = (id, command, streams, signal) => run(engine, id, command, streams, signal);
  return {
    exec,
    async execSync(id, command, timeoutMs) {
      const stdout: Uint8Array[] = [];
      const stderr: Uint8Array[] = [];
      const streams: ProcessStreams = { tty: false, stdout: (chunk) => void stdout.push(chunk), stderr: (chunk) => void stderr.push(chunk) };
      const { exitCode } = await bounded(timeoutMs, (signal) => exec(id, command, streams, signal));
      return { exitCode, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) };
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
  };
}

/** The engine cannot end an exec; who waited too long is told, and the process goes on in its container. */
async function bounded<T>(timeoutMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  try {
    return await withTimeout(systemClock, timeoutMs, undefined, work);
  } catch (error) {
    if ((error as Error).name === 'TimeoutError') throw new RuntimeError('deadline', `command did not end within ${timeoutMs} ms`, { cause: error });
    throw error;
  }
}

async function run(engine: Engine, id: string, command: readonly string[], streams: ProcessStreams, signal: AbortSignal): Promise<{ exitCode: number }> {
  const wantsInput = streams.stdin !== undefined;
  try {
    const exec = await engine.docker.getContainer(id).exec({
      Cmd: [...command], AttachStdin: wantsInput, AttachStdout: streams.stdout !== undefined, AttachStderr: streams.stderr !== undefined, Tty: streams.tty,
    });
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
