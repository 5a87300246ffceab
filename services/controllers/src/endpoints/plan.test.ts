import { describe, expect, it } from 'vitest';
import type { coreV1 } from '@gantry/api-types';
import { computePlan } from './plan.js';
import { truncate } from './truncate.js';

interface PodFacts {
  ready?: boolean;
  deleting?: boolean;
  ports?: coreV1.ContainerPort[];
  ips?: string[];
}

function pod(name: string, ip: string, { ready = true, deleting = false, ports = [{ name: 'http', containerPort: 8080 }], ips = [ip] }: PodFacts = {}): coreV1.Pod {
  return {
    metadata: { name, namespace: 'prod', uid: `uid-${name}`, ...(deleting ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}) },
    spec: { containers: [{ name: 'c', ports }], nodeName: 'n1' },
    status: { phase: 'Running', podIPs: ips.map((one) => ({ ip: one })), conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  };
}

function service(spec: Partial<coreV1.ServiceSpec> = {}, labels: Record<string, string> = { team: 'a' }): coreV1.Service {
  return { metadata: { name: 'web', namespace: 'prod', uid: 'svc', labels }, spec: { selector: { app: 'web' }, clusterIP: '10.96.0.5', ipFamilies: ['IPv4'], ports: [{ port: 80, targetPort: 'http' }], ...spec } };
}

const plan = (subject: coreV1.Service, pods: coreV1.Pod[], current?: coreV1.Endpoints) => computePlan(subject, { pods, current, triggerTime: '2026-01-01T00:00:00Z' });

/** `ip+` for a ready address, `ip-` for another, then the ports. */
const short = (endpoints: coreV1.Endpoints | undefined) =>
  endpoints?.subsets?.map(({ addresses = [], notReadyAddresses = [], ports = [] }) => [...addresses.map(({ ip }) => `${ip}+`), ...notReadyAddresses.map(({ ip }) => `${ip}-`), ...ports.map(({ port }) => port)].join(' '));

