import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CONFIGMAPS, DEPLOYMENTS, PODS, SECRETS, SERVICES, type Client } from '@gantry/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccessLog } from './kit/access-log.js';
import { adminClient } from './kit/admin-client.js';
import { gantryIn, type Gantry } from './kit/gantry.js';
import { clientPrograms } from './kit/programs.js';
import { runOk } from './kit/run.js';

/** The life of a release, by Helm 4 as its users have it: each step goes on from the one before. */
const CHART = fileURLToPath(new URL('../charts/greeter', import.meta.url));
const NAMESPACE = 'greeting';
const { helm: program, reason } = await clientPrograms();

interface Release {
  readonly version: number;
  readonly info: { readonly status: string; readonly notes: string; readonly resources?: Readonly<Record<string, readonly unknown[]>> };
}

describe.skipIf(program === undefined)(`Helm${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  let gantry: Gantry;
  let folder: string;
  let client: Client;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gantry-helm-'));
    gantry = await gantryIn(`helm-${process.pid}`);
    await gantry('up', '--detach', '--runtime', 'hollow', '--verbose');
    client = await adminClient(gantry.kubeconfig);
  });
  afterAll(async () => {
    await gantry?.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const helm = (...args: string[]): Promise<string> => {
    const homes = { HELM_CACHE_HOME: join(folder, 'cache'), HELM_CONFIG_HOME: join(folder, 'config'), HELM_DATA_HOME: join(folder, 'data'), HELM_NAMESPACE: NAMESPACE };
    return runOk(program ?? '', args, { env: { ...process.env, ...homes, KUBECONFIG: gantry.kubeconfig } });
  };
  const helmJson = async <T>(...args: string[]): Promise<T> => JSON.parse(await helm(...args, '--output', 'json')) as T;
  const change = (command: 'install' | 'upgrade', ...more: string[]): Promise<Release> => helmJson<Release>(command, 'greeter', CHART, '--wait', '--timeout', '60s', ...more);
  const history = async (): Promise<string[]> => (await helmJson<{ revision: number; status: string }[]>('history', 'greeter')).map(({ revision, status }) => `${String(revision)} ${status}`);
  const recordOf = async (hook: string): Promise<string | undefined> => (await client.resource(CONFIGMAPS, NAMESPACE).get(`greeter-${hook}`)).data?.['revision'];
  const replicas = async (): Promise<number[]> => {
    const { spec, status } = await client.resource(DEPLOYMENTS, NAMESPACE).get('greeter');
    return [spec?.replicas ?? 0, status?.readyReplicas ?? 0];
  };

  it('shows what it would do, as the cluster would take it, and does nothing', async () => {
    const said = await helm('install', 'greeter', CHART, '--dry-run=server', '--create-namespace');
    expect(said).toContain('api: 10.96.0.1\n');
    expect((await client.resource(PODS, NAMESPACE).list()).items).toEqual([]);
  });

  it('installs: its hooks run around what it waits for', async () => {
    const { version, info } = await change('install', '--create-namespace');
    expect([version, info.status, info.notes.trim()]).toEqual([1, 'deployed', 'greeter says hello, on Kubernetes 1.36 with deployments.']);
    expect(await replicas()).toEqual([1, 1]);
    expect((await client.resource(PODS, NAMESPACE).get('greeter-check')).status?.phase).toBe('Succeeded');
    expect(await recordOf('post-install')).toBe('1');
  });

  it('says what there is of a release', async () => {
    const { info } = await helmJson<Release>('status', 'greeter');
    expect(Object.keys(info.resources ?? {}).sort()).toEqual(['v1/ConfigMap', 'v1/Deployment', 'v1/Pod(related)', 'v1/Role', 'v1/RoleBinding', 'v1/Service', 'v1/ServiceAccount']);
    expect(await helmJson('list')).toEqual([expect.objectContaining({ name: 'greeter', revision: '1', status: 'deployed', chart: 'greeter-1.0.0' })]);
  });

  it('upgrades, and waits for the roll-out', async () => {
    expect((await change('upgrade', '--set', 'replicas=3,greeting=hi')).version).toBe(2);
    expect(await replicas()).toEqual([3, 3]);
    expect((await client.resource(CONFIGMAPS, NAMESPACE).get('greeter')).data?.['greeting']).toBe('hi');
    expect(await recordOf('post-upgrade')).toBe('2');
  });

  it('does not upgrade when the hook before it fails, and rolls back by itself when told so', async () => {
    await expect(change('upgrade', '--set', 'checkExitCode=3')).rejects.toThrow('pre-upgrade hooks failed: resource Pod/greeting/greeter-check not ready. status: Failed');
    await expect(change('upgrade', '--set', 'checkExitCode=3', '--rollback-on-failure')).rejects.toThrow('has been rolled back due to rollback-on-failure being set');
    expect(await history()).toEqual(['1 superseded', '2 superseded', '3 failed', '4 failed', '5 deployed']);
    expect(await replicas()).toEqual([3, 3]);
  });

  it('rolls back', async () => {
    await helm('rollback', 'greeter', '1', '--wait', '--timeout', '60s');
    expect(await replicas()).toEqual([1, 1]);
    expect(await recordOf('post-rollback')).toBe('1');
    expect(await helm('get', 'values', 'greeter', '--output', 'json')).toBe('null\n');
  });

  it('conflicts with who scaled since, until it is told to win', async () => {
    await client.resource(DEPLOYMENTS, NAMESPACE).patch('greeter', 'application/merge-patch+json', { spec: { replicas: 2 } });
    await expect(change('upgrade')).rejects.toThrow(/Apply failed with 1 conflict: conflict with "[^"]+" using apps\/v1: .spec.replicas/);
    await change('upgrade', '--force-conflicts');
    expect(await replicas()).toEqual([1, 1]);
  });

  it('upgrades as Helm 3 did: by the difference from what it sent before', async () => {
    await change('upgrade', '--server-side=false', '--set', 'greeting=again');
    expect((await client.resource(CONFIGMAPS, NAMESPACE).get('greeter')).data?.['greeting']).toBe('again');
  });

  it('runs the tests of the chart, and takes them away', async () => {
    expect(await helm('test', 'greeter', '--logs', '--timeout', '60s')).toContain('Phase:          Succeeded');
    await expect(client.resource(PODS, NAMESPACE).get('greeter-test')).rejects.toMatchObject({ status: { reason: 'NotFound' } });
  });

  it('uninstalls: what hooks made is left, and nothing else', async () => {
    await helm('uninstall', 'greeter', '--wait', '--timeout', '60s');
    expect(await recordOf('pre-delete')).toBe('9');
    const names = async (list: Promise<{ items: readonly { metadata?: { name?: string } }[] }>): Promise<unknown[]> => (await list).items.map(({ metadata }) => metadata?.name);
    expect(await names(client.resource(PODS, NAMESPACE).list())).toEqual(['greeter-check']);
    for (const kind of [DEPLOYMENTS, SERVICES, SECRETS] as const) expect(await names(client.resource<object>(kind, NAMESPACE).list())).toEqual([]);
  });

  it('sent what it always sends, and was never refused for what it is', async () => {
    const lines = await AccessLog.of(gantry.home, gantry.cluster).since('Helm/4');
    expect(lines).toContainEqual(expect.objectContaining({ method: 'PATCH', contentType: 'application/apply-patch+yaml', status: 201 }));
    expect(lines).toContainEqual(expect.objectContaining({ method: 'PATCH', contentType: 'application/strategic-merge-patch+json', status: 200 }));
    expect(lines).toContainEqual(expect.objectContaining({ method: 'POST', contentType: 'application/vnd.kubernetes.protobuf', answerType: 'application/vnd.kubernetes.protobuf' }));
    expect(lines.filter(({ status }) => ![200, 201, 304, 404, 409].includes(status))).toEqual([]);
  });
});
