import { describe, expect, it } from 'vitest';
import type { coreV1, discoveryV1 } from '@gantry/api-types';
import { groupEndpoints } from './endpoint-groups.js';
import { computePlan, isMirrored } from './plan.js';

type Slice = discoveryV1.EndpointSlice;

function endpoints(subsets: coreV1.EndpointSubset[], metadata: Record<string, unknown> = {}): coreV1.Endpoints {
  return { metadata: { name: 'db', namespace: 'prod', uid: 'eps', ...metadata }, subsets };
}

const plan = (subject: coreV1.Endpoints, slices: Slice[] = []) => computePlan(subject, groupEndpoints(subject), slices);
const settled = (subject: coreV1.Endpoints): Slice[] => plan(subject).create.map((slice, index) => ({ ...slice, metadata: { ...slice.metadata, name: `db-${index}`, uid: `u${index}`, resourceVersion: String(index) } }));
const ips = (...last: number[]) => last.map((one) => ({ ip: `192.0.2.${one}` }));
const PORTS = [{ port: 5432 }];

describe('a mirror', () => {
  it('says what the Endpoints say', () => {
    const subject = endpoints([{ addresses: [{ ip: '192.0.2.1', hostname: 'a', nodeName: 'n1' }], notReadyAddresses: ips(2), ports: [{ name: 'sql', port: 5432, protocol: 'TCP' }] }], {
      labels: { team: 'a' },
      annotations: { note: 'x', 'endpoints.kubernetes.io/last-change-trigger-time': 'then', 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
    });
    expect(plan(subject)).toEqual({
      update: [],
      remove: [],
      create: [
        {
          apiVersion: 'discovery.k8s.io/v1',
          kind: 'EndpointSlice',
          metadata: {
            generateName: 'db-',
            namespace: 'prod',
            labels: { team: 'a', 'kubernetes.io/service-name': 'db', 'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io' },
            annotations: { note: 'x' },
            ownerReferences: [{ apiVersion: 'v1', kind: 'Endpoints', name: 'db', uid: 'eps', controller: true, blockOwnerDeletion: true }],
          },
          addressType: 'IPv4',
          ports: [{ name: 'sql', port: 5432, protocol: 'TCP' }],
          endpoints: [
            { addresses: ['192.0.2.1'], conditions: { ready: true }, hostname: 'a', nodeName: 'n1' },
            { addresses: ['192.0.2.2'], conditions: { ready: false } },
          ],
        },
      ],
    });
  });

  it('has a slice for each set of ports and each family', () => {
    const subject = endpoints([{ addresses: [...ips(1), { ip: '2001:db8::1' }], ports: PORTS }, { addresses: ips(2), ports: [{ port: 80 }] }]);
    expect(plan(subject).create.map(({ addressType, ports, endpoints: all }) => [addressType, ports?.[0]?.port, all?.length])).toEqual([['IPv4', 5432, 1], ['IPv6', 5432, 1], ['IPv4', 80, 1]]);
  });

  it('is not written where it is as it should be', () => {
    const subject = endpoints([{ addresses: ips(1, 2), ports: PORTS }]);
    expect(plan(endpoints([{ addresses: ips(2, 1), ports: PORTS }]), settled(subject))).toEqual({ create: [], update: [], remove: [] });
  });

  it.each<[string, coreV1.Endpoints, unknown]>([
    ['addresses', endpoints([{ addresses: ips(2, 3), ports: PORTS }]), { endpoints: [{ addresses: ['192.0.2.2'] }, { addresses: ['192.0.2.3'] }] }],
    ['readiness', endpoints([{ addresses: ips(2), notReadyAddresses: ips(1), ports: PORTS }]), { endpoints: [{ conditions: { ready: false } }, { conditions: { ready: true } }] }],
    ['labels', endpoints([{ addresses: ips(1, 2), ports: PORTS }], { labels: { x: 'y' } }), { metadata: { labels: { x: 'y' } } }],
    ['annotations', endpoints([{ addresses: ips(1, 2), ports: PORTS }], { annotations: { x: 'y' } }), { metadata: { annotations: { x: 'y' } } }],
    ['ports, by way of the slice that is free', endpoints([{ addresses: ips(1, 2), ports: [{ port: 1 }] }]), { ports: [{ port: 1 }] }],
    ['the object itself, made anew', endpoints([{ addresses: ips(1, 2), ports: PORTS }], { uid: 'new' }), { metadata: { ownerReferences: [{ uid: 'new' }] } }],
  ])('follows its %s with one write', (_name, subject, expected) => {
    const { create, update, remove } = plan(subject, settled(endpoints([{ addresses: ips(1, 2), ports: PORTS }])));
    expect([create, remove]).toEqual([[], []]);
    expect(update).toMatchObject([{ metadata: { name: 'db-0', uid: 'u0', resourceVersion: '0' } }]);
    expect(update).toMatchObject([expected]);
  });

  it('ends with what it mirrors', () => {
    const before = settled(endpoints([{ addresses: ips(1), ports: PORTS }]));
    expect(plan(endpoints([]), before)).toEqual({ create: [], update: [], remove: before });
  });

  it('has at most a thousand addresses a subset, ready ones first, and leaves out what is no address', () => {
    const many = Array.from({ length: 998 }, (_, index) => ({ ip: `10.1.${index >> 8}.${index & 255}` }));
    const subject = endpoints([{ addresses: [{ ip: 'nowhere' }, ...many], notReadyAddresses: ips(1, 2, 3), ports: PORTS }]);
    const { groups, ...counts } = groupEndpoints(subject);
    expect(counts).toEqual({ invalid: 1, skipped: 2 });
    expect([...groups.values()].map(({ endpoints: all }) => [all.size, all.has('/ 192.0.2.2'), all.has('/ 192.0.2.3')])).toEqual([[1000, true, false]]);
  });
});

describe('Endpoints', () => {
  const service = (spec: Partial<coreV1.ServiceSpec> = {}): coreV1.Service => ({ metadata: { name: 'db', namespace: 'prod' }, spec });
  it.each<[string, coreV1.Endpoints, coreV1.Service | undefined, boolean]>([
    ['of a service without a selector are', endpoints([]), service(), true],
    ['of a service with one are not', endpoints([]), service({ selector: { app: 'db' } }), false],
    ['without a service are not', endpoints([]), undefined, false],
    ['whose writer makes slices itself are not', endpoints([], { labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } }), service(), false],
    ['that are somebody’s lease are not', endpoints([], { annotations: { 'control-plane.alpha.kubernetes.io/leader': '{}' } }), service(), false],
  ])('%s mirrored', (_name, subject, owner, expected) => {
    expect(isMirrored(subject, owner)).toBe(expected);
  });
});
