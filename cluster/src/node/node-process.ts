import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync, closeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Logger } from '@gantry/async';
import type { NodeMessage, NodeProcessConfig } from '@gantry/kubelet/process';

/** Milliseconds that a child has to end once it was told to, its pods' grace included. */
const STOP_TIMEOUT_MS = 60_000;
const FIRST_RESTART_MS = 500;
const LONGEST_RESTART_MS = 30_000;

export interface NodeProcessOptions {
  readonly config: NodeProcessConfig;
  /** A process whose network namespace the child enters: the node's. */
  readonly namespacePid: number;
  /** What the child prints, crashes included, is appended here. */
  readonly output: string;
  readonly logger: Logger;
}

/**
 * One node's child process, in the node's network namespace. Its channel to the parent carries the configuration (a token is
 * in it, so neither arguments nor environment) and tells it that the parent has died. A child that ends by itself is started
 * again with back-off.
 */
export class NodeProcess {
  #child: ChildProcess | undefined;
  #stopping = false;
  #restartDelay = FIRST_RESTART_MS;
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: NodeProcessOptions) {}

  /** Resolves when the node serves. */
  async start(): Promise<void> {
    await this.#launch();
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** `endPods`: end the containers with their grace; else they run on. */
  async stop(endPods: boolean): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    send(child, { type: 'stop', endPods });
    const deadline = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(deadline);
  }

  async #launch(): Promise<void> {
    const child = spawnChild(this.options);
    this.#child = child;
    child.once('exit', (code, signal) => this.#ended(code, signal));
    send(child, { type: 'configure', config: this.options.config });
    await readiness(child);
    this.#restartDelay = FIRST_RESTART_MS;
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#stopping) return;
    this.options.logger.warn({ node: this.options.config.nodeName, code, signal, restartInMs: this.#restartDelay }, 'the node process ended; starting it again');
    this.#timer = setTimeout(() => void this.#launch().catch(() => undefined), this.#restartDelay);
    this.#restartDelay = Math.min(this.#restartDelay * 2, LONGEST_RESTART_MS);
  }
}

function spawnChild(options: NodeProcessOptions): ChildProcess {
  const program = fileURLToPath(import.meta.resolve('@gantry/kubelet/main'));
  const output = openSync(options.output, 'a', 0o600);
  try {
    return spawn('nsenter', [`--net=/proc/${options.namespacePid}/ns/net`, process.execPath, program], { stdio: ['ignore', output, output, 'ipc'], env: childEnvironment() });
  } finally {
    closeSync(output);
  }
}

/** The child reads no configuration from the environment: it gets what programs need to be found, and Node's own switches. */
function childEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, LANG, TZ, NODE_OPTIONS, NODE_EXTRA_CA_CERTS, NODE_COMPILE_CACHE } = process.env;
  return { PATH: `${PATH ?? ''}:/usr/sbin:/sbin`, HOME, LANG, TZ, NODE_OPTIONS, NODE_EXTRA_CA_CERTS, NODE_COMPILE_CACHE };
}

async function readiness(child: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    child.on('message', (message: NodeMessage) => {
      if (message.type === 'ready') resolve();
      if (message.type === 'failed') reject(new Error(message.message));
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`the node process ended before it was ready (${signal ?? `code ${code}`})`)));
  });
}

function send(child: ChildProcess, message: NodeMessage): void {
  if (child.connected) child.send(message, () => undefined);
}
