import { Backoff, delay, systemClock, type Logger } from '@gantry/async';
import type { NodeProcessConfig } from '../node-process/messages.js';
import { watchNamespace } from './namespace.js';
import { nodeCommand, NodeChild, type NodeCommand } from './node-child.js';

/** Milliseconds that a child has to end once it was told to, its pods' grace included. */
const STOP_TIMEOUT_MS = 60_000;
/** Milliseconds between an end and the next start; longer each time until one has lived for `STEADY_MS`. */
const RESTART = { initial: 500, cap: 30_000 };
const STEADY_MS = 60_000;

/** What one life of the node depends on. */
export interface PreparedNode {
  readonly config: NodeProcessConfig;
  /** Where the node's network namespace is: `/proc/<pid>/ns/net`, or a name that is mounted. */
  readonly namespace: string;
}

export interface NodeProcessOptions {
  readonly nodeName: string;
  /** Called before every start: makes sure that the node's namespace is there. */
  readonly prepare: () => Promise<PreparedNode>;
  /** What the child prints, crashes included, is appended here. */
  readonly output: string;
  readonly logger: Logger;
  /** What a user should know though the node serves; each text once. */
  readonly onWarning: (text: string) => void;
  /** Called when a child that took the place of another serves: it has another process id. */
  readonly onRestart?: () => void;
  /** Tests run something else than the kubelet. */
  readonly command?: NodeCommand;
  readonly restart?: { readonly initial: number; readonly cap: number };
}

/**
 * One node's child process, in the node's network namespace. Its channel to the parent carries the configuration (a token is
 * in it, so neither arguments nor environment) and tells it that the parent has died. A child that ends by itself, or whose
 * namespace is gone is started again with back-off.
 */
export class NodeProcess {
  readonly #stopping = new AbortController();
  readonly #backoff: Backoff;
  readonly #warned = new Set<string>();
  #child: NodeChild | undefined;
  #supervising: Promise<void> | undefined;

  constructor(private readonly options: NodeProcessOptions) {
    this.#backoff = new Backoff(options.restart ?? RESTART);
  }

  /** Resolves when the node serves; rejects when the first start fails: then nothing is left and nothing is tried again. */
  async start(): Promise<void> {
    const { child, release } = await this.#launch();
    this.#supervising = this.#supervise(child, release);
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** `endPods`: end the containers with their grace; else they run on. */
  async stop(endPods: boolean): Promise<void> {
    this.#stopping.abort();
    await this.#child?.stop(endPods, STOP_TIMEOUT_MS);
    await this.#supervising;
  }

  /** One life after another. */
  async #supervise(child: NodeChild, release: () => void): Promise<void> {
    for (let life: { child: NodeChild; release: () => void } | undefined = { child, release }; ; life = await this.#again()) {
      if (life === undefined) return;
      const since = performance.now();
      const end = await life.child.ended;
      life.release();
      if (this.#stopping.signal.aborted) return;
      if (performance.now() - since > STEADY_MS) this.#backoff.reset();
      this.options.logger.warn({ node: this.options.nodeName, ...end }, 'the node process ended; it is started again, containers run on');
    }
  }

  /** The next life, however often it takes; undefined when the node is to stop. */
  async #again(): Promise<{ child: NodeChild; release: () => void } | undefined> {
    for (;;) {
      await delay(systemClock, this.#backoff.next(), this.#stopping.signal).catch(() => undefined);
      if (this.#stopping.signal.aborted) return undefined;
      try {
        const life = await this.#launch();
        this.options.logger.info({ node: this.options.nodeName, pid: life.child.pid }, 'the node process serves again');
        this.options.onRestart?.();
        return life;
      } catch (error) {
        if (!this.#stopping.signal.aborted) this.options.logger.warn({ node: this.options.nodeName, error: String(error), failures: this.#backoff.failures }, 'the node process could not be started again');
      }
    }
  }

  async #launch(): Promise<{ child: NodeChild; release: () => void }> {
    const { config, namespace } = await this.options.prepare();
    this.#stopping.signal.throwIfAborted();
    const child = new NodeChild((this.options.command ?? nodeCommand)(namespace), this.options.output, (text) => this.#tell(text));
    this.#child = child;
    const release = watchNamespace(namespace, () => this.#namespaceLost(child));
    try {
      await child.configure(config);
      return { child, release };
    } catch (error) {
      release();
      child.kill();
      await child.ended;
      throw error;
    }
  }

  /** Its pods' links went with the namespace, whoever ended that: only a new life in a new one helps. */
  #namespaceLost(child: NodeChild): void {
    this.options.logger.warn({ node: this.options.nodeName }, "the node's network namespace is gone; the node gets a new one and its pods are plugged in again");
    child.kill();
  }

  #tell(text: string): void {
    if (this.#warned.has(text)) return;
    this.#warned.add(text);
    this.options.onWarning(text);
  }
}
