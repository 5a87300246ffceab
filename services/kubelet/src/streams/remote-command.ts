import { newInternalError } from '@gantry/apimachinery';
import type { ByteStream } from '@gantry/bus';
import type { ContainerRuntime, ContainerStatus, ProcessStreams } from '@gantry/container-runtime';
import { CHANNELS, ChannelWriter } from '@gantry/stream-protocols/channels';
import { identityOf } from '../pods/pod.js';
import { latestOf, readWorld } from '../pods/world.js';
import { CommandInput } from './command-input.js';
import type { LogSources } from './container-logs.js';
import { StreamError } from './stream-error.js';
import type { StreamRequest } from './stream-request.js';

type Accepting = ByteStream & { accept(headers?: Readonly<Record<string, string>>): void };

interface Wanted {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
  readonly command: readonly string[];
}

/** `metav1.Status`, as the error channel carries it. */
type Outcome = Readonly<Record<string, unknown>>;

/**
 * Runs a command in a container, or joins its main process, with the client's streams; resolves when that is over and its outcome was sent. When the client leaves
 * the command is ended. Throws `StreamError` before anything was begun.
 */
export async function serveRemoteCommand(sources: LogSources, request: StreamRequest, stream: Accepting, signal: AbortSignal): Promise<void> {
  const wanted = wantedOf(request);
  const { id } = await runningContainer(sources, request);
  stream.accept({ status: '200' });
  const input = new CommandInput();
  const writer = new ChannelWriter((chunk) => stream.write(chunk));
  void input.follow(stream.readable);
  try {
    const streams = processStreams(wanted, input, writer);
    const outcome = request.what === 'exec' ? await executed(sources.runtime, id, wanted.command, streams, signal) : await attached(sources.runtime, id, streams, signal);
    await writer.data(CHANNELS.error, Buffer.from(JSON.stringify(outcome)));
    await stream.end();
  } finally {
    input.close();
  }
}

function wantedOf({ what, query }: StreamRequest): Wanted {
  const flag = (name: string): boolean => query.get(name) === '1';
  const tty = flag('tty');
  // A terminal has one output: kubelets ignore the wish for another.
  const wanted = { stdin: flag('input'), stdout: flag('output'), stderr: flag('error') && !tty, tty, command: query.getAll('command') };
  if (!wanted.stdin && !wanted.stdout && !wanted.stderr) throw new StreamError(400, 'you must specify at least 1 of stdin, stdout, stderr\n');
  if (what === 'exec' && wanted.command.length === 0) throw new StreamError(400, 'you must specify a command\n');
  return wanted;
}

async function runningContainer({ runtime, findPod }: LogSources, { namespace, pod: name, container }: StreamRequest): Promise<ContainerStatus> {
  const pod = findPod(namespace, name);
  if (pod === undefined) throw new StreamError(404, 'pod does not exist\n');
  const latest = latestOf(await readWorld(runtime, identityOf(pod).uid), container);
  if (latest?.state !== 'running') throw new StreamError(500, `container not found (${JSON.stringify(container)})\n`);
  return latest;
}

function processStreams(wanted: Wanted, input: CommandInput, writer: ChannelWriter): ProcessStreams {
  return {
    tty: wanted.tty,
    ...(wanted.stdin ? { stdin: input.stdin } : {}),
    ...(wanted.stdout ? { stdout: (chunk: Uint8Array) => writer.data(CHANNELS.stdout, chunk) } : {}),
    ...(wanted.stderr ? { stderr: (chunk: Uint8Array) => writer.data(CHANNELS.stderr, chunk) } : {}),
    ...(wanted.tty ? { resize: input.resize } : {}),
  };
}

async function executed(runtime: ContainerRuntime, id: string, command: readonly string[], streams: ProcessStreams, signal: AbortSignal): Promise<Outcome> {
  try {
    const { exitCode } = await runtime.exec(id, command, streams, signal);
    return exitCode === 0 ? SUCCESS : nonZeroExit(command, exitCode);
  } catch (error) {
    signal.throwIfAborted();
    return { ...newInternalError(new Error(`error executing command in container: ${messageOf(error)}`)).status };
  }
}

async function attached(runtime: ContainerRuntime, id: string, streams: ProcessStreams, signal: AbortSignal): Promise<Outcome> {
  try {
    await runtime.attach(id, streams, signal);
    return SUCCESS;
  } catch (error) {
    signal.throwIfAborted();
    return { ...newInternalError(new Error(`error attaching to container: ${messageOf(error)}`)).status };
  }
}

const SUCCESS: Outcome = { metadata: {}, status: 'Success' };

function nonZeroExit(command: readonly string[], exitCode: number): Outcome {
  return {
    metadata: {}, status: 'Failure', reason: 'NonZeroExitCode',
    message: `command terminated with non-zero exit code: error executing command [${command.join(' ')}], exit code ${exitCode}`,
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
