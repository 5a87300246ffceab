import { cpuMicroseconds } from './cpu.js';
import { residentMegabytes } from './memory.js';
import { descendantsOf } from './processes.js';

/** The first process of each container of a service, as this machine counts processes. */
export type ServicePids = ReadonlyMap<string, readonly number[]>;

/** Megabytes (PSS) of all replicas of each service. */
export async function memoryByService(services: ServicePids): Promise<Map<string, number>> {
  return byService(services, async (pid) => {
    const { own, children } = await residentMegabytes(pid);
    return own + children;
  });
}

/** Microseconds of CPU that the present processes of each service have used since they began. */
export async function cpuByService(services: ServicePids): Promise<Map<string, number>> {
  return byService(services, async (pid) => [pid, ...(await descendantsOf(pid))].reduce((sum, each) => sum + cpuOfPresent(each), 0));
}

/** What each service used between two looks. */
export function used(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): Map<string, number> {
  return new Map([...after].map(([service, value]) => [service, value - (before.get(service) ?? 0)]));
}

/** A process that has ended between being listed and being read, as one of a health check does, counts nothing. */
function cpuOfPresent(pid: number): number {
  try {
    return cpuMicroseconds(pid);
  } catch {
    return 0;
  }
}

async function byService(services: ServicePids, measure: (pid: number) => Promise<number>): Promise<Map<string, number>> {
  const values = await Promise.all([...services].map(async ([service, pids]) => [service, sum(await Promise.all(pids.map(measure)))] as const));
  return new Map(values);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
