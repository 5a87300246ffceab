import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { coreV1 } from '@gantry/api-types';
import { createClient, createHttpsTransport, PODS, type ResourceClient } from '@gantry/client';
import { startClusterUnderTest, type Endpoint } from '../cluster-under-test.js';
import type { Figure } from '../figure.js';
import { percentile } from '../report/statistics.js';

const execute = promisify(execFile);
const IMAGE = 'busybox:1.36';
const PAUSE_IMAGE = 'registry.k8s.io/pause:3.10';
const SINGLE = 20;
const TOGETHER = 20;
const TIMEOUT_MS = 180_000;

/** Real containers, image present: POST of a pod until a watch sees it Running. The floor is `docker run -d` of the same image. */
export async function pods(say: (text: string) => void): Promise<Figure[]> {
  const reason = await cannotRun();
  if (reason !== undefined) {
    say(`skipped: ${reason}`);
    return [];
  }
  const cluster = await startClusterUnderTest('docker');
  try {
    const client = createClient(createHttpsTransport({ server: `https://127.0.0.1:${cluster.endpoint.port}`, ...tlsOf(cluster.endpoint) }));
    try {
      return await measure(client.resource<coreV1.Pod>(PODS, 'default'), say);
    } finally {
      await client.close();
    }
  } finally {
    await cluster.dispose();
  }
}

async function measure(resource: ResourceClient<coreV1.Pod>, say: (text: string) => void): Promise<Figure[]> {
  await createAndDelete(resource, ['warm-up']);
  say(`${SINGLE} pods and ${SINGLE} bare containers, in turn`);
  const single: number[] = [];
  const bare: number[] = [];
  for (let index = 0; index < SINGLE; index++) {
    bare.push(...(await bareRuns(1)));
    single.push(...(await createAndDelete(resource, [`single-${index}`])));
  }
  say(`${TOGETHER} at once`);
  const bareTogether = await bareRuns(TOGETHER);
  const together = await createAndDelete(resource, Array.from({ length: TOGETHER }, (_, index) => `together-${index}`));
  const floor = (samples: readonly number[], part: number): Figure['floor'] => ({ name: 'docker run -d', value: percentile(samples, part) });
  return [
    { measure: 'create to Running, one at a time, p50', value: percentile(single, 0.5), unit: 'ms', floor: floor(bare, 0.5) },
    { measure: 'create to Running, one at a time, p99', value: percentile(single, 0.99), unit: 'ms', floor: floor(bare, 0.99) },
    { measure: `create to Running, ${TOGETHER} at once, p50`, value: percentile(together, 0.5), unit: 'ms', floor: floor(bareTogether, 0.5) },
    { measure: `create to Running, ${TOGETHER} at once, p99`, value: percentile(together, 0.99), unit: 'ms', floor: floor(bareTogether, 0.99) },
  ];
}

/** Milliseconds from each POST sent to the event that says Running; the pods are gone when it resolves. */
async function createAndDelete(resource: ResourceClient<coreV1.Pod>, names: readonly string[]): Promise<number[]> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const list = await resource.list({ signal });
  const sent = new Map<string, number>();
  const took: number[] = [];
  const deleted: Promise<unknown>[] = [];
  const watching = (async () => {
    const running = new Set<string>();
    let gone = 0;
    for await (const event of resource.watch({ resourceVersion: list.metadata.resourceVersion ?? '', signal })) {
      if (event.type === 'BOOKMARK') continue;
      const name = event.object.metadata?.name ?? '';
      if (event.type === 'DELETED') gone += 1;
      else if (event.object.status?.phase === 'Running' && !running.has(name)) {
        running.add(name);
        took.push(performance.now() - (sent.get(name) ?? 0));
        if (running.size === names.length) deleted.push(...names.map((each) => resource.delete(each, { gracePeriodSeconds: 0 })));
      }
      if (gone === names.length) return;
    }
    throw new Error(`only ${took.length} of ${names.length} pods ran`);
  })();
  const creating = names.map((name) => {
    sent.set(name, performance.now());
    return resource.create(podOf(name));
  });
  await Promise.all([watching, ...creating]);
  await Promise.all(deleted);
  return took;
}

function podOf(name: string): coreV1.Pod {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'main', image: IMAGE, command: ['sleep', '3600'] }] } };
}

async function bareRuns(count: number): Promise<number[]> {
  const runs = await Promise.all(
    Array.from({ length: count }, async () => {
      const began = performance.now();
      const { stdout } = await execute('docker', ['run', '-d', IMAGE, 'sleep', '3600']);
      return { id: stdout.trim(), took: performance.now() - began };
    }),
  );
  await execute('docker', ['rm', '-f', ...runs.map(({ id }) => id)]);
  return runs.map(({ took }) => took);
}

function tlsOf({ ca, cert, key }: Endpoint): Pick<Endpoint, 'ca' | 'cert' | 'key'> {
  return { ca, cert, key };
}

async function cannotRun(): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'real pods need Linux and root';
  try {
    await execute('docker', ['image', 'inspect', IMAGE, PAUSE_IMAGE]);
    return undefined;
  } catch {
    return `no Docker engine answers that has ${IMAGE} and ${PAUSE_IMAGE}`;
  }
}
