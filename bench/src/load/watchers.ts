import type { IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import type { Endpoint } from '../cluster-under-test.js';
import type { Send } from './http-load.js';
import { podBody, PODS_PATH } from './pods.js';

/** When writes at a steady rate were answered and seen. */
export interface Paced {
  /** Milliseconds from the request sent to the event seen, and to the answer. */
  readonly toEvent: number[];
  readonly toAnswer: number[];
}

/** Creates pods at a rate, whether or not those before were answered; ends when the first watcher saw all of them. */
export async function paced(send: Send, watchers: Watchers, prefix: string, rate: number, seconds: number): Promise<Paced> {
  const sent = new Map<string, number>();
  const toAnswer: number[] = [];
  const began = performance.now();
  const pending: Promise<void>[] = [];
  for (let index = 0; index < rate * seconds; index++) {
    const due = began + (index * 1000) / rate;
    const early = due - performance.now();
    if (early > 0) await delay(early);
    const name = `${prefix}-${index}`;
    const at = performance.now();
    sent.set(name, at);
    pending.push(send({ method: 'POST', path: PODS_PATH, body: podBody(name) }).then(() => void toAnswer.push(performance.now() - at)));
  }
  await Promise.all(pending);
  await watchers.until(() => [...sent.keys()].every((name) => watchers.seen.has(name)));
  return { toAnswer, toEvent: [...sent].map(([name, at]) => (watchers.seen.get(name) ?? Infinity) - at) };
}

/** So many watches, each on a connection of its own. */
export class Watchers {
  /** Name of the pod → when the first watcher saw it. */
  readonly seen = new Map<string, number>();
  events = 0;
  readonly #agent: Agent;
  #rest = '';
  #woken: () => void = () => undefined;

  constructor(
    private readonly endpoint: Endpoint,
    private readonly count: number,
  ) {
    this.#agent = new Agent({ keepAlive: true, ca: endpoint.ca, cert: endpoint.cert, key: endpoint.key });
  }

  async open(): Promise<void> {
    const version = await this.#currentVersion();
    await Promise.all(Array.from({ length: this.count }, (_, index) => this.#watch(version, index === 0)));
  }

  close(): void {
    this.#agent.destroy();
  }

  async until(condition: () => boolean): Promise<void> {
    const deadline = performance.now() + 60_000;
    while (!condition()) {
      if (performance.now() > deadline) throw new Error('the watchers did not see every event within a minute');
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 100);
        this.#woken = () => (clearTimeout(timer), resolve());
      });
    }
  }

  async #currentVersion(): Promise<string> {
    const response = await this.#get(`${PODS_PATH}?limit=1`);
    let text = '';
    for await (const chunk of response) text += String(chunk);
    return (JSON.parse(text) as { metadata: { resourceVersion: string } }).metadata.resourceVersion;
  }

  async #watch(version: string, reads: boolean): Promise<void> {
    const response = await this.#get(`${PODS_PATH}?watch=true&resourceVersion=${version}`);
    response.on('error', () => undefined);
    response.on('data', (chunk: Buffer) => this.#received(chunk, reads));
  }

  #received(chunk: Buffer, reads: boolean): void {
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) this.events++;
    if (reads) this.#read(chunk);
    this.#woken();
  }

  #read(chunk: Buffer): void {
    const at = performance.now();
    const lines = (this.#rest + chunk.toString('latin1')).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const name = /"name":"([^"]+)"/.exec(line)?.[1];
      if (name !== undefined && !this.seen.has(name)) this.seen.set(name, at);
    }
  }

  #get(path: string): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      httpsRequest({ host: '127.0.0.1', port: this.endpoint.port, agent: this.#agent, path }, resolve).once('error', reject).end();
    });
  }
}
