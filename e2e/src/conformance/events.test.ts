import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conformanceCluster, STRATEGIC, type ConformanceCluster } from '../kit/conformance-cluster.js';

let test: ConformanceCluster;
beforeAll(async () => {
  test = await conformanceCluster('events');
});
afterAll(() => test?.dispose());

const core = (namespace: string): string => `/api/v1/namespaces/${namespace}/events`;
const newer = (namespace: string): string => `/apis/events.k8s.io/v1/namespaces/${namespace}/events`;
const names = async (path: string): Promise<string[]> => (await test.ok('GET', path)).items.map((item: { metadata: { name: string } }) => item.metadata.name);
const bare = ({ metadata: { resourceVersion: _revision, managedFields: _fields, ...metadata }, ...rest }: { metadata: Record<string, unknown> }): object => ({ ...rest, metadata });

const coreEvent = (namespace: string, name: string, label: string): object => ({
  metadata: { name, labels: { [label]: 'true' } }, message: 'This is a test event', reason: 'Test', type: 'Normal', count: 1, involvedObject: { namespace },
});
const newEvent = (namespace: string, name: string, label: string): object => ({
  metadata: { name, labels: { [label]: 'true' } },
  regarding: { namespace }, eventTime: '2017-09-19T13:49:16.000000Z', note: `This is ${name}`, action: 'Do', reason: 'Test', type: 'Normal', reportingController: 'test-controller', reportingInstance: 'test-node',
});

describe('[sig-instrumentation] Events', () => {
  it('should manage the lifecycle of an event [Conformance]', async () => {
    const namespace = await test.namespace();
    await test.ok('POST', core(namespace), coreEvent(namespace, 'event-test', 'testevent-constant'));
    expect(await names('/api/v1/events?labelSelector=testevent-constant%3Dtrue')).toEqual(['event-test']);
    await test.ok('PATCH', `${core(namespace)}/event-test`, { message: 'This is a test event - patched' }, STRATEGIC);
    const event = await test.ok('GET', `${core(namespace)}/event-test`);
    expect(event.message).toBe('This is a test event - patched');
    const wanted = { ...bare(event), series: { count: 100, lastObservedTime: '2017-09-19T13:49:16.000000Z' } };
    await test.ok('PUT', `${core(namespace)}/event-test`, wanted);
    expect(bare(await test.ok('GET', `${core(namespace)}/event-test`))).toEqual(wanted);
    await test.ok('DELETE', `${core(namespace)}/event-test`);
    expect(await names('/api/v1/events?labelSelector=testevent-constant%3Dtrue')).toEqual([]);
  });

  it('should delete a collection of events [Conformance]', async () => {
    const namespace = await test.namespace();
    for (const name of ['test-event-1', 'test-event-2', 'test-event-3']) await test.ok('POST', core(namespace), coreEvent(namespace, name, 'testevent-set'));
    expect(await names(`${core(namespace)}?labelSelector=testevent-set%3Dtrue`)).toHaveLength(3);
    await test.ok('DELETE', `${core(namespace)}?labelSelector=testevent-set%3Dtrue`);
    expect(await names(`${core(namespace)}?labelSelector=testevent-set%3Dtrue`)).toEqual([]);
  });
});

describe('[sig-instrumentation] Events API', () => {
  it('should ensure that an event can be fetched, patched, deleted, and listed [Conformance]', async () => {
    const namespace = await test.namespace();
    const created = await test.ok('POST', newer(namespace), newEvent(namespace, 'event-test', 'testevent-constant'));
    expect(await names('/apis/events.k8s.io/v1/events?labelSelector=testevent-constant%3Dtrue')).toEqual(['event-test']);
    expect(await names(`${newer(namespace)}?labelSelector=testevent-constant%3Dtrue`)).toEqual(['event-test']);
    expect(await names(`${core(namespace)}?fieldSelector=source%3Dtest-controller`)).toEqual(['event-test']);
    expect(await names(`${newer(namespace)}?fieldSelector=reportingController%3Dtest-controller`)).toEqual(['event-test']);
    const event = await test.ok('GET', `${newer(namespace)}/event-test`);
    const series = { count: 2, lastObservedTime: '2017-09-19T13:49:11.000000Z' };
    await test.ok('PATCH', `${newer(namespace)}/event-test`, { series }, STRATEGIC);
    const patched = await test.ok('GET', `${newer(namespace)}/event-test`);
    expect(Number(patched.metadata.resourceVersion)).toBeGreaterThan(Number(created.metadata.resourceVersion));
    expect(bare(patched)).toEqual({ ...bare(event), series });
    const wanted = { ...bare(event), series: { count: 100, lastObservedTime: '2017-09-19T13:49:16.000000Z' } };
    await test.ok('PUT', `${newer(namespace)}/event-test`, wanted);
    expect(bare(await test.ok('GET', `${newer(namespace)}/event-test`))).toEqual(wanted);
    await test.ok('DELETE', `${newer(namespace)}/event-test`);
    expect([await names('/apis/events.k8s.io/v1/events?labelSelector=testevent-constant%3Dtrue'), await names(newer(namespace))]).toEqual([[], []]);
  });

  it('should delete a collection of events [Conformance]', async () => {
    const namespace = await test.namespace();
    for (const name of ['test-event-1', 'test-event-2', 'test-event-3']) await test.ok('POST', newer(namespace), newEvent(namespace, name, 'testevent-set'));
    expect(await names(`${newer(namespace)}?labelSelector=testevent-set%3Dtrue`)).toHaveLength(3);
    await test.ok('DELETE', `${newer(namespace)}?labelSelector=testevent-set%3Dtrue`);
    expect(await names(`${newer(namespace)}?labelSelector=testevent-set%3Dtrue`)).toEqual([]);
  });

  it('selects by each field that it offers, under the names of either API', async () => {
    const namespace = await test.namespace();
    const about = { kind: 'Pod', namespace, name: 'p', uid: 'u', apiVersion: 'v1', resourceVersion: '7', fieldPath: 'spec.containers{c}' };
    await test.ok('POST', core(namespace), { ...coreEvent(namespace, 'one', 'x'), involvedObject: about, source: { component: 'kubelet' } });
    await test.ok('POST', core(namespace), coreEvent(namespace, 'other', 'x'));
    for (const [field, value] of Object.entries(about)) {
      const [query, sameQuery] = ['involvedObject', 'regarding'].map((prefix) => `?fieldSelector=${encodeURIComponent(`${prefix}.${field}=${value}`)}`);
      const expected = field === 'namespace' ? ['one', 'other'] : ['one'];
      expect([field, await names(core(namespace) + query), await names(newer(namespace) + sameQuery)]).toEqual([field, expected, expected]);
    }
    expect(await names(`${core(namespace)}?fieldSelector=source%3Dkubelet,type%3DNormal,reason%3DTest`)).toEqual(['one']);
    expect((await test.ask('GET', `${newer(namespace)}?fieldSelector=involvedObject.name%3Dp`)).status).toBe(400);
  });
});
