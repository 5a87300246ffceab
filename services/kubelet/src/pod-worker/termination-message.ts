import type { ContainerStatus } from '@gantry/container-runtime';
import { containerSpec, identityOf } from '../pods/pod.js';
import type { Pod } from '../pods/pod.js';
import type { PodWorld } from '../pods/world.js';
import type { WorkerDependencies } from './dependencies.js';
import type { PodRecord } from './record.js';

/** How much of a log stands in for a message that was not written. */
const FALLBACK_LINES = 80;
const FALLBACK_BYTES = 2048;

/** Reads the last words of containers that have ended, once for each, and forgets those of containers that are gone. */
export async function readTerminationMessages(deps: WorkerDependencies, record: PodRecord, pod: Pod, world: PodWorld): Promise<void> {
  for (const id of record.examined) {
    if (world.containers.some((container) => container.id === id)) continue;
    record.examined.delete(id);
    record.terminationMessages.delete(id);
  }
  const ended = world.containers.filter((container) => container.state === 'exited' && !record.examined.has(container.id));
  await Promise.all(
    ended.map(async (container) => {
      const message = await lastWords(deps, pod, container);
      record.examined.add(container.id);
      if (message !== '') record.terminationMessages.set(container.id, message);
    }),
  );
}

async function lastWords(deps: WorkerDependencies, pod: Pod, container: ContainerStatus): Promise<string> {
  const written = await deps.files.readTerminationLog(identityOf(pod).uid, container.name, container.attempt);
  if (written !== '' || container.exitCode === 0 || container.startedAt === 0) return written;
  const spec = containerSpec(pod, container.name);
  return spec?.terminationMessagePolicy === 'FallbackToLogsOnError' ? logTail(deps, container.id) : '';
}

async function logTail(deps: WorkerDependencies, id: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const entry of deps.runtime.logs(id, { tail: FALLBACK_LINES, follow: false }, new AbortController().signal)) chunks.push(entry.data);
  return Buffer.concat(chunks).subarray(-FALLBACK_BYTES).toString();
}
