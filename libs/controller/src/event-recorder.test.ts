import { describe, expect, it } from 'vitest';
import { newForbidden, newInternalError, newNotFound } from '@gantry/apimachinery';
import { FakeClock, settle } from '@gantry/async';
import type { Client, KubeObject, ResourceReference } from '@gantry/client';
import { createEventRecorder } from './event-recorder.js';

interface Call {
  readonly verb: string;
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly body: Record<string, unknown>;
}

/** Records what is written; the next calls fail with `failures`, one each. */
function fakeClient(failures: unknown[] = []) {
  const calls: Call[] = [];
  const answer = async (call: Call) => {
    calls.push(call);
    const failure = failures.shift();
    if (failure !== undefined) throw failure;
    return call.body as KubeObject;
  };
  const client = {
    resource: ({ group, resource }: ResourceReference, namespace?: string) => ({
      create: (object: KubeObject) => answer({ verb: 'create', resource: `${group}/${resource}`, namespace, body: object as Record<string, unknown> }),
      patch: (_name: string, _type: string, body: Record<string, unknown>) => answer({ verb: 'patch', resource: `${group}/${resource}`, namespace, body }),
    }),
  } as unknown as Client;
  return { client, calls };
}

const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace: 'prod', name: 'web', uid: 'u1', resourceVersion: '7' } };
const scaled = { type: 'Normal', reason: 'ScalingReplicaSet', message: 'Scaled up replica set web-1 from 0 to 3' } as const;

describe('createEventRecorder', () => {
  it('writes a core event as kubectl shows it', async () => {
    const { client, calls } = fakeClient();
    const recorder = createEventRecorder({ client, component: 'deployment-controller', clock: new FakeClock(Date.parse('2026-01-01T00:00:00Z')) });
    recorder.event(deployment, scaled);
    await recorder.stop();
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({
      verb: 'create',
      resource: '/events',
      namespace: 'prod',
      body: {
        metadata: { namespace: 'prod', name: expect.stringMatching(/^web\.[0-9a-f]{16}$/) as string },
        involvedObject: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'prod', name: 'web', uid: 'u1', resourceVersion: '7' },
        source: { component: 'deployment-controller' },
        firstTimestamp: '2026-01-01T00:00:00Z',
        count: 1,
        type: 'Normal',
        reason: 'ScalingReplicaSet',
      },
    });
  });

  it('counts repeats up by a patch, and starts anew where the event has expired', async () => {
    const { client, calls } = fakeClient([undefined, undefined, newNotFound({ group: '', resource: 'events' }, 'x')]);
    const recorder = createEventRecorder({ client, component: 'c', clock: new FakeClock() });
    for (let time = 0; time < 3; time += 1) recorder.event(deployment, scaled);
    recorder.event(deployment, { ...scaled, message: 'another' });
    await recorder.stop();
    expect(calls.map(({ verb, body }) => [verb, body['count']])).toEqual([
      ['create', 1],
      ['patch', 2],
      ['patch', 3],
      ['create', 1],
      ['create', 1],
    ]);
  });

  it('writes the form of events.k8s.io, with repeats as a series', async () => {
    const { client, calls } = fakeClient();
    const recorder = createEventRecorder({ client, component: 'default-scheduler', api: 'events.k8s.io/v1', clock: new FakeClock() });
    const content = { type: 'Warning', reason: 'FailedScheduling', message: 'no', action: 'Scheduling' } as const;
    recorder.event({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } }, content);
    recorder.event({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } }, content);
    await recorder.stop();
    expect(calls[0]).toMatchObject({ resource: 'events.k8s.io/events', namespace: 'default', body: { note: 'no', action: 'Scheduling', reportingController: 'default-scheduler', eventTime: '1970-01-01T00:00:00.000000Z' } });
    expect(calls[1]).toMatchObject({ verb: 'patch', body: { series: { count: 2 } } });
  });

  it('tries again what the server could not do, and drops what it refused', async () => {
    const { client, calls } = fakeClient([newInternalError('down'), undefined, newForbidden({ group: '', resource: 'events' }, '', 'terminating')]);
    const clock = new FakeClock();
    const recorder = createEventRecorder({ client, component: 'c', clock });
    recorder.event(deployment, scaled);
    await settle();
    recorder.event(deployment, { ...scaled, message: 'refused' });
    await clock.advanceAndSettle(5_000);
    await recorder.flush();
    expect(calls.map(({ body }) => body['message'])).toEqual([scaled.message, scaled.message, 'refused']);
    await recorder.stop();
  });

  it('does not wait for a server that is gone when it stops', async () => {
    const { client, calls } = fakeClient([newInternalError('down'), newInternalError('down')]);
    const clock = new FakeClock();
    const recorder = createEventRecorder({ client, component: 'c', clock });
    recorder.event(deployment, scaled);
    await settle();
    await recorder.stop();
    expect([calls.length, clock.pendingTimers]).toEqual([2, 0]);
  });

  it('asks a server that is gone no more than once for all that waits when it stops', async () => {
    const { client, calls } = fakeClient([newForbidden({ group: '', resource: 'events' }, '', 'terminating'), newInternalError('down'), newInternalError('down')]);
    const recorder = createEventRecorder({ client, component: 'c', clock: new FakeClock() });
    for (let index = 0; index < 10; index += 1) recorder.event(deployment, { ...scaled, message: `m${index}` });
    await recorder.stop();
    expect(calls.map(({ body }) => body['message'])).toEqual(['m0', 'm1']);
  });

  it('drops what is beyond its limit instead of growing', async () => {
    const { client, calls } = fakeClient();
    const recorder = createEventRecorder({ client, component: 'c', clock: new FakeClock(), limit: 2 });
    for (let index = 0; index < 10; index += 1) recorder.event(deployment, { ...scaled, message: `m${index}` });
    await recorder.stop();
    expect(calls.length).toBeLessThan(10);
    expect(() => recorder.event(deployment, scaled)).not.toThrow();
  });
});
