import { request as httpsRequest, Agent } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Figure } from '../figure.js';
import { startClusterUnderTest, type Endpoint } from '../cluster-under-test.js';
import { runLoad, tlsSender, type Send } from '../load/http-load.js';
import { podBody } from '../load/pods.js';
import { percentile } from '../report/statistics.js';

const WATCHERS = 100;
const RATE = 1000;
const SECONDS = 5;
const BURST = 10_000;
const PATH = '/api/v1/namespaces/default/pods';

/** Standalone, TLS; watchers, writer and cluster share the cores. One of the watchers reads names, the others count. */
export async function watch(say: (text: string) => void): Promise<Figure[]> {
  const cluster = await startClusterUnderTest();
  try {
    const sender = tlsSender(cluster.endpoint, 64);
    const alone = new Watchers(cluster.endpoint, 1);
    await alone.open();
    say('one watcher, one write at a time');
    const single = await paced(sender.send, alone, 'alone', 100, 2);
    alone.close();
    const watchers = new Watchers(cluster.endpoint, WATCHERS);
    await watchers.open();
    say(`${WATCHERS} watchers, ${RATE} writes a second for ${SECONDS} s`);
    const steady = await paced(sender.send, watchers, 'steady', RATE, SECONDS);
    say(`${WATCHERS} watchers, ${BURST} writes as fast as they go`);
    const perSecond = await burst(sender.send, watchers);
    watchers.close();
    sender.close();
    return figures(single, steady, perSecond);
  } finally {
    await cluster.dispose();
  }
}

interface Paced {
  /** Milliseconds from the request sent to the event seen, and to the answer. */
  readonly toEvent: number[];
  readonly toAnswer: number[];
}

function figures(single: Paced, steady: Paced, perSecond: number): Figure[] {
  const answer = (paced: Paced, part: number): Figure['floor'] => ({ name: 'answer to the write', value: percentile(paced.toAnswer, part) });
  return [
    { measure: 'request to event, 1 watcher, p50', value: percentile(single.toEvent, 0.5), unit: 'ms', floor: answer(single, 0.5) },
    { measure: `request to event, ${WATCHERS} watchers at ${RATE}/s, p50`, value: percentile(steady.toEvent, 0.5), unit: 'ms', floor: answer(steady, 0.5) },
    { measure: `request to event, ${WATCHERS} watchers at ${RATE}/s, p99`, value: percentile(steady.toEvent, 0.99), unit: 'ms', floor: answer(steady, 0.99) },
    { measure: 'deliveries', value: perSecond, unit: '/s' },
  ];
}

async function paced(send: Send, watchers: Watchers, prefix: string, rate: number, seconds: number): Promise<Paced> {
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
    pending.push(send({ method: 'POST', path: PATH, body: podBody(name) }).then(() => void toAnswer.push(performance.now() - at)));
  }
  await Promise.all(pending);
  await watchers.until(() => [...sent.keys()].every((name) => watchers.seen.has(name)));
  return { toAnswer, toEvent: [...sent].map(([name, at]) => (watchers.seen.get(name) ?? Infinity) - at) };
}

async function burst(send: Send, watchers: Watchers): Promise<number> {
  const target = watchers.events + BURST * WATCHERS;
  const began = performance.now();
  await runLoad(send, { connections: 64, count: BURST, make: (index) => ({ method: 'POST', path: PATH, body: podBody(`burst-${index}`) }) });
  await watchers.until(() => watchers.events >= target);
  return (BURST * WATCHERS) / ((performance.now() - began) / 1000);
}

/** So many watches, each on a connection of its own. */
class Watchers {
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
    const response = await this.#get(`${PATH}?limit=1`);
    let text = '';
    for await (const chunk of response) text += String(chunk);
    return (JSON.parse(text) as { metadata: { resourceVersion: string } }).metadata.resourceVersion;
  }

  async #watch(version: string, reads: boolean): Promise<void> {
    const response = await this.#get(`${PATH}?watch=true&resourceVersion=${version}`);
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
