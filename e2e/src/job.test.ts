import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeJob, JOB_IMAGES } from './job.suite.js';
import { engineReason, objectsOf } from './kit/engine.js';
import { gantryIn, type Gantry } from './kit/gantry.js';
import { runtimeReason } from './kit/images.js';
import { findKubectl, kubectlOf } from './kit/kubectl.js';
import { containersOf, standaloneForm } from './kit/standalone-form.js';

const reason = await engineReason(JOB_IMAGES);

const form = standaloneForm();

describeJob(form, await runtimeReason(form.runtime, JOB_IMAGES));

describe.skipIf(reason !== undefined)(`a cluster whose last start had hollow pods${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  let gantry: Gantry;
  beforeAll(async () => {
    gantry = await gantryIn(`hollow-${process.pid}`);
  });
  afterAll(async () => {
    await gantry?.dispose();
  });

  it('is deleted without a trace of those before', async () => {
    await gantry('up', '--detach', '--runtime', 'docker');
    await gantry('stop');
    await gantry('start', '--runtime', 'hollow');
    expect(await objectsOf(gantry.cluster)).not.toEqual([]);
    await gantry('delete');
    expect(await objectsOf(gantry.cluster)).toEqual([]);
  });
});

const bothReason = await runtimeReason('oci', ['busybox:1.36']);

describe.skipIf(bothReason !== undefined)(`a cluster that goes from an engine to none, and back${bothReason === undefined ? '' : ` (skipped: ${bothReason})`}`, () => {
  let gantry: Gantry;
  beforeAll(async () => {
    gantry = await gantryIn(`moving-${process.pid}`, 'oci');
  });
  afterAll(async () => {
    await gantry?.dispose();
  });

  const running = async (): Promise<string[]> => (await Promise.all((['docker', 'oci'] as const).map(async (runtime) => (await containersOf(gantry, runtime).running()).map(({ podName }) => `${podName} on ${runtime}`)))).flat();
  /** The cluster dies, and its containers run on. */
  async function crash(): Promise<void> {
    process.kill((JSON.parse(await gantry('status', '-o', 'json')) as { pid: number }).pid, 'SIGKILL');
    await expect.poll(async () => (await gantry.try('status', '-o', 'json')).stdout, { timeout: 20_000 }).toContain('"crashed"');
  }

  it('runs each pod once', async () => {
    await gantry('up', '--detach', '--runtime', 'docker');
    const kubectl = kubectlOf(findKubectl('1.33') ?? findKubectl('1.27') ?? 'kubectl', 'any', gantry.kubeconfig);
    await kubectl('run', 'once', '--image=busybox:1.36', '--overrides={"spec":{"terminationGracePeriodSeconds":1}}', '--', 'sleep', '3600');
    await kubectl('wait', '--for=condition=Ready', 'pod/once', '--timeout=60s');
    for (const runtime of ['oci', 'docker']) {
      await crash();
      await gantry('start', '--runtime', runtime);
      await expect.poll(running, { timeout: 60_000, interval: 200 }).toEqual([`once on ${runtime}`]);
    }
  });
});
