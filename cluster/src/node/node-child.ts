import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { NodeMessage, NodeProcessConfig } from '../node-process/messages.js';

/**
 * Node's own switches for the child: a kubelet's heap is some 25 MB, so a young generation of 1 MB costs little time and
 * saves 15 MB (measured), and a leak ends the child, which is started again, before it troubles the machine.
 */
const NODE_SWITCHES = ['--max-semi-space-size=1', '--max-old-space-size=512', '--optimize-for-size'];

/** Program and arguments that run a node inside the network namespace at a path. */
export type NodeCommand = (namespace: string) => readonly [program: string, ...args: string[]];

/** The node's program of this installation, which `nsenter` becomes: the process id stays. */
export const nodeCommand: NodeCommand = (namespace) => {
  const program = fileURLToPath(import.meta.resolve('@gantry/cluster/node-process'));
  return ['nsenter', `--net=${namespace}`, process.execPath, ...NODE_SWITCHES, program];
};

export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One life of a node's process. */
export class NodeChild {
  readonly ended: Promise<ChildEnd>;
  readonly #process: ChildProcess;

  /** `output`: a file that what the child prints is appended to, crashes included. `onWarning`: what the user should know though it serves. */
  constructor(command: readonly [string, ...string[]], output: string, onWarning: (text: string) => void) {
    this.#process = spawnChild(command, output);
    this.#process.on('message', (message: NodeMessage) => {
      if (message.type === 'warning') onWarning(message.text);
    });
    // A program that cannot be started has no exit.
    this.ended = new Promise((resolve) => {
      this.#process.once('exit', (code, signal) => resolve({ code, signal }));
      this.#process.on('error', () => resolve({ code: null, signal: null }));
    });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Resolves when the node serves. */
  async configure(config: NodeProcessConfig): Promise<void> {
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

/** Ways to registries, for a node that fetches images itself. */
const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'].flatMap((name) => [name, name.toLowerCase()]);

/** The child reads no configuration from the environment: it gets what programs need to be found, ways out, and Node's own switches. */
function childEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, LANG, TZ, NODE_OPTIONS, NODE_EXTRA_CA_CERTS, NODE_COMPILE_CACHE } = process.env;
  const proxies = Object.fromEntries(PROXIES.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
  return { PATH: `${PATH ?? ''}:/usr/sbin:/sbin`, HOME, LANG, TZ, NODE_OPTIONS, NODE_EXTRA_CA_CERTS, NODE_COMPILE_CACHE, ...proxies };
}

async function readiness(child: ChildProcess): Promise<void> {
  const over = new AbortController();
  try {
    await Promise.race([answer(child, over.signal), failure(child, over.signal)]);
  } finally {
    over.abort();
  }
}

/** By a listener that stays: messages can come several at a time. */
function answer(child: ChildProcess, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const listen = (message: NodeMessage): void => {
      if (message.type === 'ready') resolve();
      if (message.type === 'failed') reject(new Error(message.message));
    };
    child.on('message', listen);
    signal.addEventListener('abort', () => child.off('message', listen), { once: true });
  });
}

/** `once` rejects by itself on an `error`, such as a program that is not there. */
async function failure(child: ChildProcess, signal: AbortSignal): Promise<never> {
  const [code, ending] = (await once(child, 'exit', { signal })) as [number | null, string | null];
  throw new Error(`the node process ended before it was ready (${ending ?? `code ${code}`})`);
}
