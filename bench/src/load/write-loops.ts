import { percentile } from '../report/statistics.js';

/** One durable write of `value` under a key of its own. */
export type Write = (name: string, value: Buffer) => Promise<unknown>;

/** What a number of clients got, each beginning its next write when its last one was answered. */
export interface WriteLoops {
  readonly clients: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Microseconds of CPU of this process a write, the clients' own included. */
  readonly cpu: number;
}

const VALUE_BYTES = 2_048;
const CLIENTS = [1, 64, 256] as const;
const WRITES: Readonly<Record<(typeof CLIENTS)[number], number>> = { 1: 1_000, 64: 20_000, 256: 30_000 };
const WARM_UP = 3_000;

/** Runs the loops in this process and tells their figures to its parent. */
export async function tellWriteLoops(write: Write): Promise<void> {
  await loops(write, 'warm', 64, WARM_UP);
  const results: WriteLoops[] = [];
  for (const clients of CLIENTS) results.push(await loops(write, `c${clients}`, clients, WRITES[clients]));
  process.send?.(results);
}

async function loops(write: Write, prefix: string, clients: number, count: number): Promise<WriteLoops> {
  const latencies: number[] = [];
  const cpu = process.cpuUsage();
  const begin = performance.now();
  let next = 0;
  const client = async (): Promise<void> => {
    while (next < count) {
      const name = `${prefix}-${next++}`;
      const start = performance.now();
      await write(name, valueOf(name));
      latencies.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  const seconds = (performance.now() - begin) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  return { clients, perSecond: count / seconds, p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99), cpu: (user + system) / count };
}

function valueOf(name: string): Buffer {
  const head = `{"metadata":{"name":"${name}"},"data":"`;
  return Buffer.from(`${head}${'x'.repeat(VALUE_BYTES - head.length - 2)}"}`);
}