describe('endpoints', () => {
  it('say all about their service and its pods', () => {
    expect(plan(service(), [pod('a', '10.0.0.1')])).toEqual({
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: {
        name: 'web',
        namespace: 'prod',
        labels: { team: 'a', 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' },
        annotations: { 'endpoints.kubernetes.io/last-change-trigger-time': '2026-01-01T00:00:00Z' },
      },
      subsets: [{ addresses: [{ ip: '10.0.0.1', nodeName: 'n1', targetRef: { kind: 'Pod', namespace: 'prod', name: 'a', uid: 'uid-a' } }], ports: [{ port: 8080, protocol: 'TCP' }] }],
    });
  });

  const twoPorts = service({ ports: [{ name: 'b', port: 81, targetPort: 8081 }, { name: 'a', port: 80, targetPort: 'http' }] });
  it.each<[string, coreV1.Service, coreV1.Pod[], string[]]>([
    ['ready pods and others, by address', service(), [pod('b', '10.0.0.2', { ready: false }), pod('c', '10.0.0.3'), pod('a', '10.0.0.1')], ['10.0.0.1+ 10.0.0.3+ 10.0.0.2- 8080']],
    ['none that ends', service(), [pod('a', '10.0.0.1', { deleting: true })], []],
    ['all as ready, where not ready ones are published', service({ publishNotReadyAddresses: true }), [pod('a', '10.0.0.1', { deleting: true }), pod('b', '10.0.0.2', { ready: false })], ['10.0.0.1+ 10.0.0.2+ 8080']],
    ['ports with the same addresses as one', twoPorts, [pod('a', '10.0.0.1'), pod('b', '10.0.0.2')], ['10.0.0.1+ 10.0.0.2+ 8080 8081']],
    ['ports with other addresses apart', twoPorts, [pod('a', '10.0.0.1'), pod('b', '10.0.0.2', { ports: [] })], ['10.0.0.1+ 8080', '10.0.0.1+ 10.0.0.2+ 8081']],
    ['addresses alone, of a headless service without ports', service({ clusterIP: 'None', ports: [] }), [pod('a', '10.0.0.1')], ['10.0.0.1+']],
    ['nothing, of another without ports', service({ ports: [] }), [pod('a', '10.0.0.1')], []],
    ['the first family’s addresses', service({ ipFamilies: ['IPv6', 'IPv4'] }), [pod('a', '', { ips: ['10.0.0.1', 'fd00::1'] })], ['fd00::1+ 8080']],
  ])('have %s', (_name, subject, pods, expected) => {
    expect(short(plan(subject, pods))).toEqual(expected);
    expect(short(plan(subject, pods.toReversed()))).toEqual(expected);
  });

  it('are written where something changed, with what others noted on them, and not otherwise', () => {
    const pods = [pod('a', '10.0.0.1'), pod('b', '10.0.0.2')];
    const written = plan(service(), pods);
    const current = { ...written, metadata: { ...written?.metadata, resourceVersion: '7', annotations: { ...written?.metadata?.annotations, note: 'x' } } };
    expect(computePlan(service(), { pods: pods.toReversed(), current, triggerTime: undefined })).toBeUndefined();
    const changed = computePlan(service({}, { team: 'b' }), { pods, current, triggerTime: undefined });
    expect(changed?.metadata).toMatchObject({ resourceVersion: '7', labels: { team: 'b' }, annotations: { note: 'x' } });
    expect(changed?.metadata?.annotations).not.toHaveProperty('endpoints.kubernetes.io/last-change-trigger-time');
    expect(short(plan(service(), pods.slice(1), current))).toEqual(['10.0.0.2+ 8080']);
  });

  it('are headless like their service', () => {
    expect(plan(service({ clusterIP: 'None' }), [])?.metadata?.labels).toHaveProperty(['service.kubernetes.io/headless'], '');
  });

  it('have at most a thousand addresses and say so, and are not written for ever for it', () => {
    const pods = Array.from({ length: 1100 }, (_, index) => pod(`p${index}`, `10.1.${index >> 8}.${index & 255}`, { ready: index < 600 }));
    const written = plan(service(), pods);
    expect([written?.subsets?.[0]?.addresses?.length, written?.subsets?.[0]?.notReadyAddresses?.length]).toEqual([600, 400]);
    expect(written?.metadata?.annotations).toHaveProperty(['endpoints.kubernetes.io/over-capacity'], 'truncated');
    expect(plan(service(), pods, written)).toBeUndefined();
    expect(plan(service(), pods.slice(0, 900), written)?.metadata?.annotations).not.toHaveProperty(['endpoints.kubernetes.io/over-capacity']);
  });
});

describe('a truncation', () => {
  const subset = (ready: number, notReady: number): coreV1.EndpointSubset => ({
    ...(ready > 0 && { addresses: Array.from({ length: ready }, (_, index) => ({ ip: `10.0.0.${index}` })) }),
    ...(notReady > 0 && { notReadyAddresses: Array.from({ length: notReady }, (_, index) => ({ ip: `10.0.1.${index}` })) }),
  });
  it.each<[string, [number, number][], [number, number][] | undefined]>([
    ['leaves what fits', [[6, 4]], undefined],
    ['keeps the ready ones', [[6, 6]], [[6, 4]]],
    ['keeps ready ones alone where they are too many', [[12, 6]], [[10, 0]]],
    ['takes from each in proportion', [[15, 0], [5, 3]], [[8, 0], [2, 0]]],
    ['takes others from each in proportion', [[2, 9], [2, 3]], [[2, 5], [2, 1]]],
  ])('%s', (_name, before, after) => {
    const result = truncate(before.map(([ready, notReady]) => subset(ready, notReady)), 10);
    expect(result?.map(({ addresses = [], notReadyAddresses = [] }) => [addresses.length, notReadyAddresses.length])).toEqual(after);
  });
});
