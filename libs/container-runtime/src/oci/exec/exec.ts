import { onAbort, systemClock } from '@gantry/async';
import { keepBeginning } from '../../kept-output.js';
import type { ContainerRuntime, ProcessStreams } from '../../runtime.js';
import { RuntimeError } from '../../runtime.js';
import type { StreamDependencies } from '../seam.js';
import { listCommandFiles, makeCommandFiles, removeCommandFiles } from './command-files.js';
import { endCommand, processOf } from './end-command.js';
import { runInContainer } from './run-command.js';
import type { Command } from './run-command.js';

/** Commands in containers that run. */
export function createExec(dependencies: StreamDependencies): Pick<ContainerRuntime, 'exec' | 'execSync' | 'endCommands'> {
  const { containers, places } = dependencies;
  const exec: ContainerRuntime['exec'] = async (id, args, streams, signal) => {
    await refuseEnded(dependencies, id);
    const files = await makeCommandFiles(places.container(id).directory);
    let killing: Promise<void> | undefined;
    const release = onAbort(signal, () => (killing = endCommand(files, id)));
    try {
      return { exitCode: await run(dependencies, { container: id, args, files }, streams, signal) };
    } catch (error) {
      await killing;
      throw signal.aborted ? signal.reason : error;
    } finally {
      release();
      await removeCommandFiles(files);
    }
  };
  return {
    exec,
    execSync: async (id, args, timeoutMs) => {
      const [stdout, stderr] = [keepBeginning(), keepBeginning()];
      const { exitCode } = await bounded(timeoutMs, (limit) => exec(id, args, { tty: false, stdout: stdout.take, stderr: stderr.take }, limit));
      return { exitCode, stdout: stdout.bytes(), stderr: stderr.bytes() };
    },
    async endCommands() {
      const all = (await containers.list()).map(({ record: { id } }) => id);
      await Promise.all(all.map(async (id) => {
        for (const files of await listCommandFiles(places.container(id).directory)) {
          await endCommand(files, id);
          await removeCommandFiles(files);
        }
      }));
    },
  };
}

async function run(dependencies: StreamDependencies, command: Command, streams: ProcessStreams, signal: AbortSignal): Promise<number> {
  const { exitCode, killed, refusal } = await runInContainer(dependencies, command, streams, signal);
  signal.throwIfAborted();
  // Where the runtime was killed, or one that it was started by, something of the command may be left.
  if (killed || refusal === '' || processOf(command.files, command.container) !== undefined) await endCommand(command.files, command.container);
  if (refusal !== undefined) throw new RuntimeError('invalid', `OCI runtime exec failed: ${refusal || `exit code ${exitCode}`}`);
  return exitCode;
}

async function refuseEnded({ containers }: StreamDependencies, id: string): Promise<void> {
  const { state } = await containers.get(id);
  if (state !== 'running') throw new RuntimeError('invalid', `container "${id}" is not running`);
}

async function bounded<T>(timeoutMs: number, work: (limit: AbortSignal) => Promise<T>): Promise<T> {
  const limit = new AbortController();
  const timer = systemClock.setTimeout(() => limit.abort(), timeoutMs);
  try {
    return await work(limit.signal);
  } catch (error) {
    if (!limit.signal.aborted) throw error;
    throw new RuntimeError('deadline', `command did not end within ${timeoutMs} ms`, { cause: error });
  } finally {
    timer.cancel();
  }
}
