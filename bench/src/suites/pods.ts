import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { coreV1 } from '@gantry/api-types';
import { createClient, createHttpsTransport, PODS, type ResourceClient } from '@gantry/client';
import { startClusterUnderTest, type ClusterUnderTest } from '../cluster-under-test.js';
import type { Figure } from '../figure.js';
import { bareDocker, bareRuntime, type BareContainers } from '../floors/bare-containers.js';
import { podMegabytes } from '../load/memory.js';
import { POD_IMAGE, startPods } from '../load/pod-starts.js';
import { percentile } from '../report/statistics.js';

const execute = promisify(execFile);
const PAUSE_IMAGE = 'registry.k8s.io/pause:3.10';
const SINGLE = 20;
const TOGETHER = 20;
/** Of the 110 that a node takes. */
const MANY = 100;
/** Pods that are started before anything is measured: what is loaded late is loaded then. */
const WARM_UP = 5;

type Runtime = 'docker' | 'oci';

/**
 * Real containers, image present: POST of a pod until a watch sees it Running. The floor is a container of the same image without a cluster.
 * `--runtime oci`: without an engine, its floor the bare runtime, and Docker beside it in the same run.
 */
export async function pods(say: (text: string) => void, flags: ReadonlySet<string>): Promise<Figure[]> {
  const reason = await cannotRun();
  if (reason !== undefined) {
    say(`skipped: ${reason}`);
    return [];
  }
  const runtimes: readonly Runtime[] = flags.has('--runtime=oci') ? ['oci', 'docker'] : ['docker'];
  const figures: Figure[] = [];
  for (const runtime of runtimes) figures.push(...(await measureOn(runtime, say)));
  return figures;
}

async function measureOn(runtime: Runtime, say: (text: string) => void): Promise<Figure[]> {
  const cluster = await startClusterUnderTest(runtime);
  try {
    if (runtime === 'oci') await cluster.loadImage(POD_IMAGE);
    const bare = runtime === 'oci' ? await bareRuntime(await runtimeOf(cluster), POD_IMAGE) : bareDocker(POD_IMAGE);
    const { port, ca, cert, key } = cluster.endpoint;
    const client = createClient(createHttpsTransport({ server: `https://127.0.0.1:${port}`, ca, cert, key }));
    try {
      return await measure(runtime, client.resource<coreV1.Pod>(PODS, 'default'), bare, say);
    } finally {
      await client.close();
      await bare.dispose();
    }
  } finally {
    await cluster.dispose();
  }
}

async function measure(runtime: Runtime, resource: ResourceClient<coreV1.Pod>, bare: BareContainers, say: (text: string) => void): Promise<Figure[]> {
  await startPods(resource, names('warm-up', WARM_UP));
  say(`${runtime}: ${SINGLE} pods and ${SINGLE} bare containers, in turn`);
  const single: number[] = [];
  const bareSingle: number[] = [];
  for (let index = 0; index < SINGLE; index++) {
    bareSingle.push(...(await bare.run(1)));
    single.push(...(await startPods(resource, [`single-${index}`])));
  }
  say(`${runtime}: ${TOGETHER} at once, then ${MANY}`);
  const bareTogether = await bare.run(TOGETHER);
  const together = await startPods(resource, names('together', TOGETHER));
  const before = await podMegabytes();
  let after = before;
  const many = await startPods(resource, names('many', MANY), async () => void (after = await podMegabytes()));
  const figure = (what: string, samples: readonly number[], part: number, floor?: readonly number[]): Figure => ({
    measure: `${runtime}: create to Running, ${what}, p${part * 100}`, value: percentile(samples, part), unit: 'ms',
    ...(floor === undefined ? {} : { floor: { name: bare.name, value: percentile(floor, part) } }),
  });
  return [
    figure('one at a time', single, 0.5, bareSingle),
    figure('one at a time', single, 0.99, bareSingle),
    figure(`${TOGETHER} at once`, together, 0.5, bareTogether),
    figure(`${TOGETHER} at once`, together, 0.99, bareTogether),
    figure(`${MANY} at once`, many, 0.5),
    { ...figure(`${MANY} at once`, many, 1), measure: `${runtime}: create to Running, ${MANY} at once, the last` },
    { measure: `${runtime}: memory a pod, with the engine or the reapers`, value: (after - before) / MANY, unit: 'MB' },
  ];
}

function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
}

/** Which program runs the containers of a cluster without an engine. */
async function runtimeOf(cluster: ClusterUnderTest): Promise<'crun' | 'runc'> {
  return 'crun' in ((await cluster.status()).programs ?? {}) ? 'crun' : 'runc';
}

async function cannotRun(): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'real pods need Linux and root';
  try {
    await execute('docker', ['image', 'inspect', POD_IMAGE, PAUSE_IMAGE]);
    return undefined;
  } catch {
    return `no Docker engine answers that has ${POD_IMAGE} and ${PAUSE_IMAGE}`;
  }
}
