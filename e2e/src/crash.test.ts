import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { placesOf } from '@gantry/cluster/lifecycle';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AcknowledgedWriter } from './kit/acknowledged-writer.js';
import { adminClient } from './kit/admin-client.js';
import { gantryIn, type Gantry } from './kit/gantry.js';
import { runtimeReason } from './kit/images.js';
import { findKubectl, kubectlOf, type Kubectl } from './kit/kubectl.js';
import { randomFrom } from './kit/random.js';
import { containersOf, runtimeUnderTest } from './kit/standalone-form.js';
import { query } from './kit/store-rows.js';

/** The control plane is killed at random moments under a running rollout and under writes, and started again. */
const KILLS = 20;
const REPLICAS = 3;
const LONGEST_LIFE_MS = 2500;
const IMAGES = ['nginx:1', 'nginx:1-alpine'] as const;
const program = findKubectl('1.33');
const reason = program === undefined ? 'this machine has no kubectl 1.33' : await runtimeReason(runtimeUnderTest(), IMAGES);

describe.skipIf(reason !== undefined)(`kill -9 of the control plane${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  let gantry: Gantry;
  let kubectl: Kubectl;
  const acknowledged = new Map<string, string>();
  beforeAll(async () => {
    gantry = await gantryIn(`crash-${process.pid}`);
    await gantry('up', '--detach');
    kubectl = kubectlOf(program ?? '', '1.33', gantry.kubeconfig);
    await kubectl('create', 'deployment', 'web', `--image=${IMAGES[0]}`, `--replicas=${REPLICAS}`);
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=120s');
  });
  afterAll(async () => {
    await gantry?.dispose();
  });

  it(`loses nothing that was acknowledged in ${KILLS} kills`, { timeout: 900_000 }, async () => {
    const seed = Number(process.env['GANTRY_SEED'] ?? Date.now() % 1_000_000);
    const random = randomFrom(seed);
    for (let kill = 1; kill <= KILLS; kill++) {
      const client = await adminClient(placesOf(gantry.home, gantry.cluster).adminKubeconfig);
      const writer = new AcknowledgedWriter(client, `kill-${kill}`);
      writer.start(4);
      await kubectl('set', 'image', 'deployment/web', `nginx=${IMAGES[kill % 2] ?? ''}`);
      await delay(random() * LONGEST_LIFE_MS);
      process.kill(controlPlanePid(gantry), 'SIGKILL');
      await writer.stop();
      await client.close();
      for (const [name, version] of writer.acknowledged) acknowledged.set(name, version);
      await gantry('start');
    }
    expect(acknowledged.size).toBeGreaterThan(KILLS);
    expect(await missing(gantry, acknowledged), `seed ${seed}`).toEqual([]);
    process.stdout.write(`seed ${seed}: ${KILLS} kills, ${acknowledged.size} acknowledged writes, 0 lost\n`);
  });

  it('ends the rollout', async () => {
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=180s');
    await settled(async () => {
      const images = await kubectl('get', 'pods', '-l', 'app=web', '-o', 'jsonpath={.items[*].spec.containers[0].image}');
      expect(images.trim().split(' ')).toEqual(Array.from({ length: REPLICAS }, () => IMAGES[KILLS % 2]));
    });
  });

  it('leaves exactly the containers that the pods have', async () => {
    await kubectl('wait', '--for=jsonpath={.status.replicas}=3', 'deployment/web', '--timeout=60s');
    await settled(async () => {
      const pods = (await kubectl('get', 'pods', '-l', 'app=web', '-o', 'jsonpath={.items[*].metadata.uid}')).trim().split(' ').sort();
      const running = await containersOf(gantry).running();
      expect(pods).toHaveLength(REPLICAS);
      expect(running.map((container) => container.podUid).sort()).toEqual(pods);
    });
  });

  it('keeps revisions dense: every one is in the log once', async () => {
    const [row] = await query<{ lost: string }>(gantry.home, gantry.cluster, 'SELECT (max(revision) - min(revision) + 1 - count(*))::text AS lost FROM gantry.log');
    expect(row?.lost).toBe('0');
  });
});

function controlPlanePid(gantry: Gantry): number {
  const lock = JSON.parse(readFileSync(placesOf(gantry.home, gantry.cluster).lock, 'utf8')) as { pid: number };
  return lock.pid;
}

/** Acknowledged objects whose key or revision the log does not have, read with plain SQL. */
async function missing(gantry: Gantry, acknowledged: ReadonlyMap<string, string>): Promise<string[]> {
  const rows = await query<{ key: string; revision: string }>(gantry.home, gantry.cluster, "SELECT key, revision::text AS revision FROM gantry.log WHERE key LIKE 'core/configmaps/default/%'");
  const written = new Set(rows.map((row) => `${row.key}@${row.revision}`));
  return [...acknowledged].map(([name, version]) => `core/configmaps/default/${name}@${version}`).filter((entry) => !written.has(entry));
}

/** Tries again until it passes or a minute is over: old pods end with their grace, containers go a little after them. */
async function settled(check: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(500);
    }
  }
}
