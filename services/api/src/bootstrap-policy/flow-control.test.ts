import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi } from '../test-api.suite.js';
import type { TestAnswer, TestApi } from '../test-api.suite.js';

let test: TestApi;
beforeAll(async () => {
  test = await startTestApi();
});
afterAll(() => test.stop());

const GROUP = '/apis/flowcontrol.apiserver.k8s.io/v1';
const merge = { 'content-type': 'application/merge-patch+json' };
const named = async (plural: string): Promise<string[]> => (await test.call('GET', `${GROUP}/${plural}`)).body.items.map((item: { metadata: { name: string } }) => item.metadata.name);
const patch = (path: string, body: object): Promise<TestAnswer> => test.call('PATCH', `${GROUP}/${path}`, body, merge);

/** What another start of an API finds and makes of it. */
async function startAgain(): Promise<void> {
  await (await startTestApi({ beside: test })).stop();
}

describe('flow control', () => {
  it('has the levels and schemas of upstream from the start', async () => {
    expect(await named('prioritylevelconfigurations')).toEqual(['catch-all', 'exempt', 'global-default', 'leader-election', 'node-high', 'system', 'workload-high', 'workload-low']);
    expect(await named('flowschemas')).toEqual([
      'catch-all', 'exempt', 'global-default', 'kube-controller-manager', 'kube-scheduler', 'kube-system-service-accounts', 'probes', 'service-accounts', 'system-leader-election', 'system-node-high', 'system-nodes',
    ]);
  });

  it('keeps what is mandatory as it is', async () => {
    const refused = await patch('flowschemas/catch-all', { spec: { matchingPrecedence: 9000 } });
    expect([refused.status, refused.body.message]).toEqual([422, expect.stringContaining("spec of 'catch-all' must equal the fixed value")]);
    expect((await patch('prioritylevelconfigurations/exempt', { spec: { exempt: { lendablePercent: 10 } } })).status).toBe(200);
    expect((await patch('prioritylevelconfigurations/exempt', { spec: { type: 'Limited' } })).status).toBe(422);
  });

  it('gets back at a start what was deleted, and what was changed of what is to follow the release', async () => {
    await test.call('DELETE', `${GROUP}/flowschemas/exempt`);
    await patch('prioritylevelconfigurations/workload-low', { spec: { limited: { nominalConcurrencyShares: 7 } } });
    await patch('prioritylevelconfigurations/workload-high', { metadata: { annotations: { 'apf.kubernetes.io/autoupdate-spec': 'false' } }, spec: { limited: { nominalConcurrencyShares: 7 } } });
    await startAgain();
    expect(await named('flowschemas')).toContain('exempt');
    const sharesOf = async (name: string): Promise<number> => (await test.call('GET', `${GROUP}/prioritylevelconfigurations/${name}`)).body.spec.limited.nominalConcurrencyShares;
    expect([await sharesOf('workload-low'), await sharesOf('workload-high')]).toEqual([100, 7]);
  });

  it('shows its objects as kubectl get does', async () => {
    const { body } = await test.call('GET', `${GROUP}/prioritylevelconfigurations/catch-all`, undefined, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
    expect(body.rows[0].cells.slice(0, 6)).toEqual(['catch-all', 'Limited', 5, '<none>', '<none>', '<none>']);
  });
});

describe('priority classes', () => {
  const CLASSES = '/apis/scheduling.k8s.io/v1/priorityclasses';
  const makePod = (name: string, spec: object = {}): Promise<TestAnswer> => test.call('POST', '/api/v1/namespaces/default/pods', { metadata: { name }, spec: { containers: [{ name: 'c', image: 'i' }], ...spec } });

  it('are those of the system, which nobody deletes or takes the names of', async () => {
    expect((await test.call('GET', `${CLASSES}/system-node-critical`)).body).toMatchObject({ value: 2_000_001_000, preemptionPolicy: 'PreemptLowerPriority' });
    expect((await test.call('DELETE', `${CLASSES}/system-node-critical`)).body.message).toBe('priorityclasses.scheduling.k8s.io "system-node-critical" is forbidden: this is a system priority class and cannot be deleted');
    const reserved = await test.call('POST', CLASSES, { metadata: { name: 'system-mine' }, value: 1 });
    expect(reserved.body.message).toContain("priority class names with 'system-' prefix are reserved for system use only. error: system-mine is not a known system priority class");
  });

  it('give pods their priority and policy, also who names none, where one is the default', async () => {
    expect((await test.call('POST', CLASSES, { metadata: { name: 'low' }, value: -5, globalDefault: true, preemptionPolicy: 'Never' })).status).toBe(201);
    expect((await test.call('POST', CLASSES, { metadata: { name: 'high' }, value: 1000 })).status).toBe(201);
    await expect.poll(async () => (await makePod(`p-${String(Math.random()).slice(2)}`)).body.spec).toMatchObject({ priorityClassName: 'low', priority: -5, preemptionPolicy: 'Never' });
    expect((await makePod('b', { priorityClassName: 'high' })).body.spec).toMatchObject({ priority: 1000, preemptionPolicy: 'PreemptLowerPriority' });
    expect((await makePod('c', { priorityClassName: 'none' })).body.message).toBe('pods "c" is forbidden: no PriorityClass with name none was found');
    expect((await makePod('d', { priorityClassName: 'high', priority: 3 })).body.message).toContain('the integer value of priority (3) must not be provided in pod spec; priority admission controller computed 1000 from the given PriorityClass name');
    expect((await test.call('POST', CLASSES, { metadata: { name: 'other' }, value: 1, globalDefault: true })).body.message).toContain('PriorityClass low is already marked as default. Only one default can exist');
  });
});
