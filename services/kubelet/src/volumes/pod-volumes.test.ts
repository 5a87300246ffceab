import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { coreV1 } from '@gantry/api-types';
import { FakeClock, silentLogger } from '@gantry/async';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createPodFiles } from '../pods/pod-files.js';
import type { Pod } from '../pods/pod.js';
import { createPodVolumes } from './pod-volumes.js';

let root: string;
let clock: FakeClock;
let version: number;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'gantry-pod-volumes-'));
  clock = new FakeClock(1000);
  version = 0;
});
afterEach(() => rm(root, { recursive: true, force: true }));

function make() {
  const sources = {
    configMap: () => Promise.resolve({ data: { version: String(version) } }), secret: () => Promise.resolve(undefined),
    retain: () => undefined, release: () => undefined, version: () => version, stop: () => Promise.resolve(),
  };
  const tokens = { get: () => Promise.resolve({ token: 't', refreshAt: 5000 }), forget: () => undefined };
  return createPodVolumes({ dataDir: join(root, 'kubelet'), files: createPodFiles(join(root, 'kubelet')), sources, tokens, nodeName: 'n1', hostIps: [], allocatable: {}, memoryCapacity: 0, forbidden: [], machineRoot: '', clock, logger: silentLogger });
}

const podOf = (uid: string, volumes: coreV1.Volume[], labels: Record<string, string> = {}): Pod => ({ metadata: { name: 'web', namespace: 'shop', uid, labels }, spec: { containers: [], volumes } });
const settings: coreV1.Volume = { name: 'settings', configMap: { name: 'settings' } };
const scratch: coreV1.Volume = { name: 'scratch', emptyDir: {} };

describe('the volumes of a pod', () => {
  test('are stale until they are made, and again after a change of what they show', async () => {
    const volumes = make();
    const pod = podOf('u1', [settings]);
    expect(volumes.isStale(pod)).toBe(true);
    const path = (await volumes.setUp(pod, undefined)).get('settings')?.path ?? '';
    expect(volumes.isStale(podOf('u1', [settings], { app: 'x' }))).toBe(false);
    version = 1;
    expect(volumes.isStale(pod)).toBe(true);
    await volumes.setUp(pod, undefined);
    expect([volumes.isStale(pod), await readFile(join(path, 'version'), 'utf8')]).toEqual([false, '1']);
  });

  test('are stale when a token is due', async () => {
    const volumes = make();
    const pod = podOf('u1', [{ name: 'access', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } }]);
    await volumes.setUp(pod, undefined);
    expect([volumes.dueAt('u1'), volumes.isStale(pod)]).toEqual([5000, false]);
    clock.advance(4000);
    expect(volumes.isStale(pod)).toBe(true);
  });

  test('that cannot be brought up to date stay stale, and are due at no time that is over', async () => {
    const volumes = make();
    const token: coreV1.Volume = { name: 'access', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } };
    await volumes.setUp(podOf('u1', [token]), undefined);
    clock.advance(4000);
    const lacking = podOf('u1', [{ name: 'gone', secret: { secretName: 'gone' } }, token]);
    await expect(volumes.setUp(lacking, undefined)).rejects.toThrow('secret "gone" not found');
    expect([volumes.dueAt('u1'), volumes.isStale(lacking)]).toEqual([undefined, true]);
  });

  test('are stale when a field of the pod that a file shows may have changed', async () => {
    const volumes = make();
    const items = [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }];
    const path = (await volumes.setUp(podOf('u1', [{ name: 'self', downwardAPI: { items } }]), undefined)).get('self')?.path ?? '';
    const labelled = podOf('u1', [{ name: 'self', downwardAPI: { items } }], { app: 'x' });
    expect(volumes.isStale(labelled)).toBe(true);
    await volumes.setUp(labelled, undefined);
    expect([volumes.isStale(labelled), await readFile(join(path, 'labels'), 'utf8')]).toEqual([false, 'app="x"']);
  });

  test('go without following a link out of them', async () => {
    await mkdir(join(root, 'outside'));
    await writeFile(join(root, 'outside', 'kept'), '');
    const volumes = make();
    const path = (await volumes.setUp(podOf('u1', [scratch]), undefined)).get('scratch')?.path ?? '';
    await symlink(join(root, 'outside'), join(path, 'out'));
    await volumes.tearDown('u1');
    expect(await readdir(join(root, 'kubelet', 'pods', 'u1'))).toEqual([]);
    expect(await readdir(join(root, 'outside'))).toEqual(['kept']);
  });

  test('of a former kubelet go where their pod has gone, and only there', async () => {
    const former = make();
    const paths = await Promise.all(['live', 'dead'].map(async (uid) => (await former.setUp(podOf(uid, [scratch]), undefined)).get('scratch')?.path ?? ''));
    await make().retain(new Set(['live']));
    expect(await readdir(dirname(paths[0] ?? ''))).toEqual(['scratch']);
    expect(await readdir(join(root, 'kubelet', 'pods', 'dead'))).toEqual([]);
  });
});
