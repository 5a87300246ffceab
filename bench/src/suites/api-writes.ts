import type { Figure } from '../figure.js';
import { startClusterUnderTest } from '../cluster-under-test.js';
import { startFloor } from '../floors/start-floor.js';
import { cpuMicroseconds } from '../load/cpu.js';
import { plainSender, runLoad, tlsSender, type LoadOptions, type LoadResult, type Send } from '../load/http-load.js';
import { podBody, PODS_PATH } from '../load/pods.js';

const CONNECTIONS = 64;
const COUNT = 20_000;
const WARM_UP = 3000;

interface Measured extends LoadResult {
  /** Microseconds of CPU a write of the serving process. */
  readonly cpu: number;
}

/** Standalone, TLS, 2 KB pods, the load shares the cores. The floor is the bare write path without TLS. */
export async function apiWrites(say: (text: string) => void): Promise<Figure[]> {
  const cluster = await startClusterUnderTest();
  try {
    const single = tlsSender(cluster.endpoint, 1);
    const many = tlsSender(cluster.endpoint, CONNECTIONS);
    const written = await measure(many.send, cluster.pid, 'api', say);
    const unloaded = await runLoad(single.send, { connections: 1, count: 500, make: creates('one') });
    single.close();
    many.close();
    const floor = await startFloor('bare-writes', [cluster.postgresSocket]);
    const bare = plainSender(floor.port, CONNECTIONS);
    const bareWritten = await measure(bare.send, floor.pid, 'floor', say);
    const bareUnloaded = await runLoad(bare.send, { connections: 1, count: 500, make: creates('one') });
    bare.close();
    await floor.stop();
    if (written.failures + unloaded.failures > 0) throw new Error(`${written.failures + unloaded.failures} writes failed`);
    return figures(written, unloaded, bareWritten, bareUnloaded);
  } finally {
    await cluster.dispose();
  }
}

function figures(written: Measured, unloaded: LoadResult, bare: Measured, bareUnloaded: LoadResult): Figure[] {
  const floor = (value: number): Figure['floor'] => ({ name: 'bare path, no TLS', value });
  return [
    { measure: `creates, ${CONNECTIONS} clients`, value: written.perSecond, unit: '/s', floor: floor(bare.perSecond) },
    { measure: 'p50', value: written.p50, unit: 'ms', floor: floor(bare.p50) },
    { measure: 'p99', value: written.p99, unit: 'ms', floor: floor(bare.p99) },
    { measure: 'p50, one client', value: unloaded.p50, unit: 'ms', floor: floor(bareUnloaded.p50) },
    { measure: 'CPU a write, control plane', value: written.cpu, unit: 'µs', floor: floor(bare.cpu) },
  ];
}

async function measure(send: Send, pid: number, prefix: string, say: (text: string) => void): Promise<Measured> {
  await runLoad(send, { connections: CONNECTIONS, count: WARM_UP, make: creates(`${prefix}-warm`) });
  say(`${prefix}: ${COUNT} creates from ${CONNECTIONS} clients`);
  const before = cpuMicroseconds(pid);
  const result = await runLoad(send, { connections: CONNECTIONS, count: COUNT, make: creates(prefix) });
  return { ...result, cpu: (cpuMicroseconds(pid) - before) / COUNT };
}

function creates(prefix: string): LoadOptions['make'] {
  return (index) => ({ method: 'POST', path: PODS_PATH, body: podBody(`${prefix}-${index}`) });
}
