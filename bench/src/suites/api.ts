import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { placesOf } from '@gantry/cluster/lifecycle';
import type { ClusterUnderTest } from '../cluster-under-test.js';
import { startClusterUnderTest } from '../cluster-under-test.js';
import type { Figure } from '../figure.js';
import type { Floor } from '../floors/start-floor.js';
import { startFloor } from '../floors/start-floor.js';
import { cpuMicroseconds } from '../load/cpu.js';
import { podBody, PODS_PATH } from '../load/pods.js';
import { grown, growthLines } from '../report/cpu-record.js';
import type { Cost, CpuRecord } from '../report/cpu-record.js';
import { measuredRequests, PODS, sendAll } from './api-requests.js';
import type { Measured } from './api-requests.js';

const RECORD = fileURLToPath(new URL('../../records/cpu-per-request.json', import.meta.url));
/** The least of them counts: what the machine does beside can only add. */
const ROUNDS = 2;
const FLOOR_COUNT = 6000;
const WARM_UP = 4000;

/**
 * CPU of the control plane (without Postgres) for every kind of request: hollow, standalone, TLS, HTTP/1.1 over kept connections. `--record` writes
 * it down, `--check` says what grew since, `--strict` with it makes that a failure.
 */
export async function api(say: (text: string) => void, flags: ReadonlySet<string>): Promise<Figure[]> {
  const cluster = await startClusterUnderTest();
  try {
    const { certificates } = placesOf(cluster.home, cluster.name);
    const floor = await startFloor('echo', [join(certificates, 'api.crt'), join(certificates, 'api.key')]);
    const bench = new ApiCosts(cluster, floor, say);
    try {
      await bench.run();
      if (flags.has('--record')) writeFileSync(RECORD, `${JSON.stringify(bench.record(), null, 2)}\n`);
      if (flags.has('--check') && (await bench.check()) && flags.has('--strict')) process.exitCode = 1;
      return bench.figures();
    } finally {
      await floor.stop();
    }
  } finally {
    await cluster.dispose();
  }
}

/** What each kind of request costs, beside a floor that is measured before and behind them. */
class ApiCosts {
  private readonly microseconds = new Map<string, number>();
  private floorCost = Infinity;
  private round = 0;

  constructor(
    private readonly cluster: ClusterUnderTest,
    private readonly floor: Floor,
    private readonly say: (text: string) => void,
  ) {}

  async run(): Promise<void> {
    this.say(`creating ${String(PODS)} pods`);
    await sendAll(this.cluster.endpoint, (index) => ({ method: 'POST', path: PODS_PATH, body: podBody(`pod-${String(index)}`) }), PODS);
    await sendAll(this.cluster.endpoint, { path: `${PODS_PATH}/pod-0` }, WARM_UP);
    await this.measureFloor();
    for (const request of measuredRequests) await this.measure(request);
    await this.measureFloor();
  }

  /** True when something has grown; what looks like it is measured once more. */
  async check(): Promise<boolean> {
    const record = JSON.parse(readFileSync(RECORD, 'utf8')) as CpuRecord;
    const suspects = new Set(grown(record, this.costs()).map(({ request }) => request));
    if (suspects.size > 0) await this.measureFloor();
    for (const request of measuredRequests) if (suspects.has(request.name)) await this.measure(request);
    const growths = grown(record, this.costs());
    for (const line of growthLines(growths)) this.say(line);
    if (growths.length === 0) this.say('no kind of request costs over a fifth more CPU than on record');
    return growths.length > 0;
  }

  record(): CpuRecord {
    return { node: process.version, floorMicroseconds: rounded(this.floorCost), requests: this.costs() };
  }

  figures(): Figure[] {
    return [...this.microseconds].map(([name, value]) => ({ measure: `CPU, ${name}`, value, unit: 'µs', floor: { name: 'parsed and written again, TLS', value: this.floorCost } }));
  }

  private costs(): Record<string, Cost> {
    return Object.fromEntries([...this.microseconds].map(([name, value]) => [name, { microseconds: rounded(value), ratio: rounded(value / this.floorCost) }]));
  }

  private async measure({ name, count, prepare, run }: Measured): Promise<void> {
    const { endpoint, pid } = this.cluster;
    let least = this.microseconds.get(name) ?? Infinity;
    for (let round = 0; round < ROUNDS; round++) {
      this.round += 1;
      await prepare?.(endpoint, this.round);
      const before = cpuMicroseconds(pid);
      await run(endpoint, this.round);
      least = Math.min(least, (cpuMicroseconds(pid) - before) / count);
    }
    this.say(`${name}: ${least.toFixed(0)} µs`);
    this.microseconds.set(name, least);
  }

  private async measureFloor(): Promise<void> {
    const { port, pid } = this.floor;
    const request = { method: 'POST', path: PODS_PATH, body: podBody('floor') };
    for (let round = 0; round < ROUNDS; round++) {
      const before = cpuMicroseconds(pid);
      await sendAll({ ...this.cluster.endpoint, port }, request, FLOOR_COUNT);
      this.floorCost = Math.min(this.floorCost, (cpuMicroseconds(pid) - before) / FLOOR_COUNT);
    }
  }
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
