import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conformanceCluster, MERGE, type ConformanceCluster } from '../kit/conformance-cluster.js';

/** Kinds whose conformance is that every operation of the API does what it does for all. */
let test: ConformanceCluster;
beforeAll(async () => {
  test = await conformanceCluster('operations', 0);
});
afterAll(() => test?.dispose());

interface Subject {
  readonly conformance: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly spec: object;
  /** A change of the spec by a patch, and one by an update; none where the spec is fixed. */
  readonly changes: readonly [object, object] | undefined;
}

const flowSchema = {
  matchingPrecedence: 10_000, priorityLevelConfiguration: { name: 'global-default' }, distinguisherMethod: { type: 'ByUser' },
  rules: [{ subjects: [{ kind: 'User', user: { name: 'example-e2e-non-existent-user' } }], nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }] }],
};
const level = (shares: number): object => ({ limited: { nominalConcurrencyShares: shares } });

const subjects: readonly Subject[] = [
  {
    conformance: '[sig-api-machinery] API priority and fairness should support FlowSchema API operations [Conformance]',
    group: 'flowcontrol.apiserver.k8s.io', version: 'v1', kind: 'FlowSchema', plural: 'flowschemas', spec: flowSchema, changes: [{ matchingPrecedence: 9999 }, { matchingPrecedence: 9000 }],
  },
  {
    conformance: '[sig-api-machinery] API priority and fairness should support PriorityLevelConfiguration API operations [Conformance]',
    group: 'flowcontrol.apiserver.k8s.io', version: 'v1', kind: 'PriorityLevelConfiguration', plural: 'prioritylevelconfigurations',
    spec: { type: 'Limited', limited: { nominalConcurrencyShares: 2, limitResponse: { type: 'Reject' } } }, changes: [level(4), level(6)],
  },
  {
    conformance: '[sig-api-machinery] StorageVersionMigration CRUD Tests storagemigration.k8s.io/v1 StorageVersionMigration [Conformance] (as v1beta1, which v1.36 has)',
    group: 'storagemigration.k8s.io', version: 'v1beta1', kind: 'StorageVersionMigration', plural: 'storageversionmigrations', spec: { resource: { group: '', resource: 'unicorns' } }, changes: undefined,
  },
];

it.each(subjects)('$conformance', async ({ group, version, kind, plural, spec, changes }) => {
  const path = `/apis/${group}/${version}/${plural}`;
  const selector = `labelSelector=e2e%3D${plural}`;
  const groups = (await test.ok('GET', '/apis')).groups as { name: string; versions: { version: string }[] }[];
  expect(groups.find(({ name }) => name === group)?.versions.map((one) => one.version)).toContain(version);
  expect((await test.ok('GET', `/apis/${group}`)).versions.map((one: { version: string }) => one.version)).toContain(version);
  const resources = ((await test.ok('GET', `/apis/${group}/${version}`)).resources as { name: string }[]).map(({ name }) => name);
  expect(resources).toEqual(expect.arrayContaining([plural, `${plural}/status`]));

  const template = { metadata: { generateName: 'e2e-example-', labels: { e2e: plural } }, spec };
  for (let count = 0; count < 2; count += 1) await test.ok('POST', path, template);
  const created = await test.ok('POST', path, template);
  const at = `${path}/${created.metadata.name as string}`;
  expect((await test.ok('GET', at)).metadata.uid).toBe(created.metadata.uid);
  const list = await test.ok('GET', `${path}?${selector}`);
  expect(list.items).toHaveLength(3);

  const patched = await test.ok('PATCH', at, { metadata: { annotations: { patched: 'true' } }, ...(changes && { spec: changes[0] }) }, MERGE);
  expect([patched.metadata.annotations, patched.spec]).toMatchObject([{ patched: 'true' }, changes?.[0] ?? spec]);
  expect(Number(patched.metadata.resourceVersion)).toBeGreaterThan(Number(created.metadata.resourceVersion));
  const current = await test.ok('GET', at);
  const wanted = { ...current, metadata: { ...current.metadata, annotations: { ...current.metadata.annotations, updated: 'true' } }, spec: changes === undefined ? current.spec : merged(current.spec, changes[1]) };
  const updated = await test.ok('PUT', at, wanted);
  expect([updated.metadata.annotations, updated.spec]).toMatchObject([{ patched: 'true', updated: 'true' }, changes?.[1] ?? spec]);
  await seenByWatch(`${path}?${selector}&resourceVersion=${list.metadata.resourceVersion as string}`);

  const status = await test.ok('GET', `${at}/status`);
  expect([status.kind, status.apiVersion, status.metadata.uid]).toEqual([kind, `${group}/${version}`, created.metadata.uid]);
  const condition = { type: 'PatchStatusFailed', status: 'False', reason: 'e2e', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' };
  const types = async (answer: Promise<{ status: { conditions: { type: string }[] } }>): Promise<string[]> => (await answer).status.conditions.map(({ type }) => type);
  expect(await types(test.ok('PATCH', `${at}/status`, { status: { conditions: [condition] } }, MERGE))).toContain('PatchStatusFailed');
  const before = await test.ok('GET', at);
  before.status.conditions.push({ ...condition, type: 'StatusUpdateFailed' });
  expect(await types(test.ok('PUT', `${at}/status`, before))).toContain('StatusUpdateFailed');

  await test.ok('DELETE', at);
  expect((await test.ask('GET', at)).status).toBe(404);
  expect((await test.ok('GET', `${path}?${selector}`)).items).toHaveLength(2);
  await test.ok('DELETE', `${path}?${selector}`);
  expect((await test.ok('GET', `${path}?${selector}`)).items).toEqual([]);
});

/** A change of the spec, at any depth. */
function merged(spec: Record<string, unknown>, change: object): object {
  const result: Record<string, unknown> = { ...spec };
  for (const [field, value] of Object.entries(change) as [string, unknown][]) {
    result[field] = typeof value === 'object' && value !== null ? merged((spec[field] ?? {}) as Record<string, unknown>, value) : value;
  }
  return result;
}

async function seenByWatch(path: string): Promise<void> {
  const stopping = new AbortController();
  for await (const { type, object } of test.watch(path, stopping.signal)) {
    expect(type).toBe('MODIFIED');
    if (object.metadata?.annotations?.['patched'] === 'true') break;
  }
  stopping.abort();
}

describe('flow control', () => {
  it('has its objects from the start, though nobody is held back by them yet', async () => {
    const items = (await test.ok('GET', '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas')).items as { metadata: { name: string } }[];
    expect(items.map(({ metadata }) => metadata.name)).toEqual(expect.arrayContaining(['catch-all', 'exempt', 'global-default', 'system-nodes']));
  });
});
