import { setTimeout as delay } from 'node:timers/promises';
import { CONFIGMAPS, type Client } from '@gantry/client';

const AGAIN_MS = 50;

/** Watches the ConfigMaps of a namespace for as long as it lives, resuming where a broken watch ended, and holds every event against those before. */
export class ResumedWatch {
  /** Of every ConfigMap: the version of its creation. */
  readonly created = new Map<string, string>();
  /** What must never be. */
  readonly violations: string[] = [];
  breaks = 0;
  #version: string;
  readonly #abort = new AbortController();
  readonly #running: Promise<void>;

  /** From `version` on. */
  constructor(
    private readonly client: Client,
    private readonly namespace: string,
    version: string,
  ) {
    this.#version = version;
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      try {
        for await (const event of this.client.resource(CONFIGMAPS, this.namespace).watch({ resourceVersion: this.#version, signal })) {
          this.#note(event.type, event.object.metadata?.name ?? '', event.object.metadata?.resourceVersion ?? '');
        }
      } catch (error) {
        // 410: the history between is gone, so a client would have to list again.
        if ((error as { status?: { code?: number } }).status?.code === 410) return void this.violations.push(`not resumed at ${this.#version}: ${(error as Error).message}`);
      }
      this.breaks++;
      await delay(AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  #note(type: string, name: string, version: string): void {
    if (type === 'BOOKMARK' ? BigInt(version) < BigInt(this.#version) : BigInt(version) <= BigInt(this.#version)) this.violations.push(`${type} ${name} at ${version} after ${this.#version}`);
    this.#version = version;
    if (type === 'BOOKMARK') return;
    if (type !== 'ADDED' || this.created.has(name)) this.violations.push(`${type} ${name} at ${version}, made at ${this.created.get(name)}`);
    this.created.set(name, version);
  }
}
