import { afterEach, describe, expect, it } from 'vitest';
import type { coreV1 } from '@gantry/api-types';
import { newConflict, newInternalError } from '@gantry/apimachinery';
import { FakeClock, settle, silentLogger } from '@gantry/async';
import type { KubeObject } from '@gantry/client';
import { createFakeClient, EVENTS, PODS } from '@gantry/client';
import type { RunningScheduler, SchedulerOptions } from './start-scheduler.js';
import { startScheduler } from './start-scheduler.js';

const running: RunningScheduler[] = [];
const clocks: FakeClock[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((scheduler) => scheduler.stop()));
  for (const clock of clocks.splice(0)) expect(clock.pendingTimers).toBe(0);
});

function node(name: string, cpu = '4', spec: coreV1.NodeSpec = {}): coreV1.Node {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name }, spec, status: { allocatable: { cpu, memory: '8Gi', pods: '110' } } };
}

function pod(name: string, cpu = '1', rest: { spec?: Partial<coreV1.PodSpec>; status?: coreV1.PodStatus } = {}): coreV1.Pod {
  const container = { name: 'c', image: 'i', resources: { requests: { cpu } } };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'prod', name, generation: 1 }, spec: { containers: [container], ...rest.spec }, status: rest.status ?? { phase: 'Pending' } };
}

async function scene(objects: KubeObject[], options: Partial<SchedulerOptions> = {}) {
  const clock = new FakeClock(Date.parse('2026-01-01T00:00:00Z'));
  clocks.push(clock);
  const client = createFakeClient(objects, { now: () => clock.now() });
  const start = async () => {
    const scheduler = startScheduler({ client, logger: silentLogger, clock, ...options });
    running.push(scheduler);
    await clock.advanceAndSettle(0);
    return scheduler;
  };
  await start();
  const places = () => Object.fromEntries(client.objects(PODS).map(({ metadata, spec }) => [metadata?.name, spec?.nodeName]));
  const events = () => client.objects(EVENTS).map(({ reason, message }) => `${reason}: ${message}`);
  const condition = (name: string) => client.objects(PODS).find(({ metadata }) => metadata?.name === name)?.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  return { client, clock, start, places, events, condition };
}

const pods = (client: Awaited<ReturnType<typeof scene>>['client']) => client.resource(PODS, 'prod');

