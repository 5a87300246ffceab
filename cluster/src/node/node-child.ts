import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { NodeMessage, NodeProcessConfig } from '@gantry/kubelet/process';

/**
 * Node's own switches for the child: a kubelet's heap is some 25 MB, so a young generation of 1 MB costs little time and
 * saves 15 MB (measured), and a leak ends the child, which is started again, before it troubles the machine.
 */
const NODE_SWITCHES = ['--max-semi-space-size=1', '--max-old-space-size=512', '--optimize-for-size'];

/** Program and arguments that run a node inside the network namespace of a process. */
export type NodeCommand = (namespacePid: number) => readonly [program: string, ...args: string[]];

/** The kubelet of this installation, which `nsenter` becomes: the process id stays. */
export const kubeletCommand: NodeCommand = (namespacePid) => {
  const program = fileURLToPath(import.meta.resolve('@gantry/kubelet/main'));
  return ['nsenter', `--net=/proc/${namespacePid}/ns/net`, process.execPath, ...NODE_SWITCHES, program];
};

export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One life of a node's process. */
export class NodeChild {
  readonly ended: Promise<ChildEnd>;
  readonly #process: ChildProcess;

  /** `output`: a file that what the child prints is appended to, crashes included. */
  constructor(command: readonly [string, ...string[]], output: string) {
    this.#process = spawnChild(command, output);
    // A program that cannot be started has no exit.
    this.ended = new Promise((resolve) => {
      this.#process.once('exit', (code, signal) => resolve({ code, signal }));
      this.#process.on('error', () => resolve({ code: null, signal: null }));
    });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Resolves, when the node serves, with what the user should know of it. */
  async configure(config: NodeProcessConfig): Promise<readonly string[]> {
    const answer = readiness(this.#process);
    this.#send({ type: 'configure', config });
    return answer;
  }

  /** Lets it end by itself and kills it after `timeoutMs`. */
  async stop(endPods: boolean, timeoutMs: number): Promise<void> {
    this.#send({ type: 'stop', endPods });
    const deadline = setTimeout(() => this.kill(), timeoutMs);
    await this.ended;
    clearTimeout(deadline);
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  #send(message: NodeMessage): void {
    if (this.#process.connected) this.#process.send(message, () => undefined);
  }
}

function spawnChild([program, ...args]: readonly [string, ...string[]], path: string): ChildProcess {
  const output = openSync(path, 'a', 0o600);
  try {
    return spawn(program, args, { stdio: ['ignore', output, output, 'ipc'], env: childEnvironment() });
  } finally {
    closeSync(output);
  }
}

/** The child reads no configuration from the environment: it gets what programs need to be found, and Node's own switches. */
function childEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, LANG, TZ, NODE_OPTIONS, NODE_EXTRA_CA_CERTS, NODE_COMPILE_CACHE } = process.env;
  return { PATH: `${PATH ?? ''}:/usr/sbin:/sbin`, HOME, LANG, TZ, NODE_OPTIONS, NODE_EXTRA_CA_CERTS, NODE_COMPILE_CACHE };
}

async function readiness(child: ChildProcess): Promise<readonly string[]> {
  const over = new AbortController();
  try {
    return await Promise.race([answer(child, over.signal), failure(child, over.signal)]);
  } finally {
    over.abort();
  }
}

async function answer(child: ChildProcess, signal: AbortSignal): Promise<readonly string[]> {
  for (;;) {
    const [message] = (await once(child, 'message', { signal })) as [NodeMessage];
    if (message.type === 'ready') return message.warnings;
    if (message.type === 'failed') throw new Error(message.message);
  }
}

/** `once` rejects by itself on an `error`, such as a program that is not there. */
async function failure(child: ChildProcess, signal: AbortSignal): Promise<never> {
  const [code, ending] = (await once(child, 'exit', { signal })) as [number | null, string | null];
  throw new Error(`the node process ended before it was ready (${ending ?? `code ${code}`})`);
}