describe('startScheduler', () => {
  it('binds pods that were there and pods that come, and says so', async () => {
    const { client, clock, places, events } = await scene([node('n1'), pod('a')]);
    expect(places()).toEqual({ a: 'n1' });
    await pods(client).create(pod('b'));
    await clock.advanceAndSettle(0);
    expect(places()).toEqual({ a: 'n1', b: 'n1' });
    expect(events()).toEqual(['Scheduled: Successfully assigned prod/a to n1', 'Scheduled: Successfully assigned prod/b to n1']);
  });

  it('says on the pod and in an event why no node takes it, once, and binds it when a node comes', async () => {
    const { client, clock, places, events, condition } = await scene([node('n1', '500m'), node('n2', '4', { taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }] }), pod('a')]);
    const message =
      '0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint {k: v}. no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.';
    expect(condition('a')).toMatchObject({ status: 'False', reason: 'Unschedulable', message });
    expect(events()).toEqual([`FailedScheduling: ${message}`]);
    await clock.advanceAndSettle(60_000);
    expect(events()).toHaveLength(1);
    client.seed(node('n3'));
    await clock.advanceAndSettle(10_000);
    expect(places()).toEqual({ a: 'n3' });
    expect(condition('a')).toMatchObject({ status: 'True' });
  });

  it('gives a place that a deleted pod leaves to one that waits for it', async () => {
    const { client, clock, places } = await scene([node('n1', '1'), pod('a', '1', { spec: { nodeName: 'n1' } }), pod('b')]);
    expect(places()).toEqual({ a: 'n1', b: undefined });
    await pods(client).delete('a', { gracePeriodSeconds: 0 });
    await clock.advanceAndSettle(10_000);
    expect(places()).toEqual({ b: 'n1' });
  });

  it('gives a place that a pod leaves by a resize to one that waits for it, when its node has done that', async () => {
    const { client, clock, places, condition } = await scene([node('n1', '3'), pod('a', '2', { spec: { nodeName: 'n1' } }), pod('b', '2')]);
    const resize = (cpu: string) => [{ op: 'replace', path: '/spec/containers/0/resources', value: { requests: { cpu } } }];
    const has = (cpu: string) => ({ containerStatuses: [{ name: 'c', image: 'i', imageID: '', ready: true, restartCount: 0, resources: { requests: { cpu } } }] });
    await pods(client).patch('a', 'application/merge-patch+json', { status: has('2') }, { subresource: 'status' });
    await pods(client).patch('a', 'application/json-patch+json', resize('1'));
    await clock.advanceAndSettle(10_000);
    expect(places()['b']).toBeUndefined();
    await pods(client).patch('a', 'application/merge-patch+json', { status: has('1') }, { subresource: 'status' });
    await clock.advanceAndSettle(10_000);
    expect(places()['b']).toBe('n1');
    await pods(client).create(pod('c', '1'));
    await clock.advanceAndSettle(0);
    expect(condition('c')).toMatchObject({ reason: 'Unschedulable' });
    await pods(client).patch('c', 'application/json-patch+json', resize('0'));
    await clock.advanceAndSettle(10_000);
    expect(places()['c']).toBe('n1');
  });

  it('does not count pods that have ended', async () => {
    const { places } = await scene([node('n1', '1'), pod('a', '1', { spec: { nodeName: 'n1' }, status: { phase: 'Succeeded' } }), pod('b')]);
    expect(places()['b']).toBe('n1');
  });

  it('leaves pods of other schedulers, pods that are held back and pods that go alone', async () => {
    const { client, clock, places } = await scene([node('n1'), pod('other', '1', { spec: { schedulerName: 'mine' } }), pod('gated', '1', { spec: { schedulingGates: [{ name: 'g' }] } })]);
    await clock.advanceAndSettle(60_000);
    expect(places()).toEqual({ other: undefined, gated: undefined });
    await pods(client).patch('gated', 'application/merge-patch+json', { spec: { schedulingGates: null } });
    await clock.advanceAndSettle(0);
    expect(places()['gated']).toBe('n1');
  });

  it('never overfills a node, however late the bindings come back', async () => {
    const { client, clock, places } = await scene([node('n1', '2'), node('n2', '1')]);
    client.react(async ({ path }) => {
      if (path.endsWith('/binding')) await settle(3);
    });
    for (const name of ['a', 'b', 'c', 'd', 'e']) await pods(client).create(pod(name));
    await clock.advanceAndSettle(2_000);
    const placed = Object.values(places()).filter((name) => name !== undefined);
    expect(placed.sort()).toEqual(['n1', 'n1', 'n2']);
  });

  it('tries a pod again whose binding failed, and its place is free until then', async () => {
    const { client, clock, places } = await scene([node('n1', '1')]);
    client.failNext(({ path }) => path.endsWith('/binding'), newInternalError('down'));
    await pods(client).create(pod('a'));
    await clock.advanceAndSettle(0);
    expect(places()['a']).toBeUndefined();
    await clock.advanceAndSettle(2_000);
    expect(places()['a']).toBe('n1');
  });

  it('takes the side of the other where two schedule at once', async () => {
    const { client, clock, start, places } = await scene([node('n1', '2'), node('n2', '2')]);
    await start();
    for (const name of ['a', 'b', 'c', 'd']) await pods(client).create(pod(name));
    await clock.advanceAndSettle(20_000);
    expect(Object.values(places()).sort()).toEqual(['n1', 'n1', 'n2', 'n2']);
    const bindings = client.requests.filter(({ subresource }) => subresource === 'binding');
    expect(bindings.length).toBeGreaterThan(4);
  });

  it('never moves a pod that is bound, nor does another one, where two think for minutes that they lead', async () => {
    const { client, clock, start, places } = await scene([node('n1', '8'), node('n2', '8'), node('n3', '8')]);
    await start();
    const bound = new Map<string, Set<string>>();
    client.api.store.listen(({ resource, object }) => {
      const { metadata, spec } = object as coreV1.Pod;
      if (resource !== '/pods' || spec?.nodeName === undefined) return;
      bound.set(metadata?.uid ?? '', (bound.get(metadata?.uid ?? '') ?? new Set()).add(spec.nodeName));
    });
    for (let round = 0; round < 8; round++) {
      for (const name of ['a', 'b', 'c']) await pods(client).create(pod(`${name}${round}`));
      await clock.advanceAndSettle(30_000);
    }
    expect(bound.size).toBe(24);
    expect([...bound.values()].filter(({ size }) => size !== 1)).toEqual([]);
    expect(Object.values(places()).filter((place) => place === undefined)).toEqual([]);
    const bindings = client.requests.filter(({ subresource }) => subresource === 'binding');
    expect(bindings.length, 'both have tried').toBeGreaterThan(24);
  });

  it('works only while it leads, and another goes on after it', async () => {
    const { client, clock, start, places } = await scene([node('n1')], { leaderElection: {} });
    await start();
    await clock.advanceAndSettle(5_000);
    const [first, second] = running;
    expect([first?.isLeader, second?.isLeader]).toEqual([true, false]);
    await first?.stop();
    await pods(client).create(pod('a'));
    await clock.advanceAndSettle(5_000);
    expect([second?.isLeader, places()['a']]).toEqual([true, 'n1']);
  });

  it('goes on with the others where one pod cannot be judged, and says so', async () => {
    const odd = (preference: unknown): Partial<coreV1.PodSpec> =>
      ({ affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference }] } } }) as Partial<coreV1.PodSpec>;
    const { client, clock, places, events } = await scene([node('n1'), node('n2')]);
    await pods(client).create(pod('odd', '1', { spec: odd({ matchExpressions: [null] }) }));
    await pods(client).create(pod('bare', '1', { spec: odd(undefined) }));
    await pods(client).create(pod('plain'));
    await clock.advanceAndSettle(20_000);
    expect(places()).toEqual({ odd: undefined, bare: expect.stringMatching(/^n[12]$/), plain: expect.stringMatching(/^n[12]$/) });
    expect(events().filter((event) => event.startsWith('FailedScheduling'))).toHaveLength(1);
  });

  it('survives a status that cannot be written', async () => {
    const { client, clock, places } = await scene([]);
    client.failNext(({ method }) => method === 'PATCH', newConflict({ group: '', resource: 'pods' }, 'a', 'no'), 5);
    await pods(client).create(pod('a'));
    await clock.advanceAndSettle(0);
    client.seed(node('n1'));
    await clock.advanceAndSettle(2_000);
    expect(places()['a']).toBe('n1');
  });
});
